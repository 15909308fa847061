#include "tests/ui/seat.h"
#include "ui/widgets/explanation_popup.h"
#include "ui/widgets/position_risk_list.h"
#include "ui/widgets/ratio_chart.h"
#include "ui/widgets/risk_bars.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDir>
#include <QDockWidget>
#include <QFrame>
#include <QScrollArea>
#include <QTest>

using domain::Money;
using domain::Price;
using domain::Quantity;
using domain::RuleAction;
using domain::RuleKind;
using domain::RuleLimit;
using support::Seat;
using namespace std::chrono_literals;

namespace
{

domain::Order stopOf(const char *quantity, const char *trigger)
{
    domain::Order order;
    order.request.symbol = "BTCUSDT";
    order.request.side = domain::Side::Sell;
    order.request.type = domain::OrderType::StopMarket;
    order.request.quantity = Quantity::literal(quantity);
    order.request.triggerPrice = Price::literal(trigger);
    order.request.reduceOnly = true;
    order.request.clientOrderId = "stop";
    order.phase = domain::OrderPhase::Working;
    return order;
}

/// 2 BTC long at 65,000 (maintenance margin 520) and what stands behind it.
void hold(Seat &seat, std::int64_t wallet, bool withMore = false)
{
    domain::AccountState account = support::Desk::funded(wallet);
    account.positions.push_back(support::Desk::position("BTCUSDT", domain::Side::Buy, "2.000", "65000.0"));
    account.positions.back().exchangeLiquidationPrice = Price::literal("58700.0");
    if (withMore) {
        domain::Position eth = support::Desk::position("ETHUSDT", domain::Side::Sell, "6.400", "3098.12");
        eth.marginType = domain::MarginType::Isolated;
        eth.isolatedWallet = Money::of(2'100);
        account.walletBalance += eth.isolatedWallet;
        account.positions.push_back(eth);
        account.positions.push_back(support::Desk::position("SOLUSDT", domain::Side::Buy, "40", "180.00"));
    }
    seat.desk.account.publish(account);
    const auto mark = [&seat](const char *symbol, const char *price, const char *rate) {
        domain::MarkPrice one;
        one.symbol = symbol;
        one.mark = one.index = Price::literal(price);
        one.fundingRate = domain::Rate::literal(rate);
        one.nextFundingAt = seat.desk.clock.wallNow() + 2h + 11min;
        one.at = seat.desk.clock.wallNow();
        emit seat.desk.marketData.markPricesChanged(
            std::make_shared<const std::vector<domain::MarkPrice>>(1, one));
    };
    mark("BTCUSDT", "65000.0", "0.0001");
    mark("ETHUSDT", "3120.55", "-0.0002");
    mark("SOLUSDT", "184.27", "0.0003");
}

void tell(Seat &seat, const domain::RuleState &state)
{
    seat.desk.trading.rules = std::make_shared<const domain::RuleState>(state);
    emit seat.desk.trading.riskRulesChanged(seat.desk.trading.rules);
}

domain::RuleState dayOf(Seat &seat, const char *realised)
{
    domain::RuleState state;
    state.active.of(RuleKind::DailyLoss) = {RuleLimit::of(500), RuleAction::Refuse};
    state.active.of(RuleKind::Trades) = {RuleLimit::of(6), RuleAction::Refuse};
    state.day.startAt = domain::dayOf(seat.desk.clock.wallNow());
    state.day.realised = Money::literal(realised);
    state.day.trades = 3;
    state.day.losses = 2;
    state.day.isComplete = true;
    return state;
}

QString spokenRow(const Seat &seat, int at = 0)
{
    return seat.get<ui::PositionRiskRow>(qPrintable(QStringLiteral("risk.position.%1").arg(at)))
        ->accessibleName();
}

constexpr int narrowest = 332; ///< of 344 pixels, with the scroll bar beside it

void shoot(Seat &seat, const QString &name)
{
    const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
    if (folder.isEmpty()) {
        return;
    }
    QDir{}.mkpath(folder);
    auto *dock = seat.get<QDockWidget>("risk");
    dock->setFloating(true);
    for (const QSize size : {QSize{344, 940}, QSize{860, 620}}) {
        dock->resize(size);
        QTest::qWait(150);
        dock->grab().save(QStringLiteral("%1/%2-%3.png").arg(folder, name).arg(size.width()));
    }
}

} // namespace

/// The risk dashboard.
class RiskPanelTest : public QObject
{
    Q_OBJECT
private slots:
    void theFourLevelsShowAsWordShapeAndAdvice_data()
    {
        QTest::addColumn<int>("wallet");
        QTest::addColumn<QString>("level");
        QTest::addColumn<QString>("ratio");
        QTest::newRow("safe") << 13'000 << QStringLiteral("SAFE") << QStringLiteral("4.00 %");
        QTest::newRow("medium") << 1'300 << QStringLiteral("MEDIUM") << QStringLiteral("40.00 %");
        QTest::newRow("high") << 800 << QStringLiteral("HIGH") << QStringLiteral("65.00 %");
        QTest::newRow("critical") << 600 << QStringLiteral("CRITICAL") << QStringLiteral("86.67 %");
    }
    void theFourLevelsShowAsWordShapeAndAdvice()
    {
        QFETCH(int, wallet);
        QFETCH(QString, level);
        QFETCH(QString, ratio);
        Seat seat;
        seat.desk.clock.advance(2s);
        hold(seat, wallet);
        QTRY_COMPARE(seat.label("risk.ratio"), ratio);
        QCOMPARE(seat.label("risk.level"), level);
        QVERIFY(!seat.label("risk.advice").isEmpty());
        QVERIFY(seat.get<QWidget>("risk.history")->accessibleName().contains(ratio));
        QTRY_VERIFY(seat.get<QWidget>("risk.gauge")->accessibleName().contains(level));
        if (!qEnvironmentVariable("HEADROOM_SHOTS").isEmpty()) {
            wallet = level == u"CRITICAL" ? 460 : wallet;     // the other positions bring profit
            for (int second = 0; second < 900; second += 5) { // a quarter of an hour of history
                seat.desk.clock.advance(5s);
                hold(seat, wallet + static_cast<int>(wallet * 0.2 * std::sin(second * 0.013)), true);
                QTest::qWait(110);
            }
            emit seat.desk.trading.orderChanged(stopOf("1.2", "64500.0"));
            domain::RuleState state = dayOf(seat, "-312.40");
            if (level == u"CRITICAL") {
                state.day.realised = Money::literal("-512.30");
                state.lock = {RuleKind::DailyLoss, seat.desk.models->rules.venueNow() + 3h + 12min,
                    "Daily loss: 512.30 USDT of closed results lost in the UTC day, the rule allows 500 "
                    "USDT."};
            }
            tell(seat, state);
            hold(seat, wallet, true);
            QTest::qWait(400);
            const auto *content = seat.get<QScrollArea>("risk.scroll")->widget();
            QVERIFY2(
                content->minimumSizeHint().width() <= narrowest, qPrintable(level)); // nothing is cut off
            for (const char *scheme : {"view.dark", "view.light"}) {
                seat.get<QAction>(scheme)->trigger();
                shoot(seat, QStringLiteral("risk-%1-%2").arg(level.toLower(), QLatin1StringView{scheme + 5}));
            }
        }
    }

