#include "exchange/paper/core/filters.h"
#include "exchange/paper/core/order_request.h"
#include "exchange/paper/core/parameters.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::Error;
using namespace parameters;

const Rate smallestCallback = Rate::literal("0.1");
const Rate largestCallback = Rate::of(20);

bool hasLimitPrice(OrderType type)
{
    return type == OrderType::Stop || type == OrderType::TakeProfit;
}

Result<Rate> readCallbackRate(std::string_view text)
{
    if (text.empty()) {
        return missingParameter("callbackRate");
    }
    const auto rate = Rate::parse(text);
    if (!rate || *rate < smallestCallback || *rate > largestCallback || rate->decimals() > 1) {
        return invalidParameter("callbackRate");
    }
    return *rate;
}

Result<WorkingType> readWorkingType(std::string_view word)
{
    if (!word.empty() && word != "MARK_PRICE" && word != "CONTRACT_PRICE") {
        return refuse(-4031, "Invalid parameter working type: `" + std::string{word} + "`");
    }
    return domain::parseWorkingType(word);
}

Result<void> checkClosePosition(
    const ConditionalRequest &request, const ConditionalRecord &order, const Account &account)
{
    if (!order.closePosition) {
        return request.quantity.empty() ? Result<void>{missingParameter("quantity")} : Result<void>{};
    }
    if (order.type != OrderType::StopMarket && order.type != OrderType::TakeProfitMarket) {
        return refuse(
            -4136, "Target strategy invalid for orderType " + request.type + ",closePosition true.");
    }
    if (!request.quantity.empty()) {
        return refuse(-4137, "Quantity must be zero with closePosition equals true.");
    }
    if (!request.reduceOnly.empty()) {
        return refuse(-4138, "Reduce only must be true with closePosition equals true.");
    }
    const bool opens = (order.positionSide == PositionSide::Long && order.side == Side::Buy) ||
                       (order.positionSide == PositionSide::Short && order.side == Side::Sell);
    if (account.hedgeMode && opens) {
        return refuse(-2022, "ReduceOnly Order is rejected.");
    }
    return {};
}

/// Everything that can be read without looking at the market.
std::optional<Error> readFields(
    const ConditionalRequest &request, const Account &account, Timestamp now, ConditionalRecord &order)
{
    if (request.algoType.empty()) {
        return missingParameter("algoType").value();
    }
    if (request.algoType != "CONDITIONAL") {
        return invalidParameter("algoType").value();
    }
    if (auto error = take(readSide(request.side), order.side)) {
        return error;
    }
    if (request.type.empty()) {
        return missingParameter("type").value();
    }
    order.type = domain::parseOrderType(request.type);
    if (!domain::isConditional(order.type)) {
        return refuse(-1116, "Invalid orderType.").value();
    }
    if (auto error = take(readPositionSide(request.positionSide), order.positionSide)) {
        return error;
    }
    if (!request.timeInForce.empty()) {
        if (auto error = take(readTimeInForce(request.timeInForce), order.timeInForce)) {
            return error;
        }
        if (order.timeInForce == TimeInForce::Rpi) {
            return refuse(-1115, "Invalid timeInForce.").value();
        }
    }
    if (auto error = take(readGoodTill(request.goodTillDate, order.timeInForce, now), order.goodTillDate)) {
        return error;
    }
    if (auto error = take(readPriceMatch(request.priceMatch), order.priceMatch)) {
        return error;
    }
    if (hasLimitPrice(order.type)) {
        if (auto error = readLimitPrice(request.price, order.priceMatch, order.price)) {
            return error;
        }
    } else if (order.priceMatch != PriceMatch::None) {
        return refuse(-5038, "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT").value();
    } else if (!request.price.empty()) {
        return notRequired("price").value();
    }
    if (order.isTrailing()) {
        if (auto error = take(readCallbackRate(request.callbackRate), order.callbackRate)) {
            return error;
        }
        if (!request.activatePrice.empty()) {
            if (auto error = take(readPrice(request.activatePrice, "activatePrice"), order.activatePrice)) {
                return error;
            }
            if (!order.activatePrice.isPositive()) {
                return refuse(-4135, "Invalid activation price").value();
            }
        }
    } else if (request.triggerPrice.empty()) {
        return missingParameter("triggerprice").value();
    } else if (auto error = take(readPrice(request.triggerPrice, "triggerprice"), order.triggerPrice)) {
        return error;
    }
    if (auto error = take(readFlag(request.closePosition, "closePosition"), order.closePosition)) {
        return error;
    }
    if (auto error = take(readFlag(request.priceProtect, "priceProtect"), order.priceProtect)) {
        return error;
    }
    if (auto error = take(readFlag(request.reduceOnly, "reduceOnly"), order.reduceOnly)) {
        return error;
    }
    if (const auto checked = checkClosePosition(request, order, account); !checked) {
        return checked.error();
    }
    if (!request.quantity.empty()) {
        if (auto error = take(readQuantity(request.quantity), order.quantity)) {
            return error;
        }
    }
    if (auto error = take(readWorkingType(request.workingType), order.workingType)) {
        return error;
    }
    if (auto error = take(readClientId(request.clientAlgoId), order.clientAlgoId)) {
        return error;
    }
    if (auto error =
            take(readSelfTradePrevention(request.selfTradePreventionMode), order.selfTradePrevention)) {
        return error;
    }
    if (const auto checked = checkResponseType(request.newOrderRespType); !checked) {
        return checked.error();
    }
    if (!request.unread.empty()) {
        return refuse(-1104, request.unread).value();
    }
    return std::nullopt;
}

