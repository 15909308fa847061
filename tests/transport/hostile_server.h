#pragma once

#include <QByteArray>
#include <QList>
#include <QPair>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace hostile
{

/// A certificate for localhost and 127.0.0.1 that vouches for itself, made anew in each process.
struct Identity
{
    QSslKey key;
    QSslCertificate certificate;

    static const Identity &forLocalhost()
    {
        static const Identity made = make();
        return made;
    }

private:
    template <class Writer> static QByteArray pem(Writer writer)
    {
        BIO *memory = BIO_new(BIO_s_mem());
        writer(memory);
        char *data = nullptr;
        const long length = BIO_get_mem_data(memory, &data);
        QByteArray text{data, length};
        BIO_free(memory);
        return text;
    }
    static void extend(X509 *certificate, int what, const char *value)
    {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, &context, what, value);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    static Identity make()
    {
        EVP_PKEY *key = EVP_EC_gen("P-256");
        X509 *certificate = X509_new();
        X509_set_version(certificate, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86'400);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 30L * 86'400);
        X509_set_pubkey(certificate, key);
        const QByteArray name{"localhost"};
        X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8,
            reinterpret_cast<const unsigned char *>(name.constData()), static_cast<int>(name.size()), -1, 0);
        X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
        extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
        extend(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
        X509_sign(certificate, key, EVP_sha256());
        Identity identity;
        identity.key = QSslKey{
            pem([key](BIO *to) { PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr); }),
            QSsl::Ec};
        identity.certificate =
            QSslCertificate{pem([certificate](BIO *to) { PEM_write_bio_X509(to, certificate); })};
        X509_free(certificate);
        EVP_PKEY_free(key);
        return identity;
    }
};

/// One request as the server read it.
struct Request
{
    QByteArray verb;
    QByteArray path;
    QByteArray head; ///< request line and headers
    QByteArray body;
    int number = 0; ///< counts the server's requests from 1
};

