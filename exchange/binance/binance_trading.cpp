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
using transport::AnswerClass;
using transport::Lane;
using transport::Priority;

namespace
{

constexpr int orderNotFound = -2013;
constexpr std::size_t ownPrefixLength = 6;
// Cancels are repeated until the venue has answered them (reliability 5.5).
constexpr int cancelTries = 20;
constexpr Milliseconds soonest{20};

int codeOf(const transport::PumpAnswer &reply, Timestamp now)
{
    return errorOf(reply, now).venueCode;
}

} // namespace

BinanceTrading::BinanceTrading(RestClient &rest, ports::Journal &journal, QObject *parent)
    : ports::Trading{parent},
      m_rest{rest},
      m_journal{journal},
      m_tick{new QTimer{this}}
{
    m_tick->setSingleShot(true);
    connect(m_tick, &QTimer::timeout, this, [this] { carryOut(m_ledger->tick(m_rest.serverNow())); });
}

Error BinanceTrading::noKeys() const
{
    return {ErrorCode::Unauthorized, "No API key is set for this venue; enter one to trade.", 0, 0, 0};
}

// ---- recovery

void BinanceTrading::recover()
{
    m_ownPrefix = m_journal.nextClientOrderId().substr(0, ownPrefixLength);
    m_ledger = std::make_unique<OrderLedger>(m_ownPrefix);
    ports::whenFinished(m_journal.past(), this, [this](const Result<JournalPast> &past) {
        if (!past) {
            m_lockReason = QStringLiteral("The order journal cannot be read: %1")
                               .arg(QString::fromStdString(past.error().detail));
            emit noticed(2, m_lockReason);
        }
        const auto now = m_rest.serverNow();
        for (const Order &order : past.value_or(JournalPast{}).unresolved) {
            carryOut(m_ledger->restore(order, order.createdAt, now));
        }
        m_isRecovered = past.has_value();
        // What the user had asked to be cancelled is the only thing that is sent again after a restart.
        for (const Order &order : m_ledger->orders()) {
            if (order.cancelRequested && order.isOpen()) {
                sendCancel(OrderLedger::refOf(order), {});
            }
        }
    });
}

// ---- placing

QFuture<Result<Order>> BinanceTrading::submit(NewOrder order, std::string /*where*/)
{
    return ports::onThreadOf(this, [this, order = std::move(order)] {
        const ResultAnswer<Order> answer;
        place(order, answer);
        return answer.future();
    });
}

void BinanceTrading::place(NewOrder request, const ResultAnswer<Order> &answer)
{
    if (!m_rest.hasKeys()) {
        return answer(tl::unexpected{noKeys()});
    }
    if (m_isStopping) {
        return answer(
            failure(ErrorCode::Cancelled, "The connection is being closed; the order was not sent."));
    }
    if (!m_isRecovered && m_lockReason.isEmpty()) {
        return answer(failure(
            ErrorCode::Rejected, "Orders of the last run are still being looked up; try again in a moment."));
    }
    if (!m_lockReason.isEmpty() && !isReducing(request)) {
        return answer(failure(ErrorCode::Rejected, m_lockReason.toStdString()));
    }
    Order intent;
    intent.request = std::move(request);
    intent.request.clientOrderId = m_journal.nextClientOrderId();
    intent.createdAt = m_rest.serverNow();
    intent.updatedAt = intent.createdAt;
    // On the disk before it can leave: from then on it counts as possibly sent.
    ports::whenFinished(
        m_journal.append({JournalIntent{intent}}), this, [this, intent, answer](const Result<bool> &stored) {
            if (!stored) {
                return answer(tl::unexpected{stored.error()}); // no intent on the disk, nothing is sent
            }
            carryOut(m_ledger->begin(intent));
            handIn(intent, answer);
        });
}

