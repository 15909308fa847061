#pragma once

#include "exchange/paper/core/faults.h"
#include "exchange/paper/core/streams.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace paper
{

/// Stands between StreamHub::takeOutput, or the answers of the WebSocket API, and the sockets: drops,
/// doubles, swaps, delays and bends messages as the rules say. Connections of both have numbers of their own.
class FaultyStreams
{
public:
    /// Borrowed.
    explicit FaultyStreams(Faults &faults) : m_faults{faults} {}

    /// Whose sockets are served.
    enum class Of : std::uint8_t { Streams, WsApi };
    /// What is to be sent now: fresh messages that may pass, and held ones whose time has come. To be called
    /// often, also with nothing fresh.
    std::vector<StreamOutput> pass(
        domain::Timestamp now, std::vector<StreamOutput> fresh, Of whose = Of::Streams);
    /// A ping of the exchange's own, or the pong to a client's: the next pass has it, or a later one, or
    /// none.
    void control(domain::Timestamp now, StreamOutput frame);
    /// A silent connection neither sends nor answers pings; it stays open until the client gives up.
    bool isSilent(ConnectionId id) const { return m_silent.contains(id); }
    const std::set<ConnectionId> &silent() const { return m_silent; }
    /// From now on that one is.
    void silence(ConnectionId id) { m_silent.insert(id); }
    /// That one is cut off with the next pass, as by a lost network.
    void cut(ConnectionId id, Route route);
    /// The connection is gone.
    void close(ConnectionId id);
    /// Nothing is stopped any more; what was held goes out with the next pass. Silence stays.
    void release();

private:
    struct Held
    {
        domain::Timestamp at;
        StreamOutput output;
    };
    void passOne(domain::Timestamp now, StreamOutput output, std::vector<StreamOutput> &out);
    static void follow(const StreamOutput &after, const StreamFates &fates, std::vector<StreamOutput> &out);
    bool isStopped(domain::Timestamp now, const StreamMessage &message) const;

    Faults &m_faults;
    std::vector<Held> m_delayed;
    std::map<ConnectionId, Held> m_swapped; ///< goes out after the connection's next message
    std::set<ConnectionId> m_silent;
    /// By connection and stream (where it has no name: type and symbol); the moment it goes on.
    std::map<std::pair<ConnectionId, std::string>, domain::Timestamp> m_stopped;
};

} // namespace paper
