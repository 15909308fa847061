#include "tests/simulation/sim_socket.h"

#include <utility>
#include <variant>

namespace simulation
{

SimSocket::SimSocket(
    Timeline &timeline, SimVenue &venue, transport::StreamOptions options, std::uint64_t seed, Hooks hooks)
    : m_timeline{timeline},
      m_venue{venue},
      m_hooks{std::move(hooks)},
      m_supervisor{std::move(options), seed}
{
}

void SimSocket::start()
{
    apply(m_supervisor.start(m_timeline.now()));
}

void SimSocket::reconnect(const std::string &reason)
{
    apply(m_supervisor.reconnect(m_timeline.now(), reason));
}

void SimSocket::onTime()
{
    apply(m_supervisor.onTime(m_timeline.now()));
}

void SimSocket::apply(const transport::StreamEffects &effects)
{
    for (const auto &effect : effects) {
        if (const auto *made = std::get_if<transport::OpenSocket>(&effect)) {
            open(made->epoch);
        } else if (const auto *close = std::get_if<transport::CloseSocket>(&effect)) {
            m_open.erase(close->epoch);
            if (const auto known = m_connections.extract(close->epoch)) {
                m_venue.disconnect(known.mapped());
            }
        } else if (const auto *say = std::get_if<transport::SendText>(&effect)) {
            if (const auto known = m_connections.find(say->epoch); known != m_connections.end()) {
                m_venue.say(known->second, say->text);
            }
        } else if (const auto *ping = std::get_if<transport::SendPing>(&effect)) {
            if (const auto known = m_connections.find(ping->epoch); known != m_connections.end()) {
                m_venue.ping(known->second, alive([this, epoch = ping->epoch] {
                    m_supervisor.onPong(m_timeline.now(), epoch);
                    m_hooks.moved();
                }));
            }
        } else if (std::holds_alternative<transport::GapOpened>(effect)) {
            m_hooks.gapOpened();
        } else if (const auto *again = std::get_if<transport::Resubscribed>(&effect)) {
            m_hooks.resubscribed(again->isRenewal);
        }
    }
}

void SimSocket::open(std::uint64_t epoch)
{
    SimVenue::Listener listener;
    listener.opened = alive([this, epoch] {
        m_open.insert(epoch);
        apply(m_supervisor.onOpened(m_timeline.now(), epoch));
        m_hooks.moved();
    });
    listener.text = alive([this, epoch](const std::string &text) {
        receive(epoch, text);
        m_hooks.moved();
    });
    listener.closed = alive([this, epoch] {
        m_disconnects += static_cast<int>(m_open.erase(epoch));
        apply(m_supervisor.onClosed(m_timeline.now(), epoch, "the connection was cut"));
        m_hooks.moved();
    });
    Address address = m_hooks.address();
    m_connections[epoch] =
        m_venue.connect(std::move(address.path), std::move(address.query), std::move(listener));
}

void SimSocket::receive(std::uint64_t epoch, const std::string &text)
{
    if (m_supervisor.accepts(epoch)) {
        apply(m_supervisor.onMessage(m_timeline.now(), epoch));
        m_hooks.text(text);
    }
}

} // namespace simulation
