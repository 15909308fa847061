#include "exchange/binance/endpoints.h"

#include <QTest>
#include <QUrlQuery>

using namespace binance;

class EndpointsTest : public QObject
{
    Q_OBJECT
private slots:
    void hostsAreThoseOfTheReference()
    {
        QCOMPARE(endpointsOf(VenueKind::Mainnet).restBase, QUrl{QStringLiteral("https://fapi.binance.com")});
        QCOMPARE(
            endpointsOf(VenueKind::Mainnet).streamBase, QUrl{QStringLiteral("wss://fstream.binance.com")});
        QCOMPARE(
            endpointsOf(VenueKind::Testnet).restBase, QUrl{QStringLiteral("https://demo-fapi.binance.com")});
        QCOMPARE(endpointsOf(VenueKind::Testnet).streamBase,
            QUrl{QStringLiteral("wss://demo-fstream.binance.com")});
    }

    void streamsGoToTheirOwnRoute()
    {
        const Endpoints paper = paperEndpoints(8080, 8081);
        QCOMPARE(paper.combinedStream(StreamRoute::Public).toString(),
            QStringLiteral("ws://127.0.0.1:8081/public/stream"));
        QCOMPARE(paper.combinedStream(StreamRoute::Market).toString(),
            QStringLiteral("ws://127.0.0.1:8081/market/stream"));
    }

    void theUserStreamNamesItsKeyAndEveryEvent()
    {
        const QUrl url = endpointsOf(VenueKind::Mainnet).userStream(QStringLiteral("abc"));
        QCOMPARE(url.path(), QStringLiteral("/private/ws"));
        const QUrlQuery query{url};
        QCOMPARE(query.queryItemValue(QStringLiteral("listenKey")), QStringLiteral("abc"));
        const QStringList events = query.queryItemValue(QStringLiteral("events")).split(u'/');
        for (const char16_t *event : {u"ORDER_TRADE_UPDATE", u"ACCOUNT_UPDATE", u"ALGO_UPDATE",
                 u"MARGIN_CALL", u"ACCOUNT_CONFIG_UPDATE", u"TRADE_LITE", u"STRATEGY_UPDATE", u"GRID_UPDATE",
                 u"CONDITIONAL_ORDER_TRIGGER_REJECT", u"listenKeyExpired"}) {
            QVERIFY(events.contains(QString::fromUtf16(event)));
        }
    }

    void keysGoToTheVenuesOwnRestHostOnly_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("own") << QStringLiteral("https://fapi.binance.com/fapi/v1/order") << true;
        QTest::newRow("testnet") << QStringLiteral("https://demo-fapi.binance.com/fapi/v1/order") << false;
        QTest::newRow("unencrypted") << QStringLiteral("http://fapi.binance.com/fapi/v1/order") << false;
        QTest::newRow("port") << QStringLiteral("https://fapi.binance.com:8443/fapi/v1/order") << false;
        QTest::newRow("suffix") << QStringLiteral("https://fapi.binance.com.evil.org/fapi/v1/order") << false;
        QTest::newRow("user") << QStringLiteral("https://a@fapi.binance.com/fapi/v1/order") << false;
    }
    void keysGoToTheVenuesOwnRestHostOnly()
    {
        QFETCH(QString, url);
        QFETCH(bool, allowed);
        QCOMPARE(endpointsOf(VenueKind::Mainnet).mayCarryKey(QUrl{url}), allowed);
    }

    void typedAddressesAreCheckedBeforeUse_data()
    {
        QTest::addColumn<QString>("rest");
        QTest::addColumn<QString>("stream");
        QTest::addColumn<bool>("accepted");
        const QString goodRest = QStringLiteral("https://example.org");
        const QString goodStream = QStringLiteral("wss://example.org:9443/");
        QTest::newRow("encrypted") << goodRest << goodStream << true;
        QTest::newRow("loopback") << QStringLiteral("http://127.0.0.1:1")
                                  << QStringLiteral("ws://localhost:2") << true;
        QTest::newRow("plain http") << QStringLiteral("http://example.org") << goodStream << false;
        QTest::newRow("plain ws") << goodRest << QStringLiteral("ws://example.org") << false;
        QTest::newRow("swapped") << goodStream << goodRest << false;
        QTest::newRow("path") << QStringLiteral("https://example.org/fapi") << goodStream << false;
        QTest::newRow("user") << QStringLiteral("https://u:p@example.org") << goodStream << false;
        QTest::newRow("no host") << QStringLiteral("https://") << goodStream << false;
        QTest::newRow("words") << QStringLiteral("my exchange") << goodStream << false;
        QTest::newRow("empty") << QString{} << goodStream << false;
    }
    void typedAddressesAreCheckedBeforeUse()
    {
        QFETCH(QString, rest);
        QFETCH(QString, stream);
        QFETCH(bool, accepted);
        const auto endpoints = customEndpoints(rest, stream);
        QCOMPARE(endpoints.has_value(), accepted);
        if (!accepted) {
            QCOMPARE(endpoints.error().code, domain::ErrorCode::Rejected);
            QVERIFY(!endpoints.error().detail.empty());
        }
    }
};

QTEST_APPLESS_MAIN(EndpointsTest)
#include "endpoints_test.moc"
