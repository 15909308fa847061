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

/// Which members of one letter an event had.
class Letters
{
public:
    void add(char letter) { m_seen |= bitOf(letter); }
    bool has(char letter) const { return (m_seen & bitOf(letter)) != 0; }
    bool hasAll(std::string_view wanted) const
    {
        return std::ranges::all_of(wanted, [this](char letter) { return has(letter); });
    }
    /// As hasAll(); notes the first that is missing.
    bool hold(std::string_view wanted) const
    {
        return std::ranges::all_of(wanted, [this](const char &letter) {
            return given(has(letter), {&letter, 1});
        });
    }

private:
    static constexpr std::uint64_t bitOf(char letter)
    {
        return letter >= 'A' ? std::uint64_t{1} << (static_cast<unsigned>(letter - 'A') & 63U) : 0;
    }
    std::uint64_t m_seen = 0;
};

/// Reads the members of one letter by readLetter(letter, value), and the rest that busy events share. False
/// also where one of the wanted letters is missing. Rows of the other universe are dropped, not judged.
template <class Source, class ReadLetter>
bool readLetters(Source &source, std::string_view wanted, int &universe, ReadLetter readLetter)
{
    Letters letters;
    return eachMember(source, [&](std::string_view key, auto &value) {
        if (key.size() != 1) {
            return key == "st" ? read(value, universe) : true;
        }
        letters.add(key.front());
        return readLetter(key.front(), value);
    }) && (universe == coinMargined || letters.hold(wanted));
}

