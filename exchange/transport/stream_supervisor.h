#pragma once

#include "exchange/transport/backoff.h"
#include "exchange/transport/rate_gate.h"
#include "models/domain/time.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace transport
{

enum class StreamState : std::uint8_t {
    Idle,       ///< nobody asked for it
    Connecting, ///< the first connection, or a new one, is being made
    Connected,  ///< data flows, or silence is normal
    Stale,      ///< connected, but silent for longer than its subscriptions allow
    Waiting,    ///< between two tries
};

struct StreamOptions
{
    /// Makes the text that (un)subscribes these streams; id counts up from 1 on each connection. Empty: the
    /// address alone says what flows, and nothing is sent.
    std::function<std::string(bool isSubscribe, const std::vector<std::string> &names, std::uint64_t id)>
        control;
    /// Longest normal silence of one stream; empty where silence is normal.
    std::function<std::optional<domain::Milliseconds>(const std::string &name)> silenceOf;
    std::size_t namesPerControl = 100;
    std::size_t streamsMax = 200;
    int controlsPerSecond = 5; ///< own pings included
    domain::Milliseconds connectTimeout{10'000};
    domain::Milliseconds firstRetry{250}; ///< the first try after a loss is within this
    domain::Milliseconds retryBase{500};
    domain::Milliseconds retryCap{30'000};
    domain::Milliseconds healthyAfter{60'000}; ///< a connection this old resets the back-off
    domain::Milliseconds pingEvery{20'000};
    domain::Milliseconds pongWithin{10'000};
    domain::Milliseconds renewAfter{23 * 3'600'000};
    domain::Milliseconds overlap{5'000}; ///< old and new connection side by side at a planned renewal
    /// More within 60 s: pauses for connectPause, then tries one connection and pauses again unless it lasts
    /// for healthyAfter.
    int connectsMost = 6;
    domain::Milliseconds connectPause{30'000};
    /// Shared by all sockets of one host, which live on one thread. Empty: this socket has one of its own.
    std::shared_ptr<ConnectGate> gate;
};

/// For the one stream without which nobody may trade: it tries again at least every 20 s, so that with the
/// comparison that follows all is known again within 30 s of the end of a trouble (reliability I9). That is
/// 15 connections in five minutes, a quarter of what ConnectRule lets a host have.
StreamOptions urgentStream();

/// Open a connection; report its events with this epoch.
struct OpenSocket
{
    std::uint64_t epoch = 0;
    friend bool operator==(const OpenSocket &, const OpenSocket &) = default;
};
struct CloseSocket
{
    std::uint64_t epoch = 0;
    friend bool operator==(const CloseSocket &, const CloseSocket &) = default;
};
struct SendText
{
    std::uint64_t epoch = 0;
    std::string text;
    friend bool operator==(const SendText &, const SendText &) = default;
};
struct SendPing
{
    std::uint64_t epoch = 0;
    friend bool operator==(const SendPing &, const SendPing &) = default;
};
/// From `since` on messages may be missing; what was built from them needs a fresh start.
struct GapOpened
{
    std::uint64_t epoch = 0; ///< of the connection that is lost or silent
    domain::Monotonic since{};
    friend bool operator==(const GapOpened &, const GapOpened &) = default;
};
/// All subscriptions have been asked for on a new connection, or a silent connection speaks again.
struct Resubscribed
{
    std::uint64_t epoch = 0;
    bool isRenewal = false; ///< planned, without a gap
    friend bool operator==(const Resubscribed &, const Resubscribed &) = default;
};
struct StateChanged
{
    StreamState state = StreamState::Idle;
    friend bool operator==(const StateChanged &, const StateChanged &) = default;
};
/// One stream that usually speaks has fallen silent on a connection that is otherwise alive.
struct StreamSilent
{
    std::string name;
    friend bool operator==(const StreamSilent &, const StreamSilent &) = default;
};
using StreamEffect = std::variant<OpenSocket, CloseSocket, SendText, SendPing, GapOpened, Resubscribed,
    StateChanged, StreamSilent>;
using StreamEffects = std::vector<StreamEffect>;

/// Keeps one subscription socket alive: connects, backs off, pings, watches for silence, renews before the
/// venue's 24 h end, and asks again for what is subscribed. Events of connections that are no longer ours are
/// ignored by epoch.
class StreamSupervisor
{
public:
    StreamSupervisor(StreamOptions options, std::uint64_t seed);

    StreamEffects start(domain::Monotonic now);
    StreamEffects stop(domain::Monotonic now);
    /// Sent by the next onTime(), which is due at once, so that changes made together go out together. Claims
    /// are counted: each subscribe needs its own unsubscribe. Over streamsMax nothing happens; ask canHold().
    void subscribe(const std::string &name);
    void unsubscribe(const std::string &name);
    bool canHold(const std::string &name) const;
    /// Gives the connection up and makes a new one at once: the address changed, or the venue is going down.
    StreamEffects reconnect(domain::Monotonic now, const std::string &reason);

    /// The venue said that the connection in use will end: at the next onTime(), due at once, a new one is
    /// made beside it as at a planned renewal.
    void announceEnd();

    StreamEffects onOpened(domain::Monotonic now, std::uint64_t epoch);
    StreamEffects onMessage(domain::Monotonic now, std::uint64_t epoch);
    /// The message belonged to this stream: from then on its own silence is watched too.
    void onHeard(domain::Monotonic now, const std::string &name);
    void onPong(domain::Monotonic now, std::uint64_t epoch);
    StreamEffects onClosed(domain::Monotonic now, std::uint64_t epoch, const std::string &reason);
    StreamEffects onTime(domain::Monotonic now);
    /// When onTime() is due; empty: not before another event.
    std::optional<domain::Monotonic> wakeAt() const;

    /// Whether messages of this connection still count.
    bool accepts(std::uint64_t epoch) const;
    StreamState state() const { return m_state; }
    const std::string &reason() const { return m_reason; } ///< why it is not Connected
    std::uint64_t epoch() const;                           ///< of the connection in use; 0: none
    int subscriptions() const { return static_cast<int>(m_claims.size()); }
    int reconnects() const { return m_reconnects; }
    std::optional<domain::Milliseconds> silentFor(domain::Monotonic now) const;
    std::optional<domain::Milliseconds> roundTrip() const { return m_roundTrip; }
    std::optional<domain::Milliseconds> retryIn(domain::Monotonic now) const;

private:
    struct Connection
    {
        std::uint64_t epoch = 0;
        domain::Monotonic startedAt{};
        bool isOpen = false;
        domain::Monotonic openedAt{};
        domain::Monotonic heardAt{}; ///< last message; at first the opening
        domain::Monotonic askedAt{}; ///< last request for a subscription
        domain::Monotonic pingedAt{};
        bool isPongDue = false;
        std::set<std::string> asked;            ///< subscribed on this connection
        std::deque<domain::Monotonic> controls; ///< times of the last control messages
        std::uint64_t lastControlId = 0;
        bool isComplete = false; ///< Resubscribed was reported
        bool isRenewal = false;
    };
    struct Voice
    {
        domain::Monotonic heardAt{};
        bool isReported = false;
    };
    struct Change
    {
        bool isSubscribe = true;
        std::vector<std::string> names;
    };
    void connect(domain::Monotonic now, bool isRenewal, StreamEffects &effects);
    /// now, or when the next connection may be made.
    bool hasConnectedTooOften(domain::Monotonic now);
    domain::Monotonic mayConnectAt(domain::Monotonic now);
    /// Of the connection in use: what its length says about those to come.
    void judgeEnd(domain::Monotonic now);
    void lose(domain::Monotonic now, const std::string &reason, StreamEffects &effects);
    void closeAll(StreamEffects &effects);
    void openGap(domain::Monotonic now, StreamEffects &effects);
    void setState(StreamState state, StreamEffects &effects);
    bool mayControl(domain::Monotonic now, Connection &connection);
    void sendControls(domain::Monotonic now, StreamEffects &effects);
    void sendControls(domain::Monotonic now, Connection &connection, StreamEffects &effects);
    /// What is still to be asked for on this connection, as much as one message may carry.
    std::optional<Change> nextChange(const Connection &connection) const;
    void giveUpRenewal(domain::Monotonic now, StreamEffects &effects);
    void watch(domain::Monotonic now, StreamEffects &effects);
    void watchSilence(domain::Monotonic now, StreamEffects &effects);
    void speakAgain(StreamEffects &effects);
    domain::Monotonic renewalAt() const;
    domain::Monotonic silentSince() const;
    std::optional<domain::Milliseconds> silenceOf(const std::string &name) const;
    std::optional<domain::Milliseconds> silenceAllowed() const;

    StreamOptions m_options;
    Backoff m_backoff;
    Jitter m_jitter;
    std::map<std::string, int> m_claims;
    std::map<std::string, Voice> m_voices;
    std::optional<Connection> m_current;
    std::optional<Connection>
        m_next; ///< the renewal that is being made; then m_old takes the place of m_current
    std::optional<Connection> m_old; ///< still open beside m_current, until m_oldEndsAt
    domain::Monotonic m_oldEndsAt{};
    std::deque<domain::Monotonic> m_connects;
    std::optional<domain::Monotonic> m_trippedUntil; ///< too many connects: pauses until then, then tries one
    std::uint64_t m_lastEpoch = 0;
    int m_losses = 0; ///< in a row
    int m_reconnects = 0;
    StreamState m_state = StreamState::Idle;
    bool m_isStarted = false;
    bool m_isGapOpen = false;
    domain::Monotonic m_retryAt{};
    std::uint64_t m_endAnnounced = 0; ///< epoch of the connection whose end the venue announced
    domain::Monotonic m_renewAt{};    ///< not before this, after a renewal that failed
    std::string m_reason;
    std::optional<domain::Milliseconds> m_roundTrip;
};

} // namespace transport
