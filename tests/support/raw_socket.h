#pragma once

#include <QByteArray>
#include <QElapsedTimer>
#include <QList>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>

#include <functional>
#include <memory>

namespace support
{

/// A WebSocket client that shows the very frames and sends whatever it is told, so that nothing a library
/// does by itself stands between a test and the wire.
class RawSocket
{
public:
    struct Frame
    {
        int opcode = 0;
        bool isLast = true;
        bool isCompressed = false; ///< RSV1
        QByteArray payload;
    };
    static constexpr int text = 1;
    static constexpr int binary = 2;
    static constexpr int closing = 8;
    static constexpr int ping = 9;
    static constexpr int pong = 10;
    static constexpr int patience = 30'000;

    /// url: ws://127.0.0.1:port/path?query. Waits for the answer to the handshake, or for the end.
    explicit RawSocket(const QUrl &url, const QByteArray &extraHeaders = {})
    {
        QObject::connect(&m_wire, &QTcpSocket::readyRead, &m_wire, [this] { read(); });
        QObject::connect(&m_wire, &QTcpSocket::disconnected, &m_wire, [this] { m_hasEnded = true; });
        QObject::connect(&m_wire, &QTcpSocket::errorOccurred, &m_wire, [this] { m_hasEnded = true; });
        m_wire.connectToHost(url.host(), static_cast<quint16>(url.port()));
        QByteArray target = url.path(QUrl::FullyEncoded).toLatin1();
        if (url.hasQuery()) {
            target += '?' + url.query(QUrl::FullyEncoded).toLatin1();
        }
        m_wire.write("GET " + target +
                     " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
                     extraHeaders + "\r\n");
        static_cast<void>(QTest::qWaitFor([this] { return m_hasEnded || !m_head.isEmpty(); }, patience));
    }
    RawSocket(const RawSocket &) = delete;
    RawSocket &operator=(const RawSocket &) = delete;

    /// Of the handshake's answer; 0 where there was none.
    int status() const { return m_head.mid(9, 3).toInt(); }
    const QByteArray &head() const { return m_head; } ///< … its headers
    bool isOpen() const { return status() == 101 && !m_hasEnded; }
    bool ends(int ms = patience)
    {
        return QTest::qWaitFor([this] { return m_hasEnded; }, ms);
    }

    void send(int opcode, const QByteArray &payload)
    {
        QByteArray frame(1, static_cast<char>(0x80 | opcode));
        if (payload.size() < 126) {
            frame += static_cast<char>(0x80 | payload.size());
        } else {
            frame += static_cast<char>(0x80 | 126);
            frame += static_cast<char>(payload.size() >> 8);
            frame += static_cast<char>(payload.size() & 0xff);
        }
        const char mask[4] = {1, 2, 3, 4};
        frame += QByteArray{mask, 4};
        for (qsizetype i = 0; i < payload.size(); ++i) {
            frame += static_cast<char>(payload[i] ^ mask[i % 4]);
        }
        sendBytes(frame);
    }
    void sendBytes(const QByteArray &bytes) { m_wire.write(bytes); }

    const QList<Frame> &frames() const { return m_frames; }
    void forget() { m_frames.clear(); }
    /// The first frame that meets the condition; opcode -1 where none comes.
    Frame wait(const std::function<bool(const Frame &)> &condition, int ms = patience)
    {
        Frame found;
        found.opcode = -1;
        static_cast<void>(QTest::qWaitFor(
            [&] {
                for (const Frame &frame : m_frames) {
                    if (condition(frame)) {
                        found = frame;
                        return true;
                    }
                }
                return false;
            },
            ms));
        return found;
    }
    Frame wait(int opcode, int ms = patience)
    {
        return wait([opcode](const Frame &frame) { return frame.opcode == opcode; }, ms);
    }
    /// Milliseconds that the answer to a ping took; -1 where none came.
    qint64 pongAfter(const QByteArray &payload, int ms = patience)
    {
        QElapsedTimer timer;
        timer.start();
        send(ping, payload);
        const Frame answer = wait(
            [&](const Frame &frame) { return frame.opcode == pong && frame.payload == payload; }, ms);
        return answer.opcode == pong ? timer.elapsed() : -1;
    }
    /// Of the exchange's farewell; 0 where there was none.
    int closeCode() const
    {
        for (const Frame &frame : m_frames) {
            if (frame.opcode == closing && frame.payload.size() >= 2) {
                return static_cast<unsigned char>(frame.payload[0]) * 256 +
                       static_cast<unsigned char>(frame.payload[1]);
            }
        }
        return 0;
    }
    /// How often bytes came in; what comes slowly comes often.
    int arrivals() const { return m_arrivals; }
    QTcpSocket &wire() { return m_wire; }

private:
    void read()
    {
        ++m_arrivals;
        m_bytes += m_wire.readAll();
        if (m_head.isEmpty()) {
            const qsizetype end = m_bytes.indexOf("\r\n\r\n");
            if (end < 0) {
                return;
            }
            m_head = m_bytes.left(end);
            m_bytes.remove(0, end + 4);
        }
        while (status() == 101 && takeFrame()) {
        }
    }
    bool takeFrame()
    {
        const auto byte = [this](qsizetype at) { return static_cast<unsigned char>(m_bytes[at]); };
        if (m_bytes.size() < 2) {
            return false;
        }
        qsizetype head = 2;
        qint64 length = byte(1) & 0x7f;
        const int more = length == 126 ? 2 : length == 127 ? 8 : 0;
        if (m_bytes.size() < head + more) {
            return false;
        }
        if (more > 0) {
            length = 0;
            for (int i = 0; i < more; ++i) {
                length = length * 256 + byte(head + i);
            }
        }
        head += more;
        if (m_bytes.size() < head + length) {
            return false;
        }
        m_frames.append(
            {byte(0) & 0x0f, (byte(0) & 0x80) != 0, (byte(0) & 0x40) != 0, m_bytes.mid(head, length)});
        m_bytes.remove(0, head + length);
        return true;
    }

    QTcpSocket m_wire;
    QByteArray m_bytes;
    QByteArray m_head;
    QList<Frame> m_frames;
    int m_arrivals = 0;
    bool m_hasEnded = false;
};

} // namespace support
