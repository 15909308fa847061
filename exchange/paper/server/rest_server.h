#pragma once

#include "exchange/paper/core/faults.h"
#include "exchange/paper/core/http_reader.h"

#include <QHash>
#include <QObject>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>
#include <memory>
#include <optional>

namespace paper
{

/// HTTP in front of a request handler, on the loopback interface. Requests of one connection are answered one
/// after the other; a request is processed also where its client is gone meanwhile.
class RestServer final : public QObject
{
    Q_OBJECT
public:
    struct Handler
    {
        /// What is to become of a request that came in.
        std::function<RestFate(const Request &)> before;
        /// Processes it, if its fate lets it, and says how it ends, sooner or later.
        std::function<void(const Request &, const RestFate &, std::function<void(RestAnswer)>)> process;
    };
    /// ssl: where given, https.
    RestServer(Handler handler, const std::optional<QSslConfiguration> &ssl = {}, QObject *parent = nullptr);
    ~RestServer() override;

    /// The port, or 0 where it is taken.
    quint16 listen(quint16 port);
    /// Shut: nobody can connect; connections stay. Open again: on the same port.
    void setShut(bool isShut);

private:
    struct Client
    {
        QTcpSocket *wire = nullptr;
        HttpReader reader = {};
        bool isBusy = false; ///< a request of its is being answered
    };
    void acceptAll();
    void read(quint64 id);
    void takeNext(quint64 id);
    void process(quint64 id, const HttpReader::Incoming &incoming, const RestFate &fate);
    void finish(quint64 id, bool isLast, const RestAnswer &answer);
    void writeSlowly(quint64 id, const std::shared_ptr<const std::string> &text, std::size_t at, Pace pace,
        const std::function<void()> &then);
    std::shared_ptr<Client> find(quint64 id) const { return m_clients.value(id); }

    Handler m_handler;
    std::unique_ptr<QTcpServer> m_server;
    quint16 m_port = 0;
    QHash<quint64, std::shared_ptr<Client>> m_clients;
    quint64 m_lastId = 0;
};

} // namespace paper
