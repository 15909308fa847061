#pragma once

#include "exchange/paper/core/types.h"

#include <deque>
#include <map>
#include <vector>

namespace paper
{

struct WorkingOrder;

/// One resting quantity in a level's queue. Lives in its owner and links itself.
struct BookEntry
{
    BookEntry *previous = nullptr;
    BookEntry *next = nullptr;
    WorkingOrder *order = nullptr; ///< null: anonymous
    std::int64_t makerId = 0;      ///< id of placeMarketMaker; 0 for level liquidity and user orders
    Side side = Side::Buy;
    Price price;
    Quantity remaining;
    bool isResting = false;
    bool isRpi = false; ///< of a user's RPI order

    bool isLevelLiquidity() const { return order == nullptr && makerId == 0; }
};

/// All that rests at one price, oldest first.
struct BookQueue
{
    BookEntry *first = nullptr;
    BookEntry *last = nullptr;
    Quantity total;
};

/// Price-time priority for one symbol. Knows quantities, not money; whoever changes it reports the change.
/// RPI orders (retail price improvement) rest beside the public book: only takers that do not come by API
/// meet them, after all public orders of the same price, and they may stand beyond orders of the other side.
class OrderBook
{
public:
    /// Keyed so that the first level is the best on both sides: bids by their negated price.
    using Ladder = std::map<Price, BookQueue>;

    OrderBook() = default;
    OrderBook(const OrderBook &) = delete;
    OrderBook &operator=(const OrderBook &) = delete;

    static Price key(Side side, Price price) { return side == Side::Buy ? -price : price; }
    const Ladder &ladder(Side side) const { return side == Side::Buy ? m_bids : m_asks; }

    const Ladder &rpi(Side side) const { return side == Side::Buy ? m_rpiBids : m_rpiAsks; }

    /// Queues the entry behind what rests at its price. side, price and remaining are set.
    void append(BookEntry &entry);
    void remove(BookEntry &entry);               ///< an entry that does not rest is left alone
    void enlarge(BookEntry &entry, Quantity by); ///< of a resting entry; keeps the place in the queue
    void reduce(BookEntry &entry, Quantity by);  ///< by < remaining keeps the place in the queue

    bool isEmpty(Side side) const { return ladder(side).empty(); }
    Price best(Side side) const; ///< 0 where the side is empty
    Quantity bestQuantity(Side side) const;
    Quantity totalAt(Side side, Price price) const;
    BookEntry *front(Side side) const; ///< first in line, null where the side is empty
    /// Price of the n-th level (1 is the best); 0 where there are fewer.
    Price levelPrice(Side side, int n) const;
    /// First in line for a taker with this limit (0: none), null where there is nothing for it.
    BookEntry *frontFor(Side taking, Price limit, bool meetsRpi) const;
    /// RPI levels that are shown: those that do not cross anything, best first.
    std::vector<domain::BookLevel> shownRpi(Side side) const;
    /// Public levels and shown RPI levels together, best first.
    std::vector<domain::BookLevel> levelsWithRpi(Side side, std::size_t depth) const;
    /// True if a taker of `taking` with this limit (0: none) meets the best opposite level.
    bool crosses(Side taking, Price limit) const;
    /// What a taker would get at limit or better (0: any price), counted up to `wanted`.
    Quantity available(Side taking, Price limit, Quantity wanted) const;
    std::vector<domain::BookLevel> levels(Side side, std::size_t depth) const;
    /// Average price at which this notional trades against `side`; 0 where the side holds less.
    Price impactPrice(Side side, Money notional) const;

    /// An anonymous entry with an address that stays; recycled by release().
    BookEntry &anonymous(Side side, Price price, Quantity quantity, std::int64_t makerId);
    void release(BookEntry &entry);
    std::size_t places() const { return m_pool.size(); } ///< anonymous entries, those in use and the free

private:
    Ladder &ladderOf(const BookEntry &entry)
    {
        return entry.isRpi ? (entry.side == Side::Buy ? m_rpiBids : m_rpiAsks)
                           : (entry.side == Side::Buy ? m_bids : m_asks);
    }
    const BookQueue *find(Side side, Price price) const;

    Ladder m_bids;
    Ladder m_asks;
    Ladder m_rpiBids;
    Ladder m_rpiAsks;
    std::deque<BookEntry> m_pool;
    std::vector<BookEntry *> m_free;
};

} // namespace paper
