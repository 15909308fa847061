#include "exchange/transport/http_client.h"

#include "exchange/transport/once_body.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QPromise>
#include <QSslConfiguration>
#include <QTimer>

#include <algorithm>

namespace transport
{

namespace
{

// Errors that Qt derives from the status of a complete answer; everything else means that the answer is
// missing or cut.
bool isStatusError(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::NoError:
    case QNetworkReply::ContentAccessDenied:
    case QNetworkReply::ContentOperationNotPermittedError:
    case QNetworkReply::ContentNotFoundError:
    case QNetworkReply::AuthenticationRequiredError:
    case QNetworkReply::ContentConflictError:
    case QNetworkReply::ContentGoneError:
    case QNetworkReply::UnknownContentError:
    case QNetworkReply::ProtocolInvalidOperationError:
    case QNetworkReply::InternalServerError:
    case QNetworkReply::OperationNotImplementedError:
    case QNetworkReply::ServiceUnavailableError:
    case QNetworkReply::UnknownServerError:
        return true;
    default:
        return false;
    }
}

// Errors that end a connection before a request can be written to it.
bool isBeforeSending(QNetworkReply::NetworkError error)
{
    return error == QNetworkReply::ConnectionRefusedError || error == QNetworkReply::HostNotFoundError ||
           error == QNetworkReply::SslHandshakeFailedError;
}

QNetworkRequest networkRequest(const HttpRequest &request, const HttpOptions &options)
{
    QNetworkRequest made{request.url};
    made.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    made.setAttribute(QNetworkRequest::HttpPipeliningAllowedAttribute, false);
    made.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    made.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    made.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    made.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    made.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    made.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    made.setRawHeader("User-Agent", options.userAgent);
    if (!request.body.isEmpty()) {
        made.setHeader(
            QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/x-www-form-urlencoded"));
        made.setHeader(QNetworkRequest::ContentLengthHeader, request.body.size());
        made.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
    }
    for (const auto &[name, value] : request.headers) {
        made.setRawHeader(name, value);
    }
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setPeerVerifyMode(QSslSocket::VerifyPeer);
    tls.setProtocol(QSsl::TlsV1_2OrLater);
    tls.addCaCertificates(options.extraAuthorities);
    made.setSslConfiguration(tls);
    return made;
}

// Qt's own texts may quote the address, and a query may carry a signature.
QString describe(HttpFailure failure, const QNetworkReply &reply)
{
    const QString host = reply.url().host();
    switch (failure) {
    case HttpFailure::None:
        return {};
    case HttpFailure::NotSent:
        return QStringLiteral("no connection to %1 (error %2)").arg(host).arg(reply.error());
    case HttpFailure::TimedOut:
        return QStringLiteral("%1 did not answer in time").arg(host);
    case HttpFailure::Disconnected:
        return QStringLiteral("%1 closed the connection before its answer was complete (error %2)")
            .arg(host)
            .arg(reply.error());
    case HttpFailure::Tls:
        return QStringLiteral("%1 could not prove who it is, or refused encryption").arg(host);
    case HttpFailure::TooLarge:
        return QStringLiteral("the answer of %1 is too large").arg(host);
    case HttpFailure::Redirected:
        return QStringLiteral("%1 points to another address, which is not followed").arg(host);
    case HttpFailure::Protocol:
        return QStringLiteral("what %1 answered is not HTTP").arg(host);
    }
    return {};
}

} // namespace

struct HttpClient::Transfer
{
    std::function<void(const HttpAnswer &)> receive;
    HttpAnswer answer;
    domain::Monotonic startedAt{};
    Delivery delivery = Delivery::Repeatable;
    QByteArray verb;
    QNetworkReply *reply = nullptr;
    OnceBody *body = nullptr;
    bool isTimedOut = false;
    bool isTooLarge = false;
};

QByteArray HttpAnswer::header(QByteArrayView lowerCaseName) const
{
    const auto found = std::ranges::find_if(
        headers, [lowerCaseName](const auto &header) { return header.first == lowerCaseName; });
    return found == headers.end() ? QByteArray{} : found->second;
}

HttpClient::HttpClient(const domain::Clock &clock, HttpOptions options, QObject *parent)
    : QObject{parent},
      m_clock{clock},
      m_options{std::move(options)},
      m_manager{new QNetworkAccessManager{this}}
{
    m_manager->setProxy(m_options.proxy);
    m_manager->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
}

HttpClient::~HttpClient()
{
    // Replies die with the manager; what they would still say is for nobody.
    for (QNetworkReply *reply : m_manager->findChildren<QNetworkReply *>()) {
        reply->disconnect(this);
    }
}

QFuture<HttpAnswer> HttpClient::send(const HttpRequest &request)
{
    const auto promise = std::make_shared<QPromise<HttpAnswer>>();
    promise->start();
    QFuture<HttpAnswer> future = promise->future();
    send(request, [promise](const HttpAnswer &answer) {
        promise->addResult(answer);
        promise->finish();
    });
    return future;
}

void HttpClient::send(const HttpRequest &request, std::function<void(const HttpAnswer &)> receive)
{
    const auto transfer = std::make_shared<Transfer>();
    transfer->receive = std::move(receive);
    transfer->startedAt = m_clock.monotonicNow();
    transfer->delivery = request.delivery;
    transfer->verb = request.verb;
    if (request.delivery == Delivery::Once && request.body.isEmpty()) {
        transfer->answer.failure = HttpFailure::NotSent;
        transfer->answer.errorText = QStringLiteral("a request that may be sent only once needs a body");
        deliver(transfer);
        return;
    }
    const QNetworkRequest made = networkRequest(request, m_options);
    if (request.body.isEmpty()) {
        transfer->reply = m_manager->sendCustomRequest(made, request.verb);
    } else {
        std::function<bool()> mayStart;
        if (request.leaveWithin) {
            mayStart = [this, leaveBy = transfer->startedAt + *request.leaveWithin] {
                return m_clock.monotonicNow() <= leaveBy;
            };
        }
        transfer->body = new OnceBody{request.body, std::move(mayStart)};
        transfer->reply = m_manager->sendCustomRequest(made, request.verb, transfer->body);
        transfer->body->setParent(transfer->reply);
    }
    watch(transfer, request);
}

void HttpClient::watch(const std::shared_ptr<Transfer> &transfer, const HttpRequest &request)
{
    QNetworkReply *reply = transfer->reply;
    connect(reply, &QNetworkReply::requestSent, this, [this, transfer] {
        ++transfer->answer.sentCount;
        if (transfer->delivery == Delivery::Once && transfer->answer.sentCount > 1) {
            qCritical("transport: a request that may be sent only once was sent %d times",
                transfer->answer.sentCount);
            emit sentTwice(transfer->verb, transfer->reply->url().path());
        }
    });
    connect(reply, &QNetworkReply::readyRead, this, [this, transfer] {
        transfer->answer.body += transfer->reply->readAll();
        if (transfer->answer.body.size() > m_options.answerSizeMax) {
            transfer->isTooLarge = true;
            transfer->reply->abort();
        }
    });
    connect(reply, &QNetworkReply::finished, this, [this, transfer] { finish(transfer); });
    // Not setTransferTimeout: that one starts anew with every byte, and an answer may drip for ever.
    auto *timer = new QTimer{reply};
    timer->setSingleShot(true);
    connect(timer, &QTimer::timeout, this, [transfer] {
        transfer->isTimedOut = true;
        transfer->reply->abort();
    });
    timer->start(request.timeout);
    if (transfer->body != nullptr && request.leaveWithin) {
        auto *lastCall = new QTimer{reply};
        lastCall->setSingleShot(true);
        lastCall->setTimerType(Qt::PreciseTimer);
        connect(lastCall, &QTimer::timeout, this, [transfer] {
            if (!transfer->body->isTouched()) {
                transfer->isTimedOut = true;
                transfer->reply->abort();
            }
        });
        lastCall->start(std::max(*request.leaveWithin + domain::Milliseconds{1}, domain::Milliseconds{0}));
    }
}

void HttpClient::finish(const std::shared_ptr<Transfer> &shared)
{
    Transfer &transfer = *shared;
    QNetworkReply &reply = *transfer.reply;
    HttpAnswer &answer = transfer.answer;
    const QNetworkReply::NetworkError error = reply.error();
    const bool wasAborted = transfer.isTimedOut || transfer.isTooLarge;
    if (!wasAborted && reply.isOpen()) {
        answer.body += reply.readAll();
    }
    answer.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    for (const auto &[name, value] : reply.rawHeaderPairs()) {
        answer.headers.emplace_back(name.toLower(), value);
    }
    answer.elapsed = m_clock.monotonicNow() - transfer.startedAt;
    // requestSent comes from Qt's own thread and may be on its way while we give up. The body is read on
    // ours: while nobody has read it, nobody can have received it.
    const bool isBodyOut = transfer.body != nullptr && transfer.body->isTouched() && !isBeforeSending(error);
    answer.mayHaveArrived = answer.sentCount > 0 || isBodyOut;

    bool isOk = false;
    const qint64 length = answer.header("content-length").toLongLong(&isOk);
    const bool isCut = isOk && answer.header("content-encoding").isEmpty() && transfer.verb != "HEAD" &&
                       answer.body.size() != length;
    if (transfer.isTooLarge) {
        answer.failure = HttpFailure::TooLarge;
    } else if (error == QNetworkReply::SslHandshakeFailedError) {
        answer.failure = HttpFailure::Tls;
    } else if (answer.status >= 300 && answer.status < 400) {
        answer.failure = HttpFailure::Redirected;
    } else if (answer.status >= 200 && !transfer.isTimedOut && isStatusError(error) && !isCut) {
        answer.failure = HttpFailure::None;
    } else if (!answer.mayHaveArrived) {
        answer.failure = HttpFailure::NotSent;
    } else if (transfer.isTimedOut) {
        answer.failure = HttpFailure::TimedOut;
    } else if (error == QNetworkReply::ProtocolFailure || error == QNetworkReply::ProtocolUnknownError) {
        answer.failure = HttpFailure::Protocol;
    } else {
        answer.failure = HttpFailure::Disconnected;
    }
    answer.errorText = describe(answer.failure, reply);
    reply.deleteLater();
    deliver(shared);
}

void HttpClient::deliver(const std::shared_ptr<Transfer> &transfer)
{
    // Not from within Qt's own signal: whoever hears the answer may destroy us, and the sender with us.
    QMetaObject::invokeMethod(
        this, [transfer] { transfer->receive(transfer->answer); }, Qt::QueuedConnection);
}

} // namespace transport
