#include "app/journal_file.h"

#include "app/client_order_ids.h"
#include "app/journal_place.h"
#include "app/journal_schema.h"
#include "app/journal_text.h"

#include <QFile>
#include <QRandomGenerator>

#include <algorithm>
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

constexpr std::int64_t anchorDistance = 10'000; // entries between two sums kept apart

tl::unexpected<Error> prefixed(const QString &path, Error error)
{
    error.detail = "The journal " + journal_place::nameOf(path) + " cannot be used. " + error.detail;
    return tl::unexpected{std::move(error)};
}

} // namespace

Result<JournalFile> JournalFile::open(
    const QString &path, domain::Timestamp now, const JournalFileOptions &options)
{
    auto file = tryOpen(path, now, options);
    const bool isOurs = options.vfs.empty() && path != QStringLiteral(":memory:");
    if (file || !isOurs || !SqliteDatabase::isDamage(file.error())) {
        return file;
    }
    const auto kept = journal_place::setAside(path, now);
    if (!kept) {
        return tl::unexpected{kept.error()};
    }
    file = tryOpen(path, now, options);
    if (file) {
        file->m_past.isRebuilt = true;
        file->m_notice =
            QStringLiteral("The journal was damaged. It was kept as “%1” and a new one was begun. "
                           "Compare your open orders with the exchange's own list.")
                .arg(*kept);
    }
    return file;
}

Result<JournalFile> JournalFile::tryOpen(
    const QString &path, domain::Timestamp now, const JournalFileOptions &options)
{
    const bool isInMemory = path == QStringLiteral(":memory:");
    if (!isInMemory && options.vfs.empty()) {
        if (const auto made = journal_place::makeFile(path); !made) {
            return tl::unexpected{made.error()};
        }
    }
    auto database = SqliteDatabase::open(QFile::encodeName(path).toStdString(), options.vfs);
    if (!database) {
        return prefixed(path, database.error());
    }
    JournalFile file{std::move(*database)};
    file.m_limits = options.check;
    file.m_installNumber = options.installNumber;
    const auto ready = file.prepareConnection(options, isInMemory)
                           .and_then([&](bool) { return file.migrate(now); })
                           .and_then([&](bool) { return file.prepareStatements(); })
                           .and_then([&](bool) { return file.verify(); })
                           .and_then([&](bool) { return file.startAnew(); });
    if (!ready) {
        file.m_database.abandon();
        return prefixed(path, ready.error());
    }
    return file;
}

Result<bool> JournalFile::prepareConnection(const JournalFileOptions &options, bool isInMemory)
{
    // Exclusive before WAL: the file is then locked for good and needs no shared memory. EXTRA before WAL: a
    // new file is switched to it with a rollback journal, whose removal must not come undone by a power cut.
    const auto begun = m_database.execute(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; "
        "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA synchronous = EXTRA;");
    if (!begun) {
        return begun;
    }
    const auto mode = m_database.value("PRAGMA journal_mode = WAL");
    if (!mode) {
        return tl::unexpected{mode.error()};
    }
    if (*mode != "wal" && !isInMemory) {
        return failure(ErrorCode::Storage,
            "Its disk does not support what a safe journal needs; choose a data directory on a local disk.");
    }
    const auto safe = m_database.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    if (!safe) {
        return safe;
    }
    if (options.maxPages > 0) {
        const auto bounded = m_database.value("PRAGMA max_page_count = " + std::to_string(options.maxPages));
        if (!bounded) {
            return tl::unexpected{bounded.error()};
        }
    }
    return true;
}

