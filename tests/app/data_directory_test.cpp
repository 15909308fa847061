#include "app/data_directory.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

class DataDirectoryTest : public QObject
{
    Q_OBJECT
private slots:
    void keepsEachVenueInAFolderOfItsOwn()
    {
        QTemporaryDir folder;
        const auto data = DataDirectory::open(folder.filePath(QStringLiteral("headroom")));
        QVERIFY(data);
        const auto paper = data->venueFolder(VenueKind::Paper);
        const auto mainnet = data->venueFolder(VenueKind::Mainnet);
        const auto custom =
            data->venueFolder(VenueKind::Custom, QUrl{QStringLiteral("https://demo.example:8443")});
        QVERIFY(paper && mainnet && custom);
        QVERIFY(QDir{*paper}.exists());
        QVERIFY(*paper != *mainnet);
        QVERIFY(custom->endsWith(QStringLiteral("custom-demo.example-8443")));
    }

    void otherUsersCannotLookIn()
    {
        QTemporaryDir folder;
        const auto data = DataDirectory::open(folder.filePath(QStringLiteral("headroom")));
        QVERIFY(data);
        const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther |
                            QFile::WriteOther | QFile::ExeOther;
        QVERIFY(!(QFile::permissions(data->root()) & others));
    }

    void aPlaceThatCannotBeWrittenIsNamed()
    {
        QTemporaryDir folder;
        const QString inTheWay = folder.filePath(QStringLiteral("file"));
        QFile file{inTheWay};
        QVERIFY(file.open(QIODevice::WriteOnly));
        const auto data = DataDirectory::open(inTheWay + QStringLiteral("/headroom"));
        QVERIFY(!data);
        QCOMPARE(data.error().code, domain::ErrorCode::Storage);
        const QString sentence = QString::fromStdString(data.error().detail);
        QVERIFY(sentence.contains(inTheWay));
        QVERIFY(sentence.contains(QStringLiteral("--data-dir")));
    }
};

QTEST_GUILESS_MAIN(DataDirectoryTest)
#include "data_directory_test.moc"
