#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using namespace std::chrono_literals;
using support::PaperMarket;

namespace
{

constexpr AccountId alice = PaperMarket::alice;

ConditionalRequest stop(const char *side, const char *trigger)
{
    return PaperMarket::conditional(side, "STOP_MARKET", "1", trigger);
}

int codeOf(PaperMarket &market, const ConditionalRequest &request)
{
    const auto placed = market.engine.placeConditional(alice, request, market.now);
    return placed ? 0 : placed.error().venueCode;
}

} // namespace

// What is refused whatever the margin: reference 4.3, 9.2, 9.3.
class EngineRestrictionsTest : public QObject
{
    Q_OBJECT
private slots:
    void positionRiskControlLeavesReducingOrders_data()
    {
        QTest::addColumn<int>("control");
        QTest::addColumn<int>("buy");
        QTest::addColumn<int>("sell");
        QTest::newRow("none") << static_cast<int>(PositionControl::None) << 0 << 0;
        QTest::newRow("both") << static_cast<int>(PositionControl::Both) << -4105 << -4105;
        QTest::newRow("buy") << static_cast<int>(PositionControl::Buy) << -4106 << 0;
        QTest::newRow("sell") << static_cast<int>(PositionControl::Sell) << 0 << -4107;
    }
    void positionRiskControlLeavesReducingOrders()
    {
        QFETCH(int, control);
        QFETCH(int, buy);
        QFETCH(int, sell);
        PaperMarket market;
        market.engine.setPositionControl(PaperMarket::btc, static_cast<PositionControl>(control));
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59000")), buy);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("SELL", "1", "61000")), sell);
        market.engine.setPositionControl(PaperMarket::btc, PositionControl::None);
        QVERIFY(market.engine.cancelAll(alice, PaperMarket::btc, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        market.engine.setPositionControl(PaperMarket::btc, static_cast<PositionControl>(control));
        QCOMPARE(market.codeOf(alice, PaperMarket::market("SELL", "2")), sell); // would turn it
        QCOMPARE(market.codeOf(alice, PaperMarket::market("SELL", "1")), 0);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void triggersStayWithinTheirBand()
    {
        PaperMarket market;
        auto far = stop("BUY", "300000.1"); // a hundred times mark, and a hundredth of it
        far.symbol = PaperMarket::eth;
        QCOMPARE(codeOf(market, far), -4210);
        far.triggerPrice = "300000";
        QCOMPARE(codeOf(market, far), 0);
        QCOMPARE(codeOf(market, stop("SELL", "599.9")), -4211);
        QCOMPARE(codeOf(market, stop("SELL", "600")), 0);
        market.engine.setTriggerBand(PaperMarket::btc, Rate::literal("0.9"), Rate::literal("1.1"));
        const auto refused = market.engine.placeConditional(alice, stop("BUY", "66000.1"), market.now);
        QVERIFY(!refused);
        QCOMPARE(refused.error().detail, std::string{"Stop price can't be higher than 66000.0"});
        QCOMPARE(codeOf(market, stop("SELL", "53999.9")), -4211);
    }

    void limitPricesStayNearTheirTrigger()
    {
        PaperMarket market;
        auto request = PaperMarket::conditional("BUY", "STOP", "1", "61000");
        request.price = "64050.1";
        const auto refused = market.engine.placeConditional(alice, request, market.now);
        QVERIFY(!refused && refused.error().venueCode == -4183);
        QCOMPARE(refused.error().detail, std::string{"Limit price can't be higher than 64050.0."});
        request.price = "57949.9";
        QCOMPARE(codeOf(market, request), -4184);
    }

    void anActivationPriceIsAPrice()
    {
        PaperMarket market;
        auto request = PaperMarket::conditional("SELL", "TRAILING_STOP_MARKET", "1", "");
        request.callbackRate = "1";
        request.activatePrice = "0";
        QCOMPARE(codeOf(market, request), -4135);
    }

    void anAccountBeingLiquidatedPlacesNothing()
    {
        EngineConfig config;
        config.liquidationTime = 500ms;
        PaperMarket market{config};
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        QVERIFY(market.engine.liquidate(alice, PaperMarket::btc, PositionSide::Both, market.now));
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59000")), -2023);
        QCOMPARE(codeOf(market, stop("BUY", "61000")), -2023);
        QCOMPARE(market.codeOf(PaperMarket::bob, PaperMarket::limit("BUY", "1", "59000")), 0);
        market.pass(500ms);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59000")), 0);
    }

    void aRestrictedAccountIsToldWhy_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("letsReduce");
        for (const int code : {-4087, -4189, -4400, -4401}) {
            QTest::addRow("%d", code) << code << true;
        }
        for (const int code : {-2017, -4088, -4109, -4192, -4402}) {
            QTest::addRow("%d", code) << code << false;
        }
    }
    void aRestrictedAccountIsToldWhy()
    {
        QFETCH(int, code);
        QFETCH(bool, letsReduce);
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        QVERIFY(market.engine.setRestriction(alice, code));
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59000")), code);
        QCOMPARE(codeOf(market, stop("SELL", "59000")), letsReduce ? 0 : code);
        QCOMPARE(market.codeOf(alice, PaperMarket::market("SELL", "0.5")), letsReduce ? 0 : code);
        QVERIFY(market.engine.setRestriction(alice, 0));
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59000")), 0);
    }

    void leverageMayBeCapped_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("most");
        for (const int code : {-4202, -4203, -4205, -4206, -4208, -4209}) {
            QTest::addRow("%d", code) << code << 20;
        }
        QTest::addRow("-4403") << -4403 << 10;
    }
    void leverageMayBeCapped()
    {
        QFETCH(int, code);
        QFETCH(int, most);
        PaperMarket market;
        QVERIFY(market.engine.setRestriction(alice, code));
        const auto raised = market.engine.setLeverage(alice, PaperMarket::btc, most + 1, market.now);
        QVERIFY(!raised);
        QCOMPARE(raised.error().venueCode, code);
        QVERIFY(market.engine.setLeverage(alice, PaperMarket::btc, most, market.now));
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "0.1", "59000")), 0); // orders go on
    }

    void aTransferInAwakesAnArchivedAccount()
    {
        PaperMarket market;
        QVERIFY(market.engine.setRestriction(alice, -4109));
        QVERIFY(market.engine.transfer(alice, Money::of(1), market.now));
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59000")), 0);
        QVERIFY(!market.engine.setRestriction(alice, -2019));
    }
};

QTEST_APPLESS_MAIN(EngineRestrictionsTest)
#include "engine_restrictions_test.moc"
