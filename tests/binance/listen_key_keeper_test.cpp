#include "exchange/binance/listen_key_keeper.h"

#include <QTest>

#include <string>

using namespace binance;
using namespace domain;
using namespace std::chrono_literals;

namespace
{

constexpr Monotonic start{100s};

/// One letter per effect, in their order: a asks for a key, k keeps it alive, u uses it, l says that it is
/// lost.
std::string wordsOf(const ListenKeyKeeper::Effects &effects)
{
    std::string words;
    for (const auto &effect : effects) {
        words += "akul"[effect.index()];
    }
    return words;
}

Result<std::string> refused(ErrorCode code)
{
    return failure(code, "This listenKey does not exist.", -1125);
}

/// Holds a key and has connected by it.
ListenKeyKeeper connected()
{
    ListenKeyKeeper keeper{1};
    (void)keeper.start(start);
    (void)keeper.onKey(start, std::string{"key"});
    (void)keeper.onConnected();
    return keeper;
}

} // namespace

class ListenKeyKeeperTest : public QObject
{
    Q_OBJECT
private slots:
    void aNewKeyIsUsedAndKeptAliveAfterTwentyFiveMinutes()
    {
        ListenKeyKeeper keeper{1};
        QCOMPARE(wordsOf(keeper.start(start)), std::string{"a"});
        QCOMPARE(wordsOf(keeper.start(start)), std::string{});
        QCOMPARE(wordsOf(keeper.onKey(start, std::string{"key"})), std::string{"u"});
        QCOMPARE(wordsOf(keeper.onConnected()), std::string{});
        QCOMPARE(wordsOf(keeper.onTime(start + 24min)), std::string{});
        QVERIFY(keeper.wakeAt() == start + 25min);
        QCOMPARE(wordsOf(keeper.onTime(start + 25min)), std::string{"k"});
        QVERIFY(!keeper.wakeAt());
        QCOMPARE(wordsOf(keeper.onKeptAlive(start + 25min, std::string{})), std::string{});
        QVERIFY(keeper.wakeAt() == start + 50min);
    }

    void eachFurtherConnectionByTheSameKeyFindsOutWhetherItStillLives()
    {
        ListenKeyKeeper keeper = connected();
        QCOMPARE(wordsOf(keeper.onConnected()), std::string{"k"});
        QCOMPARE(wordsOf(keeper.onConnected()), std::string{}); // one at a time
        QCOMPARE(wordsOf(keeper.onKeptAlive(start + 1s, std::string{})), std::string{});
        QVERIFY(keeper.wakeAt() == start + 1s + 25min);
        QCOMPARE(wordsOf(keeper.onConnected()), std::string{"k"});
        QCOMPARE(wordsOf(keeper.onKeptAlive(start + 2s, refused(ErrorCode::NotFound))), std::string{"la"});
        QCOMPARE(wordsOf(keeper.onConnected()), std::string{}); // a new one is being made
        const auto used = keeper.onKey(start + 3s, std::string{"other"});
        QCOMPARE(std::get<ListenKeyKeeper::UseKey>(used.front()).key, std::string{"other"});
        QVERIFY(!std::get<ListenKeyKeeper::UseKey>(used.front()).isSame);
        QCOMPARE(wordsOf(keeper.onConnected()), std::string{});
    }

    void aDoubtfulAnswerIsAskedForAgainAndTheThirdReplacesTheKey()
    {
        ListenKeyKeeper keeper = connected();
        Monotonic now = start;
        QCOMPARE(wordsOf(keeper.onConnected()), std::string{"k"});
        for (int failure = 0; failure < 2; ++failure) {
            QCOMPARE(wordsOf(keeper.onKeptAlive(now, refused(ErrorCode::Unreachable))), std::string{});
            now = *keeper.wakeAt();
            QVERIFY(now <= start + 1min);
            QCOMPARE(wordsOf(keeper.onTime(now)), std::string{"k"});
        }
        QCOMPARE(wordsOf(keeper.onKeptAlive(now, refused(ErrorCode::Unreachable))), std::string{"la"});
        QCOMPARE(wordsOf(keeper.onKey(now, refused(ErrorCode::Unreachable))), std::string{});
        QCOMPARE(wordsOf(keeper.onTime(*keeper.wakeAt())), std::string{"a"});
    }

    void itsEndIsHeardOnceThoughItIsSaidTwice()
    {
        ListenKeyKeeper keeper = connected();
        QCOMPARE(wordsOf(keeper.onExpired(start)), std::string{"la"});
        QCOMPARE(wordsOf(keeper.onExpired(start)), std::string{});
        QCOMPARE(wordsOf(keeper.onKeptAlive(start, std::string{})), std::string{});
        keeper.stop();
        QCOMPARE(wordsOf(keeper.onKey(start, std::string{"key"})), std::string{});
        QCOMPARE(wordsOf(keeper.onConnected()), std::string{});
    }
};

QTEST_APPLESS_MAIN(ListenKeyKeeperTest)
#include "listen_key_keeper_test.moc"
