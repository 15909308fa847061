#include "tests/support/plan_desk.h"

#include <QTest>

#include <algorithm>
#include <rapidcheck.h>

using namespace domain;
using namespace std::chrono_literals;
using support::trade;
using Desk = support::PlanDesk;

namespace
{

BookLevel level(const char *price, const char *quantity)
{
    return {Price::literal(price), Quantity::literal(quantity)};
}

/// Bids from 59,999.9 and asks from 60,000, each thinner the better the price.
void fillBook(Desk &desk)
{
    desk.book.state = BookView::State::Live;
    desk.book.asks = {level("60000", "0.1"), level("60010", "0.4"), level("60050", "2")};
    desk.book.bids = {level("59990", "0.1"), level("59980", "0.4"), level("59900", "2")};
}

} // namespace

class PlanFiguresTest : public QObject
{
    Q_OBJECT
private slots:
    void targetsTakeTheirSharesAndTheRestRunsOn()
    {
        Desk desk;
        desk.charge("0.0002", "0.0005");
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.stop = Price::of(59'000);
        plan.targets = {
            {Price::of(61'000), Rate::literal("0.5")}, {Price::of(62'000), Rate::literal("0.25")}};
        plan.targetIsMaker = true;
        const auto result = desk.run(plan);
        QCOMPARE(result.targets.size(), std::size_t{2});
        QVERIFY(result.targets[0].quantity == Quantity::literal("0.05"));
        QVERIFY(result.targets[1].quantity == Quantity::literal("0.025"));
        QVERIFY(result.runsOn == Quantity::literal("0.025"));
        // 50 - half of the entry fee 1.2 - 61,000 * 0.05 * 0.02 %
        QVERIFY(result.targets[0].netPnl == Money::literal("48.79"));
        QVERIFY(result.atTargets->quantity == Quantity::literal("0.075"));
        QVERIFY(result.atTargets->netPnl == result.targets[0].netPnl + result.targets[1].netPnl);
        // 50 + 50 earned from price to price, 100 lost
        QVERIFY(result.grossRewardToRisk == Rate::of(1));
        QVERIFY(*result.rewardToRisk < Rate::of(1));
        QVERIFY(result.issues.empty());
    }

    void aTargetTooSmallToBePlacedIsSaid()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.002");
        plan.targets = {{Price::of(61'000), Rate::literal("0.3")}, {Price::of(62'000), Rate::literal("0.7")}};
        const auto result = desk.run(plan);
        QVERIFY(result.targets[0].quantity.isZero());
        QVERIFY(result.targets[1].quantity == result.quantity);
        QCOMPARE(result.issues.size(), std::size_t{1});
        QVERIFY(result.issues[0].severity == Severity::Confirm);
        QVERIFY(maySend(result.issues));
    }

