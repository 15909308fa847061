#include "exchange/paper/core/engine.h"
#include "tests/support/paper_chaos.h"

#include <QTest>

using namespace domain;
using namespace paper;
using namespace std::chrono_literals;
using support::PaperMarket;

namespace
{
constexpr auto alice = PaperMarket::alice;
const Symbol btc = PaperMarket::btc;

/// A market with a position, an order, a waiting stop and a history.
PaperMarket busyMarket()
{
    PaperMarket market;
    (void)market.engine.setLeverage(alice, btc, 33, market.now);
    (void)market.place(alice, PaperMarket::market("BUY", "1.234"));
    (void)market.place(alice, PaperMarket::limit("SELL", "0.5", "61000"));
    (void)market.engine.placeConditional(
        alice, PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000"), market.now);
    return market;
}

/// Everything that /control/ can set about accounts and symbols.
void set(Engine &engine, Timestamp now)
{
    (void)engine.setRestriction(alice, -4400);
    engine.setPositionControl(PaperMarket::eth, PositionControl::Buy);
    engine.setTriggerBand(btc, Rate::literal("0.9"), Rate::literal("1.1"));
    LeverageBrackets brackets = PaperMarket::bracketRows();
    brackets.resize(2);
    brackets.front().maxLeverage = 40;
    brackets.back().maxLeverage = 30;
    engine.setBrackets(btc, brackets, now);
    engine.holdTriggers(now + 10s);
    engine.refuseTriggers(1);
}

std::string replaced(std::string text, const std::string &what, const std::string &with)
{
    const auto at = text.find(what);
    if (at == std::string::npos) {
        qFatal("the state no longer holds %s", what.c_str());
    }
    return text.replace(at, what.size(), with);
}

} // namespace

class EngineStateTest : public QObject
{
    Q_OBJECT
private slots:
    void everythingOfAnAccountSurvives()
    {
        PaperMarket market = busyMarket();
        Engine restored;
        PaperMarket::addSymbols(restored);
        const auto loaded = restored.loadState(market.engine.saveState(), market.now);
        QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
        QVERIFY(restored.openOrders(alice, std::nullopt) == market.engine.openOrders(alice, std::nullopt));
        QVERIFY(restored.openConditional(alice, std::nullopt) ==
                market.engine.openConditional(alice, std::nullopt));
        QVERIFY(restored.allOrders(alice, {}) == market.engine.allOrders(alice, {}));
        QVERIFY(restored.userTrades(alice, {}) == market.engine.userTrades(alice, {}));
        QVERIFY(restored.income(alice, {}) == market.engine.income(alice, {}));
        QVERIFY(restored.account(alice)->availableBalance == market.engine.account(alice)->availableBalance);
        QCOMPARE(restored.symbolConfigs(alice, btc).front().leverage, 33);
        QVERIFY(restored.market(btc)->lastUpdateId == market.engine.market(btc)->lastUpdateId);
        QVERIFY(restored.checkInvariants().empty());
    }

    /// A state and the changes behind it hold what a whole state would, whatever happened.
    void changesBehindAStateMakeTheSameAccounts()
    {
        const auto accountsOf = [](const Engine &engine) {
            const std::string state = engine.saveState();
            const auto from = state.find("\"accounts\":");
            return state.substr(from, state.find("\"listings\":") - from);
        };
        for (std::uint32_t seed = 1; seed <= 20; ++seed) {
            EngineConfig config;
            config.historyLimit = 40;
            PaperMarket market{config};
            support::PaperChaos chaos{seed};
            const auto act = [&](int times) {
                for (int i = 0; i < times; ++i) {
                    market.pass(1s);
                    chaos.act(market.engine, market.now);
                    market.engine.takeEvents();
                }
            };
            act(50);
            market.engine.markSaved();
            const std::string base = market.engine.saveState();
            std::vector<std::string> changes;
            for (int save = 0; save < 30; ++save) {
                act(save % 7);
                changes.push_back(market.engine.saveChanges(save % 10 == 9));
            }
            Engine restored{config};
            PaperMarket::addSymbols(restored);
            const auto loaded = restored.loadState(base, market.now, changes);
            QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
            QCOMPARE(accountsOf(restored), accountsOf(market.engine));
            QVERIFY(restored.checkInvariants().empty());
        }
    }

    void whatDidNotChangeIsNotWritten()
    {
        PaperMarket market = busyMarket();
        market.engine.markSaved();
        const std::string nothing = market.engine.saveChanges();
        QVERIFY(nothing.find("\"accounts\":[]") != std::string::npos);
        QVERIFY(nothing.find("\"listings\":[]") != std::string::npos);
        (void)market.place(PaperMarket::bob, PaperMarket::market("BUY", "0.1"));
        const std::string change = market.engine.saveChanges();
        QVERIFY(change.find("\"id\":2") != std::string::npos);
        QVERIFY(change.find("\"id\":1,") == std::string::npos);
        QVERIFY(change.find("ETHUSDT") == std::string::npos);
        QVERIFY(market.engine.saveChanges().find("\"accounts\":[]") != std::string::npos);
    }