Result<bool> JournalFile::migrate(domain::Timestamp now)
{
    const auto found = inspect(m_database);
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
    m_statements.addAnchor.bind(0, std::int64_t{0});
    m_statements.addAnchor.bindBlob(1, JournalChain::view(m_head.chain));
    if (const auto anchored = m_statements.addAnchor.run(); !anchored) {
        return anchored;
    }
    const auto orders = ordersOfVersion1(m_database);
    if (!orders) {
        return tl::unexpected{orders.error()};
    }
    for (const Order &order : *orders) {
        if (const auto added = addOrder(order, carriedKind); !added) {
            return added;
        }
    }
    m_statements.setHead.bind(0, m_head.sequence);
    m_statements.setHead.bind(1, domain::toMs(m_head.at));
    m_statements.setHead.bindBlob(2, JournalChain::view(m_head.chain));
    return m_statements.setHead.run().and_then(
        [&](bool) { return m_database.execute("DROP TABLE intents"); });
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
        {&m_statements.addAnchor, "INSERT INTO anchors VALUES (?, ?)"},
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
    return journal_check::check(m_database, m_chain, m_limits).map([this](const JournalHead &head) {
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
            m_installNumber ? *m_installNumber : QRandomGenerator::system()->generate());
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
    m_past = std::move(past);
    return true;
}

// ---- writing

template <class Work> Result<bool> JournalFile::inTransaction(domain::Timestamp now, Work work)
{
    const JournalHead before = m_head;
    m_head.at = now;
    const auto writeHead = [this](bool) {
        m_statements.setHead.bind(0, m_head.sequence);
        m_statements.setHead.bind(1, domain::toMs(m_head.at));
        m_statements.setHead.bindBlob(2, JournalChain::view(m_head.chain));
        return m_statements.setHead.run();
    };
    const auto done = m_statements.begin.run()
                          .and_then([&](bool) -> Result<bool> { return work(); })
                          .and_then(writeHead)
                          .and_then([this](bool) { return m_statements.commit.run(); });
    if (!done) {
        (void)m_database.execute("ROLLBACK"); // where SQLite has not done so by itself
        m_head = before;
    }
    return done;
}

Result<bool> JournalFile::append(std::span<const domain::JournalEntry> entries, domain::Timestamp now)
{
    if (entries.empty()) {
        return true;
    }
    return inTransaction(now, [&]() -> Result<bool> {
        for (const domain::JournalEntry &entry : entries) {
            if (const auto added = add(entry); !added) {
                return added;
            }
        }
        return true;
    });
}

Result<bool> JournalFile::appendAll(std::span<const domain::JournalEntries> appends, domain::Timestamp now)
{
    if (std::ranges::all_of(appends, &domain::JournalEntries::empty)) {
        return true;
    }
    return inTransaction(now, [&]() -> Result<bool> {
        for (const domain::JournalEntries &entries : appends) {
            for (const domain::JournalEntry &entry : entries) {
                if (const auto added = add(entry); !added) {
                    return added;
                }
            }
        }
        return true;
    });
}

Result<bool> JournalFile::add(const domain::JournalEntry &entry)
{
    return std::visit([this](const auto &one) { return addOne(one); }, entry);
}

Result<bool> JournalFile::addOne(const domain::JournalIntent &intent)
{
    const std::string &id = intent.order.clientOrderId();
    if (!client_order_ids::isValid(id)) {
        return failure(ErrorCode::Storage, "The order has no client order id of this journal.");
    }
    return addOrder(intent.order, intentKind);
}

Result<bool> JournalFile::addOrder(const Order &order, const char *kind)
{
    const std::string payload = journal_text::write(order);
    m_statements.addOrder.bind(0, order.clientOrderId());
    m_statements.addOrder.bind(1, journal_text::wordOf(order.phase));
    m_statements.addOrder.bind(2, m_head.sequence + 1);
    m_statements.addOrder.bind(3, payload);
    return m_statements.addOrder.run().and_then(
        [&](bool) { return link(kind, order.clientOrderId(), payload); });
}

Result<bool> JournalFile::addOne(const domain::JournalState &state)
{
    const std::string &id = state.order.clientOrderId();
    const std::string payload = journal_text::write(state.order);
    m_statements.setOrder.bind(0, id);
    m_statements.setOrder.bind(1, journal_text::wordOf(state.order.phase));
    m_statements.setOrder.bind(2, m_head.sequence + 1);
    m_statements.setOrder.bind(3, payload);
    return m_statements.setOrder.run().and_then(
        [&](bool) { return link(m_database.changes() > 0 ? stateKind : seenKind, id, payload); });
}

Result<bool> JournalFile::addOne(const domain::Fill &fill)
{
    const std::string payload = journal_text::write(fill);
    m_statements.addFill.bind(0, fill.symbol);
    m_statements.addFill.bind(1, fill.tradeId);
    m_statements.addFill.bind(2, m_head.sequence + 1);
    m_statements.addFill.bind(3, payload);
    return m_statements.addFill.run().and_then(
        [&](bool) { return link(fillKind, fill.symbol + ' ' + std::to_string(fill.tradeId), payload); });
}

Result<bool> JournalFile::addOne(const domain::OrderMoment &moment)
{
    return link(momentKind, moment.clientOrderId, journal_text::write(moment));
}

Result<bool> JournalFile::addOne(const domain::JournalNote &note)
{
    if (note.name.empty()) {
        return failure(ErrorCode::Storage, "A note needs a name.");
    }
    const std::string payload = journal_text::write(note);
    if (note.value.empty()) {
        m_statements.dropNote.bind(0, note.name);
        return m_statements.dropNote.run().and_then(
            [&](bool) { return link(forgottenKind, note.name, payload); });
    }
    m_statements.setNote.bind(0, note.name);
    m_statements.setNote.bind(1, m_head.sequence + 1);
    m_statements.setNote.bind(2, payload);
    return m_statements.setNote.run().and_then([&](bool) { return link(noteKind, note.name, payload); });
}

/// Puts the entry at the log's end.
Result<bool> JournalFile::link(const char *kind, const std::string &subject, const std::string &payload)
{
    m_head.chain = m_chain.next(m_head.chain, {++m_head.sequence, m_head.at, kind, subject, payload});
    const auto sum = JournalChain::view(m_head.chain);
    m_statements.addEntry.bind(0, m_head.sequence);
    m_statements.addEntry.bind(1, domain::toMs(m_head.at));
    m_statements.addEntry.bind(2, kind);
    m_statements.addEntry.bind(3, subject);
    m_statements.addEntry.bind(4, payload);
    m_statements.addEntry.bindBlob(5, sum);
    const auto added = m_statements.addEntry.run();
    if (!added || m_head.sequence % anchorDistance != 0) {
        return added;
    }
    m_statements.addAnchor.bind(0, m_head.sequence);
    m_statements.addAnchor.bindBlob(1, sum);
    return m_statements.addAnchor.run();
}

// ---- reading

Result<std::vector<Order>> JournalFile::recent(int limit)
{
    return select("ORDER BY number DESC LIMIT " + std::to_string(std::max(limit, 0)));
}

Result<std::vector<Order>> JournalFile::select(const std::string &condition)
{
    auto rows = m_database.prepare("SELECT payload FROM orders " + condition);
    if (!rows) {
        return tl::unexpected{rows.error()};
    }
    std::vector<Order> orders;
    for (;;) {
        const auto row = rows->step();
        if (!row) {
            return tl::unexpected{row.error()};
        }
        if (!*row) {
            return orders;
        }
        auto order = journal_text::readOrder(rows->text(0));
        if (!order) {
            return SqliteDatabase::damage(order.error().detail);
        }
        orders.push_back(std::move(*order));
    }
}

Result<std::vector<domain::OrderMoment>> JournalFile::story(const std::string &clientOrderId)
{
    auto rows = m_database.prepare(
        "SELECT payload FROM entries WHERE kind = 'MOMENT' AND subject = ? ORDER BY sequence");
    if (!rows) {
        return tl::unexpected{rows.error()};
    }
    rows->bind(0, clientOrderId);
    std::vector<domain::OrderMoment> moments;
    for (;;) {
        const auto row = rows->step();
        if (!row) {
            return tl::unexpected{row.error()};
        }
        if (!*row) {
            return moments;
        }
        auto moment = journal_text::readMoment(rows->text(0), clientOrderId);
        if (!moment) {
            return SqliteDatabase::damage(moment.error().detail);
        }
        moments.push_back(std::move(*moment));
    }
}

Result<std::int64_t> JournalFile::unresolvedCount()
{
    return m_database.number("SELECT count(*) FROM orders WHERE phase <> 'DONE'");
}

Result<std::int64_t> JournalFile::bytes()
{
    return m_database.number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
}

Result<std::optional<JournalChain::Sum>> JournalFile::sumAt(std::int64_t sequence)
{
    auto row = m_database.prepare("SELECT chain FROM entries WHERE sequence = ?");
    if (!row) {
        return tl::unexpected{row.error()};
    }
    row->bind(0, sequence);
    return row->step().map(
        [&](bool isThere) { return isThere ? std::optional{JournalChain::of(row->blob(0))} : std::nullopt; });
}

} // namespace app
