#include "exchange/paper/core/price_candles.h"

#include <algorithm>

namespace paper
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t keptMinutes = 2 * 1440;
constexpr std::size_t averagedMarks = 30;

Price premiumOf(Price contract, Price index)
{
    return index.isPositive() ? Price::fromUnits(((contract - index) / index).units()) : Price{};
}

} // namespace

void PriceBar::append(const PriceBar &later)
{
    high = std::max(high, later.high);
    low = std::min(low, later.low);
    close = later.close;
    samples += later.samples;
}

void PriceCandles::add(Minutes &minutes, Timestamp at, Price price) const
{
    const PriceBar bar{domain::openTimeOf(at, domain::Interval::M1), price, price, price, price, 1};
    if (!minutes.empty() && minutes.back().openAt >= bar.openAt) {
        minutes.back().append(bar);
        return;
    }
    minutes.push_back(bar);
    if (minutes.size() > keptMinutes) {
        minutes.pop_front();
    }
}

void PriceCandles::sample(const Engine &engine, Timestamp now)
{
    if (now < m_nextAt) {
        return;
    }
    m_nextAt = now + 1s;
    const Timestamp at = m_market.marketTime(now);
    for (const Symbol &symbol : engine.symbols()) {
        const auto view = engine.market(symbol);
        if (!view || !view->index.isPositive()) {
            continue;
        }
        auto &marks = m_marks[symbol];
        marks.push_back(view->mark);
        if (marks.size() > averagedMarks) {
            marks.pop_front();
        }
        auto &live = m_live[symbol];
        add(live[static_cast<std::size_t>(PriceKind::Mark)], at, view->mark);
        add(live[static_cast<std::size_t>(PriceKind::Index)], at, view->index);
        add(live[static_cast<std::size_t>(PriceKind::Premium)], at, premiumOf(view->last, view->index));
    }
}

Price PriceCandles::averageMark(const Symbol &symbol) const
{
    const auto marks = m_marks.find(symbol);
    if (marks == m_marks.end()) {
        return {};
    }
    Price sum;
    for (const Price mark : marks->second) {
        sum += mark;
    }
    return sum / static_cast<std::int64_t>(marks->second.size());
}

PriceBar PriceCandles::history(PriceKind kind, const Symbol &symbol, const Bar &bar, Timestamp to) const
{
    const int seconds =
        static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(to - bar.openAt).count());
    if (kind == PriceKind::Mark) {
        return {bar.openAt, bar.open, bar.high, bar.low, bar.close, seconds};
    }
    const Rate first = Rate::of(1) + m_market.basisAt(symbol, bar.openAt);
    const Rate last = Rate::of(1) + m_market.basisAt(symbol, to - 1ms);
    const Price open = bar.open * first;
    const Price close = bar.close * last;
    if (kind == PriceKind::Index) {
        return {bar.openAt, open, bar.high * std::max(first, last), bar.low * std::min(first, last), close,
            seconds};
    }
    const Price from = premiumOf(bar.open, open);
    const Price until = premiumOf(bar.close, close);
    return {bar.openAt, from, std::max(from, until), std::min(from, until), until, seconds};
}

std::vector<PriceBar> PriceCandles::klines(PriceKind kind, const Symbol &symbol, domain::Interval interval,
    const KlineQuery &query, Timestamp now) const
{
    static const Minutes none;
    const auto found = m_live.find(symbol);
    const Minutes &live = found == m_live.end() ? none : found->second[static_cast<std::size_t>(kind)];
    std::vector<PriceBar> bars;
    for (const Bar &bar : m_candles.klines(symbol, interval, query, now)) {
        const Timestamp to = domain::nextOpenTime(bar.openAt, interval);
        std::optional<PriceBar> sampled;
        auto minute = std::ranges::lower_bound(live, bar.openAt, {}, &PriceBar::openAt);
        const bool isWhole = minute != live.end() && minute->openAt == bar.openAt;
        for (; minute != live.end() && minute->openAt < to; ++minute) {
            if (sampled) {
                sampled->append(*minute);
            } else {
                sampled = *minute;
            }
        }
        PriceBar row = isWhole ? *sampled : history(kind, symbol, bar, std::min(to, now + 1ms));
        if (sampled && !isWhole) {
            const int samples = row.samples;
            row.append(*sampled);
            row.samples = samples;
        }
        row.openAt = bar.openAt;
        bars.push_back(row);
    }
    return bars;
}

} // namespace paper
