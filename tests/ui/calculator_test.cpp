#include "tests/ui/seat.h"
#include "ui/charts/chart_view.h"
#include "ui/panels/calculator_panel.h"
#include "ui/panels/panel_tools.h"
#include "ui/widgets/explanation_popup.h"

#include <QCheckBox>
#include <QDir>
#include <QDockWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include <algorithm>

using domain::Price;
using domain::Quantity;
using support::Seat;

namespace
{

const ui::PriceLine *lineOf(const ui::ChartView &chart, const char *id)
{
    const auto found = std::ranges::find(chart.lines(), QString::fromLatin1(id), &ui::PriceLine::id);
    return found == chart.lines().end() ? nullptr : &*found;
}

void showBook(Seat &seat)
{
    auto book = std::make_shared<domain::BookView>();
    book->symbol = "BTCUSDT";
    book->state = domain::BookView::State::Live;
    book->asks = {
        {Price::literal("65000.1"), Quantity::literal("0.01")}, {Price::literal("65010.1"), Quantity::of(5)}};
    book->bids = {{Price::of(65'000), Quantity::literal("0.01")}, {Price::of(64'990), Quantity::of(5)}};
    book->at = seat.desk.clock.wallNow();
    emit seat.desk.marketData.bookChanged(book);
}

void plan(const Seat &seat, const char *entry, const char *stop, const char *quantity)
{
    seat.type("calculator.entry", entry);
    seat.type("calculator.stop", stop);
    seat.choose("calculator.sizing", "Fixed quantity");
    seat.type("calculator.amount", quantity);
}

} // namespace

class CalculatorTest : public QObject
{
    Q_OBJECT
private slots:
    void severalTargetsAreShownAndHandedOver()
    {
        const Seat seat;
        plan(seat, "64000", "63000", "0.05");
        seat.get<QAbstractButton>("calculator.moreTargets")->click();
        seat.type("calculator.target1", "65000");
        seat.type("calculator.target2", "66000");
        seat.get<QSpinBox>("calculator.targetShare1")->setValue(60);
        seat.get<QSpinBox>("calculator.targetShare2")->setValue(20);
        QVERIFY(seat.label("calculator.atTarget1").startsWith(u'+'));
        QVERIFY(seat.label("calculator.atTarget2").startsWith(u'+'));
        QVERIFY(seat.label("calculator.atTarget1.note").contains(u"0.010 BTC run on"));
        seat.get<QAbstractButton>("calculator.handOver")->click();
        QCOMPARE(seat.get<QLineEdit>("ticket.target2")->text(), QStringLiteral("66000.0"));
        QCOMPARE(seat.get<QSpinBox>("ticket.targetShare1")->value(), 60);
    }

    void aTargetKeepsItsNumberWhereAnEarlierOneIsFaulty()
    {
        const Seat seat;
        plan(seat, "64000", "63000", "0.05");
        seat.get<QAbstractButton>("calculator.moreTargets")->click();
        seat.type("calculator.target1", "63500"); // on the wrong side
        seat.type("calculator.target2", "66000");
        QVERIFY(seat.label("calculator.target1.message").startsWith(u"Target 1 "));
        auto *value = seat.get<QLabel>("calculator.atTarget2");
        QVERIFY(value->text().startsWith(u'+'));
        QVERIFY(value->accessibleName().startsWith(u"At target 2 +"));
        QTest::keyClick(value, Qt::Key_Return);
        auto *popup = value->findChild<ui::ExplanationPopup *>();
        QVERIFY(popup);
        QVERIFY(popup->accessibleName().contains(u"Profit at target 2"));
        delete popup;
        seat.type("calculator.target1", ""); // nor is a blank row a target
        QVERIFY(value->text().startsWith(u'+'));
    }

