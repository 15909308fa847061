#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QUrl>
#include <QUrlQuery>

#include <functional>
#include <map>

class QTcpServer;
class QTcpSocket;
class QWebSocket;
class QWebSocketServer;

namespace support
{

struct FakeRequest
{
    QByteArray method;
    QString path;
    QUrlQuery query;
    QUrlQuery form;                        ///< of the body
    QHash<QByteArray, QByteArray> headers; ///< names in lower case
    QString value(const QString &name) const
    {
        return form.hasQueryItem(name) ? form.queryItemValue(name) : query.queryItemValue(name);
    }
};

struct FakeAnswer
{
    QByteArray body{"{}"};
    int status = 200;
    bool isLost = false; ///< the connection closes instead
    bool isHeld = false; ///< nothing comes, the connection stays
};

/// A venue on loopback that answers what a test tells it to: REST by method and path, streams by push. It
/// keeps what it was asked. Everything that a client needs to become ready is there from the start: an
/// account without positions or orders that may trade, one symbol, no history.
class FakeVenue : public QObject
{
    Q_OBJECT
public:
    using Handler = std::function<FakeAnswer(const FakeRequest &)>;

    explicit FakeVenue(QObject *parent = nullptr);
    ~FakeVenue() override;
    quint16 restPort() const;
    quint16 streamPort() const;

    /// route: "POST /fapi/v1/order".
    void answer(const QByteArray &route, Handler handler);
    void answer(const QByteArray &route, const QByteArray &body, int status = 200);
    const QList<FakeRequest> &requests() const { return m_requests; }
    int count(const QByteArray &route) const;
    /// The last request of that route; empty where there is none.
    FakeRequest last(const QByteArray &route) const;

    /// Addresses of the stream sockets that were opened, the oldest first.
    const QList<QUrl> &streamUrls() const { return m_streamUrls; }
    /// Names that are subscribed now, once per socket.
    QStringList subscriptions() const;
    /// SUBSCRIBE and UNSUBSCRIBE messages received, e.g. "SUBSCRIBE btcusdt@aggTrade".
    const QStringList &controls() const { return m_controls; }
    /// To all sockets that subscribed the name, in the combined wrapper.
    void push(const QString &stream, const QByteArray &payload);
    /// To all sockets of the private route.
    void pushToUser(const QByteArray &payload);
    /// To all stream sockets, as it is.
    void pushText(const QByteArray &text);
    void pushBinary(const QByteArray &bytes);
    void dropStreams();

signals:
    void requested(const support::FakeRequest &request);

private:
    void accept();
    void read(QTcpSocket *socket);
    void respond(QTcpSocket *socket, const FakeRequest &request);
    void acceptStream();
    void control(QWebSocket *socket, const QString &text);
    void answerTheUsual();

    QTcpServer *m_rest;
    QWebSocketServer *m_streams;
    std::map<QByteArray, Handler> m_handlers;
    QHash<QTcpSocket *, QByteArray> m_buffers;
    QList<FakeRequest> m_requests;
    QList<QPointer<QWebSocket>> m_sockets;
    QHash<QWebSocket *, QStringList> m_names;
    QList<QUrl> m_streamUrls;
    QStringList m_controls;
};

} // namespace support
