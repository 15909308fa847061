#include "tests/conformance/stranger.h"
#include "tests/support/fixtures.h"

#include <QRegularExpression>

using namespace conformance;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// Which of our answers a recording of nautilus is held against. The others name their call themselves.
struct Source
{
    const char *file;
    const char *ours; ///< "METHOD path", or an event's name
};

const Source sources[] = {
    {"http_futures_account_orders", "GET /fapi/v1/allOrders"},
    {"http_futures_account_position_side_dual", "GET /fapi/v1/positionSide/dual"},
    {"http_futures_account_positions_one_way", "GET /fapi/v2/positionRisk"},
    {"http_futures_account_trades", "GET /fapi/v1/userTrades"},
    {"http_futures_market_book_ticker", "GET /fapi/v1/ticker/bookTicker"},
    {"http_futures_market_depth", "GET /fapi/v1/depth"},
    {"http_futures_market_funding_rate", "GET /fapi/v1/fundingRate"},
    {"http_futures_market_global_long_short_account_ratio", "GET /futures/data/globalLongShortAccountRatio"},
    {"http_futures_market_index_info", "GET /fapi/v1/indexInfo"},
    {"http_futures_market_index_price_klines", "GET /fapi/v1/indexPriceKlines"},
    {"http_futures_market_mark_price_klines", "GET /fapi/v1/markPriceKlines"},
    {"http_futures_market_premium_index", "GET /fapi/v1/premiumIndex"},
    {"http_futures_market_taker_long_short_ratio", "GET /futures/data/takerlongshortRatio"},
    {"http_futures_market_top_long_short_account_ratio", "GET /futures/data/topLongShortAccountRatio"},
    {"http_futures_wallet_commission_rate_btcusdt", "GET /fapi/v1/commissionRate"},
    {"http_json-account_info_v2", "GET /fapi/v2/account"},
    {"http_json-balance", "GET /fapi/v2/balance"},
    {"http_json-open_algo_orders", "GET /fapi/v1/openAlgoOrders"},
    {"http_json-position_risk", "GET /fapi/v2/positionRisk"},
    {"market_data_json-agg_trade_stream", "btcusdt@aggTrade"},
    {"market_data_json-kline_stream_closed", "btcusdt@kline_1m"},
    {"market_data_json-kline_stream_open", "btcusdt@kline_1m"},
    {"market_data_json-liquidation_stream", "!forceOrder@arr"},
    {"market_data_json-mark_price_stream", "btcusdt@markPrice@1s"},
    {"market_data_json-ticker_stream", "btcusdt@ticker"},
    {"market_data_json-trade_stream", "btcusdt@trade"},
    {"user_data_json-algo_update_new", "ALGO_UPDATE NEW"},
    {"user_data_json-order_update_insurance", "ORDER_TRADE_UPDATE TRADE"},
    {"user_data_json-order_update_settlement", "ORDER_TRADE_UPDATE TRADE"},
    {"user_data_json-order_update_trade", "ORDER_TRADE_UPDATE TRADE"},
    {"user_data_json-order_update_trade_partial", "ORDER_TRADE_UPDATE TRADE"},
    {"ws_futures_algo_update_finished_canceled", "ALGO_UPDATE FINISHED"},
    {"ws_futures_algo_update_triggered", "ALGO_UPDATE TRIGGERED"},
    {"ws_futures_depth_update", "btcusdt@depth@100ms"},
    {"ws_futures_order_update_adl", "ORDER_TRADE_UPDATE TRADE"},
    {"ws_futures_order_update_liquidation_zero_qty", "ORDER_TRADE_UPDATE TRADE"},
    {"ws_futures_ticker_24hr", "btcusdt@ticker"},
    {"ws_futures_trade_lite", "TRADE_LITE"},
    {"subscriptions/AccountUpdate", "ACCOUNT_UPDATE"},
    {"subscriptions/OrderUpdate", "ORDER_TRADE_UPDATE NEW"},
    {"subscriptions/TradeUpdate", "TRADE_LITE"},
    {"subscriptions/MultiAssetMode", "ACCOUNT_CONFIG_UPDATE"},
    {"subscriptions/SymbolUpdates", "!contractInfo"},
    {"subscriptions/ContKlines", "btcusdt_perpetual@continuousKline_1m"},
    {"subscriptions/CompositIndex", "defiusdt@compositeIndex"},
    {"subscriptions/BookTicker", "btcusdt@bookTicker"},
    {"subscriptions/Ticker", "btcusdt@ticker"},
    {"subscriptions/MiniTicker", "btcusdt@miniTicker"},
    {"subscriptions/Book", "btcusdt@depth@100ms"},
};

