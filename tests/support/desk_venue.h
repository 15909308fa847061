#pragma once

#include "models/domain/orders/desk_request.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace support::desk
{

using namespace domain;
using namespace std::chrono_literals;

/// An exchange small enough to be obviously right: orders, conditional orders, executions and positions, by
/// client order id. It does only what a test tells it to.
class DeskVenue
{
public:
    std::map<std::string, Order> orders; ///< as the exchange describes them; isOpen() is true of live ones
    std::map<PositionBook::Leg, PositionRow> positions;
    std::vector<Fill> fills;
    std::size_t tradesPage = 1'000; ///< most rows of one answer

    static DeskAnswer answer(DeskAnswer::Outcome outcome, int venueCode = 0, std::string text = "no")
    {
        DeskAnswer made;
        made.outcome = outcome;
        made.venueCode = venueCode;
        made.text = std::move(text);
        return made;
    }
    static DeskAnswer done(const Order &order)
    {
        DeskAnswer made = answer(DeskAnswer::Outcome::Done, 0, {});
        made.order = order;
        return made;
    }

    Order &accept(const NewOrder &request, Timestamp now)
    {
        Order &order = orders[request.clientOrderId];
        order.request = request;
        order.orderId = ++m_lastId;
        order.phase = OrderPhase::Working;
        order.updatedAt = now;
        order.conditionalStatus = order.isConditional() ? ConditionalStatus::New : ConditionalStatus::Unknown;
        order.status = order.isConditional() ? OrderStatus::Unknown : OrderStatus::New;
        return order;
    }

    /// The conditional order becomes an order of the engine.
    std::vector<Evidence> trigger(const std::string &id, Timestamp now)
    {
        Order &order = orders.at(id);
        order.conditionalStatus = ConditionalStatus::Triggered;
        order.childOrderId = ++m_lastId;
        order.status = OrderStatus::New;
        order.updatedAt = now;
        return {algoReport(order), engineReport(order)};
    }

    /// Executes a part of a live order of the engine at its price (100 where it has none).
    std::vector<Evidence> fill(const std::string &id, Quantity quantity, Timestamp now)
    {
        Order &order = orders.at(id);
        order.executedQty += quantity;
        order.avgPrice = priceOf(order);
        order.updatedAt = now;
        const bool isFilled = order.executedQty >= order.request.quantity;
        order.status = isFilled ? OrderStatus::Filled : OrderStatus::PartiallyFilled;
        order.phase = isFilled ? OrderPhase::Done : OrderPhase::Working;
        fills.push_back(book(order.request, engineIdOf(order), quantity, now));
        EngineReport report = engineReport(order);
        report.fill = fills.back();
        std::vector<Evidence> told{report};
        if (order.isConditional() && isFilled) {
            order.conditionalStatus = ConditionalStatus::Finished;
            told.emplace_back(algoReport(order));
        }
        return told;
    }

    /// An execution of nobody's order that we know: the position alone changes.
    Fill strike(const Symbol &symbol, Side side, Quantity quantity, Timestamp now,
        PositionSide positionSide = PositionSide::Both)
    {
        NewOrder request;
        request.symbol = symbol;
        request.side = side;
        request.positionSide = positionSide;
        fills.push_back(book(request, ++m_lastId, quantity, now));
        return fills.back();
    }

    Evidence end(const std::string &id, Timestamp now, OrderStatus status = OrderStatus::Canceled)
    {
        Order &order = orders.at(id);
        order.phase = OrderPhase::Done;
        order.updatedAt = now;
        if (order.isConditional() && order.childOrderId == 0) {
            order.conditionalStatus = status == OrderStatus::Canceled   ? ConditionalStatus::Canceled
                                      : status == OrderStatus::Rejected ? ConditionalStatus::Rejected
                                                                        : ConditionalStatus::Expired;
            return algoReport(order);
        }
        order.status = status;
        return engineReport(order);
    }

    static EngineReport engineReport(Order order, EvidenceSource source = EvidenceSource::Stream)
    {
        order.orderId = engineIdOf(order);
        return {order, source, std::nullopt};
    }
    static ConditionalReport algoReport(const Order &order) { return {order, EvidenceSource::Stream}; }

    /// What an exchange without faults answers.
    DeskAnswer answerTo(const DeskRequest &what, Timestamp now)
    {
        return std::visit([&](const auto &one) { return answerOne(one, now); }, what);
    }

private:
    static std::int64_t engineIdOf(const Order &order)
    {
        return order.isConditional() ? order.childOrderId : order.orderId;
    }
    static Price priceOf(const Order &order)
    {
        return order.request.price.isPositive() ? order.request.price : Price::of(100);
    }
    Fill book(const NewOrder &request, std::int64_t orderId, Quantity quantity, Timestamp now)
    {
        Fill fill;
        fill.symbol = request.symbol;
        fill.tradeId = ++m_lastTrade;
        fill.orderId = orderId;
        fill.side = request.side;
        fill.positionSide = request.positionSide;
        fill.price = request.price.isPositive() ? request.price : Price::of(100);
        fill.quantity = quantity;
        fill.commissionAsset = "USDT";
        fill.at = now;
        PositionRow &row = positions[{fill.symbol, fill.positionSide}];
        row.symbol = fill.symbol;
        row.positionSide = fill.positionSide;
        row.amount += quantity * signOf(fill.side);
        row.updatedAt = now;
        return fill;
    }

    DeskAnswer answerOne(const PlaceOrder &what, Timestamp now) { return done(accept(what.order, now)); }
    DeskAnswer answerOne(const AmendOrder &what, Timestamp now)
    {
        const auto found = orders.find(what.ref.clientOrderId);
        if (found == orders.end() || !found->second.isOpen()) {
            return answer(DeskAnswer::Outcome::Rejected, -2013);
        }
        found->second.request.price = what.price;
        found->second.request.quantity = what.quantity;
        found->second.updatedAt = now;
        return done(found->second);
    }
    DeskAnswer answerOne(const CancelOrder &what, Timestamp now)
    {
        const auto found = orders.find(what.ref.clientOrderId);
        if (found == orders.end() || !found->second.isOpen()) {
            return answer(DeskAnswer::Outcome::Rejected, -2011);
        }
        const Evidence ended = end(what.ref.clientOrderId, now);
        const auto *report = std::get_if<EngineReport>(&ended);
        // The Algo service acknowledges without the order.
        return report != nullptr ? done(report->order) : answer(DeskAnswer::Outcome::Done, 0, {});
    }
    DeskAnswer answerOne(const CancelSymbol &, Timestamp) { return answer(DeskAnswer::Outcome::Done, 0, {}); }
    DeskAnswer answerOne(const QueryOrder &what, Timestamp)
    {
        const auto found = orders.find(what.ref.clientOrderId);
        if (found == orders.end()) {
            return answer(DeskAnswer::Outcome::Rejected, -2013);
        }
        return done(what.ref.conditional ? found->second : engineReport(found->second).order);
    }
    DeskAnswer answerOne(const ReadOpenOrders &what, Timestamp)
    {
        DeskAnswer made = answer(DeskAnswer::Outcome::Done, 0, {});
        for (const auto &[id, order] : orders) {
            const bool isWaiting = order.isConditional() && order.childOrderId == 0;
            if (order.isOpen() && isWaiting == what.isConditional) {
                made.orders.push_back(isWaiting ? order : engineReport(order).order);
            }
        }
        return made;
    }
    DeskAnswer answerOne(const ReadPositions &, Timestamp)
    {
        DeskAnswer made = answer(DeskAnswer::Outcome::Done, 0, {});
        for (const auto &[leg, row] : positions) {
            if (!row.amount.isZero()) { // a flat leg has no row
                made.positions.push_back(row);
            }
        }
        return made;
    }
    DeskAnswer answerOne(const ReadTrades &what, Timestamp)
    {
        DeskAnswer made = answer(DeskAnswer::Outcome::Done, 0, {});
        std::ranges::copy_if(fills, std::back_inserter(made.fills), [&](const Fill &fill) {
            const bool isMeant = what.orderId != 0  ? fill.orderId == what.orderId
                                 : what.fromId != 0 ? fill.tradeId >= what.fromId
                                                    : fill.at >= what.since;
            const bool isInTime = what.until == Timestamp{} || fill.at <= what.until;
            return fill.symbol == what.symbol && isMeant && isInTime;
        });
        made.fills.resize(std::min(made.fills.size(), tradesPage));
        return made;
    }
    /// Orders of the exchange's own, whether the stream told of them or not.
    DeskAnswer answerOne(const ReadForcedOrders &what, Timestamp)
    {
        DeskAnswer made = answer(DeskAnswer::Outcome::Done, 0, {});
        for (const auto &[id, order] : orders) {
            if (id.find("autoclose") != std::string::npos && order.request.symbol == what.symbol &&
                order.updatedAt >= what.since && order.updatedAt <= what.until) {
                made.orders.push_back(engineReport(order).order);
            }
        }
        return made;
    }
    DeskAnswer answerOne(const RenewDeadMan &, Timestamp) { return answer(DeskAnswer::Outcome::Done, 0, {}); }

    std::int64_t m_lastId = 8'389'765'519'993'908'000; // above 2^53
    std::int64_t m_lastTrade = 1'000;
};

} // namespace support::desk
