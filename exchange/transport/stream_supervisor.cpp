#include "exchange/transport/stream_supervisor.h"

#include <algorithm>
#include <utility>

namespace transport
{

namespace
{

using namespace std::chrono_literals;

constexpr domain::Milliseconds controlWindow = 1s;
constexpr domain::Milliseconds connectWindow = 60s;

void takeEarlier(std::optional<domain::Monotonic> &earliest, domain::Monotonic at)
{
    if (!earliest || at < *earliest) {
        earliest = at;
    }
}

} // namespace

StreamOptions urgentStream()
{
    StreamOptions options;
    options.retryCap = options.connectPause = 20s;
    return options;
}

StreamSupervisor::StreamSupervisor(StreamOptions options, std::uint64_t seed)
    : m_options{std::move(options)},
      m_backoff{m_options.retryBase, m_options.retryCap, seed},
      m_jitter{seed + 1}
{
    if (!m_options.gate) {
        m_options.gate = std::make_shared<ConnectGate>();
    }
}

StreamEffects StreamSupervisor::start(domain::Monotonic now)
{
    StreamEffects effects;
    if (!m_isStarted) {
        m_isStarted = true;
        m_reason.clear();
        connect(now, false, effects);
    }
    return effects;
}

StreamEffects StreamSupervisor::stop(domain::Monotonic now)
{
    StreamEffects effects;
    if (!m_isStarted) {
        return effects;
    }
    openGap(now, effects);
    closeAll(effects);
    m_isStarted = false;
    m_backoff.reset();
    m_losses = 0;
    m_reason.clear();
    setState(StreamState::Idle, effects);
    return effects;
}

StreamEffects StreamSupervisor::reconnect(domain::Monotonic now, const std::string &reason)
{
    StreamEffects effects;
    if (m_isStarted) {
        openGap(now, effects);
        judgeEnd(now);
        closeAll(effects);
        m_reason = reason;
        ++m_reconnects;
        connect(now, false, effects);
    }
    return effects;
}

void StreamSupervisor::announceEnd()
{
    if (m_current && !m_next && !m_old) { // else it may be the connection that is left already
        m_endAnnounced = m_current->epoch;
    }
}

void StreamSupervisor::judgeEnd(domain::Monotonic now)
{
    if (!m_current) {
        return;
    }
    if (m_current->isOpen && now >= m_current->openedAt + m_options.healthyAfter) {
        m_backoff.reset();
        m_losses = 0;
        m_trippedUntil.reset();
    } else if (m_trippedUntil) {
        m_trippedUntil = now + m_options.connectPause; // the one connection that was tried did not last
    }
}

void StreamSupervisor::closeAll(StreamEffects &effects)
{
    for (std::optional<Connection> *connection : {&m_current, &m_next, &m_old}) {
        if (*connection) {
            effects.emplace_back(CloseSocket{(*connection)->epoch});
            connection->reset();
        }
    }
}

bool StreamSupervisor::hasConnectedTooOften(domain::Monotonic now)
{
    while (!m_connects.empty() && m_connects.front() + connectWindow <= now) {
        m_connects.pop_front();
    }
    return static_cast<int>(m_connects.size()) > m_options.connectsMost;
}

domain::Monotonic StreamSupervisor::mayConnectAt(domain::Monotonic now)
{
    if (!m_trippedUntil && hasConnectedTooOften(now)) {
        // Venues shut out addresses that reconnect too often.
        m_trippedUntil = now + m_options.connectPause;
        m_reason = "connected too often within a minute";
    }
    return std::max(m_options.gate->admissibleAt(now), m_trippedUntil.value_or(now));
}

void StreamSupervisor::connect(domain::Monotonic now, bool isRenewal, StreamEffects &effects)
{
    if (const domain::Monotonic at = mayConnectAt(now); at > now) {
        if (isRenewal) {
            m_renewAt = at;
            return;
        }
        m_retryAt = at;
        m_reason = m_reason.empty() ? "waits for its turn to connect" : m_reason;
        setState(StreamState::Waiting, effects);
        return;
    }
    m_options.gate->take(now);
    m_connects.push_back(now);
    Connection made;
    made.epoch = ++m_lastEpoch;
    made.startedAt = now;
    made.isRenewal = isRenewal;
    effects.emplace_back(OpenSocket{made.epoch});
    if (isRenewal) {
        m_next = std::move(made);
    } else {
        m_current = std::move(made);
        setState(StreamState::Connecting, effects);
    }
}

void StreamSupervisor::lose(domain::Monotonic now, const std::string &reason, StreamEffects &effects)
{
    openGap(now, effects);
    judgeEnd(now);
    closeAll(effects);
    ++m_losses;
    ++m_reconnects;
    m_reason = reason;
    m_retryAt = now + (m_losses == 1 ? m_jitter.upTo(m_options.firstRetry) : m_backoff.next());
    if (m_trippedUntil) {
        m_retryAt = std::max(m_retryAt, *m_trippedUntil);
    } else if (hasConnectedTooOften(now)) {
        m_retryAt = now; // the pause begins now: it is not added to the back-off
    }
    setState(StreamState::Waiting, effects);
}

void StreamSupervisor::openGap(domain::Monotonic now, StreamEffects &effects)
{
    if (!m_isGapOpen && m_current && m_current->isOpen) {
        m_isGapOpen = true;
        effects.emplace_back(GapOpened{m_current->epoch, std::min(m_current->heardAt, now)});
    }
}

void StreamSupervisor::setState(StreamState state, StreamEffects &effects)
{
    if (state != m_state) {
        m_state = state;
        effects.emplace_back(StateChanged{state});
    }
}

void StreamSupervisor::subscribe(const std::string &name)
{
    if (canHold(name)) {
        ++m_claims[name];
    }
}

void StreamSupervisor::unsubscribe(const std::string &name)
{
    const auto claim = m_claims.find(name);
    if (claim != m_claims.end() && --claim->second == 0) {
        m_claims.erase(claim);
        m_voices.erase(name);
    }
}

bool StreamSupervisor::canHold(const std::string &name) const
{
    return m_claims.contains(name) || m_claims.size() < m_options.streamsMax;
}

bool StreamSupervisor::mayControl(domain::Monotonic now, Connection &connection)
{
    auto &times = connection.controls;
    while (!times.empty() && times.front() + controlWindow <= now) {
        times.pop_front();
    }
    return static_cast<int>(times.size()) < m_options.controlsPerSecond;
}

void StreamSupervisor::sendControls(domain::Monotonic now, StreamEffects &effects)
{
    for (std::optional<Connection> *connection : {&m_current, &m_next}) {
        if (*connection && (*connection)->isOpen) {
            sendControls(now, **connection, effects);
        }
    }
}

void StreamSupervisor::sendControls(domain::Monotonic now, Connection &connection, StreamEffects &effects)
{
    while (const auto change = nextChange(connection)) {
        if (m_options.control) {
            if (!mayControl(now, connection)) {
                return;
            }
            connection.controls.push_back(now);
            effects.emplace_back(SendText{connection.epoch,
                m_options.control(change->isSubscribe, change->names, ++connection.lastControlId)});
        }
        for (const std::string &name : change->names) {
            if (change->isSubscribe) {
                connection.asked.insert(name);
                connection.askedAt = now;
                m_voices.erase(name);
            } else {
                connection.asked.erase(name);
            }
        }
    }
    if (!connection.isComplete) {
        connection.isComplete = true;
        effects.emplace_back(Resubscribed{connection.epoch, connection.isRenewal});
        m_isGapOpen = m_isGapOpen && connection.isRenewal;
        if (connection.isRenewal) {
            m_old = std::exchange(m_current, std::exchange(m_next, std::nullopt));
            m_oldEndsAt = now + m_options.overlap;
        }
    }
}

std::optional<StreamSupervisor::Change> StreamSupervisor::nextChange(const Connection &connection) const
{
    Change change;
    for (const auto &[name, claims] : m_claims) {
        if (change.names.size() < m_options.namesPerControl && !connection.asked.contains(name)) {
            change.names.push_back(name);
        }
    }
    if (!change.names.empty()) {
        return change;
    }
    change.isSubscribe = false;
    for (const std::string &name : connection.asked) {
        if (change.names.size() < m_options.namesPerControl && !m_claims.contains(name)) {
            change.names.push_back(name);
        }
    }
    return change.names.empty() ? std::nullopt : std::optional{std::move(change)};
}

StreamEffects StreamSupervisor::onOpened(domain::Monotonic now, std::uint64_t epoch)
{
    StreamEffects effects;
    for (std::optional<Connection> *slot : {&m_current, &m_next}) {
        if (*slot && (*slot)->epoch == epoch && !(*slot)->isOpen) {
            Connection &connection = **slot;
            connection.isOpen = true;
            connection.openedAt = connection.heardAt = connection.pingedAt = now;
            if (slot == &m_current) {
                m_reason.clear();
                setState(StreamState::Connected, effects);
            }
            sendControls(
                now, connection, effects); // a complete renewal moves to m_current: touch nothing after this
            break;
        }
    }
    return effects;
}

StreamEffects StreamSupervisor::onMessage(domain::Monotonic now, std::uint64_t epoch)
{
    StreamEffects effects;
    for (std::optional<Connection> *slot : {&m_current, &m_next, &m_old}) {
        if (*slot && (*slot)->epoch == epoch) {
            (*slot)->heardAt = now;
        }
    }
    if (m_state == StreamState::Stale && m_current && m_current->epoch == epoch) {
        speakAgain(effects);
    }
    return effects;
}

void StreamSupervisor::speakAgain(StreamEffects &effects)
{
    m_reason.clear();
    m_isGapOpen = false;
    setState(StreamState::Connected, effects);
    effects.emplace_back(Resubscribed{m_current->epoch, false});
}

void StreamSupervisor::onHeard(domain::Monotonic now, const std::string &name)
{
    if (m_claims.contains(name)) {
        m_voices.insert_or_assign(name, Voice{now, false});
    }
}

void StreamSupervisor::onPong(domain::Monotonic now, std::uint64_t epoch)
{
    for (std::optional<Connection> *slot : {&m_current, &m_old}) {
        if (*slot && (*slot)->epoch == epoch && (*slot)->isPongDue) {
            (*slot)->isPongDue = false;
            m_roundTrip = std::chrono::duration_cast<domain::Milliseconds>(now - (*slot)->pingedAt);
        }
    }
}

StreamEffects StreamSupervisor::onClosed(
    domain::Monotonic now, std::uint64_t epoch, const std::string &reason)
{
    StreamEffects effects;
    if (m_current && m_current->epoch == epoch) {
        lose(now, reason, effects);
    } else if (m_next && m_next->epoch == epoch) {
        giveUpRenewal(now, effects);
    } else if (m_old && m_old->epoch == epoch) {
        effects.emplace_back(CloseSocket{epoch});
        m_old.reset();
    }
    return effects;
}

void StreamSupervisor::giveUpRenewal(domain::Monotonic now, StreamEffects &effects)
{
    effects.emplace_back(CloseSocket{m_next->epoch});
    m_next.reset();
    // The connection in use still works: ask again later, well before its end.
    m_renewAt = now + m_options.retryCap;
}

StreamEffects StreamSupervisor::onTime(domain::Monotonic now)
{
    StreamEffects effects;
    if (!m_isStarted) {
        return effects;
    }
    if (m_old && now >= m_oldEndsAt) {
        effects.emplace_back(CloseSocket{m_old->epoch});
        m_old.reset();
    }
    if (m_next && !m_next->isOpen && now >= m_next->startedAt + m_options.connectTimeout) {
        giveUpRenewal(now, effects);
    }
    if (!m_current) {
        if (now >= m_retryAt) {
            connect(now, false, effects);
        }
        return effects;
    }
    if (!m_current->isOpen) {
        if (now >= m_current->startedAt + m_options.connectTimeout) {
            lose(now, "no connection in time", effects);
        }
        return effects;
    }
    sendControls(now, effects);
    watch(now, effects);
    return effects;
}

void StreamSupervisor::watch(domain::Monotonic now, StreamEffects &effects)
{
    Connection &connection = *m_current;
    if (connection.isPongDue && now >= connection.pingedAt + m_options.pongWithin) {
        lose(now, "no answer to a ping", effects);
        return;
    }
    watchSilence(now, effects);
    if (!m_current) {
        return;
    }
    const bool hasFallenSilent =
        std::ranges::find(effects, StreamEffect{StateChanged{StreamState::Stale}}) != effects.end();
    if (!connection.isPongDue && (hasFallenSilent || now >= connection.pingedAt + m_options.pingEvery)) {
        connection.controls.push_back(now);
        connection.pingedAt = now;
        connection.isPongDue = true;
        effects.emplace_back(SendPing{connection.epoch});
    }
    for (auto &[name, voice] : m_voices) {
        const auto allowed = silenceOf(name);
        if (allowed && !voice.isReported && now >= voice.heardAt + *allowed) {
            voice.isReported = true;
            effects.emplace_back(StreamSilent{name});
        }
    }
    if (!m_next && !m_old && now >= renewalAt()) {
        connect(now, true, effects);
    }
}

void StreamSupervisor::watchSilence(domain::Monotonic now, StreamEffects &effects)
{
    const auto allowed = silenceAllowed();
    const bool isSilent = allowed && now >= silentSince() + *allowed;
    if (!isSilent && m_state == StreamState::Stale) {
        speakAgain(effects); // whose silence was strange is no longer subscribed
    } else if (isSilent && m_state == StreamState::Connected) {
        m_reason = "silent for longer than usual";
        openGap(now, effects);
        setState(StreamState::Stale, effects);
    } else if (isSilent && now >= silentSince() + 2 * *allowed) {
        lose(now, "silent for too long", effects);
    }
}

domain::Monotonic StreamSupervisor::silentSince() const
{
    return std::max(m_current->heardAt, m_current->askedAt);
}

domain::Monotonic StreamSupervisor::renewalAt() const
{
    const bool isEnding = m_endAnnounced == m_current->epoch;
    return std::max(isEnding ? m_current->openedAt : m_current->openedAt + m_options.renewAfter, m_renewAt);
}

std::optional<domain::Milliseconds> StreamSupervisor::silenceOf(const std::string &name) const
{
    return m_options.silenceOf ? m_options.silenceOf(name) : std::nullopt;
}

std::optional<domain::Milliseconds> StreamSupervisor::silenceAllowed() const
{
    std::optional<domain::Milliseconds> least;
    for (const auto &[name, claims] : m_claims) {
        const auto allowed = silenceOf(name);
        if (allowed && (!least || *allowed < *least)) {
            least = allowed;
        }
    }
    return least;
}

std::optional<domain::Monotonic> StreamSupervisor::wakeAt() const
{
    if (!m_isStarted) {
        return std::nullopt;
    }
    std::optional<domain::Monotonic> earliest;
    if (m_old) {
        takeEarlier(earliest, m_oldEndsAt);
    }
    if (m_next && !m_next->isOpen) {
        takeEarlier(earliest, m_next->startedAt + m_options.connectTimeout);
    }
    if (!m_current) {
        takeEarlier(earliest, m_retryAt);
        return earliest;
    }
    if (!m_current->isOpen) {
        takeEarlier(earliest, m_current->startedAt + m_options.connectTimeout);
        return earliest;
    }
    takeEarlier(
        earliest, m_current->pingedAt + (m_current->isPongDue ? m_options.pongWithin : m_options.pingEvery));
    if (const auto allowed = silenceAllowed()) {
        takeEarlier(earliest, silentSince() + (m_state == StreamState::Stale ? 2 : 1) * *allowed);
    }
    for (const auto &[name, voice] : m_voices) {
        const auto allowed = silenceOf(name);
        if (allowed && !voice.isReported) {
            takeEarlier(earliest, voice.heardAt + *allowed);
        }
    }
    if (!m_next && !m_old) {
        takeEarlier(earliest, renewalAt());
    }
    for (const std::optional<Connection> *slot : {&m_current, &m_next}) {
        if (*slot && (*slot)->isOpen && nextChange(**slot)) {
            const auto &times = (*slot)->controls;
            const bool isFree = static_cast<int>(times.size()) < m_options.controlsPerSecond;
            takeEarlier(earliest, isFree ? (*slot)->openedAt : times.front() + controlWindow);
        }
    }
    return earliest;
}

bool StreamSupervisor::accepts(std::uint64_t epoch) const
{
    const auto isIt = [epoch](const std::optional<Connection> &one) { return one && one->epoch == epoch; };
    return isIt(m_current) || isIt(m_old) || isIt(m_next);
}

std::uint64_t StreamSupervisor::epoch() const
{
    return m_current ? m_current->epoch : 0;
}

std::optional<domain::Milliseconds> StreamSupervisor::silentFor(domain::Monotonic now) const
{
    if (!m_current || !m_current->isOpen) {
        return std::nullopt;
    }
    return std::chrono::duration_cast<domain::Milliseconds>(now - m_current->heardAt);
}

std::optional<domain::Milliseconds> StreamSupervisor::retryIn(domain::Monotonic now) const
{
    if (m_state != StreamState::Waiting) {
        return std::nullopt;
    }
    return std::max(std::chrono::ceil<domain::Milliseconds>(m_retryAt - now), domain::Milliseconds{0});
}

} // namespace transport
