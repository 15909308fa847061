#include "exchange/paper/core/engine.h"
#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using namespace std::chrono_literals;
using support::PaperMarket;

namespace
{
constexpr auto alice = PaperMarket::alice;
constexpr auto bob = PaperMarket::bob;
const Symbol btc = PaperMarket::btc;

Quantity qty(const char *text)
{
    return Quantity::literal(text);
}
Money money(const char *text)
{
    return Money::literal(text);
}

Money incomeOf(const PaperMarket &market, AccountId id, IncomeType type)
{
    Money total;
    for (const Income &row : market.engine.income(id, {}, type)) {
        total += row.amount;
    }
    return total;
}

} // namespace

class EngineLiquidationTest : public QObject
{
    Q_OBJECT
private slots:
    void anIsolatedPositionIsLiquidatedAtItsPriceAndCostsNoMoreThanItsBucket()
    {
        PaperMarket market;
        QVERIFY(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5"))); // liquidation at 57,228.9157
        const auto resting = market.place(alice, PaperMarket::limit("BUY", "0.1", "57100"));
        QVERIFY(resting);
        market.level(Side::Buy, "59990", "0");
        market.level(Side::Buy, "57200", "5");
        market.mark("57229");
        QVERIFY(market.position(alice).amount == qty("0.5"));
        market.engine.takeEvents();

        market.mark("57228.9");
        QVERIFY(market.position(alice).amount.isZero());
        const auto cancelled = market.engine.query(alice, btc, {resting->orderId, {}});
        QVERIFY(cancelled->status == OrderStatus::Expired);
        QCOMPARE(cancelled->expiryReason, expiry::liquidated);
        const auto orders = market.engine.allOrders(alice, {});
        QVERIFY(orders.back().clientOrderId.starts_with("autoclose-"));
        QVERIFY(orders.back().timeInForce == TimeInForce::Ioc);
        QVERIFY(orders.back().price == Price::of(57'000)); // bankruptcy
        QVERIFY(orders.back().avgPrice() == Price::of(57'200));
        // Bucket 1,500, loss 0.5 × 2,800 = 1,400: the fee of 1.25 % can take only the 100 that are left.
        QVERIFY(incomeOf(market, alice, IncomeType::RealizedPnl) == Money::of(-1'400));
        QVERIFY(incomeOf(market, alice, IncomeType::InsuranceClear) == Money::of(-100));
        QVERIFY(market.account(alice).walletBalance == Money::of(100'000 - 1'500 - 15));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void theInsuranceFundTakesWhatTheBookDoesNot()
    {
        PaperMarket market;
        QVERIFY(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5")));
        market.engine.clearMarketMakers(btc, market.now);
        market.engine.takeEvents();
        market.mark("56000"); // through bankruptcy at 57,000 without a bid in sight
        QVERIFY(market.position(alice).amount.isZero());
        QVERIFY(market.account(alice).walletBalance == Money::of(100'000 - 1'500 - 15));
        bool wasCalculated = false;
        for (const Event &event : market.engine.takeEvents()) {
            if (const auto *update = std::get_if<OrderUpdateEvent>(&event)) {
                wasCalculated =
                    wasCalculated || (update->execution == ExecutionType::Calculated &&
                                         update->lastPrice == Price::of(57'000) && !update->commission);
            }
        }
        QVERIFY(wasCalculated);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void aCrossAccountIsLiquidatedAsAWhole()
    {
        PaperMarket market;
        QVERIFY(market.engine.transfer(alice, Money::of(-90'000), market.now)); // 10,000 left
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        auto other = PaperMarket::limit("BUY", "0.1", "2900");
        other.symbol = PaperMarket::eth;
        QVERIFY(market.place(alice, other));
        market.level(Side::Buy, "59990", "0");
        market.level(Side::Buy, "50100", "10");
        market.mark("50240"); // wallet 9,970 after fees: liquidation a little above 50,200.80
        QVERIFY(market.position(alice).amount == qty("1"));
        market.mark("50230");
        QVERIFY(market.position(alice).amount.isZero());
        QVERIFY(market.engine.openOrders(alice, std::nullopt).empty());
        QVERIFY(!market.account(alice).walletBalance.isNegative());
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void aCrossAccountBelowZeroIsFilledUpByTheInsuranceFund()
    {
        PaperMarket market;
        QVERIFY(market.engine.transfer(alice, Money::of(-90'000), market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "3")));
        market.engine.clearMarketMakers(btc, market.now);
        market.mark("40000");
        QVERIFY(market.position(alice).amount.isZero());
        QVERIFY(market.account(alice).walletBalance >= Money{});
        QVERIFY(market.account(alice).walletBalance < Money::of(1));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void aLargePositionIsReducedBracketByBracketUntilItIsHealthy()
    {
        PaperMarket market;
        QVERIFY(market.engine.setLeverage(alice, btc, 50, market.now));
        market.level(Side::Sell, "60000", "100");
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "60"))); // 3.6 M: fourth bracket
        market.level(Side::Buy, "59990", "0");
        market.level(Side::Buy, "58730", "200");
        market.mark("58730");
        const Quantity left = market.position(alice).amount;
        QVERIFY(left.isPositive());
        QVERIFY(left < qty("60"));
        // What is left fits the bracket below: 3,000,000 of notional.
        QVERIFY(Price::of(58'730) * left <= Money::of(3'000'000));
        QVERIFY(incomeOf(market, alice, IncomeType::InsuranceClear).isNegative());
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void aMarginCallComesOnceBeforeTheLiquidation()
    {
        PaperMarket market;
        QVERIFY(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5")));
        market.engine.takeEvents();
        market.mark("57280");
        auto calls = market.events<MarginCallEvent>();
        QCOMPARE(calls.size(), std::size_t{1});
        QCOMPARE(calls.front().account, alice);
        QVERIFY(!calls.front().crossWalletBalance);
        QVERIFY(calls.front().positions.front().isolatedWallet == Money::of(1'500));
        market.mark("57279");
        QVERIFY(market.events<MarginCallEvent>().empty());
        market.mark("60000");
        market.mark("57280");
        QCOMPARE(market.events<MarginCallEvent>().size(), std::size_t{1});
    }

    // Reference 10.10: 0.5 BTC long, mark 60,000, rate 0.0001 pays 3.00 USDT.
    void fundingIsSettledAtItsTimeAndOnlyForOpenPositions()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5")));
        QVERIFY(market.place(bob, PaperMarket::market("SELL", "0.5")));
        market.engine.setFundingRate(btc, Rate::literal("0.0001"));
        const Timestamp settlement = market.engine.market(btc)->nextFundingAt;
        QCOMPARE(toMs(settlement) % (8 * 3600 * 1000), std::int64_t{0});
        market.engine.takeEvents();
        market.pass(settlement - market.now - 1s);
        QVERIFY(market.events<FundingEvent>().empty());
        market.pass(1s);
        QVERIFY(incomeOf(market, alice, IncomeType::FundingFee) == Money::of(-3));
        QVERIFY(incomeOf(market, bob, IncomeType::FundingFee) == Money::of(3));
        bool wasPublic = false;
        for (const Event &event : market.engine.takeEvents()) {
            if (const auto *funding = std::get_if<FundingEvent>(&event)) {
                wasPublic = funding->symbol == btc || wasPublic;
            } else if (const auto *update = std::get_if<AccountUpdateEvent>(&event)) {
                QVERIFY(update->reason == UpdateReason::FundingFee);
                QCOMPARE(update->symbol, btc);
                QVERIFY(update->positions.empty()); // cross: the balance only
                QVERIFY(update->balance->balanceChange.abs() == Money::of(3));
            }
        }
        QVERIFY(wasPublic);
        QVERIFY(market.engine.market(btc)->nextFundingAt == settlement + 8h);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void fundingOfAnIsolatedPositionComesOutOfItsBucket()
    {
        PaperMarket market;
        QVERIFY(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5")));
        market.engine.setFundingRate(btc, Rate::literal("0.0001"));
        const Price before = market.position(alice).liquidationPrice;
        market.pass(market.engine.market(btc)->nextFundingAt - market.now);
        QVERIFY(market.position(alice).isolatedWallet == Money::of(1'497));
        QVERIFY(market.position(alice).liquidationPrice > before);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void theFundingEstimateIsTheInterestWhileThereIsNoPremium()
    {
        PaperMarket market;
        market.engine.setFundingRate(btc, std::nullopt);
        market.engine.setIndexPrice(btc, Price::of(60'000), market.now);
        market.level(Side::Buy, "59999.9", "50");
        market.level(Side::Sell, "60000", "0");
        market.level(Side::Sell, "60000.1", "50");
        for (int i = 0; i < 20; ++i) {
            market.pass(5s);
        }
        QVERIFY(market.engine.market(btc)->fundingRate == Rate::literal("0.0001"));
    }

    void aLargePremiumIsCappedByTheMaintenanceRate()
    {
        PaperMarket market;
        market.engine.setFundingRate(btc, std::nullopt);
        market.engine.setIndexPrice(btc, Price::of(59'000), market.now);
        for (int i = 0; i < 20; ++i) {
            market.pass(5s);
        }
        // 0.75 × 0.4 %
        QVERIFY(market.engine.market(btc)->fundingRate == Rate::literal("0.003"));
    }

    void theMarkIsTheMedianOfItsThreePrices()
    {
        PaperMarket market;
        market.engine.setIndexPrice(btc, Price::of(59'000), market.now);
        QVERIFY(market.engine.market(btc)->mark == Price::of(60'000)); // told, not computed
        market.engine.followComputedMark(btc, market.now);
        for (int i = 0; i < 40; ++i) {
            market.pass(1s);
        }
        // Price 1: index (no funding); price 2: index + average basis = mid 59,995; no trade yet.
        QVERIFY(market.engine.market(btc)->mark == Price::of(59'995));
        market.engine.marketTaker(btc, Side::Sell, qty("0.1"), Price{}, market.now); // last 59,990
        market.pass(1s);
        QVERIFY(market.engine.market(btc)->mark == Price::of(59'990));
    }

    void theFirstTradeStandsInForAMarkThatIsNotKnownYet()
    {
        Engine engine;
        PaperMarket::addSymbols(engine);
        const Timestamp now = timestampFromMs(1'760'000'400'000);
        QVERIFY(engine.createAccount(alice, Money::of(10'000), now));
        engine.setMarketMakerLevel(btc, Side::Sell, Price::of(60'000), qty("1"), now);
        QVERIFY(engine.place(alice, PaperMarket::market("BUY", "0.5"), now));
        QVERIFY(engine.market(btc)->mark == Price::of(60'000));
        QVERIFY(engine.positions(alice, btc).front().amount == qty("0.5"));
        QVERIFY(engine.checkInvariants().empty());
    }

    void moneyOnlyChangesHands()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "2")));
        QVERIFY(market.place(bob, PaperMarket::limit("BUY", "1", "59995")));
        QVERIFY(market.place(alice, PaperMarket::market("SELL", "1.5")));
        QVERIFY(market.engine.checkInvariants().empty());
        const Money realized = incomeOf(market, alice, IncomeType::RealizedPnl);
        const Money commission = incomeOf(market, alice, IncomeType::Commission);
        QVERIFY(market.account(alice).walletBalance == Money::of(100'000) + realized + commission);
        // 1 × −5 against Bob and 0.5 × −10 against the market.
        QVERIFY(realized == money("-10"));
    }
};

QTEST_APPLESS_MAIN(EngineLiquidationTest)
#include "engine_liquidation_test.moc"
