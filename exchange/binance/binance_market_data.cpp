#include "exchange/binance/binance_market_data.h"

#include "exchange/binance/body.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace binance
{

using namespace domain;

namespace
{

constexpr Milliseconds frameLength{30};
// Streams that push every second whatever happens; the others may rest with their symbol.
constexpr Milliseconds tickerSilence{5'000};

std::string lowerCase(std::string_view symbol)
{
    std::string lower{symbol};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; // other scripts have no case here
    });
    return lower;
}

/// {"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}
std::string controlText(bool isSubscribe, const std::vector<std::string> &names, std::uint64_t id)
{
    std::string text =
        isSubscribe ? R"({"method":"SUBSCRIBE","params":[)" : R"({"method":"UNSUBSCRIBE","params":[)";
    for (const std::string &name : names) {
        if (text.back() != '[') {
            text += ',';
        }
        text += '"';
        for (const char c : name) {
            if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ') {
                continue; // no stream has such a name; it must not break the message
            }
            text += c;
        }
        text += '"';
    }
    return text + R"(],"id":)" + std::to_string(id) + '}';
}

std::optional<Milliseconds> silenceOf(const std::string &name)
{
    return name.starts_with('!') ? std::optional{tickerSilence} : std::nullopt;
}

} // namespace

BinanceMarketData::BinanceMarketData(RestClient &rest, QObject *parent)
    : ports::MarketData{parent},
      m_rest{rest},
      m_frameTimer{new QTimer{this}},
      m_infoTimer{new QTimer{this}},
      m_intervalsTimer{new QTimer{this}}
{
    m_frameTimer->setSingleShot(true);
    m_frameTimer->setTimerType(Qt::PreciseTimer);
    connect(m_frameTimer, &QTimer::timeout, this, &BinanceMarketData::flush);
    connect(m_infoTimer, &QTimer::timeout, this, &BinanceMarketData::refreshInfo);
    m_intervalsTimer->setSingleShot(true);
    connect(m_intervalsTimer, &QTimer::timeout, this, &BinanceMarketData::refreshIntervals);
}

void BinanceMarketData::start()
{
    m_public = makeSocket(StreamRoute::Public);
    m_market = makeSocket(StreamRoute::Market);
    for (const auto &[topic, count] : m_claims) { // claimed before the start
        transport::StreamSocket *socket = routeOf(topic.kind) == StreamRoute::Public ? m_public : m_market;
        socket->subscribe(QString::fromStdString(streamOf(topic)));
    }
    m_public->start();
    m_market->start();
    refreshInfo();
    refreshIntervals();
}

void BinanceMarketData::stop()
{
    m_isStopped = true;
    m_infoTimer->stop();
    m_intervalsTimer->stop();
    m_frameTimer->stop();
    for (transport::StreamSocket *socket : {m_public, m_market}) {
        if (socket != nullptr) {
            socket->stop();
        }
    }
}

const transport::StreamSocket *BinanceMarketData::socket(StreamRoute route) const
{
    return route == StreamRoute::Public ? m_public : m_market;
}

transport::StreamSocket *BinanceMarketData::makeSocket(StreamRoute route)
{
    transport::StreamSocketOptions options;
    options.url = m_rest.endpoints().combinedStream(route);
    options.supervision.control = controlText;
    options.supervision.silenceOf = silenceOf;
    options.supervision.gate = m_rest.connectGate();
    options.seed = static_cast<std::uint64_t>(m_rest.clock().monotonicNow().time_since_epoch().count()) +
                   static_cast<std::uint64_t>(route);
    auto *socket = new transport::StreamSocket{m_rest.clock(), std::move(options), this};
    connect(socket, &transport::StreamSocket::textReceived, this,
        [this, route](const QByteArray &text) { onText(route, text); });
    connect(socket, &transport::StreamSocket::gapOpened, this, [this, route] { onGap(route); });
    connect(socket, &transport::StreamSocket::resubscribed, this,
        [this, route](quint64, bool isRenewal) { onResubscribed(route, isRenewal); });
    connect(socket, &transport::StreamSocket::stateChanged, this, &BinanceMarketData::stateChanged);
    connect(socket, &transport::StreamSocket::streamSilent, this, [this](const QString &name) {
        emit noticed(1, QStringLiteral("The stream %1 is silent.").arg(name));
    });
    return socket;
}

// ---- claims

StreamRoute BinanceMarketData::routeOf(Kind kind)
{
    return kind == Kind::Book || kind == Kind::BookTicker ? StreamRoute::Public : StreamRoute::Market;
}

std::string BinanceMarketData::streamOf(const Topic &topic)
{
    const std::string symbol = lowerCase(topic.symbol);
    switch (topic.kind) {
    case Kind::Tickers:
        return "!ticker@arr";
    case Kind::Marks:
        return "!markPrice@arr@1s";
    case Kind::BookTicker:
        return symbol + "@bookTicker";
    case Kind::Candles:
        return symbol + "@kline_" + std::string{toString(topic.interval)};
    case Kind::Trades:
        return symbol + "@aggTrade";
    case Kind::Book:
        break;
    }
    return symbol + "@depth@100ms";
}

