#include "exchange/paper/core/api.h"
#include "exchange/paper/core/history_query.h"
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

constexpr std::string_view success = R"({"code":200,"msg":"success"})";

Result<std::string> setLeverage(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto leverage = call.parameters.integer("leverage");
    if (!spec || !leverage || !*leverage) {
        return spec ? missing("leverage") : tl::unexpected{spec.error()};
    }
    const int wanted = static_cast<int>(std::clamp<std::int64_t>(**leverage, -1, 1'000'000));
    const auto config = call.parts.engine.setLeverage(call.account, (*spec)->symbol, wanted, call.now);
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
        .setMarginType(call.account, (*spec)->symbol, domain::parseMarginType(type), call.now)
        .map([] { return std::string{success}; });
}

Result<bool> truthOf(const ApiCall &call, std::string_view name)
{
    const std::string word = call.parameters.text(name);
    if (word != "true" && word != "false") {
        return missing(name);
    }
    return word == "true";
}

std::string truth(std::string_view name, bool value)
{
    JsonWriter json;
    return json.beginObject().field(name, value).endObject().take();
}

Result<std::string> positionMode(const ApiCall &call)
{
    return truth("dualSidePosition", call.parts.engine.isHedgeMode(call.account));
}

Result<std::string> setPositionMode(const ApiCall &call)
{
    return truthOf(call, "dualSidePosition")
        .and_then([&](bool hedge) { return call.parts.engine.setHedgeMode(call.account, hedge, call.now); })
        .map([] { return std::string{success}; });
}

Result<std::string> multiAssetsMode(const ApiCall &call)
{
    return truth("multiAssetsMargin", call.parts.engine.isMultiAssets(call.account));
}

Result<std::string> setMultiAssetsMode(const ApiCall &call)
{
    return truthOf(call, "multiAssetsMargin")
        .and_then([&](bool on) { return call.parts.engine.setMultiAssets(call.account, on, call.now); })
        .map([] { return std::string{success}; });
}

Result<std::string> feeBurn(const ApiCall &call)
{
    return truth("feeBurn", call.parts.engine.isFeeBurn(call.account));
}

Result<std::string> setFeeBurn(const ApiCall &call)
{
    return truthOf(call, "feeBurn")
        .and_then([&](bool on) { return call.parts.engine.setFeeBurn(call.account, on, call.now); })
        .map([] { return std::string{success}; });
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
        call.account, (*spec)->symbol, side, *amount, static_cast<int>(**type), call.now);
    if (!changed) {
        return tl::unexpected{changed.error()};
    }
    JsonWriter json;
    json.beginObject();
    json.key("amount").raw(amount->toFixed(std::max(1, amount->decimals())));
    json.field("code", 200)
        .field("msg", "Successfully modify position margin.")
        .field("type", **type)
        .endObject();
    return json.take();
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
    return listenKeyBody(call.parts.listenKeys.open(call.account, call.now));
}

Result<std::string> extendListenKey(const ApiCall &call)
{
    const auto key = call.parts.listenKeys.extend(call.account, call.now);
    if (!key) {
        return failure(ErrorCode::Rejected, "This listenKey does not exist.", -1125);
    }
    return listenKeyBody(*key);
}

Result<std::string> closeListenKey(const ApiCall &call)
{
    call.parts.listenKeys.close(call.account);
    return "{}";
}

// ------------------------------------------------------------------------------------- what is known of one

