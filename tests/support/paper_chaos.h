#pragma once

#include "tests/support/paper_market.h"

#include <random>
#include <string>

namespace support
{

/// Traders that do anything at random on a PaperMarket's engine: the same seed does the same.
class PaperChaos
{
public:
    explicit PaperChaos(std::uint32_t seed) : m_random{seed} {}

    /// One random action at `now` on an engine with the symbols and accounts of PaperMarket.
    void act(paper::Engine &engine, domain::Timestamp now)
    {
        using namespace domain;
        const paper::AccountId id = number(1, 3);
        const Symbol symbol = chance(70) ? PaperMarket::btc : PaperMarket::eth;
        const int anchor = symbol == PaperMarket::btc ? 600'000 : 30'000; // ticks of 0.1
        const auto priceNear = [&](int permille) {
            const int reach = anchor / 1000 * permille;
            return Price::literal("0.1") * (anchor + number(-reach, reach));
        };
        const auto quantity = [&](int mostSteps) {
            return Quantity::literal("0.001") * number(1, mostSteps);
        };
        const Side side = chance(50) ? Side::Buy : Side::Sell;
        switch (number(0, 19)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
            (void)engine.place(id, order(engine, id, symbol, side, priceNear(15), quantity(4000)), now);
            break;
        case 5:
        case 6: {
            auto request = order(engine, id, symbol, side, {}, quantity(3000));
            request.type = "MARKET";
            request.price.clear();
            request.timeInForce.clear();
            (void)engine.place(id, request, now);
            break;
        }
        case 7:
            if (const auto open = engine.openOrders(id, std::nullopt); !open.empty()) {
                const auto &picked =
                    open[static_cast<std::size_t>(number(0, static_cast<int>(open.size()) - 1))];
                (void)engine.cancel(id, picked.symbol, {picked.orderId, {}}, now);
            }
            break;
        case 8:
            if (const auto open = engine.openOrders(id, symbol); !open.empty()) {
                const paper::OrderRecord &picked = open.front();
                (void)engine.amend(id,
                    {symbol, std::to_string(picked.orderId), {}, std::string{toWire(picked.side)},
                        quantity(4000).toString(), priceNear(15).toString(), {}, {}, {}},
                    now);
            }
            break;
        case 9:
        case 10:
            (void)engine.placeConditional(
                id, conditional(engine, id, symbol, side, priceNear(30), quantity(2000)), now);
            break;
        case 11:
            (void)engine.setMarginType(
                id, symbol, chance(50) ? MarginType::Isolated : MarginType::Cross, now);
            break;
        case 12:
            (void)engine.setLeverage(id, symbol, number(1, 150), now);
            break;
        case 13:
            if (engine.cancelAll(id, symbol, now) && engine.cancelAllConditional(id, symbol, now)) {
                (void)engine.setHedgeMode(id, chance(50), now);
            }
            break;
        case 14:
            (void)engine.changePositionMargin(id, symbol,
                engine.isHedgeMode(id) ? (chance(50) ? PositionSide::Long : PositionSide::Short)
                                       : PositionSide::Both,
                Money::of(number(1, 500)), number(1, 2), now);
            break;
        case 15:
            (void)engine.transfer(id, Money::of(number(-2'000, 2'000)), now);
            break;
        case 16:
            engine.setMarkPrice(symbol, priceNear(chance(10) ? 250 : 20), now);
            break;
        case 17:
            engine.setMarketMakerLevel(symbol, side, priceNear(10), quantity(8000), now);
            break;
        case 18:
            engine.marketTaker(symbol, side, quantity(5000), chance(50) ? priceNear(10) : Price{}, now);
            break;
        default:
            engine.placeMarketMaker(symbol, side, priceNear(10), quantity(3000), now);
            break;
        }
    }

    int number(int from, int to) { return std::uniform_int_distribution<int>{from, to}(m_random); }
    bool chance(int percent) { return number(1, 100) <= percent; }

private:
    std::string positionSideOf(const paper::Engine &engine, paper::AccountId id)
    {
        if (!engine.isHedgeMode(id)) {
            return {};
        }
        return chance(50) ? "LONG" : "SHORT";
    }

    paper::NewOrderRequest order(const paper::Engine &engine, paper::AccountId id,
        const domain::Symbol &symbol, domain::Side side, domain::Price price, domain::Quantity quantity)
    {
        static constexpr const char *timesInForce[] = {"GTC", "GTC", "GTC", "IOC", "FOK", "GTX"};
        static constexpr const char *modes[] = {"", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "NONE"};
        paper::NewOrderRequest request;
        request.symbol = symbol;
        request.side = std::string{domain::toWire(side)};
        request.type = "LIMIT";
        request.positionSide = positionSideOf(engine, id);
        request.timeInForce = timesInForce[number(0, 5)];
        request.quantity = quantity.toString();
        request.price = price.toString();
        request.selfTradePreventionMode = modes[number(0, 4)];
        if (!engine.isHedgeMode(id) && chance(25)) {
            request.reduceOnly = "true";
        }
        return request;
    }

    paper::ConditionalRequest conditional(const paper::Engine &engine, paper::AccountId id,
        const domain::Symbol &symbol, domain::Side side, domain::Price trigger, domain::Quantity quantity)
    {
        static constexpr const char *types[] = {
            "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"};
        const int type = number(0, 4);
        paper::ConditionalRequest request;
        request.algoType = "CONDITIONAL";
        request.symbol = symbol;
        request.side = std::string{domain::toWire(side)};
        request.type = types[type];
        request.positionSide = positionSideOf(engine, id);
        request.workingType = chance(50) ? "MARK_PRICE" : "CONTRACT_PRICE";
        request.quantity = quantity.toString();
        if (type == 4) {
            request.callbackRate = "0.5";
        } else {
            request.triggerPrice = trigger.toString();
        }
        if (type == 0 || type == 2) {
            request.price = trigger.toString();
        } else if (type != 4 && chance(40)) {
            request.closePosition = "true";
            request.quantity.clear();
        } else if (!engine.isHedgeMode(id) && chance(50)) {
            request.reduceOnly = "true";
        }
        return request;
    }

    std::mt19937 m_random;
};

} // namespace support
