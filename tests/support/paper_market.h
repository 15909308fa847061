#pragma once

#include "exchange/paper/core/engine.h"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace support
{

/// A paper exchange with two symbols, three accounts of 100,000 USDT and a clock that moves when told to.
/// BTCUSDT: filters and leverage table of the protocol reference (4.2, 10.3), bid 59,990 and ask 60,000 with
/// 5 BTC each, mark 60,000. ETHUSDT: the same rules with an empty book and mark 3,000.
class PaperMarket
{
public:
    static constexpr paper::AccountId alice = 1;
    static constexpr paper::AccountId bob = 2;
    static constexpr paper::AccountId carol = 3;
    inline static const domain::Symbol btc = "BTCUSDT";
    inline static const domain::Symbol eth = "ETHUSDT";

    explicit PaperMarket(paper::EngineConfig config = {}) : engine{config}
    {
        addSymbols(engine);
        for (const paper::AccountId id : {alice, bob, carol}) {
            (void)engine.createAccount(id, domain::Money::of(100'000), now);
        }
        mark("60000");
        engine.setMarkPrice(eth, domain::Price::of(3000), now);
        engine.setFundingRate(btc, domain::Rate{});
        engine.setFundingRate(eth, domain::Rate{});
        level(domain::Side::Buy, "59990", "5");
        level(domain::Side::Sell, "60000", "5");
        engine.advance(now);
        engine.takeEvents();
    }

    static domain::SymbolSpec specOf(const domain::Symbol &symbol)
    {
        using domain::Price;
        using domain::Quantity;
        domain::SymbolSpec spec;
        spec.symbol = symbol;
        spec.pair = symbol;
        spec.contractType = "PERPETUAL";
        spec.baseAsset = symbol.substr(0, 3);
        spec.quoteAsset = "USDT";
        spec.marginAsset = "USDT";
        spec.status = domain::SymbolStatus::Trading;
        spec.statusText = "TRADING";
        spec.pricePrecision = 2;
        spec.quantityPrecision = 3;
        spec.minPrice = Price::literal("556.80");
        spec.maxPrice = Price::of(4'529'764);
        spec.tickSize = Price::literal("0.10");
        spec.lot = {Quantity::literal("0.001"), Quantity::of(1000), Quantity::literal("0.001")};
        spec.marketLot = {Quantity::literal("0.001"), Quantity::of(120), Quantity::literal("0.001")};
        spec.minNotional = domain::Money::of(50);
        spec.multiplierUp = domain::Rate::literal("1.05");
        spec.multiplierDown = domain::Rate::literal("0.95");
        spec.maxNumOrders = 200;
        spec.triggerProtect = domain::Rate::literal("0.05");
        spec.liquidationFee = domain::Rate::literal("0.0125");
        spec.marketTakeBound = domain::Rate::literal("0.05");
        return spec;
    }

    static domain::LeverageBrackets bracketRows()
    {
        struct Row
        {
            int leverage;
            std::int64_t cap;
            const char *rate;
            std::int64_t cum;
        };
        const Row rows[] = {{150, 300'000, "0.004", 0}, {100, 800'000, "0.005", 300},
            {75, 3'000'000, "0.0065", 1'500}, {50, 12'000'000, "0.01", 12'000},
            {25, 70'000'000, "0.02", 132'000}, {20, 100'000'000, "0.025", 482'000},
            {10, 230'000'000, "0.05", 2'982'000}, {5, 480'000'000, "0.1", 14'482'000}};
        domain::LeverageBrackets brackets;
        domain::Money floor;
        for (const Row &row : rows) {
            brackets.push_back({static_cast<int>(brackets.size()) + 1, row.leverage, floor,
                domain::Money::of(row.cap), domain::Rate::literal(row.rate), domain::Money::of(row.cum)});
            floor = domain::Money::of(row.cap);
        }
        return brackets;
    }

    /// The exchange's symbols without anything else, as loadState() wants them.
    static void addSymbols(paper::Engine &engine)
    {
        for (const domain::Symbol &symbol : {btc, eth}) {
            engine.addSymbol(specOf(symbol), bracketRows(),
                {domain::Rate::literal("0.0002"), domain::Rate::literal("0.0005")}, std::chrono::hours{8});
        }
    }

    void mark(const char *price, const domain::Symbol &symbol = btc)
    {
        engine.setMarkPrice(symbol, domain::Price::literal(price), now);
    }
    void level(domain::Side side, const char *price, const char *quantity, const domain::Symbol &symbol = btc)
    {
        engine.setMarketMakerLevel(
            symbol, side, domain::Price::literal(price), domain::Quantity::literal(quantity), now);
    }
    void pass(domain::Milliseconds time)
    {
        now += time;
        engine.advance(now);
    }

    static paper::NewOrderRequest limit(
        const char *side, const char *quantity, const char *price, const char *timeInForce = "GTC")
    {
        paper::NewOrderRequest request;
        request.symbol = btc;
        request.side = side;
        request.type = "LIMIT";
        request.timeInForce = timeInForce;
        request.quantity = quantity;
        request.price = price;
        return request;
    }
    static paper::NewOrderRequest market(const char *side, const char *quantity)
    {
        paper::NewOrderRequest request;
        request.symbol = btc;
        request.side = side;
        request.type = "MARKET";
        request.quantity = quantity;
        return request;
    }
    static paper::ConditionalRequest conditional(
        const char *side, const char *type, const char *quantity, const char *triggerPrice)
    {
        paper::ConditionalRequest request;
        request.algoType = "CONDITIONAL";
        request.symbol = btc;
        request.side = side;
        request.type = type;
        request.quantity = quantity;
        request.triggerPrice = triggerPrice;
        request.workingType = "MARK_PRICE";
        return request;
    }

    domain::Result<paper::OrderRecord> place(paper::AccountId id, const paper::NewOrderRequest &request)
    {
        return engine.place(id, request, now);
    }
    /// The venue's code of a refusal; 0 where the order was taken.
    int codeOf(paper::AccountId id, const paper::NewOrderRequest &request)
    {
        const auto placed = place(id, request);
        return placed ? 0 : placed.error().venueCode;
    }
    paper::PositionView position(
        paper::AccountId id, domain::PositionSide side = domain::PositionSide::Both) const
    {
        for (const paper::PositionView &row : engine.positions(id, btc)) {
            if (row.positionSide == side) {
                return row;
            }
        }
        return {};
    }
    paper::AccountView account(paper::AccountId id) const { return *engine.account(id); }

    /// The events of one kind since the last call, in order; the others are dropped.
    template <class E> std::vector<E> events()
    {
        std::vector<E> found;
        for (paper::Event &event : engine.takeEvents()) {
            if (E *match = std::get_if<E>(&event)) {
                found.push_back(std::move(*match));
            }
        }
        return found;
    }

    paper::Engine engine;
    domain::Timestamp now = domain::timestampFromMs(1'760'000'400'000); // 2025-10-09 09:00 UTC
};

} // namespace support
