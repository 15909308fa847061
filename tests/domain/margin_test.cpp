#include "models/domain/risk/brackets.h"
#include "models/domain/risk/margin.h"
#include "tests/support/fixtures.h"
#include "tests/support/property.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace domain;
using support::check;

namespace
{

/// JSON numbers of the recording that are whole or have few decimals, exact through their shortest text.
template <class Measure> Exact<Measure> exactOf(const QJsonValue &value)
{
    return Exact<Measure>::literal(QString::number(value.toDouble(), 'f', 10).toStdString());
}

LeverageBrackets tableOf(const QJsonArray &rows)
{
    LeverageBrackets table;
    for (const auto &value : rows) {
        const QJsonObject row = value.toObject();
        table.push_back({row[u"bracket"].toInt(), row[u"initialLeverage"].toInt(),
            exactOf<MoneyMeasure>(row[u"notionalFloor"]), exactOf<MoneyMeasure>(row[u"notionalCap"]),
            exactOf<RateMeasure>(row[u"maintMarginRatio"]), exactOf<MoneyMeasure>(row[u"cum"])});
    }
    return table;
}

Rate percent(std::int64_t whole)
{
    return Rate::of(whole) / 100;
}

} // namespace

class MarginTest : public QObject
{
    Q_OBJECT
private slots:
    void aNotionalBelongsToTheBracketWhoseCapItDoesNotPass_data()
    {
        QTest::addColumn<QByteArray>("notional");
        QTest::addColumn<int>("bracket");
        QTest::newRow("nothing") << QByteArray{"0"} << 1;
        QTest::newRow("first cap") << QByteArray{"50000"} << 1;
        QTest::newRow("just above the first cap") << QByteArray{"50000.000000000001"} << 2;
        QTest::newRow("FAQ: 264,000 is charged 1 %") << QByteArray{"264000"} << 3;
        QTest::newRow("second cap") << QByteArray{"250000"} << 2;
        QTest::newRow("beyond everything") << QByteArray{"99000000000000"} << 5;
    }
    void aNotionalBelongsToTheBracketWhoseCapItDoesNotPass()
    {
        QFETCH(QByteArray, notional);
        QFETCH(int, bracket);
        QCOMPARE(bracketFor(defaultBrackets(), Money::literal(notional.toStdString())).bracket, bracket);
        const LeverageBrackets none;
        QCOMPARE(bracketFor(none, Money::literal(notional.toStdString())).bracket, bracket);
    }

