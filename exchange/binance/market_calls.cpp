#include "exchange/binance/market_calls.h"

#include "exchange/binance/signing.h"

#include <algorithm>
#include <string>
#include <utility>

namespace binance
{

using namespace domain;

namespace
{

Call publicGet(std::string path, std::int64_t weight)
{
    Call call{.path = std::move(path)};
    call.priority = transport::Priority::Market;
    call.lane = transport::Lane::Bulk;
    call.cost = {weight, 0};
    return call;
}

/// One of its kind waits in the queue; a newer one takes its place.
Call newestOnly(Call call)
{
    call.coalesceKey = call.path + ' ' + call.parameters;
    return call;
}

/// Source: reference 4.1, weight by limit.
std::int64_t klineWeight(int limit)
{
    return limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1'000 ? 5 : 10;
}

} // namespace

Call exchangeInfoCall()
{
    return publicGet("/fapi/v1/exchangeInfo", 1);
}

Call fundingInfoCall()
{
    return publicGet("/fapi/v1/fundingInfo", 0);
}

Call tickersCall()
{
    return newestOnly(publicGet("/fapi/v1/ticker/24hr", 40));
}

Call markPricesCall()
{
    return newestOnly(publicGet("/fapi/v1/premiumIndex", 10));
}

Call bookTickerCall(const Symbol &symbol)
{
    Call call = publicGet("/fapi/v1/ticker/bookTicker", 2);
    appendParameter(call.parameters, "symbol", symbol);
    return newestOnly(std::move(call));
}

Call depthCall(const Symbol &symbol)
{
    Call call = publicGet("/fapi/v1/depth", 20);
    appendParameter(call.parameters, "symbol", symbol);
    appendParameter(call.parameters, "limit", std::to_string(snapshotLevels));
    call.maxTries = 1;
    return call;
}

Call klinesCall(const Symbol &symbol, Interval interval, int limit, std::optional<Timestamp> startAt,
    std::optional<Timestamp> endAt)
{
    const int size = std::clamp(limit, 1, candlesMost);
    Call call = publicGet("/fapi/v1/klines", klineWeight(size));
    appendParameter(call.parameters, "symbol", symbol);
    appendParameter(call.parameters, "interval", toString(interval));
    appendParameter(call.parameters, "limit", std::to_string(size));
    if (startAt) {
        appendParameter(call.parameters, "startTime", std::to_string(toMs(*startAt)));
    }
    if (endAt) {
        appendParameter(call.parameters, "endTime", std::to_string(toMs(*endAt)));
    }
    return call;
}

Call aggTradesCall(const Symbol &symbol, int limit, std::optional<std::int64_t> fromId)
{
    Call call = publicGet("/fapi/v1/aggTrades", 20);
    appendParameter(call.parameters, "symbol", symbol);
    if (fromId) {
        appendParameter(call.parameters, "fromId", std::to_string(*fromId));
    }
    appendParameter(call.parameters, "limit", std::to_string(std::clamp(limit, 1, tradesPerPage)));
    return call;
}

} // namespace binance
