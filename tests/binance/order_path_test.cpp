#include "exchange/binance/venue.h"
#include "tests/support/fake_journal.h"
#include "tests/support/fake_venue.h"

#include <QCoreApplication>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <memory>
#include <optional>

using namespace binance;
using namespace domain;
using support::FakeAnswer;
using support::FakeRequest;

namespace
{

constexpr int patience = 20'000; ///< for a busy machine; passing runs need a fraction

std::shared_ptr<Signer> anySigner()
{
    static constexpr std::string_view secret = "secret";
    return *HmacSigner::create(std::as_bytes(std::span{secret.data(), secret.size()}));
}

NewOrder limitBuy()
{
    NewOrder order;
    order.symbol = "BTCUSDT";
    order.quantity = Quantity::literal("0.01");
    order.price = Price::of(60'000);
    return order;
}

/// id: for requests that name the order by the exchange's number.
QByteArray orderBody(
    const FakeRequest &request, const char *status, const char *executed = "0", QString id = {})
{
    for (const QString &name : {QStringLiteral("newClientOrderId"), QStringLiteral("origClientOrderId")}) {
        if (const QString named = request.value(name); !named.isEmpty()) {
            id = named;
        }
    }
    return QStringLiteral(
        R"({"symbol":"BTCUSDT","clientOrderId":"%1","orderId":77,"side":"BUY","type":"LIMIT",
        "origQty":"0.01","executedQty":"%2","price":"60000","status":"%3","timeInForce":"GTC","updateTime":%4})")
        .arg(id, QLatin1StringView{executed}, QLatin1StringView{status})
        .arg(QDateTime::currentMSecsSinceEpoch())
        .toUtf8();
}

/// A venue of ours against a fake one of theirs, on this thread.
struct Desk
{
    explicit Desk(bool hasKeys = true)
        : venue{std::make_unique<Venue>(paperEndpoints(theirs.restPort(), theirs.streamPort()),
              hasKeys ? anySigner() : nullptr, hasKeys ? "key" : "", journal, clock)}
    {
        QObject::connect(&venue->trading(), &ports::Trading::orderChanged, venue.get(),
            [this](const Order &order) { newest = order; });
    }
    bool becomesReady()
    {
        venue->start();
        return QTest::qWaitFor([this] { return venue->health().state()->canTrade; }, patience);
    }
    template <class T> std::optional<T> outcomeOf(QFuture<T> future)
    {
        return QTest::qWaitFor([&] { return future.isFinished(); }, patience) && future.resultCount() == 1
                   ? std::optional{future.result()}
                   : std::nullopt;
    }

    SystemClock clock;
    support::FakeJournal journal;
    support::FakeVenue theirs;
    std::unique_ptr<Venue> venue;
    Order newest;
};

} // namespace

class OrderPathTest : public QObject
{
    Q_OBJECT
private slots:
    void withoutKeysTradingSaysThatOneIsMissing()
    {
        Desk desk{false};
        desk.venue->start();
        const auto outcome = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(outcome && !*outcome);
        QCOMPARE(outcome->error().code, ErrorCode::Unauthorized);
        QVERIFY(!outcome->error().detail.empty());
        QVERIFY(!desk.venue->health().state()->canTrade);
        QCOMPARE(desk.theirs.count("POST /fapi/v1/order"), 0);
    }

