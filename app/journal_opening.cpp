#include "app/client_order_ids.h"
#include "app/journal_file.h"
#include "app/journal_place.h"
#include "app/journal_salvage.h"
#include "app/journal_schema.h"
#include "app/journal_text.h"

#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>

#include <array>
#include <utility>

namespace app
{
namespace
{

using namespace journal_schema;
using domain::Error;
using domain::ErrorCode;
using domain::failure;
using domain::Order;
using domain::OrderPhase;
using domain::Result;

constexpr int sqliteError = 1;
constexpr int sqliteReadOnly = 8;
constexpr int reservePages = 64;

bool isOnThisMachine(const QString &path, const JournalFileOptions &options)
{
    return options.vfs.empty() && path != QStringLiteral(":memory:");
}

/// Whether the file is beyond use. Of one that is known to have been ours the header may say anything.
bool isBeyondUse(const Error &error, bool isKnown, const QString &path)
{
    return SqliteDatabase::isDamage(error) ||
           (isKnown && (error.venueCode == sqliteError ||
                           (error.venueCode == sqliteReadOnly && QFileInfo{path}.isWritable())));
}

tl::unexpected<Error> prefixed(const QString &path, Error error)
{
    error.detail = "The journal " + journal_place::nameOf(path) + " cannot be used. " + error.detail;
    return tl::unexpected{std::move(error)};
}

} // namespace

Result<JournalFile> JournalFile::open(
    const QString &path, domain::Timestamp now, const JournalFileOptions &options)
{
    if (!isOnThisMachine(path, options)) {
        return tryOpen(path, now, options, std::nullopt).and_then([](JournalFile file) {
            return file.startAnew().map([&](bool) { return std::move(file); });
        });
    }
    auto mark = JournalMark::open(path);
    if (!mark) {
        return tl::unexpected{mark.error()};
    }
    const auto prior = mark->read();
    const auto start = [&](JournalFile opened) -> Result<JournalFile> {
        (void)opened.restoreReserve(); // without one the journal still works
        auto started = opened.startAnew();
        if (!started && SqliteDatabase::isFull(started.error())) {
            started = opened.useReserve().and_then([&](bool) { return opened.startAnew(); });
        }
        if (!started) {
            opened.abandon();
            return prefixed(path, started.error());
        }
        return opened;
    };
    const bool isGone = prior && QFileInfo{path}.size() == 0;
    auto file = isGone ? rebuild(path, now, options).and_then(start)
                       : tryOpen(path, now, options, prior).and_then(start);
    if (!file && !isGone && isBeyondUse(file.error(), prior.has_value(), path)) {
        file = rebuild(path, now, options).and_then(start);
    }
    if (!file) {
        return file;
    }
    file->m_mark.emplace(std::move(*mark));
    file->writeMark(true);
    if (const QString concern = journal_place::concern(path); !concern.isEmpty()) {
        file->m_notice += file->m_notice.isEmpty() ? concern : QString{u' ' + concern};
    }
    return file;
}

Result<JournalFile> JournalFile::openAgain(const JournalFile &like)
{
    auto file = tryOpen(like.m_path, like.m_head.at, like.m_options, like.markValue());
    if (!file) {
        return file;
    }
    file->m_installId = like.m_installId;
    file->m_boot = like.m_boot;
    file->m_past = like.m_past;
    file->m_notice = like.m_notice;
    if (like.m_mark) {
        if (auto mark = JournalMark::open(like.m_path)) {
            file->m_mark.emplace(std::move(*mark));
        }
    }
    return file;
}

void JournalFile::closeHandle()
{
    m_statements = {};
    m_database = {};
}

/// The damaged file is kept under another name; what can be read of it begins a new one.
Result<JournalFile> JournalFile::rebuild(
    const QString &path, domain::Timestamp now, const JournalFileOptions &options)
{
    const bool isThere = QFileInfo{path}.size() > 0;
    QString kept;
    Salvaged salvaged;
    if (isThere || (QFileInfo::exists(path + QStringLiteral("-wal")) && journal_place::makeFile(path))) {
        const auto aside = journal_place::setAside(path, now);
        if (!aside) {
            return tl::unexpected{aside.error()};
        }
        kept = *aside;
        salvaged = journal_salvage::salvage(kept);
    }
    auto file = tryOpen(path, now, options, std::nullopt);
    if (!file) {
        return file;
    }
    const auto taken = file->takeOver(salvaged, now);
    file->m_isRebuilt = true;
    const QString advice = QStringLiteral("Compare your open orders with the exchange's own list.");
    if (!isThere) {
        file->m_notice = QStringLiteral("The journal was missing and a new one was begun. ") + advice;
    } else {
        file->m_notice =
            QStringLiteral("The journal was damaged. It was kept as “%1” and a new one was begun, "
                           "with %2 orders, %3 fills and %4 notes that could be read. %5")
                .arg(kept)
                .arg(taken ? salvaged.orders.size() : 0)
                .arg(taken ? salvaged.fills.size() : 0)
                .arg(taken ? salvaged.notes.size() : 0)
                .arg(advice);
    }
    return file;
}

Result<JournalFile> JournalFile::tryOpen(const QString &path, domain::Timestamp now,
    const JournalFileOptions &options, const std::optional<JournalMark::Value> &prior)
{
    if (isOnThisMachine(path, options)) {
        if (const auto made = journal_place::makeFile(path); !made) {
            return tl::unexpected{made.error()};
        }
    }
    auto database = SqliteDatabase::open(QFile::encodeName(path).toStdString(), options.vfs);
    if (!database) {
        return prefixed(path, database.error());
    }
    JournalFile file{std::move(*database)};
    file.m_path = path;
    file.m_options = options;
    const auto ready = file.prepareConnection()
                           .and_then([&](bool) { return file.migrate(now, prior.has_value()); })
                           .and_then([&](bool) { return file.prepareStatements(); })
                           .and_then([&](bool) { return file.verify(); })
                           .and_then([&](bool) { return file.compareWith(prior); })
                           .and_then([&](bool) { return file.mergeLog(); });
    if (!ready) {
        file.m_database.abandon();
        return prefixed(path, ready.error());
    }
    return file;
}

/// An older copy of the journal is whole in itself; only what is kept beside it tells.
Result<bool> JournalFile::compareWith(const std::optional<JournalMark::Value> &prior)
{
    const auto install = m_database.value("SELECT value FROM meta WHERE name = 'install_id'");
    const auto boot = m_database.number("SELECT value FROM meta WHERE name = 'boot'");
    if (!install || !boot) {
        return tl::unexpected{install ? boot.error() : install.error()};
    }
    if (prior && (prior->installId != *install || prior->boot > *boot || prior->sequence > m_head.sequence)) {
        return SqliteDatabase::damage("It is not as new as it was: an older copy was put in its place, or a "
                                      "part of it was removed.");
    }
    return true;
}

/// Everything into the file itself. After a sync that failed the log's newest pages may be in memory only;
/// what is written behind them would be lost with them.
Result<bool> JournalFile::mergeLog()
{
    const auto merged = m_database.value("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!merged && !SqliteDatabase::isFull(merged.error())) {
        return tl::unexpected{merged.error()};
    }
    return true;
}

Result<bool> JournalFile::takeOver(const Salvaged &salvaged, domain::Timestamp now)
{
    return inTransaction(now, [&]() -> Result<bool> {
        Result<bool> done = true;
        for (std::size_t n = 0; done && n < salvaged.orders.size(); ++n) {
            done = addOrder(salvaged.orders[n], carriedKind);
        }
        for (std::size_t n = 0; done && n < salvaged.fills.size(); ++n) {
            done = addOne(salvaged.fills[n]);
        }
        for (std::size_t n = 0; done && n < salvaged.notes.size(); ++n) {
            done = addOne(salvaged.notes[n]);
        }
        return done;
    });
}

// ---- the reserve

Result<bool> JournalFile::useReserve()
{
    if (isOnThisMachine(m_path, m_options)) {
        journal_place::freeReserve(m_path);
    }
    return boundPages(reservePages);
}

Result<bool> JournalFile::restoreReserve()
{
    const auto pages = m_database.number("PRAGMA page_count");
    if (!pages) {
        return tl::unexpected{pages.error()};
    }
    const bool hasRoom = m_options.maxPages == 0 || *pages < m_options.maxPages;
    if (!hasRoom || (isOnThisMachine(m_path, m_options) && !journal_place::makeReserve(m_path))) {
        return failure(ErrorCode::Storage, "The disk is full; free some space.");
    }
    return boundPages(0);
}

Result<bool> JournalFile::boundPages(int more)
{
    if (m_options.maxPages == 0) {
        return true;
    }
    return m_database.value("PRAGMA max_page_count = " + std::to_string(m_options.maxPages + more))
        .map([](const std::string &) { return true; });
}

Result<bool> JournalFile::testCommit(domain::Timestamp now)
{
    return m_database.execute(
        "INSERT OR REPLACE INTO meta VALUES ('tested_at', " + std::to_string(domain::toMs(now)) + ")");
}

// ---- what opening consists of

Result<bool> JournalFile::prepareConnection()
{
    // Exclusive before WAL: the file is then locked for good and needs no shared memory. EXTRA before WAL: a
    // new file is switched to it with a rollback journal, whose removal must not come undone by a power cut.
    const auto begun = m_database.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; "
                                          "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; "
                                          "PRAGMA secure_delete = OFF; PRAGMA synchronous = EXTRA;");
    if (!begun) {
        return begun;
    }
    const auto mode = m_database.value("PRAGMA journal_mode = WAL");
    if (!mode) {
        return tl::unexpected{mode.error()};
    }
    if (*mode != "wal" && *mode != "memory") {
        return failure(ErrorCode::Storage,
            "Its disk does not support what a safe journal needs; choose a data directory on a local disk.");
    }
    const auto safe = m_database.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    if (!safe) {
        return safe;
    }
    return boundPages(0);
}

