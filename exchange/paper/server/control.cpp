#include "exchange/paper/server/control.h"

#include "exchange/paper/core/fault_rules.h"
#include "exchange/paper/core/fault_texts.h"
#include "exchange/paper/core/json.h"
#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/standing.h"
#include "exchange/paper/core/website.h"
#include "models/domain/risk/brackets.h"

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace paper
{
namespace
{

constexpr std::size_t mostCounted = 1'000'000;
const std::string done = R"({"done":true})";

Response refusal(int status, const std::string &sentence)
{
    JsonWriter json;
    json.beginObject().field("error", sentence).endObject();
    return {status, json.take(), "application/json", {}};
}

QJsonObject objectOf(const Request &request)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(request.body)).object();
}

/// Floors and maintenance amounts follow from caps and rates (reference 10.2).
domain::Result<domain::LeverageBrackets> readBrackets(const QJsonArray &rows)
{
    domain::LeverageBrackets brackets;
    domain::LeverageBracket before;
    before.notionalCap = domain::Money{};
    before.maintenanceMarginRate = domain::Rate{};
    for (const QJsonValue &row : rows) {
        const auto cap = domain::Money::parse(row[u"notionalCap"].toString().toStdString());
        const auto rate = domain::Rate::parse(row[u"maintMarginRatio"].toString().toStdString());
        domain::LeverageBracket bracket;
        bracket.bracket = static_cast<int>(brackets.size()) + 1;
        bracket.maxLeverage = row[u"initialLeverage"].toInt();
        if (!cap || !rate || bracket.maxLeverage < 1) {
            return domain::failure(domain::ErrorCode::Malformed,
                "\"brackets\" holds a row without initialLeverage, notionalCap (a text) or maintMarginRatio "
                "(a "
                "text).");
        }
        bracket.notionalFloor = before.notionalCap;
        bracket.notionalCap = *cap;
        bracket.maintenanceMarginRate = *rate;
        if (!brackets.empty()) {
            bracket.maintenanceAmount =
                before.maintenanceAmount + bracket.notionalFloor * (*rate - before.maintenanceMarginRate);
        }
        before = bracket;
        brackets.push_back(bracket);
    }
    return domain::validatedBrackets(std::move(brackets));
}

} // namespace

void Control::count(const Request &request)
{
    if (isPlacing(request) && m_onTheWire.size() < mostCounted) {
        for (const std::string &id : clientIdsOf(request)) {
            ++m_onTheWire[id];
        }
    }
}

Response Control::handle(Timestamp now, const Request &request)
{
    if (request.apiKey != m_apiKey) {
        return refusal(401, "The header X-MBX-APIKEY must hold the account's key.");
    }
    return answer(now, request);
}

Response Control::answer(Timestamp now, const Request &request)
{
    const auto is = [&](std::string_view method, std::string_view path) {
        return request.method == method && request.path == path;
    };
    if (is("GET", "/control/faults")) {
        return {200, faultsReport(m_parts.faults), "application/json", {}};
    }
    if (is("POST", "/control/faults")) {
        return addRules(request);
    }
    if (is("DELETE", "/control/faults")) {
        const std::string number = parameterOf(request, "rule");
        if (number.empty()) {
            m_parts.faults.clear();
            m_parts.streams.release();
        } else if (!m_parts.faults.remove(QByteArray::fromStdString(number).toInt())) {
            return refusal(404, "There is no rule " + number + ".");
        }
        return {200, faultsReport(m_parts.faults), "application/json", {}};
    }
    if (is("POST", "/control/enabled")) {
        const QJsonValue enabled = objectOf(request)[u"enabled"];
        if (!enabled.isBool()) {
            return refusal(400, "\"enabled\" is missing; allowed is true or false.");
        }
        m_parts.faults.setEnabled(enabled.toBool());
        return {200, done, "application/json", {}};
    }
    if (is("POST", "/control/happen")) {
        return happen(now, request);
    }
    if (is("POST", "/control/mark")) {
        return setMark(now, request);
    }
    if (is("POST", "/control/brackets")) {
        return setBrackets(now, request);
    }
    if (is("POST", "/control/restrict")) {
        return restrict(request);
    }
    if (is("POST", "/control/transfer")) {
        return transfer(now, request);
    }
    if (is("POST", "/control/scenario")) {
        return setScenario(now, request);
    }
    if (is("POST", "/control/order")) {
        return placeOrder(now, request);
    }
    if (is("POST", "/control/remember")) {
        m_remembered = markOf(m_parts.exchange.engine(), PaperExchange::account);
        m_told = {};
        return {200, done, "application/json", {}};
    }
    if (is("GET", "/control/leftovers")) {
        return tellLeftovers();
    }
    if (is("DELETE", "/control/leftovers")) {
        return takeLeftovers(now);
    }
    if (is("GET", "/control/standing")) {
        const Standing standing = standingOf(m_parts.exchange.engine(), PaperExchange::account);
        JsonWriter json;
        json.beginObject()
            .field("exposure", standing.exposure.toString())
            .field("unguarded", standing.unguarded.toString())
            .field("working", standing.working)
            .endObject();
        return {200, json.take(), "application/json", {}};
    }
    if (is("GET", "/control/wire")) {
        JsonWriter json;
        json.beginObject();
        for (const auto &[id, times] : m_onTheWire) {
            json.field(id, times);
        }
        return {200, json.endObject().take(), "application/json", {}};
    }
    if (is("GET", "/control/breaches")) {
        JsonWriter json;
        json.beginArray();
        for (const std::string &breach : m_parts.exchange.engine().checkInvariants()) {
            json.text(breach);
        }
        return {200, json.endArray().take(), "application/json", {}};
    }
    return refusal(404, request.method + " " + request.path + " is no part of the control interface.");
}

