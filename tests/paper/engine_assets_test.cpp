#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using support::PaperMarket;

namespace
{

constexpr AccountId alice = PaperMarket::alice;

/// With BNBUSDT at an index of 600.
struct BnbMarket : PaperMarket
{
    BnbMarket()
    {
        list(engine);
        engine.setIndexPrice("BNBUSDT", Price::of(600), now);
    }
    static void list(Engine &engine)
    {
        SymbolSpec spec = specOf("BNBUSDT");
        spec.minPrice = Price::literal("0.1");
        engine.addSymbol(spec, bracketRows(), {});
    }
    bool give(const char *amount)
    {
        return engine.transferAsset(alice, "BNB", Money::literal(amount), now).has_value();
    }
    Money bnb() const
    {
        const AccountView view = account(alice);
        return view.others.empty() ? Money{} : view.others.front().walletBalance;
    }
};

} // namespace

// Assets beside USDT: reference 5.9, 5.11, 10.12.
class EngineAssetsTest : public QObject
{
    Q_OBJECT
private slots:
    void feesAreATenthLessInBnb()
    {
        BnbMarket market;
        QVERIFY(market.give("1"));
        QVERIFY(market.engine.setFeeBurn(alice, true, market.now));
        market.engine.takeEvents();
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        // 60,000 × 0.0005 × 0.9 / 600
        QCOMPARE(market.bnb(), Money::literal("0.955"));
        QCOMPARE(market.account(alice).walletBalance, Money::of(100'000));
        const UserTrade trade = market.engine.userTrades(alice, {}).back();
        QCOMPARE(trade.commission, Money::literal("0.045"));
        QCOMPARE(trade.commissionAsset, std::string{"BNB"});
        const Income fee = market.engine.income(alice, {}, IncomeType::Commission).back();
        QCOMPARE(fee.asset, std::string{"BNB"});
        QCOMPARE(fee.amount, Money::literal("-0.045"));
        const std::vector<Event> events = market.engine.takeEvents();
        bool isTold = false;
        for (const Event &event : events) {
            if (const auto *update = std::get_if<OrderUpdateEvent>(&event); update && update->commission) {
                QCOMPARE(update->commissionAsset, std::string{"BNB"});
            }
            if (const auto *update = std::get_if<AccountUpdateEvent>(&event)) {
                QCOMPARE(update->others.size(), std::size_t{1});
                QCOMPARE(update->others.front().walletBalance, Money::literal("0.955"));
                QVERIFY(update->balance.has_value());
                isTold = true;
            }
        }
        QVERIFY(isTold);
        QCOMPARE(market.position(alice).breakEvenPrice, Price::of(60'027)); // what was paid, in USDT
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void feesStayInUsdtWithoutWishOrBnb()
    {
        BnbMarket market;
        QVERIFY(market.give("1"));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5"))); // feeBurn is off
        QCOMPARE(market.bnb(), Money::of(1));
        QVERIFY(market.engine.setFeeBurn(alice, true, market.now));
        QVERIFY(market.give("-0.99"));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5"))); // 0.0225 BNB
        QCOMPARE(market.bnb(), Money::literal("0.01"));
        QCOMPARE(market.engine.userTrades(alice, {}).back().commissionAsset, std::string{"USDT"});
        QCOMPARE(market.account(alice).walletBalance, Money::of(99'970));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void transfersNeedAnAssetThatIsThere()
    {
        BnbMarket market;
        const auto code = [&](const char *asset, const char *amount) {
            const auto moved = market.engine.transferAsset(alice, asset, Money::literal(amount), market.now);
            return moved ? 0 : moved.error().venueCode;
        };
        QCOMPARE(code("DOGE", "1"), -1108);
        QCOMPARE(code("BNB", "0"), -4055);
        QCOMPARE(code("BNB", "-1"), -2018);
        QCOMPARE(code("BNB", "2"), 0);
        const auto told = market.events<AccountUpdateEvent>();
        QVERIFY(told.back().reason == UpdateReason::Deposit && !told.back().balance);
        QCOMPARE(told.back().others.front().balanceChange, Money::of(2));
        const Income row = market.engine.income(alice, {}, IncomeType::Transfer).back();
        QCOMPARE(row.asset, std::string{"BNB"});
        QCOMPARE(code("BNB", "-2"), 0);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void inMultiAssetsModeTheyStandBehindPositions()
    {
        BnbMarket market;
        QVERIFY(market.give("10"));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "2")));
        const Money alone = market.account(alice).availableBalance;
        const Price liquidation = market.position(alice).liquidationPrice;
        QVERIFY(market.engine.setMultiAssets(alice, true, market.now));
        // 10 × 600 less 5 %
        QCOMPARE(market.account(alice).availableBalance - alone, Money::of(5'700));
        QVERIFY(market.position(alice).liquidationPrice < liquidation);
        market.engine.setIndexPrice("BNBUSDT", Price::of(300), market.now);
        QCOMPARE(market.account(alice).availableBalance - alone, Money::of(2'850));
        QVERIFY(market.engine.checkInvariants().empty());
        QVERIFY(market.engine.setMultiAssets(alice, false, market.now));
        QCOMPARE(market.account(alice).availableBalance, alone);
    }

    void singleAssetModeNeedsEnoughUsdt()
    {
        BnbMarket market;
        QVERIFY(market.give("100"));
        QVERIFY(market.engine.setMultiAssets(alice, true, market.now));
        QVERIFY(market.engine.transfer(alice, Money::of(-99'000), market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "2")));
        const auto back = market.engine.setMultiAssets(alice, false, market.now);
        QVERIFY(!back);
        QCOMPARE(back.error().venueCode, -4169);
    }

    void owedUsdtIsExchanged()
    {
        BnbMarket market;
        QVERIFY(market.give("10"));
        QVERIFY(market.engine.setMultiAssets(alice, true, market.now));
        QVERIFY(market.engine.transfer(alice, Money::of(-99'000), market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        market.mark("58500");
        market.level(Side::Buy, "59990", "0");
        market.level(Side::Buy, "58000", "5");
        market.engine.takeEvents();
        QVERIFY(market.place(alice, PaperMarket::market("SELL", "1"))); // loses 2,000 of 970
        QVERIFY(market.position(alice).amount.isZero());
        const AccountView view = market.account(alice);
        QVERIFY(!view.walletBalance.isNegative());
        QVERIFY(view.walletBalance < Money::literal("0.0001"));
        QVERIFY(market.bnb() < Money::of(10) && market.bnb() > Money::of(8));
        const auto rows = market.engine.income(alice, {}, IncomeType::AutoExchange);
        QCOMPARE(rows.size(), std::size_t{2});
        QCOMPARE(rows[0].asset, std::string{"BNB"});
        QVERIFY(rows[1].amount.isPositive());
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void theyComeBackFromASavedState()
    {
        BnbMarket market;
        QVERIFY(market.give("10"));
        QVERIFY(market.engine.setFeeBurn(alice, true, market.now));
        QVERIFY(market.engine.setMultiAssets(alice, true, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        Engine restored;
        PaperMarket::addSymbols(restored);
        BnbMarket::list(restored);
        QVERIFY(restored.loadState(market.engine.saveState(), market.now));
        const AccountView view = *restored.account(alice);
        QCOMPARE(view.others.front().walletBalance, market.bnb());
        QCOMPARE(view.availableBalance, market.account(alice).availableBalance);
        QVERIFY(restored.userTrades(alice, {}) == market.engine.userTrades(alice, {}));
        QVERIFY(restored.income(alice, {}) == market.engine.income(alice, {}));
        QVERIFY(restored.checkInvariants().empty());
    }
};

QTEST_APPLESS_MAIN(EngineAssetsTest)
#include "engine_assets_test.moc"