Result<bool> JournalFile::migrate(domain::Timestamp now, bool isKnown)
{
    const auto found = inspect(m_database, isKnown);
    if (!found) {
        return tl::unexpected{found.error()};
    }
    if (found->version == currentVersion) {
        return true;
    }
    if (!found->isNew) {
        const auto health = m_database.value("PRAGMA integrity_check(1)");
        if (!health) {
            return tl::unexpected{health.error()};
        }
        if (*health != "ok") {
            return SqliteDatabase::damage("The file is damaged.");
        }
    }
    Result<bool> done = m_database.execute("BEGIN IMMEDIATE");
    for (int version = found->version + 1; done && version <= currentVersion; ++version) {
        done = raiseTo(m_database, version, now);
        if (done && version == 2) {
            done = takeOverVersion1(now);
        }
    }
    if (done) {
        done = m_database.execute("COMMIT");
    }
    if (!done) {
        (void)m_database.execute("ROLLBACK");
    }
    return done;
}

/// Version 1 had no log: its orders become the first entries of one.
Result<bool> JournalFile::takeOverVersion1(domain::Timestamp now)
{
    m_head = {0, now, m_chain.genesis()};
    if (const auto ready = prepareStatements(); !ready) {
        return ready;
    }
    m_statements.setAnchor.bind(0, std::int64_t{0});
    m_statements.setAnchor.bindBlob(1, JournalChain::view(m_head.chain));
    if (const auto anchored = m_statements.setAnchor.run(); !anchored) {
        return anchored;
    }
    std::vector<Order> orders;
    if (const auto read = readVersion1(m_database, orders); !read) {
        return read;
    }
    for (const Order &order : orders) {
        if (const auto added = addOrder(order, carriedKind); !added) {
            return added;
        }
    }
    return writeHead().and_then([&](bool) { return m_database.execute("DROP TABLE intents"); });
}

