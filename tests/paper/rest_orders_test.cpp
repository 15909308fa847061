#include "exchange/paper/core/simple_market.h"
#include "tests/support/paper_call.h"

#include <QTest>
#include <QUrl>

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
    explicit Rig(StreamConfig streams = {})
    {
        ExchangeConfig config;
        config.key = {support::paperKey, support::paperSecret, ""};
        config.streams = streams;
        exchange = std::make_unique<PaperExchange>(config, std::make_unique<SimpleMarket>(2));
        (void)exchange->start({}, now);
        mark = exchange->engine().market("BTCUSDT")->mark;
    }
    Response call(const std::string &method, const std::string &path, const std::string &parameters = {})
    {
        return exchange->handle(now, signedRequest(method, path, parameters, now));
    }
    std::string priceAt(const char *factor) const
    {
        return (mark * domain::Rate::literal(factor)).roundedTo(Price::literal("0.1")).toFixed(2);
    }
    Response rest(const std::string &clientOrderId, const char *factor = "0.97")
    {
        return call("POST", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.020&newClientOrderId=" +
                clientOrderId + "&price=" + priceAt(factor));
    }
    void pass(domain::Milliseconds time)
    {
        now += time;
        exchange->step(now);
    }

    Timestamp now = support::paperStart;
    std::unique_ptr<PaperExchange> exchange;
    Price mark;
};

std::string encoded(const std::string &json)
{
    return QUrl::toPercentEncoding(QString::fromStdString(json)).toStdString();
}

/// JSON may be written with single quotes here; moc stumbles over some raw texts.
std::string json(std::string text)
{
    std::ranges::replace(text, '\'', '"');
    return text;
}

std::string element(const std::string &id, const std::string &price)
{
    return json("{'symbol':'BTCUSDT','side':'BUY','type':'LIMIT','timeInForce':'GTC','quantity':'0.020',"
                "'newClientOrderId':'" +
                id + "','price':'" + price + "'}");
}

std::string named(const std::string &id)
{
    return json("'origClientOrderId':'" + id + "'");
}

std::string changeOf(const std::string &key, const char *quantity, const std::string &price)
{
    return json("{'symbol':'BTCUSDT','side':'BUY'," + key + ",'quantity':'" + quantity + "','price':'" +
                price + "'}");
}

std::string headerOf(const Response &response, std::string_view name)
{
    for (const auto &[known, value] : response.headers) {
        if (known == name) {
            return value;
        }
    }
    return {};
}

QString textOf(const QJsonValue &value, QStringView name)
{
    return value.toObject()[name].toString();
}

const std::string buy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.020";

} // namespace

/// The REST side of what the order path needs beyond placing, asking and cancelling.
class RestOrdersTest : public QObject
{
    Q_OBJECT
private slots:
    void anOrderIsAmended() // reference 5.5
    {
        Rig rig;
        QCOMPARE(rig.rest("a-1").status, 200);
        const Response amended = rig.call("PUT", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&origClientOrderId=a-1&quantity=0.030&modifyId=5&price=" +
                rig.priceAt("0.96"));
        QCOMPARE(amended.status, 200);
        const QJsonObject order = jsonOf(amended).object();
        QCOMPARE(order[u"origQty"].toString(), QStringLiteral("0.030"));
        QCOMPARE(order[u"modifyId"].toInt(), 5);
        QCOMPARE(order[u"pair"].toString(), QStringLiteral("BTCUSDT"));
        QCOMPARE(headerOf(amended, "x-mbx-order-count-10s"), std::string{"2"}); // one order, one amendment
        QCOMPARE(
            codeOf(rig.call("PUT", "/fapi/v1/order",
                "symbol=BTCUSDT&side=BUY&origClientOrderId=a-1&quantity=0.030&price=" + rig.priceAt("0.96"))),
            -5027);
        const QJsonArray rows =
            jsonOf(rig.call("GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT&origClientOrderId=a-1"))
                .array();
        QCOMPARE(rows.size(), 1);
        QCOMPARE(textOf(rows[0].toObject()[u"amendment"].toObject()[u"origQty"], u"before"),
            QStringLiteral("0.020"));
        QCOMPARE(textOf(rows[0].toObject()[u"amendment"].toObject()[u"price"], u"after"),
            QString::fromStdString(rig.priceAt("0.96")));
    }

    void amendmentsOfASymbolAreLimited() // reference 5.1: limit 50, at most 100
    {
        Rig rig;
        rig.rest("a-1");
        for (int i = 1; i <= 60; ++i) {
            QCOMPARE(rig.call("PUT", "/fapi/v1/order",
                            "symbol=BTCUSDT&side=BUY&origClientOrderId=a-1&quantity=0.0" +
                                std::to_string(20 + i) + "&price=" + rig.priceAt("0.97"))
                         .status,
                200);
        }
        const auto rows = [&](const std::string &more) {
            return jsonOf(rig.call("GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT" + more)).array();
        };
        QCOMPARE(rows({}).size(), 50);
        QCOMPARE(rows("&limit=100").size(), 60);
        QCOMPARE(rows("&limit=1").first().toObject()[u"amendment"].toObject()[u"count"].toInt(), 60);
        QCOMPARE(codeOf(rig.call("GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT&limit=101")), -1130);
    }

