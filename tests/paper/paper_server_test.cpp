#include "exchange/paper/core/security.h"
#include "exchange/paper/server/paper_server.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWebSocket>

using namespace paper;

namespace
{

constexpr int patience = 30'000;

struct Answer
{
    int status = 0;
    QByteArray body;
    QMap<QByteArray, QByteArray> headers;
    int code() const { return QJsonDocument::fromJson(body).object()[u"code"].toInt(); }
    QJsonObject object() const { return QJsonDocument::fromJson(body).object(); }
    QJsonArray array() const { return QJsonDocument::fromJson(body).array(); }
};

} // namespace

class PaperServerTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QNetworkAccessManager m_network;
    std::unique_ptr<PaperServer> m_server;
    PaperEndpoints m_at;

    void startServer()
    {
        PaperConfig config;
        config.dataDirectory = m_folder.path();
        m_server = std::make_unique<PaperServer>(config);
        auto started = m_server->start();
        QTRY_VERIFY_WITH_TIMEOUT(started.isFinished(), patience);
        const auto result = started.result();
        QVERIFY2(result, result ? "" : result.error().detail.c_str());
        m_at = *result;
    }

    Answer call(const QByteArray &method, const QByteArray &path, const QByteArray &query,
        const QByteArray &key = {}, const QByteArray &body = {})
    {
        QUrl url{m_at.rest};
        url.setPath(QString::fromLatin1(path));
        url.setQuery(QString::fromLatin1(query));
        QNetworkRequest request{url};
        request.setHeader(
            QNetworkRequest::ContentTypeHeader, QByteArray{"application/x-www-form-urlencoded"});
        if (!key.isEmpty()) {
            request.setRawHeader("X-MBX-APIKEY", key);
        }
        const std::unique_ptr<QNetworkReply> reply{m_network.sendCustomRequest(request, method, body)};
        QSignalSpy done{reply.get(), &QNetworkReply::finished};
        if (!reply->isFinished()) {
            done.wait(patience);
        }
        Answer answer{
            reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), reply->readAll(), {}};
        for (const auto &[name, value] : reply->rawHeaderPairs()) {
            answer.headers[name] = value;
        }
        return answer;
    }

    QByteArray stamped(const QByteArray &parameters, qint64 shiftMs = 0) const
    {
        const QByteArray stamp = QByteArray::number(QDateTime::currentMSecsSinceEpoch() + shiftMs);
        return parameters + (parameters.isEmpty() ? "" : "&") + "recvWindow=5000&timestamp=" + stamp;
    }

    QByteArray withSignature(const QByteArray &text, const QByteArray &secret) const
    {
        return text + "&signature=" +
               QByteArray::fromStdString(hmacSha256(secret.toStdString(), text.toStdString()));
    }

    Answer signedCall(const QByteArray &method, const QByteArray &path, const QByteArray &parameters)
    {
        const QByteArray text = withSignature(stamped(parameters), m_at.secret);
        return method == "POST" || method == "PUT" ? call(method, path, {}, m_at.apiKey, text)
                                                   : call(method, path, text, m_at.apiKey);
    }

    double lastPrice()
    {
        return call("GET", "/fapi/v1/ticker/price", "symbol=BTCUSDT")
            .object()[u"price"]
            .toString()
            .toDouble();
    }

