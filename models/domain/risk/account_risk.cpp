#include "models/domain/risk/account_risk.h"

#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/order_cost.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

namespace domain
{
namespace
{

bool isCross(const PositionRisk &risk)
{
    return risk.position.marginType == MarginType::Cross;
}

PositionRisk valued(const Position &position, const MarkPrices &marks, const BracketTables &brackets)
{
    PositionRisk risk;
    risk.position = position;
    const auto live = marks.find(position.symbol);
    risk.isMarkLive = live != marks.end() && live->second.mark.isPositive();
    risk.mark = risk.isMarkLive                   ? live->second.mark
                : position.markPrice.isPositive() ? position.markPrice
                                                  : position.entryPrice;
    risk.notional = position.notionalAt(risk.mark);
    risk.unrealizedPnl = position.unrealizedPnlAt(risk.mark);
    risk.roe = roe(risk.unrealizedPnl, risk.notional, position.leverage);
    risk.initialMargin = initialMargin(risk.notional, position.leverage);
    const auto &bracket = bracketFor(bracketsOf(brackets, position.symbol), risk.notional);
    risk.bracket = bracket.bracket;
    risk.maintenanceMarginRate = bracket.maintenanceMarginRate;
    risk.maintenanceMargin = maintenanceMargin(risk.notional, bracket);
    if (risk.isMarkLive) {
        risk.fundingDue = fundingDue(position.side, risk.notional, live->second.fundingRate);
        risk.nextFundingAt = live->second.nextFundingAt;
    }
    return risk;
}

PositionLeg legOf(const Position &position)
{
    return {position.side, position.quantity, position.entryPrice};
}

/// Other cross positions of the symbol: in hedge mode the other leg.
const PositionRisk *otherLeg(const std::vector<PositionRisk> &positions, const PositionRisk &of)
{
    if (of.position.positionSide == PositionSide::Both) {
        return nullptr;
    }
    const auto found = std::ranges::find_if(positions, [&](const PositionRisk &other) {
        return &other != &of && isCross(other) && other.position.symbol == of.position.symbol;
    });
    return found == positions.end() ? nullptr : &*found;
}

void addLiquidation(
    PositionRisk &risk, const AccountRisk &account, const AccountState &state, const LeverageBrackets &table)
{
    const auto [legs, pool] = liquidationInputs(risk, account, state);
    risk.liquidationPrice = liquidationPrice(legs, pool, table, risk.mark);
    risk.bankruptcyPrice = bankruptcyPrice(legs, pool);
    if (risk.liquidationPrice) {
        // A hedged pair may be liquidated on the side its leg would not be; what counts is whether it is due.
        const bool isDue = risk.marginRatio.isExhausted() || *risk.marginRatio.value() >= Rate::of(1);
        const Side from = *risk.liquidationPrice < risk.mark ? Side::Buy : Side::Sell;
        risk.distance = distanceToLiquidation(risk.mark, *risk.liquidationPrice, from);
        if (risk.distance && isDue) {
            risk.distance = -*risk.distance;
        }
    }
}

/// Order margin of the account and what cross positions and isolated orders bind of the balance.
void addOpenOrders(AccountRisk &risk, const AccountState &account, const MarkPrices &marks,
    const std::vector<Order> &openOrders)
{
    Money bound;
    const auto add = [&](const Symbol &symbol, PositionSide positionSide, const PositionRisk *position) {
        const auto configured = account.symbols.find(symbol);
        const SymbolConfig config =
            position != nullptr ? SymbolConfig{position->position.marginType, position->position.leverage, {}}
            : configured != account.symbols.end() ? configured->second
                                                  : SymbolConfig{};
        const auto mark = marks.find(symbol);
        const auto orders = openOrderValue(openOrders, symbol, positionSide,
            position != nullptr   ? position->mark
            : mark != marks.end() ? mark->second.mark
                                  : Price{});
        const Money signedNotional =
            position != nullptr ? position->notional * signOf(position->position.side) : Money{};
        const Money needed = marginRequirement(signedNotional, orders, config.leverage);
        const Money forPosition = position != nullptr ? position->initialMargin : Money{};
        const Money forOrders = std::max(Money{}, needed - forPosition);
        risk.openOrderMargin += forOrders;
        bound += config.marginType == MarginType::Cross ? std::max(needed, forPosition) : forOrders;
    };
    for (const auto &position : risk.positions) {
        add(position.position.symbol, position.position.positionSide, &position);
    }
    std::set<std::pair<Symbol, PositionSide>> ordersAlone;
    for (const auto &order : openOrders) {
        if (risk.find(order.request.symbol, order.request.positionSide) == nullptr) {
            ordersAlone.emplace(order.request.symbol, order.request.positionSide);
        }
    }
    for (const auto &[symbol, positionSide] : ordersAlone) {
        add(symbol, positionSide, nullptr);
    }
    risk.boundMargin = bound;
    risk.availableBalance = std::max(Money{}, risk.crossMarginBalance - bound);
}

} // namespace

LiquidationInputs liquidationInputs(
    const PositionRisk &position, const AccountRisk &risk, const AccountState &account)
{
    LiquidationInputs inputs{{legOf(position.position)}, {position.position.isolatedWallet, {}, {}}};
    if (isCross(position)) {
        inputs.pool = {account.crossWalletBalance, risk.crossMaintenanceMargin - position.maintenanceMargin,
            risk.crossMarginBalance - account.crossWalletBalance - position.unrealizedPnl};
        if (const auto *other = otherLeg(risk.positions, position)) {
            inputs.legs.push_back(legOf(other->position));
            inputs.pool.otherMaintenance -= other->maintenanceMargin;
            inputs.pool.otherUnrealizedPnl -= other->unrealizedPnl;
        }
    }
    return inputs;
}

const PositionRisk *AccountRisk::find(const Symbol &symbol, PositionSide positionSide) const
{
    const auto found = std::ranges::find_if(positions, [&](const PositionRisk &risk) {
        return risk.position.symbol == symbol && risk.position.positionSide == positionSide;
    });
    return found == positions.end() ? nullptr : &*found;
}

AccountRisk valueAccount(const AccountState &account, const MarkPrices &marks, const BracketTables &brackets)
{
    AccountRisk risk;
    risk.positions.reserve(account.positions.size());
    risk.crossMarginBalance = account.crossWalletBalance;
    for (const auto &position : account.positions) {
        if (!position.quantity.isPositive()) {
            continue;
        }
        risk.positions.push_back(valued(position, marks, brackets));
        auto &added = risk.positions.back();
        risk.unrealizedPnl += added.unrealizedPnl;
        risk.maintenanceMargin += added.maintenanceMargin;
        risk.initialMargin += added.initialMargin;
        risk.grossNotional += added.notional;
        risk.netNotional += added.notional * signOf(position.side);
        risk.allMarksLive = risk.allMarksLive && added.isMarkLive;
        if (isCross(added)) {
            risk.crossMarginBalance += added.unrealizedPnl;
            risk.crossMaintenanceMargin += added.maintenanceMargin;
        } else {
            added.marginRatio =
                MarginRatio::of(added.maintenanceMargin, position.isolatedWallet + added.unrealizedPnl);
            added.level = levelOf(added.marginRatio);
            risk.level = std::max(risk.level, added.level);
        }
    }
    risk.marginBalance = account.walletBalance + risk.unrealizedPnl;
    risk.crossMarginRatio = MarginRatio::of(risk.crossMaintenanceMargin, risk.crossMarginBalance);
    risk.crossLevel = levelOf(risk.crossMarginRatio);
    risk.level = std::max(risk.level, risk.crossLevel);
    for (auto &position : risk.positions) {
        if (isCross(position)) {
            position.marginRatio = risk.crossMarginRatio;
            position.level = risk.crossLevel;
        }
    }
    return risk;
}

AccountRisk assess(const AccountState &account, const MarkPrices &marks, const BracketTables &brackets,
    const std::vector<Order> &openOrders)
{
    AccountRisk risk = valueAccount(account, marks, brackets);
    for (auto &position : risk.positions) {
        addLiquidation(position, risk, account, bracketsOf(brackets, position.position.symbol));
    }
    addOpenOrders(risk, account, marks, openOrders);
    return risk;
}

} // namespace domain
