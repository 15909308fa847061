#pragma once

#include "exchange/paper/core/engine.h"
#include "models/domain/account.h"
#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/brackets.h"
#include "tests/promise/instruments.h"

#include <vector>

namespace promise
{

/// A paper exchange with every instrument, one trader, and hands to move it. Prices are told, funding is off.
class Stage
{
public:
    static constexpr paper::AccountId trader = 1;

    explicit Stage(domain::Money wallet);

    void mark(const domain::Symbol &symbol, domain::Price price);
    domain::Price markOf(const domain::Symbol &symbol) const;
    /// Sends a limit order and fills it at its own price by fresh liquidity; false where it was refused.
    bool trade(const domain::NewOrder &limit);
    domain::Result<paper::OrderRecord> send(const domain::NewOrder &order);
    /// Anonymous liquidity at one price; the market's counterpart of an order.
    void offer(
        const domain::Symbol &symbol, domain::Side side, domain::Price price, domain::Quantity quantity);
    void clearBook(const domain::Symbol &symbol);
    /// True where the exchange began to liquidate the trader since the last call.
    bool wasLiquidated();

    // The account as a client sees it.
    domain::AccountState account() const;
    domain::MarkPrices marks() const;
    std::vector<domain::Order> openOrders() const;
    domain::BracketTables tables() const;

    paper::Engine engine;
    domain::Timestamp now = domain::timestampFromMs(1'760'000'400'000); // 2025-10-09 09:00 UTC
};

} // namespace promise
