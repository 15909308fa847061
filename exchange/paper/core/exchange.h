#pragma once

#include "exchange/paper/core/engine.h"
#include "exchange/paper/core/indexed_history.h"
#include "exchange/paper/core/order_book.h"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

/// The engine's state: plain data, and the few steps that every part shares. Rules live beside it: matching,
/// ledger, margin, conditional, liquidation, funding.
namespace paper
{

struct Account;
struct Listing;
struct Holding;

/// An open engine order: being matched or resting.
struct WorkingOrder
{
    OrderRecord record;
    BookEntry entry;
    Account *account = nullptr;
    Listing *listing = nullptr;
    Holding *holding = nullptr;
};

/// One position row of an account. Cost instead of an entry price: it stays exact over many fills.
struct PositionState
{
    Quantity amount; ///< signed: negative is short
    Money cost;      ///< amount × entry price, so negative for a short
    Money isolatedWallet;
    Money feesPaid;         ///< since the position opened
    Money realized;         ///< since the position opened, before fees
    Money accumulated;      ///< realized PnL of the row over its whole life, before fees
    bool wasCalled = false; ///< an isolated margin call is out and the ratio has not recovered since
    Timestamp updatedAt;

    bool isFlat() const { return amount.isZero(); }
    Side side() const { return amount.isNegative() ? Side::Sell : Side::Buy; }
    Price entryPrice() const { return isFlat() ? Price{} : cost / amount; }
};

/// What an account has on one symbol.
struct Holding
{
    Listing *listing = nullptr;
    int leverage = 20;
    MarginType marginType = MarginType::Cross;
    std::array<PositionState, 3> positions; ///< by PositionSide
    std::vector<WorkingOrder *> open;       ///< by orderId
    /// Sums over open orders, by PositionSide. Opening: those that are not reduce-only.
    struct Sums
    {
        std::array<Money, 2> openingValue; ///< by Side
        std::array<Quantity, 2> openingQty;
        std::array<Money, 2> value; ///< with the reduce-only ones
    };
    std::array<Sums, 3> sums;
    std::optional<Timestamp> countdownAt;

    PositionState &position(PositionSide side) { return positions[static_cast<std::size_t>(side)]; }
    const PositionState &position(PositionSide side) const
    {
        return positions[static_cast<std::size_t>(side)];
    }
    const Sums &sumsOf(PositionSide side) const { return sums[static_cast<std::size_t>(side)]; }
    bool hasPosition() const;
    Money openValue(Side side) const; ///< over all position sides
    /// Adds a quantity of an open order (negative: takes it away) to the sums.
    void countOpen(const OrderRecord &order, Quantity by);
    Money isolatedWallets() const;
};

/// What an account has of an asset beside USDT, in that asset.
struct AssetBalance
{
    Money wallet;
    Money deposited; ///< transfers in minus out
    Timestamp updatedAt;
};

struct Account
{
    AccountId id = 0;
    Money wallet;
    Money deposited;                            ///< transfers in minus out
    std::map<std::string, AssetBalance> assets; ///< beside USDT
    Money collateral;                           ///< what they stand for in multi-assets mode, USDT
    bool hedgeMode = false;
    bool multiAssets = false;
    bool feeBurn = false;
    bool wasCalled = false;     ///< a cross margin call is out and the ratio has not recovered since
    bool isRiskDirty = false;   ///< queued for a liquidation check
    Timestamp liquidatingUntil; ///< places nothing before
    int restriction = 0;        ///< the code that refuses its orders; 0: none
    Timestamp updatedAt;
    std::map<Symbol, Holding> holdings;
    std::unordered_map<std::string, WorkingOrder *> openByClientId;
    std::map<std::int64_t, ConditionalRecord>
        conditionals;                   ///< open, or triggered and not finished, by algoId
    IndexedHistory<OrderRecord> orders; ///< finished, oldest first
    IndexedHistory<ConditionalRecord> finishedConditionals;
    RowHistory<UserTrade> trades;
    RowHistory<Income> incomes;
    RowHistory<AmendmentRecord> amendments;
    RowHistory<MarginChange> marginChanges;
    /// What was written last: rows ever added to each history, and a hash of the rest.
    struct Written
    {
        std::array<std::uint64_t, 6> rows{};
        std::size_t rest = 0;
    };
    Written written;

    Money isolatedWallets() const;
    Money crossWallet() const { return wallet - isolatedWallets(); }
};

/// A listed symbol: rules, book, prices and counters.
struct Listing
{
    SymbolSpec spec;
    LeverageBrackets brackets;
    LeverageBrackets listedBrackets; ///< what addSymbol() told; brackets differ where they were set since
    domain::CommissionRates rates;
    domain::Milliseconds fundingInterval{0};
    PositionControl positionControl = PositionControl::None;
    /// Trigger prices lie between mark × these. The exchange does not publish how far they may be; orders
    /// well beyond PERCENT_PRICE are taken there, so the band is wide unless it is told otherwise.
    Rate triggerUp = Rate::of(100);
    Rate triggerDown = Rate::literal("0.01");

