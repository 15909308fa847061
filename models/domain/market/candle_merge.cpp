#include "models/domain/market/candle_merge.h"

#include <algorithm>

namespace domain
{
namespace
{

bool isOutdated(const Candle &offered, const Candle &kept)
{
    return offered.isClosed != kept.isClosed ? kept.isClosed : offered.tradeCount < kept.tradeCount;
}

void join(Candle &bar, const Candle &part)
{
    bar.high = std::max(bar.high, part.high);
    bar.low = std::min(bar.low, part.low);
    bar.close = part.close;
    bar.volume += part.volume;
    bar.quoteVolume += part.quoteVolume;
    bar.tradeCount += part.tradeCount;
    bar.takerBuyVolume += part.takerBuyVolume;
}

} // namespace

std::size_t mergeCandles(std::vector<Candle> &series, const std::vector<Candle> &bars)
{
    std::size_t firstChanged = series.size();
    bool isChanged = false;
    for (const Candle &bar : bars) {
        // Live bars belong at the end, so the search starts there.
        auto at = series.end();
        if (!series.empty() && bar.openAt <= series.back().openAt) {
            at = std::ranges::lower_bound(series, bar.openAt, {}, &Candle::openAt);
        }
        const auto index = static_cast<std::size_t>(at - series.begin());
        if (at == series.end() || at->openAt != bar.openAt) {
            series.insert(at, bar);
        } else if (*at == bar || isOutdated(bar, *at)) {
            continue;
        } else {
            *at = bar;
        }
        firstChanged = isChanged ? std::min(firstChanged, index) : index;
        isChanged = true;
    }
    return isChanged ? firstChanged : series.size();
}

std::vector<CandleGap> gapsIn(const std::vector<Candle> &series, Interval interval)
{
    std::vector<CandleGap> gaps;
    for (std::size_t i = 1; i < series.size(); ++i) {
        const Timestamp expected = nextOpenTime(series[i - 1].openAt, interval);
        if (series[i].openAt > expected) {
            gaps.push_back({expected, openTimeOf(series[i].openAt - Milliseconds{1}, interval)});
        }
    }
    return gaps;
}

std::vector<Candle> aggregateCandles(const std::vector<Candle> &bars, Interval from, Interval to)
{
    std::vector<Candle> large;
    for (const Candle &bar : bars) {
        const Timestamp openAt = openTimeOf(bar.openAt, to);
        if (large.empty() || large.back().openAt != openAt) {
            if (!large.empty()) {
                large.back().isClosed = true; // a later bar has begun
            }
            large.push_back(bar);
            large.back().openAt = openAt;
        } else {
            join(large.back(), bar);
        }
        large.back().isClosed = bar.isClosed && nextOpenTime(bar.openAt, from) >= nextOpenTime(openAt, to);
    }
    return large;
}

std::optional<Candle> CandleBuilder::add(const Trade &trade)
{
    const Timestamp openAt = openTimeOf(trade.at, m_interval);
    if (m_current && openAt < m_current->openAt) {
        return std::nullopt;
    }
    std::optional<Candle> closed = closeAt(trade.at);
    Candle part;
    part.openAt = openAt;
    part.open = part.high = part.low = part.close = trade.price;
    part.volume = trade.quantity;
    part.quoteVolume = trade.price * trade.quantity;
    part.tradeCount = 1;
    part.takerBuyVolume = trade.buyerIsMaker ? Quantity{} : trade.quantity;
    if (m_current) {
        join(*m_current, part);
    } else {
        m_current = part;
    }
    return closed;
}

std::optional<Candle> CandleBuilder::closeAt(Timestamp now)
{
    if (!m_current || now < nextOpenTime(m_current->openAt, m_interval)) {
        return std::nullopt;
    }
    std::optional<Candle> closed;
    closed.swap(m_current);
    closed->isClosed = true;
    return closed;
}

} // namespace domain
