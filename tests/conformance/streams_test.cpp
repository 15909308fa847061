#include "tests/conformance/stranger.h"

using namespace conformance;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// A stream, the route that carries it, and its message.
struct Stream
{
    const char *name;
    const char *route;
    const char *shape;
    bool isRare = false; ///< says nothing by itself
};

constexpr const char *markShape = "{e:t,E:i,s:t,p:d8,ap:d8,i:d8,P:d8,r:d8,T:i,st:i}";
constexpr const char *miniShape = "{e:t,E:i,s:t,c:d,o:d,h:d,l:d,v:d,q:d,ps:t,st:i}";
constexpr const char *tickerShape =
    "{e:t,E:i,s:t,p:d,P:d,w:d,c:d,Q:d,o:d,h:d,l:d,v:d,q:d,O:i,C:i,F:i,L:i,n:i,ps:t,st:i}";
constexpr const char *bookShape = "{e:t,u:i,E:i,T:i,s:t,b:d,B:d,a:d,A:d,ps:t,st:i}";
constexpr const char *depthShape = "{e:t,E:i,T:i,s:t,U:i,u:i,pu:i,b:[?(d,d)],a:[?(d,d)],ps:t,st:i}";
constexpr const char *klineShape =
    "{e:t,E:i,s:t,k:{t:i,T:i,s:t,i:t,f:i,L:i,o:d,c:d,h:d,l:d,v:d,n:i,x:b,q:d,V:d,Q:d,B:d},st:i}";
constexpr const char *continuousShape =
    "{e:t,E:i,ps:t,ct:t,k:{t:i,T:i,i:t,f:i,L:i,o:d,c:d,h:d,l:d,v:d,n:i,x:b,q:d,V:d,Q:d,B:d},st:i}";
constexpr const char *assetShape = "{e:t,E:i,s:t,i:d8,b:d8,a:d8,B:d8,A:d8,q:d8,g:d8,Q:d8,G:d8}";

const Stream streams[] = {
    {"btcusdt@bookTicker", "public", bookShape},
    {"!bookTicker", "public", bookShape},
    {"btcusdt@depth", "public", depthShape},
    {"btcusdt@depth@100ms", "public", depthShape},
    {"btcusdt@depth@500ms", "public", depthShape},
    {"btcusdt@depth5", "public", depthShape},
    {"btcusdt@depth10@100ms", "public", depthShape},
    {"btcusdt@depth20@500ms", "public", depthShape},
    {"btcusdt@rpiDepth@500ms", "public", depthShape},
    {"btcusdt@trade", "public", "{e:t,E:i,T:i,s:t,t:i,p:d,q:d,X:t,m:b,st:i}"},
    {"btcusdt@aggTrade", "market", "{e:t,E:i,s:t,a:i,p:d,q:d,nq:d,f:i,l:i,T:i,m:b,st:i}"},
    {"btcusdt@markPrice", "market", markShape},
    {"btcusdt@markPrice@1s", "market", markShape},
    {"!markPrice@arr", "market", "[*]"},
    {"!markPrice@arr@1s", "market", "[*]"},
    {"btcusdt@kline_1m", "market", klineShape},
    {"btcusdt@kline_1h", "market", klineShape},
    {"btcusdt@kline_1M", "market", klineShape},
    {"btcusdt_perpetual@continuousKline_1m", "market", continuousShape},
    {"btcusdt_perpetual@continuousKline_1s", "market", continuousShape},
    {"btcusdt@miniTicker", "market", miniShape},
    {"!miniTicker@arr", "market", "[{e:t,E:i,s:t,c:d,o:d,h:d,l:d,v:d,q:d,ps:t,st:i}]"},
    {"btcusdt@ticker", "market", tickerShape},
    {"!ticker@arr", "market", "[*]"},
    {"defiusdt@compositeIndex", "market", "{e:t,E:i,s:t,p:d8,C:t,c:[{b:t,q:t,w:d8,W:d8,i:d8}]}"},
    {"!assetIndex@arr", "market", "[{e:t,E:i,s:t,i:d8,b:d8,a:d8,B:d8,A:d8,q:d8,g:d8,Q:d8,G:d8}]"},
    {"btcusd@assetIndex", "market", assetShape},
    {"tradingSession", "market", "{e:t,E:i,t:i,T:i,S:t}"},
    {"!contractInfo", "market", "{e:t,E:i,s:t,ps:t,ct:t,dt:i,ot:i,cs:t,st:i}", true},
    {"btcusdt@forceOrder", "market", "*", true},
    {"!forceOrder@arr", "market", "*", true},
};

