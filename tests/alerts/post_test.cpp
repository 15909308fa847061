#include "app/alerts/alert_post.h"
#include "tests/support/desk.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using app::AlertPost;
using app::Webhook;
using domain::Alert;
using ui::AlertChannel;

class AlertPostTest : public QObject
{
    Q_OBJECT
private:
    /// A web server that answers each request with the next of its status lines, and keeps the bodies.
    class Hook final : public QTcpServer
    {
    public:
        explicit Hook(QList<QByteArray> statuses) : m_statuses{std::move(statuses)}
        {
            listen(QHostAddress::LocalHost);
            connect(this, &QTcpServer::newConnection, this, [this] {
                QTcpSocket *socket = nextPendingConnection();
                connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(*socket); });
            });
        }
        QUrl url() const { return QUrl{QStringLiteral("http://127.0.0.1:%1/hook").arg(serverPort())}; }
        QList<QByteArray> bodies;

    private:
        void read(QTcpSocket &socket)
        {
            m_seen += socket.readAll();
            const auto head = m_seen.indexOf("\r\n\r\n");
            const auto mark = m_seen.toLower().indexOf("content-length: ");
            if (head < 0 || mark < 0) {
                return;
            }
            const auto length = m_seen.mid(mark + 16, m_seen.indexOf('\r', mark) - mark - 16).toLongLong();
            if (m_seen.size() < head + 4 + length) {
                return;
            }
            bodies << m_seen.mid(head + 4, length);
            m_seen.clear();
            const QByteArray status = m_statuses.size() > 1 ? m_statuses.takeFirst() : m_statuses.front();
            socket.write("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            socket.disconnectFromHost();
        }
        QList<QByteArray> m_statuses;
        QByteArray m_seen;
    };

