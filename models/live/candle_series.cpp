#include "models/live/candle_series.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

using namespace domain;

namespace live
{
namespace
{
constexpr std::size_t fanout = 4;
constexpr std::size_t frontStep = 4096; // so that groups of bars stay where they are when history arrives
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The shortest decimal that reads back as the same double. A decimal of up to 15 digits survives the way
/// into a double and back.
template <class Exact> Exact shortestDecimal(double value)
{
    std::array<char, 400> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
    return Exact::parse({text.data(), static_cast<std::size_t>(end - text.data())})
        .value_or(Exact::fromApproximate(value));
}

ExactBar exactOf(const Candle &candle)
{
    return {candle.openAt, candle.open, candle.high, candle.low, candle.close, candle.volume, true};
}

ExactBar readBack(const Bar &bar)
{
    return {timestampFromMs(bar.openMs), shortestDecimal<Price>(bar.open), shortestDecimal<Price>(bar.high),
        shortestDecimal<Price>(bar.low), shortestDecimal<Price>(bar.close),
        shortestDecimal<Quantity>(bar.volume), true};
}

} // namespace

CandleSeries::CandleSeries(Symbol symbol, Interval interval, QObject *parent)
    : QObject{parent},
      m_symbol{std::move(symbol)},
      m_interval{interval}
{
}

ExactBar CandleSeries::exactAt(int index) const
{
    const Bar &bar = at(index);
    const auto kept = m_longBars.find(timestampFromMs(bar.openMs));
    ExactBar exact = kept == m_longBars.end() ? readBack(bar) : kept->second;
    exact.isClosed = index + 1 < m_size || m_lastIsClosed;
    return exact;
}

Bar CandleSeries::toBar(const Candle &candle)
{
    return {toMs(candle.openAt), candle.open.approximate(), candle.high.approximate(),
        candle.low.approximate(), candle.close.approximate(), candle.volume.approximate()};
}

int CandleSeries::indexAt(Timestamp at) const
{
    const auto begin = m_slots.begin() + static_cast<std::ptrdiff_t>(m_begin);
    const auto after = std::upper_bound(begin, m_slots.end(), toMs(at),
        [](std::int64_t moment, const Bar &bar) { return moment < bar.openMs; });
    return static_cast<int>(after - begin) - 1;
}

std::optional<Timestamp> CandleSeries::oldest() const
{
    return isEmpty() ? std::nullopt : std::optional{timestampFromMs(at(0).openMs)};
}

std::optional<Timestamp> CandleSeries::newest() const
{
    return isEmpty() ? std::nullopt : std::optional{timestampFromMs(at(m_size - 1).openMs)};
}

CandleSeries::Extent CandleSeries::extentOf(std::size_t slot) const
{
    if (slot < m_begin || slot >= m_slots.size()) {
        return {infinity, -infinity, 0};
    }
    const Bar &bar = m_slots[slot];
    return {bar.low, bar.high, bar.volume};
}

CandleSeries::Extent CandleSeries::nodeOver(std::size_t level, std::size_t node) const
{
    Extent sum{infinity, -infinity, 0};
    for (std::size_t child = node * fanout; child < (node + 1) * fanout; ++child) {
        if (level > 0 && child >= m_pyramid[level - 1].size()) {
            break;
        }
        const Extent part = level == 0 ? extentOf(child) : m_pyramid[level - 1][child];
        sum.low = std::min(sum.low, part.low);
        sum.high = std::max(sum.high, part.high);
        sum.volume += part.volume;
    }
    return sum;
}

void CandleSeries::refreshPyramid(std::size_t firstSlot, std::size_t endSlot)
{
    std::size_t count = m_slots.size();
    std::size_t first = firstSlot;
    std::size_t end = endSlot;
    for (std::size_t level = 0; count > 1; ++level) {
        count = (count + fanout - 1) / fanout;
        first /= fanout;
        end = (end + fanout - 1) / fanout;
        if (level == m_pyramid.size()) {
            m_pyramid.emplace_back();
            first = 0; // a new level covers everything
            end = count;
        }
        m_pyramid[level].resize(count);
        for (std::size_t node = first; node < end; ++node) {
            m_pyramid[level][node] = nodeOver(level, node);
        }
    }
}

Bar CandleSeries::aggregate(int first, int end) const
{
    std::size_t from = m_begin + static_cast<std::size_t>(first);
    std::size_t to = m_begin + static_cast<std::size_t>(end);
    Bar sum = m_slots[from];
    sum.close = m_slots[to - 1].close;
    sum.volume = 0;
    const auto add = [&sum](const Extent &part) {
        sum.low = std::min(sum.low, part.low);
        sum.high = std::max(sum.high, part.high);
        sum.volume += part.volume;
    };
    const auto part = [this](std::size_t level, std::size_t node) {
        return level == 0 ? extentOf(node) : m_pyramid[level - 1][node];
    };
    // Ragged ends on this level, the whole groups between them on the next.
    for (std::size_t level = 0; from < to; ++level) {
        while (from < to && from % fanout != 0) {
            add(part(level, from++));
        }
        while (from < to && to % fanout != 0) {
            add(part(level, --to));
        }
        from /= fanout;
        to /= fanout;
    }
    return sum;
}

bool CandleSeries::isOlderNews(const Candle &candle, int index) const
{
    const bool knownIsClosed = index + 1 < m_size || m_lastIsClosed;
    return !candle.isClosed && (knownIsClosed || candle.volume.approximate() < at(index).volume);
}

void CandleSeries::write(std::size_t slot, const Candle &candle)
{
    m_slots[slot] = toBar(candle);
    const ExactBar exact = exactOf(candle);
    if (readBack(m_slots[slot]) != exact) {
        m_longBars.insert_or_assign(exact.openAt, exact);
    } else if (!m_longBars.empty()) {
        m_longBars.erase(exact.openAt);
    }
}

void CandleSeries::reserveFront(std::size_t count)
{
    if (m_begin >= count) {
        return;
    }
    const std::size_t wanted = std::max(count - m_begin, static_cast<std::size_t>(m_size) / 2);
    const std::size_t grown = (wanted + frontStep - 1) / frontStep * frontStep;
    m_slots.insert(m_slots.begin(), grown, Bar{});
    m_begin += grown;
    refreshPyramid(0, m_slots.size());
}

void CandleSeries::append(Candles::const_iterator from, Candles::const_iterator to)
{
    const std::size_t first = m_slots.size();
    m_slots.resize(first + static_cast<std::size_t>(to - from));
    m_size += static_cast<int>(to - from);
    for (std::size_t slot = first; from != to; ++from, ++slot) {
        write(slot, *from);
        m_lastIsClosed = from->isClosed;
    }
    refreshPyramid(first, m_slots.size());
}

void CandleSeries::prepend(Candles::const_iterator from, Candles::const_iterator to)
{
    const auto count = static_cast<std::size_t>(to - from);
    reserveFront(count);
    m_begin -= count;
    m_size += static_cast<int>(count);
    m_firstNumber -= static_cast<std::int64_t>(count);
    for (std::size_t slot = m_begin; from != to; ++from, ++slot) {
        write(slot, *from);
    }
    refreshPyramid(m_begin, m_begin + count);
}

void CandleSeries::insertMissing(const Candles &missing)
{
    const std::size_t oldSize = m_slots.size();
    for (const Candle &candle : missing) {
        m_slots.emplace_back();
        write(m_slots.size() - 1, candle);
    }
    std::inplace_merge(m_slots.begin() + static_cast<std::ptrdiff_t>(m_begin),
        m_slots.begin() + static_cast<std::ptrdiff_t>(oldSize), m_slots.end(),
        [](const Bar &a, const Bar &b) { return a.openMs < b.openMs; });
    m_size += static_cast<int>(missing.size());
    refreshPyramid(m_begin, m_slots.size());
}

void CandleSeries::merge(std::vector<Candle> candles)
{
    if (candles.empty()) {
        return;
    }
    // Ascending; of several with one open time the last given stands.
    std::stable_sort(
        candles.begin(), candles.end(), [](const Candle &a, const Candle &b) { return a.openAt < b.openAt; });
    const auto keepFrom = std::unique(candles.rbegin(), candles.rend(),
        [](const Candle &a, const Candle &b) { return a.openAt == b.openAt; });
    candles.erase(candles.begin(), keepFrom.base());

    if (isEmpty()) {
        append(candles.cbegin(), candles.cend());
        emit reset();
        return;
    }
    const auto oldestAt = *oldest();
    const auto newestAt = *newest();
    const auto olderEnd = std::find_if(candles.cbegin(), candles.cend(),
        [oldestAt](const Candle &candle) { return candle.openAt >= oldestAt; });
    const auto newerBegin = std::find_if(
        olderEnd, candles.cend(), [newestAt](const Candle &candle) { return candle.openAt > newestAt; });

    bool lastChanged = false;
    bool middleChanged = false;
    Candles missing;
    for (auto candle = olderEnd; candle != newerBegin; ++candle) {
        const int index = indexAt(candle->openAt);
        if (at(index).openMs != toMs(candle->openAt)) {
            missing.push_back(*candle);
            continue;
        }
        if (isOlderNews(*candle, index)) {
            continue;
        }
        const bool isLast = index + 1 == m_size;
        const std::size_t slot = m_begin + static_cast<std::size_t>(index);
        if (isLast) {
            lastChanged = true;
            m_lastIsClosed = candle->isClosed;
        } else {
            middleChanged = middleChanged || readBackDiffers(index, *candle);
        }
        write(slot, *candle);
        refreshPyramid(slot, slot + 1);
    }
    if (!missing.empty()) {
        insertMissing(missing);
    }
    const auto olderCount = static_cast<int>(olderEnd - candles.cbegin());
    if (olderCount > 0) {
        prepend(candles.cbegin(), olderEnd);
    }
    const auto newerCount = static_cast<int>(candles.cend() - newerBegin);
    if (newerCount > 0) {
        append(newerBegin, candles.cend());
    }

    if (olderCount > 0) {
        emit historyPrepended(olderCount);
    }
    if (middleChanged || !missing.empty()) {
        emit pastChanged();
    }
    if (newerCount > 0) {
        emit barsAppended(newerCount);
    } else if (lastChanged) {
        emit lastBarChanged();
    }
}

bool CandleSeries::readBackDiffers(int index, const Candle &candle) const
{
    return exactAt(index) != exactOf(candle);
}

void CandleSeries::clear()
{
    m_slots.clear();
    m_pyramid.clear();
    m_longBars.clear();
    m_begin = 0;
    m_size = 0;
    m_firstNumber = 0;
    m_lastIsClosed = false;
    emit reset();
}

void CandleSeries::setState(State state, const QString &text)
{
    if (m_state == state && m_stateText == text) {
        return;
    }
    m_state = state;
    m_stateText = text;
    emit stateChanged();
}

} // namespace live