void BinanceTrading::handIn(const Order &intent, const ResultAnswer<Order> &answer)
{
    const NewOrder &request = intent.request;
    if (const Order *known = m_ledger->find(request.clientOrderId);
        m_isStopping || known == nullptr || known->cancelRequested) {
        carryOut(m_ledger->closeLocally(request.clientOrderId, EndReason::LocalCancel,
            "Cancelled before it was sent.", m_rest.serverNow()));
        return answer(failure(ErrorCode::Cancelled, "The order was cancelled before it was sent."));
    }
    Call call;
    call.verb = "POST";
    call.path = orderPath(intent.isConditional());
    call.parameters = placementParameters(request);
    call.security = Security::Signed;
    call.priority = isReducing(request) ? Priority::Reduce : Priority::Open;
    call.lane = Lane::Orders;
    call.cost = {0, 1};
    call.delivery = transport::Delivery::Once;
    call.recvWindow = orderWindow;
    call.coalesceKey = request.clientOrderId;
    call.maxTries = 1;
    call.onHandOver = [this, id = request.clientOrderId](Timestamp signedAt) {
        carryOut(m_ledger->markSent(id, m_rest.serverNow(), signedAt, orderWindow));
    };
    m_rest.send(call, this,
        [this, request, answer](const transport::PumpAnswer &reply) { placed(request, reply, answer); });
}

void BinanceTrading::placed(
    const NewOrder &request, const transport::PumpAnswer &reply, const ResultAnswer<Order> &answer)
{
    const std::string &id = request.clientOrderId;
    const Timestamp now = m_rest.serverNow();
    Error error = reply.outcome == AnswerClass::Done ? Error{} : errorOf(reply, m_rest.clock().wallNow());
    switch (reply.outcome) {
    case AnswerClass::Done: {
        const std::string_view body = viewOf(reply.http.body);
        bool isRead = false;
        if (domain::isConditional(request.type)) {
            const auto report = parseAlgoOrder(body);
            isRead = report && report->clientAlgoId == id;
            if (isRead) {
                fold(ConditionalReport{toOrder(*report), EvidenceSource::Answer});
            }
        } else {
            const auto report = parseOrder(body);
            isRead = report && report->clientOrderId == id;
            if (isRead) {
                fold(EngineReport{toOrder(*report), EvidenceSource::Answer});
            }
        }
        if (isRead) {
            return answer(current(id));
        }
        error = {ErrorCode::OutcomeUnknown,
            "The exchange's answer to the order cannot be read; the order is being looked up.", 0,
            reply.http.status, 0};
        fold(Ambiguous{id, error.detail, now});
        emit outcomeLost();
        break;
    }
    case AnswerClass::Rejected:
        fold(Rejection{id, error.venueCode, error.detail, now});
        break;
    case AnswerClass::NotSent:
    case AnswerClass::NotExecuted:
    case AnswerClass::RateLimited:
    case AnswerClass::Banned:
        fold(NotExecuted{id, error.venueCode, error.detail, now});
        break;
    case AnswerClass::Ambiguous:
        error.code = ErrorCode::OutcomeUnknown;
        fold(Ambiguous{id, error.detail, now});
        emit outcomeLost();
        break;
    }
    answer(tl::unexpected{error});
}

// ---- cancelling

QFuture<Result<Order>> BinanceTrading::cancel(Symbol symbol, std::string clientOrderId)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), id = std::move(clientOrderId)] {
        const ResultAnswer<Order> answer;
        cancelOrder(symbol, id, answer);
        return answer.future();
    });
}

void BinanceTrading::cancelOrder(
    const Symbol &symbol, const std::string &clientOrderId, const ResultAnswer<Order> &answer)
{
    if (!m_rest.hasKeys() || !m_ledger) {
        return answer(tl::unexpected{noKeys()});
    }
    const Order *order = m_ledger->find(clientOrderId);
    if (order == nullptr || order->request.symbol != symbol) {
        return answer(failure(ErrorCode::NotFound, "This order is not known; refresh the list of orders."));
    }
    if (!order->isOpen()) {
        return answer(*order);
    }
    carryOut(m_ledger->setCancelRequested(clientOrderId, true));
    if (order->phase == OrderPhase::Queued) {
        // Still here: it never leaves. Its own answer says so to whoever placed it.
        carryOut(m_ledger->closeLocally(
            clientOrderId, EndReason::LocalCancel, "Cancelled before it was sent.", m_rest.serverNow()));
        m_rest.pump()->withdraw(clientOrderId);
        return answer(current(clientOrderId));
    }
    sendCancel(OrderLedger::refOf(*order), answer);
}

