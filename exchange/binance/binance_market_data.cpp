#include "exchange/binance/binance_market_data.h"

#include "exchange/binance/body.h"
#include "exchange/binance/error_classes.h"
#include "exchange/binance/market_calls.h"
#include "exchange/binance/wire_market.h"
#include "exchange/binance/wire_statistics.h"

#include <QPointer>

#include <algorithm>
#include <memory>
#include <utility>

namespace binance
{

using namespace domain;

namespace
{

constexpr Milliseconds frameLength{30};
constexpr std::size_t shownDepth = 500;
constexpr Milliseconds infoEvery{30 * 60'000};
constexpr Milliseconds infoAgain{5'000};
constexpr Milliseconds intervalsAgain{30'000};
constexpr Milliseconds afterSettlement{10'000}; // settlements fall on full hours, and so do changes

std::uint64_t seedOf(const RestClient &rest)
{
    return static_cast<std::uint64_t>(rest.clock().monotonicNow().time_since_epoch().count());
}

template <class Value> auto shared(Value &&value)
{
    return std::make_shared<const std::remove_cvref_t<Value>>(std::forward<Value>(value));
}

} // namespace

BinanceMarketData::BinanceMarketData(RestClient &rest, QObject *parent)
    : ports::MarketData{parent},
      m_rest{rest},
      m_feed{seedOf(rest)},
      m_frameTimer{new QTimer{this}},
      m_wake{new QTimer{this}},
      m_infoTimer{new QTimer{this}},
      m_intervalsTimer{new QTimer{this}}
{
    m_frameTimer->setSingleShot(true);
    m_frameTimer->setTimerType(Qt::PreciseTimer);
    connect(m_frameTimer, &QTimer::timeout, this, &BinanceMarketData::flush);
    m_wake->setSingleShot(true);
    connect(m_wake, &QTimer::timeout, this, [this] { carryOut(m_feed.onTime(moment())); });
    connect(m_infoTimer, &QTimer::timeout, this, &BinanceMarketData::refreshInfo);
    m_intervalsTimer->setSingleShot(true);
    connect(m_intervalsTimer, &QTimer::timeout, this, &BinanceMarketData::refreshIntervals);
}

void BinanceMarketData::start()
{
    m_public = makeSocket(StreamRoute::Public);
    m_market = makeSocket(StreamRoute::Market);
    for (const auto &[topic, count] : m_feed.claims()) { // claimed before the start
        carryOutOne(MarketFeed::Subscribe{routeOf(topic), streamOf(topic)});
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
    m_wake->stop();
    for (transport::StreamSocket *socket : {m_public, m_market}) {
        if (socket != nullptr) {
            socket->stop();
        }
    }
}

transport::StreamSocket *BinanceMarketData::socketOf(StreamRoute route) const
{
    return route == StreamRoute::Public ? m_public : m_market;
}

MarketFeed::Moment BinanceMarketData::moment() const
{
    return {m_rest.clock().monotonicNow(), m_rest.serverNow()};
}

transport::StreamSocket *BinanceMarketData::makeSocket(StreamRoute route)
{
    transport::StreamSocketOptions options;
    options.url = m_rest.endpoints().combinedStream(route);
    options.supervision = marketStreamOptions();
    options.supervision.gate = m_rest.connectGate();
    options.seed = seedOf(m_rest) + static_cast<std::uint64_t>(route);
    auto *socket = new transport::StreamSocket{m_rest.clock(), std::move(options), this};
    connect(socket, &transport::StreamSocket::textReceived, this, [this, socket](const QByteArray &text) {
        carryOut(m_feed.onText(moment(), viewOf(text)));
        if (!m_feed.heard().empty()) {
            socket->heard(m_feed.heard());
        }
        if (m_feed.isEndAnnounced()) {
            emit noticed(
                0, QStringLiteral("The venue announced the end of a market connection; a new one is made."));
            socket->renew();
        }
    });
    connect(socket, &transport::StreamSocket::gapOpened, this, [this, route] {
        m_feed.onGap(route);
        carryOut({});
    });
    connect(socket, &transport::StreamSocket::resubscribed, this, [this, route](quint64, bool isRenewal) {
        carryOut(m_feed.onResubscribed(moment(), route, isRenewal));
    });
    connect(socket, &transport::StreamSocket::stateChanged, this, &BinanceMarketData::stateChanged);
    connect(socket, &transport::StreamSocket::streamSilent, this, [this](const QString &name) {
        emit noticed(1, QStringLiteral("The stream %1 is silent.").arg(name));
    });
    return socket;
}

// ---- claims

ports::Subscription BinanceMarketData::claim(MarketTopic topic)
{
    QMetaObject::invokeMethod(this, [this, topic] {
        if (!m_isStopped) {
            carryOut(m_feed.claim(topic));
        }
    });
    return ports::Subscription{[self = QPointer<BinanceMarketData>{this}, topic = std::move(topic)] {
        if (self) {
            QMetaObject::invokeMethod(self, [self, topic] {
                if (self) {
                    self->carryOut(self->m_feed.release(topic));
                }
            });
        }
    }};
}

ports::Subscription BinanceMarketData::watchAllTickers()
{
    return claim({MarketStream::Tickers});
}

ports::Subscription BinanceMarketData::watchAllMarkPrices()
{
    return claim({MarketStream::Marks});
}

ports::Subscription BinanceMarketData::watchBookTicker(Symbol symbol)
{
    return claim({MarketStream::BookTicker, std::move(symbol)});
}

ports::Subscription BinanceMarketData::watchCandles(Symbol symbol, Interval interval)
{
    return claim({MarketStream::Candles, std::move(symbol), interval});
}

ports::Subscription BinanceMarketData::watchTrades(Symbol symbol)
{
    return claim({MarketStream::Trades, std::move(symbol)});
}

ports::Subscription BinanceMarketData::watchBook(Symbol symbol)
{
    return claim({MarketStream::Book, std::move(symbol)});
}

// ---- what the feed decides

void BinanceMarketData::carryOut(const MarketFeed::Effects &effects)
{
    for (const MarketFeed::Effect &effect : effects) {
        std::visit([this](const auto &one) { carryOutOne(one); }, effect);
    }
    if (m_feed.hasUpdates() && !m_frameTimer->isActive() && !m_isStopped) {
        m_frameTimer->start(frameLength);
    }
    planWake();
}

void BinanceMarketData::carryOutOne(const MarketFeed::Subscribe &effect)
{
    // Before start() there are no sockets; start() subscribes what is claimed.
    if (auto *socket = socketOf(effect.route);
        socket != nullptr && !socket->subscribe(QString::fromStdString(effect.stream))) {
        emit noticed(2, QStringLiteral("Too many streams are open; close some symbols."));
    }
}

void BinanceMarketData::carryOutOne(const MarketFeed::Unsubscribe &effect)
{
    if (auto *socket = socketOf(effect.route)) {
        socket->unsubscribe(QString::fromStdString(effect.stream));
    }
}

void BinanceMarketData::carryOutOne(const MarketFeed::Ask &effect)
{
    m_rest.fetch(effect.call, this, [this, id = effect.id](const Result<QByteArray> &body) {
        carryOut(m_feed.onAnswer(moment(), id, body));
    });
}

void BinanceMarketData::carryOutOne(const MarketFeed::Notice &effect)
{
    emit noticed(effect.level, QString::fromStdString(effect.text));
}

void BinanceMarketData::planWake()
{
    const auto at = m_feed.wakeAt();
    if (!at || m_isStopped) {
        m_wake->stop();
        return;
    }
    const Monotonic now = m_rest.clock().monotonicNow();
    m_wake->start(std::chrono::ceil<Milliseconds>(std::max(*at, now) - now));
}

void BinanceMarketData::flush()
{
    // Taken first: a listener on this thread may end its claim.
    MarketFeed::Updates updates = m_feed.takeUpdates(shownDepth);
    if (!updates.tickers.empty()) {
        emit tickersChanged(shared(std::move(updates.tickers)));
    }
    if (!updates.marks.empty()) {
        emit markPricesChanged(shared(std::move(updates.marks)));
    }
    if (!updates.bookTickers.empty()) {
        emit bookTickersChanged(shared(std::move(updates.bookTickers)));
    }
    for (auto &trades : updates.trades) {
        emit tradesArrived(shared(std::move(trades)));
    }
    for (const auto &update : updates.candles) {
        emit candlesChanged(update);
    }
    for (auto &book : updates.books) {
        emit bookChanged(shared(std::move(book)));
    }
}

// ---- questions

QFuture<Result<ports::CandlesPtr>> BinanceMarketData::candles(ports::CandleQuery query)
{
    return ports::onThreadOf(this, [this, query = std::move(query)] {
        const ResultAnswer<ports::CandlesPtr> answer;
        const Call call = klinesCall(query.symbol, query.interval, query.limit, query.startAt, query.endAt);
        const bool isNewest = !query.endAt;
        m_rest.fetch(call, this, [this, answer, isNewest](const Result<QByteArray> &body) {
            answer(parsed(body, parseKlines, m_rest.serverNow()).map([isNewest](std::vector<Candle> bars) {
                if (isNewest) {
                    keepNewestOpen(bars);
                }
                return ports::CandlesPtr{std::make_shared<const std::vector<Candle>>(std::move(bars))};
            }));
        });
        return answer.future();
    });
}

QFuture<Result<ports::TradesPtr>> BinanceMarketData::recentTrades(Symbol symbol, int limit)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), limit] {
        const ResultAnswer<ports::TradesPtr> answer;
        m_rest.fetch(aggTradesCall(symbol, limit), this, [answer, symbol](const Result<QByteArray> &body) {
            answer(parsed(body, parseAggTrades, symbol).map([](const std::vector<Trade> &trades) {
                return ports::TradesPtr{std::make_shared<const std::vector<Trade>>(trades)};
            }));
        });
        return answer.future();
    });
}

QFuture<Result<ports::FundingIntervalsPtr>> BinanceMarketData::fundingIntervals()
{
    return ports::onThreadOf(this, [this] {
        const ResultAnswer<ports::FundingIntervalsPtr> answer;
        if (m_intervals) {
            answer(m_intervals);
        } else {
            m_intervalsAskers.push_back(answer);
            refreshIntervals();
        }
        return answer.future();
    });
}

void BinanceMarketData::refreshIntervals()
{
    if (m_isReadingIntervals) {
        return;
    }
    m_isReadingIntervals = true;
    m_rest.fetch(fundingInfoCall(), this, [this](const Result<QByteArray> &body) { intervalsArrived(body); });
}

void BinanceMarketData::intervalsArrived(const Result<QByteArray> &body)
{
    m_isReadingIntervals = false;
    const auto rows = parsed(body, parseFundingInfo);
    if (!m_isStopped) {
        using std::chrono::hours;
        const Timestamp now = m_rest.serverNow();
        m_intervalsTimer->start(
            rows ? std::chrono::floor<hours>(now) + hours{1} + afterSettlement - now : intervalsAgain);
    }
    if (!rows) {
        for (const auto &asker : std::exchange(m_intervalsAskers, {})) {
            asker(tl::unexpected{rows.error()});
        }
        return;
    }
    FundingIntervals intervals;
    for (const FundingInfoRow &row : *rows) {
        if (row.intervalHours > 0) {
            intervals[row.symbol] = std::chrono::hours{row.intervalHours};
        }
    }
    m_intervals = std::make_shared<const FundingIntervals>(std::move(intervals));
    for (const auto &asker : std::exchange(m_intervalsAskers, {})) {
        asker(m_intervals);
    }
    emit fundingIntervalsChanged(m_intervals);
}

QFuture<Result<ports::ExchangeInfoPtr>> BinanceMarketData::exchangeInfo()
{
    return ports::onThreadOf(this, [this] {
        const ResultAnswer<ports::ExchangeInfoPtr> answer;
        if (m_info) {
            answer(m_info);
        } else {
            m_infoAskers.push_back(answer);
            refreshInfo();
        }
        return answer.future();
    });
}

void BinanceMarketData::refreshInfo()
{
    if (m_isReadingInfo) {
        return;
    }
    m_isReadingInfo = true;
    m_rest.fetch(exchangeInfoCall(), this, [this](const Result<QByteArray> &body) { infoArrived(body); });
}

void BinanceMarketData::infoArrived(const Result<QByteArray> &body)
{
    m_isReadingInfo = false;
    const auto info = parsed(body, parseExchangeInfo);
    if (!m_isStopped) {
        m_infoTimer->start(info ? infoEvery : infoAgain);
    }
    if (!info) {
        emit noticed(1, QStringLiteral("The list of symbols could not be read: %1")
                            .arg(QString::fromStdString(info.error().detail)));
        for (const auto &asker : std::exchange(m_infoAskers, {})) {
            asker(tl::unexpected{info.error()});
        }
        return;
    }
    const bool isFirst = m_info == nullptr;
    m_info = std::make_shared<const ExchangeInfo>(*info);
    if (m_rest.pump() != nullptr) {
        m_rest.pump()->setLimits(limitRulesFrom(*m_info), isFirst);
    }
    for (const auto &asker : std::exchange(m_infoAskers, {})) {
        asker(m_info);
    }
    emit exchangeInfoChanged(m_info);
}

} // namespace binance
