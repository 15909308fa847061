#pragma once

#include "models/domain/exact.h"
#include "models/domain/order.h"
#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <map>
#include <string>
#include <vector>

namespace domain
{

/// One open position. Rows with quantity 0 are not positions and are not listed.
struct Position
{
    Symbol symbol;
    PositionSide positionSide = PositionSide::Both;
    Side side = Side::Buy; ///< Buy: long, Sell: short
    Quantity quantity;     ///< absolute
    Price entryPrice;
    Price breakEvenPrice;
    Price markPrice; ///< at the time of the snapshot; the live one comes from MarkPrice
    MarginType marginType = MarginType::Cross;
    int leverage = 1;
    Money isolatedWallet;           ///< 0 for cross
    Price exchangeLiquidationPrice; ///< as the exchange gave it; 0 where it gave none
    Timestamp updatedAt;

    Money notionalAt(Price mark) const { return quantity * mark; }
    /// Profit at that price, negative when losing: sign × quantity × (mark − entry).
    Money unrealizedPnlAt(Price mark) const { return (mark - entryPrice) * quantity * signOf(side); }
};

/// Leverage and margin type set for a symbol, whether or not a position is open.
struct SymbolConfig
{
    MarginType marginType = MarginType::Cross;
    int leverage = 20;
    Money maxNotional; ///< largest position at that leverage; 0 where not known
};

/// The account as one consistent picture. Money in USDT (single-asset mode).
struct AccountState
{
    Money walletBalance;
    Money crossWalletBalance;
    Money availableBalance; ///< as the exchange gave it at the last snapshot
    bool hedgeMode = false;
    bool multiAssetsMode = false;
    std::vector<Position> positions;
    std::map<Symbol, SymbolConfig> symbols;
    Timestamp updatedAt;
    bool isReconciled = false; ///< false from a lost stream until the REST comparison that follows
};

/// Fees as fractions of notional. Source: GET /fapi/v1/commissionRate.
struct CommissionRates
{
    Rate maker;
    Rate taker;
};

} // namespace domain
