#include "models/live/beta_book.h"

#include <utility>

namespace live
{

using namespace std::chrono_literals;

BetaBook::BetaBook(
    ports::MarketData &marketData, const domain::Clock &clock, domain::Symbol reference, QObject *parent)
    : QObject{parent},
      m_marketData{marketData},
      m_clock{clock},
      m_reference{std::move(reference)}
{
    m_askingAgain.setSingleShot(true);
    m_askingAgain.setInterval(30s);
    connect(&m_askingAgain, &QTimer::timeout, this, [this] {
        for (const auto &symbol : std::exchange(m_failed, {})) {
            ask(symbol);
        }
    });
}

void BetaBook::want(const domain::Symbol &symbol)
{
    for (const auto &each : {m_reference, symbol}) {
        const auto kept = m_bars.find(each);
        const bool isHere =
            kept != m_bars.end() && m_clock.monotonicNow() - kept->second.at < domain::lengthOf(interval);
        if (!isHere && !m_failed.contains(each)) {
            ask(each);
        }
    }
}

void BetaBook::ask(const domain::Symbol &symbol)
{
    if (!m_asked.insert(symbol).second) {
        return;
    }
    ports::CandleQuery query;
    query.symbol = symbol;
    query.interval = interval;
    query.limit = bars;
    ports::whenFinished(
        m_marketData.candles(query), this, [this, symbol](const ports::Result<ports::CandlesPtr> &page) {
            m_asked.erase(symbol);
            if (!page) {
                m_failed.insert(symbol);
                if (!m_askingAgain.isActive()) {
                    m_askingAgain.start();
                }
                emit changed();
                return;
            }
            m_bars[symbol] = {*page, m_clock.monotonicNow()};
            if (symbol != m_reference) {
                measure(symbol);
            } else {
                for (const auto &[each, pages] : m_bars) {
                    measure(each);
                }
            }
            emit changed();
        });
}

void BetaBook::measure(const domain::Symbol &symbol)
{
    const auto asset = m_bars.find(symbol);
    const auto market = m_bars.find(m_reference);
    if (asset != m_bars.end() && market != m_bars.end()) {
        m_measured[symbol] = domain::measureBeta(*asset->second.candles, *market->second.candles);
    }
}

domain::Beta BetaBook::measured(const domain::Symbol &symbol) const
{
    if (symbol == m_reference) {
        domain::Beta own;
        own.isAssumed = false;
        own.rSquared = domain::Rate::of(1);
        return own;
    }
    const auto found = m_measured.find(symbol);
    return found == m_measured.end() ? domain::Beta{} : found->second;
}

std::optional<domain::Rate> BetaBook::typed(const domain::Symbol &symbol) const
{
    const auto found = m_typed.find(symbol);
    return found == m_typed.end() ? std::nullopt : std::optional{found->second};
}

void BetaBook::setTyped(const domain::Symbol &symbol, std::optional<domain::Rate> beta)
{
    if (beta == typed(symbol) || symbol == m_reference) {
        return;
    }
    if (beta) {
        m_typed[symbol] = *beta;
    } else {
        m_typed.erase(symbol);
    }
    emit changed();
}

domain::Rate BetaBook::value(const domain::Symbol &symbol) const
{
    return typed(symbol).value_or(measured(symbol).value);
}

} // namespace live