    void thePlanOfEachSymbolIsKeptOverARestart()
    {
        Seat seat;
        plan(seat, "64000", "63000", "0.05");
        seat.get<QAbstractButton>("calculator.moreTargets")->click();
        seat.type("calculator.target1", "65000");
        seat.type("calculator.target2", "66000.5");
        seat.get<QSpinBox>("calculator.targetShare1")->setValue(60);
        seat.get<QSpinBox>("calculator.targetShare2")->setValue(30);
        seat.get<QSpinBox>("calculator.leverage")->setValue(7);
        seat.choose("calculator.marginType", "Isolated");
        seat.get<QSpinBox>("calculator.exitIn")->setValue(20);
        seat.type("calculator.slippage", "0.2");
        const QString size = seat.label("calculator.quantity");
        const QString stop = seat.label("calculator.atStop");

        const auto isWhole = [&] {
            QCOMPARE(seat.get<QLineEdit>("calculator.entry")->text(), QStringLiteral("64000"));
            QCOMPARE(seat.get<QLineEdit>("calculator.stop")->text(), QStringLiteral("63000"));
            QCOMPARE(seat.get<QLineEdit>("calculator.target1")->text(), QStringLiteral("65000"));
            QCOMPARE(seat.get<QLineEdit>("calculator.target2")->text(), QStringLiteral("66000.5"));
            QCOMPARE(seat.get<QSpinBox>("calculator.targetShare1")->value(), 60);
            QCOMPARE(seat.get<QSpinBox>("calculator.targetShare2")->value(), 30);
            QCOMPARE(seat.get<QSpinBox>("calculator.leverage")->value(), 7);
            QCOMPARE(seat.get<QComboBox>("calculator.marginType")->currentText(), QStringLiteral("Isolated"));
            QCOMPARE(
                seat.get<QComboBox>("calculator.sizing")->currentText(), QStringLiteral("Fixed quantity"));
            QCOMPARE(seat.get<QLineEdit>("calculator.amount")->text(), QStringLiteral("0.05"));
            QCOMPARE(seat.get<QLineEdit>("calculator.slippage")->text(), QStringLiteral("0.2"));
            QCOMPARE(seat.get<QSpinBox>("calculator.exitIn")->value(), 20);
            QVERIFY(!seat.get<QAbstractButton>("calculator.short")->isChecked());
        };
        seat.open(domain::VenueKind::Paper);
        isWhole();
        QCOMPARE(seat.label("calculator.quantity"), size);
        QCOMPARE(seat.label("calculator.atStop"), stop);
        QTest::qWait(500); // nothing comes late either
        isWhole();
        QVERIFY(seat.desk.trading.submitted.empty() && seat.desk.trading.brackets.empty());
        QVERIFY(seat.desk.trading.leverages.empty() && seat.desk.trading.marginTypes.empty());
        QVERIFY(seat.get<QLineEdit>("ticket.size")->text().isEmpty());

        // Another symbol has a plan of its own.
        seat.window->symbolLink().setSymbol("ETHUSDT");
        QVERIFY(seat.get<QLineEdit>("calculator.stop")->text().isEmpty());
        QCOMPARE(seat.get<QLineEdit>("calculator.entry")->text(), QStringLiteral("3000.00"));
        seat.get<QAbstractButton>("calculator.short")->click();
        seat.type("calculator.stop", "3100");
        seat.window->symbolLink().setSymbol("BTCUSDT");
        isWhole();
        seat.window->symbolLink().setSymbol("ETHUSDT");
        QVERIFY(seat.get<QAbstractButton>("calculator.short")->isChecked());
        QCOMPARE(seat.get<QLineEdit>("calculator.stop")->text(), QStringLiteral("3100"));
    }

