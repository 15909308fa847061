#include "exchange/paper/core/assets.h"
#include "exchange/paper/core/funding.h"
#include "exchange/paper/core/invariants.h"
#include "exchange/paper/core/restrictions.h"
#include "exchange/paper/core/state.h"
#include "models/domain/risk/brackets.h"
#include "models/domain/risk/filters.h"

#include <simdjson.h>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
namespace dom = simdjson::dom;

constexpr std::int64_t latestTimeMs = 253'402'300'799'000; // year 9999
constexpr std::int64_t mostSamples = 1'000'000;

/// Reads values out of one JSON document and remembers the first thing that was wrong, so that the code that
/// reads stays a list of fields.
class Reader
{
public:
    bool isSound() const { return m_problem.empty(); }
    const std::string &problem() const { return m_problem; }
    void fail(std::string problem)
    {
        if (m_problem.empty()) {
            m_problem = std::move(problem);
        }
    }

    std::string text(dom::object object, std::string_view name)
    {
        std::string_view value;
        if (object[name].get(value) != simdjson::SUCCESS) {
            fail("the text \"" + std::string{name} + "\" is missing");
        }
        return std::string{value};
    }
    std::int64_t number(dom::object object, std::string_view name)
    {
        std::int64_t value = 0;
        if (object[name].get(value) != simdjson::SUCCESS) {
            fail("the number \"" + std::string{name} + "\" is missing");
        }
        return value;
    }
    int smallNumber(dom::object object, std::string_view name)
    {
        const std::int64_t value = number(object, name);
        if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
            fail("the number \"" + std::string{name} + "\" is out of range");
            return 0;
        }
        return static_cast<int>(value);
    }
    bool flag(dom::object object, std::string_view name)
    {
        bool value = false;
        if (object[name].get(value) != simdjson::SUCCESS) {
            fail("the flag \"" + std::string{name} + "\" is missing");
        }
        return value;
    }
    Timestamp time(dom::object object, std::string_view name)
    {
        const std::int64_t ms = number(object, name);
        if (ms < 0 || ms > latestTimeMs) {
            fail("the time \"" + std::string{name} + "\" is out of range");
            return {};
        }
        return domain::timestampFromMs(ms);
    }
    static bool has(dom::object object, std::string_view name)
    {
        return object[name].error() == simdjson::SUCCESS;
    }
    dom::array array(dom::object object, std::string_view name)
    {
        dom::array rows;
        if (object[name].get(rows) != simdjson::SUCCESS) {
            fail("the list \"" + std::string{name} + "\" is missing");
        }
        return rows;
    }
    dom::object object(dom::element element)
    {
        dom::object value;
        if (element.get(value) != simdjson::SUCCESS) {
            fail("a list holds something that is not an object");
        }
        return value;
    }
    /// Bounded, so that no product of two values read here can leave the range of an exact decimal.
    template <class Exact> void decimal(dom::object object, std::string_view name, Exact &into)
    {
        decimalText(text(object, name), into);
    }
    template <class Exact> void decimalText(std::string_view text, Exact &into)
    {
        const auto value = Exact::parse(text);
        const auto bound = [] {
            if constexpr (std::is_same_v<Exact, Price> || std::is_same_v<Exact, Rate>) {
                return Exact::fromUnits(domain::largestPrice.units());
            } else {
                return Exact::fromUnits(domain::largestQuantity.units());
            }
        }();
        if (!value || value->abs() > bound) {
            fail("\"" + std::string{text.substr(0, 40)} + "\" is not a number of this exchange");
            return;
        }
        into = *value;
    }
    /// A word that toWire() writes for one of the first `count` values of the enumeration.
    template <class Enum> void word(dom::object object, std::string_view name, int count, Enum &into)
    {
        const std::string read = text(object, name);
        for (int i = 0; i < count; ++i) {
            if (read == toWire(static_cast<Enum>(i))) {
                into = static_cast<Enum>(i);
                return;
            }
        }
        fail("\"" + read.substr(0, 40) + "\" is no value of \"" + std::string{name} + "\"");
    }

private:
    std::string m_problem;
};

