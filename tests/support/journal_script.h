#pragma once

#include "app/client_order_ids.h"
#include "models/domain/orders/journal_entry.h"

#include <random>
#include <string>
#include <vector>

namespace support
{

/// What an order desk hands to the journal in a day, made up from a seed: orders that are asked for, sent,
/// filled in parts or cancelled, with their time lines, and notes in between.
class JournalScript
{
public:
    explicit JournalScript(std::uint32_t seed = 1) : m_random{seed} {}

    /// The appends of so many orders, in the order of time.
    std::vector<domain::JournalEntries> appends(int orders)
    {
        std::vector<domain::JournalEntries> all;
        for (int n = 0; n < orders; ++n) {
            lifeOf(n, all);
        }
        return all;
    }

    /// An order with every member set.
    static domain::Order order(const std::string &id)
    {
        domain::Order made;
        made.request.symbol = "BTCUSDT";
        made.request.side = domain::Side::Sell;
        made.request.positionSide = domain::PositionSide::Short;
        made.request.type = domain::OrderType::TrailingStopMarket;
        made.request.timeInForce = domain::TimeInForce::GteGtc;
        made.request.quantity = domain::Quantity::literal("0.001");
        made.request.price = domain::Price::literal("65000.1");
        made.request.triggerPrice = domain::Price::literal("64000.000000000001");
        made.request.activatePrice = domain::Price::literal("66000");
        made.request.callbackRate = domain::Rate::literal("0.5");
        made.request.workingType = domain::WorkingType::ContractPrice;
        made.request.reduceOnly = true;
        made.request.clientOrderId = id;
        made.createdAt = domain::timestampFromMs(1'760'000'000'123);
        made.updatedAt = made.createdAt;
        return made;
    }
    static std::string id(int n) { return app::client_order_ids::make("0A1B2", 1, static_cast<unsigned>(n)); }

private:
    void lifeOf(int n, std::vector<domain::JournalEntries> &all)
    {
        using namespace domain;
        using Kind = OrderMoment::Kind;
        Order one = order(id(n));
        m_now += Milliseconds{m_random() % 5'000};
        one.createdAt = one.updatedAt = m_now;
        all.push_back({moment(one, Kind::Asked, "ticket, buy button"), JournalIntent{one}});
        one.phase = OrderPhase::InFlight;
        all.push_back({moment(one, Kind::Kept, ""), moment(one, Kind::Sent, "signed and handed over"),
            JournalState{one}});
        one.phase = OrderPhase::Working;
        one.status = OrderStatus::New;
        one.orderId = 8'389'765'519'993'000'000 + n;
        all.push_back({moment(one, Kind::Answered, "NEW"), JournalState{one}});
        if (n % 3 == 0) {
            one.cancelRequested = true;
            all.push_back({moment(one, Kind::CancelAsked, "orders panel"), JournalState{one}});
            finish(one, EndReason::Canceled, OrderStatus::Canceled);
            all.push_back({moment(one, Kind::Ended, "cancelled"), JournalState{one}});
        } else if (n % 7 != 0) {
            finish(one, EndReason::Filled, OrderStatus::Filled);
            one.executedQty = one.request.quantity;
            one.avgPrice = one.request.price;
            all.push_back({fill(one, n), moment(one, Kind::Filled, "all of it"), JournalState{one}});
        }
        if (n % 10 == 0) {
            all.push_back({JournalNote{"checkpoint BTCUSDT", std::to_string(n)}});
            all.push_back({JournalNote{"pause", n % 20 == 0 ? "until noon" : ""}});
        }
    }
    static void finish(domain::Order &order, domain::EndReason reason, domain::OrderStatus status)
    {
        order.phase = domain::OrderPhase::Done;
        order.endReason = reason;
        order.status = status;
    }
    domain::OrderMoment moment(const domain::Order &order, domain::OrderMoment::Kind kind, std::string text)
    {
        return {order.clientOrderId(), m_now, kind, std::move(text)};
    }
    domain::Fill fill(const domain::Order &order, int n) const
    {
        domain::Fill one;
        one.symbol = order.request.symbol;
        one.tradeId = 9'000'000'000 + n;
        one.orderId = order.orderId;
        one.side = order.request.side;
        one.price = order.request.price;
        one.quantity = order.request.quantity;
        one.commission = domain::Money::literal("0.026");
        one.commissionAsset = "USDT";
        one.realizedPnl = domain::Money::literal("-1.5");
        one.isMaker = n % 2 == 0;
        one.at = m_now;
        return one;
    }

    std::mt19937 m_random;
    domain::Timestamp m_now = domain::timestampFromMs(1'760'000'000'000);
};

} // namespace support
