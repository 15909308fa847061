#include "exchange/binance/compact_reader.h"
#include "exchange/binance/user_events.h"

#include <algorithm>

namespace binance
{

using namespace domain;
using namespace json;

namespace
{

// COIN-M rows of the all-market streams carry st = 2 (reference 6).
constexpr int coinMargined = 2;

template <class Source> bool readTrade(Source &source, TradeEvent &event, int &universe)
{
    Trade &trade = event.trade;
    return eachMember(source,
               [&](std::string_view key, auto &value) {
                   if (key.size() != 1) {
                       return key == "st" ? read(value, universe) : true;
                   }
                   switch (key.front()) {
                   case 's':
                       return read(value, trade.symbol);
                   case 'a':
                   case 't':
                       return read(value, trade.id);
                   case 'p':
                       return read(value, trade.price);
                   case 'q':
                       return read(value, trade.quantity);
                   case 'T':
                       return read(value, trade.at);
                   case 'm':
                       return read(value, trade.buyerIsMaker);
                   default:
                       return true;
                   }
               }) &&
           !trade.symbol.empty() && trade.price.isPositive();
}

template <class Source> bool readKline(Source &source, KlineEvent &event, int &universe)
{
    Candle &candle = event.candle;
    unsigned prices = 0;
    const auto readBar = [&](std::string_view key, auto &value) {
        if (key.size() != 1) {
            return true;
        }
        switch (key.front()) {
        case 't':
            return read(value, candle.openAt);
        case 'i': {
            std::string_view word;
            const bool isWord = readToken(value, word);
            event.interval = parseInterval(word);
            return isWord;
        }
        case 'o':
            prices |= 1U;
            return read(value, candle.open);
        case 'c':
            prices |= 2U;
            return read(value, candle.close);
        case 'h':
            prices |= 4U;
            return read(value, candle.high);
        case 'l':
            prices |= 8U;
            return read(value, candle.low);
        case 'v':
            return read(value, candle.volume);
        case 'n':
            return read(value, candle.tradeCount);
        case 'x':
            return read(value, candle.isClosed);
        case 'q':
            return read(value, candle.quoteVolume);
        case 'V':
            return read(value, candle.takerBuyVolume);
        default:
            return true;
        }
    };
    const bool isRead = eachMember(source, [&](std::string_view key, auto &value) {
        if (key == "k") {
            return eachMember(value, readBar);
        }
        if (key == "s" || key == "ps") {
            return read(value, event.symbol);
        }
        return key == "st" ? read(value, universe) : true;
    });
    constexpr unsigned allPrices = 15U;
    event.isComplete = prices == allPrices && event.interval.has_value();
    return isRead && !event.symbol.empty() && toMs(candle.openAt) > 0;
}

template <class Source> bool readTicker(Source &source, TickerEvent &event, int &universe)
{
    Ticker &ticker = event.ticker;
    const bool isRead = eachMember(source, [&](std::string_view key, auto &value) {
        if (key.size() != 1) {
            return key == "st" ? read(value, universe) : true;
        }
        switch (key.front()) {
        case 's':
            return read(value, ticker.symbol);
        case 'c':
            return read(value, ticker.last);
        case 'o':
            return read(value, ticker.open);
        case 'h':
            return read(value, ticker.high);
        case 'l':
            return read(value, ticker.low);
        case 'v':
            return read(value, ticker.volume);
        case 'q':
            return read(value, ticker.quoteVolume);
        case 'P':
            return read(value, ticker.changePercent);
        case 'E':
            return read(value, ticker.at);
        default:
            return true;
        }
    });
    if (event.isMini && ticker.open.isPositive()) {
        ticker.changePercent = (ticker.last - ticker.open) / ticker.open * 100;
    }
    return isRead && !ticker.symbol.empty();
}

template <class Source> bool readBookTicker(Source &source, BookTicker &ticker, int &universe)
{
    return eachMember(source, [&](std::string_view key, auto &value) {
        if (key.size() != 1) {
            return key == "st" ? read(value, universe) : true;
        }
        switch (key.front()) {
        case 's':
            return read(value, ticker.symbol);
        case 'u':
            return read(value, ticker.updateId);
        case 'b':
            return read(value, ticker.bid);
        case 'B':
            return read(value, ticker.bidQty);
        case 'a':
            return read(value, ticker.ask);
        case 'A':
            return read(value, ticker.askQty);
        case 'E':
            return read(value, ticker.at);
        default:
            return true;
        }
    }) && !ticker.symbol.empty();
}

template <class Source> bool readDepth(Source &source, BookUpdate &update, int &universe)
{
    return eachMember(source,
               [&](std::string_view key, auto &value) {
                   if (key == "pu") {
                       return read(value, update.previousUpdateId);
                   }
                   if (key.size() != 1) {
                       return key == "st" ? read(value, universe) : true;
                   }
                   switch (key.front()) {
                   case 's':
                       return read(value, update.symbol);
                   case 'E':
                       return read(value, update.at);
                   case 'U':
                       return read(value, update.firstUpdateId);
                   case 'u':
                       return read(value, update.lastUpdateId);
                   case 'b':
                       return readLevels(value, update.bids);
                   case 'a':
                       return readLevels(value, update.asks);
                   default:
                       return true;
                   }
               }) &&
           !update.symbol.empty() && update.lastUpdateId > 0;
}

template <class Source> bool readMark(Source &source, MarkPrice &mark, int &universe)
{
    return eachMember(source, [&](std::string_view key, auto &value) {
        if (key.size() != 1) {
            return key == "st" ? read(value, universe) : true;
        }
        switch (key.front()) {
        case 's':
            return read(value, mark.symbol);
        case 'p':
            return read(value, mark.mark);
        case 'i':
            return read(value, mark.index);
        case 'r':
            return read(value, mark.fundingRate);
        case 'T':
            return read(value, mark.nextFundingAt);
        case 'E':
            return read(value, mark.at);
        default:
            return true;
        }
    }) && !mark.symbol.empty();
}

template <class Source> bool readForceOrder(Source &source, ForceOrderEvent &event, int &universe)
{
    const auto readOrder = [&](std::string_view key, auto &value) {
        if (key == "s") {
            return read(value, event.symbol);
        }
        if (key == "S") {
            return readWord(value, event.side, parseSide);
        }
        if (key == "q") {
            return read(value, event.quantity);
        }
        if (key == "p") {
            return read(value, event.price);
        }
        if (key == "ap") {
            return read(value, event.avgPrice);
        }
        return key == "T" ? read(value, event.at) : true;
    };
    return eachMember(source, [&](std::string_view key, auto &value) {
        if (key == "o") {
            return eachMember(value, readOrder);
        }
        return key == "st" ? read(value, universe) : true;
    }) && !event.symbol.empty();
}

bool readContractInfo(od::object &source, ContractInfoEvent &event, int &universe)
{
    const auto readBracket = [](od::value &row, LeverageBracket &bracket) {
        return eachMember(row, [&](std::string_view key, od::value &value) {
            if (key == "bs") {
                return read(value, bracket.bracket);
            }
            if (key == "bnf") {
                return read(value, bracket.notionalFloor);
            }
            if (key == "bnc") {
                return read(value, bracket.notionalCap);
            }
            if (key == "mmr") {
                return read(value, bracket.maintenanceMarginRate);
            }
            if (key == "cf") {
                return read(value, bracket.maintenanceAmount);
            }
            return key == "ma" ? read(value, bracket.maxLeverage) : true;
        });
    };
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "s") {
            return read(value, event.symbol);
        }
        if (key == "ct") {
            return read(value, event.contractType);
        }
        if (key == "cs") {
            return read(value, event.statusText);
        }
        if (key == "bks") {
            return eachElement(
                value, [&](od::value &row) { return readBracket(row, event.brackets.emplace_back()); });
        }
        return key == "st" ? read(value, universe) : true;
    }) && !event.symbol.empty();
}

