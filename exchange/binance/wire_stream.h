#pragma once

#include "exchange/binance/wire_orders.h"
#include "models/domain/account.h"
#include "models/domain/market.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace binance
{

// Events of the market and user streams. Source: reference 6.1, 7.2 to 7.5.

struct TradeEvent
{
    domain::Trade trade;
    bool isAggregate = false; ///< aggTrade; otherwise trade
};
struct KlineEvent
{
    domain::Symbol symbol; ///< the pair on continuous klines
    std::optional<domain::Interval> interval;
    domain::Candle candle;
    bool isContinuous = false;
    bool isComplete = false; ///< an interval we know, and all figures of the bar were there
};
struct TickerEvent
{
    domain::Ticker ticker;
    bool isMini = false; ///< without changePercent: computed here from open and last
};
struct ForceOrderEvent
{
    domain::Symbol symbol;
    domain::Side side = domain::Side::Sell; ///< of the liquidation order: Sell closes a long
    domain::Price price;
    domain::Price avgPrice;
    domain::Quantity quantity;
    domain::Timestamp at;
};
struct ContractInfoEvent
{
    domain::Symbol symbol;
    std::string contractType;
    std::string statusText;
    domain::LeverageBrackets brackets; ///< empty unless they changed
};
struct CompositeIndexEvent
{
    domain::Symbol symbol;
    domain::Price price;
    domain::Timestamp at;
};
struct AssetIndexEvent
{
    domain::Symbol symbol;
    domain::Price index;
    domain::Timestamp at;
};
struct TradingSessionEvent
{
    std::string market; ///< the event's own name: EquityUpdate, FXUpdate, …
    std::string session;
    domain::Timestamp at;
};

struct OrderTradeUpdate
{
    OrderReport order;
    std::string executionType; ///< NEW, TRADE, CANCELED, EXPIRED, AMENDMENT, CALCULATED
    std::optional<domain::Fill> fill;
    std::string expiryReason;        ///< "er"; empty or "0": none
    domain::Timestamp eventAt;       ///< E
    domain::Timestamp transactionAt; ///< T
};
struct BalanceRow
{
    std::string asset;
    domain::Money walletBalance;
    domain::Money crossWalletBalance;
    domain::Money balanceChange; ///< other than profit, loss and commission
};
struct AccountUpdate
{
    std::string reason; ///< "m": ORDER, FUNDING_FEE, …
    domain::Symbol fundingSymbol;
    std::vector<BalanceRow> balances;
    std::vector<domain::Position> positions; ///< absolute new values; quantity 0 is a closed position
    domain::Timestamp eventAt;
    domain::Timestamp transactionAt;
};
struct AlgoUpdate
{
    AlgoReport order;
    domain::Timestamp eventAt;
    domain::Timestamp transactionAt;
};
/// A fill, faster than its ORDER_TRADE_UPDATE and with less in it: no commission, no position side.
struct TradeLite
{
    std::string clientOrderId;
    domain::Fill fill;
    domain::Timestamp transactionAt;
};
struct AccountConfigUpdate
{
    domain::Symbol symbol; ///< empty: only multiAssetsMargin changed
    int leverage = 0;
    std::optional<bool> multiAssetsMargin;
};
struct MarginCall
{
    domain::Money crossWalletBalance;
    std::vector<domain::Position> positions;
};
struct StrategyUpdate
{
    std::int64_t strategyId = 0;
    std::string type;
    std::string status;
    domain::Symbol symbol;
};
struct GridUpdate
{
    std::int64_t strategyId = 0;
    std::string status;
    domain::Symbol symbol;
    domain::Money realizedPnl;
};
struct TriggerReject
{
    domain::Symbol symbol;
    std::int64_t orderId = 0;
    std::string reason;
};
struct ListenKeyExpired
{
    std::string listenKey; ///< empty where the venue did not say
};
/// The venue's end of this connection will go down soon: a new one can be made before.
struct ServerShutdown
{
};
/// Of a type we do not know: kept, counted and logged by the receiver.
struct UnknownEvent
{
    std::string type;
};

using StreamEvent = std::variant<TradeEvent, KlineEvent, TickerEvent, domain::BookTicker, domain::BookUpdate,
    domain::MarkPrice, ForceOrderEvent, ContractInfoEvent, CompositeIndexEvent, AssetIndexEvent,
    TradingSessionEvent, OrderTradeUpdate, AccountUpdate, AlgoUpdate, TradeLite, AccountConfigUpdate,
    MarginCall, StrategyUpdate, GridUpdate, TriggerReject, ListenKeyExpired, ServerShutdown, UnknownEvent>;

/// Answer to SUBSCRIBE and its kin, or an error the server pushed by itself.
struct ControlAnswer
{
    std::string id; ///< as text; empty where the server gave none
    std::optional<int> errorCode;
    std::string errorMessage;
};

/// One message of a socket, used again for the next one.
struct StreamFrame
{
    std::string stream; ///< of the combined wrapper; empty on a bare payload
    std::vector<StreamEvent> events;
    std::optional<ControlAnswer> control;
    int droppedCoinMargined = 0; ///< rows of the COIN-M universe in all-market streams (st = 2)

    std::vector<domain::BookLevel> spareBids; ///< empty; storage of the last book update
    std::vector<domain::BookLevel> spareAsks;

    void clear()
    {
        if (events.size() == 1) {
            if (auto *book = std::get_if<domain::BookUpdate>(&events.front())) {
                spareBids = std::move(book->bids);
                spareAsks = std::move(book->asks);
                spareBids.clear();
                spareAsks.clear();
            }
        }
        stream.clear();
        events.clear();
        control.reset();
        droppedCoinMargined = 0;
    }
};

/// Reads one text message into the frame, which is cleared first. Malformed, naming the field, leaves it
/// without events.
domain::Result<void> parseFrame(std::string_view json, StreamFrame &frame);

} // namespace binance
