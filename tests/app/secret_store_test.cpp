#include "app/redaction.h"
#include "app/secret_store.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstring>
#include <unistd.h>

using namespace app;
using domain::ErrorCode;

namespace
{

SecretPtr secretOf(std::string_view text)
{
    return std::make_shared<const SecretBuffer>(SecretBuffer::copyOf(text));
}

template <class T> ports::Result<T> answer(QFuture<ports::Result<T>> future)
{
    const bool isThere = QTest::qWaitFor([&future] { return future.isFinished(); }, 20'000);
    return isThere && future.resultCount() > 0
               ? future.result()
               : ports::Result<T>{domain::failure(ErrorCode::Malformed, "no answer came")};
}

/// How often the canary, whose characters are given one too high, lies in this process's writable memory.
/// What is read on the way is wiped, so that the search leaves no copy of its own.
int countInMemory(std::string_view shifted)
{
    QFile maps{QStringLiteral("/proc/self/maps")};
    QFile memory{QStringLiteral("/proc/self/mem")};
    if (!maps.open(QIODevice::ReadOnly) || !memory.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
        return -1;
    }
    SecretBuffer chunk{1 << 20};
    const auto chunkAt = reinterpret_cast<qint64>(chunk.view().data());
    const auto length = static_cast<qint64>(shifted.size());
    int count = 0;
    const QList<QByteArray> regions = maps.readAll().split('\n');
    for (const QByteArray &region : regions) {
        const auto bounds = region.left(region.indexOf(' ')).split('-');
        if (!region.contains(" rw-p ") || bounds.size() != 2) {
            continue;
        }
        const qint64 end = bounds[1].toLongLong(nullptr, 16);
        for (qint64 at = bounds[0].toLongLong(nullptr, 16); at < end;) {
            if (at < chunkAt + static_cast<qint64>(chunk.size()) &&
                at + static_cast<qint64>(chunk.size()) > chunkAt) {
                at = std::max(at + 4096, chunkAt + static_cast<qint64>(chunk.size()));
                continue;
            }
            const qint64 wanted = std::min(end - at, static_cast<qint64>(chunk.size()));
            if (!memory.seek(at)) {
                break;
            }
            const qint64 got = memory.read(chunk.writable().data(), wanted);
            for (qint64 i = 0; i + length <= got; ++i) {
                if (chunk.view()[static_cast<std::size_t>(i)] != shifted.front() - 1) {
                    continue;
                }
                const std::string_view here =
                    chunk.text().substr(static_cast<std::size_t>(i), shifted.size());
                count +=
                    std::ranges::equal(here, shifted, {}, [](char c) { return static_cast<char>(c + 1); })
                        ? 1
                        : 0;
            }
            if (got < wanted || at + got >= end) {
                break;
            }
            at += got - length + 1; // a copy may lie across two chunks
        }
    }
    return count;
}

} // namespace

class SecretStoreTest : public QObject
{
    Q_OBJECT
private slots:
    void aBufferHoldsItsSecretOnALockedPage()
    {
        const SecretBuffer buffer = SecretBuffer::copyOf(std::string_view{"canary"});
        QCOMPARE(buffer.text(), std::string_view{"canary"});
        QCOMPARE(buffer.bytes().size(), std::size_t{6});
        QCOMPARE(
            reinterpret_cast<quintptr>(buffer.view().data()) % static_cast<quintptr>(::sysconf(_SC_PAGESIZE)),
            quintptr{0});
        QVERIFY(buffer.isLocked());
    }

    void movingEmptiesTheSource()
    {
        SecretBuffer first = SecretBuffer::copyOf(std::string_view{"canary"});
        SecretBuffer second = std::move(first);
        QCOMPARE(second.text(), std::string_view{"canary"});
        QVERIFY(first.isEmpty()); // NOLINT(bugprone-use-after-move): that is the question
        SecretBuffer third{10};
        third = std::move(second);
        QCOMPARE(third.size(), std::size_t{6});
    }

    void shrinkingWipesTheRest()
    {
        SecretBuffer buffer = SecretBuffer::copyOf(std::string_view{"secret behind"});
        const char *behind = buffer.view().data() + 6;
        buffer.shrink(6);
        QCOMPARE(buffer.text(), std::string_view{"secret"});
        QCOMPARE(std::strlen(behind), std::size_t{0});
        buffer.wipe();
        QVERIFY(buffer.isEmpty());
    }

    void oneCopyOfASecretIsInMemoryAndNoneAfterwards()
    {
#if defined(__SANITIZE_ADDRESS__)
        QSKIP("the sanitizer keeps freed memory and its shadow takes too long to search");
#endif
        const std::string shifted = "CbobszTfdsfuXjuiOpDpqjft13579"; // "BanaryS…", one too high
        {
            SecretBuffer buffer{shifted.size()};
            for (std::size_t i = 0; i < shifted.size(); ++i) {
                buffer.writable()[i] = static_cast<char>(shifted[i] - 1);
            }
            registerSecret(buffer.text());
            const int count = countInMemory(shifted);
            if (count < 0) {
                QSKIP("memory cannot be read here");
            }
            QCOMPARE(count, 1);
        }
        QCOMPARE(countInMemory(shifted), 0);
    }

    void theSessionStoreForgetsWhatItIsToldToForget()
    {
        SessionStore store;
        QCOMPARE(answer(store.read(QStringLiteral("testnet"))).error().code, ErrorCode::NotFound);
        QVERIFY(answer(store.write(QStringLiteral("testnet"), secretOf("canary-secret"))));
        QCOMPARE((*answer(store.read(QStringLiteral("testnet"))))->text(), std::string_view{"canary-secret"});
        QCOMPARE(redacted("x canary-secret y"), std::string{"x [redacted] y"});
        QVERIFY(answer(store.remove(QStringLiteral("testnet"))));
        QVERIFY(answer(store.remove(QStringLiteral("testnet"))));
        QVERIFY(!answer(store.read(QStringLiteral("testnet"))));
    }

    void aMissingKeyStoreIsSaidInTimeAndTheWindowLivesOn()
    {
        qputenv("QTKEYCHAIN_BACKEND", "gnome_keyring");
        KeychainStore store{std::chrono::milliseconds{1500}};
        QVERIFY(!qEnvironmentVariableIsSet("QTKEYCHAIN_BACKEND"));
        QElapsedTimer elapsed;
        elapsed.start();
        const auto found = answer(store.read(QStringLiteral("headroom-test-no-such-key")));
        QVERIFY(!found);
        QVERIFY(found.error().code == ErrorCode::Storage || found.error().code == ErrorCode::NotFound);
        QVERIFY(!found.error().detail.empty());
        QVERIFY2(elapsed.elapsed() < 10'000, qPrintable(QString::number(elapsed.elapsed())));
    }

    void whatCannotBeWrittenIsNotTakenForWritten()
    {
        KeychainStore store{std::chrono::milliseconds{1500}};
        const auto written =
            answer(store.write(QStringLiteral("headroom-test-key"), secretOf("canary-secret")));
        if (written) {
            QVERIFY(answer(store.remove(QStringLiteral("headroom-test-key"))));
            QSKIP("there is a key store here, and it works");
        }
        QCOMPARE(written.error().code, ErrorCode::Storage);
        QVERIFY(written.error().detail.find("canary") == std::string::npos);
    }
};

int main(int argc, char **argv)
{
    // No key store of the person who runs the tests is touched.
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/headroom-test-bus");
    QCoreApplication application{argc, argv};
    SecretStoreTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "secret_store_test.moc"
