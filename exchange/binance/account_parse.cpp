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
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "asset") {
            return read(value, balance.asset);
        }
        if (key == "walletBalance" || key == "balance") {
            return read(value, balance.walletBalance);
        }
        if (key == "crossWalletBalance") {
            return read(value, balance.crossWalletBalance);
        }
        if (key == "updateTime") {
            return read(value, balance.updatedAt);
        }
        return key == "availableBalance" ? read(value, balance.availableBalance) : true;
    }) && !balance.asset.empty();
}

/// Rows of positionRisk and of account.positions, versions 2 and 3: the names they share mean the same.
template <class Source> bool readPosition(Source &source, PositionRow &row)
{
    Position &position = row.position;
    Money amount; // signed; a position's quantity has no sign
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "symbol") {
            return read(value, position.symbol);
        }
        if (key == "positionSide") {
            return readWord(value, position.positionSide, parsePositionSide);
        }
        if (key == "positionAmt") {
            return read(value, amount);
        }
        if (key == "entryPrice") {
            return read(value, position.entryPrice);
        }
        if (key == "breakEvenPrice") {
            return read(value, position.breakEvenPrice);
        }
        if (key == "markPrice") {
            return read(value, position.markPrice);
        }
        if (key == "liquidationPrice") {
            return read(value, position.exchangeLiquidationPrice);
        }
        if (key == "isolatedWallet") {
            return read(value, position.isolatedWallet);
        }
        if (key == "leverage") {
            row.hasConfig = true;
            return read(value, position.leverage);
        }
        if (key == "marginType") {
            row.hasConfig = true;
            return readWord(value, position.marginType, parseMarginType);
        }
        if (key == "isolated") {
            bool isIsolated = false;
            const bool isBool = read(value, isIsolated);
            position.marginType = isIsolated ? MarginType::Isolated : MarginType::Cross;
            return isBool;
        }
        if (key == "maxNotionalValue" || key == "maxNotional") {
            return read(value, row.maxNotionalValue);
        }
        return key == "updateTime" ? read(value, position.updatedAt) : true;
    });
    position.side = amount.isNegative() ? Side::Sell : Side::Buy;
    position.quantity = Quantity::fromUnits(amount.abs().units());
    if (!row.hasConfig && position.isolatedWallet.isPositive()) {
        position.marginType = MarginType::Isolated;
    }
    return isRead && !position.symbol.empty();
}

template <class Source> bool readSymbolConfig(Source &source, SymbolConfigRow &row)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "symbol") {
            return read(value, row.symbol);
        }
        if (key == "marginType") {
            return readWord(value, row.config.marginType, parseMarginType);
        }
        if (key == "leverage") {
            return read(value, row.config.leverage);
        }
        return key == "maxNotionalValue" ? read(value, row.config.maxNotional) : true;
    }) && !row.symbol.empty();
}

template <class Source> bool readError(Source &source, ErrorBody &body)
{
    bool hasCode = false;
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "code") {
            hasCode = true;
            return read(value, body.code);
        }
        return key == "msg" ? read(value, body.message) : true;
    }) && hasCode;
}

} // namespace

Result<AccountAnswer> parseAccount(std::string_view json)
{
    return parseDocument<AccountAnswer>(json, "account", [](od::document &document, AccountAnswer &account) {
        bool hasBalance = false;
        return eachMember(document, [&](std::string_view key, od::value &value) {
            if (key == "totalWalletBalance") {
                hasBalance = true;
                return read(value, account.totalWalletBalance);
            }
            if (key == "totalCrossWalletBalance") {
                return read(value, account.totalCrossWalletBalance);
            }
            if (key == "availableBalance") {
                return read(value, account.availableBalance);
            }
            if (key == "multiAssetsMargin") {
                return read(value, account.multiAssetsMargin);
            }
            if (key == "canTrade") {
                return read(value, account.canTrade);
            }
            if (key == "assets") {
                return eachElement(
                    value, [&](od::value &row) { return readBalance(row, account.assets.emplace_back()); });
            }
            if (key == "positions") {
                return eachElement(value,
                    [&](od::value &row) { return readPosition(row, account.positions.emplace_back()); });
            }
            return true;
        }) && hasBalance;
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
            return eachMember(document, [&](std::string_view key, od::value &value) {
                if (key == "feeTier") {
                    return read(value, config.feeTier);
                }
                if (key == "canTrade") {
                    return read(value, config.canTrade);
                }
                if (key == "dualSidePosition") {
                    return read(value, config.dualSidePosition);
                }
                return key == "multiAssetsMargin" ? read(value, config.multiAssetsMargin) : true;
            });
        });
}

Result<std::vector<SymbolConfigRow>> parseSymbolConfigs(std::string_view json)
{
    return parseRows<SymbolConfigRow>(json, "symbol configuration",
        [](auto &source, SymbolConfigRow &row) { return readSymbolConfig(source, row); });
}

Result<CommissionRates> parseCommissionRate(std::string_view json)
{
    return parseDocument<CommissionRates>(
        json, "commission rate", [](od::document &document, CommissionRates &rates) {
            int found = 0;
            return eachMember(document, [&](std::string_view key, od::value &value) {
                if (key == "makerCommissionRate") {
                    ++found;
                    return read(value, rates.maker);
                }
                if (key == "takerCommissionRate") {
                    ++found;
                    return read(value, rates.taker);
                }
                return true;
            }) && found == 2;
        });
}

Result<std::string> parseListenKey(std::string_view json)
{
    return parseDocument<std::string>(json, "listen key", [](od::document &document, std::string &listenKey) {
        return eachMember(document, [&](std::string_view key, od::value &value) {
            return key == "listenKey" ? read(value, listenKey) : true;
        }) && !listenKey.empty();
    });
}

Result<SymbolConfigRow> parseLeverage(std::string_view json)
{
    return parseDocument<SymbolConfigRow>(json, "leverage answer",
        [](od::document &document, SymbolConfigRow &row) { return readSymbolConfig(document, row); });
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
    return parseDocument<std::optional<bool>>(json, "setting",
        [](od::document &document, std::optional<bool> &isOn) {
            return eachMember(document, [&](std::string_view key, od::value &value) {
                const bool isSwitch =
                    key == "dualSidePosition" || key == "multiAssetsMargin" || key == "feeBurn";
                return isSwitch ? read(value, isOn) : true;
            }) && isOn.has_value();
        })
        .map([](const std::optional<bool> &isOn) { return isOn.value_or(false); });
}

Result<ErrorBody> parseErrorBody(std::string_view json)
{
    return parseDocument<ErrorBody>(json, "error answer",
        [](od::document &document, ErrorBody &body) { return readError(document, body); });
}

Result<ApiEnvelope> parseApiEnvelope(std::string_view json)
{
    return parseDocument<ApiEnvelope>(json, "answer", [](od::document &document, ApiEnvelope &envelope) {
        return eachMember(document, [&](std::string_view key, od::value &value) {
            if (key == "id") {
                return read(value, envelope.id);
            }
            if (key == "status") {
                return read(value, envelope.status);
            }
            if (key == "error") {
                return readError(value, envelope.error.emplace());
            }
            if (key == "result") {
                std::string_view text;
                const bool isText = simdjson::to_json_string(value).get(text) == simdjson::SUCCESS;
                envelope.result = text;
                return isText;
            }
            return true;
        }) && envelope.status != 0;
    });
}

} // namespace binance
