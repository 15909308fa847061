#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>

namespace ui
{

/// Writes the whole file or none of it, away from the GUI thread. The answer is empty, or one sentence that
/// says why the file was not written; it does not come if the receiver is gone by then.
void writeFile(QObject *receiver, const QString &path, const QByteArray &content,
    std::function<void(const QString &failure)> onDone);

} // namespace ui
