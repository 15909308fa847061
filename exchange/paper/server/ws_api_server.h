#pragma once

#include "exchange/paper/core/faults.h"
#include "exchange/paper/core/ws_api.h"

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QSslConfiguration>
#include <QTimer>
#include <QWebSocket>
#include <QWebSocketServer>

#include <functional>
#include <optional>

namespace paper
{

/// WebSockets in front of a WsApi. Calls may fare as badly as those that come by REST.
class WsApiServer final : public QObject
{
    Q_OBJECT
public:
    struct Handler
    {
        /// What is to become of a call that came in.
        std::function<RestFate(const Request &)> before;
        /// Carries it out, if its fate lets it, and says how it ends.
        std::function<RestAnswer(const WsApi::Task &, const RestFate &)> process;
        std::function<domain::Timestamp()> now;
    };
    /// api: must outlive this. ssl: where given, wss.
    WsApiServer(WsApi &api, Handler handler, const std::optional<QSslConfiguration> &ssl = {},
        QObject *parent = nullptr);
    ~WsApiServer() override;

    /// The port, or 0 where it is taken.
    quint16 listen(quint16 port);
    /// Ends connections that are too old; to be called now and then.
    void step();
    void dropAll();

private:
    void accept();
    void onText(ConnectionId id, const QString &text);
    void process(const WsApi::Task &task, const RestFate &fate);
    void finish(const WsApi::Task &task, const RestAnswer &answer);
    void send(ConnectionId id, const std::string &text);

    WsApi &m_api;
    Handler m_handler;
    QWebSocketServer m_server;
    QTimer m_pings;
    QHash<ConnectionId, QWebSocket *> m_clients;
    ConnectionId m_lastId = 0;
};

} // namespace paper
