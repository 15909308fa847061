#include "models/live/worked_examples_model.h"
#include "tests/support/fake_settings.h"
#include "tests/ui/seat.h"
#include "ui/widgets/data_table.h"
#include "ui/worked_examples_window.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using live::WorkedExamplesModel;

namespace
{

domain::WorkedExample example(const char *title, const char *expected, const char *computed)
{
    return {"Isolated margin", title, "Somebody", {"Long 1 at 100"},
        {{"Liquidation price", "USDT", expected, computed}}};
}

QString cell(const WorkedExamplesModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

} // namespace

class WorkedExamplesWindowTest : public QObject
{
    Q_OBJECT
private slots:
    void aFigureThatDiffersIsSaidByWordShapeAndTone()
    {
        WorkedExamplesModel model;
        const QAbstractItemModelTester tester{&model};
        model.show({example("right", "1234.50", "1234.50"), example("wrong", "1234.50", "1234.51")});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.differingCount(), 1);
        QCOMPARE(cell(model, 0, WorkedExamplesModel::ResultColumn), QStringLiteral("agrees"));
        QCOMPARE(cell(model, 1, WorkedExamplesModel::ResultColumn), QStringLiteral("DIFFERS"));
        QCOMPARE(cell(model, 1, WorkedExamplesModel::ComputedColumn), QStringLiteral("1,234.51"));
        const auto result = model.index(1, WorkedExamplesModel::ResultColumn);
        QCOMPARE(result.data(live::MarkRole).toInt(), static_cast<int>(live::Mark::Cross));
        QCOMPARE(result.data(live::ToneRole).toInt(), static_cast<int>(live::Tone::Danger));
        QVERIFY(live::workedExamplesSentence(model).startsWith(u"1 of 2 figures are NOT"));
        QVERIFY(live::workedExampleText(model, 1).contains(
            u"Liquidation price: should be 1,234.50 USDT, computed 1,234.51 USDT: DIFFERS."));
        // Sorted by result, what differs comes first.
        QVERIFY(result.data(live::SortRole).toInt() <
                model.index(0, WorkedExamplesModel::ResultColumn).data(live::SortRole).toInt());
    }

    void theShippedExamplesAllAgree()
    {
        WorkedExamplesModel model;
        model.show(domain::workedExamples());
        QVERIFY(model.rowCount() > 200);
        QCOMPARE(model.differingCount(), 0);
        QVERIFY(live::workedExamplesSentence(model).contains(u"all are as they should be"));
    }

    void theHelpMenuOpensThemAndTheKeyboardReadsThem()
    {
        const support::Seat seat;
        QVERIFY(QTest::qWaitForWindowActive(seat.window.get()));
        seat.get<QAction>("help.examples")->trigger();
        auto *window = seat.get<ui::WorkedExamplesWindow>("examples");
        QVERIFY(QTest::qWaitForWindowActive(window));
        const auto *details = window->findChild<QLabel *>(QStringLiteral("examples.details"));
        const auto *sentence = window->findChild<QLabel *>(QStringLiteral("examples.sentence"));
        auto *table = window->findChild<ui::DataTable *>(QStringLiteral("examples.table"));
        QVERIFY(sentence->accessibleName().contains(u"as they should be"));
        QVERIFY(details->text().contains(u"Source: "));
        const QString first = details->text();
        QTest::keyClick(table, Qt::Key_Down);
        QVERIFY(details->text() != first);
        QCOMPARE(details->accessibleName(), details->text());
        shoot(window, "examples-dark");

        auto *search = window->findChild<QLineEdit *>(QStringLiteral("examples.search"));
        const int all = table->model()->rowCount();
        QTest::keyClicks(search, QStringLiteral("1000PEPE"));
        QVERIFY(table->model()->rowCount() > 0);
        QVERIFY(table->model()->rowCount() < all);
        search->setText(QStringLiteral("DIFFERS"));
        QCOMPARE(table->model()->rowCount(), 0);
        search->clear();
        window->findChild<QPushButton *>(QStringLiteral("examples.recompute"))->click();
        QCOMPARE(table->model()->rowCount(), all);
        QTRY_VERIFY(window->isActiveWindow()); // shortcuts belong to the active window
        QTest::keyClick(window, Qt::Key_Escape);
        QVERIFY(!window->isVisible());
    }

    void theyAreThereInLightToo()
    {
        ui::Theme theme;
        theme.set(ui::Theme::Scheme::Light, ui::Theme::Directions::GreenUp);
        support::FakeSettings settings;
        ui::WorkedExamplesWindow window{theme, settings};
        window.show();
        shoot(&window, "examples-light");
        QCOMPARE(window.grab().toImage().pixelColor(3, 3), theme.tokens().panel);
    }

private:
    /// With HEADROOM_SHOTS=<folder> a picture to look at.
    static void shoot(QWidget *widget, const char *name)
    {
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QTest::qWait(200);
            widget->grab().save(folder + u'/' + QString::fromLatin1(name) + QStringLiteral(".png"));
        }
    }
};

QTEST_MAIN(WorkedExamplesWindowTest)
#include "worked_examples_window_test.moc"
