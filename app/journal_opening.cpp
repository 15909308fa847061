#include "app/client_order_ids.h"
#include "app/journal_file.h"
#include "app/journal_place.h"
#include "app/journal_rows.h"
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
    const qint64 size = QFileInfo{path}.size();
    const bool isGone = prior && size == 0;
    auto file = (isGone ? rebuild(path, now, options) : tryOpen(path, now, options, prior)).and_then(start);
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

/// The damaged file is kept under another name; what can be read of it begins a new one. Where that fails,
/// the damaged file is back in its place: the next start tries again, and forgets no open order.
Result<JournalFile> JournalFile::rebuild(
    const QString &path, domain::Timestamp now, const JournalFileOptions &options)
{
    const bool isThere = QFileInfo{path}.size() > 0;
    QString kept;
    Salvaged salvaged;
    const QString log = path + QStringLiteral("-wal");
    if (isThere || QFileInfo::exists(log)) {
        const auto aside =
            journal_place::makeFile(path).and_then([&](bool) { return journal_place::setAside(path, now); });
        if (!aside) {
            return tl::unexpected{aside.error()};
        }
        kept = *aside;
        salvaged = journal_salvage::salvage(kept);
    }
    journal_place::freeReserve(path); // on a full disk there is room for a new file then
    auto file = tryOpen(path, now, options, std::nullopt).and_then([&](JournalFile fresh) {
        return fresh.takeOver(salvaged, now)
            .map([&](bool) { return std::move(fresh); })
            .map_error([&](Error error) { return prefixed(path, std::move(error)).value(); });
    });
    if (!file) {
        journal_place::putBack(kept, path);
        return file;
    }
    file->m_isRebuilt = true;
    const QString advice = QStringLiteral("Compare your open orders with the exchange's own list.");
    if (!isThere) {
        file->m_notice = QStringLiteral("The journal was missing and a new one was begun. ") + advice;
    } else {
        file->m_notice =
            QStringLiteral("The journal was damaged. It was kept as “%1” and a new one was begun, "
                           "with %2 orders, %3 fills and %4 notes that could be read. %5")
                .arg(kept)
                .arg(salvaged.orders.size())
                .arg(salvaged.fills.size())
                .arg(salvaged.notes.size())
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
    return readStart().and_then([&](bool) -> Result<bool> {
        if (prior &&
            (prior->installId != m_installId || prior->boot > m_boot || prior->sequence > m_head.sequence)) {
            return SqliteDatabase::damage(
                "It is not as new as it was: an older copy was put in its place, or a "
                "part of it was removed.");
        }
        return true;
    });
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
        const auto one = [this](const auto &entry) { return addOne(entry); };
        return addEach(salvaged.orders, [this](const Order &order) {
            return addOrder(order, carriedKind);
        }).and_then([&](bool) {
              return addEach(salvaged.fills, one);
          }).and_then([&](bool) { return addEach(salvaged.notes, one); });
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
    return m_database.number("PRAGMA page_count").and_then([this](std::int64_t pages) -> Result<bool> {
        const bool hasRoom = m_options.maxPages == 0 || pages < m_options.maxPages;
        if (!hasRoom || (isOnThisMachine(m_path, m_options) && !journal_place::makeReserve(m_path))) {
            return failure(ErrorCode::Storage, "The disk is full; free some space.");
        }
        return boundPages(0);
    });
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
    return m_database
        .execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; "
                 "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; "
                 "PRAGMA secure_delete = OFF; PRAGMA synchronous = EXTRA;")
        .and_then([this](bool) { return m_database.value("PRAGMA journal_mode = WAL"); })
        .and_then([this](const std::string &mode) -> Result<bool> {
            if (mode != "wal" && mode != "memory") {
                return failure(ErrorCode::Storage, "Its disk does not support what a safe journal needs; "
                                                   "choose a data directory on a local disk.");
            }
            return m_database.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
        })
        .and_then([this](bool) { return boundPages(0); });
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
    Result<bool> done = found->isNew ? Result<bool>{true} : journal_check::checkPages(m_database, true);
    done = done.and_then([this](bool) { return m_database.execute("BEGIN IMMEDIATE"); });
    for (int version = found->version + 1; done && version <= currentVersion; ++version) {
        done = raiseTo(m_database, version, now).and_then([&](bool) {
            return version == 2 ? takeOverVersion1(now) : Result<bool>{true};
        });
    }
    done = done.and_then([this](bool) { return m_database.execute("COMMIT"); });
    if (!done) {
        (void)m_database.execute("ROLLBACK");
    }
    return done;
}

