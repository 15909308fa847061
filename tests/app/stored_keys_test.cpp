#include "app/stored_keys.h"

#include <QTest>

using namespace app;

class StoredKeysTest : public QObject
{
    Q_OBJECT
private:
    static SecretBuffer buffer(std::string_view text)
    {
        return SecretBuffer::copyOf(std::span{text.data(), text.size()});
    }

private slots:
    void whatIsPackedComesBack()
    {
        Credentials credentials;
        credentials.kind = Credentials::Kind::Ed25519;
        credentials.apiKey = "key-1";
        credentials.secret = buffer("-----BEGIN\nlines\n");
        const auto again = unpacked(*packed(credentials));
        QVERIFY(again);
        QVERIFY(again->kind == Credentials::Kind::Ed25519);
        QCOMPARE(again->apiKey, std::string{"key-1"});
        QCOMPARE(again->secret.text(), std::string_view{"-----BEGIN\nlines\n"});
    }

    void somethingElseInTheKeyStoreIsRefused()
    {
        for (const char *text : {"", "H", "Hkey", "Hkey\n", "H\nsecret", "Xkey\nsecret"}) {
            QVERIFY2(!unpacked(buffer(text)), text);
        }
    }

    void signsWithTheKindOfKeyThatWasStored()
    {
        Credentials credentials;
        credentials.apiKey = "key";
        credentials.secret = buffer("2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9");
        const auto signer = makeSigner(credentials);
        QVERIFY(signer);
        // First vector of the protocol reference, 2.3.
        QCOMPARE((*signer)
                     ->sign("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&"
                            "recvWindow=5000&"
                            "timestamp=1591702613943")
                     .value(),
            std::string{"3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"});

        credentials.kind = Credentials::Kind::Ed25519;
        QVERIFY(!makeSigner(credentials)); // not a private key
    }
};

QTEST_GUILESS_MAIN(StoredKeysTest)
#include "stored_keys_test.moc"
