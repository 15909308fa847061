#include "models/live/range_book.h"

#include "models/domain/market/average_true_range.h"

#include <algorithm>
#include <utility>

namespace live
{

using namespace std::chrono_literals;

namespace
{

/// Wilder's average remembers long, but what 200 candles ago weighs is below a millionth.
constexpr int asked = 215;

} // namespace

RangeBook::RangeBook(ports::MarketData &marketData, QObject *parent)
    : QObject{parent},
      m_marketData{marketData}
{
    m_again.setInterval(15min);
    connect(&m_again, &QTimer::timeout, this, [this] {
        const auto wanted = std::exchange(m_wanted, {});
        std::erase_if(m_ranges, [&wanted](const auto &entry) { return !wanted.contains(entry.first); });
        std::ranges::for_each(wanted, [this](const domain::Symbol &symbol) { ask(symbol); });
    });
    m_again.start();
    m_failedAgain.setSingleShot(true);
    m_failedAgain.setInterval(30s);
    connect(&m_failedAgain, &QTimer::timeout, this, [this] {
        const auto failed = std::exchange(m_failed, {});
        std::ranges::for_each(failed, [this](const domain::Symbol &symbol) { ask(symbol); });
    });
}

std::optional<domain::Price> RangeBook::range(const domain::Symbol &symbol) const
{
    const auto found = m_ranges.find(symbol);
    return found == m_ranges.end() ? std::nullopt : found->second;
}

void RangeBook::want(const domain::Symbol &symbol)
{
    m_wanted.insert(symbol);
    if (m_ranges.try_emplace(symbol, std::nullopt).second) {
        ask(symbol);
    }
}

void RangeBook::ask(const domain::Symbol &symbol)
{
    ports::CandleQuery query;
    query.symbol = symbol;
    query.interval = domain::Interval::H1;
    query.limit = asked;
    ports::whenFinished(
        m_marketData.candles(query), this, [this, symbol](const ports::Result<ports::CandlesPtr> &candles) {
            if (!candles) { // the old one stays
                m_failed.insert(symbol);
                if (!m_failedAgain.isActive()) {
                    m_failedAgain.start();
                }
                return;
            }
            const auto range = domain::averageTrueRange(**candles);
            if (range && range != m_ranges[symbol]) {
                m_ranges[symbol] = range;
                emit changed();
            }
        });
}

} // namespace live
