#pragma once

#include "models/domain/account.h"
#include "models/domain/risk/brackets.h"
#include "models/domain/risk/worked_examples.h"

#include <cstdint>
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

/// A leverage table by name: "default" (product specification 4), "BTCUSDT", "ETHUSDT", "DOGEUSDT",
/// "1000PEPEUSDT", "ACTUSDT" (reference 10.3), or "rate 0.1 less 135365" for a single row.
LeverageBrackets tableOf(std::string_view name);

const std::vector<AccountExample> &publishedAccounts();
const std::vector<FormulaExample> &publishedFormulas();
/// Written by tests/domain/worked_examples.py.
const std::vector<AccountExample> &constructedAccounts();

} // namespace domain::worked