private slots:
    void initTestCase()
    {
        m_network.setAutoDeleteReplies(false);
        startServer();
    }

    void cleanupTestCase() { m_server.reset(); }

    void tellsTheTimeAndItsSymbols()
    {
        const Answer time = call("GET", "/fapi/v1/time", {});
        QCOMPARE(time.status, 200);
        const qint64 offset = time.object()[u"serverTime"].toInteger() - QDateTime::currentMSecsSinceEpoch();
        QVERIFY(qAbs(offset) < patience);
        QVERIFY(time.headers.contains("x-mbx-used-weight-1m"));

        const QJsonArray symbols = call("GET", "/fapi/v1/exchangeInfo", {}).object()[u"symbols"].toArray();
        QVERIFY(symbols.size() >= 24);
        QCOMPARE(symbols[0].toObject()[u"filters"].toArray()[0].toObject()[u"tickSize"].toString(),
            QStringLiteral("0.10"));
    }

    void answersKlinesAsTheReferenceShowsThem()
    {
        const QJsonArray rows = call("GET", "/fapi/v1/klines", "symbol=BTCUSDT&interval=5m&limit=99").array();
        QCOMPARE(rows.size(), 99);
        const QJsonArray row = rows[3].toArray();
        QCOMPARE(row.size(), 12);
        QCOMPARE(row[6].toInteger(), row[0].toInteger() + 300'000 - 1);
        QVERIFY(row[1].isString() && row[8].isDouble());
        QCOMPARE(call("GET", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1s").code(), -1120);
        QCOMPARE(call("GET", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=1501").code(), -1130);
        QCOMPARE(call("GET", "/fapi/v1/klines", "symbol=NOPEUSDT&interval=1m").code(), -1121);
    }

    void refusesWrongKeysAndSignatures()
    {
        const QByteArray text = stamped({});
        const Answer noKey = call("GET", "/fapi/v3/account", withSignature(text, m_at.secret));
        QCOMPARE(noKey.status, 401);
        QCOMPARE(noKey.code(), -2014);
        const Answer otherKey =
            call("GET", "/fapi/v3/account", withSignature(text, m_at.secret), QByteArray(64, 'a'));
        QCOMPARE(otherKey.status, 401);
        QCOMPARE(otherKey.code(), -2015);
        const Answer wrong =
            call("GET", "/fapi/v3/account", withSignature(text, "another secret"), m_at.apiKey);
        QCOMPARE(wrong.status, 400);
        QCOMPARE(wrong.code(), -1022);
        QCOMPARE(signedCall("GET", "/fapi/v3/account", {}).status, 200);
    }

    void refusesTimestampsOnBothSidesOfTheWindow()
    {
        for (const qint64 shift : {qint64{-60'000}, qint64{60'000}}) {
            const QByteArray text = withSignature(stamped({}, shift), m_at.secret);
            const Answer answer = call("GET", "/fapi/v3/balance", text, m_at.apiKey);
            QCOMPARE(answer.status, 400);
            QCOMPARE(answer.code(), -1021);
        }
        const Answer without =
            call("GET", "/fapi/v3/balance", withSignature("recvWindow=5000", m_at.secret), m_at.apiKey);
        QCOMPARE(without.code(), -1102);
    }

    void refusesDuplicateAndEmptyParameters()
    {
        QCOMPARE(call("GET", "/fapi/v1/depth", "symbol=BTCUSDT&symbol=ETHUSDT").code(), -1101);
        QCOMPARE(call("GET", "/fapi/v1/depth", "symbol=").code(), -1105);
        QCOMPARE(call("GET", "/fapi/v1/depth", {}).code(), -1102);
        QCOMPARE(call("GET", "/fapi/v1/depth", "symbol=BTCUSDT&limit=7").code(), -4021);
    }

    void hasNoneOfTheRemovedPaths()
    {
        QCOMPARE(signedCall("GET", "/fapi/v1/account", {}).status, 404);
        QCOMPARE(signedCall("GET", "/fapi/v1/positionRisk", {}).status, 404);
    }

    void namesTheFilterThatAnOrderBreaks_data()
    {
        QTest::addColumn<QByteArray>("order");
        QTest::addColumn<int>("code");
        const QByteArray limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC";
        QTest::newRow("off tick") << limit + "&quantity=0.010&price=60000.05" << -4014;
        QTest::newRow("off step") << limit + "&quantity=0.0105&price=60000" << -1111;
        QTest::newRow("unknown symbol") << QByteArray{"symbol=NOPE&side=BUY&type=MARKET&quantity=1"} << -1121;
        QTest::newRow("stop on the classic endpoint")
            << QByteArray{"symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&stopPrice=50000"} << -4120;
        QTest::newRow("no side") << QByteArray{"symbol=BTCUSDT&type=MARKET&quantity=1"} << -1102;
    }
    void namesTheFilterThatAnOrderBreaks()
    {
        QFETCH(QByteArray, order);
        QFETCH(int, code);
        const Answer answer = signedCall("POST", "/fapi/v1/order", order);
        QCOMPARE(answer.status, 400);
        QCOMPARE(answer.code(), code);
    }

    void tradesAndTellsTheUserStream()
    {
        const QByteArray key =
            call("POST", "/fapi/v1/listenKey", {}, m_at.apiKey).object()[u"listenKey"].toString().toLatin1();
        QCOMPARE(key.size(), 64);
        QWebSocket socket;
        QList<QJsonObject> events;
        connect(&socket, &QWebSocket::textMessageReceived, this,
            [&](const QString &text) { events << QJsonDocument::fromJson(text.toUtf8()).object(); });
        socket.open(
            QUrl{m_at.streams.toString() + QStringLiteral("/private/ws?listenKey=") +
                 QString::fromLatin1(key) + QStringLiteral("&events=ORDER_TRADE_UPDATE/ACCOUNT_UPDATE")});
        QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::ConnectedState, patience);

        const Answer placed = signedCall("POST", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002&newClientOrderId=test-1&newOrderRespType="
            "RESULT");
        QCOMPARE(placed.status, 200);
        QCOMPARE(placed.object()[u"status"].toString(), QStringLiteral("FILLED"));
        QVERIFY(placed.headers.contains("x-mbx-order-count-10s"));

        const auto isFilled = [&] {
            return std::any_of(events.cbegin(), events.cend(), [](const QJsonObject &event) {
                return event[u"e"] == QStringLiteral("ORDER_TRADE_UPDATE") &&
                       event[u"o"].toObject()[u"X"] == QStringLiteral("FILLED");
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(isFilled(), patience);
        const auto isOther = [](const QJsonObject &event) {
            return event[u"e"] != QStringLiteral("ORDER_TRADE_UPDATE") &&
                   event[u"e"] != QStringLiteral("ACCOUNT_UPDATE");
        };
        QVERIFY(std::none_of(events.cbegin(), events.cend(), isOther));

        const QJsonArray risk = signedCall("GET", "/fapi/v3/positionRisk", {}).array();
        QCOMPARE(risk.size(), 1);
        QCOMPARE(risk[0].toObject()[u"positionAmt"].toString(), QStringLiteral("0.002"));
        const QJsonObject order =
            signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=test-1").object();
        QCOMPARE(order[u"executedQty"].toString(), QStringLiteral("0.002"));
    }

    void keepsTheAccountOverARestart()
    {
        const QByteArray before = signedCall("GET", "/fapi/v3/positionRisk", {})
                                      .array()[0]
                                      .toObject()[u"entryPrice"]
                                      .toString()
                                      .toLatin1();
        const QByteArray keyBefore = m_at.apiKey;
        m_server.reset();
        startServer();
        QCOMPARE(m_at.apiKey, keyBefore);
        const QJsonObject position = signedCall("GET", "/fapi/v3/positionRisk", {}).array()[0].toObject();
        QCOMPARE(position[u"positionAmt"].toString(), QStringLiteral("0.002"));
        QCOMPARE(position[u"entryPrice"].toString().toLatin1(), before);
    }

    void startsOverWhenToldTo()
    {
        auto reset = m_server->reset();
        QTRY_VERIFY_WITH_TIMEOUT(reset.isFinished(), patience);
        QVERIFY(reset.result());
        QCOMPARE(signedCall("GET", "/fapi/v3/positionRisk", {}).array().size(), 0);
        const QJsonArray balance = signedCall("GET", "/fapi/v3/balance", {}).array();
        QCOMPARE(balance[0].toObject()[u"balance"].toString(), QStringLiteral("10000.00000000"));
        QVERIFY(lastPrice() > 0);
    }

    void setsADamagedAccountAside()
    {
        m_server.reset();
        QFile file{m_folder.filePath(QStringLiteral("paper-state.json"))};
        QVERIFY(file.open(QIODevice::ReadWrite));
        file.seek(file.size() / 2);
        file.write("damage");
        file.close();
        PaperConfig config;
        config.dataDirectory = m_folder.path();
        m_server = std::make_unique<PaperServer>(config);
        QSignalSpy notices{m_server.get(), &PaperServer::noticed};
        auto started = m_server->start();
        QTRY_VERIFY_WITH_TIMEOUT(started.isFinished(), patience);
        m_at = *started.result();
        QTRY_COMPARE_WITH_TIMEOUT(notices.size(), 1, patience);
        QCOMPARE(QDir{m_folder.path()}.entryList({QStringLiteral("*.damaged-*")}).size(), 1);
        QCOMPARE(signedCall("GET", "/fapi/v3/account", {}).status, 200);
    }

    void setsAsideWhatIsDamagedBesideTheAccount_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("scenarios") << QStringLiteral("paper-scenarios.json");
        QTest::newRow("what /control/ set") << QStringLiteral("paper-control.json");
    }
    void setsAsideWhatIsDamagedBesideTheAccount()
    {
        QFETCH(QString, name);
        const QTemporaryDir folder;
        QFile file{folder.filePath(name)};
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{\"damage\"") == 9);
        file.close();
        PaperConfig config;
        config.dataDirectory = folder.path();
        PaperServer server{config};
        QSignalSpy notices{&server, &PaperServer::noticed};
        auto started = server.start();
        QTRY_VERIFY_WITH_TIMEOUT(started.isFinished(), patience);
        QVERIFY(started.result());
        QTRY_COMPARE_WITH_TIMEOUT(notices.size(), 1, patience);
        const QStringList aside = QDir{folder.path()}.entryList({name + QStringLiteral(".damaged-*")});
        QCOMPARE(aside.size(), 1);
        QVERIFY(notices[0][1].toString().contains(aside.front()));
        QFile kept{folder.filePath(aside.front())};
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), QByteArray{"{\"damage\""});
    }

    void losesAnswersWhenToldTo()
    {
        FaultRule rule;
        rule.kind = FaultKind::DropAfter;
        rule.path = "/fapi/v1/order";
        rule.method = "POST";
        rule.count = 1;
        m_server->setFaults({rule});
        const QByteArray order = "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.100&price="
                                 "1900&newClientOrderId=lost-1";
        // A body that cannot be sent again, so that Qt does not repeat the order.
        const Answer lost = signedCall("DELETE", "/fapi/v1/allOpenOrders", "symbol=ETHUSDT");
        QCOMPARE(lost.status, 200);
        signedCall("POST", "/fapi/v1/order", order);
        m_server->setFaults({});
        const Answer found = signedCall("GET", "/fapi/v1/order", "symbol=ETHUSDT&origClientOrderId=lost-1");
        QCOMPARE(found.status, 200);

        rule = {};
        rule.kind = FaultKind::Unavailable;
        rule.count = 1;
        m_server->setFaults({rule});
        QCOMPARE(call("GET", "/fapi/v1/ping", {}).status, 503);
        QCOMPARE(call("GET", "/fapi/v1/ping", {}).status, 200);

        rule.kind = FaultKind::UnknownExecuted;
        m_server->setFaults({rule});
        const Answer unknown = call("GET", "/fapi/v1/ping", {});
        QCOMPARE(unknown.status, 503);
        QVERIFY(unknown.body.contains("Unknown error, please check your request or try again later."));
        m_server->setFaults({});
    }

    void answersLateToAClientThatIsGone()
    {
        FaultRule rule;
        rule.kind = FaultKind::Delay;
        rule.delay = std::chrono::milliseconds{150};
        m_server->setFaults({rule});
        for (int i = 0; i < 50; ++i) {
            QNetworkRequest request{m_at.rest.resolved(QUrl{QStringLiteral("/fapi/v1/ping")})};
            QNetworkReply *reply = m_network.get(request);
            QTRY_VERIFY_WITH_TIMEOUT(reply->isRunning(), patience);
            reply->abort();
            reply->deleteLater();
        }
        QCOMPARE(call("GET", "/fapi/v1/ping", {}).status, 200);
        m_server->setFaults({});
    }

    void pushesOnTheRightRouteOnly()
    {
        QWebSocket right;
        QWebSocket wrong;
        QStringList rightMessages;
        QStringList wrongMessages;
        connect(&right, &QWebSocket::textMessageReceived, this,
            [&](const QString &text) { rightMessages << text; });
        connect(&wrong, &QWebSocket::textMessageReceived, this,
            [&](const QString &text) { wrongMessages << text; });
        right.open(QUrl{m_at.streams.toString() +
                        QStringLiteral("/market/stream?streams=btcusdt@kline_1m/!markPrice@arr@1s")});
        wrong.open(QUrl{m_at.streams.toString() + QStringLiteral("/ws")});
        QTRY_COMPARE_WITH_TIMEOUT(wrong.state(), QAbstractSocket::ConnectedState, patience);
        wrong.sendTextMessage(
            QStringLiteral(R"({"method":"SUBSCRIBE","params":["btcusdt@kline_1m"],"id":"a-1"})"));
        QTRY_VERIFY_WITH_TIMEOUT(rightMessages.size() > 5, patience);
        QVERIFY(rightMessages.front().startsWith(QStringLiteral("{\"stream\":")));
        QCOMPARE(wrongMessages, QStringList{QStringLiteral("{\"result\":null,\"id\":\"a-1\"}")});
    }

    void closesWhatIsNotAStreamEntry()
    {
        QWebSocket socket;
        QSignalSpy closed{&socket, &QWebSocket::disconnected};
        socket.open(QUrl{m_at.streams.toString() + QStringLiteral("/ws?btcusdt@depth")});
        QTRY_VERIFY_WITH_TIMEOUT(closed.size() > 0, patience);
    }

    void aRecordingThatCannotBeReadEndsTheStartWithItsName()
    {
        PaperConfig config;
        config.replayFiles = {m_folder.filePath(QStringLiteral("BTCUSDT-1m-2025-05.csv"))};
        PaperServer server{config};
        auto started = server.start();
        QTRY_VERIFY_WITH_TIMEOUT(started.isFinished(), patience);
        const auto result = started.result();
        QVERIFY(!result);
        QVERIFY(result.error().code == domain::ErrorCode::Malformed);
        QVERIFY(result.error().detail.find("BTCUSDT-1m-2025-05.csv") != std::string::npos);
    }

    void aReplayServesTheRecordingAndLeavesTheSavedAccountAlone()
    {
        const QString folder = m_folder.filePath(QStringLiteral("replay"));
        QVERIFY(QDir{}.mkpath(folder));
        QFile file{QDir{folder}.filePath(QStringLiteral("SOLUSDT-1m.csv"))};
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("open_time,open,high,low,close,volume\n");
        for (qint64 minute = 0; minute < 60; ++minute) {
            file.write(QByteArray::number(1'746'000'000'000 + minute * 60'000) + ",150,151,149,150.5,1000\n");
        }
        file.close();
        PaperConfig config;
        config.dataDirectory = folder;
        config.replayFiles = {file.fileName()};
        config.replaySpeed = 1'000;
        PaperServer server{config};
        QSignalSpy moved{&server, &PaperServer::replayMoved};
        QSignalSpy notices{&server, &PaperServer::noticed};
        auto started = server.start();
        QTRY_VERIFY_WITH_TIMEOUT(started.isFinished(), patience);
        const PaperEndpoints live = m_at;
        m_at = *started.result();
        QCOMPARE(call("GET", "/fapi/v1/exchangeInfo", {}).object()[u"symbols"].toArray().size(), 1);
        const qint64 offset = call("GET", "/fapi/v1/time", {}).object()[u"serverTime"].toInteger() -
                              QDateTime::currentMSecsSinceEpoch();
        QVERIFY(qAbs(offset) < patience);
        QCOMPARE(signedCall("GET", "/fapi/v3/account", {}).status, 200);
        QTRY_VERIFY_WITH_TIMEOUT(notices.size() == 1, patience); // the end
        QVERIFY(moved.size() >= 1);
        const QJsonArray rows =
            call("GET", "/fapi/v1/klines", "symbol=SOLUSDT&interval=1m&limit=1000").array();
        QCOMPARE(rows.size(), 60);
        QCOMPARE(rows[59].toArray()[2].toString().toDouble(), 151.0);
        auto stopped = server.stop();
        QTRY_VERIFY_WITH_TIMEOUT(stopped.isFinished(), patience);
        QVERIFY(!QFile::exists(QDir{folder}.filePath(QStringLiteral("paper-state.json"))));
        m_at = live;
    }

    void stopsTalkingToThoseWhoAskTooMuch()
    {
        int status = 200;
        for (int i = 0; i < 60 && status == 200; ++i) { // 40 of weight each
            status = call("GET", "/fapi/v1/ticker/24hr", {}).status;
        }
        for (int i = 0; i < 70 && status == 200; ++i) {
            status = call("GET", "/fapi/v1/ticker/24hr", {}).status;
        }
        QCOMPARE(status, 429);
        Answer answer;
        for (int i = 0; i < 12 && answer.status != 418; ++i) {
            answer = call("GET", "/fapi/v1/ticker/24hr", {});
        }
        QCOMPARE(answer.status, 418);
        QCOMPARE(answer.code(), -1003);
        QVERIFY(answer.body.contains("banned until"));
        QVERIFY(answer.headers["retry-after"].toInt() > 60);
    }
};

QTEST_GUILESS_MAIN(PaperServerTest)
#include "paper_server_test.moc"
