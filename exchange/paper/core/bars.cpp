#include "exchange/paper/core/bars.h"

#include <algorithm>

namespace paper
{

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
