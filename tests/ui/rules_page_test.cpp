#include "tests/ui/seat.h"
#include "ui/widgets/rules_page.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QDialog>
#include <QDir>
#include <QListWidget>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>

using domain::RuleAction;
using domain::RuleKind;
using domain::RuleLimit;
using support::Seat;

namespace
{

void tell(Seat &seat, const domain::RuleState &state)
{
    seat.desk.trading.rules = std::make_shared<const domain::RuleState>(state);
    emit seat.desk.trading.riskRulesChanged(seat.desk.trading.rules);
}

domain::RuleState lossOf(const char *limit, const char *realised)
{
    domain::RuleState state;
    state.active.of(RuleKind::DailyLoss) = {RuleLimit::literal(limit), RuleAction::Refuse};
    state.day.startAt = domain::dayOf(domain::timestampFromMs(1'760'000'000'000));
    state.day.realised = domain::Money::literal(realised);
    return state;
}

} // namespace

/// With HEADROOM_SHOTS=<folder> it writes pictures to look at.
void shoot(Seat &seat, const QString &name)
{
    const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
    if (!folder.isEmpty()) {
        QDir{}.mkpath(folder);
        QTest::qWait(200);
        seat.get<QDialog>("settings")->grab().save(folder + u'/' + name + QStringLiteral(".png"));
    }
}

/// Setting the user's own rules, and when one is told of risk.
class RulesPageTest : public QObject
{
    Q_OBJECT
private slots:
    void aRuleIsSwitchedOnWithASuggestionAndApplied()
    {
        Seat seat;
        seat.get<QAction>("trade.rules")->trigger();
        auto *apply = seat.get<QAbstractButton>("rules.apply");
        QVERIFY(!apply->isEnabled());
        seat.get<QCheckBox>("rules.dailyLoss")->setChecked(true);
        QCOMPARE(seat.get<QLineEdit>("rules.dailyLoss.limit")->text(), QStringLiteral("500"));
        QCOMPARE(seat.label("rules.message"), QStringLiteral("All of this holds at once."));
        seat.get<QCheckBox>("rules.priceCollar")->setChecked(true);
        seat.type("rules.priceCollar.limit", "1.5");
        seat.get<QSpinBox>("rules.perMinute")->setValue(30);
        QVERIFY(apply->isEnabled());
        apply->click();
        const domain::RiskRules &set = seat.desk.trading.rulesSet.back();
        QCOMPARE(set.of(RuleKind::DailyLoss).limit, std::optional{RuleLimit::of(500)});
        QCOMPARE(set.of(RuleKind::PriceCollar).limit, std::optional{RuleLimit::literal("0.015")});
        QCOMPARE(set.pace.perMinute, 30);
        QTRY_COMPARE(seat.label("rules.message"), QStringLiteral("✓ In force."));
    }

    void aLateAnswerSaysNothingOfWhatWasTypedMeanwhile()
    {
        Seat seat;
        auto &trading = seat.desk.trading;
        trading.rulesWait = true;
        seat.get<QAction>("trade.rules")->trigger();
        auto *apply = seat.get<QAbstractButton>("rules.apply");
        const auto answered = [&](const domain::Result<bool> &answer) {
            trading.answerRules(answer);
            QTest::qWait(30);
        };
        seat.get<QCheckBox>("rules.dailyLoss")->setChecked(true); // 500
        apply->click();
        QVERIFY(!apply->isEnabled());
        seat.type("rules.dailyLoss.limit", "400");
        tell(seat, lossOf("500", "0"));
        answered(true);
        QCOMPARE(seat.label("rules.message"), QStringLiteral("All of this holds at once."));
        QVERIFY(apply->isEnabled()); // the 400 are not in force
        apply->click();
        seat.type("rules.dailyLoss.limit", "300");
        const auto refused = tl::unexpected{
            domain::Error{domain::ErrorCode::Unreachable, "The journal did not take it.", 0, 0, 0}};
        answered(refused);
        QCOMPARE(seat.label("rules.message"),
            QStringLiteral("What you applied before was not taken: The journal did not take it."));
        QVERIFY(apply->isEnabled());
        // Typed back before the answer: it is what was sent.
        apply->click();
        seat.type("rules.dailyLoss.limit", "200");
        seat.type("rules.dailyLoss.limit", "300");
        tell(seat, lossOf("300", "0"));
        answered(true);
        QCOMPARE(seat.label("rules.message"), QStringLiteral("✓ In force."));
        QVERIFY(!apply->isEnabled());
        seat.type("rules.dailyLoss.limit", "250");
        apply->click();
        answered(refused);
        QCOMPARE(seat.label("rules.message"), QStringLiteral("The journal did not take it."));
        QVERIFY(apply->isEnabled());
    }

