#pragma once

#include <QLabel>
#include <QString>
#include <QWidget>

namespace ui
{

/// Gives a control its lasting name for tests and layouts and its spoken name. The id is in the description
/// as well, since the accessibility bus of Qt 6.4 does not show object names.
template <class Widget> Widget *identify(Widget *widget, const QString &id, const QString &spokenName)
{
    widget->setObjectName(id);
    widget->setAccessibleName(spokenName);
    widget->setAccessibleDescription(QStringLiteral("id:") + id);
    return widget;
}

/// A label whose look comes from the style sheet: "caption", "heading", "block", "confirm", "good",
/// "negative".
inline QLabel *roleLabel(const QString &text, const char *role, QWidget *parent = nullptr)
{
    auto *label = new QLabel{text, parent};
    label->setProperty("role", QLatin1StringView{role});
    return label;
}

/// Shows a sentence that may wrap, numbers and units kept together; it is read aloud as it was given.
void showSentence(QLabel *label, const QString &sentence);

/// Lets the style sheet look at a changed property.
void restyle(QWidget *widget);

} // namespace ui
