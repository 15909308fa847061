#include "exchange/paper/core/api.h"
#include "exchange/paper/core/history_query.h"
#include "exchange/paper/core/restrictions.h"
#include "exchange/paper/core/wire_text.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::toMs;
using namespace std::chrono_literals;

const SymbolSpec &specOf(const ApiCall &call, const Symbol &symbol)
{
    return *call.parts.engine.spec(symbol);
}

std::optional<Symbol> nameOf(const SymbolSpec *spec)
{
    return spec == nullptr ? std::nullopt : std::optional{spec->symbol};
}

Result<std::string> positionRisk(const ApiCall &call, bool isV3)
{
    const auto spec = call.optionalSymbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    JsonWriter json;
    json.beginArray();
    for (const PositionView &position : call.parts.engine.positions(call.account, nameOf(*spec))) {
        if (!isV3) {
            wire::positionRiskV2(json, specOf(call, position.symbol), position);
        } else if (!position.amount.isZero() || position.hasOpenOrders) {
            wire::positionRiskV3(json, specOf(call, position.symbol), position);
        }
    }
    return json.endArray().take();
}

Result<std::string> positionRiskV3(const ApiCall &call)
{
    return positionRisk(call, true);
}

Result<std::string> positionRiskV2(const ApiCall &call)
{
    return positionRisk(call, false);
}

/// What the account chose about itself and whether it may trade, in both account versions and accountConfig.
struct Choices
{
    bool multiAssets;
    bool feeBurn;
    bool canTrade;
};

Choices choicesOf(const ApiCall &call)
{
    const Engine &engine = call.parts.engine;
    return {engine.isMultiAssets(call.account), engine.isFeeBurn(call.account),
        letsTrade(engine.restriction(call.account))};
}

void assetRow(JsonWriter &json, const AccountView &account, bool isV3)
{
    json.beginObject()
        .field("asset", settlementAsset)
        .field("walletBalance", wire::amount(account.walletBalance))
        .field("unrealizedProfit", wire::amount(account.unrealizedProfit))
        .field("marginBalance", wire::amount(account.marginBalance))
        .field("maintMargin", wire::amount(account.maintMargin))
        .field("initialMargin", wire::amount(account.initialMargin))
        .field("positionInitialMargin", wire::amount(account.positionInitialMargin))
        .field("openOrderInitialMargin", wire::amount(account.openOrderInitialMargin))
        .field("crossWalletBalance", wire::amount(account.crossWalletBalance))
        .field("crossUnPnl", wire::amount(account.crossUnrealizedProfit))
        .field("availableBalance", wire::amount(account.availableBalance))
        .field("maxWithdrawAmount", wire::amount(account.maxWithdrawAmount));
    if (!isV3) {
        json.field("marginAvailable", true);
    }
    json.field("updateTime", toMs(account.updatedAt)).endObject();
}

/// Of an asset that no position is settled in.
void otherAssetRow(JsonWriter &json, const AssetView &asset, bool isV3)
{
    const std::string balance = wire::amount(asset.walletBalance);
    const std::string nothing = wire::amount(Money{});
    json.beginObject().field("asset", asset.asset).field("walletBalance", balance);
    json.field("unrealizedProfit", nothing).field("marginBalance", balance);
    for (const char *name :
        {"maintMargin", "initialMargin", "positionInitialMargin", "openOrderInitialMargin"}) {
        json.field(name, nothing);
    }
    json.field("crossWalletBalance", balance)
        .field("crossUnPnl", nothing)
        .field("availableBalance", balance)
        .field("maxWithdrawAmount", wire::amount(asset.maxWithdrawAmount));
    if (!isV3) {
        json.field("marginAvailable", true);
    }
    json.field("updateTime", toMs(asset.updatedAt)).endObject();
}

