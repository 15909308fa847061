#include "models/live/range_book.h"

#include "models/domain/market/average_true_range.h"

namespace live
{

using namespace std::chrono_literals;

namespace
{

constexpr int asked = 100; // Wilder's mean forgets its beginning

} // namespace

RangeBook::RangeBook(ports::MarketData &marketData, QObject *parent)
    : QObject{parent},
      m_marketData{marketData}
{
    m_again.setInterval(15min);
    connect(&m_again, &QTimer::timeout, this, [this] {
        for (const auto &[symbol, range] : m_ranges) {
            ask(symbol);
        }
    });
    m_again.start();
}

std::optional<domain::Price> RangeBook::range(const domain::Symbol &symbol) const
{
    const auto found = m_ranges.find(symbol);
    return found == m_ranges.end() ? std::nullopt : found->second;
}

void RangeBook::want(const domain::Symbol &symbol)
{
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
            if (!candles) {
                return; // the old one stays; the next quarter of an hour asks again
            }
            if (const auto range = domain::averageTrueRange(**candles)) {
                m_ranges[symbol] = range;
                emit changed();
            }
        });
}

} // namespace live