void BinanceTrading::sendCancel(const OrderRef &ref, const ResultAnswer<Order> &answer)
{
    Call call;
    call.verb = "DELETE";
    call.path = orderPath(ref.conditional);
    call.parameters = identityParameters(ref);
    call.security = Security::Signed;
    call.priority = Priority::Cancel;
    call.lane = Lane::Orders;
    call.coalesceKey = "cancel " + ref.symbol + ' ' + ref.clientOrderId + ' ' + std::to_string(ref.orderId);
    call.maxTries = cancelTries;
    m_rest.send(call, this,
        [this, ref, answer](const transport::PumpAnswer &reply) { canceled(ref, reply, answer); });
}

void BinanceTrading::canceled(
    const OrderRef &ref, const transport::PumpAnswer &reply, const ResultAnswer<Order> &answer)
{
    const Timestamp now = m_rest.serverNow();
    if (reply.outcome == AnswerClass::Done) {
        const std::string_view body = viewOf(reply.http.body);
        if (!ref.conditional) {
            if (const auto report = parseOrder(body)) {
                fold(EngineReport{toOrder(*report), EvidenceSource::Query});
            }
        } else if (const auto report = parseAlgoOrder(body); report && !report->symbol.empty()) {
            fold(ConditionalReport{toOrder(*report), EvidenceSource::Query});
        } else if (report) {
            fold(CancelAnswer{ref, true, 0, now});
        }
        return answer(current(ref.clientOrderId));
    }
    const Error error = errorOf(reply, m_rest.clock().wallNow());
    if (reply.outcome == AnswerClass::Rejected) {
        fold(CancelAnswer{ref, false, error.venueCode, now});
    } else {
        query(ref);
    }
    answer(tl::unexpected{error});
}

QFuture<Result<int>> BinanceTrading::cancelAll(Symbol symbol)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol)] {
        const ResultAnswer<int> answer;
        cancelEverything(symbol, answer);
        return answer.future();
    });
}

void BinanceTrading::cancelEverything(const Symbol &symbol, const ResultAnswer<int> &answer)
{
    if (!m_rest.hasKeys() || !m_ledger) {
        return answer(tl::unexpected{noKeys()});
    }
    int count = 0;
    for (const Order &order : m_ledger->orders()) {
        if (order.request.symbol != symbol || !order.isOpen()) {
            continue;
        }
        ++count;
        if (order.phase == OrderPhase::Queued) {
            cancelOrder(symbol, order.clientOrderId(), {});
        } else {
            carryOut(m_ledger->setCancelRequested(order.clientOrderId(), true));
        }
    }
    struct Pair
    {
        int missing = 2;
        std::optional<Error> error;
    };
    const auto both = std::make_shared<Pair>();
    for (const char *path : {"/fapi/v1/allOpenOrders", "/fapi/v1/algoOpenOrders"}) {
        Call call;
        call.verb = "DELETE";
        call.path = path;
        appendParameter(call.parameters, "symbol", symbol);
        call.security = Security::Signed;
        call.priority = Priority::Cancel;
        call.lane = Lane::Orders;
        call.coalesceKey = call.path + ' ' + symbol;
        call.maxTries = cancelTries;
        m_rest.fetch(call, this, [this, both, count, answer](const Result<QByteArray> &body) {
            const auto done = parsed(body, parseAcknowledgement);
            if (!done) {
                both->error = done.error();
            }
            if (--both->missing > 0) {
                return;
            }
            emit outcomeLost(); // the cancels arrive one by one, afterwards: look at what is left
            both->error ? answer(tl::unexpected{*both->error}) : answer(count);
        });
    }
}

// ---- evidence