/// Version 1 had no log: its orders become the first entries of one.
Result<bool> JournalFile::takeOverVersion1(domain::Timestamp now)
{
    m_head = {0, now, m_chain.genesis()};
    std::vector<Order> orders;
    return prepareStatements()
        .and_then([this](bool) { return setAnchor(0, m_head.chain); })
        .and_then([&](bool) { return readVersion1(m_database, orders); })
        .and_then([&](bool) {
            return addEach(orders, [this](const Order &order) { return addOrder(order, carriedKind); });
        })
        .and_then([this](bool) { return writeHead(); })
        .and_then([this](bool) { return m_database.execute("DROP TABLE intents"); });
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
    if (const auto known = readStart(); !known) {
        return known;
    }
    ++m_boot;
    if (m_installId.empty() || m_boot >= client_order_ids::bootLimit) {
        m_installId = client_order_ids::installId(
            m_options.installNumber ? *m_options.installNumber : QRandomGenerator::system()->generate());
        m_boot = 1;
    }
    // On the disk before the first id is made of it, so that no id ever returns after a crash.
    return m_database.prepare("INSERT OR REPLACE INTO meta VALUES ('install_id', ?), ('boot', ?)")
        .and_then([this](SqliteStatement statement) {
            statement.bind(0, m_installId);
            statement.bind(1, std::to_string(m_boot));
            return statement.run();
        });
}

/// The last start that was counted.
Result<bool> JournalFile::readStart()
{
    return m_database.value("SELECT value FROM meta WHERE name = 'install_id'")
        .and_then([this](std::string install) {
            m_installId = std::move(install);
            return m_database.number("SELECT value FROM meta WHERE name = 'boot'");
        })
        .map([this](std::int64_t boot) {
            m_boot = static_cast<std::uint32_t>(boot);
            return true;
        });
}

Result<bool> JournalFile::loadPast()
{
    domain::JournalPast past;
    past.isRebuilt = m_isRebuilt;
    past.lastWrittenAt = m_head.at;
    return select("WHERE phase <> 'DONE' ORDER BY number")
        .and_then([&](std::vector<Order> unresolved) {
            for (Order &order : unresolved) {
                if (order.phase == OrderPhase::Queued) {
                    // The intent was the last thing heard of it: it may have left.
                    order.phase = OrderPhase::InFlight;
                }
            }
            past.unresolved = std::move(unresolved);
            return notes({});
        })
        .and_then([&](std::vector<domain::JournalNote> all) {
            for (domain::JournalNote &note : all) {
                past.notes.insert_or_assign(std::move(note.name), std::move(note.value));
            }
            return loadRecentFills(past.fills);
        })
        .map([&](bool) {
            m_past = std::move(past);
            return true;
        });
}

Result<std::vector<domain::JournalNote>> JournalFile::notes(const std::string &condition)
{
    std::vector<domain::JournalNote> all;
    return m_database
        .each("SELECT payload FROM notes " + condition,
            [&](const SqliteStatement &row) { return keepRow(journal_text::readNote(row.text(0)), all); })
        .map([&](bool) { return std::move(all); });
}

Result<bool> JournalFile::loadRecentFills(std::vector<domain::Fill> &fills)
{
    // A busy day makes tens of thousands of entries; two days are asked for.
    constexpr std::int64_t newestEntries = 200'000;
    return m_database.each("SELECT payload FROM fills WHERE entry > " +
                               std::to_string(m_head.sequence - newestEntries) + " ORDER BY entry",
        [&](const SqliteStatement &row) { return keepRow(journal_text::readFill(row.text(0)), fills); });
}

} // namespace app
