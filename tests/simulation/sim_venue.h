#pragma once

#include "exchange/paper/core/faulty_streams.h"
#include "exchange/paper/core/happenings.h"
#include "exchange/paper/core/paper_exchange.h"
#include "exchange/transport/http_client.h"
#include "tests/simulation/timeline.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simulation
{

/// How the line between client and exchange behaves.
struct LineRules
{
    domain::Milliseconds shortest{2};
    domain::Milliseconds longest{60};
    double slowShare = 0.01; ///< messages that take up to slowest
    domain::Milliseconds slowest{1'500};
    domain::Milliseconds outageEvery{600'000}; ///< on average; 0: never
    domain::Milliseconds outageMost{20'000};
};

/// The real paper exchange core behind a line with a delay, in virtual time: the same request and response
/// bytes and stream messages as over sockets.
class SimVenue
{
public:
    /// An answer, or why there is none; times are the line's business.
    using Answer = std::function<void(const transport::HttpAnswer &)>;
    struct Listener
    {
        std::function<void()> opened;
        std::function<void(const std::string &)> text;
        std::function<void()> closed;
    };
    /// What reaches the exchange and what it does, before any fault bends it.
    struct Watch
    {
        std::function<void(const paper::Request &)> arrived;
        std::function<void(const paper::Request &, const paper::Response &)> processed;
        std::function<void(const paper::Event &)> happened;
        std::function<void()> foreignLoad; ///< a client that nobody sees uses the same limits
    };

    static constexpr std::int64_t startMs = 1'760'000'000'000;
    static const char *const apiKey;
    static const char *const secret;

    SimVenue(Timeline &timeline, paper::Faults faults, LineRules line, std::uint64_t seed, Watch watch);

    domain::Timestamp venueNow() const;
    paper::PaperExchange &exchange() { return *m_exchange; }
    std::vector<domain::Symbol> symbols() const;
    paper::Faults &faults() { return m_faults; }
    void setCalm(bool isCalm);                                       ///< no more faults, no more outages
    void setStormy(bool isStormy) { m_faults.setEnabled(isStormy); } ///< outages go on
    bool isDown() const { return m_timeline.now() < m_downUntil; }
    int outages() const { return m_outages; }

    void request(const paper::Request &request, Answer answer);
    /// A stream connection; 0 calls of the listener where the line is down but for closed().
    paper::ConnectionId connect(std::string path, std::string query, Listener listener);
    void disconnect(paper::ConnectionId id);
    /// What the client says reaches the exchange a moment later; what it says to one that is gone, nobody.
    void say(paper::ConnectionId id, std::string text);
    /// Calls back once the pong is there; never where the connection is silent or gone.
    void ping(paper::ConnectionId id, std::function<void()> pong);
    /// The client is gone: nobody is called any more.
    void forgetClient();

private:
    struct Connection
    {
        Listener listener;
        domain::Monotonic lastDeliveryAt{}; ///< messages of one connection keep their order
    };
    domain::MonotonicClock::duration latency();
    void arrive(const paper::Request &request, const Answer &answer);
    void process(const paper::Request &request, const paper::RestFate &fate, const Answer &answer);
    void reply(const paper::RestAnswer &result, const Answer &answer);
    void cut(const Answer &answer, bool mayHaveArrived);
    void pumpStreams();
    void tick();
    void planOutage();
    void closeAll();

    Timeline &m_timeline;
    paper::Faults m_faults;
    LineRules m_line;
    Dice m_dice;
    Watch m_watch;
    std::unique_ptr<paper::PaperExchange> m_exchange;
    paper::FaultyStreams m_streams;
    std::map<paper::ConnectionId, Connection> m_connections;
    paper::ConnectionId m_lastConnection = 0;
    std::uint64_t m_client = 1; ///< answers to earlier clients fall on the floor
    domain::Monotonic m_downUntil{};
    int m_outages = 0;
    bool m_isCalm = false;
};

} // namespace simulation
