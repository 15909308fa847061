#include "models/domain/risk/filters.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace domain
{
namespace
{

bool hasLimitPrice(OrderType type)
{
    return type == OrderType::Limit || type == OrderType::Stop || type == OrderType::TakeProfit;
}

DraftIssue issue(DraftField field, int code, std::string text, std::string suggestion = {})
{
    return {field, code, std::move(text), std::move(suggestion), Severity::Blocks};
}

std::string textOr(Quantity quantity)
{
    return quantity.isPositive() ? quantity.toString() : std::string{};
}

/// The words and codes of the two kinds of price.
struct PriceKind
{
    DraftField field = DraftField::Price;
    const char *name = "price";
    int belowMin = -4013;
    int aboveMax = -4002;
    int notPositive = -4001;
};
constexpr PriceKind limitPrice{};
constexpr PriceKind triggerPrice{DraftField::TriggerPrice, "trigger price", -4006, -4007, -4006};
constexpr PriceKind activationPrice{DraftField::TriggerPrice, "activation price", -4006, -4007, -4006};

std::optional<DraftIssue> priceIssue(Price price, const SymbolSpec &spec, const PriceKind &kind)
{
    const auto say = [&](int code, const std::string &what, const std::string &mend) {
        const std::string suggestion = roundedToTick(price, spec).toString();
        return issue(kind.field, code,
            fmt::format("The {} {} {}: {} {}.", kind.name, price.toString(), what, mend, suggestion),
            suggestion);
    };
    if (!price.isPositive()) {
        return issue(
            kind.field, kind.notPositive, fmt::format("The {0} is missing: enter a {0} above 0.", kind.name));
    }
    if (price > largestPrice) {
        return issue(kind.field, kind.aboveMax,
            fmt::format("The {} is too large to compute with: enter at most {}.", kind.name,
                largestPrice.toString()));
    }
    if (!spec.minPrice.isZero() && price < spec.minPrice) {
        return say(kind.belowMin, "is below the lowest that the exchange takes", "enter at least");
    }
    if (!spec.maxPrice.isZero() && price > spec.maxPrice) {
        return say(kind.aboveMax, "is above the highest that the exchange takes", "enter at most");
    }
    if (!(price - spec.minPrice).isMultipleOf(spec.tickSize)) {
        return say(price.decimals() > spec.pricePrecision ? -1111 : -4014,
            fmt::format("is not a multiple of the tick {}", spec.tickSize.toString()), "the nearest is");
    }
    if (price.decimals() > spec.pricePrecision) {
        return issue(kind.field, -1111,
            fmt::format("The {} {} has more than {} decimals: shorten it.", kind.name, price.toString(),
                spec.pricePrecision),
            price.toFixed(spec.pricePrecision));
    }
    return std::nullopt;
}

std::optional<DraftIssue> quantityIssue(const NewOrder &order, const SymbolSpec &spec, Price valuedAt)
{
    const auto &lot = lotFor(spec, order.type);
    const Quantity quantity = order.quantity;
    const std::string text = quantity.toString();
    if (!quantity.isPositive()) {
        const Quantity smallest = smallestQuantity(spec, order.type, valuedAt);
        return issue(DraftField::Quantity, -4003,
            smallest.isPositive()
                ? fmt::format("The quantity is missing: the smallest is {}.", smallest.toString())
                : std::string{"The quantity is missing: enter one above 0."},
            textOr(smallest));
    }
    if (!lot.maxQty.isZero() && quantity > lot.maxQty) {
        const Quantity most = roundedDownToLot(lot.maxQty, lot);
        return issue(DraftField::Quantity, -4005,
            fmt::format(
                "The quantity {} is above the largest {} of one order: split it, or enter at most {}.", text,
                lot.maxQty.toString(), most.toString()),
            most.toString());
    }
    if (quantity > largestQuantity) {
        return issue(DraftField::Quantity, -4005,
            fmt::format(
                "The quantity is too large to compute with: enter at most {}.", largestQuantity.toString()),
            largestQuantity.toString());
    }
    if (quantity < lot.minQty) {
        const Quantity smallest = smallestQuantity(spec, order.type, valuedAt);
        return issue(DraftField::Quantity, -4004,
            fmt::format("The quantity {} is below the smallest {}: raise it.", text, lot.minQty.toString()),
            textOr(smallest));
    }
    const bool isTooFine = quantity.decimals() > spec.quantityPrecision;
    if (isTooFine || !(quantity - lot.minQty).isMultipleOf(lot.stepSize)) {
        const Quantity rounded = roundedDownToLot(quantity, lot);
        const std::string suggestion = isTooFine && lot.stepSize.isZero()
                                           ? quantity.toFixed(spec.quantityPrecision, Rounding::Down)
                                           : rounded.toString();
        return issue(DraftField::Quantity, isTooFine ? -1111 : -4023,
            fmt::format("The quantity {} is not a multiple of the step {}: the next below is {}.", text,
                lot.stepSize.toString(), suggestion),
            suggestion);
    }
    return std::nullopt;
}

std::optional<DraftIssue> notionalIssue(const NewOrder &order, const SymbolSpec &spec, Price valuedAt)
{
    if (order.reduceOnly || order.closePosition || spec.minNotional.isZero() || !valuedAt.isPositive()) {
        return std::nullopt;
    }
    const Money notional = valuedAt * order.quantity;
    if (notional >= spec.minNotional) {
        return std::nullopt;
    }
    const Quantity smallest = smallestQuantity(spec, order.type, valuedAt);
    return issue(DraftField::Quantity, -4164,
        fmt::format(
            "The order is worth {} {} and must be worth at least {}: raise the quantity to {}, or make "
            "it reduce-only.",
            notional.toFixed(2, Rounding::Down), spec.quoteAsset, spec.minNotional.toString(),
            smallest.toString()),
        textOr(smallest));
}

/// PERCENT_PRICE against the mark, or for conditional limit types against their own trigger price.
std::optional<DraftIssue> bandIssue(const NewOrder &order, const SymbolSpec &spec, Price mark)
{
    const bool isAgainstTrigger = isConditional(order.type);
    const Price base = isAgainstTrigger ? order.triggerPrice : mark;
    const char *baseName = isAgainstTrigger ? "trigger price" : "mark price";
    if (!base.isPositive() || base > largestPrice) {
        return std::nullopt;
    }
    if (order.side == Side::Buy && !spec.multiplierUp.isZero() && order.price > base * spec.multiplierUp) {
        const Price highest = (base * spec.multiplierUp).roundedTo(spec.tickSize, Rounding::Down);
        return issue(DraftField::Price, isAgainstTrigger ? -4183 : -4016,
            fmt::format("A buy may not be priced above {} times the {}: enter at most {}.",
                spec.multiplierUp.toString(), baseName, highest.toString()),
            highest.toString());
    }
    if (order.side == Side::Sell && !spec.multiplierDown.isZero() &&
        order.price < base * spec.multiplierDown) {
        const Price lowest = (base * spec.multiplierDown).roundedTo(spec.tickSize, Rounding::Up);
        return issue(DraftField::Price, isAgainstTrigger ? -4184 : -4024,
            fmt::format("A sell may not be priced below {} times the {}: enter at least {}.",
                spec.multiplierDown.toString(), baseName, lowest.toString()),
            lowest.toString());
    }
    return std::nullopt;
}

std::optional<DraftIssue> marketBandIssue(
    const NewOrder &order, const SymbolSpec &spec, const FilterPrices &prices)
{
    if (!prices.mark.isPositive()) {
        return std::nullopt;
    }
    const bool isOutside = order.side == Side::Buy
                               ? !spec.multiplierUp.isZero() && prices.ask > prices.mark * spec.multiplierUp
                               : prices.bid.isPositive() && prices.bid < prices.mark * spec.multiplierDown;
    if (!isOutside) {
        return std::nullopt;
    }
    return issue(DraftField::Quantity, -4131,
        fmt::format("The best {} lies outside the price band around the mark {}: use a limit order.",
            order.side == Side::Buy ? "ask" : "bid", prices.mark.toString()));
}

/// The price an order is valued at for MIN_NOTIONAL; 0 where not known.
Price valuationPrice(const NewOrder &order, Price mark)
{
    const Price price = hasLimitPrice(order.type)                                      ? order.price
                        : isConditional(order.type) && order.triggerPrice.isPositive() ? order.triggerPrice
                                                                                       : mark;
    return price.isPositive() && price <= largestPrice ? price : Price{};
}

std::optional<DraftIssue> callbackIssue(const NewOrder &order)
{
    static const Rate least = Rate::literal("0.1");
    const Rate most = Rate::of(20);
    if (order.callbackRate >= least && order.callbackRate <= most && order.callbackRate.decimals() <= 1) {
        return std::nullopt;
    }
    const Rate nearest = std::clamp(order.callbackRate.roundedTo(least), least, most);
    return issue(DraftField::TriggerPrice, -1130,
        fmt::format("The callback rate {} is not possible: enter 0.1 to 20 per cent with one decimal.",
            order.callbackRate.toString()),
        nearest.toString());
}

} // namespace

const LotFilter &lotFor(const SymbolSpec &spec, OrderType type)
{
    const auto &market = spec.marketLot;
    const bool isOff = market.minQty.isZero() && market.maxQty.isZero() && market.stepSize.isZero();
    return isMarketType(type) && !isOff ? market : spec.lot;
}

Quantity roundedDownToLot(Quantity quantity, const LotFilter &lot)
{
    const Quantity capped = lot.maxQty.isZero() ? quantity : std::min(quantity, lot.maxQty);
    if (!capped.isPositive() || capped < lot.minQty) {
        return {};
    }
    return lot.minQty + (capped - lot.minQty).roundedTo(lot.stepSize, Rounding::Down);
}

Price marketBound(const SymbolSpec &spec, Side side, Price mark)
{
    if (!spec.marketTakeBound.isPositive() || !mark.isPositive()) {
        return {};
    }
    const Rate one = Rate::of(1);
    return mark * (side == Side::Buy ? one + spec.marketTakeBound : one - spec.marketTakeBound);
}

Price roundedToTick(Price price, const SymbolSpec &spec)
{
    Price low = spec.minPrice;
    if (low.isZero()) {
        low = spec.tickSize;
    }
    const Price onGrid = spec.minPrice + (price - spec.minPrice).roundedTo(spec.tickSize);
    if (!spec.maxPrice.isZero() && onGrid > spec.maxPrice) {
        return spec.minPrice + (spec.maxPrice - spec.minPrice).roundedTo(spec.tickSize, Rounding::Down);
    }
    return std::max(onGrid, low);
}

Quantity smallestQuantity(const SymbolSpec &spec, OrderType type, Price price)
{
    const auto &lot = lotFor(spec, type);
    Quantity needed = lot.minQty.isZero() ? lot.stepSize : lot.minQty;
    if (price.isPositive()) {
        needed = std::max(needed, Quantity::fromUnits(detail::mulDiv(spec.minNotional.units(),
                                      detail::unitsPerOne, price.units(), Rounding::Up)));
    }
    return lot.minQty + (needed - lot.minQty).roundedTo(lot.stepSize, Rounding::Up);
}

DraftIssues filterIssues(const NewOrder &order, const SymbolSpec &spec, const FilterPrices &prices)
{
    DraftIssues issues;
    const auto add = [&issues](std::optional<DraftIssue> found) {
        const bool isFound = found.has_value();
        if (isFound) {
            issues.push_back(*std::move(found));
        }
        return isFound;
    };
    const Price valuedAt = valuationPrice(order, prices.mark);
    const bool hasQuantity = !order.closePosition;
    if (hasQuantity && !add(quantityIssue(order, spec, valuedAt))) {
        add(notionalIssue(order, spec, valuedAt));
    }
    const bool isPriceSound = !hasLimitPrice(order.type) || !add(priceIssue(order.price, spec, limitPrice));
    if (order.type == OrderType::TrailingStopMarket) {
        if (!order.activatePrice.isZero()) {
            add(priceIssue(order.activatePrice, spec, activationPrice));
        }
        add(callbackIssue(order));
    } else if (isConditional(order.type)) {
        add(priceIssue(order.triggerPrice, spec, triggerPrice));
    }
    if (hasLimitPrice(order.type) && isPriceSound) {
        add(bandIssue(order, spec, prices.mark));
    } else if (order.type == OrderType::Market) {
        add(marketBandIssue(order, spec, prices));
    }
    return issues;
}

} // namespace domain
