#include "tests/simulation/market_judge.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace simulation
{

using namespace domain;

namespace
{

constexpr std::size_t mostFindings = 20;
constexpr std::size_t wholeBook = 1'000;
const std::string missingTrades = "Some trades of ";

} // namespace

void MarketJudge::find(std::string text)
{
    ++m_wrong;
    if (m_findings.size() < mostFindings) {
        m_findings.push_back(std::move(text));
    }
}

void MarketJudge::onNotice(const std::string &text)
{
    if (text.starts_with(missingTrades)) {
        ++m_toldMissing;
        const std::size_t from = missingTrades.size();
        m_seen[text.substr(from, text.find(' ', from) - from)].mayMiss = true;
    }
}

void MarketJudge::onHandedOver(const binance::MarketFeed::Updates &updates, paper::PaperExchange &exchange)
{
    for (const auto &list : updates.trades) {
        Seen &seen = m_seen[list.front().symbol];
        bool hasHole = false;
        for (const Trade &trade : list) {
            ++m_trades;
            if (seen.lastTradeId != 0 && trade.id != seen.lastTradeId + 1) {
                hasHole = true;
                if (!seen.mayMiss || trade.id <= seen.lastTradeId) {
                    find(fmt::format("{}: trade {} after {}", trade.symbol, trade.id, seen.lastTradeId));
                }
            }
            seen.lastTradeId = trade.id;
        }
        seen.mayMiss = seen.mayMiss && !hasHole; // told once, of what came together
    }
    for (const auto &run : updates.candles) {
        for (const Candle &candle : run.candles) {
            check(run.symbol, candle, exchange);
        }
    }
    for (const BookView &book : updates.books) {
        if (book.state == BookView::State::Live && !book.bids.empty() && !book.asks.empty() &&
            book.bids.front().price >= book.asks.front().price) {
            find(fmt::format("{}: the book is crossed", book.symbol));
        }
        m_seen[book.symbol].book = book;
    }
}

void MarketJudge::check(const Symbol &symbol, const Candle &candle, paper::PaperExchange &exchange)
{
    Seen &seen = m_seen[symbol];
    seen.firstBarAt = seen.firstBarAt.value_or(candle.openAt);
    bool &isClosed = seen.bars[candle.openAt];
    if (!candle.isClosed) {
        return; // its last word is still to come
    }
    ++m_bars;
    isClosed = true;
    const auto bar = exchange.candles().barAt(symbol, Interval::M1, candle.openAt);
    if (!bar || bar->open != candle.open || bar->high != candle.high || bar->low != candle.low ||
        bar->close != candle.close || bar->volume != candle.volume || bar->tradeCount != candle.tradeCount) {
        find(fmt::format("{}: the closed bar of {} differs: close {}, exchange {}", symbol,
            toMs(candle.openAt), candle.close.toString(), bar ? bar->close.toString() : "none"));
    }
}

void MarketJudge::settle(paper::PaperExchange &exchange)
{
    for (const auto &[symbol, seen] : m_seen) {
        if (seen.bars.empty()) {
            find(symbol + ": no bars");
            continue;
        }
        const auto newest = std::prev(seen.bars.end());
        for (Timestamp at = *seen.firstBarAt; at < newest->first; at = nextOpenTime(at, Interval::M1)) {
            const auto bar = seen.bars.find(at);
            if (bar == seen.bars.end() || !bar->second) {
                find(fmt::format("{}: the bar of {} was never closed", symbol, toMs(at)));
            }
        }
    }
    if (!areBooksEqual(exchange)) {
        find("a book is not the exchange's");
    }
}

bool MarketJudge::areBooksEqual(paper::PaperExchange &exchange) const
{
    return !m_seen.empty() && std::ranges::all_of(m_seen, [&](const auto &entry) {
        const auto &[symbol, seen] = entry;
        const auto theirs = exchange.engine().book(symbol, wholeBook);
        return theirs && seen.book.state == BookView::State::Live && seen.book.bids == theirs->bids &&
               seen.book.asks == theirs->asks;
    });
}

} // namespace simulation
