#pragma once

#include "app/sqlite_database.h"
#include "models/domain/order.h"
#include "models/domain/time.h"

#include <vector>

namespace app
{

// The tables of the journal and how they came to be.
//
//   entries   the log: only ever appended to, sequence without gaps, each row chained to the one before;
//             subject: a client order id, "BTCUSDT 9001" of a fill, the name of a note
//   head      one row: the last entry's sequence and sum, written in the same transaction
//   anchors   sums at certain sequences, from which a part of the chain can be checked; the lowest one is
//             where the log begins
//   orders    the newest word on each own order; entry: the log's row it was taken from
//   fills     by symbol and trade id
//   notes     by name
//   meta      install id, boot counter
namespace journal_schema
{
inline constexpr int applicationId = 0x48445231; // tells our files from those of others
inline constexpr int currentVersion = 2;

// What an entry is about.
inline constexpr const char *intentKind = "INTENT"; ///< adds the order
inline constexpr const char *stateKind = "STATE";   ///< replaces the order's state
inline constexpr const char *carriedKind =
    "CARRIED"; ///< adds or replaces it: taken over from before the log's beginning
inline constexpr const char *seenKind = "SEEN"; ///< the state of an order that has no intent here
inline constexpr const char *fillKind = "FILL";
inline constexpr const char *momentKind = "MOMENT";
inline constexpr const char *noteKind = "NOTE";
inline constexpr const char *forgottenKind = "FORGOTTEN"; ///< the note is gone

/// What a file turned out to be.
struct Found
{
    bool isNew = false;
    int version = 0;
};
/// Storage: another program's file, one of a newer version, or a damaged one. isKnown: it was ours, so that
/// anything else is damage.
domain::Result<Found> inspect(SqliteDatabase &database, bool isKnown);
/// Adds the tables of that version; inside the caller's transaction.
domain::Result<bool> raiseTo(SqliteDatabase &database, int version, domain::Timestamp now);
/// Reads the orders of a file of version 1, oldest first; those before a failure are there all the same.
domain::Result<bool> readVersion1(SqliteDatabase &database, std::vector<domain::Order> &orders);
} // namespace journal_schema

} // namespace app
