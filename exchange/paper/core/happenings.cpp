#include "exchange/paper/core/happenings.h"

#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/website.h"

#include <algorithm>

namespace paper
{
namespace
{

constexpr AccountId account = PaperExchange::account;

/// One choice that hangs on the happening's draw.
std::size_t pick(const Happening &happening, std::uint64_t purpose, std::size_t from)
{
    return hashOf(happening.draw, purpose) % from;
}

Symbol symbolOf(const Happening &happening, const Engine &engine)
{
    if (!happening.symbol.empty()) {
        return happening.symbol;
    }
    const std::vector<Symbol> symbols = engine.symbols();
    return symbols.empty() ? Symbol{} : symbols[pick(happening, 1, symbols.size())];
}

/// A position on the happening's symbol, else on any.
std::optional<PositionView> positionOf(const Happening &happening, const Engine &engine)
{
    std::vector<PositionView> held = engine.positions(account, std::nullopt);
    std::erase_if(held, [](const PositionView &row) { return row.amount.isZero(); });
    std::vector<PositionView> wanted = held;
    std::erase_if(wanted, [&](const PositionView &row) { return row.symbol != happening.symbol; });
    const auto &choice = wanted.empty() ? held : wanted;
    return choice.empty() ? std::nullopt : std::optional{choice[pick(happening, 2, choice.size())]};
}

/// A little more than the least the symbol takes.
Quantity smallQuantity(const SymbolSpec &spec, Price price, int times)
{
    const domain::LotFilter &lot = spec.marketLot.stepSize.isZero() ? spec.lot : spec.marketLot;
    const Quantity step = std::max(lot.stepSize, spec.lot.stepSize);
    const Quantity byNotional =
        Quantity::fromApproximate(spec.minNotional.approximate() * 1.1 / price.approximate())
            .roundedTo(step, domain::Rounding::Up);
    return std::max({byNotional, lot.minQty, spec.lot.minQty}) * times;
}

bool placeForeign(const Happening &happening, Engine &engine, Timestamp now)
{
    const Symbol symbol = symbolOf(happening, engine);
    const SymbolSpec *spec = engine.spec(symbol);
    const auto market = engine.market(symbol);
    if (spec == nullptr || !market || market->bid.isZero() || market->ask.isZero()) {
        return false;
    }
    const bool rests = happening.kind == FaultKind::ForeignOrder;
    const Side side = pick(happening, 3, 2) == 0 ? Side::Buy : Side::Sell;
    NewOrderRequest request;
    request.symbol = symbol;
    request.side = std::string{domain::toWire(side)};
    request.newClientOrderId = websiteIdOf(happening.draw);
    request.isFromWebsite = true;
    if (engine.isHedgeMode(account)) {
        request.positionSide = side == Side::Buy ? "LONG" : "SHORT";
    }
    Price price = side == Side::Buy ? market->ask : market->bid;
    if (rests) {
        const Rate away = Rate::literal("0.01") * (1 + static_cast<int>(pick(happening, 4, 3)));
        const Rate factor = side == Side::Buy ? Rate::of(1) - away : Rate::of(1) + away;
        price = (market->mark.isPositive() ? market->mark : price) * factor;
        price = std::max(price.roundedTo(spec->tickSize, domain::Rounding::Down), spec->tickSize);
        request.type = "LIMIT";
        request.timeInForce = "GTC";
        request.price = price.toString();
    } else {
        request.type = "MARKET";
    }
    request.quantity =
        smallQuantity(*spec, std::min(price, market->bid), 1 + static_cast<int>(pick(happening, 5, 3)))
            .toString();
    return engine.place(account, request, now).has_value();
}

bool cancelForeign(const Happening &happening, Engine &engine, Timestamp now)
{
    std::vector<OrderRecord> open = engine.openOrders(account, std::nullopt);
    if (happening.text != "any") {
        std::erase_if(
            open, [](const OrderRecord &order) { return !order.clientOrderId.starts_with(websiteId); });
    }
    if (open.empty()) {
        return false;
    }
    const OrderRecord &order = open[pick(happening, 6, open.size())];
    return engine.cancel(account, order.symbol, {order.orderId, {}}, now).has_value();
}

bool changeLeverage(const Happening &happening, Engine &engine, Timestamp now)
{
    const Symbol symbol = symbolOf(happening, engine);
    const auto configs = engine.symbolConfigs(account, symbol);
    if (configs.empty()) {
        return false;
    }
    constexpr int levels[] = {5, 10, 15, 20};
    int leverage = levels[pick(happening, 7, std::size(levels))];
    if (leverage == configs.front().leverage) {
        leverage = leverage == 5 ? 10 : leverage - 5;
    }
    return engine.setLeverage(account, symbol, leverage, now).has_value();
}

/// What "the website" may change about the account besides leverage.
bool changeAccount(const Happening &happening, Engine &engine, Timestamp now)
{
    if (happening.kind == FaultKind::ForeignMode) {
        return engine.setHedgeMode(account, !engine.isHedgeMode(account), now).has_value();
    }
    if (happening.kind == FaultKind::ForeignTransfer) {
        const auto amount = Money::parse(happening.text.empty() ? "100" : happening.text);
        return amount && engine.transfer(account, *amount, now).has_value();
    }
    const Symbol symbol = symbolOf(happening, engine);
    const auto configs = engine.symbolConfigs(account, symbol);
    return !configs.empty() &&
           engine
               .setMarginType(account, symbol,
                   configs.front().marginType == domain::MarginType::Cross ? domain::MarginType::Isolated
                                                                           : domain::MarginType::Cross,
                   now)
               .has_value();
}

/// Orders that rest stay; the table's own filters come back at the end.
bool changeFilters(const Happening &happening, PaperExchange &exchange)
{
    Engine &engine = exchange.engine();
    const Symbol symbol = symbolOf(happening, engine);
    const auto &contracts = exchange.market().contracts();
    const auto contract =
        std::ranges::find(contracts, symbol, [](const Contract &each) { return each.spec.symbol; });
    const SymbolSpec *listed = engine.spec(symbol);
    if (contract == contracts.end() || listed == nullptr) {
        return false;
    }
    constexpr int times = 10;
    SymbolSpec spec = *listed;
    spec.lot = contract->spec.lot;
    spec.marketLot = contract->spec.marketLot;
    spec.minNotional = contract->spec.minNotional;
    if (!happening.isEnd) {
        for (domain::LotFilter *lot : {&spec.lot, &spec.marketLot}) {
            lot->minQty = lot->minQty * times;
            lot->stepSize = lot->stepSize * times;
        }
        spec.minNotional = spec.minNotional * times;
    }
    engine.setSpec(std::move(spec));
    return true;
}

/// Of the symbol, else of one that has open orders.
bool fireCountdown(const Happening &happening, Engine &engine, Timestamp now)
{
    const auto open = engine.openOrders(
        account, happening.symbol.empty() ? std::nullopt : std::optional<Symbol>{happening.symbol});
    if (open.empty()) {
        return false;
    }
    const Symbol symbol = open[pick(happening, 8, open.size())].symbol;
    (void)engine.countdownCancelAll(account, symbol, domain::Milliseconds{0}, now);
    return engine.cancelAll(account, symbol, now).has_value();
}

} // namespace

bool carryOut(const Happening &happening, PaperExchange &exchange, FaultyStreams &streams, Timestamp now)
{
    Engine &engine = exchange.engine();
    bool isDone = true;
    switch (happening.kind) {
    case FaultKind::CutStreams:
        if (happening.route == Route::WsApi) {
            for (const ConnectionId id : exchange.wsApi().connections()) {
                streams.cut(id, Route::WsApi);
            }
        } else {
            exchange.streams().cut(happening.route);
        }
        break;
    case FaultKind::RefuseConnections:
        exchange.setRefusesConnections(!happening.isEnd);
        break;
    case FaultKind::GoSilent:
        for (const ConnectionId id : happening.route == Route::WsApi
                                         ? exchange.wsApi().connections()
                                         : exchange.streams().connections(happening.route)) {
            streams.silence(id);
        }
        break;
    case FaultKind::LoseListenKey:
        isDone = exchange.streams().loseListenKey(account, happening.times, now);
        break;
    case FaultKind::Liquidation:
    case FaultKind::AutoDeleverage: {
        const auto position = positionOf(happening, engine);
        isDone =
            position && (happening.kind == FaultKind::Liquidation
                                ? engine.liquidate(account, position->symbol, position->positionSide, now)
                                : engine.deleverage(account, position->symbol, position->positionSide, now))
                            .has_value();
        break;
    }
    case FaultKind::ForeignOrder:
    case FaultKind::ForeignFill:
        isDone = placeForeign(happening, engine, now);
        break;
    case FaultKind::ForeignCancel:
        isDone = cancelForeign(happening, engine, now);
        break;
    case FaultKind::ForeignLeverage:
        isDone = changeLeverage(happening, engine, now);
        break;
    case FaultKind::ForeignMarginType:
    case FaultKind::ForeignMode:
    case FaultKind::ForeignTransfer:
        isDone = changeAccount(happening, engine, now);
        break;
    case FaultKind::FireCountdown:
        isDone = fireCountdown(happening, engine, now);
        break;
    case FaultKind::Settlement:
        isDone = engine.spec(symbolOf(happening, engine)) != nullptr;
        engine.settleContract(symbolOf(happening, engine), now);
        break;
    case FaultKind::CancelOnly:
        isDone = engine.spec(symbolOf(happening, engine)) != nullptr;
        engine.setSymbolStatus(symbolOf(happening, engine),
            happening.isEnd ? domain::SymbolStatus::Trading : domain::SymbolStatus::CancelOnly);
        break;
    case FaultKind::ChangeFilters:
        isDone = changeFilters(happening, exchange);
        break;
    case FaultKind::ChangeLimits:
        exchange.shrinkLimits(happening.isEnd ? 1 : std::max(happening.times, 2));
        break;
    case FaultKind::HaltSymbol:
        isDone = engine.spec(symbolOf(happening, engine)) != nullptr;
        engine.setSymbolStatus(symbolOf(happening, engine),
            happening.isEnd ? domain::SymbolStatus::Trading : domain::SymbolStatus::Halted);
        break;
    case FaultKind::StuckTrigger:
        engine.holdTriggers(happening.isEnd ? Timestamp{} : now + happening.length);
        break;
    case FaultKind::RefusedTrigger:
        engine.refuseTriggers(1);
        break;
    default: // ClockStep: done by the clock
        break;
    }
    exchange.settle(now);
    return isDone;
}

} // namespace paper
