#pragma once

#include "models/domain/account.h"
#include "models/domain/risk/account_risk.h"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace domain
{

/// Fees by symbol; a symbol that is missing is served by standardCommission().
using CommissionTable = std::map<Symbol, CommissionRates>;
/// 0.02 % maker, 0.05 % taker: the lowest tier. Source: reference 5.11 (commissionRate).
CommissionRates standardCommission();
CommissionRates commissionOf(const CommissionTable &table, const Symbol &symbol);

/// One position, or what may become one, and what its stops leave open.
struct LegRisk
{
    Symbol symbol;
    PositionSide positionSide = PositionSide::Both;
    Side side = Side::Buy; ///< of the position, or of the entries where there is none
    Quantity quantity;     ///< held; 0 where only entries wait
    Quantity naked;        ///< of it: without a stop
    Money nakedNotional;   ///< at mark
    Money lossFromMark; ///< what is lost from here where its stops fill at their triggers, fees in; never < 0
    Money resultAtStops; ///< of the covered part, from its entry, fees in; negative: a loss
    Money entryRisk;     ///< of waiting entries: up to their stop, fees in; the whole notional without one
    int stops = 0;

    /// What rules count: up to the stops where there are some, the whole notional where there is none.
    Money risk() const { return lossFromMark + nakedNotional + entryRisk; }
};

/// What is lost if all stops fill.
struct OpenRisk
{
    std::vector<LegRisk> legs; ///< positions in the order of the account, then legs with entries alone
    Money lossFromMark;
    Money resultAtStops;
    Money nakedNotional;
    Money entryRisk;

    Money risk() const { return lossFromMark + nakedNotional + entryRisk; }
    const LegRisk *find(const Symbol &symbol, PositionSide side) const;
};

/// The stop that a bracket's entry will be given, by the entry's client order id; nothing: it has none.
using StopOfEntry = std::function<std::optional<Price>(const Order &entry)>;

/// An order that waits and opens once it fills.
bool isWaitingEntry(const Order &order);

/// Where an entry's fill would be stopped by an order that is there already: one that closes the whole
/// position.
std::optional<Price> wholePositionStop(
    const NewOrder &entry, Price mark, const std::vector<Order> &openOrders);
/// What so much of an entry adds to the open risk: up to its stop, fees in; the whole notional without one.
/// mark: values an entry without a price of its own.
Money entryRisk(const NewOrder &entry, Quantity quantity, Price mark, std::optional<Price> stop, Rate taker);

/// Stops are working conditional orders that can only reduce: STOP, STOP_MARKET and trailing ones, filled at
/// their trigger (a stop limit at the worse of trigger and limit, an active trailing stop at its distance
/// from the mark). The nearest to the mark count first, each part of a position once. Take-profits are no
/// stops. Fees: taker. Cross and isolated alike; an isolated position without a stop loses at most its
/// margin, which counts instead of its notional.
OpenRisk openRisk(const AccountState &account, const MarkPrices &marks, const std::vector<Order> &openOrders,
    const CommissionTable &commissions = {}, const StopOfEntry &stopOfEntry = {});

} // namespace domain
