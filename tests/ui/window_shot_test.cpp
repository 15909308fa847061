#include "tests/support/desk.h"
#include "tests/ui/rich_desk.h"
#include "ui/main_window.h"
#include "ui/panels/panel_tools.h"
#include "ui/widgets/data_table.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QLineEdit>
#include <QTest>

using domain::Money;
using domain::Price;
using domain::Quantity;

/// The whole window over a plausible market. With HEADROOM_SHOTS=<folder> it writes pictures to look at.
class WindowShotTest : public QObject
{
    Q_OBJECT
private:
    static std::vector<domain::Candle> candles(const support::Desk &desk, const ports::CandleQuery &query)
    {
        std::vector<domain::Candle> page;
        const auto length = domain::lengthOf(query.interval);
        domain::Timestamp at = domain::openTimeOf(query.endAt.value_or(desk.clock.wallNow()), query.interval);
        double price = 64'000;
        for (int bar = 0; bar < query.limit; ++bar, at -= length) {
            const double wave =
                std::sin(bar * 0.07) * 900 + std::sin(bar * 0.013) * 2'500 + std::cos(bar * 1.7) * 90;
            const double before = 65'123.4 - wave + std::sin(bar * 0.9) * 60;
            domain::Candle candle;
            candle.openAt = at;
            candle.close =
                Price::fromApproximate(bar == 0 ? 65'123.4 : price).roundedTo(Price::literal("0.1"));
            candle.open = Price::fromApproximate(before).roundedTo(Price::literal("0.1"));
            candle.high = std::max(candle.open, candle.close) + Price::of(20 + bar % 7 * 9);
            candle.low = std::min(candle.open, candle.close) - Price::of(15 + bar % 5 * 12);
            candle.volume = Quantity::of(80 + bar * 37 % 211);
            candle.isClosed = bar > 0;
            price = before;
            page.insert(page.begin(), candle);
        }
        return page;
    }

    static void feed(support::Desk &desk)
    {
        desk.quote("BTCUSDT", "65123.4", "2.41");
        desk.quote("ETHUSDT", "3120.55", "-1.18");
        desk.quote("SOLUSDT", "184.27", "5.03");
        desk.quote("DOGEUSDT", "0.16342", "-3.90");
        desk.quote("XRPUSDT", "0.6231", "0.44");
        desk.quote("BNBUSDT", "612.80", "-0.07");
        auto book = std::make_shared<domain::BookView>();
        book->symbol = "BTCUSDT";
        book->state = domain::BookView::State::Live;
        book->at = desk.clock.wallNow();
        for (int level = 0; level < 60; ++level) {
            const auto quantity = Quantity::literal("0.012") * (1 + level * 37 % 61);
            book->bids.push_back({Price::literal("65123.4") - Price::literal("0.1") * (level * 3), quantity});
            book->asks.push_back({Price::literal("65123.5") + Price::literal("0.1") * (level * 2), quantity});
        }
        emit desk.marketData.bookChanged(book);
        std::vector<domain::Trade> trades;
        for (int at = 0; at < 60; ++at) {
            domain::Trade trade;
            trade.symbol = "BTCUSDT";
            trade.id = at;
            trade.price = Price::literal("65120.1") + Price::literal("0.1") * (at * 7 % 40);
            trade.quantity = Quantity::literal("0.003") * (1 + at * 13 % 29);
            trade.at = desk.clock.wallNow() + domain::Milliseconds{at * 300};
            trade.buyerIsMaker = at % 3 == 0;
            trades.push_back(trade);
        }
        emit desk.marketData.tradesArrived(std::make_shared<const std::vector<domain::Trade>>(trades));
        domain::AccountState account = support::Desk::funded(25'000);
        account.availableBalance = Money::of(17'410);
        account.positions.push_back(
            support::Desk::position("BTCUSDT", domain::Side::Buy, "0.850", "64210.3"));
        account.positions.push_back(
            support::Desk::position("ETHUSDT", domain::Side::Sell, "6.400", "3098.12"));
        account.positions.front().exchangeLiquidationPrice = Price::literal("36120.4");
        desk.account.publish(account);
        domain::Order limit = desk.order("BTCUSDT", "x-1", domain::OrderPhase::Working);
        limit.request.price = Price::literal("63500.0");
        emit desk.trading.orderChanged(limit);
        domain::Order stop = desk.order("BTCUSDT", "x-2", domain::OrderPhase::Working);
        stop.request.type = domain::OrderType::StopMarket;
        stop.request.side = domain::Side::Sell;
        stop.request.price = Price{};
        stop.request.triggerPrice = Price::literal("62800.0");
        stop.request.reduceOnly = true;
        emit desk.trading.orderChanged(stop);
        domain::Order lost = desk.order("ETHUSDT", "x-3", domain::OrderPhase::Unknown);
        lost.request.price = Price::literal("3050.00");
        lost.request.quantity = Quantity::literal("2.000");
        lost.createdAt -= domain::Milliseconds{3'200};
        emit desk.trading.orderChanged(lost);
        ports::HealthState health;
        health.canTrade = true;
        health.gate = domain::GateState::Active;
        for (const char *name : {"public", "market", "private"}) {
            ports::StreamHealth stream;
            stream.name = QString::fromLatin1(name);
            stream.state = ports::StreamHealth::State::Connected;
            stream.subscriptions = 4;
            stream.messages = 182'344;
            stream.silentFor = domain::Milliseconds{120};
            stream.roundTrip = domain::Milliseconds{34};
            health.streams.push_back(stream);
        }
        health.budgets = {{QStringLiteral("weight 1m"), 312, 2400, 240, 41, domain::Milliseconds{31'000}},
            {QStringLiteral("orders 10s"), 3, 300, 60, 0, domain::Milliseconds{4'000}},
            {QStringLiteral("orders 1m"), 11, 1200, 240, 0, domain::Milliseconds{41'000}}};
        health.queues = {{QStringLiteral("cancel"), 0, 100}, {QStringLiteral("reduce"), 0, 100},
            {QStringLiteral("open"), 1, 50}, {QStringLiteral("market"), 2, 200}};
        health.breakers = {{QStringLiteral("orders"), ports::BreakerHealth::State::Closed, {}, {}},
            {QStringLiteral("queries"), ports::BreakerHealth::State::Closed, {}, {}}};
        health.clockOffset = domain::Milliseconds{-12};
        health.clockUncertainty = domain::Milliseconds{17};
        desk.health.publish(health);
        emit desk.health.noticed(0, QStringLiteral("Connected to the built-in exchange."));
        emit desk.health.noticed(1, QStringLiteral("Order book of BTCUSDT resynchronised after a gap."));
    }

    static void shoot(ui::MainWindow &window, const QString &name)
    {
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QDir{}.mkpath(folder);
            QTest::qWait(300);
            window.grab().save(folder + u'/' + name + QStringLiteral(".png"));
        }
    }

private slots:
    void everyPanelOfTheOrderDeskShows_data() { theWholeWindowShowsAtBothSizesAndThemes_data(); }

    void everyPanelOfTheOrderDeskShows()
    {
        QFETCH(QSize, size);
        QFETCH(bool, isLight);
        support::Desk desk;
        desk.account.current = std::make_shared<const domain::AccountState>(support::Desk::funded(25'000));
        desk.settings.setValue(QStringLiteral("window/scheme"), isLight ? 1 : 0);
        desk.open();
        ui::MainWindow window{
            {domain::VenueKind::Testnet, QStringLiteral("testnet.binancefuture.com"), *desk.models,
                desk.marketData, desk.trading, desk.account, desk.health, desk.settings, desk.clock}};
        window.resize(size);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_VERIFY(desk.models->market.exchangeInfo() != nullptr);
        feed(desk);
        support::makeRich(desk);
        window.findChild<QLineEdit *>(QStringLiteral("ticket.price"))->setText(QStringLiteral("64900.0"));
        window.findChild<QLineEdit *>(QStringLiteral("ticket.size"))->setText(QStringLiteral("0.100"));
        window.findChild<QAbstractButton *>(QStringLiteral("ticket.protect"))->click();
        window.findChild<QLineEdit *>(QStringLiteral("ticket.stop"))->setText(QStringLiteral("63500"));
        window.findChild<QLineEdit *>(QStringLiteral("ticket.target1"))->setText(QStringLiteral("67000"));
        auto *orders = window.findChild<ui::DataTable *>(QStringLiteral("orders.table"));
        for (int row = 0; row < desk.models->openOrders.rowCount(); ++row) {
            if (desk.models->openOrders.order(row).phase == domain::OrderPhase::Unknown) {
                orders->chooseSourceRow(row);
            }
        }
        for (const QString &id : window.panelIds()) {
            window.showPanel(id);
            QTRY_VERIFY2(!window.dock(id)->visibleRegion().isEmpty(), qPrintable(id));
            if (QStringList{QStringLiteral("orders"), QStringLiteral("order-story"),
                    QStringLiteral("history"), QStringLiteral("connection"), QStringLiteral("alerts"),
                    QStringLiteral("emergency"), QStringLiteral("reconciliation")}
                    .contains(id)) {
                shoot(
                    window, QStringLiteral("desk-") + QLatin1StringView{QTest::currentDataTag()} + u'-' + id);
            }
        }
    }

    void theWholeWindowShowsAtBothSizesAndThemes_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("isLight");
        QTest::newRow("1440x900-dark") << QSize{1440, 900} << false;
        QTest::newRow("1440x900-light") << QSize{1440, 900} << true;
        QTest::newRow("1920x1080-dark") << QSize{1920, 1080} << false;
        QTest::newRow("1920x1080-light") << QSize{1920, 1080} << true;
    }

    void theWholeWindowShowsAtBothSizesAndThemes()
    {
        QFETCH(QSize, size);
        QFETCH(bool, isLight);
        support::Desk desk;
        desk.marketData.candlesAnswer = [&desk](const ports::CandleQuery &query) {
            return ports::Result<ports::CandlesPtr>{
                std::make_shared<const std::vector<domain::Candle>>(candles(desk, query))};
        };
        desk.account.current = std::make_shared<const domain::AccountState>(support::Desk::funded(25'000));
        desk.settings.setValue(QStringLiteral("window/scheme"), isLight ? 1 : 0);
        desk.open();
        ui::MainWindow window{{domain::VenueKind::Paper, QStringLiteral("built-in exchange"), *desk.models,
            desk.marketData, desk.trading, desk.account, desk.health, desk.settings, desk.clock}};
        window.resize(size);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_VERIFY(desk.models->market.exchangeInfo() != nullptr);
        feed(desk);
        QTRY_COMPARE(desk.models->positions.rowCount(), 2);
        window.findChild<QLineEdit *>(QStringLiteral("ticket.price"))->setText(QStringLiteral("64900.0"));
        window.findChild<QLineEdit *>(QStringLiteral("ticket.size"))->setText(QStringLiteral("0.100"));
        window.findChild<QLineEdit *>(QStringLiteral("calculator.stop"))->setText(QStringLiteral("63500"));
        window.findChild<QLineEdit *>(QStringLiteral("calculator.target1"))->setText(QStringLiteral("68000"));
        QTest::qWait(700);
        QCOMPARE(window.size(), size);
        for (const QString &id : window.panelIds()) {
            QVERIFY2(window.dock(id)->isVisibleTo(&window), qPrintable(id));
        }
        // The chart is the largest panel, and nothing is squeezed to nothing.
        const auto area = [&window](const char *id) {
            const QSize dock = window.dock(QString::fromLatin1(id))->size();
            return dock.width() * dock.height();
        };
        for (const char *other : {"watchlist", "book", "ticket", "positions", "risk"}) {
            QVERIFY2(area("chart") > area(other), other);
        }
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QDir{}.mkpath(folder);
            const QString name = folder + u'/' + QLatin1StringView{QTest::currentDataTag()};
            window.grab().save(name + QStringLiteral(".png"));
            if (!isLight) {
                for (const char *id : {"calculator", "orders"}) {
                    window.showPanel(QString::fromLatin1(id));
                }
                QTest::qWait(400);
                window.grab().save(name + QStringLiteral("-tabs.png"));
            }
        }
    }
};

QTEST_MAIN(WindowShotTest)
#include "window_shot_test.moc"