/// Recordings that are of no call or event of this exchange.
struct Foreign
{
    const char *file;
    const char *why;
};

const Foreign foreign[] = {
    {"GetAlgoSubOrders", "/sapi: VP and TWAP orders"},
    {"GetClosedAlgoOrders", "/sapi: VP and TWAP orders"},
    {"GetOpenAlgoOrders", "/sapi: VP and TWAP orders"},
    {"PlaceVolumeParticipationOrder", "/sapi: VP and TWAP orders"},
    {"blvt_nav_kline", "leveraged tokens are gone"},
    {"ConditionalTrigger", "deprecated event, replaced by rm of ALGO_UPDATE (7.5)"},
    {"StrategyUpdate", "grid trading is not part of this exchange (7.5)"},
    {"Concurrent", "a fragment with two members"},
};

/// Where a recording and today's protocol differ; the reference says why.
struct Change
{
    const char *file;
    const char *place; ///< end of it
    const char *why;
};

const Change changes[] = {
    {"", ".activatePrice", "of trailing orders on the classic endpoint, gone since 2025-12-09 (5.4)"},
    {"", ".priceRate", "of trailing orders on the classic endpoint, gone since 2025-12-09 (5.4)"},
    {"Trading-", ".cumQuote", "left the answers of place, amend and cancel on 2026-07-13 (5.2)"},
    {"Trading-", ".avgPrice", "left the answers of place, amend and cancel on 2026-07-13 (5.2)"},
    {"EditOrder", ".cumBase", "left the answers of place, amend and cancel on 2026-07-13 (5.2)"},
    {"", ".timestamp", "an integer since July 2026 (4.6)"},
    {"GetIncomeHistory", ".tranId", "a number (5.11)"},
    {"GetIncomeHistory", ".tradeId", "a text (5.11)"},
    {"GetSymbolConfiguration", ".isAutoAddMargin", "a truth (5.11)"},
    {"open_algo_orders", ".type", "the answer says orderType (5.7)"},
    {"CancelConditionalOrder", "", "the answer is algoId, clientAlgoId, code and msg (5.7)"},
    {"", ".o.AP", "of trailing orders only (7.3)"},
    {"", ".o.cr", "of trailing orders only (7.3)"},
    {"AdlQuantile", ".HEDGE", "in hedge mode; BOTH in one-way mode (10.11)"},
    {"algo_update_new", ".o.ap", "may be missing before the trigger (7.4)"},
    {"algo_update_new", ".o.aq", "may be missing before the trigger (7.4)"},
    {"algo_update_new", ".o.act", "may be missing before the trigger (7.4)"},
    {"algo_update_new", ".o.rm", "where the engine refused (7.4)"},
    {"SymbolUpdates", ".bks", "where the brackets changed (6.1)"},
};

bool isDecimal(const QString &text)
{
    static const QRegularExpression decimal{latin("^-?[0-9]+(\\.[0-9]+)?$")};
    return decimal.match(text.trimmed()).hasMatch();
}

} // namespace

class ShapeTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_stranger;
    QMap<QString, QJsonValue> m_ours;
    int m_count = 0;
    QSet<QString> m_used; ///< changes that were met

    QString url(const QString &path) const { return m_exchange->at("streams") + path; }
    void keep(const QByteArray &method, const QByteArray &path, const QByteArray &parameters = {})
    {
        const Answer answer = m_stranger->signedCall(method, path, parameters);
        QVERIFY2(answer.status == 200, QByteArray{path + ": " + answer.body}.constData());
        m_ours[QString::fromLatin1(method + ' ' + path)] = answer.json();
    }
    void call(const QByteArray &method, const QByteArray &path, const QByteArray &parameters)
    {
        const Answer answer = m_stranger->signedCall(method, path, parameters);
        QVERIFY2(answer.status == 200, QByteArray{path + ": " + answer.body}.constData());
    }
    QByteArray price(const char *factor) { return m_stranger->near(factor); }

    /// Everything the recordings show, brought about here.
    void gatherMarket()
    {
        const QByteArray btc = "symbol=BTCUSDT";
        for (const auto &[path, query] : {std::pair{"/fapi/v1/time", QByteArray{}},
                 {"/fapi/v1/depth", btc + "&limit=5"}, {"/fapi/v1/ticker/bookTicker", btc},
                 {"/fapi/v1/ticker/24hr", btc}, {"/fapi/v2/ticker/price", btc},
                 {"/fapi/v1/premiumIndex", btc}, {"/fapi/v1/fundingRate", btc}, {"/fapi/v1/aggTrades", btc},
                 {"/fapi/v1/indexInfo", QByteArray{}}, {"/fapi/v1/constituents", btc},
                 {"/fapi/v1/continuousKlines", "pair=BTCUSDT&contractType=PERPETUAL&interval=1m"},
                 {"/fapi/v1/indexPriceKlines", "pair=BTCUSDT&interval=1m"},
                 {"/fapi/v1/markPriceKlines", btc + "&interval=1m"},
                 {"/futures/data/openInterestHist", btc + "&period=5m"},
                 {"/futures/data/globalLongShortAccountRatio", btc + "&period=5m"},
                 {"/futures/data/topLongShortAccountRatio", btc + "&period=5m"},
                 {"/futures/data/topLongShortPositionRatio", btc + "&period=5m"},
                 {"/futures/data/takerlongshortRatio", btc + "&period=5m"},
                 {"/futures/data/basis", "pair=BTCUSDT&contractType=PERPETUAL&period=5m"}}) {
            m_ours[latin("GET ") + latin(path)] = m_stranger->get(path, query).json();
        }
        for (const auto &[route, names] :
            {std::pair{"market", QList<QByteArray>{"btcusdt@aggTrade", "btcusdt@kline_1m",
                                     "btcusdt@markPrice@1s", "btcusdt@ticker", "btcusdt@miniTicker",
                                     "btcusdt_perpetual@continuousKline_1m", "defiusdt@compositeIndex"}},
                {"public", {"btcusdt@trade", "btcusdt@bookTicker", "btcusdt@depth@100ms"}}}) {
            for (const QByteArray &name : names) {
                Socket socket{url(u'/' + latin(route) + u"/ws/" + QString::fromLatin1(name))};
                // Depth may have changed on one side only.
                m_ours[QString::fromLatin1(name)] = socket.wait([&](const QJsonValue &value) {
                    return !name.contains("@depth") ||
                           (!value[u"a"].toArray().isEmpty() && !value[u"b"].toArray().isEmpty());
                });
            }
        }
    }
    void gatherAccount()
    {
        m_ours[latin("POST /fapi/v1/listenKey")] = m_stranger->keyed("POST", "/fapi/v1/listenKey").json();
        const QString key = m_ours[latin("POST /fapi/v1/listenKey")][u"listenKey"].toString();
        Socket user{url(u"/private/ws?listenKey=" + key)};
        Socket forced{url(latin("/market/ws/!forceOrder@arr"))};
        Socket contracts{url(latin("/market/ws/!contractInfo"))};
        const QByteArray order =
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=" + price("0.98") +
            "&newClientOrderId=";
        keep("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=21");
        keep("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=true");
        m_ours[latin("ACCOUNT_CONFIG_UPDATE")] =
            user.wait([](const QJsonValue &value) { return value.toObject().contains(u"ai"); });
        keep("GET", "/fapi/v1/multiAssetsMargin");
        call("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=false");
        keep("POST", "/fapi/v1/feeBurn", "feeBurn=true");
        keep("POST", "/fapi/v1/marginType", "symbol=ETHUSDT&marginType=ISOLATED");
        call("POST", "/fapi/v1/order", "symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.5");
        call("POST", "/fapi/v1/positionMargin", "symbol=ETHUSDT&amount=10&type=1");
        keep("GET", "/fapi/v1/positionMargin/history", "symbol=ETHUSDT");
        call("POST", "/fapi/v1/order", order + "s-1");
        keep("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=s-1");
        keep("GET", "/fapi/v1/openOrder", "symbol=BTCUSDT&origClientOrderId=s-1");
        keep("PUT", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&origClientOrderId=s-1&quantity=0.020&price=" + price("0.98"));
        const QByteArray batch =
            "[{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"type\":\"LIMIT\",\"timeInForce\":\"GTC\","
            "\"quantity\":\"0.010\",\"newClientOrderId\":\"s-2\",\"price\":\"" +
            price("0.98") +
            "\"},{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"type\":\"MARKET\",\"quantity\":\"0.010\","
            "\"reduceOnly\":\"true\"}]";
        keep("POST", "/fapi/v1/batchOrders", "batchOrders=" + batch.toPercentEncoding());
        keep("DELETE", "/fapi/v1/batchOrders",
            "symbol=BTCUSDT&origClientOrderIdList=" +
                QByteArray{"[\"s-2\",\"nothing\"]"}.toPercentEncoding());
        const QByteArray stop = "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0."
                                "002&workingType=MARK_PRICE&clientAlgoId=";
        keep("POST", "/fapi/v1/algoOrder", stop + "s-3&triggerPrice=" + price("1.02"));
        keep("GET", "/fapi/v1/openAlgoOrders");
        call("POST", "/fapi/v1/algoOrder", stop + "s-4&triggerPrice=" + price("1.04"));
        keep("DELETE", "/fapi/v1/algoOrder", "clientAlgoId=s-4");
        m_stranger->control("POST", "mark", "{\"symbol\":\"BTCUSDT\",\"price\":\"" + price("1.03") + "\"}");
        static_cast<void>(
            user.wait([](const QJsonValue &value) { return value[u"o"][u"X"].toString() == u"FINISHED"; }));
        m_stranger->control("POST", "mark", "{\"symbol\":\"BTCUSDT\"}");
        keep("GET", "/fapi/v1/allAlgoOrders", "symbol=BTCUSDT");
        keep("GET", "/fapi/v2/positionRisk", "symbol=BTCUSDT");
        keep("GET", "/fapi/v1/adlQuantile", "symbol=BTCUSDT");
        m_stranger->control("POST", "happen", "{\"kind\":\"liquidation\",\"symbol\":\"BTCUSDT\"}");
        m_ours[latin("!forceOrder@arr")] = forced.any();
        m_stranger->control("POST", "happen", "{\"kind\":\"haltSymbol\",\"symbol\":\"LTCUSDT\"}");
        m_ours[latin("!contractInfo")] = contracts.any();
        keep("GET", "/fapi/v1/forceOrders");
        keep("GET", "/fapi/v1/allOrders", "symbol=BTCUSDT");
        keep("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT");
        keep("GET", "/fapi/v1/positionSide/dual");
        keep("GET", "/fapi/v1/commissionRate", "symbol=BTCUSDT");
        keep("GET", "/fapi/v2/account");
        keep("GET", "/fapi/v2/balance");
        keep("GET", "/fapi/v1/income");
        keep("GET", "/fapi/v1/symbolConfig", "symbol=BTCUSDT");
        for (const QByteArray &message : user.messages()) {
            const QJsonObject event = valueOf(message).toObject();
            const QString type = event[u"e"].toString();
            const QJsonObject inner = event[u"o"].toObject();
            const QString detail = inner.contains(u"x") ? inner[u"x"].toString() : inner[u"X"].toString();
            const QString name = inner.isEmpty() ? type : type + u' ' + detail;
            if (!m_ours.contains(name) &&
                (type != u"ACCOUNT_UPDATE" || !event[u"a"][u"P"].toArray().isEmpty())) {
                m_ours[name] = event;
            }
        }
    }
    void gatherWsApi()
    {
        Socket socket{m_exchange->at("ws-api")};
        const auto ask = [&](const char *method, QMap<QByteArray, QByteArray> parameters) {
            parameters["apiKey"] = m_stranger->key();
            parameters["timestamp"] = Stranger::now();
            QByteArrayList items;
            QJsonObject params;
            for (auto item = parameters.begin(); item != parameters.end(); ++item) {
                items << item.key() + '=' + item.value();
                params[QString::fromLatin1(item.key())] = QString::fromLatin1(item.value());
            }
            params[latin("signature")] = QString::fromLatin1(m_stranger->hmac(items.join('&')));
            m_ours[latin(method)] = socket.ask(QJsonDocument{
                QJsonObject{{latin("id"), latin(method)}, {latin("method"), latin(method)},
                    {latin("params"), params}}}.toJson());
        };
        ask("ticker.book", {});
        ask("depth", {{"symbol", "BTCUSDT"}, {"limit", "5"}});
        ask("v2/account.status", {});
        ask("v2/account.balance", {});
        call("POST", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&newClientOrderId=s-6&price=" +
                price("0.98"));
        ask("order.cancel", {{"symbol", "BTCUSDT"}, {"origClientOrderId", "s-6"}});
        m_stranger->signedCall("POST", "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0.002&clientAlgoId=s-5&"
            "triggerPrice=" +
                price("1.03"));
        ask("algoOrder.cancel", {{"clientAlgoId", "s-5"}});
    }

    bool isChanged(const QString &file, const QString &place)
    {
        for (const Change &change : changes) {
            if (file.contains(latin(change.file)) && place.endsWith(latin(change.place))) {
                m_used.insert(latin(change.file) + latin(change.place));
                return true;
            }
        }
        return false;
    }
    void compare(const QString &file, const QString &place, const QJsonValue &recorded,
        const QJsonValue &ours, QStringList &found)
    {
        if (recorded.isNull() || isChanged(file, place)) {
            return;
        }
        if (ours.isUndefined() || recorded.type() != ours.type()) {
            found << file + u' ' + place +
                         (ours.isUndefined() ? latin(": we have none") : latin(": another type"));
        } else if (recorded.isObject()) {
            const QJsonObject members = recorded.toObject();
            for (auto member = members.begin(); member != members.end(); ++member) {
                compare(file, place + u'.' + member.key(), member.value(),
                    ours.toObject().value(member.key()), found);
            }
        } else if (recorded.isArray() && !recorded.toArray().isEmpty()) {
            const QJsonArray rows = recorded.toArray();
            const QJsonArray mine = ours.toArray();
            for (qsizetype i = 0; i < rows.size(); ++i) {
                compare(file, place + u"[]", rows[i], mine.at(rows.size() == mine.size() ? i : 0), found);
            }
        } else if (recorded.isString() && isDecimal(recorded.toString()) && !isDecimal(ours.toString()) &&
                   !ours.toString().isEmpty()) {
            found << file + u' ' + place + latin(": no decimal but ") + ours.toString();
        }
        ++m_count;
    }
    /// What the file holds and what of ours it is held against.
    std::pair<QString, QJsonValue> read(const QString &file) const
    {
        QByteArray text = support::fixture(file).replace("\r", "").replace("\xEF\xBB\xBF", "");
        if (file.contains(u"/endpoints/")) {
            const QList<QByteArray> lines = text.split('\n');
            const QByteArray name = lines[0].trimmed() + ' ' + lines[1].trimmed();
            return {QString::fromLatin1(name), valueOf(lines.mid(3).join('\n'))};
        }
        QString name;
        if (file.endsWith(u".txt")) {
            if (file.contains(u"/socket/")) {
                name = QString::fromLatin1(text.mid(text.indexOf("\"method\": \"") + 11)).section(u'"', 0, 0);
            }
            text = text.mid(text.indexOf("\n=") + 2).replace("|1|", "word");
        }
        for (const Source &source : sources) {
            if (QString{file}.remove(latin(".json")).remove(latin(".txt")).endsWith(latin(source.file))) {
                name = latin(source.ours);
            }
        }
        QJsonValue value = valueOf(text);
        if (value.toObject().contains(u"stream")) {
            value = value[u"data"];
        }
        return {name, value};
    }

private slots:
    void initTestCase()
    {
        if (support::fixturesBelow(latin("payloads")).isEmpty()) {
            QSKIP("the recorded payloads are not here; set HEADROOM_FIXTURES to their folder");
        }
        m_exchange =
            std::make_unique<Exchange>(QStringList{latin("--seed"), latin("15"), latin("--control")});
        QVERIFY(m_exchange->isReady());
        m_stranger = std::make_unique<Stranger>(*m_exchange);
        QTest::qWait(1'500);
        gatherMarket();
        gatherAccount();
        gatherWsApi();
    }

    void everyRecordingHasTheShapeOfOurs()
    {
        QStringList found;
        int files = 0;
        for (const QString &file : support::fixturesBelow(latin("payloads"))) {
            const bool isForeign = std::ranges::any_of(foreign, [&](const Foreign &one) {
                return file.contains(latin(one.file)) && !file.contains(u"http_json");
            });
            if (isForeign) {
                continue;
            }
            ++files;
            const auto [name, recorded] = read(file);
            if (!m_ours.contains(name)) {
                found << file + latin(": nothing of ours to hold it against: ") + name;
                continue;
            }
            compare(file, latin("$"), recorded, m_ours[name], found);
        }
        QVERIFY2(found.isEmpty(), qPrintable(found.join(u'\n')));
        qInfo("%d values in %d recordings have the shape of ours", m_count, files);
        QVERIFY(files >= 80);
    }

    void everyNamedChangeIsStillMet()
    {
        for (const Change &change : changes) {
            QVERIFY2(m_used.contains(latin(change.file) + latin(change.place)), change.why);
        }
    }
};

QTEST_GUILESS_MAIN(ShapeTest)
#include "shape_test.moc"