OrderRecord readOrder(Reader &read, dom::object from, AccountId account)
{
    OrderRecord order;
    order.account = account;
    order.symbol = read.text(from, "symbol");
    order.orderId = read.number(from, "orderId");
    order.clientOrderId = read.text(from, "clientOrderId");
    read.word(from, "side", 2, order.side);
    read.word(from, "positionSide", 3, order.positionSide);
    read.word(from, "type", 9, order.type);
    read.word(from, "origType", 9, order.origType);
    read.word(from, "timeInForce", 8, order.timeInForce);
    read.decimal(from, "origQty", order.origQty);
    read.decimal(from, "executedQty", order.executedQty);
    read.decimal(from, "cumQuote", order.cumQuote);
    read.decimal(from, "price", order.price);
    read.decimal(from, "stopPrice", order.stopPrice);
    read.word(from, "status", 7, order.status);
    order.reduceOnly = read.flag(from, "reduceOnly");
    order.closePosition = read.flag(from, "closePosition");
    order.priceProtect = read.flag(from, "priceProtect");
    read.word(from, "workingType", 2, order.workingType);
    read.word(from, "priceMatch", 9, order.priceMatch);
    read.word(from, "selfTradePrevention", 4, order.selfTradePrevention);
    order.goodTillDate = read.number(from, "goodTillDate");
    order.expiryReason = read.smallNumber(from, "expiryReason");
    order.algoId = read.number(from, "algoId");
    order.amendments = read.smallNumber(from, "amendments");
    if (Reader::has(from, "activatePrice")) {
        read.decimal(from, "activatePrice", order.activatePrice);
        read.decimal(from, "callbackRate", order.callbackRate);
    }
    if (Reader::has(from, "modifyId")) {
        order.modifyId = read.number(from, "modifyId");
    }
    order.createdAt = read.time(from, "createdAt");
    order.updatedAt = read.time(from, "updatedAt");
    return order;
}

ConditionalRecord readConditionalRecord(Reader &read, dom::object from, AccountId account)
{
    ConditionalRecord order;
    order.account = account;
    order.algoId = read.number(from, "algoId");
    order.clientAlgoId = read.text(from, "clientAlgoId");
    order.symbol = read.text(from, "symbol");
    read.word(from, "side", 2, order.side);
    read.word(from, "positionSide", 3, order.positionSide);
    read.word(from, "type", 9, order.type);
    read.word(from, "timeInForce", 8, order.timeInForce);
    read.decimal(from, "quantity", order.quantity);
    read.decimal(from, "price", order.price);
    read.decimal(from, "triggerPrice", order.triggerPrice);
    read.word(from, "workingType", 2, order.workingType);
    read.word(from, "priceMatch", 9, order.priceMatch);
    read.word(from, "selfTradePrevention", 4, order.selfTradePrevention);
    order.closePosition = read.flag(from, "closePosition");
    order.priceProtect = read.flag(from, "priceProtect");
    order.reduceOnly = read.flag(from, "reduceOnly");
    read.decimal(from, "activatePrice", order.activatePrice);
    read.decimal(from, "callbackRate", order.callbackRate);
    order.activated = read.flag(from, "activated");
    read.decimal(from, "extreme", order.extreme);
    order.goodTillDate = read.number(from, "goodTillDate");
    read.word(from, "status", 7, order.status);
    order.actualOrderId = read.number(from, "actualOrderId");
    read.word(from, "actualType", 9, order.actualType);
    read.decimal(from, "actualPrice", order.actualPrice);
    read.decimal(from, "actualQty", order.actualQty);
    order.rejectCode = read.smallNumber(from, "rejectCode");
    order.rejectReason = read.text(from, "rejectReason");
    order.createdAt = read.time(from, "createdAt");
    order.updatedAt = read.time(from, "updatedAt");
    if (Reader::has(from, "triggeredAt")) {
        order.triggeredAt = read.time(from, "triggeredAt");
    }
    return order;
}

UserTrade readTrade(Reader &read, dom::object from)
{
    UserTrade trade;
    trade.symbol = read.text(from, "symbol");
    trade.id = read.number(from, "id");
    trade.orderId = read.number(from, "orderId");
    read.word(from, "side", 2, trade.side);
    read.word(from, "positionSide", 3, trade.positionSide);
    read.decimal(from, "price", trade.price);
    read.decimal(from, "quantity", trade.quantity);
    read.decimal(from, "realizedPnl", trade.realizedPnl);
    read.decimal(from, "commission", trade.commission);
    if (Reader::has(from, "commissionAsset")) {
        trade.commissionAsset = read.text(from, "commissionAsset");
    }
    trade.maker = read.flag(from, "maker");
    trade.at = read.time(from, "at");
    return trade;
}

