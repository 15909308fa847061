#include "tests/support/paper_client.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QWebSocket>

#include <atomic>
#include <memory>
#include <mutex>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signal.h>
#include <thread>

namespace
{

constexpr int patience = 60'000; // ms; several programs at once on a busy machine

/// The program as a process.
struct Program
{
    explicit Program(const QStringList &arguments)
    {
        process.start(QStringLiteral(HEADROOM_EXCHANGE), arguments);
        while (process.state() != QProcess::NotRunning && !output.endsWith("ready\n")) {
            if (!process.waitForReadyRead(patience)) {
                break;
            }
            output += process.readAllStandardOutput();
        }
    }
    ~Program()
    {
        process.kill();
        process.waitForFinished(patience);
    }
    bool isReady() const { return output.endsWith("ready\n"); }
    QByteArray said(const QByteArray &name) const
    {
        for (const QByteArray &line : output.split('\n')) {
            if (line.startsWith(QByteArray{name + "="})) {
                return line.mid(name.size() + 1);
            }
        }
        return {};
    }
    support::PaperClient client() const
    {
        return {QUrl{QString::fromLatin1(said("rest"))}, said("api-key"), said("secret")};
    }
    /// Asks it to end; its exit code, or -1 where it crashed or stayed.
    int end(int signal)
    {
        ::kill(static_cast<pid_t>(process.processId()), signal);
        return process.waitForFinished(patience) && process.exitStatus() == QProcess::NormalExit
                   ? process.exitCode()
                   : -1;
    }

    QProcess process;
    QByteArray output;
};

QByteArray pemOf(auto write)
{
    BIO *bio = BIO_new(BIO_s_mem());
    write(bio);
    char *data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    const QByteArray pem{data, static_cast<qsizetype>(size)};
    BIO_free(bio);
    return pem;
}

struct Certificate
{
    QByteArray pem;
    QByteArray key;
};

Certificate selfSigned()
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
    X509_set_pubkey(certificate, key);
    const unsigned char name[] = "localhost";
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, name, -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_sign(certificate, key, EVP_sha256());
    Certificate made{pemOf([&](BIO *bio) { PEM_write_bio_X509(bio, certificate); }),
        pemOf([&](BIO *bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); })};
    X509_free(certificate);
    EVP_PKEY_free(key);
    return made;
}

} // namespace

class ExchangeProgramTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QString file(const QString &name, const QByteArray &content) const
    {
        QFile written{m_folder.filePath(name)};
        return written.open(QIODevice::WriteOnly) && written.write(content) == content.size()
                   ? written.fileName()
                   : QString{};
    }

