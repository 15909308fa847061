#pragma once

#include "models/domain/account.h"
#include "models/domain/market.h"
#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/margin.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace domain
{

/// What becomes of resting exits (stops, targets, closing limit orders) while prices move.
enum class StopHandling : std::uint8_t {
    Filled,  ///< prices pass through every level: each exit fills at its own price, worse by the slippage
    Gapped,  ///< prices jump: a stop fills where they land, a stop limit left behind does not fill at all
    Ignored, ///< nothing fills
};

/// All that a stress test looks at: a copy, so that it can be computed on another thread.
struct StressBasis
{
    AccountState account;
    MarkPrices marks;
    BracketTables brackets;
    std::vector<Order> openOrders; ///< exits are taken from here; orders that open are left out
    std::map<Symbol, std::shared_ptr<const BookView>> books;
    std::map<Symbol, CommissionRates> fees;
    std::map<Symbol, Price> ticks; ///< prices of liquidations are found on this grid
};

/// One path of all prices. A place on it is a number x: the price of a symbol there is its mark times
/// 1 + weight * x, never below 0.
struct StressScenario
{
    std::map<Symbol, Rate> weights; ///< 1 where a symbol is missing. Betas, or moves of single symbols
    std::vector<Rate> stations;     ///< places to tell the account of, ascending
    Rate lowest = Rate::of(-1);     ///< how far liquidations are looked for, 0 or below
    Rate highest = Rate::of(9);     ///< and on the other side, 0 or above
    StopHandling stops = StopHandling::Filled;
    int fundingMultiple = 0; ///< the next funding, so many times, is booked at present marks before the move
    int bookDivisor = 1;     ///< every quantity of the books is divided by it
    Symbol reference = "BTCUSDT";
};

/// A pool of margin that is used up on the way: one isolated position, or all cross ones together.
struct PoolDeath
{
    Rate at; ///< place on the path; 0: now
    bool isCross = false;
    std::vector<std::size_t>
        positions; ///< into StressReport::positions; the largest maintenance margin first
    Price price;   ///< of the first of them there; on its tick
    /// Of the scenario's reference there; of a cross pool on its tick, the first that liquidates. Nothing
    /// where the reference has no mark or does not move on this path.
    std::optional<Price> referencePrice;
};

/// An exit that fills on the way.
struct ExitFill
{
    Rate at;
    std::size_t position = 0; ///< into StressReport::positions
    std::string clientOrderId;
    Price price; ///< slippage included
    Quantity quantity;
    Money realizedPnl; ///< before the fee
    Money fee;
};

/// The way from 0 to one end of the path.
struct StressWay
{
    std::vector<PoolDeath> deaths; ///< in their order
    std::vector<ExitFill> fills;   ///< in their order; only with StopHandling::Filled
    /// The account dies: its cross pool is used up. Null: not on this way.
    const PoolDeath *accountDeath() const;
};

/// The account at one place.
struct StressStation
{
    Rate at;
    std::optional<Price> referencePrice;
    Money equity;            ///< margin balance of the pools that live; a liquidated pool has lost all it had
    MarginRatio ratio;       ///< the worst of the pools that live; at least 1 once a pool was liquidated
    MarginRatio livingRatio; ///< the worst of the pools that live, whatever happened before
    RiskLevel level = RiskLevel::Safe;   ///< of that ratio
    std::vector<std::size_t> liquidated; ///< into StressReport::positions, in their order on the way
    std::vector<std::size_t> closed;     ///< by their exits, wholly
    Money leavingCost; ///< of closing what is left at market: spread, slippage and taker fees
};

/// What one position would cost to leave now, with the scenario's books.
struct LeavingCost
{
    bool hasBook = false;
    bool isThin = false; ///< the book shows less than the position: the cost is at least this
    Money slippage;      ///< against the mark, negative where the book pays more than the mark
    Money fee;           ///< taker
    Money total() const { return slippage + fee; }
};

struct StressReport
{
    std::vector<Position> positions;  ///< those with a quantity, in the order of the account
    std::vector<Price> marks;         ///< of each of them
    std::vector<LeavingCost> leaving; ///< of each of them
    std::vector<StressStation> stations;
    StressWay falling;          ///< from 0 to lowest
    StressWay rising;           ///< from 0 to highest
    Money fundingBooked;        ///< by fundingMultiple; negative when paid
    bool isFundingKnown = true; ///< false: a position has no funding rate and was left out
    bool areMarksLive = true;   ///< false: a position is valued at the price of the snapshot
};

/// The account along a path of all prices, liquidations and exits on the way included.
///
/// A pool is liquidated at the first place where its margin balance is no longer above its maintenance
/// margin, and loses all of its balance (what a liquidation by steps might leave is not counted on); an exit
/// at the very place comes too late. An exit of an isolated position gives its remaining margin back to the
/// cross wallet. Slippage is that of the present book, as a share of the price. Of open orders, only those
/// that close are followed: an order that opens stays open, a trailing stop does not move.
/// With Gapped, each station is one jump from the present prices, and a liquidation comes before any stop.
/// Sources: product specification 4; reference 10.1, 10.2, 10.8, 10.10.
StressReport stressDesk(const StressBasis &basis, const StressScenario &scenario);

/// One position at a moment of the walk.
struct StressedLeg
{
    std::size_t position = 0; ///< into StressReport::positions
    Quantity held;            ///< 0: closed or liquidated by then
    Price price;
    Money unrealizedPnl;
    Money maintenanceMargin;
    Money isolatedWallet;
    Money leavingCost; ///< of closing it there at market: slippage against the price, and taker fee
};

/// The account at a moment of the walk, part by part.
struct StressMoment
{
    Money crossWallet;
    std::vector<StressedLeg> legs; ///< of all positions, in their order
};

/// What the station at that place is made of.
StressMoment stressMoment(const StressBasis &basis, const StressScenario &scenario, Rate at);
/// The moment in which a pool is used up, the pool still in it. death: of the same basis and scenario.
StressMoment stressMoment(const StressBasis &basis, const StressScenario &scenario, const PoolDeath &death);

/// Places from lowest to highest at a distance of step, both ends and 0 included where it lies between.
/// step: above 0.
std::vector<Rate> stationsBetween(Rate lowest, Rate highest, Rate step);

/// Levels with every quantity divided by a divisor of 1 or more.
std::vector<BookLevel> thinned(std::vector<BookLevel> levels, int divisor);

} // namespace domain
