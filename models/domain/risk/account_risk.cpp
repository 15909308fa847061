#include "models/domain/risk/account_risk.h"

#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/order_cost.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace domain
{
namespace
{

bool isCross(const PositionRisk &risk)
{
    return risk.position.marginType == MarginType::Cross;
}

/// Marks of which one may be replaced. A draft's mark differs from the market's in one symbol, and a copy of
/// all of them would cost more than what is computed with them.
struct Marks
{
    const MarkPrices &market;
    const MarkPrice *instead = nullptr;

    const MarkPrice *find(const Symbol &symbol) const
    {
        if (instead != nullptr && instead->symbol == symbol) {
            return instead;
        }
        const auto found = market.find(symbol);
        return found != market.end() ? &found->second : nullptr;
    }
};

PositionRisk valued(const Position &position, const Marks &marks, const LeverageBrackets &table)
{
    PositionRisk risk;
    risk.position = position;
    const MarkPrice *live = marks.find(position.symbol);
    risk.isMarkLive = live != nullptr && live->mark.isPositive();
    risk.mark = risk.isMarkLive                   ? live->mark
                : position.markPrice.isPositive() ? position.markPrice
                                                  : position.entryPrice;
    risk.notional = position.notionalAt(risk.mark);
    risk.unrealizedPnl = position.unrealizedPnlAt(risk.mark);
    risk.initialMargin = initialMargin(risk.notional, position.leverage);
    risk.roe = ratioOf(risk.unrealizedPnl, risk.initialMargin);
    const auto &bracket = bracketFor(table, risk.notional);
    risk.bracket = bracket.bracket;
    risk.maintenanceMarginRate = bracket.maintenanceMarginRate;
    risk.maintenanceMargin = maintenanceMargin(risk.notional, bracket);
    if (risk.isMarkLive) {
        risk.fundingDue = fundingDue(position.side, risk.notional, live->fundingRate);
        risk.nextFundingAt = live->nextFundingAt;
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

using Leg = std::pair<std::string_view, PositionSide>;
/// Gathered once: positions and orders of an account may both be many.
using OrdersByLeg = std::map<Leg, std::vector<const Order *>>;

OrdersByLeg ordersByLeg(const std::vector<Order> &openOrders)
{
    OrdersByLeg byLeg;
    for (const Order &order : openOrders) {
        if (bindsMargin(order)) {
            byLeg[{order.request.symbol, order.request.positionSide}].push_back(&order);
        }
    }
    return byLeg;
}

OpenOrderValue valueOf(const std::vector<const Order *> &orders, Price mark)
{
    OpenOrderValue value;
    for (const Order *order : orders) {
        value.add(*order, mark);
    }
    return value;
}

/// Order margin of the account and what cross positions and isolated orders bind of the balance.
void addOpenOrders(
    AccountRisk &risk, const AccountState &account, const Marks &marks, const std::vector<Order> &openOrders)
{
    OrdersByLeg byLeg = ordersByLeg(openOrders);
    for (const auto &position : risk.positions) {
        const auto &held = position.position;
        Money forOrders;
        if (const auto found = byLeg.find({held.symbol, held.positionSide}); found != byLeg.end()) {
            const Money needed = marginRequirement(
                position.notional * signOf(held.side), valueOf(found->second, position.mark), held.leverage);
            forOrders = std::max(Money{}, needed - position.initialMargin);
            byLeg.erase(found);
        }
        risk.openOrderMargin += forOrders;
        risk.boundMargin += isCross(position) ? position.initialMargin + forOrders : forOrders;
    }
    for (const auto &[leg, orders] : byLeg) {
        const Symbol &symbol = orders.front()->request.symbol;
        const MarkPrice *mark = marks.find(symbol);
        const auto configured = account.symbols.find(symbol);
        const int leverage =
            configured != account.symbols.end() ? configured->second.leverage : SymbolConfig{}.leverage;
        const Money forOrders =
            marginRequirement({}, valueOf(orders, mark != nullptr ? mark->mark : Price{}), leverage);
        risk.openOrderMargin += forOrders;
        risk.boundMargin += forOrders;
    }
    risk.availableBalance = std::max(Money{}, risk.crossMarginBalance - risk.boundMargin);
}

AccountRisk valueWith(const AccountState &account, const Marks &marks, const BracketTables &brackets)
{
    AccountRisk risk;
    risk.positions.reserve(account.positions.size());
    risk.crossMarginBalance = account.crossWalletBalance;
    for (const auto &position : account.positions) {
        if (!position.quantity.isPositive()) {
            continue;
        }
        risk.positions.push_back(valued(position, marks, bracketsOf(brackets, position.symbol)));
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
    return valueWith(account, {marks}, brackets);
}

AccountRisk assess(const AccountState &account, const MarkPrices &marks, const BracketTables &brackets,
    const std::vector<Order> &openOrders, const MarkPrice *instead)
{
    const Marks seen{marks, instead};
    AccountRisk risk = valueWith(account, seen, brackets);
    for (auto &position : risk.positions) {
        addLiquidation(position, risk, account, bracketsOf(brackets, position.position.symbol));
    }
    addOpenOrders(risk, account, seen, openOrders);
    return risk;
}

} // namespace domain