private slots:
    void aWebhookGetsTheAlertAsJson()
    {
        support::Desk desk;
        desk.open();
        Hook hook{{"204 No Content"}};
        AlertPost post{desk.models->alerts, desk.settings, desk.clock, QStringLiteral("PAPER")};
        ui::AlertRules rules;
        rules.channels[static_cast<std::size_t>(Alert::Kind::Unknown)].set(ui::bitOf(AlertChannel::Webhook));
        rules.webhookUrl = hook.url().toString();
        post.setRules(rules);
        emit desk.trading.alerted({Alert::Kind::Unknown, Alert::Severity::Critical, "BTCUSDT", "a-1",
            "The answer was \"lost\".", domain::timestampFromMs(1'760'000'000'000)});
        QTRY_COMPARE(hook.bodies.size(), 1);
        const QJsonDocument body = QJsonDocument::fromJson(hook.bodies.front());
        QCOMPARE(body[QStringLiteral("program")].toString(), QStringLiteral("Headroom"));
        QCOMPARE(body[QStringLiteral("venue")].toString(), QStringLiteral("PAPER"));
        QCOMPARE(body[QStringLiteral("kind")].toString(), QStringLiteral("UNKNOWN"));
        QCOMPARE(body[QStringLiteral("severity")].toString(), QStringLiteral("critical"));
        QCOMPARE(body[QStringLiteral("symbol")].toString(), QStringLiteral("BTCUSDT"));
        QCOMPARE(body[QStringLiteral("clientOrderId")].toString(), QStringLiteral("a-1"));
        QCOMPARE(body[QStringLiteral("text")].toString(), QStringLiteral("The answer was \"lost\"."));
        QCOMPARE(body[QStringLiteral("at")].toString(), QStringLiteral("2025-10-09T08:53:20.000Z"));
        QCOMPARE(body[QStringLiteral("repetition")].toInt(), 0);
    }

    void aWebhookThatFailsIsTriedThreeTimesMore()
    {
        Hook hook{{"503 Service Unavailable"}};
        Webhook webhook;
        webhook.setFirstPause(domain::Milliseconds{1});
        QSignalSpy givenUp{&webhook, &Webhook::givenUp};
        bool delivered = true;
        webhook.post(hook.url(), "{}", [&delivered](bool done, const QString &) { delivered = done; });
        QTRY_COMPARE(givenUp.count(), 1);
        QCOMPARE(hook.bodies.size(), 4);
        QVERIFY(!delivered);
        QCOMPARE(webhook.waiting(), std::size_t{0});
    }

    void aPassingFailureIsMadeUpFor()
    {
        Hook hook{{"500 Internal Server Error", "200 OK"}};
        Webhook webhook;
        webhook.setFirstPause(domain::Milliseconds{1});
        int delivered = 0;
        webhook.post(
            hook.url(), "1", [&delivered](bool done, const QString &) { delivered += done ? 1 : 0; });
        webhook.post(
            hook.url(), "2", [&delivered](bool done, const QString &) { delivered += done ? 1 : 0; });
        QTRY_COMPARE(delivered, 2);
        QCOMPARE(hook.bodies, (QList<QByteArray>{"1", "1", "2"}));
    }

    void aRefusalAndARedirectAreNotAskedAgain()
    {
        for (const char *status : {"404 Not Found", "302 Found"}) {
            Hook hook{{status}};
            Webhook webhook;
            bool isOver = false;
            webhook.post(hook.url(), "{}", [&isOver](bool, const QString &) { isOver = true; });
            QTRY_VERIFY(isOver);
            QCOMPARE(hook.bodies.size(), 1);
        }
    }

    void theQueueIsBounded()
    {
        Webhook webhook;
        webhook.setFirstPause(domain::Milliseconds{60'000});
        QSignalSpy givenUp{&webhook, &Webhook::givenUp};
        for (int post = 0; post < 60; ++post) {
            webhook.post(QUrl{QStringLiteral("http://127.0.0.1:1/")}, "{}");
        }
        QCOMPARE(webhook.waiting(), Webhook::capacity);
        QCOMPARE(givenUp.count(), 10);
    }

    void aTestReallyDeliversAndEachChannelAnswers()
    {
        qunsetenv("DBUS_SESSION_BUS_ADDRESS");
        qputenv("XDG_RUNTIME_DIR", "/nonexistent");
        support::Desk desk;
        desk.open();
        Hook hook{{"200 OK"}};
        AlertPost post{desk.models->alerts, desk.settings, desk.clock, QStringLiteral("PAPER")};
        ui::AlertRules rules;
        rules.webhookUrl = hook.url().toString();
        post.setRules(rules);
        QSignalSpy tested{&post, &AlertPost::tested};
        QSignalSpy toasts{&post, &AlertPost::toastWanted};
        post.test(ui::AlertChannels{}.set(), Alert::Kind::Disk);
        QTRY_COMPARE(tested.count(), 4);
        QCOMPARE(toasts.count(), 1);
        QCOMPARE(hook.bodies.size(), 1);
        QVERIFY(hook.bodies.front().contains("This is a test"));
        for (const QVariantList &answer : tested) {
            const bool isDesktop = answer.at(0).value<AlertChannel>() == AlertChannel::Desktop;
            QCOMPARE(answer.at(1).toBool(), !isDesktop); // nobody runs a desktop here, and it says so
            QVERIFY(!answer.at(2).toString().isEmpty());
        }
        QCOMPARE(desk.models->alerts.rowCount(), 0); // a test is no alert
    }

    void whatNobodyAcknowledgesComesAgain()
    {
        support::Desk desk;
        desk.open();
        AlertPost post{desk.models->alerts, desk.settings, desk.clock, QStringLiteral("PAPER")};
        QSignalSpy toasts{&post, &AlertPost::toastWanted};
        emit desk.trading.alerted({Alert::Kind::Mismatch, Alert::Severity::Critical, "BTCUSDT", {},
            "A position.", desk.clock.wallNow()});
        QCOMPARE(toasts.count(), 1);
        desk.models->alerts.acknowledge(desk.models->alerts.entry(0).number);
        desk.clock.advance(domain::Milliseconds{120'000});
        QTest::qWait(20);
        QCOMPARE(toasts.count(), 1);
    }
};

QTEST_MAIN(AlertPostTest)
#include "post_test.moc"
