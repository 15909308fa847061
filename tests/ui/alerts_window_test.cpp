#include "tests/ui/seat.h"
#include "ui/alert_delivery.h"
#include "ui/panels/panel_tools.h"
#include "ui/survival_dialog.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/toasts.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QDockWidget>
#include <QFileDialog>
#include <QSignalSpy>
#include <QTabBar>
#include <QTest>
#include <QTextBlock>
#include <QTextBrowser>

using domain::Alert;
using domain::OrderPhase;
using ui::AlertChannel;

/// Alerts, comparisons with the exchange, and what is asked when things went wrong.
class AlertsWindowTest : public QObject
{
    Q_OBJECT
private:
    using Seat = support::Seat;

    /// Keeps the rules and answers every test as if all went well but the webhook.
    class FakeDelivery final : public ui::AlertDelivery
    {
    public:
        ui::AlertRules current = ui::AlertRules::standard();
        std::vector<std::pair<ui::AlertChannels, Alert::Kind>> tests;
        ui::AlertRules rules() const override { return current; }
        void setRules(const ui::AlertRules &rules) override { current = rules; }
        void test(ui::AlertChannels channels, Alert::Kind kind) override
        {
            tests.emplace_back(channels, kind);
            for (const auto channel :
                {AlertChannel::Window, AlertChannel::Sound, AlertChannel::Desktop, AlertChannel::Webhook}) {
                if (channels.test(ui::bitOf(channel))) {
                    emit tested(channel, channel != AlertChannel::Webhook, QStringLiteral("said so"));
                }
            }
        }
    };

    /// With HEADROOM_SHOTS=<folder> a picture to look at.
    static void shoot(QWidget *widget, const char *name)
    {
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QTest::qWait(200);
            widget->grab().save(folder + u'/' + QString::fromLatin1(name) + QStringLiteral(".png"));
        }
    }
    static void raise(
        Seat &seat, Alert::Severity severity, const char *id = "", const char *text = "Something.")
    {
        emit seat.desk.trading.alerted(
            {Alert::Kind::Unknown, severity, "ETHUSDT", id, text, seat.desk.clock.wallNow()});
    }
    static void openWith(Seat &seat, FakeDelivery *delivery,
        std::function<QFuture<domain::Result<ui::SurvivalFacts>>()> facts = {},
        std::function<QFuture<domain::Result<std::int64_t>>(const QString &)> exported = {})
    {
        seat.window.reset();
        seat.window = std::make_unique<ui::MainWindow>(ui::MainWindowContext{domain::VenueKind::Paper,
            QStringLiteral("built-in exchange"), *seat.desk.models, seat.desk.marketData, seat.desk.trading,
            seat.desk.account, seat.desk.health, seat.desk.settings, seat.desk.clock, delivery,
            std::move(facts), std::move(exported)});
        seat.window->show();
    }

