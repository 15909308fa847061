#pragma once

#include "exchange/transport/stream_supervisor.h"
#include "tests/simulation/sim_venue.h"
#include "tests/simulation/timeline.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace simulation
{

/// One subscription socket that stays up, in virtual time: the real StreamSupervisor over the venue's
/// connections, as transport::StreamSocket has it over QWebSockets. Its owner calls onTime() when it is due.
class SimSocket
{
public:
    struct Address
    {
        std::string path;
        std::string query;
    };
    struct Hooks
    {
        std::function<Address()> address; ///< of the next connection
        std::function<void(const std::string &)> text;
        std::function<void()> gapOpened;
        std::function<void(bool isRenewal)> resubscribed;
        std::function<void()> moved; ///< something happened: what waits may go on
    };

    SimSocket(Timeline &timeline, SimVenue &venue, transport::StreamOptions options, std::uint64_t seed,
        Hooks hooks);
    SimSocket(const SimSocket &) = delete;
    SimSocket &operator=(const SimSocket &) = delete;

    void start();
    void reconnect(const std::string &reason);
    void subscribe(const std::string &stream) { m_supervisor.subscribe(stream); }
    void heard(const std::string &stream) { m_supervisor.onHeard(m_timeline.now(), stream); }
    void renew() { m_supervisor.announceEnd(); }
    void onTime();
    std::optional<domain::Monotonic> wakeAt() const { return m_supervisor.wakeAt(); }
    /// Connections that were open and ended from the other side.
    int disconnects() const { return m_disconnects; }

private:
    void apply(const transport::StreamEffects &effects);
    void open(std::uint64_t epoch);
    void receive(std::uint64_t epoch, const std::string &text);
    /// Nothing is called any more once this object is gone.
    template <class Act> auto alive(Act act)
    {
        return [token = std::weak_ptr<int>{m_token}, act = std::move(act)](auto &&...arguments) {
            if (token.lock()) {
                act(std::forward<decltype(arguments)>(arguments)...);
            }
        };
    }

    Timeline &m_timeline;
    SimVenue &m_venue;
    Hooks m_hooks;
    transport::StreamSupervisor m_supervisor;
    std::map<std::uint64_t, paper::ConnectionId> m_connections; ///< by epoch
    std::set<std::uint64_t> m_open;                             ///< epochs of those that are open
    int m_disconnects = 0;
    std::shared_ptr<int> m_token = std::make_shared<int>();
};

} // namespace simulation
