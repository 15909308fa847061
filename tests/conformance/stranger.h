#pragma once

#include "models/domain/exact.h"
#include "tests/conformance/shape.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>
#include <QWebSocket>

#include <array>
#include <functional>
#include <memory>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

/// The exchange as a program, and a client that knows nothing of it but the protocol reference.
namespace conformance
{

constexpr int patience = 60'000; ///< ms; several programs at once on a busy machine

inline QJsonValue valueOf(const QByteArray &json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    return document.isArray() ? QJsonValue{document.array()} : QJsonValue{document.object()};
}

/// A decimal as the exchange writes it, in quotes; 0 where it is none.
template <class Decimal = domain::Money> Decimal exactOf(const QJsonValue &text)
{
    return Decimal::parse(text.toString().toStdString()).value_or(Decimal{});
}

/// Whether two amounts differ by less than that.
inline bool isNear(domain::Money a, domain::Money b, const char *tolerance = "0.000001")
{
    return (a - b).abs() < domain::Money::literal(tolerance);
}

struct Answer
{
    int status = 0;
    QByteArray body;
    QMap<QByteArray, QByteArray> headers;

    QJsonValue json() const { return valueOf(body); }
    QJsonObject object() const { return json().toObject(); }
    QJsonArray array() const { return json().toArray(); }
    int code() const { return object()[u"code"].toInt(); }
};

/// Waits until the next window of that length begins.
inline void waitForWindow(int ms)
{
    QTest::qWait(ms - static_cast<int>(QDateTime::currentMSecsSinceEpoch() % ms) + 50);
}

/// An Ed25519 key pair.
class SigningKey
{
public:
    SigningKey() : m_pair{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free} {}
    QByteArray publicPem() const
    {
        const std::unique_ptr<BIO, decltype(&BIO_free)> bio{BIO_new(BIO_s_mem()), &BIO_free};
        PEM_write_bio_PUBKEY(bio.get(), m_pair.get());
        char *data = nullptr;
        const auto size = BIO_get_mem_data(bio.get(), &data);
        return {data, static_cast<qsizetype>(size)};
    }
    QByteArray sign(const QByteArray &text) const
    {
        std::array<unsigned char, 64> raw{};
        std::size_t size = raw.size();
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
            EVP_MD_CTX_new(), &EVP_MD_CTX_free};
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, m_pair.get());
        EVP_DigestSign(context.get(), raw.data(), &size, reinterpret_cast<const unsigned char *>(text.data()),
            static_cast<std::size_t>(text.size()));
        return QByteArray{reinterpret_cast<const char *>(raw.data()), 64}.toBase64();
    }

private:
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> m_pair;
};

/// The running program.
class Exchange
{
public:
    explicit Exchange(const QStringList &arguments = {})
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QStringLiteral(HEADROOM_EXCHANGE), arguments);
        QByteArray output;
        while (!output.endsWith("ready\n") && m_process.waitForReadyRead(patience)) {
            output += m_process.readAllStandardOutput();
        }
        for (const QByteArray &line : output.split('\n')) {
            const qsizetype equals = line.indexOf('=');
            m_said[line.left(equals)] = line.mid(equals + 1);
        }
        m_isReady = output.endsWith("ready\n");
    }
    ~Exchange()
    {
        m_process.kill();
        m_process.waitForFinished(patience);
    }
    bool isReady() const { return m_isReady; }
    QByteArray said(const QByteArray &name) const { return m_said.value(name); }
    QString at(const QByteArray &name) const { return QString::fromLatin1(said(name)); }

private:
    QProcess m_process;
    QMap<QByteArray, QByteArray> m_said;
    bool m_isReady = false;
};

/// REST calls of one account, one after the other.
class Stranger
{
public:
    Stranger(const Exchange &exchange, int account = 1) : m_rest{exchange.at("rest")}
    {
        const QByteArray number = account == 1 ? QByteArray{} : '-' + QByteArray::number(account);
        m_key = exchange.said("api-key" + number);
        m_secret = exchange.said("secret" + number);
    }