Response Control::addRules(const Request &request)
{
    auto file = readFaultFile(request.body);
    if (!file) {
        return refusal(400, file.error().detail);
    }
    if (!file->profile.empty()) {
        m_parts.faults.clear();
        for (FaultRule &rule : file->profile == "storm" ? stormRules() : standardRules()) {
            m_parts.faults.add(std::move(rule));
        }
    }
    for (FaultRule &rule : file->rules) {
        m_parts.faults.add(std::move(rule));
    }
    return {200, faultsReport(m_parts.faults), "application/json", {}};
}

Response Control::happen(Timestamp now, const Request &request)
{
    QJsonObject object = objectOf(request);
    const bool isEnd = object.take(QStringLiteral("end")).toBool();
    const auto rule =
        readFaultRule(QJsonDocument{object}.toJson(QJsonDocument::Compact).toStdString(), "The happening");
    if (!rule) {
        return refusal(400, rule.error().detail);
    }
    if (!isHappening(rule->kind) && rule->kind != FaultKind::GoSilent) {
        return refusal(400,
            std::string{toWire(rule->kind)} + " strikes requests or messages; post it to /control/faults.");
    }
    if (rule->kind == FaultKind::ClockStep) {
        m_parts.faults.setClockAhead(m_parts.faults.clockAhead() + rule->delay);
        return {200, done, "application/json", {}};
    }
    Happening happening{rule->kind, rule->symbol, rule->route, rule->delay, rule->text,
        std::max(rule->weight, 1), isEnd, hashOf(m_parts.seed, ++m_happened)};
    if (!carryOut(happening, m_parts.exchange, m_parts.streams, now)) {
        return refusal(409, "Nothing served: there is no such position, order, key or symbol.");
    }
    noteLasting(happening);
    if (hasEnd(rule->kind) && !isEnd && rule->delay.count() > 0) {
        happening.isEnd = true;
        m_parts.faults.later(now + rule->delay, std::move(happening));
    }
    return {200, done, "application/json", {}};
}

Response Control::setMark(Timestamp now, const Request &request)
{
    const QJsonObject object = objectOf(request);
    const Symbol symbol = object[u"symbol"].toString().toStdString();
    Engine &engine = m_parts.exchange.engine();
    if (engine.spec(symbol) == nullptr) {
        return refusal(400, "\"symbol\" is unknown; allowed is a symbol of exchangeInfo.");
    }
    if (!object.contains(u"price")) {
        engine.followComputedMark(symbol, now);
    } else {
        const auto price = Price::parse(object[u"price"].toString().toStdString());
        if (!price || !price->isPositive()) {
            return refusal(400, "\"price\" is no price; allowed is a decimal above 0 as a text.");
        }
        engine.setMarkPrice(symbol, *price, now);
    }
    m_parts.exchange.settle(now);
    return {200, done, "application/json", {}};
}

Response Control::setBrackets(Timestamp now, const Request &request)
{
    const QJsonObject object = objectOf(request);
    const Symbol symbol = object[u"symbol"].toString().toStdString();
    const auto &contracts = m_parts.exchange.market().contracts();
    const auto contract =
        std::ranges::find(contracts, symbol, [](const Contract &each) { return each.spec.symbol; });
    if (contract == contracts.end()) {
        return refusal(400, "\"symbol\" is unknown; allowed is a symbol of exchangeInfo.");
    }
    LeverageBrackets brackets = contract->brackets;
    if (object.contains(u"brackets")) {
        auto read = readBrackets(object[u"brackets"].toArray());
        if (!read) {
            return refusal(400, read.error().detail);
        }
        brackets = std::move(*read);
    }
    m_parts.exchange.engine().setBrackets(symbol, std::move(brackets), now);
    m_parts.exchange.settle(now);
    return {200, done, "application/json", {}};
}