    void aVenueWithKeysBecomesReadyAfterItsComparison()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        const auto state = desk.venue->account().state();
        QVERIFY(state != nullptr && state->isReconciled);
        QCOMPARE(state->walletBalance, Money::of(1'000));
        QCOMPARE(state->symbols.at("BTCUSDT").leverage, 20);
        QVERIFY(desk.venue->health().state()->clockOffset.has_value());
        const auto url = std::ranges::find_if(desk.theirs.streamUrls(),
            [](const QUrl &one) { return one.path() == QStringLiteral("/private/ws"); });
        QVERIFY(url != desk.theirs.streamUrls().end());
        QVERIFY(url->query().contains(QStringLiteral("listenKey=key1")));
        QVERIFY(url->query().contains(QStringLiteral("ALGO_UPDATE")));
    }

    void balancesThatCannotBeReadAreNoticedOnceAndWhenTheyCan()
    {
        Desk desk;
        int tries = 0;
        desk.theirs.answer("GET /fapi/v1/accountConfig", [&tries](const FakeRequest &) {
            return ++tries < 3
                       ? FakeAnswer{R"({"code":-2014,"msg":"API-key format invalid."})", 400}
                       : FakeAnswer{
                             R"({"canTrade":true,"dualSidePosition":false,"multiAssetsMargin":false})"};
        });
        QStringList told;
        QObject::connect(&desk.venue->health(), &ports::VenueHealth::noticed, desk.venue.get(),
            [&told](int, const QString &text) {
                if (text.startsWith(QStringLiteral("Balances"))) {
                    told << text;
                }
            });
        QVERIFY(desk.becomesReady());
        QTRY_COMPARE_WITH_TIMEOUT(told.size(), 2, patience);
        QVERIFY(told.first().contains(QStringLiteral("could not be read")));
        QCOMPARE(told.last(), QStringLiteral("Balances and positions were read after 2 failed tries."));
    }

    void anIntentIsOnTheDiskBeforeTheOrderLeaves()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        std::vector<std::string> atTheVenue;
        desk.theirs.answer("POST /fapi/v1/order", [&](const FakeRequest &request) {
            atTheVenue = desk.journal.log;
            return FakeAnswer{orderBody(request, "NEW")};
        });
        const auto outcome = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(outcome && *outcome);
        const std::string id = (*outcome)->clientOrderId();
        QCOMPARE(std::ranges::count(atTheVenue, "intent " + id), 1);
        QCOMPARE(std::ranges::count(atTheVenue, "state " + id + " IN_FLIGHT"), 1);
        QCOMPARE((*outcome)->phase, OrderPhase::Working);
        QCOMPARE((*outcome)->orderId, std::int64_t{77});

        const FakeRequest request = desk.theirs.last("POST /fapi/v1/order");
        QVERIFY(request.query.isEmpty()); // everything is in the body, or Qt would send it twice
        QCOMPARE(request.value(QStringLiteral("quantity")), QStringLiteral("0.01"));
        QCOMPARE(request.value(QStringLiteral("recvWindow")), QStringLiteral("3000"));
        QCOMPARE(request.headers.value("x-mbx-apikey"), QByteArray{"key"});
        QCOMPARE(request.form.queryItems().last().first, QStringLiteral("signature"));
    }

