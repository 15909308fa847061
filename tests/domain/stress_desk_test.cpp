#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/stress_desk.h"
#include "tests/support/property.h"

#include <QTest>

using namespace domain;
using support::check;

namespace
{

Position position(const char *symbol, Side side, const char *quantity, const char *entry)
{
    Position held;
    held.symbol = symbol;
    held.side = side;
    held.quantity = Quantity::literal(quantity);
    held.entryPrice = Price::literal(entry);
    held.leverage = 10;
    return held;
}

Position isolated(Position held, const char *wallet)
{
    held.marginType = MarginType::Isolated;
    held.isolatedWallet = Money::literal(wallet);
    return held;
}

/// The account's prices; what is not set stays empty.
StressBasis basisOf(const char *crossWallet, std::vector<Position> positions)
{
    StressBasis basis;
    basis.account.crossWalletBalance = Money::literal(crossWallet);
    basis.account.walletBalance = basis.account.crossWalletBalance;
    for (auto &held : positions) {
        basis.account.walletBalance += held.isolatedWallet;
        held.markPrice = held.entryPrice;
        MarkPrice mark;
        mark.symbol = held.symbol;
        mark.mark = held.entryPrice;
        basis.marks[held.symbol] = mark;
        basis.ticks[held.symbol] = Price::literal("0.1");
    }
    basis.account.positions = std::move(positions);
    return basis;
}

Order exitOrder(const Position &of, OrderType type, const char *level, const char *quantity = "0")
{
    Order order;
    order.phase = OrderPhase::Working;
    order.request.symbol = of.symbol;
    order.request.side = opposite(of.side);
    order.request.positionSide = of.positionSide;
    order.request.type = type;
    order.request.quantity = Quantity::literal(quantity);
    order.request.closePosition = order.request.quantity.isZero();
    order.request.reduceOnly = !order.request.closePosition;
    (type == OrderType::Limit ? order.request.price : order.request.triggerPrice) = Price::literal(level);
    order.request.clientOrderId = std::string{"exit "} + level;
    return order;
}

std::shared_ptr<const BookView> bookAround(const char *price, const char *quantityPerLevel, int levels = 5)
{
    BookView view;
    view.state = BookView::State::Live;
    const Price tick = Price::literal("1");
    for (int i = 0; i < levels; ++i) {
        view.bids.push_back({Price::literal(price) - tick * i, Quantity::literal(quantityPerLevel)});
        view.asks.push_back({Price::literal(price) + tick * i, Quantity::literal(quantityPerLevel)});
    }
    return std::make_shared<const BookView>(view);
}

StressScenario scenarioAt(std::vector<const char *> stations, StopHandling stops = StopHandling::Filled)
{
    StressScenario scenario;
    for (const char *at : stations) {
        scenario.stations.push_back(Rate::literal(at));
    }
    scenario.stops = stops;
    return scenario;
}

/// The marks at a price of the reference, every other symbol by its weight.
MarkPrices marksAt(const StressBasis &basis, const StressScenario &scenario, Price reference)
{
    MarkPrices marks = basis.marks;
    const Price from = basis.marks.at(scenario.reference).mark;
    for (auto &[symbol, mark] : marks) {
        const auto weight = scenario.weights.find(symbol);
        const Rate by = weight == scenario.weights.end() ? Rate::of(1) : weight->second;
        const Price move =
            Price::fromUnits(detail::mulDiv(mark.mark.units(), (reference - from).units(), from.units()));
        mark.mark = std::max(Price::fromUnits(1), mark.mark + move * by);
    }
    return marks;
}

bool isCrossSpent(const AccountRisk &risk)
{
    return risk.crossMarginRatio.isExhausted() || *risk.crossMarginRatio.value() >= Rate::of(1);
}

StressBasis arbitraryBasis(bool withIsolated)
{
    StressBasis basis = basisOf("0", {position("BTCUSDT", Side::Buy, "0.5", "60000")});
    basis.account.positions.clear();
    basis.account.crossWalletBalance = Money::of(*rc::gen::inRange<std::int64_t>(500, 200'000));
    basis.account.walletBalance = basis.account.crossWalletBalance;
    const std::vector<std::string> symbols{"BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"};
    const int count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i) {
        Position held = position("", *rc::gen::element(Side::Buy, Side::Sell), "1", "1");
        held.symbol = symbols[static_cast<std::size_t>(i)];
        MarkPrice mark;
        mark.symbol = held.symbol;
        mark.mark = Price::of(*rc::gen::inRange<std::int64_t>(1, 7'000'000)) / 100;
        held.entryPrice = mark.mark * (Rate::of(*rc::gen::inRange<std::int64_t>(80, 121)) / 100);
        held.quantity = Money::of(*rc::gen::inRange<std::int64_t>(100, 500'000)) / mark.mark;
        if (withIsolated && *rc::gen::arbitrary<bool>()) {
            held.marginType = MarginType::Isolated;
            held.isolatedWallet = held.notionalAt(mark.mark) / *rc::gen::inRange<std::int64_t>(1, 50);
            basis.account.walletBalance += held.isolatedWallet;
        }
        basis.marks[held.symbol] = mark;
        basis.ticks[held.symbol] = Price::literal("0.01");
        basis.account.positions.push_back(held);
    }
    return basis;
}

} // namespace

class StressDeskTest : public QObject
{
    Q_OBJECT
private slots:
    void theAccountDiesAtTheLiquidationPriceOfItsOnlyPosition()
    {
        // Reference 10.5: cross wallet 10,000, long 1 at 60,000, dies at 50,200.8032 with the older table.
        const auto basis = basisOf("10000", {position("BTCUSDT", Side::Buy, "1", "60000")});
        const auto report = stressDesk(basis, scenarioAt({"-0.5", "0", "0.5"}));
        const PoolDeath *death = report.falling.accountDeath();
        QVERIFY(death != nullptr);
        const auto closed = liquidationPrice(
            {Side::Buy, Quantity::of(1), Price::of(60'000)}, {Money::of(10'000), {}, {}}, defaultBrackets());
        QVERIFY(death->referencePrice == closed->roundedTo(Price::literal("0.1"), Rounding::Down));
        QVERIFY(death->price == death->referencePrice);
        QCOMPARE(death->positions, std::vector<std::size_t>{0});
        QVERIFY(report.rising.accountDeath() == nullptr);
        QCOMPARE(report.stations.size(), std::size_t{3});
        QVERIFY(report.stations[0].equity.isZero());
        QVERIFY(report.stations[0].level == RiskLevel::Critical);
        QVERIFY(report.stations[0].liquidated == std::vector<std::size_t>{0});
        QVERIFY(report.stations[1].equity == Money::of(10'000));
        QVERIFY(report.stations[2].equity == Money::of(40'000));
        QVERIFY(report.stations[2].referencePrice == Price::of(90'000));
    }

    void anIsolatedPositionGoesAtItsOwnPriceAndTakesOnlyItsWallet()
    {
        // Reference 10.5: 0.5 at 60,000, 20x, isolated wallet 1,500.
        const auto basis =
            basisOf("10000", {isolated(position("BTCUSDT", Side::Buy, "0.5", "60000"), "1500"),
                                 isolated(position("ETHUSDT", Side::Sell, "10", "3000"), "3000")});
        const auto report = stressDesk(basis, scenarioAt({"-0.1", "-0.01", "0.2"}));
        QCOMPARE(report.falling.deaths.size(), std::size_t{1});
        const PoolDeath &death = report.falling.deaths.front();
        const auto closed = liquidationPrice({Side::Buy, Quantity::literal("0.5"), Price::of(60'000)},
            {Money::of(1'500), {}, {}}, defaultBrackets());
        QVERIFY(death.price == closed->roundedTo(Price::literal("0.1"), Rounding::Down));
        QVERIFY(!death.isCross);
        QVERIFY(report.falling.accountDeath() == nullptr);
        QVERIFY(report.stations[0].equity == Money::of(10'000 + 3'000 + 3'000));
        QVERIFY(report.stations[1].liquidated.empty());
        QVERIFY(report.rising.deaths.front().positions == std::vector<std::size_t>{1});
        QVERIFY(report.stations[2].equity == Money::of(10'000 + 1'500 + 6'000));
    }

    void aHedgedPairDiesAtItsCommonPrice()
    {
        // Reference 10.5: wallet 10,000, LONG 1 at 60,000, SHORT 0.4 at 61,000: 43,068.6406 with its table.
        Position longLeg = position("BTCUSDT", Side::Buy, "1", "60000");
        longLeg.positionSide = PositionSide::Long;
        Position shortLeg = position("BTCUSDT", Side::Sell, "0.4", "61000");
        shortLeg.positionSide = PositionSide::Short;
        auto basis = basisOf("10000", {longLeg, shortLeg});
        basis.brackets["BTCUSDT"] = {{1, 150, Money{}, Money::of(300'000), Rate::literal("0.004"), Money{}}};
        basis.marks["BTCUSDT"].mark = Price::of(60'000);
        const auto report = stressDesk(basis, scenarioAt({"-0.5"}));
        const PoolDeath *death = report.falling.accountDeath();
        QVERIFY(death->referencePrice == Price::literal("43068.6"));
        QVERIFY(death->positions == (std::vector<std::size_t>{0, 1})); // the larger maintenance margin first
    }

    void thePoolsGoInTheOrderOfTheirDistances()
    {
        auto basis = basisOf("2000", {isolated(position("BTCUSDT", Side::Buy, "0.5", "60000"), "6000"),
                                         isolated(position("ETHUSDT", Side::Buy, "10", "3000"), "1500"),
                                         position("SOLUSDT", Side::Buy, "100", "150")});
        const auto report = stressDesk(basis, scenarioAt({"-0.5", "-0.06"}));
        QCOMPARE(report.falling.deaths.size(), std::size_t{3});
        QVERIFY(report.falling.deaths[0].positions.front() == 1); // 5 % of margin
        QVERIFY(report.falling.deaths[1].positions.front() == 2); // cross: 13 %
        QVERIFY(report.falling.deaths[2].positions.front() == 0); // 20 %
        QVERIFY(report.stations[1].liquidated == std::vector<std::size_t>{1});
        QVERIFY(report.stations[1].ratio.value() == Rate::of(1));
        QVERIFY(report.stations[1].level == RiskLevel::Critical);
        QVERIFY(
            *report.stations[1].livingRatio.value() < Rate::literal("0.1")); // the cross pool: 60 of 1,100
        QVERIFY(report.stations[0].liquidated == (std::vector<std::size_t>{1, 2, 0}));
        QVERIFY(report.stations[0].equity.isZero());
    }

    void aSymbolMovesByItsWeight()
    {
        auto basis = basisOf("5000", {position("SOLUSDT", Side::Buy, "100", "100")});
        MarkPrice btc;
        btc.mark = Price::of(60'000);
        basis.marks["BTCUSDT"] = btc;
        basis.ticks["BTCUSDT"] = Price::literal("0.1");
        StressScenario scenario = scenarioAt({"-0.1", "0.1"});
        scenario.weights["SOLUSDT"] = Rate::of(2);
        auto report = stressDesk(basis, scenario);
        QVERIFY(report.stations[0].equity == Money::of(3'000));
        QVERIFY(report.stations[1].equity == Money::of(7'000));
        // 100 SOL at 50.20 is the end: a fall of SOL by half, of BTC by a quarter.
        const PoolDeath *death = report.falling.accountDeath();
        QVERIFY(death->price == Price::literal("50.2"));
        QVERIFY(*death->referencePrice > Price::of(45'060) && *death->referencePrice < Price::of(45'061));
        // A symbol that does not move takes no part.
        scenario.weights["SOLUSDT"] = Rate{};
        report = stressDesk(basis, scenario);
        QVERIFY(report.falling.deaths.empty() && report.rising.deaths.empty());
        // Nor is there a price of the reference where that stands still.
        scenario.weights = {{"SOLUSDT", Rate::of(1)}, {"BTCUSDT", Rate{}}};
        report = stressDesk(basis, scenario);
        death = report.falling.accountDeath();
        QVERIFY(!death->referencePrice);
        QVERIFY(death->at < Rate::literal("-0.497") && death->at > Rate::literal("-0.499"));
    }

    void aPriceNeverFallsBelowZero()
    {
        auto basis = basisOf("30000",
            {position("SOLUSDT", Side::Buy, "100", "100"), position("BTCUSDT", Side::Sell, "0.1", "60000")});
        StressScenario scenario = scenarioAt({"-0.5", "-0.4"});
        scenario.weights["SOLUSDT"] = Rate::of(5);
        const auto report = stressDesk(basis, scenario);
        QVERIFY(report.stations[0].equity == Money::of(30'000 - 10'000 + 3'000));
        QVERIFY(report.stations[1].equity == Money::of(30'000 - 10'000 + 2'400));
    }

    void aFilledStopEndsTheLossWhereItStands()
    {
        const Position held = position("BTCUSDT", Side::Buy, "1", "60000");
        auto basis = basisOf("10000", {held});
        basis.openOrders = {exitOrder(held, OrderType::StopMarket, "57000")};
        basis.fees["BTCUSDT"] = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        const auto report = stressDesk(basis, scenarioAt({"-0.5", "-0.04", "0.5"}));
        QVERIFY(report.falling.deaths.empty());
        QCOMPARE(report.falling.fills.size(), std::size_t{1});
        QVERIFY(report.falling.fills.front().price == Price::of(57'000));
        QVERIFY(report.stations[0].equity == Money::literal("6971.5")); // -3,000 and 28.50 of fee
        QVERIFY(report.stations[0].level == RiskLevel::Safe);
        QVERIFY(report.stations[0].closed == std::vector<std::size_t>{0});
        QVERIFY(report.stations[1].equity == Money::of(7'600));
        QVERIFY(report.stations[2].equity == Money::of(40'000));
        // A stop of which it is not known whether it is there protects nothing.
        basis.openOrders.front().phase = OrderPhase::Unknown;
        QVERIFY(stressDesk(basis, scenarioAt({"-0.5"})).falling.fills.empty());
        basis.openOrders.front().phase = OrderPhase::Working;
        const auto ignored = stressDesk(basis, scenarioAt({"-0.05"}, StopHandling::Ignored));
        QVERIFY(ignored.stations[0].equity == Money::of(7'000));
        QVERIFY(ignored.falling.accountDeath() != nullptr);
    }

    void aGapFillsTheStopWhereItLandsAndSavesNobodyFromLiquidation()
    {
        const Position held = position("BTCUSDT", Side::Buy, "1", "60000");
        auto basis = basisOf("10000", {held});
        basis.openOrders = {exitOrder(held, OrderType::StopMarket, "57000")};
        const auto report = stressDesk(basis, scenarioAt({"-0.5", "-0.1", "-0.01"}, StopHandling::Gapped));
        QVERIFY(report.stations[0].liquidated == std::vector<std::size_t>{0});
        QVERIFY(report.stations[1].equity == Money::of(4'000));
        QVERIFY(report.stations[1].closed == std::vector<std::size_t>{0});
        QVERIFY(report.stations[2].equity == Money::of(9'400));
        QVERIFY(report.stations[2].closed.empty());
    }

    void aGapLeavesAStopLimitBehindAndFillsATargetBetter()
    {
        const Position held = position("BTCUSDT", Side::Buy, "1", "60000");
        auto basis = basisOf("20000", {held});
        Order stop = exitOrder(held, OrderType::Stop, "57000");
        stop.request.price = Price::of(56'900);
        basis.openOrders = {stop, exitOrder(held, OrderType::TakeProfitMarket, "63000"),
            exitOrder(held, OrderType::Limit, "66000", "1")};
        const auto gapped = stressDesk(basis, scenarioAt({"-0.1", "0.2"}, StopHandling::Gapped));
        QVERIFY(gapped.stations[0].closed.empty());
        QVERIFY(gapped.stations[0].equity == Money::of(14'000));
        QVERIFY(gapped.stations[1].equity == Money::of(32'000));
        const auto filled = stressDesk(basis, scenarioAt({"-0.1", "0.2"}, StopHandling::Filled));
        QVERIFY(filled.stations[0].equity == Money::of(17'000));
        QVERIFY(filled.stations[1].equity == Money::of(23'000));
    }

    void aStopBehindLiquidationComesTooLate()
    {
        const Position held = isolated(position("BTCUSDT", Side::Buy, "0.5", "60000"), "1500");
        auto basis = basisOf("10000", {held});
        basis.openOrders = {exitOrder(held, OrderType::StopMarket, "57200")};
        auto report = stressDesk(basis, scenarioAt({"-0.1"}));
        QCOMPARE(report.falling.deaths.size(), std::size_t{1});
        QVERIFY(report.falling.fills.empty());
        QVERIFY(report.stations[0].equity == Money::of(10'000));
        basis.openOrders = {exitOrder(held, OrderType::StopMarket, "57300")};
        report = stressDesk(basis, scenarioAt({"-0.1"}));
        QVERIFY(report.falling.deaths.empty());
        QVERIFY(report.stations[0].equity == Money::of(10'000 + 1'500 - 1'350));
    }

    void aPartialStopFreesItsPartOfTheIsolatedWallet()
    {
        const Position held = isolated(position("BTCUSDT", Side::Buy, "0.5", "60000"), "6000");
        auto basis = basisOf("10000", {held});
        basis.openOrders = {exitOrder(held, OrderType::StopMarket, "57000", "0.2")};
        const auto report = stressDesk(basis, scenarioAt({"-0.05", "-0.3"}));
        QVERIFY(report.stations[1].equity == Money::of(10'000 + 6'000 - 1'500));
        // The rest is liquidated with the 3,600 it kept; 2,400 less the loss of 600 are back in the wallet.
        QVERIFY(report.stations[0].equity == Money::of(10'000 + 2'400 - 600));
    }

    void slippageIsThatOfTheBookAndAThinBookSlipsMore()
    {
        const Position held = position("BTCUSDT", Side::Buy, "1", "60000");
        auto basis = basisOf("10000", {held});
        basis.fees["BTCUSDT"] = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        basis.books["BTCUSDT"] = bookAround("60000", "0.5");
        StressScenario scenario = scenarioAt({"0"});
        auto report = stressDesk(basis, scenario);
        QVERIFY(report.leaving.front().slippage == Money::literal("0.5")); // half at 60,000, half at 59,999
        QVERIFY(report.leaving.front().fee == Money::literal("29.99975"));
        QVERIFY((report.stations[0].leavingCost - Money::literal("30.5")).abs() < Money::literal("0.000001"));
        scenario.bookDivisor = 4;
        report = stressDesk(basis, scenario);
        QVERIFY(report.leaving.front().isThin); // 5 levels of 0.125
        QVERIFY(report.leaving.front().slippage > Money::literal("0.5"));
        basis.books.clear();
        QVERIFY(!stressDesk(basis, scenario).leaving.front().hasBook);
    }

    void fundingIsBookedFirstAtPresentMarks()
    {
        auto basis = basisOf("10000", {position("BTCUSDT", Side::Buy, "1", "60000"),
                                          isolated(position("ETHUSDT", Side::Sell, "10", "3000"), "3000")});
        basis.marks["BTCUSDT"].fundingRate = Rate::literal("0.0005");
        basis.marks["ETHUSDT"].fundingRate = Rate::literal("0.0001");
        StressScenario scenario = scenarioAt({"0"});
        const auto before = stressDesk(basis, scenario);
        scenario.fundingMultiple = 3;
        const auto report = stressDesk(basis, scenario);
        QVERIFY(report.fundingBooked == Money::of(-90 + 9));
        QVERIFY(report.stations[0].equity == Money::of(13'000 - 81));
        QVERIFY(
            *report.falling.accountDeath()->referencePrice > *before.falling.accountDeath()->referencePrice);
        basis.marks.erase("BTCUSDT");
        QVERIFY(!stressDesk(basis, scenario).isFundingKnown);
    }

    void anAccountThatIsDueDiesWhereItStands()
    {
        auto basis = basisOf("100", {position("BTCUSDT", Side::Buy, "1", "60000")});
        const auto report = stressDesk(basis, scenarioAt({"0", "0.1"}));
        QVERIFY(report.falling.accountDeath()->at.isZero());
        QVERIFY(report.rising.accountDeath()->at.isZero());
        QVERIFY(report.stations[0].liquidated == std::vector<std::size_t>{0});
    }

    void anEmptyAccountHasNothingToLose()
    {
        const auto report = stressDesk(basisOf("500", {}), scenarioAt({"-0.5", "0.5"}));
        QVERIFY(report.falling.deaths.empty() && report.rising.deaths.empty());
        QVERIFY(report.stations[0].equity == Money::of(500));
        QVERIFY(report.stations[1].level == RiskLevel::Safe);
    }

    void stationsHoldTheirEndsAndZero()
    {
        const auto half = Rate::literal("0.5");
        QCOMPARE(stationsBetween(-half, half, Rate::literal("0.1")).size(), std::size_t{11});
        const auto odd = stationsBetween(-half, half, Rate::literal("0.3"));
        QVERIFY(odd == (std::vector<Rate>{-half, Rate::literal("-0.3"), Rate{}, Rate::literal("0.3"), half}));
        QVERIFY(stationsBetween(Rate{}, Rate::of(1), Rate::literal("0.25")).size() == 5);
    }

    void oneTickBeforeTheDeathTheAccountLives()
    {
        check("tick", [] {
            const StressBasis basis = arbitraryBasis(false);
            StressScenario scenario;
            for (const auto &held : basis.account.positions) {
                if (held.symbol != "BTCUSDT") {
                    scenario.weights[held.symbol] = Rate::of(*rc::gen::inRange<std::int64_t>(-10, 31)) / 10;
                }
            }
            const auto report = stressDesk(basis, scenario);
            const Price tick = Price::literal("0.01");
            for (const auto *way : {&report.falling, &report.rising}) {
                const PoolDeath *death = way->accountDeath();
                if (death == nullptr || death->at.isZero()) {
                    continue;
                }
                const Price there = *death->referencePrice;
                const Price nearer = way == &report.falling ? there + tick : there - tick;
                const auto dead =
                    valueAccount(basis.account, marksAt(basis, scenario, there), basis.brackets);
                const auto alive =
                    valueAccount(basis.account, marksAt(basis, scenario, nearer), basis.brackets);
                RC_ASSERT(isCrossSpent(dead));
                const Price mark = basis.marks.at("BTCUSDT").mark;
                if (way == &report.falling ? nearer < mark : nearer > mark) {
                    RC_ASSERT(!isCrossSpent(alive));
                }
            }
        });
    }

    void withOnePositionTheDeathIsTheClosedFormToTheTick()
    {
        check("closed form", [] {
            StressBasis basis = arbitraryBasis(false);
            basis.account.positions.resize(1);
            const auto &held = basis.account.positions.front();
            const Price mark = basis.marks.at("BTCUSDT").mark;
            const bool isDue = isCrossSpent(valueAccount(basis.account, basis.marks, basis.brackets));
            RC_PRE(!isDue);
            const auto closed = liquidationPrice({held.side, held.quantity, held.entryPrice},
                {basis.account.crossWalletBalance, {}, {}}, defaultBrackets());
            const auto report = stressDesk(basis, {});
            const bool isLong = held.side == Side::Buy;
            const auto &way = isLong ? report.falling : report.rising;
            RC_ASSERT((isLong ? report.rising : report.falling).deaths.empty());
            const bool isInReach = closed && *closed <= mark * Rate::of(10);
            if (!isInReach) {
                const bool lives = way.deaths.empty() || way.deaths.front().referencePrice->isZero();
                RC_ASSERT(lives);
                return;
            }
            const Price tick = Price::literal("0.01");
            RC_ASSERT(way.deaths.size() == 1);
            RC_ASSERT(way.deaths.front().referencePrice ==
                      closed->roundedTo(tick, isLong ? Rounding::Down : Rounding::Up));
        });
    }

    void beforeTheFirstLiquidationTheStationsAreTheAccountAtMovedMarks()
    {
        check("stations", [] {
            const StressBasis basis = arbitraryBasis(true);
            StressScenario scenario;
            scenario.stations =
                stationsBetween(Rate::literal("-0.5"), Rate::literal("0.5"), Rate::literal("0.05"));
            scenario.stops = *rc::gen::element(StopHandling::Filled, StopHandling::Gapped);
            const auto report = stressDesk(basis, scenario);
            std::size_t liquidated = basis.account.positions.size();
            for (const auto &station : report.stations) {
                MarkPrices moved = basis.marks;
                for (auto &[symbol, mark] : moved) {
                    mark.mark = mark.mark + mark.mark * station.at;
                }
                const auto risk = valueAccount(basis.account, moved, basis.brackets);
                if (station.liquidated.empty()) {
                    RC_ASSERT(station.equity == risk.marginBalance);
                    RC_ASSERT(station.level == risk.level);
                } else {
                    RC_ASSERT(station.level == RiskLevel::Critical);
                }
                // The farther from here, the more are gone.
                if (!station.at.isPositive()) {
                    RC_ASSERT(station.liquidated.size() <= liquidated);
                    liquidated = station.liquidated.size();
                }
            }
        });
    }

    void aFilledStopNeverMakesAnAccountDieEarlier()
    {
        check("stops", [] {
            StressBasis basis = arbitraryBasis(true);
            const auto bare = stressDesk(basis, {});
            for (const auto &held : basis.account.positions) {
                Order stop = exitOrder(held, OrderType::StopMarket, "1");
                const Rate away = Rate::of(*rc::gen::inRange<std::int64_t>(1, 40)) / 100;
                stop.request.triggerPrice =
                    basis.marks.at(held.symbol).mark * (Rate::of(1) - away * signOf(held.side));
                basis.openOrders.push_back(stop);
            }
            const auto guarded = stressDesk(basis, {});
            for (const auto way : {&StressReport::falling, &StressReport::rising}) {
                const PoolDeath *before = (bare.*way).accountDeath();
                const PoolDeath *after = (guarded.*way).accountDeath();
                // Without fees, losing positions that leave cannot hurt; only one that was gaining can.
                bool allLose = true;
                for (const auto &held : basis.account.positions) {
                    allLose = allLose && (held.side == Side::Buy) == (way == &StressReport::falling);
                }
                if (allLose && after != nullptr) {
                    RC_ASSERT(before != nullptr);
                    RC_ASSERT(after->at.abs() >= before->at.abs());
                }
            }
        });
    }
};

QTEST_APPLESS_MAIN(StressDeskTest)
#include "stress_desk_test.moc"
