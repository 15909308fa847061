#include "exchange/paper/server/socket_server.h"

#include <QSslServer>

#include <sys/socket.h>

namespace paper
{
namespace
{

using namespace std::chrono_literals;

constexpr qint64 mostUnsent = 64 * 1024 * 1024; ///< a client that reads no more is cut off
constexpr std::size_t longestMessage = 256 * 1024;
constexpr std::size_t longestRequest = 64 * 1024; ///< a thousand streams can be named in the address
constexpr auto handshakeTime = 10s;
constexpr auto farewellTime = 2s;
constexpr std::string_view endOfRequest = "\r\n\r\n";

void write(QTcpSocket &wire, const std::string &bytes)
{
    wire.write(bytes.data(), static_cast<qint64>(bytes.size()));
}

} // namespace

SocketServer::SocketServer(
    Handler handler, const std::optional<QSslConfiguration> &ssl, StreamTiming timing, ConnectionId before)
    : m_handler{std::move(handler)},
      m_timing{timing},
      m_server{
          ssl ? std::unique_ptr<QTcpServer>{std::make_unique<QSslServer>()} : std::make_unique<QTcpServer>()},
      m_lastId{before}
{
    if (ssl) {
        static_cast<QSslServer &>(*m_server).setSslConfiguration(*ssl);
    }
    connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, this, &SocketServer::acceptAll);
    connect(&m_pings, &QTimer::timeout, this, &SocketServer::pingAll);
    m_clock.start();
    m_pings.start(m_timing.pingPeriod);
}

SocketServer::~SocketServer()
{
    abortAll();
}

quint16 SocketServer::listen(quint16 port)
{
    m_port = m_server->listen(QHostAddress::LocalHost, port) ? m_server->serverPort() : quint16{0};
    return m_port;
}

void SocketServer::setShut(bool isShut)
{
    if (isShut) {
        m_server->close();
    } else if (!m_server->isListening()) {
        m_server->listen(QHostAddress::LocalHost, m_port);
    }
}

void SocketServer::acceptAll()
{
    while (QTcpSocket *wire = m_server->nextPendingConnection()) {
        const ConnectionId id = ++m_lastId;
        wire->setParent(this);
        wire->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_clients.insert(id, std::make_shared<Client>(Client{wire, {}, FrameReader{longestMessage}}));
        connect(wire, &QTcpSocket::disconnected, wire, &QObject::deleteLater);
        connect(wire, &QTcpSocket::disconnected, this, [this, id] { forget(id); });
        connect(wire, &QTcpSocket::readyRead, this, [this, id] { read(id); });
        QTimer::singleShot(handshakeTime, wire, [this, id] {
            if (const auto client = find(id); client && !client->isUp) {
                client->wire->abort();
            }
        });
        read(id);
    }
}

void SocketServer::forget(ConnectionId id)
{
    const auto client = m_clients.take(id);
    if (client && client->isUp) {
        m_handler.closed(id);
    }
}

bool SocketServer::has(ConnectionId id) const
{
    const auto client = find(id);
    return client && client->isUp;
}

void SocketServer::read(ConnectionId id)
{
    const auto client = find(id);
    if (!client || client->isDeaf || client->wire->bytesAvailable() == 0) {
        return;
    }
    const QByteArray bytes = client->wire->readAll();
    const std::string_view text{bytes.constData(), static_cast<std::size_t>(bytes.size())};
    if (!client->isUp) {
        client->request += text;
        return shakeHands(id);
    }
    client->reader.feed(text);
    while (const auto message = client->reader.next()) {
        take(id, *message);
        if (!find(id)) {
            return; // it was closed because of the message
        }
    }
    if (client->reader.closeCode() != 0) {
        close(id, client->reader.closeCode());
    }
}

void SocketServer::refuse(Client &client, const Response &response)
{
    Response last = response;
    last.headers.emplace_back("connection", "close");
    write(*client.wire, httpText(last));
    client.wire->disconnectFromHost();
}

void SocketServer::shakeHands(ConnectionId id)
{
    const auto client = find(id);
    const std::size_t end = client->request.find(endOfRequest);
    if (end == std::string::npos) {
        if (client->request.size() > longestRequest) {
            refuse(*client, {431, "The request is too long.", "text/plain", {}});
        }
        return;
    }
    const std::string first = client->request.substr(end + endOfRequest.size());
    const auto wish = readUpgrade(std::string_view{client->request}.substr(0, end));
    if (const auto *refused = std::get_if<Response>(&wish)) {
        return refuse(*client, *refused);
    }
    const auto &upgrade = std::get<Upgrade>(wish);
    client->request.clear();
    if (const auto refused = m_handler.open(id, upgrade)) {
        return refuse(*client, *refused);
    }
    client->isUp = true;
    client->aliveAt = m_clock.elapsed();
    write(*client->wire, upgradeAnswer(upgrade));
    client->reader.feed(first);
    while (const auto message = client->reader.next()) {
        take(id, *message);
        if (!find(id)) {
            return;
        }
    }
}

