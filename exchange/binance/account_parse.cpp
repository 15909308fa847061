#include "exchange/binance/json_reader.h"
#include "exchange/binance/wire_account.h"

namespace binance
{

using namespace domain;
using namespace json;

namespace
{

template <class Source> bool readBalance(Source &source, AssetBalance &balance)
{
    return readObject(source, required("asset", balance.asset),
        required("walletBalance", balance.walletBalance).orNamed("balance"),
        required("crossWalletBalance", balance.crossWalletBalance),
        required("availableBalance", balance.availableBalance), optional("updateTime", balance.updatedAt));
}

/// Rows of positionRisk and of account.positions, versions 2 and 3: the names they share mean the same. Rows
/// of the account, version 3, have no prices.
template <class Source> bool readPosition(Source &source, PositionRow &row)
{
    Position &position = row.position;
    Money amount; // signed; a position's quantity has no sign
    bool isIsolated = false;
    std::optional<int> leverage;
    std::optional<MarginType> marginType;
    const bool isRead = readObject(source, required("symbol", position.symbol),
        required("positionSide", position.positionSide), required("positionAmt", amount),
        optional("entryPrice", position.entryPrice), optional("breakEvenPrice", position.breakEvenPrice),
        optional("markPrice", position.markPrice),
        optional("liquidationPrice", position.exchangeLiquidationPrice),
        optional("isolatedWallet", position.isolatedWallet), optional("leverage", leverage),
        optional("marginType", marginType), optional("isolated", isIsolated),
        optional("maxNotionalValue", row.maxNotionalValue).orNamed("maxNotional"),
        optional("updateTime", position.updatedAt));
    position.side = amount.isNegative() ? Side::Sell : Side::Buy;
    position.quantity = Quantity::fromUnits(amount.abs().units());
    position.leverage = leverage.value_or(position.leverage);
    row.hasConfig = leverage || marginType;
    // Version 3 does not tell the margin type: only an isolated position has a wallet of its own.
    isIsolated = isIsolated || (!row.hasConfig && position.isolatedWallet.isPositive());
    position.marginType = marginType.value_or(isIsolated ? MarginType::Isolated : MarginType::Cross);
    return isRead;
}

template <class Source> bool readSymbolConfig(Source &source, SymbolConfigRow &row, bool hasMarginType)
{
    SymbolConfig &config = row.config;
    return readObject(source, required("symbol", row.symbol),
        required("marginType", config.marginType).onlyIf(hasMarginType),
        required("leverage", config.leverage), optional("maxNotionalValue", config.maxNotional));
}

template <class Source> bool readError(Source &source, ErrorBody &body)
{
    return readObject(source, required("code", body.code), optional("msg", body.message));
}

} // namespace

Result<AccountAnswer> parseAccount(std::string_view json)
{
    return parseDocument<AccountAnswer>(json, "account", [](od::document &document, AccountAnswer &account) {
        const auto readAssets = [&](od::value &value) {
            return eachElement(
                value, [&](od::value &row) { return readBalance(row, account.assets.emplace_back()); });
        };
        const auto readPositions = [&](od::value &value) {
            return eachElement(
                value, [&](od::value &row) { return readPosition(row, account.positions.emplace_back()); });
        };
        return readObject(document, required("totalWalletBalance", account.totalWalletBalance),
            required("totalCrossWalletBalance", account.totalCrossWalletBalance),
            required("availableBalance", account.availableBalance),
            optional("multiAssetsMargin", account.multiAssetsMargin), optional("canTrade", account.canTrade),
            required("assets", readAssets), required("positions", readPositions));
    });
}

Result<std::vector<AssetBalance>> parseBalances(std::string_view json)
{
    return parseRows<AssetBalance>(
        json, "list of balances", [](auto &source, AssetBalance &row) { return readBalance(source, row); });
}

Result<std::vector<PositionRow>> parsePositionRisk(std::string_view json)
{
    return parseRows<PositionRow>(
        json, "list of positions", [](auto &source, PositionRow &row) { return readPosition(source, row); });
}

Result<AccountConfig> parseAccountConfig(std::string_view json)
{
    return parseDocument<AccountConfig>(
        json, "account configuration", [](od::document &document, AccountConfig &config) {
            return readObject(document, optional("feeTier", config.feeTier),
                required("canTrade", config.canTrade), required("dualSidePosition", config.dualSidePosition),
                required("multiAssetsMargin", config.multiAssetsMargin));
        });
}

Result<std::vector<SymbolConfigRow>> parseSymbolConfigs(std::string_view json)
{
    return parseRows<SymbolConfigRow>(json, "symbol configuration",
        [](auto &source, SymbolConfigRow &row) { return readSymbolConfig(source, row, true); });
}

Result<CommissionRates> parseCommissionRate(std::string_view json)
{
    return parseDocument<CommissionRates>(
        json, "commission rate", [](od::document &document, CommissionRates &rates) {
            return readObject(document, required("makerCommissionRate", rates.maker),
                required("takerCommissionRate", rates.taker));
        });
}

Result<std::string> parseListenKey(std::string_view json)
{
    return parseDocument<std::string>(json, "listen key", [](od::document &document, std::string &listenKey) {
        return readObject(document, required("listenKey", listenKey));
    });
}

Result<SymbolConfigRow> parseLeverage(std::string_view json)
{
    return parseDocument<SymbolConfigRow>(json, "leverage answer",
        [](od::document &document, SymbolConfigRow &row) { return readSymbolConfig(document, row, false); });
}

Result<bool> parseAcknowledgement(std::string_view json)
{
    return parseErrorBody(json).and_then([](const ErrorBody &body) -> Result<bool> {
        if (body.code != 200 && body.code != 0) {
            return failure(ErrorCode::Rejected, body.message, body.code);
        }
        return true;
    });
}

Result<bool> parseSwitch(std::string_view json)
{
    return parseDocument<bool>(json, "setting", [](od::document &document, bool &isOn) {
        return readObject(
            document, required("dualSidePosition", isOn).orNamed("multiAssetsMargin").orNamed("feeBurn"));
    });
}

Result<ErrorBody> parseErrorBody(std::string_view json)
{
    return parseDocument<ErrorBody>(json, "error answer",
        [](od::document &document, ErrorBody &body) { return readError(document, body); });
}

Result<ApiEnvelope> parseApiEnvelope(std::string_view json)
{
    return parseDocument<ApiEnvelope>(json, "answer", [](od::document &document, ApiEnvelope &envelope) {
        const auto keepText = [&](od::value &value) {
            std::string_view text;
            const bool isText = simdjson::to_json_string(value).get(text) == simdjson::SUCCESS;
            envelope.result = text;
            return isText;
        };
        return readObject(document, optional("id", envelope.id), required("status", envelope.status),
            optional("error", [&](od::value &value) { return readError(value, envelope.error.emplace()); }),
            optional("result", keepText));
    });
}

} // namespace binance
