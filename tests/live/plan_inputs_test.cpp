#include "tests/support/desk.h"

#include <QSignalSpy>
#include <QTest>

using namespace std::chrono_literals;
using domain::FundingIntervals;
using domain::Timestamp;

namespace
{

/// A desk whose calculator follows BTCUSDT; the next settlement is at an hour of the day.
struct Funded : support::Desk
{
    Funded()
    {
        account.current = std::make_shared<const domain::AccountState>(funded(10'000));
        open();
        (void)QTest::qWaitFor([this] { return models->market.spec("BTCUSDT") != nullptr; });
        models->planInputs.follow("BTCUSDT");
    }
    void settleNextAt(domain::Milliseconds sinceMidnight)
    {
        domain::MarkPrice mark;
        mark.symbol = "BTCUSDT";
        mark.mark = mark.index = domain::Price::of(65'000);
        mark.nextFundingAt = domain::timestampFromMs(0) + 24h * 20'000 + sinceMidnight;
        emit marketData.markPricesChanged(std::make_shared<const std::vector<domain::MarkPrice>>(1, mark));
    }
    void publish(FundingIntervals intervals)
    {
        emit marketData.fundingIntervalsChanged(
            std::make_shared<const FundingIntervals>(std::move(intervals)));
    }
};

} // namespace

class PlanInputsTest : public QObject
{
    Q_OBJECT
private slots:
    void untilTheExchangeSaysHowOftenFundingIsSettledItIsGuessed()
    {
        Funded desk;
        desk.settleNextAt(12h); // cannot be one of eight hours
        const auto guessed = desk.models->planInputs.fundingRhythm();
        QVERIFY(guessed.interval == 4h);
        QVERIFY(!guessed.isGiven);
        desk.settleNextAt(13h); // seen: an hour after the one before
        QVERIFY(desk.models->planInputs.fundingRhythm().interval == 1h);
        QVERIFY(!desk.models->planInputs.context().isFundingIntervalGiven);
        QVERIFY(!desk.models->planInputs.context().fundingIntervalAge);
    }

    void whatTheExchangeSaysCounts()
    {
        Funded desk;
        desk.settleNextAt(16h);
        QSignalSpy changed{&desk.models->planInputs, &live::PlanInputs::changed};
        desk.publish({{"BTCUSDT", 2h}});
        QCOMPARE(changed.count(), 1);
        auto context = desk.models->planInputs.context();
        QVERIFY(context.fundingInterval == 2h);
        QVERIFY(context.isFundingIntervalGiven);
        QVERIFY(context.fundingIntervalAge == domain::Milliseconds{0});
        desk.clock.advance(90s);
        QVERIFY(desk.models->planInputs.context().fundingIntervalAge == 90s);
        desk.publish({{"ETHUSDT", 4h}}); // what it does not name is settled every eight hours
        context = desk.models->planInputs.context();
        QVERIFY(context.fundingInterval == 8h);
        QVERIFY(context.isFundingIntervalGiven);
    }

    void aSettlementThatTheIntervalCannotHaveIsBelievedMore()
    {
        Funded desk;
        desk.publish({});
        desk.settleNextAt(12h);
        const auto rhythm = desk.models->planInputs.fundingRhythm();
        QVERIFY(rhythm.interval == 4h);
        QVERIFY(!rhythm.isGiven);
    }

    void theAnswerToTheFirstQuestionIsTakenToo()
    {
        support::Desk desk;
        desk.marketData.fundingAnswer = domain::Result<ports::FundingIntervalsPtr>{
            std::make_shared<const FundingIntervals>(FundingIntervals{{"BTCUSDT", 4h}})};
        desk.open();
        QTRY_VERIFY(desk.models->market.fundingInterval("BTCUSDT") == domain::Milliseconds{4h});
        QVERIFY(desk.models->market.fundingInterval("ETHUSDT") == domain::Milliseconds{8h});
    }
};

QTEST_GUILESS_MAIN(PlanInputsTest)
#include "plan_inputs_test.moc"
