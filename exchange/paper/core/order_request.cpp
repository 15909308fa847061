#include "exchange/paper/core/order_request.h"

#include "exchange/paper/core/filters.h"
#include "exchange/paper/core/parameters.h"

namespace paper
{
namespace
{

using domain::Error;
using namespace parameters;

Result<void> checkOrderFilters(const OrderIntent &order, const Listing &listing)
{
    const SymbolSpec &spec = listing.spec;
    const bool isMarket = order.type == OrderType::Market;
    return checkStatus(listing)
        .and_then([&] { return checkPrecision(spec, order.price, order.quantity); })
        .and_then([&] { return isMarket ? Result<void>{} : checkPriceFilter(spec, order.price); })
        .and_then([&] { return checkLot(spec, order.type, order.quantity); })
        .and_then([&] { return checkPercentPrice(listing, order.side, order.price); });
}

} // namespace

Result<Price> matchedPrice(const Listing &listing, Side side, PriceMatch match)
{
    const bool ofOpponent = match == PriceMatch::Opponent || match == PriceMatch::Opponent5;
    int level = 1;
    if (match == PriceMatch::Opponent5 || match == PriceMatch::Queue5) {
        level = 5;
    } else if (match == PriceMatch::Queue10) {
        level = 10;
    } else if (match == PriceMatch::Queue20) {
        level = 20;
    }
    const Price price = listing.book.levelPrice(ofOpponent ? domain::opposite(side) : side, level);
    if (price.isZero()) {
        return refuse(-5041, "No depth matches this BBO order");
    }
    return price;
}

Result<OrderIntent> readOrder(
    const NewOrderRequest &request, const Account &account, const Listing &listing, Timestamp now)
{
    OrderIntent order;
    const auto fail = [](Error error) { return tl::unexpected<Error>{std::move(error)}; };
    if (auto error = take(readSide(request.side), order.side)) {
        return fail(*error);
    }
    if (request.type.empty()) {
        return missingParameter("type");
    }
    order.type = domain::parseOrderType(request.type);
    if (domain::isConditional(order.type)) {
        return refuse(-4120, "Order type not supported for this endpoint. Please use the Algo Order API "
                             "endpoints instead.");
    }
    if (order.type != OrderType::Limit && order.type != OrderType::Market) {
        return refuse(-1116, "Invalid orderType.");
    }
    order.origType = order.type;
    if (auto error = take(readPositionSide(request.positionSide), order.positionSide)) {
        return fail(*error);
    }
    if (auto error = take(readPriceMatch(request.priceMatch), order.priceMatch)) {
        return fail(*error);
    }
    if (order.type == OrderType::Limit) {
        if (request.timeInForce.empty()) {
            return missingParameter("timeInForce");
        }
        if (auto error = take(readTimeInForce(request.timeInForce), order.timeInForce)) {
            return fail(*error);
        }
        if (order.timeInForce == TimeInForce::GteGtc) {
            return refuse(-1115, "Invalid timeInForce.");
        }
        if (auto error = readLimitPrice(request.price, order.priceMatch, order.price)) {
            return fail(*error);
        }
    } else {
        if (!request.timeInForce.empty()) {
            return notRequired("timeInForce");
        }
        if (order.priceMatch != PriceMatch::None) {
            return refuse(-5038, "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT");
        }
        if (!request.price.empty()) {
            return notRequired("price");
        }
    }
    if (request.quantity.empty()) {
        return missingParameter("quantity");
    }
    if (auto error = take(readQuantity(request.quantity), order.quantity)) {
        return fail(*error);
    }
    if (auto error = take(readFlag(request.reduceOnly, "reduceOnly"), order.reduceOnly)) {
        return fail(*error);
    }
    if (auto error = take(readClientId(request.newClientOrderId), order.clientOrderId)) {
        return fail(*error);
    }
    if (auto error =
            take(readSelfTradePrevention(request.selfTradePreventionMode), order.selfTradePrevention)) {
        return fail(*error);
    }
    if (auto error = take(readGoodTill(request.goodTillDate, order.timeInForce, now), order.goodTillDate)) {
        return fail(*error);
    }
    if (const auto checked = checkResponseType(request.newOrderRespType); !checked) {
        return fail(checked.error());
    }
    if (!request.unread.empty()) {
        return refuse(-1104, request.unread);
    }
    if (!order.clientOrderId.empty() && account.openByClientId.contains(order.clientOrderId)) {
        return refuse(-4116, "ClientOrderId is duplicated.");
    }
    if (order.priceMatch != PriceMatch::None) {
        if (auto error = take(matchedPrice(listing, order.side, order.priceMatch), order.price)) {
            return fail(*error);
        }
    }
    order.isFromWebsite = request.isFromWebsite;
    const bool closes =
        order.reduceOnly ||
        (account.hedgeMode &&
            (order.positionSide == PositionSide::Long ? order.side == Side::Sell : order.side == Side::Buy));
    return checkOrderFilters(order, listing)
        .and_then([&] {
            const Price price = order.price.isZero() ? referencePrice(listing) : order.price;
            return closes ? Result<void>{} : checkNotional(listing.spec, price, order.quantity);
        })
        .map([&] { return order; });
}

Result<Amendment> readAmendment(const AmendRequest &request)
{
    Amendment amendment;
    const auto fail = [](Error error) { return tl::unexpected<Error>{std::move(error)}; };
    if (request.orderId.empty() && request.origClientOrderId.empty()) {
        return missingParameter("orderId");
    }
    if (!request.orderId.empty()) {
        const auto id = parseId(request.orderId);
        if (!id || *id <= 0) {
            return missingParameter("orderId");
        }
        amendment.key.orderId = *id;
    }
    amendment.key.clientOrderId = request.origClientOrderId;
    if (auto error = take(readSide(request.side), amendment.side)) {
        return fail(*error);
    }
    if (request.quantity.empty()) {
        return missingParameter("quantity");
    }
    if (auto error = take(readQuantity(request.quantity), amendment.quantity)) {
        return fail(*error);
    }
    if (auto error = take(readPriceMatch(request.priceMatch), amendment.priceMatch)) {
        return fail(*error);
    }
    if (auto error = readLimitPrice(request.price, amendment.priceMatch, amendment.price)) {
        return fail(*error);
    }
    if (auto error = take(readFlag(request.reduceOnly, "reduceOnly"), amendment.reduceOnly)) {
        return fail(*error);
    }
    if (!request.modifyId.empty()) {
        amendment.modifyId = parseId(request.modifyId);
        if (!amendment.modifyId) {
            return invalidParameter("modifyId");
        }
    }
    return amendment;
}

} // namespace paper
