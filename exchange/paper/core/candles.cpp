#include "exchange/paper/core/candles.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::Interval;
using domain::Timestamp;
using namespace std::chrono_literals;

constexpr std::size_t keptMinutes = 2 * 1440;

Bar flatBar(Timestamp openAt, domain::Price price)
{
    Bar bar;
    bar.openAt = openAt;
    bar.open = bar.high = bar.low = bar.close = price;
    return bar;
}

} // namespace

void CandleStore::add(const domain::Symbol &symbol, std::shared_ptr<BarSource> history, Timestamp liveFrom,
    const std::optional<Bar> &started)
{
    Series &series = m_series[symbol];
    series.history = std::move(history);
    series.liveFrom = domain::openTimeOf(liveFrom, series.history->base());
    series.live.clear();
    if (started) {
        series.live.push_back(*started);
    }
}

void CandleStore::onTrade(const domain::Trade &trade)
{
    const auto found = m_series.find(trade.symbol);
    if (found == m_series.end() || trade.at < found->second.liveFrom) {
        return;
    }
    Series &series = found->second;
    const Timestamp openAt = domain::openTimeOf(trade.at, Interval::M1);
    if (!series.live.empty()) {
        for (Timestamp next = series.live.back().openAt + 1min; next < openAt; next += 1min) {
            series.live.push_back(flatBar(next, series.live.back().close));
        }
    }
    const Bar bar = Bar::ofTrade(openAt, trade.price, trade.quantity, trade.buyerIsMaker, trade.id);
    if (!series.live.empty() && series.live.back().openAt >= openAt) {
        series.live.back().append(bar);
    } else {
        series.live.push_back(bar);
    }
    while (series.live.size() > keptMinutes) { // more than one after a halt
        series.live.pop_front();
        series.liveFrom = series.live.front().openAt;
    }
}

void CandleStore::finish(const domain::Symbol &symbol, Timestamp moment)
{
    const auto found = m_series.find(symbol);
    if (found == m_series.end()) {
        return;
    }
    Series &series = found->second;
    series.liveFrom = std::max(series.liveFrom, domain::openTimeOf(moment, series.history->base()));
    while (!series.live.empty() && series.live.front().openAt < series.liveFrom) {
        series.live.pop_front();
    }
}

std::optional<Bar> CandleStore::sum(Series &series, Timestamp from, Timestamp to)
{
    std::optional<Bar> total;
    if (from < series.liveFrom) {
        total = series.history->sum(from, std::min(to, series.liveFrom));
    }
    auto at = std::ranges::lower_bound(series.live, from, {}, &Bar::openAt);
    for (; at != series.live.end() && at->openAt < to; ++at) {
        if (total) {
            total->append(*at);
        } else {
            total = *at;
        }
    }
    if (total) {
        total->openAt = from;
    }
    return total;
}

std::optional<Timestamp> CandleStore::lastOpen(const Series &series, Interval interval, Timestamp now)
{
    if (!series.live.empty()) {
        return domain::openTimeOf(std::min(series.live.back().openAt, now), interval);
    }
    const auto last = series.history->lastOpenBefore(std::min(series.liveFrom, now + 1ms));
    return last ? std::optional{domain::openTimeOf(*last, interval)} : std::nullopt;
}

std::vector<Bar> CandleStore::klines(
    const domain::Symbol &symbol, Interval interval, const KlineQuery &query, Timestamp now)
{
    std::vector<Bar> bars;
    const auto found = m_series.find(symbol);
    if (found == m_series.end() || query.limit == 0) {
        return bars;
    }
    Series &series = found->second;
    auto last = lastOpen(series, interval, now);
    if (!last) {
        return bars;
    }
    if (query.to) {
        last = std::min(*last, domain::openTimeOf(*query.to, interval));
    }
    // A bar shorter than the recording's can only be made of live minutes.
    const bool tooShort = domain::lengthOf(interval) < domain::lengthOf(series.history->base());
    const Timestamp begin =
        domain::openTimeOf(tooShort ? series.liveFrom : series.history->beginsAt(), interval);
    if (query.from) {
        Timestamp at = std::max(domain::openTimeOf(*query.from, interval), begin);
        if (at < *query.from) {
            at = domain::nextOpenTime(at, interval);
        }
        for (; at <= *last && bars.size() < query.limit; at = domain::nextOpenTime(at, interval)) {
            if (auto bar = sum(series, at, domain::nextOpenTime(at, interval))) {
                bars.push_back(*bar);
            }
        }
        return bars;
    }
    for (Timestamp at = *last; at >= begin && bars.size() < query.limit;
         at = domain::openTimeOf(at - 1ms, interval)) {
        if (auto bar = sum(series, at, domain::nextOpenTime(at, interval))) {
            bars.push_back(*bar);
        }
    }
    std::ranges::reverse(bars);
    return bars;
}

std::optional<Bar> CandleStore::barAt(const domain::Symbol &symbol, Interval interval, Timestamp moment)
{
    const auto found = m_series.find(symbol);
    if (found == m_series.end()) {
        return std::nullopt;
    }
    const Timestamp openAt = domain::openTimeOf(moment, interval);
    return sum(found->second, openAt, domain::nextOpenTime(openAt, interval));
}

std::optional<DayStatistics> CandleStore::dayStatistics(const domain::Symbol &symbol, Timestamp now)
{
    const auto found = m_series.find(symbol);
    if (found == m_series.end()) {
        return std::nullopt;
    }
    Series &series = found->second;
    const Timestamp from = domain::openTimeOf(now - 24h, series.history->base());
    const auto bar = sum(series, from, now + 1ms);
    if (!bar) {
        return std::nullopt;
    }
    return DayStatistics{*bar, bar->volume.isZero() ? bar->close : bar->quoteVolume / bar->volume};
}

} // namespace paper
