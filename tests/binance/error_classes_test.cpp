#include "exchange/binance/error_classes.h"

#include <QTest>

using namespace binance;
using transport::AnswerClass;

namespace
{

transport::HttpAnswer answered(int status, const QByteArray &body, transport::HttpHeaders headers = {})
{
    transport::HttpAnswer answer;
    answer.status = status;
    answer.body = body;
    answer.headers = std::move(headers);
    answer.sentCount = 1;
    answer.mayHaveArrived = true;
    return answer;
}

QByteArray error(int code, const char *text)
{
    return "{\"code\":" + QByteArray::number(code) + ",\"msg\":\"" + text + "\"}";
}

constexpr auto now = domain::timestampFromMs(1'615'183'000'000);

} // namespace

Q_DECLARE_METATYPE(transport::AnswerClass)

class ErrorClassesTest : public QObject
{
    Q_OBJECT
private slots:
    // Reference 3.3, 3.4 and 9; reliability 5.4.
    void everyAnswerHasItsClass_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<AnswerClass>("outcome");
        QTest::newRow("success") << 200 << QByteArray{"{}"} << AnswerClass::Done;
        QTest::newRow("margin") << 400 << error(-2019, "") << AnswerClass::Rejected;
        QTest::newRow("post only") << 400 << error(-5022, "") << AnswerClass::Rejected;
        QTest::newRow("new refusal") << 400 << error(-4999, "") << AnswerClass::Rejected;
        QTest::newRow("time stamp") << 400 << error(-1021, "") << AnswerClass::NotExecuted;
        QTest::newRow("engine window") << 400 << error(-5028, "") << AnswerClass::NotExecuted;
        QTest::newRow("signature") << 400 << error(-1022, "") << AnswerClass::NotExecuted;
        QTest::newRow("key") << 401 << error(-2015, "") << AnswerClass::NotExecuted;
        QTest::newRow("duplicate id") << 400 << error(-4116, "") << AnswerClass::Ambiguous;
        QTest::newRow("backend silent") << 408 << error(-1007, "") << AnswerClass::Ambiguous;
        QTest::newRow("odd answer") << 400 << error(-1006, "") << AnswerClass::Ambiguous;
        QTest::newRow("disconnected inside") << 503 << error(-1001, "") << AnswerClass::Ambiguous;
        QTest::newRow("code of an unknown family") << 400 << error(-9999, "") << AnswerClass::Ambiguous;
        QTest::newRow("overload") << 503 << error(-1008, "") << AnswerClass::NotExecuted;
        QTest::newRow("unavailable") << 503 << error(0, "Service Unavailable.") << AnswerClass::NotExecuted;
        QTest::newRow("unknown error")
            << 503 << error(0, "Unknown error, please check your request or try again later.")
            << AnswerClass::Ambiguous;
        QTest::newRow("gateway") << 502 << QByteArray{"<html>"} << AnswerClass::Ambiguous;
        QTest::newRow("too many requests") << 429 << error(-1003, "") << AnswerClass::RateLimited;
        QTest::newRow("too many orders") << 429 << error(-1015, "") << AnswerClass::RateLimited;
        QTest::newRow("ban") << 418 << error(-1003, "") << AnswerClass::Banned;
        QTest::newRow("firewall") << 403 << QByteArray{"<html>"} << AnswerClass::Banned;
        QTest::newRow("no such path") << 404 << QByteArray{"<html>"} << AnswerClass::Rejected;
        QTest::newRow("unreadable refusal") << 400 << QByteArray{"<html>"} << AnswerClass::Ambiguous;
    }
    void everyAnswerHasItsClass()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(AnswerClass, outcome);
        QCOMPARE(verdictOf(answered(status, body), now).outcome, outcome);
    }

    void withoutAnAnswerItCountsWhetherTheRequestMayHaveArrived()
    {
        transport::HttpAnswer answer;
        answer.failure = transport::HttpFailure::NotSent;
        QCOMPARE(verdictOf(answer, now).outcome, AnswerClass::NotSent);
        answer.failure = transport::HttpFailure::TimedOut;
        answer.mayHaveArrived = true;
        QCOMPARE(verdictOf(answer, now).outcome, AnswerClass::Ambiguous);
    }

    void theVenueSaysHowLongToPause()
    {
        const auto told = verdictOf(answered(429, error(-1003, ""), {{"retry-after", "7"}}), now);
        QCOMPARE(told.pauseFor, std::optional{domain::Milliseconds{7'000}});
        const auto banned = verdictOf(
            answered(
                418, error(-1003, "Way too many requests; IP(1.2.3.4) banned until 1615183669840. Please")),
            now);
        QCOMPARE(banned.pauseFor, std::optional{domain::Milliseconds{669'840}});
        QVERIFY(!verdictOf(answered(429, error(-1003, "")), now).pauseFor);
    }

    void aBanIsNoFirewallWhateverItsBody()
    {
        const auto ban = verdictOf(answered(418, "<html>", {{"retry-after", "120"}}), now);
        QVERIFY(!ban.isFirewall);
        QCOMPARE(ban.pauseFor, std::optional{domain::Milliseconds{120'000}});
        QVERIFY(verdictOf(answered(403, "<html>"), now).isFirewall);
    }

    void aRefusedKeyIsNotTriedAgain()
    {
        for (const int code : {-2014, -2015, -1022}) {
            QVERIFY(verdictOf(answered(401, error(code, "")), now).isHopeless);
        }
        for (const int code : {-1021, -1008, -1003, -9999}) {
            QVERIFY(!verdictOf(answered(400, error(code, "")), now).isHopeless);
        }
        QVERIFY(!verdictOf(answered(503, "<html>"), now).isHopeless);
    }

    void countersAreReadFromTheHeaders()
    {
        const auto verdict = verdictOf(answered(200, "{}",
                                           {{"x-mbx-used-weight-1m", "41"}, {"x-mbx-order-count-10s", "3"},
                                               {"x-mbx-order-count-1m", "oops"}}),
            now);
        QCOMPARE(verdict.usage.size(), std::size_t{2});
        QCOMPARE(verdict.usage[0].limiter, std::string{"weight 1m"});
        QCOMPARE(verdict.usage[0].used, std::int64_t{41});
        QCOMPARE(verdict.usage[1].limiter, std::string{"orders 10s"});
    }

    void limitsAreNamedLikeTheirHeaders()
    {
        using Kind = domain::RateLimit::Kind;
        domain::ExchangeInfo info;
        info.rateLimits = {{Kind::RequestWeight, domain::Milliseconds{60'000}, 2'400},
            {Kind::Orders, domain::Milliseconds{10'000}, 300},
            {Kind::Unknown, domain::Milliseconds{1'000}, 1}};
        const auto rules = limitRulesFrom(info);
        QCOMPARE(rules.size(), std::size_t{2});
        QCOMPARE(rules[0].name, std::string{"weight 1m"});
        QCOMPARE(rules[1].name, std::string{"orders 10s"});
        QCOMPARE(limitRulesFrom({}).size(), std::size_t{3});
    }

    void aKeyTheVenueRefusesAsksForAnotherOne()
    {
        transport::PumpAnswer answer;
        answer.outcome = AnswerClass::NotExecuted;
        answer.tries = 1;
        answer.http = answered(401, error(-2015, "Invalid API-key, IP, or permissions for action."));
        const auto shown = errorOf(answer, now);
        QCOMPARE(shown.code, domain::ErrorCode::Unauthorized);
        QCOMPARE(shown.venueCode, -2015);
        QVERIFY(!shown.detail.empty());
    }

    void wordsOfTheVenueStandWhereWeHaveNone()
    {
        QCOMPARE(sentenceFor(-1130, "Data sent for parameter 'limit' is not valid."),
            std::string{"Data sent for parameter 'limit' is not valid. (-1130)"});
    }
};

QTEST_APPLESS_MAIN(ErrorClassesTest)
#include "error_classes_test.moc"