/// Worth of the other assets at their index: totals cover USDT alone in single-asset mode, and are sums over
/// all assets in multi-assets mode.
Money othersOf(const AccountView &account)
{
    Money worth;
    for (const AssetView &asset : account.others) {
        worth +=
            account.multiAssets ? asset.index * Quantity::fromUnits(asset.walletBalance.units()) : Money{};
    }
    return worth;
}

void positionRow(JsonWriter &json, const SymbolSpec &spec, const PositionView &position, bool isV3)
{
    json.beginObject()
        .field("symbol", position.symbol)
        .field("positionSide", domain::toWire(position.positionSide))
        .field("positionAmt", wire::quantity(spec, position.amount))
        .field("unrealizedProfit", wire::amount(position.unrealizedProfit))
        .field("isolatedMargin", wire::amount(position.isolatedMargin))
        .field("notional", wire::amount(position.notional))
        .field("isolatedWallet", wire::amount(position.isolatedWallet))
        .field("initialMargin", wire::amount(position.initialMargin))
        .field("maintMargin", wire::amount(position.maintMargin));
    if (!isV3) {
        json.field("leverage", std::to_string(position.leverage))
            .field("isolated", position.marginType == MarginType::Isolated)
            .field("entryPrice", wire::shortPrice(position.entryPrice))
            .field("breakEvenPrice", wire::shortPrice(position.breakEvenPrice))
            .field("maxNotional", position.maxNotional.toString())
            .field("bidNotional", wire::amount(position.bidNotional))
            .field("askNotional", wire::amount(position.askNotional))
            .field("positionInitialMargin", wire::amount(position.positionInitialMargin))
            .field("openOrderInitialMargin", wire::amount(position.openOrderInitialMargin));
    }
    json.field("updateTime", toMs(position.updatedAt)).endObject();
}

Result<std::string> accountAnswer(const ApiCall &call, bool isV3)
{
    const auto view = call.parts.engine.account(call.account);
    if (!view) {
        return tl::unexpected{view.error()};
    }
    JsonWriter json;
    json.beginObject();
    if (!isV3) {
        const Choices choices = choicesOf(call);
        json.field("feeTier", 0)
            .field("feeBurn", choices.feeBurn)
            .field("canTrade", choices.canTrade)
            .field("canDeposit", true)
            .field("canWithdraw", true)
            .field("updateTime", 0)
            .field("multiAssetsMargin", choices.multiAssets)
            .field("tradeGroupId", -1);
    }
    const Money others = othersOf(*view);
    json.field("totalInitialMargin", wire::amount(view->initialMargin))
        .field("totalMaintMargin", wire::amount(view->maintMargin))
        .field("totalWalletBalance", wire::amount(view->walletBalance + others))
        .field("totalUnrealizedProfit", wire::amount(view->unrealizedProfit))
        .field("totalMarginBalance", wire::amount(view->marginBalance + others))
        .field("totalPositionInitialMargin", wire::amount(view->positionInitialMargin))
        .field("totalOpenOrderInitialMargin", wire::amount(view->openOrderInitialMargin))
        .field("totalCrossWalletBalance", wire::amount(view->crossWalletBalance + others))
        .field("totalCrossUnPnl", wire::amount(view->crossUnrealizedProfit))
        .field("availableBalance", wire::amount(view->availableBalance))
        .field("maxWithdrawAmount", wire::amount(view->maxWithdrawAmount));
    json.key("assets").beginArray();
    assetRow(json, *view, isV3);
    for (const AssetView &asset : view->others) {
        otherAssetRow(json, asset, isV3);
    }
    json.endArray();
    json.key("positions").beginArray();
    const auto positions = isV3 ? view->positions : call.parts.engine.positions(call.account, std::nullopt);
    for (const PositionView &position : positions) {
        positionRow(json, specOf(call, position.symbol), position, isV3);
    }
    json.endArray().endObject();
    return json.take();
}

Result<std::string> accountV3(const ApiCall &call)
{
    return accountAnswer(call, true);
}

Result<std::string> accountV2(const ApiCall &call)
{
    return accountAnswer(call, false);
}

