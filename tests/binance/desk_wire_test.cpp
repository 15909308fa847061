#include "exchange/binance/desk_wire.h"

#include <QTest>

using namespace binance;
using namespace domain;
using transport::AnswerClass;
using transport::Delivery;
using transport::Lane;
using transport::Priority;
using Outcome = DeskAnswer::Outcome;

namespace
{

constexpr auto now = timestampFromMs(1'760'000'000'000);

NewOrder limitBuy()
{
    NewOrder order;
    order.symbol = "BTCUSDT";
    order.quantity = Quantity::literal("0.01");
    order.price = Price::of(60'000);
    order.clientOrderId = "tAAAAA0001";
    return order;
}

NewOrder stop()
{
    NewOrder order = limitBuy();
    order.side = Side::Sell;
    order.type = OrderType::StopMarket;
    order.price = {};
    order.triggerPrice = Price::of(50'000);
    order.reduceOnly = true;
    return order;
}

Call callFor(DeskRequest what, Urgency urgency = Urgency::Resolve, std::optional<Milliseconds> patience = {})
{
    return callOf(SendRequest{7, std::move(what), urgency, patience});
}

transport::PumpAnswer replied(AnswerClass outcome, const QByteArray &body = {}, int status = 200)
{
    transport::PumpAnswer answer;
    answer.outcome = outcome;
    answer.http.status = status;
    answer.http.body = body;
    answer.tries = 1;
    return answer;
}

DeskAnswer read(const DeskRequest &what, const QByteArray &body)
{
    return answerOf(what, replied(AnswerClass::Done, body), now);
}

const QByteArray orderBody =
    R"({"symbol":"BTCUSDT","clientOrderId":"tAAAAA0001","orderId":8389765519993908929,
    "side":"BUY","type":"LIMIT","origQty":"0.01","executedQty":"0.004","avgPrice":"60000","price":"60000",
    "status":"PARTIALLY_FILLED","timeInForce":"GTC","updateTime":1760000000123})";
const QByteArray algoBody = R"({"algoId":2146760,"clientAlgoId":"tAAAAA0001","algoType":"CONDITIONAL",
    "orderType":"STOP_MARKET","symbol":"BTCUSDT","side":"SELL","quantity":"0.01","algoStatus":"NEW",
    "triggerPrice":"50000","createTime":1760000000000,"updateTime":1760000000123})";
const OrderRef engineRef{"BTCUSDT", "tAAAAA0001", 77, false};
const OrderRef algoRef{"BTCUSDT", "tAAAAA0001", 2'146'760, true};

} // namespace

Q_DECLARE_METATYPE(domain::DeskRequest)

