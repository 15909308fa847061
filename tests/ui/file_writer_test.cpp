#include "tests/support/failing_disk.h"
#include "ui/widgets/file_writer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

/// A file that the user asked for is there whole, or it is said and what was there stays.
class FileWriterTest : public QObject
{
    Q_OBJECT

    static QByteArray bytesOf(const QString &path)
    {
        QFile file{path};
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
    }
    /// What is told of the attempt.
    QString write(const QString &path, const QByteArray &content)
    {
        std::optional<QString> told;
        ui::writeFile(this, path, content, [&told](const QString &failure) { told = failure; });
        return QTest::qWaitFor([&told] { return told.has_value(); }) ? *told : QStringLiteral("no answer");
    }

private slots:
    void aFileIsWrittenWhole()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("story.csv"));
        QCOMPARE(write(path, "at,what\n"), QString{});
        QCOMPARE(bytesOf(path), QByteArray{"at,what\n"});
    }

    void aFileThatDoesNotFitIsSaidAndTheOldOneStays_data()
    {
        QTest::addColumn<int>("size");
        QTest::newRow("small") << 1'000;
        QTest::newRow("large") << 1'000'000;
    }
    void aFileThatDoesNotFitIsSaidAndTheOldOneStays()
    {
        QFETCH(int, size);
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("story.csv"));
        QCOMPARE(write(path, "yesterday's"), QString{});
        {
            const support::SmallFiles small{500};
            const QString told = write(path, QByteArray{size, 'x'});
            QVERIFY2(told.contains(QStringLiteral("was not written")), qPrintable(told));
        }
        QCOMPARE(bytesOf(path), QByteArray{"yesterday's"});
    }

    void aFolderThatIsNotThereIsSaid()
    {
        QVERIFY(write(QStringLiteral("/no/such/folder/story.csv"), "x")
                    .contains(QStringLiteral("was not written")));
    }
};

QTEST_GUILESS_MAIN(FileWriterTest)
#include "file_writer_test.moc"
