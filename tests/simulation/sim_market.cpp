#include "tests/simulation/sim_market.h"

#include <QUrl>

#include <algorithm>
#include <utility>
#include <variant>

namespace simulation
{

using namespace domain;
using namespace std::chrono_literals;
using binance::MarketFeed;
using binance::MarketStream;
using binance::StreamRoute;

namespace
{

constexpr Milliseconds frameLength = 30ms;
constexpr std::size_t shownDepth = 500;

} // namespace

SimMarket::SimMarket(Timeline &timeline, SimVenue &venue, const std::shared_ptr<transport::ConnectGate> &gate,
    std::uint64_t seed, Hooks hooks)
    : m_timeline{timeline},
      m_venue{venue},
      m_hooks{std::move(hooks)},
      m_feed{seed},
      m_sockets{
          socketFor(StreamRoute::Public, gate, seed + 1), socketFor(StreamRoute::Market, gate, seed + 2)}
{
}

SimSocket SimMarket::socketFor(
    StreamRoute route, std::shared_ptr<transport::ConnectGate> gate, std::uint64_t seed)
{
    transport::StreamOptions options = binance::marketStreamOptions();
    options.gate = std::move(gate);
    SimSocket::Hooks hooks;
    hooks.address = [route] {
        return SimSocket::Address{
            binance::paperEndpoints(1, 2).combinedStream(route).path().toStdString(), {}};
    };
    hooks.text = [this, route](const std::string &text) {
        carryOut(m_feed.onText(moment(), text));
        if (!m_feed.heard().empty()) {
            socketOf(route).heard(m_feed.heard());
        }
        if (m_feed.isEndAnnounced()) {
            socketOf(route).renew();
        }
    };
    hooks.gapOpened = [this, route] {
        m_feed.onGap(route);
        carryOut({});
    };
    hooks.resubscribed = [this, route](
                             bool isRenewal) { carryOut(m_feed.onResubscribed(moment(), route, isRenewal)); };
    hooks.moved = m_hooks.moved;
    return SimSocket{m_timeline, m_venue, std::move(options), seed, std::move(hooks)};
}

SimSocket &SimMarket::socketOf(StreamRoute route)
{
    return m_sockets[route == StreamRoute::Public ? 0 : 1];
}

void SimMarket::start(const std::vector<Symbol> &symbols)
{
    for (const MarketStream stream : {MarketStream::Tickers, MarketStream::Marks}) {
        carryOut(m_feed.claim({stream}));
    }
    for (const Symbol &symbol : symbols) {
        for (const MarketStream stream :
            {MarketStream::BookTicker, MarketStream::Candles, MarketStream::Trades, MarketStream::Book}) {
            carryOut(m_feed.claim({stream, symbol, Interval::M1}));
        }
    }
    std::ranges::for_each(m_sockets, &SimSocket::start);
}

void SimMarket::reconnect(const std::string &why)
{
    for (SimSocket &socket : m_sockets) {
        socket.reconnect(why);
    }
}

void SimMarket::onTime()
{
    std::ranges::for_each(m_sockets, &SimSocket::onTime);
    carryOut(m_feed.onTime(moment()));
}

std::optional<Monotonic> SimMarket::wakeAt() const
{
    std::optional<Monotonic> earliest;
    for (const auto &at : {m_sockets[0].wakeAt(), m_sockets[1].wakeAt(), m_feed.wakeAt()}) {
        if (at && (!earliest || *at < *earliest)) {
            earliest = at;
        }
    }
    return earliest;
}

void SimMarket::carryOut(const MarketFeed::Effects &effects)
{
    for (const MarketFeed::Effect &effect : effects) {
        if (const auto *open = std::get_if<MarketFeed::Subscribe>(&effect)) {
            socketOf(open->route).subscribe(open->stream);
        } else if (const auto *ask = std::get_if<MarketFeed::Ask>(&effect)) {
            m_hooks.fetch(ask->call, [this, id = ask->id](const Result<QByteArray> &body) {
                carryOut(m_feed.onAnswer(moment(), id, body));
            });
        } else if (const auto *notice = std::get_if<MarketFeed::Notice>(&effect)) {
            m_hooks.noticed(notice->text);
        }
    }
    if (m_feed.hasUpdates() && !std::exchange(m_isFramePlanned, true)) {
        m_timeline.after(frameLength, [this, token = std::weak_ptr<int>{m_token}] {
            if (token.lock()) {
                flush();
            }
        });
    }
}

void SimMarket::flush()
{
    m_isFramePlanned = false;
    m_hooks.handedOver(m_feed.takeUpdates(shownDepth));
}

} // namespace simulation
