#include "models/live/book_model.h"
#include "models/live/text.h"
#include "models/live/trades_model.h"
#include "tests/support/desk.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using domain::Money;
using domain::OrderPhase;
using domain::Price;
using domain::Quantity;
using live::OrderTableModel;
using Tester = QAbstractItemModelTester;

class ModelsTest : public QObject
{
    Q_OBJECT
private:
    static QString cell(const QAbstractItemModel &model, int row, int column)
    {
        return model.index(row, column).data().toString();
    }

private slots:
    void figuresAreGroupedAndKeepTheirDecimals()
    {
        QCOMPARE(live::grouped("1234567.10"), QStringLiteral("1,234,567.10"));
        QCOMPARE(live::grouped("-1234"), QStringLiteral("-1,234"));
        QCOMPARE(live::grouped("999"), QStringLiteral("999"));
        QCOMPARE(live::fixedText(Price::literal("65000.1"), 2), QStringLiteral("65,000.10"));
        QCOMPARE(live::percentText(domain::Rate::literal("0.04")), QStringLiteral("4.00 %"));
        QCOMPARE(live::keptTogether(
                     QStringLiteral("At 12:30 UTC 0.05 BTC lost 4.00 % or 5 USDT in 3 min: buy 2 more.")),
            QStringLiteral("At 12:30~UTC 0.05~BTC lost 4.00~% or 5~USDT in 3~min: buy 2 more.")
                .replace(u'~', QChar::Nbsp));
        QCOMPARE(live::compactText(Money::of(1'234'567'890)), QStringLiteral("1.23 B"));
        QCOMPARE(live::ageText(domain::Milliseconds{3'400}), QStringLiteral("3.4 s"));
        QCOMPARE(live::ageText(domain::Milliseconds{200'000}), QStringLiteral("3 min 20 s"));
    }

    void theWatchlistShowsTheNewestFiguresInTheSymbolsOwnDecimals()
    {
        support::Desk desk;
        desk.open();
        Tester tester{&desk.models->tickers, Tester::FailureReportingMode::QtTest};
        QTRY_COMPARE(desk.models->tickers.rowCount(), 6);
        desk.quote("DOGEUSDT", "0.16342", "-3.9");
        const int row = desk.models->tickers.rowOf("DOGEUSDT");
        QCOMPARE(
            cell(desk.models->tickers, row, live::TickerTableModel::LastColumn), QStringLiteral("0.16342"));
        QCOMPARE(
            cell(desk.models->tickers, row, live::TickerTableModel::ChangeColumn), QStringLiteral("-3.90"));
        QCOMPARE(
            cell(desk.models->tickers, row, live::TickerTableModel::SpreadColumn), QStringLiteral("0.00001"));
        const QModelIndex change = desk.models->tickers.index(row, live::TickerTableModel::ChangeColumn);
        QCOMPARE(change.data(live::ToneRole).toInt(), static_cast<int>(live::Tone::Negative));
        QCOMPARE(change.data(Qt::AccessibleTextRole).toString(), QStringLiteral("24 h % -3.90"));
    }

    void marketDataAgesOnTheMonotonicClock()
    {
        support::Desk desk;
        desk.open();
        QTRY_VERIFY(desk.models->market.spec("BTCUSDT"));
        QVERIFY(!desk.models->market.age("BTCUSDT"));
        desk.quote("BTCUSDT", "65000.0");
        desk.clock.advance(domain::Milliseconds{2'500});
        QCOMPARE(desk.models->market.age("BTCUSDT")->count(), 2'500);
        QCOMPARE(desk.models->market.agedMark("BTCUSDT").age.count(), 2'500);
        desk.models->market.noteHeard("BTCUSDT");
        QCOMPARE(desk.models->market.agedBid("BTCUSDT").age.count(), 0);
        QCOMPARE(desk.models->market.agedMark("BTCUSDT").age.count(), 2'500);
    }

    void anOrderIsInExactlyOneTableAndUnknownIsSaidWithItsAge()
    {
        support::Desk desk;
        desk.open();
        live::OrdersModel &open = desk.models->openOrders;
        Tester openTester{&open, Tester::FailureReportingMode::QtTest};
        Tester doneTester{&desk.models->orderHistory, Tester::FailureReportingMode::QtTest};
        domain::Order order = desk.order("BTCUSDT", "a-1", OrderPhase::Unknown);
        emit desk.trading.orderChanged(order);
        desk.clock.advance(domain::Milliseconds{3'000});
        QCOMPARE(open.rowCount(), 1);
        QCOMPARE(cell(open, 0, OrderTableModel::StateColumn), QStringLiteral("UNKNOWN"));
        QCOMPARE(cell(open, 0, OrderTableModel::AgeColumn), QStringLiteral("3.0 s"));
        QVERIFY(open.index(0, OrderTableModel::StateColumn)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("never sent again")));
        order.phase = OrderPhase::Working;
        order.executedQty = Quantity::literal("0.100");
        emit desk.trading.orderChanged(order);
        QCOMPARE(open.rowCount(), 1);
        QCOMPARE(cell(open, 0, OrderTableModel::StateColumn), QStringLiteral("WORKING, partly filled"));
        order.phase = OrderPhase::Done;
        order.endReason = domain::EndReason::Filled;
        emit desk.trading.orderChanged(order);
        QCOMPARE(open.rowCount(), 0);
        QCOMPARE(desk.models->orderHistory.rowCount(), 1);
        QCOMPARE(cell(desk.models->orderHistory, 0, OrderTableModel::StateColumn), QStringLiteral("FILLED"));
    }

    void ordersOfElsewhereAreMarked()
    {
        support::Desk desk;
        desk.open();
        domain::Order order = desk.order("BTCUSDT", "web_1", OrderPhase::Working);
        order.origin = domain::OrderOrigin::Foreign;
        emit desk.trading.orderChanged(order);
        QCOMPARE(
            cell(desk.models->openOrders, 0, OrderTableModel::OriginColumn), QStringLiteral("elsewhere"));
    }

    void aFillIsListedOnceHoweverOftenItIsTold()
    {
        support::Desk desk;
        domain::Fill fill;
        fill.symbol = "BTCUSDT";
        fill.tradeId = 77;
        fill.price = Price::of(65'000);
        fill.quantity = Quantity::literal("0.5");
        fill.at = desk.clock.wallNow();
        desk.trading.fills = {fill};
        desk.open();
        Tester tester{&desk.models->fills, Tester::FailureReportingMode::QtTest};
        emit desk.trading.fillArrived(fill);
        emit desk.trading.fillArrived(fill);
        desk.models->fills.load("BTCUSDT");
        QTest::qWait(0);
        QCOMPARE(desk.models->fills.rowCount(), 1);
        fill.tradeId = 78;
        emit desk.trading.fillArrived(fill);
        QCOMPARE(desk.models->fills.rowCount(), 2);
    }

    void positionsAreValuedAtTheLiveMarkWithTheirLevel()
    {
        // Product specification 4: maintenance 260 over a balance of 6,500 is 4 %, SAFE.
        support::Desk desk;
        desk.open();
        Tester tester{&desk.models->positions, Tester::FailureReportingMode::QtTest};
        QTRY_VERIFY(desk.models->market.spec("BTCUSDT"));
        desk.quote("BTCUSDT", "65000.0");
        domain::AccountState account = support::Desk::funded(6'500);
        account.positions.push_back(
            support::Desk::position("BTCUSDT", domain::Side::Buy, "1.000", "65000.0"));
        desk.account.publish(account);
        QTRY_COMPARE(desk.models->positions.rowCount(), 1);
        QTRY_COMPARE(
            cell(desk.models->positions, 0, live::PositionsModel::RatioColumn), QStringLiteral("4.00 %"));
        QCOMPARE(cell(desk.models->positions, 0, live::PositionsModel::LevelColumn), QStringLiteral("SAFE"));
        desk.quote("BTCUSDT", "60000.0");
        QTRY_COMPARE(
            cell(desk.models->positions, 0, live::PositionsModel::PnlColumn), QStringLiteral("-5,000.00"));
        // 240 over 1,500 is 16 %
        QCOMPARE(
            cell(desk.models->positions, 0, live::PositionsModel::RatioColumn), QStringLiteral("16.00 %"));
        desk.quote("BTCUSDT", "58800.0"); // 235.2 over 300
        QTRY_COMPARE(
            cell(desk.models->positions, 0, live::PositionsModel::LevelColumn), QStringLiteral("HIGH"));
    }

    void theTapeHoldsTheNewestTradesOfItsSymbolOnly()
    {
        support::Desk desk;
        desk.marketData.tradesAnswer =
            ports::Result<ports::TradesPtr>{std::make_shared<const std::vector<domain::Trade>>()};
        desk.open();
        live::TradesModel tape{desk.marketData, desk.models->market, desk.models->times};
        Tester tester{&tape, Tester::FailureReportingMode::QtTest};
        tape.setSymbol("BTCUSDT");
        QCOMPARE(desk.marketData.claims["trades BTCUSDT"], 1);
        const auto tell = [&desk](const char *symbol, int count, int firstId) {
            std::vector<domain::Trade> trades;
            for (int at = 0; at < count; ++at) {
                domain::Trade trade;
                trade.symbol = symbol;
                trade.id = firstId + at;
                trade.price = Price::of(65'000 + at);
                trade.at = desk.clock.wallNow();
                trades.push_back(trade);
            }
            emit desk.marketData.tradesArrived(std::make_shared<const std::vector<domain::Trade>>(trades));
        };
        tell("BTCUSDT", 150, 1);
        tell("ETHUSDT", 10, 1);
        tell("BTCUSDT", 100, 151);
        QCOMPARE(tape.rowCount(), live::TradesModel::capacity);
        QCOMPARE(tape.index(0, 0).data(live::KeyRole).toString(), QStringLiteral("250"));
        tape.setSymbol("ETHUSDT");
        QCOMPARE(tape.rowCount(), 0);
        QCOMPARE(desk.marketData.claims["trades BTCUSDT"], 0);
    }

    void theLadderHasTheBestPricesAroundTheSpreadAndJoinsLevels()
    {
        support::Desk desk;
        desk.open();
        QTRY_VERIFY(desk.models->market.spec("BTCUSDT"));
        live::BookModel book{desk.marketData, desk.models->market};
        Tester tester{&book, Tester::FailureReportingMode::QtTest};
        book.setDepth(2);
        book.setSymbol("BTCUSDT");
        QCOMPARE(book.state(), domain::BookView::State::Syncing);
        auto view = std::make_shared<domain::BookView>();
        view->symbol = "BTCUSDT";
        view->state = domain::BookView::State::Live;
        view->bids = {{Price::literal("99.9"), Quantity::of(1)}, {Price::literal("99.8"), Quantity::of(2)},
            {Price::literal("98.7"), Quantity::of(4)}};
        view->asks = {{Price::literal("100.1"), Quantity::of(3)}, {Price::literal("100.2"), Quantity::of(5)}};
        QSignalSpy states{&book, &live::BookModel::stateChanged};
        emit desk.marketData.bookChanged(view);
        QCOMPARE(states.count(), 1);
        QCOMPARE(book.rowCount(), 5);
        QCOMPARE(*book.priceAt(1), Price::literal("100.1")); // best ask right above the spread
        QVERIFY(!book.priceAt(book.spreadRow()));
        QCOMPARE(*book.priceAt(3), Price::literal("99.9"));
        QCOMPARE(cell(book, 2, 0), QStringLiteral("0.2"));
        QCOMPARE(cell(book, 4, live::BookModel::TotalColumn), QStringLiteral("3.000"));
        book.setGrouping(10);
        QCOMPARE(*book.priceAt(1), Price::of(101)); // asks up, bids down
        QCOMPARE(cell(book, 1, live::BookModel::QuantityColumn), QStringLiteral("8.000"));
        QCOMPARE(*book.priceAt(3), Price::of(99));
        QCOMPARE(cell(book, 3, live::BookModel::QuantityColumn), QStringLiteral("3.000"));
        QCOMPARE(*book.priceAt(4), Price::of(98));
    }

    void aLeverageTableAskedForTooEarlyIsAskedForAgain()
    {
        support::Desk desk;
        const domain::LeverageBrackets table = desk.account.tables["BTCUSDT"];
        desk.account.tables.clear(); // nobody is signed in yet
        desk.open();
        desk.models->account.want("BTCUSDT");
        QTest::qWait(50);
        QVERIFY(!desk.models->account.hasBrackets("BTCUSDT"));
        desk.account.tables["BTCUSDT"] = table;
        QSignalSpy tables{&desk.models->account, &live::AccountView::tablesChanged};
        desk.account.publish(support::Desk::funded(10'000));
        QTRY_VERIFY(desk.models->account.hasBrackets("BTCUSDT"));
        QVERIFY(!tables.isEmpty());
    }

    /// A liquidation price by the default table rang the bell at a start, an instant before the right one.
    void anAccountIsJudgedOnlyByItsOwnLeverageTables()
    {
        support::Desk desk;
        desk.account.isSlow = true;
        desk.open();
        domain::AccountState state = support::Desk::funded(10'000);
        state.positions = {support::Desk::position("BTCUSDT", domain::Side::Buy, "1", "65000")};
        desk.account.publish(state);
        QTRY_VERIFY(desk.models->market.spec("BTCUSDT") != nullptr);
        desk.quote("BTCUSDT", "65000");
        QTRY_VERIFY(desk.models->account.risk() && desk.models->account.risk()->allMarksLive);
        QVERIFY(!desk.models->account.isJudgeable());
        desk.account.answerTables();
        QTRY_VERIFY(desk.models->account.isJudgeable());
    }

    void theLogShowsItsLinesNewestFirst()
    {
        support::Desk desk;
        desk.open();
        Tester tester{&desk.models->log, Tester::FailureReportingMode::QtTest};
        desk.models->log.append({{desk.clock.wallNow(), live::LogModel::Info, QStringLiteral("first")},
            {desk.clock.wallNow(), live::LogModel::Problem, QStringLiteral("second")}});
        QCOMPARE(cell(desk.models->log, 0, live::LogModel::TextColumn), QStringLiteral("second"));
        QCOMPARE(cell(desk.models->log, 0, live::LogModel::LevelColumn), QStringLiteral("error"));
        QCOMPARE(cell(desk.models->log, 1, live::LogModel::LevelColumn), QStringLiteral("info"));
    }

    void whatTheWindowReportsIsShownOnlyOnceItIsInTheLog()
    {
        support::Desk desk;
        desk.open();
        live::LogModel &log = desk.models->log;
        QSignalSpy reports{&log, &live::LogModel::reported};
        log.report(live::LogModel::Warning, QStringLiteral("too small"));
        emit desk.health.noticed(1, QStringLiteral("reconnected")); // reaches the log by the program, once
        QCOMPARE(log.rowCount(), 0);
        QCOMPARE(reports.count(), 1);
        QCOMPARE(reports[0][1].toString(), QStringLiteral("too small"));
    }

    void theLogForgetsItsOldestLinesFirst()
    {
        support::Desk desk;
        desk.open();
        live::LogModel &log = desk.models->log;
        Tester tester{&log, Tester::FailureReportingMode::QtTest};
        std::vector<live::LogEntry> lines;
        for (int line = 0; line < live::LogModel::capacity + 10; ++line) {
            lines.push_back({desk.clock.wallNow(), live::LogModel::Info, QString::number(line)});
        }
        log.append({{desk.clock.wallNow(), live::LogModel::Info, QStringLiteral("before")}});
        log.append(lines);
        QCOMPARE(log.rowCount(), live::LogModel::capacity);
        QCOMPARE(cell(log, 0, live::LogModel::TextColumn), QString::number(live::LogModel::capacity + 9));
        QCOMPARE(cell(log, log.rowCount() - 1, live::LogModel::TextColumn), QStringLiteral("10"));
    }

    void theConnectionSaysWhyOrdersAreOff()
    {
        support::Desk desk;
        desk.open();
        Tester tester{&desk.models->health, Tester::FailureReportingMode::QtTest};
        QVERIFY(desk.models->health.canTrade());
        ports::HealthState state;
        state.tradeBlockedReason = QStringLiteral("The account is being compared.");
        ports::StreamHealth stream;
        stream.name = QStringLiteral("public");
        stream.state = ports::StreamHealth::State::Waiting;
        stream.retryIn = domain::Milliseconds{4'000};
        state.streams = {stream};
        desk.health.publish(state);
        QCOMPARE(desk.models->health.tradeBlockedReason(), QStringLiteral("The account is being compared."));
        QCOMPARE(
            cell(desk.models->health, 0, live::HealthModel::StateColumn), QStringLiteral("retry in 4.0 s"));
    }

    void timesFollowTheChoiceOfZone()
    {
        support::Desk desk;
        desk.open();
        desk.models->log.append({{desk.clock.wallNow(), live::LogModel::Info, QStringLiteral("now")}});
        desk.models->times.setUtc(true);
        // 1,760,000,000,000 ms after 1970
        QCOMPARE(
            cell(desk.models->log, 0, live::LogModel::TimeColumn), QStringLiteral("2025-10-09 08:53:20"));
    }
};

QTEST_GUILESS_MAIN(ModelsTest)
#include "models_test.moc"
