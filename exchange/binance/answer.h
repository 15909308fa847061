#pragma once

#include "models/domain/result.h"

#include <QFuture>
#include <QPromise>

#include <memory>
#include <utility>

namespace binance
{

/// The asker's end of a request that is answered by a callback later; copies answer the same asker.
template <class T> class Answer
{
public:
    Answer() : m_promise{std::make_shared<QPromise<T>>()} { m_promise->start(); }
    QFuture<T> future() const { return m_promise->future(); }
    void operator()(T value) const
    {
        m_promise->addResult(std::move(value));
        m_promise->finish();
    }

private:
    std::shared_ptr<QPromise<T>> m_promise;
};

template <class T> using ResultAnswer = Answer<domain::Result<T>>;

} // namespace binance