    void aJournalThatFailsSendsNothing()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        desk.journal.isFailing = true;
        const auto outcome = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(outcome && !*outcome);
        QCOMPARE(outcome->error().code, ErrorCode::Storage);
        QCOMPARE(desk.theirs.count("POST /fapi/v1/order"), 0);
    }

    void anOrderWhoseAnswerIsLostIsLookedUpAndNeverSentAgain()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        desk.theirs.answer("POST /fapi/v1/order", [](const FakeRequest &) {
            return FakeAnswer{{}, 0, true};
        });
        desk.theirs.answer("GET /fapi/v1/order",
            [](const FakeRequest &request) { return FakeAnswer{orderBody(request, "FILLED", "0.01")}; });
        const auto outcome = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(outcome && !*outcome);
        QCOMPARE(outcome->error().code, ErrorCode::OutcomeUnknown);
        QTRY_COMPARE_WITH_TIMEOUT(desk.newest.endReason, EndReason::Filled, patience);
        QCOMPARE(desk.newest.executedQty, Quantity::literal("0.01"));
        QCOMPARE(desk.theirs.count("POST /fapi/v1/order"), 1);
    }

    void aRefusalIsFinalAndSaysWhatMendsIt()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        desk.theirs.answer("POST /fapi/v1/order", R"({"code":-2019,"msg":"Margin is insufficient."})", 400);
        const auto outcome = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(outcome && !*outcome);
        QCOMPARE(outcome->error().code, ErrorCode::Rejected);
        QCOMPARE(outcome->error().venueCode, -2019);
        QVERIFY(QString::fromStdString(outcome->error().detail).contains(QStringLiteral("margin")));
        QCOMPARE(desk.newest.phase, OrderPhase::Done);
        QCOMPARE(desk.newest.endReason, EndReason::Rejected);
    }

    void aRefusedTimeStampMeasuresTheClockAnew()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        desk.theirs.answer("POST /fapi/v1/order",
            R"({"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."})", 400);
        const int before = desk.theirs.count("GET /fapi/v1/time");
        const auto outcome = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(outcome && !*outcome);
        QCOMPARE(outcome->error().venueCode, -1021);
        QCOMPARE(desk.newest.endReason, EndReason::NotExecuted);
        QTRY_VERIFY_WITH_TIMEOUT(desk.theirs.count("GET /fapi/v1/time") >= before + 3, patience);
        QCOMPARE(desk.theirs.count("POST /fapi/v1/order"), 1);
    }

    /// The clock in use is kept until a better one is known, so what may be repeated need not wait for it.
    void aCancelRefusedForItsTimeStampIsRepeatedWithoutClosingTheGate()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        desk.theirs.answer("POST /fapi/v1/order",
            [](const FakeRequest &request) { return FakeAnswer{orderBody(request, "NEW")}; });
        const auto placed = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(placed && *placed);
        int tries = 0;
        const QString id = QString::fromStdString((*placed)->clientOrderId());
        desk.theirs.answer("DELETE /fapi/v1/order", [&tries, id](const FakeRequest &request) {
            return ++tries == 1 ? FakeAnswer{R"({"code":-1021,"msg":"outside of the recvWindow."})", 400}
                                : FakeAnswer{orderBody(request, "CANCELED", "0", id)};
        });
        bool hasClosed = false;
        QObject::connect(&desk.venue->health(), &ports::VenueHealth::healthChanged, desk.venue.get(),
            [&] { hasClosed = hasClosed || !desk.venue->health().state()->canTrade; });
        const int before = desk.theirs.count("GET /fapi/v1/time");
        const auto canceled =
            desk.outcomeOf(desk.venue->trading().cancel("BTCUSDT", (*placed)->clientOrderId()));
        QVERIFY(canceled && *canceled);
        QTRY_COMPARE_WITH_TIMEOUT(desk.newest.endReason, EndReason::Canceled, patience);
        QCOMPARE(tries, 2);
        QTRY_VERIFY_WITH_TIMEOUT(desk.theirs.count("GET /fapi/v1/time") >= before + 3, patience);
        QVERIFY(!hasClosed);
    }

    void aPauseOutlivesTheProgram()
    {
        const auto noteOf = [](const support::FakeJournal &journal) {
            std::string note;
            for (const auto &entry : journal.entries) {
                if (const auto *kept = std::get_if<JournalNote>(&entry);
                    kept != nullptr && kept->name == "pause") {
                    note = kept->value;
                }
            }
            return note;
        };
        std::string note;
        {
            Desk first;
            QVERIFY(first.becomesReady());
            first.theirs.answer("DELETE /fapi/v1/order", [](const FakeRequest &) {
                return FakeAnswer{R"({"code":-1003,"msg":"Too many requests."})", 418};
            });
            first.theirs.answer("POST /fapi/v1/order",
                [](const FakeRequest &request) { return FakeAnswer{orderBody(request, "NEW")}; });
            const auto placed = first.outcomeOf(first.venue->trading().submit(limitBuy()));
            QVERIFY(placed && *placed);
            first.venue->trading().cancel("BTCUSDT", (*placed)->clientOrderId());
            QTRY_VERIFY_WITH_TIMEOUT(!noteOf(first.journal).empty(), patience);
            note = noteOf(first.journal);
        }
        Desk second;
        second.journal.before.notes["pause"] = note;
        second.venue->start();
        QTRY_VERIFY_WITH_TIMEOUT(second.venue->health().state()->pausedFor.has_value(), patience);
        QVERIFY(second.venue->health().state()->isBanned);
        QVERIFY(!second.venue->health().state()->canTrade);
        QVERIFY(second.theirs.requests().isEmpty());
    }

    void conditionalOrdersGoToTheirOwnService()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        desk.theirs.answer("POST /fapi/v1/algoOrder", [](const FakeRequest &request) {
            return FakeAnswer{QStringLiteral(R"({"algoId":5,"clientAlgoId":"%1","algoType":"CONDITIONAL",
                "orderType":"STOP_MARKET","symbol":"BTCUSDT","side":"SELL","quantity":"0.01","algoStatus":"NEW",
                "triggerPrice":"50000","updateTime":%2})")
                                  .arg(request.value(QStringLiteral("clientAlgoId")))
                                  .arg(QDateTime::currentMSecsSinceEpoch())
                                  .toUtf8()};
        });
        desk.theirs.answer("DELETE /fapi/v1/algoOrder", [](const FakeRequest &request) {
            return FakeAnswer{
                QStringLiteral(R"({"algoId":5,"clientAlgoId":"%1","code":"200","msg":"success"})")
                    .arg(request.value(QStringLiteral("clientAlgoId")))
                    .toUtf8()};
        });
        desk.theirs.answer("GET /fapi/v1/algoOrder", [](const FakeRequest &request) {
            return FakeAnswer{QStringLiteral(R"({"algoId":5,"clientAlgoId":"%1","orderType":"STOP_MARKET",
                "symbol":"BTCUSDT","side":"SELL","quantity":"0.01","algoStatus":"CANCELED","updateTime":%2})")
                                  .arg(request.value(QStringLiteral("clientAlgoId")))
                                  .arg(QDateTime::currentMSecsSinceEpoch())
                                  .toUtf8()};
        });
        NewOrder stop;
        stop.symbol = "BTCUSDT";
        stop.side = Side::Sell;
        stop.type = OrderType::StopMarket;
        stop.quantity = Quantity::literal("0.01");
        stop.triggerPrice = Price::of(50'000);
        stop.reduceOnly = true;
        const auto placed = desk.outcomeOf(desk.venue->trading().submit(stop));
        QVERIFY(placed && *placed);
        QCOMPARE((*placed)->conditionalStatus, ConditionalStatus::New);
        QCOMPARE(desk.theirs.count("POST /fapi/v1/order"), 0);
        const FakeRequest request = desk.theirs.last("POST /fapi/v1/algoOrder");
        QCOMPARE(request.value(QStringLiteral("triggerPrice")), QStringLiteral("50000"));
        QCOMPARE(request.value(QStringLiteral("reduceOnly")), QStringLiteral("true"));
        QVERIFY(!request.form.hasQueryItem(QStringLiteral("stopPrice")));

        const auto canceled =
            desk.outcomeOf(desk.venue->trading().cancel("BTCUSDT", (*placed)->clientOrderId()));
        QVERIFY(canceled && *canceled);
        QTRY_COMPARE_WITH_TIMEOUT(desk.newest.endReason, EndReason::Canceled, patience);
        QCOMPARE(desk.theirs.count("DELETE /fapi/v1/algoOrder"), 1);
    }

    void cancellingEverythingReachesBothServices()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        const QByteArray done = R"({"code":200,"msg":"The operation of cancel all open order is done."})";
        desk.theirs.answer("DELETE /fapi/v1/allOpenOrders", done);
        desk.theirs.answer("DELETE /fapi/v1/algoOpenOrders", done);
        const auto outcome = desk.outcomeOf(desk.venue->trading().cancelAll("BTCUSDT"));
        QVERIFY(outcome && *outcome);
        QCOMPARE(**outcome, 0);
        QCOMPARE(desk.theirs.count("DELETE /fapi/v1/allOpenOrders"), 1);
        QCOMPARE(desk.theirs.count("DELETE /fapi/v1/algoOpenOrders"), 1);
    }

    void anUnsettledOrderOfTheLastRunIsLookedUp()
    {
        Desk desk;
        Order stored;
        stored.request = limitBuy();
        stored.request.clientOrderId = "tfake00old1";
        stored.phase = OrderPhase::InFlight;
        stored.createdAt = desk.clock.wallNow() - Milliseconds{60'000};
        desk.journal.before.unresolved = {stored};
        desk.theirs.answer("GET /fapi/v1/order",
            [](const FakeRequest &request) { return FakeAnswer{orderBody(request, "FILLED", "0.01")}; });
        QVERIFY(desk.becomesReady());
        QTRY_COMPARE_WITH_TIMEOUT(desk.newest.endReason, EndReason::Filled, patience);
        QCOMPARE(desk.newest.clientOrderId(), std::string{"tfake00old1"});
        QCOMPARE(desk.theirs.count("POST /fapi/v1/order"), 0);
    }

    void fillsOfTheStreamArriveOnceAndBeforeTheAnswerToo()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        QSignalSpy fills{&desk.venue->trading(), &ports::Trading::fillArrived};
        desk.theirs.answer("POST /fapi/v1/order", [&](const FakeRequest &request) {
            const QByteArray event = QStringLiteral(
                R"({"e":"ORDER_TRADE_UPDATE","E":%1,"T":%1,"o":{"s":"BTCUSDT","c":"%2","S":"BUY",
                    "o":"LIMIT","f":"GTC","q":"0.01","p":"60000","ap":"59999","x":"TRADE","X":"FILLED","i":77,
                    "l":"0.01","z":"0.01","L":"59999","n":"0.3","N":"USDT","T":%1,"t":9001,"rp":"0","ps":"BOTH"}})")
                                         .arg(QDateTime::currentMSecsSinceEpoch())
                                         .arg(request.value(QStringLiteral("newClientOrderId")))
                                         .toUtf8();
            desk.theirs.pushToUser(event);
            desk.theirs.pushToUser(event);
            return FakeAnswer{orderBody(request, "NEW")};
        });
        const auto outcome = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(outcome && *outcome);
        QTRY_COMPARE_WITH_TIMEOUT(desk.newest.endReason, EndReason::Filled, patience);
        QTRY_COMPARE_WITH_TIMEOUT(fills.size(), 1, patience);
        const auto fill = fills.first().first().value<Fill>();
        QCOMPARE(fill.price, Price::of(59'999));
        QCOMPARE(fill.commission, Money::literal("0.3"));
    }

    void stoppingAnswersOnceNothingIsUnderWay()
    {
        Desk desk;
        QVERIFY(desk.becomesReady());
        const auto stopped = desk.outcomeOf(desk.venue->stop());
        QVERIFY(stopped && *stopped);
        const auto outcome = desk.outcomeOf(desk.venue->trading().submit(limitBuy()));
        QVERIFY(outcome && !*outcome);
        QCOMPARE(outcome->error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(OrderPathTest)
#include "order_path_test.moc"
