#include "exchange/paper/server/control.h"
#include "models/domain/drills/drill.h"
#include "tests/support/paper_call.h"

#include <QTest>

#include <map>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

/// A drill played against the exchange itself in virtual time, its steps through the control interface.
struct Ground
{
    Ground()
    {
        ExchangeConfig config;
        config.key = {support::paperKey, support::paperSecret, ""};
        std::vector<Contract> contracts{builtInContracts()[0], builtInContracts()[1]};
        exchange = std::make_unique<PaperExchange>(
            config, std::make_unique<MarketGenerator>(3, std::move(contracts)));
        (void)exchange->start({}, now);
        control = std::make_unique<Control>(Control::Parts{*exchange, faults, streams, 1}, support::paperKey);
        pass(3s);
    }
    void pass(domain::Milliseconds time)
    {
        for (const Timestamp until = now + time; now < until;) {
            now += 100ms;
            for (const Happening &happening : faults.due(now)) {
                (void)carryOut(happening, *exchange, streams, now);
            }
            exchange->step(now);
            exchange->streams().takeOutput();
        }
    }
    Response step(const domain::DrillStep &step)
    {
        return control->answer(now, {step.method, step.path, {}, step.body, {}});
    }
    Response say(const char *path, const std::string &body)
    {
        return control->answer(now, {"POST", path, {}, body, {}});
    }
    Quantity held(const Symbol &symbol)
    {
        Quantity sum;
        for (const PositionView &row : exchange->engine().positions(PaperExchange::account, symbol)) {
            sum += row.amount;
        }
        return sum;
    }
    /// The whole drill; the trader does nothing. Refusals of steps, one a line.
    std::string play(const domain::Drill &drill)
    {
        std::string refused;
        domain::Milliseconds at{0};
        for (const domain::DrillStep &each : drill.steps) {
            pass(each.at - at);
            at = each.at;
            const Response answer = step(each);
            if (answer.status != 200) {
                refused += each.path + ' ' + each.body + ": " + answer.body + '\n';
            }
        }
        pass(drill.length - at);
        return refused;
    }

    Timestamp now = support::paperStart;
    std::unique_ptr<PaperExchange> exchange;
    Faults faults;
    FaultyStreams streams{faults};
    std::unique_ptr<Control> control;
};

const domain::Drill &drillOf(std::string_view id)
{
    return *std::ranges::find(domain::builtInDrills(), id, &domain::Drill::id);
}

domain::Money moneyOf(const QJsonValue &text)
{
    return domain::Money::parse(text.toString().toStdString()).value();
}

} // namespace

class DrillStepsTest : public QObject
{
    Q_OBJECT
private slots:
    void everyDrillPlaysOnTheExchangeAndLeavesNoTrace_data()
    {
        QTest::addColumn<QString>("id");
        for (const domain::Drill &drill : domain::builtInDrills()) {
            QTest::newRow(drill.id.c_str()) << QString::fromStdString(drill.id);
        }
    }
    void everyDrillPlaysOnTheExchangeAndLeavesNoTrace()
    {
        QFETCH(QString, id);
        const domain::Drill &drill = drillOf(id.toStdString());
        Ground ground;
        const std::string refused = ground.play(drill);
        // The account's stream is not open here, so there is no key to lose.
        if (drill.id != "listen-key") {
            QVERIFY2(refused.empty(), refused.c_str());
        }
        for (const domain::DrillStep &step : domain::drillCleanUp()) {
            QCOMPARE(ground.step(step).status, 200);
        }
        ground.pass(3s);
        QVERIFY(ground.faults.rules().empty());
        QCOMPARE(ground.faults.clockAhead(), domain::Milliseconds{0});
        QCOMPARE(ground.exchange->engine().spec("BTCUSDT")->status, domain::SymbolStatus::Trading);
        QVERIFY(ground.exchange->engine().checkInvariants().empty());
        QCOMPARE(ground
                     .say("/control/order",
                         R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","notional":"500"})")
                     .status,
            200);
    }

    void incidentsAreWhatTheyPromise()
    {
        Ground adl;
        adl.play(drillOf("adl"));
        QVERIFY(adl.held("BTCUSDT").isZero());
        QVERIFY(adl.held("ETHUSDT").isNegative());

        Ground leg;
        leg.play(drillOf("leg-liquidated"));
        QVERIFY(leg.held("ETHUSDT").isZero());
        QVERIFY(leg.held("BTCUSDT").isPositive());

        Ground stuck;
        stuck.play(drillOf("stuck-stop"));
        QVERIFY(stuck.held("BTCUSDT").isPositive()); // the stop did not do its work

        Ground refused;
        refused.play(drillOf("refused-stop"));
        QVERIFY(refused.held("BTCUSDT").isPositive());
        QVERIFY(refused.exchange->engine().openConditional(PaperExchange::account, std::nullopt).empty());

        Ground key;
        key.play(drillOf("listen-key"));
        QVERIFY(key.held("BTCUSDT").isNegative());

        Ground partial;
        partial.play(drillOf("partial-fill"));
        QVERIFY(partial.held("BTCUSDT").isPositive());
    }

