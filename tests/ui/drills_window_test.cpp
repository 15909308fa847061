#include "models/ports/future.h"
#include "tests/support/desk.h"
#include "ui/drills_window.h"
#include "ui/main_window.h"

#include <QAction>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QTest>

using namespace std::chrono_literals;

namespace
{

// Not inside the class: moc does not read raw texts with braces.
const char *const leftBehind =
    R"({"positions":[{"symbol":"BTCUSDT","positionSide":"BOTH","amount":"0.1","notional":"6000"}],"orders":[{"symbol":"BTCUSDT","id":"web_1"}]})";

struct Rig
{
    Rig()
    {
        context.drillGround = [this](const domain::DrillStep &step) {
            asked << QString::fromStdString(step.method + ' ' + step.path);
            const bool isOfLeft = step.path == "/control/leftovers";
            if (isOfLeft && step.method == "DELETE") {
                left = "{}";
            }
            return ports::finished(domain::Result<QByteArray>{isOfLeft ? left : QByteArray{"{}"}});
        };
        window = std::make_unique<ui::DrillsWindow>(context, theme);
        window->show();
    }
    template <class T> T *get(const char *id) const
    {
        T *found = window->findChild<T *>(QString::fromLatin1(id));
        if (found == nullptr) {
            qFatal("no %s", id);
        }
        return found;
    }

    support::Desk desk;
    QStringList asked;
    QByteArray left = "{}"; ///< behind, as the exchange tells it
    ui::Theme theme;
    ui::MainWindowContext context{domain::VenueKind::Paper, QStringLiteral("built-in"), *initialModels(),
        desk.marketData, desk.trading, desk.account, desk.health, desk.settings, desk.clock};
    std::unique_ptr<ui::DrillsWindow> window;

private:
    live::Models *initialModels()
    {
        desk.account.current = std::make_shared<const domain::AccountState>(support::Desk::funded(0));
        desk.open();
        return desk.models.get();
    }
};

} // namespace

class DrillsWindowTest : public QObject
{
    Q_OBJECT
private slots:
    void everyIncidentIsListedWithItsBriefing()
    {
        Rig rig;
        auto *list = rig.get<QListWidget>("drills.list");
        QCOMPARE(static_cast<std::size_t>(list->count()), domain::builtInDrills().size());
        for (int row = 0; row < list->count(); ++row) {
            list->setCurrentRow(row);
            QVERIFY(!rig.get<QLabel>("drills.title")->text().isEmpty());
            QVERIFY(rig.get<QLabel>("drills.briefing")->text().size() > 40);
            QVERIFY(rig.get<QLabel>("drills.goal")->text().startsWith(QStringLiteral("Goal: within")));
        }
    }

    void aDrillIsStartedGivenUpAndTold()
    {
        Rig rig;
        rig.window->choose(QStringLiteral("ban"));
        auto *start = rig.get<QPushButton>("drills.start");
        start->click();
        QVERIFY(rig.window->stage().isRunning());
        QVERIFY(!rig.get<QListWidget>("drills.list")->isEnabled());
        QCOMPARE(start->accessibleName(), QStringLiteral("Give up"));
        start->click();
        QVERIFY(!rig.window->stage().isRunning());
        QCOMPARE(rig.get<QLabel>("drills.score")->text(), QStringLiteral("Given up: not scored"));
        QVERIFY(rig.asked.contains(QStringLiteral("POST /control/scenario")));
    }

    void theReportIsShownAndTheBestScoreKept()
    {
        Rig rig;
        rig.window->choose(QStringLiteral("ban"));
        rig.get<QPushButton>("drills.start")->click();
        rig.desk.clock.advance(13s);
        QTRY_VERIFY(rig.window->stage().burns());
        QTest::qWait(250);
        rig.desk.clock.advance(90s);
        QTRY_VERIFY(rig.window->stage().report() != nullptr);
        QCOMPARE(rig.get<QLabel>("drills.score")->text(), QStringLiteral("100 of 100"));
        QVERIFY(rig.get<QLabel>("drills.verdict")->text().contains(QStringLiteral("No rule was broken.")));
        QVERIFY(rig.get<QLabel>("drills.lesson")->isVisible());
        QVERIFY(rig.get<QListWidget>("drills.list")->currentItem()->text().endsWith(QStringLiteral("· 100")));
        QCOMPARE(rig.desk.settings.value(QStringLiteral("drills/ban")).toInt(), 100);
    }

    void closingTheWindowGivesUp()
    {
        Rig rig;
        rig.get<QPushButton>("drills.start")->click();
        rig.window->close();
        QVERIFY(!rig.window->stage().isRunning());
        QTRY_VERIFY(!rig.window->isVisible());
    }

    void theWindowStaysWhileSomethingIsLeftBehind()
    {
        Rig rig;
        rig.left = leftBehind;
        rig.get<QPushButton>("drills.start")->click();
        QVERIFY(!rig.get<QPushButton>("drills.closeLeft")->isVisible());
        rig.window->close();
        auto *close = rig.get<QPushButton>("drills.closeLeft");
        QTRY_VERIFY(close->isVisible());
        QVERIFY(rig.window->isVisible());
        QCOMPARE(rig.get<QLabel>("drills.left")->text(),
            QStringLiteral("The drill left behind: BTCUSDT: long 0.1 (6,000 USDT); BTCUSDT: one order."));
        QVERIFY(!close->accessibleName().isEmpty());
        close->click();
        QTRY_VERIFY(!close->isVisible());
        QVERIFY(rig.asked.contains(QStringLiteral("DELETE /control/leftovers")));
        rig.window->close();
        QVERIFY(!rig.window->isVisible());
    }

    void whatIsLeftBehindMayBeKept()
    {
        Rig rig;
        rig.left = leftBehind;
        rig.get<QPushButton>("drills.start")->click();
        rig.get<QPushButton>("drills.start")->click(); // given up
        auto *keep = rig.get<QPushButton>("drills.keepLeft");
        QTRY_VERIFY(keep->isVisible());
        keep->click();
        QVERIFY(!keep->isVisible());
        QVERIFY(!rig.asked.contains(QStringLiteral("DELETE /control/leftovers")));
    }

    void theMenuOffersThemOnPaperOnly()
    {
        Rig rig;
        const auto isOffered = [&rig](bool hasGround) {
            ui::MainWindowContext context = rig.context;
            if (!hasGround) {
                context.drillGround = {};
            }
            ui::MainWindow window{context};
            return window.findChild<QAction *>(QStringLiteral("help.drills"))->isVisible();
        };
        QVERIFY(isOffered(true));
        QVERIFY(!isOffered(false));
    }
};

QTEST_MAIN(DrillsWindowTest)
#include "drills_window_test.moc"