Result<std::string> balance(const ApiCall &call)
{
    const auto view = call.parts.engine.account(call.account);
    if (!view) {
        return tl::unexpected{view.error()};
    }
    JsonWriter json;
    json.beginArray();
    const auto row = [&](std::string_view asset, Money wallet, Money cross, Money unrealized, Money available,
                         Money withdraw, Timestamp updatedAt) {
        json.beginObject()
            .field("accountAlias", "PaPr")
            .field("asset", asset)
            .field("balance", wire::amount(wallet))
            .field("crossWalletBalance", wire::amount(cross))
            .field("crossUnPnl", wire::amount(unrealized))
            .field("availableBalance", wire::amount(available))
            .field("maxWithdrawAmount", wire::amount(withdraw))
            .field("marginAvailable", true)
            .field("updateTime", toMs(updatedAt))
            .endObject();
    };
    row(settlementAsset, view->walletBalance, view->crossWalletBalance, view->crossUnrealizedProfit,
        view->availableBalance, view->maxWithdrawAmount, view->updatedAt);
    for (const AssetView &other : view->others) {
        row(other.asset, other.walletBalance, other.walletBalance, {}, other.walletBalance,
            other.maxWithdrawAmount, other.updatedAt);
    }
    return json.endArray().take();
}

Result<std::string> accountConfig(const ApiCall &call)
{
    JsonWriter json;
    json.beginObject()
        .field("feeTier", 0)
        .field("canTrade", choicesOf(call).canTrade)
        .field("canDeposit", true)
        .field("canWithdraw", true)
        .field("dualSidePosition", call.parts.engine.isHedgeMode(call.account))
        .field("updateTime", 0)
        .field("multiAssetsMargin", choicesOf(call).multiAssets)
        .field("tradeGroupId", -1)
        .endObject();
    return json.take();
}

Result<std::string> symbolConfig(const ApiCall &call)
{
    const auto spec = call.optionalSymbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    JsonWriter json;
    json.beginArray();
    for (const SymbolConfigView &row : call.parts.engine.symbolConfigs(call.account, nameOf(*spec))) {
        json.beginObject()
            .field("symbol", row.symbol)
            .field("marginType", wire::marginTypeUpper(row.marginType))
            .field("isAutoAddMargin", false)
            .field("leverage", row.leverage)
            .field("maxNotionalValue", row.maxNotional.toString())
            .endObject();
    }
    return json.endArray().take();
}

void bracketRows(JsonWriter &json, const Symbol &symbol, const LeverageBrackets &brackets)
{
    json.beginObject().field("symbol", symbol);
    json.key("brackets").beginArray();
    for (const domain::LeverageBracket &row : brackets) {
        json.beginObject().field("bracket", row.bracket).field("initialLeverage", row.maxLeverage);
        json.key("notionalCap").raw(row.notionalCap.toString());
        json.key("notionalFloor").raw(row.notionalFloor.toString());
        json.key("maintMarginRatio").raw(row.maintenanceMarginRate.toString());
        json.key("cum").raw(row.maintenanceAmount.toString());
        json.endObject();
    }
    json.endArray().endObject();
}

Result<std::string> leverageBracket(const ApiCall &call)
{
    const auto spec = call.optionalSymbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    JsonWriter json;
    json.beginArray();
    for (const Symbol &symbol : call.parts.engine.symbols()) {
        if (*spec == nullptr || (*spec)->symbol == symbol) {
            bracketRows(json, symbol, *call.parts.engine.brackets(symbol));
        }
    }
    return json.endArray().take();
}

Result<std::string> commissionRate(const ApiCall &call)
{
    const auto spec = call.symbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    const auto rates = call.parts.engine.commissionRate(call.account, (*spec)->symbol);
    if (!rates) {
        return tl::unexpected{rates.error()};
    }
    JsonWriter json;
    json.beginObject()
        .field("symbol", (*spec)->symbol)
        .field("makerCommissionRate", rates->maker.toString())
        .field("takerCommissionRate", rates->taker.toString())
        .field("rpiCommissionRate", "0.00005")
        .endObject();
    return json.take();
}

