#pragma once

#include "models/domain/market.h"

#include <optional>
#include <string>
#include <string_view>

namespace paper
{

/// Entry point of a socket. Unrouted sockets carry what Public carries; WsApi is no stream but calls and
/// answers.
enum class Route : std::uint8_t { Unrouted, Public, Market, Private, WsApi };

enum class StreamKind : std::uint8_t {
    AggregateTrade,
    Trade,
    MarkPrice,
    Kline,
    ContinuousKline,
    MiniTicker,
    Ticker,
    BookTicker,
    PartialDepth,
    Depth,
    ForceOrder,
    ContractInfo,
    SecondKline, ///< continuousKline_1s
    CompositeIndex,
    AssetIndex,
    TradingSession,
};

/// A stream's name, taken apart.
struct StreamName
{
    StreamKind kind = StreamKind::AggregateTrade;
    domain::Symbol symbol; ///< upper case, of an index for index streams; empty for all-market streams
    domain::Interval interval = domain::Interval::M1;
    std::size_t levels = 0;         ///< PartialDepth
    domain::Milliseconds period{0}; ///< between messages; 0: at once
    bool withRpi = false;           ///< Depth: with RPI orders
    bool isAll() const { return symbol.empty(); }
    bool isOfIndex() const { return kind == StreamKind::CompositeIndex || kind == StreamKind::AssetIndex; }
};

/// Unset for a name the exchange does not have. Names are case sensitive, symbols lower case.
std::optional<StreamName> parseStreamName(std::string_view name);
/// Whether a socket on that route gets data of the stream.
bool isCarriedOn(Route route, StreamKind kind);

} // namespace paper