bool readCompositeIndex(od::object &source, CompositeIndexEvent &event, int &universe)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "s") {
            return read(value, event.symbol);
        }
        if (key == "p") {
            return read(value, event.price);
        }
        if (key == "E") {
            return read(value, event.at);
        }
        return key == "st" ? read(value, universe) : true;
    }) && !event.symbol.empty();
}

bool readAssetIndex(od::object &source, AssetIndexEvent &event, int &universe)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "s") {
            return read(value, event.symbol);
        }
        if (key == "i") {
            return read(value, event.index);
        }
        if (key == "E") {
            return read(value, event.at);
        }
        return key == "st" ? read(value, universe) : true;
    }) && !event.symbol.empty();
}

bool readSession(od::object &source, TradingSessionEvent &event, int & /*universe*/)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "e") {
            return read(value, event.market);
        }
        if (key == "S") {
            return read(value, event.session);
        }
        return key == "E" ? read(value, event.at) : true;
    });
}

/// Reads the event where it will stay; on false the frame holds half of one and is of no use.
template <class Event, class Source, class Read> bool add(StreamFrame &frame, Source &source, Read readEvent)
{
    Event &event = *std::get_if<Event>(&frame.events.emplace_back(std::in_place_type<Event>));
    int universe = 0;
    if (!readEvent(source, event, universe)) {
        return false;
    }
    if (universe == coinMargined) {
        frame.events.pop_back();
        ++frame.droppedCoinMargined;
    }
    return true;
}

