#pragma once

#include <QString>

#include <functional>

class QWidget;

namespace ui
{

/// Asks for the word LIVE to be typed before the program trades real money. Does not block: onConfirmed or
/// onRefused runs once. venueName: the host, shown in the question.
void confirmLive(QWidget *parent, const QString &venueName, std::function<void()> onConfirmed,
    std::function<void()> onRefused);

} // namespace ui
