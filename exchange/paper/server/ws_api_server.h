#pragma once

#include "exchange/paper/core/faulty_streams.h"
#include "exchange/paper/core/ws_api.h"
#include "exchange/paper/server/socket_server.h"

#include <QTimer>

#include <functional>
#include <optional>
#include <vector>

namespace paper
{

/// WebSockets in front of a WsApi. Calls may fare as badly as those that come by REST, and frames as those of
/// the streams.
class WsApiServer final : public QObject
{
    Q_OBJECT
public:
    struct Handler
    {
        /// What is to become of a call that came in.
        std::function<RestFate(const Request &)> before;
        /// Carries it out, if its fate lets it, and says how it ends, sooner or later.
        std::function<void(const WsApi::Task &, const RestFate &, std::function<void(RestAnswer)>)> process;
        std::function<domain::Timestamp()> now;
    };
    /// api, faults: must outlive this. ssl: where given, wss.
    WsApiServer(WsApi &api, FaultyStreams &faults, Handler handler,
        const std::optional<QSslConfiguration> &ssl = {}, StreamTiming timing = {},
        QObject *parent = nullptr);
    ~WsApiServer() override;

    /// The port, or 0 where it is taken.
    quint16 listen(quint16 port) { return m_sockets.listen(port); }
    void setShut(bool isShut) { m_sockets.setShut(isShut); }
    /// Ends connections that are too old, and sends what was held back; to be called often.
    void step();
    void dropAll() { m_sockets.abortAll(); }

private:
    void onText(ConnectionId id, const std::string &text);
    void process(const WsApi::Task &task, const RestFate &fate);
    void finish(const WsApi::Task &task, const RestAnswer &answer);
    void send(ConnectionId id, WsApi::Answer answer, Pace pace = {});
    void sendTorn(ConnectionId id, const std::string &frames, std::size_t at);
    void pass(std::vector<StreamOutput> fresh);

    WsApi &m_api;
    FaultyStreams &m_faults;
    Handler m_handler;
    SocketServer m_sockets;
};

} // namespace paper
