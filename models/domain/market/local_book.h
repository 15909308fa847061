#pragma once

#include "models/domain/market.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace domain
{

/// The levels of one order book. Each side is kept worst first, so that the busy end is the cheap one.
class LocalBook
{
public:
    /// maxLevels: per side; deeper ones are dropped, because nobody tells when they change.
    explicit LocalBook(std::size_t maxLevels = 4000) : m_maxLevels{maxLevels} {}

    void clear();
    void reset(const std::vector<BookLevel> &bids, const std::vector<BookLevel> &asks);
    /// Absolute quantities; 0 deletes, also what is not there.
    void apply(const std::vector<BookLevel> &bids, const std::vector<BookLevel> &asks);

    std::optional<BookLevel> bestBid() const;
    std::optional<BookLevel> bestAsk() const;
    /// The best bid is not below the best ask: the book is not what the exchange has.
    bool isCrossed() const;
    std::size_t bidCount() const { return m_bids.size(); }
    std::size_t askCount() const { return m_asks.size(); }
    std::vector<BookLevel> bids(std::size_t depth) const; ///< best first
    std::vector<BookLevel> asks(std::size_t depth) const; ///< best first

private:
    std::size_t m_maxLevels;
    std::vector<BookLevel> m_bids; ///< ascending
    std::vector<BookLevel> m_asks; ///< descending
};

} // namespace domain
