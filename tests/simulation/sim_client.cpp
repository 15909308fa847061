#include "tests/simulation/sim_client.h"

#include "app/client_order_ids.h"
#include "exchange/binance/body.h"
#include "exchange/binance/endpoints.h"
#include "exchange/binance/error_classes.h"
#include "exchange/binance/order_mapping.h"
#include "exchange/binance/wire_account.h"
#include "exchange/binance/wire_market.h"

#include <QUrl>

#include <algorithm>
#include <span>
#include <string_view>

namespace simulation
{

using namespace domain;
using namespace std::chrono_literals;
using binance::Call;
using transport::AnswerClass;
using transport::Priority;

namespace
{

constexpr Milliseconds stampBias = 300ms;
constexpr auto largestUncertainty = 1s;
constexpr int firstSamples = 5;
constexpr Milliseconds measureEvery = 60s;
constexpr Milliseconds lookEvery = 1s;

// A trader by machine sends more than the brake for people lets through.
constexpr transport::OrderRate orderRate{100, 900};

std::shared_ptr<binance::Signer> makeSigner()
{
    const std::string_view secret{SimVenue::secret};
    return *binance::HmacSigner::create(std::as_bytes(std::span{secret.data(), secret.size()}));
}

Call listenKeyCall(const char *verb)
{
    Call call{.verb = verb, .path = "/fapi/v1/listenKey"};
    call.security = binance::Security::Key;
    call.priority = Priority::Resolve;
    call.maxTries = 1;
    return call;
}

Result<QByteArray> bodyOf(const transport::PumpAnswer &answer, Timestamp wallNow)
{
    if (answer.outcome == AnswerClass::Done) {
        return answer.http.body;
    }
    return tl::unexpected{binance::errorOf(answer, wallNow)};
}

} // namespace

SimClient::SimClient(Timeline &timeline, SimVenue &venue, app::JournalFile &journal, std::uint64_t seed,
    Milliseconds wallAhead, const transport::Throttle::PauseState &pause, Hooks hooks)
    : m_timeline{timeline},
      m_venue{venue},
      m_journal{journal},
      m_dice{seed},
      m_wallAhead{wallAhead},
      m_hooks{std::move(hooks)},
      m_signer{makeSigner()},
      m_throttle{binance::assumedLimits(), m_dice.next(), orderRate},
      m_keeper{m_dice.next()},
      m_connectGate{std::make_shared<transport::ConnectGate>()},
      m_socket{timeline, venue, socketOptions(), m_dice.next(), socketHooks()},
      m_disk{m_dice,
          [this](std::chrono::microseconds after, std::function<void()> act) {
              m_timeline.after(after, alive(std::move(act)));
          },
          [this](const SimDisk::Commit &commit) { onCommit(commit); }}
{
    m_throttle.restorePause(m_timeline.now(), wallNow(), pause);
    m_throttle.noteEarlierLife(m_timeline.now(), wallNow(), m_journal.past().lastWrittenAt);
    (void)m_journal.append(
        JournalEntries{JournalNote{"started", std::to_string(toMs(wallNow()))}}, wallNow());
    const std::string install = m_journal.installId();
    m_desk = std::make_unique<OrderDesk>(
        [this, install] { return app::client_order_ids::make(install, m_journal.boot(), ++m_sequence); },
        "t" + install);
    m_desk->close(wallNow(), GateCause::SymbolRules, "The symbols' rules are being read.");
    measureClock(firstSamples);
    readRules();
    carryOut(m_keeper.start(m_timeline.now()));
    if (m_hooks.marketHandedOver) {
        watchMarket();
    }
    look();
    pump();
}

SimClient::~SimClient()
{
    m_venue.forgetClient();
}

Timestamp SimClient::wallNow() const
{
    return timestampFromMs(SimVenue::startMs) + m_wallAhead +
           std::chrono::floor<Milliseconds>(m_timeline.now().time_since_epoch());
}

Timestamp SimClient::serverNow() const
{
    return m_offset.assumedNow(m_timeline.now()).value_or(wallNow());
}

// ---- requests, as transport::RequestPump carries them

void SimClient::send(Call call, Handler handler)
{
    transport::QueueItem item;
    item.id = ++m_lastRequest;
    item.priority = call.priority;
    item.lane = call.lane;
    item.cost = call.cost;
    item.coalesceKey = call.coalesceKey;
    item.maxTries = call.maxTries;
    if (call.deadline) {
        item.deadline = m_timeline.now() + *call.deadline;
        item.isDeadlineFinal = true;
    }
    const std::uint64_t id = item.id;
    const auto admission = m_throttle.submit(m_timeline.now(), std::move(item));
    Pending pending;
    pending.call = std::move(call);
    pending.handler = std::move(handler);
    m_pending.emplace(id, std::move(pending));
    if (!admission.isAccepted) {
        refuse(id, admission.reason);
    }
    pump();
}

void SimClient::pump()
{
    if (m_isPumping) {
        m_isDirty = true;
        return;
    }
    m_isPumping = true;
    do {
        m_isDirty = false;
        pumpOnce();
    } while (m_isDirty);
    m_isPumping = false;
    plan();
}

void SimClient::pumpOnce()
{
    for (;;) {
        const auto step = m_throttle.next(m_timeline.now());
        if (const auto *now = std::get_if<transport::Throttle::HandOver>(&step)) {
            handOver(now->id);
        } else if (const auto *dropped = std::get_if<transport::Throttle::Dropped>(&step)) {
            refuse(dropped->id, dropped->reason);
        } else if (const auto *probe = std::get_if<transport::Throttle::ProbeWanted>(&step)) {
            Call call{.path = "/fapi/v1/time"};
            call.priority = Priority::Resolve;
            call.lane = transport::Lane::Orders;
            call.maxTries = 1;
            call.deadline = probe->deadline;
            send(std::move(call), [](const transport::PumpAnswer &) {});
        } else {
            m_queueWakeAt = std::get<transport::Throttle::Wait>(step).until;
            return;
        }
    }
}

Result<paper::Request> SimClient::build(const Call &call)
{
    if (call.whyNotNow) {
        if (auto error = call.whyNotNow()) {
            return tl::unexpected{std::move(*error)};
        }
    }
    paper::Request request;
    request.method = call.verb.toStdString();
    request.path = call.path;
    if (call.security != binance::Security::None) {
        request.apiKey = SimVenue::apiKey;
    }
    std::string text = call.parameters;
    Timestamp stamp = wallNow();
    if (call.security == binance::Security::Signed) {
        const auto server = m_offset.serverNow(m_timeline.now());
        if (!server || m_offset.uncertainty(m_timeline.now()) > largestUncertainty) {
            return failure(ErrorCode::Unreachable, "The exchange's clock is not known well enough to sign.");
        }
        stamp = *server - stampBias;
        auto form = binance::signedText(*m_signer, std::move(text), call.recvWindow, stamp);
        if (!form) {
            return tl::unexpected{form.error()};
        }
        text = std::move(*form);
    }
    (request.method == "GET" ? request.query : request.body) = std::move(text);
    if (call.onHandOver) {
        call.onHandOver(stamp);
    }
    return request;
}

void SimClient::handOver(std::uint64_t id)
{
    Pending &pending = m_pending.at(id);
    const auto request = build(pending.call);
    if (!request) {
        m_throttle.aborted(m_timeline.now(), id);
        transport::PumpAnswer answer;
        answer.tries = pending.tries;
        answer.refusal = request.error();
        return end(id, std::move(answer));
    }
    Pending &again = m_pending.at(id); // onHandOver may have asked for more
    ++again.tries;
    const int number = ++again.sent;
    const auto timeout = again.call.timeout;
    m_venue.request(*request,
        alive([this, id, number](const transport::HttpAnswer &answer) { answered(id, number, answer); }));
    m_timeline.after(timeout, alive([this, id, number] {
        transport::HttpAnswer late;
        late.failure = transport::HttpFailure::TimedOut;
        late.mayHaveArrived = true;
        late.sentCount = 1;
        late.errorText = QStringLiteral("no answer in time");
        answered(id, number, late);
    }));
}

void SimClient::answered(std::uint64_t id, int number, const transport::HttpAnswer &answer)
{
    const auto found = m_pending.find(id);
    if (found == m_pending.end() || found->second.sent != number) {
        return;
    }
    ++found->second.sent;
    const auto verdict = binance::verdictOf(answer, wallNow());
    transport::Throttle::Outcome outcome;
    outcome.answerClass = verdict.outcome;
    outcome.pauseFor = verdict.pauseFor;
    outcome.isFirewall = verdict.isFirewall;
    outcome.usage = verdict.usage;
    outcome.isRepeatable = found->second.call.delivery == transport::Delivery::Repeatable;
    if (m_throttle.finished(m_timeline.now(), id, outcome) == transport::Throttle::After::WillRetry) {
        found->second.lastAnswer = answer;
        found->second.lastOutcome = outcome.answerClass;
    } else {
        transport::PumpAnswer result;
        result.outcome = outcome.answerClass;
        result.http = answer;
        result.tries = found->second.tries;
        end(id, std::move(result));
    }
    pump();
}

void SimClient::refuse(std::uint64_t id, const std::string &reason)
{
    const Pending &pending = m_pending.at(id);
    transport::PumpAnswer answer;
    answer.outcome = pending.lastOutcome;
    answer.http = pending.lastAnswer;
    answer.tries = pending.tries;
    answer.refusal = Error{ErrorCode::Unreachable, reason, 0, 0, 0};
    end(id, std::move(answer));
}

void SimClient::end(std::uint64_t id, transport::PumpAnswer answer)
{
    const auto entry = m_pending.extract(id);
    const auto body = answer.http.isComplete() && answer.outcome == AnswerClass::NotExecuted
                          ? binance::parseErrorBody(binance::viewOf(answer.http.body))
                          : Result<binance::ErrorBody>{};
    constexpr int invalidTimestamp = -1021;
    if (body && body->code == invalidTimestamp) {
        measureAnew();
    }
    // As in the program, whoever waits is told from the event loop.
    m_timeline.after(0us, alive([handler = std::move(entry.mapped().handler), answer = std::move(answer)] {
        handler(answer);
    }));
}

// ---- time

void SimClient::plan()
{
    std::optional<Monotonic> next;
    const auto offer = [&next](std::optional<Monotonic> at) {
        if (at && (!next || *at < *next)) {
            next = at;
        }
    };
    offer(m_queueWakeAt);
    if (m_isRecovered) {
        if (const auto dueAt = m_desk->nextDueAt()) {
            offer(m_timeline.now() + std::max(*dueAt - serverNow(), Milliseconds{1}));
        }
    }
    offer(m_keeper.wakeAt());
    offer(m_socket.wakeAt());
    if (m_market) {
        offer(m_market->wakeAt());
    }
    if (!next) {
        return;
    }
    const Monotonic at = std::max(*next, m_timeline.now() + 1us);
    if (m_plannedAt && *m_plannedAt <= at && *m_plannedAt > m_timeline.now()) {
        return;
    }
    m_plannedAt = at;
    m_timeline.at(at, alive([this, at] {
        if (m_plannedAt != at) {
            return; // an earlier one has been planned since
        }
        m_plannedAt.reset();
        carryOut(m_keeper.onTime(m_timeline.now()));
        m_socket.onTime();
        if (m_market) {
            m_market->onTime();
        }
        if (m_isRecovered) {
            m_desk->onTime(serverNow());
            carryOut();
        }
        pump();
    }));
}

void SimClient::measureClock(int samplesLeft)
{
    if (m_isMeasuring) {
        return;
    }
    m_isMeasuring = true;
    const auto sentAt = std::make_shared<Monotonic>();
    Call call{.path = "/fapi/v1/time"};
    call.priority = Priority::Resolve;
    call.maxTries = 1;
    call.onHandOver = [this, sentAt](Timestamp) { *sentAt = m_timeline.now(); };
    send(std::move(call), [this, sentAt, samplesLeft](const transport::PumpAnswer &answer) {
        m_isMeasuring = false;
        const auto time = binance::parsed(bodyOf(answer, wallNow()), binance::parseServerTime);
        const bool wasKnown = m_offset.isKnown();
        if (time) {
            m_offset.add({*sentAt, m_timeline.now(), *time});
        }
        if (m_offset.isKnown() && !wasKnown) {
            watchConditions();
            recover();
        }
        if (time && samplesLeft > 1) {
            return measureClock(samplesLeft - 1);
        }
        m_timeline.after(time ? measureEvery : Milliseconds{2'000},
            alive([this] { measureClock(m_offset.isKnown() ? 1 : firstSamples); }));
    });
}

void SimClient::measureAnew()
{
    m_offset.reset();
    measureClock(firstSamples);
}

void SimClient::readRules()
{
    Call call{.path = "/fapi/v1/exchangeInfo"};
    call.priority = Priority::Market;
    call.lane = transport::Lane::Bulk;
    send(std::move(call), [this](const transport::PumpAnswer &answer) {
        const auto info = binance::parsed(bodyOf(answer, wallNow()), binance::parseExchangeInfo);
        if (!info) {
            m_timeline.after(2s, alive([this] { readRules(); }));
            return;
        }
        m_throttle.setLimits(binance::limitRulesFrom(*info), true);
        command([&](OrderDesk &desk, Timestamp now) {
            desk.setRules(std::make_shared<const ExchangeInfo>(*info));
            desk.open(now, GateCause::SymbolRules);
        });
    });
}

void SimClient::look()
{
    if (const auto why = m_wakeWatch.observe(m_timeline.now(), wallNow()); why && m_isRecovered) {
        measureAnew();
        m_desk->onWakeUp(serverNow(), *why);
        carryOut();
        m_socket.reconnect(*why);
        if (m_market) {
            m_market->reconnect(*why);
        }
    }
    watchConditions();
    m_timeline.after(lookEvery, alive([this] {
        look();
        pump();
    }));
}

void SimClient::watchConditions()
{
    const auto now = m_timeline.now();
    const auto tell = [&](GateCause cause, bool isClosed, const char *reason,
                          std::optional<Timestamp> until = std::nullopt) {
        if (isClosed) {
            m_desk->close(serverNow(), cause, reason, until);
        } else {
            m_desk->open(serverNow(), cause);
        }
    };
    const auto uncertainty = m_offset.uncertainty(now);
    tell(GateCause::Clock, !uncertainty || *uncertainty > largestUncertainty,
        "The exchange's clock is not known.");
    const auto pausedUntil = m_throttle.pausedUntil(now);
    std::optional<Timestamp> until;
    if (pausedUntil) {
        until = serverNow() + std::chrono::ceil<Milliseconds>(*pausedUntil - now);
    }
    const bool isBanned = m_throttle.isBanned(now);
    tell(GateCause::Pause, pausedUntil && !isBanned, "The exchange asked for a pause.", until);
    tell(GateCause::Ban, pausedUntil && isBanned, "The exchange shuts this address out.", until);
    tell(GateCause::Breaker, m_throttle.orders().state(now) != transport::Breaker::State::Closed,
        "New orders are held back.");
    carryOut();
}

void SimClient::recover()
{
    if (m_isRecovered) {
        return;
    }
    m_isRecovered = true;
    m_desk->restore(serverNow(), m_journal.past());
    for (const Evidence &evidence : std::exchange(m_early, {})) {
        m_desk->onStream(serverNow(), evidence);
    }
    if (m_isStreamUp) {
        m_desk->onStreamUp(serverNow());
    }
    carryOut();
}

// ---- the desk's effects, as binance::BinanceTrading carries them out

void SimClient::carryOut()
{
    for (DeskEffect &effect : m_desk->takeEffects()) {
        m_effects.push_back(std::move(effect));
    }
    if (m_isCarryingOut) {
        return;
    }
    m_isCarryingOut = true;
    for (std::size_t at = 0; at < m_effects.size(); ++at) {
        DeskEffect effect = std::move(m_effects[at]);
        std::visit([this](auto &one) { carryOutOne(one); }, effect);
    }
    m_effects.clear();
    m_isCarryingOut = false;
    m_throttle.setUnresolved(m_timeline.now(), m_desk->unknownCount());
}

void SimClient::carryOutOne(KeepEntries &effect)
{
    m_disk.keep(std::move(effect.entries), effect.ticket);
}

void SimClient::onCommit(const SimDisk::Commit &commit)
{
    const Result<bool> kept = commit.isFailing ? Result<bool>{failure(ErrorCode::Storage, "The disk failed.")}
                                               : m_journal.appendAll(commit.appends, wallNow());
    if (kept) {
        std::ranges::for_each(commit.appends, m_hooks.kept);
    }
    if (commit.isFailing) {
        m_desk->close(serverNow(), GateCause::Journal, "The disk failed.");
        m_timeline.after(500ms, alive([this] {
            command([](OrderDesk &desk, Timestamp now) { desk.open(now, GateCause::Journal); });
        }));
    }
    carryOut();
    if (commit.tickets.empty()) {
        return;
    }
    // A kill between commit and answer leaves an intent that was never acknowledged.
    m_timeline.after(
        std::chrono::microseconds{m_dice.between(10, 400)}, alive([this, tickets = commit.tickets, kept] {
            for (const std::uint64_t ticket : tickets) {
                m_desk->onKept(serverNow(), ticket, kept);
            }
            carryOut();
            pump();
        }));
}

void SimClient::carryOutOne(SendRequest &effect)
{
    Call call = binance::callOf(effect);
    call.whyNotNow = [this, id = effect.id] { return m_desk->whyNotNow(serverNow(), id); };
    call.onHandOver = [this, id = effect.id, window = call.recvWindow, what = effect.what](
                          Timestamp signedAt) {
        if (const auto *placed = std::get_if<PlaceOrder>(&what)) {
            const Order *order = m_desk->ledger().find(placed->order.clientOrderId);
            m_hooks.handedOver(placed->order,
                order != nullptr ? serverNow() - order->createdAt : Milliseconds{0}, m_desk->gate());
        }
        m_desk->onHandedOver(serverNow(), id, signedAt, window);
        carryOut();
    };
    send(std::move(call), [this, id = effect.id, what = effect.what](const transport::PumpAnswer &reply) {
        m_desk->onAnswer(serverNow(), id, binance::answerOf(what, reply, wallNow()));
        carryOut();
        pump();
    });
}

void SimClient::carryOutOne(WithdrawRequest &effect)
{
    for (const std::uint64_t id : m_throttle.withdraw("desk " + std::to_string(effect.id))) {
        transport::PumpAnswer answer;
        answer.tries = m_pending.at(id).tries;
        answer.refusal = Error{ErrorCode::Cancelled, "taken back before it was sent", 0, 0, 0};
        end(id, std::move(answer));
    }
}

void SimClient::carryOutOne(Reply &effect)
{
    m_hooks.replied(effect.command, effect.result);
}

void SimClient::carryOutOne(OrderChanged &effect)
{
    m_hooks.changed(effect.order);
}

void SimClient::carryOutOne(FillAdded &effect)
{
    m_hooks.filled(effect.fill);
}

void SimClient::carryOutOne(Alert &effect)
{
    m_hooks.alerted(effect);
}

void SimClient::carryOutOne(GateChanged &) {}

void SimClient::carryOutOne(EmergencyTold &effect)
{
    if (effect.report.isFinished()) {
        m_hooks.escaped(effect.report);
    }
}

void SimClient::carryOutOne(ReconciliationTold &effect)
{
    m_hooks.reconciled(effect.report);
}

// ---- the account's stream, as binance::UserStream keeps it

void SimClient::carryOut(const binance::ListenKeyKeeper::Effects &effects)
{
    for (const auto &effect : effects) {
        if (std::holds_alternative<binance::ListenKeyKeeper::AskKey>(effect)) {
            send(listenKeyCall("POST"), [this](const transport::PumpAnswer &answer) {
                carryOut(m_keeper.onKey(
                    m_timeline.now(), binance::parsed(bodyOf(answer, wallNow()), binance::parseListenKey)));
                pump();
            });
        } else if (std::holds_alternative<binance::ListenKeyKeeper::KeepAlive>(effect)) {
            send(listenKeyCall("PUT"), [this](const transport::PumpAnswer &answer) {
                carryOut(m_keeper.onKeptAlive(m_timeline.now(),
                    bodyOf(answer, wallNow()).map([](const QByteArray &) { return std::string{}; })));
                pump();
            });
        } else if (const auto *use = std::get_if<binance::ListenKeyKeeper::UseKey>(&effect)) {
            const bool isFirst = std::exchange(m_listenKey, use->key).empty();
            isFirst ? m_socket.start() : m_socket.reconnect("the listen key was renewed");
        } else if (const auto *lost = std::get_if<binance::ListenKeyKeeper::KeyLost>(&effect)) {
            m_isStreamUp = false;
            m_desk->onStreamGap(serverNow(), lost->why);
            carryOut();
        }
    }
}

transport::StreamOptions SimClient::socketOptions() const
{
    transport::StreamOptions options = transport::urgentStream();
    options.gate = m_connectGate;
    return options;
}

SimSocket::Hooks SimClient::socketHooks()
{
    SimSocket::Hooks hooks;
    hooks.address = [this] {
        const QUrl url = binance::paperEndpoints(1, 2).userStream(QString::fromStdString(m_listenKey));
        return SimSocket::Address{url.path().toStdString(), url.query().toStdString()};
    };
    hooks.text = [this](const std::string &text) { onText(text); };
    hooks.gapOpened = [this] {
        m_isStreamUp = false;
        m_desk->onStreamGap(serverNow(), "The account's stream is not connected.");
        carryOut();
    };
    hooks.resubscribed = [this](bool) {
        m_isStreamUp = true;
        if (m_isRecovered) {
            m_desk->onStreamUp(serverNow());
            carryOut();
        }
        carryOut(m_keeper.onConnected());
    };
    hooks.moved = [this] { pump(); };
    return hooks;
}

void SimClient::onText(const std::string &text)
{
    if (!binance::parseFrame(text, m_frame)) {
        // What it said is not known, so the picture may be wrong until REST has been asked.
        if (m_isRecovered) {
            m_desk->onStreamGap(serverNow(), "An account event could not be read.");
            m_desk->onStreamUp(serverNow());
            carryOut();
        }
        return;
    }
    for (const binance::StreamEvent &event : std::exchange(m_frame.events, {})) {
        std::optional<Evidence> evidence;
        if (const auto *update = std::get_if<binance::OrderTradeUpdate>(&event)) {
            evidence = binance::toEvidence(*update);
        } else if (const auto *algo = std::get_if<binance::AlgoUpdate>(&event)) {
            evidence = binance::toEvidence(*algo);
        } else if (std::holds_alternative<binance::ServerShutdown>(event)) {
            m_socket.renew();
        } else if (std::holds_alternative<binance::ListenKeyExpired>(event)) {
            carryOut(m_keeper.onExpired(m_timeline.now()));
        }
        if (evidence && !m_isRecovered) {
            m_early.push_back(std::move(*evidence));
        } else if (evidence) {
            m_desk->onStream(serverNow(), *evidence);
            carryOut();
        }
    }
}

// ---- the market's streams

void SimClient::watchMarket()
{
    SimMarket::Hooks hooks;
    hooks.fetch = [this](Call call, SimMarket::Answer answer) {
        send(std::move(call), [this, answer = std::move(answer)](const transport::PumpAnswer &reply) {
            answer(bodyOf(reply, wallNow()));
            pump();
        });
    };
    hooks.serverNow = [this] { return serverNow(); };
    hooks.moved = [this] { pump(); };
    hooks.handedOver = m_hooks.marketHandedOver;
    hooks.noticed = m_hooks.marketNoticed;
    m_market =
        std::make_unique<SimMarket>(m_timeline, m_venue, m_connectGate, m_dice.next(), std::move(hooks));
    m_market->start(m_venue.symbols());
}

} // namespace simulation
