#include "exchange/paper/core/faults.h"
#include "tests/support/paper_call.h"

#include <QTest>

#include <set>

using namespace paper;
using namespace std::chrono_literals;
using support::codeOf;
using support::signedRequest;

namespace
{

const Timestamp at = support::paperStart;
const Response fine{200, R"({"orderId":77,"status":"NEW","type":"LIMIT"})", "application/json",
    {{"x-mbx-used-weight-1m", "12"}}};

// Not inside the class: moc does not read raw texts with braces.
const std::string twoOrders =
    R"([{"orderId":76,"clientOrderId":"other"},{"orderId":77,"clientOrderId":"blind-1","x":"}"}])";
const std::string otherOrder = R"([{"orderId":76,"clientOrderId":"other"}])";
const std::string orderEvent =
    R"({"stream":"key","data":{"e":"ORDER_TRADE_UPDATE","E":1,"o":{"s":"BTCUSDT","c":"a","X":"NEW","p":"1"}}})";
const std::string strangeObject = R"({"unheardOf":{"a":[1,null,"x"]}})";

Request placing(const std::string &clientOrderId = "a-1", const std::string &more = {})
{
    return signedRequest("POST", "/fapi/v1/order",
        "symbol=BTCUSDT&side=BUY&type=LIMIT&newClientOrderId=" + clientOrderId + more, at);
}

Request reading(const std::string &clientOrderId = "a-1")
{
    return signedRequest("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=" + clientOrderId, at);
}

Faults with(FaultRule rule)
{
    Faults faults{1};
    faults.add(std::move(rule));
    return faults;
}

FaultRule ruleOf(FaultKind kind)
{
    FaultRule rule;
    rule.kind = kind;
    return rule;
}

struct Outcome
{
    RestFate fate;
    RestAnswer answer;
};

Outcome run(Faults &faults, const Request &request, Timestamp now = at)
{
    Outcome outcome;
    outcome.fate = faults.before(now, request);
    outcome.answer = faults.after(now, request, outcome.fate, outcome.fate.isProcessed ? fine : Response{});
    return outcome;
}

double shareOf(const Faults &faults, FaultKind kind, int calls)
{
    const auto found = faults.counts().find(kind);
    return found == faults.counts().end() ? 0 : static_cast<double>(found->second) / calls;
}

} // namespace

class FaultsTest : public QObject
{
    Q_OBJECT
private slots:
    void everyKindHasANameThatIsReadBack()
    {
        std::set<std::string_view> names;
        for (std::size_t i = 0; i < faultKinds; ++i) {
            const auto kind = static_cast<FaultKind>(i);
            QVERIFY(!toWire(kind).empty());
            QVERIFY(faultKindOf(toWire(kind)) == kind);
            names.insert(toWire(kind));
        }
        QCOMPARE(names.size(), faultKinds);
        QVERIFY(!faultKindOf("nonsense"));
    }

    void nothingGoesWrongWithoutRules()
    {
        Faults faults;
        const Outcome outcome = run(faults, placing());
        QVERIFY(outcome.fate.isClean() && outcome.fate.isProcessed);
        QCOMPARE(outcome.answer.response.body, fine.body);
        QVERIFY(!outcome.answer.isCut && !outcome.answer.cutAt);
    }