    static QByteArray hmac(const QByteArray &secret, const QByteArray &text)
    {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
            reinterpret_cast<const unsigned char *>(text.data()), static_cast<std::size_t>(text.size()),
            digest.data(), &size);
        return QByteArray{reinterpret_cast<const char *>(digest.data()), static_cast<qsizetype>(size)}
            .toHex();
    }
    QByteArray hmac(const QByteArray &text) const { return hmac(m_secret, text); }
    const QByteArray &key() const { return m_key; }
    const QByteArray &secret() const { return m_secret; }
    static QByteArray now(qint64 shiftMs = 0)
    {
        return QByteArray::number(QDateTime::currentMSecsSinceEpoch() + shiftMs);
    }

    /// query and body as they stand; key empty: no header.
    Answer raw(const QByteArray &method, const QByteArray &path, const QByteArray &query = {},
        const QByteArray &body = {}, const QByteArray &apiKey = {})
    {
        QNetworkRequest request{
            QUrl::fromEncoded(m_rest.toLatin1() + path + (query.isEmpty() ? QByteArray{} : '?' + query))};
        request.setHeader(
            QNetworkRequest::ContentTypeHeader, QByteArray{"application/x-www-form-urlencoded"});
        if (!apiKey.isEmpty()) {
            request.setRawHeader("X-MBX-APIKEY", apiKey);
        }
        const std::unique_ptr<QNetworkReply> reply{m_network.sendCustomRequest(request, method, body)};
        QSignalSpy done{reply.get(), &QNetworkReply::finished};
        if (!reply->isFinished()) {
            done.wait(patience);
        }
        Answer answer{
            reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), reply->readAll(), {}};
        for (const auto &[name, value] : reply->rawHeaderPairs()) {
            answer.headers[name] = value;
        }
        return answer;
    }
    Answer get(const QByteArray &path, const QByteArray &query = {}) { return raw("GET", path, query); }
    Answer keyed(const QByteArray &method, const QByteArray &path, const QByteArray &query = {})
    {
        return raw(method, path, query, {}, m_key);
    }
    Answer signedCall(const QByteArray &method, const QByteArray &path, QByteArray parameters = {})
    {
        parameters += (parameters.isEmpty() ? "timestamp=" : "&timestamp=") + now();
        parameters += "&signature=" + hmac(parameters);
        const bool inBody = method == "POST" || method == "PUT";
        return raw(
            method, path, inBody ? QByteArray{} : parameters, inBody ? parameters : QByteArray{}, m_key);
    }
    domain::Price last(const QByteArray &symbol = "BTCUSDT")
    {
        return exactOf<domain::Price>(get("/fapi/v1/ticker/price", "symbol=" + symbol).object()[u"price"]);
    }
    /// That many times the last price of BTCUSDT, in whole units.
    QByteArray near(const char *factor)
    {
        const domain::Price price = last() * domain::Rate::literal(factor);
        return QByteArray::fromStdString(price.toFixed(0, domain::Rounding::Down));
    }
    Answer control(const QByteArray &method, const QByteArray &path, const QByteArray &body = {})
    {
        return raw(method, "/control/" + path, {}, body, m_key);
    }

private:
    QString m_rest;
    QByteArray m_key;
    QByteArray m_secret;
    QNetworkAccessManager m_network;
};

/// One WebSocket and all that came over it.
class Socket
{
public:
    explicit Socket(const QString &url)
    {
        QObject::connect(&m_socket, &QWebSocket::textMessageReceived, &m_socket,
            [this](const QString &text) { m_messages << text.toUtf8(); });
        QObject::connect(&m_socket, &QWebSocket::disconnected, &m_socket, [this] { m_isClosed = true; });
        m_socket.open(QUrl{url});
        static_cast<void>(QTest::qWaitFor([this] { return m_isClosed || isOpen(); }, patience));
    }
    bool isOpen() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    bool closes(int ms = patience)
    {
        return QTest::qWaitFor([this] { return m_isClosed; }, ms);
    }
    void send(const QByteArray &text) { m_socket.sendTextMessage(QString::fromUtf8(text)); }
    const QList<QByteArray> &messages() const { return m_messages; }
    void forget() { m_messages.clear(); }

    using Condition = std::function<bool(const QJsonValue &)>;
    /// The first message that meets the condition; null where none comes.
    QJsonValue wait(const Condition &condition, int ms = patience)
    {
        qsizetype next = 0;
        QJsonValue found;
        const bool came = QTest::qWaitFor(
            [&] {
                for (; next < m_messages.size(); ++next) {
                    if (const QJsonValue value = valueOf(m_messages[next]); condition(value)) {
                        found = value;
                        return true;
                    }
                }
                return false;
            },
            ms);
        return came ? found : QJsonValue{};
    }
    QJsonValue any(int ms = patience)
    {
        return wait([](const QJsonValue &) { return true; }, ms);
    }
    QJsonValue event(const QString &type, int ms = patience)
    {
        return wait([&](const QJsonValue &value) { return value.toObject()[u"e"].toString() == type; }, ms);
    }
    /// Sends a request and waits for the answer with its id.
    QJsonObject ask(const QByteArray &request, int ms = patience)
    {
        const QJsonValue id = valueOf(request).toObject()[u"id"];
        send(request);
        return wait(
            [&](const QJsonValue &value) {
                const QJsonObject object = value.toObject();
                return object.contains(u"id") && object[u"id"] == id && !object.contains(u"e");
            },
            ms)
            .toObject();
    }

private:
    QWebSocket m_socket;
    QList<QByteArray> m_messages;
    bool m_isClosed = false;
};

/// Counts what was checked; each check names the section of the reference it stands in.
class Checks
{
public:
    void add(const char *section, const QString &what, bool isTrue, const QString &instead = {})
    {
        ++m_count;
        if (!isTrue) {
            m_failures << QStringLiteral("[%1] %2%3")
                              .arg(QLatin1StringView{section}, what,
                                  instead.isEmpty() ? QString{} : QStringLiteral(": ") + instead);
        }
    }
    void fits(const char *section, const QString &what, const QString &pattern, const QJsonValue &value)
    {
        const QString misfit = Shape::misfit(pattern, value);
        add(section, what, misfit.isEmpty(), misfit);
    }
    void equal(const char *section, const QString &what, const QString &is, const QString &wanted)
    {
        add(section, what, is == wanted, QStringLiteral("is \"%1\", should be \"%2\"").arg(is, wanted));
    }
    void equal(const char *section, const QString &what, qint64 is, qint64 wanted)
    {
        equal(section, what, QString::number(is), QString::number(wanted));
    }
    int count() const { return m_count; }
    QStringList takeFailures() { return std::exchange(m_failures, {}); }

private:
    int m_count = 0;
    QStringList m_failures;
};

} // namespace conformance
