#include "tests/promise/setting.h"

#include "models/domain/risk/filters.h"
#include "models/domain/risk/order_cost.h"

#include <algorithm>
#include <array>

using namespace domain;

namespace promise
{

Quantity quantityOf(Money notional, const Instrument &instrument, Price price)
{
    return roundedDownToLot(quantityBought(notional, price), instrument.spec.lot);
}

Price onTick(Price price, const Instrument &instrument)
{
    return roundedToTick(price, instrument.spec);
}

NewOrder limitOrder(
    const Instrument &instrument, PositionSide positionSide, Side side, Quantity quantity, Price price)
{
    NewOrder order;
    order.symbol = instrument.spec.symbol;
    order.positionSide = positionSide;
    order.side = side;
    order.type = OrderType::Limit;
    order.quantity = quantity;
    order.price = price;
    return order;
}

Setting::Setting(std::uint64_t seed)
    : dice{seed},
      wallet{dice.amount(100, 100'000'000)},
      stage{wallet},
      instrument{dice.pick(instruments())}
{
    setUp();
    choosePlan();
}

void Setting::setUp()
{
    isHedge = dice.chance(40);
    if (isHedge) {
        (void)stage.engine.setHedgeMode(Stage::trader, true, stage.now);
    }
    const auto others = dice.number(0, 3);
    for (std::int64_t i = 0; i < others; ++i) {
        const Instrument &other = dice.pick(instruments());
        if (other.spec.symbol != symbol()) {
            holdSome(other);
        }
    }
    if (dice.chance(50)) {
        holdSome(instrument);
    }
    for (const Instrument &each : instruments()) {
        if (dice.chance(60)) {
            drift(each);
        }
        if (dice.chance(15)) {
            restSome(each);
        }
    }
}

void Setting::holdSome(const Instrument &of)
{
    const Symbol &name = of.spec.symbol;
    const int most = of.brackets.front().maxLeverage;
    const int leverage = static_cast<int>(dice.number(1, most));
    (void)stage.engine.setLeverage(Stage::trader, name, leverage, stage.now);
    const bool isIsolated = dice.chance(35);
    if (isIsolated) {
        (void)stage.engine.setMarginType(Stage::trader, name, MarginType::Isolated, stage.now);
    }
    const bool isPair = isHedge && dice.chance(40);
    for (int leg = 0; leg < (isPair ? 2 : 1); ++leg) {
        const Side side =
            isPair ? (leg == 0 ? Side::Buy : Side::Sell) : (dice.chance(50) ? Side::Buy : Side::Sell);
        const auto positionSide = !isHedge            ? PositionSide::Both
                                  : side == Side::Buy ? PositionSide::Long
                                                      : PositionSide::Short;
        const Price price = onTick(of.usualPrice * dice.between("0.9", "1.1"), of);
        const Money margin = wallet * dice.between("0.02", "0.4");
        const Money notional = std::min(margin * leverage, maxNotionalAt(of.brackets, leverage));
        const Quantity quantity = quantityOf(notional * dice.between("0.2", "0.99"), of, price);
        if (!quantity.isPositive()) {
            continue;
        }
        stage.mark(name, price);
        (void)stage.trade(limitOrder(of, positionSide, side, quantity, price));
        if (isIsolated && dice.chance(40)) {
            const Money added = (margin * dice.between("0.01", "0.5")).roundedTo(Money::literal("0.01"));
            (void)stage.engine.changePositionMargin(Stage::trader, name, positionSide, added, 1, stage.now);
        }
    }
}

/// Another mark, mostly not so far that it liquidates.
void Setting::drift(const Instrument &of)
{
    const Rate most = Rate::literal("0.6") / std::max(2, leverageOf(of.spec.symbol));
    const Rate move = most * (dice.share() * Rate::of(2) - Rate::of(1));
    const Price price = onTick(stage.markOf(of.spec.symbol) * (Rate::of(1) + move), of);
    stage.mark(of.spec.symbol, price);
}

int Setting::leverageOf(const Symbol &name) const
{
    return stage.engine.symbolConfigs(Stage::trader, name).front().leverage;
}

/// Orders far from the mark: they bind margin and never fill here.
void Setting::restSome(const Instrument &of)
{
    const bool isBuy = dice.chance(50);
    const Price from = stage.markOf(of.spec.symbol);
    const Price price = onTick(from * (isBuy ? dice.between("0.5", "0.8") : dice.between("1.25", "1.6")), of);
    const Money notional = wallet * leverageOf(of.spec.symbol) * dice.between("0.01", "0.2");
    const Quantity quantity = quantityOf(notional, of, price);
    if (quantity.isPositive()) {
        const auto positionSide = !isHedge ? PositionSide::Both
                                  : isBuy  ? PositionSide::Long
                                           : PositionSide::Short;
        (void)stage.send(limitOrder(of, positionSide, isBuy ? Side::Buy : Side::Sell, quantity, price));
    }
}

void Setting::choosePlan()
{
    plan.side = dice.chance(50) ? Side::Buy : Side::Sell;
    plan.positionSide = !isHedge                 ? PositionSide::Both
                        : plan.side == Side::Buy ? PositionSide::Long
                                                 : PositionSide::Short;
    mark = stage.markOf(symbol());
    plan.entryIsMaker = dice.chance(60);
    const bool isFar = plan.entryIsMaker && dice.chance(10); // beyond the band of those that have one
    plan.entry =
        onTick(mark * (isFar ? dice.between("0.9", "1.1") : dice.between("0.97", "1.03")), instrument);
    if (!plan.entryIsMaker && waits()) {
        plan.entry = mark; // what takes has no price to wait for
    }
    const auto configs = stage.engine.symbolConfigs(Stage::trader, symbol());
    plan.leverage = dice.chance(60)
                        ? configs.front().leverage
                        : static_cast<int>(dice.number(1, instrument.brackets.front().maxLeverage));
    plan.marginType = configs.front().marginType;
    const auto account = stage.account();
    const bool isOpen = std::ranges::any_of(
        account.positions, [&](const Position &position) { return position.symbol == symbol(); });
    if (!isOpen && dice.chance(50)) {
        plan.marginType = dice.chance(50) ? MarginType::Isolated : MarginType::Cross;
    }
    plan.stopSlippage = {};
    const int sign = signOf(plan.side);
    plan.stop =
        onTick(plan.entry * (Rate::of(1) - dice.between("0.001", "0.2") * Rate::of(sign)), instrument);
    if (*plan.stop == plan.entry) {
        plan.stop.reset();
    }
    chooseTargets();
    plan.sizing = sizing();
}

void Setting::chooseTargets()
{
    Rate left = Rate::of(1);
    const auto count = dice.number(1, 5);
    for (std::int64_t i = 0; i < count; ++i) {
        const Rate away = dice.between("0.001", "0.2") * Rate::of(signOf(plan.side));
        const Price price = onTick(plan.entry * (Rate::of(1) + away), instrument);
        const bool isRest = i + 1 == count && dice.chance(70);
        const Rate share =
            isRest ? left : (left * dice.between("0.1", "0.7")).roundedTo(Rate::literal("0.01"));
        if (price != plan.entry && share.isPositive()) {
            plan.targets.push_back({price, share});
            left -= share;
        }
    }
}

/// Mostly what balance and bracket allow, now and then a little more.
Money Setting::notional()
{
    const Money most = std::min(
        stage.account().availableBalance * plan.leverage, maxNotionalAt(instrument.brackets, plan.leverage));
    return most * dice.between("0.001", "1.05");
}

SizingRule Setting::sizing()
{
    // Reductions, closes and flips of what is open on the other side.
    static const std::array<Rate, 5> parts{
        Rate::literal("0.3"), Rate::literal("0.75"), Rate::of(1), Rate::literal("1.4"), Rate::of(3)};
    const AccountState account = stage.account();
    const Position *open = findPosition(account, symbol(), plan.positionSide);
    const Quantity opposed = open != nullptr && open->side != plan.side ? open->quantity : Quantity{};
    switch (dice.number(0, 5)) {
    case 0:
        return SafeSize{dice.between("0.01", "1"), dice.between("0.001", "1"), {}};
    case 1:
        return QuoteAmount{notional()};
    case 2:
        return MarginShare{dice.between("0.001", "1")};
    case 3:
        return RiskAmount{wallet * dice.between("0.0001", "0.5")};
    default:
        return FixedQuantity{opposed.isPositive() && dice.chance(50)
                                 ? roundedDownToLot(opposed * dice.pick(parts), instrument.spec.lot)
                                 : quantityOf(notional(), instrument, plan.entry)};
    }
}

/// Up to four levels, the last one as deep as needed. The side that a taker entry meets begins at the
/// planned price, the other one behind it.
void Setting::fillSide(std::vector<BookLevel> &levels, int away)
{
    const Price tick = instrument.spec.tickSize;
    const bool isMet = away == signOf(plan.side);
    Price price = isMet ? plan.entry : plan.entry + tick * away;
    const auto count = dice.number(1, 4);
    for (std::int64_t i = 0; i < count && price.isPositive(); ++i) {
        const Money whole = notional(); // apart: both throw the dice
        const Quantity part = quantityOf(whole * dice.between("0.01", "0.5"), instrument, price);
        levels.push_back({price, part + instrument.spec.lot.stepSize});
        const Price next =
            onTick(price * (away > 0 ? dice.between("1", "1.004") : dice.between("0.996", "1")), instrument);
        price = next == price ? price + tick * away : next;
    }
    if (!levels.empty()) {
        levels.back().quantity = Quantity::of(10'000'000'000'000);
    }
}

void Setting::chooseBook()
{
    if (dice.chance(40)) {
        return;
    }
    fillSide(book.asks, 1);
    fillSide(book.bids, -1);
    book.symbol = symbol();
    book.state = BookView::State::Live;
}

bool Setting::waits() const
{
    return plan.side == Side::Buy ? plan.entry < mark : plan.entry > mark;
}

} // namespace promise
