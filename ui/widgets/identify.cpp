#include "ui/widgets/identify.h"

#include "models/live/text.h"

#include <QStyle>

namespace ui
{

void showSentence(QLabel *label, const QString &sentence)
{
    label->setText(live::keptTogether(sentence));
    if (label->accessibleName() != sentence) { // each setting is told to screen readers
        label->setAccessibleName(sentence);
    }
}

void restyle(QWidget *widget)
{
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

} // namespace ui
