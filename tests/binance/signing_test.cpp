#include "exchange/binance/signing.h"

#include <QTest>

#include <string>
#include <string_view>

using namespace binance;

namespace
{

constexpr std::string_view secret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";

std::span<const std::byte> bytes(std::string_view text)
{
    return std::as_bytes(std::span{text.data(), text.size()});
}

} // namespace

class SigningTest : public QObject
{
    Q_OBJECT
private slots:
    // Vectors of the reference, sections 2.3 and 2.4.
    void hmacMatchesThePublishedVectors_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<QByteArray>("signature");
        QTest::newRow("documentation")
            << QByteArray{"symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&"
                          "recvWindow=5000&timestamp="
                          "1591702613943"}
            << QByteArray{"3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"};
        QTest::newRow("other order")
            << QByteArray{"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=9000&"
                          "recvWindow="
                          "5000&timestamp=1591702613943"}
            << QByteArray{"ec11dcc17e67e47f0d3c3f513dfe9062307e37619c5c82ebaa8fe0bdf3d59519"};
        QTest::newRow("query and body")
            << QByteArray{"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=9000&"
                          "recvWindow="
                          "5000&timestamp=1591702613943"}
            << QByteArray{"30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4"};
        QTest::newRow("percent-encoded symbol")
            << QByteArray{"symbol=%E6%B5%8B%E8%AF%95USDT&side=BUY&type=MARKET&quantity=1&timestamp="
                          "1760000007980"}
            << QByteArray{"f5a675acf0ed2365094143f2921df08b17ba837118e5e06178defa1b39d60116"};
        QTest::newRow("WebSocket API")
            << QByteArray{"apiKey=dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83&price="
                          "9000&quantity=1&"
                          "recvWindow=5000&side=BUY&symbol=BTCUSDT&timeInForce=GTC&timestamp=1591702613943&"
                          "type=LIMIT"}
            << QByteArray{"5b8fe2b962b8e1b2b82fb40e548d56147c2a8f835b5f1393ae4b4b90c38b527f"};
    }
    void hmacMatchesThePublishedVectors()
    {
        QFETCH(QByteArray, payload);
        QFETCH(QByteArray, signature);
        const auto signer = HmacSigner::create(bytes(secret));
        QVERIFY(signer);
        // Twice: the keyed context is used again.
        for (int pass = 0; pass < 2; ++pass) {
            const auto made = (*signer)->sign(payload.toStdString());
            QVERIFY(made);
            QCOMPARE(QByteArray::fromStdString(*made), signature);
        }
    }

    void hmacWorksAfterTheCallersSecretIsWiped()
    {
        std::string mine{secret};
        const auto signer = HmacSigner::create(bytes(mine));
        QVERIFY(signer);
        mine.assign(mine.size(), '\0');
        QCOMPARE(*(*signer)->sign("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&"
                                  "recvWindow=5000&timestamp=1591702613943"),
            std::string{"3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"});
    }

    void anEmptySecretIsRefused()
    {
        const auto signer = HmacSigner::create({});
        QVERIFY(!signer);
        QCOMPARE(signer.error().code, domain::ErrorCode::Unauthorized);
    }

    // RFC 8032, section 7.1, TEST 3: secret key c5aa8df4…, message af82.
    void ed25519MatchesTheRfcVector_data()
    {
        QTest::addColumn<QByteArray>("key");
        const QByteArray der = QByteArray::fromHex("302e020100300506032b657004220420c5aa8df43f9f837bedb7442f3"
                                                   "1dcb7b166d38535076f094b85ce3a2e0b4458f7");
        QTest::newRow("DER") << der;
        QTest::newRow("PEM") << QByteArray{
            "-----BEGIN PRIVATE KEY-----\n" + der.toBase64() + "\n-----END PRIVATE KEY-----\n"};
    }
    void ed25519MatchesTheRfcVector()
    {
        QFETCH(QByteArray, key);
        const auto signer =
            Ed25519Signer::create(bytes({key.constData(), static_cast<std::size_t>(key.size())}));
        QVERIFY(signer);
        const QByteArray expected = QByteArray::fromHex("6291d657deec24024827e69c3abe01a30ce548a284743a445e36"
                                                        "80d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
                                                        "9716ed28dc027beceea1ec40a");
        for (int pass = 0; pass < 2; ++pass) {
            const auto made = (*signer)->sign("\xaf\x82");
            QVERIFY(made);
            QCOMPARE(
                QByteArray::fromBase64(QByteArray::fromPercentEncoding(QByteArray::fromStdString(*made))),
                expected);
        }
    }

    void anUnreadableOrForeignKeyIsRefused()
    {
        QVERIFY(!Ed25519Signer::create(bytes("nonsense")));
        QVERIFY(!Ed25519Signer::create({}));
        QVERIFY(
            !Ed25519Signer::create(bytes("-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n")));
    }

    void onlyUnreservedCharactersStayAsTheyAre()
    {
        std::string text;
        appendParameter(text, "symbol", "\xe6\xb5\x8b\xe8\xaf\x95USDT");
        appendParameter(text, "batchOrders", R"([{"a":"b c"}])");
        appendParameter(text, "id", "aZ09-_.~/:");
        QCOMPARE(text,
            std::string{"symbol=%E6%B5%8B%E8%AF%95USDT&batchOrders=%5B%7B%22a%22%3A%22b%20c%22%7D%5D&id="
                        "aZ09-_.~%2F%3A"});
    }

    void aSignedTextEndsWithWindowTimestampAndSignature()
    {
        const auto signer = HmacSigner::create(bytes(secret));
        QVERIFY(signer);
        const auto text =
            signedText(**signer, "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC",
                domain::Milliseconds{5000}, domain::timestampFromMs(1591702613943));
        QVERIFY(text);
        QCOMPARE(*text,
            std::string{
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&"
                "timestamp=1591702613943&signature="
                "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"});
    }
};

QTEST_APPLESS_MAIN(SigningTest)
#include "signing_test.moc"
