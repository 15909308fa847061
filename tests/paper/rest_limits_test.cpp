#include "exchange/paper/core/rate_limits.h"
#include "exchange/paper/core/security.h"

#include <QTest>

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

const std::string secret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";
const std::string key(64, 'k');
const domain::Timestamp signedAt = domain::timestampFromMs(1'591'702'613'943);

int codeOf(const domain::Result<void> &result)
{
    return result ? 0 : result.error().venueCode;
}

int check(const ApiKey &known, const Request &request, domain::Timestamp now)
{
    const auto parameters = QueryParameters::parse(request.query, request.body);
    return parameters ? codeOf(checkSignature(known, request, *parameters, now))
                      : parameters.error().venueCode;
}

} // namespace

class RestLimitsTest : public QObject
{
    Q_OBJECT
private slots:
    void signaturesMatchTheDocumentedVectors_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("signature");
        const QByteArray one = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&"
                               "recvWindow=5000&timestamp=1591702613943";
        const QByteArray signature = "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9";
        QTest::newRow("query") << one << QByteArray{} << signature;
        QTest::newRow("body") << QByteArray{} << one << signature;
        QTest::newRow("query and body")
            << QByteArray{"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC"}
            << QByteArray{"quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943"}
            << QByteArray{"30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4"};
    }
    void signaturesMatchTheDocumentedVectors()
    {
        QFETCH(QByteArray, query);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, signature);
        QByteArray &last = body.isEmpty() ? query : body;
        last += "&signature=" + signature.toUpper(); // case does not matter
        const Request request{"POST", "/fapi/v1/order", query.toStdString(), body.toStdString(), key};
        QCOMPARE(check({key, secret, ""}, request, signedAt), 0);
        QCOMPARE(check({key, "other", ""}, request, signedAt), -1022);
    }

    void theTimestampWindowHasTwoEdges()
    {
        const std::string text = "recvWindow=5000&timestamp=1591702613943";
        const Request request{"GET", "/", text + "&signature=" + hmacSha256(secret, text), {}, key};
        const ApiKey known{key, secret, ""};
        QCOMPARE(check(known, request, signedAt + 5'000ms), 0);
        QCOMPARE(check(known, request, signedAt + 5'001ms), -1021);
        QCOMPARE(check(known, request, signedAt - 999ms), 0);
        QCOMPARE(check(known, request, signedAt - 1'000ms), -1021);
    }

    void windowsBeyondAMinuteAreRefused()
    {
        const std::string text = "recvWindow=60001&timestamp=1591702613943";
        const Request request{"GET", "/", text + "&signature=" + hmacSha256(secret, text), {}, key};
        QCOMPARE(check({key, secret, ""}, request, signedAt), -1130);
    }

    void anEd25519SignatureIsAsGood()
    {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair{
            EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free};
        const std::unique_ptr<BIO, decltype(&BIO_free)> pem{BIO_new(BIO_s_mem()), &BIO_free};
        PEM_write_bio_PUBKEY(pem.get(), pair.get());
        std::string publicKey(200, '\0');
        publicKey.resize(static_cast<std::size_t>(BIO_read(pem.get(), publicKey.data(), 200)));

        const std::string text = "timestamp=1591702613943";
        std::array<unsigned char, 64> raw{};
        std::size_t size = raw.size();
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
            EVP_MD_CTX_new(), &EVP_MD_CTX_free};
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair.get());
        EVP_DigestSign(context.get(), raw.data(), &size, reinterpret_cast<const unsigned char *>(text.data()),
            text.size());
        const QByteArray base64 = QByteArray{reinterpret_cast<const char *>(raw.data()), 64}.toBase64();

        const Request request{
            "GET", "/", text + "&signature=" + base64.toPercentEncoding().toStdString(), {}, key};
        QCOMPARE(check({key, secret, publicKey}, request, signedAt), 0);
        QCOMPARE(check({key, secret, ""}, request, signedAt), -1022);
        const Request other{"GET", "/", "a=1&" + request.query, {}, key};
        QCOMPARE(check({key, secret, publicKey}, other, signedAt), -1022);
    }

    void theQueryWinsOverTheBody()
    {
        const auto parameters = QueryParameters::parse("side=BUY", "side=SELL&symbol=%E6%B5%8B%E8%AF%95USDT");
        QVERIFY(parameters);
        QCOMPARE(parameters->text("side"), std::string{"BUY"});
        QCOMPARE(parameters->text("symbol"), std::string{"测试USDT"});
        QCOMPARE(QueryParameters::parse("a=%zz", "").error().venueCode, -1100);
        QCOMPARE(QueryParameters::parse("orderId=", "").error().venueCode, -1105);
        QCOMPARE(QueryParameters::parse("", "a=1&a=2").error().venueCode, -1101);
    }

    void weightIsCountedByTheMinute()
    {
        RateLimits limits;
        const domain::Timestamp minute = domain::timestampFromMs(1'795'400'040'000);
        QVERIFY(!limits.admit(2'400, minute + 1s));
        const auto refused = limits.admit(1, minute + 59s);
        QVERIFY(refused);
        QCOMPARE(refused->status, 429);
        QVERIFY(refused->body.find("-1003") != std::string::npos);
        QVERIFY(!limits.admit(1, minute + 60s));
    }

    void whoGoesOnAskingIsBanned()
    {
        RateLimits limits;
        const domain::Timestamp minute = domain::timestampFromMs(1'795'400'040'000);
        QVERIFY(!limits.admit(2'400, minute));
        std::optional<Response> answer;
        for (int i = 0; i < 11; ++i) {
            answer = limits.admit(1, minute + 1s);
        }
        QCOMPARE(answer->status, 418);
        QCOMPARE(limits.admit(1, minute + 110s)->status, 418);
        QVERIFY(!limits.admit(1, minute + 121s));
    }

    void ordersHaveTwoWindows()
    {
        RateLimits limits;
        const domain::Timestamp minute = domain::timestampFromMs(1'795'400'040'000);
        for (int i = 0; i < 300; ++i) {
            QVERIFY(!limits.admitOrder(1, 1, 1, minute));
        }
        const auto refused = limits.admitOrder(1, 1, 1, minute + 9s);
        QVERIFY(refused);
        QCOMPARE(refused->status, 429);
        QVERIFY(refused->body.find("-1015") != std::string::npos);
        for (int window = 1; window < 4; ++window) {
            for (int i = 0; i < 300; ++i) {
                QVERIFY(!limits.admitOrder(1, 1, 1, minute + 10s * window));
            }
        }
        QVERIFY(limits.admitOrder(1, 1, 1, minute + 50s)); // 1200 in this minute
        QVERIFY(!limits.admitOrder(1, 1, 1, minute + 60s));
    }
};

QTEST_APPLESS_MAIN(RestLimitsTest)
#include "rest_limits_test.moc"
