// The part of BinanceTrading that changes settings and reads history.

#include "exchange/binance/binance_trading.h"
#include "exchange/binance/body.h"
#include "exchange/binance/error_classes.h"
#include "exchange/binance/order_mapping.h"
#include "exchange/binance/signing.h"
#include "exchange/binance/wire_account.h"

#include <algorithm>
#include <utility>

namespace binance
{

using namespace domain;
using transport::Priority;

namespace
{

constexpr int historyMost = 1'000;

/// {"code":200}, or the answer that it is so already.
Result<bool> acknowledged(const Result<QByteArray> &body)
{
    if (!body && isAlreadySo(body.error().venueCode)) {
        return true;
    }
    return parsed(body, parseAcknowledgement);
}

/// The newest rows of a symbol's history, at most so many.
Call historyCall(const char *path, const Symbol &symbol, int limit)
{
    Call call{.path = path};
    appendParameter(call.parameters, "symbol", symbol);
    appendParameter(call.parameters, "limit", std::to_string(std::clamp(limit, 1, historyMost)));
    call.security = Security::Signed;
    call.priority = Priority::History;
    call.lane = transport::Lane::Bulk;
    call.cost = {5, 0};
    return call;
}

} // namespace

void BinanceTrading::change(Call call, std::function<void(const Result<QByteArray> &)> done)
{
    if (!m_rest.hasKeys()) {
        return done(tl::unexpected{noKeys()});
    }
    if (m_isStopping) {
        return done(failure(ErrorCode::Cancelled, "The connection is being closed; nothing was changed."));
    }
    call.verb = "POST";
    call.security = Security::Signed;
    call.priority = Priority::Open;
    m_rest.fetch(call, this, std::move(done));
}

QFuture<Result<SymbolConfig>> BinanceTrading::setLeverage(Symbol symbol, int leverage)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), leverage] {
        const ResultAnswer<SymbolConfig> answer;
        Call call{.path = "/fapi/v1/leverage"};
        appendParameter(call.parameters, "symbol", symbol);
        appendParameter(call.parameters, "leverage", std::to_string(leverage));
        change(std::move(call), [this, symbol, answer](const Result<QByteArray> &body) {
            const auto row = parsed(body, parseLeverage);
            if (!row) {
                return answer(tl::unexpected{row.error()});
            }
            emit leverageChanged(symbol, row->config.leverage, row->config.maxNotional);
            answer(row->config);
        });
        return answer.future();
    });
}

QFuture<Result<SymbolConfig>> BinanceTrading::setMarginType(Symbol symbol, MarginType type)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), type] {
        const ResultAnswer<SymbolConfig> answer;
        Call call{.path = "/fapi/v1/marginType"};
        appendParameter(call.parameters, "symbol", symbol);
        appendParameter(call.parameters, "marginType", type == MarginType::Cross ? "CROSSED" : "ISOLATED");
        change(std::move(call), [this, symbol, type, answer](const Result<QByteArray> &body) {
            const auto done = acknowledged(body);
            if (!done) {
                return answer(tl::unexpected{done.error()});
            }
            emit marginTypeChanged(symbol, type);
            // The answer names neither leverage nor cap; the symbol's own configuration does.
            Call ask{.path = "/fapi/v1/symbolConfig"};
            appendParameter(ask.parameters, "symbol", symbol);
            ask.security = Security::Signed;
            ask.priority = Priority::Resolve;
            ask.cost = {5, 0};
            m_rest.fetch(ask, this, [type, answer](const Result<QByteArray> &config) {
                const auto rows = parsed(config, parseSymbolConfigs);
                SymbolConfig known;
                known.marginType = type;
                answer(rows && !rows->empty() ? rows->front().config : known);
            });
        });
        return answer.future();
    });
}

