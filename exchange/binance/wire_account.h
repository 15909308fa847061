#pragma once

#include "models/domain/account.h"
#include "models/domain/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace binance
{

// Answers of the account's REST endpoints. Source: reference 5.9 to 5.11.

struct AssetBalance
{
    std::string asset;
    domain::Money walletBalance;
    domain::Money crossWalletBalance;
    domain::Money availableBalance;
    domain::Timestamp updatedAt; ///< epoch 0 where not given
};

/// A row of positionRisk or of account.positions; quantity 0 means open orders only (v3) or nothing (v2).
struct PositionRow
{
    domain::Position position;      ///< marginType and leverage only where hasConfig is set
    bool hasConfig = false;         ///< v2 rows carry leverage and margin type, v3 rows do not
    domain::Money maxNotionalValue; ///< 0 where not given
};

struct AccountAnswer
{
    domain::Money totalWalletBalance;
    domain::Money totalCrossWalletBalance;
    domain::Money availableBalance;
    std::optional<bool> multiAssetsMargin; ///< v2 only
    std::optional<bool> canTrade;          ///< v2 only
    std::vector<AssetBalance> assets;
    std::vector<PositionRow> positions;
};

struct AccountConfig
{
    int feeTier = 0;
    bool canTrade = false;
    bool dualSidePosition = false;
    bool multiAssetsMargin = false;
};

struct SymbolConfigRow
{
    domain::Symbol symbol;
    domain::SymbolConfig config;
};

/// GET /fapi/v2/account, /fapi/v3/account.
domain::Result<AccountAnswer> parseAccount(std::string_view json);
/// GET /fapi/v2/balance, /fapi/v3/balance.
domain::Result<std::vector<AssetBalance>> parseBalances(std::string_view json);
/// GET /fapi/v2/positionRisk, /fapi/v3/positionRisk.
domain::Result<std::vector<PositionRow>> parsePositionRisk(std::string_view json);
/// GET /fapi/v1/accountConfig.
domain::Result<AccountConfig> parseAccountConfig(std::string_view json);
/// GET /fapi/v1/symbolConfig: an array, or one object.
domain::Result<std::vector<SymbolConfigRow>> parseSymbolConfigs(std::string_view json);
/// GET /fapi/v1/commissionRate.
domain::Result<domain::CommissionRates> parseCommissionRate(std::string_view json);
/// POST and PUT /fapi/v1/listenKey.
domain::Result<std::string> parseListenKey(std::string_view json);
/// POST /fapi/v1/leverage.
domain::Result<SymbolConfigRow> parseLeverage(std::string_view json);
/// {"code":200,"msg":"success"} in its forms: marginType, positionSide, positionMargin, allOpenOrders,
/// algoOpenOrders, feeBurn. Rejected with the venue's text where the code is another; code 0 counts as 200.
domain::Result<bool> parseAcknowledgement(std::string_view json);
/// GET of a single switch: dualSidePosition, multiAssetsMargin, feeBurn.
domain::Result<bool> parseSwitch(std::string_view json);

/// {"code":-2019,"msg":"Margin is insufficient."}
struct ErrorBody
{
    int code = 0;
    std::string message;
};
/// Malformed where the body is no such object (HTML of a gateway, an empty body).
domain::Result<ErrorBody> parseErrorBody(std::string_view json);

/// Envelope of the WebSocket API: {"id":…,"status":200,"result":…}.
struct ApiEnvelope
{
    std::string id;
    int status = 0;
    std::string result; ///< JSON text, for the parser of the matching REST answer; empty on an error
    std::optional<ErrorBody> error;
};
domain::Result<ApiEnvelope> parseApiEnvelope(std::string_view json);

} // namespace binance
