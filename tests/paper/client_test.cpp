#include "exchange/binance/venue.h"
#include "exchange/paper/server/paper_server.h"
#include "tests/support/fake_journal.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

using namespace domain;

namespace
{
constexpr int patience = 30'000; ///< for a busy machine; passing runs need a fraction
}

/// The program's own client against the program's own exchange, over sockets.
class ClientTest : public QObject
{
    Q_OBJECT
private:
    template <class T> std::optional<T> outcomeOf(QFuture<T> future)
    {
        return QTest::qWaitFor([&] { return future.isFinished(); }, patience) && future.resultCount() == 1
                   ? std::optional{future.result()}
                   : std::nullopt;
    }
    NewOrder marketBuy() const
    {
        NewOrder order;
        order.symbol = "BTCUSDT";
        order.type = OrderType::Market;
        order.quantity = Quantity::literal("0.01");
        return order;
    }

    SystemClock m_clock;
    support::FakeJournal m_journal;
    std::unique_ptr<paper::PaperServer> m_server;
    std::unique_ptr<binance::Venue> m_venue;
    std::map<std::string, Order> m_orders;

private slots:
    void initTestCase()
    {
        m_server = std::make_unique<paper::PaperServer>(paper::PaperConfig{});
        const auto started = outcomeOf(m_server->start());
        QVERIFY(started && *started);
        const QByteArray secret = (*started)->secret;
        const auto signer = binance::HmacSigner::create(
            std::as_bytes(std::span{secret.constData(), static_cast<std::size_t>(secret.size())}));
        QVERIFY(signer);
        m_venue = std::make_unique<binance::Venue>(
            binance::paperEndpoints(static_cast<std::uint16_t>((*started)->rest.port()),
                static_cast<std::uint16_t>((*started)->streams.port())),
            *signer, (*started)->apiKey.toStdString(), m_journal, m_clock);
        connect(&m_venue->trading(), &ports::Trading::orderChanged, this,
            [this](const Order &order) { m_orders[order.clientOrderId()] = order; });
        connect(&m_venue->health(), &ports::VenueHealth::noticed, this,
            [](int level, const QString &text) { qInfo() << level << text; });
        m_venue->start();
        QVERIFY2(QTest::qWaitFor([this] { return m_venue->health().state()->canTrade; }, patience),
            qPrintable(m_venue->health().state()->tradeBlockedReason));
    }
    void cleanupTestCase()
    {
        if (m_venue) {
            QVERIFY(outcomeOf(m_venue->stop()));
        }
        m_venue.reset();
        m_server.reset();
    }

    void theExchangeSaysHowOftenFundingIsSettled()
    {
        const auto asked = outcomeOf(m_venue->marketData().fundingIntervals());
        QVERIFY(asked && *asked);
        const FundingIntervals &intervals = ***asked;
        QVERIFY(!intervals.contains("BTCUSDT")); // the usual eight hours
        QVERIFY(!intervals.empty());
        for (const auto &[symbol, interval] : intervals) {
            QVERIFY2(interval == std::chrono::hours{4}, symbol.c_str());
        }
    }

    void marketDataFlows()
    {
        ports::MarketData &market = m_venue->marketData();
        ports::BookViewPtr book;
        std::size_t tickers = 0;
        std::size_t marks = 0;
        std::size_t trades = 0;
        std::size_t bars = 0;
        QObject here;
        connect(&market, &ports::MarketData::bookChanged, &here, [&](const auto &view) { book = view; });
        connect(&market, &ports::MarketData::tickersChanged, &here,
            [&](const auto &list) { tickers = std::max(tickers, list->size()); });
        connect(&market, &ports::MarketData::markPricesChanged, &here,
            [&](const auto &list) { marks = std::max(marks, list->size()); });
        connect(&market, &ports::MarketData::tradesArrived, &here,
            [&](const auto &list) { trades += list->size(); });
        connect(&market, &ports::MarketData::candlesChanged, &here,
            [&](const auto &update) { bars += update.candles.size(); });
        const auto a = market.watchAllTickers();
        const auto b = market.watchAllMarkPrices();
        const auto c = market.watchTrades("BTCUSDT");
        const auto d = market.watchBook("BTCUSDT");
        const auto e = market.watchCandles("BTCUSDT", Interval::M1);
        QTRY_VERIFY_WITH_TIMEOUT(book && book->state == BookView::State::Live, patience);
        QVERIFY(book->bids.front().price < book->asks.front().price);
        QTRY_VERIFY_WITH_TIMEOUT(tickers > 1 && marks > 1 && trades > 0 && bars > 0, patience);

        const auto info = outcomeOf(market.exchangeInfo());
        QVERIFY(info && *info);
        QVERIFY((**info)->find("BTCUSDT") != nullptr);
        const auto candles = outcomeOf(market.candles({"BTCUSDT", Interval::M5, {}, {}, 300}));
        QVERIFY(candles && *candles);
        QVERIFY((**candles)->size() > 100);
        const auto recent = outcomeOf(market.recentTrades("BTCUSDT", 50));
        QVERIFY(recent && *recent);
    }

