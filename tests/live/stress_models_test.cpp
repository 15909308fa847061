#include "models/live/stress_table_model.h"
#include "models/live/stress_text.h"
#include "models/live/text.h"
#include "tests/support/desk.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using domain::Money;
using domain::Rate;
using domain::Side;
using live::StressConditions;
using Path = StressConditions::Path;

/// Stress desk, betas and ways back on live models.
class StressModelsTest : public QObject
{
    Q_OBJECT
private:
    /// 1 BTC long at 60,000 and 10 ETH short at 3,000 on one cross wallet.
    static void seat(support::Desk &desk, std::int64_t wallet)
    {
        desk.open();
        QTRY_VERIFY(desk.models->market.spec("BTCUSDT") != nullptr);
        desk.quote("BTCUSDT", "60000.0");
        desk.quote("ETHUSDT", "3000.00");
        auto state = support::Desk::funded(wallet);
        state.positions = {support::Desk::position("BTCUSDT", Side::Buy, "1", "60000"),
            support::Desk::position("ETHUSDT", Side::Sell, "10", "3000")};
        desk.account.publish(state);
        QTRY_VERIFY(desk.models->account.hasBrackets("ETHUSDT"));
    }
    static void giveBook(support::Desk &desk, const char *symbol, const char *price)
    {
        auto book = std::make_shared<domain::BookView>();
        book->symbol = symbol;
        book->state = domain::BookView::State::Live;
        book->bids = {{domain::Price::literal(price), domain::Quantity::of(100)}};
        book->asks = book->bids;
        emit desk.marketData.bookChanged(book);
    }
    static std::vector<domain::Candle> bars(double factor, int count = 60)
    {
        std::vector<domain::Candle> candles;
        double close = 100;
        for (int i = 0; i < count; ++i) {
            close *= std::exp(factor * 0.001 * ((i * 7) % 11 - 5));
            domain::Candle candle;
            candle.openAt = domain::timestampFromMs(3'600'000LL * i);
            candle.close = domain::Price::fromApproximate(close);
            candle.isClosed = true;
            candles.push_back(candle);
        }
        return candles;
    }

private slots:
    void theDeskComputesAndHoldsBooksOnlyWhileSomebodyLooks()
    {
        support::Desk desk;
        seat(desk, 20'000);
        auto &stress = desk.models->stress;
        QVERIFY(stress.report() == nullptr);
        QCOMPARE(desk.marketData.claims["book BTCUSDT"], 0);
        stress.setActive(true);
        QTRY_VERIFY(stress.report() != nullptr);
        QCOMPARE(desk.marketData.claims["book BTCUSDT"], 1);
        QCOMPARE(desk.marketData.claims["book ETHUSDT"], 1);
        QCOMPARE(stress.report()->stations.size(), std::size_t{101});
        QVERIFY(!stress.report()->leaving.front().hasBook);
        QVERIFY(!live::stressReservations(*stress.report(), {}).isEmpty());
        giveBook(desk, "BTCUSDT", "60000");
        giveBook(desk, "ETHUSDT", "3000");
        desk.quote("BTCUSDT", "60000.0");
        QTRY_VERIFY(stress.report()->leaving.front().hasBook);
        QVERIFY(live::stressReservations(*stress.report(), {}).isEmpty());
        stress.setActive(false);
        QCOMPARE(desk.marketData.claims["book BTCUSDT"], 0);
        QSignalSpy answers{&stress, &live::StressDesk::changed};
        desk.quote("BTCUSDT", "61000.0");
        QTest::qWait(300);
        QCOMPARE(answers.count(), 0);
    }

    void theSentencesNameWhoGoesFirstAndWhereTheAccountDies()
    {
        support::Desk desk;
        seat(desk, 20'000);
        auto &stress = desk.models->stress;
        stress.setActive(true);
        QTRY_VERIFY(stress.report() != nullptr);
        const auto sentence = [&](bool isFalling) {
            return live::waySentence(*stress.report(), isFalling, stress.reportConditions(), stress.basis());
        };
        // A fall of x: 20,000 - 60,000 x + 30,000 x = 240 (1 - x) + 150 (1 - x).
        QCOMPARE(
            sentence(true), QStringLiteral("Falling: all 2 cross positions go first, BTCUSDT long ahead; "
                                           "the account dies at BTC 20,263.4 (-66.2 %)."));
        QVERIFY(sentence(false).startsWith(QStringLiteral("Rising: nothing is liquidated")));
        auto state = *desk.account.current;
        state.positions[0].marginType = domain::MarginType::Isolated;
        state.positions[0].isolatedWallet = Money::of(6'000);
        desk.account.publish(state);
        QTRY_VERIFY(!stress.report()->falling.deaths.front().isCross);
        QCOMPARE(sentence(true),
            QStringLiteral(
                "Falling: BTCUSDT long goes first at 54,216.8 (-9.6 %); the cross positions hold."));
        QVERIFY(sentence(false).contains(QStringLiteral("ETHUSDT short goes first at ")));
        QVERIFY(sentence(false).contains(QStringLiteral("the account dies at BTC ")));
        state.positions.clear();
        desk.account.publish(state);
        QTRY_VERIFY(stress.report()->positions.empty());
        QCOMPARE(sentence(true), QStringLiteral("No open positions: there is nothing to stress."));
    }

    void theNewestConditionsWin()
    {
        support::Desk desk;
        seat(desk, 20'000);
        auto &stress = desk.models->stress;
        stress.setActive(true);
        StressConditions conditions;
        for (int percent = 1; percent <= 50; ++percent) {
            conditions.path = Path::Single;
            conditions.moves["BTCUSDT"] = Rate::of(-percent) / 100;
            stress.setConditions(conditions);
        }
        QTRY_VERIFY(stress.report() != nullptr && stress.reportConditions() == conditions);
        QVERIFY(stress.report()->stations.back().liquidated.size() == 2);
        QVERIFY(stress.report()->falling.deaths.empty());
        const QString sentence =
            live::waySentence(*stress.report(), false, stress.reportConditions(), stress.basis());
        QVERIFY2(sentence.startsWith(QStringLiteral("With these moves: all 2 cross positions go first")),
            qPrintable(sentence));
        QVERIFY2(sentence.contains(QStringLiteral("of the moves")), qPrintable(sentence));
    }

    void betasAreMeasuredTypedAndNamedAssumed()
    {
        support::Desk desk;
        seat(desk, 20'000);
        auto &betas = desk.models->betas;
        QVERIFY(betas.measured("ETHUSDT").isAssumed);
        QVERIFY(betas.value("ETHUSDT") == Rate::of(1));
        auto &stress = desk.models->stress;
        stress.setActive(true);
        StressConditions conditions;
        conditions.path = Path::ByBeta;
        stress.setConditions(conditions);
        QCOMPARE(desk.marketData.candleQueries.size(), std::size_t{2});
        QVERIFY(desk.marketData.candleQueries[0].symbol == "BTCUSDT");
        QVERIFY(betas.isOnItsWay("ETHUSDT"));
        desk.marketData.answerCandles(bars(1));
        desk.marketData.answerCandles(bars(1.5));
        QTRY_VERIFY(!betas.measured("ETHUSDT").isAssumed);
        QVERIFY(betas.value("ETHUSDT") == Rate::literal("1.5"));
        QCOMPARE(betas.measured("ETHUSDT").samples, 59);
        QVERIFY(betas.measured("BTCUSDT").value == Rate::of(1));
        // 10 % of BTC is 15 % of ETH: 20,000 + 6,000 - 4,500.
        QTRY_VERIFY(stress.reportConditions().path == Path::ByBeta &&
                    stress.report()->stations[60].equity == Money::of(21'500));
        betas.setTyped("ETHUSDT", Rate::of(3));
        QTRY_VERIFY(stress.report()->stations[60].equity == Money::of(17'000));
        betas.setTyped("ETHUSDT", std::nullopt);
        QVERIFY(betas.value("ETHUSDT") == Rate::literal("1.5"));
        // Asked again only when an hour has passed.
        betas.want("ETHUSDT");
        QCOMPARE(desk.marketData.candleQueries.size(), std::size_t{2});
        desk.clock.advance(domain::Milliseconds{3'600'001});
        betas.want("ETHUSDT");
        QCOMPARE(desk.marketData.candleQueries.size(), std::size_t{4});
        desk.marketData.failCandles(domain::ErrorCode::Unreachable, "no line");
        QTRY_VERIFY(!betas.isOnItsWay("BTCUSDT"));
        QVERIFY(betas.value("ETHUSDT") == Rate::literal("1.5"));
    }

    void theTableHoldsTheAccountPlaceByPlace()
    {
        support::Desk desk;
        seat(desk, 20'000);
        auto &stress = desk.models->stress;
        live::StressTableModel table{stress};
        QAbstractItemModelTester tester{&table, QAbstractItemModelTester::FailureReportingMode::QtTest};
        QCOMPARE(table.rowCount(), 0);
        stress.setActive(true);
        QTRY_COMPARE(table.rowCount(), 21);
        using Column = live::StressTableModel::ColumnId;
        const auto cell = [&table](
                              int row, Column column) { return table.index(row, column).data().toString(); };
        const int now = table.rowNear({});
        QCOMPARE(cell(now, Column::PlaceColumn), QStringLiteral("0 %"));
        QCOMPARE(cell(now, Column::EquityColumn), QStringLiteral("20,000.00"));
        QCOMPARE(cell(0, Column::PlaceColumn), QStringLiteral("+50 %"));
        QCOMPARE(cell(0, Column::ReferenceColumn), QStringLiteral("90,000.0"));
        QCOMPARE(cell(0, Column::ChangeColumn), QStringLiteral("+15,000.00"));
        QCOMPARE(cell(20, Column::EquityColumn), QStringLiteral("5,000.00"));
        QCOMPARE(cell(20, Column::LevelColumn), QStringLiteral("SAFE"));
        QVERIFY(
            table.index(20, 0)
                .data(Qt::ToolTipRole)
                .toString()
                .startsWith(QStringLiteral("Move -50 %: equity 5,000.00 USDT, margin ratio 3.90 %, SAFE.")));
    }

    void everyCellIsWhatItsExplanationSays()
    {
        support::Desk desk;
        seat(desk, 4'000); // dies on the way down and on the way up
        auto &stress = desk.models->stress;
        live::StressTableModel table{stress};
        stress.setActive(true);
        QTRY_COMPARE(table.rowCount(), 21);
        using Model = live::StressTableModel;
        int gone = 0;
        for (int row = 0; row < table.rowCount(); ++row) {
            for (int column = 0; column < table.columnCount(); ++column) {
                const QString cell = table.index(row, column).data().toString();
                const auto said = table.explain(table.placeAt(row), column);
                QVERIFY2(said && !said->source.empty(), qPrintable(cell));
                QString value = live::toQString(said->value);
                if (column == Model::LiquidatedColumn) {
                    QCOMPARE(cell.isEmpty() ? QStringLiteral("none") : cell, value);
                    gone += cell.isEmpty() ? 0 : 1;
                } else if (column == Model::LevelColumn || value == u"none") {
                    QVERIFY2(cell == value || cell.startsWith(u'>') || cell == u"--", qPrintable(cell));
                } else {
                    QString digits = cell;
                    digits.remove(u',').remove(u'%').remove(u'+').remove(u' ');
                    const int decimals = static_cast<int>(
                        digits.contains(u'.') ? digits.size() - digits.indexOf(u'.') - 1 : 0);
                    QCOMPARE(digits, live::toQString(Money::parse(said->value)->toFixed(decimals)));
                }
                const QString spoken = table.index(row, column).data(Qt::AccessibleTextRole).toString();
                const QString place = table.index(row, 0).data().toString();
                QVERIFY2(spoken.contains(place) && !spoken.endsWith(u' '), qPrintable(spoken));
            }
        }
        QVERIFY(gone > 2);
        const int row = table.rowNear(Rate::literal("-0.1"));
        const auto spoken = [&](int column) {
            return table.index(row, column).data(Qt::AccessibleTextRole).toString();
        };
        QCOMPARE(spoken(Model::PlaceColumn), QStringLiteral("Move -10 %"));
        QCOMPARE(spoken(Model::EquityColumn), QStringLiteral("Equity at -10 %: 1,000.00 USDT"));
        QCOMPARE(spoken(Model::LiquidatedColumn), QStringLiteral("Gone at -10 %: none"));
        QVERIFY(!table.explain(Rate::literal("0.123"), Model::EquityColumn)); // no such place
        auto state = *desk.account.current;
        state.positions.clear(); // flat: every place would be the same
        desk.account.publish(state);
        QTRY_COMPARE(table.rowCount(), 0);
    }

    void theWaysBackComeWithHighAndGoWithSafe()
    {
        support::Desk desk;
        seat(desk, 20'000);
        auto &ways = desk.models->waysBack;
        QAbstractItemModelTester tester{&ways, QAbstractItemModelTester::FailureReportingMode::QtTest};
        QTest::qWait(150);
        QCOMPARE(ways.rowCount(), 0);
        QCOMPARE(ways.headline(), QStringLiteral("The account is SAFE: there is nothing to mend."));
        auto state = *desk.account.current;
        state.walletBalance = state.crossWalletBalance = Money::of(600); // maintenance 390: 65 %
        desk.account.publish(state);
        QTRY_VERIFY(ways.rowCount() > 3);
        QCOMPARE(desk.marketData.claims["book BTCUSDT"], 1);
        QVERIFY(ways.headline().startsWith(QStringLiteral("Cross margin is HIGH at 65.00 %.")));
        using Column = live::WaysBackModel::ColumnId;
        QStringList sentences;
        for (int row = 0; row < ways.rowCount(); ++row) {
            sentences << ways.index(row, Column::WayColumn).data().toString();
            QVERIFY(ways.index(row, Column::AfterColumn).data().toString().endsWith(QStringLiteral("SAFE")));
        }
        QVERIFY2(sentences.contains(QStringLiteral("Bring 700.01 USDT into the futures wallet")),
            qPrintable(sentences.join(u'\n')));
        QVERIFY(sentences.first().startsWith(QStringLiteral("Close ")));
        QVERIFY(sentences.last().startsWith(QStringLiteral("Set a stop for ")));
        state.walletBalance = state.crossWalletBalance = Money::of(1'000); // 39 %: MEDIUM
        desk.account.publish(state);
        QTRY_COMPARE(ways.rowCount(), 0);
        QCOMPARE(desk.marketData.claims["book BTCUSDT"], 0);
        ways.setWanted(true);
        QTRY_VERIFY(ways.rowCount() > 0);
        ways.setWanted(false);
        QTRY_COMPARE(ways.rowCount(), 0);
    }
};

QTEST_GUILESS_MAIN(StressModelsTest)
#include "stress_models_test.moc"