    void restKindsEndAsReference34Says_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("isProcessed");
        QTest::addColumn<int>("status"); // 0: cut
        QTest::addColumn<int>("code");
        const auto row = [](FaultKind kind, bool isProcessed, int status, int code) {
            QTest::newRow(std::string{toWire(kind)}.c_str())
                << static_cast<int>(kind) << isProcessed << status << code;
        };
        row(FaultKind::DropBefore, false, 0, 0);
        row(FaultKind::DropAfter, true, 0, 0);
        row(FaultKind::UnknownExecuted, true, 503, -1000);
        row(FaultKind::UnknownNotExecuted, false, 503, -1000);
        row(FaultKind::Unavailable, false, 503, -1);
        row(FaultKind::Overloaded, false, 503, -1008);
        row(FaultKind::Html, false, 403, 0);
        row(FaultKind::HtmlExecuted, true, 502, 0);
        row(FaultKind::Redirect, false, 302, 0);
        row(FaultKind::TooManyRequests, false, 429, -1003);
        row(FaultKind::Banned, false, 418, -1003);
    }
    void restKindsEndAsReference34Says()
    {
        QFETCH(int, kind);
        QFETCH(bool, isProcessed);
        QFETCH(int, status);
        QFETCH(int, code);
        Faults faults = with(ruleOf(static_cast<FaultKind>(kind)));
        const Outcome outcome = run(faults, placing());
        QCOMPARE(outcome.fate.isProcessed, isProcessed);
        QCOMPARE(outcome.answer.isCut, status == 0);
        if (status != 0) {
            QCOMPARE(outcome.answer.response.status, status);
            QCOMPARE(codeOf(outcome.answer.response), code);
        }
        QCOMPARE(faults.counts().at(static_cast<FaultKind>(kind)), 1);
    }

    void codesHaveTheirStatusAndWording_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("status");
        for (const auto &[code, status] :
            {std::pair{-1000, 400}, std::pair{-1001, 503}, std::pair{-1006, 503}, std::pair{-1007, 408},
                std::pair{-1021, 400}, std::pair{-1022, 400}, std::pair{-2015, 401}, std::pair{-4116, 400},
                std::pair{-2011, 400}, std::pair{-2013, 400}, std::pair{-1015, 429}}) {
            QTest::newRow(std::to_string(code).c_str()) << code << status;
        }
    }
    void codesHaveTheirStatusAndWording()
    {
        QFETCH(int, code);
        QFETCH(int, status);
        for (const bool isExecuted : {false, true}) {
            FaultRule rule = ruleOf(isExecuted ? FaultKind::ErrorExecuted : FaultKind::ErrorNotExecuted);
            rule.code = code;
            Faults faults = with(rule);
            const Outcome outcome = run(faults, placing());
            QCOMPARE(outcome.fate.isProcessed, isExecuted);
            QCOMPARE(outcome.answer.response.status, status);
            QCOMPARE(codeOf(outcome.answer.response), code);
            QVERIFY(outcome.answer.response.body.size() > 30);
        }
    }

    void aTruncatedAnswerEndsBeforeItsLastByte()
    {
        Faults faults = with(ruleOf(FaultKind::Truncated));
        std::set<std::size_t> cuts;
        for (int i = 0; i < 200; ++i) {
            const RestAnswer answer = run(faults, placing()).answer;
            QVERIFY(answer.cutAt);
            QVERIFY(*answer.cutAt < httpText(answer.response).size());
            cuts.insert(*answer.cutAt);
        }
        QVERIFY(cuts.size() > 50);
    }

    void brokenJsonIsWhatItSays()
    {
        Faults faults = with(ruleOf(FaultKind::BrokenJson));
        for (int i = 0; i < 50; ++i) {
            const RestAnswer answer = run(faults, placing()).answer;
            QCOMPARE(answer.response.status, 200);
            QVERIFY(support::jsonOf(answer.response).isNull());
        }
    }

    void overloadSparesWhatReducesAndWhatCancels()
    {
        Faults faults = with(ruleOf(FaultKind::Overloaded));
        QVERIFY(run(faults, placing("a-1", "&reduceOnly=true")).fate.isClean());
        QVERIFY(run(faults, placing("a-1", "&positionSide=SHORT")).fate.isClean());
        QVERIFY(run(faults, signedRequest("POST", "/fapi/v1/algoOrder", "closePosition=true", at))
                    .fate.isClean());
        QVERIFY(run(faults, signedRequest("DELETE", "/fapi/v1/order", "symbol=BTCUSDT", at)).fate.isClean());
        QVERIFY(run(faults, reading()).fate.isClean());
        QVERIFY(!run(faults, placing()).fate.isClean());
    }

    void tooManyRequestsLastsAsLongAsItSays()
    {
        FaultRule rule = ruleOf(FaultKind::TooManyRequests);
        rule.delay = 3s;
        rule.count = 1;
        Faults faults = with(rule);
        const RestAnswer first = run(faults, placing()).answer;
        QVERIFY(std::ranges::find(first.response.headers,
                    std::pair<std::string, std::string>{"retry-after", "3"}) != first.response.headers.end());
        QCOMPARE(run(faults, reading(), at + 2'999ms).answer.response.status, 429);
        QCOMPARE(run(faults, reading(), at + 3s).answer.response.status, 200);
    }

    void theOrderLimitLeavesCancelsAlone()
    {
        FaultRule rule = ruleOf(FaultKind::TooManyRequests);
        rule.delay = 3s;
        rule.code = -1015;
        rule.count = 1;
        Faults faults = with(rule);
        QCOMPARE(codeOf(run(faults, placing()).answer.response), -1015);
        const Request cancel = signedRequest("DELETE", "/fapi/v1/order", "symbol=BTCUSDT", at);
        QCOMPARE(run(faults, cancel, at + 1s).answer.response.status, 200);
        QCOMPARE(run(faults, placing(), at + 1s).answer.response.status, 429);
    }

    void aBlindQueryDoesNotKnowTheOrderForAWhile()
    {
        FaultRule rule = ruleOf(FaultKind::BlindQuery);
        rule.delay = 5s;
        Faults faults = with(rule);
        QCOMPARE(run(faults, placing("blind-1")).answer.response.status, 200);

        QCOMPARE(codeOf(run(faults, reading("blind-1"), at + 4'999ms).answer.response), -2013);
        QCOMPARE(run(faults, reading("other"), at + 1s).answer.response.status, 200);
        const Request byId = signedRequest("GET", "/fapi/v1/order", "symbol=BTCUSDT&orderId=77", at);
        QCOMPARE(codeOf(run(faults, byId, at + 1s).answer.response), -2013);
        // Lists lag as well.
        const Response list{200, twoOrders, "application/json", {}};
        const Request open = signedRequest("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT", at);
        QCOMPARE(faults.after(at + 1s, open, faults.before(at + 1s, open), list).response.body, otherOrder);

        QCOMPARE(run(faults, reading("blind-1"), at + 5s).answer.response.status, 200);
        QCOMPARE(faults.after(at + 5s, open, faults.before(at + 5s, open), list).response.body, list.body);
    }

    void answersAndMessagesOfTomorrowStayJson()
    {
        Faults faults = with(ruleOf(FaultKind::UnknownEnum));
        const RestAnswer strange = run(faults, placing()).answer;
        QVERIFY(strange.response.body.find("UNHEARD_OF") != std::string::npos);
        QVERIFY(!support::jsonOf(strange.response).isNull());
        faults = with(ruleOf(FaultKind::UnknownField));
        QVERIFY(support::jsonOf(run(faults, placing()).answer.response).object().contains(u"unheardOf"));

        const std::string bent = withUnknownEnum(orderEvent, "X", 0);
        QVERIFY(bent.find(R"("X":"UNHEARD_OF")") != std::string::npos);
        QVERIFY(withUnknownField(orderEvent).find(R"("data":{"unheardOf")") != std::string::npos);
        QCOMPARE(withUnknownEnum("{}", {}, 7), std::string{"{}"});
        QCOMPARE(withUnknownField("{}"), strangeObject);
    }

    void usageHeadersGoMissingOrNegative()
    {
        Faults faults = with(ruleOf(FaultKind::NoUsageHeaders));
        QVERIFY(run(faults, placing()).answer.response.headers.empty());
        faults = with(ruleOf(FaultKind::NegativeUsage));
        QCOMPARE(run(faults, placing()).answer.response.headers.front().second, std::string{"-1"});
    }

    void rulesMatchByAllThatTheyName()
    {
        FaultRule rule = ruleOf(FaultKind::DropBefore);
        rule.method = "POST";
        rule.path = "/fapi/v1/order";
        rule.symbol = "BTCUSDT";
        rule.clientOrderId = "bot-";
        Faults faults = with(rule);
        QVERIFY(run(faults, placing("a-1")).fate.isClean());
        QVERIFY(!run(faults, placing("bot-1")).fate.isClean());
        QVERIFY(run(faults, reading("bot-1")).fate.isClean());
        QVERIFY(
            run(faults, signedRequest("POST", "/fapi/v1/order", "symbol=ETHUSDT&newClientOrderId=bot-1", at))
                .fate.isClean());
        const Request batch = signedRequest("POST", "/fapi/v1/batchOrders",
            "batchOrders=%5B%7B%22newClientOrderId%22%3A%22bot-9%22%7D%5D", at);
        rule.path.clear();
        rule.symbol.clear();
        faults = with(rule);
        QVERIFY(!run(faults, batch).fate.isClean());
    }

    void rulesSkipCountAndGoByNumber()
    {
        FaultRule rule = ruleOf(FaultKind::DropBefore);
        rule.skip = 2;
        rule.count = 3;
        Faults faults = with(rule);
        std::string struck;
        for (int i = 0; i < 8; ++i) {
            struck += run(faults, placing()).fate.isClean() ? '-' : 'x';
        }
        QCOMPARE(struck, std::string{"--xxx---"});

        rule = ruleOf(FaultKind::DropBefore);
        rule.everyNth = 3;
        faults = with(rule);
        struck.clear();
        for (int i = 0; i < 9; ++i) {
            struck += run(faults, placing()).fate.isClean() ? '-' : 'x';
        }
        QCOMPARE(struck, std::string{"--x--x--x"});
    }

    void sameSeedSameDecisions()
    {
        const auto history = [](std::uint64_t seed, bool withOther) {
            Faults faults{seed};
            FaultRule rule = ruleOf(FaultKind::Delay);
            rule.probability = 0.3;
            rule.delayUpTo = 1s;
            faults.add(rule);
            if (withOther) {
                rule.kind = FaultKind::NoUsageHeaders;
                faults.add(rule);
            }
            std::string text;
            for (int i = 0; i < 300; ++i) {
                text += std::to_string(faults.before(at, placing()).answerDelay.count()) + ' ';
            }
            return text;
        };
        QCOMPARE(history(5, false), history(5, false));
        QVERIFY(history(5, false) != history(6, false));
        QCOMPARE(history(5, false), history(5, true)); // one rule does not change another
    }

    void rulesComeAndGoAtRunTime()
    {
        Faults faults;
        const int number = faults.add(ruleOf(FaultKind::DropBefore));
        QVERIFY(!run(faults, placing()).fate.isClean());
        faults.setEnabled(false);
        QVERIFY(run(faults, placing()).fate.isClean());
        faults.setEnabled(true);
        QVERIFY(faults.remove(number));
        QVERIFY(!faults.remove(number));
        QVERIFY(run(faults, placing()).fate.isClean());
        QVERIFY(faults.add(ruleOf(FaultKind::DropBefore)) > number);
        faults.clear();
        QVERIFY(faults.rules().empty());
        QCOMPARE(faults.counts().at(FaultKind::DropBefore), 1); // what happened stays counted
    }

    void theStandardMixHasTheRatesOfSection7()
    {
        constexpr int orders = 200'000;
        for (const int times : {1, 10}) {
            Faults faults = times == 1 ? standardFaults(7) : stormFaults(7);
            Timestamp now = at;
            std::int64_t due = 0;
            const Request order = placing();
            for (int i = 0; i < orders; ++i) {
                now += 100s; // far apart, so that no limit of a fault before lasts
                (void)run(faults, order, now);
                due += static_cast<std::int64_t>(faults.due(now).size());
            }
            const auto near = [&](FaultKind kind, double percent) {
                const double wanted = percent * times / 100;
                const double share = shareOf(faults, kind, orders);
                const double tolerance = 5 * std::sqrt(wanted / orders) + 1.0 / orders;
                if (std::abs(share - wanted) > tolerance) {
                    qWarning("%s: %f instead of %f", std::string{toWire(kind)}.c_str(), share, wanted);
                }
                return std::abs(share - wanted) <= tolerance;
            };
            QVERIFY(near(FaultKind::DropAfter, 2));
            QVERIFY(near(FaultKind::Delay, 1));
            QVERIFY(near(FaultKind::UnknownExecuted, 0.25));
            QVERIFY(near(FaultKind::UnknownNotExecuted, 0.25));
            QVERIFY(near(FaultKind::Overloaded, 0.5));
            QVERIFY(near(FaultKind::Unavailable, 0.5));
            QVERIFY(near(FaultKind::BrokenJson, 0.2));
            QVERIFY(near(FaultKind::TooManyRequests, 0.5));
            QVERIFY(near(FaultKind::BlindQuery, 3));
            QVERIFY(near(FaultKind::UnknownEnum, 0.1));
            QVERIFY(near(FaultKind::ForeignOrder, 2));
            QVERIFY(near(FaultKind::ForeignFill, 2));
            QVERIFY(near(FaultKind::ForeignCancel, 1));
            QVERIFY(near(FaultKind::Liquidation, 0.025));
            QVERIFY(near(FaultKind::AutoDeleverage, 0.025));
            QVERIFY(due > orders / 20);
        }
    }

    void happeningsByTimeComeAboutAsOftenAsTheySay()
    {
        FaultRule rule = ruleOf(FaultKind::CutStreams);
        rule.every = 5min;
        rule.route = Route::Private;
        Faults faults = with(rule);
        int cuts = 0;
        for (Timestamp now = at; now < at + 100h; now += 1s) {
            for (const Happening &happening : faults.due(now)) {
                QVERIFY(happening.kind == FaultKind::CutStreams && happening.route == Route::Private);
                ++cuts;
            }
        }
        QVERIFY2(cuts > 1'100 && cuts < 1'300, std::to_string(cuts).c_str()); // 1,200
        // After a long sleep it happens once.
        QCOMPARE(faults.due(at + 1'000h).size(), std::size_t{1});
        QVERIFY(faults.due(at + 1'000h).empty());
    }

    void whatLastsEndsAlsoWhenTheRulesAreCleared()
    {
        FaultRule rule = ruleOf(FaultKind::HaltSymbol);
        rule.symbol = "BTCUSDT";
        rule.delay = 60s;
        rule.count = 1;
        Faults faults = with(rule);
        (void)faults.before(at, placing());
        const auto begun = faults.due(at + 3s);
        QCOMPARE(begun.size(), std::size_t{1});
        QVERIFY(!begun.front().isEnd && begun.front().symbol == "BTCUSDT");
        QVERIFY(faults.due(at + 50s).empty());
        faults.clear();
        const auto ended = faults.due(at + 51s);
        QCOMPARE(ended.size(), std::size_t{1});
        QVERIFY(ended.front().isEnd);
        QCOMPARE(ended.front().draw, begun.front().draw);
    }

    void theClockStepsBothWays()
    {
        FaultRule rule = ruleOf(FaultKind::ClockStep);
        rule.delay = -700ms;
        rule.delayUpTo = 700ms;
        Faults faults = with(rule);
        std::set<domain::Milliseconds> seen;
        for (int i = 0; i < 50; ++i) {
            (void)faults.before(at, placing());
            (void)faults.due(at + 1min);
            seen.insert(faults.clockAhead());
        }
        QVERIFY(*seen.begin() < 0ms);
        QVERIFY(*seen.rbegin() > 0ms);
        faults.clear();
        QCOMPARE(faults.clockAhead(), 0ms);
    }
};

QTEST_GUILESS_MAIN(FaultsTest)
#include "faults_test.moc"