/// What an event of ORDER_TRADE_UPDATE holds.
constexpr const char *orderShape =
    "{e:t,E:i,T:i,o:{s:t,c:t,S:t,o:t,f:t,q:d,p:d,ap:d,sp:d,x:t,X:t,i:i,l:d,z:d,L:d,n?:d,N?:t,T:i,t:i,b:d,a:d,"
    "m:b,R:b,wt:t,ot:t,ps:t,cp:b,rp:d,pP:b,si:i,ss:i,V:t,pm:t,gtd:i,er:t,M?:i}}";
/// The same of a trailing order that triggered.
constexpr const char *trailingShape =
    "{e:t,E:i,T:i,o:{s:t,c:t,S:t,o:t,f:t,q:d,p:d,ap:d,sp:d,x:t,X:t,i:i,l:d,z:d,L:d,n?:d,N?:t,T:i,t:i,b:d,a:d,"
    "m:b,R:b,wt:t,ot:t,ps:t,cp:b,AP:d,cr:d,rp:d,pP:b,si:i,ss:i,V:t,pm:t,gtd:i,er:t}}";
constexpr const char *algoShape = "{e:t,T:i,E:i,o:{caid:t,aid:i,at:t,o:t,s:t,S:t,ps:t,f:t,q:d,X:t,ai:s,ap?:d,"
                                  "aq?:d,act?:t,tp:d,p:d,V:t,wt:t,"
                                  "pm:t,cp:b,pP:b,R:b,tt:i,gtd:i,rm?:t,ia?:b}}";
constexpr const char *accountShape = "{e:t,E:i,T:i,a:{m:t,S?:t,B:[?{a:t,wb:d8,cw:d8,bc:d8}],P:[?{s:t,pa:d,ep:"
                                     "d,bep:d,cr:d,up:d,mt:t,iw:d,ps:t}]}}";

} // namespace

class StreamsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_first;
    Checks m_checks;

    QString url(const QString &path) const { return m_exchange->at("streams") + path; }
    Answer place(const QByteArray &parameters)
    {
        return m_first->signedCall("POST", "/fapi/v1/order", parameters);
    }
    QByteArray price(const char *factor) { return m_first->near(factor); }
    /// "e", and for orders "x".
    static QString nameOf(const QByteArray &message)
    {
        const QJsonObject object = valueOf(message).toObject();
        const QJsonObject order = object[u"o"].toObject();
        return object[u"e"].toString() +
               (order.contains(u"x") ? u' ' + order[u"x"].toString() + u' ' + order[u"X"].toString()
                                     : QString{});
    }
    QStringList namesOf(const Socket &socket) const
    {
        QStringList names;
        for (const QByteArray &message : socket.messages()) {
            names << nameOf(message);
        }
        return names;
    }