    OrderBook book;
    std::unordered_map<std::int64_t, std::unique_ptr<WorkingOrder>> orders; ///< open, by orderId
    std::unordered_map<std::int64_t, BookEntry *> makers;                   ///< placeMarketMaker entries
    std::int64_t nextOrderId = 0;
    std::int64_t lastTradeId = 0;
    std::int64_t updateId = 0;
    std::int64_t rpiUpdates = 0; ///< changes of RPI orders, which updateId does not count

    Price last;
    Price mark;
    Price index;
    bool isMarkTold = false;
    bool isPriceMoved = false; ///< queued in Exchange::priceMoved
    std::deque<Price> basis;   ///< newest 30 one-second samples of mid − index
    Timestamp nextBasisAt;
    Timestamp nextPremiumAt;
    /// Sums of i × premium(i) and of i since the last settlement, i = 1, 2, …
    Rate weightedPremium;
    std::int64_t premiumSamples = 0;
    std::optional<Rate> toldFundingRate;
    Rate fundingRate;
    Timestamp nextFundingAt;

    // The anonymous market's side of all trades with users.
    Quantity marketAmount; ///< signed
    Money marketCash;
    std::size_t written = 0; ///< hash of what accounts did here, when it was written last
};

/// A position row that ended (or turned) and whose conditional orders have not been looked at yet.
struct Closing
{
    Account *account = nullptr;
    Listing *listing = nullptr;
    PositionSide positionSide = PositionSide::Both;
    Side side = Side::Buy; ///< Buy: a long ended
};

/// See the file comment.
struct Exchange
{
    EngineConfig config;
    std::vector<std::unique_ptr<Listing>> listings;
    std::unordered_map<Symbol, Listing *> bySymbol;
    std::map<AccountId, std::unique_ptr<Account>> accounts;
    std::vector<Account *> riskDirty;
    std::vector<Listing *> priceMoved; ///< conditional orders are to be looked at
    std::vector<Closing> closings;
    std::vector<Event> events;
    Timestamp now;
    Timestamp nextLifetimeCheckAt; ///< GTC orders end after a year
    std::int64_t nextAlgoId = 0;
    std::int64_t nextMakerId = 1;
    std::int64_t nextTranId = 1;
    std::int64_t nextAmendmentId = 1;
    std::int64_t nextGeneratedId = 1; ///< of client ids the engine makes
    Money feesCollected;
    Money fundingPot; ///< funding paid minus funding received
    Money insuranceFund;
    Money insuranceStart;
    /// Where assets beside USDT went.
    struct AssetPot
    {
        Money fees;
        Money exchanged; ///< taken in automatic exchange
    };
    std::map<std::string, AssetPot> assetPots;
    Money exchangePaid;          ///< USDT given for what was exchanged
    Timestamp triggersHeldUntil; ///< a conditional order that triggers earlier stays TRIGGERING
    int refusedTriggers = 0;     ///< so many conditional orders that trigger next are refused

    void reachTime(Timestamp at);       ///< never backwards
    void touchPrices(Listing &listing); ///< look at its conditional orders at the end of this call
    Listing *find(const Symbol &symbol) const;
    Account *findAccount(AccountId id) const;
    Holding &holding(Account &account, Listing &listing) const;
    Holding freshHolding(Listing &listing) const; ///< as it is before the account changes anything
    void touchRisk(Account &account);             ///< check it for liquidation at the end of this call
    void touchRisk(const Listing &listing);       ///< everyone who holds the symbol

    template <class E> void emit(E &&event) { events.emplace_back(std::forward<E>(event)); }
    void emitBookChange(Listing &listing, Side side, Price price, bool isRpi = false);
    void addIncome(Account &account, IncomeType type, const Symbol &symbol, Money amount,
        std::int64_t tradeId = 0, const std::string &asset = settlementAsset);
    template <class History, class Row> void remember(History &history, Row row) const
    {
        history.push_back(std::move(row));
        if (history.size() > config.historyLimit) {
            history.pop_front();
        }
    }
};

/// Amounts are cut to the 8 decimals of the wire, towards zero.
inline Money cut8(Money amount)
{
    return amount.roundedTo(Money::fromUnits(10'000), domain::Rounding::Down);
}
/// amount × part / whole with one rounding.
inline Money prorate(Money amount, Quantity part, Quantity whole)
{
    return Money::fromUnits(domain::detail::mulDiv(amount.units(), part.units(), whole.units()));
}

/// Shorthands for what the venue answers.
inline auto refuse(int code, std::string text)
{
    return domain::failure(domain::ErrorCode::Rejected, std::move(text), code);
}
tl::unexpected<domain::Error> invalidSymbol();
tl::unexpected<domain::Error> unknownAccount();
tl::unexpected<domain::Error> missingParameter(std::string_view name);
tl::unexpected<domain::Error> invalidParameter(std::string_view name);

} // namespace paper
