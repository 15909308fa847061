#include "tests/conformance/stranger.h"

using namespace conformance;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

} // namespace

/// What the exchange refuses whatever the margin: reference 4.3, 9.2, 9.3. The control endpoint says when.
class RestrictionsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_first;
    Checks m_checks;

    int place(const QByteArray &side, const char *factor, const QByteArray &more = {})
    {
        return m_first
            ->signedCall("POST", "/fapi/v1/order",
                "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC&quantity=0.010&side=" + side +
                    "&price=" + m_first->near(factor) + more)
            .code();
    }
    int stop(const char *factor)
    {
        return m_first
            ->signedCall("POST", "/fapi/v1/algoOrder",
                "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.010&"
                "triggerPrice=" +
                    m_first->near(factor))
            .code();
    }
    void restrict(const QByteArray &body)
    {
        m_checks.equal("9.3", latin("control"), m_first->control("POST", "restrict", body).status, 200);
    }
    QString controlledSide()
    {
        const QJsonArray symbols = m_first->get("/fapi/v1/exchangeInfo").object()[u"symbols"].toArray();
        for (const QJsonValue &symbol : symbols) {
            const QJsonArray filters = symbol[u"filters"].toArray();
            for (const QJsonValue &filter : filters) {
                if (symbol[u"symbol"].toString() == u"BTCUSDT" &&
                    filter[u"filterType"].toString() == u"POSITION_RISK_CONTROL") {
                    return filter[u"positionControlSide"].toString();
                }
            }
        }
        return {};
    }

private slots:
    void initTestCase()
    {
        m_exchange =
            std::make_unique<Exchange>(QStringList{latin("--seed"), latin("16"), latin("--control")});
        QVERIFY(m_exchange->isReady());
        m_first = std::make_unique<Stranger>(*m_exchange);
        QTest::qWait(1'000);
    }
    void cleanup()
    {
        m_first->control("POST", "restrict", "{\"symbol\":\"BTCUSDT\",\"side\":\"NONE\"}");
        m_first->control("POST", "restrict", "{\"code\":0}");
        m_first->signedCall("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
        m_first->signedCall("DELETE", "/fapi/v1/algoOpenOrders", "symbol=BTCUSDT");
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }

    void positionRiskControlIsToldAndObeyed()
    {
        m_checks.equal("4.2", latin("side"), controlledSide(), latin("NONE"));
        for (const auto &[side, buy, sell] : {std::tuple{"BOTH", -4105, -4105}, std::tuple{"BUY", -4106, 0},
                 std::tuple{"SELL", 0, -4107}, std::tuple{"NONE", 0, 0}}) {
            restrict(QByteArray{"{\"symbol\":\"BTCUSDT\",\"side\":\""} + side + "\"}");
            m_checks.equal("4.2", latin("side"), controlledSide(), latin(side));
            m_checks.equal("4.3", latin("BUY under ") + latin(side), place("BUY", "0.98"), buy);
            m_checks.equal("4.3", latin("SELL under ") + latin(side), place("SELL", "1.02"), sell);
        }
    }

    void reducingOrdersPassPositionRiskControl()
    {
        m_first->signedCall("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        restrict("{\"symbol\":\"BTCUSDT\",\"side\":\"BOTH\"}");
        m_checks.equal("4.3", latin("more of it"), place("BUY", "0.98"), -4105);
        m_checks.equal("4.3", latin("less of it"), place("SELL", "1.02", "&reduceOnly=true"), 0);
        m_checks.equal("4.3", latin("out of it"),
            m_first
                ->signedCall("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.010")
                .code(),
            0);
    }

    void accountsAreRefusedByTheirCode()
    {
        for (const int code : {-2017, -4087, -4088, -4109, -4189, -4192, -4400, -4401, -4402}) {
            restrict("{\"code\":" + QByteArray::number(code) + '}');
            m_checks.equal("9.3", latin("order"), place("BUY", "0.98"), code);
        }
        const auto canTrade = [&](const char *path) {
            return m_first->signedCall("GET", path).object()[u"canTrade"].toBool();
        };
        const auto isLocked = [&] {
            return m_first->signedCall("GET", "/fapi/v1/apiTradingStatus")
                .object()[u"indicators"][u"ACCOUNT"][0][u"isLocked"]
                .toBool();
        };
        for (const char *path : {"/fapi/v2/account", "/fapi/v1/accountConfig"}) {
            restrict("{\"code\":-4088}");
            m_checks.add("5.11", latin("canTrade: false"), !canTrade(path));
            restrict("{\"code\":0}");
            m_checks.add("5.11", latin("canTrade: true"), canTrade(path));
        }
        m_checks.add("5.1", latin("not locked"), !isLocked());
        restrict("{\"code\":-4400}");
        m_checks.add("5.1", latin("locked by the quantitative rules"), isLocked());
        for (const int code : {-4202, -4203, -4205, -4206, -4208, -4209, -4403}) {
            restrict("{\"code\":" + QByteArray::number(code) + '}');
            m_checks.equal("5.9", latin("leverage"),
                m_first->signedCall("POST", "/fapi/v1/leverage", "symbol=SOLUSDT&leverage=21").code(), code);
            m_checks.equal("5.9", latin("less of it"),
                m_first->signedCall("POST", "/fapi/v1/leverage", "symbol=SOLUSDT&leverage=10").code(), 0);
        }
        restrict("{\"code\":-4192}");
        m_checks.equal("9.3", latin("conditional order"), stop("0.98"), -4192);
        m_checks.equal("9.3", latin("cancels go on"),
            m_first->signedCall("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT").status, 200);
        restrict("{\"code\":0}");
        m_checks.equal("9.3", latin("lifted"), place("BUY", "0.98"), 0);
        m_checks.equal("9.3", latin("no such code"),
            m_first->control("POST", "restrict", "{\"code\":-2019}").status, 400);
    }

    void triggersStayWithinTheirBand()
    {
        m_checks.equal("4.3", latin("far"), stop("0.9"), 0);
        restrict("{\"symbol\":\"BTCUSDT\",\"triggerDown\":\"0.95\",\"triggerUp\":\"1.05\"}");
        m_checks.equal("4.3", latin("below the band"), stop("0.9"), -4211);
        m_checks.equal("4.3", latin("above the band"),
            m_first
                ->signedCall("POST", "/fapi/v1/algoOrder",
                    "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0.010&"
                    "triggerPrice=" +
                        m_first->near("1.06"))
                .code(),
            -4210);
        m_checks.equal("4.3", latin("within"), stop("0.97"), 0);
        restrict("{\"symbol\":\"BTCUSDT\",\"triggerDown\":\"0.01\",\"triggerUp\":\"100\"}");
    }

    void anAccountBeingLiquidatedPlacesNothing()
    {
        m_first->signedCall("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        const QByteArray low = m_first->near("0.98");
        m_first->control("POST", "happen", "{\"kind\":\"liquidation\",\"symbol\":\"BTCUSDT\"}");
        const Answer refused = m_first->signedCall("POST", "/fapi/v1/order",
            "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC&quantity=0.010&side=BUY&price=" + low);
        m_checks.equal("10.8", latin("during the liquidation"), refused.code(), -2023);
        m_checks.equal("9.2", latin("text"), refused.object()[u"msg"].toString(),
            latin("User in liquidation mode now."));
        QTest::qWait(700);
        m_checks.equal("10.8", latin("afterwards"), place("BUY", "0.98"), 0);
    }
};

QTEST_GUILESS_MAIN(RestrictionsTest)
#include "restrictions_test.moc"
