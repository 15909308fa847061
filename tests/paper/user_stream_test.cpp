#include "exchange/paper/core/paper_exchange.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

const Timestamp startAt = domain::timestampFromMs(1'795'400'000'000);
const std::string key(64, 'k');
const std::string secret = "secret";

struct Rig
{
    explicit Rig(StreamConfig streams = {})
    {
        ExchangeConfig config;
        config.key = {key, secret, ""};
        config.streams = streams;
        std::vector<Contract> contracts{builtInContracts().begin(), builtInContracts().begin() + 2};
        exchange = std::make_unique<PaperExchange>(config, std::make_unique<MarketGenerator>(4, contracts));
        started = exchange->start({}, now).has_value();
        exchange->step(now);
    }

    QJsonObject call(const std::string &method, const std::string &path, std::string parameters = {})
    {
        parameters += (parameters.empty() ? "timestamp=" : "&timestamp=") + std::to_string(domain::toMs(now));
        parameters += "&signature=" + hmacSha256(secret, parameters);
        const Response response = exchange->handle(now, {method, path, {}, parameters, key});
        return QJsonDocument::fromJson(QByteArray::fromStdString(response.body)).object();
    }

    std::string listenKey()
    {
        const Response response = exchange->handle(now, {"POST", "/fapi/v1/listenKey", {}, {}, key});
        return QJsonDocument::fromJson(QByteArray::fromStdString(response.body))
            .object()[u"listenKey"]
            .toString()
            .toStdString();
    }

    QStringList eventsOf(ConnectionId id)
    {
        QStringList names;
        for (const StreamOutput &output : output_) {
            if (output.to == id && !output.text.empty()) {
                const QJsonObject message =
                    QJsonDocument::fromJson(QByteArray::fromStdString(output.text)).object();
                names << (message.contains(u"data") ? message[u"data"].toObject() : message)[u"e"].toString();
            }
        }
        return names;
    }

    void take() { output_ = exchange->streams().takeOutput(); }

    std::unique_ptr<PaperExchange> exchange;
    Timestamp now = startAt;
    bool started = false;
    std::vector<StreamOutput> output_;
};

const std::string marketBuy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002";

} // namespace

class UserStreamTest : public QObject
{
    Q_OBJECT
private slots:
    void aFillIsToldInTheOrderOfTheRealExchange()
    {
        Rig rig;
        QVERIFY(rig.started);
        const std::string listenKey = rig.listenKey();
        QVERIFY(rig.exchange->streams().open(1, "/private/ws/" + listenKey, {}, rig.now));
        rig.take();
        rig.call("POST", "/fapi/v1/order", marketBuy);
        rig.take();
        // TRADE_LITE, ACCOUNT_UPDATE, ORDER_TRADE_UPDATE for each fill, after the order's NEW: reference 7.1
        const QStringList events = rig.eventsOf(1);
        QVERIFY(events.size() >= 4);
        QCOMPARE(
            events.mid(0, 4), (QStringList{QStringLiteral("ORDER_TRADE_UPDATE"), QStringLiteral("TRADE_LITE"),
                                  QStringLiteral("ACCOUNT_UPDATE"), QStringLiteral("ORDER_TRADE_UPDATE")}));
    }

    void onlyTheEventsAskedForCome()
    {
        Rig rig;
        const std::string listenKey = rig.listenKey();
        QVERIFY(rig.exchange->streams().open(
            1, "/private/stream", "listenKey=" + listenKey + "&events=ACCOUNT_UPDATE", rig.now));
        QVERIFY(rig.exchange->streams().open(2, "/private/ws", "listenKey=" + listenKey, rig.now));
        QVERIFY(rig.exchange->streams().open(3, "/private/ws", "listenKey=another", rig.now));
        QVERIFY(rig.exchange->streams().open(4, "/ws/" + listenKey, {}, rig.now));
        rig.take();
        rig.call("POST", "/fapi/v1/order", marketBuy);
        rig.take();
        for (const QString &event : rig.eventsOf(1)) {
            QCOMPARE(event, QStringLiteral("ACCOUNT_UPDATE"));
        }
        QVERIFY(!rig.eventsOf(1).isEmpty());
        QVERIFY(rig.eventsOf(2).contains(QStringLiteral("ORDER_TRADE_UPDATE")));
        QVERIFY(rig.eventsOf(3).isEmpty());
        QVERIFY(rig.eventsOf(4).isEmpty());
    }