    void thePartsOfFullSharesAreTheWhole()
    {
        QVERIFY(rc::check("nothing is lost to rounding", [] {
            Desk desk{1'000'000};
            desk.charge("0.0002", "0.0005");
            auto plan = trade(*rc::gen::element(Side::Buy, Side::Sell), "60000", "0");
            plan.sizing = FixedQuantity{Quantity::of(*rc::gen::inRange<std::int64_t>(1, 5'000)) / 1'000};
            const int count = *rc::gen::inRange(1, 6);
            Rate left = Rate::of(1);
            for (int i = 0; i < count; ++i) {
                const Rate share =
                    i + 1 == count ? left : Rate::of(*rc::gen::inRange<std::int64_t>(1, 20)) / 100;
                left -= share;
                plan.targets.push_back({Price::of(60'000 + (i + 1) * 100 * signOf(plan.side)), share});
            }
            const auto result = desk.run(plan);
            Quantity sum;
            Money fees;
            for (const auto &each : result.targets) {
                sum += each.quantity;
                fees += each.entryFee;
            }
            RC_ASSERT(sum == result.quantity);
            RC_ASSERT(fees == result.entryFee);
            RC_ASSERT(result.runsOn.isZero());
        }));
    }

    void feesAreShownAsMakerAndAsTaker()
    {
        Desk desk;
        desk.charge("0.0002", "0.0005");
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.targets = {{Price::of(62'000)}};
        const auto result = desk.run(plan);
        QVERIFY(result.entryFeeAsMaker == Money::literal("1.2"));
        QVERIFY(result.entryFeeAsTaker == Money::of(3));
        QVERIFY(result.targets[0].feeAsMaker == Money::literal("1.24"));
        QVERIFY(result.targets[0].feeAsTaker == Money::literal("3.1"));
    }

    void slippageIsWalkedThroughTheLiveBook()
    {
        Desk desk{100'000};
        fillBook(desk);
        auto plan = trade(Side::Buy, "60000", "1");
        plan.entryIsMaker = false;
        plan.stop = Price::of(59'000);
        const auto result = desk.run(plan);
        // 0.1 * 60,000 + 0.4 * 60,010 + 0.5 * 60,050 = 60,029 for 1
        QVERIFY(result.entrySlippage.walked->average == Price::of(60'029));
        QVERIFY(result.entryFill == Price::of(60'029));
        QVERIFY(result.entrySlippage.cost == Money::of(29));
        // 0.1 * 59,990 + 0.4 * 59,980 + 0.5 * 59,900 = 59,941: 49 behind the best, put on the stop
        QVERIFY(result.atStop->price == Price::of(58'951));
        QVERIFY(result.stopSlippage.perUnit == Price::of(49));
        QVERIFY(!result.stopSlippage.isAssumed);
        QVERIFY(result.atStop->grossPnl == -Money::of(1'078));
        plan.stopSlippage = Rate::literal("0.01"); // the plan's own 590 is more
        QVERIFY(desk.run(plan).atStop->price == Price::of(58'410));
        QVERIFY(desk.run(plan).stopSlippage.isAssumed);
        plan.entryIsMaker = true;
        QVERIFY(desk.run(plan).entryFill == Price::of(60'000));
        desk.book.state = BookView::State::Stale;
        plan.stopSlippage = {};
        QVERIFY(desk.run(plan).atStop->price == Price::of(59'000));
        QVERIFY(!desk.run(plan).stopSlippage.walked);
    }

    void aShortSlipsTheOtherWay()
    {
        Desk desk{100'000};
        fillBook(desk);
        auto plan = trade(Side::Sell, "59990", "1");
        plan.entryIsMaker = false;
        plan.stop = Price::of(61'000);
        const auto result = desk.run(plan);
        QVERIFY(result.entryFill == Price::of(59'941));
        QVERIFY(result.atStop->price == Price::of(61'029));
    }

    void aThinBookIsSaid()
    {
        Desk desk{1'000'000};
        fillBook(desk);
        auto plan = trade(Side::Buy, "60000", "3");
        plan.stop = Price::of(59'000);
        const auto result = desk.run(plan);
        QVERIFY(result.stopSlippage.walked->isThin());
        const auto said = std::ranges::find(result.issues, Severity::Confirm, &DraftIssue::severity);
        QVERIFY(said != result.issues.end());
        QVERIFY(QString::fromStdString(said->text).contains(u"shows only 2.5 BTC"));
    }

    void sizesSolveForTheRiskWithFeesAndSlippageInThem()
    {
        QVERIFY(rc::check("the largest that fits", [] {
            Desk desk{10'000'000};
            desk.charge("0.0002", "0.0005");
            desk.spec.lot.maxQty = desk.spec.marketLot.maxQty = Quantity::of(100'000);
            desk.book.state = BookView::State::Live;
            Price ask = Price::of(60'000);
            Price bid = Price::literal("59999.9");
            for (int i = 0; i < *rc::gen::inRange(1, 40); ++i) {
                const auto size = [] {
                    return Quantity::of(*rc::gen::inRange<std::int64_t>(1, 800)) / 1'000;
                };
                desk.book.asks.push_back({ask, size()});
                desk.book.bids.push_back({bid, size()});
                ask += Price::of(*rc::gen::inRange<std::int64_t>(1, 300)) / 10;
                bid -= Price::of(*rc::gen::inRange<std::int64_t>(1, 300)) / 10;
            }
            auto plan = trade(*rc::gen::element(Side::Buy, Side::Sell), "60000", "0");
            plan.entryIsMaker = *rc::gen::arbitrary<bool>();
            plan.leverage = 5;
            plan.stop = Price::of(60'000 - *rc::gen::inRange<std::int64_t>(50, 6'000) * signOf(plan.side));
            const Money budget = Money::of(*rc::gen::inRange<std::int64_t>(100, 20'000));
            plan.sizing = RiskAmount{budget};
            const auto result = desk.run(plan);
            RC_PRE(result.quantity.isPositive());
            RC_ASSERT(result.bound == SizeBound::RiskAtStop);
            RC_ASSERT(-result.atStop->netPnl <= budget);
            plan.sizing = FixedQuantity{result.quantity + desk.spec.lot.stepSize};
            const auto more = desk.run(plan);
            RC_ASSERT(-more.atStop->netPnl > budget);
        }));
    }

    void theReasonOfTheSizeIsASentence()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.1239");
        QCOMPARE(desk.run(plan).sizeReason,
            std::string{"The quantity asked for: 0.123900 is rounded down to the step 0.001 BTC."});
        plan.stop = Price::of(59'000);
        plan.sizing = RiskAmount{Money::of(55)};
        QCOMPARE(desk.run(plan).sizeReason,
            std::string{
                "The largest multiple of 0.001 BTC that loses at most 55.00 USDT at the stop, fees and "
                "slippage in it; 0.056 would lose 56.00 USDT."});
        plan.sizing = MarginShare{};
        QCOMPARE(desk.run(plan).sizeReason,
            std::string{"1000.00 USDT of margin at 10x: 0.166666 is rounded down to the step 0.001 BTC."});
    }

    void theDistanceIsGivenInMoneyAndRanges()
    {
        Desk desk;
        desk.context.averageRange = Price::of(500);
        const auto result = desk.run(trade(Side::Buy, "60000", "0.1"));
        QVERIFY(result.liquidationGap == Price::of(60'000) - *result.liquidationPrice);
        QVERIFY(result.liquidationRanges == *result.liquidationGap / Price::of(500));
        desk.context.averageRange.reset();
        QVERIFY(!desk.run(trade(Side::Sell, "60000", "0.1")).liquidationRanges);
    }

    void fundingIsEstimatedUntilThePlannedExit()
    {
        Desk desk;
        desk.context.now = timestampFromMs(0) + 1h;
        MarkPrice mark;
        mark.symbol = "BTCUSDT";
        mark.mark = Price::of(60'000);
        mark.fundingRate = Rate::literal("0.0001");
        mark.nextFundingAt = timestampFromMs(0) + 8h;
        desk.marks["BTCUSDT"] = mark;
        auto plan = trade(Side::Buy, "60000", "0.5");
        QVERIFY(!desk.run(plan).funding);
        plan.exitAt = timestampFromMs(0) + 7h;
        QCOMPARE(desk.run(plan).funding->settlements, 0);
        plan.exitAt = timestampFromMs(0) + 8h; // open at the very settlement
        QCOMPARE(desk.run(plan).funding->settlements, 1);
        QVERIFY(desk.run(plan).funding->amount == -Money::of(3));
        plan.exitAt = timestampFromMs(0) + 50h;
        const auto funding = *desk.run(plan).funding;
        QCOMPARE(funding.settlements, 6);
        QVERIFY(funding.amount == -Money::of(18));
        QVERIFY(funding.firstAt == timestampFromMs(0) + 8h);
        QVERIFY(funding.lastAt == timestampFromMs(0) + 48h);
        plan.side = Side::Sell;
        QVERIFY(desk.run(plan).funding->amount == Money::of(18));
        desk.context.fundingInterval = 4h;
        QCOMPARE(desk.run(plan).funding->settlements, 11);
    }

    void settlementsAreCounted()
    {
        const auto at = [](int hours) { return timestampFromMs(0) + std::chrono::hours{hours}; };
        QCOMPARE(settlementsUntil(at(1), at(1), at(8), 8h), 0);
        QCOMPARE(settlementsUntil(at(9), at(17), at(8), 8h), 1); // the market has not told the next one yet
        QCOMPARE(settlementsUntil(at(1), at(9), at(100), 8h), 0);
        QCOMPARE(settlementsUntil(at(8), at(24), at(16), 8h), 2);
        QCOMPARE(settlementsUntil(at(8), at(24), at(16), 0h), 0);
    }

    void theBalanceAfterIsWhatTheTradeLeaves()
    {
        Desk desk;
        desk.charge("0.0002", "0.0005");
        desk.context.mark = {Price::of(60'000), {}};
        auto plan = trade(Side::Buy, "60000", "0.1");
        auto result = desk.run(plan);
        QVERIFY(result.availableBalance == Money::of(10'000));
        QVERIFY(result.availableAfter == Money::literal("9398.8")); // less 600 of margin and 1.2 of fee
        QVERIFY(result.marginBalanceAfter == Money::literal("9998.8"));
        plan.marginType = MarginType::Cross;
        QVERIFY(desk.run(plan).availableAfter == Money::literal("9398.8"));
        Order resting;
        resting.request.symbol = "BTCUSDT";
        resting.request.quantity = Quantity::literal("0.1");
        resting.request.price = Price::of(50'000);
        resting.phase = OrderPhase::Working;
        desk.orders.push_back(resting);
        desk.account.symbols["BTCUSDT"] = {MarginType::Cross, 10, {}};
        result = desk.run(plan);
        QVERIFY(result.availableBalance == Money::of(9'500));
        QVERIFY(result.availableAfter == Money::literal("8898.8"));
    }

    void aMarketOrderCostsWhatTheExchangeCounts()
    {
        // Reference 10.7, older FAQ: long at best ask * 1.0005, short at best bid.
        Desk desk;
        desk.context.mark = {Price::of(60'000), {}};
        desk.context.bid = {Price::literal("59999.9"), {}};
        desk.context.ask = {Price::of(60'000), {}};
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.entryIsMaker = false;
        const auto bought = desk.run(plan);
        QVERIFY(bought.assumedPrice == Price::of(60'030));
        QVERIFY(bought.requiredBalance == Money::literal("603.3")); // 600.3 and 3 of open loss
        plan.side = Side::Sell;
        plan.entry = Price::literal("59999.9");
        const auto sold = desk.run(plan);
        QVERIFY(sold.assumedPrice == Price::literal("59999.9"));
        QVERIFY(sold.requiredBalance == Money::literal("600.009"));
    }
};

QTEST_APPLESS_MAIN(PlanFiguresTest)
#include "plan_figures_test.moc"
