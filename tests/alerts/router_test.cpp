#include "app/alerts/alert_router.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_settings.h"

#include <QTest>

using app::AlertOrder;
using app::AlertRouter;
using domain::Alert;
using domain::Milliseconds;
using ui::AlertChannel;
using Kind = Alert::Kind;
using Severity = Alert::Severity;

class AlertRouterTest : public QObject
{
    Q_OBJECT
private:
    support::FakeClock m_clock;
    int m_number = 0;

    live::AlertEntry entry(Kind kind, Severity severity, const char *text, const char *id = "a-1")
    {
        return {{kind, severity, "BTCUSDT", id, text, m_clock.wallNow()}, ++m_number, false};
    }
    std::vector<AlertOrder> say(AlertRouter &router, const live::AlertEntry &alert)
    {
        return router.onAlert(alert, m_clock.monotonicNow());
    }

private slots:
    void whatIsAboutMoneyIsHeardAndInformationIsOnlyListed()
    {
        AlertRouter router;
        const auto delivered = say(router, entry(Kind::Unknown, Severity::Warning, "lost"));
        QCOMPARE(delivered.size(), std::size_t{1});
        QVERIFY(delivered.front().channels.test(ui::bitOf(AlertChannel::Window)));
        QVERIFY(delivered.front().channels.test(ui::bitOf(AlertChannel::Sound)));
        QVERIFY(!delivered.front().channels.test(ui::bitOf(AlertChannel::Webhook)));
        QVERIFY(say(router, entry(Kind::Stream, Severity::Info, "back")).empty());
        QVERIFY(!router.nextDueAt());
    }

    void oneMatterIsDeliveredAtMostOnceInTenSeconds()
    {
        AlertRouter router;
        QCOMPARE(say(router, entry(Kind::Stream, Severity::Warning, "silent 3 s")).size(), std::size_t{1});
        m_clock.advance(Milliseconds{4'000});
        QVERIFY(say(router, entry(Kind::Stream, Severity::Warning, "silent 3 s")).empty()); // the same words
        QVERIFY(!router.nextDueAt());
        QVERIFY(say(router, entry(Kind::Stream, Severity::Warning, "silent 5 s")).empty());
        QVERIFY(say(router, entry(Kind::Stream, Severity::Warning, "silent 7 s")).empty());
        QCOMPARE(
            say(router, entry(Kind::Stream, Severity::Warning, "other order", "a-2")).size(), std::size_t{1});
        m_clock.advance(Milliseconds{5'999});
        QVERIFY(router.onTime(m_clock.monotonicNow()).empty());
        m_clock.advance(Milliseconds{1});
        QVERIFY(*router.nextDueAt() <= m_clock.monotonicNow());
        const auto late = router.onTime(m_clock.monotonicNow());
        QCOMPARE(late.size(), std::size_t{1});
        QCOMPARE(late.front().entry.alert.text, std::string{"silent 7 s"});
    }

    void whatBecomesWorsePassesAtOnce()
    {
        AlertRouter router;
        say(router, entry(Kind::Unprotected, Severity::Warning, "no stop for 2 s"));
        m_clock.advance(Milliseconds{1'000});
        QCOMPARE(say(router, entry(Kind::Unprotected, Severity::Critical, "no stop for 3 s")).size(),
            std::size_t{1});
        QVERIFY(say(router, entry(Kind::Unprotected, Severity::Warning, "placing one")).empty());
    }

    void aCriticalAlertComesAgainEachMinuteUntilItIsAcknowledged()
    {
        AlertRouter router;
        const live::AlertEntry alert = entry(Kind::Quarantined, Severity::Critical, "not settled");
        say(router, alert);
        m_clock.advance(Milliseconds{59'999});
        QVERIFY(router.onTime(m_clock.monotonicNow()).empty());
        m_clock.advance(Milliseconds{1});
        QCOMPARE(router.onTime(m_clock.monotonicNow()).front().repetition, 1);
        m_clock.advance(Milliseconds{60'000});
        QCOMPARE(router.onTime(m_clock.monotonicNow()).front().repetition, 2);
        router.onAcknowledged(alert.number);
        m_clock.advance(Milliseconds{600'000});
        QVERIFY(router.onTime(m_clock.monotonicNow()).empty());
        QVERIFY(!router.nextDueAt());
    }

    void aWarningDoesNotComeAgainByItself()
    {
        AlertRouter router;
        say(router, entry(Kind::Gate, Severity::Warning, "REDUCING"));
        QVERIFY(!router.nextDueAt());
        m_clock.advance(AlertRouter::quietFor);
        QCOMPARE(say(router, entry(Kind::Gate, Severity::Warning, "REDUCING")).size(), std::size_t{1});
    }

    void theRulesAreKeptAndHostileOnesAreNotTakenOver()
    {
        support::FakeSettings store;
        QVERIFY(ui::AlertRules::load(store) == ui::AlertRules::standard());
        ui::AlertRules rules;
        rules.channels[static_cast<std::size_t>(Kind::Disk)].set(ui::bitOf(AlertChannel::Webhook));
        rules.webhookUrl = QStringLiteral("https://example.org/hook");
        rules.save(store);
        QVERIFY(ui::AlertRules::load(store) == rules);
        store.setValue(QStringLiteral("alerts/webhook"), QStringLiteral("ftp://example.org"));
        store.setValue(QStringLiteral("alerts/channels/DISK"), QStringLiteral("999"));
        const ui::AlertRules read = ui::AlertRules::load(store);
        QVERIFY(read.webhookUrl.isEmpty());
        QVERIFY(read.of(Kind::Disk) == ui::AlertRules::standard().of(Kind::Disk));
    }

    void onlySafeAddressesAreUsed()
    {
        QVERIFY(ui::webhookProblem(QStringLiteral("https://example.org/x")).isEmpty());
        QVERIFY(ui::webhookProblem(QStringLiteral("http://127.0.0.1:8080/x")).isEmpty());
        for (const char *bad : {"http://example.org/x", "https://user:word@example.org", "file:///etc/passwd",
                 "example.org", "https://", "java script"}) {
            QVERIFY2(!ui::webhookProblem(QString::fromLatin1(bad)).isEmpty(), bad);
        }
    }
};

QTEST_APPLESS_MAIN(AlertRouterTest)
#include "router_test.moc"