Result<std::string> marginHistory(const ApiCall &call)
{
    constexpr domain::Milliseconds farthest = 24h * 30;
    const auto spec = call.symbol();
    const auto type = call.parameters.integer("type");
    auto query = historyQuery(call, "", 500, 500);
    if (!spec || !query || !type) {
        return tl::unexpected{!spec ? spec.error() : !query ? query.error() : type.error()};
    }
    query->since = call.now - farthest;
    JsonWriter json;
    json.beginArray();
    for (const MarginChange &row : call.parts.engine.marginChanges(call.account, *query)) {
        if (*type && row.type != **type) {
            continue;
        }
        json.beginObject()
            .field("symbol", row.symbol)
            .field("type", row.type)
            .field("deltaType", "USER_ADJUST")
            .field("amount", wire::amount(row.amount))
            .field("asset", "USDT")
            .field("time", toMs(row.at))
            .field("positionSide", domain::toWire(row.positionSide))
            .endObject();
    }
    return json.endArray().take();
}

/// Types of income that nothing on this exchange brings.
constexpr std::string_view foreignIncome[] = {"WELCOME_BONUS", "SPECIAL_FUNDING_FEE", "REFERRAL_KICKBACK",
    "COMMISSION_REBATE", "API_REBATE", "CONTEST_REWARD", "CROSS_COLLATERAL_TRANSFER", "OPTIONS_PREMIUM_FEE",
    "OPTIONS_SETTLE_PROFIT", "INTERNAL_TRANSFER", "DELIVERED_SETTELMENT", "COIN_SWAP_DEPOSIT",
    "COIN_SWAP_WITHDRAW", "POSITION_LIMIT_INCREASE_FEE", "STRATEGY_UMFUTURES_TRANSFER", "FEE_RETURN",
    "BFUSD_REWARD"};

Result<std::optional<IncomeType>> incomeTypeOf(const ApiCall &call)
{
    const std::string word = call.parameters.text("incomeType");
    if (word.empty()) {
        return std::optional<IncomeType>{};
    }
    for (const IncomeType type : {IncomeType::Transfer, IncomeType::RealizedPnl, IncomeType::FundingFee,
             IncomeType::Commission, IncomeType::InsuranceClear, IncomeType::AutoExchange}) {
        if (toWire(type) == word) {
            return std::optional{type};
        }
    }
    return failure(ErrorCode::Rejected, "Data sent for parameter 'incomeType' is not valid.", -1130);
}

