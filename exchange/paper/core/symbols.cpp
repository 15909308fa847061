#include "exchange/paper/core/symbols.h"

#include "exchange/paper/core/json.h"

#include <cstdio>
#include <cstdlib>
#include <simdjson.h>

namespace paper
{
namespace
{

constexpr std::string_view symbolRows[] = {
#include "symbol_rows.inc"
};

using simdjson::dom::element;

/// Contracts listed since then settle funding every four hours, older ones every eight.
constexpr domain::Timestamp fourHourlySince = domain::timestampFromMs(1'696'118'400'000); // 2023-10-01

[[noreturn]] void badTable(const char *what)
{
    std::fprintf(stderr, "resources/paper/symbols.json: %s\n", what);
    std::abort(); // built into the program: a test runs over every row
}

std::string_view textOf(const element &object, std::string_view key)
{
    std::string_view value;
    if (object[key].get(value) != simdjson::SUCCESS) {
        badTable(std::string{key}.c_str());
    }
    return value;
}

double numberOf(const element &object, std::string_view key)
{
    double value = 0;
    if (object[key].get(value) != simdjson::SUCCESS) {
        badTable(std::string{key}.c_str());
    }
    return value;
}

std::int64_t integerOf(const element &object, std::string_view key)
{
    std::int64_t value = 0;
    if (object[key].get(value) != simdjson::SUCCESS) {
        badTable(std::string{key}.c_str());
    }
    return value;
}

template <class Decimal> Decimal decimalOf(const element &object, std::string_view key)
{
    return Decimal::literal(textOf(object, key));
}

domain::LotFilter lotOf(const element &filter)
{
    return {decimalOf<domain::Quantity>(filter, "minQty"), decimalOf<domain::Quantity>(filter, "maxQty"),
        decimalOf<domain::Quantity>(filter, "stepSize")};
}

void applyFilter(domain::SymbolSpec &spec, const element &filter)
{
    const std::string_view type = textOf(filter, "filterType");
    if (type == "PRICE_FILTER") {
        spec.minPrice = decimalOf<domain::Price>(filter, "minPrice");
        spec.maxPrice = decimalOf<domain::Price>(filter, "maxPrice");
        spec.tickSize = decimalOf<domain::Price>(filter, "tickSize");
    } else if (type == "LOT_SIZE") {
        spec.lot = lotOf(filter);
    } else if (type == "MARKET_LOT_SIZE") {
        spec.marketLot = lotOf(filter);
    } else if (type == "MAX_NUM_ORDERS") {
        spec.maxNumOrders = static_cast<int>(integerOf(filter, "limit"));
    } else if (type == "MIN_NOTIONAL") {
        spec.minNotional = decimalOf<domain::Money>(filter, "notional");
    } else if (type == "PERCENT_PRICE") {
        spec.multiplierUp = decimalOf<domain::Rate>(filter, "multiplierUp");
        spec.multiplierDown = decimalOf<domain::Rate>(filter, "multiplierDown");
    }
}

domain::SymbolSpec specOf(const element &wire)
{
    domain::SymbolSpec spec;
    spec.symbol = textOf(wire, "symbol");
    spec.pair = textOf(wire, "pair");
    spec.contractType = textOf(wire, "contractType");
    spec.baseAsset = textOf(wire, "baseAsset");
    spec.quoteAsset = textOf(wire, "quoteAsset");
    spec.marginAsset = textOf(wire, "marginAsset");
    spec.status = domain::SymbolStatus::Trading;
    spec.statusText = textOf(wire, "status");
    spec.pricePrecision = static_cast<int>(integerOf(wire, "pricePrecision"));
    spec.quantityPrecision = static_cast<int>(integerOf(wire, "quantityPrecision"));
    spec.triggerProtect = decimalOf<domain::Rate>(wire, "triggerProtect");
    spec.liquidationFee = decimalOf<domain::Rate>(wire, "liquidationFee");
    spec.marketTakeBound = decimalOf<domain::Rate>(wire, "marketTakeBound");
    spec.onboardAt = domain::timestampFromMs(integerOf(wire, "onboardDate"));
    spec.deliveryAt = domain::timestampFromMs(integerOf(wire, "deliveryDate"));
    for (const element &filter : wire["filters"].get_array()) {
        applyFilter(spec, filter);
    }
    return spec;
}

domain::LeverageBrackets bracketsOf(const element &wire)
{
    domain::LeverageBrackets brackets;
    for (const element &row : wire.get_array()) {
        brackets.push_back(
            {static_cast<int>(integerOf(row, "bracket")), static_cast<int>(integerOf(row, "initialLeverage")),
                domain::Money::of(integerOf(row, "notionalFloor")),
                domain::Money::of(integerOf(row, "notionalCap")),
                domain::Rate::literal(textOf(row, "maintMarginRatio")),
                domain::Money::literal(textOf(row, "cum"))});
    }
    return brackets;
}

Contract parseRow(simdjson::dom::parser &parser, std::string_view row)
{
    element wire;
    if (parser.parse(row.data(), row.size()).get(wire) != simdjson::SUCCESS) {
        badTable("a row is not JSON");
    }
    Contract contract;
    contract.spec = specOf(wire["spec"]);
    contract.brackets = bracketsOf(wire["brackets"]);
    const element traits = wire["market"];
    contract.market = {numberOf(traits, "price"), numberOf(traits, "volatility"), numberOf(traits, "beta"),
        numberOf(traits, "turnover")};
    if (contract.spec.onboardAt >= fourHourlySince) {
        contract.fundingInterval = std::chrono::hours{4};
    }
    contract.underlyingSubTypes = simdjson::minify(element{wire["spec"]["underlyingSubType"]});
    return contract;
}

void writeLot(JsonWriter &json, std::string_view type, const domain::LotFilter &lot)
{
    json.beginObject()
        .field("filterType", type)
        .field("minQty", lot.minQty.toString())
        .field("maxQty", lot.maxQty.toString())
        .field("stepSize", lot.stepSize.toString())
        .endObject();
}

void writeFilters(JsonWriter &json, const Contract &contract)
{
    const domain::SymbolSpec &spec = contract.spec;
    json.key("filters").beginArray();
    json.beginObject()
        .field("filterType", "PRICE_FILTER")
        .field("minPrice", spec.minPrice.toFixed(spec.pricePrecision))
        .field("maxPrice", spec.maxPrice.toString())
        .field("tickSize", spec.tickSize.toFixed(spec.pricePrecision))
        .endObject();
    writeLot(json, "LOT_SIZE", spec.lot);
    writeLot(json, "MARKET_LOT_SIZE", spec.marketLot);
    json.beginObject().field("filterType", "MAX_NUM_ORDERS").field("limit", spec.maxNumOrders).endObject();
    json.beginObject()
        .field("filterType", "MIN_NOTIONAL")
        .field("notional", spec.minNotional.toString())
        .endObject();
    json.beginObject()
        .field("filterType", "PERCENT_PRICE")
        .field("multiplierUp", spec.multiplierUp.toFixed(4))
        .field("multiplierDown", spec.multiplierDown.toFixed(4))
        .field("multiplierDecimal", "4")
        .endObject();
    json.beginObject()
        .field("filterType", "POSITION_RISK_CONTROL")
        .field("positionControlSide", contract.positionControlSide)
        .endObject();
    json.endArray();
}

} // namespace

const std::vector<Contract> &builtInContracts()
{
    static const std::vector<Contract> contracts = [] {
        std::vector<Contract> rows;
        simdjson::dom::parser parser;
        for (const std::string_view row : symbolRows) {
            rows.push_back(parseRow(parser, row));
        }
        return rows;
    }();
    return contracts;
}

std::string toWire(const Contract &contract, std::string_view status)
{
    const domain::SymbolSpec &spec = contract.spec;
    JsonWriter json;
    json.beginObject()
        .field("symbol", spec.symbol)
        .field("pair", spec.pair)
        .field("contractType", spec.contractType)
        .field("deliveryDate", domain::toMs(spec.deliveryAt))
        .field("onboardDate", domain::toMs(spec.onboardAt))
        .field("status", status)
        .field("maintMarginPercent", "2.5000")
        .field("requiredMarginPercent", "5.0000")
        .field("baseAsset", spec.baseAsset)
        .field("quoteAsset", spec.quoteAsset)
        .field("marginAsset", spec.marginAsset)
        .field("pricePrecision", spec.pricePrecision)
        .field("quantityPrecision", spec.quantityPrecision)
        .field("baseAssetPrecision", 8)
        .field("quotePrecision", 8)
        .field("underlyingType", "COIN")
        .key("underlyingSubType")
        .raw(contract.underlyingSubTypes)
        .field("triggerProtect", spec.triggerProtect.toFixed(4))
        .field("liquidationFee", spec.liquidationFee.toFixed(6))
        .field("marketTakeBound", spec.marketTakeBound.toFixed(2))
        .field("maxMoveOrderLimit", 10'000);
    writeFilters(json, contract);
    json.key("orderTypes")
        .raw(R"(["LIMIT","MARKET","STOP","STOP_MARKET","TAKE_PROFIT","TAKE_PROFIT_MARKET",)"
             R"("TRAILING_STOP_MARKET"])");
    json.key("timeInForce").raw(R"(["GTC","IOC","FOK","GTX","GTD"])");
    json.key("permissionSets").raw(R"(["GRID","COPY","RPI"])");
    return json.endObject().take();
}

} // namespace paper
