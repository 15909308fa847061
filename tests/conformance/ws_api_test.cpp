#include "tests/conformance/stranger.h"

using namespace conformance;

namespace
{

using Parameters = QMap<QString, QJsonValue>;

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

QString textOf(const QJsonValue &value)
{
    return value.isString() ? value.toString()
           : value.isBool() ? (value.toBool() ? latin("true") : latin("false"))
                            : QString::number(value.toInteger());
}

/// Parameters sorted by name, as they are signed.
QByteArray payloadOf(const Parameters &parameters)
{
    QStringList items;
    for (auto item = parameters.begin(); item != parameters.end(); ++item) {
        items << item.key() + u'=' + textOf(item.value());
    }
    return items.join(u'&').toUtf8();
}

constexpr const char *limitRows = "[{rateLimitType:t,interval:t,intervalNum:i,limit:i,count:i}]";
constexpr const char *orderResult =
    "{clientOrderId:t,cumQty:d,executedQty:d,orderId:i,origQty:d,price:d,reduceOnly:b,side:t,positionSide:t,"
    "status:t,stopPrice:d,closePosition:b,symbol:t,timeInForce:t,type:t,origType:t,updateTime:i,workingType:"
    "t,"
    "priceProtect:b,priceMatch:t,selfTradePreventionMode:t,goodTillDate:i}";
constexpr const char *sessionResult =
    "{apiKey:*,authorizedSince:*,connectedSince:i,returnRateLimits:b,serverTime:i}";

} // namespace

class WsApiTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    SigningKey m_signing;
    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_stranger;
    std::unique_ptr<Socket> m_socket;
    Checks m_checks;
    int m_lastId = 0;

    static QByteArray frame(const QJsonValue &id, const QString &method, const Parameters &parameters)
    {
        QJsonObject params;
        for (auto item = parameters.begin(); item != parameters.end(); ++item) {
            params[item.key()] = item.value();
        }
        return QJsonDocument{
            QJsonObject{{latin("id"), id}, {latin("method"), method}, {latin("params"), params}}}
            .toJson(QJsonDocument::Compact);
    }
    QJsonObject ask(const char *method, const Parameters &parameters = {})
    {
        return m_socket->ask(frame(latin("q%1").arg(++m_lastId), latin(method), parameters));
    }
    Parameters stamped(Parameters parameters) const
    {
        parameters[latin("timestamp")] = QDateTime::currentMSecsSinceEpoch();
        return parameters;
    }
    QJsonObject signedAsk(const char *method, Parameters parameters = {})
    {
        parameters = stamped(parameters);
        parameters[latin("apiKey")] = QString::fromLatin1(m_stranger->key());
        parameters[latin("signature")] = QString::fromLatin1(m_stranger->hmac(payloadOf(parameters)));
        return ask(method, parameters);
    }
    Parameters logon(bool isGood = true) const
    {
        Parameters parameters = stamped({{latin("apiKey"), QString::fromLatin1(m_stranger->key())}});
        parameters[latin("signature")] =
            QString::fromLatin1(m_signing.sign(payloadOf(parameters) + (isGood ? "" : "x")));
        return parameters;
    }
    static int codeOf(const QJsonObject &answer) { return answer[u"error"].toObject()[u"code"].toInt(); }
    QString price(const char *factor) const { return QString::fromLatin1(m_stranger->near(factor)); }
    Parameters limitOrder(const QString &id) const
    {
        return {{latin("symbol"), latin("BTCUSDT")}, {latin("side"), latin("BUY")},
            {latin("type"), latin("LIMIT")}, {latin("timeInForce"), latin("GTC")},
            {latin("quantity"), latin("0.010")}, {latin("price"), price("0.98")},
            {latin("newClientOrderId"), id}};
    }

