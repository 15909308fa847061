#include "models/domain/market/book_synchronizer.h"

#include <algorithm>
#include <utility>

namespace domain
{
namespace
{

constexpr std::size_t maxBuffered = 2000; // more than half a minute of the fastest stream
constexpr Milliseconds longestCrossing{1000};

} // namespace

BookSynchronizer::BookSynchronizer(Symbol symbol) : m_symbol{std::move(symbol)} {}

BookStep BookSynchronizer::onUpdate(const BookUpdate &update)
{
    if (!isLive()) {
        buffer(update);
        return BookStep::Buffer;
    }
    return advance(update);
}

BookStep BookSynchronizer::onSnapshot(const BookSnapshot &snapshot)
{
    if (isLive() && snapshot.lastUpdateId <= m_lastUpdateId) {
        return BookStep::Skip;
    }
    std::deque<BookUpdate> waiting = std::exchange(m_buffer, {});
    m_book.reset(snapshot.bids, snapshot.asks);
    m_lastUpdateId = snapshot.lastUpdateId;
    m_at = snapshot.at;
    m_state = BookView::State::Live;
    m_isFirstPending = true;
    m_crossedSince.reset();
    while (!waiting.empty()) {
        const BookStep step = advance(waiting.front());
        if (step == BookStep::Resync) {
            // The buffer is whole in itself, so it stays for the next snapshot.
            m_buffer = std::move(waiting);
            return step;
        }
        waiting.pop_front();
    }
    return BookStep::Apply;
}

void BookSynchronizer::onDisconnected()
{
    m_buffer.clear();
    if (m_state == BookView::State::Live) {
        m_state = BookView::State::Stale;
    }
}

BookView BookSynchronizer::view(std::size_t depth) const
{
    BookView view;
    view.symbol = m_symbol;
    view.state = m_state;
    view.bids = m_book.bids(depth);
    view.asks = m_book.asks(depth);
    view.lastUpdateId = m_lastUpdateId;
    view.resyncCount = m_resyncCount;
    view.at = m_at;
    return view;
}

BookStep BookSynchronizer::advance(const BookUpdate &update)
{
    if (m_isFirstPending) {
        if (update.lastUpdateId < m_lastUpdateId) {
            return BookStep::Skip;
        }
        // The snapshot lies inside this message, or exactly before it.
        const bool isTied =
            update.firstUpdateId <= m_lastUpdateId || update.previousUpdateId == m_lastUpdateId;
        if (!isTied) {
            return resync(update);
        }
    } else if (update.previousUpdateId != m_lastUpdateId) {
        // Ids have gaps on futures: only pu ties a message to the one before it.
        if (update.lastUpdateId <= m_lastUpdateId) {
            return BookStep::Skip;
        }
        return resync(update);
    }
    m_isFirstPending = false;
    m_lastUpdateId = update.lastUpdateId;
    m_at = update.at;
    m_book.apply(update.bids, update.asks);
    if (!m_book.isCrossed()) {
        m_crossedSince.reset();
    } else if (!m_crossedSince) {
        m_crossedSince = update.at;
    } else if (update.at - *m_crossedSince >= longestCrossing) {
        return resync(update);
    }
    return BookStep::Apply;
}

BookStep BookSynchronizer::resync(const BookUpdate &next)
{
    ++m_resyncCount;
    m_state = BookView::State::Syncing;
    m_buffer.clear();
    m_buffer.push_back(next);
    return BookStep::Resync;
}

void BookSynchronizer::buffer(const BookUpdate &update)
{
    if (!m_buffer.empty() && update.lastUpdateId <= m_buffer.back().lastUpdateId) {
        return; // told twice
    }
    if (!m_buffer.empty() && update.previousUpdateId != m_buffer.back().lastUpdateId) {
        m_buffer.clear(); // what lies before a hole is of no use to any snapshot
    }
    m_buffer.push_back(update);
    if (m_buffer.size() > maxBuffered) {
        m_buffer.pop_front();
    }
}

} // namespace domain