    void anEmptyPlanIsNotKeptAndABrokenOneIsNoPlan()
    {
        Seat seat;
        QTest::qWait(500);
        QVERIFY(!seat.desk.settings.values.contains(QStringLiteral("plans/BTCUSDT")));
        seat.type("calculator.stop", "63000");
        QTRY_VERIFY(seat.desk.settings.values.contains(QStringLiteral("plans/BTCUSDT")));
        seat.type("calculator.stop", "");
        QTRY_VERIFY(!seat.desk.settings.values.contains(QStringLiteral("plans/BTCUSDT")));
        // An entry that was only the mark is the new mark after a restart.
        seat.desk.quote("BTCUSDT", "66000.0");
        seat.open(domain::VenueKind::Paper);
        QCOMPARE(seat.get<QLineEdit>("calculator.entry")->text(), QStringLiteral("66000.0"));

        seat.window.reset();
        seat.desk.settings.setValue(QStringLiteral("plans/BTCUSDT"),
            QVariantMap{{QStringLiteral("stop"), QStringLiteral("abc")},
                {QStringLiteral("leverage"), QStringLiteral("many")}, {QStringLiteral("sizing"), 99},
                {QStringLiteral("targets"), QVariantList{7, QStringLiteral("x")}},
                {QStringLiteral("exitIn"), -5}});
        seat.open(domain::VenueKind::Paper);
        QVERIFY(seat.get<QLineEdit>("calculator.stop")->text().isEmpty());
        QCOMPARE(seat.get<QComboBox>("calculator.sizing")->currentText(), QStringLiteral("Safe size"));
        QCOMPARE(seat.get<QSpinBox>("calculator.exitIn")->value(), 0);
        QVERIFY(seat.get<QSpinBox>("calculator.leverage")->value() >= 1);
    }

    void theButtonBesideASentenceMendsIt()
    {
        const Seat seat;
        plan(seat, "64000", "65000", "0.05");
        QVERIFY(seat.label("calculator.stop.message").contains(u"lies below the entry"));
        QVERIFY(!seat.get<QAbstractButton>("calculator.handOver")->isEnabled());
        auto *button = seat.get<QAbstractButton>("calculator.stop.mend");
        QCOMPARE(button->text(), QStringLiteral("Set 63,000"));
        button->click();
        QCOMPARE(seat.get<QLineEdit>("calculator.stop")->text(), QStringLiteral("63000.0"));
        QVERIFY(seat.label("calculator.stop.message").isEmpty());
        QVERIFY(seat.get<QAbstractButton>("calculator.handOver")->isEnabled());

        seat.type("calculator.amount", "50"); // more than the balance
        seat.get<QAbstractButton>("calculator.amount.mend")->click();
        QVERIFY(seat.get<QAbstractButton>("calculator.handOver")->isEnabled());
        QVERIFY(seat.label("calculator.quantity") != QStringLiteral("50.000 BTC"));
    }

    void aStopBeyondLiquidationIsMendedByTheLeverage()
    {
        const Seat seat;
        seat.choose("calculator.marginType", "Isolated");
        plan(seat, "64000", "57000", "0.05");
        QVERIFY(seat.label("calculator.leverage.message").contains(u"beyond the liquidation price"));
        seat.get<QAbstractButton>("calculator.leverage.mend")->click();
        QVERIFY(seat.get<QSpinBox>("calculator.leverage")->value() < 10);
        QVERIFY(seat.get<QAbstractButton>("calculator.handOver")->isEnabled());
    }

    void slippageComesFromTheLiveBook()
    {
        Seat seat;
        plan(seat, "65000.1", "64000", "0.11");
        QCOMPARE(seat.label("calculator.entrySlippage"), QStringLiteral("0.00 USDT"));
        QVERIFY(seat.label("calculator.stopSlippage.note").contains(u"no live order book"));
        showBook(seat);
        // 0.01 at the best price and 0.10 ten behind it.
        QTRY_COMPARE(seat.label("calculator.entrySlippage"), QStringLiteral("1.00 USDT"));
        QCOMPARE(seat.label("calculator.stopSlippage"), QStringLiteral("1.00 USDT"));
    }

    void everyFigureSaysWhereItComesFrom()
    {
        Seat seat;
        showBook(seat);
        plan(seat, "65000", "64000", "0.11");
        seat.type("calculator.target1", "67000");
        seat.get<QSpinBox>("calculator.exitIn")->setValue(20);
        auto *panel = seat.get<QWidget>("calculator.entry")->window()->findChild<ui::CalculatorPanel *>();
        int explained = 0;
        for (QLabel *value : panel->findChildren<QLabel *>()) {
            if (!value->property("explains").toBool() || !value->isVisibleTo(panel) ||
                value->text() == QStringLiteral("--")) {
                continue;
            }
            QTest::keyClick(value, Qt::Key_Return);
            auto *popup = value->findChild<ui::ExplanationPopup *>();
            QVERIFY2(popup, qPrintable(value->objectName()));
            QVERIFY2(popup->accessibleName().contains(u"Source: "), qPrintable(popup->accessibleName()));
            delete popup;
            ++explained;
        }
        QVERIFY2(explained >= 22, qPrintable(QString::number(explained)));
    }

