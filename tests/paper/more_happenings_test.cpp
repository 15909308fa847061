#include "exchange/paper/core/happenings.h"
#include "exchange/paper/core/market.h"
#include "exchange/paper/core/simple_market.h"
#include "tests/support/paper_call.h"

#include <QTest>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

constexpr AccountId account = PaperExchange::account;
// Not inside the class: moc does not read raw texts with braces.
const std::string depthUpdate =
    R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["9.9","0"],["9.8","2.5"]],"a":[["10.0","1"]]})";
const std::string crossedUpdate =
    R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["9.9","0"],["9.8","2.5"]],"a":[["9.8","2.5"],["10.0","1"]]})";
const std::string quiet = R"({"e":"depthUpdate","b":[],"a":[]})";
const std::string filled = R"({"e":"ORDER_TRADE_UPDATE","E":7,"o":{"s":"BTCUSDT","c":"a","X":"FILLED"}})";

struct Rig
{
    explicit Rig(std::unique_ptr<MarketDriver> market = std::make_unique<SimpleMarket>(2))
    {
        ExchangeConfig config;
        config.key = {support::paperKey, support::paperSecret, ""};
        exchange = std::make_unique<PaperExchange>(config, std::move(market));
        (void)exchange->start({}, now);
    }
    bool happen(
        FaultKind kind, const std::string &symbol = {}, const std::string &text = {}, bool isEnd = false)
    {
        return carryOut({kind, symbol, {}, 0ms, text, 1, isEnd, ++draw}, *exchange, streams, now);
    }
    Response call(const std::string &method, const std::string &path, const std::string &parameters = {})
    {
        return exchange->handle(now, support::signedRequest(method, path, parameters, now));
    }

    Timestamp now = support::paperStart;
    std::unique_ptr<PaperExchange> exchange;
    Faults faults;
    FaultyStreams streams{faults};
    std::uint64_t draw = 0;
};

const std::string rest = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=60000";
const std::string buy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.020";

} // namespace

