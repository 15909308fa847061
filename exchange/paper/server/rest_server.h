#pragma once

#include "exchange/paper/core/rest.h"
#include "exchange/paper/server/paper_server.h"

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
    using Handler = std::function<Response(const Request &)>;
    explicit RestServer(Handler handler, QObject *parent = nullptr);

    void setFaults(const FaultPlan &plan) { m_faults = plan; }

private:
    bool handleRequest(const QHttpServerRequest &request, QTcpSocket *socket) override;
    void missingHandler(const QHttpServerRequest &request, QTcpSocket *socket) override;
    bool isFaulty(const Request &request) const;
    static void write(QTcpSocket *socket, const Response &response);

    Handler m_handler;
    FaultPlan m_faults;
};

} // namespace paper
