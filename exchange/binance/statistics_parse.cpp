#include "exchange/binance/json_reader.h"
#include "exchange/binance/wire_statistics.h"

namespace binance
{

using namespace domain;
using namespace json;

namespace
{

bool readIndexComponent(od::value &source, IndexComponent &component)
{
    return readObject(source, required("baseAsset", component.asset).orNamed("symbol"),
        required("weightInPercentage", component.weight).orNamed("weight"),
        optional("exchange", component.exchange), optional("price", component.price));
}

template <class Source> bool readComposition(Source &source, IndexComposition &index)
{
    const auto readComponents = [&](od::value &value) {
        return eachElement(
            value, [&](od::value &row) { return readIndexComponent(row, index.components.emplace_back()); });
    };
    return readObject(source, required("symbol", index.symbol), required("time", index.at),
        required("baseAssetList", readComponents).orNamed("constituents"));
}

bool readExecutionAlgo(od::value &source, ExecutionAlgoRow &row)
{
    return readObject(source, required("algoId", row.algoId), required("symbol", row.symbol),
               required("side", row.side), required("algoStatus", row.status).orNamed("orderStatus"),
               required("executedQty", row.executedQty), optional("orderId", row.orderId),
               optional("totalQty", row.totalQty).orNamed("origQty"), optional("avgPrice", row.avgPrice),
               optional("bookTime", row.at)) &&
           given(row.algoId != 0, "algoId");
}

} // namespace

Result<std::vector<FundingRateRow>> parseFundingRates(std::string_view json)
{
    return parseRows<FundingRateRow>(json, "list of funding rates", [](auto &source, FundingRateRow &row) {
        return readObject(source, required("symbol", row.symbol), required("fundingRate", row.rate),
            required("fundingTime", row.at), optional("markPrice", row.mark));
    });
}

Result<std::vector<FundingInfoRow>> parseFundingInfo(std::string_view json)
{
    return parseRows<FundingInfoRow>(json, "list of funding limits", [](auto &source, FundingInfoRow &row) {
        return readObject(source, required("symbol", row.symbol), required("adjustedFundingRateCap", row.cap),
            required("adjustedFundingRateFloor", row.floor),
            required("fundingIntervalHours", row.intervalHours));
    });
}

Result<std::vector<OpenInterestRow>> parseOpenInterest(std::string_view json)
{
    return parseRows<OpenInterestRow>(json, "open interest", [](auto &source, OpenInterestRow &row) {
        return readObject(source, required("symbol", row.symbol),
            required("openInterest", row.openInterest).orNamed("sumOpenInterest"),
            required("time", row.at).orNamed("timestamp"), optional("sumOpenInterestValue", row.value));
    });
}

Result<std::vector<LongShortRow>> parseLongShortRatios(std::string_view json)
{
    return parseRows<LongShortRow>(json, "long/short ratio", [](auto &source, LongShortRow &row) {
        return readObject(source, required("symbol", row.symbol), required("longShortRatio", row.ratio),
            required("longAccount", row.longShare), required("shortAccount", row.shortShare),
            required("timestamp", row.at));
    });
}

Result<std::vector<TakerVolumeRow>> parseTakerVolumes(std::string_view json)
{
    return parseRows<TakerVolumeRow>(json, "taker volume", [](auto &source, TakerVolumeRow &row) {
        return readObject(source, required("buySellRatio", row.ratio), required("buyVol", row.buyVolume),
            required("sellVol", row.sellVolume), required("timestamp", row.at));
    });
}

Result<std::vector<BasisRow>> parseBasis(std::string_view json)
{
    return parseRows<BasisRow>(json, "basis", [](auto &source, BasisRow &row) {
        return readObject(source, required("pair", row.pair), required("contractType", row.contractType),
            required("indexPrice", row.indexPrice), required("futuresPrice", row.futuresPrice),
            required("basis", row.basis), required("basisRate", row.basisRate),
            required("timestamp", row.at));
    });
}

Result<std::vector<IndexComposition>> parseCompositeIndexes(std::string_view json)
{
    return parseRows<IndexComposition>(json, "composite index",
        [](auto &source, IndexComposition &index) { return readComposition(source, index); });
}

Result<IndexComposition> parseConstituents(std::string_view json)
{
    return parseDocument<IndexComposition>(json, "list of index sources",
        [](od::document &document, IndexComposition &index) { return readComposition(document, index); });
}

Result<std::vector<IncomeRow>> parseIncome(std::string_view json)
{
    return parseRows<IncomeRow>(json, "list of income", [](auto &source, IncomeRow &row) {
        return readObject(source, required("incomeType", row.type), required("asset", row.asset),
            required("income", row.amount), required("time", row.at), required("tranId", row.transactionId),
            optional("symbol", row.symbol), optional("tradeId", row.tradeId));
    });
}

Result<std::vector<MarginChangeRow>> parseMarginChanges(std::string_view json)
{
    return parseRows<MarginChangeRow>(json, "list of margin changes", [](auto &source, MarginChangeRow &row) {
        constexpr int reduced = 2;
        int type = 0;
        const bool isRead = readObject(source, required("symbol", row.symbol), required("type", type),
            required("amount", row.amount), required("asset", row.asset), required("time", row.at),
            optional("positionSide", row.positionSide), optional("deltaType", row.cause));
        if (type == reduced && row.amount.isPositive()) {
            row.amount = -row.amount;
        }
        return isRead;
    });
}

Result<std::vector<AdlQuantileRow>> parseAdlQuantiles(std::string_view json)
{
    return parseRows<AdlQuantileRow>(json, "deleveraging queue", [](auto &source, AdlQuantileRow &row) {
        const auto readSides = [&](od::value &value) {
            return readObject(value, optional("BOTH", row.both), optional("LONG", row.longSide),
                optional("SHORT", row.shortSide));
        };
        return readObject(source, required("symbol", row.symbol), required("adlQuantile", readSides));
    });
}

Result<std::vector<ExecutionAlgoRow>> parseExecutionAlgos(std::string_view json)
{
    return parseDocument<std::vector<ExecutionAlgoRow>>(json, "list of execution algorithms",
        [](od::document &document, std::vector<ExecutionAlgoRow> &rows) {
            const auto readRows = [&](od::value &value) {
                return eachElement(
                    value, [&](od::value &row) { return readExecutionAlgo(row, rows.emplace_back()); });
            };
            return readObject(document, required("orders", readRows).orNamed("subOrders"));
        });
}

} // namespace binance
