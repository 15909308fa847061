#pragma once

#include <QFuture>
#include <QFutureWatcher>
#include <QSignalSpy>

namespace hostile
{

/// Runs the event loop until the future is finished, and not a moment longer (QTRY_VERIFY looks every 50 ms
/// only).
template <class T> bool finishes(const QFuture<T> &future, int withinMs = 15'000)
{
    QFutureWatcher<T> watcher;
    QSignalSpy finished{&watcher, &QFutureWatcherBase::finished};
    watcher.setFuture(future);
    return future.isFinished() || finished.wait(withinMs);
}

} // namespace hostile