private slots:
    void initTestCase()
    {
        QFile pem{m_folder.filePath(latin("public.pem"))};
        QVERIFY(pem.open(QIODevice::WriteOnly) && pem.write(m_signing.publicPem()) > 0);
        pem.close();
        m_exchange = std::make_unique<Exchange>(QStringList{latin("--seed"), latin("13"),
            latin("--public-key"), pem.fileName(), latin("--accounts"), latin("2"), latin("--control")});
        QVERIFY(m_exchange->isReady());
        m_stranger = std::make_unique<Stranger>(*m_exchange);
        m_socket = std::make_unique<Socket>(m_exchange->at("ws-api"));
        QVERIFY(m_socket->isOpen());
        QTest::qWait(1'000);
    }
    void cleanup()
    {
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }
    void cleanupTestCase()
    {
        qInfo("%d checks of the WebSocket API", m_checks.count());
        QVERIFY(m_checks.count() >= 75);
    }

    void marketCallsNeedNoKey()
    {
        struct Row
        {
            const char *method;
            Parameters parameters;
            const char *result;
        };
        const QString btc = latin("BTCUSDT");
        const Row rows[] = {
            {"depth", {{latin("symbol"), btc}, {latin("limit"), 5}},
                "{lastUpdateId:i,E:i,T:i,bids:[(d,d)],asks:[(d,d)]}"},
            {"ticker.price", {{latin("symbol"), btc}}, "{symbol:t,price:d,time:i}"},
            {"ticker.price", {}, "[{symbol:t,price:d,time:i}]"},
            {"ticker.book", {{latin("symbol"), btc}},
                "{symbol:t,bidPrice:d,bidQty:d,askPrice:d,askQty:d,time:i,lastUpdateId:i}"},
            {"ticker.book", {}, "[{symbol:t,bidPrice:d,bidQty:d,askPrice:d,askQty:d,time:i,lastUpdateId:i}]"},
        };
        for (const Row &row : rows) {
            const QJsonObject answer = ask(row.method, row.parameters);
            m_checks.fits("8", latin(row.method),
                latin("{id:t,status:i,result:") + latin(row.result) + latin(",rateLimits:") +
                    latin(limitRows) + u'}',
                answer);
            m_checks.equal("8", latin(row.method) + latin(" status"), answer[u"status"].toInt(), 200);
            m_checks.equal(
                "8", latin(row.method) + latin(" limits"), answer[u"rateLimits"].toArray().size(), 1);
        }
    }

    void idsAreEchoed()
    {
        for (const QJsonValue &id : {QJsonValue{7}, QJsonValue{latin("text")}, QJsonValue{latin("")}}) {
            const QJsonObject answer = m_socket->ask(frame(id, latin("session.status"), {}));
            m_checks.add("8", latin("id"), answer[u"id"] == id);
        }
        m_socket->forget();
        m_socket->send("{\"id\":null,\"method\":\"session.status\"}");
        m_checks.add("8", latin("null id"), m_socket->any().toObject()[u"id"].isNull());
    }

    void whatIsWrongIsNamedByItsCode()
    {
        m_checks.equal("9.1", latin("unknown method"), codeOf(ask("order.dance")), -1020);
        m_checks.equal(
            "9.1", latin("no method"), codeOf(m_socket->ask("{\"id\":\"m\",\"params\":{}}")), -1102);
        m_socket->forget();
        m_socket->send("{");
        m_checks.equal("9.1", latin("no JSON"), codeOf(m_socket->any().toObject()), -1013);
        m_checks.equal("9.5", latin("symbol missing"), codeOf(ask("depth")), -1102);
        m_checks.equal(
            "9.5", latin("symbol unknown"), codeOf(ask("depth", {{latin("symbol"), latin("NOPE")}})), -1121);
        m_checks.equal("9.5", latin("no key"), codeOf(ask("account.status", stamped({}))), -2014);
        const QJsonObject unknown = ask("account.status",
            stamped({{latin("apiKey"), QString{64, u'x'}}, {latin("signature"), latin("00")}}));
        m_checks.equal("9.5", latin("unknown key"), codeOf(unknown), -2015);
        m_checks.equal("8", latin("status of a wrong key"), unknown[u"status"].toInt(), 401);
        Parameters wrong = stamped({{latin("apiKey"), QString::fromLatin1(m_stranger->key())}});
        m_checks.equal("9.5", latin("no signature"), codeOf(ask("account.status", wrong)), -1102);
        wrong[latin("signature")] = latin("00");
        m_checks.equal("9.5", latin("wrong signature"), codeOf(ask("account.status", wrong)), -1022);
        Parameters old{{latin("apiKey"), QString::fromLatin1(m_stranger->key())},
            {latin("timestamp"), QDateTime::currentMSecsSinceEpoch() - 60'000}};
        old[latin("signature")] = QString::fromLatin1(m_stranger->hmac(payloadOf(old)));
        m_checks.equal("2.5", latin("old timestamp"), codeOf(ask("account.status", old)), -1021);
        Parameters order = limitOrder(latin("bad"));
        order.remove(latin("quantity"));
        const QJsonObject refused = signedAsk("order.place", order);
        m_checks.fits("8", latin("error answer"),
            latin("{id:t,status:i,error:{code:i,msg:t},rateLimits:") + latin(limitRows) + u'}', refused);
        m_checks.equal("8", latin("quantity missing"), codeOf(refused), -1102);
        m_checks.equal("8", latin("status of a refusal"), refused[u"status"].toInt(), 400);
        order = limitOrder(latin("bad"));
        order[latin("type")] = latin("STOP_MARKET");
        m_checks.equal("8", latin("old conditional type"), codeOf(signedAsk("order.place", order)), -4120);
    }

    void ordersGoTheirWholeWay()
    {
        const QString frameShape = latin("{id:t,status:i,result:%1,rateLimits:") + latin(limitRows) + u'}';
        const QJsonObject placed = signedAsk("order.place", limitOrder(latin("ws-1")));
        m_checks.fits("8", latin("order.place"), frameShape.arg(latin(orderResult)), placed);
        m_checks.equal("8", latin("orders are counted"), placed[u"rateLimits"].toArray().size(), 3);
        m_checks.equal(
            "8", latin("duplicate"), codeOf(signedAsk("order.place", limitOrder(latin("ws-1")))), -4116);
        const qint64 id = placed[u"result"].toObject()[u"orderId"].toInteger();
        const Parameters key{{latin("symbol"), latin("BTCUSDT")}, {latin("orderId"), id}};
        const QJsonObject status = signedAsk("order.status", key);
        m_checks.equal("8", latin("order.status"), status[u"result"].toObject()[u"clientOrderId"].toString(),
            latin("ws-1"));
        m_checks.add("8", latin("order.status has time"), status[u"result"].toObject().contains(u"time"));
        Parameters change = key;
        change[latin("side")] = latin("BUY");
        change[latin("quantity")] = latin("0.020");
        change[latin("price")] = price("0.97");
        const QJsonObject modified = signedAsk("order.modify", change);
        m_checks.equal("8", latin("order.modify"), modified[u"result"].toObject()[u"origQty"].toString(),
            latin("0.020"));
        m_checks.equal("8", latin("the same by REST"),
            m_stranger->signedCall(
                          "GET", "/fapi/v1/order", "symbol=BTCUSDT&orderId=" + QByteArray::number(id))
                .object()[u"origQty"]
                .toString(),
            latin("0.020"));
        const QJsonObject cancelled = signedAsk("order.cancel", key);
        m_checks.fits("8", latin("order.cancel"), frameShape.arg(latin(orderResult)), cancelled);
        m_checks.equal("8", latin("cancelled"), cancelled[u"result"].toObject()[u"status"].toString(),
            latin("CANCELED"));
        m_checks.equal("8", latin("cancel again"), codeOf(signedAsk("order.cancel", key)), -2011);
        m_checks.equal("8", latin("status of nothing"),
            codeOf(signedAsk("order.status", {{latin("symbol"), latin("BTCUSDT")}, {latin("orderId"), 1}})),
            -2013);
        const Parameters market{{latin("symbol"), latin("BTCUSDT")}, {latin("side"), latin("BUY")},
            {latin("type"), latin("MARKET")}, {latin("quantity"), latin("0.010")},
            {latin("newOrderRespType"), latin("RESULT")}};
        m_checks.equal("8", latin("market order"),
            signedAsk("order.place", market)[u"result"].toObject()[u"status"].toString(), latin("FILLED"));
        const Parameters stop{{latin("algoType"), latin("CONDITIONAL")}, {latin("symbol"), latin("BTCUSDT")},
            {latin("side"), latin("SELL")}, {latin("type"), latin("STOP_MARKET")},
            {latin("quantity"), latin("0.010")}, {latin("triggerPrice"), price("0.97")},
            {latin("clientAlgoId"), latin("ws-stop")}};
        const QJsonObject algo = signedAsk("algoOrder.place", stop);
        m_checks.equal("8", latin("algoOrder.place"), algo[u"result"].toObject()[u"algoStatus"].toString(),
            latin("NEW"));
        const QJsonObject gone = signedAsk("algoOrder.cancel", {{latin("clientAlgoId"), latin("ws-stop")}});
        m_checks.fits(
            "8", latin("algoOrder.cancel"), latin("{algoId:i,clientAlgoId:t,code:t,msg:t}"), gone[u"result"]);
    }

    void accountCallsAnswerAsRest()
    {
        const struct
        {
            const char *method;
            const char *path;
        } rows[] = {{"v2/account.position", "/fapi/v3/positionRisk"},
            {"account.position", "/fapi/v2/positionRisk"}, {"v2/account.balance", "/fapi/v3/balance"},
            {"account.balance", "/fapi/v2/balance"}, {"v2/account.status", "/fapi/v3/account"},
            {"account.status", "/fapi/v2/account"}};
        const auto keysOf = [](const QJsonValue &value) {
            return (value.isArray() ? value.toArray()[0].toObject() : value.toObject()).keys().join(u',');
        };
        for (const auto &row : rows) {
            const QJsonObject answer = signedAsk(row.method);
            m_checks.equal("8", latin(row.method), answer[u"status"].toInt(), 200);
            m_checks.equal("8", latin(row.method) + latin(" fields"), keysOf(answer[u"result"]),
                keysOf(m_stranger->signedCall("GET", row.path).json()));
        }
    }

    void listenKeysAreTheSameAsByRest()
    {
        const Parameters key{{latin("apiKey"), QString::fromLatin1(m_stranger->key())}};
        const QString started =
            ask("userDataStream.start", key)[u"result"].toObject()[u"listenKey"].toString();
        m_checks.equal("7.1", latin("start"), started,
            m_stranger->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString());
        m_checks.equal("7.1", latin("ping"),
            ask("userDataStream.ping", key)[u"result"].toObject()[u"listenKey"].toString(), started);
        m_checks.equal("7.1", latin("stop"), ask("userDataStream.stop", key)[u"status"].toInt(), 200);
        m_checks.equal("7.1", latin("ping after stop"), codeOf(ask("userDataStream.ping", key)), -1125);
    }

    void aSessionIsLoggedOnWithEd25519()
    {
        const QJsonObject before = ask("session.status");
        m_checks.fits("8", latin("session.status"), latin(sessionResult), before[u"result"]);
        m_checks.add("8", latin("not logged on"), before[u"result"].toObject()[u"apiKey"].isNull());
        m_checks.equal("8", latin("wrong signature"), codeOf(ask("session.logon", logon(false))), -1022);
        const Stranger second{*m_exchange, 2};
        Parameters other = stamped({{latin("apiKey"), QString::fromLatin1(second.key())}});
        other[latin("signature")] = QString::fromLatin1(second.hmac(payloadOf(other)));
        m_checks.equal("8", latin("HMAC keys may not log on"), codeOf(ask("session.logon", other)), -4056);
        const QJsonObject on = ask("session.logon", logon());
        m_checks.fits("8", latin("session.logon"),
            latin("{apiKey:t,authorizedSince:i,connectedSince:i,returnRateLimits:b,serverTime:i}"),
            on[u"result"]);
        m_checks.equal(
            "8", latin("unsigned call"), ask("account.status", stamped({}))[u"status"].toInt(), 200);
        m_checks.equal("8", latin("timestamp stays"), codeOf(ask("account.status")), -1102);
        const QJsonObject placed = ask("order.place", stamped(limitOrder(latin("session-1"))));
        m_checks.equal(
            "8", latin("unsigned order"), placed[u"result"].toObject()[u"status"].toString(), latin("NEW"));
        Parameters explicitly = stamped({{latin("apiKey"), QString::fromLatin1(second.key())}});
        explicitly[latin("signature")] = QString::fromLatin1(second.hmac(payloadOf(explicitly)));
        m_checks.equal("8", latin("explicit keys win"),
            ask("v2/account.position", explicitly)[u"result"].toArray().size(), 0);
        ask("order.cancel",
            stamped({{latin("symbol"), latin("BTCUSDT")}, {latin("origClientOrderId"), latin("session-1")}}));
        const QJsonObject off = ask("session.logout");
        m_checks.add("8", latin("session.logout"), off[u"result"].toObject()[u"apiKey"].isNull());
        m_checks.equal("8", latin("logged out"), codeOf(ask("account.status", stamped({}))), -2014);
    }

    void limitsCanBeLeftOut()
    {
        Socket quiet{m_exchange->at("ws-api") + latin("?returnRateLimits=false")};
        m_checks.add("8", latin("by the address"),
            !quiet.ask("{\"id\":1,\"method\":\"ticker.price\",\"params\":{\"symbol\":\"BTCUSDT\"}}")
                 .contains(u"rateLimits"));
        m_checks.add("8", latin("by the request"),
            !ask("ticker.price", {{latin("symbol"), latin("BTCUSDT")}, {latin("returnRateLimits"), false}})
                 .contains(u"rateLimits"));
        const auto weight = [&] {
            return ask("session.status")[u"rateLimits"].toArray()[0].toObject()[u"count"].toInt();
        };
        const int first = weight();
        const int second = weight();
        m_checks.add("8", latin("a session call weighs 2"), second - first == 2 || second < first);
        const int rest = m_stranger->get("/fapi/v1/ping").headers.value("x-mbx-used-weight-1m").toInt();
        m_checks.add("3.1", latin("one pool with REST"), rest == second + 1 || rest < second);
    }

    void otherPathsAreNoEntry()
    {
        QString url = m_exchange->at("ws-api");
        Socket wrong{url.replace(latin("/ws-fapi/v1"), latin("/ws-fapi/v3"))};
        m_checks.add("8", latin("another path"), wrong.closes(10'000));
    }

    void callsMeetTheSameTroubleAsByRest()
    {
        m_stranger->control("POST", "faults",
            "{\"rules\":[{\"kind\":\"unavailable\",\"path\":\"/fapi/v1/order\",\"count\":1}]}");
        const QJsonObject struck = signedAsk("order.place", limitOrder(latin("struck-1")));
        m_checks.equal("3.4", latin("503"), struck[u"status"].toInt(), 503);
        m_checks.add("3.4", latin("with an error"), struck.contains(u"error"));
        m_checks.equal("3.4", latin("not executed"),
            codeOf(signedAsk("order.status",
                {{latin("symbol"), latin("BTCUSDT")}, {latin("origClientOrderId"), latin("struck-1")}})),
            -2013);
    }
};

QTEST_GUILESS_MAIN(WsApiTest)
#include "ws_api_test.moc"
