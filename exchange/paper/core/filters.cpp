#include "exchange/paper/core/filters.h"

#include "models/domain/risk/filters.h"

namespace paper
{

Result<void> checkStatus(const Listing &listing)
{
    if (listing.spec.status == domain::SymbolStatus::Closed) {
        return refuse(-4141, "Symbol is closed.");
    }
    if (!listing.spec.isTrading()) {
        return refuse(-1122, "Invalid symbol status.");
    }
    return {};
}

Result<void> checkPrecision(const SymbolSpec &spec, Price price, Quantity quantity)
{
    if (price.decimals() > spec.pricePrecision || quantity.decimals() > spec.quantityPrecision) {
        return refuse(-1111, "Precision is over the maximum defined for this asset.");
    }
    return {};
}

Result<void> checkPriceFilter(const SymbolSpec &spec, Price price)
{
    if (!price.isPositive()) {
        return refuse(-4001, "Price less than 0.");
    }
    if (price < spec.minPrice) {
        return refuse(-4013, "Price less than min price.");
    }
    if ((!spec.maxPrice.isZero() && price > spec.maxPrice) || price > domain::largestPrice) {
        return refuse(-4002, "Price greater than max price.");
    }
    if (!(price - spec.minPrice).isMultipleOf(spec.tickSize)) {
        return refuse(-4014, "Price not increased by tick size.");
    }
    return {};
}

Result<void> checkTriggerFilter(const SymbolSpec &spec, Price price)
{
    if (!price.isPositive()) {
        return refuse(-4006, "Stop price less than zero.");
    }
    if ((!spec.maxPrice.isZero() && price > spec.maxPrice) || price > domain::largestPrice) {
        return refuse(-4007, "Stop price greater than max price.");
    }
    return checkPriceFilter(spec, price);
}

Result<void> checkTriggerBand(const Listing &listing, Price trigger)
{
    const int decimals = listing.spec.priceDecimals();
    const Price ceiling = listing.mark * listing.triggerUp;
    const Price floor = listing.mark * listing.triggerDown;
    if (listing.mark.isPositive() && trigger > ceiling) {
        return refuse(
            -4210, "Stop price can't be higher than " + ceiling.toFixed(decimals, domain::Rounding::Down));
    }
    if (trigger < floor) {
        return refuse(
            -4211, "Stop price can't be lower than " + floor.toFixed(decimals, domain::Rounding::Up));
    }
    return {};
}

Result<void> checkLot(const SymbolSpec &spec, OrderType type, Quantity quantity)
{
    const domain::LotFilter &lot = domain::isMarketType(type) ? spec.marketLot : spec.lot;
    if (!quantity.isPositive()) {
        return refuse(-4003, "Quantity less than zero.");
    }
    if (quantity < lot.minQty) {
        return refuse(-4004, "Quantity less than min quantity.");
    }
    if ((!lot.maxQty.isZero() && quantity > lot.maxQty) || quantity > domain::largestQuantity) {
        return refuse(-4005, "Quantity greater than max quantity.");
    }
    if (!(quantity - lot.minQty).isMultipleOf(lot.stepSize)) {
        return refuse(-4023, "Qty not increased by step size.");
    }
    return {};
}

Result<void> checkPercentPrice(const Listing &listing, Side side, Price price)
{
    const SymbolSpec &spec = listing.spec;
    if (listing.mark.isZero()) {
        return {};
    }
    const Price ceiling = listing.mark * spec.multiplierUp;
    const Price floor = listing.mark * spec.multiplierDown;
    if (price.isZero()) {
        const Price counter = listing.book.best(domain::opposite(side));
        const bool tooHigh = side == Side::Buy && !spec.multiplierUp.isZero() && counter > ceiling;
        const bool tooLow = side == Side::Sell && counter.isPositive() && counter < floor;
        if (tooHigh || tooLow) {
            return refuse(
                -4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.");
        }
        return {};
    }
    const int decimals = spec.priceDecimals();
    if (side == Side::Buy && !spec.multiplierUp.isZero() && price > ceiling) {
        return refuse(-4016,
            "Limit price can't be higher than " + ceiling.toFixed(decimals, domain::Rounding::Down) + ".");
    }
    if (side == Side::Sell && price < floor) {
        return refuse(
            -4024, "Limit price can't be lower than " + floor.toFixed(decimals, domain::Rounding::Up) + ".");
    }
    return {};
}

Result<void> checkNotional(const SymbolSpec &spec, Price price, Quantity quantity)
{
    if (price * quantity < spec.minNotional) {
        return refuse(-4164, "Order's notional must be no smaller than " + spec.minNotional.toString() +
                                 " (unless you choose reduce only).");
    }
    return {};
}

Result<void> checkPriceAgainstTrigger(const SymbolSpec &spec, Price price, Price trigger)
{
    const int decimals = spec.priceDecimals();
    const Price ceiling = trigger * spec.multiplierUp;
    const Price floor = trigger * spec.multiplierDown;
    if (!spec.multiplierUp.isZero() && price > ceiling) {
        return refuse(-4183,
            "Limit price can't be higher than " + ceiling.toFixed(decimals, domain::Rounding::Down) + ".");
    }
    if (price < floor) {
        return refuse(
            -4184, "Limit price can't be lower than " + floor.toFixed(decimals, domain::Rounding::Up) + ".");
    }
    return {};
}

Price referencePrice(const Listing &listing)
{
    for (const Price price : {listing.mark, listing.last, listing.book.best(Side::Buy)}) {
        if (price.isPositive()) {
            return price;
        }
    }
    return listing.book.best(Side::Sell);
}

} // namespace paper
