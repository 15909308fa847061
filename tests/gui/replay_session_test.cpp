#include "app/sqlite_journal.h"
#include "tests/support/fixtures.h"
#include "tests/support/program.h"

#include <QDirIterator>
#include <QTableView>
#include <QTemporaryDir>

#include <map>

using support::outcomeOf;
using support::patience;

namespace
{

app::CommandLine replayOf(const QString &file, int speed)
{
    app::CommandLine options;
    options.replayFiles = {file};
    options.replaySpeed = speed;
    options.symbol = QStringLiteral("BTCUSDT");
    return options;
}

/// Content of every file below a folder.
std::map<QString, QByteArray> snapshot(const QString &folder)
{
    std::map<QString, QByteArray> contents;
    QDirIterator files{folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories};
    while (files.hasNext()) {
        QFile file{files.next()};
        if (file.open(QIODevice::ReadOnly)) {
            contents[file.fileName()] = file.readAll();
        }
    }
    return contents;
}

/// Two hours of minutes around 60,000.
QByteArray twoHours()
{
    QByteArray rows;
    for (std::int64_t i = 0; i < 120; ++i) {
        const QByteArray openAt = QByteArray::number(1'746'057'600'000 + i * 60'000);
        rows += openAt + ",60000.0,60010.0,59990.0,60005.0,12.5," + openAt + ",750000,100,6.0,360000,0\n";
    }
    return rows;
}

} // namespace

/// A recording played through the whole program.
class ReplaySessionTest : public QObject
{
    Q_OBJECT
private:
    /// Closed bars as the venue gives them, against the file's rows; the number of bars that were compared.
    int compared(const support::Program &program, const std::map<qint64, QList<QByteArray>> &rows,
        domain::Timestamp &newest) const
    {
        const auto page =
            outcomeOf(program.venue().marketData().candles({"BTCUSDT", domain::Interval::M1, {}, {}, 201}));
        if (!page || !*page) {
            return -1;
        }
        int count = 0;
        for (const domain::Candle &bar : ***page) {
            if (!bar.isClosed) {
                continue;
            }
            const auto row = rows.find(domain::toMs(bar.openAt));
            if (row == rows.end()) {
                return -1;
            }
            const auto &cells = row->second;
            const auto price = [&](int column) { return *domain::Price::parse(cells[column].toStdString()); };
            if (bar.open != price(1) || bar.high != price(2) || bar.low != price(3) ||
                bar.close != price(4) || bar.volume != *domain::Quantity::parse(cells[5].toStdString())) {
                qWarning("the bar of %lld is not the file's: %s %s %s %s, volume %s",
                    static_cast<long long>(row->first), bar.open.toString().c_str(),
                    bar.high.toString().c_str(), bar.low.toString().c_str(), bar.close.toString().c_str(),
                    bar.volume.toString().c_str());
                return -1;
            }
            newest = bar.openAt;
            ++count;
        }
        return count;
    }

private slots:
    void theBarsAreExactlyThoseOfTheFile()
    {
        const QByteArray content = support::fixture(QStringLiteral("klines/BTCUSDT-1m.csv.gz"));
        if (content.isEmpty()) {
            QSKIP("no fixtures");
        }
        std::map<qint64, QList<QByteArray>> rows;
        for (const QByteArray &line : content.split('\n')) {
            const QList<QByteArray> cells = line.trimmed().split(',');
            if (cells.size() >= 6 && cells[0].toLongLong() > 0) {
                rows[cells[0].toLongLong()] = cells;
            }
        }
        const QTemporaryDir folder;
        support::Program program{folder.path()};
        QVERIFY(program.open(
            replayOf(support::fixturesFolder() + QStringLiteral("/klines/BTCUSDT-1m.csv.gz"), 600)));
        QVERIFY(program.becomesReady());
        domain::Timestamp first;
        QCOMPARE(compared(program, rows, first), 200);
        // Bars that are played meanwhile close as recorded, too.
        domain::Timestamp later = first;
        QTRY_VERIFY_WITH_TIMEOUT(
            compared(program, rows, later) == 200 && later - first >= domain::Milliseconds{5 * 60'000},
            patience);
        QVERIFY(program.close());
    }

    void theAccountOfAReplayIsApartFromThePaperAccount()
    {
        const QTemporaryDir folder;
        const QString recording = folder.filePath(QStringLiteral("BTCUSDT-1m-2025-05.csv"));
        QFile file{recording};
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(twoHours()) > 0);
        file.close();

        support::Program program{folder.path()};
        QVERIFY(program.openPaper());
        QVERIFY(program.buy());
        QVERIFY(program.close());
        const auto before = snapshot(folder.filePath(QStringLiteral("paper")));
        QVERIFY(before.size() >= 3);

        for (int run = 0; run < 2; ++run) { // the second finds nothing of the first
            QVERIFY(program.open(replayOf(recording, 1)));
            QVERIFY(program.becomesReady());
            QVERIFY(program.venue().account().state()->positions.empty());
            QCOMPARE(program.find<QTableView>("positions.table")->model()->rowCount(), 0);
            const auto orders = outcomeOf(program.venue().trading().orders());
            QVERIFY(orders && (*orders)->empty());
            QVERIFY(program.buy());
            QVERIFY(program.close());
        }
        QVERIFY(snapshot(folder.filePath(QStringLiteral("paper"))) == before);

        QVERIFY(program.openPaper());
        QCOMPARE(program.venue().account().state()->positions.size(), 1U);
        QVERIFY(program.close());
    }
};

QTEST_MAIN(ReplaySessionTest)
#include "replay_session_test.moc"
