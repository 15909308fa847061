#pragma once

#include "models/domain/account.h"
#include "models/domain/exact.h"
#include "models/domain/market.h"
#include "models/domain/order.h"
#include "models/domain/result.h"
#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What goes into the paper exchange's engine and what comes out of it: plain values.
namespace paper
{

using domain::LeverageBrackets;
using domain::MarginType;
using domain::Money;
using domain::OrderStatus;
using domain::OrderType;
using domain::PositionSide;
using domain::Price;
using domain::Quantity;
using domain::Rate;
using domain::Result;
using domain::Side;
using domain::Symbol;
using domain::SymbolSpec;
using domain::TimeInForce;
using domain::Timestamp;
using domain::WorkingType;

/// One trading account. 0 is the anonymous market and never names an account.
using AccountId = std::int64_t;

enum class SelfTradePrevention : std::uint8_t { None, ExpireTaker, ExpireMaker, ExpireBoth };
enum class PriceMatch : std::uint8_t {
    None,
    Opponent,
    Opponent5,
    Opponent10,
    Opponent20,
    Queue,
    Queue5,
    Queue10,
    Queue20
};
/// On which sides nothing may be opened on a symbol: POSITION_RISK_CONTROL's positionControlSide. The
/// exchange names NONE only; the others are called as the codes -4105, -4106 and -4107 are.
enum class PositionControl : std::uint8_t { None, Both, Buy, Sell };
/// "x" of ORDER_TRADE_UPDATE.
enum class ExecutionType : std::uint8_t { New, Trade, Canceled, Expired, Amendment, Calculated };
/// "m" of ACCOUNT_UPDATE.
enum class UpdateReason : std::uint8_t {
    Order,
    FundingFee,
    Deposit,
    Withdraw,
    MarginTransfer,
    MarginTypeChange,
    InsuranceClear,
    AutoExchange,
};
enum class IncomeType : std::uint8_t {
    Transfer,
    RealizedPnl,
    FundingFee,
    Commission,
    InsuranceClear,
    AutoExchange
};

/// What positions are settled in.
inline constexpr const char *settlementAsset = "USDT";

std::string_view toWire(SelfTradePrevention);
std::string_view toWire(PriceMatch);
std::string_view toWire(PositionControl);
std::string_view toWire(ExecutionType);
std::string_view toWire(UpdateReason);
std::string_view toWire(IncomeType);

/// "er" of ORDER_TRADE_UPDATE: why an order ended without the user's doing.
namespace expiry
{
inline constexpr int none = 0;
inline constexpr int selfTrade = 1;
inline constexpr int immediateOrCancel = 2;
inline constexpr int immediateOrCancelSelfTrade = 3;
inline constexpr int displacedReduceOnly = 4;
inline constexpr int liquidated = 5;
inline constexpr int conditionGone = 6;
inline constexpr int delisted = 7;
inline constexpr int marketRemainder = 9;
} // namespace expiry

// ---------------------------------------------------------------------------------------------- requests

/// POST /fapi/v1/order. Every field is the parameter's text as sent; empty means not sent.
struct NewOrderRequest
{
    std::string symbol;
    std::string side;
    std::string type;
    std::string positionSide;
    std::string timeInForce;
    std::string quantity;
    std::string price;
    std::string reduceOnly;
    std::string newClientOrderId;
    std::string newOrderRespType;
    std::string priceMatch;
    std::string selfTradePreventionMode;
    std::string goodTillDate;   ///< ms since 1970
    std::string unread{};       ///< what is wrong with parameters that nobody reads (-1104)
    bool isFromWebsite = false; ///< not by API: meets RPI orders
};

/// PUT /fapi/v1/order. Text as sent; empty means not sent.
struct AmendRequest
{
    std::string symbol;
    std::string orderId;
    std::string origClientOrderId;
    std::string side;
    std::string quantity;
    std::string price;
    std::string priceMatch;
    std::string modifyId;
    std::string reduceOnly;
};

/// POST /fapi/v1/algoOrder. Text as sent; empty means not sent.
struct ConditionalRequest
{
    std::string algoType;
    std::string symbol;
    std::string side;
    std::string type;
    std::string positionSide;
    std::string timeInForce;
    std::string quantity;
    std::string price;
    std::string triggerPrice;
    std::string workingType;
    std::string closePosition;
    std::string priceProtect;
    std::string reduceOnly;
    std::string activatePrice;
    std::string callbackRate;
    std::string clientAlgoId;
    std::string newOrderRespType;
    std::string selfTradePreventionMode;
    std::string priceMatch;
    std::string goodTillDate;
    std::string unread{}; ///< as above
};

/// Names one order: by orderId where it is not 0, else by client id.
struct OrderKey
{
    std::int64_t orderId = 0;
    std::string clientOrderId;
};

/// Bounds of a history query; what is unset does not bound. Rows ascend by id (or by time).
struct HistoryQuery
{
    std::optional<Symbol> symbol;
    std::optional<std::int64_t> fromId;  ///< first orderId, trade id, algoId or tranId
    std::optional<std::int64_t> orderId; ///< userTrades only
    std::optional<Timestamp> from;
    std::optional<Timestamp> to; ///< inclusive
    Timestamp since;             ///< nothing older, whichever rows are wanted of what is left
    /// Most rows: the oldest that match where fromId or from is set, else the newest.
    std::size_t limit = 500;
};

// ----------------------------------------------------------------------------------------------- records

/// An engine order as GET /fapi/v1/order shows it.
struct OrderRecord
{
    AccountId account = 0;
    Symbol symbol;
    std::int64_t orderId = 0; ///< one counter per symbol
    std::string clientOrderId;
    Side side = Side::Buy;
    PositionSide positionSide = PositionSide::Both;
    OrderType type = OrderType::Limit;
    OrderType origType = OrderType::Limit; ///< differs from type for the child of a conditional order
    TimeInForce timeInForce = TimeInForce::Gtc;
    Quantity origQty; ///< after reduce-only trimming
    Quantity executedQty;
    Money cumQuote;  ///< sum of fill notionals
    Price price;     ///< after price match; 0 for MARKET
    Price stopPrice; ///< trigger price of the conditional order it came from, else 0
    OrderStatus status = OrderStatus::New;
    bool reduceOnly = false; ///< true for closing orders in hedge mode, too
    bool closePosition = false;
    bool priceProtect = false;
    WorkingType workingType = WorkingType::ContractPrice;
    PriceMatch priceMatch = PriceMatch::None;
    SelfTradePrevention selfTradePrevention = SelfTradePrevention::ExpireMaker;
    std::int64_t goodTillDate = 0; ///< ms; 0 unless GTD
    int expiryReason = expiry::none;
    std::int64_t algoId = 0; ///< conditional order it came from, else 0
    Price activatePrice;     ///< of the trailing order it came from, else 0
    Rate callbackRate;       ///< of the trailing order it came from, per cent, else 0
    int amendments = 0;
    std::optional<std::int64_t> modifyId; ///< of the latest amendment
    Timestamp createdAt;
    Timestamp updatedAt;

