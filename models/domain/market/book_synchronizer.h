#pragma once

#include "models/domain/market/local_book.h"

#include <cstdint>
#include <deque>
#include <optional>

namespace domain
{

enum class BookStep : std::uint8_t {
    Apply,  ///< the book changed and is in step
    Buffer, ///< kept until a snapshot comes
    Skip,   ///< older than what we have
    Resync, ///< there is a gap: fetch a snapshot, keep feeding updates
};

/// Keeps one book in step by the exchange's rules for U, u and pu (reference 6.2). Feed every message of the
/// depth stream in its order; whenever needsSnapshot() and none is under way, fetch GET /fapi/v1/depth.
class BookSynchronizer
{
public:
    explicit BookSynchronizer(Symbol symbol);

    BookStep onUpdate(const BookUpdate &update);
    BookStep onSnapshot(const BookSnapshot &snapshot);
    /// The stream broke: the book stays visible as Stale until a new snapshot is in step.
    void onDisconnected();

    bool needsSnapshot() const { return m_state != BookView::State::Live; }
    bool isLive() const { return m_state == BookView::State::Live; }
    const LocalBook &book() const { return m_book; }
    std::int64_t lastUpdateId() const { return m_lastUpdateId; }
    std::int64_t resyncCount() const { return m_resyncCount; }
    std::size_t bufferedCount() const { return m_buffer.size(); }
    /// The best levels, at most depth a side.
    BookView view(std::size_t depth) const;

private:
    BookStep resync(const BookUpdate &next);
    BookStep advance(const BookUpdate &update);
    void buffer(const BookUpdate &update);

    Symbol m_symbol;
    LocalBook m_book;
    BookView::State m_state = BookView::State::Syncing;
    std::deque<BookUpdate> m_buffer;
    std::int64_t m_lastUpdateId = 0;
    bool m_isFirstPending = false; ///< no message has been tied to the snapshot yet
    std::optional<Timestamp> m_crossedSince;
    std::int64_t m_resyncCount = 0;
    Timestamp m_at;
};

} // namespace domain