/// The events that come many times a second; empty: it is none of them.
template <class Source>
std::optional<bool> readBusyEvent(std::string_view type, Source &source, StreamFrame &frame)
{
    if (type == "bookTicker") {
        return add<BookTicker>(frame, source, readBookTicker<Source>);
    }
    if (type == "trade" || type == "aggTrade") {
        return add<TradeEvent>(frame, source, [&](Source &from, TradeEvent &event, int &universe) {
            event.isAggregate = type == "aggTrade";
            return readTrade(from, event, universe);
        });
    }
    if (type == "depthUpdate") {
        return add<BookUpdate>(frame, source, [&](Source &from, BookUpdate &update, int &universe) {
            update.bids = std::move(frame.spareBids);
            update.asks = std::move(frame.spareAsks);
            return readDepth(from, update, universe);
        });
    }
    if (type == "kline" || type == "continuous_kline") {
        return add<KlineEvent>(frame, source, [&](Source &from, KlineEvent &event, int &universe) {
            event.isContinuous = type != "kline";
            return readKline(from, event, universe);
        });
    }
    if (type == "24hrTicker" || type == "24hrMiniTicker") {
        return add<TickerEvent>(frame, source, [&](Source &from, TickerEvent &event, int &universe) {
            event.isMini = type == "24hrMiniTicker";
            return readTicker(from, event, universe);
        });
    }
    if (type == "markPriceUpdate") {
        return add<MarkPrice>(frame, source, readMark<Source>);
    }
    if (type == "forceOrder") {
        return add<ForceOrderEvent>(frame, source, readForceOrder<Source>);
    }
    return std::nullopt;
}

bool readEvent(std::string_view type, od::object &source, StreamFrame &frame)
{
    if (const auto isRead = readBusyEvent(type, source, frame)) {
        return *isRead;
    }
    if (type == "contractInfo") {
        return add<ContractInfoEvent>(frame, source, readContractInfo);
    }
    if (type == "compositeIndex") {
        return add<CompositeIndexEvent>(frame, source, readCompositeIndex);
    }
    if (type == "assetIndexUpdate") {
        return add<AssetIndexEvent>(frame, source, readAssetIndex);
    }
    if (type == "EquityUpdate" || type == "CommodityUpdate" || type == "FXUpdate" ||
        type.ends_with("_EquityUpdate")) {
        return add<TradingSessionEvent>(frame, source, readSession);
    }
    if (const auto isRead = readUserEvent(type, source, frame)) {
        return *isRead;
    }
    frame.events.emplace_back(UnknownEvent{std::string{type}});
    return true;
}

/// The member "e", wherever it stands; type stays empty where there is none. False: broken text. A broken
/// object must not be touched again, not even to start over.
bool findType(od::object &object, std::string_view &type)
{
    od::value value;
    const auto error = object.find_field_unordered("e").get(value);
    return error == simdjson::NO_SUCH_FIELD || (error == simdjson::SUCCESS && readToken(value, type));
}