private slots:
    void initTestCase()
    {
        m_exchange = std::make_unique<Exchange>(
            QStringList{latin("--seed"), latin("14"), latin("--control"), latin("--accounts"), latin("2")});
        QVERIFY(m_exchange->isReady());
        m_first = std::make_unique<Stranger>(*m_exchange);
    }
    void cleanup()
    {
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }
    void cleanupTestCase()
    {
        qInfo("%d checks of the streams", m_checks.count());
        QVERIFY(m_checks.count() >= 180);
    }

    void everyStreamSpeaksOnItsRouteOnly()
    {
        std::vector<std::unique_ptr<Socket>> right;
        std::vector<std::unique_ptr<Socket>> wrong;
        std::vector<std::unique_ptr<Socket>> unrouted;
        for (const Stream &stream : streams) {
            const QString name = latin(stream.name);
            const bool isPublic = latin(stream.route) == u"public";
            right.push_back(std::make_unique<Socket>(url(u'/' + latin(stream.route) + u"/ws/" + name)));
            wrong.push_back(
                std::make_unique<Socket>(url((isPublic ? u"/market/ws/" : u"/public/ws/") + name)));
            unrouted.push_back(std::make_unique<Socket>(url(u"/ws/" + name)));
        }
        for (std::size_t i = 0; i < std::size(streams); ++i) {
            const Stream &stream = streams[i];
            if (stream.isRare) {
                m_checks.add("6.1", latin(stream.name) + latin(" is open"), right[i]->isOpen());
                continue;
            }
            m_checks.fits("6.1", latin(stream.name), latin(stream.shape), right[i]->any(20'000));
        }
        QTest::qWait(6'000); // the slowest speaks every five seconds
        for (std::size_t i = 0; i < std::size(streams); ++i) {
            const Stream &stream = streams[i];
            const bool isPublic = latin(stream.route) == u"public";
            m_checks.add("1.3", latin(stream.name) + latin(" is mute on the wrong route"),
                wrong[i]->messages().isEmpty());
            m_checks.add("1.4", latin(stream.name) + latin(" unrouted"),
                stream.isRare || unrouted[i]->messages().isEmpty() != isPublic);
        }
    }

    void allMarketArraysHoldTheSingleMessages()
    {
        Socket socket{url(latin("/market/stream?streams=!markPrice@arr@1s/!ticker@arr"))};
        const auto rowOf = [&](const char *stream) -> QJsonValue {
            return socket
                .wait([&](const QJsonValue &value) {
                    return value.toObject()[u"stream"].toString() == latin(stream);
                })
                .toObject()[u"data"]
                .toArray()[0];
        };
        m_checks.fits("6.1", latin("!markPrice@arr@1s"), latin(markShape), rowOf("!markPrice@arr@1s"));
        m_checks.fits("6.1", latin("!ticker@arr"), latin(tickerShape), rowOf("!ticker@arr"));
    }

    void combinedSocketsWrapTheirMessages()
    {
        Socket socket{url(latin("/public/stream?streams=btcusdt@bookTicker/ethusdt@depth@100ms"))};
        m_checks.fits("1.3", latin("wrapper"), latin("{stream:t,data:*}"), socket.any());
        Socket bare{url(latin("/public/ws/btcusdt@bookTicker/ethusdt@bookTicker"))};
        for (const char *symbol : {"BTCUSDT", "ETHUSDT"}) {
            m_checks.add("1.3", latin(symbol) + latin(" of two in the path"),
                !bare.wait([&](const QJsonValue &value) { return value[u"s"].toString() == latin(symbol); })
                     .isNull());
        }
    }

    void entriesThatAreNotThereAreClosed()
    {
        for (const char *path : {"/public/ws/", "/ws/", "/stream/", "/ws?btcusdt@trade", "/nothing",
                 "/public", "/other/ws/btcusdt@trade", "/public/x/ws"}) {
            Socket socket{url(latin(path))};
            m_checks.add("1.3", latin(path), socket.closes(10'000));
        }
    }

    void controlMessagesAreAnswered()
    {
        Socket socket{url(latin("/market/ws"))};
        const auto ask = [&](const char *request) {
            QTest::qWait(120); // at most ten a second
            return QString::fromUtf8(QJsonDocument{socket.ask(request)}.toJson(QJsonDocument::Compact));
        };
        const auto equal = [&](const char *request, const char *answer) {
            m_checks.equal("1.6", latin(request), ask(request), latin(answer));
        };
        equal("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@aggTrade\",\"ethusdt@aggTrade\"],\"id\":1}",
            "{\"id\":1,\"result\":null}");
        equal("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":2}",
            "{\"id\":2,\"result\":[\"btcusdt@aggTrade\",\"ethusdt@aggTrade\"]}");
        equal("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"ethusdt@aggTrade\"],\"id\":3}",
            "{\"id\":3,\"result\":null}");
        equal("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":\"text\"}",
            "{\"id\":\"text\",\"result\":[\"btcusdt@aggTrade\"]}");
        equal("{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":5}",
            "{\"id\":5,\"result\":false}");
        equal("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":6}",
            "{\"id\":6,\"result\":null}");
        equal(
            "{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":7}", "{\"id\":7,\"result\":true}");
        socket.forget();
        m_checks.fits("1.6", latin("combined from now on"), latin("{stream:t,data:*}"), socket.any());
        equal("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\"],\"id\":8}",
            "{\"id\":8,\"result\":null}");
        const auto code = [&](const char *request, int wanted) {
            QTest::qWait(120);
            m_checks.equal("1.6", latin(request), socket.ask(request)[u"code"].toInt(-1), wanted);
        };
        code("{\"method\":\"SET_PROPERTY\",\"params\":[\"colour\",true],\"id\":10}", 0);
        code("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",\"yes\"],\"id\":11}", 1);
        code("{\"method\":\"SET_PROPERTY\",\"params\":[7],\"id\":12}", 2);
        code("{\"method\":\"DANCE\",\"id\":13}", 2);
        code("{\"params\":[],\"id\":14}", 2);
        code("{\"method\":\"SUBSCRIBE\",\"params\":\"btcusdt@trade\",\"id\":15}", 2);
        Socket stream{url(latin("/market/stream"))};
        m_checks.equal("1.6", latin("combined on /stream"),
            stream.ask("{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":1}")[u"result"].toBool()
                ? 1
                : 0,
            1);
    }

    void badJsonClosesTheSocket()
    {
        Socket socket{url(latin("/public/ws"))};
        socket.send("{oops");
        m_checks.fits("1.5", latin("bad JSON"), latin("{error:{code:i,msg:t}}"), socket.any());
        m_checks.equal("1.5", latin("code"), socket.any()[u"error"][u"code"].toInt(), 3);
        m_checks.add("1.5", latin("closed"), socket.closes(10'000));
    }

    void tooManyMessagesCloseTheSocket()
    {
        Socket socket{url(latin("/public/ws"))};
        for (int i = 0; i < 25; ++i) {
            socket.send("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
        }
        m_checks.add("1.5", latin("closed"), socket.closes(10'000));
    }

    void streamsPerSocketAreLimited()
    {
        Socket socket{url(latin("/public/ws"))};
        QStringList names;
        for (int i = 0; i < 1'025; ++i) {
            names << latin("\"s%1@trade\"").arg(i);
        }
        const auto request = [&](int id) {
            return (latin("{\"method\":\"SUBSCRIBE\",\"params\":[") + names.join(u',') +
                    latin("],\"id\":%1}").arg(id))
                .toLatin1();
        };
        m_checks.equal("1.5", latin("1025 streams"), socket.ask(request(1))[u"code"].toInt(), 2);
        names.removeLast();
        const QJsonObject answer = socket.ask(request(2));
        m_checks.add("1.5", latin("1024 streams"), answer.contains(u"result") && answer[u"result"].isNull());
    }

    void depthFitsTheSnapshot()
    {
        for (const char *name : {"btcusdt@depth@100ms", "btcusdt@depth", "btcusdt@depth@500ms"}) {
            Socket socket{url(u"/public/ws/" + latin(name))};
            static_cast<void>(socket.any());
            static_cast<void>(QTest::qWaitFor([&] { return socket.messages().size() >= 3; }, 20'000));
            const qint64 snapshot = m_first->get("/fapi/v1/depth", "symbol=BTCUSDT&limit=1000")
                                        .object()[u"lastUpdateId"]
                                        .toInteger();
            qint64 previous = 0;
            bool isChain = true;
            bool isJoined = false;
            static_cast<void>(QTest::qWaitFor(
                [&] { return valueOf(socket.messages().last())[u"u"].toInteger() > snapshot; }, 20'000));
            for (const QByteArray &message : socket.messages()) {
                const QJsonValue event = valueOf(message);
                isChain = isChain && (previous == 0 || event[u"pu"].toInteger() == previous);
                isJoined = isJoined ||
                           (event[u"U"].toInteger() <= snapshot && event[u"u"].toInteger() >= snapshot) ||
                           event[u"pu"].toInteger() == snapshot;
                previous = event[u"u"].toInteger();
            }
            m_checks.add("6.2", latin(name) + latin(" is a chain"), isChain);
            m_checks.add("6.2", latin(name) + latin(" joins the snapshot"), isJoined);
        }
        Socket partial{url(latin("/public/ws/btcusdt@depth5@100ms"))};
        m_checks.equal("6.1", latin("five levels"), partial.any()[u"b"].toArray().size(), 5);
    }

    void aFillIsToldInItsOrder()
    {
        const QByteArray key =
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString().toLatin1();
        Socket socket{url(u"/private/ws?listenKey=" + QString::fromLatin1(key))};
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001");
        static_cast<void>(
            socket.wait([](const QJsonValue &value) { return value[u"o"][u"X"].toString() == u"FILLED"; }));
        const QStringList names = namesOf(socket);
        m_checks.equal("7.3", latin("MARKET: order of events"), names.join(u'|'),
            latin("ORDER_TRADE_UPDATE NEW NEW|TRADE_LITE|ACCOUNT_UPDATE|ORDER_TRADE_UPDATE TRADE FILLED"));
        m_checks.fits("7.3", latin("NEW"), latin(orderShape), valueOf(socket.messages().value(0)));
        const QJsonObject fresh = valueOf(socket.messages().value(0))[u"o"].toObject();
        for (const char *zero : {"p", "ap", "sp", "l", "z", "L", "n", "rp"}) {
            m_checks.equal("7.3", latin("a zero is 0: ") + latin(zero),
                fresh[QLatin1StringView{zero}].toString(), latin("0"));
        }
        m_checks.fits("7.5", latin("TRADE_LITE"),
            latin("{e:t,E:i,T:i,s:t,q:d,p:d,m:b,c:t,S:t,L:d,l:d,t:i,i:i}"),
            socket.event(latin("TRADE_LITE")));
        m_checks.fits(
            "7.2", latin("ACCOUNT_UPDATE"), latin(accountShape), socket.event(latin("ACCOUNT_UPDATE")));
        m_checks.fits("7.3", latin("TRADE"), latin(orderShape), valueOf(socket.messages().value(3)));
        const QJsonValue fill = valueOf(socket.messages().value(3));
        m_checks.add("7.1", latin("one T for all"),
            fill[u"T"].toInteger() == socket.event(latin("ACCOUNT_UPDATE"))[u"T"].toInteger() &&
                fill[u"T"].toInteger() == socket.event(latin("TRADE_LITE"))[u"T"].toInteger());
        m_checks.add("7.3", latin("commission"), exactOf(fill[u"o"][u"n"]).isPositive());
        m_checks.equal("7.3", latin("asset"), fill[u"o"][u"N"].toString(), latin("USDT"));
        m_checks.equal("7.2", latin("reason"), socket.event(latin("ACCOUNT_UPDATE"))[u"a"][u"m"].toString(),
            latin("ORDER"));
    }

    void restingOrdersTellTheirChanges()
    {
        const QByteArray key =
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString().toLatin1();
        Socket socket{url(u"/private/ws?listenKey=" + QString::fromLatin1(key))};
        const QByteArray low = price("0.98");
        place(
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&newClientOrderId=st-1&price=" +
            low);
        m_first->signedCall("PUT", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&origClientOrderId=st-1&quantity=0.020&modifyId=9&price=" + low);
        m_first->signedCall("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=st-1");
        place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.010&price=" + low);
        place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.010&priceMatch=OPPONENT_5");
        static_cast<void>(
            socket.wait([](const QJsonValue &value) { return value[u"o"][u"x"].toString() == u"EXPIRED"; }));
        m_checks.equal("7.3", latin("events"), namesOf(socket).join(u'|'),
            latin("ORDER_TRADE_UPDATE NEW NEW|ORDER_TRADE_UPDATE AMENDMENT NEW|ORDER_TRADE_UPDATE CANCELED "
                  "CANCELED|"
                  "ORDER_TRADE_UPDATE NEW NEW|ORDER_TRADE_UPDATE EXPIRED EXPIRED"));
        for (const QByteArray &message : socket.messages()) {
            m_checks.fits("7.3", nameOf(message), latin(orderShape), valueOf(message));
        }
        m_checks.equal(
            "7.3", latin("modifyId"), valueOf(socket.messages().value(1))[u"o"][u"M"].toInteger(), 9);
        m_checks.equal("7.3", latin("IOC remainder"),
            valueOf(socket.messages().value(4))[u"o"][u"er"].toString(), latin("2"));
    }

    void conditionalOrdersTellTheirStates()
    {
        const QByteArray key =
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString().toLatin1();
        Socket socket{url(u"/private/ws?listenKey=" + QString::fromLatin1(key))};
        m_first->signedCall("POST", "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0.001&clientAlgoId=sa-1&"
            "workingType=MARK_PRICE&triggerPrice=" +
                price("1.02"));
        m_checks.equal(
            "7.4", latin("NEW"), socket.event(latin("ALGO_UPDATE"))[u"o"][u"X"].toString(), latin("NEW"));
        m_first->control("POST", "mark", "{\"symbol\":\"BTCUSDT\",\"price\":\"" + price("1.03") + "\"}");
        static_cast<void>(
            socket.wait([](const QJsonValue &value) { return value[u"o"][u"X"].toString() == u"FINISHED"; }));
        QStringList states;
        for (const QByteArray &message : socket.messages()) {
            if (const QJsonValue event = valueOf(message); event[u"e"].toString() == u"ALGO_UPDATE") {
                states << event[u"o"][u"X"].toString();
                m_checks.fits("7.4", states.last(), latin(algoShape), event);
            }
        }
        m_checks.equal("7.4", latin("states"), states.join(u'|'), latin("NEW|TRIGGERING|TRIGGERED|FINISHED"));
        m_first->control("POST", "mark", "{\"symbol\":\"BTCUSDT\"}");
        m_first->signedCall("POST", "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=TRAILING_STOP_MARKET&quantity=0.001&"
            "callbackRate=1&clientAlgoId=sa-2");
        const QJsonValue trailing =
            socket.wait([](const QJsonValue &value) { return value[u"o"][u"caid"].toString() == u"sa-2"; });
        m_checks.add("7.4", latin("ia of a trailing order"), trailing[u"o"][u"ia"].isBool());
        m_first->signedCall("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=sa-2");
        m_checks.add("7.4", latin("CANCELED"),
            !socket.wait([](const QJsonValue &value) { return value[u"o"][u"X"].toString() == u"CANCELED"; })
                 .isNull());
    }

    void aTrailingStopThatTurnedNamesItsTrail()
    {
        const QByteArray key =
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString().toLatin1();
        Socket socket{url(u"/private/ws?listenKey=" + QString::fromLatin1(key))};
        const auto mark = [&](const QByteArray &more) {
            m_first->control("POST", "mark", "{\"symbol\":\"BTCUSDT\"" + more + '}');
        };
        mark(",\"price\":\"" + price("1") + '"');
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        m_first->signedCall("POST", "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.010&"
            "reduceOnly=true&callbackRate=0.5&workingType=MARK_PRICE&clientAlgoId=sa-3&activatePrice=" +
                price("1.005"));
        mark(",\"price\":\"" + price("1.01") + '"');
        mark(",\"price\":\"" + price("1.002") + '"');
        const auto isChild = [](const QJsonValue &value) {
            return value[u"e"].toString() == u"ORDER_TRADE_UPDATE" && value[u"o"][u"c"].toString() == u"sa-3";
        };
        const QJsonValue filled = socket.wait([&](const QJsonValue &value) {
            return isChild(value) && value[u"o"][u"X"].toString() == u"FILLED";
        });
        mark({});
        int told = 0;
        for (const QByteArray &message : socket.messages()) {
            const QJsonValue event = valueOf(message);
            const QJsonObject order = event[u"o"].toObject();
            if (isChild(event)) {
                ++told;
                m_checks.fits("7.3", latin("a trailing stop's engine order"), latin(trailingShape), event);
                m_checks.equal("7.3", latin("cr"), order[u"cr"].toString(), latin("0.5"));
                m_checks.equal("7.3", latin("o"), order[u"o"].toString(), latin("MARKET"));
                m_checks.equal("7.3", latin("ot"), order[u"ot"].toString(), latin("TRAILING_STOP_MARKET"));
                m_checks.equal("7.3", latin("p of a market order"), order[u"p"].toString(), latin("0"));
                m_checks.equal("7.3", latin("wt"), order[u"wt"].toString(), latin("MARK_PRICE"));
                m_checks.add("7.3", latin("AP"), exactOf(order[u"AP"]).isPositive());
                m_checks.add("7.3", latin("R"), order[u"R"].toBool());
            } else if (event[u"e"].toString() == u"ORDER_TRADE_UPDATE") {
                m_checks.add("7.3", latin("AP of trailing orders only"), !order.contains(u"AP"));
            }
        }
        m_checks.add("7.3", latin("NEW and fills"), told >= 2);
        const QJsonObject row =
            m_first
                ->signedCall("GET", "/fapi/v1/order",
                    "symbol=BTCUSDT&orderId=" + QByteArray::number(filled[u"o"][u"i"].toInteger()))
                .object();
        m_checks.equal("5.4", latin("priceRate"), row[u"priceRate"].toString(), latin("0.5"));
        m_checks.add(
            "5.4", latin("activatePrice"), exactOf(row[u"activatePrice"]) == exactOf(filled[u"o"][u"AP"]));
        const QByteArray bare = "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&"
                                "quantity=0.010&callbackRate=1&clientAlgoId=sa-4";
        m_checks.add("5.7", latin("activatePrice is the working price where none is sent"),
            exactOf(m_first->signedCall("POST", "/fapi/v1/algoOrder", bare).object()[u"activatePrice"])
                .isPositive());
        m_first->signedCall("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=sa-4");
    }

    void settingsAreTold()
    {
        const QByteArray key =
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString().toLatin1();
        Socket socket{url(u"/private/ws?listenKey=" + QString::fromLatin1(key))};
        m_first->signedCall("POST", "/fapi/v1/leverage", "symbol=SOLUSDT&leverage=7");
        m_checks.fits("7.5", latin("leverage"), latin("{e:t,E:i,T:i,ac:{s:t,l:i}}"),
            socket.event(latin("ACCOUNT_CONFIG_UPDATE")));
        socket.forget();
        m_first->signedCall("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=true");
        m_checks.fits("7.5", latin("asset mode"), latin("{e:t,E:i,T:i,ai:{j:b}}"),
            socket.event(latin("ACCOUNT_CONFIG_UPDATE")));
        m_first->signedCall("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=false");
        m_first->signedCall("POST", "/fapi/v1/marginType", "symbol=SOLUSDT&marginType=ISOLATED");
        const QJsonValue change = socket.event(latin("ACCOUNT_UPDATE"));
        m_checks.equal(
            "7.2", latin("margin type"), change[u"a"][u"m"].toString(), latin("MARGIN_TYPE_CHANGE"));
        m_checks.fits("7.2", latin("margin type"), latin(accountShape), change);
    }

    void theUserStreamOpensInAllItsForms()
    {
        const QString key = m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString();
        Socket path{url(u"/private/ws/" + key)};
        Socket query{url(u"/private/ws?listenKey=" + key)};
        Socket some{url(u"/private/ws?listenKey=" + key + u"&events=ORDER_TRADE_UPDATE")};
        Socket combined{
            url(u"/private/stream?listenKey=" + key + u"&events=ORDER_TRADE_UPDATE/ACCOUNT_UPDATE")};
        Socket later{url(latin("/private/stream"))};
        later.ask((u"{\"method\":\"SUBSCRIBE\",\"params\":[\"" + key + u"\"],\"id\":1}").toLatin1());
        Socket wrongRoute{url(u"/ws/" + key)};
        place("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.001");
        m_checks.add("1.3", latin("key in the path"), !path.event(latin("ORDER_TRADE_UPDATE")).isNull());
        m_checks.add("1.3", latin("key in the query"), !query.event(latin("ORDER_TRADE_UPDATE")).isNull());
        m_checks.add("1.3", latin("named events"), !some.event(latin("ORDER_TRADE_UPDATE")).isNull());
        m_checks.fits("1.3", latin("combined"), latin("{stream:t,data:*}"), combined.any());
        const QJsonValue wrapped =
            later.wait([](const QJsonValue &value) { return value.toObject().contains(u"stream"); });
        m_checks.equal("1.6", latin("subscribed by message"), wrapped[u"stream"].toString(), key);
        QTest::qWait(500);
        m_checks.add(
            "1.3", latin("other events are left out"), some.event(latin("ACCOUNT_UPDATE"), 10).isNull());
        m_checks.add("1.4", latin("a listen key unrouted is mute"), wrongRoute.messages().isEmpty());
        m_first->keyed("DELETE", "/fapi/v1/listenKey");
        const qsizetype before = path.messages().size();
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001");
        QTest::qWait(500);
        m_checks.equal("7.1", latin("mute after DELETE"), path.messages().size(), before);
        m_checks.add("7.1", latin("but open"), path.isOpen());
    }

    void anEndingKeySaysSo()
    {
        const QString key = m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString();
        Socket socket{url(u"/private/ws?listenKey=" + key)};
        m_first->control("POST", "happen", "{\"kind\":\"loseListenKey\"}");
        m_checks.fits("7.1", latin("listenKeyExpired"), latin("{e:t,E:i,listenKey:t}"),
            socket.event(latin("listenKeyExpired")));
    }

    void accountsHearOnlyTheirOwn()
    {
        Stranger second{*m_exchange, 2};
        const QString mine = second.keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString();
        Socket socket{url(u"/private/ws?listenKey=" + mine)};
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001");
        second.signedCall("POST", "/fapi/v1/order", "symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.100");
        static_cast<void>(
            socket.wait([](const QJsonValue &value) { return value[u"o"][u"X"].toString() == u"FILLED"; }));
        bool isOwn = true;
        for (const QByteArray &message : socket.messages()) {
            isOwn = isOwn && !message.contains("BTCUSDT");
        }
        m_checks.add("12", latin("only its own"), isOwn && !socket.messages().isEmpty());
    }

    void liquidationsArePublic()
    {
        Socket all{url(latin("/market/ws/!forceOrder@arr"))};
        place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        const QByteArray key =
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString().toLatin1();
        Socket user{url(u"/private/ws?listenKey=" + QString::fromLatin1(key))};
        m_first->control("POST", "happen", "{\"kind\":\"liquidation\",\"symbol\":\"BTCUSDT\"}");
        m_checks.fits("6.1", latin("forceOrder"),
            latin("{e:t,E:i,o:{s:t,S:t,o:t,f:t,q:d,p:d,ap:d,X:t,l:d,z:d,T:i},ps:t,st:i}"), all.any());
        const QJsonValue order = user.event(latin("ORDER_TRADE_UPDATE"));
        m_checks.add("7.3", latin("autoclose"), order[u"o"][u"c"].toString().startsWith(u"autoclose-"));
        m_checks.fits("5.11", latin("forceOrders"), latin("[*]"),
            m_first->signedCall("GET", "/fapi/v1/forceOrders", "autoCloseType=LIQUIDATION").json());
    }

    void aHaltIsToldByContractInfo()
    {
        Socket socket{url(latin("/market/ws/!contractInfo"))};
        QTest::qWait(300);
        m_first->control("POST", "happen", "{\"kind\":\"haltSymbol\",\"symbol\":\"LTCUSDT\"}");
        const QJsonValue event = socket.any(20'000);
        m_checks.fits(
            "6.1", latin("contractInfo"), latin("{e:t,E:i,s:t,ps:t,ct:t,dt:i,ot:i,cs:t,st:i}"), event);
        m_checks.equal("6.1", latin("symbol"), event[u"s"].toString(), latin("LTCUSDT"));
        m_checks.add("6.1", latin("status"), event[u"cs"].toString() != u"TRADING");
    }

    void anotherLeverageTableIsToldByContractInfo()
    {
        Socket socket{url(latin("/market/ws/!contractInfo"))};
        QTest::qWait(300);
        m_first->control("POST", "brackets",
            "{\"symbol\":\"GRTUSDT\",\"brackets\":[{\"initialLeverage\":50,\"notionalCap\":\"5000\","
            "\"maintMarginRatio\":\"0.01\"},{\"initialLeverage\":20,\"notionalCap\":\"25000\","
            "\"maintMarginRatio\":\"0.025\"}]}");
        const QJsonValue event =
            socket.wait([](const QJsonValue &value) { return value.toObject().contains(u"bks"); });
        m_checks.fits("6.1", latin("contractInfo with brackets"),
            latin(
                "{e:t,E:i,s:t,ps:t,ct:t,dt:i,ot:i,cs:t,bks:[{bs:i,bnf:n,bnc:n,mmr:n,cf:n,mi:i,ma:i}],st:i}"),
            event);
        // The reference's sample: floor 5000, amount 75, leverage 1 or 11 to 20.
        const QJsonValue second = event[u"bks"][1];
        m_checks.equal("6.1", latin("bnf"), second[u"bnf"].toInteger(), 5'000);
        m_checks.equal("6.1", latin("cf"), second[u"cf"].toInteger(), 75);
        m_checks.equal("6.1", latin("ma"), second[u"ma"].toInteger(), 20);
        m_checks.equal("6.1", latin("mi of the first"), event[u"bks"][0][u"mi"].toInteger(), 21);
    }
};

QTEST_GUILESS_MAIN(StreamsTest)
#include "streams_test.moc"
