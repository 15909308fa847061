#include "exchange/paper/core/matching.h"

#include "exchange/paper/core/admission.h"
#include "exchange/paper/core/conditional.h"
#include "exchange/paper/core/filters.h"
#include "exchange/paper/core/ledger.h"
#include "exchange/paper/core/margin.h"

#include <algorithm>

namespace paper
{
namespace
{

/// One aggressor on its way through the book.
struct Taking
{
    Side side = Side::Buy;
    Price limit; ///< 0: any price
    Quantity remaining;
    WorkingOrder *order = nullptr; ///< null: anonymous
    bool meetsRpi = false;         ///< did not come by API
};

/// On top of the maker's rate for each fill of an RPI order: Binance's "What Is an RPI Order?",
/// reference 5.11.
const Rate rpiCommission = Rate::literal("0.00005");

enum class MatchEnd : std::uint8_t { Filled, OutOfLiquidity, SelfTrade };

struct FillReport
{
    ExecutionType execution = ExecutionType::Trade;
    Quantity quantity;
    Price price;
    std::int64_t tradeId = 0;
    bool maker = false;
    Booking booking;
};

void emitOrderUpdate(
    Exchange &exchange, const WorkingOrder &order, ExecutionType execution, const FillReport &fill = {})
{
    exchange.emit(OrderUpdateEvent{execution, order.record, fill.quantity, fill.price, fill.tradeId,
        fill.maker, fill.booking.commission, fill.booking.realized, order.holding->openValue(Side::Buy),
        order.holding->openValue(Side::Sell), exchange.now, fill.booking.commissionAsset});
}

/// Moves an ended order to the account's history.
void archive(Exchange &exchange, WorkingOrder &order)
{
    Account &account = *order.account;
    Listing &listing = *order.listing;
    std::erase(order.holding->open, &order);
    account.openByClientId.erase(order.record.clientOrderId);
    const auto owned = listing.orders.extract(order.record.orderId);
    OrderRecord record = std::move(owned.mapped()->record);
    if (record.algoId != 0) {
        conditionalFinished(exchange, account, record);
    }
    exchange.remember(account.orders, std::move(record));
}

void leaveBook(Exchange &exchange, WorkingOrder &order)
{
    if (order.entry.isResting) {
        order.listing->book.remove(order.entry);
        exchange.emitBookChange(*order.listing, order.record.side, order.record.price, order.entry.isRpi);
    }
}

void fillOrder(Exchange &exchange, WorkingOrder &order, FillReport fill)
{
    OrderRecord &record = order.record;
    const Listing &listing = *order.listing;
    order.holding->countOpen(order.record, -fill.quantity);
    record.executedQty += fill.quantity;
    record.cumQuote += fill.price * fill.quantity;
    record.status = record.remainingQty().isZero() ? OrderStatus::Filled : OrderStatus::PartiallyFilled;
    record.updatedAt = exchange.now;
    std::optional<Rate> rate;
    if (!record.isLiquidation() && !record.isAutoDeleverage() && !record.isSettlement()) {
        rate = fill.maker ? listing.rates.maker : listing.rates.taker;
        if (record.timeInForce == TimeInForce::Rpi) {
            *rate += rpiCommission;
        }
    }
    fill.booking = bookFill(exchange, *order.account, *order.holding, record.positionSide, record.side,
        fill.price, fill.quantity, rate, fill.tradeId);
    exchange.remember(order.account->trades,
        UserTrade{record.symbol, fill.tradeId, record.orderId, record.side, record.positionSide, fill.price,
            fill.quantity, fill.booking.realized, fill.booking.commission.value_or(Money{}), fill.maker,
            exchange.now, fill.booking.commissionAsset});
    if (fill.execution == ExecutionType::Trade) {
        exchange.emit(TradeLiteEvent{record.account, record.symbol, record.orderId, record.clientOrderId,
            record.side, record.origQty, record.price, fill.quantity, fill.price, fill.tradeId, fill.maker,
            exchange.now});
    }
    emitAccountUpdate(exchange, *order.account, UpdateReason::Order,
        {positionChange(*order.holding, record.positionSide)}, {}, {}, fill.booking.commissionAsset);
    emitOrderUpdate(exchange, order, fill.execution, fill);
    if (record.isLiquidation()) {
        exchange.emit(LiquidationEvent{record, fill.quantity, fill.price, exchange.now});
    }
}

/// Expires resting reduce-only orders that the position has no room for any more, the best priced and oldest
/// staying longest.
void enforceReduceOnly(Exchange &exchange, Holding &holding, PositionSide positionSide)
{
    for (const Side side : {Side::Buy, Side::Sell}) {
        const auto at = static_cast<std::size_t>(side);
        const Holding::Sums &sums = holding.sumsOf(positionSide);
        if (sums.value[at] == sums.openingValue[at]) {
            continue;
        }
        std::vector<WorkingOrder *> reducing;
        for (WorkingOrder *order : holding.open) {
            if (order->entry.isResting && order->record.reduceOnly && order->record.side == side &&
                order->record.positionSide == positionSide) {
                reducing.push_back(order);
            }
        }
        std::ranges::stable_sort(reducing, {},
            [side](const WorkingOrder *order) { return OrderBook::key(side, order->record.price); });
        const PositionState &row = holding.position(positionSide);
        Quantity room = row.isFlat() || row.side() == side ? Quantity{} : row.amount.abs();
        for (WorkingOrder *order : reducing) {
            const Quantity wanted = order->record.remainingQty();
            if (wanted <= room) {
                room -= wanted;
            } else {
                finish(exchange, *order, OrderStatus::Expired, expiry::displacedReduceOnly);
            }
        }
    }
}

void trade(Exchange &exchange, Listing &listing, BookEntry &maker, const Taking &taking, Quantity quantity)
{
    const Price price = maker.price;
    WorkingOrder *makerOrder = maker.order;
    const Side makerSide = maker.side;
    const std::int64_t tradeId = ++listing.lastTradeId;
    listing.last = price;
    if (listing.mark.isZero()) {
        listing.mark = price; // a position must never be valued at nothing
    }
    exchange.touchPrices(listing);
    listing.book.reduce(maker, quantity);
    exchange.emit(TradeEvent{
        listing.spec.symbol, tradeId, price, quantity, makerSide == Side::Buy, exchange.now, maker.isRpi});
    exchange.emitBookChange(listing, makerSide, price, maker.isRpi);
    if (makerOrder == nullptr && !maker.isResting) {
        listing.makers.erase(maker.makerId);
        listing.book.release(maker);
    }
    if ((makerOrder == nullptr) != (taking.order == nullptr)) {
        bookMarketFill(listing, makerOrder == nullptr ? makerSide : taking.side, price, quantity);
    }
    if (taking.order != nullptr) {
        fillOrder(exchange, *taking.order, {ExecutionType::Trade, quantity, price, tradeId, false, {}});
    }
    if (makerOrder != nullptr) {
        fillOrder(exchange, *makerOrder, {ExecutionType::Trade, quantity, price, tradeId, true, {}});
        Holding &holding = *makerOrder->holding;
        const PositionSide positionSide = makerOrder->record.positionSide;
        if (makerOrder->record.status == OrderStatus::Filled) {
            archive(exchange, *makerOrder);
        }
        enforceReduceOnly(exchange, holding, positionSide);
    }
    if (taking.order != nullptr) {
        enforceReduceOnly(exchange, *taking.order->holding, taking.order->record.positionSide);
    }
}

bool preventsSelfTrade(const WorkingOrder &taker)
{
    const TimeInForce timeInForce = taker.record.timeInForce;
    return taker.record.selfTradePrevention != SelfTradePrevention::None && timeInForce != TimeInForce::Fok &&
           timeInForce != TimeInForce::Gtx;
}

MatchEnd match(Exchange &exchange, Listing &listing, Taking &taking)
{
    while (taking.remaining.isPositive()) {
        BookEntry *front = listing.book.frontFor(taking.side, taking.limit, taking.meetsRpi);
        if (front == nullptr) {
            return MatchEnd::OutOfLiquidity;
        }
        BookEntry &maker = *front;
        if (taking.order != nullptr && maker.order != nullptr &&
            maker.order->account == taking.order->account && preventsSelfTrade(*taking.order)) {
            const SelfTradePrevention mode = taking.order->record.selfTradePrevention;
            if (mode != SelfTradePrevention::ExpireTaker) {
                finish(exchange, *maker.order, OrderStatus::ExpiredInMatch, expiry::selfTrade);
            }
            if (mode != SelfTradePrevention::ExpireMaker) {
                return MatchEnd::SelfTrade;
            }
            continue;
        }
        const Quantity quantity = std::min(taking.remaining, maker.remaining);
        taking.remaining -= quantity;
        trade(exchange, listing, maker, taking, quantity);
    }
    return MatchEnd::Filled;
}

/// Matches an open order that does not rest, then rests or ends what is left of it.
void work(Exchange &exchange, WorkingOrder &order, bool isFromWebsite = false)
{
    Listing &listing = *order.listing;
    const OrderRecord &record = order.record;
    const bool isMarket = record.type == OrderType::Market;
    Taking taking{record.side, isMarket ? marketBound(listing, record.side) : record.price,
        record.remainingQty(), &order, isFromWebsite};
    const MatchEnd end = match(exchange, listing, taking);
    if (record.status == OrderStatus::Filled) {
        archive(exchange, order);
        return;
    }
    const bool isImmediate = record.timeInForce == TimeInForce::Ioc || record.timeInForce == TimeInForce::Fok;
    if (end == MatchEnd::SelfTrade) {
        finish(exchange, order, OrderStatus::ExpiredInMatch,
            isImmediate && !isMarket ? expiry::immediateOrCancelSelfTrade : expiry::selfTrade);
    } else if (isMarket) {
        finish(exchange, order, OrderStatus::Expired, expiry::marketRemainder);
    } else if (isImmediate) {
        // The insurance fund takes what a liquidation order could not sell.
        if (!record.isLiquidation()) {
            finish(exchange, order, OrderStatus::Expired, expiry::immediateOrCancel);
        }
    } else {
        order.entry.side = record.side;
        order.entry.price = record.price;
        order.entry.remaining = record.remainingQty();
        order.entry.order = &order;
        order.entry.isRpi = record.timeInForce == TimeInForce::Rpi;
        listing.book.append(order.entry);
        exchange.emitBookChange(listing, record.side, record.price, order.entry.isRpi);
    }
}

std::string makeClientId(Exchange &exchange, const Account &account)
{
    std::string id;
    do {
        id = "paper-" + std::to_string(exchange.nextGeneratedId++);
    } while (account.openByClientId.contains(id));
    return id;
}

/// Makes the order an open one and reports it; it has not met the book yet.
WorkingOrder &accept(Exchange &exchange, Account &account, Listing &listing, const OrderIntent &intent)
{
    const std::int64_t orderId = listing.nextOrderId++;
    WorkingOrder &order = *listing.orders.emplace(orderId, std::make_unique<WorkingOrder>()).first->second;
    order.account = &account;
    order.listing = &listing;
    order.holding = &exchange.holding(account, listing);
    OrderRecord &record = order.record;
    record.account = account.id;
    record.symbol = listing.spec.symbol;
    record.orderId = orderId;
    record.clientOrderId =
        intent.clientOrderId.empty() ? makeClientId(exchange, account) : intent.clientOrderId;
    record.side = intent.side;
    record.positionSide = intent.positionSide;
    record.type = intent.type;
    record.origType = intent.origType;
    record.timeInForce = intent.timeInForce;
    record.origQty = intent.quantity;
    record.price = intent.price;
    record.stopPrice = intent.stopPrice;
    record.reduceOnly = intent.reduceOnly;
    record.closePosition = intent.closePosition;
    record.priceProtect = intent.priceProtect;
    record.workingType = intent.workingType;
    record.priceMatch = intent.priceMatch;
    record.selfTradePrevention = intent.selfTradePrevention;
    record.goodTillDate = intent.goodTillDate;
    record.algoId = intent.algoId;
    record.activatePrice = intent.activatePrice;
    record.callbackRate = intent.callbackRate;
    record.createdAt = exchange.now;
    record.updatedAt = exchange.now;
    order.holding->open.push_back(&order);
    account.openByClientId[record.clientOrderId] = &order;
    order.holding->countOpen(order.record, record.origQty);
    emitOrderUpdate(exchange, order, ExecutionType::New);
    if (record.algoId != 0) {
        conditionalAccepted(exchange, account, record);
    }
    return order;
}

} // namespace

WorkingOrder *findOpen(const Account &account, const Listing &listing, const OrderKey &key)
{
    if (key.orderId != 0) {
        const auto found = listing.orders.find(key.orderId);
        return found != listing.orders.end() && found->second->account == &account ? found->second.get()
                                                                                   : nullptr;
    }
    const auto found = account.openByClientId.find(key.clientOrderId);
    return found != account.openByClientId.end() && found->second->listing == &listing ? found->second
                                                                                       : nullptr;
}

std::int64_t submitAdmitted(
    Exchange &exchange, Account &account, Listing &listing, const Admission &admission)
{
    if (admission.displacesSameSide) {
        const std::vector<WorkingOrder *> open = exchange.holding(account, listing).open;
        for (WorkingOrder *order : open) {
            if (order->record.side == admission.intent.side &&
                order->record.positionSide == admission.intent.positionSide) {
                finish(exchange, *order, OrderStatus::Expired, expiry::displacedReduceOnly);
            }
        }
    }
    return submit(exchange, account, listing, admission.intent);
}

std::int64_t submit(Exchange &exchange, Account &account, Listing &listing, const OrderIntent &intent)
{
    WorkingOrder &order = accept(exchange, account, listing, intent);
    const std::int64_t orderId = order.record.orderId;
    work(exchange, order, intent.isFromWebsite);
    return orderId;
}

void submitFilled(Exchange &exchange, Account &account, Listing &listing, const OrderIntent &intent)
{
    fillOutsideBook(exchange, accept(exchange, account, listing, intent), intent.price, intent.quantity);
}

void finish(Exchange &exchange, WorkingOrder &order, OrderStatus status, int expiryReason)
{
    leaveBook(exchange, order);
    order.holding->countOpen(order.record, -order.record.remainingQty());
    order.record.status = status;
    order.record.expiryReason = expiryReason;
    order.record.updatedAt = exchange.now;
    emitOrderUpdate(
        exchange, order, status == OrderStatus::Canceled ? ExecutionType::Canceled : ExecutionType::Expired);
    archive(exchange, order);
}

void fillOutsideBook(Exchange &exchange, WorkingOrder &order, Price price, Quantity quantity)
{
    const std::int64_t tradeId = ++order.listing->lastTradeId;
    fillOrder(exchange, order, {ExecutionType::Calculated, quantity, price, tradeId, false, {}});
    if (order.record.status == OrderStatus::Filled) {
        archive(exchange, order);
    }
}

Result<std::int64_t> amendOrder(
    Exchange &exchange, Account &account, Listing &listing, const Amendment &amendment)
{
    WorkingOrder *found = findOpen(account, listing, amendment.key);
    if (found == nullptr) {
        return domain::failure(domain::ErrorCode::NotFound, "Order does not exist.", -2013);
    }
    WorkingOrder &order = *found;
    OrderRecord &record = order.record;
    if (!listing.spec.isTrading()) {
        return refuse(-5024, "Symbol is not in trading status. Order amendment is not permitted.");
    }
    if (record.type != OrderType::Limit) {
        return refuse(-5025, "Only limit order is supported.");
    }
    if (record.timeInForce == TimeInForce::Rpi) {
        return refuse(-1020, "This operation is not supported."); // the exchange amends no RPI orders yet
    }
    if (amendment.side != record.side) {
        return refuse(-1117, "Invalid side.");
    }
    if (amendment.reduceOnly && !record.reduceOnly) {
        return refuse(-5047, "Modification with reduceOnly requires an order placed with reduceOnly.");
    }
    constexpr int mostAmendments = 10'000;
    if (record.amendments >= mostAmendments) {
        return refuse(-5026, "Exceed maximum modify order limit.");
    }
    Price price = amendment.price;
    if (amendment.priceMatch != PriceMatch::None) {
        const auto matched = matchedPrice(listing, record.side, amendment.priceMatch);
        if (!matched) {
            return tl::unexpected<domain::Error>{matched.error()};
        }
        price = *matched;
    }
    if (price == record.price && amendment.quantity == record.origQty) {
        return refuse(-5027, "No need to modify the order.");
    }
    const SymbolSpec &spec = listing.spec;
    const auto checked = checkPrecision(spec, price, amendment.quantity)
                             .and_then([&] { return checkPriceFilter(spec, price); })
                             .and_then([&] { return checkLot(spec, record.type, amendment.quantity); })
                             .and_then([&] { return checkPercentPrice(listing, record.side, price); })
                             .and_then([&]() -> Result<void> {
                                 if (!amendment.reduceOnly && price * amendment.quantity < spec.minNotional) {
                                     return refuse(-5029, "Order's notional must be no smaller than " +
                                                              spec.minNotional.toString() + ".");
                                 }
                                 return {};
                             });
    if (!checked) {
        return tl::unexpected<domain::Error>{checked.error()};
    }
    const std::int64_t orderId = record.orderId;
    const bool wouldTake = record.timeInForce == TimeInForce::Gtx && listing.book.crosses(record.side, price);
    if (amendment.quantity <= record.executedQty || wouldTake) {
        finish(exchange, order, OrderStatus::Canceled);
        return orderId;
    }

    OrderIntent intent;
    intent.side = record.side;
    intent.positionSide = record.positionSide;
    intent.reduceOnly = record.reduceOnly;
    intent.price = price;
    intent.quantity = amendment.quantity - record.executedQty;
    if (record.reduceOnly) {
        intent.quantity = std::min(intent.quantity, reducibleQuantity(*order.holding, intent, &order));
    }
    const Quantity before = record.remainingQty();
    order.holding->countOpen(order.record, -before);
    const auto affordable = checkExposure(account, *order.holding, listing, intent);
    if (!affordable) {
        order.holding->countOpen(order.record, before);
        return tl::unexpected<domain::Error>{affordable.error()};
    }
    leaveBook(exchange, order);
    exchange.remember(account.amendments,
        AmendmentRecord{exchange.nextAmendmentId++, record.symbol, orderId, record.clientOrderId,
            record.price, price, record.origQty, record.executedQty + intent.quantity, record.amendments + 1,
            amendment.modifyId, exchange.now});
    record.price = price;
    record.priceMatch = amendment.priceMatch;
    record.origQty = record.executedQty + intent.quantity;
    record.modifyId = amendment.modifyId;
    record.updatedAt = exchange.now;
    ++record.amendments;
    order.holding->countOpen(order.record, record.remainingQty());
    emitOrderUpdate(exchange, order, ExecutionType::Amendment);
    work(exchange, order);
    return orderId;
}

Quantity takeAnonymously(
    Exchange &exchange, Listing &listing, Side side, Price limit, Quantity quantity, bool meetsRpi)
{
    Taking taking{side, limit, quantity, nullptr, meetsRpi};
    match(exchange, listing, taking);
    return quantity - taking.remaining;
}

std::int64_t restAnonymously(Exchange &exchange, Listing &listing, Side side, Price price, Quantity quantity)
{
    const Quantity left = quantity - takeAnonymously(exchange, listing, side, price, quantity, false);
    if (!left.isPositive()) {
        return 0;
    }
    const std::int64_t id = exchange.nextMakerId++;
    BookEntry &entry = listing.book.anonymous(side, price, left, id);
    listing.makers.emplace(id, &entry);
    listing.book.append(entry);
    exchange.emitBookChange(listing, side, price);
    return id;
}

bool withdraw(Exchange &exchange, Listing &listing, std::int64_t makerId)
{
    const auto found = listing.makers.find(makerId);
    if (found == listing.makers.end()) {
        return false;
    }
    BookEntry &entry = *found->second;
    const Side side = entry.side;
    const Price price = entry.price;
    listing.makers.erase(found);
    listing.book.release(entry);
    exchange.emitBookChange(listing, side, price);
    return true;
}

void setLevel(Exchange &exchange, Listing &listing, Side side, Price price, Quantity quantity)
{
    OrderBook &book = listing.book;
    Quantity wanted = quantity;
    while (wanted.isPositive() && book.crosses(side, price)) {
        BookEntry &inTheWay = *book.front(domain::opposite(side));
        if (inTheWay.order == nullptr) {
            const Price there = inTheWay.price;
            listing.makers.erase(inTheWay.makerId);
            book.release(inTheWay);
            exchange.emitBookChange(listing, domain::opposite(side), there);
            continue;
        }
        const Quantity traded = std::min(wanted, inTheWay.remaining);
        wanted -= traded;
        trade(exchange, listing, inTheWay, {side, price, traded, nullptr, false}, traded);
    }
    const auto &ladder = book.ladder(side);
    const auto level = ladder.find(OrderBook::key(side, price));
    Quantity present;
    BookEntry *last = level == ladder.end() ? nullptr : level->second.last;
    for (const BookEntry *entry = last; entry != nullptr; entry = entry->previous) {
        present += entry->isLevelLiquidity() ? entry->remaining : Quantity{};
    }
    if (wanted == present) {
        return;
    }
    if (wanted > present && last != nullptr && last->isLevelLiquidity()) {
        book.enlarge(*last, wanted - present);
    } else if (wanted > present) {
        book.append(book.anonymous(side, price, wanted - present, 0));
    }
    Quantity surplus = wanted < present ? present - wanted : Quantity{};
    while (last != nullptr && surplus.isPositive()) {
        BookEntry *before = last->previous;
        if (last->isLevelLiquidity()) {
            const Quantity taken = std::min(surplus, last->remaining);
            surplus -= taken;
            book.reduce(*last, taken);
            if (!last->isResting) {
                book.release(*last);
            }
        }
        last = before;
    }
    exchange.emitBookChange(listing, side, price);
}

void withdrawAll(Exchange &exchange, Listing &listing)
{
    for (const Side side : {Side::Buy, Side::Sell}) {
        std::vector<BookEntry *> anonymous;
        for (const auto &[key, queue] : listing.book.ladder(side)) {
            for (BookEntry *entry = queue.first; entry != nullptr; entry = entry->next) {
                if (entry->order == nullptr) {
                    anonymous.push_back(entry);
                }
            }
        }
        for (BookEntry *entry : anonymous) {
            const Price price = entry->price;
            listing.book.release(*entry);
            exchange.emitBookChange(listing, side, price);
        }
    }
    listing.makers.clear();
}

Price marketBound(const Listing &listing, Side side)
{
    if (listing.mark.isZero() || listing.spec.marketTakeBound.isZero()) {
        return {};
    }
    const Rate one = Rate::of(1);
    const Rate bound = listing.spec.marketTakeBound;
    return listing.mark * (side == Side::Buy ? one + bound : one - bound);
}

} // namespace paper
