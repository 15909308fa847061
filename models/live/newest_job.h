#pragma once

#include "models/ports/future.h"

#include <QThreadPool>

#include <functional>
#include <memory>
#include <utility>

namespace live
{

/// Runs pure work on a pool thread and hands its result to the owner's thread, one at a time: of all that is
/// asked for meanwhile only the newest runs next. Work must own all it reads.
template <class Result> class NewestJob
{
public:
    /// The owner outlives the job; take is not called once the owner is gone.
    NewestJob(QObject *owner, std::function<void(Result)> take) : m_owner{owner}, m_take{std::move(take)} {}
    NewestJob(const NewestJob &) = delete;
    NewestJob &operator=(const NewestJob &) = delete;

    void run(std::function<Result()> work)
    {
        if (m_isRunning) {
            m_next = std::move(work);
        } else {
            start(std::move(work));
        }
    }
    bool isRunning() const { return m_isRunning; }

private:
    void start(std::function<Result()> work)
    {
        m_isRunning = true;
        auto promise = std::make_shared<QPromise<Result>>();
        promise->start();
        ports::whenFinished(promise->future(), m_owner, [this](Result result) {
            m_isRunning = false;
            if (auto next = std::exchange(m_next, nullptr)) {
                start(std::move(next));
            }
            m_take(std::move(result));
        });
        QThreadPool::globalInstance()->start([promise, work = std::move(work)] {
            promise->addResult(work());
            promise->finish();
        });
    }

    QObject *m_owner;
    std::function<void(Result)> m_take;
    std::function<Result()> m_next;
    bool m_isRunning = false;
};

} // namespace live
