#pragma once

#include "models/domain/market.h"

#include <optional>
#include <vector>

namespace paper
{

/// One kline with all that the wire shows of it.
struct Bar
{
    domain::Timestamp openAt;
    domain::Price open;
    domain::Price high;
    domain::Price low;
    domain::Price close;
    domain::Quantity volume;
    domain::Money quoteVolume;
    std::int64_t tradeCount = 0;
    domain::Quantity takerBuyVolume;
    domain::Money takerBuyQuoteVolume;
    std::int64_t firstTradeId = 0; ///< 0 where no trade of this run is in it
    std::int64_t lastTradeId = 0;

    /// The bar of one trade. tradeId: 0 for a recorded one.
    static Bar ofTrade(domain::Timestamp openAt, domain::Price price, domain::Quantity quantity,
        bool buyerIsMaker, std::int64_t tradeId = 0);
    /// Takes in the bar that follows in time; openAt stays.
    void append(const Bar &later);
    friend bool operator==(const Bar &, const Bar &) = default;
};

/// Finished bars of one symbol: computed or recorded.
class BarSource
{
public:
    BarSource() = default;
    BarSource(const BarSource &) = delete;
    BarSource &operator=(const BarSource &) = delete;
    virtual ~BarSource() = default;
    /// Length of the shortest bars it can give.
    virtual domain::Interval base() const = 0;
    /// Opening of its first bar.
    virtual domain::Timestamp beginsAt() const = 0;
    /// All base bars that open in [from, to) as one; unset where there are none. Both ends lie on the base
    /// grid.
    virtual std::optional<Bar> sum(domain::Timestamp from, domain::Timestamp to) = 0;
    /// Opening of the last base bar that opens before `before`; unset where there is none.
    virtual std::optional<domain::Timestamp> lastOpenBefore(domain::Timestamp before) const = 0;
};

} // namespace paper
