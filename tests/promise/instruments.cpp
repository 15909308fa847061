#include "tests/promise/instruments.h"

#include "models/domain/risk/worked_data.h"

using namespace domain;

namespace promise
{
namespace
{

Instrument instrument(
    const char *base, const char *price, const char *tick, const char *step, LeverageBrackets brackets)
{
    SymbolSpec spec;
    spec.baseAsset = base;
    spec.quoteAsset = spec.marginAsset = "USDT";
    spec.symbol = spec.pair = spec.baseAsset + spec.quoteAsset;
    spec.contractType = "PERPETUAL";
    spec.status = SymbolStatus::Trading;
    spec.statusText = "TRADING";
    spec.tickSize = spec.minPrice = Price::literal(tick);
    spec.maxPrice = Price::of(1'000'000'000);
    spec.pricePrecision = spec.tickSize.decimals();
    const Quantity smallest = Quantity::literal(step);
    spec.quantityPrecision = smallest.decimals();
    spec.lot = spec.marketLot = {smallest, Quantity::of(10'000'000'000'000), smallest};
    spec.minNotional = Money::of(5);
    spec.maxNumOrders = 200;
    spec.liquidationFee = Rate::literal("0.0125");
    spec.marketTakeBound = Rate::literal("0.05");
    return {std::move(spec), std::move(brackets), Price::literal(price)};
}

/// Where contracts differ on the exchange: the largest market order, price bands, a grid that does not begin
/// at 0.
std::vector<Instrument> withTheirOwnFilters(std::vector<Instrument> all)
{
    for (Instrument &each : all) {
        SymbolSpec &spec = each.spec;
        if (spec.baseAsset == "BTC") {
            spec.lot.maxQty = Quantity::of(1'000);
            spec.marketLot.maxQty = Quantity::of(120);
            spec.minNotional = Money::of(100);
        } else if (spec.baseAsset == "ETH") {
            spec.multiplierUp = Rate::literal("1.05");
            spec.multiplierDown = Rate::literal("0.95");
        } else if (spec.baseAsset == "DUST") {
            spec.lot.minQty = spec.marketLot.minQty = Quantity::of(5'000);
        }
    }
    return all;
}

} // namespace

const std::vector<Instrument> &instruments()
{
    static const std::vector<Instrument> all = withTheirOwnFilters({
        instrument("BTC", "64000", "0.1", "0.001", worked::tableOf("BTCUSDT")),
        instrument("ETH", "3100", "0.01", "0.001", worked::tableOf("ETHUSDT")),
        instrument("DOGE", "0.2", "0.00001", "1", worked::tableOf("DOGEUSDT")),
        instrument("ACT", "0.0512", "0.0001", "1", worked::tableOf("ACTUSDT")),
        instrument("DUST", "0.0000312", "0.0000001", "1000", worked::tableOf("1000PEPEUSDT")),
        instrument("DEAR", "4100000", "1", "0.0001",
            worked::tableFrom(
                {{125, 50'000, "0.004", 0}, {100, 250'000, "0.005", 50}, {50, 1'000'000, "0.01", 1'300},
                    {20, 10'000'000, "0.025", 16'300}, {10, 20'000'000, "0.05", 266'300},
                    {5, 50'000'000, "0.1", 1'266'300}, {1, 10'000'000'000, "0.5", 21'266'300}})),
    });
    return all;
}

} // namespace promise
