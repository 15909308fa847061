#pragma once

#include "exchange/paper/core/engine.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace support
{

/// Accounts that do anything at random on whatever symbols an engine lists, near the prices of the moment: the
/// same seed on the same engine does the same. What is refused is refused.
class PaperCrowd
{
public:
    PaperCrowd(std::uint32_t seed, int accounts) : m_random{seed}, m_accounts{accounts} {}

    /// One action of one account at `now`.
    void act(paper::Engine &engine, domain::Timestamp now)
    {
        using namespace domain;
        m_now = now;
        if (m_symbols.empty()) {
            m_symbols = engine.symbols();
        }
        const paper::AccountId id = number(1, m_accounts);
        const Symbol &symbol = pick(m_symbols);
        const SymbolSpec &spec = *engine.spec(symbol);
        const auto market = *engine.market(symbol);
        const Side side = chance(50) ? Side::Buy : Side::Sell;
        switch (number(0, 24)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
        case 6:
        case 7:
            (void)engine.place(id, order(engine, id, spec, market, side), now);
            break;
        case 8:
        case 9:
        case 10: {
            auto request = order(engine, id, spec, market, side);
            request.type = "MARKET";
            request.price.clear();
            request.priceMatch.clear();
            request.timeInForce.clear();
            request.goodTillDate.clear();
            (void)engine.place(id, request, now);
            break;
        }
        case 11:
        case 12:
            if (chance(25)) {
                cancelOne(engine, id, now);
            }
            break;
        case 13:
            amendOne(engine, id, now);
            break;
        case 14:
        case 15:
            (void)engine.placeConditional(id, conditional(engine, id, spec, market, side), now);
            break;
        case 16:
            if (const auto waiting = engine.openConditional(id, std::nullopt); !waiting.empty()) {
                (void)engine.cancelConditional(id, {pick(waiting).algoId, {}}, now);
            }
            break;
        case 17:
            (void)engine.setMarginType(
                id, symbol, chance(50) ? MarginType::Isolated : MarginType::Cross, now);
            break;
        case 18:
            (void)engine.setLeverage(id, symbol, number(1, chance(30) ? 125 : 20), now);
            break;
        case 19:
            changeMode(engine, id, now);
            break;
        case 20:
            (void)engine.changePositionMargin(id, symbol, sideOf(engine, id),
                Money::of(number(1, 2'000)), number(1, 2), now);
            break;
        case 21:
            move(engine, id, now);
            break;
        case 22:
            if (chance(20)) {
                (void)engine.countdownCancelAll(id, symbol, Milliseconds{number(0, 5) * 10'000}, now);
            }
            break;
        case 23:
            closeOne(engine, id, now);
            break;
        default:
            if (chance(5)) {
                forceOne(engine, id, now);
            }
            break;
        }
    }

    int number(int from, int to) { return std::uniform_int_distribution<int>{from, to}(m_random); }
    bool chance(int percent) { return number(1, 100) <= percent; }

private:
    template <class Row> const Row &pick(const std::vector<Row> &rows)
    {
        return rows[static_cast<std::size_t>(number(0, static_cast<int>(rows.size()) - 1))];
    }

    domain::PositionSide sideOf(const paper::Engine &engine, paper::AccountId id)
    {
        return !engine.isHedgeMode(id) ? domain::PositionSide::Both
               : chance(50)            ? domain::PositionSide::Long
                                       : domain::PositionSide::Short;
    }

    domain::Price priceNear(
        const domain::SymbolSpec &spec, const paper::MarketView &market, double reach)
    {
        const double away = std::uniform_real_distribution<double>{-reach, reach}(m_random);
        const auto price = domain::Price::fromApproximate(market.last.approximate() * (1 + away));
        return std::max(price.roundedTo(spec.tickSize), spec.tickSize);
    }

    /// Worth up to `most` USDT.
    domain::Quantity quantityOf(
        const domain::SymbolSpec &spec, const paper::MarketView &market, double most)
    {
        const double worth = std::uniform_real_distribution<double>{5, most}(m_random);
        const auto wished = domain::Quantity::fromApproximate(worth / market.last.approximate());
        return std::max(wished.roundedTo(spec.lot.stepSize, domain::Rounding::Up), spec.lot.minQty);
    }

    paper::NewOrderRequest order(const paper::Engine &engine, paper::AccountId id,
        const domain::SymbolSpec &spec, const paper::MarketView &market, domain::Side side)
    {
        static constexpr const char *timesInForce[] = {
            "GTC", "GTC", "GTC", "IOC", "FOK", "GTX", "GTD", "RPI"};
        static constexpr const char *modes[] = {"", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "NONE"};
        static constexpr const char *matches[] = {"OPPONENT", "OPPONENT_5", "QUEUE", "QUEUE_5", "QUEUE_20"};
        paper::NewOrderRequest request;
        request.symbol = spec.symbol;
        request.side = std::string{domain::toWire(side)};
        request.type = "LIMIT";
        request.timeInForce = timesInForce[number(0, 7)];
        request.quantity = quantityOf(spec, market, chance(10) ? 40'000 : 3'000).toString();
        if (chance(10)) {
            request.priceMatch = matches[number(0, 4)];
        } else {
            request.price = priceNear(spec, market, chance(40) ? 0.002 : chance(50) ? 0.01 : 0.045).toString();
        }
        request.selfTradePreventionMode = modes[number(0, 4)];
        if (request.timeInForce == "GTD") {
            request.goodTillDate = std::to_string(domain::toMs(m_now) + number(601'000, 3'600'000));
        }
        const domain::PositionSide row = sideOf(engine, id);
        if (row != domain::PositionSide::Both) {
            request.positionSide = row == domain::PositionSide::Long ? "LONG" : "SHORT";
        } else if (chance(20)) {
            request.reduceOnly = "true";
        }
        return request;
    }

    paper::ConditionalRequest conditional(const paper::Engine &engine, paper::AccountId id,
        const domain::SymbolSpec &spec, const paper::MarketView &market, domain::Side side)
    {
        static constexpr const char *types[] = {
            "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"};
        const int type = number(0, 4);
        paper::ConditionalRequest request;
        request.algoType = "CONDITIONAL";
        request.symbol = spec.symbol;
        request.side = std::string{domain::toWire(side)};
        request.type = types[type];
        const domain::PositionSide row = sideOf(engine, id);
        if (row != domain::PositionSide::Both) {
            request.positionSide = row == domain::PositionSide::Long ? "LONG" : "SHORT";
        }
        request.workingType = chance(50) ? "MARK_PRICE" : "CONTRACT_PRICE";
        request.priceProtect = chance(30) ? "true" : "";
        request.quantity = quantityOf(spec, market, 2'000).toString();
        const std::string trigger = priceNear(spec, market, 0.02).toString();
        if (type == 4) {
            request.callbackRate = "0.5";
        } else {
            request.triggerPrice = trigger;
        }
        if (type == 0 || type == 2) {
            request.price = trigger;
        } else if (type != 4 && chance(50)) {
            request.closePosition = "true";
            request.quantity.clear();
        } else if (row == domain::PositionSide::Both && chance(50)) {
            request.reduceOnly = "true";
        }
        return request;
    }

    void cancelOne(paper::Engine &engine, paper::AccountId id, domain::Timestamp now)
    {
        if (const auto open = engine.openOrders(id, std::nullopt); !open.empty()) {
            const paper::OrderRecord &order = pick(open);
            (void)engine.cancel(id, order.symbol, {order.orderId, {}}, now);
        }
    }

    void amendOne(paper::Engine &engine, paper::AccountId id, domain::Timestamp now)
    {
        if (const auto open = engine.openOrders(id, std::nullopt); !open.empty()) {
            const paper::OrderRecord &order = pick(open);
            const domain::SymbolSpec &spec = *engine.spec(order.symbol);
            const auto market = *engine.market(order.symbol);
            (void)engine.amend(id,
                {order.symbol, std::to_string(order.orderId), {}, std::string{domain::toWire(order.side)},
                    quantityOf(spec, market, 3'000).toString(), priceNear(spec, market, 0.01).toString(),
                    {}, {}, {}},
                now);
        }
    }

    void changeMode(paper::Engine &engine, paper::AccountId id, domain::Timestamp now)
    {
        if (!chance(4)) {
            return;
        }
        for (const domain::Symbol &symbol : m_symbols) {
            (void)engine.cancelAll(id, symbol, now);
            (void)engine.cancelAllConditional(id, symbol, now);
        }
        for (int i = 0; i < 200 && !held(engine, id).empty(); ++i) {
            closeOne(engine, id, now);
        }
        (void)engine.setHedgeMode(id, chance(50), now);
    }

    static std::vector<paper::PositionView> held(const paper::Engine &engine, paper::AccountId id)
    {
        auto rows = engine.account(id)->positions;
        std::erase_if(rows, [](const paper::PositionView &row) { return row.amount.isZero(); });
        return rows;
    }

    void closeOne(paper::Engine &engine, paper::AccountId id, domain::Timestamp now)
    {
        const auto rows = held(engine, id);
        if (rows.empty()) {
            return;
        }
        const paper::PositionView &row = pick(rows);
        paper::NewOrderRequest request;
        request.symbol = row.symbol;
        request.side = row.amount.isNegative() ? "BUY" : "SELL";
        request.type = "MARKET";
        request.quantity =
            std::min(row.amount.abs(), engine.spec(row.symbol)->marketLot.maxQty).toString();
        if (row.positionSide == domain::PositionSide::Both) {
            request.reduceOnly = "true";
        } else {
            request.positionSide = row.positionSide == domain::PositionSide::Long ? "LONG" : "SHORT";
        }
        (void)engine.place(id, request, now);
    }

    /// Transfers, and what is done with assets beside USDT.
    void move(paper::Engine &engine, paper::AccountId id, domain::Timestamp now)
    {
        using domain::Money;
        if (chance(60)) {
            (void)engine.transfer(id, Money::of(number(-3'000, 3'000)), now);
        } else if (chance(50)) {
            const char *const asset = chance(70) ? "BNB" : "ETH";
            (void)engine.transferAsset(id, asset, Money::of(number(-2, 3)), now);
        } else if (chance(50)) {
            (void)engine.setFeeBurn(id, chance(70), now);
        } else {
            (void)engine.setMultiAssets(id, chance(50), now);
        }
    }

    /// What the exchange does to an account by itself.
    void forceOne(paper::Engine &engine, paper::AccountId id, domain::Timestamp now)
    {
        const auto rows = held(engine, id);
        if (rows.empty()) {
            return;
        }
        const paper::PositionView &row = pick(rows);
        (void)(chance(50) ? engine.liquidate(id, row.symbol, row.positionSide, now)
                          : engine.deleverage(id, row.symbol, row.positionSide, now));
    }

    std::mt19937 m_random;
    int m_accounts;
    std::vector<domain::Symbol> m_symbols;
    domain::Timestamp m_now;
};

} // namespace support