    void batchesArePlacedAmendedAndCancelled() // reference 5.6
    {
        Rig rig;
        const Response placed = rig.call("POST", "/fapi/v1/batchOrders",
            "batchOrders=" +
                encoded('[' + element("b-1", rig.priceAt("0.97")) + ',' + element("b-2", rig.priceAt("1.5")) +
                        ',' + element("b-3", rig.priceAt("0.96")) + ']'));
        QCOMPARE(placed.status, 200);
        const QJsonArray first = jsonOf(placed).array();
        QCOMPARE(first.size(), 3);
        QCOMPARE(textOf(first[0], u"status"), QStringLiteral("NEW"));
        QVERIFY(first[1].toObject()[u"code"].toInt() < 0); // far above the allowed price
        QCOMPARE(headerOf(placed, "x-mbx-order-count-10s"), std::string{"5"});
        QCOMPARE(headerOf(placed, "x-mbx-order-count-1m"), std::string{"1"});

        const auto change = [&](const std::string &key, const char *quantity) {
            return changeOf(key, quantity, rig.priceAt("0.97"));
        };
        const std::string byNumber =
            "\"orderId\":" + std::to_string(first[2].toObject()[u"orderId"].toInteger());
        const QJsonArray amended =
            jsonOf(rig.call("PUT", "/fapi/v1/batchOrders",
                       "batchOrders=" +
                           encoded('[' + change(named("b-1"), "0.030") + ',' + change(named("b-9"), "0.030") +
                                   ',' + change(byNumber, "0.040") + ']')))
                .array();
        QCOMPARE(amended.size(), 3);
        QCOMPARE(textOf(amended[0], u"origQty"), QStringLiteral("0.030"));
        QCOMPARE(amended[1].toObject()[u"code"].toInt(), -2013);
        QCOMPARE(textOf(amended[2], u"origQty"), QStringLiteral("0.040"));

        const QJsonArray cancelled =
            jsonOf(rig.call("DELETE", "/fapi/v1/batchOrders",
                       "symbol=BTCUSDT&origClientOrderIdList=" + encoded(json("['b-1','b-9','b-3']"))))
                .array();
        QCOMPARE(textOf(cancelled[0], u"status"), QStringLiteral("CANCELED"));
        QCOMPARE(cancelled[1].toObject()[u"code"].toInt(), -2011);
        QVERIFY(rig.exchange->engine().openOrders(account, std::nullopt).empty());
        QCOMPARE(codeOf(rig.call("PUT", "/fapi/v1/batchOrders", "batchOrders=" + encoded("[]"))), -4082);
        QCOMPARE(codeOf(rig.call("PUT", "/fapi/v1/batchOrders", "batchOrders=5")), -1102);
    }