    void aSymbolWithoutItsOwnTableIsServedByTheShippedOne()
    {
        const BracketTables tables{
            {"ETHUSDT", {{1, 75, Money{}, Money::of(10'000), Rate::literal("0.0065"), Money{}}}}};
        QCOMPARE(bracketsOf(tables, "ETHUSDT").front().maxLeverage, 75);
        QCOMPARE(bracketsOf(tables, "BTCUSDT").front().maxLeverage, 125);
    }

    void leverageLimitsTheNotionalAndTheNotionalTheLeverage()
    {
        const auto &table = defaultBrackets();
        QVERIFY(maxNotionalAt(table, 125) == Money::of(50'000));
        QVERIFY(maxNotionalAt(table, 101) == Money::of(50'000));
        QVERIFY(maxNotionalAt(table, 100) == Money::of(250'000));
        QVERIFY(maxNotionalAt(table, 20) == Money::of(10'000'000));
        QVERIFY(maxNotionalAt(table, 126).isZero());
        QCOMPARE(maxLeverageFor(table, Money::of(50'000)), 125);
        QCOMPARE(maxLeverageFor(table, Money::of(50'001)), 100);
        const LeverageBrackets one{{1, 75, Money{}, Money::of(10'000), Rate::literal("0.0065"), Money{}}};
        QCOMPARE(maxLeverageFor(one, Money::of(10'001)), 0);
    }

    void theShippedTableIsSound()
    {
        QVERIFY(validatedBrackets(defaultBrackets()));
        QVERIFY(defaultBrackets()[2].maintenanceAmount == Money::of(1'300));
        QVERIFY(defaultBrackets()[4].maintenanceAmount == Money::of(266'300));
    }

    void aTableThatIsNotSoundIsRefused_data()
    {
        QTest::addColumn<int>("fault");
        for (int fault = 0; fault < 7; ++fault) {
            QTest::addRow("%d", fault) << fault;
        }
    }
    void aTableThatIsNotSoundIsRefused()
    {
        QFETCH(int, fault);
        LeverageBrackets table = defaultBrackets();
        switch (fault) {
        case 0:
            table.clear();
            break;
        case 1:
            table[1].notionalFloor = Money::of(60'000);
            break;
        case 2:
            table[1].maintenanceAmount = Money::of(51);
            break;
        case 3:
            table[2].maxLeverage = 101;
            break;
        case 4:
            table[2].maintenanceMarginRate = Rate::of(1);
            break;
        case 5:
            table[0].notionalFloor = Money::of(1);
            break;
        default:
            table[4].notionalCap = table[4].notionalFloor;
            break;
        }
        const auto result = validatedBrackets(table);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Malformed);
    }

    void everyRecordedTableIsSoundAndItsMarginContinuous()
    {
        const QByteArray json =
            support::fixture(QStringLiteral("brackets/leverageBracket_20241024_half.json"));
        if (json.isEmpty()) {
            QSKIP("the recorded leverage tables are not on this machine");
        }
        const QJsonArray symbols = QJsonDocument::fromJson(json).array();
        QCOMPARE(symbols.size(), 178);
        for (const auto &value : symbols) {
            const QJsonObject symbol = value.toObject();
            const LeverageBrackets table = tableOf(symbol[u"brackets"].toArray());
            const auto result = validatedBrackets(table);
            QVERIFY2(result, qPrintable(symbol[u"symbol"].toString() + QStringLiteral(": ") +
                                        QString::fromStdString(result ? "" : result.error().detail)));
            for (std::size_t i = 0; i + 1 < table.size(); ++i) {
                const Money edge = table[i].notionalCap;
                const Money jump = maintenanceMargin(edge, table[i + 1]) - maintenanceMargin(edge, table[i]);
                QVERIFY2(jump.abs() * 2 <= Money::of(1), qPrintable(symbol[u"symbol"].toString()));
            }
        }
    }

    void maintenanceMarginIsChargedLikeIncomeTax_data()
    {
        QTest::addColumn<QByteArray>("notional");
        QTest::addColumn<QByteArray>("margin");
        QTest::newRow("FAQ: 500,000 at 1 % minus 1,300") << QByteArray{"500000"} << QByteArray{"3700"};
        QTest::newRow("at the edge of two rows") << QByteArray{"50000"} << QByteArray{"200"};
        QTest::newRow("first row") << QByteArray{"10000"} << QByteArray{"40"};
    }
    void maintenanceMarginIsChargedLikeIncomeTax()
    {
        QFETCH(QByteArray, notional);
        QFETCH(QByteArray, margin);
        QVERIFY(maintenanceMargin(Money::literal(notional.toStdString()), defaultBrackets()) ==
                Money::literal(margin.toStdString()));
    }

    void maintenanceMarginNeitherJumpsNorFallsAsTheNotionalGrows()
    {
        check("continuous and rising", [] {
            const auto cents = *rc::gen::inRange<std::int64_t>(0, 2'000'000'000);
            const Money small = Money::of(cents) / 100;
            const Money large = small + Money::of(1) / 100;
            const Money difference =
                maintenanceMargin(large, defaultBrackets()) - maintenanceMargin(small, defaultBrackets());
            RC_ASSERT(difference.isPositive());
            RC_ASSERT(difference <= (large - small) * Rate::literal("0.05"));
        });
    }

    void marginRatioOf260And6500IsFourPerCentAndSafe()
    {
        const auto ratio = MarginRatio::of(Money::of(260), Money::of(6'500));
        QVERIFY(ratio.value() == percent(4));
        QVERIFY(levelOf(ratio) == RiskLevel::Safe);
    }

    void aUsedUpBalanceUnderAPositionHasNoRatioAndIsCritical()
    {
        for (const auto balance : {Money{}, -Money::of(1)}) {
            const auto ratio = MarginRatio::of(Money::of(1), balance);
            QVERIFY(ratio.isExhausted());
            QVERIFY(!ratio.value());
            QVERIFY(levelOf(ratio) == RiskLevel::Critical);
            QVERIFY(MarginRatio::of(Money::of(100), Money::of(1)) < ratio);
            QVERIFY(!(ratio < ratio));
        }
    }

    void withoutAPositionTheRatioIsZeroWhateverTheBalance()
    {
        QVERIFY(MarginRatio::of(Money{}, Money{}).value() == Rate{});
        QVERIFY(levelOf(MarginRatio::of(Money{}, -Money::of(5))) == RiskLevel::Safe);
    }

    void aBoundaryBelongsToTheHigherLevel_data()
    {
        QTest::addColumn<int>("maintenance");
        QTest::addColumn<int>("level");
        QTest::newRow("0 %") << 0 << static_cast<int>(RiskLevel::Safe);
        QTest::newRow("29.999 %") << 29'999 << static_cast<int>(RiskLevel::Safe);
        QTest::newRow("30 %") << 30'000 << static_cast<int>(RiskLevel::Medium);
        QTest::newRow("49.999 %") << 49'999 << static_cast<int>(RiskLevel::Medium);
        QTest::newRow("50 %") << 50'000 << static_cast<int>(RiskLevel::High);
        QTest::newRow("79.999 %") << 79'999 << static_cast<int>(RiskLevel::High);
        QTest::newRow("80 %") << 80'000 << static_cast<int>(RiskLevel::Critical);
        QTest::newRow("150 %") << 150'000 << static_cast<int>(RiskLevel::Critical);
    }
    void aBoundaryBelongsToTheHigherLevel()
    {
        QFETCH(int, maintenance);
        QFETCH(int, level);
        const auto ratio = MarginRatio::of(Money::of(maintenance), Money::of(100'000));
        QCOMPARE(static_cast<int>(levelOf(ratio)), level);
    }

    void theLevelNeverFallsAsTheRatioRises()
    {
        check("monotone", [] {
            const auto maintenance = Money::of(*rc::gen::inRange<std::int64_t>(0, 1'000'000));
            const auto more = maintenance + Money::of(*rc::gen::inRange<std::int64_t>(0, 1'000'000));
            const auto balance = Money::of(*rc::gen::inRange<std::int64_t>(-1'000, 2'000'000));
            const auto less = balance - Money::of(*rc::gen::inRange<std::int64_t>(0, 1'000'000));
            const auto better = MarginRatio::of(maintenance, balance);
            const auto worse = MarginRatio::of(more, less);
            RC_ASSERT(levelOf(better) <= levelOf(worse));
            RC_ASSERT(!(worse < better));
        });
    }

    void eachLevelHasItsNameAndAdvice()
    {
        QCOMPARE(toString(RiskLevel::Safe), std::string_view{"SAFE"});
        QCOMPARE(adviceFor(RiskLevel::Safe), std::string_view{"normal operation"});
        QCOMPARE(toString(RiskLevel::Medium), std::string_view{"MEDIUM"});
        QCOMPARE(adviceFor(RiskLevel::Medium), std::string_view{"watch volatility, prepare a stop"});
        QCOMPARE(toString(RiskLevel::High), std::string_view{"HIGH"});
        QCOMPARE(adviceFor(RiskLevel::High), std::string_view{"review the position, consider reducing"});
        QCOMPARE(toString(RiskLevel::Critical), std::string_view{"CRITICAL"});
        QCOMPARE(adviceFor(RiskLevel::Critical), std::string_view{"act now: liquidation is near"});
    }

    void returnOnMarginDividesByTheMarginAtTheMark()
    {
        QVERIFY(roe(Money::of(-500), Money::of(65'000), 10) == -(Rate::of(500) / Rate::of(6'500)));
        QVERIFY(!roe(Money::of(1), Money{}, 10));
    }

    void longsPayPositiveFundingAndShortsReceiveIt()
    {
        // Reference 10.10: 0.5 BTC long, mark 60,000, rate 0.0001 pays 3.00 USDT.
        const Money notional = Money::of(30'000);
        QVERIFY(fundingDue(Side::Buy, notional, Rate::literal("0.0001")) == -Money::of(3));
        QVERIFY(fundingDue(Side::Sell, notional, Rate::literal("0.0001")) == Money::of(3));
        QVERIFY(fundingDue(Side::Buy, notional, Rate::literal("-0.0001")) == Money::of(3));
    }
};

QTEST_APPLESS_MAIN(MarginTest)
#include "margin_test.moc"
