#pragma once

#include "models/domain/time.h"

#include <cstdint>
#include <optional>

namespace domain
{

/// When to ask the exchange for one order, and when its "not found" is a proof: three of them, asked after
/// the fence, the second at least 3 s and the third at least 10 s after the first (reliability 4.4).
class OrderChase
{
public:
    enum class Goal : std::uint8_t {
        None,
        Settle, ///< the answer was lost: does the exchange have it?
        Verify, ///< the exchange had it: what became of it?
    };

    void start(Goal goal, Timestamp at);
    void stop() { m_goal = Goal::None; }

    Goal goal() const { return m_goal; }
    bool isRunning() const { return m_goal != Goal::None; }
    Timestamp startedAt() const { return m_startedAt; }
    /// Nothing while it does not run.
    std::optional<Timestamp> nextQueryAt() const;
    /// A query goes out now. fence: "not found" counts when asked after it. slow: once a minute is enough.
    void noteQuery(Timestamp now, Timestamp fence, bool slow);
    /// The exchange did not find it. True: that makes the proof.
    bool noteNotFound(Timestamp askedAt, Timestamp fence);

private:
    Timestamp nextProofAt(Timestamp fence) const;

    Goal m_goal = Goal::None;
    Timestamp m_startedAt;
    Timestamp m_nextQueryAt;
    int m_queries = 0;
    int m_notFoundCount = 0;
    Timestamp m_firstNotFoundAt;
};

} // namespace domain
