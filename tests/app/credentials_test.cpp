#include "app/credentials.h"
#include "app/redaction.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace app;
using domain::ErrorCode;

namespace
{

// An Ed25519 key made for this test only.
const char *const pkcs8 = "MC4CAQAwBQYDK2VwBCIEIFn7DHRQEuzhCrkqQdJqXsKzq3FGsb1x8m4oGX0rXyQJ";

} // namespace

class CredentialsTest : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;

    QString write(const char *name, const QByteArray &content, mode_t mode = 0600)
    {
        const QString path = m_folder.filePath(QLatin1StringView{name});
        QFile file{path};
        if (file.open(QIODevice::WriteOnly)) {
            file.write(content);
            file.close();
        }
        ::chmod(QFile::encodeName(path).constData(), mode);
        return path;
    }

private slots:
    void readsAKeyAndItsSecret()
    {
        const auto read =
            readCredentials(write("hmac", "# testnet\n\nkey = vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zv\r\n  "
                                          "secret=NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP\n"));
        QVERIFY2(read, read ? "" : read.error().detail.c_str());
        QCOMPARE(read->kind, Credentials::Kind::Hmac);
        QCOMPARE(read->apiKey, std::string{"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zv"});
        QCOMPARE(read->secret.text(), std::string_view{"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP"});
        QCOMPARE(redacted("a NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP b"), std::string{"a [redacted] b"});
    }

    void readsAnEd25519KeyGivenInBase64()
    {
        const auto read = readCredentials(write("inline", QByteArray{"key=abcdefgh\ned25519="} + pkcs8));
        QVERIFY2(read, read ? "" : read.error().detail.c_str());
        QCOMPARE(read->kind, Credentials::Kind::Ed25519);
        QCOMPARE(read->secret.size(), std::size_t{48});
        QCOMPARE(read->secret.text()[0], '\x30');
    }

    void readsAnEd25519KeyFromAFileBesideIt()
    {
        const QByteArray pem =
            QByteArray{"-----BEGIN PRIVATE KEY-----\n"} + pkcs8 + "\n-----END PRIVATE KEY-----\n";
        write("key.pem", pem);
        const auto read = readCredentials(write("beside", "key=abcdefgh\ned25519 = key.pem\n"));
        QVERIFY2(read, read ? "" : read.error().detail.c_str());
        QCOMPARE(read->secret.text(), std::string_view{pem.constData()});

        write("key.pem", pem, 0644);
        const auto refused = readCredentials(m_folder.filePath(QStringLiteral("beside")));
        QVERIFY(!refused);
        QVERIFY(refused.error().detail.find("line 2") != std::string::npos);
        QVERIFY(refused.error().detail.find("chmod 600") != std::string::npos);
    }

    void refusesAFileThatOthersCouldRead_data()
    {
        QTest::addColumn<int>("mode");
        for (const int mode : {0644, 0640, 0604, 0620, 0700, 0666}) {
            QTest::newRow(qPrintable(QString::number(mode, 8))) << mode;
        }
    }
    void refusesAFileThatOthersCouldRead()
    {
        QFETCH(int, mode);
        const auto read =
            readCredentials(write("open", "key=abcdefgh\nsecret=canarycanary\n", static_cast<mode_t>(mode)));
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Storage);
        QVERIFY(read.error().detail.find("chmod 600") != std::string::npos);
    }

    void refusesWhatIsNotAPlainFile()
    {
        const QString target = write("target", "key=abcdefgh\nsecret=canarycanary\n");
        const QString link = m_folder.filePath(QStringLiteral("link"));
        QVERIFY(QFile::link(target, link));
        QVERIFY(readCredentials(link).error().detail.find("symbolic link") != std::string::npos);

        const QString pipe = m_folder.filePath(QStringLiteral("pipe"));
        QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
        QVERIFY(readCredentials(pipe).error().detail.find("regular file") != std::string::npos);

        QVERIFY(!readCredentials(m_folder.path()));
        QVERIFY(!readCredentials(m_folder.filePath(QStringLiteral("missing"))));
        QVERIFY(!readCredentials(write("empty", "")));
        QVERIFY(!readCredentials(write("huge", QByteArray(20'000, '#'))));
    }

    void namesTheLineOfAMistakeAndNeverWhatItHolds_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("no equals sign") << QByteArray{"key=abcdefgh\ncanarysecret\n"} << QByteArray{"line 2"};
        QTest::newRow("unknown name") << QByteArray{"canarysecret=1\n"} << QByteArray{"line 1"};
        QTest::newRow("twice") << QByteArray{"key=canary01\n\nkey=canary02\n"} << QByteArray{"line 3"};
        QTest::newRow("blank inside") << QByteArray{"key=canary 01\n"} << QByteArray{"line 1"};
        QTest::newRow("not ASCII") << QByteArray{"key=canary\xc3\xa9\n"} << QByteArray{"line 1"};
        QTest::newRow("no value") << QByteArray{"key=abcdefgh\nsecret=\n"} << QByteArray{"line 2"};
        QTest::newRow("no key") << QByteArray{"secret=canarycanary\n"} << QByteArray{"key = "};
        QTest::newRow("no secret") << QByteArray{"key=canarykey\n"} << QByteArray{"secret = "};
        QTest::newRow("two secrets") << QByteArray{"key=k\nsecret=canarycanary\ned25519="} + pkcs8
                                     << QByteArray{"line 3"};
        QTest::newRow("broken base64")
            << QByteArray{"key=k\ned25519=MC4CAQAwBQYDK2VwBCIEIcanary!\n"} << QByteArray{"line 2"};
        QTest::newRow("no such PEM") << QByteArray{"key=k\ned25519=canary.pem\n"} << QByteArray{"line 2"};
        QTest::newRow("zero byte") << QByteArray{"key=can\0ary\n", 12} << QByteArray{"line 1"};
    }
    void namesTheLineOfAMistakeAndNeverWhatItHolds()
    {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, said);
        const auto read = readCredentials(write("wrong", content));
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Malformed);
        const QByteArray sentence = QByteArray::fromStdString(read.error().detail);
        QVERIFY2(sentence.contains(said), sentence.constData());
        QVERIFY2(!sentence.contains("canary"), sentence.constData());
    }

    void aKeyIsShownByItsEnds()
    {
        QCOMPARE(maskedKey("vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zv"), QStringLiteral("vmPU…E2zv"));
        QCOMPARE(maskedKey("tooshort"), QStringLiteral("…"));
    }
};

QTEST_GUILESS_MAIN(CredentialsTest)
#include "credentials_test.moc"
