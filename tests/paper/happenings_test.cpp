#include "exchange/paper/core/happenings.h"
#include "exchange/paper/core/simple_market.h"
#include "tests/support/paper_call.h"

#include <QTest>

using namespace paper;
using namespace std::chrono_literals;
using support::codeOf;
using support::jsonOf;
using support::signedRequest;

namespace
{

constexpr AccountId account = PaperExchange::account;

struct Rig
{
    Rig()
    {
        ExchangeConfig config;
        config.key = {support::paperKey, support::paperSecret, ""};
        exchange = std::make_unique<PaperExchange>(config, std::make_unique<SimpleMarket>(3));
        (void)exchange->start({}, now);
        const std::string key =
            jsonOf(exchange->handle(now, {"POST", "/fapi/v1/listenKey", {}, {}, support::paperKey}))
                .object()[u"listenKey"]
                .toString()
                .toStdString();
        exchange->streams().open(1, "/private/ws/" + key, {}, now);
        exchange->streams().open(2, "/market/ws/btcusdt@aggTrade", {}, now);
    }

    Response call(const std::string &method, const std::string &path, const std::string &parameters = {})
    {
        return exchange->handle(now, signedRequest(method, path, parameters, now));
    }
    bool happen(FaultKind kind, const std::string &symbol = {}, std::optional<Route> route = {},
        domain::Milliseconds length = 0ms, const std::string &text = {}, int times = 1)
    {
        const Happening happening{kind, symbol, route, length, text, times, false, ++draw};
        return carryOut(happening, *exchange, streams, now);
    }
    void pass(domain::Milliseconds time)
    {
        now += time;
        exchange->step(now);
    }
    /// All that went out on the private connection since the last call.
    std::string events()
    {
        std::string text;
        for (const StreamOutput &output : exchange->streams().takeOutput()) {
            text += output.to == 1 ? output.text + '\n' : std::string{};
        }
        return text;
    }
    PositionView position(const Symbol &symbol = "BTCUSDT")
    {
        return exchange->engine().positions(account, symbol).front();
    }

    Timestamp now = support::paperStart;
    std::unique_ptr<PaperExchange> exchange;
    Faults faults;
    FaultyStreams streams{faults};
    std::uint64_t draw = 0;
};

bool holds(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

const std::string buy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.020";

} // namespace

class HappeningsTest : public QObject
{
    Q_OBJECT
private slots:
    void aLiquidationClosesThePositionAndSaysSo()
    {
        Rig rig;
        QVERIFY(!rig.happen(FaultKind::Liquidation));
        rig.call("POST", "/fapi/v1/order", buy);
        rig.events();
        QVERIFY(rig.happen(FaultKind::Liquidation));
        QVERIFY(rig.position().amount.isZero());
        const std::string events = rig.events();
        QVERIFY(holds(events, "\"c\":\"autoclose-"));
        QVERIFY(holds(events, "INSURANCE_CLEAR"));
        QVERIFY(rig.exchange->engine().checkInvariants().empty());
    }

    void deleveragingClosesThePositionWithoutCommission()
    {
        Rig rig;
        QVERIFY(!rig.happen(FaultKind::AutoDeleverage));
        rig.call("POST", "/fapi/v1/order", buy);
        rig.call("POST", "/fapi/v1/order",
            "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.020&price=" +
                (rig.position().markPrice * domain::Rate::literal("1.02"))
                    .roundedTo(Price::literal("0.1"))
                    .toString());
        rig.events();
        QVERIFY(rig.happen(FaultKind::AutoDeleverage));
        QVERIFY(rig.position().amount.isZero());
        const std::string events = rig.events();
        QVERIFY(holds(events, "\"c\":\"adl_autoclose"));
        QVERIFY(holds(events, "\"x\":\"CALCULATED\",\"X\":\"FILLED\""));
        QVERIFY(holds(events, "\"x\":\"CANCELED\"")); // the symbol's open orders go: reference 10.11
        const auto trades = rig.exchange->engine().userTrades(account, {});
        QVERIFY(trades.back().commission.isZero());
        QVERIFY(rig.exchange->engine().checkInvariants().empty());
    }

    void theWebsiteTradesOnTheSameAccount()
    {
        Rig rig;
        QVERIFY(rig.happen(FaultKind::ForeignOrder, "ETHUSDT"));
        const auto open = rig.exchange->engine().openOrders(account, std::nullopt);
        QCOMPARE(open.size(), std::size_t{1});
        QVERIFY(open.front().symbol == "ETHUSDT" && open.front().clientOrderId.starts_with("web_"));
        QVERIFY(rig.happen(FaultKind::ForeignCancel));
        QVERIFY(rig.exchange->engine().openOrders(account, std::nullopt).empty());
        QVERIFY(!rig.happen(FaultKind::ForeignCancel));
        QVERIFY(rig.happen(FaultKind::ForeignFill, "BTCUSDT"));
        QVERIFY(!rig.position().amount.isZero());
        QVERIFY(holds(rig.events(), "\"c\":\"web_"));
        const int before = rig.exchange->engine().symbolConfigs(account, "BTCUSDT").front().leverage;
        QVERIFY(rig.happen(FaultKind::ForeignLeverage, "BTCUSDT"));
        QVERIFY(rig.exchange->engine().symbolConfigs(account, "BTCUSDT").front().leverage != before);
        QVERIFY(holds(rig.events(), "ACCOUNT_CONFIG_UPDATE"));
    }

