#pragma once

#include "models/domain/account.h"
#include "models/domain/market.h"
#include "models/domain/order.h"
#include "models/domain/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace binance
{

// Answers that describe the market or the account's past. Source: reference 4.1, 4.5, 4.6, 5.9, 5.11, 10.11.

struct FundingRateRow
{
    domain::Symbol symbol;
    domain::Rate rate;
    domain::Timestamp at;
    domain::Price mark; ///< 0 in old rows
};
/// GET /fapi/v1/fundingRate.
domain::Result<std::vector<FundingRateRow>> parseFundingRates(std::string_view json);

struct FundingInfoRow
{
    domain::Symbol symbol;
    domain::Rate cap;
    domain::Rate floor;
    int intervalHours = 8;
};
/// GET /fapi/v1/fundingInfo.
domain::Result<std::vector<FundingInfoRow>> parseFundingInfo(std::string_view json);

struct OpenInterestRow
{
    domain::Symbol symbol;
    domain::Quantity openInterest;
    domain::Money value; ///< 0 where not given
    domain::Timestamp at;
};
/// GET /fapi/v1/openInterest (one object) and /futures/data/openInterestHist (array).
domain::Result<std::vector<OpenInterestRow>> parseOpenInterest(std::string_view json);

struct LongShortRow
{
    domain::Symbol symbol;
    domain::Rate ratio;
    domain::Rate longShare;
    domain::Rate shortShare;
    domain::Timestamp at;
};
/// GET /futures/data/globalLongShortAccountRatio, topLongShortAccountRatio, topLongShortPositionRatio.
domain::Result<std::vector<LongShortRow>> parseLongShortRatios(std::string_view json);

struct TakerVolumeRow
{
    domain::Rate ratio;
    domain::Quantity buyVolume;
    domain::Quantity sellVolume;
    domain::Timestamp at;
};
/// GET /futures/data/takerlongshortRatio.
domain::Result<std::vector<TakerVolumeRow>> parseTakerVolumes(std::string_view json);

struct BasisRow
{
    std::string pair;
    std::string contractType;
    domain::Price indexPrice;
    domain::Price futuresPrice;
    domain::Price basis;
    domain::Rate basisRate;
    domain::Timestamp at;
};
/// GET /futures/data/basis.
domain::Result<std::vector<BasisRow>> parseBasis(std::string_view json);

struct IndexComponent
{
    std::string exchange; ///< of a price index
    std::string asset;    ///< base asset of a composite index, symbol of a price index
    domain::Price price;  ///< 0 where not given
    domain::Rate weight;  ///< fraction
};
struct IndexComposition
{
    domain::Symbol symbol;
    domain::Timestamp at;
    std::vector<IndexComponent> components;
};
/// GET /fapi/v1/indexInfo: one object or an array.
domain::Result<std::vector<IndexComposition>> parseCompositeIndexes(std::string_view json);
/// GET /fapi/v1/constituents.
domain::Result<IndexComposition> parseConstituents(std::string_view json);

struct IncomeRow
{
    domain::Symbol symbol; ///< empty for transfers
    std::string type;
    std::string asset;
    domain::Money amount;
    domain::Timestamp at;
    std::string transactionId;
    std::string tradeId;
};
/// GET /fapi/v1/income.
domain::Result<std::vector<IncomeRow>> parseIncome(std::string_view json);

struct MarginChangeRow
{
    domain::Symbol symbol;
    domain::PositionSide positionSide = domain::PositionSide::Both;
    domain::Money amount; ///< signed: positive into the position
    std::string asset;
    std::string cause; ///< as on the wire, e.g. USER_ADJUST
    domain::Timestamp at;
};
/// GET /fapi/v1/positionMargin/history.
domain::Result<std::vector<MarginChangeRow>> parseMarginChanges(std::string_view json);

/// Place in the queue for automatic deleveraging, 0 (last) to 4 (next); none where there is no position.
struct AdlQuantileRow
{
    domain::Symbol symbol;
    std::optional<int> both;
    std::optional<int> longSide;
    std::optional<int> shortSide;
};
/// GET /fapi/v1/adlQuantile.
domain::Result<std::vector<AdlQuantileRow>> parseAdlQuantiles(std::string_view json);

/// An execution algorithm (VP, TWAP) of the older /sapi/v1/algo/futures service, or one of its sub-orders.
struct ExecutionAlgoRow
{
    std::int64_t algoId = 0;
    std::int64_t orderId = 0; ///< sub-orders only
    domain::Symbol symbol;
    domain::Side side = domain::Side::Buy;
    std::string status;
    domain::Quantity totalQty;
    domain::Quantity executedQty;
    domain::Price avgPrice;
    domain::Timestamp at;
};
/// GET openOrders, historicalOrders, subOrders below /sapi/v1/algo/futures.
domain::Result<std::vector<ExecutionAlgoRow>> parseExecutionAlgos(std::string_view json);

} // namespace binance
