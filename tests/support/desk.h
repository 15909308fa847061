#pragma once

#include "models/live/models.h"
#include "tests/support/fake_account.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_health.h"
#include "tests/support/fake_market_data.h"
#include "tests/support/fake_settings.h"
#include "tests/support/fake_trading.h"

#include <cmath>
#include <memory>

namespace support
{

/// A whole venue of fakes with a plausible market and account, and the live models on top.
struct Desk
{
    FakeClock clock;
    FakeMarketData marketData;
    FakeTrading trading;
    FakeAccount account;
    FakeHealth health;
    FakeSettings settings;
    std::unique_ptr<live::Models> models;

    Desk()
    {
        auto info = std::make_shared<domain::ExchangeInfo>();
        info->symbols = {spec("BTCUSDT", "BTC", "0.1", "0.001"), spec("ETHUSDT", "ETH", "0.01", "0.001"),
            spec("SOLUSDT", "SOL", "0.01", "1"), spec("DOGEUSDT", "DOGE", "0.00001", "1"),
            spec("XRPUSDT", "XRP", "0.0001", "0.1"), spec("BNBUSDT", "BNB", "0.01", "0.01")};
        marketData.exchangeInfoAnswer = domain::Result<ports::ExchangeInfoPtr>{info};
        account.tables["BTCUSDT"] = table("0.004");
        account.tables["ETHUSDT"] = table("0.005");
    }
    /// After the test has set what is there from the start.
    void open() { models = std::make_unique<live::Models>(marketData, trading, account, health, clock); }

    static domain::SymbolSpec spec(
        const std::string &symbol, const std::string &base, const char *tick, const char *step)
    {
        domain::SymbolSpec made;
        made.symbol = made.pair = symbol;
        made.contractType = "PERPETUAL";
        made.baseAsset = base;
        made.quoteAsset = made.marginAsset = "USDT";
        made.status = domain::SymbolStatus::Trading;
        made.statusText = "TRADING";
        made.tickSize = domain::Price::literal(tick);
        made.pricePrecision = made.tickSize.decimals();
        made.minPrice = made.tickSize;
        made.maxPrice = domain::Price::of(4'000'000);
        made.lot = {
            domain::Quantity::literal(step), domain::Quantity::of(100'000), domain::Quantity::literal(step)};
        made.marketLot = made.lot;
        made.quantityPrecision = made.lot.stepSize.decimals();
        made.minNotional = domain::Money::of(5);
        made.multiplierUp = domain::Rate::literal("1.05");
        made.multiplierDown = domain::Rate::literal("0.95");
        return made;
    }
    /// Two rows; up to 300,000 of notional the given rate holds.
    static domain::LeverageBrackets table(const char *firstRate)
    {
        const auto rate = domain::Rate::literal(firstRate);
        const auto next = domain::Rate::literal("0.01");
        const auto floor = domain::Money::of(300'000);
        return {{1, 125, domain::Money{}, floor, rate, domain::Money{}},
            {2, 50, floor, domain::Money::of(10'000'000), next, floor * (next - rate)}};
    }

    void quote(const std::string &symbol, const char *price, const char *change = "1.25")
    {
        const auto last = domain::Price::literal(price);
        const domain::Price tick = models->market.spec(symbol)->tickSize;
        domain::Ticker ticker;
        ticker.symbol = symbol;
        ticker.last = ticker.open = last;
        ticker.high = last * domain::Rate::literal("1.021");
        ticker.low = last * domain::Rate::literal("0.982");
        ticker.volume = domain::Quantity::of(123'456);
        ticker.quoteVolume = last * ticker.volume;
        ticker.changePercent = domain::Rate::literal(change);
        ticker.at = clock.wallNow();
        domain::MarkPrice mark;
        mark.symbol = symbol;
        mark.mark = mark.index = last;
        mark.fundingRate = domain::Rate::literal("0.0001");
        mark.at = clock.wallNow();
        domain::BookTicker best;
        best.symbol = symbol;
        best.bid = last;
        best.ask = last + tick;
        best.bidQty = best.askQty = domain::Quantity::of(3);
        best.at = clock.wallNow();
        emit marketData.tickersChanged(std::make_shared<const std::vector<domain::Ticker>>(1, ticker));
        emit marketData.markPricesChanged(std::make_shared<const std::vector<domain::MarkPrice>>(1, mark));
        emit marketData.bookTickersChanged(std::make_shared<const std::vector<domain::BookTicker>>(1, best));
    }
    static domain::AccountState funded(std::int64_t wallet)
    {
        domain::AccountState state;
        state.walletBalance = state.crossWalletBalance = state.availableBalance = domain::Money::of(wallet);
        state.isReconciled = true;
        state.symbols["BTCUSDT"] = {domain::MarginType::Cross, 10, {}};
        return state;
    }
    static domain::Position position(
        const std::string &symbol, domain::Side side, const char *quantity, const char *entry)
    {
        domain::Position held;
        held.symbol = symbol;
        held.side = side;
        held.quantity = domain::Quantity::literal(quantity);
        held.entryPrice = held.markPrice = domain::Price::literal(entry);
        held.leverage = 10;
        return held;
    }
    domain::Order order(const std::string &symbol, const std::string &id, domain::OrderPhase phase) const
    {
        domain::Order made;
        made.request.symbol = symbol;
        made.request.clientOrderId = id;
        made.request.quantity = domain::Quantity::literal("0.250");
        made.request.price = domain::Price::of(64'000);
        made.phase = phase;
        made.createdAt = made.updatedAt = clock.wallNow();
        return made;
    }
};

} // namespace support