Result<void> checkConditionalFilters(const ConditionalRecord &order, const Listing &listing)
{
    const SymbolSpec &spec = listing.spec;
    const Price trigger = order.isTrailing() ? order.activatePrice : order.triggerPrice;
    return checkStatus(listing)
        .and_then([&] { return checkPrecision(spec, order.price, order.quantity); })
        .and_then([&] { return checkPrecision(spec, trigger, {}); })
        .and_then([&] { return trigger.isZero() ? Result<void>{} : checkTriggerFilter(spec, trigger); })
        .and_then([&] { return trigger.isZero() ? Result<void>{} : checkTriggerBand(listing, trigger); })
        .and_then([&] { return order.price.isZero() ? Result<void>{} : checkPriceFilter(spec, order.price); })
        .and_then(
            [&] { return order.closePosition ? Result<void>{} : checkLot(spec, order.type, order.quantity); })
        .and_then([&] {
            return order.price.isZero() ? Result<void>{}
                                        : checkPriceAgainstTrigger(spec, order.price, trigger);
        })
        .and_then([&] {
            if (order.closePosition || order.reduceOnly || order.positionSide != PositionSide::Both) {
                return Result<void>{};
            }
            const Price valued = order.price.isPositive() ? order.price
                                 : trigger.isPositive()   ? trigger
                                                          : referencePrice(listing);
            return checkNotional(spec, valued, order.quantity);
        });
}

} // namespace

Price workingPrice(const Listing &listing, WorkingType type)
{
    const bool byMark = type == WorkingType::MarkPrice;
    const Price first = byMark ? listing.mark : listing.last;
    return first.isPositive() ? first : byMark ? listing.last : listing.mark;
}

bool isTriggered(const ConditionalRecord &order, Price working)
{
    if (!working.isPositive()) {
        return false;
    }
    const bool isStop = order.type == OrderType::Stop || order.type == OrderType::StopMarket;
    const bool upwards = isStop == (order.side == Side::Buy);
    return upwards ? working >= order.triggerPrice : working <= order.triggerPrice;
}

Result<ConditionalRecord> readConditional(
    const ConditionalRequest &request, const Account &account, const Listing &listing, Timestamp now)
{
    ConditionalRecord order;
    if (auto error = readFields(request, account, now, order)) {
        return tl::unexpected<Error>{std::move(*error)};
    }
    order.symbol = listing.spec.symbol;
    if (const auto checked = checkConditionalFilters(order, listing); !checked) {
        return tl::unexpected<Error>{checked.error()};
    }
    if (account.hedgeMode == (order.positionSide == PositionSide::Both)) {
        return refuse(-4061, "Order's position side does not match user's setting.");
    }
    if (account.hedgeMode && !request.reduceOnly.empty()) {
        return notRequired("reduceonly");
    }
    const auto sameId = [&](const auto &entry) { return entry.second.clientAlgoId == order.clientAlgoId; };
    if (!order.clientAlgoId.empty() && std::ranges::any_of(account.conditionals, sameId)) {
        return refuse(-4116, "ClientOrderId is duplicated.");
    }
    const Price working = workingPrice(listing, order.workingType);
    const bool wrongSide =
        order.isTrailing() && order.activatePrice.isPositive() && working.isPositive() &&
        (order.side == Side::Buy ? order.activatePrice >= working : order.activatePrice <= working);
    if (wrongSide || (!order.isTrailing() && isTriggered(order, working))) {
        return refuse(-2021, "Order would immediately trigger.");
    }
    if (order.isTrailing() && order.activatePrice.isZero()) {
        order.activatePrice = working;
    }
    return order;
}

} // namespace paper
