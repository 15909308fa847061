#pragma once

#include "exchange/binance/market_feed.h"
#include "exchange/paper/core/paper_exchange.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace simulation
{

/// Compares the market data that the client hands over with what the exchange did. What the client itself
/// calls missing is counted, not held against it.
class MarketJudge
{
public:
    void onHandedOver(const binance::MarketFeed::Updates &updates, paper::PaperExchange &exchange);
    void onNotice(const std::string &text);
    /// In calm, after the client has had time: no bar is left open, no trade is missing.
    void settle(paper::PaperExchange &exchange);
    /// Whether each book was live and equal to the exchange's since the last call; ask again a moment later
    /// where it was not: messages are under way.
    bool areBooksEqual(paper::PaperExchange &exchange) const;

    std::int64_t wrong() const { return m_wrong; }
    std::int64_t toldMissing() const { return m_toldMissing; }
    std::int64_t trades() const { return m_trades; }
    std::int64_t bars() const { return m_bars; }
    const std::vector<std::string> &findings() const { return m_findings; }

private:
    struct Seen
    {
        std::int64_t lastTradeId = 0;
        bool mayMiss = false; ///< the client said that trades are missing
        std::optional<domain::Timestamp> firstBarAt;
        std::map<domain::Timestamp, bool> bars; ///< whether the last word was that it is closed
        domain::BookView book;
    };
    void find(std::string text);
    void check(const domain::Symbol &symbol, const domain::Candle &candle, paper::PaperExchange &exchange);

    std::map<domain::Symbol, Seen> m_seen;
    std::vector<std::string> m_findings; ///< the first, in words
    std::int64_t m_wrong = 0;
    std::int64_t m_toldMissing = 0;
    std::int64_t m_trades = 0;
    std::int64_t m_bars = 0; ///< closed ones
};

} // namespace simulation
