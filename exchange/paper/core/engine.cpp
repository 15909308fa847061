#include "exchange/paper/core/engine.h"

#include "exchange/paper/core/assets.h"
#include "exchange/paper/core/clockwork.h"
#include "exchange/paper/core/deleverage.h"
#include "exchange/paper/core/exchange.h"
#include "exchange/paper/core/funding.h"
#include "exchange/paper/core/invariants.h"
#include "exchange/paper/core/liquidation.h"
#include "exchange/paper/core/matching.h"
#include "exchange/paper/core/restrictions.h"
#include "exchange/paper/core/settings.h"
#include "exchange/paper/core/state.h"

#include <algorithm>
#include <utility>

// The facade: set-up, time, the anonymous market, public data, persistence. Trading and account calls are in
// engine_trading.cpp and engine_account.cpp.
namespace paper
{
namespace
{

/// Runs one action on a listed symbol at a moment and what follows from it.
template <class Action> void onListing(Exchange &exchange, const Symbol &symbol, Timestamp now, Action action)
{
    exchange.reachTime(now);
    if (Listing *listing = exchange.find(symbol)) {
        action(*listing);
        settle(exchange);
    }
}

struct PositionRef
{
    Account *account = nullptr;
    Holding *holding = nullptr;
};

/// A position that is not flat, or why there is none.
Result<PositionRef> positionOf(
    const Exchange &exchange, AccountId id, const Symbol &symbol, PositionSide side)
{
    Account *account = exchange.findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    const auto held = account->holdings.find(symbol);
    if (held == account->holdings.end() || held->second.position(side).isFlat()) {
        return domain::failure(domain::ErrorCode::NotFound, "There is no such position.");
    }
    return PositionRef{account, &held->second};
}

/// As exchangeInfo has it.
std::string wordOf(domain::SymbolStatus status)
{
    switch (status) {
    case domain::SymbolStatus::Trading:
        return "TRADING";
    case domain::SymbolStatus::PendingTrading:
        return "PENDING_TRADING";
    case domain::SymbolStatus::CancelOnly:
        return "TRADING_CANCEL_ONLY";
    case domain::SymbolStatus::Settling:
        return "SETTLING";
    case domain::SymbolStatus::Closed:
        return "CLOSE";
    default:
        return "HALT";
    }
}

bool isSensible(Price price, Quantity quantity)
{
    return price.isPositive() && quantity.isPositive();
}

/// Where a symbol is halted or settling, nobody trades: the anonymous market no more than accounts.
template <class Action>
void whereItTrades(Exchange &exchange, const Symbol &symbol, Timestamp now, Action action)
{
    const Listing *listing = exchange.find(symbol);
    if (listing != nullptr && listing->spec.isTrading()) {
        onListing(exchange, symbol, now, action);
    }
}

} // namespace

Engine::Engine(EngineConfig config) : m_exchange{std::make_unique<Exchange>()}
{
    m_exchange->nextAlgoId = config.firstAlgoId;
    m_exchange->insuranceFund = config.insuranceFund;
    m_exchange->insuranceStart = config.insuranceFund;
    config.historyLimit = std::max<std::size_t>(1, config.historyLimit); // answers are read from the history
    m_exchange->config = std::move(config);
}

Engine::~Engine() = default;
Engine::Engine(Engine &&) noexcept = default;
Engine &Engine::operator=(Engine &&) noexcept = default;

void Engine::addSymbol(SymbolSpec spec, LeverageBrackets brackets, domain::CommissionRates rates,
    domain::Milliseconds fundingInterval)
{
    Listing *listing = m_exchange->find(spec.symbol);
    if (listing == nullptr) {
        listing = m_exchange->listings.emplace_back(std::make_unique<Listing>()).get();
        m_exchange->bySymbol.emplace(spec.symbol, listing);
        listing->nextOrderId = m_exchange->config.firstOrderId;
        listing->lastTradeId = m_exchange->config.firstTradeId - 1;
    }
    listing->spec = std::move(spec);
    listing->brackets = std::move(brackets);
    listing->listedBrackets = listing->brackets;
    listing->rates = rates;
    listing->fundingInterval = fundingInterval;
    if (listing->nextFundingAt != Timestamp{}) {
        listing->nextFundingAt = nextFundingTime(*listing, m_exchange->now);
    }
}

std::vector<Symbol> Engine::symbols() const
{
    std::vector<Symbol> names;
    for (const auto &listing : m_exchange->listings) {
        names.push_back(listing->spec.symbol);
    }
    return names;
}

const SymbolSpec *Engine::spec(const Symbol &symbol) const
{
    const Listing *listing = m_exchange->find(symbol);
    return listing == nullptr ? nullptr : &listing->spec;
}

const LeverageBrackets *Engine::brackets(const Symbol &symbol) const
{
    const Listing *listing = m_exchange->find(symbol);
    return listing == nullptr ? nullptr : &listing->brackets;
}

domain::Milliseconds Engine::fundingInterval(const Symbol &symbol) const
{
    const Listing *listing = m_exchange->find(symbol);
    return listing == nullptr ? domain::Milliseconds{0} : listing->fundingInterval;
}

void Engine::setBrackets(const Symbol &symbol, LeverageBrackets brackets, Timestamp now)
{
    onListing(*m_exchange, symbol, now, [&](Listing &listing) {
        listing.brackets = std::move(brackets);
        m_exchange->touchRisk(listing);
    });
}

void Engine::setSpec(SymbolSpec spec)
{
    if (Listing *listing = m_exchange->find(spec.symbol)) {
        listing->spec = std::move(spec);
    }
}

Result<void> Engine::createAccount(AccountId id, Money wallet, Timestamp now)
{
    m_exchange->reachTime(now);
    if (id == 0 || hasAccount(id)) {
        return domain::failure(
            domain::ErrorCode::Rejected, "The account number " + std::to_string(id) + " is taken.");
    }
    auto account = std::make_unique<Account>();
    account->id = id;
    account->wallet = wallet;
    account->deposited = wallet;
    account->updatedAt = m_exchange->now;
    m_exchange->addIncome(*account, IncomeType::Transfer, {}, wallet);
    m_exchange->accounts.emplace(id, std::move(account));
    return {};
}

bool Engine::hasAccount(AccountId id) const
{
    return m_exchange->findAccount(id) != nullptr;
}

std::vector<AccountId> Engine::accounts() const
{
    std::vector<AccountId> ids;
    for (const auto &[id, account] : m_exchange->accounts) {
        ids.push_back(id);
    }
    return ids;
}

void Engine::advance(Timestamp now)
{
    m_exchange->reachTime(now);
    runDue(*m_exchange);
}

std::int64_t Engine::placeMarketMaker(
    const Symbol &symbol, Side side, Price price, Quantity quantity, Timestamp now)
{
    std::int64_t id = 0;
    if (isSensible(price, quantity)) {
        whereItTrades(*m_exchange, symbol, now,
            [&](Listing &listing) { id = restAnonymously(*m_exchange, listing, side, price, quantity); });
    }
    return id;
}

bool Engine::cancelMarketMaker(std::int64_t id, Timestamp now)
{
    m_exchange->reachTime(now);
    return std::ranges::any_of(
        m_exchange->listings, [&](const auto &listing) { return withdraw(*m_exchange, *listing, id); });
}

void Engine::setMarketMakerLevel(
    const Symbol &symbol, Side side, Price price, Quantity quantity, Timestamp now)
{
    if (price.isPositive() && !quantity.isNegative()) {
        whereItTrades(*m_exchange, symbol, now,
            [&](Listing &listing) { setLevel(*m_exchange, listing, side, price, quantity); });
    }
}

void Engine::clearMarketMakers(const Symbol &symbol, Timestamp now)
{
    onListing(*m_exchange, symbol, now, [&](Listing &listing) { withdrawAll(*m_exchange, listing); });
}

Quantity Engine::marketTaker(
    const Symbol &symbol, Side side, Quantity quantity, Price limitPrice, Timestamp now)
{
    Quantity traded;
    if (quantity.isPositive() && !limitPrice.isNegative()) {
        whereItTrades(*m_exchange, symbol, now, [&](Listing &listing) {
            traded = takeAnonymously(*m_exchange, listing, side, limitPrice, quantity, true);
        });
    }
    return traded;
}

void Engine::setIndexPrice(const Symbol &symbol, Price price, Timestamp now)
{
    if (!price.isPositive()) {
        return;
    }
    onListing(*m_exchange, symbol, now, [&](Listing &listing) {
        listing.index = price;
        revalueHolders(*m_exchange, listing);
        if (!listing.isMarkTold) {
            setMark(*m_exchange, listing, computedMark(listing, m_exchange->now));
        }
    });
}

void Engine::setMarkPrice(const Symbol &symbol, Price price, Timestamp now)
{
    if (!price.isPositive()) {
        return;
    }
    onListing(*m_exchange, symbol, now, [&](Listing &listing) {
        listing.isMarkTold = true;
        setMark(*m_exchange, listing, price);
    });
}

void Engine::followComputedMark(const Symbol &symbol, Timestamp now)
{
    onListing(*m_exchange, symbol, now, [&](Listing &listing) {
        listing.isMarkTold = false;
        setMark(*m_exchange, listing, computedMark(listing, m_exchange->now));
    });
}

void Engine::setFundingRate(const Symbol &symbol, std::optional<Rate> rate)
{
    if (Listing *listing = m_exchange->find(symbol)) {
        listing->toldFundingRate = rate;
        listing->fundingRate = estimatedFundingRate(*listing);
    }
}

void Engine::setSymbolStatus(const Symbol &symbol, domain::SymbolStatus status)
{
    if (Listing *listing = m_exchange->find(symbol)) {
        listing->spec.status = status;
        listing->spec.statusText = wordOf(status);
    }
}

void Engine::setPositionControl(const Symbol &symbol, PositionControl control)
{
    if (Listing *listing = m_exchange->find(symbol)) {
        listing->positionControl = control;
    }
}

PositionControl Engine::positionControl(const Symbol &symbol) const
{
    const Listing *listing = m_exchange->find(symbol);
    return listing == nullptr ? PositionControl::None : listing->positionControl;
}

void Engine::setTriggerBand(const Symbol &symbol, Rate down, Rate up)
{
    if (Listing *listing = m_exchange->find(symbol)) {
        listing->triggerDown = down;
        listing->triggerUp = up;
    }
}

Result<void> Engine::setRestriction(AccountId id, int code)
{
    Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    if (code != 0 && !isRestriction(code)) {
        return domain::failure(
            domain::ErrorCode::Rejected, "No account is held by the code " + std::to_string(code) + ".");
    }
    account->restriction = code;
    return {};
}

int Engine::restriction(AccountId id) const
{
    const Account *account = m_exchange->findAccount(id);
    return account == nullptr ? 0 : account->restriction;
}

Result<void> Engine::liquidate(AccountId id, const Symbol &symbol, PositionSide side, Timestamp now)
{
    m_exchange->reachTime(now);
    return positionOf(*m_exchange, id, symbol, side).map([&](const PositionRef &position) {
        liquidatePosition(*m_exchange, *position.account, *position.holding, side);
        settle(*m_exchange);
    });
}

Result<void> Engine::deleverage(AccountId id, const Symbol &symbol, PositionSide side, Timestamp now)
{
    m_exchange->reachTime(now);
    return positionOf(*m_exchange, id, symbol, side).map([&](const PositionRef &position) {
        deleveragePosition(*m_exchange, *position.account, *position.holding, side);
        settle(*m_exchange);
    });
}

void Engine::settleContract(const Symbol &symbol, Timestamp now)
{
    onListing(*m_exchange, symbol, now, [&](Listing &listing) {
        paper::settleContract(*m_exchange, listing);
        setSymbolStatus(symbol, domain::SymbolStatus::Closed);
    });
}

void Engine::holdTriggers(Timestamp until)
{
    m_exchange->triggersHeldUntil = until;
}

void Engine::refuseTriggers(int count)
{
    m_exchange->refusedTriggers = count;
}

Money Engine::insuranceFund() const
{
    return m_exchange->insuranceFund;
}

std::optional<MarketView> Engine::market(const Symbol &symbol) const
{
    const Listing *listing = m_exchange->find(symbol);
    if (listing == nullptr) {
        return std::nullopt;
    }
    MarketView view;
    view.bid = listing->book.best(Side::Buy);
    view.bidQty = listing->book.bestQuantity(Side::Buy);
    view.ask = listing->book.best(Side::Sell);
    view.askQty = listing->book.bestQuantity(Side::Sell);
    // Before the first trade there is no last price; a zero would look like one.
    view.last = listing->last.isPositive()   ? listing->last
                : listing->mark.isPositive() ? listing->mark
                                             : listing->index;
    view.mark = listing->mark;
    view.index = listing->index;
    view.fundingRate = listing->fundingRate;
    view.nextFundingAt = listing->nextFundingAt == Timestamp{} ? nextFundingTime(*listing, m_exchange->now)
                                                               : listing->nextFundingAt;
    view.lastUpdateId = listing->updateId;
    view.lastTradeId = listing->lastTradeId;
    view.openInterest = std::max(Quantity{}, listing->marketAmount);
    for (const auto &[id, account] : m_exchange->accounts) {
        const auto held = account->holdings.find(symbol);
        if (held != account->holdings.end()) {
            for (const PositionState &row : held->second.positions) {
                view.openInterest += std::max(Quantity{}, row.amount);
            }
        }
    }
    return view;
}

Result<domain::BookSnapshot> Engine::bookWithRpi(const Symbol &symbol, std::size_t depth) const
{
    const Listing *listing = m_exchange->find(symbol);
    if (listing == nullptr) {
        return invalidSymbol();
    }
    return domain::BookSnapshot{symbol, listing->updateId + listing->rpiUpdates,
        listing->book.levelsWithRpi(Side::Buy, depth), listing->book.levelsWithRpi(Side::Sell, depth),
        m_exchange->now};
}

std::vector<domain::BookLevel> Engine::rpiLevels(const Symbol &symbol, Side side) const
{
    const Listing *listing = m_exchange->find(symbol);
    return listing == nullptr ? std::vector<domain::BookLevel>{} : listing->book.shownRpi(side);
}

Quantity Engine::publicQuantity(const Symbol &symbol, Side side, Price price) const
{
    const Listing *listing = m_exchange->find(symbol);
    return listing == nullptr ? Quantity{} : listing->book.totalAt(side, price);
}

Result<domain::BookSnapshot> Engine::book(const Symbol &symbol, std::size_t depth) const
{
    const Listing *listing = m_exchange->find(symbol);
    if (listing == nullptr) {
        return invalidSymbol();
    }
    return domain::BookSnapshot{symbol, listing->updateId, listing->book.levels(Side::Buy, depth),
        listing->book.levels(Side::Sell, depth), m_exchange->now};
}

std::vector<Event> Engine::takeEvents()
{
    std::vector<Event> taken = std::exchange(m_exchange->events, {});
    m_exchange->events.reserve(taken.size()); // the next ones will be about as many
    return taken;
}

std::string Engine::saveState() const
{
    return writeState(*m_exchange);
}

std::string Engine::saveChanges(bool withMarket)
{
    return writeChanges(*m_exchange, withMarket);
}

void Engine::markSaved()
{
    markWritten(*m_exchange);
}

Result<void> Engine::loadState(std::string_view text, Timestamp now, const std::vector<std::string> &changes)
{
    const auto merged = mergeStates(text, changes, m_exchange->config.historyLimit);
    if (!merged) {
        return tl::unexpected<domain::Error>{merged.error()};
    }
    auto loaded = readState(*merged, *m_exchange, now);
    if (!loaded) {
        return tl::unexpected<domain::Error>{loaded.error()};
    }
    m_exchange = std::move(*loaded);
    return {};
}

EngineSizes Engine::sizes() const
{
    EngineSizes sizes;
    sizes.events = m_exchange->events.size();
    for (const auto &[id, account] : m_exchange->accounts) {
        sizes.conditionals += account->conditionals.size();
        sizes.histories += account->orders.size() + account->finishedConditionals.size() +
                           account->trades.size() + account->incomes.size() + account->amendments.size() +
                           account->marginChanges.size();
    }
    for (const auto &listing : m_exchange->listings) {
        sizes.openOrders += listing->orders.size();
        sizes.bookLevels += listing->book.ladder(Side::Buy).size() + listing->book.ladder(Side::Sell).size();
        sizes.bookEntries += listing->book.places();
    }
    return sizes;
}

std::vector<std::string> Engine::checkInvariants() const
{
    return findBreaches(*m_exchange);
}

} // namespace paper