Response Control::restrict(const Request &request)
{
    const QJsonObject object = objectOf(request);
    Engine &engine = m_parts.exchange.engine();
    if (object.contains(u"code")) {
        const auto set = engine.setRestriction(PaperExchange::account, object[u"code"].toInt());
        return set ? Response{200, done, "application/json", {}} : refusal(400, set.error().detail);
    }
    const Symbol symbol = object[u"symbol"].toString().toStdString();
    if (engine.spec(symbol) == nullptr) {
        return refusal(400, "\"symbol\" is unknown; allowed is a symbol of exchangeInfo.");
    }
    if (object.contains(u"side")) {
        const std::string word = object[u"side"].toString().toStdString();
        for (const PositionControl control :
            {PositionControl::None, PositionControl::Both, PositionControl::Buy, PositionControl::Sell}) {
            if (toWire(control) == word) {
                engine.setPositionControl(symbol, control);
                return {200, done, "application/json", {}};
            }
        }
        return refusal(400, "\"side\" is unknown; allowed are NONE, BOTH, BUY and SELL.");
    }
    constexpr int widest = 1'000;
    const auto down = Rate::parse(object[u"triggerDown"].toString().toStdString());
    const auto up = Rate::parse(object[u"triggerUp"].toString().toStdString());
    if (!down || !up || down->isNegative() || *up < *down || *up > Rate::of(widest)) {
        return refusal(400, "\"triggerDown\" and \"triggerUp\" are no two decimals from 0 to 1000 as texts.");
    }
    engine.setTriggerBand(symbol, *down, *up);
    return {200, done, "application/json", {}};
}

Response Control::transfer(Timestamp now, const Request &request)
{
    const QJsonObject object = objectOf(request);
    const auto amount = Money::parse(object[u"amount"].toString().toStdString());
    if (!amount || amount->isZero()) {
        return refusal(400, "\"amount\" is no decimal besides 0 as a text.");
    }
    const std::string asset = object[u"asset"].toString().toStdString();
    Engine &engine = m_parts.exchange.engine();
    const auto moved = asset == settlementAsset
                           ? engine.transfer(PaperExchange::account, *amount, now)
                           : engine.transferAsset(PaperExchange::account, asset, *amount, now);
    m_parts.exchange.settle(now);
    return moved ? Response{200, done, "application/json", {}} : refusal(409, moved.error().detail);
}

Response Control::setScenario(Timestamp now, const Request &request)
{
    PaperExchange &exchange = m_parts.exchange;
    const std::string text = objectOf(request)[u"scenario"].toString().toStdString();
    const auto set = parseScenario(text).and_then([&](const Scenario &scenario) {
        return exchange.market().setScenario(scenario, exchange.engine(), now);
    });
    exchange.settle(now);
    return set ? Response{200, done, "application/json", {}} : refusal(400, set.error().detail);
}

Response Control::placeOrder(Timestamp now, const Request &request)
{
    const QJsonObject object = objectOf(request);
    const auto text = [&](const char *name) {
        return object[QLatin1StringView{name}].toString().toStdString();
    };
    PaperExchange &exchange = m_parts.exchange;
    const auto placed = placeOnWebsite(exchange.engine(), PaperExchange::account,
        {text("symbol"), text("side"), text("type"), text("notional"), text("awayPercent")}, now);
    exchange.settle(now);
    return placed ? Response{200, done, "application/json", {}}
                  : refusal(placed.error().venueCode == 0 ? 400 : 409, placed.error().detail);
}

Response Control::tellLeftovers()
{
    if (m_remembered) {
        m_told = leftoversSince(*m_remembered, m_parts.exchange.engine(), PaperExchange::account);
    }
    const Leftovers &left = m_told;
    JsonWriter json;
    json.beginObject().key("positions").beginArray();
    for (const Leftovers::Position &position : left.positions) {
        json.beginObject()
            .field("symbol", position.symbol)
            .field("positionSide", domain::toWire(position.positionSide))
            .field("amount", position.amount.toString())
            .field("notional", position.notional.toString())
            .endObject();
    }
    json.endArray().key("orders").beginArray();
    for (const OrderRecord &order : left.orders) {
        json.beginObject().field("symbol", order.symbol).field("id", order.clientOrderId).endObject();
    }
    for (const ConditionalRecord &order : left.conditional) {
        json.beginObject().field("symbol", order.symbol).field("id", order.clientAlgoId).endObject();
    }
    json.endArray().endObject();
    return {200, json.take(), "application/json", {}};
}

Response Control::takeLeftovers(Timestamp now)
{
    PaperExchange &exchange = m_parts.exchange;
    const auto taken =
        m_remembered ? closeLeftovers(m_told, *m_remembered, exchange.engine(), PaperExchange::account, now)
                     : Result<void>{};
    exchange.settle(now);
    return taken ? Response{200, done, "application/json", {}} : refusal(409, taken.error().detail);
}

} // namespace paper
