#include "tests/support/fake_settings.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"

#include <QHeaderView>
#include <QStandardItemModel>
#include <QTest>

/// The width that a table's columns share.
class DataTableTest : public QObject
{
    Q_OBJECT
private slots:
    void sharedWidthIsUsedUpAndTheDispensableColumnGoesFirst()
    {
        QStandardItemModel model{1, 3};
        model.setHorizontalHeaderLabels(
            {QStringLiteral("Price"), QStringLiteral("Quantity"), QStringLiteral("Total")});
        for (int column = 0; column < 3; ++column) {
            model.setItem(0, column, new QStandardItem{QStringLiteral("70,535.8")});
        }
        const ui::Theme theme;
        support::FakeSettings settings;
        ui::DataTable table{
            model, theme, settings, {QStringLiteral("table"), QStringLiteral("Table"), {}, false}};
        table.shareWidth({2});
        table.resize(600, 200);
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        const auto shownWidth = [&table] {
            int width = 0;
            for (int column = 0; column < 3; ++column) {
                width += table.columnWidth(column); // 0 where hidden
            }
            return width;
        };
        QTRY_COMPARE(shownWidth(), table.viewport()->width());
        QVERIFY(!table.isColumnHidden(2));
        const int needed = table.fontMetrics().horizontalAdvance(QStringLiteral("70,535.8"));

        table.resize(3 * needed, 200); // not enough with the margins
        QTRY_VERIFY(table.isColumnHidden(2));
        QVERIFY(table.columnWidth(0) >= needed);
        QVERIFY(table.columnWidth(1) >= needed);
        QCOMPARE(shownWidth(), table.viewport()->width());

        table.resize(600, 200);
        QTRY_VERIFY(!table.isColumnHidden(2));
        QCOMPARE(shownWidth(), table.viewport()->width());
    }
};

QTEST_MAIN(DataTableTest)
#include "data_table_test.moc"
