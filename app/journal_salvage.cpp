#include "app/journal_salvage.h"

#include "app/client_order_ids.h"
#include "app/journal_chain.h"
#include "app/journal_schema.h"
#include "app/journal_text.h"
#include "app/sqlite_database.h"

#include <QFile>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>

namespace app::journal_salvage
{
namespace
{

/// A row of the log, or of a table taken from it.
struct Row
{
    std::int64_t entry = 0;
    std::string payload;
};
using Rows = std::map<std::string, Row>;

/// What the log, as far as its sums are right, says of each subject.
struct Proven
{
    Rows orders;
    Rows fills;
    Rows notes; ///< an empty payload: forgotten
};

/// A copy that goes away by itself.
class Copy
{
public:
    explicit Copy(const QString &of) : m_path{of + QStringLiteral(".reading")}
    {
        remove();
        m_isThere = QFile::copy(of, m_path);
        QFile::copy(of + QStringLiteral("-wal"), m_path + QStringLiteral("-wal"));
    }
    ~Copy() { remove(); }
    Copy(const Copy &) = delete;
    Copy &operator=(const Copy &) = delete;
    bool isThere() const { return m_isThere; }
    std::string path() const { return QFile::encodeName(m_path).toStdString(); }

private:
    void remove() const
    {
        for (const char *ending : {"", "-wal", "-shm"}) {
            QFile::remove(m_path + QLatin1StringView{ending});
        }
    }
    QString m_path;
    bool m_isThere = false;
};

/// Calls take(row) for each row that can be read: from the front up to the damage, then from the back.
/// The first column is a number that the rows are in order of.
template <class Take>
void eachReadable(SqliteDatabase &database, const std::string &columns, const std::string &table,
    const std::string &key, Take take)
{
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    for (const char *direction : {"", " DESC"}) {
        auto rows = database.prepare(
            "SELECT " + columns + " FROM " + table + " NOT INDEXED ORDER BY " + key + direction);
        if (!rows) {
            return;
        }
        const bool isForward = *direction == '\0';
        for (;;) {
            const auto row = rows->step();
            if (!row) {
                break;
            }
            if (!*row || (!isForward && rows->number(0) <= last)) {
                return;
            }
            if (isForward) {
                last = rows->number(0);
            }
            take(*rows);
        }
    }
}

struct Link
{
    domain::Timestamp at;
    std::string kind;
    std::string subject;
    std::string payload;
    JournalChain::Sum sum{};
};

std::map<std::int64_t, Link> readLog(SqliteDatabase &database)
{
    std::map<std::int64_t, Link> log;
    eachReadable(database, "sequence, at, kind, subject, payload, chain", "entries", "sequence",
        [&](const SqliteStatement &row) {
            Link &link = log[row.number(0)];
            link.at = domain::timestampFromMs(row.number(1));
            link.kind = row.text(2);
            link.subject = row.text(3);
            link.payload = row.text(4);
            link.sum = JournalChain::of(row.blob(5));
        });
    return log;
}

Proven prove(SqliteDatabase &database)
{
    using namespace journal_schema;
    JournalChain chain;
    std::map<std::int64_t, JournalChain::Sum> anchors{{0, chain.genesis()}};
    eachReadable(database, "sequence, chain", "anchors", "sequence",
        [&](const SqliteStatement &row) { anchors[row.number(0)] = JournalChain::of(row.blob(1)); });
    Proven proven;
    const auto log = readLog(database);
    for (const auto &[sequence, link] : log) {
        const auto before = log.find(sequence - 1);
        const auto anchor = anchors.find(sequence - 1);
        if (before == log.end() && anchor == anchors.end()) {
            continue;
        }
        const auto &previous = before != log.end() ? before->second.sum : anchor->second;
        if (chain.next(previous, {sequence, link.at, link.kind, link.subject, link.payload}) != link.sum) {
            continue;
        }
        if (link.kind == intentKind || link.kind == stateKind || link.kind == carriedKind) {
            proven.orders[link.subject] = {sequence, link.payload};
        } else if (link.kind == fillKind) {
            proven.fills[link.subject] = {sequence, link.payload};
        } else if (link.kind == noteKind || link.kind == forgottenKind) {
            proven.notes[link.subject] = {sequence, link.kind == noteKind ? link.payload : std::string{}};
        }
    }
    return proven;
}

/// Rows that the log does not vouch for, where they are newer than what it does.
void addUnproven(SqliteDatabase &database, Proven &proven)
{
    eachReadable(database, "number, client_order_id, entry, payload", "orders", "number",
        [&](const SqliteStatement &row) {
            const auto order = journal_text::readOrder(row.text(3));
            Row &known = proven.orders[row.text(1)];
            // That an order is over is believed only with a proof.
            if (order && (known.payload.empty() || (row.number(2) > known.entry && order->isOpen()))) {
                known = {row.number(2), row.text(3)};
            }
        });
    eachReadable(database, "entry, name, payload", "notes", "entry", [&](const SqliteStatement &row) {
        const auto [known, isNew] = proven.notes.try_emplace(row.text(1));
        if (isNew || row.number(0) > known->second.entry) {
            known->second = {row.number(0), row.text(2)};
        }
    });
}

template <class Value, class Read> std::vector<Value> decoded(const Rows &rows, Read read)
{
    std::vector<const Row *> ordered;
    for (const auto &[subject, row] : rows) {
        ordered.push_back(&row);
    }
    std::ranges::sort(ordered, {}, &Row::entry);
    std::vector<Value> values;
    for (const Row *row : ordered) {
        if (auto value = read(row->payload)) {
            values.push_back(std::move(*value));
        }
    }
    return values;
}

} // namespace

Salvaged salvage(const QString &damaged)
{
    Salvaged found;
    const Copy copy{damaged};
    if (!copy.isThere()) {
        return found;
    }
    auto database = SqliteDatabase::open(copy.path());
    const auto ready = database.and_then([](SqliteDatabase &opened) {
        return opened.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF;");
    });
    if (!ready) {
        return found;
    }
    Proven proven = prove(*database);
    addUnproven(*database, proven);
    found.orders = decoded<domain::Order>(proven.orders, journal_text::readOrder);
    found.fills = decoded<domain::Fill>(proven.fills, journal_text::readFill);
    found.notes = decoded<domain::JournalNote>(proven.notes, journal_text::readNote);
    (void)journal_schema::readVersion1(*database, found.orders);
    std::set<std::string> seen;
    std::erase_if(found.orders, [&](const domain::Order &order) {
        return !client_order_ids::isValid(order.clientOrderId()) ||
               !seen.insert(order.clientOrderId()).second;
    });
    database->abandon();
    return found;
}

} // namespace app::journal_salvage
