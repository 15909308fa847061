#pragma once

#include "app/journal_chain.h"
#include "app/sqlite_database.h"
#include "models/domain/time.h"

#include <cstdint>

namespace app
{

/// The journal's newest entry.
struct JournalHead
{
    std::int64_t sequence = 0;
    domain::Timestamp at;
    JournalChain::Sum chain{};
};

/// How much of a journal is checked. A long one is checked from an anchor near its end.
struct JournalCheckLimits
{
    std::int64_t whole = 200'000; ///< a log up to this many entries is checked from its beginning
    std::int64_t tail = 50'000;   ///< of a longer one at least this many
};

namespace journal_check
{
/// Holds the journal against itself: pages, chain, and every order, fill and note against the entry it was
/// taken from. Damage (SqliteDatabase::isDamage) where anything differs. Answers the head.
domain::Result<JournalHead> check(
    SqliteDatabase &database, JournalChain &chain, const JournalCheckLimits &limits);
/// SQLite's own check of the file; only the whole one compares indexes with their tables.
domain::Result<bool> checkPages(SqliteDatabase &database, bool isWhole);
} // namespace journal_check

} // namespace app