Result<bool> JournalFile::prepareStatements()
{
    const std::array<std::pair<SqliteStatement *, const char *>, 10> all{{
        {&m_statements.begin, "BEGIN IMMEDIATE"},
        {&m_statements.commit, "COMMIT"},
        {&m_statements.addEntry, "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)"},
        {&m_statements.addOrder,
            "INSERT INTO orders (client_order_id, phase, entry, payload) VALUES (?, ?, ?, ?)"},
        {&m_statements.setOrder,
            "UPDATE orders SET phase = ?2, entry = ?3, payload = ?4 WHERE client_order_id = ?1"},
        {&m_statements.addFill, "INSERT OR REPLACE INTO fills VALUES (?, ?, ?, ?)"},
        {&m_statements.setNote, "INSERT OR REPLACE INTO notes VALUES (?, ?, ?)"},
        {&m_statements.dropNote, "DELETE FROM notes WHERE name = ?"},
        {&m_statements.setHead, "INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?)"},
        {&m_statements.setAnchor, "INSERT OR REPLACE INTO anchors VALUES (?, ?)"},
    }};
    for (const auto &[statement, sql] : all) {
        auto prepared = m_database.prepare(sql);
        if (!prepared) {
            return tl::unexpected{prepared.error()};
        }
        *statement = std::move(*prepared);
    }
    return true;
}

