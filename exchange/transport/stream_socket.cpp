#include "exchange/transport/stream_socket.h"

#include <QNetworkRequest>
#include <QPointer>
#include <QSslConfiguration>
#include <QWebSocket>

#include <algorithm>

namespace transport
{

namespace
{

template <class... Handlers> struct Overloaded : Handlers...
{
    using Handlers::operator()...;
};
template <class... Handlers> Overloaded(Handlers...) -> Overloaded<Handlers...>;

} // namespace

StreamSocket::StreamSocket(const domain::Clock &clock, StreamSocketOptions options, QObject *parent)
    : QObject{parent},
      m_clock{clock},
      m_options{std::move(options)},
      m_supervisor{m_options.supervision, m_options.seed}
{
    m_wake.setSingleShot(true);
    m_wake.setTimerType(Qt::PreciseTimer);
    connect(&m_wake, &QTimer::timeout, this, [this] { apply(m_supervisor.onTime(m_clock.monotonicNow())); });
}

StreamSocket::~StreamSocket()
{
    for (const auto &[epoch, socket] : m_sockets) {
        socket->disconnect(this);
    }
}

void StreamSocket::start()
{
    apply(m_supervisor.start(m_clock.monotonicNow()));
}

void StreamSocket::stop()
{
    apply(m_supervisor.stop(m_clock.monotonicNow()));
}

void StreamSocket::setUrl(const QUrl &url)
{
    if (url != m_options.url) {
        m_options.url = url;
        reconnect(QStringLiteral("the address changed"));
    }
}

bool StreamSocket::subscribe(const QString &name)
{
    const std::string text = name.toStdString();
    if (!m_supervisor.canHold(text)) {
        return false;
    }
    m_supervisor.subscribe(text);
    schedule();
    return true;
}

void StreamSocket::unsubscribe(const QString &name)
{
    m_supervisor.unsubscribe(name.toStdString());
    schedule();
}

void StreamSocket::heard(const std::string &name)
{
    m_supervisor.onHeard(m_clock.monotonicNow(), name);
}

void StreamSocket::renew()
{
    m_supervisor.announceEnd();
    schedule();
}

void StreamSocket::reconnect(const QString &reason)
{
    apply(m_supervisor.reconnect(m_clock.monotonicNow(), reason.toStdString()));
}

QString StreamSocket::reason() const
{
    return QString::fromStdString(m_supervisor.reason());
}

std::optional<domain::Milliseconds> StreamSocket::silentFor() const
{
    return m_supervisor.silentFor(m_clock.monotonicNow());
}

std::optional<domain::Milliseconds> StreamSocket::retryIn() const
{
    return m_supervisor.retryIn(m_clock.monotonicNow());
}

void StreamSocket::apply(const StreamEffects &effects)
{
    const QPointer<StreamSocket> self{this};
    const Overloaded carryOut{
        [this](const OpenSocket &effect) { open(effect.epoch); },
        [this](const CloseSocket &effect) { discard(effect.epoch); },
        [this](const SendText &effect) {
            if (const auto socket = m_sockets.find(effect.epoch); socket != m_sockets.end()) {
                socket->second->sendTextMessage(QString::fromStdString(effect.text));
            }
        },
        [this](const SendPing &effect) {
            if (const auto socket = m_sockets.find(effect.epoch); socket != m_sockets.end()) {
                socket->second->ping();
            }
        },
        [this](const GapOpened &effect) { emit gapOpened(effect.epoch); },
        [this](const Resubscribed &effect) { emit resubscribed(effect.epoch, effect.isRenewal); },
        [this](const StateChanged &effect) { emit stateChanged(effect.state); },
        [this](const StreamSilent &effect) { emit streamSilent(QString::fromStdString(effect.name)); },
    };
    for (const StreamEffect &effect : effects) {
        std::visit(carryOut, effect);
        if (!self) {
            return; // a listener ended us
        }
    }
    schedule();
}

void StreamSocket::open(std::uint64_t epoch)
{
    auto *socket = new QWebSocket{QString{}, QWebSocketProtocol::VersionLatest, this};
    m_sockets.emplace(epoch, socket);
    socket->setProxy(m_options.proxy);
    socket->setMaxAllowedIncomingMessageSize(m_options.messageSizeMax);
    socket->setMaxAllowedIncomingFrameSize(m_options.messageSizeMax);
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setPeerVerifyMode(QSslSocket::VerifyPeer);
    tls.setProtocol(QSsl::TlsV1_2OrLater);
    tls.addCaCertificates(m_options.extraAuthorities);
    socket->setSslConfiguration(tls);
    connect(socket, &QWebSocket::connected, this,
        [this, epoch] { apply(m_supervisor.onOpened(m_clock.monotonicNow(), epoch)); });
    connect(socket, &QWebSocket::textMessageReceived, this,
        [this, epoch](const QString &text) { receive(epoch, text.toUtf8()); });
    connect(socket, &QWebSocket::binaryMessageReceived, this,
        [this, epoch](const QByteArray &bytes) { receive(epoch, bytes); });
    connect(socket, &QWebSocket::pong, this,
        [this, epoch] { m_supervisor.onPong(m_clock.monotonicNow(), epoch); });
    // QWebSocket reports a connection that never came about by `error` alone, a lost one by `disconnected`.
    const auto closed = [this, epoch, socket] {
        apply(m_supervisor.onClosed(m_clock.monotonicNow(), epoch, socket->errorString().toStdString()));
    };
    connect(socket, &QWebSocket::disconnected, this, closed);
    connect(socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this, closed);
    socket->open(m_options.url);
}

void StreamSocket::discard(std::uint64_t epoch)
{
    const auto entry = m_sockets.extract(epoch);
    if (!entry) {
        return;
    }
    entry.mapped()->disconnect(this);
    entry.mapped()->abort();
    entry.mapped()->deleteLater();
}

void StreamSocket::receive(std::uint64_t epoch, const QByteArray &text)
{
    if (!m_supervisor.accepts(epoch)) {
        return;
    }
    ++m_messages;
    const StreamEffects effects = m_supervisor.onMessage(m_clock.monotonicNow(), epoch);
    if (!effects.empty()) {
        apply(effects);
    }
    emit textReceived(text);
}

void StreamSocket::schedule()
{
    using namespace std::chrono_literals;
    const auto at = m_supervisor.wakeAt();
    if (!at) {
        m_wake.stop();
        return;
    }
    const auto wait = std::chrono::ceil<domain::Milliseconds>(*at - m_clock.monotonicNow());
    m_wake.start(std::clamp<domain::Milliseconds>(wait, 0ms, 1h));
}

} // namespace transport
