#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/filters.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/plan.h"
#include "models/domain/risk/worked_data.h"
#include "tests/support/property.h"

#include <QTest>

#include <algorithm>
#include <array>

using namespace domain;
using support::check;

namespace
{

LeverageBrackets anyTable()
{
    return worked::tableOf(
        *rc::gen::element("default", "BTCUSDT", "ETHUSDT", "DOGEUSDT", "1000PEPEUSDT", "ACTUSDT"));
}

/// Three decimals, every order of magnitude from 0.001 to 99,999.
Quantity anyQuantity()
{
    const auto digits = *rc::gen::inRange<std::int64_t>(1, 100'000);
    const auto scale = *rc::gen::element<std::int64_t>(1, 10, 100, 1'000);
    return Quantity::fromUnits(Int128{digits} * scale * 1'000'000'000);
}

/// Two decimals.
Price anyPrice()
{
    return Price::fromUnits(Int128{*rc::gen::inRange<std::int64_t>(100, 10'000'000)} * 10'000'000'000);
}

PositionLeg anyLeg()
{
    return {*rc::gen::element(Side::Buy, Side::Sell), anyQuantity(), anyPrice()};
}

/// Cents; from a hundredth to twice of what the leg is worth.
Money anyWallet(const PositionLeg &leg)
{
    const Money worth = leg.quantity * leg.entryPrice;
    const Rate share = Rate::of(*rc::gen::inRange<std::int64_t>(1, 200)) / 100;
    return (worth * share).roundedTo(Money::literal("0.01"), Rounding::Up);
}

MarginPool poolOf(Money wallet)
{
    return {wallet, {}, {}};
}

/// Margin balance minus maintenance margin in units of 1e-19, without any rounding: sizes have three
/// decimals, rates four, prices twelve.
Int128 exactSurplus(
    const std::vector<PositionLeg> &legs, Money wallet, const LeverageBrackets &table, Price price)
{
    constexpr Int128 moneyScale = 10'000'000; // 1e-12 to 1e-19
    Int128 surplus = wallet.units() * moneyScale;
    for (const PositionLeg &leg : legs) {
        const Int128 size = leg.quantity.units() / 1'000'000'000; // thousandths
        const Int128 notional = size * price.units();             // 1e-15
        surplus += size * (price - leg.entryPrice).units() * signOf(leg.side) * 10'000;
        std::size_t row = 0;
        while (row + 1 < table.size() && notional > table[row].notionalCap.units() * 1'000) {
            ++row;
        }
        const Int128 rate = table[row].maintenanceMarginRate.units() / 100'000'000; // 1e-4
        surplus -= notional * rate - table[row].maintenanceAmount.units() * moneyScale;
    }
    return surplus;
}

int signOfInt(Int128 value)
{
    return value > 0 ? 1 : value < 0 ? -1 : 0;
}

/// The exact solution lies within a unit of the last place.
bool isRoot(const std::vector<PositionLeg> &legs, Money wallet, const LeverageBrackets &table, Price price)
{
    const Price unit = Price::fromUnits(1);
    const int below = signOfInt(exactSurplus(legs, wallet, table, price - unit));
    const int above = signOfInt(exactSurplus(legs, wallet, table, price + unit));
    return below * above <= 0;
}

/// The liquidation price the long way: every bracket of every leg is walked, and of all prices at which the
/// surplus changes its sign the nearest to the mark is taken.
std::optional<Price> nearestOfAllRoots(
    const std::vector<PositionLeg> &legs, const MarginPool &pool, const LeverageBrackets &rows, Price mark)
{
    struct Edge
    {
        Price price;
        std::size_t leg = 0;
        std::size_t row = 0;
    };
    std::vector<Edge> edges;
    Money constant = pool.walletBalance - pool.otherMaintenance + pool.otherUnrealizedPnl;
    Quantity slope;
    const Price farthest = Price::of(1'000'000'000'000);
    for (std::size_t leg = 0; leg < legs.size(); ++leg) {
        const auto &[side, quantity, entry] = legs[leg];
        constant += rows.front().maintenanceAmount - quantity * entry * signOf(side);
        slope += quantity * signOf(side) - quantity * rows.front().maintenanceMarginRate;
        for (std::size_t row = 0; row + 1 < rows.size(); ++row) {
            if (const Price price = rows[row].notionalCap / quantity; price < farthest) {
                edges.push_back({price, leg, row});
            }
        }
    }
    std::ranges::stable_sort(edges, {}, &Edge::price);
    std::vector<Price> roots;
    Price low;
    int sign = constant.sign();
    for (const auto &[price, leg, row] : edges) {
        const int signAtEdge = (constant + slope * price).sign();
        if (sign * signAtEdge < 0) {
            roots.push_back(std::clamp(-constant / slope, low, price));
        } else if (sign != 0 && signAtEdge == 0) {
            roots.push_back(price);
        }
        constant += rows[row + 1].maintenanceAmount - rows[row].maintenanceAmount;
        slope -= legs[leg].quantity * (rows[row + 1].maintenanceMarginRate - rows[row].maintenanceMarginRate);
        low = price;
        sign = (constant + slope * price).sign();
        if (signAtEdge * sign < 0 || (signAtEdge != 0 && sign == 0)) {
            roots.push_back(price);
        }
    }
    if (!slope.isZero() && sign * slope.sign() < 0) {
        roots.push_back(std::max(-constant / slope, low));
    }
    std::erase_if(roots, [&](Price root) { return !root.isPositive() || root > farthest; });
    const auto nearest = std::ranges::min_element(roots, {}, [&](Price root) { return (root - mark).abs(); });
    return nearest == roots.end() ? std::nullopt : std::optional{*nearest};
}

/// True where a is at least as far from the entry as b; no price at all is the farthest.
bool isNoNearer(Side side, const std::optional<Price> &a, const std::optional<Price> &b)
{
    return !a || (b && (side == Side::Buy ? *a <= *b : *a >= *b));
}

bool isBlockedByRules(const PlanResult &result)
{
    return std::ranges::any_of(result.issues, [](const DraftIssue &issue) {
        return issue.severity == Severity::Blocks &&
               (issue.check == DraftCheck::Rules || issue.check == DraftCheck::OrderSize);
    });
}

SymbolSpec specOf(const char *tick, const char *step)
{
    SymbolSpec spec;
    spec.symbol = "BTCUSDT";
    spec.baseAsset = "BTC";
    spec.quoteAsset = "USDT";
    spec.status = SymbolStatus::Trading;
    spec.tickSize = Price::literal(tick);
    spec.pricePrecision = spec.tickSize.decimals();
    const Quantity smallest = Quantity::literal(step);
    spec.quantityPrecision = smallest.decimals();
    spec.lot = spec.marketLot = {smallest, Quantity::of(100'000), smallest};
    spec.minNotional = Money::of(5);
    return spec;
}

} // namespace

/// What must hold for every position, plan and table, not for chosen examples.
class RiskPropertyTest : public QObject
{
    Q_OBJECT
private slots:
    void theLiquidationPriceIsTheSolutionToTheLastPlace()
    {
        check("one leg", [] {
            const auto leg = anyLeg();
            const auto table = anyTable();
            const Money wallet = anyWallet(leg);
            const auto price = liquidationPrice(leg, poolOf(wallet), table);
            if (price) {
                RC_ASSERT(isRoot({leg}, wallet, table, *price));
            } else {
                // Nothing liquidates a long that its wallet carries to zero.
                RC_ASSERT(leg.side == Side::Buy);
                RC_ASSERT(wallet >= leg.quantity * leg.entryPrice);
            }
        });
        check("a hedged pair", [] {
            PositionLeg longLeg = anyLeg();
            PositionLeg shortLeg = anyLeg();
            longLeg.side = Side::Buy;
            shortLeg.side = Side::Sell;
            const std::vector<PositionLeg> legs{longLeg, shortLeg};
            const auto table = anyTable();
            const Money wallet = anyWallet(longLeg);
            const auto price = liquidationPrice(legs, poolOf(wallet), table, anyPrice());
            RC_PRE(price.has_value());
            RC_PRE(*price < Price::of(1'000'000'000));
            RC_ASSERT(isRoot(legs, wallet, table, *price));
        });
    }

    void theWalkThatEndsEarlyFindsWhatTheWholeWalkFinds()
    {
        check("one leg or a hedged pair, marks near and far, tables with and without a jump", [] {
            std::vector<PositionLeg> legs{anyLeg()};
            if (*rc::gen::arbitrary<bool>()) {
                legs.push_back(anyLeg());
                legs.back().side = opposite(legs.front().side);
            }
            auto table = anyTable();
            if (*rc::gen::arbitrary<bool>()) { // the exchange writes whole amounts
                for (LeverageBracket &row : table) {
                    row.maintenanceAmount = row.maintenanceAmount.roundedTo(Money::of(1));
                }
            }
            const Money wallet = anyWallet(legs.front());
            const MarginPool pool{*rc::gen::element(wallet, -wallet), wallet / 7, wallet / 9};
            const Price mark = *rc::gen::arbitrary<bool>() ? legs.front().entryPrice : anyPrice();
            RC_ASSERT(
                liquidationPrice(legs, pool, table, mark) == nearestOfAllRoots(legs, pool, table, mark));
        });
    }

    void theFirstTickBeyondLiquidatesAndTheOneBeforeDoesNot()
    {
        check("ratio on both sides", [] {
            const auto leg = anyLeg();
            const auto table = anyTable();
            const Money wallet = anyWallet(leg);
            const auto price = liquidationPrice(leg, poolOf(wallet), table);
            RC_PRE(price.has_value());
            const Price tick = Price::literal("0.01");
            const bool isLong = leg.side == Side::Buy;
            const Price first = price->roundedTo(tick, isLong ? Rounding::Down : Rounding::Up);
            const Price before = isLong ? first + tick : first - tick;
            RC_PRE(first.isPositive() && *price != first);
            RC_ASSERT(exactSurplus({leg}, wallet, table, first) <= 0);
            RC_ASSERT(exactSurplus({leg}, wallet, table, before) > 0);
        });
    }

    void atEveryCrossLiquidationPriceTheAccountsRatioIsOne()
    {
        check("several positions", [] {
            AccountState account;
            MarkPrices marks;
            BracketTables tables;
            const int count = *rc::gen::inRange(1, 6);
            Money worth;
            for (int i = 0; i < count; ++i) {
                const auto leg = anyLeg();
                Position position;
                position.symbol = "COIN" + std::to_string(i);
                position.side = leg.side;
                position.quantity = leg.quantity;
                position.entryPrice = leg.entryPrice;
                account.positions.push_back(position);
                tables[position.symbol] = anyTable();
                marks[position.symbol].mark =
                    leg.entryPrice * (Rate::of(*rc::gen::inRange<std::int64_t>(90, 111)) / 100);
                worth += leg.quantity * leg.entryPrice;
            }
            account.walletBalance = account.crossWalletBalance =
                worth * (Rate::of(*rc::gen::inRange<std::int64_t>(1, 100)) / 100);
            const AccountRisk risk = assess(account, marks, tables);
            for (const auto &position : risk.positions) {
                if (!position.liquidationPrice || *position.liquidationPrice > Price::of(100'000'000)) {
                    continue;
                }
                MarkPrices moved = marks;
                moved[position.position.symbol].mark = *position.liquidationPrice;
                const AccountRisk there = valueAccount(account, moved, tables);
                const Money gap = there.crossMarginBalance - there.crossMaintenanceMargin;
                const Money rounding =
                    Money::fromUnits(position.position.quantity.units() / detail::unitsPerOne + 20);
                RC_ASSERT(gap.abs() <= rounding);
            }
        });
    }

    void moreLeverageIsNeverAFartherLiquidation()
    {
        check("isolated", [] {
            const auto leg = anyLeg();
            const auto table = anyTable();
            const int leverage = *rc::gen::inRange(1, 100);
            const int more = leverage + *rc::gen::inRange(1, 50);
            const Money worth = leg.quantity * leg.entryPrice;
            RC_ASSERT(
                isNoNearer(leg.side, liquidationPrice(leg, poolOf(initialMargin(worth, leverage)), table),
                    liquidationPrice(leg, poolOf(initialMargin(worth, more)), table)));
        });
    }

    void moreMarginIsNeverANearerLiquidation()
    {
        check("wallet, others' profit, others' maintenance", [] {
            const auto leg = anyLeg();
            const auto table = anyTable();
            const MarginPool pool{anyWallet(leg), anyWallet(leg) / 10, -anyWallet(leg) / 10};
            const auto price = liquidationPrice(leg, pool, table);
            const Money more = Money::of(*rc::gen::inRange<std::int64_t>(1, 1'000'000)) / 100;
            // A short whose pool is spent at every price has no price, either: then more may bring one.
            RC_PRE(leg.side == Side::Buy || price.has_value());
            RC_ASSERT(isNoNearer(leg.side,
                liquidationPrice(
                    leg, {pool.walletBalance + more, pool.otherMaintenance, pool.otherUnrealizedPnl}, table),
                price));
            RC_ASSERT(isNoNearer(leg.side,
                liquidationPrice(
                    leg, {pool.walletBalance, pool.otherMaintenance, pool.otherUnrealizedPnl + more}, table),
                price));
            RC_ASSERT(isNoNearer(leg.side,
                liquidationPrice(
                    leg, {pool.walletBalance, pool.otherMaintenance - more, pool.otherUnrealizedPnl}, table),
                price));
        });
    }

    void aLargerPositionOnTheSameWalletIsNeverFarther()
    {
        check("quantity", [] {
            auto leg = anyLeg();
            const auto table = anyTable();
            const MarginPool pool = poolOf(anyWallet(leg));
            const auto price = liquidationPrice(leg, pool, table);
            leg.quantity += anyQuantity();
            RC_ASSERT(isNoNearer(leg.side, price, liquidationPrice(leg, pool, table)));
        });
    }

    void nothingJumpsAtTheEdgesOfTheBrackets()
    {
        for (const char *name : {"default", "BTCUSDT", "ETHUSDT", "DOGEUSDT", "1000PEPEUSDT", "ACTUSDT"}) {
            const auto table = worked::tableOf(name);
            QVERIFY(validatedBrackets(table));
            for (std::size_t i = 0; i + 1 < table.size(); ++i) {
                const Money edge = table[i].notionalCap;
                QVERIFY(maintenanceMargin(edge, table[i]) == maintenanceMargin(edge, table[i + 1]));
                QCOMPARE(bracketFor(table, edge).bracket, table[i].bracket);
                QCOMPARE(bracketFor(table, edge + Money::fromUnits(1)).bracket, table[i + 1].bracket);
            }
        }
        check("a little more margin moves the liquidation price a little", [] {
            const auto table = anyTable();
            auto leg = anyLeg();
            // The wallet with which the price lies on an edge, and a little around it.
            const auto row =
                static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(table.size()) - 1));
            const Price edge = table[row].notionalCap / leg.quantity;
            const Money loss = (leg.entryPrice - edge) * leg.quantity * signOf(leg.side);
            const Money wallet = loss + maintenanceMargin(table[row].notionalCap, table[row]);
            RC_PRE(wallet.isPositive() && edge < Price::of(1'000'000'000));
            const Money little = Money::fromUnits(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000));
            const auto at = liquidationPrice(leg, poolOf(wallet), table);
            const auto more = liquidationPrice(leg, poolOf(wallet + little), table);
            const auto less = liquidationPrice(leg, poolOf(wallet - little), table);
            RC_ASSERT(at.has_value());
            RC_ASSERT((*at - edge).abs() <= Price::fromUnits(2) + Money::fromUnits(4) / leg.quantity);
            // No rate is above 50 %, so the balance gains on the margin by at least half of the size.
            const Price most =
                little / leg.quantity * 2 + Price::fromUnits(4) + Money::fromUnits(8) / leg.quantity;
            RC_ASSERT(!more || (*more - *at).abs() <= most);
            RC_ASSERT(!less || (*less - *at).abs() <= most);
        });
    }

    void aHedgedPairIsBankruptWhereItsDifferenceIs()
    {
        check("locked profit and net position", [] {
            PositionLeg large = anyLeg();
            PositionLeg small = anyLeg();
            small.side = opposite(large.side);
            RC_PRE(large.quantity > small.quantity);
            const Money wallet = anyWallet(large);
            // Closing the smaller leg against the larger locks the difference of the entries.
            const Money locked = (small.entryPrice - large.entryPrice) * small.quantity * signOf(large.side);
            const PositionLeg net{large.side, large.quantity - small.quantity, large.entryPrice};
            const std::array<PositionLeg, 2> pair{large, small};
            const std::array<PositionLeg, 1> single{net};
            const auto ofPair = bankruptcyPrice(pair, poolOf(wallet));
            const auto ofNet = bankruptcyPrice(single, poolOf(wallet + locked));
            RC_ASSERT(ofPair.has_value() == ofNet.has_value());
            if (ofPair) {
                RC_ASSERT(
                    (*ofPair - *ofNet).abs() <= Price::fromUnits(2) + Money::fromUnits(4) / net.quantity);
            }
        });
    }

    void aHedgeOnTopOnlyAddsItsMaintenanceMargin()
    {
        check("an equal pair is never farther than none", [] {
            const auto leg = anyLeg();
            const auto table = anyTable();
            const Money wallet = anyWallet(leg);
            const auto alone = liquidationPrice(leg, poolOf(wallet), table);
            RC_PRE(alone.has_value());
            // The other side of a part of the position, and as much more of its own side, at one price.
            const Quantity extra = anyQuantity();
            const Price at = leg.entryPrice;
            PositionLeg grown = leg;
            grown.quantity += extra;
            const std::vector<PositionLeg> legs{grown, {opposite(leg.side), extra, at}};
            const auto hedged = liquidationPrice(legs, poolOf(wallet), table, leg.entryPrice);
            if (hedged && (leg.side == Side::Buy ? *hedged < at : *hedged > at)) {
                RC_ASSERT(isNoNearer(leg.side, alone, hedged));
            }
        });
    }

    void thePriceScalesWithItsUnit()
    {
        check("price x 10^n, quantity / 10^n", [] {
            auto leg = anyLeg();
            const auto table = anyTable();
            const Money wallet = anyWallet(leg);
            const auto price = liquidationPrice(leg, poolOf(wallet), table);
            const std::int64_t factor = *rc::gen::element<std::int64_t>(10, 100, 1'000, 1'000'000);
            leg.entryPrice = leg.entryPrice / factor;
            leg.quantity = leg.quantity * factor;
            const auto scaled = liquidationPrice(leg, poolOf(wallet), table);
            RC_ASSERT(price.has_value() == scaled.has_value());
            if (price) {
                RC_ASSERT((*scaled * factor - *price).abs() <= Price::fromUnits(factor + 2));
            }
        });
        check("everything in cents instead of dollars", [] {
            const auto leg = anyLeg();
            auto table = anyTable();
            const Money wallet = anyWallet(leg);
            const auto price = liquidationPrice(leg, poolOf(wallet), table);
            for (auto &row : table) {
                row.notionalFloor = row.notionalFloor * 100;
                row.notionalCap = row.notionalCap * 100;
                row.maintenanceAmount = row.maintenanceAmount * 100;
            }
            const PositionLeg dear{leg.side, leg.quantity, leg.entryPrice * 100};
            const auto scaled = liquidationPrice(dear, poolOf(wallet * 100), table);
            RC_ASSERT(price.has_value() == scaled.has_value());
            if (price) {
                RC_ASSERT((*scaled - *price * 100).abs() <= Price::fromUnits(101));
            }
        });
    }

    void noSafeSizeBreaksTheUsersRules()
    {
        check("order size, risk per trade, open risk; with what is held and what waits", [] {
            const SymbolSpec spec = *rc::gen::element(specOf("0.1", "0.001"), specOf("0.00001", "1"));
            const Price mark = roundedToTick(anyPrice(), spec);
            AccountState account;
            account.walletBalance = account.crossWalletBalance =
                Money::of(*rc::gen::inRange<std::int64_t>(1'000, 1'000'000));
            MarkPrices marks;
            marks[spec.symbol].mark = mark;
            marks["ETHUSDT"].mark = Price::of(2'000);
            const auto sideOf = [] { return *rc::gen::element(Side::Buy, Side::Sell); };
            const auto held = [&](const Symbol &symbol, Money worth) {
                Position position;
                position.symbol = symbol;
                position.side = sideOf();
                position.entryPrice = marks.at(symbol).mark;
                position.quantity = (worth / position.entryPrice).roundedTo(spec.lot.stepSize, Rounding::Up);
                position.leverage = 10;
                account.positions.push_back(position);
            };
            const auto share = [&](int most) {
                return account.walletBalance * (Rate::of(*rc::gen::inRange(1, most)) / 1'000);
            };
            std::vector<Order> orders;
            if (*rc::gen::arbitrary<bool>()) {
                held("ETHUSDT", share(100));
            }
            if (*rc::gen::arbitrary<bool>()) {
                held(spec.symbol, share(100));
                Order stop; // of a part of it
                stop.phase = OrderPhase::Working;
                stop.request.symbol = spec.symbol;
                stop.request.side = opposite(account.positions.back().side);
                stop.request.type = OrderType::StopMarket;
                stop.request.reduceOnly = true;
                stop.request.quantity = account.positions.back().quantity / 2;
                stop.request.triggerPrice =
                    mark * (Rate::of(1) - Rate::literal("0.01") * signOf(account.positions.back().side));
                orders.push_back(stop);
            }
            RiskRules rules;
            const auto ruled = [&](RuleKind kind, int most) {
                if (*rc::gen::arbitrary<bool>()) {
                    rules.of(kind) = {limitFrom(share(most)), RuleAction::Refuse};
                }
            };
            ruled(RuleKind::OrderSize, 1'000);
            ruled(RuleKind::RiskPerTrade, 200);
            ruled(RuleKind::OpenRisk, 200);
            const RuleDay day;
            const auto amountOf = [&](RuleKind kind) {
                const auto &limit = rules.of(kind).limit;
                return limit ? std::optional{Money::fromUnits(limit->units())} : std::nullopt;
            };
            DraftContext context;
            context.spec = &spec;
            context.account = &account;
            context.marks = &marks;
            context.openOrders = &orders;
            context.rules = &rules;
            context.ruleDay = &day;
            context.mark.price = mark;
            context.bid.price = std::max(mark - spec.tickSize, spec.tickSize);
            context.ask.price = mark + spec.tickSize;
            context.commission = {Rate::literal("0.0002"), Rate::literal("0.0005")};
            context.limits.largestNotional = amountOf(RuleKind::OrderSize);
            context.limits.largestRisk = amountOf(RuleKind::RiskPerTrade);
            TradePlan plan;
            plan.side = sideOf();
            plan.entryIsMaker = *rc::gen::arbitrary<bool>();
            plan.leverage = *rc::gen::element(1, 5, 20);
            const Rate through = Rate::of(*rc::gen::inRange<std::int64_t>(-100, 100)) / 1'000;
            plan.entry = roundedToTick(mark * (Rate::of(1) + through), spec);
            const Rate away = Rate::of(*rc::gen::inRange<std::int64_t>(1, 300)) / 1'000;
            if (*rc::gen::arbitrary<bool>()) {
                plan.stop = roundedToTick(plan.entry * (Rate::of(1) - away * signOf(plan.side)), spec);
                RC_PRE((plan.side == Side::Buy ? *plan.stop < plan.entry : *plan.stop > plan.entry));
            }
            plan.sizing = SafeSize{Rate::of(1), *rc::gen::element(Rate::of(1), Rate::literal("0.01")), {}};
            const auto result = planTrade(plan, context);
            RC_CLASSIFY(true, std::string{toString(result.bound)});
            RC_PRE(result.quantity.isPositive());

            // What the plan sends, as the order path holds it against the rules.
            Order order;
            order.request.symbol = spec.symbol;
            order.request.side = plan.side;
            order.request.type = result.isAtMarket ? OrderType::Market : OrderType::Limit;
            order.request.quantity = result.quantity;
            order.request.price = result.isAtMarket ? Price{} : plan.entry;
            const Position *before = findPosition(account, spec.symbol, PositionSide::Both);
            order.request.reduceOnly =
                before != nullptr && before->side != plan.side && result.quantity <= before->quantity;
            CommissionTable commissions{{spec.symbol, context.commission}};
            RuleFacts facts;
            facts.account = &account;
            facts.marks = &marks;
            facts.openOrders = &orders;
            facts.commissions = &commissions;
            facts.stopOfEntry = [&](const Order &) { return plan.stop; };
            RC_ASSERT(orderBreaches(rules, day, order, facts).empty());
            RC_ASSERT(!isBlockedByRules(result));
        });
    }

    void noSizeBreaksARuleOrAFilter()
    {
        check("safe size", [] {
            const SymbolSpec spec = *rc::gen::element(specOf("0.1", "0.001"), specOf("0.01", "0.01"),
                specOf("0.00001", "1"), specOf("1", "0.0001"));
            const BracketTables tables{{"BTCUSDT", anyTable()}};
            AccountState account;
            account.walletBalance = account.crossWalletBalance =
                Money::of(*rc::gen::inRange<std::int64_t>(10, 10'000'000));
            DraftContext context;
            context.spec = &spec;
            context.brackets = &tables;
            context.account = &account;
            const Price mark = roundedToTick(anyPrice(), spec);
            context.mark.price = context.last.price = mark;
            context.bid.price = std::max(mark - spec.tickSize, spec.tickSize);
            context.ask.price = mark + spec.tickSize;
            context.commission = {Rate::literal("0.0002"), Rate::literal("0.0005")};
            TradePlan plan;
            plan.side = *rc::gen::element(Side::Buy, Side::Sell);
            plan.entryIsMaker = *rc::gen::arbitrary<bool>();
            plan.leverage = *rc::gen::inRange(1, tables.at("BTCUSDT").front().maxLeverage + 1);
            plan.marginType = *rc::gen::element(MarginType::Cross, MarginType::Isolated);
            plan.entry = plan.entryIsMaker        ? mark
                         : plan.side == Side::Buy ? context.ask.price
                                                  : context.bid.price;
            const Rate away = Rate::of(*rc::gen::inRange<std::int64_t>(1, 300)) / 1'000;
            plan.stop = roundedToTick(plan.entry * (Rate::of(1) - away * Rate::of(signOf(plan.side))), spec);
            RC_PRE((plan.side == Side::Buy ? *plan.stop < plan.entry : *plan.stop > plan.entry));
            const SafeSize rule{Rate::of(*rc::gen::inRange<std::int64_t>(1, 101)) / 100,
                Rate::of(*rc::gen::inRange<std::int64_t>(1, 1'001)) / 1'000, {}};
            plan.sizing = rule;
            const auto result = planTrade(plan, context);
            RC_PRE(result.quantity.isPositive());
            RC_CLASSIFY(true, std::string{toString(result.bound)});
            RC_ASSERT(result.isSufficient());
            RC_ASSERT(result.notional <= maxNotionalAt(tables.at("BTCUSDT"), plan.leverage));
            RC_ASSERT(result.initialMargin <= account.walletBalance * rule.marginShare);
            RC_ASSERT(-result.atStop->netPnl <= account.walletBalance * rule.riskShare);

            NewOrder order;
            order.symbol = spec.symbol;
            order.side = plan.side;
            order.type = plan.entryIsMaker ? OrderType::Limit : OrderType::Market;
            order.quantity = result.quantity;
            order.price = plan.entryIsMaker ? plan.entry : Price{};
            context.leverage = plan.leverage;
            context.marginType = plan.marginType;
            for (const auto &issue : pretradeIssues(order, context)) {
                const bool isVenues = issue.severity == Severity::Blocks && issue.venueCode != 0;
                RC_ASSERT(!isVenues);
            }
        });
    }
};

QTEST_APPLESS_MAIN(RiskPropertyTest)
#include "risk_property_test.moc"