template <class Source> bool readTrade(Source &source, TradeEvent &event, int &universe)
{
    Trade &trade = event.trade;
    const char id = event.isAggregate ? 'a' : 't';
    return readLetters(source, event.isAggregate ? "sapqTm" : "stpqTm", universe, [&](char key, auto &value) {
        switch (key) {
        case 's':
            return read(value, trade.symbol);
        case 'a':
        case 't':
            return key == id ? read(value, trade.id) : true;
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
    }) && (universe == coinMargined || given(trade.price.isPositive(), "p"));
}

template <class Source> bool readKline(Source &source, KlineEvent &event, int &universe)
{
    Candle &candle = event.candle;
    Letters letters;
    const auto readBar = [&](std::string_view key, auto &value) {
        if (key.size() != 1) {
            return true;
        }
        letters.add(key.front());
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
            return read(value, candle.open);
        case 'c':
            return read(value, candle.close);
        case 'h':
            return read(value, candle.high);
        case 'l':
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
    event.isComplete = event.interval.has_value() && letters.hasAll("ochlvnxqV");
    return isRead && (universe == coinMargined || (given(!event.symbol.empty(), "s") && letters.hold("t") &&
                                                      given(toMs(candle.openAt) > 0, "t")));
}

template <class Source> bool readTicker(Source &source, TickerEvent &event, int &universe)
{
    Ticker &ticker = event.ticker;
    const std::string_view wanted = event.isMini ? "scohlvqE" : "scohlvqPE";
    const bool isRead = readLetters(source, wanted, universe, [&](char key, auto &value) {
        switch (key) {
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
    return isRead;
}

template <class Source> bool readBookTicker(Source &source, BookTicker &ticker, int &universe)
{
    return readLetters(source, "subBaAE", universe, [&](char key, auto &value) {
        switch (key) {
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
    });
}

template <class Source> bool readDepth(Source &source, BookUpdate &update, int &universe)
{
    Letters letters;
    bool hasPrevious = false;
    const bool isRead = eachMember(source, [&](std::string_view key, auto &value) {
        if (key == "pu") {
            hasPrevious = true;
            return read(value, update.previousUpdateId);
        }
        if (key.size() != 1) {
            return key == "st" ? read(value, universe) : true;
        }
        letters.add(key.front());
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
    });
    return isRead && (universe == coinMargined || (letters.hold("sEUuba") && given(hasPrevious, "pu") &&
                                                      given(update.lastUpdateId > 0, "u")));
}

template <class Source> bool readMark(Source &source, MarkPrice &mark, int &universe)
{
    return readLetters(source, "spE", universe, [&](char key, auto &value) {
        switch (key) {
        case 's':
            return read(value, mark.symbol);
        case 'p':
            return read(value, mark.mark);
        case 'i':
            return readOptional(value, mark.index);
        case 'r':
            return readOptional(value, mark.fundingRate); // contracts with a delivery have none
        case 'T':
            return readOptional(value, mark.nextFundingAt);
        case 'E':
            return read(value, mark.at);
        default:
            return true;
        }
    });
}

template <class Source> bool readForceOrder(Source &source, ForceOrderEvent &event, int &universe)
{
    bool hasOrder = false;
    Letters letters;
    const auto readOrder = [&](std::string_view key, auto &value) {
        if (key == "ap") {
            return readOptional(value, event.avgPrice);
        }
        if (key.size() != 1) {
            return true;
        }
        letters.add(key.front());
        switch (key.front()) {
        case 's':
            return read(value, event.symbol);
        case 'S':
            return read(value, event.side);
        case 'q':
            return read(value, event.quantity);
        case 'p':
            return read(value, event.price);
        case 'T':
            return read(value, event.at);
        default:
            return true;
        }
    };
    return eachMember(source, [&](std::string_view key, auto &value) {
        if (key == "o") {
            hasOrder = true;
            return eachMember(value, readOrder);
        }
        return key == "st" ? read(value, universe) : true;
    }) && (universe == coinMargined || (given(hasOrder, "o") && letters.hold("sSqpT")));
}

bool readContractInfo(od::object &source, ContractInfoEvent &event, int &universe)
{
    const auto readBracket = [](od::value &row, LeverageBracket &bracket) {
        return readObject(row, required("bs", bracket.bracket), required("bnf", bracket.notionalFloor),
            required("bnc", bracket.notionalCap), required("mmr", bracket.maintenanceMarginRate),
            required("cf", bracket.maintenanceAmount), required("ma", bracket.maxLeverage));
    };
    const auto readBrackets = [&](od::value &value) {
        return eachElement(
            value, [&](od::value &row) { return readBracket(row, event.brackets.emplace_back()); });
    };
    return readObject(source, required("s", event.symbol), optional("ct", event.contractType),
        required("cs", event.statusText), optional("bks", readBrackets), optional("st", universe));
}

bool readCompositeIndex(od::object &source, CompositeIndexEvent &event, int &universe)
{
    return readObject(source, required("s", event.symbol), required("p", event.price),
        required("E", event.at), optional("st", universe));
}

bool readAssetIndex(od::object &source, AssetIndexEvent &event, int &universe)
{
    return readObject(source, required("s", event.symbol), required("i", event.index),
        required("E", event.at), optional("st", universe));
}

bool readSession(od::object &source, TradingSessionEvent &event, int & /*universe*/)
{
    return readObject(
        source, required("e", event.market), required("S", event.session), required("E", event.at));
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
    frame.events.emplace_back(type == "serverShutdown" ? StreamEvent{ServerShutdown{}}
                                                       : StreamEvent{UnknownEvent{std::string{type}}});
    std::int64_t sentAt = 0; // the rest is read to its end: nothing may follow
    return readObject(source, optional("E", sentAt));
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

/// A stream's message or the answer to a request: {"stream":…,"data":…}, {"result":…,"id":…},
/// {"code":…,"msg":…,"id":…}, {"error":{…}}.
bool readEnvelope(od::object &root, StreamFrame &frame)
{
    bool hasData = false;
    ControlAnswer control;
    const auto readData = [&](od::value &value) {
        hasData = true;
        return eachRow(value, [&](od::value &payload) { return readPayload(payload, frame); });
    };
    const auto readError = [&](od::value &value) {
        return readObject(value, optional("code", control.errorCode), optional("msg", control.errorMessage));
    };
    const bool isRead =
        readObject(root, optional("stream", frame.stream), required("data", readData).onlyIf(false),
            optional("id", control.id), optional("code", control.errorCode),
            optional("msg", control.errorMessage), optional("error", readError));
    if (isRead && !hasData) {
        frame.control = std::move(control);
    }
    return isRead;
}

/// isWrapped: the text begins with "stream", so that there is no need to search it for "e".
bool readRoot(od::document &document, bool isWrapped, StreamFrame &frame)
{
    if (typeOf(document) == od::json_type::array) {
        return eachElement(document, [&](od::value &element) { return readPayload(element, frame); });
    }
    od::object root;
    if (document.get_object().get(root) != simdjson::SUCCESS) {
        return false;
    }
    if (isWrapped) {
        return readEnvelope(root, frame);
    }
    std::string_view type;
    if (!findType(root, type) || root.reset().error() != simdjson::SUCCESS) {
        return false;
    }
    return type.empty() ? readEnvelope(root, frame) : readEvent(type, root, frame);
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
    workspace.forgetFailure();
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