private slots:
    void itSaysWhereItIsAndServes()
    {
        Program program{{QStringLiteral("--seed"), QStringLiteral("7"), QStringLiteral("--balance"),
            QStringLiteral("12345.5")}};
        QVERIFY2(program.isReady(), program.process.readAllStandardError().constData());
        QVERIFY(program.said("rest").startsWith("http://127.0.0.1:"));
        QVERIFY(program.said("streams").startsWith("ws://127.0.0.1:"));
        const auto account = program.client().signedCall("GET", "/fapi/v3/account");
        QCOMPARE(account.status(), 200);
        QVERIFY(account.body().contains("\"totalWalletBalance\":\"12345.50000000\""));
        QCOMPARE(program.client().call("GET", "/control/faults").status(), 404);
        QWebSocket socket;
        QList<QString> heard;
        connect(&socket, &QWebSocket::textMessageReceived, this, [&](const QString &text) { heard << text; });
        socket.open(QUrl{
            QString::fromLatin1(program.said("streams")) + QStringLiteral("/public/ws/btcusdt@bookTicker")});
        QTRY_VERIFY_WITH_TIMEOUT(!heard.isEmpty(), patience);
        QCOMPARE(program.end(SIGINT), 0);
    }

    void itEndsCleanlyAndKeepsItsStateAndKeys()
    {
        const QString state = m_folder.filePath(QStringLiteral("state"));
        QByteArray key;
        {
            Program program{{QStringLiteral("--state"), state}};
            QVERIFY(program.isReady());
            key = program.said("api-key");
            QCOMPARE(program.client()
                         .signedCall("POST", "/fapi/v1/order",
                             "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&newClientOrderId=kept-1")
                         .status(),
                200);
            QCOMPARE(program.end(SIGTERM), 0);
        }
        Program again{{QStringLiteral("--state"), state}};
        QVERIFY(again.isReady());
        QCOMPARE(again.said("api-key"), key);
        QCOMPARE(again.client()
                     .signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=kept-1")
                     .status(),
            200);
    }

    /// Acknowledged means kept: the program is killed right after an answer, again and again.
    void whatWasAcknowledgedSurvivesAKill()
    {
        const QString state = m_folder.filePath(QStringLiteral("killed"));
        const QStringList arguments{QStringLiteral("--state"), state, QStringLiteral("--accounts"),
            QStringLiteral("2"), QStringLiteral("--control")};
        QByteArrayList placed;
        QByteArray amount;
        for (int run = 0; run < 5; ++run) {
            Program program{arguments};
            QVERIFY(program.isReady());
            const auto client = program.client();
            for (const QByteArray &id : placed) {
                QCOMPARE(client.signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=" + id)
                             .status(),
                    200);
            }
            if (run > 0) {
                const auto held = client.signedCall("GET", "/fapi/v3/positionRisk", "symbol=BTCUSDT");
                QCOMPARE(held.json().array()[0].toObject()[u"positionAmt"].toString().toLatin1(), amount);
                QCOMPARE(client.signedCall("GET", "/fapi/v1/positionSide/dual")
                             .json()
                             .object()[u"dualSidePosition"]
                             .toBool(),
                    false);
                QCOMPARE(client.call("GET", "/control/breaches").body(), QByteArray{"[]"});
                QCOMPARE(client.signedCall("GET", "/fapi/v1/feeBurn").json().object()[u"feeBurn"].toBool(),
                    run % 2 == 1);
            }
            for (int i = 0; i <= run; ++i) {
                const QByteArray id = "kill-" + QByteArray::number(run) + '-' + QByteArray::number(i);
                QCOMPARE(client
                             .signedCall("POST", "/fapi/v1/order",
                                 "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001&newClientOrderId=" + id)
                             .status(),
                    200);
                placed << id;
            }
            amount = "0." + QByteArray::number(placed.size()).rightJustified(3, '0');
            QCOMPARE(
                client.signedCall("POST", "/fapi/v1/feeBurn", run % 2 == 0 ? "feeBurn=true" : "feeBurn=false")
                    .status(),
                200);
            program.process.kill();
            QVERIFY(program.process.waitForFinished(patience));
        }
    }

    /// The same with several clients at once: their orders share a sync, and every answer waits for it.
    void whatSeveralClientsWereToldSurvivesAKill()
    {
        const QString state = m_folder.filePath(QStringLiteral("killed-busy"));
        std::mutex mutex;
        QByteArrayList placed;
        for (int run = 0; run < 3; ++run) {
            Program program{{QStringLiteral("--state"), state}};
            QVERIFY(program.isReady());
            const auto client = program.client();
            for (const QByteArray &id : placed) {
                QCOMPARE(client.signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=" + id)
                             .status(),
                    200);
            }
            std::atomic<bool> isOver{false};
            std::vector<std::thread> threads;
            for (int number = 0; number < 6; ++number) {
                threads.emplace_back([&, number] {
                    for (int i = 0; !isOver; ++i) {
                        const QByteArray id = QByteArray::number(run) + '-' + QByteArray::number(number) +
                                              '-' + QByteArray::number(i);
                        const auto reply = client.signedCall("POST", "/fapi/v1/order",
                            "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002&newClientOrderId=" + id);
                        if (reply.isWhole && reply.status() == 200) {
                            const std::scoped_lock lock{mutex};
                            placed << id;
                        }
                    }
                });
            }
            const auto told = [&] {
                const std::scoped_lock lock{mutex};
                return placed.size();
            };
            const qsizetype before = told();
            static_cast<void>(QTest::qWaitFor([&] { return told() > before + 40; }, patience));
            program.process.kill();
            isOver = true;
            for (std::thread &thread : threads) {
                thread.join();
            }
            QVERIFY(program.process.waitForFinished(patience));
            QVERIFY(told() > before + 40);
        }
    }

    void aScenarioGoesOnAfterARestart()
    {
        const QString state = m_folder.filePath(QStringLiteral("scenario"));
        const auto price = [](const Program &program, const char *symbol) {
            return program.client()
                .call("GET", QByteArray{"/fapi/v1/ticker/price?symbol="} + symbol)
                .json()
                .object()[u"price"]
                .toString()
                .toDouble();
        };
        const auto order = [](const Program &program) {
            return program.client()
                .signedCall("POST", "/fapi/v1/order", "symbol=LTCUSDT&side=BUY&type=MARKET&quantity=1")
                .status();
        };
        double fallen = 0;
        {
            Program program{{QStringLiteral("--state"), state, QStringLiteral("--control"),
                QStringLiteral("--scenario"), QStringLiteral("crash:BTCUSDT:4")}};
            QVERIFY(program.isReady());
            const double usual = price(program, "BTCUSDT");
            QTest::qWait(5'000); // it is over, and has left the price five per cent lower
            fallen = price(program, "BTCUSDT");
            QVERIFY2(fallen < usual * 0.97, qPrintable(QStringLiteral("%1 %2").arg(usual).arg(fallen)));
            QCOMPARE(program.client()
                         .call("POST", "/control/scenario", "{\"scenario\":\"halt:LTCUSDT\"}")
                         .status(),
                200);
            QVERIFY(order(program) != 200);
            program.process.kill();
            QVERIFY(program.process.waitForFinished(patience));
        }
        Program again{{QStringLiteral("--state"), state, QStringLiteral("--control")}};
        QVERIFY(again.isReady());
        const double now = price(again, "BTCUSDT");
        QVERIFY2(qAbs(now / fallen - 1) < 0.01, qPrintable(QStringLiteral("%1 %2").arg(fallen).arg(now)));
        QVERIFY(order(again) != 200);
        QCOMPARE(again.client().call("POST", "/control/scenario", "{\"scenario\":\"normal\"}").status(), 200);
        QTRY_COMPARE_WITH_TIMEOUT(order(again), 200, patience);
    }

    void whatControlSetGoesOnAfterARestart()
    {
        const QStringList options{QStringLiteral("--state"), m_folder.filePath(QStringLiteral("control")),
            QStringLiteral("--control")};
        const auto set = [](const Program &program, const char *path, const char *body) {
            return program.client().call("POST", QByteArray{"/control/"} + path, body).status();
        };
        const auto code = [](const Program &program, const char *symbol, const char *side,
                              const char *quantity) {
            return program.client()
                .signedCall("POST", "/fapi/v1/order",
                    QByteArray{"type=MARKET&symbol="} + symbol + "&side=" + side + "&quantity=" + quantity)
                .json()
                .object()[u"code"]
                .toInt();
        };
        const auto brackets = [](const Program &program) {
            return program.client()
                .signedCall("GET", "/fapi/v1/leverageBracket", "symbol=XRPUSDT")
                .json()[0][u"brackets"]
                .toArray();
        };
        const auto rules = [](const Program &program) {
            return program.client().call("GET", "/control/faults").json().object();
        };
        const auto holds = [&](const Program &program) {
            QCOMPARE(code(program, "BTCUSDT", "BUY", "0.01"), -4106);
            QCOMPARE(code(program, "ETHUSDT", "BUY", "0.1"), -1122);
            QCOMPARE(code(program, "LTCUSDT", "BUY", "1"), -4141);
            QCOMPARE(code(program, "BNBUSDT", "BUY", "0.11"), -4023); // the step is ten times as large
            QCOMPARE(brackets(program).size(), 1);
            QCOMPARE(brackets(program)[0][u"initialLeverage"].toInt(), 50);
            QCOMPARE(rules(program)[u"enabled"].toBool(), false);
            QCOMPARE(rules(program)[u"rules"].toArray().size(), 1);
            QVERIFY(rules(program)[u"clockAheadMs"].toInteger() == 2'000);
        };
        QJsonValue rule;
        {
            Program program{options};
            QVERIFY(program.isReady());
            QCOMPARE(set(program, "restrict", "{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\"}"), 200);
            QCOMPARE(set(program, "brackets",
                         "{\"symbol\":\"XRPUSDT\",\"brackets\":[{\"initialLeverage\":50,\"notionalCap\":"
                         "\"900000000000000000\",\"maintMarginRatio\":\"0.01\"}]}"),
                200);
            QCOMPARE(set(program, "happen", "{\"kind\":\"haltSymbol\",\"symbol\":\"ETHUSDT\"}"), 200);
            QCOMPARE(set(program, "happen", "{\"kind\":\"settlement\",\"symbol\":\"LTCUSDT\"}"), 200);
            QCOMPARE(set(program, "happen",
                         "{\"kind\":\"changeFilters\",\"symbol\":\"BNBUSDT\",\"delayMs\":60000}"),
                200);
            QCOMPARE(set(program, "happen", "{\"kind\":\"clockStep\",\"delayMs\":2000}"), 200);
            QCOMPARE(
                set(program, "faults",
                    "{\"rules\":[{\"kind\":\"dropAfter\",\"path\":\"/nowhere\",\"probability\":0.0000001,"
                    "\"delayMs\":5}]}"),
                200);
            QCOMPARE(set(program, "enabled", "{\"enabled\":false}"), 200);
            holds(program);
            rule = rules(program)[u"rules"].toArray()[0];
            program.process.kill();
            QVERIFY(program.process.waitForFinished(patience));
        }
        {
            QStringList unequipped = options;
            QVERIFY(unequipped.removeAll(QStringLiteral("--control")) == 1);
            Program without{unequipped}; // makes no trouble, and forgets none
            QVERIFY(without.isReady());
            QCOMPARE(code(without, "BTCUSDT", "BUY", "0.01"), -4106);
            QCOMPARE(without.end(SIGTERM), 0);
        }
        {
            Program again{options};
            QVERIFY(again.isReady());
            holds(again);
            QCOMPARE(rules(again)[u"rules"].toArray()[0], rule);
            QCOMPARE(set(again, "restrict", "{\"code\":-2017}"), 200);
            QCOMPARE(set(again, "restrict", "{\"symbol\":\"BTCUSDT\",\"side\":\"NONE\"}"), 200);
            QCOMPARE(set(again, "brackets", "{\"symbol\":\"XRPUSDT\"}"), 200);
            QCOMPARE(
                set(again, "happen", "{\"kind\":\"haltSymbol\",\"symbol\":\"ETHUSDT\",\"end\":true}"), 200);
            QCOMPARE(again.client().call("DELETE", "/control/faults").status(), 200);
            again.process.terminate();
            QVERIFY(again.process.waitForFinished(patience));
        }
        Program last{options};
        QVERIFY(last.isReady());
        QCOMPARE(code(last, "BTCUSDT", "BUY", "0.01"), -2017);
        QCOMPARE(set(last, "restrict", "{\"code\":0}"), 200);
        QCOMPARE(code(last, "BTCUSDT", "BUY", "0.01"), 0);
        QCOMPARE(code(last, "ETHUSDT", "BUY", "0.1"), 0);
        QCOMPARE(code(last, "LTCUSDT", "BUY", "1"), -4141);
        QCOMPARE(code(last, "BNBUSDT", "BUY", "0.11"), 0);
        QVERIFY(brackets(last).size() > 1);
        QVERIFY(rules(last)[u"rules"].toArray().isEmpty());
        QCOMPARE(rules(last)[u"clockAheadMs"].toInteger(), 0);
    }

    void severalAccountsHaveKeysOfTheirOwn()
    {
        const QString state = m_folder.filePath(QStringLiteral("several"));
        const QStringList arguments{
            QStringLiteral("--state"), state, QStringLiteral("--accounts"), QStringLiteral("3")};
        QByteArray third;
        {
            Program program{arguments};
            QVERIFY(program.isReady());
            QVERIFY(program.said("ws-api").endsWith("/ws-fapi/v1"));
            third = program.said("api-key-3");
            QVERIFY(third.size() == 64 && third != program.said("api-key"));
            const support::PaperClient client{
                QUrl{QString::fromLatin1(program.said("rest"))}, third, program.said("secret-3")};
            QCOMPARE(client.signedCall("GET", "/fapi/v3/account").status(), 200);
            QCOMPARE(program.end(SIGTERM), 0);
        }
        Program again{arguments};
        QCOMPARE(again.said("api-key-3"), third);
    }

    void keysMayBeTold()
    {
        const QString secret = file(QStringLiteral("secret"), QByteArray(64, 's') + '\n');
        Program program{
            {QStringLiteral("--api-key"), QString{64, u'k'}, QStringLiteral("--secret-file"), secret}};
        QVERIFY(program.isReady());
        QCOMPARE(program.said("api-key"), QByteArray(64, 'k'));
        QCOMPARE(program.said("secret"), QByteArray(64, 's'));
        QCOMPARE(program.client().signedCall("GET", "/fapi/v3/balance").status(), 200);
    }

    void faultsComeFromAFileAndControlShowsThem()
    {
        const QString rules = file(QStringLiteral("rules.json"),
            "{\"rules\":[{\"kind\":\"unavailable\",\"path\":\"/fapi/v1/ping\",\"count\":1}]}");
        Program program{{QStringLiteral("--faults"), rules, QStringLiteral("--control")}};
        QVERIFY(program.isReady());
        QCOMPARE(program.client().call("GET", "/fapi/v1/ping").status(), 503);
        QCOMPARE(program.client().call("GET", "/fapi/v1/ping").status(), 200);
        const auto shown = program.client().call("GET", "/control/faults").json().object();
        QCOMPARE(shown[u"counts"].toObject()[u"unavailable"].toInt(), 1);
    }

    void itSpeaksTlsWithACertificate()
    {
        const Certificate certificate = selfSigned();
        Program program{{QStringLiteral("--tls-cert"), file(QStringLiteral("cert.pem"), certificate.pem),
            QStringLiteral("--tls-key"), file(QStringLiteral("key.pem"), certificate.key)}};
        QVERIFY2(program.isReady(), program.process.readAllStandardError().constData());
        QVERIFY(program.said("rest").startsWith("https://"));
        QVERIFY(program.said("streams").startsWith("wss://"));
        QCOMPARE(program.client().signedCall("GET", "/fapi/v3/account").status(), 200);
        QWebSocket socket;
        QSslConfiguration trusting = socket.sslConfiguration();
        trusting.setPeerVerifyMode(QSslSocket::VerifyNone);
        socket.setSslConfiguration(trusting);
        QList<QString> heard;
        connect(&socket, &QWebSocket::textMessageReceived, this, [&](const QString &text) { heard << text; });
        socket.open(QUrl{
            QString::fromLatin1(program.said("streams")) + QStringLiteral("/public/ws/btcusdt@bookTicker")});
        QTRY_VERIFY_WITH_TIMEOUT(!heard.isEmpty(), patience);
        QCOMPARE(program.end(SIGTERM), 0);
    }

    void whatItCannotUseIsSaidInOneSentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const char *name, const QStringList &arguments, const QByteArray &sentence) {
            QTest::newRow(name) << arguments << sentence;
        };
        row("port", {QStringLiteral("--rest-port"), QStringLiteral("70000")},
            "--rest-port is \"70000\"; allowed is a whole number from 0 to 65535.");
        row("balance", {QStringLiteral("--balance"), QStringLiteral("-5")},
            "--balance is \"-5\"; allowed is an amount above 0.");
        row("accounts", {QStringLiteral("--accounts"), QStringLiteral("0")},
            "--accounts is \"0\"; allowed is a whole number from 1 to 100.");
        row("public keys",
            {QStringLiteral("--public-key"), file(QStringLiteral("a.pem"), "a"),
                QStringLiteral("--public-key"), file(QStringLiteral("b.pem"), "b")},
            "--public-key is given 2 times, but there are 1 accounts; see --accounts.");
        row("key alone", {QStringLiteral("--api-key"), QString{64, u'k'}}, "--api-key needs --secret-file.");
        row("certificate alone", {QStringLiteral("--tls-cert"), QStringLiteral("/nonexistent")},
            "--tls-cert cannot be read: /nonexistent");
        row("speed", {QStringLiteral("--speed"), QStringLiteral("61")},
            "--speed is \"61\"; allowed is a whole number from 1 to 60.");
        row("scenario", {QStringLiteral("--scenario"), QStringLiteral("doom")},
            "--scenario is not understood: The scenario \"doom\" is unknown; allowed are normal, calm");
        row("scenario of a recording",
            {QStringLiteral("--replay"), QStringLiteral("x.csv"), QStringLiteral("--scenario"),
                QStringLiteral("crash")},
            "--scenario is of no use with --replay.");
        row("unknown", {QStringLiteral("--nonsense")}, "nonsense");
        row("file", {QStringLiteral("some.csv")}, "files follow --replay.");
        row("rules",
            {QStringLiteral("--faults"),
                file(QStringLiteral("bad.json"), "[{\"kind\":\"delay\",\"delayMs\":-1}]")},
            "--faults is no rule file: Rule 1: \"delayMs\" is negative; allowed is 0 or more");
    }
    void whatItCannotUseIsSaidInOneSentence()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, sentence);
        Program program{arguments};
        QVERIFY(!program.isReady());
        QVERIFY(program.process.waitForFinished(patience) || program.process.state() == QProcess::NotRunning);
        QCOMPARE(program.process.exitCode(), 2);
        const QByteArray said = program.process.readAllStandardError();
        QVERIFY2(said.contains(sentence), said.constData());
    }

    void aPortThatIsTakenIsSaid()
    {
        Program first{{}};
        QVERIFY(first.isReady());
        const QString port = QString::number(QUrl{QString::fromLatin1(first.said("rest"))}.port());
        Program second{{QStringLiteral("--rest-port"), port}};
        QVERIFY(!second.isReady());
        second.process.waitForFinished(patience);
        QCOMPARE(second.process.exitCode(), 1);
        QVERIFY(second.process.readAllStandardError().contains("no free port"));
    }
};

QTEST_GUILESS_MAIN(ExchangeProgramTest)
#include "exchange_program_test.moc"
