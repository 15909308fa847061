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
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "exchange") {
            return read(value, component.exchange);
        }
        if (key == "baseAsset" || key == "symbol") {
            return read(value, component.asset);
        }
        if (key == "price") {
            return read(value, component.price);
        }
        return key == "weightInPercentage" || key == "weight" ? read(value, component.weight) : true;
    }) && !component.asset.empty();
}

template <class Source> bool readComposition(Source &source, IndexComposition &index)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "symbol") {
            return read(value, index.symbol);
        }
        if (key == "time") {
            return read(value, index.at);
        }
        if (key == "baseAssetList" || key == "constituents") {
            return eachElement(value,
                [&](od::value &row) { return readIndexComponent(row, index.components.emplace_back()); });
        }
        return true;
    }) && !index.symbol.empty();
}

bool readExecutionAlgo(od::value &source, ExecutionAlgoRow &row)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "algoId") {
            return read(value, row.algoId);
        }
        if (key == "orderId") {
            return read(value, row.orderId);
        }
        if (key == "symbol") {
            return read(value, row.symbol);
        }
        if (key == "side") {
            return readWord(value, row.side, parseSide);
        }
        if (key == "algoStatus" || key == "orderStatus") {
            return read(value, row.status);
        }
        if (key == "totalQty" || key == "origQty") {
            return read(value, row.totalQty);
        }
        if (key == "executedQty") {
            return read(value, row.executedQty);
        }
        if (key == "avgPrice") {
            return read(value, row.avgPrice);
        }
        return key == "bookTime" ? read(value, row.at) : true;
    }) && row.algoId != 0;
}

} // namespace

Result<std::vector<FundingRateRow>> parseFundingRates(std::string_view json)
{
    return parseRows<FundingRateRow>(json, "list of funding rates", [](auto &source, FundingRateRow &row) {
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, row.symbol);
            }
            if (key == "fundingRate") {
                return read(value, row.rate);
            }
            if (key == "fundingTime") {
                return read(value, row.at);
            }
            return key == "markPrice" ? read(value, row.mark) : true;
        }) && !row.symbol.empty();
    });
}

Result<std::vector<FundingInfoRow>> parseFundingInfo(std::string_view json)
{
    return parseRows<FundingInfoRow>(json, "list of funding limits", [](auto &source, FundingInfoRow &row) {
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, row.symbol);
            }
            if (key == "adjustedFundingRateCap") {
                return read(value, row.cap);
            }
            if (key == "adjustedFundingRateFloor") {
                return read(value, row.floor);
            }
            return key == "fundingIntervalHours" ? read(value, row.intervalHours) : true;
        }) && !row.symbol.empty();
    });
}

Result<std::vector<OpenInterestRow>> parseOpenInterest(std::string_view json)
{
    return parseRows<OpenInterestRow>(json, "open interest", [](auto &source, OpenInterestRow &row) {
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, row.symbol);
            }
            if (key == "openInterest" || key == "sumOpenInterest") {
                return read(value, row.openInterest);
            }
            if (key == "sumOpenInterestValue") {
                return read(value, row.value);
            }
            return key == "time" || key == "timestamp" ? read(value, row.at) : true;
        }) && !row.symbol.empty();
    });
}

Result<std::vector<LongShortRow>> parseLongShortRatios(std::string_view json)
{
    return parseRows<LongShortRow>(json, "long/short ratio", [](auto &source, LongShortRow &row) {
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, row.symbol);
            }
            if (key == "longShortRatio") {
                return read(value, row.ratio);
            }
            if (key == "longAccount") {
                return read(value, row.longShare);
            }
            if (key == "shortAccount") {
                return read(value, row.shortShare);
            }
            return key == "timestamp" ? read(value, row.at) : true;
        }) && !row.symbol.empty();
    });
}

Result<std::vector<TakerVolumeRow>> parseTakerVolumes(std::string_view json)
{
    return parseRows<TakerVolumeRow>(json, "taker volume", [](auto &source, TakerVolumeRow &row) {
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "buySellRatio") {
                return read(value, row.ratio);
            }
            if (key == "buyVol") {
                return read(value, row.buyVolume);
            }
            if (key == "sellVol") {
                return read(value, row.sellVolume);
            }
            return key == "timestamp" ? read(value, row.at) : true;
        }) && toMs(row.at) > 0;
    });
}

Result<std::vector<BasisRow>> parseBasis(std::string_view json)
{
    return parseRows<BasisRow>(json, "basis", [](auto &source, BasisRow &row) {
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "pair") {
                return read(value, row.pair);
            }
            if (key == "contractType") {
                return read(value, row.contractType);
            }
            if (key == "indexPrice") {
                return read(value, row.indexPrice);
            }
            if (key == "futuresPrice") {
                return read(value, row.futuresPrice);
            }
            if (key == "basis") {
                return read(value, row.basis);
            }
            if (key == "basisRate") {
                return read(value, row.basisRate);
            }
            return key == "timestamp" ? read(value, row.at) : true;
        }) && !row.pair.empty();
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
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, row.symbol);
            }
            if (key == "incomeType") {
                return read(value, row.type);
            }
            if (key == "asset") {
                return read(value, row.asset);
            }
            if (key == "income") {
                return read(value, row.amount);
            }
            if (key == "time") {
                return read(value, row.at);
            }
            if (key == "tranId") {
                return read(value, row.transactionId);
            }
            return key == "tradeId" ? read(value, row.tradeId) : true;
        }) && !row.type.empty();
    });
}

Result<std::vector<MarginChangeRow>> parseMarginChanges(std::string_view json)
{
    return parseRows<MarginChangeRow>(json, "list of margin changes", [](auto &source, MarginChangeRow &row) {
        constexpr int reduced = 2;
        int type = 0;
        const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, row.symbol);
            }
            if (key == "positionSide") {
                return readWord(value, row.positionSide, parsePositionSide);
            }
            if (key == "amount") {
                return read(value, row.amount);
            }
            if (key == "asset") {
                return read(value, row.asset);
            }
            if (key == "deltaType") {
                return read(value, row.cause);
            }
            if (key == "type") {
                return read(value, type);
            }
            return key == "time" ? read(value, row.at) : true;
        });
        if (type == reduced && row.amount.isPositive()) {
            row.amount = -row.amount;
        }
        return isRead && !row.symbol.empty();
    });
}

Result<std::vector<AdlQuantileRow>> parseAdlQuantiles(std::string_view json)
{
    return parseRows<AdlQuantileRow>(json, "deleveraging queue", [](auto &source, AdlQuantileRow &row) {
        const auto readSides = [&](std::string_view side, od::value &value) {
            if (side == "BOTH") {
                return read(value, row.both);
            }
            if (side == "LONG") {
                return read(value, row.longSide);
            }
            return side == "SHORT" ? read(value, row.shortSide) : true;
        };
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, row.symbol);
            }
            return key == "adlQuantile" ? eachMember(value, readSides) : true;
        }) && !row.symbol.empty();
    });
}

Result<std::vector<ExecutionAlgoRow>> parseExecutionAlgos(std::string_view json)
{
    return parseDocument<std::vector<ExecutionAlgoRow>>(json, "list of execution algorithms",
        [](od::document &document, std::vector<ExecutionAlgoRow> &rows) {
            bool hasList = false;
            return eachMember(document, [&](std::string_view key, od::value &value) {
                if (key != "orders" && key != "subOrders") {
                    return true;
                }
                hasList = true;
                return eachElement(
                    value, [&](od::value &row) { return readExecutionAlgo(row, rows.emplace_back()); });
            }) && hasList;
        });
}

} // namespace binance
