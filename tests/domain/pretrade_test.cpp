#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/pretrade.h"
#include "tests/support/plan_desk.h"

#include <QTest>

#include <algorithm>

using namespace domain;
using namespace std::chrono_literals;

namespace
{

/// A flat, funded account with fresh prices around 60,000 at 20x.
struct Desk
{
    SymbolSpec spec = support::btcSpec();
    AccountState account;
    MarkPrices marks;
    std::vector<Order> orders;
    DraftContext context;

    Desk()
    {
        account.walletBalance = account.crossWalletBalance = Money::of(1'000);
        context.mark = {Price::of(60'000), 100ms};
        context.last = {Price::of(60'001), 100ms};
        context.bid = {Price::literal("59999.9"), 100ms};
        context.ask = {Price::literal("60000.1"), 100ms};
        context.leverage = 20;
        context.now = timestampFromMs(1'000'000);
    }
    Desk(const Desk &) = delete;
    Desk &operator=(const Desk &) = delete;

    DraftIssues check(const NewOrder &order)
    {
        context.spec = &spec;
        context.account = &account;
        context.marks = &marks;
        context.openOrders = &orders;
        return pretradeIssues(order, context);
    }
    void hold(Side side, const char *quantity, PositionSide positionSide = PositionSide::Both)
    {
        Position position;
        position.symbol = "BTCUSDT";
        position.positionSide = positionSide;
        position.side = side;
        position.quantity = Quantity::literal(quantity);
        position.entryPrice = Price::of(60'000);
        position.leverage = 20;
        account.positions.push_back(position);
    }
    void work(NewOrder request, Milliseconds age = 1h)
    {
        Order order;
        order.request = std::move(request);
        order.phase = OrderPhase::Working;
        order.createdAt = context.now - age;
        orders.push_back(order);
    }
};

NewOrder limit(Side side, const char *quantity, const char *price)
{
    NewOrder order;
    order.symbol = "BTCUSDT";
    order.side = side;
    order.quantity = Quantity::literal(quantity);
    order.price = Price::literal(price);
    return order;
}

NewOrder market(Side side, const char *quantity)
{
    auto order = limit(side, quantity, "0");
    order.type = OrderType::Market;
    return order;
}

NewOrder stop(Side side, const char *trigger, OrderType type = OrderType::StopMarket)
{
    auto order = limit(side, "0.01", trigger);
    order.type = type;
    order.triggerPrice = Price::literal(trigger);
    return order;
}

/// The only issue, or one with code 1 where there is not exactly one.
DraftIssue only(const DraftIssues &issues)
{
    return issues.size() == 1 ? issues.front() : DraftIssue{DraftField::Symbol, 1, {}, {}, {}};
}

} // namespace

class PretradeTest : public QObject
{
    Q_OBJECT
private slots:
    void whatTheRulesWouldRefuseIsSaidBefore()
    {
        Desk desk;
        desk.account.walletBalance = desk.account.crossWalletBalance = Money::of(1'000'000);
        desk.account.symbols["BTCUSDT"] = {MarginType::Cross, 20, {}};
        desk.marks["BTCUSDT"].mark = Price::of(60'000);
        RiskRules rules;
        RuleDay day;
        day.trades = 2;
        desk.context.rules = &rules;
        desk.context.ruleDay = &day;
        const auto only = [&](RuleKind kind, const char *limit, RuleAction action = RuleAction::Refuse) {
            rules = {};
            rules.of(kind) = {RuleLimit::literal(limit), action};
        };
        const auto said = [&](const NewOrder &order, DraftCheck check) -> std::optional<DraftIssue> {
            const auto found = desk.check(order);
            const auto at = std::ranges::find(found, check, &DraftIssue::check);
            return at == found.end() ? std::nullopt : std::optional{*at};
        };
        const NewOrder order = limit(Side::Buy, "0.1", "60000");
        QVERIFY(desk.check(order).empty());

        only(RuleKind::Positions, "1");
        QVERIFY(!said(order, DraftCheck::Rules));
        desk.account.positions.push_back({});
        desk.account.positions.back().symbol = "ETHUSDT";
        desk.account.positions.back().quantity = Quantity::of(1);
        const auto positions = said(order, DraftCheck::Rules);
        QVERIFY(positions && positions->severity == Severity::Blocks);
        QCOMPARE(positions->text,
            std::string{"Positions: this would make 2 held or being opened, the rule allows 1 positions."});
        desk.account.positions.clear();

        only(RuleKind::Trades, "2");
        QVERIFY(said(order, DraftCheck::Rules)->text.find("number 3 of the UTC day") != std::string::npos);
        only(RuleKind::Trades, "2", RuleAction::Warn);
        QVERIFY(said(order, DraftCheck::Rules)->severity == Severity::Confirm);

        only(RuleKind::Leverage, "10");
        const auto leverage = said(order, DraftCheck::Leverage);
        QVERIFY(leverage && leverage->field == DraftField::Leverage);
        QCOMPARE(leverage->suggestion, std::string{"10"});

        only(RuleKind::OrderSize, "5000");
        const auto size = said(order, DraftCheck::OrderSize);
        QVERIFY(size && size->field == DraftField::Quantity);
        QCOMPARE(size->suggestion, std::string{"0.083"});
        QVERIFY(!said(limit(Side::Buy, "0.083", "60000"), DraftCheck::OrderSize));

        only(RuleKind::PriceCollar, "0.01");
        const auto collar = said(limit(Side::Buy, "0.1", "60601"), DraftCheck::PriceCollar);
        QVERIFY(collar && collar->field == DraftField::Price);
        QCOMPARE(collar->suggestion, std::string{"60600"});
        QVERIFY(!said(limit(Side::Buy, "0.1", "60600"), DraftCheck::PriceCollar));
        const auto below = said(limit(Side::Sell, "0.1", "59000"), DraftCheck::PriceCollar);
        QCOMPARE(below->suggestion, std::string{"59400"});

        // What reduces is never spoken of, and what only the order path can count is left to it.
        desk.hold(Side::Sell, "1");
        NewOrder close = limit(Side::Buy, "0.1", "61000");
        close.reduceOnly = true;
        QVERIFY(!said(close, DraftCheck::PriceCollar));
        desk.account.positions.clear();
        only(RuleKind::RiskPerTrade, "1");
        QVERIFY(desk.check(order).empty());
        // Numbers out of all bounds are computed with by nobody.
        only(RuleKind::OrderSize, "5000");
        QVERIFY(!said(limit(Side::Buy, "99999999999999999", "60000"), DraftCheck::OrderSize));
    }

    void aMarketOrderBeyondItsReachIsWarnedOf()
    {
        Desk desk;
        desk.account.walletBalance = desk.account.crossWalletBalance = Money::of(100'000);
        desk.spec.marketTakeBound = Rate::literal("0.05");
        BookView book;
        book.state = BookView::State::Live;
        book.asks = {{Price::literal("60000.1"), Quantity::of(1)}, {Price::of(63'000), Quantity::of(2)},
            {Price::literal("63000.1"), Quantity::of(50)}}; // the last a tick beyond 5 %
        book.bids = {{Price::literal("59999.9"), Quantity::of(1)}, {Price::of(57'000), Quantity::of(1)}};
        desk.context.book = &book;
        const auto reach = [&](const NewOrder &order) -> std::optional<DraftIssue> {
            const auto found = desk.check(order);
            const auto at = std::ranges::find(found, DraftCheck::TakeBound, &DraftIssue::check);
            return at == found.end() ? std::nullopt : std::optional{*at};
        };
        QVERIFY(!reach(market(Side::Buy, "3")));
        const auto warned = reach(market(Side::Buy, "3.001"));
        QVERIFY(warned.has_value());
        QVERIFY(warned->severity == Severity::Confirm);
        QCOMPARE(warned->suggestion, std::string{"3"});
        QVERIFY(!reach(limit(Side::Buy, "3.001", "60000.1"))); // its price is its reach
        QVERIFY(!reach(market(Side::Sell, "5")));              // nothing is shown beyond: the book may go on
        book.asks.erase(book.asks.begin(), book.asks.begin() + 2);
        QVERIFY(reach(market(Side::Buy, "1"))->severity == Severity::Blocks); // all of it would expire
        desk.hold(Side::Sell, "1");
        NewOrder close = market(Side::Buy, "1");
        close.reduceOnly = true;
        QVERIFY(reach(close)->severity == Severity::Confirm); // a way out is never barred
        book.state = BookView::State::Stale;
        QVERIFY(!reach(market(Side::Buy, "1")));
    }

    void aSoundOrderHasNothingAgainstIt()
    {
        Desk desk;
        QVERIFY(desk.check(limit(Side::Buy, "0.1", "60000")).empty());
        QVERIFY(desk.check(market(Side::Sell, "0.1")).empty());
    }

    void anUnknownOrHaltedSymbolBlocks()
    {
        Desk desk;
        desk.spec.status = SymbolStatus::Halted;
        desk.spec.statusText = "TRADING_HALT";
        const auto issue = only(desk.check(limit(Side::Buy, "0.1", "60000")));
        QCOMPARE(issue.venueCode, -4022);
        QVERIFY(issue.field == DraftField::Symbol);
        QVERIFY(issue.text.find("TRADING_HALT") != std::string::npos);
        QCOMPARE(only(pretradeIssues(limit(Side::Buy, "0.1", "60000"), DraftContext{})).venueCode, -1121);
    }

    void withoutAnAccountNothingIsSent()
    {
        Desk desk;
        desk.check(limit(Side::Buy, "0.1", "60000"));
        desk.context.account = nullptr;
        const auto issues = pretradeIssues(limit(Side::Buy, "0.1", "60000"), desk.context);
        QVERIFY(!maySend(issues));
        QVERIFY(only(issues).field == DraftField::Symbol);
    }

    void filtersComeFirst()
    {
        Desk desk;
        QCOMPARE(only(desk.check(limit(Side::Buy, "0.1", "60000.01"))).venueCode, -4014);
    }

    void theFormMustFitThePositionMode()
    {
        Desk desk;
        auto order = limit(Side::Buy, "0.1", "60000");
        order.positionSide = PositionSide::Long;
        auto issue = only(desk.check(order));
        QCOMPARE(issue.venueCode, -4061);
        QVERIFY(issue.field == DraftField::Side);
        desk.account.hedgeMode = true;
        QVERIFY(desk.check(order).empty());
        QCOMPARE(only(desk.check(limit(Side::Buy, "0.1", "60000"))).venueCode, -4061);
        order.reduceOnly = true;
        const auto issues = desk.check(order);
        QVERIFY(std::ranges::any_of(issues, [](const auto &each) { return each.venueCode == -4062; }));
    }

    void reduceOnlyMustReallyReduce()
    {
        Desk desk;
        auto order = limit(Side::Sell, "0.1", "60000");
        order.reduceOnly = true;
        QCOMPARE(only(desk.check(order)).venueCode, -2022);
        desk.hold(Side::Sell, "0.1");
        QCOMPARE(only(desk.check(order)).venueCode, -2022);
        desk.account.positions.clear();
        desk.hold(Side::Buy, "0.1");
        QVERIFY(desk.check(order).empty());
        order.quantity = Quantity::literal("0.2");
        QCOMPARE(only(desk.check(order)).suggestion, std::string{"0.1"});
    }

    void reduceOnlyCountsWhatAlreadyWorks()
    {
        Desk desk;
        desk.hold(Side::Buy, "0.1");
        auto working = limit(Side::Sell, "0.06", "61000");
        working.reduceOnly = true;
        desk.work(working);
        auto order = limit(Side::Sell, "0.05", "60500");
        order.reduceOnly = true;
        const auto issue = only(desk.check(order));
        QCOMPARE(issue.venueCode, -2022);
        QCOMPARE(issue.suggestion, std::string{"0.04"});
        order.quantity = Quantity::literal("0.04");
        QVERIFY(desk.check(order).empty());
    }

    void aMarketCloseIsNotBarredByRestingOrdersNorAStop()
    {
        Desk desk;
        desk.hold(Side::Buy, "0.1");
        auto working = limit(Side::Sell, "0.1", "61000");
        working.reduceOnly = true;
        desk.work(working);
        auto protection = stop(Side::Sell, "55000");
        protection.closePosition = true;
        desk.work(protection);
        auto close = market(Side::Sell, "0.1");
        close.reduceOnly = true;
        QVERIFY(desk.check(close).empty());
    }

    void inHedgeModeAClosingOrderNeedsThePosition()
    {
        Desk desk;
        desk.account.hedgeMode = true;
        auto close = limit(Side::Sell, "0.1", "60000");
        close.positionSide = PositionSide::Long;
        QCOMPARE(only(desk.check(close)).venueCode, -2022);
        desk.hold(Side::Buy, "0.05", PositionSide::Long);
        QCOMPARE(only(desk.check(close)).suggestion, std::string{"0.05"});
        desk.account.positions.front().quantity = Quantity::literal("0.1");
        QVERIFY(desk.check(close).empty());
    }

    void aProtectiveOrderMayGoOutBeforeItsEntry()
    {
        Desk desk;
        auto protection = stop(Side::Sell, "55000");
        protection.quantity = {};
        protection.closePosition = true;
        const auto issue = only(desk.check(protection));
        QVERIFY(issue.severity == Severity::Confirm);
        QVERIFY(maySend(desk.check(protection)));
    }

    void aWaitingCloseMayBeLargerThanThePositionIsNow()
    {
        Desk desk;
        desk.hold(Side::Buy, "0.003"); // the entry has filled in part
        auto protection = stop(Side::Sell, "55000");
        protection.reduceOnly = true;
        QVERIFY(desk.check(protection).empty());
    }

    void aPostOnlyOrderThatWouldTakeIsToldAPriceThatWaits()
    {
        Desk desk;
        auto order = limit(Side::Buy, "0.01", "60000.1");
        order.timeInForce = TimeInForce::Gtx;
        const auto issue = only(desk.check(order));
        QCOMPARE(issue.venueCode, -5022);
        QCOMPARE(issue.suggestion, std::string{"60000"});
        order.price = Price::of(60'000);
        QVERIFY(desk.check(order).empty());
        order.side = Side::Sell;
        order.price = Price::literal("59999.9");
        QCOMPARE(only(desk.check(order)).suggestion, std::string{"60000"});
    }

    void closingThePositionExcludesQuantityAndReduceOnly()
    {
        Desk desk;
        desk.hold(Side::Buy, "0.1");
        auto order = stop(Side::Sell, "55000");
        order.closePosition = true;
        QCOMPARE(only(desk.check(order)).venueCode, -4137);
        order.quantity = {};
        order.reduceOnly = true;
        QCOMPARE(only(desk.check(order)).venueCode, -4138);
        order.reduceOnly = false;
        QVERIFY(desk.check(order).empty());
        order.type = OrderType::Limit;
        order.price = Price::of(61'000);
        QCOMPARE(only(desk.check(order)).venueCode, -4136);
    }

    void theTriggerLiesOnTheRightSideOfTheMark_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("isBuy");
        QTest::addColumn<QByteArray>("trigger");
        QTest::addColumn<bool>("isRight");
        const auto add = [](const char *name, OrderType type, bool isBuy, const char *trigger, bool isRight) {
            QTest::newRow(name) << static_cast<int>(type) << isBuy << QByteArray{trigger} << isRight;
        };
        add("buy stop above", OrderType::StopMarket, true, "61000", true);
        add("buy stop below", OrderType::StopMarket, true, "59000", false);
        add("buy stop at the mark", OrderType::StopMarket, true, "60000", false);
        add("sell stop below", OrderType::StopMarket, false, "59000", true);
        add("sell stop above", OrderType::Stop, false, "61000", false);
        add("buy profit below", OrderType::TakeProfitMarket, true, "59000", true);
        add("buy profit above", OrderType::TakeProfitMarket, true, "61000", false);
        add("sell profit above", OrderType::TakeProfit, false, "61000", true);
        add("sell profit below", OrderType::TakeProfit, false, "59000", false);
    }
    void theTriggerLiesOnTheRightSideOfTheMark()
    {
        QFETCH(int, type);
        QFETCH(bool, isBuy);
        QFETCH(QByteArray, trigger);
        QFETCH(bool, isRight);
        Desk desk;
        const auto issues = desk.check(
            stop(isBuy ? Side::Buy : Side::Sell, trigger.constData(), static_cast<OrderType>(type)));
        QCOMPARE(issues.empty(), isRight);
        if (!isRight) {
            QCOMPARE(only(issues).venueCode, -2021);
            QVERIFY(only(issues).field == DraftField::TriggerPrice);
        }
    }

    void aTriggerOnTheLastPriceIsComparedWithThat()
    {
        Desk desk;
        auto order = stop(Side::Buy, "60000.5");
        QVERIFY(desk.check(order).empty());
        order.workingType = WorkingType::ContractPrice;
        QCOMPARE(only(desk.check(order)).venueCode, -2021);
        desk.context.last = {};
        QVERIFY(!maySend(desk.check(order)));
    }

    void theCostMustFitTheAvailableBalance()
    {
        // Reference 10.7: available 1,000, price 60,000, mark 59,900, 20x: buy 0.322, sell 0.333.
        Desk desk;
        desk.context.mark.price = Price::of(59'900);
        QVERIFY(desk.check(limit(Side::Buy, "0.322", "60000")).empty());
        const auto issue = only(desk.check(limit(Side::Buy, "0.323", "60000")));
        QCOMPARE(issue.venueCode, -2019);
        QCOMPARE(issue.suggestion, std::string{"0.322"});
        QVERIFY(desk.check(limit(Side::Sell, "0.333", "60000")).empty());
        QCOMPARE(only(desk.check(limit(Side::Sell, "0.334", "60000"))).suggestion, std::string{"0.333"});
        QVERIFY(maxOpenQuantity(limit(Side::Sell, "1", "60000"), desk.context) == Quantity::literal("0.333"));
    }

    void requiredBalanceIsTheCostOfWhatOpens()
    {
        Desk desk;
        desk.context.mark.price = Price::literal("9259.84");
        desk.check(limit(Side::Buy, "1", "9253.3"));
        QVERIFY(requiredBalance(limit(Side::Buy, "1", "9253.3"), desk.context) == Money::literal("462.665"));
        QVERIFY(requiredBalance(limit(Side::Sell, "1", "9253.3"), desk.context) == Money::literal("469.205"));
        QVERIFY(requiredBalance(stop(Side::Buy, "61000"), desk.context) == Money{});
        desk.hold(Side::Sell, "1");
        QVERIFY(requiredBalance(limit(Side::Buy, "1", "9253.3"), desk.context) == Money{});
        desk.context.ask = {};
        desk.context.mark = {};
        QVERIFY(!requiredBalance(market(Side::Buy, "1"), desk.context));
    }

    void closingAnOppositePositionNeedsNoMargin()
    {
        Desk desk;
        desk.hold(Side::Buy, "0.3");
        desk.account.walletBalance = desk.account.crossWalletBalance = Money::of(100);
        QVERIFY(desk.check(limit(Side::Sell, "0.3", "60000")).empty());
        QCOMPARE(only(desk.check(limit(Side::Sell, "0.301", "60000"))).venueCode, -2019);
    }

    void theBracketLimitsTheLeverage()
    {
        Desk desk;
        desk.account.walletBalance = desk.account.crossWalletBalance = Money::of(100'000);
        desk.context.leverage = 100; // 250,000 at most
        QVERIFY(desk.check(limit(Side::Buy, "4.166", "60000")).empty());
        const auto issue = only(desk.check(limit(Side::Buy, "4.167", "60000")));
        QCOMPARE(issue.venueCode, -2027);
        QVERIFY(issue.field == DraftField::Leverage);
        QCOMPARE(issue.suggestion, std::string{"50"});
        desk.work(limit(Side::Buy, "1", "60000"));
        QCOMPARE(only(desk.check(limit(Side::Buy, "4", "60000"))).venueCode, -2027);
        QVERIFY(desk.check(limit(Side::Buy, "3", "60000")).empty());
        desk.context.leverage = 126;
        const auto tooHigh = only(desk.check(limit(Side::Buy, "0.1", "60000")));
        QCOMPARE(tooHigh.venueCode, -4028);
        QCOMPARE(tooHigh.suggestion, std::string{"125"});
    }

    void marketOrdersNeedLivePrices()
    {
        Desk desk;
        desk.context.ask = {};
        QVERIFY(!maySend(desk.check(market(Side::Buy, "0.01"))));
        QVERIFY(desk.check(market(Side::Sell, "0.01")).empty());
        desk.context.bid.age = 2100ms;
        const auto issue = only(desk.check(market(Side::Sell, "0.01")));
        QVERIFY(issue.severity == Severity::Confirm);
        QVERIFY(issue.text.find("2.1 s") != std::string::npos);
        QVERIFY(desk.check(limit(Side::Sell, "0.01", "60000")).empty());
    }

    void aWideMarketIsAskedAboutThenBarredExceptForAWayOut()
    {
        Desk desk;
        desk.context.ask.price = Price::of(60'600); // 1 %
        QVERIFY(only(desk.check(market(Side::Buy, "0.01"))).severity == Severity::Confirm);
        desk.context.ask.price = Price::of(61'800); // 3 %
        QVERIFY(!maySend(desk.check(market(Side::Buy, "0.01"))));
        desk.hold(Side::Sell, "0.01");
        auto close = market(Side::Buy, "0.01");
        close.reduceOnly = true;
        QVERIFY(maySend(desk.check(close)));
    }

    void aLimitPriceFarThroughTheMarkIsAskedAboutThenBarred()
    {
        Desk desk;
        QVERIFY(desk.check(limit(Side::Buy, "0.01", "61800")).empty());
        QVERIFY(only(desk.check(limit(Side::Buy, "0.01", "62000"))).severity == Severity::Confirm);
        QVERIFY(!maySend(desk.check(limit(Side::Buy, "0.01", "66001"))));
        QVERIFY(!maySend(desk.check(limit(Side::Sell, "0.01", "6000"))));
        QVERIFY(desk.check(limit(Side::Buy, "0.01", "30000")).empty());
    }

    void ownLimitsOnTheOrderSizeHold()
    {
        Desk desk;
        desk.context.limits.confirmNotional = Money::of(1'000);
        desk.context.limits.largestNotional = Money::of(3'000);
        QVERIFY(desk.check(limit(Side::Buy, "0.016", "60000")).empty());
        QVERIFY(only(desk.check(limit(Side::Buy, "0.02", "60000"))).severity == Severity::Confirm);
        const auto issue = only(desk.check(limit(Side::Buy, "0.1", "60000")));
        QVERIFY(issue.severity == Severity::Blocks);
        QCOMPARE(issue.suggestion, std::string{"0.05"});
    }

    void theSameOrderTwiceWithinHalfASecondIsAskedAbout()
    {
        Desk desk;
        desk.work(limit(Side::Buy, "0.1", "60000"), 499ms);
        QVERIFY(only(desk.check(limit(Side::Buy, "0.1", "60000"))).severity == Severity::Confirm);
        QVERIFY(desk.check(limit(Side::Buy, "0.11", "60000")).empty());
        desk.orders.front().createdAt = desk.context.now - 500ms;
        QVERIFY(desk.check(limit(Side::Buy, "0.1", "60000")).empty());
    }

    void theNumberOfOpenOrdersIsLimited()
    {
        Desk desk;
        desk.spec.maxNumOrders = 10;
        for (int i = 0; i < 9; ++i) {
            desk.work(limit(Side::Buy, "0.001", "50000"));
        }
        QVERIFY(only(desk.check(limit(Side::Buy, "0.01", "60000"))).severity == Severity::Confirm);
        desk.work(limit(Side::Buy, "0.001", "50000"));
        QCOMPARE(only(desk.check(limit(Side::Buy, "0.01", "60000"))).venueCode, -2025);
        QVERIFY(desk.check(stop(Side::Buy, "61000")).empty());
        for (int i = 0; i < 200; ++i) {
            auto waiting = stop(Side::Buy, "70000");
            waiting.symbol = "ETHUSDT";
            desk.work(waiting);
        }
        QCOMPARE(only(desk.check(stop(Side::Buy, "61000"))).venueCode, -4045);
    }

    void absurdNumbersAreRefusedWithoutBeingComputed()
    {
        Desk desk;
        QVERIFY(!maySend(
            desk.check(limit(Side::Buy, "99999999999999999999999999", "99999999999999999999999999"))));
        QVERIFY(!maySend(desk.check(market(Side::Buy, "99999999999999999999999999"))));
        QVERIFY(!maySend(desk.check(stop(Side::Buy, "99999999999999999999999999"))));
        QVERIFY(!maySend(desk.check(limit(Side::Buy, "0.000000000001", "0.000000000001"))));
    }
};

QTEST_APPLESS_MAIN(PretradeTest)
#include "pretrade_test.moc"
