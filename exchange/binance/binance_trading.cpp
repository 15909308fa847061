#include "exchange/binance/binance_trading.h"

#include "exchange/binance/error_classes.h"
#include "exchange/binance/order_mapping.h"

#include <algorithm>
#include <utility>

namespace binance
{

using namespace domain;

namespace
{

constexpr std::size_t ownPrefixLength = 6;
constexpr Milliseconds soonest{5};

int levelOf(Alert::Severity severity)
{
    return static_cast<int>(severity);
}

} // namespace

BinanceTrading::BinanceTrading(RestClient &rest, ports::Journal &journal, QObject *parent)
    : ports::Trading{parent},
      m_rest{rest},
      m_journal{journal},
      m_desk{[&journal] { return journal.nextClientOrderId(); }, {}},
      m_wake{new QTimer{this}}
{
    m_wake->setSingleShot(true);
    m_wake->setTimerType(Qt::PreciseTimer);
    connect(m_wake, &QTimer::timeout, this, [this] { run([this](Timestamp now) { m_desk.onTime(now); }); });
    connect(&journal, &ports::Journal::committed, this, [this](Milliseconds took) { m_lastCommit = took; });
    connect(&journal, &ports::Journal::failing, this,
        [this](const QString &sentence) { setClosed(GateCause::Journal, true, sentence.toStdString()); });
    connect(&journal, &ports::Journal::recovered, this, [this] { setClosed(GateCause::Journal, false, {}); });
}

Error BinanceTrading::noKeys() const
{
    return {ErrorCode::Unauthorized, "No API key is set for this venue; enter one to trade.", 0, 0, 0};
}

// ---- start and stop

void BinanceTrading::load(std::function<void(const JournalPast &)> done)
{
    m_ownPrefix = m_journal.nextClientOrderId().substr(0, ownPrefixLength);
    m_desk = OrderDesk{[this] { return m_journal.nextClientOrderId(); }, m_ownPrefix};
    ports::whenFinished(
        m_journal.past(), this, [this, done = std::move(done)](const Result<JournalPast> &past) {
            if (past) {
                m_past = *past;
            } else {
                setClosed(
                    GateCause::Journal, true, "The order journal cannot be read: " + past.error().detail);
            }
            m_isLoaded = past.has_value();
            done(m_past);
        });
}

void BinanceTrading::recover()
{
    if (!m_isLoaded || m_isRecovered || m_isStopping) {
        return;
    }
    m_isRecovered = true;
    run([this](Timestamp now) {
        m_desk.restore(now, std::exchange(m_past, {}));
        for (const Evidence &evidence : std::exchange(m_early, {})) {
            m_desk.onStream(now, evidence);
        }
        if (m_isStreamUp) {
            m_desk.onStreamUp(now);
        }
    });
}

void BinanceTrading::stop()
{
    m_isStopping = true;
    run([this](Timestamp now) { m_desk.stop(now); });
    m_wake->stop();
}

// ---- commands

QFuture<Result<Order>> BinanceTrading::command(
    std::string where, std::function<void(Timestamp, CommandId, const ActionSource &)> ask)
{
    const Monotonic askedAt = m_rest.clock().monotonicNow();
    return ports::onThreadOf(this, [this, askedAt, where = std::move(where), ask = std::move(ask)] {
        const ResultAnswer<Order> answer;
        if (!m_rest.hasKeys()) {
            answer(tl::unexpected{noKeys()});
        } else if (m_isStopping) {
            answer(failure(ErrorCode::Cancelled, "The connection is being closed; nothing was sent."));
        } else if (!m_isRecovered) {
            answer(failure(ErrorCode::Rejected,
                "Orders of the last run are still being taken up; try again in a moment."));
        } else {
            const CommandId id = ++m_lastCommand;
            m_orderAnswers.emplace(id, answer);
            // What took its time on the way here is part of the order's age.
            const auto age = std::chrono::ceil<Milliseconds>(m_rest.clock().monotonicNow() - askedAt);
            run([&](Timestamp now) { ask(now, id, {where, now - age}); });
        }
        return answer.future();
    });
}

QFuture<Result<Order>> BinanceTrading::submit(NewOrder order, std::string where)
{
    return command(
        std::move(where), [this, order = std::move(order)](Timestamp now, CommandId id,
                              const ActionSource &source) { m_desk.submit(now, id, order, source); });
}

QFuture<Result<Order>> BinanceTrading::submitBracket(BracketPlan plan, std::string where)
{
    return command(
        std::move(where), [this, plan = std::move(plan)](Timestamp now, CommandId id,
                              const ActionSource &source) { m_desk.submitBracket(now, id, plan, source); });
}

QFuture<Result<Order>> BinanceTrading::amend(
    Symbol symbol, std::string clientOrderId, Price price, Quantity quantity)
{
    return command({},
        [this, symbol = std::move(symbol), order = std::move(clientOrderId), price, quantity](Timestamp now,
            CommandId id, const ActionSource &) { m_desk.amend(now, id, symbol, order, price, quantity); });
}

QFuture<Result<Order>> BinanceTrading::cancel(Symbol symbol, std::string clientOrderId)
{
    return command({}, [this, symbol = std::move(symbol), order = std::move(clientOrderId)](Timestamp now,
                           CommandId id, const ActionSource &) { m_desk.cancel(now, id, symbol, order); });
}

QFuture<ports::EmergencyPtr> BinanceTrading::emergency(EmergencyAction action, std::string where)
{
    return ports::onThreadOf(this, [this, action = std::move(action), where = std::move(where)] {
        const Answer<ports::EmergencyPtr> answer;
        if (!m_rest.hasKeys() || m_isStopping || !m_isRecovered) {
            auto report = std::make_shared<EmergencyReport>();
            report->action = action;
            report->startedAt = report->endedAt = m_rest.serverNow();
            report->steps.push_back(
                {action.symbol, {}, "nothing was done", EmergencyReport::Step::State::Failed,
                    m_rest.hasKeys() ? "The connection to the exchange is not ready." : noKeys().detail});
            emit emergencyProgressed(report);
            answer(ports::EmergencyPtr{report});
            return answer.future();
        }
        const CommandId id = ++m_lastCommand;
        m_emergencyAnswers.emplace(id, answer);
        run([&](Timestamp now) { m_desk.emergency(now, id, action, where); });
        return answer.future();
    });
}

QFuture<Result<int>> BinanceTrading::cancelAll(Symbol symbol)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol)] {
        const ResultAnswer<int> answer;
        ports::whenFinished(emergency({EmergencyAction::Kind::CancelAll, symbol}, "cancel all"), this,
            [answer](const ports::EmergencyPtr &report) {
                const auto failed = std::ranges::find(
                    report->steps, EmergencyReport::Step::State::Failed, &EmergencyReport::Step::state);
                if (failed != report->steps.end()) {
                    return answer(failure(ErrorCode::Rejected, failed->text));
                }
                answer(static_cast<int>(report->steps.size()));
            });
        return answer.future();
    });
}

