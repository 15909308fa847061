#pragma once

#include "exchange/paper/core/faulty_streams.h"
#include "exchange/paper/server/socket_server.h"

#include <functional>
#include <optional>
#include <vector>

namespace paper
{

/// WebSockets in front of a StreamHub.
class StreamServer final : public QObject
{
    Q_OBJECT
public:
    struct Parts
    {
        StreamHub &hub;
        FaultyStreams &faults;
        std::function<domain::Timestamp()> now; ///< the exchange's clock
        /// What the hub has said that may be sent; unset: all of it.
        std::function<std::vector<StreamOutput>()> takeOutput;
    };
    /// parts: must outlive this. ssl: where given, wss.
    explicit StreamServer(Parts parts, const std::optional<QSslConfiguration> &ssl = {},
        StreamTiming timing = {}, QObject *parent = nullptr);
    ~StreamServer() override;

    /// The port, or 0 where it is taken.
    quint16 listen(quint16 port) { return m_sockets.listen(port); }
    void setShut(bool isShut) { m_sockets.setShut(isShut); }
    /// Sends what the hub has to say.
    void flush();
    void dropAll() { m_sockets.abortAll(); }

private:
    std::optional<Response> open(ConnectionId id, const Upgrade &upgrade);

    Parts m_parts;
    SocketServer m_sockets;
};

} // namespace paper