    void aLimitMayBeAShareOfTheBalance()
    {
        Seat seat;
        domain::RuleState state;
        state.day.startAt = domain::dayOf(domain::timestampFromMs(1'760'000'000'000));
        state.day.balance = domain::Money::of(25'000);
        tell(seat, state);
        seat.get<QAction>("trade.rules")->trigger();
        auto *apply = seat.get<QAbstractButton>("rules.apply");
        auto *share = seat.get<QLineEdit>("rules.dailyLoss.share");
        QVERIFY(!share->isEnabled());
        QVERIFY2(share->accessibleName().endsWith(QStringLiteral("limit in per cent of the balance")),
            qPrintable(share->accessibleName()));
        seat.get<QCheckBox>("rules.dailyLoss")->setChecked(true);
        seat.type("rules.dailyLoss.limit", "");
        QVERIFY(!apply->isEnabled()); // neither is given
        seat.type("rules.dailyLoss.share", "2.5");
        QVERIFY(apply->isEnabled());
        apply->click();
        const domain::Rule &set = seat.desk.trading.rulesSet.back().of(RuleKind::DailyLoss);
        QVERIFY(!set.limit);
        QCOMPARE(set.share, std::optional{domain::Rate::literal("0.025")});
        QTRY_COMPARE(seat.label("rules.dailyLoss.now"),
            QStringLiteral("today 0.00 USDT, in force: 2.5 % of the balance (625.00 USDT)"));
        seat.type("rules.dailyLoss.share", "120");
        QVERIFY(!apply->isEnabled());
        QVERIFY(seat.label("rules.message").contains(QStringLiteral("at most 100 %")));
        // Both at once: the tighter holds.
        seat.type("rules.dailyLoss.share", "2");
        seat.type("rules.dailyLoss.limit", "400");
        QCOMPARE(seat.label("rules.message"), QStringLiteral("All of this holds at once."));
        QVERIFY(seat.window->findChild<QLineEdit *>(QStringLiteral("rules.leverage.share")) == nullptr);
        shoot(seat, QStringLiteral("rules-share"));
    }

    void looseningIsSaidToWait()
    {
        Seat seat;
        tell(seat, lossOf("500", "-10"));
        seat.get<QAction>("trade.rules")->trigger();
        seat.type("rules.dailyLoss.limit", "600");
        QCOMPARE(seat.label("rules.message"),
            QStringLiteral("All of this is looser than what is in force: it holds from 00:00 UTC."));
        QVERIFY(seat.label("rules.dailyLoss.now").contains(QStringLiteral("in force: 500 USDT")));
    }

    void whatWouldLockAtOnceIsSaidBefore()
    {
        Seat seat;
        tell(seat, lossOf("500", "-300"));
        seat.get<QAction>("trade.rules")->trigger();
        seat.type("rules.dailyLoss.limit", "300");
        QVERIFY(seat.label("rules.message").startsWith(QStringLiteral("Applying locks opening at once.")));
        seat.choose("rules.dailyLoss.action", "close everything");
        QVERIFY(
            seat.label("rules.message").startsWith(QStringLiteral("Applying closes everything at once.")));
    }

    void nonsenseCannotBeApplied()
    {
        Seat seat;
        seat.get<QAction>("trade.rules")->trigger();
        seat.get<QCheckBox>("rules.trades")->setChecked(true);
        seat.type("rules.trades.limit", "2.5");
        QVERIFY(!seat.get<QAbstractButton>("rules.apply")->isEnabled());
        QVERIFY(seat.label("rules.message").contains(QStringLiteral("whole number")));
        seat.type("rules.trades.limit", "");
        QVERIFY(!seat.get<QAbstractButton>("rules.apply")->isEnabled());
    }

    void theLockAndWhatWaitsAreCountedDown()
    {
        Seat seat;
        domain::RuleState state = lossOf("500", "-510");
        const domain::Timestamp now = seat.desk.models->rules.venueNow();
        state.lock = {RuleKind::DailyLoss, now + std::chrono::hours{2}, "Daily loss: 510.00 USDT lost."};
        state.pending = domain::RiskRules{};
        state.pendingFrom = now + std::chrono::hours{2};
        tell(seat, state);
        seat.get<QAction>("trade.rules")->trigger();
        QVERIFY2(seat.label("rules.status").contains(QStringLiteral("Opening is locked for 02:00:00")),
            qPrintable(seat.label("rules.status")));
        QVERIFY(
            seat.label("rules.status").contains(QStringLiteral("Looser rules wait and hold in 02:00:00")));
        shoot(seat, QStringLiteral("rules-dark"));
        seat.get<QAction>("view.light")->trigger();
        shoot(seat, QStringLiteral("rules-light"));
        seat.get<QTabWidget>("settings.tabs")->setCurrentIndex(0);
        shoot(seat, QStringLiteral("watch-light"));
        seat.get<QAction>("view.dark")->trigger();
    }

    void thresholdsOfRiskAlertsAreSetAndKept()
    {
        Seat seat;
        seat.get<QAction>("trade.rules")->trigger();
        seat.type("watch.distance.limit", "7.5");
        seat.get<QCheckBox>("watch.funding")->setChecked(false);
        seat.choose("watch.level.limit", "HIGH");
        const auto &limits = seat.desk.models->riskAlerts.limits();
        QCOMPARE(limits.distance, std::optional{domain::Rate::literal("0.075")});
        QVERIFY(!limits.funding);
        QCOMPARE(limits.level, std::optional{domain::RiskLevel::High});
        seat.type("watch.naked.limit", "0");
        QVERIFY(seat.label("watch.problem").contains(QStringLiteral("above 0")));
        QCOMPARE(limits.nakedFor, std::optional{domain::Milliseconds{10'000}}); // the last good one
        seat.open(domain::VenueKind::Paper); // a new window of the same venue
        QCOMPARE(limits.distance, std::optional{domain::Rate::literal("0.075")});
        QVERIFY(!limits.funding);
    }

    void aPriceIsWaitedForAndTold()
    {
        Seat seat;
        seat.get<QAction>("trade.rules")->trigger();
        QCOMPARE(seat.get<QLineEdit>("watch.symbol")->text(), QStringLiteral("BTCUSDT"));
        seat.type("watch.price", "66,000");
        seat.get<QAbstractButton>("watch.add")->click();
        QCOMPARE(seat.get<QListWidget>("watch.prices")->item(0)->text(),
            QStringLiteral("BTCUSDT at or above 66,000 USDT"));
        const auto told = [&seat] {
            const auto &alerts = seat.desk.models->alerts;
            for (int row = 0; row < alerts.rowCount(); ++row) {
                if (alerts.entry(row).alert.kind == domain::Alert::Kind::PriceReached) {
                    return true;
                }
            }
            return false;
        };
        QVERIFY(!told());
        seat.desk.quote("BTCUSDT", "66000.1");
        QTRY_VERIFY(told());
        QCOMPARE(seat.get<QListWidget>("watch.prices")->count(), 0);
        seat.type("watch.symbol", "NOSUCH");
        seat.type("watch.price", "1");
        seat.get<QAbstractButton>("watch.add")->click();
        QVERIFY(seat.label("watch.problem").contains(QStringLiteral("does not list NOSUCH")));
    }

    void everyControlSaysWhatItIs()
    {
        Seat seat;
        seat.get<QAction>("trade.rules")->trigger();
        for (const QWidget *widget : seat.get<QDialog>("settings")->findChildren<QWidget *>()) {
            const bool isControl = qobject_cast<const QAbstractButton *>(widget) ||
                                   qobject_cast<const QLineEdit *>(widget) ||
                                   qobject_cast<const QComboBox *>(widget);
            const bool isPart = widget->objectName().startsWith(u"qt_") || widget->objectName().isEmpty();
            if (isControl && !isPart) {
                QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
            }
        }
    }
};

QTEST_MAIN(RulesPageTest)

#include "rules_page_test.moc"
