#include "exchange/paper/core/website.h"

#include "exchange/paper/core/random_path.h"

#include <algorithm>

namespace paper
{
namespace
{

auto malformed(std::string sentence)
{
    return domain::failure(domain::ErrorCode::Malformed, std::move(sentence));
}

/// The row of the position mode that an order of that side opens, or closes.
std::string positionSideOf(const Engine &engine, AccountId account, bool isBuy, bool closes)
{
    return !engine.isHedgeMode(account) ? "" : isBuy != closes ? "LONG" : "SHORT";
}

} // namespace

std::string websiteIdOf(std::uint64_t draw)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string name{websiteId};
    for (std::uint64_t i = 0; i < 20; ++i) {
        name += letters[hashOf(draw, 100 + i) % letters.size()];
    }
    return name;
}

Result<void> placeOnWebsite(Engine &engine, AccountId account, const WebsiteOrder &order, Timestamp now)
{
    const SymbolSpec *spec = engine.spec(order.symbol);
    const auto market = engine.market(order.symbol);
    if (spec == nullptr || !market) {
        return malformed("\"symbol\" is unknown; allowed is a symbol of exchangeInfo.");
    }
    if (order.side != "BUY" && order.side != "SELL") {
        return malformed("\"side\" is unknown; allowed are BUY and SELL.");
    }
    const bool isBuy = order.side == "BUY";
    const bool isStop = order.type == "STOP_MARKET";
    const bool isLimit = order.type == "LIMIT";
    if (!isStop && !isLimit && order.type != "MARKET") {
        return malformed("\"type\" is unknown; allowed are MARKET, LIMIT and STOP_MARKET.");
    }
    const Price mark = market->mark.isPositive() ? market->mark : market->last;
    Price price;
    if (isLimit || isStop) {
        const auto away = Rate::parse(order.awayPercent);
        if (!away || away->abs() >= Rate::of(100)) {
            return malformed("\"awayPercent\" is no number between -100 and 100.");
        }
        price = (mark * (Rate::of(1) + *away / 100)).roundedTo(spec->tickSize);
    }
    const auto draw =
        hashOf(static_cast<std::uint64_t>(domain::toMs(now)), static_cast<std::uint64_t>(market->lastTradeId),
            engine.openOrders(account, std::nullopt).size() * 1'000 +
                engine.openConditional(account, std::nullopt).size());
    if (isStop) {
        ConditionalRequest request;
        request.algoType = "CONDITIONAL";
        request.symbol = order.symbol;
        request.side = order.side;
        request.type = order.type;
        request.positionSide = positionSideOf(engine, account, isBuy, true);
        request.triggerPrice = price.toString();
        request.workingType = "MARK_PRICE";
        request.closePosition = "true";
        request.clientAlgoId = websiteIdOf(draw);
        return engine.placeConditional(account, request, now).map([](const ConditionalRecord &) {});
    }
    const auto notional = Money::parse(order.notional);
    if (!notional || !notional->isPositive()) {
        return malformed("\"notional\" is no amount above 0.");
    }
    NewOrderRequest request;
    request.symbol = order.symbol;
    request.side = order.side;
    request.type = order.type;
    request.positionSide = positionSideOf(engine, account, isBuy, false);
    request.quantity =
        (*notional / (isLimit ? price : mark)).roundedTo(spec->lot.stepSize, domain::Rounding::Up).toString();
    request.newClientOrderId = websiteIdOf(draw);
    request.isFromWebsite = true;
    if (isLimit) {
        request.timeInForce = "GTC";
        request.price = price.toString();
    }
    return engine.place(account, request, now).map([](const OrderRecord &) {});
}

} // namespace paper
