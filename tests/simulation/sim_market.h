#pragma once

#include "exchange/binance/market_feed.h"
#include "tests/simulation/sim_socket.h"

#include <QByteArray>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simulation
{

/// The market side of the terminal in virtual time: the real feed, its two sockets with their supervision,
/// subscriptions and parsers, wired as binance::BinanceMarketData wires them. One object is one run of the
/// program; its owner calls onTime() when it is due.
class SimMarket
{
public:
    using Answer = std::function<void(const domain::Result<QByteArray> &)>;
    struct Hooks
    {
        std::function<void(binance::Call, Answer)> fetch; ///< through the queue that all requests share
        std::function<domain::Timestamp()> serverNow;
        std::function<void()> moved; ///< something happened: what waits may go on
        std::function<void(const binance::MarketFeed::Updates &)> handedOver;
        std::function<void(const std::string &)> noticed;
    };

    /// gate: shared by all sockets of the host.
    SimMarket(Timeline &timeline, SimVenue &venue, const std::shared_ptr<transport::ConnectGate> &gate,
        std::uint64_t seed, Hooks hooks);

    /// Claims everything there is on these symbols and connects.
    void start(const std::vector<domain::Symbol> &symbols);
    void reconnect(const std::string &why);
    void onTime();
    std::optional<domain::Monotonic> wakeAt() const;
    int disconnects() const { return m_sockets[0].disconnects() + m_sockets[1].disconnects(); }

private:
    SimSocket socketFor(
        binance::StreamRoute route, std::shared_ptr<transport::ConnectGate> gate, std::uint64_t seed);
    SimSocket &socketOf(binance::StreamRoute route);
    binance::MarketFeed::Moment moment() const { return {m_timeline.now(), m_hooks.serverNow()}; }
    void carryOut(const binance::MarketFeed::Effects &effects);
    void flush();

    Timeline &m_timeline;
    SimVenue &m_venue;
    Hooks m_hooks;
    binance::MarketFeed m_feed;
    std::array<SimSocket, 2> m_sockets; ///< public, market
    bool m_isFramePlanned = false;
    std::shared_ptr<int> m_token = std::make_shared<int>(); ///< callbacks end with this object
};

} // namespace simulation
