#pragma once

#include <QString>

#include <functional>

class QWidget;

namespace ui
{

/// A question before something that cannot be undone.
struct Question
{
    QString id; ///< objectName of the dialog; its buttons are "<id>.yes" and "<id>.no"
    QString title;
    QString text;
    QString yes; ///< what the button does, in words: "Cancel 3 orders"
};

/// Asks without blocking; onYes runs on yes alone. "No" is the default and what Escape means.
void ask(QWidget *parent, const Question &question, std::function<void()> onYes);

} // namespace ui