class DeskWireTest : public QObject
{
    Q_OBJECT
private slots:
    void everyRequestHasItsPathItsPurseAndItsClass_data()
    {
        QTest::addColumn<DeskRequest>("what");
        QTest::addColumn<QByteArray>("verb");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("parameters");
        QTest::addColumn<int>("weight");
        QTest::addColumn<int>("orders");
        QTest::addColumn<bool>("isOnce");
        QTest::addColumn<bool>("isOfTheOrderLane");
        const auto row = [](const char *name, DeskRequest what, const char *verb, const char *path,
                             const char *parameters, int weight, int orders, bool isOnce,
                             bool isOfTheOrderLane) {
            QTest::newRow(name) << what << QByteArray{verb} << QByteArray{path} << QByteArray{parameters}
                                << weight << orders << isOnce << isOfTheOrderLane;
        };
        row("order", PlaceOrder{limitBuy()}, "POST", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=60000&quantity=0.01&newClientOrderId="
            "tAAAAA0001&newOrderRespType=RESULT",
            0, 1, true, true);
        row("stop", PlaceOrder{stop()}, "POST", "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&reduceOnly=true&"
            "triggerPrice=50000&workingType=MARK_PRICE&clientAlgoId=tAAAAA0001&newOrderRespType=RESULT",
            0, 1, true, true);
        row("amend", AmendOrder{engineRef, Side::Buy, Price::of(59'000), Quantity::of(1)}, "PUT",
            "/fapi/v1/order", "symbol=BTCUSDT&orderId=77&side=BUY&quantity=1&price=59000", 1, 1, true, true);
        row("cancel", CancelOrder{engineRef}, "DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=77", 1, 0,
            false, true);
        row("cancel by our id", CancelOrder{{"BTCUSDT", "tAAAAA0001", 0, false}}, "DELETE", "/fapi/v1/order",
            "symbol=BTCUSDT&origClientOrderId=tAAAAA0001", 1, 0, false, true);
        row("cancel stop", CancelOrder{algoRef}, "DELETE", "/fapi/v1/algoOrder", "clientAlgoId=tAAAAA0001", 1,
            0, false, true);
        row("cancel symbol", CancelSymbol{"BTCUSDT", false}, "DELETE", "/fapi/v1/allOpenOrders",
            "symbol=BTCUSDT", 1, 0, false, true);
        row("cancel stops", CancelSymbol{"BTCUSDT", true}, "DELETE", "/fapi/v1/algoOpenOrders",
            "symbol=BTCUSDT", 1, 0, false, true);
        row("query", QueryOrder{engineRef}, "GET", "/fapi/v1/order", "symbol=BTCUSDT&orderId=77", 1, 0, false,
            false);
        row("query stop", QueryOrder{algoRef}, "GET", "/fapi/v1/algoOrder", "clientAlgoId=tAAAAA0001", 1, 0,
            false, false);
        row("open orders", ReadOpenOrders{false}, "GET", "/fapi/v1/openOrders", "", 40, 0, false, false);
        row("open stops", ReadOpenOrders{true}, "GET", "/fapi/v1/openAlgoOrders", "", 40, 0, false, false);
        row("positions", ReadPositions{}, "GET", "/fapi/v3/positionRisk", "", 5, 0, false, false);
        row("trades of an order", ReadTrades{"BTCUSDT", 77, now}, "GET", "/fapi/v1/userTrades",
            "symbol=BTCUSDT&orderId=77&limit=1000", 5, 0, false, false);
        row("trades since", ReadTrades{"BTCUSDT", 0, now}, "GET", "/fapi/v1/userTrades",
            "symbol=BTCUSDT&startTime=1760000000000&limit=1000", 5, 0, false, false);
        row("trades in a window", ReadTrades{"BTCUSDT", 0, now, now + Milliseconds{1'000}}, "GET",
            "/fapi/v1/userTrades", "symbol=BTCUSDT&startTime=1760000000000&endTime=1760000001000&limit=1000",
            5, 0, false, false);
        row("next page of trades", ReadTrades{"BTCUSDT", 0, now, {}, 9}, "GET", "/fapi/v1/userTrades",
            "symbol=BTCUSDT&fromId=9&limit=1000", 5, 0, false, false);
        row("forced orders", ReadForcedOrders{"BTCUSDT", now, now + Milliseconds{1'000}}, "GET",
            "/fapi/v1/forceOrders", "symbol=BTCUSDT&startTime=1760000000000&endTime=1760000001000&limit=100",
            20, 0, false, false);
        row("dead man", RenewDeadMan{"BTCUSDT", Milliseconds{120'000}}, "POST", "/fapi/v1/countdownCancelAll",
            "symbol=BTCUSDT&countdownTime=120000", 10, 0, false, true);
    }
    void everyRequestHasItsPathItsPurseAndItsClass()
    {
        QFETCH(DeskRequest, what);
        QFETCH(QByteArray, verb);
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, parameters);
        QFETCH(int, weight);
        QFETCH(int, orders);
        QFETCH(bool, isOnce);
        QFETCH(bool, isOfTheOrderLane);
        const Call call = callFor(what);
        QCOMPARE(call.verb, verb);
        QCOMPARE(QByteArray::fromStdString(call.path), path);
        QCOMPARE(QByteArray::fromStdString(call.parameters), parameters);
        QCOMPARE(int(call.cost.weight), weight);
        QCOMPARE(int(call.cost.orders), orders);
        QCOMPARE(
            call.delivery == Delivery::Once, isOnce); // an order is never sent twice by the network layer
        QCOMPARE(call.lane == Lane::Orders, isOfTheOrderLane); // six hung queries block no cancel
        QCOMPARE(call.maxTries, 1);
        QCOMPARE(call.security, Security::Signed);
        QVERIFY(call.recvWindow == (isOnce ? orderWindow : Milliseconds{5'000}));
        QVERIFY(call.timeout == Milliseconds{5'000});
        QCOMPARE(call.coalesceKey, std::string{"desk 7"}); // its own: nothing shares its answer
    }

    void urgencyIsTheClassOfTheQueueAndPatienceItsDeadline()
    {
        QVERIFY(callFor(CancelOrder{engineRef}, Urgency::Cancel).priority == Priority::Cancel);
        QVERIFY(callFor(PlaceOrder{stop()}, Urgency::Reduce).priority == Priority::Reduce);
        QVERIFY(callFor(QueryOrder{engineRef}, Urgency::Resolve).priority == Priority::Resolve);
        const Call call = callFor(PlaceOrder{limitBuy()}, Urgency::Open, Milliseconds{1'500});
        QVERIFY(call.priority == Priority::Open);
        QVERIFY(call.deadline == Milliseconds{1'500});
        QVERIFY(!callFor(CancelOrder{engineRef}, Urgency::Cancel).deadline);
    }

    void theAnswerClassesAreThoseOfTheLaw_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("expected");
        QTest::addColumn<int>("code");
        const auto row = [](const char *name, AnswerClass outcome, const char *body, int status,
                             Outcome expected, int code) {
            QTest::newRow(name) << int(outcome) << QByteArray{body} << status << int(expected) << code;
        };
        row("refused", AnswerClass::Rejected, R"({"code":-2019,"msg":"x"})", 400, Outcome::Rejected, -2019);
        row("gone", AnswerClass::Rejected, R"({"code":-2011,"msg":"x"})", 400, Outcome::Rejected, -2011);
        row("lost", AnswerClass::Ambiguous, "", 0, Outcome::Unknown, 0);
        row("silent", AnswerClass::Ambiguous, R"({"code":-1007,"msg":"x"})", 408, Outcome::Unknown, -1007);
        row("not sent", AnswerClass::NotSent, "", 0, Outcome::NotSent, 0);
        row("overloaded", AnswerClass::NotExecuted, R"({"code":-1008,"msg":"x"})", 503, Outcome::NotExecuted,
            -1008);
        row("time stamp", AnswerClass::NotExecuted, R"({"code":-1021,"msg":"x"})", 400, Outcome::NotExecuted,
            -1021);
        row("too many", AnswerClass::RateLimited, R"({"code":-1003,"msg":"x"})", 429, Outcome::NotExecuted,
            -1003);
        row("banned", AnswerClass::Banned, "", 403, Outcome::NotExecuted, 0);
    }
    void theAnswerClassesAreThoseOfTheLaw()
    {
        QFETCH(int, outcome);
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        QFETCH(int, expected);
        QFETCH(int, code);
        for (const DeskRequest &what : {DeskRequest{PlaceOrder{limitBuy()}},
                 DeskRequest{CancelOrder{engineRef}}, DeskRequest{QueryOrder{engineRef}}}) {
            const DeskAnswer answer =
                answerOf(what, replied(static_cast<AnswerClass>(outcome), body, status), now);
            QCOMPARE(int(answer.outcome), expected);
            QCOMPARE(answer.venueCode, code);
            QVERIFY(!answer.text.empty());
            QVERIFY(!answer.order);
        }
    }

    void whatNeverLeftTheQueueSaysWhy()
    {
        transport::PumpAnswer answer = replied(AnswerClass::NotSent, {}, 0);
        answer.tries = 0;
        answer.refusal = Error{ErrorCode::Cancelled, "Taken back.", 0, 0, 0};
        QCOMPARE(answerOf(PlaceOrder{limitBuy()}, answer, now).text, std::string{"Taken back."});
    }

    void anOrderIsReadFromItsAnswer()
    {
        const DeskAnswer answer = read(PlaceOrder{limitBuy()}, orderBody);
        QCOMPARE(answer.outcome, Outcome::Done);
        QCOMPARE(answer.order->orderId, 8'389'765'519'993'908'929);
        QCOMPARE(answer.order->executedQty, Quantity::literal("0.004"));
        QCOMPARE(answer.order->status, OrderStatus::PartiallyFilled);
        QVERIFY(answer.order->updatedAt == timestampFromMs(1'760'000'000'123));
        const DeskAnswer algo = read(PlaceOrder{stop()}, algoBody);
        QCOMPARE(algo.outcome, Outcome::Done);
        QCOMPARE(algo.order->orderId, 2'146'760);
        QCOMPARE(algo.order->conditionalStatus, ConditionalStatus::New);
        const AmendOrder amend{engineRef, Side::Buy, Price::of(1), Quantity::of(1)};
        QCOMPARE(read(amend, orderBody).outcome, Outcome::Done);
    }

    void anAnswerAboutAnotherOrderIsUnknown()
    {
        NewOrder other = limitBuy();
        other.clientOrderId = "tAAAAA0002";
        QCOMPARE(read(PlaceOrder{other}, orderBody).outcome, Outcome::Unknown);
        const AmendOrder amend{
            {"BTCUSDT", "tAAAAA0002", 77, false}, Side::Buy, Price::of(1), Quantity::of(1)};
        QCOMPARE(read(amend, orderBody).outcome, Outcome::Unknown);
        NewOrder otherStop = stop();
        otherStop.clientOrderId = "tAAAAA0002";
        QCOMPARE(read(PlaceOrder{otherStop}, algoBody).outcome, Outcome::Unknown);
    }

    void anAnswerCutAtAnyByteIsUnknownAndNeverAnOrder()
    {
        for (const auto &[what, body] : {std::pair{DeskRequest{PlaceOrder{limitBuy()}}, orderBody},
                 std::pair{DeskRequest{PlaceOrder{stop()}}, algoBody},
                 std::pair{DeskRequest{QueryOrder{engineRef}}, orderBody}}) {
            for (qsizetype length = 0; length < body.size() - 1; ++length) {
                const DeskAnswer answer = read(what, body.left(length));
                QCOMPARE(answer.outcome, Outcome::Unknown);
                QVERIFY(!answer.order && !answer.text.empty());
            }
        }
    }

    void htmlWithAFriendlyStatusIsUnknown()
    {
        const QByteArray html{"<html><body>Please log in to the network</body></html>"};
        const AmendOrder amend{engineRef, Side::Buy, Price::of(1), Quantity::of(1)};
        const std::vector<DeskRequest> all{PlaceOrder{limitBuy()}, amend, CancelOrder{engineRef},
            CancelOrder{algoRef}, CancelSymbol{"BTCUSDT"}, QueryOrder{engineRef}, ReadOpenOrders{false},
            ReadOpenOrders{true}, ReadPositions{}, ReadTrades{"BTCUSDT", 0, now},
            ReadForcedOrders{"BTCUSDT", now, now}, RenewDeadMan{"BTCUSDT", Milliseconds{120'000}}};
        for (const DeskRequest &what : all) {
            QVERIFY2(read(what, html).outcome == Outcome::Unknown,
                qPrintable(QString::number(static_cast<int>(what.index()))));
        }
    }

    void aCancelIsReadWithOrWithoutAnOrder()
    {
        QCOMPARE(read(CancelOrder{engineRef}, orderBody).order->orderId, 8'389'765'519'993'908'929);
        const QByteArray acknowledged =
            R"({"algoId":2146760,"clientAlgoId":"tAAAAA0001","code":"200","msg":"success"})";
        const DeskAnswer algo = read(CancelOrder{algoRef}, acknowledged);
        QCOMPARE(algo.outcome, Outcome::Done);
        QVERIFY(!algo.order);
        QCOMPARE(read(CancelSymbol{"BTCUSDT"}, R"({"code":200,"msg":"done"})").outcome, Outcome::Done);
    }

    void anOrderThatIsAskedForMustBeInTheAnswer()
    {
        QVERIFY(read(QueryOrder{engineRef}, orderBody).order);
        QVERIFY(read(QueryOrder{algoRef}, algoBody).order);
        QCOMPARE(read(QueryOrder{algoRef}, "{}").outcome, Outcome::Unknown);
        OrderRef other = engineRef;
        other.clientOrderId = "tAAAAA0002";
        QCOMPARE(read(QueryOrder{other}, orderBody).outcome, Outcome::Unknown); // about another one
        OrderRef otherStop = algoRef;
        otherStop.clientOrderId = "tAAAAA0002";
        QCOMPARE(read(QueryOrder{otherStop}, algoBody).outcome, Outcome::Unknown);
    }

    void listsAreReadWhole()
    {
        QCOMPARE(read(ReadOpenOrders{false}, "[" + orderBody + "," + orderBody + "]").orders.size(),
            std::size_t{2});
        QCOMPARE(read(ReadOpenOrders{true}, "[" + algoBody + "]").orders.front().orderId, 2'146'760);
        QCOMPARE(read(ReadOpenOrders{false}, "[]").outcome, Outcome::Done);
        QCOMPARE(
            read(ReadForcedOrders{"BTCUSDT", now, now}, "[" + orderBody + "]").orders.size(), std::size_t{1});
        const DeskAnswer positions = read(ReadPositions{},
            R"([{"symbol":"BTCUSDT","positionSide":"SHORT","positionAmt":"-0.25","entryPrice":"1","updateTime":1760000000123},
                {"symbol":"ETHUSDT","positionSide":"BOTH","positionAmt":"2","entryPrice":"1","updateTime":1760000000124}])");
        QCOMPARE(positions.positions.size(), std::size_t{2});
        QCOMPARE(positions.positions.front().amount, Quantity::literal("-0.25"));
        QCOMPARE(positions.positions.front().positionSide, PositionSide::Short);
        QVERIFY(positions.positions.front().updatedAt == timestampFromMs(1'760'000'000'123));
        QCOMPARE(positions.positions.back().amount, Quantity::of(2));
        const DeskAnswer trades = read(ReadTrades{"BTCUSDT", 0, now},
            R"([{"symbol":"BTCUSDT","id":5,"orderId":77,"side":"BUY","price":"60000","qty":"0.01","commission":"0.1",
                "commissionAsset":"USDT","realizedPnl":"0","positionSide":"BOTH","maker":true,"time":1760000000123}])");
        QCOMPARE(trades.fills.front().tradeId, 5);
        QCOMPARE(trades.fills.front().quantity, Quantity::literal("0.01"));
    }

    void aDeadManIsConfirmedByItsSymbol()
    {
        const RenewDeadMan renew{"BTCUSDT", Milliseconds{120'000}};
        QCOMPARE(read(renew, R"({"symbol":"BTCUSDT","countdownTime":"120000"})").outcome, Outcome::Done);
    }
};

QTEST_APPLESS_MAIN(DeskWireTest)
#include "desk_wire_test.moc"