QFuture<Result<bool>> BinanceTrading::setHedgeMode(bool hedge)
{
    return ports::onThreadOf(this, [this, hedge] {
        const ResultAnswer<bool> answer;
        Call call{.path = "/fapi/v1/positionSide/dual"};
        appendParameter(call.parameters, "dualSidePosition", hedge ? "true" : "false");
        change(std::move(call), [this, hedge, answer](const Result<QByteArray> &body) {
            const auto done = acknowledged(body);
            if (done) {
                emit hedgeModeChanged(hedge);
            }
            answer(done);
        });
        return answer.future();
    });
}

QFuture<Result<bool>> BinanceTrading::adjustIsolatedMargin(Symbol symbol, PositionSide side, Money amount)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), side, amount] {
        const ResultAnswer<bool> answer;
        Call call{.path = "/fapi/v1/positionMargin"};
        appendParameter(call.parameters, "symbol", symbol);
        if (side != PositionSide::Both) {
            appendParameter(call.parameters, "positionSide", toWire(side));
        }
        appendParameter(call.parameters, "amount", amount.abs().toString());
        appendParameter(call.parameters, "type", amount.isNegative() ? "2" : "1");
        call.delivery = transport::Delivery::Once; // a second copy would move the margin twice
        call.lane = transport::Lane::Orders;
        call.maxTries = 1;
        change(std::move(call), [this, answer](const Result<QByteArray> &body) {
            emit accountStale();
            answer(acknowledged(body));
        });
        return answer.future();
    });
}

QFuture<Result<ports::OrdersPtr>> BinanceTrading::orderHistory(Symbol symbol, int limit)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), limit] {
        const ResultAnswer<ports::OrdersPtr> answer;
        if (!m_rest.hasKeys()) {
            answer(tl::unexpected{noKeys()});
            return answer.future();
        }
        m_rest.fetch(historyCall("/fapi/v1/allOrders", symbol, limit), this,
            [this, answer](const Result<QByteArray> &body) {
                const auto reports = parsed(body, parseOrders);
                if (!reports) {
                    return answer(tl::unexpected{reports.error()});
                }
                auto orders = std::make_shared<std::vector<Order>>();
                for (const OrderReport &report : *reports) {
                    if (!isTerminal(report.status)) {
                        continue;
                    }
                    const Order *known = m_desk.ledger().findEngineOrder(report.symbol, report.orderId);
                    orders->push_back(known != nullptr ? *known : finished(report));
                }
                std::ranges::sort(*orders, std::ranges::greater{}, &Order::updatedAt);
                answer(ports::OrdersPtr{std::move(orders)});
            });
        return answer.future();
    });
}

Order BinanceTrading::finished(const OrderReport &report) const
{
    Order order = toOrder(report);
    order.phase = OrderPhase::Done;
    order.origin = originOf(report.clientOrderId, m_ownPrefix);
    switch (report.status) {
    case OrderStatus::Filled:
        order.endReason = EndReason::Filled;
        break;
    case OrderStatus::Canceled:
        order.endReason = EndReason::Canceled;
        break;
    case OrderStatus::ExpiredInMatch:
        order.endReason = EndReason::ExpiredInMatch;
        break;
    case OrderStatus::Rejected:
        order.endReason = EndReason::Rejected;
        break;
    default:
        order.endReason = EndReason::Expired;
        break;
    }
    return order;
}

QFuture<Result<ports::FillsPtr>> BinanceTrading::fillHistory(Symbol symbol, int limit)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), limit] {
        const ResultAnswer<ports::FillsPtr> answer;
        if (!m_rest.hasKeys()) {
            answer(tl::unexpected{noKeys()});
            return answer.future();
        }
        m_rest.fetch(historyCall("/fapi/v1/userTrades", symbol, limit), this,
            [answer](const Result<QByteArray> &body) {
                auto fills = parsed(body, parseUserTrades);
                if (!fills) {
                    return answer(tl::unexpected{fills.error()});
                }
                std::ranges::sort(*fills, std::ranges::greater{}, &Fill::at);
                answer(ports::FillsPtr{std::make_shared<const std::vector<Fill>>(std::move(*fills))});
            });
        return answer.future();
    });
}

} // namespace binance