    void thePlanIsDrawnAndItsLinesAreDragged()
    {
        const Seat seat;
        auto *chart = seat.get<ui::ChartView>("chart.view");
        seat.type("calculator.entry", "64000");
        QVERIFY(!lineOf(*chart, "plan.entry")); // a bare entry says nothing
        plan(seat, "64000", "63000", "0.05");
        seat.type("calculator.target1", "66000");
        QVERIFY(lineOf(*chart, "plan.entry"));
        QVERIFY(lineOf(*chart, "plan.stop")->movable);
        const QString before = lineOf(*chart, "plan.stop")->label;
        const QString loss = seat.label("calculator.atStop");
        // The figures follow within the very call: no timer, no later frame.
        emit chart->lineDragged(QStringLiteral("plan.stop"), Price::of(62'500));
        QCOMPARE(seat.get<QLineEdit>("calculator.stop")->text(), QStringLiteral("62500.0"));
        QVERIFY(seat.label("calculator.atStop") != loss);
        QVERIFY(lineOf(*chart, "plan.stop")->label != before);
        emit chart->lineMoved(QStringLiteral("plan.target0"), Price::of(67'000));
        QCOMPARE(seat.get<QLineEdit>("calculator.target1")->text(), QStringLiteral("67000.0"));
        seat.get<QCheckBox>("calculator.onChart")->setChecked(false);
        QVERIFY(!lineOf(*chart, "plan.stop"));
    }

    void theKeyboardMovesTheLines()
    {
        const Seat seat;
        auto *chart = seat.get<ui::ChartView>("chart.view");
        plan(seat, "64000", "63000", "0.05");
        QTest::keyClick(chart, Qt::Key_L); // from the top down: the entry
        QVERIFY(chart->accessibleName().contains(u"Plan Long"));
        QTest::keyClick(chart, Qt::Key_L);
        QVERIFY(chart->accessibleName().contains(u"Plan stop"));
        QTest::keyClick(chart, Qt::Key_Down);
        QCOMPARE(seat.get<QLineEdit>("calculator.stop")->text(), QStringLiteral("62999.9"));
        QTest::keyClick(chart, Qt::Key_Up, Qt::ShiftModifier);
        QCOMPARE(seat.get<QLineEdit>("calculator.stop")->text(), QStringLiteral("63000.9"));
        QTest::keyClick(chart, Qt::Key_Escape);
        QTest::keyClick(chart, Qt::Key_Up);
        QCOMPARE(seat.get<QLineEdit>("calculator.stop")->text(), QStringLiteral("63000.9"));
    }

    void linesCanBePlacedByAButton()
    {
        const Seat seat;
        seat.get<QAbstractButton>("calculator.placeLines")->click();
        QCOMPARE(seat.get<QLineEdit>("calculator.stop")->text(), QStringLiteral("64350.0")); // 1 % away
        QCOMPARE(seat.get<QLineEdit>("calculator.target1")->text(), QStringLiteral("66300.0"));
    }

    void inANarrowDockNothingIsCut_data()
    {
        QTest::addColumn<bool>("isLight");
        QTest::addColumn<int>("width");
        QTest::newRow("dark-narrow") << false << 250;
        QTest::newRow("dark") << false << 360;
        QTest::newRow("light-narrow") << true << 250;
        QTest::newRow("light") << true << 360;
    }
    void inANarrowDockNothingIsCut()
    {
        QFETCH(bool, isLight);
        QFETCH(int, width);
        Seat seat;
        seat.desk.settings.setValue(QStringLiteral("window/scheme"), isLight ? 1 : 0);
        seat.open(domain::VenueKind::Paper);
        domain::AccountState account = support::Desk::funded(25'000);
        account.positions.push_back(
            support::Desk::position("ETHUSDT", domain::Side::Buy, "6.000", "3000.00"));
        seat.desk.account.publish(account);
        showBook(seat);
        plan(seat, "65000.1", "63800", "0.355");
        seat.get<QAbstractButton>("calculator.moreTargets")->click();
        seat.type("calculator.target1", "67000");
        seat.type("calculator.target2", "64500"); // on the wrong side
        seat.get<QSpinBox>("calculator.targetShare2")->setValue(30);
        seat.get<QSpinBox>("calculator.exitIn")->setValue(36);
        auto *panel = seat.window->findChild<ui::CalculatorPanel *>();
        auto *dock = qobject_cast<QDockWidget *>(seat.window->dock(QStringLiteral("calculator")));
        dock->setFloating(true);
        dock->resize(width, 1'400);
        QTest::qWait(300);
        for (const QLabel *label : panel->findChildren<QLabel *>()) {
            if (!label->isVisibleTo(panel) || label->text().isEmpty()) {
                continue;
            }
            const int needed =
                label->wordWrap() ? label->heightForWidth(label->width()) : label->fontMetrics().height();
            QVERIFY2(label->height() + 1 >= needed, qPrintable(label->objectName() + label->text()));
            const int right = label->mapTo(panel, QPoint{label->width(), 0}).x();
            QVERIFY2(right <= panel->width(), qPrintable(label->objectName() + label->text()));
        }
        for (const QAbstractButton *button : panel->findChildren<QAbstractButton *>()) {
            if (button->isVisibleTo(panel)) {
                const int right = button->mapTo(panel, QPoint{button->width(), 0}).x();
                QVERIFY2(right <= panel->width(), qPrintable(button->objectName()));
            }
        }
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QDir{}.mkpath(folder);
            dock->grab().save(
                folder + u'/' + QLatin1StringView{QTest::currentDataTag()} + QStringLiteral(".png"));
            auto *value = seat.get<QLabel>("calculator.liquidation");
            QTest::keyClick(value, Qt::Key_Return);
            QTest::qWait(100);
            value->findChild<ui::ExplanationPopup *>()->grab().save(
                folder + u'/' + QLatin1StringView{QTest::currentDataTag()} + QStringLiteral("-why.png"));
            seat.window->resize(1'900, 1'000);
            QTest::qWait(300);
            seat.window->grab().save(
                folder + u'/' + QLatin1StringView{QTest::currentDataTag()} + QStringLiteral("-window.png"));
        }
    }

    void theTicketShowsTheSamePlanAndRefusesAStopBeyondLiquidation()
    {
        Seat seat{domain::VenueKind::Paper, domain::Money::of(1'000)};
        seat.type("ticket.price", "64000");
        seat.type("ticket.size", "0.1");
        seat.get<QCheckBox>("ticket.protect")->setChecked(true);
        seat.type("ticket.stop", "63000");
        QVERIFY(seat.label("ticket.plan.atStop").startsWith(u'-'));
        auto *liquidation = seat.get<QLabel>("ticket.liquidation");
        QTest::keyClick(liquidation, Qt::Key_F1);
        auto *popup = liquidation->findChild<ui::ExplanationPopup *>();
        QVERIFY(popup && popup->accessibleName().contains(u"Liquidation price"));
        delete popup;
        QVERIFY(seat.get<QAbstractButton>("ticket.send")->isEnabled());
        seat.type("ticket.stop", "50000"); // cross: 1,000 behind 6,400 are gone at about 54,200
        QVERIFY(seat.label("ticket.planIssue.message").contains(u"beyond the liquidation price"));
        QVERIFY(!seat.get<QAbstractButton>("ticket.send")->isEnabled());
        seat.get<QAbstractButton>("ticket.planIssue.mend")->click();
        QVERIFY(seat.get<QAbstractButton>("ticket.send")->isEnabled());
        QVERIFY(seat.get<QLineEdit>("ticket.stop")->text() != QStringLiteral("50000"));
    }
};

QTEST_MAIN(CalculatorTest)
#include "calculator_test.moc"
