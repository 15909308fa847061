#pragma once

#include "models/domain/account.h"
#include "models/domain/risk/brackets.h"
#include "models/domain/risk/worked_examples.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// The tables behind workedExamples(): inputs as text, expectations as text.
namespace domain::worked
{

enum class Figure : std::uint8_t {
    LiquidationPrice,
    LiquidatingTick, ///< the first mark on the tick's grid that liquidates: down for a fall, up for a rise
    BankruptcyPrice,
    EntryPrice,
    Amount, ///< signed, short negative
    IsolatedWallet,
    Bracket,
    InitialMargin,
    MaintenanceMargin,
    UnrealizedPnl,
    MarginRatio, ///< of the position's pool, per cent
    CrossWallet, // from here on of the account
    MarginBalance,
    AvailableBalance,
    Level,
};

struct Holding
{
    const char *symbol = "BTCUSDT";
    PositionSide positionSide = PositionSide::Both;
    Side side = Side::Buy;
    const char *quantity = "";
    const char *entry = "";
    const char *mark = "";
    MarginType marginType = MarginType::Cross;
    int leverage = 1;
    const char *isolatedWallet = "0";
    const char *table = "BTCUSDT"; ///< see tableOf()
};

/// A fill after the start: adds, reduces, closes or flips.
struct Fill
{
    std::size_t holding = 0; ///< whose symbol, margin type and leverage
    Side side = Side::Buy;
    const char *quantity = "";
    const char *price = "";
    const char *feeRate = "0";
};

/// A resting limit order of the account.
struct Resting
{
    std::size_t holding = 0; ///< whose symbol and position side
    Side side = Side::Buy;
    const char *quantity = "";
    const char *price = "";
};

struct Expected
{
    Figure figure = Figure::LiquidationPrice;
    std::size_t holding = 0; ///< by its place in AccountExample::holdings; without meaning for the account's
    const char *value = "";  ///< "none" where there is no number
};

struct AccountExample
{
    const char *topic = "";
    const char *title = "";
    const char *source = "";
    const char *crossWallet = "0"; ///< before the fills
    std::vector<Holding> holdings; ///< quantity "0": nothing is open yet
    std::vector<Fill> fills;
    const char *tick = "0.01";
    std::vector<Expected> expected;
    std::vector<Resting> orders = {};
};

enum class PlanFigure : std::uint8_t {
    Size, ///< the quantity
    Notional,
    InitialMargin,
    Cost,    ///< as the exchange counts it
    Missing, ///< of the balance
    EntryFee,
    NetAtStop,
    NetAtTarget,
    RewardToRisk,
    BreakEven,
    LiquidationPrice,
    RatioAfter, ///< per cent, of the pool the trade draws on
    AvailableAfter,
    MaxLeverageForStop,
};

struct ExpectedPlan
{
    PlanFigure figure = PlanFigure::Size;
    const char *value = ""; ///< "none" where there is no number
};

/// A trade planned on a flat one-way account, no live book; fees 0.02 % as maker and 0.05 % as taker.
struct PlanExample
{
    const char *title = "";
    const char *source = "";
    const char *wallet = "";
    Side side = Side::Buy;
    const char *entry = "";
    const char *mark = "";
    const char *stop = ""; ///< empty: none
    const char *target = "";
    int leverage = 1;
    MarginType marginType = MarginType::Isolated;
    /// "quantity 0.5", "quote 3000", "margin 0.1", "amount 250", "risk 0.01", "safe 0.1 0.01" (margin, risk).
    const char *sizing = "";
    bool entryIsMaker = false;
    bool targetIsMaker = false;
    const char *slippage = "0"; ///< fraction by which the stop fills worse
    const char *table = "BTCUSDT";
    const char *tick = "0.1";
    const char *step = "0.001";
    std::vector<ExpectedPlan> expected;
};

/// A single formula with its inputs in words; compute() gives the figure with so many decimals.
struct FormulaExample
{
    const char *topic = "";
    const char *title = "";
    const char *source = "";
    std::vector<std::string> given;
    const char *figure = "";
    const char *unit = "";
    const char *expected = "";
    std::string (*compute)(int decimals) = nullptr;
};

/// One bracket; its floor is the cap of the one before.
struct BracketRow
{
    int leverage;
    std::int64_t cap; ///< notional
    const char *rate; ///< of the maintenance margin
    std::int64_t amount;
};
LeverageBrackets tableFrom(std::initializer_list<BracketRow> rows);

/// A leverage table by name: "default" (product specification 4), "BTCUSDT", "ETHUSDT", "DOGEUSDT",
/// "1000PEPEUSDT", "ACTUSDT" (reference 10.3), or "rate 0.1 less 135365" for a single row.
LeverageBrackets tableOf(std::string_view name);

const std::vector<AccountExample> &publishedAccounts();
const std::vector<FormulaExample> &publishedFormulas();
// Written by tests/domain/worked_examples.py.
const std::vector<AccountExample> &constructedAccounts();
const std::vector<PlanExample> &constructedPlans();

WorkedExample recomputed(const AccountExample &example);
WorkedExample recomputed(const FormulaExample &example);
WorkedExample recomputed(const PlanExample &example);
/// Decimals of a number as it is written.
int decimalsOf(std::string_view text);

} // namespace domain::worked