inline QByteArray answer(int status, const QByteArray &body, const QByteArray &headers = {})
{
    return "HTTP/1.1 " + QByteArray::number(status) + " X\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

/// Ends the sending side below TLS, so that no close_notify goes out.
inline void hangUpBelowTls(QTcpSocket &socket)
{
    ::shutdown(static_cast<int>(socket.socketDescriptor()), SHUT_RDWR);
}

/// Ends a connection by RST instead of FIN.
inline void resetConnection(QTcpSocket &socket)
{
    const linger none{1, 0};
    ::setsockopt(static_cast<int>(socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    socket.abort();
}

/// An HTTP/1.1 server on loopback that reads whole requests, keeps every one of them, and then does to the
/// connection what the test says.
class Server
{
public:
    using Reaction = std::function<void(QTcpSocket &, const Request &)>;
    /// Asked when bytes are there, and when a request's head is read but its body is not waited for. True: it
    /// has dealt with the connection, no more is read.
    using Early = std::function<bool(QTcpSocket &, bool isHeadRead)>;

    explicit Server(bool isTls, Reaction reaction,
        const QHostAddress &address = QHostAddress{QHostAddress::LocalHost},
        const QList<QByteArray> &protocols = {})
        : m_isTls{isTls},
          m_reaction{std::move(reaction)}
    {
        if (isTls) {
            auto tls = std::make_unique<QSslServer>();
            QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
            configuration.setLocalCertificate(Identity::forLocalhost().certificate);
            configuration.setPrivateKey(Identity::forLocalhost().key);
            configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
            configuration.setAllowedNextProtocols(protocols);
            tls->setSslConfiguration(configuration);
            m_server = std::move(tls);
        } else {
            m_server = std::make_unique<QTcpServer>();
        }
        m_server->listen(address);
        QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, m_server.get(), [this] {
            while (QTcpSocket *socket = m_server->nextPendingConnection()) {
                ++m_connections;
                if (const auto *secure = qobject_cast<QSslSocket *>(socket)) {
                    m_protocols << secure->sslConfiguration().nextNegotiatedProtocol();
                }
                serve(socket);
            }
        });
    }

    QUrl url(const QString &path) const
    {
        return QUrl{QStringLiteral("%1://127.0.0.1:%2%3")
                        .arg(m_isTls ? QStringLiteral("https") : QStringLiteral("http"))
                        .arg(m_server->serverPort())
                        .arg(path)};
    }
    const QList<Request> &requests() const { return m_requests; }
    int connections() const { return m_connections; }
    /// Requests whose body is this.
    qsizetype copies(const QByteArray &body) const
    {
        return std::ranges::count(m_requests, body, &Request::body);
    }
    /// Occurrences of these bytes in all that was ever read, in whole requests or not.
    qsizetype sightings(const QByteArray &bytes) const
    {
        return std::accumulate(m_received.begin(), m_received.end(), qsizetype{0},
            [&bytes](qsizetype sum, const auto &received) { return sum + received->count(bytes); });
    }
    /// What each TLS connection agreed on by ALPN; empty: nothing.
    const QList<QByteArray> &protocols() const { return m_protocols; }
    void setReaction(Reaction reaction) { m_reaction = std::move(reaction); }
    void setEarly(Early early) { m_early = std::move(early); }

private:
    void serve(QTcpSocket *socket)
    {
        const auto buffer = std::make_shared<QByteArray>();
        const auto received = m_received.emplace_back(std::make_shared<QByteArray>());
        const auto read = [this, socket, buffer, received] {
            if (socket->bytesAvailable() == 0 || (m_early && m_early(*socket, false))) {
                return;
            }
            const QByteArray bytes = socket->readAll();
            *buffer += bytes;
            *received += bytes;
            while (true) {
                const qsizetype end = buffer->indexOf("\r\n\r\n");
                if (end < 0 || (m_early && !buffer->contains("/warm") && m_early(*socket, true))) {
                    return;
                }
                const QByteArray head = buffer->left(end);
                qsizetype length = 0;
                for (const QByteArray &line : head.split('\n')) {
                    if (line.toLower().startsWith("content-length:")) {
                        length = line.mid(15).trimmed().toLongLong();
                    }
                }
                if (buffer->size() < end + 4 + length) {
                    return;
                }
                const QList<QByteArray> start = head.left(head.indexOf('\r')).split(' ');
                Request request{start.value(0), start.value(1), head, buffer->mid(end + 4, length),
                    static_cast<int>(m_requests.size()) + 1};
                buffer->remove(0, end + 4 + length);
                m_requests.push_back(request);
                m_reaction(*socket, request);
            }
        };
        QObject::connect(socket, &QTcpSocket::readyRead, socket, read);
        QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        read();
    }

    bool m_isTls = false;
    Reaction m_reaction;
    std::unique_ptr<QTcpServer> m_server;
    Early m_early;
    QList<Request> m_requests;
    std::vector<std::shared_ptr<QByteArray>> m_received; ///< one per connection
    QList<QByteArray> m_protocols;
    int m_connections = 0;
};

/// Passes bytes on to a server on loopback, those of the client only after a while: a slow handshake.
class SlowRelay
{
public:
    SlowRelay(int port, int delayMs)
    {
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this, port, delayMs] {
            QTcpSocket *client = m_server.nextPendingConnection();
            auto *server = new QTcpSocket{client};
            server->connectToHost(QHostAddress{QHostAddress::LocalHost}, static_cast<quint16>(port));
            const auto forward = [client, server] { server->write(client->readAll()); };
            QTimer::singleShot(delayMs, server, [client, server, forward] {
                forward();
                QObject::connect(client, &QTcpSocket::readyRead, server, forward);
            });
            QObject::connect(server, &QTcpSocket::readyRead, client,
                [client, server] { client->write(server->readAll()); });
            QObject::connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
        });
    }
    /// The same address by way of this relay.
    QUrl url(QUrl direct) const
    {
        direct.setPort(m_server.serverPort());
        return direct;
    }

private:
    QTcpServer m_server;
};

} // namespace hostile
