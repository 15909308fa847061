#pragma once

#include "exchange/paper/core/faults.h"

#include <QAbstractHttpServer>
#include <QPointer>
#include <QTcpSocket>

#include <functional>

namespace paper
{

/// HTTP in front of a request handler. It keeps the socket, not Qt's responder: an answer that comes after
/// the client went away is dropped (QHttpServer 6.4 crashes there).
class RestServer final : public QAbstractHttpServer
{
    Q_OBJECT
public:
    struct Handler
    {
        /// What is to become of a request that came in.
        std::function<RestFate(const Request &)> before;
        /// Processes it, if its fate lets it, and says how it ends.
        std::function<RestAnswer(const Request &, const RestFate &)> process;
    };
    explicit RestServer(Handler handler, QObject *parent = nullptr);

private:
    bool handleRequest(const QHttpServerRequest &request, QTcpSocket *socket) override;
    void missingHandler(const QHttpServerRequest &request, QTcpSocket *socket) override;
    void process(const Request &request, const RestFate &fate, const QPointer<QTcpSocket> &client);
    static void finish(QTcpSocket *socket, const RestAnswer &answer);

    Handler m_handler;
};

} // namespace paper