    void whatEveryDrillLeavesBehindIsClosedAndNothingElse_data()
    {
        everyDrillPlaysOnTheExchangeAndLeavesNoTrace_data();
    }
    void whatEveryDrillLeavesBehindIsClosedAndNothingElse()
    {
        QFETCH(QString, id);
        Ground ground;
        // What the trader has already, on one of the symbols of the drills and beside them.
        ground.say("/control/order", R"({"symbol":"ETHUSDT","side":"BUY","type":"MARKET","notional":"300"})");
        ground.say("/control/order",
            R"({"symbol":"ETHUSDT","side":"BUY","type":"LIMIT","notional":"200","awayPercent":"-40"})");
        const Quantity before = ground.held("ETHUSDT");
        QVERIFY(before.isPositive());
        QCOMPARE(ground.say("/control/remember", {}).status, 200);
        ground.play(drillOf(id.toStdString()));
        for (const domain::DrillStep &step : domain::drillCleanUp()) {
            QCOMPARE(ground.step(step).status, 200);
        }
        ground.pass(3s);
        const auto leftovers = [&] {
            return support::jsonOf(ground.step({0ms, "GET", "/control/leftovers", {}, {}})).object();
        };
        (void)leftovers();
        const Quantity ownNow = ground.held("ETHUSDT"); // the incident may have taken it
        const Response taken = ground.step({0ms, "DELETE", "/control/leftovers", {}, {}});
        QVERIFY2(taken.status == 200, taken.body.c_str());
        ground.pass(1s);
        QVERIFY(leftovers()[u"positions"].toArray().isEmpty());
        QVERIFY(leftovers()[u"orders"].toArray().isEmpty());
        QVERIFY(ground.held("BTCUSDT").isZero());
        QCOMPARE(ground.held("ETHUSDT"),
            ownNow.isNegative() ? Quantity{} : std::min(before, ownNow)); // never reopened, never more
        const auto open = ground.exchange->engine().openOrders(PaperExchange::account, std::nullopt);
        QVERIFY(open.size() <= 1);
        QVERIFY(ground.exchange->engine().checkInvariants().empty());
    }

    void whatTheTraderOpensAfterwardsStays()
    {
        Ground ground;
        ground.say("/control/remember", {});
        ground.say(
            "/control/order", R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","notional":"1000"})");
        const Quantity ofDrill = ground.held("BTCUSDT");
        const auto told = support::jsonOf(ground.step({0ms, "GET", "/control/leftovers", {}, {}})).object();
        const QJsonObject position = told[u"positions"].toArray()[0].toObject();
        QCOMPARE(position[u"symbol"].toString(), QStringLiteral("BTCUSDT"));
        QCOMPARE(position[u"amount"].toString().toStdString(), ofDrill.toString());
        QVERIFY(moneyOf(position[u"notional"]) > domain::Money::of(900));
        ground.say("/control/order", R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","notional":"400"})");
        ground.say(
            "/control/order", R"({"symbol":"ETHUSDT","side":"SELL","type":"MARKET","notional":"400"})");
        const Quantity own = ground.held("BTCUSDT") - ofDrill;
        QCOMPARE(ground.step({0ms, "DELETE", "/control/leftovers", {}, {}}).status, 200);
        QCOMPARE(ground.held("BTCUSDT"), own);
        QVERIFY(ground.held("ETHUSDT").isNegative());
    }

    void withoutABeginningThereIsNothingToClose()
    {
        Ground ground;
        ground.say(
            "/control/order", R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","notional":"1000"})");
        QVERIFY(support::jsonOf(ground.step({0ms, "GET", "/control/leftovers", {}, {}}))
                    .object()[u"positions"]
                    .toArray()
                    .isEmpty());
        QCOMPARE(ground.step({0ms, "DELETE", "/control/leftovers", {}, {}}).status, 200);
        QVERIFY(ground.held("BTCUSDT").isPositive());
    }

    void theStandingIsTheTruth()
    {
        Ground ground;
        const auto standing = [&] {
            return support::jsonOf(
                ground.control->answer(ground.now, {"GET", "/control/standing", {}, {}, {}}))
                .object();
        };
        QCOMPARE(standing()[u"exposure"].toString(), QStringLiteral("0"));
        ground.say(
            "/control/order", R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","notional":"2000"})");
        ground.say("/control/order",
            R"({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","notional":"500","awayPercent":"-1"})");
        const domain::Money exposure = moneyOf(standing()[u"exposure"]);
        QVERIFY(exposure > domain::Money::of(1'900) && exposure < domain::Money::of(2'200));
        QCOMPARE(moneyOf(standing()[u"unguarded"]), exposure);
        QCOMPARE(standing()[u"working"].toInt(), 1);
        ground.say("/control/order",
            R"({"symbol":"BTCUSDT","side":"SELL","type":"STOP_MARKET","awayPercent":"-2"})");
        QCOMPARE(moneyOf(standing()[u"unguarded"]), domain::Money{});
        QCOMPARE(standing()[u"working"].toInt(), 1);
    }

    void theWebsiteRefusesWhatItCannotRead()
    {
        Ground ground;
        for (const char *body :
            {R"({"symbol":"NOPE","side":"BUY","type":"MARKET","notional":"500"})",
                R"({"symbol":"BTCUSDT","side":"UP","type":"MARKET","notional":"500"})",
                R"({"symbol":"BTCUSDT","side":"BUY","type":"STOP","notional":"500"})",
                R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","notional":"-1"})",
                R"({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","notional":"500","awayPercent":"far"})"}) {
            const Response answer = ground.say("/control/order", body);
            QCOMPARE(answer.status, 400);
            QVERIFY(answer.body.find("allowed") != std::string::npos ||
                    answer.body.find("is no") != std::string::npos);
        }
        // The venue's own refusal.
        QCOMPARE(ground
                     .say("/control/order",
                         R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","notional":"9000000"})")
                     .status,
            409);
        QCOMPARE(ground.say("/control/scenario", R"({"scenario":"doom"})").status, 400);
        QCOMPARE(ground.say("/control/scenario", R"({"scenario":"thin:NOPE"})").status, 400);
    }
};

QTEST_APPLESS_MAIN(DrillStepsTest)
#include "drill_steps_test.moc"
