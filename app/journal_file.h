#pragma once

#include "app/journal_chain.h"
#include "app/journal_check.h"
#include "app/journal_place.h"
#include "app/sqlite_database.h"
#include "models/domain/orders/journal_entry.h"
#include "models/domain/time.h"

#include <QString>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace app
{

struct Salvaged;

struct JournalFileOptions
{
    int maxPages = 0; ///< largest size of the file in pages of 4096 bytes; 0: as large as the disk allows
    std::string vfs;  ///< SQLite's name of the file system; empty: the machine's own
    std::optional<std::uint32_t> installNumber; ///< what a new install id is made of; none: a random one
    JournalCheckLimits check;
};

/// The journal's file and its tables, without threads. Every call that writes has committed when it is back.
/// Errors are ErrorCode::Storage.
class JournalFile
{
public:
    /// Opens or makes the file, brings the schema up to date, holds it against its checksums and counts this
    /// start. A damaged file, or one older than the mark beside it, is set aside; what can be read of it
    /// begins a new one with a new install id. The path ":memory:" and files of another vfs are not looked
    /// after (rights, links, mark, reserve, setting aside): a damaged one is an error then.
    static domain::Result<JournalFile> open(
        const QString &path, domain::Timestamp now, const JournalFileOptions &options = {});

    /// The same journal on a new handle, after abandon(); no start is counted. Damage is an error.
    static domain::Result<JournalFile> openAgain(const JournalFile &like);

    const QString &notice() const { return m_notice; }
    const std::string &installId() const { return m_installId; }
    std::uint32_t boot() const { return m_boot; }
    /// What was there when this start was counted.
    const domain::JournalPast &past() const { return m_past; }
    const JournalHead &head() const { return m_head; }
    /// Counts a start on the open file, as if it had been closed and opened: for simulations in memory.
    domain::Result<bool> startAnew();

    /// In one transaction, all or none. An intent's client order id is one of client_order_ids and new.
    domain::Result<bool> append(std::span<const domain::JournalEntry> entries, domain::Timestamp now);
    /// Several appends in one transaction, all or none.
    domain::Result<bool> appendAll(std::span<const domain::JournalEntries> appends, domain::Timestamp now);
    /// The last own orders, newest first.
    domain::Result<std::vector<domain::Order>> recent(int limit);
    /// Oldest first.
    domain::Result<std::vector<domain::OrderMoment>> story(const std::string &clientOrderId);
    domain::Result<std::int64_t> unresolvedCount();
    /// Bytes of the database, without the part that is not merged yet.
    domain::Result<std::int64_t> bytes();
    /// The sum of an entry; none where the log does not reach that far.
    domain::Result<std::optional<JournalChain::Sum>> sumAt(std::int64_t sequence);
    /// When the disk is full: frees what was kept for that, room for some hundred states. A file beside the
    /// journal, since in WAL mode even dropping a table takes new pages; of a file bounded by maxPages, 64
    /// pages.
    domain::Result<bool> useReserve();
    /// Keeps it again. Storage: there is no room for it yet.
    domain::Result<bool> restoreReserve();
    /// Writes a little something.
    domain::Result<bool> testCommit(domain::Timestamp now);
    /// Holds the file against its checksums again.
    domain::Result<bool> verify();
    SqliteDatabase &database() { return m_database; }
    const QString &path() const { return m_path; }
    /// The entry before which everything older than maxAge, or beyond maxEntries, ends; 0 where too little
    /// does.
    domain::Result<std::int64_t> pruneBefore(
        domain::Timestamp now, domain::Milliseconds maxAge, std::int64_t maxEntries);
    /// Takes the log's oldest part away, for good: make a backup first. Orders that are not over and notes
    /// are carried to its end; the rest of the chain hangs on an anchor.
    domain::Result<bool> prune(std::int64_t before, domain::Timestamp now);
    /// Leaves the file as it is when this goes: for a handle that has failed, which must write nothing more.
    void abandon() { m_database.abandon(); }
    /// After abandon(): nothing but openAgain() and the values may be asked for.
    void closeHandle();

private:
    struct Statements
    {
        SqliteStatement begin, commit, addEntry, addOrder, setOrder, addFill, setNote, dropNote, setHead,
            setAnchor;
    };
    explicit JournalFile(SqliteDatabase database) : m_database{std::move(database)} {}
    static domain::Result<JournalFile> tryOpen(const QString &path, domain::Timestamp now,
        const JournalFileOptions &options, const std::optional<JournalMark::Value> &prior);
    static domain::Result<JournalFile> rebuild(
        const QString &path, domain::Timestamp now, const JournalFileOptions &options);
    domain::Result<bool> prepareConnection();
    domain::Result<bool> boundPages(int more);
    domain::Result<bool> migrate(domain::Timestamp now, bool isKnown);
    domain::Result<bool> compareWith(const std::optional<JournalMark::Value> &prior);
    domain::Result<bool> mergeLog();
    domain::Result<bool> takeOver(const Salvaged &salvaged, domain::Timestamp now);
    domain::Result<bool> writeHead();
    std::optional<JournalMark::Value> markValue() const;
    void writeMark(bool isAwaited);
    domain::Result<bool> takeOverVersion1(domain::Timestamp now);
    domain::Result<bool> prepareStatements();
    domain::Result<bool> countStart();
    domain::Result<bool> readStart();
    domain::Result<bool> loadPast();
    domain::Result<bool> loadRecentFills(std::vector<domain::Fill> &fills);
    domain::Result<bool> inTransaction(
        domain::Timestamp now, const std::function<domain::Result<bool>()> &work);
    domain::Result<bool> addAll(std::span<const domain::JournalEntry> entries);
    domain::Result<bool> add(const domain::JournalEntry &entry);
    domain::Result<bool> addOne(const domain::JournalIntent &intent);
    domain::Result<bool> addOne(const domain::JournalState &state);
    domain::Result<bool> addOne(const domain::Fill &fill);
    domain::Result<bool> addOne(const domain::OrderMoment &moment);
    domain::Result<bool> addOne(const domain::JournalNote &note);
    domain::Result<bool> addOrder(const domain::Order &order, const char *kind);
    domain::Result<bool> carryOver(std::int64_t before);
    domain::Result<bool> link(const char *kind, const std::string &subject, const std::string &payload);
    domain::Result<bool> setAnchor(std::int64_t sequence, const JournalChain::Sum &sum);
    /// add(value) for each, up to the first error.
    template <class Values, class Add> static domain::Result<bool> addEach(const Values &values, Add add)
    {
        for (const auto &value : values) {
            if (auto added = add(value); !added) {
                return added;
            }
        }
        return true;
    }
    domain::Result<std::vector<domain::Order>> select(const std::string &condition);
    domain::Result<std::vector<domain::JournalNote>> notes(const std::string &condition);

    SqliteDatabase m_database;
    Statements m_statements;
    JournalChain m_chain;
    JournalHead m_head; ///< inside a transaction: what it will be
    QString m_path;
    JournalFileOptions m_options;
    std::optional<JournalMark> m_mark; ///< none where the file is not looked after
    bool m_isRebuilt = false;
    QString m_notice;
    std::string m_installId;
    std::uint32_t m_boot = 0;
    domain::JournalPast m_past;
};

} // namespace app
