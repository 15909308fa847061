#include "exchange/binance/desk_wire.h"

#include "exchange/binance/body.h"
#include "exchange/binance/error_classes.h"
#include "exchange/binance/order_mapping.h"
#include "exchange/binance/signing.h"
#include "exchange/binance/wire_account.h"
#include "exchange/binance/wire_orders.h"

namespace binance
{

using namespace domain;
using transport::AnswerClass;
using transport::Lane;
using transport::Priority;
using Outcome = DeskAnswer::Outcome;

namespace
{

constexpr Milliseconds orderTimeout{5'000}; // then its outcome counts as unknown

Priority priorityOf(Urgency urgency)
{
    switch (urgency) {
    case Urgency::Cancel:
        return Priority::Cancel;
    case Urgency::Reduce:
        return Priority::Reduce;
    case Urgency::Resolve:
        return Priority::Resolve;
    case Urgency::Open:
        break;
    }
    return Priority::Open;
}

void writeOne(Call &call, const PlaceOrder &what)
{
    call.verb = "POST";
    call.path = orderPath(isConditional(what.order.type));
    call.parameters = placementParameters(what.order);
    call.cost = {0, 1};
    call.delivery = transport::Delivery::Once;
    call.recvWindow = orderWindow;
}

void writeOne(Call &call, const AmendOrder &what)
{
    call.verb = "PUT";
    call.path = orderPath(false);
    call.parameters = identityParameters(what.ref);
    appendParameter(call.parameters, "side", toWire(what.side));
    appendParameter(call.parameters, "quantity", what.quantity.toString());
    appendParameter(call.parameters, "price", what.price.toString());
    call.cost = {1, 1};
    call.delivery = transport::Delivery::Once;
    call.recvWindow = orderWindow;
}

void writeOne(Call &call, const CancelOrder &what)
{
    call.verb = "DELETE";
    call.path = orderPath(what.ref.conditional);
    call.parameters = identityParameters(what.ref);
}

void writeOne(Call &call, const CancelSymbol &what)
{
    call.verb = "DELETE";
    call.path = what.isConditional ? "/fapi/v1/algoOpenOrders" : "/fapi/v1/allOpenOrders";
    appendParameter(call.parameters, "symbol", what.symbol);
}

void writeOne(Call &call, const QueryOrder &what)
{
    call.path = orderPath(what.ref.conditional);
    call.parameters = identityParameters(what.ref);
    call.lane = Lane::Queries;
}

void writeOne(Call &call, const ReadOpenOrders &what)
{
    call.path = what.isConditional ? "/fapi/v1/openAlgoOrders" : "/fapi/v1/openOrders";
    call.cost = {40, 0};
    call.lane = Lane::Queries;
}

void writeOne(Call &call, const ReadPositions &)
{
    call.path = "/fapi/v3/positionRisk";
    call.cost = {5, 0};
    call.lane = Lane::Queries;
}

void writeOne(Call &call, const ReadTrades &what)
{
    call.path = "/fapi/v1/userTrades";
    appendParameter(call.parameters, "symbol", what.symbol);
    if (what.orderId != 0) {
        appendParameter(call.parameters, "orderId", std::to_string(what.orderId));
    } else if (what.fromId != 0) {
        appendParameter(call.parameters, "fromId", std::to_string(what.fromId));
    } else {
        appendParameter(call.parameters, "startTime", std::to_string(toMs(what.since)));
        if (what.until != Timestamp{}) {
            appendParameter(call.parameters, "endTime", std::to_string(toMs(what.until)));
        }
    }
    appendParameter(call.parameters, "limit", "1000");
    call.cost = {5, 0};
    call.lane = Lane::Queries;
}

void writeOne(Call &call, const ReadForcedOrders &what)
{
    call.path = "/fapi/v1/forceOrders";
    appendParameter(call.parameters, "symbol", what.symbol);
    appendParameter(call.parameters, "startTime", std::to_string(toMs(what.since)));
    appendParameter(call.parameters, "endTime", std::to_string(toMs(what.until)));
    appendParameter(call.parameters, "limit", "100");
    call.cost = {20, 0};
    call.lane = Lane::Queries;
}

void writeOne(Call &call, const RenewDeadMan &what)
{
    call.verb = "POST";
    call.path = "/fapi/v1/countdownCancelAll";
    appendParameter(call.parameters, "symbol", what.symbol);
    appendParameter(call.parameters, "countdownTime", std::to_string(what.countdown.count()));
    call.cost = {10, 0};
}

// What could not be read of an answer that says yes: false makes it Unknown.

bool readOrder(std::string_view body, bool isAlgo, DeskAnswer &answer)
{
    if (isAlgo) {
        const auto report = parseAlgoOrder(body);
        if (report && !report->symbol.empty()) {
            answer.order = toOrder(*report);
        }
        return report.has_value();
    }
    const auto report = parseOrder(body);
    if (report) {
        answer.order = toOrder(*report);
    }
    return report.has_value();
}

bool readOne(const PlaceOrder &what, std::string_view body, DeskAnswer &answer)
{
    return readOrder(body, isConditional(what.order.type), answer) && answer.order &&
           answer.order->clientOrderId() == what.order.clientOrderId;
}

bool readOne(const AmendOrder &what, std::string_view body, DeskAnswer &answer)
{
    return readOrder(body, false, answer) && answer.order &&
           answer.order->clientOrderId() == what.ref.clientOrderId;
}

bool readOne(const CancelOrder &what, std::string_view body, DeskAnswer &answer)
{
    return readOrder(body, what.ref.conditional, answer);
}

bool readOne(const QueryOrder &what, std::string_view body, DeskAnswer &answer)
{
    // An answer about another order would be folded into that one, and this one's question stay open.
    return readOrder(body, what.ref.conditional, answer) && answer.order &&
           (what.ref.clientOrderId.empty() || answer.order->clientOrderId() == what.ref.clientOrderId);
}

bool readOne(const CancelSymbol &, std::string_view body, DeskAnswer &)
{
    return parseAcknowledgement(body).has_value();
}

template <class Reports> bool takeOrders(const Result<Reports> &reports, DeskAnswer &answer)
{
    if (reports) {
        for (const auto &report : *reports) {
            answer.orders.push_back(toOrder(report));
        }
    }
    return reports.has_value();
}

bool readOne(const ReadOpenOrders &what, std::string_view body, DeskAnswer &answer)
{
    return what.isConditional ? takeOrders(parseAlgoOrders(body), answer)
                              : takeOrders(parseOrders(body), answer);
}

bool readOne(const ReadForcedOrders &, std::string_view body, DeskAnswer &answer)
{
    return takeOrders(parseOrders(body), answer);
}

bool readOne(const ReadPositions &, std::string_view body, DeskAnswer &answer)
{
    const auto rows = parsePositionRisk(body);
    if (rows) {
        for (const auto &row : *rows) {
            const Position &position = row.position;
            answer.positions.push_back({position.symbol, position.positionSide,
                position.quantity * signOf(position.side), position.updatedAt});
        }
    }
    return rows.has_value();
}

bool readOne(const ReadTrades &, std::string_view body, DeskAnswer &answer)
{
    auto fills = parseUserTrades(body);
    if (fills) {
        answer.fills = std::move(*fills);
    }
    return fills.has_value();
}

bool readOne(const RenewDeadMan &, std::string_view body, DeskAnswer &)
{
    return body.find("\"countdownTime\"") != std::string_view::npos; // a captive portal renews nothing
}

} // namespace

Call callOf(const SendRequest &request)
{
    Call call;
    call.security = Security::Signed;
    call.priority = priorityOf(request.urgency);
    call.lane = Lane::Orders;
    call.coalesceKey = "desk " + std::to_string(request.id);
    call.maxTries = 1;
    call.timeout = orderTimeout;
    call.deadline = request.patience;
    std::visit([&call](const auto &what) { writeOne(call, what); }, request.what);
    return call;
}

DeskAnswer answerOf(const DeskRequest &what, const transport::PumpAnswer &reply, Timestamp now)
{
    DeskAnswer answer;
    if (reply.outcome == AnswerClass::Done) {
        answer.outcome = Outcome::Done;
        const bool isRead =
            std::visit([&](const auto &one) { return readOne(one, viewOf(reply.http.body), answer); }, what);
        if (!isRead) {
            answer = {};
            answer.outcome = Outcome::Unknown;
            answer.text = "The exchange's answer cannot be read; the outcome is being looked up.";
        }
        return answer;
    }
    const Error error = errorOf(reply, now);
    answer.venueCode = error.venueCode;
    answer.text = error.detail;
    switch (reply.outcome) {
    case AnswerClass::Rejected:
        answer.outcome = Outcome::Rejected;
        break;
    case AnswerClass::Ambiguous:
        answer.outcome = Outcome::Unknown;
        break;
    case AnswerClass::NotSent:
        answer.outcome = Outcome::NotSent;
        break;
    default:
        answer.outcome = Outcome::NotExecuted;
        break;
    }
    return answer;
}

} // namespace binance