Result<std::string> income(const ApiCall &call)
{
    if (std::ranges::find(foreignIncome, call.parameters.text("incomeType")) != std::end(foreignIncome)) {
        return std::string{"[]"};
    }
    const auto type = incomeTypeOf(call);
    const auto page = call.parameters.integer("page");
    auto query = historyQuery(call, "", 100, 1'000);
    if (!type || !page || !query) {
        return tl::unexpected{!type ? type.error() : !page ? page.error() : query.error()};
    }
    const std::size_t perPage = query->limit;
    const auto pageNumber = static_cast<std::size_t>(std::clamp<std::int64_t>(page->value_or(1), 1, 10'000));
    query->limit = perPage * pageNumber;
    const auto rows = call.parts.engine.income(call.account, *query, *type);
    JsonWriter json;
    json.beginArray();
    const std::size_t first = page->has_value() ? perPage * (pageNumber - 1) : 0;
    for (std::size_t i = first; i < rows.size(); ++i) {
        const Income &row = rows[i];
        json.beginObject()
            .field("symbol", row.symbol)
            .field("incomeType", toWire(row.type))
            .field("income", wire::amount(row.amount))
            .field("asset", row.asset)
            .field("info", toWire(row.type))
            .field("time", toMs(row.at))
            .field("tranId", row.tranId)
            .field("tradeId", row.tradeId == 0 ? std::string{} : std::to_string(row.tradeId))
            .endObject();
    }
    return json.endArray().take();
}

} // namespace

Result<HistoryQuery> historyQuery(
    const ApiCall &call, std::string_view idName, std::size_t standardLimit, std::size_t mostLimit)
{
    const auto spec = call.optionalSymbol();
    const auto id = call.parameters.integer(idName);
    const auto start = call.parameters.integer("startTime");
    const auto end = call.parameters.integer("endTime");
    const auto limit = call.limit(standardLimit, mostLimit);
    if (!spec || !id || !start || !end || !limit) {
        return tl::unexpected{!spec    ? spec.error()
                              : !id    ? id.error()
                              : !start ? start.error()
                              : !end   ? end.error()
                                       : limit.error()};
    }
    if (*start && *end && **start > **end) {
        return failure(ErrorCode::Rejected, "Start time is greater than end time.", -1023);
    }
    constexpr domain::Milliseconds widest = 24h * 7;
    constexpr domain::Milliseconds farthest = 24h * 90;
    if (*start && *end && **end - **start > widest.count()) {
        return failure(ErrorCode::Rejected, "Maximum time interval is 7 days", -4165);
    }
    if (idName == "fromId" && *id && (*start || *end)) {
        return failure(ErrorCode::Rejected, "Combination of optional parameters invalid.", -1128);
    }
    HistoryQuery query;
    query.symbol = nameOf(*spec);
    query.fromId = *id;
    query.limit = *limit;
    if (*start) {
        query.from = domain::timestampFromMs(**start);
        // Only a start: the seven days from there.
        query.to = *query.from + widest;
    }
    if (*end) {
        query.to = domain::timestampFromMs(**end);
    }
    query.since = call.now - farthest;
    if (!*id && !*start) {
        query.since = std::max(query.since, query.to.value_or(call.now) - widest);
    }
    return query;
}

const std::vector<Endpoint> &accountEndpoints()
{
    constexpr auto isSigned = Security::Signed;
    static const std::vector<Endpoint> endpoints{
        {"GET", "/fapi/v3/positionRisk", isSigned, constantWeight<5>, positionRiskV3, 0, 0, LimitPool::Weight,
            "symbol"},
        {"GET", "/fapi/v2/positionRisk", isSigned, constantWeight<5>, positionRiskV2, 0, 0, LimitPool::Weight,
            "symbol"},
        {"GET", "/fapi/v3/account", isSigned, constantWeight<5>, accountV3},
        {"GET", "/fapi/v2/account", isSigned, constantWeight<5>, accountV2},
        {"GET", "/fapi/v3/balance", isSigned, constantWeight<5>, balance},
        {"GET", "/fapi/v2/balance", isSigned, constantWeight<5>, balance},
        {"GET", "/fapi/v1/accountConfig", isSigned, constantWeight<5>, accountConfig},
        {"GET", "/fapi/v1/symbolConfig", isSigned, constantWeight<5>, symbolConfig, 0, 0, LimitPool::Weight,
            "symbol"},
        {"GET", "/fapi/v1/leverageBracket", isSigned, constantWeight<1>, leverageBracket, 0, 0,
            LimitPool::Weight, "symbol"},
        {"GET", "/fapi/v1/commissionRate", isSigned, constantWeight<20>, commissionRate, 0, 0,
            LimitPool::Weight, "symbol*"},
        {"GET", "/fapi/v1/positionMargin/history", isSigned, constantWeight<1>, marginHistory, 0, 0,
            LimitPool::Weight, "symbol* type startTime endTime limit"},
        {"GET", "/fapi/v1/income", isSigned, constantWeight<30>, income, 0, 0, LimitPool::Weight,
            "symbol incomeType startTime endTime page limit"},
    };
    return endpoints;
}

} // namespace paper
