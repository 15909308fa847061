#include "models/domain/orders/position_inquiry.h"

#include <algorithm>

namespace domain
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t pageSize = 1'000;
constexpr Milliseconds window = std::chrono::days{7};
constexpr Milliseconds oldest = std::chrono::days{89}; // the lists reach back 90 days

} // namespace

PositionInquiry::PositionInquiry(Symbol symbol, Timestamp since, Timestamp now, bool withForced)
    : m_symbol{std::move(symbol)},
      m_since{std::max(since, now - oldest)},
      m_until{now},
      m_withForced{withForced},
      m_from{m_since}
{
}

std::optional<DeskRequest> PositionInquiry::next() const
{
    const Timestamp until = m_from + window - 1ms;
    switch (m_stage) {
    case Stage::Trades:
        return m_fromId != 0 ? ReadTrades{m_symbol, 0, m_since, {}, m_fromId}
                             : ReadTrades{m_symbol, 0, m_from, until};
    case Stage::ForcedOrders:
        return ReadForcedOrders{m_symbol, m_from, until};
    case Stage::Done:
        break;
    }
    return std::nullopt;
}

void PositionInquiry::onTrades(const std::vector<Fill> &rows)
{
    if (m_stage != Stage::Trades) {
        return;
    }
    if (rows.size() >= pageSize) {
        // From the last one on, without a bound in time; where both sides of a trade are ours, it has two
        // rows.
        const std::int64_t last = std::ranges::max_element(rows, {}, &Fill::tradeId)->tradeId;
        m_fromId = std::max(last, m_fromId + 1);
    } else if (m_fromId != 0) {
        finishStage();
    } else {
        advanceWindow();
    }
}

void PositionInquiry::onForcedOrders()
{
    if (m_stage == Stage::ForcedOrders) {
        advanceWindow();
    }
}

void PositionInquiry::advanceWindow()
{
    m_from += window;
    if (m_from > m_until) {
        finishStage();
    }
}

void PositionInquiry::finishStage()
{
    m_stage = m_stage == Stage::Trades && m_withForced ? Stage::ForcedOrders : Stage::Done;
    m_from = m_since;
    m_fromId = 0;
}

} // namespace domain
