#pragma once

#include "models/domain/result.h"

#include <QFuture>
#include <QFutureWatcher>
#include <QMetaObject>
#include <QObject>
#include <QPromise>

#include <memory>
#include <type_traits>
#include <utility>

namespace ports
{

using domain::Result;

template <class T> QFuture<T> finished(T value)
{
    QPromise<T> promise;
    promise.start();
    promise.addResult(std::move(value));
    promise.finish();
    return promise.future();
}

/// Calls take(value) on this thread once the value is there, and never if the receiver is gone by then.
/// Called on the receiver's thread. Use it where a receiver may die before the answer:
/// QFuture::then(receiver) of Qt 6.4 asserts when the answer finds its receiver gone.
template <class T, class Take> void whenFinished(const QFuture<T> &future, QObject *receiver, Take take)
{
    auto *watcher = new QFutureWatcher<T>{receiver};
    QObject::connect(
        watcher, &QFutureWatcherBase::finished, receiver, [watcher, take = std::move(take)]() mutable {
            watcher->deleteLater();
            if (watcher->future().resultCount() > 0) { // a venue that went away finishes without a value
                take(watcher->result());
            }
        });
    watcher->setFuture(future);
}

/// Runs work on the thread that owns target and hands back its outcome. Work may return QFuture<T> or T.
/// If target dies before its turn the future is finished without a result, and a then() with a context is not
/// called.
template <class Work> auto onThreadOf(QObject *target, Work work)
{
    using Returned = std::invoke_result_t<Work &>;
    if constexpr (requires(Returned f) {
                      f.result();
                      f.isCanceled();
                  }) {
        using Value = decltype(std::declval<Returned>().result());
        auto promise = std::make_shared<QPromise<Value>>();
        promise->start();
        const QFuture<Value> future = promise->future();
        QMetaObject::invokeMethod(
            target,
            [target, promise, work = std::move(work)]() mutable {
                whenFinished(work(), target, [promise](const Value &value) {
                    promise->addResult(value);
                    promise->finish();
                });
            },
            Qt::AutoConnection);
        return future;
    } else {
        auto promise = std::make_shared<QPromise<Returned>>();
        promise->start();
        const QFuture<Returned> future = promise->future();
        QMetaObject::invokeMethod(
            target,
            [promise, work = std::move(work)]() mutable {
                promise->addResult(work());
                promise->finish();
            },
            Qt::AutoConnection);
        return future;
    }
}

} // namespace ports
