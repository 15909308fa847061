#include "ui/charts/chart_ticks.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <initializer_list>

using namespace std::chrono_literals;

namespace ui
{
namespace
{
constexpr double leastPixelsBetweenTimes = 88;
constexpr double leastPixelsBetweenPrices = 46;

struct Step
{
    enum class Unit : std::uint8_t { Minutes, Days, Months } unit;
    int count;
    std::int64_t approximateMs() const
    {
        constexpr std::int64_t minute = 60'000;
        constexpr std::int64_t day = 1'440 * minute;
        return count * (unit == Unit::Minutes ? minute : unit == Unit::Days ? day : 30 * day);
    }
};

constexpr std::array<Step, 26> steps{{{Step::Unit::Minutes, 1}, {Step::Unit::Minutes, 2},
    {Step::Unit::Minutes, 5}, {Step::Unit::Minutes, 10}, {Step::Unit::Minutes, 15}, {Step::Unit::Minutes, 30},
    {Step::Unit::Minutes, 60}, {Step::Unit::Minutes, 120}, {Step::Unit::Minutes, 180},
    {Step::Unit::Minutes, 240}, {Step::Unit::Minutes, 360}, {Step::Unit::Minutes, 720}, {Step::Unit::Days, 1},
    {Step::Unit::Days, 2}, {Step::Unit::Days, 3}, {Step::Unit::Days, 7}, {Step::Unit::Days, 14},
    {Step::Unit::Months, 1}, {Step::Unit::Months, 2}, {Step::Unit::Months, 3}, {Step::Unit::Months, 6},
    {Step::Unit::Months, 12}, {Step::Unit::Months, 24}, {Step::Unit::Months, 60}, {Step::Unit::Months, 120},
    {Step::Unit::Months, 240}}};

/// The last round moment at or before that one.
QDateTime floorTo(const QDateTime &at, const Step &step)
{
    const QDate date = at.date();
    switch (step.unit) {
    case Step::Unit::Minutes: {
        const int minutes = at.time().msecsSinceStartOfDay() / 60'000 / step.count * step.count;
        return {date, QTime::fromMSecsSinceStartOfDay(minutes * 60'000), at.timeZone()};
    }
    case Step::Unit::Days:
        // Julian days that 7 divides are Mondays.
        return {
            QDate::fromJulianDay(date.toJulianDay() / step.count * step.count), QTime{0, 0}, at.timeZone()};
    case Step::Unit::Months: {
        const int months = (date.year() * 12 + date.month() - 1) / step.count * step.count;
        return {QDate{months / 12, months % 12 + 1, 1}, QTime{0, 0}, at.timeZone()};
    }
    }
    return at;
}

QDateTime after(const QDateTime &at, const Step &step)
{
    switch (step.unit) {
    case Step::Unit::Minutes: {
        // On the clock's face, so that labels stay round over a change to summer time.
        const int minutes = at.time().msecsSinceStartOfDay() / 60'000 + step.count;
        return {at.date().addDays(minutes / 1'440), QTime::fromMSecsSinceStartOfDay(minutes % 1'440 * 60'000),
            at.timeZone()};
    }
    case Step::Unit::Days:
        return {at.date().addDays(step.count), QTime{0, 0}, at.timeZone()};
    case Step::Unit::Months:
        return {at.date().addMonths(step.count), QTime{0, 0}, at.timeZone()};
    }
    return at;
}

TimeTick labelled(double number, const QDateTime &at, const Step &step)
{
    const QLocale locale;
    const QDate date = at.date();
    if (step.unit == Step::Unit::Minutes && at.time() != QTime{0, 0}) {
        return {number, at.time().toString(u"HH:mm"), false};
    }
    if (date.day() != 1 || step.unit == Step::Unit::Minutes) {
        return {number, locale.toString(date, u"d MMM"), step.unit == Step::Unit::Minutes};
    }
    if (date.month() != 1) {
        return {number, locale.toString(date, u"MMM"), step.unit == Step::Unit::Days};
    }
    return {number, date.toString(u"yyyy"), true};
}

/// Number of the first bar that opens at or after the moment.
std::int64_t firstNumberFrom(const live::CandleSeries &series, domain::Timestamp at)
{
    const auto newest = *series.newest();
    if (at <= newest) {
        return series.firstNumber() + series.indexAt(at - 1ms) + 1;
    }
    const auto length = domain::lengthOf(series.interval());
    return series.endNumber() - 1 + (at - newest + length - 1ms) / length;
}

/// The least of the factors times a power of ten that is not below the value.
double ceilingOf(double value, std::initializer_list<double> factors)
{
    if (!(value > 0)) {
        return 1;
    }
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : factors) {
        if (factor * power >= value * (1 - 1e-9)) {
            return factor * power;
        }
    }
    return 10 * power;
}

} // namespace

domain::Timestamp openTimeOfNumber(const live::CandleSeries &series, std::int64_t number)
{
    const auto length = domain::lengthOf(series.interval());
    if (number < series.firstNumber()) {
        return *series.oldest() - (series.firstNumber() - number) * length;
    }
    if (number >= series.endNumber()) {
        return *series.newest() + (number - series.endNumber() + 1) * length;
    }
    return domain::timestampFromMs(series.at(series.indexOfNumber(number)).openMs);
}

std::vector<TimeTick> timeTicks(
    const live::CandleSeries &series, double from, double to, double pixels, const QTimeZone &zone)
{
    std::vector<TimeTick> ticks;
    if (series.isEmpty() || pixels <= 0 || to <= from) {
        return ticks;
    }
    const double pixelsPerBar = pixels / (to - from);
    const double barMs = static_cast<double>(domain::lengthOf(series.interval()).count());
    const double leastMs = leastPixelsBetweenTimes / pixelsPerBar * barMs;
    const auto found = std::ranges::find_if(
        steps, [leastMs](const Step &step) { return static_cast<double>(step.approximateMs()) >= leastMs; });
    const Step &step = found == steps.end() ? steps.back() : *found;

    const auto firstAt = openTimeOfNumber(series, static_cast<std::int64_t>(std::floor(from)));
    auto at = floorTo(QDateTime::fromMSecsSinceEpoch(domain::toMs(firstAt), zone), step);
    const auto mostTicks = static_cast<std::size_t>(pixels / leastPixelsBetweenTimes) + 2;
    // Holes in the data make many moments fall on one bar, so count the tries as well.
    for (int tries = 0; tries < 500 && ticks.size() < mostTicks; ++tries, at = after(at, step)) {
        const auto moment = domain::timestampFromMs(at.toMSecsSinceEpoch());
        const double middle = static_cast<double>(firstNumberFrom(series, moment)) + 0.5;
        if (middle > to) {
            break;
        }
        const bool isApart =
            ticks.empty() || (middle - ticks.back().number) * pixelsPerBar >= leastPixelsBetweenTimes / 2;
        if (middle >= from && moment >= *series.oldest() && isApart) {
            ticks.push_back(labelled(middle, at, step));
        }
    }
    return ticks;
}

double volumeCeiling(double volume)
{
    return ceilingOf(volume, {1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0});
}

double priceStep(double span, double pixels, double tick)
{
    return std::max(
        ceilingOf(span * leastPixelsBetweenPrices / std::max(pixels, 1.0), {1.0, 2.0, 5.0}), tick);
}

} // namespace ui
