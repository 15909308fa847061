#include "exchange/paper/core/api.h"
#include "exchange/paper/core/history_query.h"
#include "exchange/paper/core/wire_text.h"

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::toMs;
using namespace std::chrono_literals;

constexpr std::string_view success = R"({"code":200,"msg":"success"})";

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
    for (const PositionView &position : call.parts.engine.positions(call.parts.account, nameOf(*spec))) {
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

void assetRow(JsonWriter &json, const AccountView &account, bool isV3)
{
    json.beginObject()
        .field("asset", "USDT")
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
    const auto view = call.parts.engine.account(call.parts.account);
    if (!view) {
        return tl::unexpected{view.error()};
    }
    JsonWriter json;
    json.beginObject();
    if (!isV3) {
        json.field("feeTier", 0)
            .field("feeBurn", false)
            .field("canTrade", true)
            .field("canDeposit", true)
            .field("canWithdraw", true)
            .field("updateTime", 0)
            .field("multiAssetsMargin", false)
            .field("tradeGroupId", -1);
    }
    json.field("totalInitialMargin", wire::amount(view->initialMargin))
        .field("totalMaintMargin", wire::amount(view->maintMargin))
        .field("totalWalletBalance", wire::amount(view->walletBalance))
        .field("totalUnrealizedProfit", wire::amount(view->unrealizedProfit))
        .field("totalMarginBalance", wire::amount(view->marginBalance))
        .field("totalPositionInitialMargin", wire::amount(view->positionInitialMargin))
        .field("totalOpenOrderInitialMargin", wire::amount(view->openOrderInitialMargin))
        .field("totalCrossWalletBalance", wire::amount(view->crossWalletBalance))
        .field("totalCrossUnPnl", wire::amount(view->crossUnrealizedProfit))
        .field("availableBalance", wire::amount(view->availableBalance))
        .field("maxWithdrawAmount", wire::amount(view->maxWithdrawAmount));
    json.key("assets").beginArray();
    assetRow(json, *view, isV3);
    json.endArray();
    json.key("positions").beginArray();
    const auto positions =
        isV3 ? view->positions : call.parts.engine.positions(call.parts.account, std::nullopt);
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
    const auto view = call.parts.engine.account(call.parts.account);
    if (!view) {
        return tl::unexpected{view.error()};
    }
    JsonWriter json;
    json.beginArray()
        .beginObject()
        .field("accountAlias", "PaPr")
        .field("asset", "USDT")
        .field("balance", wire::amount(view->walletBalance))
        .field("crossWalletBalance", wire::amount(view->crossWalletBalance))
        .field("crossUnPnl", wire::amount(view->crossUnrealizedProfit))
        .field("availableBalance", wire::amount(view->availableBalance))
        .field("maxWithdrawAmount", wire::amount(view->maxWithdrawAmount))
        .field("marginAvailable", true)
        .field("updateTime", toMs(view->updatedAt))
        .endObject()
        .endArray();
    return json.take();
}

Result<std::string> accountConfig(const ApiCall &call)
{
    JsonWriter json;
    json.beginObject()
        .field("feeTier", 0)
        .field("canTrade", true)
        .field("canDeposit", true)
        .field("canWithdraw", true)
        .field("dualSidePosition", call.parts.engine.isHedgeMode(call.parts.account))
        .field("updateTime", 0)
        .field("multiAssetsMargin", false)
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
    for (const SymbolConfigView &row : call.parts.engine.symbolConfigs(call.parts.account, nameOf(*spec))) {
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
    const auto rates = call.parts.engine.commissionRate(call.parts.account, (*spec)->symbol);
    if (!rates) {
        return tl::unexpected{rates.error()};
    }
    JsonWriter json;
    json.beginObject()
        .field("symbol", (*spec)->symbol)
        .field("makerCommissionRate", rates->maker.toFixed(6))
        .field("takerCommissionRate", rates->taker.toFixed(6))
        .field("rpiCommissionRate", "0.000050")
        .endObject();
    return json.take();
}

Result<std::string> setLeverage(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto leverage = call.parameters.integer("leverage");
    if (!spec || !leverage || !*leverage) {
        return spec ? missing("leverage") : tl::unexpected{spec.error()};
    }
    const int wanted = static_cast<int>(std::clamp<std::int64_t>(**leverage, -1, 1'000'000));
    const auto config = call.parts.engine.setLeverage(call.parts.account, (*spec)->symbol, wanted, call.now);
    if (!config) {
        return tl::unexpected{config.error()};
    }
    JsonWriter json;
    json.beginObject()
        .field("leverage", config->leverage)
        .field("maxNotionalValue", config->maxNotional.toString())
        .field("symbol", config->symbol)
        .endObject();
    return json.take();
}

Result<std::string> setMarginType(const ApiCall &call)
{
    const auto spec = call.symbol();
    const std::string type = call.parameters.text("marginType");
    if (!spec || (type != "ISOLATED" && type != "CROSSED")) {
        return spec ? missing("marginType") : tl::unexpected{spec.error()};
    }
    return call.parts.engine
        .setMarginType(call.parts.account, (*spec)->symbol, domain::parseMarginType(type), call.now)
        .map([] { return std::string{success}; });
}

Result<std::string> positionMode(const ApiCall &call)
{
    JsonWriter json;
    json.beginObject()
        .field("dualSidePosition", call.parts.engine.isHedgeMode(call.parts.account))
        .endObject();
    return json.take();
}

Result<std::string> setPositionMode(const ApiCall &call)
{
    const std::string dual = call.parameters.text("dualSidePosition");
    if (dual != "true" && dual != "false") {
        return missing("dualSidePosition");
    }
    return call.parts.engine.setHedgeMode(call.parts.account, dual == "true", call.now).map([] {
        return std::string{success};
    });
}

Result<std::string> multiAssetsMode(const ApiCall & /*call*/)
{
    return R"({"multiAssetsMargin":false})";
}

Result<std::string> positionMargin(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto amount = domain::Money::parse(call.parameters.text("amount"));
    const auto type = call.parameters.integer("type");
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    if (!amount) {
        return missing("amount");
    }
    if (!type || !*type || (**type != 1 && **type != 2)) {
        return missing("type");
    }
    const PositionSide side = domain::parsePositionSide(call.parameters.text("positionSide"));
    const auto changed = call.parts.engine.changePositionMargin(
        call.parts.account, (*spec)->symbol, side, *amount, static_cast<int>(**type), call.now);
    if (!changed) {
        return tl::unexpected{changed.error()};
    }
    JsonWriter json;
    json.beginObject();
    json.key("amount").raw(amount->toString());
    json.field("code", 200)
        .field("msg", "Successfully modify position margin.")
        .field("type", **type)
        .endObject();
    return json.take();
}

Result<std::string> marginHistory(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto query = historyQuery(call, "", 500, 500);
    if (!spec || !query) {
        return tl::unexpected{spec ? query.error() : spec.error()};
    }
    JsonWriter json;
    json.beginArray();
    for (const MarginChange &row : call.parts.engine.marginChanges(call.parts.account, *query)) {
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

Result<std::optional<IncomeType>> incomeTypeOf(const ApiCall &call)
{
    const std::string word = call.parameters.text("incomeType");
    if (word.empty()) {
        return std::optional<IncomeType>{};
    }
    for (const IncomeType type : {IncomeType::Transfer, IncomeType::RealizedPnl, IncomeType::FundingFee,
             IncomeType::Commission, IncomeType::InsuranceClear}) {
        if (toWire(type) == word) {
            return std::optional{type};
        }
    }
    return failure(ErrorCode::Rejected, "Parameter 'incomeType' is invalid.", -1130);
}

Result<std::string> income(const ApiCall &call)
{
    const auto type = incomeTypeOf(call);
    const auto page = call.parameters.integer("page");
    auto query = historyQuery(call, "", 100, 1'000);
    if (!type || !page || !query) {
        return tl::unexpected{!type ? type.error() : !page ? page.error() : query.error()};
    }
    const std::size_t perPage = query->limit;
    const auto pageNumber = static_cast<std::size_t>(std::clamp<std::int64_t>(page->value_or(1), 1, 10'000));
    query->limit = perPage * pageNumber;
    const auto rows = call.parts.engine.income(call.parts.account, *query, *type);
    JsonWriter json;
    json.beginArray();
    const std::size_t first = page->has_value() ? perPage * (pageNumber - 1) : 0;
    for (std::size_t i = first; i < rows.size(); ++i) {
        const Income &row = rows[i];
        json.beginObject()
            .field("symbol", row.symbol)
            .field("incomeType", toWire(row.type))
            .field("income", wire::amount(row.amount))
            .field("asset", "USDT")
            .field("info", toWire(row.type))
            .field("time", toMs(row.at))
            .field("tranId", row.tranId)
            .field("tradeId", row.tradeId == 0 ? std::string{} : std::to_string(row.tradeId))
            .endObject();
    }
    return json.endArray().take();
}

Result<std::string> orderRateLimit(const ApiCall &call)
{
    JsonWriter json;
    json.beginArray();
    for (const auto &[interval, number, limit] : {std::tuple{"SECOND", 10, call.limits.ordersPer10s},
             std::tuple{"MINUTE", 1, call.limits.ordersPerMinute}}) {
        json.beginObject()
            .field("rateLimitType", "ORDERS")
            .field("interval", interval)
            .field("intervalNum", number)
            .field("limit", limit)
            .endObject();
    }
    return json.endArray().take();
}

std::string listenKeyBody(const std::string &key)
{
    JsonWriter json;
    json.beginObject().field("listenKey", key).endObject();
    return json.take();
}

Result<std::string> openListenKey(const ApiCall &call)
{
    return listenKeyBody(call.parts.listenKeys.open(call.now));
}

Result<std::string> extendListenKey(const ApiCall &call)
{
    const auto key = call.parts.listenKeys.extend(call.now);
    if (!key) {
        return failure(ErrorCode::Rejected, "This listenKey does not exist.", -1125);
    }
    return listenKeyBody(*key);
}

Result<std::string> closeListenKey(const ApiCall &call)
{
    call.parts.listenKeys.close();
    return "{}";
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
    if (*start && *end && **end - **start > widest.count()) {
        return failure(ErrorCode::Rejected, "Search time range must be within 7 days.", -4165);
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
    return query;
}

const std::vector<Endpoint> &accountEndpoints()
{
    constexpr auto isSigned = Security::Signed;
    static const std::vector<Endpoint> endpoints{
        {"GET", "/fapi/v3/positionRisk", isSigned, constantWeight<5>, positionRiskV3},
        {"GET", "/fapi/v2/positionRisk", isSigned, constantWeight<5>, positionRiskV2},
        {"GET", "/fapi/v3/account", isSigned, constantWeight<5>, accountV3},
        {"GET", "/fapi/v2/account", isSigned, constantWeight<5>, accountV2},
        {"GET", "/fapi/v3/balance", isSigned, constantWeight<5>, balance},
        {"GET", "/fapi/v2/balance", isSigned, constantWeight<5>, balance},
        {"GET", "/fapi/v1/accountConfig", isSigned, constantWeight<5>, accountConfig},
        {"GET", "/fapi/v1/symbolConfig", isSigned, constantWeight<5>, symbolConfig},
        {"GET", "/fapi/v1/leverageBracket", isSigned, constantWeight<1>, leverageBracket},
        {"GET", "/fapi/v1/commissionRate", isSigned, constantWeight<20>, commissionRate},
        {"POST", "/fapi/v1/leverage", isSigned, constantWeight<1>, setLeverage},
        {"POST", "/fapi/v1/marginType", isSigned, constantWeight<1>, setMarginType},
        {"GET", "/fapi/v1/positionSide/dual", isSigned, constantWeight<30>, positionMode},
        {"POST", "/fapi/v1/positionSide/dual", isSigned, constantWeight<1>, setPositionMode},
        {"GET", "/fapi/v1/multiAssetsMargin", isSigned, constantWeight<30>, multiAssetsMode},
        {"POST", "/fapi/v1/positionMargin", isSigned, constantWeight<1>, positionMargin},
        {"GET", "/fapi/v1/positionMargin/history", isSigned, constantWeight<1>, marginHistory},
        {"GET", "/fapi/v1/income", isSigned, constantWeight<30>, income},
        {"GET", "/fapi/v1/rateLimit/order", isSigned, constantWeight<1>, orderRateLimit},
        {"POST", "/fapi/v1/listenKey", Security::Key, constantWeight<1>, openListenKey},
        {"PUT", "/fapi/v1/listenKey", Security::Key, constantWeight<1>, extendListenKey},
        {"DELETE", "/fapi/v1/listenKey", Security::Key, constantWeight<1>, closeListenKey},
    };
    return endpoints;
}

} // namespace paper
