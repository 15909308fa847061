#pragma once

#include "tests/conformance/stranger.h"

#include <utility>
#include <vector>

namespace conformance
{

/// The exchange on a recording in which every minute stands at one price a symbol, so that positions can be
/// opened at exactly that price, and the account that trades there.
class FlatMarket
{
public:
    using Prices = std::vector<std::pair<QByteArray, QByteArray>>; ///< symbol and price

    explicit FlatMarket(Prices prices) : m_prices{std::move(prices)}
    {
        // A day of minutes that all stand at the price.
        for (const auto &[symbol, price] : m_prices) {
            QFile bars{m_folder.filePath(QString::fromLatin1(symbol + "-1m-2026-01-01.csv"))};
            m_isWritten = bars.open(QIODevice::WriteOnly) && m_isWritten;
            m_files << bars.fileName();
            for (qint64 i = 0; i < 1'440; ++i) {
                const QByteArray open = QByteArray::number(1'767'225'600'000 + i * 60'000);
                const QByteArray close = QByteArray::number(1'767'225'600'000 + i * 60'000 + 59'999);
                bars.write(open + ',' + price + ',' + price + ',' + price + ',' + price + ",10000," + close +
                           ",600000000,100,5000,300000000,0\n");
            }
        }
    }

    /// A fresh exchange whose mark prices are told, with an account of that balance.
    void start(const QByteArray &balance)
    {
        QStringList arguments{QStringLiteral("--balance"), QString::fromLatin1(balance),
            QStringLiteral("--control"), QStringLiteral("--replay")};
        arguments << m_files;
        m_exchange = std::make_unique<Exchange>(arguments);
        QVERIFY(m_isWritten && m_exchange->isReady());
        m_trader = std::make_unique<Stranger>(*m_exchange);
        for (const auto &[symbol, price] : m_prices) {
            mark(symbol, price);
        }
    }
    Stranger &trader() { return *m_trader; }

    void mark(const QByteArray &symbol, const QByteArray &price)
    {
        QCOMPARE(
            m_trader->control("POST", "mark", "{\"symbol\":\"" + symbol + "\",\"price\":\"" + price + "\"}")
                .status,
            200);
    }
    void settings(const QByteArray &symbol, const QByteArray &marginType, const QByteArray &leverage)
    {
        m_trader->signedCall("POST", "/fapi/v1/marginType", "symbol=" + symbol + "&marginType=" + marginType);
        const Answer answer =
            m_trader->signedCall("POST", "/fapi/v1/leverage", "symbol=" + symbol + "&leverage=" + leverage);
        QVERIFY2(answer.status == 200, answer.body.constData());
    }
    QJsonArray positions(const QByteArray &symbol)
    {
        return m_trader->signedCall("GET", "/fapi/v3/positionRisk", "symbol=" + symbol).array();
    }
    QJsonObject position(const QByteArray &symbol, const char *side = "BOTH")
    {
        const QJsonArray rows = positions(symbol);
        for (const QJsonValue &row : rows) {
            if (row[u"positionSide"].toString() == QLatin1StringView{side}) {
                return row.toObject();
            }
        }
        return {};
    }
    QJsonObject account() { return m_trader->signedCall("GET", "/fapi/v3/account").object(); }

    /// Takes that quantity at exactly the symbol's price, once the market stands there on the other side.
    void trade(const QByteArray &symbol, const QByteArray &side, const QByteArray &quantity,
        const QByteArray &more = {})
    {
        const QByteArray price = priceOf(symbol);
        const char *const touch = side == "BUY" ? "askPrice" : "bidPrice";
        auto left = domain::Quantity::literal(quantity.toStdString());
        for (int attempt = 0; attempt < 300 && left.isPositive(); ++attempt) {
            const QJsonObject quote =
                m_trader->get("/fapi/v1/ticker/bookTicker", "symbol=" + symbol).object();
            if (exactOf<domain::Price>(quote[QLatin1StringView{touch}]) !=
                domain::Price::literal(price.toStdString())) {
                QTest::qWait(100);
                continue;
            }
            const Answer came = m_trader->signedCall("POST", "/fapi/v1/order",
                "symbol=" + symbol + "&type=LIMIT&price=" + price +
                    "&timeInForce=IOC&newOrderRespType=RESULT&side=" + side +
                    "&quantity=" + QByteArray::fromStdString(left.toFixed(3)) + more);
            QVERIFY2(came.status == 200, came.body.constData());
            left -= exactOf<domain::Quantity>(came.object()[u"executedQty"]);
        }
        QVERIFY2(left.isZero(), "the market never came to its price");
    }
    /// Everything of the symbol closed again.
    void flatten(const QByteArray &symbol)
    {
        mark(symbol, priceOf(symbol));
        m_trader->signedCall("DELETE", "/fapi/v1/allOpenOrders", "symbol=" + symbol);
        const QJsonArray held = positions(symbol);
        for (const QJsonValue &row : held) {
            const auto amount = exactOf<domain::Quantity>(row[u"positionAmt"]);
            const QByteArray side = row[u"positionSide"].toString().toLatin1();
            m_trader->signedCall("POST", "/fapi/v1/order",
                "symbol=" + symbol + "&type=MARKET&side=" + (amount.isPositive() ? "SELL" : "BUY") +
                    "&quantity=" + QByteArray::fromStdString(amount.abs().toFixed(3)) +
                    (side == "BOTH" ? QByteArray{"&reduceOnly=true"} : "&positionSide=" + side));
        }
        QTRY_COMPARE(positions(symbol).size(), 0);
    }

private:
    QByteArray priceOf(const QByteArray &symbol) const
    {
        for (const auto &[name, price] : m_prices) {
            if (name == symbol) {
                return price;
            }
        }
        return {};
    }

    Prices m_prices;
    QTemporaryDir m_folder;
    QStringList m_files;
    bool m_isWritten = true;
    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_trader;
};

} // namespace conformance