    void theWebsiteMayCancelTheClientsOrders()
    {
        Rig rig;
        rig.call("POST", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.020&newClientOrderId=mine&price=" +
                (rig.position().markPrice * domain::Rate::literal("0.97"))
                    .roundedTo(Price::literal("0.1"))
                    .toString());
        QVERIFY(!rig.happen(FaultKind::ForeignCancel));
        QVERIFY(rig.happen(FaultKind::ForeignCancel, {}, {}, 0ms, "any"));
        QVERIFY(holds(rig.events(), "\"x\":\"CANCELED\""));
    }

    void foreignOrdersFitHedgeMode()
    {
        Rig rig;
        rig.call("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true");
        for (int i = 0; i < 4; ++i) {
            QVERIFY(rig.happen(FaultKind::ForeignFill, "BTCUSDT"));
        }
    }

    void aHaltedSymbolTakesNoOrdersUntilItsEnd()
    {
        Rig rig;
        Happening halt{FaultKind::HaltSymbol, "BTCUSDT", {}, 60s, {}, 1, false, 1};
        QVERIFY(carryOut(halt, *rig.exchange, rig.streams, rig.now));
        QVERIFY(rig.call("POST", "/fapi/v1/order", buy).status != 200);
        const auto info = rig.exchange->handle(rig.now, {"GET", "/fapi/v1/exchangeInfo", {}, {}, {}});
        QVERIFY(holds(info.body, "\"status\":\"HALT\""));
        halt.isEnd = true;
        QVERIFY(carryOut(halt, *rig.exchange, rig.streams, rig.now));
        QCOMPARE(rig.call("POST", "/fapi/v1/order", buy).status, 200);
    }

    void aTriggerStaysStuckAsLongAsItIsHeld() // reference 11.2
    {
        Rig rig;
        rig.call("POST", "/fapi/v1/order", buy);
        QVERIFY(rig.happen(FaultKind::StuckTrigger, {}, {}, 5s));
        const Price trigger =
            (rig.position().markPrice * domain::Rate::literal("0.99")).roundedTo(Price::literal("0.1"));
        QCOMPARE(rig.call("POST", "/fapi/v1/algoOrder",
                        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&"
                        "workingType=MARK_PRICE&clientAlgoId=stop-1&triggerPrice=" +
                            trigger.toString())
                     .status,
            200);
        rig.exchange->engine().setMarkPrice("BTCUSDT", trigger, rig.now);
        const auto status = [&] {
            return rig.exchange->engine().queryConditional(account, {0, "stop-1"})->status;
        };
        QVERIFY(status() == domain::ConditionalStatus::Triggering);
        QCOMPARE(codeOf(rig.call("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=stop-1")), -4117);
        rig.pass(4'900ms);
        QVERIFY(status() == domain::ConditionalStatus::Triggering);
        rig.pass(100ms);
        QVERIFY(status() == domain::ConditionalStatus::Finished);
        QVERIFY(rig.position().amount.isZero());
    }

    void aRefusedTriggerSaysWhy() // reference 5.7
    {
        Rig rig;
        rig.call("POST", "/fapi/v1/order", buy);
        QVERIFY(rig.happen(FaultKind::RefusedTrigger));
        const Price trigger =
            (rig.position().markPrice * domain::Rate::literal("0.99")).roundedTo(Price::literal("0.1"));
        for (const char *id : {"stop-1", "stop-2"}) {
            rig.call("POST", "/fapi/v1/algoOrder",
                "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.010&"
                "workingType=MARK_PRICE&clientAlgoId=" +
                    std::string{id} + "&triggerPrice=" + trigger.toString());
        }
        rig.exchange->engine().setMarkPrice("BTCUSDT", trigger, rig.now);
        const auto first = rig.exchange->engine().queryConditional(account, {0, "stop-1"});
        QVERIFY(first->status == domain::ConditionalStatus::Rejected && first->rejectCode == -2019);
        const auto second = rig.exchange->engine().queryConditional(account, {0, "stop-2"});
        QVERIFY(second->status == domain::ConditionalStatus::Finished);
    }

    void connectionsAreCutByRoute()
    {
        Rig rig;
        rig.exchange->streams().takeOutput();
        QVERIFY(rig.happen(FaultKind::CutStreams, {}, Route::Private));
        auto output = rig.exchange->streams().takeOutput();
        QCOMPARE(output.size(), std::size_t{1});
        QVERIFY(output[0].to == 1 && output[0].close);
        rig.happen(FaultKind::CutStreams);
        QCOMPARE(rig.exchange->streams().takeOutput().size(), std::size_t{2});
        rig.happen(FaultKind::GoSilent, {}, Route::Market);
        QVERIFY(rig.streams.isSilent(2) && !rig.streams.isSilent(1));
    }

    void aLostListenKeyIsSaidAsOftenAsWanted() // reference 7.1
    {
        Rig rig;
        rig.events();
        QVERIFY(rig.happen(FaultKind::LoseListenKey, {}, {}, 0ms, {}, 2));
        const std::string events = rig.events();
        QVERIFY(holds(events.substr(events.find('\n') + 1), "listenKeyExpired"));
        const auto extended =
            rig.exchange->handle(rig.now, {"PUT", "/fapi/v1/listenKey", {}, {}, support::paperKey});
        QCOMPARE(codeOf(extended), -1125);
        QVERIFY(!rig.happen(FaultKind::LoseListenKey));
    }

    void foreignLoadEatsTheLimitsOfTheClient() // reference 3.1
    {
        Rig rig;
        rig.exchange->addForeignLoad(2'399, 300, rig.now);
        QCOMPARE(codeOf(rig.call("POST", "/fapi/v1/order", buy)), -1015);
        QCOMPARE(codeOf(rig.call("GET", "/fapi/v3/account")), -1003);
    }
};

QTEST_GUILESS_MAIN(HappeningsTest)
#include "happenings_test.moc"