ports::Subscription BinanceMarketData::claim(Topic topic)
{
    QMetaObject::invokeMethod(this, [this, topic] { open(topic); });
    return ports::Subscription{[self = QPointer<BinanceMarketData>{this}, topic = std::move(topic)] {
        if (self) {
            QMetaObject::invokeMethod(self, [self, topic] {
                if (self) {
                    self->close(topic);
                }
            });
        }
    }};
}

ports::Subscription BinanceMarketData::watchAllTickers()
{
    return claim({Kind::Tickers, {}});
}

ports::Subscription BinanceMarketData::watchAllMarkPrices()
{
    return claim({Kind::Marks, {}});
}

ports::Subscription BinanceMarketData::watchBookTicker(Symbol symbol)
{
    return claim({Kind::BookTicker, std::move(symbol)});
}

ports::Subscription BinanceMarketData::watchCandles(Symbol symbol, Interval interval)
{
    return claim({Kind::Candles, std::move(symbol), interval});
}

ports::Subscription BinanceMarketData::watchTrades(Symbol symbol)
{
    return claim({Kind::Trades, std::move(symbol)});
}

ports::Subscription BinanceMarketData::watchBook(Symbol symbol)
{
    return claim({Kind::Book, std::move(symbol)});
}

void BinanceMarketData::open(const Topic &topic)
{
    if (++m_claims[topic] > 1 || m_isStopped) {
        return;
    }
    switch (topic.kind) {
    case Kind::Book:
        m_books.try_emplace(topic.symbol, topic.symbol,
            static_cast<std::uint64_t>(m_rest.clock().monotonicNow().time_since_epoch().count()));
        break;
    case Kind::Trades:
        m_trades.try_emplace(topic.symbol);
        break;
    case Kind::Candles:
        m_candles.try_emplace({topic.symbol, topic.interval});
        break;
    case Kind::Tickers:
        fetchTickers();
        break;
    case Kind::Marks:
        fetchMarks();
        break;
    case Kind::BookTicker:
        fetchBookTicker(topic.symbol);
        break;
    }
    if (transport::StreamSocket *socket = routeOf(topic.kind) == StreamRoute::Public ? m_public : m_market;
        socket != nullptr && !socket->subscribe(QString::fromStdString(streamOf(topic)))) {
        emit noticed(2, QStringLiteral("Too many streams are open; close some symbols."));
    }
}

void BinanceMarketData::close(const Topic &topic)
{
    const auto claim = m_claims.find(topic);
    if (claim == m_claims.end() || --claim->second > 0) {
        return;
    }
    m_claims.erase(claim);
    switch (topic.kind) {
    case Kind::Book:
        m_books.erase(topic.symbol);
        break;
    case Kind::Trades:
        m_trades.erase(topic.symbol);
        break;
    case Kind::Candles:
        m_candles.erase({topic.symbol, topic.interval});
        break;
    case Kind::Tickers:
    case Kind::Marks:
    case Kind::BookTicker:
        break;
    }
    if (transport::StreamSocket *socket = routeOf(topic.kind) == StreamRoute::Public ? m_public : m_market) {
        socket->unsubscribe(QString::fromStdString(streamOf(topic)));
    }
}

// ---- messages

void BinanceMarketData::onText(StreamRoute route, const QByteArray &text)
{
    if (const auto read = parseFrame(viewOf(text), m_frame); !read) {
        if (++m_unreadable == 1) {
            emit noticed(2, QStringLiteral("A market message could not be read: %1")
                                .arg(QString::fromStdString(read.error().detail)));
        }
        return;
    }
    if (m_frame.control && m_frame.control->errorCode) {
        emit noticed(1, QStringLiteral("The market stream answered: %1")
                            .arg(QString::fromStdString(m_frame.control->errorMessage)));
    }
    if (!m_frame.stream.empty()) {
        transport::StreamSocket *socket = route == StreamRoute::Public ? m_public : m_market;
        socket->heard(QString::fromStdString(m_frame.stream));
    }
    for (StreamEvent &event : m_frame.events) {
        std::visit([this](auto &&one) { take(std::move(one)); }, std::move(event));
    }
}

void BinanceMarketData::take(UnknownEvent &&event)
{
    if (++m_unknownEvents[event.type] == 1) {
        emit noticed(0, QStringLiteral("The market stream sent an event of an unknown kind: %1")
                            .arg(QString::fromStdString(event.type)));
    }
}

void BinanceMarketData::take(TickerEvent &&event)
{
    const Symbol symbol = event.ticker.symbol;
    m_tickers.insert_or_assign(symbol, std::move(event.ticker));
    wakeFrame();
}