Result<bool> JournalFile::verify()
{
    return journal_check::check(m_database, m_chain, m_options.check).map([this](const JournalHead &head) {
        m_head = head;
        return true;
    });
}

Result<bool> JournalFile::startAnew()
{
    return countStart().and_then([this](bool) { return loadPast(); });
}

Result<bool> JournalFile::countStart()
{
    const auto install = m_database.value("SELECT value FROM meta WHERE name = 'install_id'");
    const auto boot = m_database.number("SELECT value FROM meta WHERE name = 'boot'");
    if (!install || !boot) {
        return tl::unexpected{install ? boot.error() : install.error()};
    }
    m_installId = *install;
    m_boot = static_cast<std::uint32_t>(*boot) + 1;
    if (m_installId.empty() || m_boot >= client_order_ids::bootLimit) {
        m_installId = client_order_ids::installId(
            m_options.installNumber ? *m_options.installNumber : QRandomGenerator::system()->generate());
        m_boot = 1;
    }
    // On the disk before the first id is made of it, so that no id ever returns after a crash.
    auto statement = m_database.prepare("INSERT OR REPLACE INTO meta VALUES ('install_id', ?), ('boot', ?)");
    if (!statement) {
        return tl::unexpected{statement.error()};
    }
    statement->bind(0, m_installId);
    statement->bind(1, std::to_string(m_boot));
    return statement->run();
}

Result<bool> JournalFile::loadPast()
{
    auto unresolved = select("WHERE phase <> 'DONE' ORDER BY number");
    if (!unresolved) {
        return tl::unexpected{unresolved.error()};
    }
    for (Order &order : *unresolved) {
        if (order.phase == OrderPhase::Queued) {
            order.phase = OrderPhase::InFlight; // the intent was the last thing heard of it: it may have left
        }
    }
    auto rows = m_database.prepare("SELECT payload FROM notes");
    if (!rows) {
        return tl::unexpected{rows.error()};
    }
    domain::JournalPast past;
    past.unresolved = std::move(*unresolved);
    past.isRebuilt = m_isRebuilt;
    past.lastWrittenAt = m_head.at;
    for (;;) {
        const auto row = rows->step();
        if (!row) {
            return row;
        }
        if (!*row) {
            break;
        }
        auto note = journal_text::readNote(rows->text(0));
        if (!note) {
            return SqliteDatabase::damage(note.error().detail);
        }
        past.notes.insert_or_assign(std::move(note->name), std::move(note->value));
    }
    const auto fills = loadRecentFills(past.fills);
    if (!fills) {
        return fills;
    }
    m_past = std::move(past);
    return true;
}

Result<bool> JournalFile::loadRecentFills(std::vector<domain::Fill> &fills)
{
    // A busy day makes tens of thousands of entries; two days are asked for.
    constexpr std::int64_t newestEntries = 200'000;
    auto rows = m_database.prepare("SELECT payload FROM fills WHERE entry > ? ORDER BY entry");
    if (!rows) {
        return tl::unexpected{rows.error()};
    }
    rows->bind(0, m_head.sequence - newestEntries);
    for (;;) {
        const auto row = rows->step();
        if (!row || !*row) {
            return row.map([](bool) { return true; });
        }
        auto fill = journal_text::readFill(rows->text(0));
        if (!fill) {
            return SqliteDatabase::damage(fill.error().detail);
        }
        fills.push_back(std::move(*fill));
    }
}

} // namespace app