    Quantity remainingQty() const { return origQty - executedQty; }
    Price avgPrice() const { return executedQty.isZero() ? Price{} : cumQuote / executedQty; }
    bool isOpen() const { return !domain::isTerminal(status); }
    bool isTrailing() const { return origType == OrderType::TrailingStopMarket; }
    bool isLiquidation() const { return clientOrderId.starts_with("autoclose-"); }
    bool isAutoDeleverage() const { return clientOrderId.starts_with("adl_autoclose"); }
    bool isSettlement() const { return clientOrderId.starts_with("settlement_autoclose-"); }
    friend bool operator==(const OrderRecord &, const OrderRecord &) = default;
};

/// A conditional order as GET /fapi/v1/algoOrder shows it.
struct ConditionalRecord
{
    AccountId account = 0;
    std::int64_t algoId = 0; ///< one counter for the exchange, from 10^15
    std::string clientAlgoId;
    Symbol symbol;
    Side side = Side::Buy;
    PositionSide positionSide = PositionSide::Both;
    OrderType type = OrderType::StopMarket;
    TimeInForce timeInForce = TimeInForce::Gtc;
    Quantity quantity;  ///< 0 with closePosition
    Price price;        ///< STOP and TAKE_PROFIT
    Price triggerPrice; ///< 0 for trailing orders
    WorkingType workingType = WorkingType::ContractPrice;
    PriceMatch priceMatch = PriceMatch::None;
    SelfTradePrevention selfTradePrevention = SelfTradePrevention::ExpireMaker;
    bool closePosition = false;
    bool priceProtect = false;
    bool reduceOnly = false;
    Price activatePrice;    ///< trailing; the working price at placement where none was sent
    Rate callbackRate;      ///< trailing; per cent
    bool activated = false; ///< trailing: the activation price was met
    Price extreme;          ///< trailing: best working price since activation
    std::int64_t goodTillDate = 0;
    domain::ConditionalStatus status = domain::ConditionalStatus::New;
    std::int64_t actualOrderId = 0; ///< the engine order it became; 0 before
    OrderType actualType = OrderType::Unknown;
    Price actualPrice;  ///< average fill price of that order
    Quantity actualQty; ///< filled quantity of that order
    int rejectCode = 0;
    std::string rejectReason; ///< "rm": the venue's text where the engine refused the order
    Timestamp createdAt;
    Timestamp updatedAt;
    std::optional<Timestamp> triggeredAt;