Income readIncome(Reader &read, dom::object from)
{
    Income income;
    read.word(from, "type", 6, income.type);
    if (Reader::has(from, "asset")) {
        income.asset = read.text(from, "asset");
    }
    income.symbol = read.text(from, "symbol");
    read.decimal(from, "amount", income.amount);
    income.tranId = read.number(from, "tranId");
    income.tradeId = read.number(from, "tradeId");
    income.at = read.time(from, "at");
    return income;
}

AmendmentRecord readAmendmentRecord(Reader &read, dom::object from)
{
    AmendmentRecord row;
    row.amendmentId = read.number(from, "amendmentId");
    row.symbol = read.text(from, "symbol");
    row.orderId = read.number(from, "orderId");
    row.clientOrderId = read.text(from, "clientOrderId");
    read.decimal(from, "priceBefore", row.priceBefore);
    read.decimal(from, "priceAfter", row.priceAfter);
    read.decimal(from, "qtyBefore", row.qtyBefore);
    read.decimal(from, "qtyAfter", row.qtyAfter);
    row.count = read.smallNumber(from, "count");
    if (Reader::has(from, "modifyId")) {
        row.modifyId = read.number(from, "modifyId");
    }
    row.at = read.time(from, "at");
    return row;
}

MarginChange readMarginChange(Reader &read, dom::object from)
{
    MarginChange change;
    change.symbol = read.text(from, "symbol");
    read.word(from, "positionSide", 3, change.positionSide);
    change.type = read.smallNumber(from, "type");
    read.decimal(from, "amount", change.amount);
    change.at = read.time(from, "at");
    return change;
}

PositionState readPosition(Reader &read, dom::object from)
{
    PositionState row;
    read.decimal(from, "amount", row.amount);
    read.decimal(from, "cost", row.cost);
    read.decimal(from, "isolatedWallet", row.isolatedWallet);
    read.decimal(from, "feesPaid", row.feesPaid);
    read.decimal(from, "realized", row.realized);
    read.decimal(from, "accumulated", row.accumulated);
    row.wasCalled = read.flag(from, "wasCalled");
    row.updatedAt = read.time(from, "updatedAt");
    return row;
}

void reviveOrder(Reader &read, Account &account, Holding &holding, OrderRecord record)
{
    Listing &listing = *holding.listing;
    const auto [at, isNew] = listing.orders.emplace(record.orderId, std::make_unique<WorkingOrder>());
    if (!isNew || record.symbol != listing.spec.symbol ||
        account.openByClientId.contains(record.clientOrderId)) {
        read.fail("order " + std::to_string(record.orderId) + " is there twice or on the wrong symbol");
        return;
    }
    WorkingOrder &order = *at->second;
    order.record = std::move(record);
    order.account = &account;
    order.listing = &listing;
    order.holding = &holding;
    holding.open.push_back(&order);
    account.openByClientId[order.record.clientOrderId] = &order;
    holding.countOpen(order.record, order.record.remainingQty());
}

void readHolding(Reader &read, dom::object from, Exchange &exchange, Account &account)
{
    const std::string symbol = read.text(from, "symbol");
    Listing *listing = exchange.find(symbol);
    if (listing == nullptr) {
        read.fail("it holds the symbol " + symbol + ", which this exchange does not list");
        return;
    }
    Holding &holding = exchange.holding(account, *listing);
    holding.leverage = read.smallNumber(from, "leverage");
    if (holding.leverage < 1) {
        read.fail("a leverage below 1");
    }
    holding.marginType = domain::parseMarginType(read.text(from, "marginType"));
    if (Reader::has(from, "countdownAt")) {
        holding.countdownAt = read.time(from, "countdownAt");
    }
    const dom::array positions = read.array(from, "positions");
    if (!read.isSound() || positions.size() != holding.positions.size()) {
        read.fail("a symbol without its three position rows");
        return;
    }
    std::size_t row = 0;
    for (const dom::element position : positions) {
        holding.positions[row++] = readPosition(read, read.object(position));
    }
    for (const dom::element order : read.array(from, "orders")) {
        reviveOrder(read, account, holding, readOrder(read, read.object(order), account.id));
    }
}

