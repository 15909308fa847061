#include "models/domain/risk/stress_explain.h"
#include "tests/support/formula_reader.h"

#include <QString>
#include <QTest>

#include <algorithm>
#include <rapidcheck.h>

using namespace domain;
using support::isTrue;

namespace
{

/// Two cross positions and an isolated one with books, a stop and a funding rate.
struct Desk
{
    StressBasis basis;
    StressScenario scenario;
    SymbolSpecs specs;

    explicit Desk(Money wallet = Money::of(9'000))
    {
        basis.account.walletBalance = basis.account.crossWalletBalance = wallet;
        add("BTCUSDT", Side::Buy, "0.8", "60500", "60000", {});
        add("ETHUSDT", Side::Sell, "10", "2950", "3000", {});
        add("SOLUSDT", Side::Buy, "100", "152", "150", Money::of(1'600));
        scenario.stations =
            stationsBetween(Rate::literal("-0.5"), Rate::literal("0.5"), Rate::literal("0.05"));
    }
    void add(const char *symbol, Side side, const char *quantity, const char *entry, const char *mark,
        Money isolatedWallet)
    {
        Position held;
        held.symbol = symbol;
        held.side = side;
        held.quantity = Quantity::literal(quantity);
        held.entryPrice = Price::literal(entry);
        held.leverage = 10;
        held.marginType = isolatedWallet.isPositive() ? MarginType::Isolated : MarginType::Cross;
        held.isolatedWallet = isolatedWallet;
        basis.account.walletBalance += isolatedWallet;
        basis.account.positions.push_back(held);
        MarkPrice price;
        price.symbol = symbol;
        price.mark = Price::literal(mark);
        price.fundingRate = Rate::literal("0.0003");
        basis.marks[symbol] = price;
        basis.ticks[symbol] = Price::literal("0.1");
        basis.fees[symbol] = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        auto book = std::make_shared<BookView>();
        book->symbol = symbol;
        book->state = BookView::State::Live;
        for (int level = 1; level <= 30; ++level) {
            const Price away = price.mark * (Rate::of(level) / 5'000);
            book->bids.push_back({price.mark - away, held.quantity / 20});
            book->asks.push_back({price.mark + away, held.quantity / 20});
        }
        basis.books[symbol] = book;
        SymbolSpec spec;
        spec.symbol = symbol;
        spec.tickSize = Price::literal("0.1");
        spec.lot = {Quantity::literal("0.001"), Quantity::of(1'000'000), Quantity::literal("0.001")};
        spec.marketLot = spec.lot;
        specs[symbol] = spec;
    }
    StressReport report() const { return stressDesk(basis, scenario); }
    std::optional<Explanation> explain(const StressQuestion &question, const StressReport &report) const
    {
        return explainStress(question, basis, scenario, report, {});
    }
};

/// Sum of the values whose letters begin so.
Money sumOf(const Explanation &said, const std::string &letters)
{
    Money sum;
    for (const ExplainedInput &input : said.inputs) {
        if (!input.letter.empty() && letters.find(input.letter.front()) != std::string::npos) {
            sum += *Money::parse(input.value);
        }
    }
    return sum;
}

} // namespace

class StressExplainTest : public QObject
{
    Q_OBJECT
private slots:
    void everyPlaceIsTheSumOfItsParts_data()
    {
        QTest::addColumn<int>("stops");
        QTest::addColumn<int>("funding");
        QTest::newRow("filled") << static_cast<int>(StopHandling::Filled) << 0;
        QTest::newRow("gapped") << static_cast<int>(StopHandling::Gapped) << 3;
        QTest::newRow("ignored") << static_cast<int>(StopHandling::Ignored) << 3;
    }
    void everyPlaceIsTheSumOfItsParts()
    {
        QFETCH(int, stops);
        QFETCH(int, funding);
        Desk desk;
        desk.scenario.stops = static_cast<StopHandling>(stops);
        desk.scenario.fundingMultiple = funding;
        Order stop;
        stop.phase = OrderPhase::Working;
        stop.request.clientOrderId = "stop";
        stop.request.symbol = "BTCUSDT";
        stop.request.side = Side::Sell;
        stop.request.type = OrderType::StopMarket;
        stop.request.quantity = Quantity::literal("0.3");
        stop.request.triggerPrice = Price::of(57'300);
        stop.request.reduceOnly = true;
        desk.basis.openOrders.push_back(stop);
        const auto report = desk.report();
        int ratios = 0;
        for (const StressStation &station : report.stations) {
            const auto equity = desk.explain({StressFigure::Equity, station.at}, report);
            QVERIFY(equity.has_value());
            QCOMPARE(equity->value, shortText(station.equity));
            QVERIFY2(isTrue(*equity), equity->workings.c_str());
            const auto ratio = desk.explain({StressFigure::Ratio, station.at}, report);
            QVERIFY(ratio.has_value());
            if (station.liquidated.empty() && station.ratio.value()) {
                QCOMPARE(ratio->value, shortText(*station.ratio.value() * 100));
                QVERIFY2(isTrue(*ratio), ratio->workings.c_str());
                ++ratios;
            }
            const auto leaving = desk.explain({StressFigure::Leaving, station.at}, report);
            QCOMPARE(leaving->value, shortText(station.leavingCost));
            QVERIFY(leaving->workings.empty() || isTrue(*leaving));
            const auto change = desk.explain({StressFigure::Change, station.at}, report);
            QCOMPARE(change->value, shortText(station.equity - report.stations[10].equity));
            QVERIFY2(isTrue(*change), change->workings.c_str());
            const auto reference = desk.explain({StressFigure::Reference, station.at}, report);
            QCOMPARE(reference->value, shortText(*station.referencePrice));
            QVERIFY2(isTrue(*reference), reference->workings.c_str());
            QCOMPARE(
                desk.explain({StressFigure::Move, station.at}, report)->value, shortText(station.at * 100));
            const auto level = desk.explain({StressFigure::Level, station.at}, report);
            QCOMPARE(level->value, std::string{toString(station.level)});
            QCOMPARE(level->inputs.front().value,
                station.ratio.value() ? shortText(*station.ratio.value() * 100) : "beyond all measure");
        }
        QVERIFY(ratios > 5);
        const auto booked = desk.explain({StressFigure::Funding, {}, true}, report);
        QCOMPARE(booked.has_value(), funding != 0);
        if (booked) {
            QCOMPARE(booked->value, shortText(report.fundingBooked));
            QVERIFY2(isTrue(*booked), booked->workings.c_str());
        }
        QVERIFY(!desk.explain({StressFigure::Equity, Rate::literal("0.123")}, report)); // no station
    }

    void aPlaceSaysWhoIsGoneAndWhere()
    {
        Desk desk;
        Order stop;
        stop.phase = OrderPhase::Working;
        stop.request.clientOrderId = "stop";
        stop.request.symbol = "ETHUSDT";
        stop.request.side = Side::Buy;
        stop.request.type = OrderType::StopMarket;
        stop.request.quantity = Quantity::of(10);
        stop.request.triggerPrice = Price::of(3'300);
        stop.request.reduceOnly = true;
        desk.basis.openOrders.push_back(stop);
        const auto report = desk.report();
        const auto goneAt = [&](const char *at) {
            return *desk.explain({StressFigure::Gone, Rate::literal(at)}, report);
        };
        const auto now = goneAt("0");
        QCOMPARE(now.value, std::string{"none"});
        QCOMPARE(now.remarks, std::vector<std::string>{"All positions are still held there."});
        const auto rising = goneAt("0.2");
        QCOMPARE(rising.value, std::string{"ETHUSDT short closed"});
        QCOMPARE(rising.inputs.front().name,
            std::string{"ETHUSDT short, closed by its resting orders at a move of"});
        QCOMPARE(rising.inputs.front().value, std::string{"10"});
        const auto falling = goneAt("-0.5");
        QCOMPARE(falling.value, std::string{"SOLUSDT long, BTCUSDT long, ETHUSDT short"});
        QCOMPARE(falling.inputs.size(), std::size_t{3});
        QCOMPARE(falling.inputs.front().name, std::string{"SOLUSDT long, liquidated at a move of"});
        QCOMPARE(falling.inputs.front().value, shortText(report.falling.deaths.front().at * 100));
        QCOMPARE(falling.remarks.size(), std::size_t{1}); // the cross ones together
        desk.scenario.stops = StopHandling::Gapped;       // then it is where the prices land
        const auto gapped = desk.report();
        const auto landed = desk.explain({StressFigure::Gone, Rate::literal("0.2")}, gapped);
        QCOMPARE(landed->value, std::string{"ETHUSDT short closed"});
        QCOMPARE(landed->inputs.front().value, std::string{"where the prices land"});
    }

    void aReferenceThatDoesNotMoveIsSaid()
    {
        Desk desk;
        desk.scenario.weights["BTCUSDT"] = {};
        const auto report = desk.report();
        const auto said = desk.explain({StressFigure::Reference, Rate::literal("0.2")}, report);
        QCOMPARE(said->value, std::string{"none"});
        QCOMPARE(said->remarks.front(), std::string{"The reference does not move on this path."});
        desk.scenario.weights["BTCUSDT"] = Rate::of(3);
        const auto steep = desk.report(); // no price falls below 0
        const auto floor = desk.explain({StressFigure::Reference, Rate::literal("-0.5")}, steep);
        QCOMPARE(floor->value, std::string{"0"});
        QVERIFY(floor->workings.empty());
    }

    void whereAPoolGoesItsBalanceIsNoMoreThanItsMargin()
    {
        Desk desk;
        for (const bool isFalling : {true, false}) {
            desk.scenario.weights["ETHUSDT"] = Rate::of(isFalling ? 1 : 8); // rising, the short is what kills
            const auto report = desk.report();
            const StressWay &way = isFalling ? report.falling : report.rising;
            QVERIFY(!way.deaths.empty() && way.accountDeath() != nullptr);
            const auto first = desk.explain({StressFigure::FirstDeath, {}, isFalling}, report);
            QCOMPARE(first->value, shortText(way.deaths.front().price));
            QVERIFY(sumOf(*first, "WU") <= sumOf(*first, "M"));
            QVERIFY(sumOf(*first, "WU") > sumOf(*first, "M") - Money::of(11)); // less than a tick of 100 SOL
            const auto end = desk.explain({StressFigure::AccountDeath, {}, isFalling}, report);
            QCOMPARE(end->value, shortText(*way.accountDeath()->referencePrice));
            QCOMPARE(end->figure, std::string{"BTCUSDT where the account dies"});
            QVERIFY(sumOf(*end, "WU") <= sumOf(*end, "M"));
            QVERIFY(sumOf(*end, "WU") > sumOf(*end, "M") - Money::of(1)); // nor of BTC
            QVERIFY(end->workings.empty());
        }
        desk.basis.account.positions.clear();
        const auto flat = desk.report();
        QVERIFY(!desk.explain({StressFigure::FirstDeath, {}, true}, flat));
        QVERIFY(!desk.explain({StressFigure::AccountDeath, {}, true}, flat));
        QVERIFY(!desk.explain({StressFigure::Equity, {}, true}, flat));
    }

    void costsOfWaysBackAreExplained()
    {
        int kinds = 0;
        for (const std::int64_t wallet : {1'300, 1'500, 1'700}) {
            const Desk desk{Money::of(wallet)};
            for (const TroubledPool &pool : waysBack(desk.basis, desk.specs, RiskLevel::Medium)) {
                for (const WayBack &way : pool.ways) {
                    const auto cost = explainWayCost(pool, way, {});
                    kinds |= 1 << static_cast<int>(way.kind);
                    if (way.kind == WayBack::Kind::AddFunds || way.kind == WayBack::Kind::AddMargin) {
                        QCOMPARE(cost.value, way.amount.toString());
                        const Money exact = pool.maintenance / Rate::literal("0.3") - pool.balance;
                        QVERIFY(way.amount >= exact && way.amount - exact <= Money::literal("0.02"));
                    } else {
                        QCOMPARE(cost.value, shortText(way.cost));
                        QVERIFY2(isTrue(cost), cost.workings.c_str());
                    }
                    if (const auto ratio = explainWayRatio(way, {})) {
                        QCOMPARE(ratio->value, shortText(*way.ratioAfter.value() * 100));
                        QVERIFY(isTrue(*ratio));
                    }
                }
            }
        }
        const auto isSeen = [kinds](
                                WayBack::Kind kind) { return (kinds >> static_cast<int>(kind) & 1) != 0; };
        QVERIFY(isSeen(WayBack::Kind::AddFunds));
        QVERIFY(isSeen(WayBack::Kind::Reduce));
        QVERIFY(isSeen(WayBack::Kind::ReduceTwo));
        QVERIFY(isSeen(WayBack::Kind::ReduceAll));
        QVERIFY(isSeen(WayBack::Kind::Stop));
    }
};

QTEST_GUILESS_MAIN(StressExplainTest)
#include "stress_explain_test.moc"
