#include "tests/conformance/stranger.h"
#include "tests/conformance/trade_tables.h"

using namespace conformance;

class RestTradeTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_first;
    std::unique_ptr<Stranger> m_second;
    Checks m_checks;

    QByteArray price(const char *factor) { return m_first->near(factor); }
    Answer place(const QByteArray &parameters)
    {
        return m_first->signedCall("POST", "/fapi/v1/order", parameters);
    }
    Answer rest(const QByteArray &id, const char *factor = "0.98", const QByteArray &more = {})
    {
        return place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&newClientOrderId=" +
                     id + "&price=" + price(factor) + more);
    }
    QJsonObject order(const QByteArray &id)
    {
        return m_first->signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=" + id)
            .object();
    }
    QJsonObject position()
    {
        return m_first->signedCall("GET", "/fapi/v3/positionRisk", "symbol=BTCUSDT").array()[0].toObject();
    }

private slots:
    void initTestCase()
    {
        m_exchange = std::make_unique<Exchange>(QStringList{QStringLiteral("--seed"), QStringLiteral("12"),
            QStringLiteral("--accounts"), QStringLiteral("2"), QStringLiteral("--control")});
        QVERIFY(m_exchange->isReady());
        m_first = std::make_unique<Stranger>(*m_exchange);
        m_second = std::make_unique<Stranger>(*m_exchange, 2);
        QTest::qWait(1'500);
    }
    void cleanup()
    {
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }
    void cleanupTestCase()
    {
        qInfo("%d checks of signed REST", m_checks.count());
        QVERIFY(m_checks.count() >= 250);
    }

    void onlyTheOwnerGetsIn()
    {
        const QByteArray text = "timestamp=" + Stranger::now();
        const auto account = [&](const QByteArray &query, const QByteArray &key) {
            return m_first->raw("GET", "/fapi/v3/account", query, {}, key);
        };
        const QByteArray good = text + "&signature=" + m_first->hmac(text);
        m_checks.equal("2.1", latin("signed"), account(good, m_first->key()).status, 200);
        const Answer noKey = account(good, {});
        m_checks.equal("9.5", latin("no key"), noKey.code(), -2014);
        m_checks.equal("3.3", latin("no key"), noKey.status, 401);
        m_checks.equal("9.5", latin("bad key"), account(good, "a b").code(), -2014);
        const Answer other = account(good, QByteArray(64, 'x'));
        m_checks.equal("9.5", latin("unknown key"), other.code(), -2015);
        m_checks.equal("3.3", latin("unknown key"), other.status, 401);
        m_checks.equal("9.5", latin("another account's secret"),
            account(text + "&signature=" + m_second->hmac(text), m_first->key()).code(), -1022);
        m_checks.equal("2.3", latin("upper-case signature"),
            account(text + "&signature=" + m_first->hmac(text).toUpper(), m_first->key()).status, 200);
        m_checks.equal(
            "2.3", latin("changed after signing"), account("a=1&" + good, m_first->key()).code(), -1022);
        m_checks.equal("9.5", latin("no signature"), account(text, m_first->key()).code(), -1102);
        m_checks.equal("9.5", latin("no timestamp"), account("signature=00", m_first->key()).code(), -1102);
        for (const auto &[shift, window, code] :
            {std::tuple{-6'000, 5'000, -1021}, std::tuple{3'000, 5'000, -1021}, std::tuple{-6'000, 10'000, 0},
                std::tuple{0, 60'001, -1130}}) {
            const QByteArray aged =
                "recvWindow=" + QByteArray::number(window) + "&timestamp=" + Stranger::now(shift);
            m_checks.equal("2.5", latin("shift %1").arg(shift),
                account(aged + "&signature=" + m_first->hmac(aged), m_first->key()).code(), code);
        }
        const QByteArray body = "leverage=20&timestamp=" + Stranger::now();
        const QByteArray mixed = "symbol=LTCUSDT";
        m_checks.equal("2.3", latin("query and body"),
            m_first
                ->raw("POST", "/fapi/v1/leverage", mixed, body + "&signature=" + m_first->hmac(mixed + body),
                    m_first->key())
                .status,
            200);
        m_checks.equal("2.1", latin("listen key needs no signature"),
            m_second->keyed("POST", "/fapi/v1/listenKey").status, 200);
        const QJsonObject mine = m_first->signedCall("GET", "/fapi/v3/account").object();
        m_checks.add(
            "12", latin("start balance"), exactOf(mine[u"totalWalletBalance"]) == domain::Money::of(10'000));
    }

    void ordersThatBreakARuleAreRefused()
    {
        const QByteArray below = price("0.98");
        for (const Refusal &row : orderRefusals) {
            const QByteArray parameters = QByteArray{row.parameters}.replace("$P", below);
            const Answer placed = place(parameters);
            m_checks.equal(row.section, QString::fromLatin1(parameters), placed.code(), row.code);
            m_checks.equal(row.section, QString::fromLatin1(parameters), placed.status, 400);
            m_checks.equal(row.section, latin("test: ") + QString::fromLatin1(parameters),
                m_first->signedCall("POST", "/fapi/v1/order/test", parameters).code(), row.code);
        }
        waitForWindow(10'000); // a new order window
        for (const Refusal &row : algoRefusals) {
            const QByteArray parameters = QByteArray{row.parameters}.replace("$P", below);
            m_checks.equal(row.section, QString::fromLatin1(parameters),
                m_first->signedCall("POST", "/fapi/v1/algoOrder", parameters).code(), row.code);
        }
        for (const CallRefusal &row : callRefusals) {
            const QByteArray call = QByteArray{row.method} + ' ' + row.path + '?' + row.parameters;
            m_checks.equal(row.section, QString::fromLatin1(call),
                m_first->signedCall(row.method, row.path, row.parameters).code(), row.code);
        }
        m_checks.equal("9.5", latin("text of -4014"),
            place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=60000.05")
                .object()[u"msg"]
                .toString(),
            latin("Price not increased by tick size."));
        m_checks.equal("9.1", latin("text of -1104"),
            m_first->signedCall("GET", "/fapi/v3/account", "colour=red").object()[u"msg"].toString(),
            latin("Not all sent parameters were read; read '2' parameter(s) but was sent '3'."));
        m_checks.equal("4.1", latin("public calls pass over what they do not know"),
            m_first->get("/fapi/v1/ticker/price", "symbol=BTCUSDT&symbols=%5B%22ETHUSDT%22%5D").status, 200);
        m_checks.equal("5.2", latin("nothing of it is on record"),
            m_first->signedCall("GET", "/fapi/v1/allOrders", "symbol=BTCUSDT").array().size(), 0);
    }

    void removedPathsAreGone()
    {
        for (const char *path :
            {"/fapi/v1/account", "/fapi/v1/balance", "/fapi/v1/positionRisk", "/fapi/v4/account"}) {
            m_checks.equal("5.1", QString::fromLatin1(path), m_first->signedCall("GET", path).status, 404);
        }
    }

    void aLimitOrderLivesAndEnds()
    {
        const Answer placed = rest("life-1");
        m_checks.fits("5.2", latin("place"), latin(answerShape), placed.json());
        m_checks.equal("5.2", latin("status"), placed.object()[u"status"].toString(), latin("NEW"));
        m_checks.equal("5.2", latin("quantity with the symbol's decimals"),
            placed.object()[u"origQty"].toString(), latin("0.010"));
        m_checks.equal("5.2", latin("self-trade prevention"),
            placed.object()[u"selfTradePreventionMode"].toString(), latin("EXPIRE_MAKER"));
        m_checks.add("3.2", latin("order counts"),
            placed.headers.contains("x-mbx-order-count-10s") &&
                placed.headers.contains("x-mbx-order-count-1m"));
        m_checks.fits("5.4", latin("query"), latin(rowShape), order("life-1"));
        m_checks.equal("5.2", latin("duplicate id"), rest("life-1").code(), -4116);
        const QByteArray id = QByteArray::number(placed.object()[u"orderId"].toInteger());
        m_checks.fits("5.4", latin("openOrder"), latin(rowShape),
            m_first->signedCall("GET", "/fapi/v1/openOrder", "symbol=BTCUSDT&orderId=" + id).json());
        m_checks.fits("5.4", latin("openOrders"), u'[' + latin(rowShape) + u']',
            m_first->signedCall("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT").json());
        m_checks.equal("5.4", latin("openOrders of another symbol"),
            m_first->signedCall("GET", "/fapi/v1/openOrders", "symbol=ETHUSDT").array().size(), 0);
        m_checks.equal("5.4", latin("openOrders of another account"),
            m_second->signedCall("GET", "/fapi/v1/openOrders").array().size(), 0);
        m_checks.equal("5.4", latin("another account cannot cancel it"),
            m_second->signedCall("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=" + id).code(), -2011);

        const QByteArray change =
            "symbol=BTCUSDT&side=BUY&quantity=0.020&modifyId=77&origClientOrderId=life-1&price=" +
            price("0.979");
        const Answer amended = m_first->signedCall("PUT", "/fapi/v1/order", change);
        m_checks.fits("5.5", latin("amend"), latin(amendShape), amended.json());
        m_checks.equal("5.5", latin("modifyId"), amended.object()[u"modifyId"].toInteger(), 77);
        m_checks.equal("5.5", latin("new total"), amended.object()[u"origQty"].toString(), latin("0.020"));
        m_checks.equal("5.5", latin("nothing changed"),
            m_first->signedCall("PUT", "/fapi/v1/order", change).code(), -5027);
        m_checks.equal("5.5", latin("reduceOnly of an order that is not"),
            m_first->signedCall("PUT", "/fapi/v1/order", change + "&reduceOnly=true").code(), -5047);
        m_checks.fits("5.5", latin("orderAmendment"),
            latin("[{amendmentId:i,symbol:t,pair:t,orderId:i,clientOrderId:t,time:i,amendment:{price:{before:"
                  "d,after:d},origQty:{before:d,after:d},count:i}}]"),
            m_first->signedCall("GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT").json());

        const Answer cancelled =
            m_first->signedCall("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=" + id);
        m_checks.fits("5.4", latin("cancel"), latin(answerShape), cancelled.json());
        m_checks.equal(
            "5.4", latin("cancelled"), cancelled.object()[u"status"].toString(), latin("CANCELED"));
        m_checks.equal("5.4", latin("cancelled again"),
            m_first->signedCall("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=" + id).code(), -2011);
        m_checks.equal("5.4", latin("not open any more"),
            m_first->signedCall("GET", "/fapi/v1/openOrder", "symbol=BTCUSDT&orderId=" + id).code(), -2013);
        m_checks.equal(
            "5.4", latin("still to be queried"), order("life-1")[u"status"].toString(), latin("CANCELED"));
        m_checks.fits("5.4", latin("allOrders"), u'[' + latin(rowShape) + u']',
            m_first->signedCall("GET", "/fapi/v1/allOrders").json());
        m_checks.equal("5.2", latin("an id of an order that ended is free"), rest("life-1").status, 200);
        m_checks.fits("5.4", latin("cancel all"), latin("{code:i,msg:t}"),
            m_first->signedCall("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT").json());
        m_checks.equal(
            "5.4", latin("all gone"), m_first->signedCall("GET", "/fapi/v1/openOrders").array().size(), 0);
    }

    void goodTillDateAndPriceMatchAreKept()
    {
        const qint64 until = (QDateTime::currentMSecsSinceEpoch() + 700'000) / 1'000 * 1'000;
        const Answer gtd =
            rest("gtd-1", "0.98", "&timeInForce=GTD&goodTillDate=" + QByteArray::number(until + 7));
        m_checks.equal("2.2", latin("a name twice"), gtd.code(), -1101);
        const Answer placed = place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.010&"
                                    "newClientOrderId=gtd-1&price=" +
                                    price("0.98") + "&goodTillDate=" + QByteArray::number(until + 7));
        m_checks.equal(
            "5.2", latin("milliseconds are cut off"), placed.object()[u"goodTillDate"].toInteger(), until);
        const Answer queue = place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&"
                                   "newClientOrderId=pm-1&priceMatch=QUEUE_5");
        m_checks.equal(
            "5.2", latin("priceMatch"), queue.object()[u"priceMatch"].toString(), latin("QUEUE_5"));
        m_checks.add("5.2", latin("price by match"), exactOf(queue.object()[u"price"]).isPositive());
        m_first->signedCall("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
    }

    void batchesAnswerElementByElement()
    {
        const auto element = [&](const QByteArray &id, const QByteArray &more) -> QByteArray {
            return QByteArray{"{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"type\":\"LIMIT\",\"timeInForce\":"
                              "\"GTC\",\"quantity\":\"0.010\",\"newClientOrderId\":\""} +
                   id + "\",\"price\":\"" + price("0.98") + '"' + more + '}';
        };
        const QByteArray orders = '[' + element("b-1", "") + ',' +
                                  element("b-2", ",\"reduceOnly\":\"true\"") + ',' + element("b-3", "") + ']';
        const Answer placed =
            m_first->signedCall("POST", "/fapi/v1/batchOrders", "batchOrders=" + orders.toPercentEncoding());
        m_checks.equal("5.6", latin("status"), placed.status, 200);
        m_checks.fits("5.6", latin("batch"),
            u'(' + latin(answerShape) + latin(",{code:i,msg:t},") + latin(answerShape) + u')', placed.json());
        m_checks.equal("5.6", latin("refused element"), placed.array()[1].toObject()[u"code"].toInt(), -2022);
        const QByteArray changes = "[{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"origClientOrderId\":\"b-1\","
                                   "\"quantity\":\"0.011\",\"price\":\"" +
                                   price("0.97") +
                                   "\"},{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"origClientOrderId\":"
                                   "\"nope\",\"quantity\":\"0.011\",\"price\":\"" +
                                   price("0.97") + "\"}]";
        const Answer amended =
            m_first->signedCall("PUT", "/fapi/v1/batchOrders", "batchOrders=" + changes.toPercentEncoding());
        m_checks.fits("5.6", latin("batch amendment"), u'(' + latin(amendShape) + latin(",{code:i,msg:t})"),
            amended.json());
        const Answer cancelled = m_first->signedCall("DELETE", "/fapi/v1/batchOrders",
            "symbol=BTCUSDT&origClientOrderIdList=" +
                QByteArray{"[\"b-1\",\"nope\",\"b-3\"]"}.toPercentEncoding());
        m_checks.fits("5.6", latin("batch cancel"),
            u'(' + latin(answerShape) + latin(",{code:i,msg:t},") + latin(answerShape) + u')',
            cancelled.json());
        m_checks.equal(
            "5.6", latin("missing element"), cancelled.array()[1].toObject()[u"code"].toInt(), -2011);
    }

    void marketOrdersFillAndMakeAPosition()
    {
        const Answer ack = place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.020&newClientOrderId=m-1");
        m_checks.equal("5.2", latin("ACK is NEW"), ack.object()[u"status"].toString(), latin("NEW"));
        m_checks.equal(
            "5.2", latin("ACK filled nothing"), ack.object()[u"executedQty"].toString(), latin("0"));
        const Answer result =
            place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.020&newOrderRespType=RESULT");
        m_checks.equal(
            "5.2", latin("RESULT is FILLED"), result.object()[u"status"].toString(), latin("FILLED"));
        m_checks.equal(
            "5.2", latin("RESULT filled"), result.object()[u"executedQty"].toString(), latin("0.020"));
        m_checks.fits("5.2", latin("RESULT"), latin(answerShape), result.json());
        const QJsonObject row = order("m-1");
        m_checks.equal("5.4", latin("FILLED"), row[u"status"].toString(), latin("FILLED"));
        m_checks.add("5.4", latin("average price"),
            (exactOf<domain::Price>(row[u"avgPrice"]) - m_first->last()).abs() < m_first->last() / 100);
        const QJsonArray trades = m_first->signedCall("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT").array();
        m_checks.fits("5.8", latin("userTrades"),
            latin("[{symbol:t,id:i,orderId:i,side:t,positionSide:t,price:d,qty:d,realizedPnl:d,quoteQty:d,"
                  "baseQty:d,commission:d8,commissionAsset:t,marginAsset:t,pair:t,time:i,buyer:b,maker:b}]"),
            trades);
        const QJsonObject trade = trades.last().toObject();
        const domain::Money paid =
            exactOf<domain::Price>(trade[u"price"]) * exactOf<domain::Quantity>(trade[u"qty"]);
        m_checks.add("10.12", latin("taker fee"),
            isNear(exactOf(trade[u"commission"]), paid * domain::Rate::literal("0.0005")));
        const QJsonObject held = position();
        m_checks.fits("5.10", latin("positionRisk v3"), latin(riskV3), held);
        m_checks.equal("5.10", latin("amount"), held[u"positionAmt"].toString(), latin("0.040"));
        m_checks.fits("5.10", latin("positionRisk v2"), u'[' + latin(riskV2) + u']',
            m_first->signedCall("GET", "/fapi/v2/positionRisk", "symbol=BTCUSDT").json());
        m_checks.add("5.10", latin("v2 lists every symbol"),
            m_first->signedCall("GET", "/fapi/v2/positionRisk").array().size() >= 39);
        m_checks.equal("5.10", latin("v3 lists what is held"),
            m_first->signedCall("GET", "/fapi/v3/positionRisk").array().size(), 1);
        const auto mark = exactOf<domain::Price>(held[u"markPrice"]);
        const auto quantity = domain::Quantity::literal("0.04");
        m_checks.add("10.2", latin("initial margin"),
            isNear(exactOf(held[u"positionInitialMargin"]), mark * quantity / 20));
        m_checks.add("10.2", latin("maintenance margin"),
            isNear(exactOf(held[u"maintMargin"]), mark * quantity * domain::Rate::literal("0.004")));
        m_checks.add("10.1", latin("unrealized PnL"),
            isNear(exactOf(held[u"unRealizedProfit"]),
                (mark - exactOf<domain::Price>(held[u"entryPrice"])) * quantity));
        m_checks.fits("10.11", latin("adlQuantile"),
            latin("[{symbol:t,adlQuantile:{LONG:i,SHORT:i,BOTH:i}}]"),
            m_first->signedCall("GET", "/fapi/v1/adlQuantile").json());
    }

    void iocAndReduceOnlyFollowTheirRules()
    {
        const Answer ioc = place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.010&"
                                 "newOrderRespType=RESULT&price=" +
                                 price("0.98"));
        m_checks.equal("5.2", latin("IOC remainder"), ioc.object()[u"status"].toString(), latin("EXPIRED"));
        const Answer reduce = place("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.500&reduceOnly=true&"
                                    "newClientOrderId=ro-1&newOrderRespType=RESULT");
        m_checks.equal(
            "5.2", latin("reduce-only is trimmed"), reduce.object()[u"origQty"].toString(), latin("0.040"));
        m_checks.equal("5.2", latin("and filled"), reduce.object()[u"status"].toString(), latin("FILLED"));
        m_checks.equal("5.10", latin("flat: no row"),
            m_first->signedCall("GET", "/fapi/v3/positionRisk").array().size(), 0);
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        place("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.030");
        m_checks.equal(
            "5.2", latin("a market order flips"), position()[u"positionAmt"].toString(), latin("-0.020"));
        m_checks.add("5.10", latin("a short's notional is negative"),
            position()[u"notional"].toString().startsWith(u'-'));
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.020&reduceOnly=true");
    }

    void conditionalOrdersLiveInTheAlgoService()
    {
        const QByteArray stop = "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0."
                                "010&clientAlgoId=al-1&workingType=MARK_PRICE&triggerPrice=" +
                                price("1.02");
        const Answer placed = m_first->signedCall("POST", "/fapi/v1/algoOrder", stop);
        m_checks.fits("5.7", latin("place"), latin(algoShape), placed.json());
        m_checks.equal("5.7", latin("duplicate id"),
            m_first->signedCall("POST", "/fapi/v1/algoOrder", stop).code(), -4116);
        m_checks.fits("5.7", latin("query"), latin(algoRowShape),
            m_first->signedCall("GET", "/fapi/v1/algoOrder", "clientAlgoId=al-1").json());
        m_checks.fits("5.7", latin("openAlgoOrders"), u'[' + latin(algoRowShape) + u']',
            m_first->signedCall("GET", "/fapi/v1/openAlgoOrders").json());
        m_checks.equal("5.7", latin("openAlgoOrders by type"),
            m_first->signedCall("GET", "/fapi/v1/openAlgoOrders", "algoType=VP").array().size(), 0);
        m_checks.equal("5.7", latin("not among the orders"),
            m_first->signedCall("GET", "/fapi/v1/openOrders").array().size(), 0);
        m_checks.add(
            "5.7", latin("ids around 10^15"), placed.object()[u"algoId"].toInteger() > 1'000'000'000'000'000);
        const Answer trailing = m_first->signedCall("POST", "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=TRAILING_STOP_MARKET&quantity=0.010&"
            "callbackRate=0.5&clientAlgoId=al-2");
        m_checks.equal(
            "5.7", latin("callback rate"), trailing.object()[u"callbackRate"].toString(), latin("0.5"));
        const Answer cancelled = m_first->signedCall("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=al-2");
        m_checks.fits(
            "5.7", latin("cancel"), latin("{algoId:i,clientAlgoId:t,code:t,msg:t}"), cancelled.json());
        m_checks.equal("5.7", latin("code is a text"), cancelled.object()[u"code"].toString(), latin("200"));
        m_checks.equal("5.7", latin("cancel again"),
            m_first->signedCall("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=al-2").code(), -2011);
        m_first->control("POST", "mark", "{\"symbol\":\"BTCUSDT\",\"price\":\"" + price("1.03") + "\"}");
        QJsonObject row;
        static_cast<void>(QTest::qWaitFor(
            [&] {
                row = m_first->signedCall("GET", "/fapi/v1/algoOrder", "clientAlgoId=al-1").object();
                return row[u"algoStatus"].toString() == u"FINISHED";
            },
            20'000));
        m_checks.equal(
            "5.7", latin("triggered and filled"), row[u"algoStatus"].toString(), latin("FINISHED"));
        m_checks.equal(
            "5.7", latin("its engine order's type"), row[u"actualType"].toString(), latin("MARKET"));
        const QJsonObject child =
            m_first
                ->signedCall("GET", "/fapi/v1/order",
                    "symbol=BTCUSDT&orderId=" + row[u"actualOrderId"].toString().toLatin1())
                .object();
        m_checks.equal("5.4", latin("origType"), child[u"origType"].toString(), latin("STOP_MARKET"));
        m_checks.equal("5.4", latin("type"), child[u"type"].toString(), latin("MARKET"));
        m_checks.equal("5.7", latin("client id of both"), child[u"clientOrderId"].toString(), latin("al-1"));
        m_first->control("POST", "mark", "{\"symbol\":\"BTCUSDT\"}");
        m_checks.fits("5.7", latin("allAlgoOrders"), u'[' + latin(algoRowShape) + u']',
            m_first->signedCall("GET", "/fapi/v1/allAlgoOrders", "symbol=BTCUSDT").json());
        m_checks.fits("5.7", latin("cancel all"), latin("{code:i,msg:t}"),
            m_first->signedCall("DELETE", "/fapi/v1/algoOpenOrders", "symbol=BTCUSDT").json());
        place("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1&reduceOnly=true");
    }

    void theCountdownCancels()
    {
        rest("cd-1");
        m_checks.fits("5.4", latin("countdown"), latin("{symbol:t,countdownTime:t}"),
            m_first->signedCall("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=500")
                .json());
        QString status;
        static_cast<void>(QTest::qWaitFor(
            [&] { return (status = order("cd-1")[u"status"].toString()) == u"CANCELED"; }, 20'000));
        m_checks.equal("5.4", latin("cancelled by the countdown"), status, latin("CANCELED"));
    }

    void settingsChangeAndAreSeen()
    {
        const Answer leverage =
            m_first->signedCall("POST", "/fapi/v1/leverage", "symbol=ETHUSDT&leverage=50");
        m_checks.fits(
            "5.9", latin("leverage"), latin("{leverage:i,maxNotionalValue:d,symbol:t}"), leverage.json());
        m_checks.equal("10.3", latin("cap at 50x"), leverage.object()[u"maxNotionalValue"].toString(),
            latin("12000000"));
        m_checks.fits("5.9", latin("marginType"), latin("{code:i,msg:t}"),
            m_first->signedCall("POST", "/fapi/v1/marginType", "symbol=ETHUSDT&marginType=ISOLATED").json());
        const QJsonValue config =
            m_first->signedCall("GET", "/fapi/v1/symbolConfig", "symbol=ETHUSDT").json();
        m_checks.fits("5.11", latin("symbolConfig"),
            latin("[{symbol:t,marginType:t,isAutoAddMargin:b,leverage:i,maxNotionalValue:d}]"), config);
        m_checks.equal("5.11", latin("upper case"), config.toArray()[0].toObject()[u"marginType"].toString(),
            latin("ISOLATED"));
        m_checks.equal("5.10", latin("lower case"),
            m_first->signedCall("GET", "/fapi/v2/positionRisk", "symbol=ETHUSDT")
                .array()[0]
                .toObject()[u"marginType"]
                .toString(),
            latin("isolated"));
        m_checks.equal("9.3", latin("multi-assets with an isolated symbol"),
            m_first->signedCall("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=true").code(),
            -4167);
        m_first->signedCall("POST", "/fapi/v1/order", "symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.5");
        const Answer added =
            m_first->signedCall("POST", "/fapi/v1/positionMargin", "symbol=ETHUSDT&amount=10&type=1");
        m_checks.fits("5.9", latin("positionMargin"), latin("{amount:n,code:i,msg:t,type:i}"), added.json());
        m_checks.equal("9.3", latin("marginType with a position"),
            m_first->signedCall("POST", "/fapi/v1/marginType", "symbol=ETHUSDT&marginType=CROSSED").code(),
            -4048);
        m_checks.equal("9.3", latin("lower leverage, isolated"),
            m_first->signedCall("POST", "/fapi/v1/leverage", "symbol=ETHUSDT&leverage=10").code(), -4161);
        m_checks.equal("9.3", latin("position mode with a position"),
            m_first->signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true").code(), -4068);
        m_checks.fits("5.9", latin("margin history"),
            latin("[{symbol:t,type:i,deltaType:t,amount:d8,asset:t,time:i,positionSide:t}]"),
            m_first->signedCall("GET", "/fapi/v1/positionMargin/history", "symbol=ETHUSDT").json());
        m_first->signedCall(
            "POST", "/fapi/v1/order", "symbol=ETHUSDT&side=SELL&type=MARKET&quantity=1&reduceOnly=true");
        m_checks.equal("5.9", latin("back to cross"),
            m_first->signedCall("POST", "/fapi/v1/marginType", "symbol=ETHUSDT&marginType=CROSSED").status,
            200);
        m_checks.fits("5.9", latin("hedge mode"), latin("{code:i,msg:t}"),
            m_first->signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true").json());
        m_checks.fits("5.9", latin("mode"), latin("{dualSidePosition:b}"),
            m_first->signedCall("GET", "/fapi/v1/positionSide/dual").json());
        m_checks.equal("5.2", latin("hedge mode wants a side"),
            place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01").code(), -4061);
        m_checks.equal("5.2", latin("hedge mode wants no reduceOnly"),
            place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&positionSide=LONG&reduceOnly=true")
                .code(),
            -1106);
        m_checks.equal("5.2", latin("a long"),
            place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&positionSide=LONG").status, 200);
        m_checks.equal("5.2", latin("a short beside it"),
            place("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.01&positionSide=SHORT").status, 200);
        m_checks.equal("5.10", latin("two rows"),
            m_first->signedCall("GET", "/fapi/v3/positionRisk", "symbol=BTCUSDT").array().size(), 2);
        m_checks.fits("10.11", latin("adlQuantile, hedge"),
            latin("[{symbol:t,adlQuantile:{LONG:i,SHORT:i,HEDGE:i}}]"),
            m_first->signedCall("GET", "/fapi/v1/adlQuantile", "symbol=BTCUSDT").json());
        place("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.01&positionSide=LONG");
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&positionSide=SHORT");
        m_checks.equal("5.9", latin("back to one-way"),
            m_first->signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=false").status, 200);
        m_checks.equal("5.9", latin("multi-assets"),
            m_first->signedCall("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=true").status, 200);
        m_checks.fits("5.9", latin("asset mode"), latin("{multiAssetsMargin:b}"),
            m_first->signedCall("GET", "/fapi/v1/multiAssetsMargin").json());
        m_checks.equal("9.3", latin("isolated in multi-assets"),
            m_first->signedCall("POST", "/fapi/v1/marginType", "symbol=ETHUSDT&marginType=ISOLATED").code(),
            -4168);
        m_first->signedCall("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=false");
        m_checks.fits("5.1", latin("feeBurn set"), latin("{code:i,msg:t}"),
            m_first->signedCall("POST", "/fapi/v1/feeBurn", "feeBurn=true").json());
        m_checks.equal("5.1", latin("feeBurn"),
            m_first->signedCall("GET", "/fapi/v1/feeBurn").object()[u"feeBurn"].toBool() ? 1 : 0, 1);
    }

    void accountCallsHaveTheirShapes()
    {
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        const QString assets = latin("assets:[{") + latin(assetFields);
        const QString positions = latin("positions:[{") + latin(positionFields);
        m_checks.fits("5.11", latin("account v3"),
            u'{' + latin(totals) + assets + latin("}],") + positions + latin("}]}"),
            m_first->signedCall("GET", "/fapi/v3/account").json());
        m_checks.fits("5.11", latin("account v2"),
            latin("{feeTier:i,feeBurn:b,canTrade:b,canDeposit:b,canWithdraw:b,updateTime:i,multiAssetsMargin:"
                  "b,tradeGroupId:i,") +
                latin(totals) + assets + latin(",marginAvailable:b}],") + positions +
                latin(",leverage:d,isolated:b,entryPrice:d,breakEvenPrice:d,maxNotional:d,bidNotional:d,"
                      "askNotional:d,positionInitialMargin:d,openOrderInitialMargin:d}]}"),
            m_first->signedCall("GET", "/fapi/v2/account").json());
        for (const char *path : {"/fapi/v2/balance", "/fapi/v3/balance"}) {
            m_checks.fits("5.11", latin(path),
                latin("[{accountAlias:t,asset:t,balance:d8,crossWalletBalance:d8,crossUnPnl:d8,"
                      "availableBalance:d8,maxWithdrawAmount:d8,marginAvailable:b,updateTime:i}]"),
                m_first->signedCall("GET", path).json());
        }
        m_checks.fits("5.11", latin("accountConfig"),
            latin("{feeTier:i,canTrade:b,canDeposit:b,canWithdraw:b,dualSidePosition:b,updateTime:i,"
                  "multiAssetsMargin:b,tradeGroupId:i}"),
            m_first->signedCall("GET", "/fapi/v1/accountConfig").json());
        m_checks.fits("10.3", latin("leverageBracket"),
            latin("[{symbol:t,brackets:[{bracket:i,initialLeverage:i,notionalCap:n,notionalFloor:n,"
                  "maintMarginRatio:n,cum:n}]}]"),
            m_first->signedCall("GET", "/fapi/v1/leverageBracket", "symbol=BTCUSDT").json());
        const QJsonObject rates =
            m_first->signedCall("GET", "/fapi/v1/commissionRate", "symbol=BTCUSDT").object();
        m_checks.fits("5.11", latin("commissionRate"),
            latin("{symbol:t,makerCommissionRate:d,takerCommissionRate:d,rpiCommissionRate:d}"), rates);
        m_checks.equal(
            "5.11", latin("taker rate"), rates[u"takerCommissionRate"].toString(), latin("0.0005"));
        const QString incomeShape =
            latin("[{symbol:s,incomeType:t,income:d8,asset:t,info:t,time:i,tranId:i,tradeId:s}]");
        for (const char *type : {"REALIZED_PNL", "COMMISSION", "TRANSFER"}) {
            m_checks.fits("5.11", latin("income ") + latin(type), incomeShape,
                m_first->signedCall("GET", "/fapi/v1/income", QByteArray{"incomeType="} + type).json());
        }
        m_checks.fits("3.1", latin("rateLimit/order"),
            latin("[{rateLimitType:t,interval:t,intervalNum:i,limit:i}]"),
            m_first->signedCall("GET", "/fapi/v1/rateLimit/order").json());
        m_checks.fits("5.1", latin("apiTradingStatus"),
            latin("{indicators:{BTCUSDT:[{isLocked:b,plannedRecoverTime:i,indicator:t,value:n,triggerValue:n}"
                  "],ACCOUNT:[{isLocked:b,plannedRecoverTime:i,indicator:t,value:n,triggerValue:n}]},"
                  "updateTime:i}"),
            m_first->signedCall("GET", "/fapi/v1/apiTradingStatus", "symbol=BTCUSDT").json());
        m_checks.fits("5.1", latin("forceOrders"), u"[?" + latin(rowShape) + u']',
            m_first->signedCall("GET", "/fapi/v1/forceOrders").json());
    }

    void listenKeysBelongToAccounts()
    {
        const QString mine = m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString();
        m_checks.equal("7.1", latin("64 characters"), mine.size(), 64);
        m_checks.equal("7.1", latin("the same again"),
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString(), mine);
        m_checks.equal("7.1", latin("PUT returns it"),
            m_first->keyed("PUT", "/fapi/v1/listenKey").object()[u"listenKey"].toString(), mine);
        m_checks.add("7.1", latin("another account has another"),
            m_second->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString() != mine);
        m_checks.fits(
            "7.1", latin("DELETE"), latin("{}"), m_first->keyed("DELETE", "/fapi/v1/listenKey").json());
        m_checks.equal("7.1", latin("gone"), m_first->keyed("PUT", "/fapi/v1/listenKey").code(), -1125);
        m_checks.equal("2.1", latin("needs a key"), m_first->raw("POST", "/fapi/v1/listenKey").code(), -2014);
    }

    void historyCanBeDownloaded()
    {
        // 1000 a call: the weight of a whole minute allows two.
        waitForWindow(60'000);
        const QByteArray span = "startTime=" + Stranger::now(-3'600'000) + "&endTime=" + Stranger::now(1'000);
        const Answer made = m_first->signedCall("GET", "/fapi/v1/trade/asyn", span);
        m_checks.fits(
            "5.1", latin("trade/asyn"), latin("{avgCostTimestampOfLast30d:i,downloadId:t}"), made.json());
        m_checks.equal("5.1", latin("weight"), made.headers.value("x-mbx-used-weight-1m").toInt(), 1'000);
        const Answer link = m_first->signedCall("GET", "/fapi/v1/trade/asyn/id",
            "downloadId=" + made.object()[u"downloadId"].toString().toLatin1());
        m_checks.fits("5.1", latin("trade/asyn/id"),
            latin("{downloadId:t,status:t,url:t,notified:b,expirationTimestamp:i,isExpired:z}"), link.json());
        m_checks.add(
            "5.1", latin("the file has the trades"), link.object()[u"url"].toString().contains(u"BTCUSDT"));
    }

    void tooManyOrdersAreRefused()
    {
        waitForWindow(10'000);
        Answer answer;
        int sent = 0;
        for (; sent < 700 && answer.status != 429; ++sent) {
            answer = place("symbol=BTCUSDT&side=BUY&type=ICEBERG&quantity=0.01");
        }
        m_checks.equal("3.1", latin("-1015"), answer.code(), -1015);
        m_checks.add("3.1", latin("300 in ten seconds"), sent > 300, QString::number(sent));
        m_checks.add("3.6", latin("text"),
            answer.object()[u"msg"].toString().startsWith(u"Too many new orders; current limit is 300"));
        m_checks.equal("3.1", latin("another account is not concerned"),
            m_second
                ->signedCall("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=ICEBERG&quantity=0.01")
                .code(),
            -1116);
    }
};

QTEST_GUILESS_MAIN(RestTradeTest)
#include "rest_trade_test.moc"