void BinanceTrading::onUserEvent(const StreamEvent &event)
{
    if (!m_ledger) {
        return;
    }
    if (const auto *update = std::get_if<OrderTradeUpdate>(&event)) {
        fold(toEvidence(*update));
    } else if (const auto *algo = std::get_if<AlgoUpdate>(&event)) {
        fold(toEvidence(*algo));
    } else if (const auto *reject = std::get_if<TriggerReject>(&event)) {
        emit noticed(
            2, QStringLiteral("A conditional order of %1 was refused at its trigger: %2")
                   .arg(QString::fromStdString(reject->symbol), QString::fromStdString(reject->reason)));
    }
    // TRADE_LITE says nothing that its ORDER_TRADE_UPDATE does not say completely.
}

void BinanceTrading::query(const OrderRef &ref)
{
    const std::string key =
        "query " + ref.symbol + ' ' + ref.clientOrderId + ' ' + std::to_string(ref.orderId);
    if (!m_rest.hasKeys() || m_rest.isStopped() || !m_queried.insert(key).second) {
        return;
    }
    const auto askedAt = std::make_shared<Timestamp>(m_rest.serverNow());
    Call call;
    call.path = orderPath(ref.conditional);
    call.parameters = identityParameters(ref);
    call.security = Security::Signed;
    call.priority = Priority::Resolve;
    call.coalesceKey = key;
    call.maxTries = 1; // the ledger asks again in its own rhythm
    call.onHandOver = [this, askedAt](Timestamp) { *askedAt = m_rest.serverNow(); };
    m_rest.send(call, this, [this, ref, key, askedAt](const transport::PumpAnswer &reply) {
        m_queried.erase(key);
        if (reply.outcome == AnswerClass::Rejected &&
            codeOf(reply, m_rest.clock().wallNow()) == orderNotFound) {
            return fold(QueryNotFound{ref, *askedAt});
        }
        if (reply.outcome != AnswerClass::Done) {
            return;
        }
        const std::string_view body = viewOf(reply.http.body);
        if (!ref.conditional) {
            if (const auto report = parseOrder(body)) {
                fold(EngineReport{toOrder(*report), EvidenceSource::Query});
            }
        } else if (const auto report = parseAlgoOrder(body); report && !report->symbol.empty()) {
            fold(ConditionalReport{toOrder(*report), EvidenceSource::Query});
        }
    });
}

void BinanceTrading::readTrades(const NeedTrades &need)
{
    const std::string key = "trades " + need.symbol + ' ' + std::to_string(need.orderId);
    if (!m_rest.hasKeys() || !m_queried.insert(key).second) {
        return;
    }
    Call call{.path = "/fapi/v1/userTrades"};
    appendParameter(call.parameters, "symbol", need.symbol);
    if (need.orderId != 0) {
        appendParameter(call.parameters, "orderId", std::to_string(need.orderId));
    } else {
        appendParameter(call.parameters, "startTime", std::to_string(toMs(need.since)));
    }
    appendParameter(call.parameters, "limit", "1000");
    call.security = Security::Signed;
    call.priority = Priority::Resolve;
    call.cost = {5, 0};
    m_rest.fetch(call, this, [this, key](const Result<QByteArray> &body) {
        m_queried.erase(key);
        if (const auto fills = parsed(body, parseUserTrades)) {
            fold(TradeHistory{*fills});
        }
    });
}

void BinanceTrading::reconcile(std::function<void(const Result<bool> &)> done)
{
    if (!m_ledger || !m_rest.hasKeys()) {
        return done(tl::unexpected{noKeys()});
    }
    readOpenOrders(false, [this, done = std::move(done)](const Result<bool> &plain) {
        if (!plain) {
            return done(plain);
        }
        readOpenOrders(true, done);
    });
}