QFuture<Result<bool>> BinanceTrading::setDeadMan(Symbol symbol, bool armed)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), armed]() -> Result<bool> {
        if (!m_rest.hasKeys() || !m_isRecovered) {
            return tl::unexpected{noKeys()};
        }
        run([&](Timestamp now) { m_desk.setDeadMan(now, symbol, armed); });
        return armed;
    });
}

QFuture<Result<bool>> BinanceTrading::acknowledge(GateCause cause)
{
    return ports::onThreadOf(this, [this, cause]() -> Result<bool> {
        bool isLifted = false;
        run([&](Timestamp now) { isLifted = m_desk.acknowledge(now, cause); });
        return isLifted;
    });
}

QFuture<Result<bool>> BinanceTrading::stopOpening()
{
    return ports::onThreadOf(this, [this]() -> Result<bool> {
        run([&](Timestamp now) { m_desk.stopOpening(now, "stop opening"); });
        return true;
    });
}

QFuture<Result<Order>> BinanceTrading::confirmGone(Symbol symbol, std::string clientOrderId)
{
    return ports::onThreadOf(
        this, [this, symbol = std::move(symbol), order = std::move(clientOrderId)]() -> Result<Order> {
            Result<Order> result;
            run([&](Timestamp now) { result = m_desk.confirmGone(now, symbol, order); });
            return result;
        });
}

QFuture<ports::ReconciliationPtr> BinanceTrading::reconcile()
{
    return ports::onThreadOf(this, [this] {
        const Answer<ports::ReconciliationPtr> answer;
        if (!m_isRecovered || m_isStopping) {
            auto report = std::make_shared<ReconciliationReport>();
            report->failure =
                m_rest.hasKeys() ? "The connection to the exchange is not ready." : noKeys().detail;
            answer(ports::ReconciliationPtr{report});
            return answer.future();
        }
        const CommandId id = ++m_lastCommand;
        m_auditAnswers.emplace(id, answer);
        run([&](Timestamp now) { m_desk.reconcile(now, id, "asked for"); });
        return answer.future();
    });
}

