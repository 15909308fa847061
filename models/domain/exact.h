#pragma once

#include "models/domain/result.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace domain
{

__extension__ typedef __int128 Int128;

enum class Rounding : std::uint8_t {
    HalfEven, ///< to the nearest, ties to the even neighbour
    Down,     ///< towards zero
    Up,       ///< away from zero
};

namespace detail
{
inline constexpr std::int64_t unitsPerOne = 1'000'000'000'000; // 1e12
inline constexpr int decimalPlaces = 12;

[[noreturn]] void overflow();
Int128 sum(Int128 a, Int128 b);        ///< aborts on overflow: a wrapped price is worse than no program
Int128 difference(Int128 a, Int128 b); ///< aborts on overflow
Int128 product(Int128 a, Int128 b);    ///< aborts on overflow
/// a * b / c with a 256-bit product. c must not be 0; aborts if the result does not fit 128 bits.
Int128 mulDiv(Int128 a, Int128 b, Int128 c, Rounding rounding = Rounding::HalfEven);
/// a * b / unitsPerOne, half to even: what mulDiv() gives, by a shorter way for values below 1.8e7.
Int128 scaledProduct(Int128 a, Int128 b);
Result<Int128> parseUnits(std::string_view text);
std::string unitsToString(Int128 units);
std::string unitsToFixed(Int128 units, int decimals, Rounding rounding);
double unitsToDouble(Int128 units);
Int128 doubleToUnits(double value);
int decimalsOf(Int128 units);
} // namespace detail

/// An exact decimal that knows what it measures; it counts 1e-12ths of that measure.
/// 128 bits: 64 at 1e-8 end at 9.2e10, and a coin at 0.001 with 1e8 of turnover trades 1e11 a day.
template <class Measure> class Exact
{
public:
    constexpr Exact() = default;
    /// A whole number of the measure: Price::of(65000).
    static constexpr Exact of(std::int64_t whole) { return Exact{Int128{whole} * detail::unitsPerOne}; }
    static constexpr Exact fromUnits(Int128 units) { return Exact{units}; }
    /// Reads "-0.0012". Malformed on anything else: blanks, an exponent, a comma, a thirteenth decimal that
    /// is not 0.
    static Result<Exact> parse(std::string_view text) { return detail::parseUnits(text).map(&fromUnits); }
    /// For literals in tables and tests: aborts where parse() would fail.
    static Exact literal(std::string_view text)
    {
        const auto parsed = parse(text);
        if (!parsed) {
            detail::overflow();
        }
        return *parsed;
    }
    /// Only for values that were never text: a pixel turned into a price, a random walk. Rounded to 1e-12.
    static Exact fromApproximate(double value) { return Exact{detail::doubleToUnits(value)}; }

    constexpr Int128 units() const { return m_units; }
    constexpr bool isZero() const { return m_units == 0; }
    constexpr bool isPositive() const { return m_units > 0; }
    constexpr bool isNegative() const { return m_units < 0; }
    constexpr int sign() const { return m_units > 0 ? 1 : m_units < 0 ? -1 : 0; }
    constexpr Exact abs() const { return Exact{m_units < 0 ? -m_units : m_units}; }
    /// Nearest double. Only where a pixel is computed or a statistic is drawn; never for money that is sent
    /// or shown.
    double approximate() const { return detail::unitsToDouble(m_units); }

    /// Shortest exact text: "0.1", "-12", "0".
    std::string toString() const { return detail::unitsToString(m_units); }
    /// Exactly that many decimals (0 to 12): "0.100".
    std::string toFixed(int decimals, Rounding rounding = Rounding::HalfEven) const
    {
        return detail::unitsToFixed(m_units, decimals, rounding);
    }
    /// Number of decimals needed to write it exactly: 2 for a tick of 0.05, 0 for 10.
    int decimals() const { return detail::decimalsOf(m_units); }

    /// The nearest multiple of step in the given direction; itself if step is 0.
    Exact roundedTo(Exact step, Rounding rounding = Rounding::HalfEven) const
    {
        return step.isZero() ? *this
                             : Exact{detail::mulDiv(m_units, 1, step.m_units, rounding) * step.m_units};
    }
    constexpr bool isMultipleOf(Exact step) const { return step.isZero() || m_units % step.m_units == 0; }

    friend constexpr auto operator<=>(Exact, Exact) = default;
    friend Exact operator+(Exact a, Exact b) { return Exact{detail::sum(a.m_units, b.m_units)}; }
    friend Exact operator-(Exact a, Exact b) { return Exact{detail::difference(a.m_units, b.m_units)}; }
    constexpr Exact operator-() const { return Exact{-m_units}; }
    Exact &operator+=(Exact b) { return *this = *this + b; }
    Exact &operator-=(Exact b) { return *this = *this - b; }
    friend Exact operator*(Exact a, std::int64_t n) { return Exact{detail::product(a.m_units, n)}; }
    friend Exact operator*(std::int64_t n, Exact a) { return a * n; }
    friend Exact operator/(Exact a, std::int64_t n) { return Exact{detail::mulDiv(a.m_units, 1, n)}; }

private:
    explicit constexpr Exact(Int128 units) : m_units{units} {}
    Int128 m_units = 0;
};

using Price = Exact<struct PriceMeasure>;       ///< quote asset per one base asset
using Quantity = Exact<struct QuantityMeasure>; ///< base asset, never negative; direction lives in Side
using Money = Exact<struct MoneyMeasure>;       ///< quote asset: notional, margin, fee, PnL
using Rate = Exact<struct RateMeasure>;         ///< no unit: funding, fee, maintenance margin rate, ratio

// Only what has a meaning exists. Products and quotients are rounded half to even unless said otherwise;
// dividing by zero ends the program, so callers ask first.
inline Money operator*(Price p, Quantity q)
{
    return Money::fromUnits(detail::scaledProduct(p.units(), q.units()));
}
inline Money operator*(Quantity q, Price p)
{
    return p * q;
}
inline Money operator*(Money m, Rate r)
{
    return Money::fromUnits(detail::scaledProduct(m.units(), r.units()));
}
inline Money operator*(Rate r, Money m)
{
    return m * r;
}
inline Price operator*(Price p, Rate r)
{
    return Price::fromUnits(detail::scaledProduct(p.units(), r.units()));
}
inline Price operator*(Rate r, Price p)
{
    return p * r;
}
inline Quantity operator*(Quantity q, Rate r)
{
    return Quantity::fromUnits(detail::scaledProduct(q.units(), r.units()));
}
inline Quantity operator*(Rate r, Quantity q)
{
    return q * r;
}
inline Rate operator*(Rate a, Rate b)
{
    return Rate::fromUnits(detail::scaledProduct(a.units(), b.units()));
}

template <class Measure> Rate operator/(Exact<Measure> a, Exact<Measure> b)
{
    return Rate::fromUnits(detail::mulDiv(a.units(), detail::unitsPerOne, b.units()));
}
template <class Measure>
requires(!std::is_same_v<Measure, RateMeasure>) Exact<Measure>
operator/(Exact<Measure> a, Rate b)
{
    return Exact<Measure>::fromUnits(detail::mulDiv(a.units(), detail::unitsPerOne, b.units()));
}
inline Price operator/(Money m, Quantity q)
{
    return Price::fromUnits(detail::mulDiv(m.units(), detail::unitsPerOne, q.units()));
}
inline Quantity operator/(Money m, Price p)
{
    return Quantity::fromUnits(detail::mulDiv(m.units(), detail::unitsPerOne, p.units()));
}
/// m / p rounded towards zero: never more than the money buys.
inline Quantity quantityBought(Money m, Price p)
{
    return Quantity::fromUnits(detail::mulDiv(m.units(), detail::unitsPerOne, p.units(), Rounding::Down));
}

} // namespace domain
