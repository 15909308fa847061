#include "app/instance_lock.h"

#include <QCoreApplication>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

class InstanceLockTest : public QObject
{
    Q_OBJECT
private slots:
    void aSecondProgramIsToldWhoHoldsTheAccount()
    {
        const QTemporaryDir folder;
        auto first = InstanceLock::acquire(folder.path());
        QVERIFY(first);
        const auto second = InstanceLock::acquire(folder.path());
        QVERIFY(!second);
        QCOMPARE(second.error().code, domain::ErrorCode::Storage);
        QVERIFY2(second.error().detail.find(std::to_string(QCoreApplication::applicationPid())) !=
                     std::string::npos,
            second.error().detail.c_str());
        first->reset();
        QVERIFY(InstanceLock::acquire(folder.path()));
    }

    void anotherAccountIsFree()
    {
        const QTemporaryDir one;
        const QTemporaryDir other;
        const auto first = InstanceLock::acquire(one.path());
        QVERIFY(first);
        QVERIFY(InstanceLock::acquire(other.path()));
    }

    void aLockOfADeadProgramIsTakenOver()
    {
        const QTemporaryDir folder;
        QFile file{folder.filePath(QStringLiteral("headroom.lock"))};
        QVERIFY(file.open(QIODevice::WriteOnly));
        // Above the largest process number of Linux, so that it cannot be alive.
        file.write("4194305\nheadroom\n" + QSysInfo::machineHostName().toUtf8() + "\n\n\n");
        file.close();
        QVERIFY(InstanceLock::acquire(folder.path()));
    }

    void aFolderThatIsNotThereIsNamed()
    {
        const auto lock = InstanceLock::acquire(QStringLiteral("/no/such/folder"));
        QVERIFY(!lock);
        QVERIFY(lock.error().detail.find("/no/such/folder") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(InstanceLockTest)
#include "instance_lock_test.moc"
