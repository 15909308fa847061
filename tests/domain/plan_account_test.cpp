#include "models/domain/risk/plan.h"

#include <QTest>

#include <algorithm>

using namespace domain;

namespace
{

Position longBtc(const char *quantity, const char *entry, MarginType marginType, std::int64_t wallet)
{
    Position position;
    position.symbol = "BTCUSDT";
    position.quantity = Quantity::literal(quantity);
    position.entryPrice = Price::literal(entry);
    position.marginType = marginType;
    position.leverage = 10;
    position.isolatedWallet = Money::of(wallet);
    return position;
}

TradePlan trade(Side side, std::int64_t entry, const char *quantity)
{
    TradePlan plan;
    plan.side = side;
    plan.entry = Price::of(entry);
    plan.leverage = 10;
    plan.marginType = MarginType::Isolated;
    plan.sizing = FixedQuantity{Quantity::literal(quantity)};
    plan.stopSlippage = {};
    return plan;
}

const Position &only(const AccountState &account)
{
    return account.positions.back();
}

} // namespace

/// The account after the planned entry.
class PlanAccountTest : public QObject
{
    Q_OBJECT
private slots:
    void aTurnClosesAtTheBetterPricesOfTheBookAndOpensAtTheRest()
    {
        AccountState account;
        account.crossWalletBalance = Money::of(20'000);
        account.walletBalance = Money::of(25'000);
        account.positions = {longBtc("1", "50000", MarginType::Isolated, 5'000)};
        const BookView book{"BTCUSDT", BookView::State::Live,
            {{Price::of(60'000), Quantity::of(1)}, {Price::of(59'000), Quantity::of(5)}}, {}, 0, 0, {}};
        SymbolSpec spec;
        spec.symbol = "BTCUSDT";
        DraftContext context;
        context.spec = &spec;
        context.account = &account;
        context.book = &book;
        context.mark.price = Price::of(60'000);
        const TradePlan plan = trade(Side::Sell, 60'000, "3");
        const PlanResult result = planTrade(plan, context);
        QVERIFY(result.entryFill == (Price::of(60'000) + Price::of(59'000) * 2) / 3);

        const AccountOutlook outlook = outlookOf(plan, context, result);
        QCOMPARE(outlook.account.positions.size(), std::size_t{1});
        const Position &turned = only(outlook.account);
        QVERIFY(turned.side == Side::Sell);
        QVERIFY(turned.quantity == Quantity::of(2));
        QVERIFY((turned.entryPrice - Price::of(59'000)).abs() <= Price::fromUnits(2));
        QVERIFY((turned.isolatedWallet - Money::of(11'800)).abs() <= Money::fromUnits(2));
        // 10,000 gained by the long, its margin back, the margin of the short taken.
        QVERIFY((outlook.account.crossWalletBalance - Money::of(23'200)).abs() <= Money::fromUnits(2));
        QVERIFY(outlook.account.walletBalance == Money::of(35'000));
    }

    void noChangeOfLeverageIsPlannedThatTheOpenPositionForbids()
    {
        // 10,200 have grown past the 10,000 that both 8x and 7x allow; the exchange sets neither anew.
        AccountState account;
        account.walletBalance = account.crossWalletBalance = Money::of(1'000'000);
        account.symbols["BTCUSDT"] = {MarginType::Cross, 8, {}};
        account.positions = {longBtc("0.17", "50000", MarginType::Cross, 0)};
        account.positions.front().leverage = 8;
        const BracketTables tables{{"BTCUSDT",
            {{1, 10, {}, Money::of(10'000), Rate::literal("0.05"), {}},
                {2, 5, Money::of(10'000), Money::of(60'000), Rate::literal("0.1"), Money::of(500)}}}};
        SymbolSpec spec;
        spec.symbol = "BTCUSDT";
        DraftContext context;
        context.spec = &spec;
        context.brackets = &tables;
        context.account = &account;
        context.mark.price = Price::of(60'000);
        TradePlan plan = trade(Side::Sell, 60'000, "0.1");
        plan.marginType = MarginType::Cross;
        const auto isRefused = [&](int leverage) {
            plan.leverage = leverage;
            return std::ranges::any_of(planTrade(plan, context).issues,
                [](const DraftIssue &issue) { return issue.venueCode == -2027; });
        };
        QVERIFY(isRefused(7));
        QVERIFY(isRefused(9));
        QVERIFY(!isRefused(8)); // nothing is set anew
        QVERIFY(!isRefused(5));
    }

    void aFeeThatNothingOutsideCoversComesFromTheIsolatedWallet()
    {
        AccountState account; // another position's profit pays for the margin, its wallet does not
        account.walletBalance = account.crossWalletBalance = Money::of(50);
        const AccountState after = accountAfter(account, "BTCUSDT", trade(Side::Buy, 60'000, "0.01"),
            Quantity::literal("0.01"), Money::literal("0.3"));
        QVERIFY(after.walletBalance == Money::literal("49.7"));
        QVERIFY(after.crossWalletBalance == Money::of(-10));
        QVERIFY(only(after).isolatedWallet == Money::literal("59.7"));
    }

    void aFeeThatIsCoveredLeavesTheIsolatedWalletAlone()
    {
        AccountState account;
        account.walletBalance = account.crossWalletBalance = Money::of(100);
        const AccountState after = accountAfter(account, "BTCUSDT", trade(Side::Buy, 60'000, "0.01"),
            Quantity::literal("0.01"), Money::literal("0.3"));
        QVERIFY(after.crossWalletBalance == Money::literal("39.7"));
        QVERIFY(only(after).isolatedWallet == Money::of(60));
    }
};

QTEST_APPLESS_MAIN(PlanAccountTest)
#include "plan_account_test.moc"