void readAccount(Reader &read, dom::object from, Exchange &exchange)
{
    auto owned = std::make_unique<Account>();
    Account &account = *owned;
    account.id = read.number(from, "id");
    if (account.id == 0 || !exchange.accounts.emplace(account.id, std::move(owned)).second) {
        read.fail("an account without a number of its own");
        return;
    }
    read.decimal(from, "wallet", account.wallet);
    read.decimal(from, "deposited", account.deposited);
    account.hedgeMode = read.flag(from, "hedgeMode");
    account.multiAssets = Reader::has(from, "multiAssets") && read.flag(from, "multiAssets");
    account.feeBurn = Reader::has(from, "feeBurn") && read.flag(from, "feeBurn");
    account.wasCalled = read.flag(from, "wasCalled");
    if (Reader::has(from, "restriction")) {
        account.restriction = read.smallNumber(from, "restriction");
        if (account.restriction != 0 && !isRestriction(account.restriction)) {
            read.fail("no account is held by the code " + std::to_string(account.restriction));
        }
    }
    account.updatedAt = read.time(from, "updatedAt");
    if (Reader::has(from, "assets")) {
        for (const dom::element row : read.array(from, "assets")) {
            const dom::object entry = read.object(row);
            AssetBalance &balance = account.assets[read.text(entry, "asset")];
            read.decimal(entry, "wallet", balance.wallet);
            read.decimal(entry, "deposited", balance.deposited);
            balance.updatedAt = read.time(entry, "updatedAt");
        }
    }
    for (const dom::element holding : read.array(from, "holdings")) {
        readHolding(read, read.object(holding), exchange, account);
    }
    for (const dom::element row : read.array(from, "conditionals")) {
        ConditionalRecord order = readConditionalRecord(read, read.object(row), account.id);
        if (exchange.find(order.symbol) == nullptr) {
            read.fail("a conditional order on " + order.symbol + ", which this exchange does not list");
        }
        account.conditionals.emplace(order.algoId, std::move(order));
    }
    for (const dom::element row : read.array(from, "finishedOrders")) {
        account.orders.push_back(readOrder(read, read.object(row), account.id));
    }
    for (const dom::element row : read.array(from, "finishedConditionals")) {
        account.finishedConditionals.push_back(readConditionalRecord(read, read.object(row), account.id));
    }
    for (const dom::element row : read.array(from, "trades")) {
        account.trades.push_back(readTrade(read, read.object(row)));
    }
    for (const dom::element row : read.array(from, "incomes")) {
        account.incomes.push_back(readIncome(read, read.object(row)));
    }
    for (const dom::element row : read.array(from, "amendments")) {
        account.amendments.push_back(readAmendmentRecord(read, read.object(row)));
    }
    for (const dom::element row : read.array(from, "marginChanges")) {
        account.marginChanges.push_back(readMarginChange(read, read.object(row)));
    }
}

void readBook(Reader &read, dom::array rows, Listing &listing, Side side)
{
    for (const dom::element row : rows) {
        std::string_view priceText;
        std::string_view quantityText;
        std::int64_t makerId = 0;
        std::int64_t orderId = 0;
        if (row.at(0).get(priceText) != simdjson::SUCCESS ||
            row.at(1).get(quantityText) != simdjson::SUCCESS || row.at(2).get(makerId) != simdjson::SUCCESS ||
            row.at(3).get(orderId) != simdjson::SUCCESS) {
            read.fail("a row of the order book is incomplete");
            return;
        }
        Price price;
        Quantity quantity;
        read.decimalText(priceText, price);
        read.decimalText(quantityText, quantity);
        if (!price.isPositive() || !quantity.isPositive()) {
            read.fail("a row of the order book without price or quantity");
            return;
        }
        if (orderId == 0) {
            BookEntry &entry = listing.book.anonymous(side, price, quantity, makerId);
            listing.book.append(entry);
            if (makerId != 0) {
                listing.makers.emplace(makerId, &entry);
            }
            continue;
        }
        const auto found = listing.orders.find(orderId);
        if (found == listing.orders.end() || found->second->entry.isResting ||
            found->second->record.price != price || found->second->record.side != side) {
            read.fail("order " + std::to_string(orderId) + " rests where it does not belong");
            return;
        }
        WorkingOrder &order = *found->second;
        order.entry.side = side;
        order.entry.price = price;
        order.entry.remaining = quantity;
        order.entry.order = &order;
        order.entry.isRpi = order.record.timeInForce == TimeInForce::Rpi;
        listing.book.append(order.entry);
    }
}

