#include "tests/promise/instruments.h"

#include <initializer_list>

using namespace domain;

namespace promise
{
namespace
{

struct Row
{
    int leverage;
    std::int64_t cap;
    const char *rate;
    std::int64_t amount;
};

LeverageBrackets tableOf(std::initializer_list<Row> rows)
{
    LeverageBrackets table;
    Money floor;
    for (const Row &row : rows) {
        const Money cap = Money::of(row.cap);
        table.push_back({static_cast<int>(table.size()) + 1, row.leverage, floor, cap,
            Rate::literal(row.rate), Money::of(row.amount)});
        floor = cap;
    }
    return table;
}

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
        instrument("BTC", "64000", "0.1", "0.001",
            tableOf({{150, 300'000, "0.004", 0}, {100, 800'000, "0.005", 300},
                {75, 3'000'000, "0.0065", 1'500}, {50, 12'000'000, "0.01", 12'000},
                {25, 70'000'000, "0.02", 132'000}, {20, 100'000'000, "0.025", 482'000},
                {10, 230'000'000, "0.05", 2'982'000}, {5, 480'000'000, "0.1", 14'482'000},
                {4, 600'000'000, "0.125", 26'482'000}, {3, 800'000'000, "0.15", 41'482'000},
                {2, 1'200'000'000, "0.25", 121'482'000}, {1, 1'800'000'000, "0.5", 421'482'000}})),
        instrument("ETH", "3100", "0.01", "0.001",
            tableOf({{150, 300'000, "0.004", 0}, {100, 800'000, "0.005", 300},
                {75, 3'000'000, "0.0065", 1'500}, {50, 12'000'000, "0.01", 12'000},
                {25, 50'000'000, "0.02", 132'000}, {20, 65'000'000, "0.025", 382'000},
                {10, 150'000'000, "0.05", 2'007'000}, {5, 320'000'000, "0.1", 9'507'000},
                {4, 400'000'000, "0.125", 17'507'000}, {3, 530'000'000, "0.15", 27'507'000},
                {2, 800'000'000, "0.25", 80'507'000}, {1, 1'200'000'000, "0.5", 280'507'000}})),
        instrument("DOGE", "0.2", "0.00001", "1",
            tableOf({{75, 80'000, "0.0065", 0}, {50, 150'000, "0.01", 280}, {40, 750'000, "0.0125", 655},
                {25, 2'000'000, "0.02", 6'280}, {20, 4'000'000, "0.025", 16'280},
                {10, 20'000'000, "0.05", 116'280}, {5, 40'000'000, "0.1", 1'116'280},
                {4, 50'000'000, "0.125", 2'116'280}, {2, 100'000'000, "0.25", 8'366'280},
                {1, 200'000'000, "0.5", 33'366'280}})),
        instrument("ACT", "0.0512", "0.0001", "1",
            tableOf({{10, 10'000, "0.05", 0}, {5, 60'000, "0.1", 500}, {4, 70'000, "0.125", 2'000},
                {3, 250'000, "0.1667", 4'919}, {2, 500'000, "0.25", 25'744}, {1, 800'000, "0.5", 150'744}})),
        instrument("DUST", "0.0000312", "0.0000001", "1000",
            tableOf({{75, 20'000, "0.0065", 0}, {50, 200'000, "0.01", 70}, {40, 300'000, "0.015", 1'070},
                {25, 1'500'000, "0.02", 2'570}, {20, 3'000'000, "0.025", 10'070},
                {10, 15'000'000, "0.05", 85'070}, {5, 20'000'000, "0.1", 835'070},
                {4, 25'000'000, "0.125", 1'335'070}, {2, 30'000'000, "0.25", 4'460'070},
                {1, 35'000'000, "0.5", 11'960'070}})),
        instrument("DEAR", "4100000", "1", "0.0001",
            tableOf({{125, 50'000, "0.004", 0}, {100, 250'000, "0.005", 50}, {50, 1'000'000, "0.01", 1'300},
                {20, 10'000'000, "0.025", 16'300}, {10, 20'000'000, "0.05", 266'300},
                {5, 50'000'000, "0.1", 1'266'300}, {1, 10'000'000'000, "0.5", 21'266'300}})),
    });
    return all;
}

} // namespace promise
