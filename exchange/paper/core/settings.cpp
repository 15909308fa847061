#include "exchange/paper/core/settings.h"

#include "exchange/paper/core/assets.h"
#include "exchange/paper/core/ledger.h"
#include "exchange/paper/core/margin.h"
#include "exchange/paper/core/restrictions.h"
#include "models/domain/risk/brackets.h"

#include <algorithm>

namespace paper
{
namespace
{

constexpr std::array<PositionSide, 3> allSides{PositionSide::Both, PositionSide::Long, PositionSide::Short};
constexpr int addMargin = 1;
constexpr int takeMargin = 2;

/// Margin that position and orders of the symbol take from the cross wallet.
Money crossNeed(const Holding &holding)
{
    Money need;
    for (const PositionSide side : allSides) {
        const Money requirement = requirementOf(holding, side);
        need += holding.marginType == MarginType::Cross
                    ? requirement
                    : std::max(Money{}, requirement - positionMargin(holding, holding.position(side)));
    }
    return need;
}

Money exposureOf(const Holding &holding)
{
    Money most;
    for (const PositionSide side : allSides) {
        const Money position = holding.listing->mark * holding.position(side).amount;
        const Holding::Sums &sums = holding.sumsOf(side);
        most = std::max(
            {most, (position + sums.openingValue[0]).abs(), (position - sums.openingValue[1]).abs()});
    }
    return most;
}

} // namespace

SymbolConfigView configOf(const Holding &holding)
{
    return {holding.listing->spec.symbol, holding.marginType, holding.leverage, maxNotionalOf(holding)};
}

Result<SymbolConfigView> changeLeverage(Exchange &exchange, Account &account, Listing &listing, int leverage)
{
    Holding &holding = exchange.holding(account, listing);
    const int most =
        listing.brackets.empty() ? exchange.config.defaultLeverage : listing.brackets.front().maxLeverage;
    if (leverage < 1 || leverage > most) {
        return refuse(-4028, "Leverage " + std::to_string(leverage) + " is not valid");
    }
    if (const auto checked = checkMayRaise(account, leverage); !checked) {
        return tl::unexpected<domain::Error>{checked.error()};
    }
    if (leverage == holding.leverage) {
        return configOf(holding);
    }
    if (exposureOf(holding) > domain::maxNotionalAt(listing.brackets, leverage)) {
        return refuse(-2027, "Exceeded the maximum allowable position at current leverage.");
    }
    if (leverage < holding.leverage) {
        if (holding.marginType == MarginType::Isolated && holding.hasPosition()) {
            return refuse(
                -4161, "Leverage reduction is not supported in Isolated Margin Mode with open positions.");
        }
        Holding planned = holding;
        planned.leverage = leverage;
        if (crossNeed(planned) - crossNeed(holding) > crossTotals(account).available()) {
            return refuse(-2028, "Leverage is smaller than permitted: insufficient margin balance.");
        }
    }
    holding.leverage = leverage;
    exchange.emit(ConfigUpdateEvent{account.id, listing.spec.symbol, leverage, exchange.now});
    return configOf(holding);
}

Result<void> changeMarginType(Exchange &exchange, Account &account, Listing &listing, MarginType type)
{
    Holding &holding = exchange.holding(account, listing);
    if (type == holding.marginType) {
        return refuse(-4046, "No need to change margin type.");
    }
    if (account.multiAssets && type == MarginType::Isolated) {
        return refuse(-4168, "Unable to adjust to isolated-margin mode under the Multi-Assets mode.");
    }
    if (!holding.open.empty()) {
        return refuse(-4047, "Margin type cannot be changed if there exists open orders.");
    }
    if (holding.hasPosition()) {
        return refuse(-4048, "Margin type cannot be changed if there exists position.");
    }
    holding.marginType = type;
    std::vector<PositionChange> rows;
    for (const PositionSide side : sidesOf(account)) {
        rows.push_back(positionChange(holding, side));
    }
    emitAccountUpdate(exchange, account, UpdateReason::MarginTypeChange, std::move(rows));
    return {};
}

Result<void> changeHedgeMode(Account &account, bool hedge)
{
    if (account.hedgeMode == hedge) {
        return refuse(-4059, "No need to change position side.");
    }
    const bool hasConditional =
        std::ranges::any_of(account.conditionals, [](const auto &entry) { return entry.second.isOpen(); });
    if (!account.openByClientId.empty() || hasConditional) {
        return refuse(-4067, "Position side cannot be changed if there exists open orders.");
    }
    if (std::ranges::any_of(account.holdings, [](const auto &entry) { return entry.second.hasPosition(); })) {
        return refuse(-4068, "Position side cannot be changed if there exists position.");
    }
    account.hedgeMode = hedge;
    return {};
}

Result<void> changeMultiAssets(Exchange &exchange, Account &account, bool on)
{
    if (account.multiAssets == on) {
        return refuse(
            -4171, "Adjusted asset mode is currently set and does not need to be adjusted repeatedly.");
    }
    const bool hasIsolated = std::ranges::any_of(
        account.holdings, [](const auto &entry) { return entry.second.marginType == MarginType::Isolated; });
    if (on && hasIsolated) {
        return refuse(-4167, "Unable to adjust to Multi-Assets mode with symbols of USDS-M Futures under "
                             "isolated-margin mode.");
    }
    if (account.wallet.isNegative()) {
        return refuse(-4172,
            "Unable to adjust Multi-Assets Mode with a negative wallet balance of margin available "
            "asset in USDS-M Futures account.");
    }
    if (!account.openByClientId.empty()) {
        return refuse(-4170, "Unable to adjust Multi-Assets Mode with open orders in USDS-M Futures.");
    }
    const CrossTotals cross = crossTotals(account);
    const Money own = cross.marginBalance() - cross.collateral; // of USDT alone
    if (!on && (own < cross.maintenance || own < cross.initial + cross.isolatedOrderMargin)) {
        return refuse(
            -4169, "Unable to adjust Multi-Assets Mode with insufficient margin balance in USDS-M Futures.");
    }
    account.multiAssets = on;
    revalue(exchange, account);
    exchange.emit(ConfigUpdateEvent{account.id, {}, 0, exchange.now, on});
    return {};
}

Result<void> movePositionMargin(
    Exchange &exchange, Account &account, Listing &listing, PositionSide positionSide, Money amount, int type)
{
    Holding &holding = exchange.holding(account, listing);
    if (type != addMargin && type != takeMargin) {
        return invalidParameter("type");
    }
    if (account.hedgeMode == (positionSide == PositionSide::Both)) {
        return refuse(-4061, "Order's position side does not match user's setting.");
    }
    if (!amount.isPositive()) {
        return refuse(-4055, "Amount must be positive.");
    }
    if (holding.marginType != MarginType::Isolated) {
        return refuse(-4049, "Add margin only support for isolated position.");
    }
    PositionState &row = holding.position(positionSide);
    if (row.isFlat()) {
        return refuse(-4054, "Cannot add position margin: position is 0.");
    }
    if (type == addMargin && amount > crossTotals(account).available()) {
        return refuse(-4050, "Cross balance insufficient.");
    }
    const Money spare = row.isolatedWallet + std::min(Money{}, unrealizedPnl(row, listing.mark)) -
                        positionMargin(holding, row);
    if (type == takeMargin && amount > spare) {
        return refuse(-4051, "Isolated balance insufficient.");
    }
    row.isolatedWallet += type == addMargin ? amount : -amount;
    row.updatedAt = exchange.now;
    account.updatedAt = exchange.now;
    exchange.remember(
        account.marginChanges, MarginChange{listing.spec.symbol, positionSide, type, amount, exchange.now});
    emitAccountUpdate(
        exchange, account, UpdateReason::MarginTransfer, {positionChange(holding, positionSide)});
    exchange.touchRisk(account);
    return {};
}

Result<void> transferFunds(Exchange &exchange, Account &account, Money amount)
{
    if (amount.isZero()) {
        return refuse(-4055, "Amount must be positive.");
    }
    if (amount.isNegative() && -amount > accountView(account).maxWithdrawAmount) {
        return refuse(-2018, "Balance is insufficient.");
    }
    account.wallet += amount;
    account.deposited += amount;
    constexpr int inactive = -4109; // any transfer in makes an archived account active
    if (amount.isPositive() && account.restriction == inactive) {
        account.restriction = 0;
    }
    account.updatedAt = exchange.now;
    exchange.addIncome(account, IncomeType::Transfer, {}, amount);
    emitAccountUpdate(
        exchange, account, amount.isPositive() ? UpdateReason::Deposit : UpdateReason::Withdraw, {}, amount);
    exchange.touchRisk(account);
    return {};
}

} // namespace paper
