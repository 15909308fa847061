#pragma once

#include "tests/support/desk.h"

namespace support
{

/// Everything an order desk can show at once: for pictures.
inline void makeRich(Desk &desk)
{
    using domain::Alert;
    using domain::EndReason;
    using domain::OrderPhase;
    using domain::Price;
    using domain::Quantity;
    using Moment = domain::OrderMoment::Kind;
    using Step = domain::EmergencyReport::Step;
    const domain::Timestamp now = desk.clock.wallNow();
    const auto ms = [](std::int64_t count) { return domain::Milliseconds{count}; };
    const auto tell = [&](const char *id, OrderPhase phase, const char *price, std::int64_t age,
                          auto change) {
        domain::Order order = desk.order("BTCUSDT", id, phase);
        order.request.price = Price::literal(price);
        order.createdAt = now - ms(age);
        order.updatedAt = now;
        order.orderId = 4'611'686'018;
        change(order);
        emit desk.trading.orderChanged(order);
    };
    const auto nothing = [](domain::Order &) {};
    tell("x1a2b30001", OrderPhase::Queued, "63500.0", 300, nothing);
    tell("x1a2b30002", OrderPhase::InFlight, "63510.0", 900, nothing);
    tell("x1a2b30003", OrderPhase::Unknown, "63520.0", 4'200, nothing);
    tell("x1a2b30004", OrderPhase::Quarantined, "63530.0", 184'000,
        [](domain::Order &order) { order.reasonText = "No answer settles it since 12:04:10."; });
    tell("x1a2b30005", OrderPhase::Working, "63540.0", 86'000, [](domain::Order &order) {
        order.executedQty = Quantity::literal("0.100");
        order.cancelRequested = true;
    });
    tell("web_77", OrderPhase::Working, "63550.0", 7'200'000,
        [](domain::Order &order) { order.origin = domain::OrderOrigin::Foreign; });
    tell("autoclose-1", OrderPhase::Working, "63560.0", 2'000, [](domain::Order &order) {
        order.origin = domain::OrderOrigin::Liquidation;
        order.request.side = domain::Side::Sell;
    });
    tell("x1a2b30006", OrderPhase::Working, "0", 3'600'000, [](domain::Order &order) {
        order.request.type = domain::OrderType::StopMarket;
        order.request.triggerPrice = Price::literal("62800.0");
        order.request.side = domain::Side::Sell;
        order.request.reduceOnly = true;
    });
    int number = 0;
    for (const auto reason : {EndReason::Filled, EndReason::Canceled, EndReason::Rejected,
             EndReason::NotExecuted, EndReason::NeverAccepted, EndReason::LocalExpired}) {
        tell(("x1a2b3001" + std::to_string(number++)).c_str(), OrderPhase::Done, "64000.0", 60'000,
            [reason](domain::Order &order) { order.endReason = reason; });
    }
    desk.trading.stories["x1a2b30003"] = {{"x1a2b30003", now - ms(4'200), Moment::Asked, "ticket button"},
        {"x1a2b30003", now - ms(4'197), Moment::Kept, "intent on the disk in 3 ms"},
        {"x1a2b30003", now - ms(4'197), Moment::Queued, "class open, first in line"},
        {"x1a2b30003", now - ms(4'194), Moment::Sent, "POST /fapi/v1/order, 157 bytes, once"},
        {"x1a2b30003", now - ms(1'190), Moment::Alarmed, "the connection closed before an answer"},
        {"x1a2b30003", now - ms(1'100), Moment::Queried, "asked for by its client order id"},
        {"x1a2b30003", now - ms(1'020), Moment::Answered, "-2013, the order does not exist (first of three)"},
        {"x1a2b30003", now - ms(20), Moment::Heard, "stream: NEW, order 4611686018"},
        {"x1a2b30003", now, Moment::Filled, "0.100 at 63,520.0, maker"}};
    domain::EmergencyReport flatten;
    flatten.action = {domain::EmergencyAction::Kind::FlattenAll, {}};
    flatten.startedAt = now - ms(1'400);
    flatten.steps = {{"BTCUSDT", "x1a2b30001", "cancel BUY 0.250 at 63,500.0", Step::State::Done, "canceled"},
        {"BTCUSDT", "x1a2b30005", "cancel BUY 0.150 at 63,540.0", Step::State::Failed,
            "-2011: unknown order; it is being looked up"},
        {"BTCUSDT", "x1a2b30020", "close long 0.850 at the market", Step::State::Done, "filled at 65,121.9"},
        {"ETHUSDT", "x1a2b30021", "close short 6.400 at the market", Step::State::Waiting, "sent"}};
    emit desk.trading.emergencyProgressed(std::make_shared<domain::EmergencyReport>(flatten));
    const auto alert = [&](Alert::Kind kind, Alert::Severity severity, const char *id, const char *text) {
        emit desk.trading.alerted({kind, severity, id[0] ? "BTCUSDT" : "", id, text, now});
    };
    alert(Alert::Kind::Stream, Alert::Severity::Info, "", "The private stream is back after 2.1 s.");
    alert(Alert::Kind::Gate, Alert::Severity::Warning, "",
        "The gate is REDUCING: the account stream has a gap.");
    alert(Alert::Kind::Unprotected, Alert::Severity::Critical, "x1a2b30006",
        "The long position of 0.850 BTC has had no stop for 6 s.");
    alert(Alert::Kind::Unknown, Alert::Severity::Critical, "x1a2b30003",
        "The answer to BUY 0.250 at 63,520.0 was lost: the exchange may hold it.");
    for (int turn = 0; turn < 4; ++turn) {
        domain::ReconciliationReport report;
        report.why = turn == 0 ? "start" : turn == 3 ? "stream was lost" : "every minute";
        report.startedAt = now - ms(60'000 * (3 - turn));
        report.endedAt = report.startedAt + ms(312 + 17 * turn);
        report.orders = 6;
        report.conditionalOrders = 2;
        report.positions = 2;
        report.foreignOrders = 1;
        if (turn == 3) {
            report.differences = {{"BTCUSDT", "x1a2b30005", "WORKING, 0.100 filled", "WORKING, 0.150 filled",
                                      "the exchange's figure was adopted", false},
                {"SOLUSDT", "", "no position", "long 12", "nothing explains it: compare by hand", true}};
        }
        emit desk.trading.reconciled(std::make_shared<domain::ReconciliationReport>(report));
    }
    ports::HealthState health;
    for (const char *name : {"public", "market", "private"}) {
        ports::StreamHealth stream;
        stream.name = QString::fromLatin1(name);
        stream.state = ports::StreamHealth::State::Connected;
        stream.subscriptions = 4;
        stream.messages = 182'344;
        stream.silentFor = ms(120);
        stream.roundTrip = ms(34);
        health.streams.push_back(stream);
    }
    health.streams.back().state = ports::StreamHealth::State::Stale;
    health.streams.back().silentFor = ms(12'000);
    health.streams.back().reason =
        QStringLiteral("No message and no pong for 12 s; a new connection is opened.");
    health.budgets = {{QStringLiteral("weight 1m"), 1'312, 2'400, 240, 441, ms(31'000)},
        {QStringLiteral("orders 10s"), 3, 300, 60, 0, ms(4'000)},
        {QStringLiteral("orders 1m"), 1'011, 1'200, 240, 0, ms(41'000)}};
    health.queues = {{QStringLiteral("cancel"), 0, 100}, {QStringLiteral("reduce"), 0, 100},
        {QStringLiteral("resolve"), 1, 50}, {QStringLiteral("open"), 31, 50},
        {QStringLiteral("market"), 200, 200}, {QStringLiteral("history"), 0, 100}};
    health.breakers = {{QStringLiteral("orders"), ports::BreakerHealth::State::Open,
                           QStringLiteral("Two orders are unknown at once."), ms(4'100)},
        {QStringLiteral("queries"), ports::BreakerHealth::State::Closed, {}, {}}};
    health.clockOffset = ms(-12);
    health.clockUncertainty = ms(17);
    health.lastCommit = ms(3);
    health.pausedFor = ms(23'000);
    health.emergencyCancels = 8;
    health.unknownOrders = 1;
    health.openOrders = 8;
    health.venueNow = now;
    health.deadMen = {{"BTCUSDT", now + ms(103'000)}, {"ETHUSDT", {}}};
    health.gate = domain::GateState::CancelOnly;
    health.closures = {{domain::GateCause::Pause, domain::GateState::CancelOnly,
                           "The exchange asked for a pause (429).", now + ms(23'000), false},
        {domain::GateCause::Mismatch, domain::GateState::Reducing,
            "SOLUSDT: a position of 12 that nothing here explains.", std::nullopt, true},
        {domain::GateCause::Stream, domain::GateState::Reducing, "The account's stream has a gap.",
            std::nullopt, false}};
    health.tradeBlockedReason = QStringLiteral("The exchange asked for a pause (429).");
    desk.health.publish(health);
}

} // namespace support
