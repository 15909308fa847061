#pragma once

#include "models/domain/orders/desk_request.h"

#include <optional>
#include <vector>

namespace domain
{

/// Reads what may explain that a position differs from the exchange's: executions of the symbol from the last
/// agreement to now, page by page, then the orders by which the exchange closed positions itself. A plain
/// object for one reading; only one that came to its end says that nothing more is listed.
/// Source: GET userTrades (seven days at once, three months back, 1,000 rows) and forceOrders (90 days back).
class PositionInquiry
{
public:
    /// withForced: the second list costs four times as much and is read where the first did not suffice.
    PositionInquiry(Symbol symbol, Timestamp since, Timestamp now, bool withForced);

    /// ReadTrades or ReadForcedOrders; nothing once both lists are read.
    std::optional<DeskRequest> next() const;
    /// The answer to what next() asked.
    void onTrades(const std::vector<Fill> &rows);
    void onForcedOrders();
    bool isDone() const { return m_stage == Stage::Done; }

private:
    enum class Stage : std::uint8_t { Trades, ForcedOrders, Done };
    void advanceWindow();
    void finishStage();

    Symbol m_symbol;
    Timestamp m_since;
    Timestamp m_until;
    bool m_withForced;
    Stage m_stage = Stage::Trades;
    Timestamp m_from;          ///< where the next window begins
    std::int64_t m_fromId = 0; ///< the next page begins with this trade; 0: by time
};

} // namespace domain