    void aStopThatWasWaitingStillTriggers()
    {
        PaperMarket market = busyMarket();
        Engine restored;
        PaperMarket::addSymbols(restored);
        QVERIFY(restored.loadState(market.engine.saveState(), market.now));
        restored.setMarkPrice(btc, Price::of(59'000), market.now + 1s);
        QVERIFY(restored.positions(alice, btc).front().amount == Quantity::literal("0.234"));
    }

    void whatWasSetAboutAccountsAndSymbolsSurvives()
    {
        PaperMarket market = busyMarket();
        market.engine.markSaved();
        const std::string base = market.engine.saveState();
        set(market.engine, market.now);
        const std::string whole = market.engine.saveState();
        const std::vector<std::string> changes{market.engine.saveChanges()};
        for (const bool isWhole : {true, false}) {
            Engine restored;
            PaperMarket::addSymbols(restored);
            const auto loaded = isWhole ? restored.loadState(whole, market.now)
                                        : restored.loadState(base, market.now, changes);
            QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
            QCOMPARE(restored.restriction(alice), -4400);
            QCOMPARE(restored.restriction(PaperMarket::bob), 0);
            QVERIFY(restored.positionControl(PaperMarket::eth) == PositionControl::Buy);
            QVERIFY(restored.positionControl(btc) == PositionControl::None);
            QVERIFY(*restored.brackets(btc) == *market.engine.brackets(btc));
            QVERIFY(*restored.brackets(PaperMarket::eth) == PaperMarket::bracketRows());
            QCOMPARE(restored.place(alice, PaperMarket::market("BUY", "0.1"), market.now).error().venueCode,
                -4400);
            QCOMPARE(restored
                         .placeConditional(PaperMarket::bob,
                             PaperMarket::conditional("SELL", "STOP_MARKET", "0.1", "50000"), market.now)
                         .error()
                         .venueCode,
                -4211);
            // What waits goes on as it would have: the triggers are held, then the first is refused.
            restored.setMarkPrice(btc, Price::of(59'000), market.now + 1s);
            QVERIFY(restored.openConditional(alice, std::nullopt).front().status ==
                    ConditionalStatus::Triggering);
            restored.advance(market.now + 11s);
            QVERIFY(restored.allConditional(alice, {}).front().status == ConditionalStatus::Rejected);
        }
        // Lifted again, nothing of it comes back.
        (void)market.engine.setRestriction(alice, 0);
        market.engine.setPositionControl(PaperMarket::eth, PositionControl::None);
        market.engine.setBrackets(btc, PaperMarket::bracketRows(), market.now);
        Engine restored;
        PaperMarket::addSymbols(restored);
        QVERIFY(restored.loadState(base, market.now, {changes.front(), market.engine.saveChanges()}));
        QCOMPARE(restored.restriction(alice), 0);
        QVERIFY(restored.positionControl(PaperMarket::eth) == PositionControl::None);
        QVERIFY(*restored.brackets(btc) == PaperMarket::bracketRows());
    }

    void aStateFromBeforeTheyWereKeptIsRead()
    {
        PaperMarket market = busyMarket();
        std::string old = market.engine.saveState();
        for (const char *what : {",\"restriction\":0", ",\"triggersHeldUntil\":0", ",\"refusedTriggers\":0",
                 ",\"positionControl\":\"NONE\",\"triggerUp\":\"100\",\"triggerDown\":\"0.01\""}) {
            while (old.find(what) != std::string::npos) {
                old = replaced(old, what, "");
            }
        }
        QVERIFY(old.size() < market.engine.saveState().size());
        Engine restored;
        PaperMarket::addSymbols(restored);
        const auto loaded = restored.loadState(old, market.now);
        QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
        QCOMPARE(restored.saveState(), market.engine.saveState());
    }

    void damageIsToldAndChangesNothing_data()
    {
        QTest::addColumn<QByteArray>("what");
        QTest::addColumn<QByteArray>("with");
        QTest::addColumn<QByteArray>("complaint");
        const auto row = [](const char *name, const char *what, const char *with, const char *complaint) {
            QTest::newRow(name) << QByteArray{what} << QByteArray{with} << QByteArray{complaint};
        };
        row("cut off", "\"accounts\"", "", "not JSON");
        row("another format", "headroom-paper-exchange", "something-else", "not a saved paper account");
        row("a later version", "\"version\":1", "\"version\":2", "version 2");
        row("no version", "\"version\":1", "\"fersion\":1", "version 0");
        row("a field is missing", "\"nextTranId\"", "\"nextTran\"", "nextTranId");
        row("money from nowhere", "\"wallet\":\"", "\"wallet\":\"1", "money");
        row("a position from nowhere", "\"amount\":\"1.234\"", "\"amount\":\"2.234\"", "add up");
        row("not a number", "\"amount\":\"1.234\"", "\"amount\":\"1,234\"", "1,234");
        row("a number beyond reason", "\"amount\":\"1.234\"", "\"amount\":\"99999999999999999999\"",
            "not a number");
        row("an unknown symbol", "\"symbol\":\"BTCUSDT\",\"leverage\"", "\"symbol\":\"XYZUSDT\",\"leverage\"",
            "XYZUSDT");
        row("an unknown word", "\"status\":\"NEW\"", "\"status\":\"OLD\"", "OLD");
        row("a time beyond reason", "\"updatedAt\":17", "\"updatedAt\":9917", "out of range");
        row("an id that is in use", "\"nextOrderId\":8886774002", "\"nextOrderId\":8886774001", "in use");
        row("an order that rests elsewhere", "[\"61000\",\"0.5\",0,8886774001]",
            "[\"61001\",\"0.5\",0,8886774001]", "rests");
        row("a restriction nobody knows", "\"restriction\":0", "\"restriction\":-2019", "-2019");
        row("a control nobody knows", "\"positionControl\":\"NONE\"", "\"positionControl\":\"ALL\"", "ALL");
        row("a band beyond reason", "\"triggerUp\":\"100\"", "\"triggerUp\":\"1e3\"", "1e3");
        row("a level that is crossed", "[\"59990\",\"5\",0,0]", "[\"69990\",\"5\",0,0]", "crossed");
    }
    void damageIsToldAndChangesNothing()
    {
        QFETCH(QByteArray, what);
        QFETCH(QByteArray, with);
        QFETCH(QByteArray, complaint);
        PaperMarket market = busyMarket();
        const std::string sound = market.engine.saveState();
        const auto loaded =
            market.engine.loadState(replaced(sound, what.toStdString(), with.toStdString()), market.now);
        QVERIFY(!loaded);
        QVERIFY(loaded.error().code == ErrorCode::Malformed);
        QVERIFY2(QByteArray::fromStdString(loaded.error().detail).contains(complaint),
            loaded.error().detail.c_str());
        QCOMPARE(market.engine.saveState(), sound);
    }

    void anyPrefixOfAStateIsRefused()
    {
        PaperMarket market = busyMarket();
        const std::string sound = market.engine.saveState();
        for (std::size_t size = 0; size < sound.size(); size += 97) {
            Engine engine;
            PaperMarket::addSymbols(engine);
            QVERIFY(!engine.loadState(std::string_view{sound}.substr(0, size), market.now));
        }
    }

    void missedSettlementsAreNotCharged()
    {
        PaperMarket market = busyMarket();
        market.engine.setFundingRate(btc, Rate::literal("0.001"));
        Engine restored;
        PaperMarket::addSymbols(restored);
        const Timestamp later = market.now + 72h;
        QVERIFY(restored.loadState(market.engine.saveState(), later));
        restored.advance(later);
        QVERIFY(restored.income(alice, {}, IncomeType::FundingFee).empty());
        QVERIFY(restored.market(btc)->nextFundingAt > later);
    }

    void historiesAreBounded()
    {
        EngineConfig config;
        config.historyLimit = 20;
        PaperMarket market{config};
        for (int i = 0; i < 50; ++i) {
            QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.01")));
        }
        QCOMPARE(market.engine.userTrades(alice, {}).size(), std::size_t{20});
        QCOMPARE(market.engine.allOrders(alice, {}).size(), std::size_t{20});
        HistoryQuery query;
        query.limit = 5;
        const auto newest = market.engine.userTrades(alice, query);
        QCOMPARE(newest.size(), std::size_t{5});
        query.fromId = newest.front().id - 3;
        const auto oldest = market.engine.userTrades(alice, query);
        QCOMPARE(oldest.front().id, newest.front().id - 3);
        QCOMPARE(oldest.size(), std::size_t{5});
    }

    void unfilledOrdersLeaveTheQueriesAfterThreeDays()
    {
        PaperMarket market;
        const auto order = market.place(alice, PaperMarket::limit("BUY", "1", "59000"));
        QVERIFY(market.engine.cancel(alice, btc, {order->orderId, {}}, market.now));
        market.pass(71h);
        QVERIFY(market.engine.query(alice, btc, {order->orderId, {}}));
        market.pass(2h);
        QCOMPARE(market.engine.query(alice, btc, {order->orderId, {}}).error().venueCode, -2013);
    }
};

QTEST_APPLESS_MAIN(EngineStateTest)
#include "engine_state_test.moc"