void SocketServer::take(ConnectionId id, const FrameReader::Message &message)
{
    const auto client = find(id);
    if (client->isClosing && message.opcode != Opcode::Close) {
        return; // what was on its way is not heard any more
    }
    switch (message.opcode) {
    case Opcode::Text:
        return m_handler.onText(id, message.payload);
    case Opcode::Ping:
        if (m_handler.onControl(id, Opcode::Ping) && find(id)) {
            m_handler.sendControl ? m_handler.sendControl(id, FrameForm::Pong, message.payload)
                                  : send(id, frameText(Opcode::Pong, message.payload));
        }
        return;
    case Opcode::Pong:
        if (m_handler.onControl(id, Opcode::Pong) && !client->ping.empty() &&
            message.payload == client->ping) {
            client->aliveAt = m_clock.elapsed();
        }
        return;
    case Opcode::Close:
        if (!client->isClosing) {
            client->isClosing = true;
            write(*client->wire, frameText(Opcode::Close, std::string_view{message.payload}.substr(0, 2)));
        }
        client->wire->disconnectFromHost();
        return;
    default: // every message of the protocol is a text
        return close(id, UnsupportedData);
    }
}

void SocketServer::carryOut(const StreamOutput &output)
{
    send(output.to, framesOf(output), output.pace);
    if (!output.close) {
        return;
    }
    if (output.isAbrupt) {
        abort(output.to);
    } else if (output.isHalf) {
        halfClose(output.to);
    } else {
        close(output.to, output.closeCode != 0 ? output.closeCode : NormalClosure, output.closeReason);
    }
}

void SocketServer::send(ConnectionId id, const std::string &frames, Pace pace)
{
    const auto client = find(id);
    if (!client || !client->isUp || client->isClosing || frames.empty()) {
        return;
    }
    const bool waits = !client->slow.empty();
    if (pace.size == 0 && !waits) {
        write(*client->wire, frames);
        if (client->wire->bytesToWrite() > mostUnsent) {
            client->wire->abort();
        }
        return;
    }
    const std::size_t piece = pace.size == 0 ? frames.size() : pace.size;
    for (std::size_t at = 0; at < frames.size(); at += piece) {
        client->slow.emplace_back(frames.substr(at, piece), pace.pause);
    }
    if (!waits) {
        sendPiece(id);
    }
}

void SocketServer::sendPiece(ConnectionId id)
{
    const auto client = find(id);
    if (!client || client->slow.empty()) {
        return;
    }
    write(*client->wire, client->slow.front().first);
    QTimer::singleShot(client->slow.front().second, client->wire, [this, id] {
        const auto still = find(id);
        if (still && !still->slow.empty()) {
            still->slow.pop_front(); // only now: what is sent meanwhile waits behind it
            sendPiece(id);
        }
    });
}

void SocketServer::close(ConnectionId id, int code, const std::string &reason)
{
    const auto client = find(id);
    if (!client || client->isClosing) {
        return;
    }
    client->isClosing = true;
    client->slow.clear();
    write(*client->wire, closeFrame(code, reason));
    QTimer::singleShot(farewellTime, client->wire, [this, id] { abort(id); });
}

void SocketServer::abort(ConnectionId id)
{
    if (const auto client = find(id)) {
        client->wire->flush();
        client->wire->abort(); // forget() follows by signal
    }
}

void SocketServer::halfClose(ConnectionId id)
{
    if (const auto client = find(id); client && !client->isClosing) {
        client->isClosing = true;
        client->wire->flush();
        ::shutdown(static_cast<int>(client->wire->socketDescriptor()), SHUT_WR);
    }
}

void SocketServer::deafen(ConnectionId id)
{
    if (const auto client = find(id)) {
        client->isDeaf = true;
    }
}

void SocketServer::pingAll()
{
    const QList<ConnectionId> ids = m_clients.keys();
    for (const ConnectionId id : ids) {
        const auto client = find(id);
        if (!client || !client->isUp || client->isDeaf || client->isClosing) {
            continue;
        }
        if (m_clock.elapsed() - client->aliveAt >= m_timing.pongDeadline.count()) {
            client->wire->abort();
            continue;
        }
        client->ping = std::to_string(m_clock.elapsed());
        m_handler.sendControl ? m_handler.sendControl(id, FrameForm::Ping, client->ping)
                              : send(id, frameText(Opcode::Ping, client->ping));
    }
}

void SocketServer::abortAll()
{
    const QList<ConnectionId> ids = m_clients.keys();
    for (const ConnectionId id : ids) {
        abort(id);
    }
}

} // namespace paper