    void aMarketOrderFillsAndMovesThePosition()
    {
        const auto placed = outcomeOf(m_venue->trading().submit(marketBuy()));
        QVERIFY(placed.has_value());
        QVERIFY2(*placed, placed->has_value() ? "" : placed->error().detail.c_str());
        const std::string id = (*placed)->clientOrderId();
        QTRY_COMPARE_WITH_TIMEOUT(m_orders[id].endReason, EndReason::Filled, patience);
        QTRY_VERIFY_WITH_TIMEOUT(m_venue->account().state()->positions.size() == 1, patience);
        const Position position = m_venue->account().state()->positions.front();
        QCOMPARE(position.quantity, Quantity::literal("0.01"));
        QVERIFY(m_venue->account().state()->walletBalance < Money::of(10'000)); // the fee
        const auto fills = outcomeOf(m_venue->trading().fillHistory("BTCUSDT", 10));
        QVERIFY(fills && *fills && !(**fills)->empty());
    }

    void aStopIsPlacedAndCancelled()
    {
        NewOrder stop = marketBuy();
        stop.side = Side::Sell;
        stop.type = OrderType::StopMarket;
        stop.triggerPrice = Price::of(1'000);
        stop.reduceOnly = true;
        const auto placed = outcomeOf(m_venue->trading().submit(stop));
        QVERIFY(placed.has_value());
        QVERIFY2(*placed, placed->has_value() ? "" : placed->error().detail.c_str());
        const std::string id = (*placed)->clientOrderId();
        QCOMPARE((*placed)->conditionalStatus, ConditionalStatus::New);
        const auto canceled = outcomeOf(m_venue->trading().cancel("BTCUSDT", id));
        QVERIFY(canceled && *canceled);
        QTRY_COMPARE_WITH_TIMEOUT(m_orders[id].endReason, EndReason::Canceled, patience);
    }

    void settingsAreChangedAndRead()
    {
        const auto leverage = outcomeOf(m_venue->trading().setLeverage("ETHUSDT", 7));
        QVERIFY(leverage && *leverage);
        QCOMPARE((*leverage)->leverage, 7);
        const auto margin = outcomeOf(m_venue->trading().setMarginType("ETHUSDT", MarginType::Isolated));
        QVERIFY(margin && *margin);
        QCOMPARE((*margin)->marginType, MarginType::Isolated);
        const auto brackets = outcomeOf(m_venue->account().brackets("ETHUSDT"));
        QVERIFY(brackets && *brackets && !(**brackets)->empty());
        const auto rates = outcomeOf(m_venue->account().commissionRates("ETHUSDT"));
        QVERIFY(rates && *rates);
        QVERIFY((*rates)->taker.isPositive());
    }

    void anOrderWhoseAnswerIsLostIsSettledAfterAll()
    {
        paper::FaultRule lost;
        lost.kind = paper::FaultKind::DropAfter;
        lost.path = "/fapi/v1/order";
        lost.method = "POST";
        lost.count = 1;
        m_server->setFaults({lost});
        const auto placed = outcomeOf(m_venue->trading().submit(marketBuy()));
        m_server->setFaults({});
        // The stream may tell what became of it before the missing answer is noticed.
        QVERIFY(placed && (*placed || placed->error().code == ErrorCode::OutcomeUnknown));
        QTRY_VERIFY_WITH_TIMEOUT(std::ranges::all_of(m_orders,
                                     [](const auto &one) { return one.second.phase == OrderPhase::Done; }),
            patience);
        QTRY_VERIFY_WITH_TIMEOUT(
            m_venue->account().state()->positions.front().quantity == Quantity::literal("0.02"), patience);
    }

    void afterALostConnectionEverythingIsComparedAndTradingGoesOn()
    {
        m_server->dropStreams();
        QTRY_VERIFY_WITH_TIMEOUT(!m_venue->health().state()->canTrade, patience);
        QTRY_VERIFY_WITH_TIMEOUT(m_venue->health().state()->canTrade, patience);
        NewOrder close = marketBuy();
        close.side = Side::Sell;
        close.quantity = Quantity::literal("0.02");
        close.reduceOnly = true;
        const auto placed = outcomeOf(m_venue->trading().submit(close));
        QVERIFY(placed && *placed);
        QTRY_VERIFY_WITH_TIMEOUT(m_venue->account().state()->positions.empty(), patience);
    }
};

QTEST_GUILESS_MAIN(ClientTest)
#include "client_test.moc"