/// An event object: finds its type, wherever it stands, then reads the whole.
template <class Source> bool readPayload(Source &source, StreamFrame &frame)
{
    od::object object;
    std::string_view type;
    if (source.get_object().get(object) != simdjson::SUCCESS) {
        return false;
    }
    if (!findType(object, type)) {
        return false;
    }
    return object.reset().error() == simdjson::SUCCESS && readEvent(type, object, frame);
}

/// {"result":…,"id":…}, {"code":…,"msg":…,"id":…}, {"error":{…}}: what is no event.
bool readControlMember(std::string_view key, od::value &value, ControlAnswer &answer)
{
    if (key == "id") {
        return read(value, answer.id);
    }
    if (key == "code") {
        return read(value, answer.errorCode);
    }
    if (key == "msg") {
        return read(value, answer.errorMessage);
    }
    if (key == "error") {
        return eachMember(value, [&](std::string_view inner, od::value &item) {
            if (inner == "code") {
                return read(item, answer.errorCode);
            }
            return inner == "msg" ? read(item, answer.errorMessage) : true;
        });
    }
    return true;
}

/// isWrapped: the text begins with "stream", so that there is no need to search it for "e".
bool readRoot(od::document &document, bool isWrapped, StreamFrame &frame)
{
    od::json_type type{};
    if (document.type().get(type) != simdjson::SUCCESS) {
        return false;
    }
    if (type == od::json_type::array) {
        return eachElement(document, [&](od::value &element) { return readPayload(element, frame); });
    }
    od::object root;
    if (document.get_object().get(root) != simdjson::SUCCESS) {
        return false;
    }
    if (!isWrapped) {
        std::string_view eventType;
        if (!findType(root, eventType) || root.reset().error() != simdjson::SUCCESS) {
            return false;
        }
        if (!eventType.empty()) {
            return readEvent(eventType, root, frame);
        }
    }
    bool hasData = false;
    ControlAnswer control;
    const bool isRead = eachMember(root, [&](std::string_view key, od::value &value) {
        if (key == "stream") {
            return read(value, frame.stream);
        }
        if (key == "data") {
            hasData = true;
            return eachRow(value, [&](od::value &payload) { return readPayload(payload, frame); });
        }
        return readControlMember(key, value, control);
    });
    if (isRead && !hasData) {
        frame.control = std::move(control);
    }
    return isRead;
}

/// A busy event whose first member is "e", as the venue writes them.
bool readCompactPayload(CompactText &text, StreamFrame &frame)
{
    std::string_view type;
    if (!text.skip("{\"e\":") || !text.string(type)) {
        return false;
    }
    text.opening = ',';
    return readBusyEvent(type, text, frame).value_or(false);
}

/// The fast way: {"stream":"…","data":…} or the payload alone. False: simdjson has to read the message.
bool readCompactRoot(std::string_view json, StreamFrame &frame)
{
    CompactText text{json.data()};
    const bool isWrapped = text.skip("{\"stream\":");
    if (isWrapped) {
        std::string_view stream;
        if (!text.string(stream) || !text.skip(",\"data\":")) {
            return false;
        }
        frame.stream = stream;
    }
    const bool isRead =
        *text.at == '[' ? eachElement(text, [&](CompactText &row) { return readCompactPayload(row, frame); })
                        : readCompactPayload(text, frame);
    return isRead && (!isWrapped || text.skip('}')) && text.at == json.data() + json.size();
}

} // namespace

Result<void> parseFrame(std::string_view json, StreamFrame &frame)
{
    Workspace &workspace = Workspace::ofThread();
    const std::string_view text = workspace.load(json);
    frame.clear();
    if (readCompactRoot(text, frame)) {
        return {};
    }
    frame.clear();
    od::document document;
    const auto firstMember = text.substr(std::min(text.find('"'), text.size()));
    if (workspace.open(text, document) != simdjson::SUCCESS ||
        !readRoot(document, firstMember.starts_with("\"stream\""), frame) ||
        document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
        frame.clear();
        return malformed("stream message");
    }
    return {};
}

} // namespace binance
