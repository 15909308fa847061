#include "tests/conformance/stranger.h"

using namespace conformance;
using domain::Money;
using domain::Price;
using domain::Quantity;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// What the side of a book, of REST or of a message, says of a price; unset where it does not name it.
std::optional<Quantity> quantityAt(const QJsonValue &levels, Price price)
{
    for (const QJsonValue &level : levels.toArray()) {
        if (exactOf<Price>(level[0]) == price) {
            return exactOf<Quantity>(level[1]);
        }
    }
    return std::nullopt;
}

} // namespace

/// Time in force RPI: reference 4.1, 4.4, 5.2, 5.11, 6.1.
class RpiTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_first;
    Checks m_checks;

    Answer place(const QByteArray &id, const QByteArray &quantity, const QByteArray &price)
    {
        return m_first->signedCall("POST", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=RPI&quantity=" + quantity +
                "&newClientOrderId=" + id + price);
    }

private slots:
    void initTestCase()
    {
        m_exchange = std::make_unique<Exchange>(QStringList{latin("--seed"), latin("17")});
        QVERIFY(m_exchange->isReady());
        m_first = std::make_unique<Stranger>(*m_exchange);
        QTest::qWait(1'000);
    }
    void cleanup()
    {
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }

    void symbolsSayThatTheyTakeIt()
    {
        const QJsonValue symbol = m_first->get("/fapi/v1/exchangeInfo").object()[u"symbols"][0];
        m_checks.add(
            "4.2", latin("permissionSets"), symbol[u"permissionSets"].toArray().contains(latin("RPI")));
        m_checks.equal("5.11", latin("rate"),
            m_first->signedCall("GET", "/fapi/v1/commissionRate", "symbol=BTCUSDT")
                .object()[u"rpiCommissionRate"]
                .toString(),
            latin("0.00005"));
    }

    void onlyTheRpiBookShowsIt()
    {
        const QByteArray at = m_first->near("0.995");
        const Price price = Price::literal(at.toStdString());
        const Quantity quantity = Quantity::literal("0.777");
        Socket stream{m_exchange->at("streams") + latin("/public/ws/btcusdt@rpiDepth@500ms")};
        static_cast<void>(stream.any());
        const Answer placed = place("rpi-1", "0.777", "&price=" + at);
        m_checks.equal("5.2", latin("answer"), placed.object()[u"timeInForce"].toString(), latin("RPI"));
        // The public quantity may change between two calls: until they belong together.
        bool isApart = false;
        for (int attempt = 0; attempt < 50 && !isApart; ++attempt) {
            const QJsonObject open = m_first->get("/fapi/v1/depth", "symbol=BTCUSDT&limit=1000").object();
            const QJsonObject all = m_first->get("/fapi/v1/rpiDepth", "symbol=BTCUSDT").object();
            const Quantity shown = quantityAt(open[u"bids"], price).value_or(Quantity{});
            isApart = quantityAt(all[u"bids"], price).value_or(Quantity{}) - shown == quantity;
            QTest::qWait(isApart ? 0 : 200);
        }
        m_checks.add("4.1", latin("depth leaves it out, rpiDepth has it"), isApart);
        const QJsonValue told =
            stream.wait([&](const QJsonValue &value) { return quantityAt(value[u"b"], price) >= quantity; });
        m_checks.add("6.1", latin("rpiDepth stream"), !told.isNull());
        stream.forget();
        m_first->signedCall("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=rpi-1");
        m_checks.add("6.1", latin("gone from the stream"),
            !stream.wait([&](const QJsonValue &value) { return quantityAt(value[u"b"], price).has_value(); })
                 .isNull());
        qint64 previous = 0;
        bool isChain = true;
        for (const QByteArray &message : stream.messages()) {
            const QJsonValue event = valueOf(message);
            isChain = isChain && (previous == 0 || event[u"pu"].toInteger() == previous);
            previous = event[u"u"].toInteger();
        }
        m_checks.add("6.2", latin("one chain"), isChain);
    }

    void peopleMeetIt()
    {
        QJsonObject fill;
        for (int attempt = 0; attempt < 40 && fill.isEmpty(); ++attempt) {
            const QByteArray id = "rpi-fill-" + QByteArray::number(attempt);
            place(id, "0.010", "&priceMatch=QUEUE");
            QTest::qWait(1'500);
            m_first->signedCall("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=" + id);
            fill =
                m_first->signedCall("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT").array().at(0).toObject();
        }
        m_checks.add("5.2", latin("filled as maker"), fill[u"maker"].toBool());
        const Money notional = exactOf(fill[u"quoteQty"]);
        m_checks.add("10.12", latin("0.02 % and 0.005 %"),
            isNear(exactOf(fill[u"commission"]), notional * domain::Rate::literal("0.00025")));
        const qint64 id = fill[u"id"].toInteger();
        const QJsonArray trades = m_first->get("/fapi/v1/trades", "symbol=BTCUSDT&limit=1000").array();
        const auto row = std::ranges::find_if(
            trades, [&](const QJsonValue &trade) { return trade[u"id"].toInteger() == id; });
        m_checks.add("4.4", latin("isRPITrade"), row != trades.end() && (*row)[u"isRPITrade"].toBool());
        const QJsonArray groups = m_first->get("/fapi/v1/aggTrades", "symbol=BTCUSDT&limit=1000").array();
        const auto group = std::ranges::find_if(groups, [&](const QJsonValue &one) {
            return one[u"f"].toInteger() <= id && id <= one[u"l"].toInteger();
        });
        m_checks.add("6.1", latin("nq leaves it out"),
            group != groups.end() && exactOf<Quantity>((*group)[u"nq"]) < exactOf<Quantity>((*group)[u"q"]));
        m_first->signedCall(
            "POST", "/fapi/v1/order", "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1&reduceOnly=true");
    }
};

QTEST_GUILESS_MAIN(RpiTest)
#include "rpi_test.moc"