/// Caps may be larger than anything else of this exchange.
LeverageBrackets readBrackets(Reader &read, dom::object from)
{
    LeverageBrackets brackets;
    for (const dom::element element : read.array(from, "brackets")) {
        const dom::object row = read.object(element);
        domain::LeverageBracket &bracket = brackets.emplace_back();
        bracket.bracket = read.smallNumber(row, "bracket");
        bracket.maxLeverage = read.smallNumber(row, "maxLeverage");
        for (const auto &[name, amount] : {std::pair{"notionalFloor", &bracket.notionalFloor},
                 std::pair{"notionalCap", &bracket.notionalCap},
                 std::pair{"maintenanceAmount", &bracket.maintenanceAmount}}) {
            const auto value = Money::parse(read.text(row, name));
            value ? void(*amount = *value) : read.fail("a leverage table without " + std::string{name});
        }
        read.decimal(row, "maintenanceMarginRate", bracket.maintenanceMarginRate);
    }
    auto sound = domain::validatedBrackets(std::move(brackets));
    if (!sound) {
        read.fail("a leverage table (" + sound.error().detail + ")");
        return {};
    }
    return std::move(*sound);
}

/// What was set about the symbol; older states do not know of it.
void readRules(Reader &read, dom::object from, Listing &listing)
{
    if (!Reader::has(from, "positionControl")) {
        return;
    }
    read.word(from, "positionControl", 4, listing.positionControl);
    read.decimal(from, "triggerUp", listing.triggerUp);
    read.decimal(from, "triggerDown", listing.triggerDown);
    if (Reader::has(from, "brackets")) {
        listing.brackets = readBrackets(read, from);
    }
}

void readListing(Reader &read, dom::object from, Exchange &exchange, Timestamp now)
{
    const std::string symbol = read.text(from, "symbol");
    Listing *listing = exchange.find(symbol);
    if (listing == nullptr) {
        read.fail("it knows the symbol " + symbol + ", which this exchange does not list");
        return;
    }
    listing->nextOrderId = read.number(from, "nextOrderId");
    listing->lastTradeId = read.number(from, "lastTradeId");
    listing->updateId = read.number(from, "updateId");
    listing->rpiUpdates = Reader::has(from, "rpiUpdates") ? read.number(from, "rpiUpdates") : 0;
    read.decimal(from, "last", listing->last);
    read.decimal(from, "mark", listing->mark);
    read.decimal(from, "index", listing->index);
    listing->isMarkTold = read.flag(from, "isMarkTold");
    listing->nextBasisAt = read.time(from, "nextBasisAt");
    listing->nextPremiumAt = read.time(from, "nextPremiumAt");
    read.decimal(from, "weightedPremium", listing->weightedPremium);
    listing->premiumSamples = read.number(from, "premiumSamples");
    if (listing->premiumSamples < 0 || listing->premiumSamples > mostSamples) {
        read.fail("the number of premium samples is out of range");
    }
    read.decimal(from, "fundingRate", listing->fundingRate);
    listing->nextFundingAt = read.time(from, "nextFundingAt");
    if (listing->nextFundingAt != Timestamp{} && listing->nextFundingAt <= now) {
        listing->nextFundingAt = nextFundingTime(*listing, now);
    }
    read.decimal(from, "marketAmount", listing->marketAmount);
    read.decimal(from, "marketCash", listing->marketCash);
    if (Reader::has(from, "toldFundingRate")) {
        Rate told;
        read.decimal(from, "toldFundingRate", told);
        listing->toldFundingRate = told;
    }
    readRules(read, from, *listing);
    for (const dom::element sample : read.array(from, "basis")) {
        std::string_view text;
        if (sample.get(text) != simdjson::SUCCESS) {
            read.fail("a basis sample is not a text");
            return;
        }
        read.decimalText(text, listing->basis.emplace_back());
    }
    readBook(read, read.array(from, "bids"), *listing, Side::Buy);
    readBook(read, read.array(from, "asks"), *listing, Side::Sell);
}

/// Ids that are handed out next must not be in use.
void checkCounters(Reader &read, const Exchange &exchange)
{
    for (const auto &listing : exchange.listings) {
        for (const auto &[orderId, order] : listing->orders) {
            if (orderId >= listing->nextOrderId) {
                read.fail("the next order id of " + listing->spec.symbol + " is in use");
            }
        }
        for (const auto &[makerId, entry] : listing->makers) {
            if (makerId >= exchange.nextMakerId) {
                read.fail("the next id of an anonymous order is in use");
            }
        }
    }
    for (const auto &[id, account] : exchange.accounts) {
        if (!account->conditionals.empty() && account->conditionals.rbegin()->first >= exchange.nextAlgoId) {
            read.fail("the next id of a conditional order is in use");
        }
    }
}

