#include "app/application.h"
#include "app/logging.h"
#include "models/live/positions_model.h"
#include "models/live/ticker_table_model.h"
#include "ui/main_window.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

namespace
{
constexpr int patience = 30'000; // ms; a loaded machine is no reason to fail
}

/// A trader's whole way through the real window: program, paper exchange, sockets, journal and all. Each step
/// builds on the one before.
class WholePathTest : public QObject
{
    Q_OBJECT
private:
    template <class Widget> Widget *find(const char *name) const
    {
        auto *const widget = m_application->session()->window()->findChild<Widget *>(QLatin1StringView{name});
        if (widget == nullptr) {
            qWarning("there is no %s", name);
        }
        return widget;
    }
    QString text(const char *label) const { return find<QLabel>(label)->text(); }
    void type(const char *field, const QString &value) const
    {
        auto *const edit = find<QLineEdit>(field);
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, value);
        QTest::keyClick(edit, Qt::Key_Tab);
    }
    void press(const char *button) const { find<QAbstractButton>(button)->click(); }
    /// The text of a cell, empty where there is no such row.
    QString cell(const char *table, int row, int column) const
    {
        return find<QTableView>(table)->model()->index(row, column).data().toString();
    }
    int rows(const char *table) const { return find<QTableView>(table)->model()->rowCount(); }

    void open()
    {
        CommandLine options;
        options.venue = VenueKind::Paper;
        options.symbol = QStringLiteral("BTCUSDT");
        options.seed = 7;
        m_application =
            std::make_unique<Application>(options, *DataDirectory::open(m_folder.path()), m_clock);
        QSignalSpy opened{m_application.get(), &Application::sessionOpened};
        m_application->start();
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, patience);
    }
    void close()
    {
        QSignalSpy stopped{m_application->session(), &Session::stopped};
        m_application->session()->stop();
        QTRY_COMPARE_WITH_TIMEOUT(stopped.count(), 1, patience);
        m_application.reset();
    }

    QTemporaryDir m_folder;
    domain::SystemClock m_clock;
    std::unique_ptr<Application> m_application;
    bool m_hasFailed = false;

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QVERIFY(startLogging(m_folder.filePath(QStringLiteral("log")), QStringLiteral("debug")));
        open();
    }
    void cleanupTestCase()
    {
        if (m_application && m_application->session() != nullptr) {
            close();
        }
        stopLogging();
    }
    void init()
    {
        if (m_hasFailed) {
            QSKIP("a step before failed");
        }
    }
    void cleanup() { m_hasFailed = m_hasFailed || QTest::currentTestFailed(); }

    void pricesMove()
    {
        QTRY_VERIFY_WITH_TIMEOUT(rows("watchlist.table") >= 24, patience);
        QTRY_VERIFY_WITH_TIMEOUT(!text("chart.last").isEmpty(), patience);
        const QString first = text("chart.last");
        QTRY_VERIFY_WITH_TIMEOUT(text("chart.last") != first, patience);
        QTRY_VERIFY_WITH_TIMEOUT(rows("trades.table") > 5, patience);
        // The chart says in words what it shows.
        QTRY_VERIFY_WITH_TIMEOUT(
            find<QWidget>("chart.view")->accessibleName().contains(QStringLiteral("BTCUSDT")), patience);
    }

    void theCalculatorPlansATrade()
    {
        press("calculator.useMark");
        QTRY_VERIFY_WITH_TIMEOUT(!find<QLineEdit>("calculator.entry")->text().isEmpty(), patience);
        auto *const sizing = find<QComboBox>("calculator.sizing");
        sizing->setCurrentIndex(sizing->findText(QStringLiteral("Fixed quantity")));
        type("calculator.amount", QStringLiteral("0.05"));
        find<QSpinBox>("calculator.leverage")->setValue(10);
        QTRY_VERIFY_WITH_TIMEOUT(text("calculator.quantity").startsWith(QStringLiteral("0.050")), patience);
        QVERIFY(text("calculator.liquidation") != QStringLiteral("--"));
        QVERIFY(find<QAbstractButton>("calculator.handOver")->isEnabled());
    }

    void thePlanGoesToTheTicketAndTheOrderIsSent()
    {
        press("calculator.handOver");
        QCOMPARE(find<QLineEdit>("ticket.size")->text(), QStringLiteral("0.050"));
        auto *const type = find<QComboBox>("ticket.type");
        type->setCurrentIndex(type->findText(QStringLiteral("Market")));
        QTRY_VERIFY_WITH_TIMEOUT(find<QAbstractButton>("ticket.send")->isEnabled(), patience);
        press("ticket.send");
        QTRY_VERIFY_WITH_TIMEOUT(
            !text("ticket.outcome").contains(QStringLiteral("Nothing has been sent")), patience);
    }

    void thePositionIsShownWithItsRisk()
    {
        QTRY_COMPARE_WITH_TIMEOUT(rows("positions.table"), 1, patience);
        QCOMPARE(cell("positions.table", 0, live::PositionsModel::SymbolColumn), QStringLiteral("BTCUSDT"));
        QVERIFY(
            cell("positions.table", 0, live::PositionsModel::SizeColumn).contains(QStringLiteral("0.050")));
        QTRY_COMPARE_WITH_TIMEOUT(text("risk.level"), QStringLiteral("SAFE"), patience);
        QTRY_VERIFY_WITH_TIMEOUT(text("risk.ratio") != QStringLiteral("0.00 %"), patience);
        QVERIFY(!text("risk.advice").isEmpty());
    }

    void aRestartFindsThePositionAndTheOrder()
    {
        const QString size = cell("positions.table", 0, live::PositionsModel::SizeColumn);
        const QString entry = cell("positions.table", 0, live::PositionsModel::EntryColumn);
        close();
        open();
        QTRY_COMPARE_WITH_TIMEOUT(rows("positions.table"), 1, patience);
        QCOMPARE(cell("positions.table", 0, live::PositionsModel::SizeColumn), size);
        QCOMPARE(cell("positions.table", 0, live::PositionsModel::EntryColumn), entry);
    }

    void thePositionIsClosed()
    {
        auto *const table = find<QTableView>("positions.table");
        table->selectRow(0);
        QTRY_VERIFY_WITH_TIMEOUT(find<QAbstractButton>("positions.close")->isEnabled(), patience);
        press("positions.close");
        QTRY_VERIFY_WITH_TIMEOUT(m_application->session()->window()->findChild<QAbstractButton *>(
                                     QStringLiteral("closePosition.yes")),
            patience);
        press("closePosition.yes");
        QTRY_COMPARE_WITH_TIMEOUT(rows("positions.table"), 0, patience);
        QTRY_COMPARE_WITH_TIMEOUT(text("risk.ratio"), QStringLiteral("0.00 %"), patience);
    }

    void anotherRestartFindsNothingOpen()
    {
        close();
        open();
        QTRY_VERIFY_WITH_TIMEOUT(!text("chart.last").isEmpty(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(text("risk.wallet").contains(QStringLiteral("USDT")), patience);
        QCOMPARE(rows("positions.table"), 0);
        QVERIFY(text("risk.wallet") != QStringLiteral("10,000.00 USDT")); // fees were paid
    }
};

QTEST_MAIN(WholePathTest)
#include "whole_path_test.moc"