    void aKeyMayBeSubscribedByMessage()
    {
        Rig rig;
        const std::string listenKey = rig.listenKey();
        QVERIFY(rig.exchange->streams().open(1, "/private/stream", {}, rig.now));
        const std::string message =
            "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + listenKey + "\"],\"id\":\"x\"}";
        rig.exchange->streams().onText(1, message, rig.now);
        rig.take();
        rig.call("POST", "/fapi/v1/order", marketBuy);
        rig.take();
        QVERIFY(!rig.output_.empty());
        QVERIFY(rig.output_.front().text.starts_with("{\"stream\":\"" + listenKey));
    }

    void aStrictExchangeIsSilentWithoutNamedEvents()
    {
        StreamConfig config;
        config.needsEvents = true;
        Rig rig{config};
        const std::string listenKey = rig.listenKey();
        QVERIFY(rig.exchange->streams().open(1, "/private/ws", "listenKey=" + listenKey, rig.now));
        QVERIFY(rig.exchange->streams().open(
            2, "/private/ws", "listenKey=" + listenKey + "&events=TRADE_LITE", rig.now));
        rig.take();
        rig.call("POST", "/fapi/v1/order", marketBuy);
        rig.take();
        QVERIFY(rig.eventsOf(1).isEmpty());
        QVERIFY(!rig.eventsOf(2).isEmpty());
    }

    void anUntendedKeyExpiresAfterAnHour()
    {
        Rig rig;
        const std::string listenKey = rig.listenKey();
        QVERIFY(rig.exchange->streams().open(1, "/private/ws", "listenKey=" + listenKey, rig.now));
        rig.now += 50min;
        rig.exchange->handle(rig.now, {"PUT", "/fapi/v1/listenKey", {}, {}, key});
        rig.now += 59min;
        rig.exchange->step(rig.now);
        rig.take();
        QVERIFY(rig.eventsOf(1).isEmpty());
        rig.now += 1min;
        rig.exchange->step(rig.now);
        rig.take();
        QCOMPARE(rig.eventsOf(1), QStringList{QStringLiteral("listenKeyExpired")});
        rig.call("POST", "/fapi/v1/order", marketBuy);
        rig.take();
        QVERIFY(rig.eventsOf(1).isEmpty());
        const Response gone = rig.exchange->handle(rig.now, {"PUT", "/fapi/v1/listenKey", {}, {}, key});
        QCOMPARE(gone.status, 400);
        QVERIFY(gone.body.find("-1125") != std::string::npos);
        QVERIFY(rig.listenKey() != listenKey);
    }

    void conditionalOrdersLiveInTheirOwnService()
    {
        Rig rig;
        QVERIFY(rig.exchange->streams().open(1, "/private/ws", "listenKey=" + rig.listenKey(), rig.now));
        rig.take();
        const QJsonObject placed = rig.call("POST", "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.002&triggerPrice="
            "50000&clientAlgoId=stop-1");
        rig.take();
        QCOMPARE(placed[u"algoStatus"].toString(), QStringLiteral("NEW"));
        QCOMPARE(placed[u"orderType"].toString(), QStringLiteral("STOP_MARKET"));
        QCOMPARE(rig.eventsOf(1), QStringList{QStringLiteral("ALGO_UPDATE")});
        const QJsonObject cancelled = rig.call("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=stop-1");
        QCOMPARE(cancelled[u"code"].toString(), QStringLiteral("200")); // a text here, as live
        QCOMPARE(
            rig.call("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=stop-1")[u"code"].toInt(),
            -2011);
    }
};

QTEST_APPLESS_MAIN(UserStreamTest)
#include "user_stream_test.moc"