/// Configuration and listings of an exchange, with nothing in it yet.
std::unique_ptr<Exchange> emptyLike(const Exchange &current, Timestamp now)
{
    auto exchange = std::make_unique<Exchange>();
    exchange->config = current.config;
    exchange->now = now;
    for (const auto &listed : current.listings) {
        Listing &listing = *exchange->listings.emplace_back(std::make_unique<Listing>());
        listing.spec = listed->spec;
        listing.brackets = listed->listedBrackets;
        listing.listedBrackets = listed->listedBrackets;
        listing.rates = listed->rates;
        listing.fundingInterval = listed->fundingInterval;
        listing.nextOrderId = current.config.firstOrderId;
        listing.lastTradeId = current.config.firstTradeId - 1;
        exchange->bySymbol.emplace(listing.spec.symbol, &listing);
    }
    return exchange;
}

} // namespace

Result<std::unique_ptr<Exchange>> readState(std::string_view text, const Exchange &current, Timestamp now)
{
    dom::parser parser;
    dom::element document;
    dom::object from;
    if (parser.parse(simdjson::padded_string{text}).get(document) != simdjson::SUCCESS ||
        document.get(from) != simdjson::SUCCESS) {
        return failure(ErrorCode::Malformed, "The saved paper account is damaged: it is not JSON.");
    }
    Reader read;
    if (read.text(from, "format") != stateFormat) {
        return failure(ErrorCode::Malformed, "The file is not a saved paper account.");
    }
    const std::int64_t version = read.number(from, "version");
    if (version != stateVersion) {
        return failure(ErrorCode::Malformed, "The saved paper account has version " +
                                                 std::to_string(version) + "; this program reads version " +
                                                 std::to_string(stateVersion) + ".");
    }
    auto exchange = emptyLike(current, now);
    exchange->nextLifetimeCheckAt = read.time(from, "nextLifetimeCheckAt");
    exchange->nextAlgoId = read.number(from, "nextAlgoId");
    exchange->nextMakerId = read.number(from, "nextMakerId");
    exchange->nextTranId = read.number(from, "nextTranId");
    exchange->nextAmendmentId = read.number(from, "nextAmendmentId");
    exchange->nextGeneratedId = read.number(from, "nextGeneratedId");
    read.decimal(from, "feesCollected", exchange->feesCollected);
    read.decimal(from, "fundingPot", exchange->fundingPot);
    read.decimal(from, "insuranceFund", exchange->insuranceFund);
    read.decimal(from, "insuranceStart", exchange->insuranceStart);
    if (Reader::has(from, "exchangePaid")) {
        read.decimal(from, "exchangePaid", exchange->exchangePaid);
        for (const dom::element row : read.array(from, "assetPots")) {
            const dom::object entry = read.object(row);
            Exchange::AssetPot &pot = exchange->assetPots[read.text(entry, "asset")];
            read.decimal(entry, "fees", pot.fees);
            read.decimal(entry, "exchanged", pot.exchanged);
        }
    }
    if (Reader::has(from, "triggersHeldUntil")) {
        exchange->triggersHeldUntil = read.time(from, "triggersHeldUntil");
        exchange->refusedTriggers = read.smallNumber(from, "refusedTriggers");
    }
    for (const dom::element account : read.array(from, "accounts")) {
        readAccount(read, read.object(account), *exchange);
    }
    for (const dom::element listing : read.array(from, "listings")) {
        readListing(read, read.object(listing), *exchange, now);
    }
    for (const auto &[id, account] : exchange->accounts) {
        revalue(*exchange, *account); // listings are read: their prices are known
    }
    checkCounters(read, *exchange);
    if (!read.isSound()) {
        return failure(ErrorCode::Malformed, "The saved paper account is damaged: " + read.problem() + ".");
    }
    if (const std::vector<std::string> breaches = findBreaches(*exchange); !breaches.empty()) {
        return failure(ErrorCode::Malformed, "The saved paper account is damaged: " + breaches.front() + ".");
    }
    return exchange;
}

} // namespace paper
