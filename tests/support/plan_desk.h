#pragma once

#include "models/domain/risk/plan.h"

namespace support
{

using namespace domain;

/// BTCUSDT with tick 0.10 and step 0.001.
inline SymbolSpec btcSpec()
{
    SymbolSpec spec;
    spec.symbol = "BTCUSDT";
    spec.baseAsset = "BTC";
    spec.quoteAsset = "USDT";
    spec.status = SymbolStatus::Trading;
    spec.statusText = "TRADING";
    spec.pricePrecision = 2;
    spec.quantityPrecision = 3;
    spec.tickSize = Price::literal("0.10");
    spec.lot = {Quantity::literal("0.001"), Quantity::of(1'000), Quantity::literal("0.001")};
    spec.marketLot = {Quantity::literal("0.001"), Quantity::of(120), Quantity::literal("0.001")};
    spec.minNotional = Money::of(50);
    return spec;
}

/// A calculator over a flat cross account; the shipped leverage table, no fees unless a test sets them.
struct PlanDesk
{
    SymbolSpec spec = btcSpec();
    AccountState account;
    MarkPrices marks;
    std::vector<Order> orders;
    BookView book; ///< counts once it has levels
    DraftContext context;

    explicit PlanDesk(std::int64_t balance = 10'000)
    {
        account.walletBalance = account.crossWalletBalance = Money::of(balance);
    }
    PlanDesk(const PlanDesk &) = delete;
    PlanDesk &operator=(const PlanDesk &) = delete;

    PlanResult run(const TradePlan &plan)
    {
        context.spec = &spec;
        context.account = &account;
        context.marks = &marks;
        context.openOrders = &orders;
        context.book = book.bids.empty() && book.asks.empty() ? nullptr : &book;
        return planTrade(plan, context);
    }
    void charge(const char *maker, const char *taker)
    {
        context.commission = {Rate::literal(maker), Rate::literal(taker)};
    }
    void hold(const char *symbol, Side side, const char *quantity, const char *entry,
        MarginType marginType = MarginType::Cross, std::int64_t wallet = 0)
    {
        Position position;
        position.symbol = symbol;
        position.side = side;
        position.quantity = Quantity::literal(quantity);
        position.entryPrice = Price::literal(entry);
        position.marginType = marginType;
        position.leverage = 10;
        position.isolatedWallet = Money::of(wallet);
        account.crossWalletBalance -= Money::of(wallet);
        account.positions.push_back(position);
    }
};

/// Isolated at 10x, the entry as maker, no slippage.
inline TradePlan trade(Side side, const char *entry, const char *quantity)
{
    TradePlan plan;
    plan.side = side;
    plan.entry = Price::literal(entry);
    plan.leverage = 10;
    plan.marginType = MarginType::Isolated;
    plan.sizing = FixedQuantity{Quantity::literal(quantity)};
    plan.entryIsMaker = true;
    plan.stopSlippage = {};
    return plan;
}

} // namespace support
