#include "app/journal_file.h"
#include "app/journal_schema.h"
#include "app/journal_text.h"

#include <algorithm>

// The part of JournalFile that keeps it from growing for ever.

namespace app
{

using domain::Result;

Result<std::int64_t> JournalFile::pruneBefore(
    domain::Timestamp now, domain::Milliseconds maxAge, std::int64_t maxEntries)
{
    const auto oldest = m_database.number("SELECT min(sequence) FROM entries");
    const auto young = m_database.number(
        "SELECT sequence FROM entries WHERE at >= " + std::to_string(domain::toMs(now - maxAge)) +
        " ORDER BY sequence LIMIT 1");
    if (!oldest || !young) {
        return oldest ? young : oldest;
    }
    if (*oldest == 0) {
        return 0;
    }
    const std::int64_t firstYoung = *young == 0 ? m_head.sequence + 1 : *young;
    const std::int64_t before = std::max(firstYoung, m_head.sequence - maxEntries + 1);
    // Some at a time, so that not every start copies the whole file for the sake of a few.
    const std::int64_t worthwhile =
        std::min<std::int64_t>(10'000, std::max<std::int64_t>(maxEntries / 10, 1));
    return before - *oldest >= worthwhile ? before : 0;
}

Result<bool> JournalFile::prune(std::int64_t before, domain::Timestamp now)
{
    const auto sum = sumAt(before - 1);
    if (!sum || !*sum) {
        return sum ? domain::failure(domain::ErrorCode::Storage, "The log does not reach back that far.")
                   : tl::unexpected{sum.error()};
    }
    const std::string number = std::to_string(before);
    return inTransaction(now, [&]() -> Result<bool> {
        if (const auto carried = carryOver(before); !carried) {
            return carried;
        }
        m_statements.setAnchor.bind(0, before - 1);
        m_statements.setAnchor.bindBlob(1, JournalChain::view(**sum));
        if (const auto anchored = m_statements.setAnchor.run(); !anchored) {
            return anchored;
        }
        return m_database.execute("DELETE FROM entries WHERE sequence < " + number +
                                  "; DELETE FROM anchors WHERE sequence < " + number + " - 1" +
                                  "; DELETE FROM orders WHERE entry < " + number +
                                  "; DELETE FROM fills WHERE entry < " + number);
    });
}

Result<bool> JournalFile::carryOver(std::int64_t before)
{
    const std::string old = " WHERE entry < " + std::to_string(before);
    const auto orders = select(old + " AND phase <> 'DONE' ORDER BY number");
    if (!orders) {
        return tl::unexpected{orders.error()};
    }
    for (const domain::Order &order : *orders) {
        if (const auto kept = addOne(domain::JournalState{order}); !kept) {
            return kept;
        }
    }
    auto rows = m_database.prepare("SELECT payload FROM notes" + old);
    if (!rows) {
        return tl::unexpected{rows.error()};
    }
    std::vector<domain::JournalNote> notes;
    for (;;) {
        const auto row = rows->step();
        if (!row) {
            return row;
        }
        if (!*row) {
            break;
        }
        if (auto note = journal_text::readNote(rows->text(0))) {
            notes.push_back(std::move(*note));
        }
    }
    for (const domain::JournalNote &note : notes) {
        if (const auto kept = addOne(note); !kept) {
            return kept;
        }
    }
    return true;
}

} // namespace app
