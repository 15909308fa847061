#include "exchange/binance/user_stream.h"

#include "exchange/binance/body.h"
#include "exchange/binance/wire_account.h"

#include <algorithm>

namespace binance
{

using namespace domain;

namespace
{

Call keyCall(QByteArray verb)
{
    Call call{.verb = std::move(verb), .path = "/fapi/v1/listenKey"};
    call.security = Security::Key;
    call.priority = transport::Priority::Resolve;
    call.maxTries = 1; // the keeper asks again in its own rhythm
    return call;
}

std::uint64_t seedOf(const RestClient &rest)
{
    return static_cast<std::uint64_t>(rest.clock().monotonicNow().time_since_epoch().count());
}

} // namespace

UserStream::UserStream(RestClient &rest, QObject *parent)
    : QObject{parent},
      m_rest{rest},
      m_keeper{seedOf(rest)},
      m_wake{new QTimer{this}}
{
    m_wake->setSingleShot(true);
    connect(
        m_wake, &QTimer::timeout, this, [this] { carryOut(m_keeper.onTime(m_rest.clock().monotonicNow())); });
}

void UserStream::start()
{
    m_isStopped = false;
    carryOut(m_keeper.start(m_rest.clock().monotonicNow()));
}

void UserStream::stop()
{
    m_isStopped = true;
    m_keeper.stop();
    m_wake->stop();
    if (m_socket != nullptr) {
        m_socket->stop();
    }
}

void UserStream::reconnect(const QString &reason)
{
    if (m_socket != nullptr && !m_isStopped) {
        m_socket->reconnect(reason);
    }
}

bool UserStream::isConnected() const
{
    return m_socket != nullptr && m_socket->state() == transport::StreamState::Connected;
}

void UserStream::carryOut(const ListenKeyKeeper::Effects &effects)
{
    for (const ListenKeyKeeper::Effect &effect : effects) {
        std::visit([this](const auto &one) { carryOutOne(one); }, effect);
    }
    const auto now = m_rest.clock().monotonicNow();
    if (const auto at = m_keeper.wakeAt()) {
        m_wake->start(std::chrono::ceil<Milliseconds>(std::max(*at, now) - now));
    } else {
        m_wake->stop();
    }
}

void UserStream::carryOutOne(const ListenKeyKeeper::AskKey &)
{
    m_rest.fetch(keyCall("POST"), this, [this](const Result<QByteArray> &body) {
        const auto key = parsed(body, parseListenKey);
        if (!key && !m_isStopped) {
            emit noticed(
                1, QStringLiteral("No listen key: %1").arg(QString::fromStdString(key.error().detail)));
        }
        carryOut(m_keeper.onKey(m_rest.clock().monotonicNow(), key));
    });
}

void UserStream::carryOutOne(const ListenKeyKeeper::KeepAlive &)
{
    m_rest.fetch(keyCall("PUT"), this, [this](const Result<QByteArray> &body) {
        // Its answer may be empty: that it is one is all that matters.
        carryOut(m_keeper.onKeptAlive(
            m_rest.clock().monotonicNow(), body.map([](const QByteArray &) { return std::string{}; })));
    });
}

void UserStream::carryOutOne(const ListenKeyKeeper::KeyLost &lost)
{
    emit noticed(1, QString::fromStdString(lost.why));
    emit gapOpened();
}

void UserStream::carryOutOne(const ListenKeyKeeper::UseKey &use)
{
    const QUrl url = m_rest.endpoints().userStream(QString::fromStdString(use.key));
    if (m_socket != nullptr) {
        use.isSame ? m_socket->reconnect(QStringLiteral("the listen key was renewed"))
                   : m_socket->setUrl(url);
        return;
    }
    transport::StreamSocketOptions options;
    options.url = url;
    options.supervision = transport::urgentStream();
    options.supervision.gate = m_rest.connectGate();
    options.seed = seedOf(m_rest);
    m_socket = new transport::StreamSocket{m_rest.clock(), std::move(options), this};
    connect(m_socket, &transport::StreamSocket::textReceived, this, &UserStream::onText);
    connect(m_socket, &transport::StreamSocket::gapOpened, this, [this] {
        if (!m_isStopped) {
            emit noticed(1, QStringLiteral("The account's stream was lost; everything is compared anew."));
        }
        emit gapOpened();
    });
    connect(m_socket, &transport::StreamSocket::resubscribed, this, [this] {
        emit connected();
        carryOut(m_keeper.onConnected());
    });
    connect(m_socket, &transport::StreamSocket::stateChanged, this, &UserStream::stateChanged);
    m_socket->start();
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
        } else if (std::holds_alternative<ServerShutdown>(event)) {
            emit noticed(
                0, QStringLiteral(
                       "The venue announced the end of the account's connection; a new one is made."));
            m_socket->renew();
        } else if (std::holds_alternative<ListenKeyExpired>(event)) {
            // It may come twice; the socket stays open and silent.
            carryOut(m_keeper.onExpired(m_rest.clock().monotonicNow()));
        } else {
            emit received(event);
        }
    }
}

} // namespace binance