ports::ReconciliationPtr BinanceTrading::lastReconciliation() const
{
    const std::lock_guard lock{m_reportMutex};
    return m_report;
}

QFuture<Result<ports::StoryPtr>> BinanceTrading::story(std::string clientOrderId)
{
    return ports::onThreadOf(this, [this, order = std::move(clientOrderId)] {
        const ResultAnswer<ports::StoryPtr> answer;
        ports::whenFinished(
            m_journal.story(order), this, [answer](const Result<std::vector<OrderMoment>> &moments) {
                answer(moments.map([](const auto &all) -> ports::StoryPtr {
                    return std::make_shared<const std::vector<OrderMoment>>(all);
                }));
            });
        return answer.future();
    });
}

QFuture<ports::OrdersPtr> BinanceTrading::orders()
{
    return ports::onThreadOf(this, [this]() -> ports::OrdersPtr {
        return std::make_shared<const std::vector<Order>>(
            m_isRecovered ? m_desk.ledger().orders() : m_past.unresolved);
    });
}

// ---- the world

void BinanceTrading::onUserEvent(const StreamEvent &event)
{
    std::optional<Evidence> evidence;
    if (const auto *update = std::get_if<OrderTradeUpdate>(&event)) {
        evidence = toEvidence(*update);
    } else if (const auto *algo = std::get_if<AlgoUpdate>(&event)) {
        evidence = toEvidence(*algo);
    } else if (const auto *reject = std::get_if<TriggerReject>(&event)) {
        emit noticed(
            2, QStringLiteral("A conditional order of %1 was refused at its trigger: %2")
                   .arg(QString::fromStdString(reject->symbol), QString::fromStdString(reject->reason)));
    }
    // TRADE_LITE says nothing that its ORDER_TRADE_UPDATE does not say completely.
    if (!evidence) {
        return;
    }
    if (!m_isRecovered) {
        m_early.push_back(std::move(*evidence));
        return;
    }
    run([&](Timestamp now) { m_desk.onStream(now, *evidence); });
}

void BinanceTrading::onStreamGap(const QString &why)
{
    m_isStreamUp = false;
    run([&](Timestamp now) { m_desk.onStreamGap(now, why.toStdString()); });
}

void BinanceTrading::onStreamUp()
{
    m_isStreamUp = true;
    if (m_isRecovered) {
        run([&](Timestamp now) { m_desk.onStreamUp(now); });
    }
}

void BinanceTrading::onWakeUp(const std::string &why)
{
    if (m_isRecovered && !m_isStopping) {
        emit noticed(1, QString::fromStdString(why));
        run([&](Timestamp now) { m_desk.onWakeUp(now, why); });
    }
}

void BinanceTrading::onAccountReset()
{
    if (m_isRecovered && !m_isStopping) {
        run([this](Timestamp now) { m_desk.onAccountReset(now); });
    }
}

void BinanceTrading::setRules(std::shared_ptr<const ExchangeInfo> info)
{
    m_desk.setRules(std::move(info));
    setClosed(GateCause::SymbolRules, false, {});
}

void BinanceTrading::setClosed(
    GateCause cause, bool isClosed, const std::string &reason, std::optional<Milliseconds> length)
{
    if (!isClosed && !m_desk.gate().isClosedBy(cause)) {
        return;
    }
    run([&](Timestamp now) {
        if (isClosed) {
            m_desk.close(now, cause, reason, length ? std::optional{now + *length} : std::nullopt);
        } else {
            m_desk.open(now, cause);
        }
    });
}

void BinanceTrading::keepNote(const std::string &name, const std::string &value)
{
    m_journal.append({JournalNote{name, value}});
}

void BinanceTrading::watchKeys(const Error &error)
{
    if (error.code == ErrorCode::Unauthorized) {
        setClosed(GateCause::Keys, true, error.detail);
    }
}

// ---- effects

