#include "exchange/binance/user_stream.h"

#include "exchange/binance/body.h"
#include "exchange/binance/wire_account.h"

#include <algorithm>

namespace binance
{

using namespace domain;

namespace
{

// The key lives for 60 minutes (reference 7.1).
constexpr Milliseconds keepAliveEvery{25 * 60'000};
constexpr Milliseconds retryBase{1'000};
constexpr Milliseconds retryCap{30'000};
constexpr int keepAliveTries = 3;

Call keyCall(QByteArray verb)
{
    Call call{.verb = std::move(verb), .path = "/fapi/v1/listenKey"};
    call.security = Security::Key;
    call.priority = transport::Priority::Resolve;
    return call;
}

} // namespace

UserStream::UserStream(RestClient &rest, QObject *parent)
    : QObject{parent},
      m_rest{rest},
      m_keepAlive{new QTimer{this}},
      m_retry{new QTimer{this}}
{
    m_retry->setSingleShot(true);
    connect(m_retry, &QTimer::timeout, this, &UserStream::requestKey);
    connect(m_keepAlive, &QTimer::timeout, this, &UserStream::keepAlive);
}

void UserStream::start()
{
    m_isStopped = false;
    requestKey();
}

void UserStream::stop()
{
    m_isStopped = true;
    m_keepAlive->stop();
    m_retry->stop();
    if (m_socket != nullptr) {
        m_socket->stop();
    }
}

bool UserStream::isConnected() const
{
    return m_socket != nullptr && m_socket->state() == transport::StreamState::Connected;
}

void UserStream::requestKey()
{
    if (m_isStopped || m_isRequesting) {
        return;
    }
    m_isRequesting = true;
    m_rest.fetch(keyCall("POST"), this, [this](const Result<QByteArray> &body) {
        m_isRequesting = false;
        const auto key = parsed(body, parseListenKey);
        if (m_isStopped) {
            return;
        }
        if (!key) {
            emit noticed(
                1, QStringLiteral("No listen key: %1").arg(QString::fromStdString(key.error().detail)));
            return retryLater();
        }
        m_failures = 0;
        useKey(*key);
    });
}

void UserStream::retryLater()
{
    constexpr int mostDoublings = 5;
    const auto wait = std::min(retryCap, retryBase * (1 << std::min(m_failures++, mostDoublings)));
    m_retry->start(wait);
}

void UserStream::useKey(const std::string &key)
{
    const bool isSame = key == m_key;
    m_key = key;
    m_keepAlive->start(keepAliveEvery);
    const QUrl url = m_rest.endpoints().userStream(QString::fromStdString(key));
    if (m_socket != nullptr) {
        isSame ? m_socket->reconnect(QStringLiteral("the listen key was renewed")) : m_socket->setUrl(url);
        return;
    }
    transport::StreamSocketOptions options;
    options.url = url;
    options.seed = static_cast<std::uint64_t>(m_rest.clock().monotonicNow().time_since_epoch().count());
    m_socket = new transport::StreamSocket{m_rest.clock(), std::move(options), this};
    connect(m_socket, &transport::StreamSocket::textReceived, this, &UserStream::onText);
    connect(m_socket, &transport::StreamSocket::gapOpened, this, [this] {
        if (!m_isStopped) {
            emit noticed(1, QStringLiteral("The account's stream was lost; everything is compared anew."));
        }
        emit gapOpened();
    });
    connect(m_socket, &transport::StreamSocket::resubscribed, this, [this] { emit connected(); });
    connect(m_socket, &transport::StreamSocket::stateChanged, this, &UserStream::stateChanged);
    m_socket->start();
}

void UserStream::keepAlive()
{
    Call call = keyCall("PUT");
    call.maxTries = keepAliveTries;
    m_rest.fetch(call, this, [this](const Result<QByteArray> &body) {
        if (!body && !m_isStopped) {
            emit noticed(1, QStringLiteral("The listen key could not be kept alive and is replaced: %1")
                                .arg(QString::fromStdString(body.error().detail)));
            m_key.clear();
            emit gapOpened();
            requestKey();
        }
    });
}

void UserStream::onText(const QByteArray &text)
{
    if (const auto read = parseFrame(viewOf(text), m_frame); !read) {
        if (++m_unreadable == 1) { // a venue gone mad must not flood the log
            emit noticed(2, QStringLiteral("An account event could not be read: %1")
                                .arg(QString::fromStdString(read.error().detail)));
        }
        // What it said is not known, so the picture may be wrong until REST has been asked.
        emit gapOpened();
        emit connected();
        return;
    }
    if (m_frame.control && m_frame.control->errorCode) {
        emit noticed(1, QStringLiteral("The account's stream answered: %1")
                            .arg(QString::fromStdString(m_frame.control->errorMessage)));
    }
    const auto events = std::move(m_frame.events); // a listener may come back here
    for (const StreamEvent &event : events) {
        if (const auto *unknown = std::get_if<UnknownEvent>(&event)) {
            if (++m_unknownEvents[unknown->type] == 1) {
                emit noticed(0, QStringLiteral("The account's stream sent an event of an unknown kind: %1")
                                    .arg(QString::fromStdString(unknown->type)));
            }
        } else if (std::holds_alternative<ListenKeyExpired>(event)) {
            // It may come twice; the socket stays open and silent.
            if (!m_isRequesting) {
                emit noticed(1, QStringLiteral("The listen key has ended; a new one is being made."));
                m_key.clear();
                emit gapOpened();
                requestKey();
            }
        } else {
            emit received(event);
        }
    }
}

} // namespace binance