void BinanceTrading::readOpenOrders(bool isConditional, std::function<void(const Result<bool> &)> done)
{
    const auto askedAt = std::make_shared<Timestamp>(m_rest.serverNow());
    Call call;
    call.path = isConditional ? "/fapi/v1/openAlgoOrders" : "/fapi/v1/openOrders";
    call.security = Security::Signed;
    call.priority = Priority::Resolve;
    call.cost = {40, 0};
    call.onHandOver = [this, askedAt](Timestamp) { *askedAt = m_rest.serverNow(); };
    m_rest.fetch(
        call, this, [this, isConditional, askedAt, done = std::move(done)](const Result<QByteArray> &body) {
            OpenOrdersSnapshot snapshot{{}, *askedAt, {}, isConditional};
            const auto take = [&](const auto &reports) -> Result<bool> {
                for (const auto &report : reports) {
                    snapshot.orders.push_back(toOrder(report));
                }
                return true;
            };
            const Result<bool> read = body.and_then([&](const QByteArray &json) {
                return isConditional ? parseAlgoOrders(viewOf(json)).and_then(take)
                                     : parseOrders(viewOf(json)).and_then(take);
            });
            if (read) {
                fold(std::move(snapshot));
            }
            done(read);
        });
}

void BinanceTrading::fold(const Evidence &evidence)
{
    carryOut(m_ledger->fold(evidence));
}

void BinanceTrading::carryOut(const OrderEffects &effects)
{
    for (const OrderEffect &effect : effects) {
        std::visit([this](const auto &one) { carryOutOne(one); }, effect);
    }
    scheduleTick();
}

void BinanceTrading::carryOutOne(const OrderChanged &effect)
{
    const Order &order = effect.order;
    if (order.origin == OrderOrigin::Own) {
        if (order.phase != OrderPhase::Queued) {
            ports::whenFinished(
                m_journal.append({JournalState{order}}), this, [this](const Result<bool> &stored) {
                    if (!stored) {
                        emit noticed(1, QStringLiteral("The order journal could not be written: %1")
                                            .arg(QString::fromStdString(stored.error().detail)));
                    }
                });
        }
        const bool isUnknown = order.phase == OrderPhase::Unknown;
        isUnknown ? void(m_unknown.insert(order.clientOrderId()))
                  : void(m_unknown.erase(order.clientOrderId()));
        if (m_rest.pump() != nullptr) {
            m_rest.pump()->setUnresolvedOrders(static_cast<int>(m_unknown.size()));
        }
    }
    emit orderChanged(order);
}

void BinanceTrading::carryOutOne(const FillAdded &effect)
{
    emit fillArrived(effect.fill);
}

void BinanceTrading::carryOutOne(const NeedQuery &effect)
{
    query(effect.ref);
}

void BinanceTrading::carryOutOne(const NeedTrades &effect)
{
    readTrades(effect);
}

void BinanceTrading::carryOutOne(const Alarm &effect)
{
    if (effect.kind == Alarm::Kind::RefutedProof || effect.kind == Alarm::Kind::DoubleOrder) {
        m_lockReason =
            QStringLiteral("Opening orders is locked: %1").arg(QString::fromStdString(effect.text));
    }
    emit noticed(2, QString::fromStdString(effect.text));
}

void BinanceTrading::scheduleTick()
{
    const auto dueAt = m_ledger->nextDueAt();
    if (!dueAt || m_rest.isStopped()) {
        m_tick->stop();
        return;
    }
    m_tick->start(std::max(soonest, Milliseconds{*dueAt - m_rest.serverNow()}));
}

Result<Order> BinanceTrading::current(const std::string &clientOrderId) const
{
    if (const Order *order = m_ledger->find(clientOrderId)) {
        return *order;
    }
    return failure(ErrorCode::NotFound, "This order is not known.");
}

int BinanceTrading::openOrderCount() const
{
    if (!m_ledger) {
        return 0;
    }
    const auto orders = m_ledger->orders();
    return static_cast<int>(std::ranges::count_if(orders, &Order::isOpen));
}

QFuture<ports::OrdersPtr> BinanceTrading::orders()
{
    return ports::onThreadOf(this, [this]() -> ports::OrdersPtr {
        return std::make_shared<const std::vector<Order>>(
            m_ledger ? m_ledger->orders() : std::vector<Order>{});
    });
}

} // namespace binance
