#include "exchange/paper/core/bars.h"

#include <algorithm>

namespace paper
{

Bar Bar::ofTrade(domain::Timestamp openAt, domain::Price price, domain::Quantity quantity, bool buyerIsMaker,
    std::int64_t tradeId)
{
    Bar bar;
    bar.openAt = openAt;
    bar.open = bar.high = bar.low = bar.close = price;
    bar.volume = quantity;
    bar.quoteVolume = price * quantity;
    bar.tradeCount = 1;
    if (!buyerIsMaker) {
        bar.takerBuyVolume = bar.volume;
        bar.takerBuyQuoteVolume = bar.quoteVolume;
    }
    bar.firstTradeId = bar.lastTradeId = tradeId;
    return bar;
}

void Bar::append(const Bar &later)
{
    high = std::max(high, later.high);
    low = std::min(low, later.low);
    close = later.close;
    volume += later.volume;
    quoteVolume += later.quoteVolume;
    tradeCount += later.tradeCount;
    takerBuyVolume += later.takerBuyVolume;
    takerBuyQuoteVolume += later.takerBuyQuoteVolume;
    if (firstTradeId == 0) {
        firstTradeId = later.firstTradeId;
    }
    if (later.lastTradeId != 0) {
        lastTradeId = later.lastTradeId;
    }
}

} // namespace paper