private slots:
    void anAlertPopsUpWithoutTakingTheKeyboardAndCountsInItsTab()
    {
        Seat seat;
        auto *toasts = seat.get<ui::ToastStack>("toasts");
        seat.get<QLineEdit>("ticket.size")->setFocus();
        const QWidget *focus = seat.window->focusWidget();
        raise(seat, Alert::Severity::Info);
        QCOMPARE(toasts->count(), 0);
        raise(seat, Alert::Severity::Warning);
        raise(seat, Alert::Severity::Critical);
        QCOMPARE(toasts->count(), 2);
        QVERIFY(toasts->isVisible());
        for (const QLabel *label : toasts->findChildren<QLabel *>()) {
            QVERIFY2(
                label->height() >= label->fontMetrics().height(), qPrintable(label->text())); // not squeezed
        }
        QVERIFY(seat.window->rect().contains(toasts->geometry()));
        QCOMPARE(seat.window->focusWidget(), focus);
        QCOMPARE(seat.window->dock(QStringLiteral("alerts"))->windowTitle(), QStringLiteral("Alerts (2)"));
        seat.window->showPanel(QStringLiteral("risk")); // a panel that comes to the front stays below
        const auto isInFront = [&seat](const char *id) {
            return !seat.window->dock(QString::fromLatin1(id))->visibleRegion().isEmpty();
        };
        const QObjectList &children = seat.window->children();
        for (const char *id : {"connection", "reconciliation", "positions", "risk"}) {
            seat.window->showPanel(QString::fromLatin1(id));
            QTRY_VERIFY2(isInFront(id), id);
            QTRY_VERIFY(
                children.indexOf(toasts) > children.indexOf(seat.window->dock(QString::fromLatin1(id))));
        }
        QVERIFY(!isInFront("connection"));
        shoot(seat.window.get(), "window-toasts");
        seat.get<QAbstractButton>("toast.seen3")->click();
        QCOMPARE(toasts->count(), 1);
        QVERIFY(seat.desk.models->alerts.entry(0).isAcknowledged);
        QCOMPARE(seat.window->dock(QStringLiteral("alerts"))->windowTitle(), QStringLiteral("Alerts (1)"));
    }

    void whatIsInViewFollowsTheTheme()
    {
        Seat seat;
        seat.get<QAction>("view.dark")->trigger();
        raise(seat, Alert::Severity::Critical);
        auto *toasts = seat.get<ui::ToastStack>("toasts");
        const auto middle = [toasts] {
            const QImage shown = toasts->grab().toImage();
            return shown.pixelColor(shown.width() / 2, 6).lightness();
        };
        QVERIFY(middle() < 80);
        seat.get<QAction>("view.light")->trigger();
        QVERIFY(middle() > 200);
        seat.get<QAction>("view.dark")->trigger();
        QVERIFY(middle() < 80);
    }

    void aFloodOfAlertsKeepsTheCriticalOnesInView()
    {
        Seat seat;
        auto *toasts = seat.get<ui::ToastStack>("toasts");
        raise(seat, Alert::Severity::Critical);
        for (int more = 0; more < 20; ++more) {
            raise(seat, Alert::Severity::Warning);
        }
        QCOMPARE(toasts->count(), ui::ToastStack::most);
        QVERIFY(seat.window->findChild<QAbstractButton *>(QStringLiteral("toast.seen1")));
        QVERIFY(seat.window->rect().contains(toasts->geometry()));
    }

    void anAlertLeadsToItsOrder()
    {
        Seat seat;
        domain::Order order = seat.desk.order("ETHUSDT", "a-1", OrderPhase::Unknown);
        emit seat.desk.trading.orderChanged(order);
        raise(seat, Alert::Severity::Critical, "a-1");
        auto *table = seat.get<ui::DataTable>("alerts.table");
        table->chooseSourceRow(0);
        seat.get<QAbstractButton>("alerts.follow")->click();
        QCOMPARE(seat.label("ticket.symbol"), QStringLiteral("ETHUSDT"));
        QCOMPARE(seat.get<ui::DataTable>("orders.table")->currentSourceRow(), 0);
        order.phase = OrderPhase::Done;
        order.endReason = domain::EndReason::NeverAccepted;
        emit seat.desk.trading.orderChanged(order);
        seat.get<QAbstractButton>("toast.show1")->click();
        QCOMPARE(seat.get<ui::DataTable>("history.orders")->currentSourceRow(), 0);
    }

    void alertsAreFilteredAndAcknowledged()
    {
        Seat seat;
        raise(seat, Alert::Severity::Info, "", "One.");
        raise(seat, Alert::Severity::Warning, "", "Two.");
        raise(seat, Alert::Severity::Critical, "", "Three.");
        auto *table = seat.get<ui::DataTable>("alerts.table");
        QCOMPARE(table->model()->rowCount(), 3);
        seat.choose("alerts.level", "Critical");
        QCOMPARE(table->model()->rowCount(), 1);
        seat.choose("alerts.level", "Not acknowledged");
        QCOMPARE(table->model()->rowCount(), 2);
        seat.choose("alerts.level", "Everything");
        seat.type("alerts.search", "two");
        QCOMPARE(table->model()->rowCount(), 1);
        table->selectRow(0);
        seat.get<QAbstractButton>("alerts.seen")->click();
        QCOMPARE(seat.desk.models->alerts.unseenCount(), 1);
        seat.get<QAbstractButton>("alerts.allSeen")->click();
        QCOMPARE(seat.desk.models->alerts.unseenCount(), 0);
        QVERIFY(!seat.get<QAbstractButton>("alerts.allSeen")->isEnabled());
    }

    void theSettingsSayWhichAlertGoesWhereAndTestItForReal()
    {
        Seat seat;
        FakeDelivery delivery;
        openWith(seat, &delivery);
        seat.get<QAction>("file.settings")->trigger();
        seat.get<QCheckBox>("settings.alert.gate.desktop")->setChecked(true);
        QVERIFY(delivery.current.of(Alert::Kind::Gate).test(ui::bitOf(AlertChannel::Desktop)));
        seat.type("settings.webhook", "http://example.org/hook");
        QVERIFY(seat.label("settings.webhookProblem").contains(QStringLiteral("Only https")));
        QVERIFY(delivery.current.webhookUrl.isEmpty());
        seat.type("settings.webhook", "https://example.org/hook");
        QVERIFY(seat.label("settings.webhookProblem").isEmpty());
        QCOMPARE(delivery.current.webhookUrl, QStringLiteral("https://example.org/hook"));
        seat.get<QAbstractButton>("settings.test.webhook")->click();
        const auto *result = seat.get<QLabel>("settings.result");
        QCOMPARE(result->text(), QStringLiteral("✗ Webhook: said so"));
        QTRY_VERIFY(result->visibleRegion().boundingRect().height() > result->fontMetrics().height());
        seat.get<QAbstractButton>("settings.testKind.gate")->click();
        QCOMPARE(delivery.tests.back().second, Alert::Kind::Gate);
        QVERIFY(delivery.tests.back().first == delivery.current.of(Alert::Kind::Gate));
        QVERIFY(seat.label("settings.result").contains(QStringLiteral("✓ Desktop: said so")));
        shoot(seat.get<QWidget>("settings"), "dialog-settings");
        for (const QWidget *widget : seat.get<QWidget>("settings")->findChildren<QWidget *>()) {
            if (qobject_cast<const QAbstractButton *>(widget) &&
                !qobject_cast<const QTabBar *>(widget->parent())) {
                QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
            }
        }
    }

    void withADeliveryItAloneDecidesWhatPopsUp()
    {
        Seat seat;
        FakeDelivery delivery;
        openWith(seat, &delivery);
        raise(seat, Alert::Severity::Critical);
        QCOMPARE(seat.get<ui::ToastStack>("toasts")->count(), 0);
        emit delivery.toastWanted(seat.desk.models->alerts.entry(0));
        QCOMPARE(seat.get<ui::ToastStack>("toasts")->count(), 1);
        emit delivery.toastWanted(seat.desk.models->alerts.entry(0)); // it comes again
        QCOMPARE(seat.get<ui::ToastStack>("toasts")->count(), 1);
    }

    void theComparisonWithTheExchangeIsShownAndCanBeAskedFor()
    {
        Seat seat;
        QCOMPARE(seat.label("reconciliation.sentence"),
            QStringLiteral("Nothing has been compared with the exchange yet."));
        domain::ReconciliationReport report;
        report.why = "you asked";
        report.startedAt = seat.desk.clock.wallNow();
        report.orders = 3;
        report.differences = {{"BTCUSDT", "a-1", "WORKING", "FILLED", "adopted", false}};
        seat.desk.trading.report = std::make_shared<domain::ReconciliationReport>(report);
        seat.get<QAbstractButton>("reconciliation.compare")->click();
        QCOMPARE(seat.desk.trading.reconciliations, 1);
        QTRY_VERIFY(seat.label("reconciliation.sentence").contains(QStringLiteral("orders 3")));
        QVERIFY(seat.label("reconciliation.sentence").contains(QStringLiteral("Differences: 1")));
        QCOMPARE(seat.get<ui::DataTable>("reconciliation.differences")->model()->rowCount(), 1);
        QVERIFY(seat.get<QAbstractButton>("reconciliation.compare")->isEnabled());
        report.differences.clear();
        report.failure = "openOrders timed out.";
        emit seat.desk.trading.reconciled(std::make_shared<domain::ReconciliationReport>(report));
        QVERIFY(seat.label("reconciliation.sentence").contains(QStringLiteral("could not be finished")));
        seat.get<ui::DataTable>("reconciliation.reports")->chooseSourceRow(1);
        QVERIFY(seat.label("reconciliation.sentence").contains(QStringLiteral("Differences: 1")));
    }

    void whatWouldSurviveAPowerCutIsSaidPlainly()
    {
        Seat seat;
        domain::AccountState account = support::Desk::funded(25'000);
        account.positions = {support::Desk::position("BTCUSDT", domain::Side::Buy, "0.500", "64000.0"),
            support::Desk::position("ETHUSDT", domain::Side::Sell, "2.000", "3000.0")};
        seat.desk.account.publish(account);
        QTRY_COMPARE(seat.desk.models->positions.rowCount(), 2);
        domain::Order stop = seat.desk.order("BTCUSDT", "a-1", OrderPhase::Working);
        stop.request.type = domain::OrderType::StopMarket;
        stop.request.side = domain::Side::Sell;
        emit seat.desk.trading.orderChanged(stop);
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "a-2", OrderPhase::Queued));
        ui::SurvivalFacts journal;
        journal.path = QStringLiteral("/data/journal.sqlite");
        journal.entries = 1'204;
        journal.lastCommitAt = seat.desk.clock.wallNow();
        journal.waiting = 1;
        openWith(
            seat, nullptr, [journal] { return ports::finished(domain::Result<ui::SurvivalFacts>{journal}); },
            [](const QString &) { return ports::finished(domain::Result<std::int64_t>{7}); });
        QVERIFY(!seat.get<QAction>("file.settings")->isVisible());
        seat.get<QAction>("help.survival")->trigger();
        QTRY_VERIFY(seat.window->findChild<ui::SurvivalDialog *>(QStringLiteral("survival")));
        QString all;
        for (const QLabel *line : seat.get<QWidget>("survival")->findChildren<QLabel *>()) {
            all += line->text() + u'\n';
        }
        for (const char *sentence : {"1,204 entries", "wait to be committed: 1.", "wait to be sent: 1.",
                 "rest at the exchange: 1.", "long 0.5 BTCUSDT stays open. Stops for it",
                 "short 2 ETHUSDT stays open WITHOUT a stop", "There is no backup"}) {
            QVERIFY2(all.contains(QString::fromLatin1(sentence)), qPrintable(all));
        }
        shoot(seat.get<QWidget>("survival"), "dialog-survival");
        QSignalSpy said{&seat.desk.models->log, &live::LogModel::reported};
        seat.get<QAction>("file.exportJournal")->trigger();
        emit seat.get<QFileDialog>("journalFile")->fileSelected(QStringLiteral("/tmp/j.csv"));
        QTRY_VERIFY(!said.isEmpty());
        QVERIFY(said.back().at(1).toString().startsWith(QStringLiteral("7 rows")));
    }

    void whatIsNotOfferedIsNotInTheMenu()
    {
        const Seat seat;
        for (const char *action : {"file.settings", "file.exportJournal", "help.survival"}) {
            QVERIFY2(!seat.get<QAction>(action)->isVisible(), action);
        }
    }

    void theRecoveryGuideIsOneKeyAway()
    {
        const Seat seat;
        seat.get<QAction>("help.recovery")->trigger();
        QVERIFY(seat.get<QWidget>("guide")->isVisible());
        shoot(seat.get<QWidget>("guide"), "guide-recovery");
        auto *text = seat.get<QTextBrowser>("guide.text");
        QCOMPARE(text->textCursor().block().text(), QStringLiteral("When something goes wrong"));
        for (const char *heading : {"An order is UNKNOWN", "An order is QUARANTINED", "A mismatch",
                 "A pause or a ban", "The journal is damaged", "The disk is full", "After a crash",
                 "The line is lost with a position open"}) {
            QVERIFY2(text->toPlainText().contains(QString::fromLatin1(heading)), heading);
        }
    }
};

QTEST_MAIN(AlertsWindowTest)
#include "alerts_window_test.moc"