    void aPositionSaysItsWayToLiquidation()
    {
        Seat seat;
        hold(seat, 13'000);
        QTRY_VERIFY(spokenRow(seat).contains(QStringLiteral("exchange 58,700.0")));
        QVERIFY2(spokenRow(seat).contains(QStringLiteral("BTCUSDT Long 10x cross 2.000")),
            qPrintable(spokenRow(seat)));
        QVERIFY2(spokenRow(seat).contains(QStringLiteral("level SAFE")), qPrintable(spokenRow(seat)));
        // (13,000 - 130,000) / (2 * 0.004 - 2) = 58,734.9; 349 ticks of 0.1 above the exchange's
        QVERIFY2(spokenRow(seat).contains(QStringLiteral("liq. 58,734.9")), qPrintable(spokenRow(seat)));
        QVERIFY2(spokenRow(seat).contains(QStringLiteral("+349 ticks")), qPrintable(spokenRow(seat)));
        QVERIFY2(
            spokenRow(seat).contains(QStringLiteral("9.64 % · 12,530.12 USDT")), qPrintable(spokenRow(seat)));
    }

    void aPositionWithoutAStopIsNamedWithItsTime()
    {
        Seat seat;
        hold(seat, 13'000);
        QTRY_VERIFY(spokenRow(seat).contains(QStringLiteral("no stop for")));
        QVERIFY(seat.label("risk.naked").startsWith(QStringLiteral("130,000 USDT")));
        QCOMPARE(seat.label("risk.stops"), QStringLiteral("no stop is set")); // a zero would promise too much
        seat.desk.clock.advance(5s);
        emit seat.desk.trading.orderChanged(stopOf("0.5", "64000.0"));
        QTRY_VERIFY(spokenRow(seat).contains(QStringLiteral("1.500 of it without a stop for 5")));
        emit seat.desk.trading.orderChanged(stopOf("2", "64000.0"));
        QTRY_COMPARE(seat.label("risk.naked"), QStringLiteral("none"));
        // 2 * 1,000 and 0.05 % of 128,000
        QCOMPARE(seat.label("risk.stops"), QStringLiteral("-2,064.00 USDT"));
    }

    void theWorstOfCrossAndIsolatedDecidesAndIsNamed()
    {
        Seat seat;
        domain::AccountState account = support::Desk::funded(13'000);
        account.positions.push_back(
            support::Desk::position("BTCUSDT", domain::Side::Buy, "2.000", "65000.0"));
        account.positions.push_back(
            support::Desk::position("ETHUSDT", domain::Side::Buy, "10.000", "3000.00"));
        account.positions.back().marginType = domain::MarginType::Isolated;
        account.positions.back().isolatedWallet = Money::of(200); // 150 / 200
        seat.desk.account.publish(account);
        QTRY_COMPARE(seat.label("risk.ratio"), QStringLiteral("75.00 %"));
        QCOMPARE(seat.label("risk.level"), QStringLiteral("HIGH"));
        QVERIFY(seat.label("risk.advice").contains(QStringLiteral("The worst is the isolated ETHUSDT")));
    }

    void fundingCountsDown()
    {
        Seat seat;
        hold(seat, 13'000);
        QTRY_COMPARE(seat.label("risk.funding"), QStringLiteral("-13.00 USDT in 02:11:00"));
    }

    void todayStandsAgainstItsLimit()
    {
        Seat seat;
        const QString none = seat.get<QWidget>("risk.day")->accessibleName();
        QVERIFY2(none.contains(QStringLiteral("no daily limit")), qPrintable(none));
        tell(seat, dayOf(seat, "-312.40"));
        QCOMPARE(seat.get<QWidget>("risk.day")->accessibleName(),
            QStringLiteral("Result of the UTC day -312.40 USDT, loss limit 500.00 USDT, 62 % of it used"));
        QCOMPARE(seat.label("risk.counts"), QStringLiteral("trades today: 3 of 6 · losses in a row: 2"));
    }

    void theLockIsSeenAndLeadsToTheRules()
    {
        Seat seat;
        auto *strip = seat.get<QFrame>("risk.lock");
        QVERIFY(!strip->isVisibleTo(strip->parentWidget()));
        domain::RuleState state = dayOf(seat, "-512.30");
        state.lock = {
            RuleKind::DailyLoss, seat.desk.models->rules.venueNow() + 90min, "Daily loss: too much."};
        tell(seat, state);
        QVERIFY(strip->isVisibleTo(strip->parentWidget()));
        QCOMPARE(seat.label("risk.lockText"),
            QStringLiteral("Opening is locked for 01:30:00. Daily loss: too much."));
        seat.get<QAbstractButton>("risk.rules")->click();
        QVERIFY(seat.get<QDialog>("settings")->isVisible());
    }

    void itIsWorkedByKeyboard()
    {
        Seat seat;
        hold(seat, 13'000, true);
        seat.window->showPanel(QStringLiteral("risk"));
        auto *history = seat.get<ui::RatioChart>("risk.history");
        QTRY_VERIFY(history->accessibleName().contains(QStringLiteral("now")));
        QTest::keyClick(history, Qt::Key_Left);
        QVERIFY2(history->accessibleName().contains(QStringLiteral("level SAFE")),
            qPrintable(history->accessibleName()));
        QTRY_VERIFY(seat.window->findChild<QWidget *>(QStringLiteral("risk.position.2")));
        QTest::keyClick(seat.get<QWidget>("risk.position.1"), Qt::Key_Return);
        const QString chosen = spokenRow(seat, 1).section(u' ', 0, 0);
        QTRY_COMPARE(seat.desk.settings.value(QStringLiteral("window/symbol")).toString(), chosen);
    }

    void ratioAndLiquidationPriceAreExplained()
    {
        Seat seat;
        hold(seat, 13'000);
        QTRY_COMPARE(seat.label("risk.ratio"), QStringLiteral("4.00 %"));
        const auto openPopup = [] {
            for (QWidget *top : QApplication::topLevelWidgets()) {
                if (auto *popup = qobject_cast<ui::ExplanationPopup *>(top); popup && popup->isVisible()) {
                    return popup;
                }
            }
            return static_cast<ui::ExplanationPopup *>(nullptr);
        };
        QTest::keyClick(seat.get<QWidget>("risk.ratio"), Qt::Key_Return);
        QTRY_VERIFY(openPopup());
        openPopup()->close();
        QTRY_VERIFY(!openPopup());
        QTest::keyClick(seat.get<QWidget>("risk.position.0"), Qt::Key_F1);
        QTRY_VERIFY(openPopup());
    }

    void widePlacesTwoColumnsSideBySide()
    {
        Seat seat;
        auto *dock = seat.get<QDockWidget>("risk");
        dock->setFloating(true);
        dock->resize(900, 600);
        QWidget *history = seat.get<QWidget>("risk.history");
        QWidget *positions = seat.get<QWidget>("risk.positions");
        const auto leftOf = [](QWidget *widget) { return widget->mapTo(widget->window(), QPoint{}).x(); };
        QTRY_VERIFY(leftOf(positions) > leftOf(history) + history->width());
        dock->resize(344, 600);
        QTRY_COMPARE(leftOf(positions), leftOf(history));
    }

    void exposureIsToldBySymbol()
    {
        Seat seat;
        hold(seat, 13'000, true);
        QTRY_VERIFY(seat.get<QWidget>("risk.bySymbol")
                        ->accessibleName()
                        .contains(QStringLiteral("BTCUSDT +130,000; ETHUSDT -19,972; SOLUSDT +7,371")));
    }
};

QTEST_MAIN(RiskPanelTest)

#include "risk_panel_test.moc"