Result<std::string> adlQuantile(const ApiCall &call)
{
    const auto spec = call.optionalSymbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    const auto name = *spec == nullptr ? std::nullopt : std::optional{(*spec)->symbol};
    std::map<Symbol, std::vector<PositionView>> bySymbol;
    for (PositionView &row : call.parts.engine.positions(call.account, name)) {
        bySymbol[row.symbol].push_back(std::move(row));
    }
    JsonWriter json;
    const auto write = [&](const Symbol &symbol, const std::vector<PositionView> &rows) {
        const auto of = [&](PositionSide side) {
            const auto row = std::ranges::find(rows, side, &PositionView::positionSide);
            return row == rows.end() ? 0 : row->adl;
        };
        const bool isHedgedCross = rows.size() > 1 && rows.front().marginType == MarginType::Cross;
        json.beginObject().field("symbol", symbol).key("adlQuantile").beginObject();
        json.field("LONG", of(PositionSide::Long)).field("SHORT", of(PositionSide::Short));
        json.field(isHedgedCross ? "HEDGE" : "BOTH", of(PositionSide::Both)).endObject().endObject();
    };
    json.beginArray();
    for (const auto &[symbol, rows] : bySymbol) {
        const bool isHeld =
            std::ranges::any_of(rows, [](const PositionView &row) { return !row.amount.isZero(); });
        if (isHeld || name) {
            write(symbol, rows);
        }
    }
    return json.endArray().take();
}

/// The shares that the exchange's trading rules look at, of the last ten minutes' orders.
struct Conduct
{
    int orders = 0;
    int unfilled = 0;
    int cancelled = 0;
    int expired = 0; ///< IOC and FOK that came to nothing

    void add(const OrderRecord &order)
    {
        ++orders;
        const bool isImmediate =
            order.timeInForce == TimeInForce::Ioc || order.timeInForce == TimeInForce::Fok;
        unfilled += order.executedQty.isZero() ? 1 : 0;
        cancelled += order.status == OrderStatus::Canceled ? 1 : 0;
        expired += isImmediate && order.executedQty.isZero() ? 1 : 0;
    }
    std::string share(int part) const
    {
        return orders == 0 ? "0" : (Rate::of(part) / static_cast<std::int64_t>(orders)).toFixed(4);
    }
};

/// lockedUntil: 0 where it is not locked.
void indicator(JsonWriter &json, std::string_view name, const std::string &value, std::string_view trigger,
    std::int64_t lockedUntil = 0)
{
    json.beginObject().field("isLocked", lockedUntil != 0).field("plannedRecoverTime", lockedUntil);
    json.field("indicator", name);
    json.key("value").raw(value).key("triggerValue").raw(trigger).endObject();
}

Result<std::string> tradingStatus(const ApiCall &call)
{
    const auto spec = call.optionalSymbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    HistoryQuery query;
    query.symbol = *spec == nullptr ? std::nullopt : std::optional{(*spec)->symbol};
    query.from = call.now - 10min;
    query.limit = 10'000;
    std::map<Symbol, Conduct> bySymbol;
    if (query.symbol) {
        bySymbol[*query.symbol];
    }
    Conduct all;
    for (const OrderRecord &order : call.parts.engine.allOrders(call.account, query)) {
        bySymbol[order.symbol].add(order);
        all.add(order);
    }
    JsonWriter json;
    json.beginObject().key("indicators").beginObject();
    for (const auto &[symbol, conduct] : bySymbol) {
        json.key(symbol).beginArray();
        indicator(json, "UFR", conduct.share(conduct.unfilled), "0.995");
        indicator(json, "IFER", conduct.share(conduct.expired), "0.99");
        indicator(json, "GCR", conduct.share(conduct.cancelled), "0.99");
        indicator(json, "DR", "0", "0.99");
        json.endArray();
    }
    json.key("ACCOUNT").beginArray();
    constexpr int rulesBroken = -4400; // nobody knows when that is lifted; the rules speak of ten minutes
    const bool isLocked = call.parts.engine.restriction(call.account) == rulesBroken;
    indicator(json, "TMV", std::to_string(all.orders), "10000", isLocked ? toMs(call.now + 10min) : 0);
    json.endArray().endObject().field("updateTime", toMs(call.now)).endObject();
    return json.take();
}

// ------------------------------------------------------------------------------------- history downloads

constexpr std::int64_t longestDownloadMs = 366LL * 24 * 3'600'000;
constexpr std::size_t secondsDigits = 10;

