#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using namespace std::chrono_literals;
using support::PaperMarket;

// Rules of section 10 and of liquidation, settlement and halts that the other engine tests do not hold.
class EngineRulesTest : public QObject
{
    Q_OBJECT
private slots:
    void theMostProfitableForItsMarginStandsFirstInTheQueue()
    {
        // Reference 10.11: 0 without profit, 4 first in line.
        PaperMarket market;
        market.level(Side::Sell, "60000", "50");
        for (const AccountId id : {PaperMarket::alice, PaperMarket::bob, PaperMarket::carol}) {
            QVERIFY(market.engine.setLeverage(id, PaperMarket::btc, 50, market.now));
        }
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::market("BUY", "1")));
        QVERIFY(market.place(PaperMarket::bob, PaperMarket::market("BUY", "10")));
        QCOMPARE(market.position(PaperMarket::alice).adl, 0);
        market.level(Side::Sell, "60000", "0");
        market.mark("60600");
        QCOMPARE(market.position(PaperMarket::bob).adl, 4);
        QCOMPARE(market.position(PaperMarket::alice).adl, 2);
        QCOMPARE(market.account(PaperMarket::bob).positions.front().adl, 4);
        QCOMPARE(market.position(PaperMarket::carol).adl, 0);
        market.mark("59000");
        QCOMPARE(market.position(PaperMarket::bob).adl, 0);
    }

    void bnbPaysNoInterest()
    {
        // Reference 10.10: interest 0.01 % per eight hours, 0 for BNBUSDT.
        PaperMarket market;
        SymbolSpec spec = PaperMarket::specOf("BNBUSDT");
        spec.minPrice = Price::literal("0.1");
        market.engine.addSymbol(spec, PaperMarket::bracketRows(), {}, 8h);
        market.engine.setFundingRate(PaperMarket::btc, std::nullopt);
        market.engine.setIndexPrice("BNBUSDT", Price::of(600), market.now);
        market.engine.setIndexPrice(PaperMarket::btc, Price::of(59'995), market.now);
        market.pass(10s);
        QCOMPARE(market.engine.market("BNBUSDT")->fundingRate, Rate{});
        QCOMPARE(market.engine.market(PaperMarket::btc)->fundingRate, Rate::literal("0.0001"));
    }

    void fourHourlyContractsPayHalfTheInterestTwiceAsOften()
    {
        PaperMarket market;
        market.engine.addSymbol(PaperMarket::specOf("NEWUSDT"), PaperMarket::bracketRows(), {}, 4h);
        market.engine.setIndexPrice("NEWUSDT", Price::of(2'000), market.now);
        market.pass(10s);
        const auto view = market.engine.market("NEWUSDT");
        QCOMPARE(view->fundingRate, Rate::literal("0.00005"));
        QCOMPARE(toMs(view->nextFundingAt) % (4 * 3'600'000), std::int64_t{0});
        QVERIFY(view->nextFundingAt - market.now <= 4h);
    }

    void commissionReachesIntoTheBucketOnlyWhereNothingElseIsThere()
    {
        // Reference 10.1: commission of an isolated position is taken from outside its bucket.
        PaperMarket market;
        QVERIFY(market.engine.setMarginType(
            PaperMarket::alice, PaperMarket::btc, MarginType::Isolated, market.now));
        QVERIFY(market.engine.setLeverage(PaperMarket::alice, PaperMarket::btc, 20, market.now));
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::market("BUY", "1")));
        QCOMPARE(market.position(PaperMarket::alice).isolatedWallet, Money::of(3'000));
        QCOMPARE(market.account(PaperMarket::alice).crossWalletBalance, Money::of(97'000 - 30));

        QVERIFY(market.engine.transfer(PaperMarket::bob, Money::of(-97'000), market.now));
        QVERIFY(market.engine.setMarginType(
            PaperMarket::bob, PaperMarket::btc, MarginType::Isolated, market.now));
        QVERIFY(market.place(PaperMarket::bob, PaperMarket::limit("BUY", "1", "60000")));
        QCOMPARE(market.account(PaperMarket::bob).crossWalletBalance, Money{});
        QCOMPARE(market.position(PaperMarket::bob).isolatedWallet, Money::of(3'000 - 30));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void anotherLeverageTableHoldsAtOnce()
    {
        PaperMarket market;
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::market("BUY", "1")));
        const LeverageBrackets strict{{1, 20, {}, Money::of(1'000'000), Rate::literal("0.05"), Money{}}};
        market.engine.setBrackets(PaperMarket::btc, strict, market.now);
        QCOMPARE(market.position(PaperMarket::alice).maintMargin, Money::of(3'000));
        QCOMPARE(*market.engine.brackets(PaperMarket::btc), strict);
        const LeverageBrackets unbearable{{1, 1, {}, Money::of(1'000'000), Rate::literal("0.999"), Money{}}};
        QVERIFY(market.engine.setLeverage(PaperMarket::bob, PaperMarket::btc, 20, market.now));
        QVERIFY(market.place(PaperMarket::bob, PaperMarket::limit("BUY", "2", "60000")));
        market.engine.setBrackets(PaperMarket::btc, unbearable, market.now);
        QVERIFY(market.position(PaperMarket::bob).amount.isZero()); // liquidated
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void aHaltedSymbolStandsStill()
    {
        PaperMarket market;
        market.engine.setSymbolStatus(PaperMarket::btc, SymbolStatus::Halted);
        QCOMPARE(market.engine.marketTaker(PaperMarket::btc, Side::Buy, Quantity::of(1), Price{}, market.now),
            Quantity{});
        market.level(Side::Buy, "59990", "0");
        QCOMPARE(market.engine.market(PaperMarket::btc)->bid, Price::of(59'990));
        QCOMPARE(market.codeOf(PaperMarket::alice, PaperMarket::market("BUY", "1")), -1122);
        market.engine.setSymbolStatus(PaperMarket::btc, SymbolStatus::Trading);
        market.level(Side::Buy, "59990", "0");
        QCOMPARE(market.engine.market(PaperMarket::btc)->bid, Price{});
    }

    void aDelistedContractIsSettledAtMark()
    {
        // Reference 7.3: settlement_autoclose-, er 7; the symbol is closed afterwards.
        PaperMarket market;
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::market("BUY", "1")));
        QVERIFY(market.place(PaperMarket::bob, PaperMarket::limit("BUY", "1", "58000")));
        QVERIFY(market.engine.placeConditional(
            PaperMarket::alice, PaperMarket::conditional("SELL", "STOP_MARKET", "1", "58000"), market.now));
        market.mark("61000");
        const Money before = market.account(PaperMarket::alice).walletBalance;
        market.events<OrderUpdateEvent>();
        market.engine.settleContract(PaperMarket::btc, market.now);
        const auto updates = market.events<OrderUpdateEvent>();
        const auto named = std::ranges::find_if(
            updates, [](const OrderUpdateEvent &update) { return update.order.isSettlement(); });
        QVERIFY(named != updates.end());
        const auto expired = std::ranges::find_if(updates,
            [](const OrderUpdateEvent &update) { return update.order.expiryReason == expiry::delisted; });
        QVERIFY(expired != updates.end() && expired->order.account == PaperMarket::bob);
        QCOMPARE(market.position(PaperMarket::alice).amount, Quantity{});
        QCOMPARE(market.account(PaperMarket::alice).walletBalance - before, Money::of(1'000));
        QVERIFY(market.engine.openConditional(PaperMarket::alice, std::nullopt).empty());
        QVERIFY(market.engine.openOrders(PaperMarket::bob, std::nullopt).empty());
        QCOMPARE(market.engine.spec(PaperMarket::btc)->status, SymbolStatus::Closed);
        // Reference 9.3: closed is more than not tradable in this state (9.1, -1122).
        QCOMPARE(market.codeOf(PaperMarket::alice, PaperMarket::market("BUY", "1")), -4141);
        QCOMPARE(market.codeOf(PaperMarket::alice, PaperMarket::limit("BUY", "1", "58000")), -4141);
        QCOMPARE(market.engine
                     .placeConditional(PaperMarket::alice,
                         PaperMarket::conditional("SELL", "STOP_MARKET", "1", "58000"), market.now)
                     .error()
                     .venueCode,
            -4141);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void availableBalanceFollowsTheMark()
    {
        // Reference 10.6: unrealized profit of cross positions is usable; conditional orders take nothing.
        PaperMarket market;
        QVERIFY(market.engine.setLeverage(PaperMarket::alice, PaperMarket::btc, 10, market.now));
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::market("BUY", "1")));
        const Money wallet = Money::of(100'000 - 30);
        QCOMPARE(market.account(PaperMarket::alice).availableBalance, wallet - Money::of(6'000));
        market.mark("63000");
        QCOMPARE(market.account(PaperMarket::alice).availableBalance,
            wallet + Money::of(3'000) - Money::of(6'300));
        QVERIFY(market.engine.placeConditional(
            PaperMarket::alice, PaperMarket::conditional("BUY", "STOP_MARKET", "10", "70000"), market.now));
        QCOMPARE(market.account(PaperMarket::alice).availableBalance,
            wallet + Money::of(3'000) - Money::of(6'300));
        // Never more than what is there without the profit may leave.
        QCOMPARE(market.account(PaperMarket::alice).maxWithdrawAmount, wallet - Money::of(6'300));
    }

    void anOrderAgainstThePositionIsCheckedOnlyForWhatItOpens()
    {
        // Reference 10.6: short 1 with 0.8 bid already: 0.5 exceeds the 0.2 left and is checked.
        PaperMarket market;
        QVERIFY(market.engine.setLeverage(PaperMarket::alice, PaperMarket::btc, 1, market.now));
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::market("SELL", "1")));
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::limit("BUY", "0.8", "59000")));
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::limit("SELL", "0.6", "62900")));
        QVERIFY(market.account(PaperMarket::alice).availableBalance < Money::of(17'000));
        QCOMPARE(market.codeOf(PaperMarket::alice, PaperMarket::limit("BUY", "0.2", "59000")), 0);
        QCOMPARE(market.codeOf(PaperMarket::alice, PaperMarket::limit("BUY", "0.5", "59000")), -2019);
    }

    void everyOrderThatEndsByRuleSaysWhy()
    {
        // Reference 7.3, er: IOC 2, MARKET 9, self-trade 1, reduce-only displaced 4.
        PaperMarket market;
        QVERIFY(market.place(PaperMarket::alice, PaperMarket::limit("BUY", "6", "60000", "IOC")));
        market.level(Side::Sell, "60000", "0");
        QVERIFY(market.place(PaperMarket::bob, PaperMarket::limit("SELL", "1", "60100")));
        QVERIFY(market.place(PaperMarket::bob, PaperMarket::limit("BUY", "0.5", "60100")));
        QVERIFY(market.place(PaperMarket::carol, PaperMarket::market("BUY", "1")));
        std::vector<int> reasons;
        for (const OrderUpdateEvent &update : market.events<OrderUpdateEvent>()) {
            if (update.execution == ExecutionType::Expired) {
                reasons.push_back(update.order.expiryReason);
            }
        }
        QCOMPARE(reasons,
            (std::vector<int>{expiry::immediateOrCancel, expiry::selfTrade, expiry::marketRemainder}));
    }
};

QTEST_APPLESS_MAIN(EngineRulesTest)
#include "engine_rules_test.moc"
