#include "ui/widgets/scrolled.h"

#include "ui/widgets/identify.h"

#include <QScrollArea>
#include <QVBoxLayout>

namespace ui
{

QVBoxLayout *layOutScrolled(QWidget *panel, QWidget *content, const QString &id, const QString &spokenName)
{
    auto *scroll = identify(new QScrollArea, id, spokenName);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto *whole = new QVBoxLayout{panel};
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(scroll, 1);
    return whole;
}

QVBoxLayout *addFooter(QVBoxLayout *panel)
{
    auto *footer = new QVBoxLayout;
    footer->setContentsMargins(10, 5, 10, 7);
    footer->setSpacing(5);
    panel->addLayout(footer);
    return footer;
}

} // namespace ui
