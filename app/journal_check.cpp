#include "app/journal_check.h"

#include "app/journal_schema.h"

#include <string>
#include <unordered_map>

namespace app::journal_check
{
namespace
{

using domain::Result;

/// What the log says the tables must hold: "o" and a client order id, "f" and a fill, "n" and a note's name,
/// each with the entry it is taken from.
using Expected = std::unordered_map<std::string, std::int64_t>;

struct Span
{
    std::int64_t beginning = 0; ///< the entry before the first one
    std::int64_t start = 0;     ///< the entry whose sum is trusted
    JournalChain::Sum sum{};    ///< its sum
};

Result<JournalHead> readHead(SqliteDatabase &database)
{
    JournalHead head;
    int rows = 0;
    return database
        .each("SELECT sequence, at, chain FROM head",
            [&](const SqliteStatement &row) {
                head = {row.number(0), domain::timestampFromMs(row.number(1)), JournalChain::of(row.blob(2))};
                ++rows;
                return Result<bool>{true};
            })
        .and_then([&](bool) -> Result<JournalHead> {
            if (rows != 1) {
                return SqliteDatabase::damage("The journal has no head.");
            }
            return head;
        });
}

Result<Span> findSpan(SqliteDatabase &database, const JournalHead &head, const JournalCheckLimits &limits)
{
    Span span;
    bool isThere = false;
    return database.number("SELECT min(sequence) FROM anchors")
        .and_then([&](std::int64_t beginning) {
            const bool isWhole = head.sequence - beginning <= limits.whole;
            const std::int64_t latest = isWhole ? beginning : head.sequence - limits.tail;
            span.beginning = beginning;
            return database.each("SELECT sequence, chain FROM anchors WHERE sequence <= " +
                                     std::to_string(latest) + " ORDER BY sequence DESC LIMIT 1",
                [&](const SqliteStatement &row) {
                    span.start = row.number(0);
                    span.sum = JournalChain::of(row.blob(1));
                    isThere = true;
                    return Result<bool>{true};
                });
        })
        .and_then([&](bool) -> Result<Span> {
            if (!isThere) {
                return SqliteDatabase::damage("The journal has no beginning.");
            }
            return span;
        });
}

void expect(Expected &expected, const std::string &kind, const std::string &subject, std::int64_t sequence)
{
    using namespace journal_schema;
    if (kind == intentKind || kind == stateKind || kind == carriedKind) {
        expected['o' + subject] = sequence;
    } else if (kind == fillKind) {
        expected['f' + subject] = sequence;
    } else if (kind == noteKind) {
        expected['n' + subject] = sequence;
    } else if (kind == forgottenKind) {
        expected.erase('n' + subject);
    }
}

Result<Expected> followChain(
    SqliteDatabase &database, JournalChain &chain, const Span &span, const JournalHead &head)
{
    Expected expected;
    std::int64_t last = span.start;
    JournalChain::Sum sum = span.sum;
    domain::Timestamp at = head.at;
    const auto broken = [](std::int64_t sequence) {
        return SqliteDatabase::damage(
            "Its chain of checksums is broken at entry " + std::to_string(sequence) + ".");
    };
    return database
        .each("SELECT sequence, at, kind, subject, payload, chain FROM entries WHERE sequence > " +
                  std::to_string(span.start) + " ORDER BY sequence",
            [&](const SqliteStatement &row) -> Result<bool> {
                const std::string kind = row.text(2);
                const std::string subject = row.text(3);
                const std::string payload = row.text(4);
                at = domain::timestampFromMs(row.number(1));
                sum = chain.next(sum, {++last, at, kind, subject, payload});
                if (row.number(0) != last || row.blob(5) != JournalChain::view(sum)) {
                    return broken(last);
                }
                expect(expected, kind, subject, last);
                return true;
            })
        .and_then([&](bool) -> Result<Expected> {
            if (last != head.sequence || sum != head.chain || at != head.at) {
                return broken(last);
            }
            return std::move(expected);
        });
}

/// Damage where the query counts anything.
Result<bool> countsNothing(SqliteDatabase &database, const std::string &sql, const char *otherwise)
{
    return database.number(sql).and_then([&](std::int64_t count) -> Result<bool> {
        if (count != 0) {
            return SqliteDatabase::damage(otherwise);
        }
        return true;
    });
}

/// Every anchor that has its entry must carry that entry's sum, and no entry may be missing before it.
Result<bool> checkAnchors(SqliteDatabase &database, const Span &span, const JournalHead &head)
{
    return countsNothing(database,
        "SELECT (SELECT count(*) FROM anchors a LEFT JOIN entries e ON e.sequence = a.sequence WHERE "
        "a.sequence > (SELECT min(sequence) FROM anchors) AND e.chain IS NOT a.chain) + (SELECT count(*) "
        "FROM entries WHERE sequence <= " +
            std::to_string(span.beginning) + ") + ((SELECT count(*) FROM entries) <> " +
            std::to_string(head.sequence - span.beginning) + ")",
        "Entries of the journal are missing.");
}

constexpr const char *tables = "SELECT 'o' || client_order_id, entry FROM orders UNION ALL "
                               "SELECT 'f' || symbol || ' ' || trade_id, entry FROM fills UNION ALL "
                               "SELECT 'n' || name, entry FROM notes";

Result<bool> checkPayloads(SqliteDatabase &database)
{
    return countsNothing(database,
        "SELECT (SELECT count(*) FROM orders t LEFT JOIN entries e ON e.sequence = t.entry WHERE e.payload "
        "IS NOT t.payload OR json_extract(t.payload, '$.phase') IS NOT t.phase) + (SELECT count(*) FROM "
        "fills t LEFT JOIN entries e ON e.sequence = t.entry WHERE e.payload IS NOT t.payload) + (SELECT "
        "count(*) FROM notes t LEFT JOIN entries e ON e.sequence = t.entry WHERE e.payload IS NOT t.payload)",
        "Its tables contradict its log.");
}

Result<bool> checkTables(SqliteDatabase &database, Expected expected)
{
    return database
        .each(tables,
            [&](const SqliteStatement &row) -> Result<bool> {
                const auto found = expected.find(row.text(0));
                if (found == expected.end() || found->second != row.number(1)) {
                    return SqliteDatabase::damage(
                        "Its tables contradict its log at entry " + row.text(1) + ".");
                }
                expected.erase(found);
                return true;
            })
        .and_then([&](bool) -> Result<bool> {
            if (!expected.empty()) {
                return SqliteDatabase::damage("Its tables lack what its log holds.");
            }
            return true;
        });
}

} // namespace

Result<bool> checkPages(SqliteDatabase &database, bool isWhole)
{
    return database.value(isWhole ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)")
        .and_then([](const std::string &health) -> Result<bool> {
            if (health != "ok") {
                return SqliteDatabase::damage("The file is damaged.");
            }
            return true;
        });
}

Result<JournalHead> check(SqliteDatabase &database, JournalChain &chain, const JournalCheckLimits &limits)
{
    const auto head = readHead(database);
    if (!head) {
        return head;
    }
    const auto span = findSpan(database, *head, limits);
    if (!span) {
        return tl::unexpected{span.error()};
    }
    const bool isWhole = span->start == span->beginning;
    return checkPages(database, isWhole)
        .and_then([&](bool) { return checkAnchors(database, *span, *head); })
        .and_then([&](bool) { return followChain(database, chain, *span, *head); })
        .and_then([&](Expected expected) -> Result<bool> {
            if (!isWhole) {
                return true; // the log's beginning was not read
            }
            return checkTables(database, std::move(expected));
        })
        .and_then([&](bool) { return checkPayloads(database); })
        .map([&](bool) { return *head; });
}

} // namespace app::journal_check
