#include "models/domain/orders/order_chase.h"

#include <algorithm>
#include <array>

namespace domain
{
namespace
{

using namespace std::chrono_literals;

constexpr std::array<Milliseconds, 7> pauses{500ms, 1s, 2s, 3s, 5s, 10s, 15s};
constexpr Milliseconds slowPause = 60s;
constexpr Milliseconds secondNotFoundAfter = 3s;
constexpr Milliseconds thirdNotFoundAfter = 10s;

} // namespace

void OrderChase::start(Goal goal, Timestamp at)
{
    *this = {};
    m_goal = goal;
    m_startedAt = at;
    m_nextQueryAt = at + pauses.front();
}

std::optional<Timestamp> OrderChase::nextQueryAt() const
{
    return isRunning() ? std::optional{m_nextQueryAt} : std::nullopt;
}

void OrderChase::noteQuery(Timestamp now, Timestamp fence, bool slow)
{
    const auto step = std::min<std::size_t>(static_cast<std::size_t>(++m_queries), pauses.size() - 1);
    const Timestamp regular = now + (slow ? slowPause : pauses[step]);
    const Timestamp proof = nextProofAt(fence);
    m_nextQueryAt = proof > now ? std::min(regular, proof) : regular;
}

bool OrderChase::noteNotFound(Timestamp askedAt, Timestamp fence)
{
    if (askedAt < nextProofAt(fence)) {
        return false;
    }
    if (++m_notFoundCount == 1) {
        m_firstNotFoundAt = askedAt;
    }
    constexpr int proof = 3;
    if (m_notFoundCount < proof) { // else nothing is left to be proven, and the next one has time
        m_nextQueryAt = std::min(m_nextQueryAt, nextProofAt(fence));
    }
    return m_notFoundCount >= proof;
}

Timestamp OrderChase::nextProofAt(Timestamp fence) const
{
    switch (m_notFoundCount) {
    case 0:
        return fence + 1ms;
    case 1:
        return m_firstNotFoundAt + secondNotFoundAfter;
    default:
        return m_firstNotFoundAt + thirdNotFoundAfter;
    }
}

} // namespace domain
