#pragma once

#include "exchange/binance/wire_account.h"
#include "exchange/binance/wire_market.h"
#include "exchange/binance/wire_orders.h"
#include "exchange/binance/wire_statistics.h"
#include "exchange/binance/wire_stream.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace support
{

/// What a parser read, value by value in a fixed order, so that two readings can be compared.
using WireWords = std::vector<std::string>;

inline std::string wireWord(const std::string &text)
{
    return text;
}
inline std::string wireWord(std::int64_t value)
{
    return std::to_string(value);
}
inline std::string wireWord(int value)
{
    return std::to_string(value);
}
inline std::string wireWord(bool value)
{
    return value ? "true" : "false";
}
inline std::string wireWord(domain::Timestamp at)
{
    return std::to_string(domain::toMs(at));
}
inline std::string wireWord(domain::MarginType type)
{
    return type == domain::MarginType::Isolated ? "isolated" : "cross";
}
template <class Measure> std::string wireWord(domain::Exact<Measure> value)
{
    return value.toString();
}
template <class Enum>
requires std::is_enum_v<Enum> std::string wireWord(Enum value)
{
    return std::string{domain::toWire(value)};
}
template <class T> std::string wireWord(const std::optional<T> &value)
{
    return value ? wireWord(*value) : "none";
}

template <class... Values> WireWords wireWords(const Values &...values)
{
    return {wireWord(values)...};
}
inline WireWords operator+(WireWords left, const WireWords &right)
{
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

template <class Row> WireWords describe(const std::vector<Row> &rows);

inline WireWords describe(bool value)
{
    return wireWords(value);
}
inline WireWords describe(const std::string &value)
{
    return wireWords(value);
}
inline WireWords describe(domain::Timestamp at)
{
    return wireWords(at);
}
inline WireWords describe(const domain::CommissionRates &r)
{
    return wireWords(r.maker, r.taker);
}
inline WireWords describe(const domain::BookLevel &level)
{
    return wireWords(level.price, level.quantity);
}
inline WireWords describe(const domain::LeverageBracket &b)
{
    return wireWords(b.bracket, b.maxLeverage, b.notionalFloor, b.notionalCap, b.maintenanceMarginRate,
        b.maintenanceAmount);
}
inline WireWords describe(const domain::Position &p)
{
    return wireWords(p.symbol, p.positionSide, p.side, p.quantity, p.entryPrice, p.breakEvenPrice,
        p.markPrice, p.marginType, p.leverage, p.isolatedWallet, p.exchangeLiquidationPrice, p.updatedAt);
}
inline WireWords describe(const domain::Fill &f)
{
    return wireWords(f.symbol, f.tradeId, f.orderId, f.side, f.positionSide, f.price, f.quantity,
        f.commission, f.commissionAsset, f.realizedPnl, f.isMaker, f.at);
}
inline WireWords describe(const domain::Trade &t)
{
    return wireWords(t.symbol, t.id, t.price, t.quantity, t.at, t.buyerIsMaker);
}
inline WireWords describe(const domain::Candle &c)
{
    return wireWords(c.openAt, c.open, c.high, c.low, c.close, c.volume, c.quoteVolume, c.tradeCount,
        c.takerBuyVolume, c.isClosed);
}
inline WireWords describe(const domain::Ticker &t)
{
    return wireWords(t.symbol, t.last, t.open, t.high, t.low, t.volume, t.quoteVolume, t.changePercent, t.at);
}
inline WireWords describe(const domain::BookTicker &t)
{
    return wireWords(t.symbol, t.bid, t.bidQty, t.ask, t.askQty, t.updateId, t.at);
}
inline WireWords describe(const domain::MarkPrice &m)
{
    return wireWords(m.symbol, m.mark, m.index, m.fundingRate, m.nextFundingAt, m.at);
}
inline WireWords describe(const binance::AssetBalance &b)
{
    return wireWords(b.asset, b.walletBalance, b.crossWalletBalance, b.availableBalance, b.updatedAt);
}
inline WireWords describe(const binance::PositionRow &row)
{
    return describe(row.position) + wireWords(row.hasConfig, row.maxNotionalValue);
}
inline WireWords describe(const binance::AccountConfig &c)
{
    return wireWords(c.feeTier, c.canTrade, c.dualSidePosition, c.multiAssetsMargin);
}
inline WireWords describe(const binance::SymbolConfigRow &row)
{
    return wireWords(row.symbol, row.config.marginType, row.config.leverage, row.config.maxNotional);
}
inline WireWords describe(const binance::ErrorBody &e)
{
    return wireWords(e.code, e.message);
}
inline WireWords describe(const binance::ApiEnvelope &e)
{
    return wireWords(e.id, e.status, e.result) + (e.error ? describe(*e.error) : WireWords{"none"});
}
inline WireWords describe(const binance::OrderReport &o)
{
    return wireWords(o.symbol, o.clientOrderId, o.orderId, o.side, o.positionSide, o.type, o.origType,
        o.timeInForce, o.status, o.statusText, o.origQty, o.executedQty, o.price, o.avgPrice, o.triggerPrice,
        o.activatePrice, o.callbackRate, o.workingType, o.reduceOnly, o.closePosition, o.createdAt,
        o.updatedAt);
}
inline WireWords describe(const binance::AlgoReport &o)
{
    return wireWords(o.symbol, o.clientAlgoId, o.algoId, o.actualOrderId, o.type, o.side, o.positionSide,
        o.timeInForce, o.status, o.statusText, o.quantity, o.price, o.triggerPrice, o.activatePrice,
        o.callbackRate, o.workingType, o.reduceOnly, o.closePosition, o.executedQty, o.avgPrice,
        o.failureReason, o.createdAt, o.updatedAt);
}
inline WireWords describe(const domain::SymbolSpec &s)
{
    const auto lot = [](const domain::LotFilter &f) { return wireWords(f.minQty, f.maxQty, f.stepSize); };
    return wireWords(s.symbol, s.pair, s.contractType, s.baseAsset, s.quoteAsset, s.marginAsset,
               static_cast<int>(s.status), s.statusText, s.pricePrecision, s.quantityPrecision, s.minPrice,
               s.maxPrice, s.tickSize, s.minNotional, s.multiplierUp, s.multiplierDown, s.maxNumOrders,
               s.triggerProtect, s.liquidationFee, s.marketTakeBound, s.onboardAt, s.deliveryAt) +
           lot(s.lot) + lot(s.marketLot);
}
inline WireWords describe(const domain::RateLimit &l)
{
    return wireWords(static_cast<int>(l.kind), std::int64_t{l.interval.count()}, l.limit);
}
inline WireWords describe(const binance::SymbolPrice &p)
{
    return wireWords(p.symbol, p.price, p.at);
}
inline WireWords describe(const binance::FundingRateRow &r)
{
    return wireWords(r.symbol, r.rate, r.at, r.mark);
}
inline WireWords describe(const binance::FundingInfoRow &r)
{
    return wireWords(r.symbol, r.cap, r.floor, r.intervalHours);
}
inline WireWords describe(const binance::OpenInterestRow &r)
{
    return wireWords(r.symbol, r.openInterest, r.value, r.at);
}
inline WireWords describe(const binance::LongShortRow &r)
{
    return wireWords(r.symbol, r.ratio, r.longShare, r.shortShare, r.at);
}
inline WireWords describe(const binance::TakerVolumeRow &r)
{
    return wireWords(r.ratio, r.buyVolume, r.sellVolume, r.at);
}
inline WireWords describe(const binance::BasisRow &r)
{
    return wireWords(r.pair, r.contractType, r.indexPrice, r.futuresPrice, r.basis, r.basisRate, r.at);
}
inline WireWords describe(const binance::IndexComponent &c)
{
    return wireWords(c.exchange, c.asset, c.price, c.weight);
}
inline WireWords describe(const binance::IncomeRow &r)
{
    return wireWords(r.symbol, r.type, r.asset, r.amount, r.at, r.transactionId, r.tradeId);
}
inline WireWords describe(const binance::MarginChangeRow &r)
{
    return wireWords(r.symbol, r.positionSide, r.amount, r.asset, r.cause, r.at);
}
inline WireWords describe(const binance::AdlQuantileRow &r)
{
    return wireWords(r.symbol, r.both, r.longSide, r.shortSide);
}
inline WireWords describe(const binance::ExecutionAlgoRow &r)
{
    return wireWords(
        r.algoId, r.orderId, r.symbol, r.side, r.status, r.totalQty, r.executedQty, r.avgPrice, r.at);
}
inline WireWords describe(const binance::BalanceRow &b)
{
    return wireWords(b.asset, b.walletBalance, b.crossWalletBalance, b.balanceChange);
}

inline WireWords describe(const domain::Result<binance::OrderReport> &outcome)
{
    return outcome ? describe(*outcome) : wireWords(outcome.error().detail, outcome.error().venueCode);
}
inline WireWords describe(const std::vector<domain::Result<binance::OrderReport>> &outcomes)
{
    WireWords words;
    for (const auto &outcome : outcomes) {
        words = std::move(words) + describe(outcome);
    }
    return words;
}
inline WireWords describe(const binance::AccountAnswer &a)
{
    return wireWords(a.totalWalletBalance, a.totalCrossWalletBalance, a.availableBalance, a.multiAssetsMargin,
               a.canTrade) +
           describe(a.assets) + describe(a.positions);
}
inline WireWords describe(const domain::ExchangeInfo &info)
{
    return describe(info.symbols) + describe(info.rateLimits);
}
inline WireWords describe(const domain::BookSnapshot &book)
{
    return wireWords(book.symbol, book.lastUpdateId, book.at) + describe(book.bids) + describe(book.asks);
}
inline WireWords describe(const binance::SymbolBrackets &row)
{
    return wireWords(row.symbol) + describe(row.brackets);
}
inline WireWords describe(const binance::IndexComposition &index)
{
    return wireWords(index.symbol, index.at) + describe(index.components);
}

// Events of streams.

inline WireWords describe(const domain::BookUpdate &u)
{
    return wireWords(u.symbol, u.firstUpdateId, u.lastUpdateId, u.previousUpdateId, u.at) + describe(u.bids) +
           describe(u.asks);
}
inline WireWords describe(const binance::TradeEvent &e)
{
    return describe(e.trade) + wireWords(e.isAggregate);
}
inline WireWords describe(const binance::KlineEvent &e)
{
    return wireWords(
               e.symbol, e.interval ? static_cast<int>(*e.interval) : -1, e.isContinuous, e.isComplete) +
           describe(e.candle);
}
inline WireWords describe(const binance::TickerEvent &e)
{
    return describe(e.ticker) + wireWords(e.isMini);
}
inline WireWords describe(const binance::ForceOrderEvent &e)
{
    return wireWords(e.symbol, e.side, e.price, e.avgPrice, e.quantity, e.at);
}
inline WireWords describe(const binance::ContractInfoEvent &e)
{
    return wireWords(e.symbol, e.contractType, e.statusText) + describe(e.brackets);
}
inline WireWords describe(const binance::CompositeIndexEvent &e)
{
    return wireWords(e.symbol, e.price, e.at);
}
inline WireWords describe(const binance::AssetIndexEvent &e)
{
    return wireWords(e.symbol, e.index, e.at);
}
inline WireWords describe(const binance::TradingSessionEvent &e)
{
    return wireWords(e.market, e.session, e.at);
}
inline WireWords describe(const binance::OrderTradeUpdate &e)
{
    return describe(e.order) + wireWords(e.executionType, e.expiryReason, e.eventAt, e.transactionAt) +
           (e.fill ? describe(*e.fill) : WireWords{"none"});
}
inline WireWords describe(const binance::AccountUpdate &e)
{
    return wireWords(e.reason, e.fundingSymbol, e.eventAt, e.transactionAt) + describe(e.balances) +
           describe(e.positions);
}
inline WireWords describe(const binance::AlgoUpdate &e)
{
    return describe(e.order) + wireWords(e.eventAt, e.transactionAt);
}
inline WireWords describe(const binance::TradeLite &e)
{
    return wireWords(e.clientOrderId, e.transactionAt) + describe(e.fill);
}
inline WireWords describe(const binance::AccountConfigUpdate &e)
{
    return wireWords(e.symbol, e.leverage, e.multiAssetsMargin);
}
inline WireWords describe(const binance::MarginCall &e)
{
    return wireWords(e.crossWalletBalance) + describe(e.positions);
}
inline WireWords describe(const binance::StrategyUpdate &e)
{
    return wireWords(e.strategyId, e.type, e.status, e.symbol);
}
inline WireWords describe(const binance::GridUpdate &e)
{
    return wireWords(e.strategyId, e.status, e.symbol, e.realizedPnl);
}
inline WireWords describe(const binance::TriggerReject &e)
{
    return wireWords(e.symbol, e.orderId, e.reason);
}
inline WireWords describe(const binance::ListenKeyExpired &e)
{
    return wireWords(e.listenKey);
}
inline WireWords describe(const binance::ServerShutdown &)
{
    return {};
}
inline WireWords describe(const binance::UnknownEvent &e)
{
    return wireWords(e.type);
}
inline WireWords describe(const binance::StreamFrame &frame)
{
    WireWords words = wireWords(frame.stream, frame.droppedCoinMargined);
    if (frame.control) {
        words = std::move(words) +
                wireWords(frame.control->id, frame.control->errorCode, frame.control->errorMessage);
    }
    for (const binance::StreamEvent &event : frame.events) {
        words = std::move(words) + wireWords(static_cast<int>(event.index())) +
                std::visit([](const auto &e) { return describe(e); }, event);
    }
    return words;
}

template <class Row> WireWords describe(const std::vector<Row> &rows)
{
    WireWords words;
    for (const Row &row : rows) {
        words = std::move(words) + describe(row);
    }
    return words;
}

} // namespace support