void BinanceMarketData::take(MarkPrice &&mark)
{
    const Symbol symbol = mark.symbol;
    m_marks.insert_or_assign(symbol, std::move(mark));
    wakeFrame();
}

void BinanceMarketData::take(BookTicker &&ticker)
{
    const Symbol symbol = ticker.symbol;
    m_bookTickers.insert_or_assign(symbol, std::move(ticker));
    wakeFrame();
}

void BinanceMarketData::take(BookUpdate &&update)
{
    const auto book = m_books.find(update.symbol);
    if (book == m_books.end()) {
        return; // closed meanwhile
    }
    BookState &state = book->second;
    const BookStep step = state.synchronizer.onUpdate(update);
    state.isChanged = state.isChanged || step != BookStep::Skip;
    if (step == BookStep::Resync) {
        emit noticed(1, QStringLiteral("The order book of %1 had a gap and is read anew.")
                            .arg(QString::fromStdString(update.symbol)));
    }
    if (state.synchronizer.needsSnapshot()) {
        fetchSnapshot(update.symbol);
    }
    wakeFrame();
}

void BinanceMarketData::take(TradeEvent &&event)
{
    const auto found = m_trades.find(event.trade.symbol);
    if (found == m_trades.end() || !event.isAggregate) {
        return;
    }
    TradeState &state = found->second;
    if (state.isClosingGap) {
        state.held.push_back(std::move(event.trade));
        return;
    }
    if (event.trade.id <= state.lastId) {
        return; // both connections of a planned renewal speak for some seconds
    }
    if (std::exchange(state.isNextChecked, false) && event.trade.id > state.lastId + 1) {
        const Symbol symbol = event.trade.symbol;
        closeTradeGap(symbol);
        state.held.push_back(std::move(event.trade));
        return;
    }
    state.lastId = event.trade.id;
    state.pending.push_back(std::move(event.trade));
    wakeFrame();
}

void BinanceMarketData::take(KlineEvent &&event)
{
    if (!event.isComplete || event.isContinuous) {
        return;
    }
    const auto found = m_candles.find({event.symbol, *event.interval});
    if (found == m_candles.end()) {
        return;
    }
    CandleState &state = found->second;
    if (state.lastOpenAt && event.candle.openAt < *state.lastOpenAt && !event.candle.isClosed) {
        return;
    }
    state.lastOpenAt = std::max(state.lastOpenAt.value_or(event.candle.openAt), event.candle.openAt);
    auto &pending = state.pending;
    const auto at = std::ranges::lower_bound(pending, event.candle.openAt, {}, &Candle::openAt);
    if (at != pending.end() && at->openAt == event.candle.openAt) {
        if (!at->isClosed || event.candle.isClosed) {
            *at = event.candle;
        }
    } else {
        pending.insert(at, event.candle);
    }
    wakeFrame();
}

// ---- one hand-over a frame

void BinanceMarketData::wakeFrame()
{
    if (!m_frameTimer->isActive()) {
        m_frameTimer->start(frameLength);
    }
}

namespace
{

template <class Value> auto drained(std::unordered_map<Symbol, Value> &values)
{
    auto list = std::make_shared<std::vector<Value>>();
    list->reserve(values.size());
    for (auto &[symbol, value] : values) {
        list->push_back(std::move(value));
    }
    values.clear();
    return std::shared_ptr<const std::vector<Value>>{std::move(list)};
}

} // namespace

void BinanceMarketData::flush()
{
    constexpr std::size_t shownDepth = 500;
    if (!m_tickers.empty()) {
        emit tickersChanged(drained(m_tickers));
    }
    if (!m_marks.empty()) {
        emit markPricesChanged(drained(m_marks));
    }
    if (!m_bookTickers.empty()) {
        emit bookTickersChanged(drained(m_bookTickers));
    }
    // Collected first: a listener on this thread may end its claim and with it the state.
    std::vector<ports::TradesPtr> trades;
    for (auto &[symbol, state] : m_trades) {
        if (!state.pending.empty()) {
            trades.push_back(std::make_shared<const std::vector<Trade>>(std::exchange(state.pending, {})));
        }
    }
    std::vector<ports::CandleUpdate> candles;
    for (auto &[key, state] : m_candles) {
        if (!state.pending.empty()) {
            candles.push_back({key.first, key.second, std::exchange(state.pending, {})});
        }
    }
    std::vector<ports::BookViewPtr> books;
    for (auto &[symbol, state] : m_books) {
        if (std::exchange(state.isChanged, false)) {
            books.push_back(std::make_shared<const BookView>(state.synchronizer.view(shownDepth)));
        }
    }
    for (const auto &list : trades) {
        emit tradesArrived(list);
    }
    for (const auto &update : candles) {
        emit candlesChanged(update);
    }
    for (const auto &book : books) {
        emit bookChanged(book);
    }
}

} // namespace binance
