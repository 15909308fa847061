#pragma once

#include "exchange/paper/core/exchange.h"

/// Requests as sent, read into values: parameters first (reference 5.2, 5.5, 5.7), then the symbol's filters.
namespace paper
{

/// An order that the engine is asked to take. Read, but not yet admitted.
struct OrderIntent
{
    Side side = Side::Buy;
    PositionSide positionSide = PositionSide::Both;
    OrderType type = OrderType::Limit;
    OrderType origType = OrderType::Limit;
    TimeInForce timeInForce = TimeInForce::Gtc;
    Quantity quantity;
    Price price;
    Price stopPrice;
    bool reduceOnly = false;
    bool closePosition = false;
    bool priceProtect = false;
    WorkingType workingType = WorkingType::ContractPrice;
    PriceMatch priceMatch = PriceMatch::None;
    SelfTradePrevention selfTradePrevention = SelfTradePrevention::ExpireMaker;
    std::int64_t goodTillDate = 0;
    std::int64_t algoId = 0;   ///< 0: sent by the user
    Price activatePrice;       ///< of a trailing order that triggered
    Rate callbackRate;         ///< of a trailing order that triggered
    std::string clientOrderId; ///< empty: the engine makes one
    bool isFromWebsite = false;
};

/// The price that a price match stands for at this moment: -5041 where the book has no such level.
Result<Price> matchedPrice(const Listing &listing, Side side, PriceMatch match);

/// Parameters and filters of POST order.
Result<OrderIntent> readOrder(
    const NewOrderRequest &request, const Account &account, const Listing &listing, Timestamp now);

/// An amendment, read: the new price and the new total quantity.
struct Amendment
{
    OrderKey key;
    Side side = Side::Buy;
    Quantity quantity;
    Price price; ///< 0 with a price match
    PriceMatch priceMatch = PriceMatch::None;
    bool reduceOnly = false;
    std::optional<std::int64_t> modifyId;
};
Result<Amendment> readAmendment(const AmendRequest &request);

/// Parameters and filters of POST algoOrder; ids, times and states are left for the caller.
Result<ConditionalRecord> readConditional(
    const ConditionalRequest &request, const Account &account, const Listing &listing, Timestamp now);

/// The price a trigger looks at: last or mark; whichever is known where the other is not.
Price workingPrice(const Listing &listing, WorkingType type);
/// True once the working price has reached the trigger (not for trailing orders).
bool isTriggered(const ConditionalRecord &order, Price working);

} // namespace paper
