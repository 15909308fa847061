#include "exchange/paper/core/order_book.h"

#include <algorithm>

namespace paper
{

void OrderBook::append(BookEntry &entry)
{
    BookQueue &queue = ladderOf(entry)[key(entry.side, entry.price)];
    entry.previous = queue.last;
    entry.next = nullptr;
    (queue.last != nullptr ? queue.last->next : queue.first) = &entry;
    queue.last = &entry;
    queue.total += entry.remaining;
    entry.isResting = true;
}

void OrderBook::remove(BookEntry &entry)
{
    if (!entry.isResting) {
        return;
    }
    Ladder &levels = ladderOf(entry);
    const auto level = levels.find(key(entry.side, entry.price));
    BookQueue &queue = level->second;
    (entry.previous != nullptr ? entry.previous->next : queue.first) = entry.next;
    (entry.next != nullptr ? entry.next->previous : queue.last) = entry.previous;
    queue.total -= entry.remaining;
    entry.previous = nullptr;
    entry.next = nullptr;
    entry.isResting = false;
    if (queue.first == nullptr) {
        levels.erase(level);
    }
}

void OrderBook::enlarge(BookEntry &entry, Quantity by)
{
    entry.remaining += by;
    ladderOf(entry).find(key(entry.side, entry.price))->second.total += by;
}

void OrderBook::reduce(BookEntry &entry, Quantity by)
{
    if (by >= entry.remaining) {
        remove(entry);
        entry.remaining = Quantity{};
        return;
    }
    entry.remaining -= by;
    ladderOf(entry).find(key(entry.side, entry.price))->second.total -= by;
}

const BookQueue *OrderBook::find(Side side, Price price) const
{
    const auto level = ladder(side).find(key(side, price));
    return level == ladder(side).end() ? nullptr : &level->second;
}

Price OrderBook::best(Side side) const
{
    const Ladder &levels = ladder(side);
    return levels.empty() ? Price{} : key(side, levels.begin()->first);
}

Quantity OrderBook::bestQuantity(Side side) const
{
    const Ladder &levels = ladder(side);
    return levels.empty() ? Quantity{} : levels.begin()->second.total;
}

Quantity OrderBook::totalAt(Side side, Price price) const
{
    const BookQueue *queue = find(side, price);
    return queue == nullptr ? Quantity{} : queue->total;
}

BookEntry *OrderBook::front(Side side) const
{
    const Ladder &levels = ladder(side);
    return levels.empty() ? nullptr : levels.begin()->second.first;
}

Price OrderBook::levelPrice(Side side, int n) const
{
    const Ladder &levels = ladder(side);
    if (n < 1 || levels.size() < static_cast<std::size_t>(n)) {
        return {};
    }
    return key(side, std::next(levels.begin(), n - 1)->first);
}

bool OrderBook::crosses(Side taking, Price limit) const
{
    const Side resting = domain::opposite(taking);
    const Ladder &levels = ladder(resting);
    return !levels.empty() && (limit.isZero() || levels.begin()->first <= key(resting, limit));
}

Quantity OrderBook::available(Side taking, Price limit, Quantity wanted) const
{
    const Side resting = domain::opposite(taking);
    Quantity found;
    for (const auto &[levelKey, queue] : ladder(resting)) {
        if (found >= wanted || (!limit.isZero() && levelKey > key(resting, limit))) {
            break;
        }
        found += queue.total;
    }
    return std::min(found, wanted);
}

BookEntry *OrderBook::frontFor(Side taking, Price limit, bool meetsRpi) const
{
    const Side resting = domain::opposite(taking);
    const auto reached = [&](const Ladder &levels) {
        const bool isMet =
            !levels.empty() && (limit.isZero() || levels.begin()->first <= key(resting, limit));
        return isMet ? levels.begin()->second.first : nullptr;
    };
    BookEntry *shown = reached(ladder(resting));
    BookEntry *hidden = meetsRpi ? reached(rpi(resting)) : nullptr;
    const bool isBetter =
        hidden != nullptr && (shown == nullptr || key(resting, hidden->price) < key(resting, shown->price));
    return isBetter ? hidden : shown;
}

std::vector<domain::BookLevel> OrderBook::shownRpi(Side side) const
{
    const Side other = domain::opposite(side);
    std::vector<domain::BookLevel> rows;
    for (const auto &[levelKey, queue] : rpi(side)) {
        const auto isCrossed = [&](const Ladder &levels) {
            return !levels.empty() && levels.begin()->first <= key(other, queue.first->price);
        };
        if (!isCrossed(ladder(other)) && !isCrossed(rpi(other))) {
            rows.push_back({queue.first->price, queue.total});
        }
    }
    return rows;
}

std::vector<domain::BookLevel> OrderBook::levelsWithRpi(Side side, std::size_t depth) const
{
    std::vector<domain::BookLevel> rows = levels(side, depth);
    for (const domain::BookLevel &level : shownRpi(side)) {
        const auto at = std::ranges::lower_bound(rows, key(side, level.price), {},
            [side](const domain::BookLevel &row) { return key(side, row.price); });
        if (at != rows.end() && at->price == level.price) {
            at->quantity += level.quantity;
        } else {
            rows.insert(at, level);
        }
    }
    rows.resize(std::min(rows.size(), depth));
    return rows;
}

std::vector<domain::BookLevel> OrderBook::levels(Side side, std::size_t depth) const
{
    std::vector<domain::BookLevel> rows;
    for (const auto &[levelKey, queue] : ladder(side)) {
        if (rows.size() == depth) {
            break;
        }
        rows.push_back({key(side, levelKey), queue.total});
    }
    return rows;
}

Price OrderBook::impactPrice(Side side, Money notional) const
{
    Money missing = notional;
    Quantity bought;
    for (const auto &[levelKey, queue] : ladder(side)) {
        const Price price = key(side, levelKey);
        const Money here = price * queue.total;
        if (here >= missing) {
            bought += missing / price;
            return notional / bought;
        }
        missing -= here;
        bought += queue.total;
    }
    return {};
}

BookEntry &OrderBook::anonymous(Side side, Price price, Quantity quantity, std::int64_t makerId)
{
    BookEntry *entry = nullptr;
    if (m_free.empty()) {
        entry = &m_pool.emplace_back();
    } else {
        entry = m_free.back();
        m_free.pop_back();
        *entry = {};
    }
    entry->side = side;
    entry->price = price;
    entry->remaining = quantity;
    entry->makerId = makerId;
    return *entry;
}

void OrderBook::release(BookEntry &entry)
{
    remove(entry);
    m_free.push_back(&entry);
}

} // namespace paper
