#pragma once

#include "exchange/paper/core/security.h"

#include <QByteArray>
#include <QDateTime>
#include <QDeadlineTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSslSocket>
#include <QTcpSocket>
#include <QUrl>

#include <memory>

namespace support
{

/// One request on a connection of its own, as bytes: it sees what is on the wire and sends once.
class PaperClient
{
public:
    struct Reply
    {
        QByteArray raw; ///< all that came until the connection ended or the answer was whole
        bool isWhole = false;
        bool hasEnded = false; ///< the other side ended the connection

        int status() const { return raw.mid(9, 3).toInt(); }
        QByteArray body() const
        {
            const qsizetype at = raw.indexOf("\r\n\r\n");
            return at < 0 ? QByteArray{} : raw.mid(at + 4);
        }
        QByteArray header(const QByteArray &name) const
        {
            for (const QByteArray &line : raw.left(raw.indexOf("\r\n\r\n")).split('\n')) {
                if (line.toLower().startsWith(QByteArray{name + ':'})) {
                    return line.mid(name.size() + 1).trimmed();
                }
            }
            return {};
        }
        QJsonDocument json() const { return QJsonDocument::fromJson(body()); }
        int code() const { return json().object()[u"code"].toInt(); }
    };

    PaperClient(QUrl rest, QByteArray key, QByteArray secret)
        : m_rest{std::move(rest)},
          m_key{std::move(key)},
          m_secret{std::move(secret)}
    {
    }

    Reply signedCall(const QByteArray &method, const QByteArray &path, QByteArray parameters = {},
        int patienceMs = 10'000) const
    {
        parameters += parameters.isEmpty() ? "" : "&";
        parameters += "timestamp=" + QByteArray::number(QDateTime::currentMSecsSinceEpoch());
        parameters += "&signature=" + QByteArray::fromStdString(paper::hmacSha256(
                                          m_secret.toStdString(), parameters.toStdString()));
        const bool inBody = method == "POST" || method == "PUT";
        return call(
            method, inBody ? path : path + '?' + parameters, inBody ? parameters : QByteArray{}, patienceMs);
    }

    Reply call(const QByteArray &method, const QByteArray &target, const QByteArray &body = {},
        int patienceMs = 10'000) const
    {
        QSslSocket socket;
        const auto port = static_cast<quint16>(m_rest.port());
        bool isUp = false;
        if (m_rest.scheme() == u"https") {
            socket.setPeerVerifyMode(QSslSocket::VerifyNone);
            socket.connectToHostEncrypted(m_rest.host(), port);
            isUp = socket.waitForEncrypted(patienceMs);
        } else {
            socket.connectToHost(m_rest.host(), port);
            isUp = socket.waitForConnected(patienceMs);
        }
        if (!isUp) {
            return {};
        }
        socket.write(method + ' ' + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MBX-APIKEY: " + m_key +
                     "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                     QByteArray::number(body.size()) + "\r\n\r\n" + body);
        Reply reply;
        const QDeadlineTimer deadline{patienceMs};
        while (!reply.isWhole && !reply.hasEnded && !deadline.hasExpired()) {
            if (!socket.waitForReadyRead(static_cast<int>(deadline.remainingTime()))) {
                reply.hasEnded = socket.state() != QAbstractSocket::ConnectedState;
            }
            reply.raw += socket.readAll();
            const QByteArray length = reply.header("content-length");
            reply.isWhole =
                !length.isEmpty() && reply.raw.contains("\r\n\r\n") && reply.body().size() >= length.toInt();
        }
        return reply;
    }

private:
    QUrl m_rest;
    QByteArray m_key;
    QByteArray m_secret;
};

} // namespace support