/// The id of a download says what it holds, so nothing needs to be kept: kind, first and last second.
Result<std::string> downloadId(const ApiCall &call, char kind)
{
    const auto start = call.parameters.integer("startTime");
    const auto end = call.parameters.integer("endTime");
    if (!start || !*start || !end || !*end) {
        return missing(!start || !*start ? "startTime" : "endTime");
    }
    if (**start > **end) {
        return failure(ErrorCode::Rejected, "Start time is greater than end time.", -1023);
    }
    if (**end - **start > longestDownloadMs || **start < 0) {
        return failure(ErrorCode::Rejected, "More than 1 year between startTime and endTime.", -1127);
    }
    const auto digits = [](std::int64_t ms) {
        const std::string number = std::to_string(ms / 1'000);
        return std::string(secondsDigits - std::min(number.size(), secondsDigits), '0') + number;
    };
    JsonWriter json;
    json.beginObject()
        .field("avgCostTimestampOfLast30d", 1'000)
        .field("downloadId", kind + digits(**start) + digits(**end))
        .endObject();
    return json.take();
}

std::string csvOf(const ApiCall &call, char kind, const HistoryQuery &query)
{
    std::string csv;
    if (kind == '1') {
        csv = "time,symbol,orderId,clientOrderId,side,type,price,origQty,executedQty,status\n";
        for (const OrderRecord &row : call.parts.engine.allOrders(call.account, query)) {
            csv += std::to_string(toMs(row.createdAt)) + ',' + row.symbol + ',' +
                   std::to_string(row.orderId) + ',' + row.clientOrderId + ',' +
                   std::string{domain::toWire(row.side)} + ',' + std::string{domain::toWire(row.type)} + ',' +
                   row.price.toString() + ',' + row.origQty.toString() + ',' + row.executedQty.toString() +
                   ',' + std::string{domain::toWire(row.status)} + '\n';
        }
    } else if (kind == '2') {
        csv = "time,symbol,id,orderId,side,price,qty,realizedPnl,commission,commissionAsset\n";
        for (const UserTrade &row : call.parts.engine.userTrades(call.account, query)) {
            csv += std::to_string(toMs(row.at)) + ',' + row.symbol + ',' + std::to_string(row.id) + ',' +
                   std::to_string(row.orderId) + ',' + std::string{domain::toWire(row.side)} + ',' +
                   row.price.toString() + ',' + row.quantity.toString() + ',' + row.realizedPnl.toString() +
                   ',' + row.commission.toString() + ',' + row.commissionAsset + '\n';
        }
    } else {
        csv = "time,symbol,incomeType,income,asset,tranId\n";
        for (const Income &row : call.parts.engine.income(call.account, query)) {
            csv += std::to_string(toMs(row.at)) + ',' + row.symbol + ',' + std::string{toWire(row.type)} +
                   ',' + row.amount.toString() + ',' + row.asset + ',' + std::to_string(row.tranId) + '\n';
        }
    }
    return csv;
}

/// The file itself is the link: a data URL.
Result<std::string> downloadLink(const ApiCall &call, char kind)
{
    const std::string id = call.parameters.text("downloadId");
    const bool isOurs = id.size() == 1 + 2 * secondsDigits && id.front() == kind &&
                        std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
    if (!isOurs) {
        return missing("downloadId");
    }
    HistoryQuery query;
    query.from = domain::timestampFromMs(std::stoll(id.substr(1, secondsDigits)) * 1'000);
    query.to = domain::timestampFromMs(std::stoll(id.substr(1 + secondsDigits)) * 1'000 + 999);
    query.limit = 100'000;
    std::string url = "data:text/csv,";
    for (const char c : csvOf(call, kind, query)) {
        if (c == '\n') {
            url += "%0A";
        } else {
            url += c;
        }
    }
    JsonWriter json;
    json.beginObject().field("downloadId", id).field("status", "completed").field("url", url);
    json.field("notified", true).field("expirationTimestamp", toMs(call.now + 24h)).key("isExpired").null();
    return json.endObject().take();
}

template <char kind> Result<std::string> downloadId(const ApiCall &call)
{
    return downloadId(call, kind);
}

template <char kind> Result<std::string> downloadLink(const ApiCall &call)
{
    return downloadLink(call, kind);
}

} // namespace

const std::vector<Endpoint> &settingsEndpoints()
{
    constexpr auto isSigned = Security::Signed;
    static const std::vector<Endpoint> endpoints{
        {"POST", "/fapi/v1/leverage", isSigned, constantWeight<1>, setLeverage, 0, 0, LimitPool::Weight,
            "symbol* leverage*"},
        {"POST", "/fapi/v1/marginType", isSigned, constantWeight<1>, setMarginType, 0, 0, LimitPool::Weight,
            "symbol* marginType*"},
        {"GET", "/fapi/v1/positionSide/dual", isSigned, constantWeight<30>, positionMode},
        {"POST", "/fapi/v1/positionSide/dual", isSigned, constantWeight<1>, setPositionMode, 0, 0,
            LimitPool::Weight, "dualSidePosition*"},
        {"GET", "/fapi/v1/multiAssetsMargin", isSigned, constantWeight<30>, multiAssetsMode},
        {"POST", "/fapi/v1/positionMargin", isSigned, constantWeight<1>, positionMargin, 0, 0,
            LimitPool::Weight, "symbol* amount* type* positionSide"},
        {"GET", "/fapi/v1/rateLimit/order", isSigned, constantWeight<1>, orderRateLimit},
        {"POST", "/fapi/v1/listenKey", Security::Key, constantWeight<1>, openListenKey},
        {"PUT", "/fapi/v1/listenKey", Security::Key, constantWeight<1>, extendListenKey},
        {"DELETE", "/fapi/v1/listenKey", Security::Key, constantWeight<1>, closeListenKey},
        {"POST", "/fapi/v1/multiAssetsMargin", isSigned, constantWeight<1>, setMultiAssetsMode, 0, 0,
            LimitPool::Weight, "multiAssetsMargin*"},
        {"GET", "/fapi/v1/feeBurn", isSigned, constantWeight<30>, feeBurn},
        {"POST", "/fapi/v1/feeBurn", isSigned, constantWeight<1>, setFeeBurn, 0, 0, LimitPool::Weight,
            "feeBurn*"},
        {"GET", "/fapi/v1/adlQuantile", isSigned, constantWeight<5>, adlQuantile, 0, 0, LimitPool::Weight,
            "symbol"},
        {"GET", "/fapi/v1/apiTradingStatus", isSigned, weightBySymbol<1, 10>, tradingStatus, 0, 0,
            LimitPool::Weight, "symbol"},
        {"GET", "/fapi/v1/order/asyn", isSigned, constantWeight<1'000>, downloadId<'1'>, 0, 0,
            LimitPool::Weight, "startTime* endTime*"},
        {"GET", "/fapi/v1/order/asyn/id", isSigned, constantWeight<10>, downloadLink<'1'>, 0, 0,
            LimitPool::Weight, "downloadId*"},
        {"GET", "/fapi/v1/trade/asyn", isSigned, constantWeight<1'000>, downloadId<'2'>, 0, 0,
            LimitPool::Weight, "startTime* endTime*"},
        {"GET", "/fapi/v1/trade/asyn/id", isSigned, constantWeight<10>, downloadLink<'2'>, 0, 0,
            LimitPool::Weight, "downloadId*"},
        {"GET", "/fapi/v1/income/asyn", isSigned, constantWeight<1'000>, downloadId<'3'>, 0, 0,
            LimitPool::Weight, "startTime* endTime*"},
        {"GET", "/fapi/v1/income/asyn/id", isSigned, constantWeight<10>, downloadLink<'3'>, 0, 0,
            LimitPool::Weight, "downloadId*"},
    };
    return endpoints;
}

} // namespace paper