    bool isOpen() const
    {
        return status == domain::ConditionalStatus::New || status == domain::ConditionalStatus::Triggering;
    }
    bool isTrailing() const { return type == OrderType::TrailingStopMarket; }
    friend bool operator==(const ConditionalRecord &, const ConditionalRecord &) = default;
};

/// One row of GET /fapi/v1/userTrades.
struct UserTrade
{
    Symbol symbol;
    std::int64_t id = 0; ///< the public trade id
    std::int64_t orderId = 0;
    Side side = Side::Buy;
    PositionSide positionSide = PositionSide::Both;
    Price price;
    Quantity quantity;
    Money realizedPnl; ///< before commission
    Money commission;  ///< positive when paid
    bool maker = false;
    Timestamp at;
    std::string commissionAsset = settlementAsset;
    friend bool operator==(const UserTrade &, const UserTrade &) = default;
};

/// One row of GET /fapi/v1/income.
struct Income
{
    IncomeType type = IncomeType::Transfer;
    Symbol symbol; ///< empty for transfers
    Money amount;  ///< negative when paid
    std::int64_t tranId = 0;
    std::int64_t tradeId = 0; ///< 0 where no trade caused it
    Timestamp at;
    std::string asset = settlementAsset; ///< of amount
    friend bool operator==(const Income &, const Income &) = default;
};

/// One row of GET /fapi/v1/orderAmendment.
struct AmendmentRecord
{
    std::int64_t amendmentId = 0;
    Symbol symbol;
    std::int64_t orderId = 0;
    std::string clientOrderId;
    Price priceBefore;
    Price priceAfter;
    Quantity qtyBefore;
    Quantity qtyAfter;
    int count = 0;
    std::optional<std::int64_t> modifyId;
    Timestamp at;
};

/// One row of GET /fapi/v1/positionMargin/history.
struct MarginChange
{
    Symbol symbol;
    PositionSide positionSide = PositionSide::Both;
    int type = 1; ///< 1 added, 2 taken out
    Money amount; ///< positive
    Timestamp at;
};

/// One account row of positionRisk (v2 and v3) and account, all figures at the present mark price.
struct PositionView
{
    Symbol symbol;
    PositionSide positionSide = PositionSide::Both;
    Quantity amount; ///< signed: negative is short
    Price entryPrice;
    Price breakEvenPrice;
    Price markPrice;
    Price liquidationPrice; ///< 0 where there is none
    Money unrealizedProfit;
    Money notional;       ///< signed
    Money isolatedMargin; ///< isolated wallet + unrealized profit; 0 for cross
    Money isolatedWallet;
    Money initialMargin; ///< position and open orders
    Money maintMargin;
    Money positionInitialMargin;
    Money openOrderInitialMargin;
    Money bidNotional;
    Money askNotional;
    Money accumulatedRealized; ///< "cr": before fees
    Money maxNotional;         ///< at the leverage in use
    MarginType marginType = MarginType::Cross;
    int leverage = 20;
    int adl = 0; ///< 0 to 4: how soon it is deleveraged; Engine::positions and account fill it
    bool hasOpenOrders = false;
    Timestamp updatedAt;
};

/// An asset of an account beside USDT.
struct AssetView
{
    std::string asset;
    Money walletBalance; ///< in the asset, as everything here
    Money maxWithdrawAmount;
    Price index; ///< USDT
    Timestamp updatedAt;
};

/// GET /fapi/v3/account. Amounts in USDT, and of USDT alone but availableBalance: in multi-assets mode other
/// assets are collateral.
struct AccountView
{
    Money walletBalance;
    Money crossWalletBalance;
    Money unrealizedProfit;
    Money crossUnrealizedProfit;
    Money marginBalance;
    Money initialMargin;
    Money positionInitialMargin;
    Money openOrderInitialMargin;
    Money maintMargin;
    Money availableBalance;
    Money maxWithdrawAmount;
    bool hedgeMode = false;
    Timestamp updatedAt;
    std::vector<PositionView> positions; ///< only where a position or an open order exists; by symbol
    bool multiAssets = false;
    std::vector<AssetView> others; ///< by name
};

/// GET /fapi/v1/symbolConfig.
struct SymbolConfigView
{
    Symbol symbol;
    MarginType marginType = MarginType::Cross;
    int leverage = 20;
    Money maxNotional;
};

/// Public facts of one symbol.
struct MarketView
{
    Price bid; ///< 0 where the side is empty
    Quantity bidQty;
    Price ask;
    Quantity askQty;
    Price last; ///< of the last trade; before the first one the mark price, else the index
    Price mark;
    Price index;
    Rate fundingRate; ///< running estimate for the coming settlement, a fraction
    Timestamp nextFundingAt;
    std::int64_t lastUpdateId = 0;
    std::int64_t lastTradeId = 0;
    Quantity openInterest; ///< sum of the long sides of all accounts
};

/// How much the engine keeps: for those who watch that nothing grows without bound.
struct EngineSizes
{
    std::size_t openOrders = 0;
    std::size_t conditionals = 0; ///< waiting, or triggered and not finished
    std::size_t histories = 0;    ///< rows of all accounts and kinds
    std::size_t bookLevels = 0;
    std::size_t bookEntries = 0; ///< places for anonymous liquidity, free ones included
    std::size_t events = 0;      ///< not taken yet
};

// ------------------------------------------------------------------------------------------------ events

/// A public trade. The first event of a fill group.
struct TradeEvent
{
    Symbol symbol;
    std::int64_t tradeId = 0;
    Price price;
    Quantity quantity;
    bool buyerIsMaker = false;
    Timestamp at;
    bool isRpi = false; ///< an RPI order made it
};

/// The total of one level changed. One update id per event, ascending by one per symbol.
struct BookChangeEvent
{
    Symbol symbol;
    Side side = Side::Buy; ///< Buy: a bid level
    Price price;
    Quantity quantity; ///< new total without RPI orders; 0 means the level is gone
    std::int64_t updateId = 0;
    Timestamp at;
    bool isRpi = false;           ///< RPI orders changed: the public book is as it was
    std::int64_t rpiUpdateId = 0; ///< the same count with the changes of RPI orders
};

/// TRADE_LITE: comes before the ACCOUNT_UPDATE and ORDER_TRADE_UPDATE of the same fill.
struct TradeLiteEvent
{
    AccountId account = 0;
    Symbol symbol;
    std::int64_t orderId = 0;
    std::string clientOrderId;
    Side side = Side::Buy;
    Quantity origQty;
    Price price;
    Quantity lastQty;
    Price lastPrice;
    std::int64_t tradeId = 0;
    bool maker = false;
    Timestamp at;
};

/// ORDER_TRADE_UPDATE: the order after the change.
struct OrderUpdateEvent
{
    ExecutionType execution = ExecutionType::New;
    OrderRecord order; ///< order.account says whose
    Quantity lastQty;  ///< 0 unless execution is Trade or Calculated
    Price lastPrice;
    std::int64_t tradeId = 0;
    bool maker = false;
    std::optional<Money> commission; ///< unset where nothing was charged
    Money realizedPnl;
    Money bidsNotional; ///< "b": open buy orders of the account on the symbol
    Money asksNotional; ///< "a"
    Timestamp at;
    std::string commissionAsset = settlementAsset;
};

/// One B row of ACCOUNT_UPDATE.
struct BalanceChange
{
    Money walletBalance;
    Money crossWalletBalance;
    Money balanceChange; ///< "bc": other than PnL and commission
    std::string asset = settlementAsset;
};

/// One P row of ACCOUNT_UPDATE.
struct PositionChange
{
    Symbol symbol;
    PositionSide positionSide = PositionSide::Both;
    Quantity amount; ///< signed
    Price entryPrice;
    Price breakEvenPrice;
    Money accumulatedRealized;
    Money unrealizedProfit;
    MarginType marginType = MarginType::Cross;
    Money isolatedWallet;
};

/// ACCOUNT_UPDATE.
struct AccountUpdateEvent
{
    AccountId account = 0;
    UpdateReason reason = UpdateReason::Order;
    Symbol symbol;                        ///< only with FundingFee
    std::optional<BalanceChange> balance; ///< USDT
    std::vector<PositionChange> positions;
    Timestamp at;
    std::vector<BalanceChange> others{}; ///< other assets that changed
};

/// ALGO_UPDATE: the conditional order after the change.
struct ConditionalUpdateEvent
{
    ConditionalRecord order;
    Timestamp at;
};

/// ACCOUNT_CONFIG_UPDATE: a new leverage of one symbol, or another asset mode.
struct ConfigUpdateEvent
{
    AccountId account = 0;
    Symbol symbol;
    int leverage = 0;
    Timestamp at;
    std::optional<bool> multiAssets{}; ///< set: this changed, and symbol is empty
};

/// MARGIN_CALL: the margin ratio rose to EngineConfig::marginCallRatio.
struct MarginCallEvent
{
    struct Row
    {
        Symbol symbol;
        PositionSide positionSide = PositionSide::Both;
        Quantity amount; ///< signed
        MarginType marginType = MarginType::Cross;
        Money isolatedWallet;
        Price markPrice;
        Money unrealizedProfit;
        Money maintMargin;
    };
    AccountId account = 0;
    std::optional<Money> crossWalletBalance; ///< set when cross positions are concerned
    std::vector<Row> positions;
    Timestamp at;
};

/// A funding settlement of one symbol happened (public). The accounts' ACCOUNT_UPDATE events follow.
struct FundingEvent
{
    Symbol symbol;
    Rate rate;
    Price markPrice;
    Timestamp at; ///< the settlement time
};

/// A liquidation order traded or was taken over by the insurance fund (public forceOrder stream).
struct LiquidationEvent
{
    OrderRecord order;
    Quantity lastQty;
    Price lastPrice;
    Timestamp at;
};

using Event = std::variant<TradeEvent, BookChangeEvent, TradeLiteEvent, OrderUpdateEvent, AccountUpdateEvent,
    ConditionalUpdateEvent, ConfigUpdateEvent, MarginCallEvent, FundingEvent, LiquidationEvent>;

} // namespace paper
