#include "exchange/paper/core/json.h"
#include "exchange/paper/core/state.h"

#include <algorithm>
#include <functional>

namespace paper
{
namespace
{

using domain::toMs;
using domain::toWire;

std::string_view wordOf(MarginType type)
{
    return type == MarginType::Isolated ? "ISOLATED" : "CROSSED";
}

void writeOrder(JsonWriter &json, const OrderRecord &order)
{
    json.beginObject()
        .field("symbol", order.symbol)
        .field("orderId", order.orderId)
        .field("clientOrderId", order.clientOrderId)
        .field("side", toWire(order.side))
        .field("positionSide", toWire(order.positionSide))
        .field("type", toWire(order.type))
        .field("origType", toWire(order.origType))
        .field("timeInForce", toWire(order.timeInForce))
        .field("origQty", order.origQty.toString())
        .field("executedQty", order.executedQty.toString())
        .field("cumQuote", order.cumQuote.toString())
        .field("price", order.price.toString())
        .field("stopPrice", order.stopPrice.toString())
        .field("status", toWire(order.status))
        .field("reduceOnly", order.reduceOnly)
        .field("closePosition", order.closePosition)
        .field("priceProtect", order.priceProtect)
        .field("workingType", toWire(order.workingType))
        .field("priceMatch", toWire(order.priceMatch))
        .field("selfTradePrevention", toWire(order.selfTradePrevention))
        .field("goodTillDate", order.goodTillDate)
        .field("expiryReason", order.expiryReason)
        .field("algoId", order.algoId)
        .field("amendments", order.amendments);
    if (order.isTrailing()) {
        json.field("activatePrice", order.activatePrice.toString())
            .field("callbackRate", order.callbackRate.toString());
    }
    if (order.modifyId) {
        json.field("modifyId", *order.modifyId);
    }
    json.field("createdAt", toMs(order.createdAt)).field("updatedAt", toMs(order.updatedAt)).endObject();
}

void writeConditional(JsonWriter &json, const ConditionalRecord &order)
{
    json.beginObject()
        .field("algoId", order.algoId)
        .field("clientAlgoId", order.clientAlgoId)
        .field("symbol", order.symbol)
        .field("side", toWire(order.side))
        .field("positionSide", toWire(order.positionSide))
        .field("type", toWire(order.type))
        .field("timeInForce", toWire(order.timeInForce))
        .field("quantity", order.quantity.toString())
        .field("price", order.price.toString())
        .field("triggerPrice", order.triggerPrice.toString())
        .field("workingType", toWire(order.workingType))
        .field("priceMatch", toWire(order.priceMatch))
        .field("selfTradePrevention", toWire(order.selfTradePrevention))
        .field("closePosition", order.closePosition)
        .field("priceProtect", order.priceProtect)
        .field("reduceOnly", order.reduceOnly)
        .field("activatePrice", order.activatePrice.toString())
        .field("callbackRate", order.callbackRate.toString())
        .field("activated", order.activated)
        .field("extreme", order.extreme.toString())
        .field("goodTillDate", order.goodTillDate)
        .field("status", toWire(order.status))
        .field("actualOrderId", order.actualOrderId)
        .field("actualType", toWire(order.actualType))
        .field("actualPrice", order.actualPrice.toString())
        .field("actualQty", order.actualQty.toString())
        .field("rejectCode", order.rejectCode)
        .field("rejectReason", order.rejectReason)
        .field("createdAt", toMs(order.createdAt))
        .field("updatedAt", toMs(order.updatedAt));
    if (order.triggeredAt) {
        json.field("triggeredAt", toMs(*order.triggeredAt));
    }
    json.endObject();
}

void writeTrade(JsonWriter &json, const UserTrade &trade)
{
    json.beginObject()
        .field("symbol", trade.symbol)
        .field("id", trade.id)
        .field("orderId", trade.orderId)
        .field("side", toWire(trade.side))
        .field("positionSide", toWire(trade.positionSide))
        .field("price", trade.price.toString())
        .field("quantity", trade.quantity.toString())
        .field("realizedPnl", trade.realizedPnl.toString())
        .field("commission", trade.commission.toString())
        .field("commissionAsset", trade.commissionAsset)
        .field("maker", trade.maker)
        .field("at", toMs(trade.at))
        .endObject();
}

void writeIncome(JsonWriter &json, const Income &income)
{
    json.beginObject()
        .field("type", toWire(income.type))
        .field("symbol", income.symbol)
        .field("amount", income.amount.toString())
        .field("asset", income.asset)
        .field("tranId", income.tranId)
        .field("tradeId", income.tradeId)
        .field("at", toMs(income.at))
        .endObject();
}

void writeAmendment(JsonWriter &json, const AmendmentRecord &row)
{
    json.beginObject()
        .field("amendmentId", row.amendmentId)
        .field("symbol", row.symbol)
        .field("orderId", row.orderId)
        .field("clientOrderId", row.clientOrderId)
        .field("priceBefore", row.priceBefore.toString())
        .field("priceAfter", row.priceAfter.toString())
        .field("qtyBefore", row.qtyBefore.toString())
        .field("qtyAfter", row.qtyAfter.toString())
        .field("count", row.count);
    if (row.modifyId) {
        json.field("modifyId", *row.modifyId);
    }
    json.field("at", toMs(row.at)).endObject();
}

void writeMarginChange(JsonWriter &json, const MarginChange &change)
{
    json.beginObject()
        .field("symbol", change.symbol)
        .field("positionSide", toWire(change.positionSide))
        .field("type", change.type)
        .field("amount", change.amount.toString())
        .field("at", toMs(change.at))
        .endObject();
}

template <class Rows, class Write>
void writeRows(JsonWriter &json, std::string_view name, const Rows &rows, Write write)
{
    json.key(name).beginArray();
    for (const auto &row : rows) {
        write(json, row);
    }
    json.endArray();
}

void writePosition(JsonWriter &json, const PositionState &row)
{
    json.beginObject()
        .field("amount", row.amount.toString())
        .field("cost", row.cost.toString())
        .field("isolatedWallet", row.isolatedWallet.toString())
        .field("feesPaid", row.feesPaid.toString())
        .field("realized", row.realized.toString())
        .field("accumulated", row.accumulated.toString())
        .field("wasCalled", row.wasCalled)
        .field("updatedAt", toMs(row.updatedAt))
        .endObject();
}

void writeHolding(JsonWriter &json, const Holding &holding)
{
    json.beginObject()
        .field("symbol", holding.listing->spec.symbol)
        .field("leverage", holding.leverage)
        .field("marginType", wordOf(holding.marginType));
    if (holding.countdownAt) {
        json.field("countdownAt", toMs(*holding.countdownAt));
    }
    writeRows(json, "positions", holding.positions, writePosition);
    writeRows(json, "orders", holding.open,
        [](JsonWriter &out, const WorkingOrder *order) { writeOrder(out, order->record); });
    json.endObject();
}

/// Everything of an account but its histories, as members of an object.
std::string restOf(const Account &account)
{
    JsonWriter json;
    json.field("id", account.id)
        .field("wallet", account.wallet.toString())
        .field("deposited", account.deposited.toString())
        .field("hedgeMode", account.hedgeMode)
        .field("multiAssets", account.multiAssets)
        .field("feeBurn", account.feeBurn)
        .field("wasCalled", account.wasCalled)
        .field("restriction", account.restriction)
        .field("updatedAt", toMs(account.updatedAt));
    writeRows(json, "assets", account.assets, [](JsonWriter &out, const auto &entry) {
        out.beginObject()
            .field("asset", entry.first)
            .field("wallet", entry.second.wallet.toString())
            .field("deposited", entry.second.deposited.toString())
            .field("updatedAt", toMs(entry.second.updatedAt))
            .endObject();
    });
    writeRows(json, "holdings", account.holdings,
        [](JsonWriter &out, const auto &entry) { writeHolding(out, entry.second); });
    writeRows(json, "conditionals", account.conditionals,
        [](JsonWriter &out, const auto &entry) { writeConditional(out, entry.second); });
    return json.take();
}

/// Calls use(name, history, write) for each history of an account.
template <class Use> void forHistories(const Account &account, Use use)
{
    use("finishedOrders", account.orders, writeOrder);
    use("finishedConditionals", account.finishedConditionals, writeConditional);
    use("trades", account.trades, writeTrade);
    use("incomes", account.incomes, writeIncome);
    use("amendments", account.amendments, writeAmendment);
    use("marginChanges", account.marginChanges, writeMarginChange);
}

void writeAccount(JsonWriter &json, const Account &account)
{
    json.beginObject().raw(restOf(account));
    forHistories(account, [&](std::string_view name, const auto &history, auto write) {
        writeRows(json, name, history, write);
    });
    json.endObject();
}

Account::Written writtenNow(const Account &account, const std::string &rest)
{
    Account::Written written;
    std::size_t i = 0;
    forHistories(
        account, [&](std::string_view, const auto &history, auto) { written.rows[i++] = history.added(); });
    written.rest = std::hash<std::string>{}(rest);
    return written;
}

/// The account as it is with the rows that were added since; nothing where nothing changed.
void writeChangedAccount(JsonWriter &json, Account &account)
{
    const std::string rest = restOf(account);
    const Account::Written now = writtenNow(account, rest);
    if (now.rest == account.written.rest && now.rows == account.written.rows) {
        return;
    }
    json.beginObject().raw(rest);
    std::size_t i = 0;
    forHistories(account, [&](std::string_view name, const auto &history, auto write) {
        const auto added = std::min<std::uint64_t>(now.rows[i] - account.written.rows[i], history.size());
        ++i;
        if (added == 0) {
            return;
        }
        json.key(name).beginArray();
        for (auto row = history.end() - static_cast<std::ptrdiff_t>(added); row != history.end(); ++row) {
            write(json, *row);
        }
        json.endArray();
    });
    json.endObject();
    account.written = now;
}

enum class BookPart : std::uint8_t { All, OfAccounts };

/// Queue by queue, oldest first: [price, quantity, maker id, order id].
void writeBook(JsonWriter &json, const OrderBook &book, Side side, BookPart part)
{
    json.beginArray();
    for (const OrderBook::Ladder *levels : {&book.ladder(side), &book.rpi(side)}) {
        for (const auto &[key, queue] : *levels) {
            for (const BookEntry *entry = queue.first; entry != nullptr; entry = entry->next) {
                if (part == BookPart::OfAccounts && entry->order == nullptr) {
                    continue;
                }
                json.beginArray()
                    .text(entry->price.toString())
                    .text(entry->remaining.toString())
                    .number(entry->makerId)
                    .number(entry->order == nullptr ? 0 : entry->order->record.orderId)
                    .endArray();
            }
        }
    }
    json.endArray();
}

/// Both sides, as members of an object.
std::string booksOf(const Listing &listing, BookPart part)
{
    if (part == BookPart::OfAccounts && listing.orders.empty()) { // spares the walk through the book
        return R"("bids":[],"asks":[])";
    }
    JsonWriter json;
    json.key("bids");
    writeBook(json, listing.book, Side::Buy, part);
    json.key("asks");
    writeBook(json, listing.book, Side::Sell, part);
    return json.take();
}

void writeBracket(JsonWriter &json, const domain::LeverageBracket &row)
{
    json.beginObject()
        .field("bracket", row.bracket)
        .field("maxLeverage", row.maxLeverage)
        .field("notionalFloor", row.notionalFloor.toString())
        .field("notionalCap", row.notionalCap.toString())
        .field("maintenanceMarginRate", row.maintenanceMarginRate.toString())
        .field("maintenanceAmount", row.maintenanceAmount.toString())
        .endObject();
}

/// What was set about a symbol while the exchange ran.
void writeRules(JsonWriter &json, const Listing &listing)
{
    json.field("positionControl", toWire(listing.positionControl))
        .field("triggerUp", listing.triggerUp.toString())
        .field("triggerDown", listing.triggerDown.toString());
    if (listing.brackets != listing.listedBrackets) {
        writeRows(json, "brackets", listing.brackets, writeBracket);
    }
}

void writeListing(JsonWriter &json, const Listing &listing, const std::string &books)
{
    json.beginObject()
        .field("symbol", listing.spec.symbol)
        .field("nextOrderId", listing.nextOrderId)
        .field("lastTradeId", listing.lastTradeId)
        .field("updateId", listing.updateId)
        .field("rpiUpdates", listing.rpiUpdates)
        .field("last", listing.last.toString())
        .field("mark", listing.mark.toString())
        .field("index", listing.index.toString())
        .field("isMarkTold", listing.isMarkTold)
        .field("nextBasisAt", toMs(listing.nextBasisAt))
        .field("nextPremiumAt", toMs(listing.nextPremiumAt))
        .field("weightedPremium", listing.weightedPremium.toString())
        .field("premiumSamples", listing.premiumSamples)
        .field("fundingRate", listing.fundingRate.toString())
        .field("nextFundingAt", toMs(listing.nextFundingAt))
        .field("marketAmount", listing.marketAmount.toString())
        .field("marketCash", listing.marketCash.toString());
    if (listing.toldFundingRate) {
        json.field("toldFundingRate", listing.toldFundingRate->toString());
    }
    writeRules(json, listing);
    writeRows(
        json, "basis", listing.basis, [](JsonWriter &out, Price sample) { out.text(sample.toString()); });
    json.raw(books).endObject();
}

/// Of what accounts did on a symbol, and of what was set about it.
std::size_t hashOfDeeds(const Listing &listing, const std::string &books)
{
    JsonWriter json;
    json.beginObject()
        .field("nextOrderId", listing.nextOrderId)
        .field("marketAmount", listing.marketAmount.toString())
        .field("marketCash", listing.marketCash.toString())
        .field("isMarkTold", listing.isMarkTold);
    writeRules(json, listing);
    return std::hash<std::string>{}(json.raw(books).endObject().str());
}

void writeHead(JsonWriter &json, const Exchange &exchange)
{
    json.field("format", stateFormat)
        .field("version", stateVersion)
        .field("nextLifetimeCheckAt", toMs(exchange.nextLifetimeCheckAt))
        .field("nextAlgoId", exchange.nextAlgoId)
        .field("nextMakerId", exchange.nextMakerId)
        .field("nextTranId", exchange.nextTranId)
        .field("nextAmendmentId", exchange.nextAmendmentId)
        .field("nextGeneratedId", exchange.nextGeneratedId)
        .field("feesCollected", exchange.feesCollected.toString())
        .field("fundingPot", exchange.fundingPot.toString())
        .field("insuranceFund", exchange.insuranceFund.toString())
        .field("insuranceStart", exchange.insuranceStart.toString())
        .field("exchangePaid", exchange.exchangePaid.toString())
        .field("triggersHeldUntil", toMs(exchange.triggersHeldUntil))
        .field("refusedTriggers", exchange.refusedTriggers);
    writeRows(json, "assetPots", exchange.assetPots, [](JsonWriter &out, const auto &entry) {
        out.beginObject()
            .field("asset", entry.first)
            .field("fees", entry.second.fees.toString())
            .field("exchanged", entry.second.exchanged.toString())
            .endObject();
    });
}

} // namespace

std::string writeState(const Exchange &exchange)
{
    JsonWriter json;
    json.beginObject();
    writeHead(json, exchange);
    writeRows(json, "accounts", exchange.accounts,
        [](JsonWriter &out, const auto &entry) { writeAccount(out, *entry.second); });
    writeRows(json, "listings", exchange.listings, [](JsonWriter &out, const auto &listing) {
        writeListing(out, *listing, booksOf(*listing, BookPart::All));
    });
    json.endObject();
    return json.take();
}

std::string writeChanges(Exchange &exchange, bool withMarket)
{
    JsonWriter json;
    json.beginObject();
    writeHead(json, exchange);
    json.key("accounts").beginArray();
    for (const auto &[id, account] : exchange.accounts) {
        writeChangedAccount(json, *account);
    }
    json.endArray().key("listings").beginArray();
    for (const auto &listing : exchange.listings) {
        const std::string books = booksOf(*listing, BookPart::OfAccounts);
        const std::size_t deeds = hashOfDeeds(*listing, books);
        if (withMarket || deeds != listing->written) {
            writeListing(json, *listing, books);
            listing->written = deeds;
        }
    }
    return json.endArray().endObject().take();
}

void markWritten(Exchange &exchange)
{
    for (const auto &[id, account] : exchange.accounts) {
        account->written = writtenNow(*account, restOf(*account));
    }
    for (const auto &listing : exchange.listings) {
        listing->written = hashOfDeeds(*listing, booksOf(*listing, BookPart::OfAccounts));
    }
}

} // namespace paper
