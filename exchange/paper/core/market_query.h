#pragma once

#include "exchange/paper/core/api.h"
#include "exchange/paper/core/json.h"

#include <functional>

/// What the public endpoints have in common: parameters and the form of answers.
namespace paper
{

struct Span
{
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
};
/// startTime and endTime: -1102, -1023.
Result<Span> spanOf(const ApiCall &call);

/// interval, startTime, endTime and limit of the candle endpoints.
struct KlineRequest
{
    domain::Interval interval = domain::Interval::M1;
    KlineQuery query;
};
/// -1102, -1120, -1130.
Result<KlineRequest> klineRequest(const ApiCall &call);

/// The parameter `pair`, known to the exchange: -1102, -4144.
Result<const SymbolSpec *> pairOf(const ApiCall &call);
/// Whether contractType is PERPETUAL, the only one listed; -1102, -4104.
Result<bool> isPerpetualAsked(const ApiCall &call);
std::string contractKlines(const ApiCall &call, const SymbolSpec &spec, const KlineRequest &asked);

using WriteSymbol = std::function<void(JsonWriter &, const SymbolSpec &, const MarketView &)>;
/// The row of the parameter `symbol`, or an array of all symbols' rows.
Result<std::string> oneOrAll(const ApiCall &call, const WriteSymbol &write);

const Contract &contractOf(const ApiCall &call, const Symbol &symbol);
/// Contracts open at a moment, those of the crowd that has no account here included; base units.
Quantity openInterestAt(const ApiCall &call, const SymbolSpec &spec, Timestamp at);

} // namespace paper