    void theDeadMansTimerCancels() // reference 5.4
    {
        Rig rig;
        rig.rest("a-1");
        rig.pass(60s); // another minute of the weight
        rig.pass(60s);
        const Response armed =
            rig.call("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=10000");
        QCOMPARE(armed.body, json("{'symbol':'BTCUSDT','countdownTime':'10000'}"));
        QCOMPARE(headerOf(armed, "x-mbx-used-weight-1m"), std::string{"10"});
        rig.pass(9s);
        QCOMPARE(rig.exchange->engine().openOrders(account, std::nullopt).size(), std::size_t{1});
        rig.call("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=10000");
        rig.pass(9'990ms);
        QCOMPARE(rig.exchange->engine().openOrders(account, std::nullopt).size(), std::size_t{1});
        rig.pass(10ms);
        QVERIFY(rig.exchange->engine().openOrders(account, std::nullopt).empty());

        rig.rest("a-2");
        rig.call("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=10000");
        rig.call("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=0"); // off
        rig.pass(1min);
        QCOMPARE(rig.exchange->engine().openOrders(account, std::nullopt).size(), std::size_t{1});
    }

    void forcedOrdersAreListed() // reference 5.11
    {
        Rig rig;
        const auto rows = [&](const std::string &more) {
            return jsonOf(rig.call("GET", "/fapi/v1/forceOrders", more)).array();
        };
        QVERIFY(rows({}).isEmpty());
        rig.call("POST", "/fapi/v1/order", buy);
        QVERIFY(rig.exchange->engine().liquidate(account, "BTCUSDT", domain::PositionSide::Both, rig.now));
        QCOMPARE(codeOf(rig.call("POST", "/fapi/v1/order", buy)), -2023); // reference 10.8: while it lasts
        rig.pass(500ms);
        rig.call("POST", "/fapi/v1/order", buy);
        QVERIFY(rig.exchange->engine().deleverage(account, "BTCUSDT", domain::PositionSide::Both, rig.now));
        QCOMPARE(rows({}).size(), 2);
        const QJsonArray liquidations = rows("symbol=BTCUSDT&autoCloseType=LIQUIDATION");
        QCOMPARE(liquidations.size(), 1);
        QVERIFY(textOf(liquidations[0], u"clientOrderId").startsWith(u"autoclose-"));
        QCOMPARE(textOf(liquidations[0], u"timeInForce"), QStringLiteral("IOC"));
        const QJsonArray deleveraged = rows("autoCloseType=ADL&limit=100");
        QCOMPARE(deleveraged.size(), 1);
        QVERIFY(textOf(deleveraged[0], u"clientOrderId").startsWith(u"adl_autoclose"));
        QCOMPARE(textOf(deleveraged[0], u"timeInForce"), QStringLiteral("GTC"));
        QCOMPARE(codeOf(rig.call("GET", "/fapi/v1/forceOrders", "autoCloseType=NONE")), -1130);
        QVERIFY(rows("symbol=ETHUSDT").isEmpty());
    }

    void parametersNobodyReadsAreRefused() // reference 5.2, 9.1
    {
        Rig rig;
        const auto code = [&](const char *method, const char *path, const std::string &parameters) {
            return codeOf(rig.call(method, path, parameters));
        };
        const Response refused = rig.call("POST", "/fapi/v1/order", buy + "&colour=red");
        QCOMPARE(textOf(jsonOf(refused).object(), u"msg"),
            QStringLiteral("Not all sent parameters were read; read '6' parameter(s) but was sent '7'."));
        QCOMPARE(codeOf(refused), -1104);
        QVERIFY(rig.exchange->engine().allOrders(account, {}).empty()); // nothing came of it
        QCOMPARE(code("POST", "/fapi/v1/order/test", buy + "&colour=red"), -1104);
        // What is wrong with parameters that are read comes first.
        QCOMPARE(code("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&colour=red"), -1102);
        QCOMPARE(code("POST", "/fapi/v1/order",
                     "symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=1&stopPrice=1&colour=red"),
            -4120);
        QCOMPARE(code("DELETE", "/fapi/v1/order", "orderId=1&colour=red"), -1102);
        QCOMPARE(code("POST", "/fapi/v1/algoOrder",
                     "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=1&stopPrice=1"),
            -1102);
        // Where orders used to be conditional, and where everyone sends what he likes.
        QCOMPARE(code("POST", "/fapi/v1/order", buy + "&stopPrice=1"), -1106);
        QCOMPARE(code("POST", "/fapi/v1/order", buy + "&closePosition=true"), -4136);
        QCOMPARE(code("POST", "/fapi/v1/order", buy + "&closePosition=false&workingType=MARK_PRICE"), 0);
        QCOMPARE(code("POST", "/fapi/v1/listenKey", "listenKey=any"), 0);
        QCOMPARE(code("GET", "/fapi/v1/time", "colour=red"), 0);
    }

    void theEngineLooksAtTheWindowAgain() // reference 2.5
    {
        Rig rig;
        WsApi &api = rig.exchange->wsApi();
        QVERIFY(api.open(1, WsApi::path, {}, rig.now));
        const std::string timestamp = std::to_string(domain::toMs(rig.now));
        const std::string text = "apiKey=" + support::paperKey + "&quantity=0.020&side=BUY&symbol=BTCUSDT" +
                                 "&timestamp=" + timestamp + "&type=MARKET";
        const auto read = api.read(1,
            json("{'id':1,'method':'order.place','params':{'apiKey':'" + support::paperKey +
                 "','quantity':'0.020','side':'BUY','symbol':'BTCUSDT','timestamp':" + timestamp +
                 ",'type':'MARKET','signature':'" + hmacSha256(support::paperSecret, text) + "'}}"),
            rig.now);
        const auto *task = std::get_if<WsApi::Task>(&read);
        QVERIFY(task != nullptr);
        QCOMPARE(codeOf(rig.exchange->handle(rig.now + 5'001ms, *task)), -5028);
        QCOMPARE(codeOf(rig.exchange->handle(rig.now + 5'001ms, *task)), -5028);
        QVERIFY(rig.exchange->engine().allOrders(account, {}).empty());
    }

    void aStreamConnectionEndsAfterADay() // reference 1.5
    {
        Rig rig;
        QVERIFY(rig.exchange->streams().open(1, "/public/ws", {}, rig.now));
        const auto ends = [&] {
            for (const StreamOutput &output : rig.exchange->streams().takeOutput()) {
                if (output.to == 1 && output.close) {
                    return true;
                }
            }
            return false;
        };
        rig.pass(24h - 1ms);
        QVERIFY(!ends());
        rig.pass(1ms);
        QVERIFY(ends());
    }
};

QTEST_GUILESS_MAIN(RestOrdersTest)
#include "rest_orders_test.moc"
