#pragma once

#include "models/ports/journal.h"

#include <QFuture>
#include <QTest>

namespace support
{

constexpr int patience = 20'000; // ms

/// The answer, once it has come.
template <class T> ports::Result<T> answer(QFuture<ports::Result<T>> future)
{
    const bool isThere = QTest::qWaitFor([&future] { return future.isFinished(); }, patience);
    return isThere && future.resultCount() > 0
               ? future.result()
               : ports::Result<T>{domain::failure(domain::ErrorCode::Malformed, "no answer came")};
}

} // namespace support