// Happenings and faults for F31, F33, F37, F38, F40 and late repeats of F13.
class MoreHappeningsTest : public QObject
{
    Q_OBJECT
private slots:
    void theWebsiteChangesTheAccount()
    {
        Rig rig;
        const Engine &engine = rig.exchange->engine();
        QVERIFY(rig.happen(FaultKind::ForeignMarginType, "ETHUSDT"));
        QVERIFY(engine.symbolConfigs(account, Symbol{"ETHUSDT"}).front().marginType == MarginType::Isolated);
        QVERIFY(rig.happen(FaultKind::ForeignMode));
        QVERIFY(engine.isHedgeMode(account));
        QVERIFY(rig.happen(FaultKind::ForeignMode));
        QVERIFY(rig.happen(FaultKind::ForeignTransfer, {}, "-500"));
        QCOMPARE(engine.account(account)->walletBalance, Money::of(9'500));
        QVERIFY(!rig.happen(FaultKind::ForeignTransfer, {}, "much"));
        QVERIFY(!rig.happen(FaultKind::ForeignTransfer, {}, "-50000"));
        QCOMPARE(rig.call("POST", "/fapi/v1/order", rest).status, 200);
        QVERIFY(!rig.happen(FaultKind::ForeignMode)); // not with an open order
    }

    void theDeadMansTimerFires()
    {
        Rig rig;
        QVERIFY(!rig.happen(FaultKind::FireCountdown));
        QCOMPARE(rig.call("POST", "/fapi/v1/order", rest).status, 200);
        QVERIFY(rig.happen(FaultKind::FireCountdown, "BTCUSDT"));
        QVERIFY(rig.exchange->engine().openOrders(account, std::nullopt).empty());
    }

    void aContractIsDelisted()
    {
        Rig rig;
        QCOMPARE(rig.call("POST", "/fapi/v1/order", buy).status, 200);
        QVERIFY(rig.happen(FaultKind::Settlement, "BTCUSDT"));
        QVERIFY(rig.exchange->engine().positions(account, Symbol{"BTCUSDT"}).front().amount.isZero());
        QVERIFY(rig.call("POST", "/fapi/v1/order", buy).status != 200);
        QVERIFY(!rig.happen(FaultKind::Settlement, "NOPE"));
    }

    void aSymbolTakesCancelsOnly()
    {
        Rig rig;
        QCOMPARE(rig.call("POST", "/fapi/v1/order", rest + "&newClientOrderId=mine").status, 200);
        QVERIFY(rig.happen(FaultKind::CancelOnly, "BTCUSDT"));
        QCOMPARE(support::codeOf(rig.call("POST", "/fapi/v1/order", buy)), -1122);
        QCOMPARE(rig.call("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=mine").status, 200);
        QVERIFY(rig.happen(FaultKind::CancelOnly, "BTCUSDT", {}, true));
        QCOMPARE(rig.call("POST", "/fapi/v1/order", buy).status, 200);
    }

    void filtersChangeAndChangeBack()
    {
        Rig rig;
        QVERIFY(rig.happen(FaultKind::ChangeFilters, "BTCUSDT"));
        const auto filters = [&rig] {
            return QString::fromStdString(rig.call("GET", "/fapi/v1/exchangeInfo").body)
                .section(QStringLiteral("\"filters\""), 1, 1);
        };
        QVERIFY(filters().contains(QStringLiteral("\"stepSize\":\"0.01\"")));
        QCOMPARE(support::codeOf(rig.call(
                     "POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.021")),
            -4023);
        QVERIFY(rig.happen(FaultKind::ChangeFilters, "BTCUSDT", {}, true));
        QVERIFY(filters().contains(QStringLiteral("\"stepSize\":\"0.001\"")));
        QVERIFY(!rig.happen(FaultKind::ChangeFilters, "NOPE"));

        // A leverage table that was set meanwhile is none of its business.
        const domain::LeverageBrackets strict{rig.exchange->engine().brackets("BTCUSDT")->front()};
        rig.exchange->engine().setBrackets("BTCUSDT", strict, rig.now);
        QVERIFY(rig.happen(FaultKind::ChangeFilters, "BTCUSDT"));
        QVERIFY(rig.happen(FaultKind::ChangeFilters, "BTCUSDT", {}, true));
        QVERIFY(*rig.exchange->engine().brackets("BTCUSDT") == strict);
    }

    void aHaltedSymbolIsTheSameAfterARestart()
    {
        Rig rig{std::make_unique<MarketGenerator>(2)};
        const auto bookOf = [](PaperExchange &exchange) {
            return exchange.engine().book("BTCUSDT", 5'000)->bids;
        };
        const Price far = Price::of(1'000);
        rig.exchange->engine().setMarketMakerLevel("BTCUSDT", Side::Buy, far, Quantity::of(1), rig.now);
        QVERIFY(rig.happen(FaultKind::HaltSymbol, "BTCUSDT"));
        const auto before = bookOf(*rig.exchange);
        QVERIFY(before.size() > 20 && before.back().price == far);
        const std::string state = rig.exchange->saveState();

        Rig again{std::make_unique<MarketGenerator>(2)};
        again.now = rig.now + 1h; // the price has moved on meanwhile
        const auto restored = again.exchange->start(
            state, again.now, {}, [&] { QVERIFY(again.happen(FaultKind::HaltSymbol, "BTCUSDT")); });
        QVERIFY2(restored, restored ? "" : restored.error().detail.c_str());
        QVERIFY(bookOf(*again.exchange) == before);
        QCOMPARE(support::codeOf(again.call("POST", "/fapi/v1/order", buy)), -1122);

        QVERIFY(again.happen(FaultKind::HaltSymbol, "BTCUSDT", {}, true));
        again.exchange->step(again.now + 1s);
        const auto after = bookOf(*again.exchange);
        QVERIFY(after.size() > 20);
        QVERIFY(after.back().price > far); // what the market of then quoted is gone
        QVERIFY(again.exchange->engine().checkInvariants().empty());
    }

    void limitsChangeAndChangeBack()
    {
        Rig rig;
        QVERIFY(rig.happen(FaultKind::ChangeLimits));
        QVERIFY(rig.call("GET", "/fapi/v1/exchangeInfo").body.find("\"limit\":1200") != std::string::npos);
        QVERIFY(rig.call("GET", "/fapi/v1/exchangeInfo").body.find("\"limit\":2400") == std::string::npos);
        QVERIFY(rig.happen(FaultKind::ChangeLimits, {}, {}, true));
        QVERIFY(rig.call("GET", "/fapi/v1/exchangeInfo").body.find("\"limit\":2400") != std::string::npos);
    }

    void aSnapshotComesFromThePast()
    {
        Faults faults{1};
        FaultRule rule;
        rule.kind = FaultKind::StaleSnapshot;
        rule.delay = 5s;
        rule.skip = 3;
        faults.add(rule);
        const Request depth{"GET", "/fapi/v1/depth", "symbol=BTCUSDT", {}, {}};
        const auto ask = [&](domain::Milliseconds at, const std::string &body) {
            const Timestamp now = support::paperStart + at;
            const RestFate fate = faults.before(now, depth);
            return faults.after(now, depth, fate, {200, body, "application/json", {}}).response.body;
        };
        QCOMPARE(ask(0s, "first"), std::string{"first"});
        QCOMPARE(ask(4s, "second"), std::string{"second"});
        QCOMPARE(ask(8s, "third"), std::string{"third"});
        QCOMPARE(ask(10s, "fourth"), std::string{"second"});
        QCOMPARE(ask(11s, "fifth"), std::string{"second"});
        const Request other{"GET", "/fapi/v1/depth", "symbol=ETHUSDT", {}, {}};
        const RestFate fate = faults.before(support::paperStart + 12s, other);
        QCOMPARE(faults.after(support::paperStart + 12s, other, fate, {200, "own", "application/json", {}})
                     .response.body,
            std::string{"own"}); // nothing older is known
    }

    void aBookCrosses()
    {
        QCOMPARE(withCrossedBook(depthUpdate), crossedUpdate);
        QCOMPARE(withCrossedBook(quiet), quiet);
        QCOMPARE(withCrossedBook("nothing"), std::string{"nothing"});
    }

    void anOldEventComesAgainMuchLater()
    {
        Faults faults{1};
        FaultRule rule;
        rule.kind = FaultKind::DuplicateEvent;
        rule.delay = 30s;
        rule.count = 1;
        faults.add(rule);
        FaultyStreams streams{faults};
        const Timestamp at = support::paperStart;
        QCOMPARE(
            streams.pass(at, std::vector<StreamOutput>{{1, filled, false, Route::Private, false}}).size(),
            std::size_t{1});
        QVERIFY(streams.pass(at + 20s, {}).empty());
        const auto late = streams.pass(at + 31s, {});
        QCOMPARE(late.size(), std::size_t{1});
        QCOMPARE(late.front().text, filled);
    }
};

QTEST_APPLESS_MAIN(MoreHappeningsTest)
#include "more_happenings_test.moc"
