#pragma once

#include <QObject>
#include <QString>

#include <functional>

namespace app
{

/// Asks the desktop (org.freedesktop.Notifications) to show a notice. The bus is spoken to from a pool thread
/// with a time limit of 3 s, so that a hung desktop holds nothing up. A critical notice stays until it is
/// closed. withSound: the desktop plays its warning sound where it can. done is called on the receiver's
/// thread, unless the receiver is gone.
void showDesktopNotice(QObject *receiver, const QString &title, const QString &text, bool critical,
    bool withSound, std::function<void(bool shown, const QString &sentence)> done);

} // namespace app
