#include "models/domain/exact.h"
#include "tests/support/property.h"

#include <QTest>

#include <cstdint>

using namespace domain;
using support::check;

namespace rc
{
template <> struct Arbitrary<Price>
{
    static Gen<Price> arbitrary()
    {
        return gen::map(gen::pair(gen::arbitrary<std::int64_t>(), gen::arbitrary<std::uint32_t>()),
            [](const auto &parts) {
                return Price::fromUnits(Int128{parts.first} * 4'294'967'296 + parts.second);
            });
    }
};
} // namespace rc

namespace
{
/// rc::check that fails the Qt test with the counterexample on stderr.
} // namespace

class ExactTest : public QObject
{
    Q_OBJECT
private slots:
    void readsAndWritesWhatTheExchangeSends_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("shortest");
        QTest::newRow("zero") << QByteArray{"0"} << QByteArray{"0"};
        QTest::newRow("trailing zeros") << QByteArray{"0.00100000"} << QByteArray{"0.001"};
        QTest::newRow("negative") << QByteArray{"-1.06214947"} << QByteArray{"-1.06214947"};
        QTest::newRow("twelve decimals") << QByteArray{"0.000000000001"} << QByteArray{"0.000000000001"};
        QTest::newRow("zeros beyond twelve") << QByteArray{"1.5000000000000000"} << QByteArray{"1.5"};
        QTest::newRow("large") << QByteArray{"100000000000000000000"} << QByteArray{"100000000000000000000"};
    }
    void readsAndWritesWhatTheExchangeSends()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, shortest);
        const auto price = Price::parse(text.toStdString());
        QVERIFY(price);
        QCOMPARE(QByteArray::fromStdString(price->toString()), shortest);
    }

    void refusesWhatIsNotAPlainDecimal_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"", "-", ".", "1.", ".5", "1,5", "1e9", "+1", " 1", "1 ", "NaN", "0x10",
                 "1.2.3", "--1", "0.0000000000001", "1000000000000000000000000000",
                 "99999999999999999999999999999999999999999", "\xd9\xa1"}) {
            QTest::newRow(text) << QByteArray{text};
        }
    }
    void refusesWhatIsNotAPlainDecimal()
    {
        QFETCH(QByteArray, text);
        const auto price = Price::parse(text.toStdString());
        QVERIFY(!price);
        QCOMPARE(price.error().code, ErrorCode::Malformed);
    }

    void parseUndoesToString()
    {
        check(
            "parse undoes toString", [](Price price) { RC_ASSERT(Price::parse(price.toString()) == price); });
    }

    void theFastWayReadsWhatTheLongWayReads()
    {
        check("zeros before and behind, which only the long way reads, change nothing", [] {
            const auto digits = [](int from, int to) {
                const auto count = static_cast<std::size_t>(*rc::gen::inRange(from, to + 1));
                return *rc::gen::container<std::string>(
                    count, rc::gen::inRange('0', static_cast<char>('9' + 1)));
            };
            const std::string sign = *rc::gen::element<std::string>("", "-");
            const std::string whole = digits(0, 18);
            const bool hasPoint = *rc::gen::arbitrary<bool>();
            const std::string fraction = hasPoint ? digits(0, 15) : std::string{};
            const auto fast = Price::parse(sign + whole + (hasPoint ? "." : "") + fraction);
            if (whole.empty() || (hasPoint && fraction.empty())) {
                RC_ASSERT(!fast);
                return;
            }
            const auto slow =
                Price::parse(sign + std::string(40, '0') + whole + "." + fraction + std::string(40, '0'));
            RC_ASSERT(fast.has_value() == slow.has_value());
            RC_ASSERT(!fast || *fast == *slow);
        });
        check("one foreign character spoils any decimal", [] {
            std::string text = std::to_string(*rc::gen::inRange(0, 1'000'000'000)) + ".25";
            const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(text.size())));
            text[at] = *rc::gen::suchThat(rc::gen::arbitrary<char>(),
                [](char c) { return (c < '0' || c > '9') && c != '.' && c != '-'; });
            RC_ASSERT(!Price::parse(text));
        });
    }

    void writesAFixedNumberOfDecimals()
    {
        QCOMPARE(Price::literal("0.1").toFixed(3), std::string{"0.100"});
        QCOMPARE(Price::literal("65000").toFixed(0), std::string{"65000"});
        QCOMPARE(Price::literal("0.125").toFixed(2), std::string{"0.12"});
        QCOMPARE(Price::literal("0.135").toFixed(2), std::string{"0.14"});
        QCOMPARE(Price::literal("-0.0051").toFixed(2), std::string{"-0.01"});
        QCOMPARE(Price::literal("2.486011688").toFixed(8, Rounding::Down), std::string{"2.48601168"});
    }

    void multipliesAndDividesExactly()
    {
        QCOMPARE(
            (Price::literal("60000.1") * Quantity::literal("0.123")).toString(), std::string{"7380.0123"});
        QCOMPARE((Money::of(500'000) * Rate::literal("0.01")).toString(), std::string{"5000"});
        QCOMPARE((Money::of(10) / Quantity::of(3)).toString(), std::string{"3.333333333333"});
        QCOMPARE((Money::of(260) / Money::of(6'500)).toString(), std::string{"0.04"});
        QCOMPARE(quantityBought(Money::of(20), Price::of(3)).toString(), std::string{"6.666666666666"});
    }

    void largeProductsDoNotWrap()
    {
        // 1e14 * 1e9 units-wise needs more than 128 bits in between.
        QCOMPARE((Price::of(1'000'000'000) * Quantity::of(100'000'000'000)).toString(),
            std::string{"100000000000000000000"});
        check("(p * q) / q gives p back to 1e-12 per unit of q", [] {
            const auto p = Price::fromUnits(*rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 62));
            const auto q = Quantity::of(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000));
            RC_ASSERT((p * q) / q == p);
        });
    }

    /// The fast ways (short factors, the divisor of all products) against the language's own division.
    void theFastWaysDivideWhatTheLongWayDivides()
    {
        const auto plain = [](Int128 product, Int128 divisor, Rounding rounding) {
            const Int128 quotient = product / divisor;
            const Int128 rest = product % divisor < 0 ? -(product % divisor) : product % divisor;
            const Int128 whole = divisor < 0 ? -divisor : divisor;
            const bool isUp =
                rest != 0 && (rounding == Rounding::Up ||
                                 (rounding == Rounding::HalfEven &&
                                     (rest > whole - rest || (rest == whole - rest && quotient % 2 != 0))));
            return quotient + (isUp ? ((product < 0) != (divisor < 0) ? -1 : 1) : 0);
        };
        const auto anyRounding = [] {
            return *rc::gen::element(Rounding::HalfEven, Rounding::Down, Rounding::Up);
        };
        const auto anyBits = [](int most) { // as many small numbers as large ones
            const auto high = *rc::gen::arbitrary<std::int64_t>();
            const auto low = *rc::gen::arbitrary<std::uint64_t>();
            return ((Int128{high} << 64) + static_cast<Int128>(low)) >> *rc::gen::inRange(128 - most, 128);
        };
        constexpr Int128 one = detail::unitsPerOne;
        check("any value by 1e12, and near every multiple and half of it", [&] {
            const Int128 value = anyBits(127);
            const Int128 near = value / one * one + *rc::gen::element(-1, 0, 1) +
                                (*rc::gen::arbitrary<bool>() ? one / 2 : Int128{0});
            const Rounding rounding = anyRounding();
            RC_ASSERT(detail::mulDiv(value, 1, one, rounding) == plain(value, one, rounding));
            RC_ASSERT(detail::mulDiv(near, 1, one, rounding) == plain(near, one, rounding));
            RC_ASSERT(detail::scaledProduct(value, 1) == plain(value, one, Rounding::HalfEven));
            RC_ASSERT(detail::scaledProduct(near, -1) == plain(-near, one, Rounding::HalfEven));
        });
        check("products by 1e12 and by anything else", [&] {
            const Int128 a = anyBits(63);
            const Int128 b = anyBits(63);
            const Int128 divisor = anyBits(*rc::gen::inRange(1, 128));
            RC_PRE(divisor != 0);
            const Rounding rounding = anyRounding();
            RC_ASSERT(detail::mulDiv(a, b, one, rounding) == plain(a * b, one, rounding));
            RC_ASSERT(detail::mulDiv(a, b, divisor, rounding) == plain(a * b, divisor, rounding));
            RC_ASSERT(detail::scaledProduct(a, b) == plain(a * b, one, Rounding::HalfEven));
        });
        check("times a whole number", [&] {
            const auto times = static_cast<std::int64_t>(anyBits(63));
            const Int128 units = anyBits(63);
            RC_ASSERT((Price::fromUnits(units) * times).units() == units * times);
        });
    }

    void roundsToTheStep()
    {
        const auto step = Quantity::literal("0.001");
        QCOMPARE(
            Quantity::literal("0.12399").roundedTo(step, Rounding::Down).toString(), std::string{"0.123"});
        QCOMPARE(Quantity::literal("0.12301").roundedTo(step, Rounding::Up).toString(), std::string{"0.124"});
        QVERIFY(Quantity::literal("0.124").isMultipleOf(step));
        QVERIFY(!Quantity::literal("0.1245").isMultipleOf(step));
        QCOMPARE(Price::literal("0.05").decimals(), 2);
        QCOMPARE(Price::literal("10").decimals(), 0);
        check("rounding down to a step never exceeds the value and is a multiple of the step", [] {
            const auto value = Quantity::fromUnits(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60));
            const auto anyStep = Quantity::fromUnits(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000));
            const auto rounded = value.roundedTo(anyStep, Rounding::Down);
            RC_ASSERT(rounded <= value);
            RC_ASSERT(value - rounded < anyStep);
            RC_ASSERT(rounded.isMultipleOf(anyStep));
        });
    }
};

QTEST_APPLESS_MAIN(ExactTest)
#include "exact_test.moc"
