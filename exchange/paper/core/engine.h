#pragma once

#include "exchange/paper/core/types.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace paper
{

struct EngineConfig
{
    int defaultLeverage = 20;
    std::size_t historyLimit = 10'000; ///< rows kept per account and kind of history
    std::size_t maxConditionalOrders = 200;
    domain::Milliseconds triggerDelay{
        0}; ///< how long a conditional order stays TRIGGERING; advance() ends it
    /// After a liquidation the account may not place anything for so long (-2023).
    domain::Milliseconds liquidationTime{0};
    Rate marginCallRatio = Rate::literal("0.8");
    Money insuranceFund = Money::of(10'000'000);
    std::int64_t firstOrderId = 8'886'774'000;
    std::int64_t firstAlgoId = 1'000'000'000'000'001;
    std::int64_t firstTradeId = 100'000'001;
};

struct Exchange; // the state behind the facade: exchange.h

/// A whole USDS-M futures exchange without sockets, threads, timers or clock. It is used from one thread.
///
/// Time: every call says what time it is; times must not go back (an earlier `now` counts as the latest
/// seen). Errors carry the venue's number and text in Error::venueCode and Error::detail (code Rejected, or
/// NotFound for -2011, -2013 and unknown accounts). A refused call changes nothing and emits nothing. Events
/// pile up until takeEvents(); their order is the order in which a client must see them. Each public call
/// ends with conditional orders triggered and accounts below maintenance margin liquidated.
class Engine
{
public:
    explicit Engine(EngineConfig config = {});
    ~Engine();
    Engine(Engine &&) noexcept;
    Engine &operator=(Engine &&) noexcept;

    // ---- set-up
    /// A second call with the same symbol replaces specification, brackets and fees and keeps book and
    /// prices. brackets: ascending; fundingInterval: settlements fall on its multiples counted from 1970
    /// (UTC).
    void addSymbol(SymbolSpec spec, LeverageBrackets brackets, domain::CommissionRates rates,
        domain::Milliseconds fundingInterval = std::chrono::hours{8});
    std::vector<Symbol> symbols() const;                ///< in the order of addSymbol
    const SymbolSpec *spec(const Symbol &symbol) const; ///< nullptr where not listed
    const LeverageBrackets *brackets(const Symbol &symbol) const;
    domain::Milliseconds fundingInterval(const Symbol &symbol) const; ///< 0 where not listed
    /// Another leverage table from now on, kept with the state; leverages in use stay as they are.
    void setBrackets(const Symbol &symbol, LeverageBrackets brackets, Timestamp now);
    /// Other filters from now on for new orders, those that rest stay; not kept with the state.
    void setSpec(SymbolSpec spec);
    Result<void> createAccount(
        AccountId id, Money wallet, Timestamp now); ///< Rejected if the id is taken or 0
    bool hasAccount(AccountId id) const;
    std::vector<AccountId> accounts() const;
    /// Adds to the wallet (a negative amount takes out, at most maxWithdrawAmount). ACCOUNT_UPDATE
    /// DEPOSIT/WITHDRAW.
    Result<void> transfer(AccountId id, Money amount, Timestamp now);
    /// The same with another asset: BTC, ETH or BNB, in that asset. -1108 for any other, or one whose
    /// contract is not listed.
    Result<void> transferAsset(AccountId id, const std::string &asset, Money amount, Timestamp now);

    // ---- time
    /// Runs everything that is due: GTD expiry, countdown timers, mark-price and premium samples, funding,
    /// delayed triggers, liquidation. Call it often (10 ms to 1 s).
    void advance(Timestamp now);

    // ---- the market without an account
    // Prices are expected on the symbol's grid. Anonymous orders trade with whatever they cross, users
    // included. Where the symbol does not trade, they do nothing.
    /// A resting order of the market. Crossing parts trade first. Its id for cancelMarketMaker, or 0 if
    /// nothing rests.
    std::int64_t placeMarketMaker(
        const Symbol &symbol, Side side, Price price, Quantity quantity, Timestamp now);
    /// False if the order is not resting any more.
    bool cancelMarketMaker(std::int64_t id, Timestamp now);
    /// Makes the anonymous liquidity of one level this large (orders of placeMarketMaker not counted). More
    /// is queued behind what rests there; less leaves from the back, so user orders keep their place in time.
    /// Anonymous liquidity of the other side that stands in the way is withdrawn; user orders in the way are
    /// traded with.
    void setMarketMakerLevel(const Symbol &symbol, Side side, Price price, Quantity quantity, Timestamp now);
    /// Withdraws all anonymous liquidity of the symbol.
    void clearMarketMakers(const Symbol &symbol, Timestamp now);
    /// Takes up to quantity at limitPrice or better (0: any price), RPI orders included; what is left over
    /// vanishes. Quantity traded.
    Quantity marketTaker(const Symbol &symbol, Side side, Quantity quantity, Price limitPrice, Timestamp now);
    /// The spot index. Mark follows by reference 10.9 unless setMarkPrice was called for the symbol.
    void setIndexPrice(const Symbol &symbol, Price price, Timestamp now);
    /// From now on mark is what is told here, until followComputedMark().
    void setMarkPrice(const Symbol &symbol, Price price, Timestamp now);
    void followComputedMark(const Symbol &symbol, Timestamp now);
    /// Fixes the funding rate (replay, tests); unset returns to the estimate of reference 10.10.
    void setFundingRate(const Symbol &symbol, std::optional<Rate> rate);
    /// Changes what may be done on a symbol (TRADING, HALTED, …).
    void setSymbolStatus(const Symbol &symbol, domain::SymbolStatus status);

    /// From now on only reducing orders are taken on that side of the symbol.
    void setPositionControl(const Symbol &symbol, PositionControl control);
    PositionControl positionControl(const Symbol &symbol) const;
    /// Trigger prices of new conditional orders lie between mark × down and mark × up (-4210, -4211).
    void setTriggerBand(const Symbol &symbol, Rate down, Rate up);

    // ---- what the exchange does to an account
    /// Refuses with this code until it is lifted with 0: orders that open (-4087, -4189, -4400, -4401), all
    /// orders (-2017, -4088, -4109, -4192, -4402), or leverage above 20x (-4202, -4203, -4205, -4206, -4208,
    /// -4209) or 10x (-4403). -4109 ends with the next transfer in. Rejected for any other code.
    Result<void> setRestriction(AccountId id, int code);
    int restriction(AccountId id) const; ///< 0 where there is none
    /// Liquidates one position although its margin would do: reference 10.8, the book first, the insurance
    /// fund at mark after it. NotFound where it is flat.
    Result<void> liquidate(AccountId id, const Symbol &symbol, PositionSide side, Timestamp now);
    /// Deleverages one position at mark against the anonymous market: reference 10.11. NotFound where it is
    /// flat.
    Result<void> deleverage(AccountId id, const Symbol &symbol, PositionSide side, Timestamp now);
    /// Ends a contract: every order of it expires, every position is closed at mark by a
    /// settlement_autoclose- order without commission, and the symbol is closed. Reference 7.3.
    void settleContract(const Symbol &symbol, Timestamp now);
    /// Conditional orders that trigger before this moment stay TRIGGERING until then.
    void holdTriggers(Timestamp until);
    /// So many conditional orders that trigger next are refused for want of margin (-2019).
    void refuseTriggers(int count);

    // ---- orders
    /// The order as the engine accepted and worked it: for ACK answer with status NEW and executedQty 0
    /// yourself.
    Result<OrderRecord> place(AccountId id, const NewOrderRequest &request, Timestamp now);
    /// POST order/test: the same checks, no effect.
    Result<void> test(AccountId id, const NewOrderRequest &request, Timestamp now) const;
    /// PUT order. The answer may have status CANCELED (reference 5.5).
    Result<OrderRecord> amend(AccountId id, const AmendRequest &request, Timestamp now);
    Result<OrderRecord> cancel(AccountId id, const Symbol &symbol, const OrderKey &key, Timestamp now);
    /// Number of orders cancelled. An unknown symbol is -1121.
    Result<int> cancelAll(AccountId id, const Symbol &symbol, Timestamp now);
    /// Restarts (or with 0 stops) the symbol's dead man's timer.
    Result<void> countdownCancelAll(
        AccountId id, const Symbol &symbol, domain::Milliseconds countdown, Timestamp now);
    Result<OrderRecord> query(AccountId id, const Symbol &symbol, const OrderKey &key) const; ///< else -2013
    Result<OrderRecord> queryOpen(
        AccountId id, const Symbol &symbol, const OrderKey &key) const; ///< else -2013
    std::vector<OrderRecord> openOrders(
        AccountId id, const std::optional<Symbol> &symbol) const; ///< by orderId
    std::vector<OrderRecord> allOrders(AccountId id, const HistoryQuery &query) const;
    std::vector<UserTrade> userTrades(AccountId id, const HistoryQuery &query) const;
    std::vector<AmendmentRecord> amendments(AccountId id, const Symbol &symbol, const OrderKey &key) const;

    // ---- conditional orders (Algo Service)
    Result<ConditionalRecord> placeConditional(
        AccountId id, const ConditionalRequest &request, Timestamp now);
    Result<ConditionalRecord> cancelConditional(AccountId id, const OrderKey &key, Timestamp now);
    Result<int> cancelAllConditional(AccountId id, const Symbol &symbol, Timestamp now);
    Result<ConditionalRecord> queryConditional(AccountId id, const OrderKey &key) const;
    std::vector<ConditionalRecord> openConditional(AccountId id, const std::optional<Symbol> &symbol) const;
    std::vector<ConditionalRecord> allConditional(AccountId id, const HistoryQuery &query) const;

    // ---- account
    Result<SymbolConfigView> setLeverage(AccountId id, const Symbol &symbol, int leverage, Timestamp now);
    Result<void> setMarginType(AccountId id, const Symbol &symbol, MarginType type, Timestamp now);
    Result<void> setHedgeMode(AccountId id, bool hedge, Timestamp now);
    bool isHedgeMode(AccountId id) const;
    /// Multi-assets mode: other assets stand behind cross positions at their index less a buffer.
    Result<void> setMultiAssets(AccountId id, bool on, Timestamp now);
    bool isMultiAssets(AccountId id) const;
    /// Fees in BNB, a tenth less, where the account has enough of it.
    Result<void> setFeeBurn(AccountId id, bool on, Timestamp now);
    bool isFeeBurn(AccountId id) const;
    /// type: 1 adds, 2 takes out.
    Result<void> changePositionMargin(
        AccountId id, const Symbol &symbol, PositionSide side, Money amount, int type, Timestamp now);
    std::vector<MarginChange> marginChanges(AccountId id, const HistoryQuery &query) const;
    Result<AccountView> account(AccountId id) const;
    /// v2 style: every listed symbol (or the one) with every side of the account's position mode, flat or
    /// not.
    std::vector<PositionView> positions(AccountId id, const std::optional<Symbol> &symbol) const;
    std::vector<SymbolConfigView> symbolConfigs(AccountId id, const std::optional<Symbol> &symbol) const;
    Result<domain::CommissionRates> commissionRate(AccountId id, const Symbol &symbol) const;
    std::vector<Income> income(
        AccountId id, const HistoryQuery &query, std::optional<IncomeType> type = std::nullopt) const;

    // ---- public data
    std::optional<MarketView> market(const Symbol &symbol) const; ///< unset where not listed
    Money insuranceFund() const;
    /// Best `depth` levels per side. Result is NotFound (-1121) where not listed.
    Result<domain::BookSnapshot> book(const Symbol &symbol, std::size_t depth) const;
    /// The same with RPI orders, but those that cross. Its update id counts their changes, too.
    Result<domain::BookSnapshot> bookWithRpi(const Symbol &symbol, std::size_t depth) const;
    /// Quantities of RPI orders alone, but those that cross; best first.
    std::vector<domain::BookLevel> rpiLevels(const Symbol &symbol, Side side) const;
    /// What the public book holds at a price.
    Quantity publicQuantity(const Symbol &symbol, Side side, Price price) const;

    // ---- out
    std::vector<Event> takeEvents();

    // ---- persistence and self-check
    /// Versioned JSON: accounts, positions, orders, conditional orders, histories, books, prices, counters.
    std::string saveState() const;
    /// What changed since the last saveChanges() or markSaved(): for loadState() behind a saved state.
    /// withMarket: prices and counters of all symbols, too.
    std::string saveChanges(bool withMarket = false);
    /// What is now is saved, by saveState().
    void markSaved();
    /// Replaces everything but configuration and symbol specifications (addSymbol comes first). Malformed:
    /// damaged, of another version or naming a symbol that is not listed; then nothing changes. Settlements
    /// missed while the exchange was not running are not charged. Pending events are dropped.
    /// changes: those that were saved after it, oldest first.
    Result<void> loadState(
        std::string_view text, Timestamp now, const std::vector<std::string> &changes = {});
    /// What is wrong with the books, as sentences; empty when money and positions add up.
    std::vector<std::string> checkInvariants() const;
    EngineSizes sizes() const;

private:
    std::unique_ptr<Exchange> m_exchange;
};

} // namespace paper
