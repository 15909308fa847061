#include "exchange/paper/server/paper_server.h"
#include "exchange/transport/request_pump.h"
#include "tests/support/fake_venue.h"
#include "tests/support/program.h"

#include <QAbstractButton>
#include <QDir>
#include <QLabel>
#include <QTableView>
#include <QTcpServer>
#include <QTemporaryDir>

using support::outcomeOf;
using support::patience;

namespace
{

const QByteArray apiKey(64, 'k');
const QByteArray secret(64, 's');

quint16 closedPort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

} // namespace

/// What goes wrong around a program in use: nothing is lost, and the window says what is the matter.
class TroubleTest : public QObject
{
    Q_OBJECT
private:
    QString keysFile() const
    {
        QFile file{m_folder->filePath(QStringLiteral("keys"))};
        if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)) {
            return {};
        }
        file.write("key = " + apiKey + "\nsecret = " + secret + '\n');
        return file.fileName();
    }
    QStringList labels() const
    {
        QStringList texts;
        for (const QLabel *label : m_program->window().findChildren<QLabel *>()) {
            texts << label->text();
        }
        return texts;
    }
    int rows(const char *table) const { return m_program->find<QTableView>(table)->model()->rowCount(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<support::Program> m_program;

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
        QVERIFY(app::startLogging(m_folder->filePath(QStringLiteral("log")), QStringLiteral("debug")));
        m_program = std::make_unique<support::Program>(m_folder->path());
    }
    void cleanup()
    {
        if (m_program->isOpen()) {
            QVERIFY(m_program->close());
        }
        m_program.reset();
        app::stopLogging();
    }

    void aVenueThatRefusesIsTriedUntilItIsThere()
    {
        paper::PaperConfig config;
        config.restPort = closedPort();
        config.streamPort = closedPort();
        config.apiKey = apiKey;
        config.secret = secret;
        QVERIFY(m_program->openCustom(config.restPort, config.streamPort, keysFile()));
        ports::VenueHealth &health = m_program->venue().health();
        QTRY_VERIFY_WITH_TIMEOUT(std::ranges::any_of(health.state()->streams,
                                     [](const ports::StreamHealth &stream) {
                                         return stream.state == ports::StreamHealth::State::Waiting &&
                                                stream.reason.contains(QStringLiteral("refused")) &&
                                                stream.retryIn;
                                     }),
            patience);
        QVERIFY(!health.state()->canTrade);
        const QString why = health.state()->tradeBlockedReason;
        QVERIFY(!why.isEmpty());
        // Band, connection panel and log say so.
        QTRY_VERIFY_WITH_TIMEOUT(
            m_program->find<QLabel>("connection.trade")->text().contains(health.state()->tradeBlockedReason),
            patience);
        QTRY_VERIFY_WITH_TIMEOUT(m_program->logged("could not be reached") > 0, patience);
        QVERIFY(!m_program->find<QAbstractButton>("ticket.send")->isEnabled());

        paper::PaperServer server{config};
        const auto started = outcomeOf(server.start());
        QVERIFY(started && *started);
        QVERIFY2(m_program->becomesReady(), qPrintable(health.state()->tradeBlockedReason));
        QTRY_VERIFY_WITH_TIMEOUT(!m_program->find<QLabel>("chart.last")->text().isEmpty(), patience);
        QVERIFY(m_program->buy());
        QTRY_COMPARE_WITH_TIMEOUT(rows("positions.table"), 1, patience);
        QVERIFY(m_program->close());
    }

    void aFullJournalRefusesOrdersAndLetsCancelsThrough()
    {
        app::SessionSetup setup;
        setup.venue = app::VenueKind::Paper;
        setup.symbol = QStringLiteral("BTCUSDT");
        setup.venueFolder = m_folder->path();
        setup.journal.maxPages = 40;
        setup.paper.emplace();
        const domain::SystemClock clock;
        app::Session session{std::move(setup), clock};
        QSignalSpy opened{&session, &app::Session::opened};
        session.start();
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, patience);
        binance::Venue &venue = *session.exchange();
        QTRY_VERIFY_WITH_TIMEOUT(venue.health().state()->canTrade, patience);
        const auto trades = outcomeOf(venue.marketData().recentTrades("BTCUSDT", 1));
        QVERIFY(trades && *trades && !(**trades)->empty());
        // The user's own rate would let one order a second through; the journal is to be full before long.
        auto *pump = venue.findChild<transport::RequestPump *>();
        QMetaObject::invokeMethod(
            pump, [pump] { pump->setOrderRate({.burst = 100, .perMinute = 1'200}); },
            Qt::BlockingQueuedConnection);

        domain::NewOrder order;
        order.symbol = "BTCUSDT";
        order.quantity = domain::Quantity::literal("0.005");
        order.price =
            domain::Price::of(static_cast<std::int64_t>((**trades)->back().price.approximate() * 0.97));
        std::vector<std::string> placed;
        std::string sentence;
        while (sentence.empty() && placed.size() < 150) {
            const auto answer = outcomeOf(venue.trading().submit(order));
            QVERIFY(answer);
            if (*answer) {
                placed.push_back((*answer)->clientOrderId());
            } else if (answer->error().code == domain::ErrorCode::Unreachable) {
                QTest::qWait(100); // the brake on opening orders
            } else {
                QCOMPARE(answer->error().code, domain::ErrorCode::Storage);
                sentence = answer->error().detail;
            }
        }
        QVERIFY2(!placed.empty(), sentence.c_str());
        QVERIFY2(sentence.find("The journal could not be written") != std::string::npos, sentence.c_str());

        const auto canceled = outcomeOf(venue.trading().cancel("BTCUSDT", placed.back()));
        QVERIFY(canceled);
        QVERIFY2(canceled->has_value(), canceled->has_value() ? "" : canceled->error().detail.c_str());
        // The exchange holds what was placed before and nothing of the refused one.
        QVERIFY(outcomeOf(venue.account().refresh()));
        const auto orders = outcomeOf(venue.trading().orders());
        QVERIFY(orders);
        QCOMPARE(std::ranges::count_if(**orders, &domain::Order::isOpen),
            static_cast<std::ptrdiff_t>(placed.size()) - 1);

        QSignalSpy stopped{&session, &app::Session::stopped};
        session.stop();
        QTRY_COMPARE_WITH_TIMEOUT(stopped.count(), 1, patience);
    }

    void aStateThatCannotBeSavedIsSaidOnceAndSavedLater()
    {
        QVERIFY(m_program->openPaper());
        QVERIFY(m_program->buy());
        const QString state = m_folder->filePath(QStringLiteral("paper/paper-state.json"));
        QVERIFY(QFile::rename(state, state + QStringLiteral(".old")) &&
                QDir{}.mkpath(state + QStringLiteral("/x")));
        QVERIFY(m_program->bidLow());
        QTRY_COMPARE_WITH_TIMEOUT(m_program->logged("The paper account could not be saved"), 1, patience);
        QVERIFY(QDir{state}.removeRecursively());
        QTRY_COMPARE_WITH_TIMEOUT(m_program->logged("The paper account is saved again"), 1, patience);
        QCOMPARE(m_program->logged("The paper account could not be saved"), 1);
    }

    void settingsThatCannotBeSavedAreSaid()
    {
        QVERIFY(QDir{}.mkpath(m_folder->filePath(QStringLiteral("paper/settings.ini"))));
        QVERIFY(m_program->openPaper());
        QVERIFY(m_program->close());
        QCOMPARE(m_program->logged("arrangement could not be saved"), 1);
    }

    void aResetOfThePaperAccountEmptiesTheWindow()
    {
        QVERIFY(m_program->openPaper());
        QVERIFY(m_program->buy());
        QVERIFY(m_program->bidLow());
        QTRY_COMPARE_WITH_TIMEOUT(rows("positions.table"), 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(rows("orders.table"), 1, patience);
        emit m_program->window().resetPaperRequested();
        QTRY_COMPARE_WITH_TIMEOUT(rows("positions.table"), 0, patience);
        QTRY_COMPARE_WITH_TIMEOUT(rows("orders.table"), 0, patience);
        QVERIFY(m_program->becomesReady());
        QTRY_VERIFY_WITH_TIMEOUT(
            m_program->find<QLabel>("risk.wallet")->text().contains(QStringLiteral("10,000.00")), patience);
        QVERIFY(m_program->buy()); // and trading goes on
        QTRY_COMPARE_WITH_TIMEOUT(rows("positions.table"), 1, patience);
    }

    void nonsenseFromAVenueIsLoggedAndHarmless()
    {
        support::FakeVenue fake;
        QVERIFY(m_program->openCustom(fake.restPort(), fake.streamPort(), keysFile()));
        QVERIFY(m_program->becomesReady());
        const auto wallet = [this] { return m_program->find<QLabel>("risk.wallet")->text(); };
        QTRY_VERIFY_WITH_TIMEOUT(wallet().contains(QStringLiteral("1,000.00")), patience);

        for (const char *route :
            {"GET /fapi/v3/account", "GET /fapi/v3/positionRisk", "GET /fapi/v1/openOrders",
                "GET /fapi/v1/klines", "GET /fapi/v1/depth", "POST /fapi/v1/order"}) {
            fake.answer(route, "<html><body>It works!</body></html>");
        }
        const QByteArrayList nonsense{"", "garbage", "{", "[]", "null", "{\"stream\":5,\"data\":7}",
            R"({"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","s":1,"p":{},"q":[],"T":"x"}})",
            R"({"stream":"btcusdt@kline_1m","data":{"e":"kline","s":"BTCUSDT","k":"none"}})",
            R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","U":-1,"u":"a","b":[[1]],"a":7}})",
            R"({"e":"ORDER_TRADE_UPDATE","o":[]})", R"({"e":"ACCOUNT_UPDATE","a":{"B":[{"wb":"1e9999"}]}})",
            R"({"e":"NEVER_HEARD_OF","x":1})", QByteArray(2'000'000, '['), QByteArray(200'000, 'z')};
        for (int round = 0; round < 20; ++round) {
            for (const QByteArray &text : nonsense) {
                if (round == 0 || text.size() < 1'000) {
                    fake.pushText(text);
                }
            }
            fake.pushBinary(QByteArray::fromHex("00ff00ff1f8b0800"));
        }
        QTRY_VERIFY_WITH_TIMEOUT(m_program->logged("could not be read") > 0, patience);
        const auto refresh = outcomeOf(m_program->venue().account().refresh());
        QVERIFY(refresh && !refresh->has_value());
        domain::NewOrder order;
        order.symbol = "BTCUSDT";
        order.type = domain::OrderType::Market;
        order.quantity = domain::Quantity::literal("0.05");
        const auto sent = outcomeOf(m_program->venue().trading().submit(order));
        QVERIFY(sent);
        QVERIFY(!sent->has_value()); // an answer that says nothing is not an order
        QCOMPARE(fake.count("POST /fapi/v1/order") <= 1, true);
        // What was known stays, and the log is not flooded.
        QVERIFY(wallet().contains(QStringLiteral("1,000.00")));
        QVERIFY2(m_program->logged("could not be read") < 40,
            qPrintable(QString::number(m_program->logged("could not be read"))));
        QVERIFY(!m_program->venue().health().state()->canTrade);
    }

    void aListenKeyNeverReachesTheLog()
    {
        const QByteArray key = "pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1";
        support::FakeVenue fake;
        fake.answer("POST /fapi/v1/listenKey", "{\"listenKey\":\"" + key + "\"}");
        QVERIFY(m_program->openCustom(fake.restPort(), fake.streamPort(), keysFile()));
        QVERIFY(m_program->becomesReady());
        QVERIFY(std::ranges::any_of(
            fake.streamUrls(), [&](const QUrl &url) { return url.toEncoded().contains(key); }));
        fake.answer("GET /fapi/v3/account", "{\"listenKey\":\"" + key + "\"");
        fake.pushToUser("{\"e\":\"listenKeyExpired\",\"listenKey\":\"" + key + "\"}");
        fake.dropStreams();
        QTRY_VERIFY_WITH_TIMEOUT(m_program->logged("lost") > 0, patience);
        QVERIFY(m_program->close());
        app::stopLogging();
        QFile log{m_folder->filePath(QStringLiteral("log/headroom.log"))};
        QVERIFY(log.open(QIODevice::ReadOnly));
        const QByteArray text = log.readAll();
        QVERIFY(!text.isEmpty());
        QVERIFY(!text.contains(key));
        QVERIFY(!text.contains(secret));
        QVERIFY(!text.contains(apiKey));
    }
};

QTEST_MAIN(TroubleTest)
#include "trouble_test.moc"