void BinanceTrading::carryOut()
{
    for (DeskEffect &effect : m_desk.takeEffects()) {
        m_effects.push_back(std::move(effect));
    }
    if (m_isCarryingOut) {
        return; // what an effect brings about has its turn after it
    }
    m_isCarryingOut = true;
    while (!m_effects.empty()) {
        DeskEffect effect = std::move(m_effects.front());
        m_effects.pop_front();
        std::visit([this](auto &one) { carryOutOne(one); }, effect);
    }
    m_isCarryingOut = false;
    for (const std::string &id : std::exchange(m_grown, {})) {
        emit storyGrew(id);
    }
    if (auto *pump = m_rest.pump()) {
        pump->setUnresolvedOrders(m_desk.unknownCount());
    }
    scheduleWake();
}

void BinanceTrading::carryOutOne(KeepEntries &effect)
{
    for (const JournalEntry &entry : effect.entries) {
        if (const auto *moment = std::get_if<OrderMoment>(&entry)) {
            m_grown.insert(moment->clientOrderId);
        }
    }
    auto kept = m_journal.append(std::move(effect.entries));
    if (effect.ticket != 0) {
        ports::whenFinished(kept, this, [this, ticket = effect.ticket](const Result<bool> &result) {
            run([&](Timestamp now) { m_desk.onKept(now, ticket, result); });
        });
    }
}

void BinanceTrading::carryOutOne(SendRequest &effect)
{
    Call call = callOf(effect);
    call.whyNotNow = [this, id = effect.id] { return m_desk.whyNotNow(m_rest.serverNow(), id); };
    call.onHandOver = [this, id = effect.id, window = call.recvWindow](Timestamp signedAt) {
        run([&](Timestamp now) { m_desk.onHandedOver(now, id, signedAt, window); });
    };
    m_rest.send(call, this,
        [this, id = effect.id, what = std::move(effect.what)](const transport::PumpAnswer &reply) {
            const Timestamp wallNow = m_rest.clock().wallNow();
            if (reply.outcome == transport::AnswerClass::Done) {
                setClosed(GateCause::Keys, false, {});
            } else {
                watchKeys(errorOf(reply, wallNow));
            }
            const DeskAnswer answer = answerOf(what, reply, wallNow);
            run([&](Timestamp now) { m_desk.onAnswer(now, id, answer); });
        });
}

void BinanceTrading::carryOutOne(WithdrawRequest &effect)
{
    if (auto *pump = m_rest.pump()) {
        pump->withdraw("desk " + std::to_string(effect.id));
    }
}

void BinanceTrading::carryOutOne(Reply &effect)
{
    if (const auto answer = m_orderAnswers.extract(effect.command)) {
        answer.mapped()(std::move(effect.result));
    }
}

void BinanceTrading::carryOutOne(OrderChanged &effect)
{
    emit orderChanged(effect.order);
}

void BinanceTrading::carryOutOne(FillAdded &effect)
{
    emit fillArrived(effect.fill);
}

void BinanceTrading::carryOutOne(Alert &effect)
{
    emit alerted(effect);
    emit noticed(levelOf(effect.severity), QString::fromStdString(effect.text));
}

void BinanceTrading::carryOutOne(GateChanged &)
{
    emit gateChanged();
}

void BinanceTrading::carryOutOne(EmergencyTold &effect)
{
    const auto report = std::make_shared<const EmergencyReport>(std::move(effect.report));
    emit emergencyProgressed(report);
    for (const CommandId command : effect.commands) {
        if (const auto answer = m_emergencyAnswers.extract(command)) {
            answer.mapped()(report);
        }
    }
}

void BinanceTrading::carryOutOne(ReconciliationTold &effect)
{
    const auto report = std::make_shared<const ReconciliationReport>(std::move(effect.report));
    {
        const std::lock_guard lock{m_reportMutex};
        m_report = report;
    }
    emit reconciled(report);
    if (!report->differences.empty()) {
        emit accountStale();
    }
    if (!report->failure.empty()) {
        emit noticed(1, QStringLiteral("The comparison with the exchange failed and is tried again: %1")
                            .arg(QString::fromStdString(report->failure)));
    }
    for (const CommandId command : effect.commands) {
        if (const auto answer = m_auditAnswers.extract(command)) {
            answer.mapped()(report);
        }
    }
}

void BinanceTrading::scheduleWake()
{
    const auto dueAt = m_desk.nextDueAt();
    if (!dueAt || m_rest.isStopped()) {
        m_wake->stop();
        return;
    }
    m_wake->start(std::max(soonest, Milliseconds{*dueAt - m_rest.serverNow()}));
}

} // namespace binance
