#include "models/domain/market/local_book.h"

#include <algorithm>
#include <functional>

namespace domain
{
namespace
{

/// precedes(a, b): a lies further from the market than b.
template <class Precedes> void put(std::vector<BookLevel> &side, const BookLevel &level, Precedes precedes)
{
    const auto at = std::lower_bound(side.begin(), side.end(), level,
        [precedes](const BookLevel &a, const BookLevel &b) { return precedes(a.price, b.price); });
    const bool isThere = at != side.end() && at->price == level.price;
    if (level.quantity.isZero()) {
        if (isThere) {
            side.erase(at);
        }
    } else if (isThere) {
        at->quantity = level.quantity;
    } else {
        side.insert(at, level);
    }
}

template <class Precedes>
void putAll(std::vector<BookLevel> &side, const std::vector<BookLevel> &levels, std::size_t maxLevels,
    Precedes precedes)
{
    for (const BookLevel &level : levels) {
        put(side, level, precedes);
    }
    if (side.size() > maxLevels) {
        side.erase(side.begin(), side.end() - static_cast<std::ptrdiff_t>(maxLevels));
    }
}

/// A whole side at once: levels come best first.
template <class Precedes>
std::vector<BookLevel> sideOf(const std::vector<BookLevel> &levels, std::size_t maxLevels, Precedes precedes)
{
    std::vector<BookLevel> side{levels.rbegin(), levels.rend()};
    std::ranges::stable_sort(side, precedes, &BookLevel::price);
    std::erase_if(side, [](const BookLevel &level) { return level.quantity.isZero(); });
    if (side.size() > maxLevels) {
        side.erase(side.begin(), side.end() - static_cast<std::ptrdiff_t>(maxLevels));
    }
    return side;
}

std::vector<BookLevel> bestOf(const std::vector<BookLevel> &side, std::size_t depth)
{
    const auto count = static_cast<std::ptrdiff_t>(std::min(depth, side.size()));
    return {side.rbegin(), side.rbegin() + count};
}

} // namespace

void LocalBook::clear()
{
    m_bids.clear();
    m_asks.clear();
}

void LocalBook::reset(const std::vector<BookLevel> &bids, const std::vector<BookLevel> &asks)
{
    m_bids = sideOf(bids, m_maxLevels, std::less<>{});
    m_asks = sideOf(asks, m_maxLevels, std::greater<>{});
}

void LocalBook::apply(const std::vector<BookLevel> &bids, const std::vector<BookLevel> &asks)
{
    putAll(m_bids, bids, m_maxLevels, std::less<>{});
    putAll(m_asks, asks, m_maxLevels, std::greater<>{});
}

std::optional<BookLevel> LocalBook::bestBid() const
{
    return m_bids.empty() ? std::nullopt : std::optional{m_bids.back()};
}

std::optional<BookLevel> LocalBook::bestAsk() const
{
    return m_asks.empty() ? std::nullopt : std::optional{m_asks.back()};
}

bool LocalBook::isCrossed() const
{
    return !m_bids.empty() && !m_asks.empty() && m_bids.back().price >= m_asks.back().price;
}

std::vector<BookLevel> LocalBook::bids(std::size_t depth) const
{
    return bestOf(m_bids, depth);
}

std::vector<BookLevel> LocalBook::asks(std::size_t depth) const
{
    return bestOf(m_asks, depth);
}

} // namespace domain
