#include "exchange/paper/core/assets.h"
#include "exchange/paper/core/clockwork.h"
#include "exchange/paper/core/deleverage.h"
#include "exchange/paper/core/engine.h"
#include "exchange/paper/core/history.h"
#include "exchange/paper/core/margin.h"
#include "exchange/paper/core/settings.h"

namespace paper
{
namespace
{

/// Runs an action on an account's symbol at a moment, and what follows from it.
template <class Action>
auto onHolding(Exchange &exchange, AccountId id, const Symbol &symbol, Timestamp now, Action action)
    -> decltype(action(std::declval<Account &>(), std::declval<Listing &>()))
{
    exchange.reachTime(now);
    Account *account = exchange.findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    Listing *listing = exchange.find(symbol);
    if (listing == nullptr) {
        return invalidSymbol();
    }
    auto result = action(*account, *listing);
    settle(exchange);
    return result;
}

/// The listings a query means: one, or all.
std::vector<Listing *> listingsOf(const Exchange &exchange, const std::optional<Symbol> &symbol)
{
    std::vector<Listing *> listings;
    for (const auto &listing : exchange.listings) {
        if (!symbol || *symbol == listing->spec.symbol) {
            listings.push_back(listing.get());
        }
    }
    return listings;
}

/// Calls use(holding) for every listing a query means; what the account never touched has default settings.
template <class Use>
void forHoldings(
    const Exchange &exchange, const Account &account, const std::optional<Symbol> &symbol, Use use)
{
    for (Listing *listing : listingsOf(exchange, symbol)) {
        const auto held = account.holdings.find(listing->spec.symbol);
        if (held != account.holdings.end()) {
            use(held->second);
        } else {
            use(exchange.freshHolding(*listing));
        }
    }
}

} // namespace

Result<void> Engine::transfer(AccountId id, Money amount, Timestamp now)
{
    m_exchange->reachTime(now);
    Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    auto result = transferFunds(*m_exchange, *account, amount);
    settle(*m_exchange);
    return result;
}

Result<void> Engine::transferAsset(AccountId id, const std::string &asset, Money amount, Timestamp now)
{
    m_exchange->reachTime(now);
    Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    auto result = paper::transferAsset(*m_exchange, *account, asset, amount);
    settle(*m_exchange);
    return result;
}

Result<SymbolConfigView> Engine::setLeverage(AccountId id, const Symbol &symbol, int leverage, Timestamp now)
{
    return onHolding(*m_exchange, id, symbol, now, [&](Account &account, Listing &listing) {
        return changeLeverage(*m_exchange, account, listing, leverage);
    });
}

Result<void> Engine::setMarginType(AccountId id, const Symbol &symbol, MarginType type, Timestamp now)
{
    return onHolding(*m_exchange, id, symbol, now, [&](Account &account, Listing &listing) {
        return changeMarginType(*m_exchange, account, listing, type);
    });
}

Result<void> Engine::setHedgeMode(AccountId id, bool hedge, Timestamp now)
{
    m_exchange->reachTime(now);
    Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    return changeHedgeMode(*account, hedge);
}

bool Engine::isHedgeMode(AccountId id) const
{
    const Account *account = m_exchange->findAccount(id);
    return account != nullptr && account->hedgeMode;
}

Result<void> Engine::setMultiAssets(AccountId id, bool on, Timestamp now)
{
    m_exchange->reachTime(now);
    Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    auto changed = changeMultiAssets(*m_exchange, *account, on);
    settle(*m_exchange);
    return changed;
}

bool Engine::isMultiAssets(AccountId id) const
{
    const Account *account = m_exchange->findAccount(id);
    return account != nullptr && account->multiAssets;
}

Result<void> Engine::setFeeBurn(AccountId id, bool on, Timestamp now)
{
    m_exchange->reachTime(now);
    Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    account->feeBurn = on;
    return {};
}

bool Engine::isFeeBurn(AccountId id) const
{
    const Account *account = m_exchange->findAccount(id);
    return account != nullptr && account->feeBurn;
}

Result<void> Engine::changePositionMargin(
    AccountId id, const Symbol &symbol, PositionSide side, Money amount, int type, Timestamp now)
{
    return onHolding(*m_exchange, id, symbol, now, [&](Account &account, Listing &listing) {
        return movePositionMargin(*m_exchange, account, listing, side, amount, type);
    });
}

std::vector<MarginChange> Engine::marginChanges(AccountId id, const HistoryQuery &query) const
{
    const Account *account = m_exchange->findAccount(id);
    return account == nullptr ? std::vector<MarginChange>{} : marginChangesOf(*account, query);
}

Result<AccountView> Engine::account(AccountId id) const
{
    const Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    AccountView view = accountView(*account);
    for (const auto &[asset, balance] : account->assets) {
        const Money mostOut =
            account->multiAssets && view.availableBalance < account->collateral ? Money{} : balance.wallet;
        view.others.push_back(
            {asset, balance.wallet, mostOut, assetPrice(*m_exchange, asset), balance.updatedAt});
    }
    for (PositionView &row : view.positions) {
        row.adl = adlQuantileOf(*m_exchange, *account, account->holdings.at(row.symbol), row.positionSide);
    }
    return view;
}

std::vector<PositionView> Engine::positions(AccountId id, const std::optional<Symbol> &symbol) const
{
    std::vector<PositionView> rows;
    if (const Account *account = m_exchange->findAccount(id)) {
        forHoldings(*m_exchange, *account, symbol, [&](const Holding &holding) {
            for (const PositionSide side : sidesOf(*account)) {
                rows.push_back(positionView(*account, holding, side));
                rows.back().adl = adlQuantileOf(*m_exchange, *account, holding, side);
            }
        });
    }
    return rows;
}

std::vector<SymbolConfigView> Engine::symbolConfigs(AccountId id, const std::optional<Symbol> &symbol) const
{
    std::vector<SymbolConfigView> rows;
    if (const Account *account = m_exchange->findAccount(id)) {
        forHoldings(*m_exchange, *account, symbol,
            [&](const Holding &holding) { rows.push_back(configOf(holding)); });
    }
    return rows;
}

Result<domain::CommissionRates> Engine::commissionRate(AccountId id, const Symbol &symbol) const
{
    if (!hasAccount(id)) {
        return unknownAccount();
    }
    const Listing *listing = m_exchange->find(symbol);
    if (listing == nullptr) {
        return invalidSymbol();
    }
    return listing->rates;
}

std::vector<Income> Engine::income(
    AccountId id, const HistoryQuery &query, std::optional<IncomeType> type) const
{
    const Account *account = m_exchange->findAccount(id);
    return account == nullptr ? std::vector<Income>{} : incomesOf(*account, query, type);
}

} // namespace paper
