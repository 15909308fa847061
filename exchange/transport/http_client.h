#pragma once

#include "models/domain/time.h"

#include <QByteArray>
#include <QFuture>
#include <QList>
#include <QNetworkProxy>
#include <QObject>
#include <QSslCertificate>
#include <QString>
#include <QUrl>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

class QNetworkAccessManager;

namespace transport
{

/// Whether a second copy on the wire would do harm.
enum class Delivery : std::uint8_t {
    Once,      ///< orders: at most one copy ever leaves; needs a body of at least one byte
    Repeatable ///< queries: Qt may send them again by itself
};

using HttpHeaders = std::vector<std::pair<QByteArray, QByteArray>>;

struct HttpRequest
{
    QByteArray verb{"GET"};
    QUrl url;
    HttpHeaders headers;
    QByteArray body; ///< form parameters; all of an order's parameters belong here, none into the URL
    domain::Milliseconds timeout{10'000};
    Delivery delivery = Delivery::Repeatable;
    /// Given up as NotSent unless its body is on its way by then: a connection may take longer to come about
    /// than an order may wait. Only for requests with a body.
    std::optional<domain::Milliseconds> leaveWithin;
};

/// Why there is no complete answer.
enum class HttpFailure : std::uint8_t {
    None,         ///< a complete answer of any status but 3xx
    NotSent,      ///< name, route, refused connection, or given up before a byte of the request left
    TimedOut,     ///< no complete answer in time
    Disconnected, ///< closed or cut before the answer was complete
    Tls,          ///< certificate or handshake refused
    TooLarge,     ///< the answer passed the size limit
    Redirected,   ///< 3xx; never followed
    Protocol,     ///< not HTTP
};

struct HttpAnswer
{
    int status = 0; ///< 0: no status line
    HttpHeaders headers;
    QByteArray body;
    /// Copies that went out. For Delivery::Once more than 1 is a broken promise: HttpClient::sentTwice.
    int sentCount = 0;
    /// False only where the venue surely has not got the request as a whole.
    bool mayHaveArrived = false;
    HttpFailure failure = HttpFailure::None;
    QString errorText; ///< without headers, body or query
    std::chrono::microseconds elapsed{0};

    /// First header of this name in lower case; empty where it is missing.
    QByteArray header(QByteArrayView lowerCaseName) const;
    bool isComplete() const { return failure == HttpFailure::None; }
};

struct HttpOptions
{
    QByteArray userAgent{"Headroom"};
    QNetworkProxy proxy{QNetworkProxy::NoProxy}; ///< never taken from the environment
    QList<QSslCertificate> extraAuthorities;     ///< trusted besides the system's
    qint64 answerSizeMax = qint64{64} * 1024 * 1024;
};

/// Sends single HTTP/1.1 requests: no redirects, no cookies, no cache, no environment proxy, TLS always
/// verified. Each client has connections of its own. At most six requests at a time, or Qt queues them
/// unseen. The client lives on one thread; destroying it ends what is under way without an answer: futures
/// finish without a result. QFuture::then(receiver) of Qt 6.4 ends the program if its receiver is gone by
/// then, QFutureWatcher does not.
class HttpClient : public QObject
{
    Q_OBJECT
public:
    explicit HttpClient(const domain::Clock &clock, HttpOptions options = {}, QObject *parent = nullptr);
    ~HttpClient() override;
    /// Calls `receive` once from the event loop of this thread, which may then destroy the client.
    void send(const HttpRequest &request, std::function<void(const HttpAnswer &)> receive);
    QFuture<HttpAnswer> send(const HttpRequest &request);

signals:
    /// A request with Delivery::Once left twice. Trading has to stop.
    void sentTwice(const QByteArray &verb, const QString &path);

private:
    struct Transfer;
    void watch(const std::shared_ptr<Transfer> &transfer, const HttpRequest &request);
    void finish(const std::shared_ptr<Transfer> &transfer);
    void deliver(const std::shared_ptr<Transfer> &transfer);

    const domain::Clock &m_clock;
    HttpOptions m_options;
    QNetworkAccessManager *m_manager = nullptr;
};

} // namespace transport
