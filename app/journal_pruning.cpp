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
    std::int64_t oldest = 0;
    return m_database.number("SELECT min(sequence) FROM entries")
        .and_then([&](std::int64_t first) {
            oldest = first;
            return m_database.number(
                "SELECT sequence FROM entries WHERE at >= " + std::to_string(domain::toMs(now - maxAge)) +
                " ORDER BY sequence LIMIT 1");
        })
        .map([&](std::int64_t young) -> std::int64_t {
            const std::int64_t firstYoung = young == 0 ? m_head.sequence + 1 : young;
            const std::int64_t before = std::max(firstYoung, m_head.sequence - maxEntries + 1);
            // Some at a time, so that not every start copies the whole file for the sake of a few.
            const std::int64_t worthwhile =
                std::min<std::int64_t>(10'000, std::max<std::int64_t>(maxEntries / 10, 1));
            return oldest != 0 && before - oldest >= worthwhile ? before : 0;
        });
}

Result<bool> JournalFile::prune(std::int64_t before, domain::Timestamp now)
{
    return sumAt(before - 1).and_then([&](std::optional<JournalChain::Sum> sum) -> Result<bool> {
        if (!sum) {
            return domain::failure(domain::ErrorCode::Storage, "The log does not reach back that far.");
        }
        return inTransaction(now, [&] {
            const std::string number = std::to_string(before);
            return carryOver(before)
                .and_then([&](bool) { return setAnchor(before - 1, *sum); })
                .and_then([&](bool) {
                    return m_database.execute("DELETE FROM entries WHERE sequence < " + number +
                                              "; DELETE FROM anchors WHERE sequence < " + number + " - 1" +
                                              "; DELETE FROM orders WHERE entry < " + number +
                                              "; DELETE FROM fills WHERE entry < " + number);
                });
        });
    });
}

Result<bool> JournalFile::carryOver(std::int64_t before)
{
    const std::string old = "WHERE entry < " + std::to_string(before);
    const auto add = [this](const domain::JournalEntry &entry) { return this->add(entry); };
    return select(old + " AND phase <> 'DONE' ORDER BY number")
        .and_then([&](const std::vector<domain::Order> &orders) {
            return addEach(
                orders, [&](const domain::Order &order) { return add(domain::JournalState{order}); });
        })
        .and_then([&](bool) { return notes(old); })
        .and_then([&](const std::vector<domain::JournalNote> &notes) { return addEach(notes, add); });
}

} // namespace app
