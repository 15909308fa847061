#include "app/journal_file.h"

#include "app/client_order_ids.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace app
{
namespace
{

using domain::EndReason;
using domain::Error;
using domain::ErrorCode;
using domain::failure;
using domain::Order;
using domain::OrderPhase;
using domain::Result;

constexpr int applicationId = 0x48445231; // tells our files from those of others

/// One entry per schema version, oldest first; never changed once released.
constexpr std::array migrations{R"(
CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
CREATE TABLE intents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    client_order_id TEXT NOT NULL UNIQUE,
    intent_at INTEGER NOT NULL,
    sent_at INTEGER NOT NULL DEFAULT 0,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    position_side TEXT NOT NULL,
    type TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    quantity TEXT NOT NULL,
    price TEXT NOT NULL,
    trigger_price TEXT NOT NULL,
    activate_price TEXT NOT NULL,
    callback_rate TEXT NOT NULL,
    working_type TEXT NOT NULL,
    reduce_only INTEGER NOT NULL,
    close_position INTEGER NOT NULL,
    phase TEXT NOT NULL,
    end_reason TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    child_order_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    conditional_status TEXT NOT NULL,
    cancel_requested INTEGER NOT NULL,
    executed_quantity TEXT NOT NULL,
    average_price TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    venue_code INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX intents_by_phase ON intents (phase);
)"};
constexpr int currentVersion = static_cast<int>(migrations.size());

constexpr const char *stateColumns =
    "phase, end_reason, order_id, child_order_id, status, conditional_status, cancel_requested, "
    "executed_quantity, average_price, updated_at, venue_code, reason";
constexpr const char *intentColumns =
    "client_order_id, intent_at, symbol, side, position_side, type, time_in_force, quantity, price, "
    "trigger_price, activate_price, callback_rate, working_type, reduce_only, close_position";

constexpr std::array phaseWords{"QUEUED", "IN_FLIGHT", "UNKNOWN", "WORKING", "DONE", "QUARANTINED"};
constexpr std::array endWords{"NONE", "FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH", "REJECTED",
    "DENIED", "NOT_EXECUTED", "NEVER_ACCEPTED", "LOCAL_CANCEL", "LOCAL_EXPIRED", "TRIGGERED"};

template <class Enum, std::size_t N>
std::string_view wordOf(const std::array<const char *, N> &words, Enum value)
{
    return words[static_cast<std::size_t>(value)];
}
template <class Enum, std::size_t N>
Enum valueOf(const std::array<const char *, N> &words, std::string_view word, Enum otherwise)
{
    const auto found = std::ranges::find(words, word);
    return found == words.end() ? otherwise : static_cast<Enum>(found - words.begin());
}

int bindIntent(SqliteStatement &statement, const Order &order)
{
    const domain::NewOrder &request = order.request;
    int at = 0;
    statement.bind(at++, request.clientOrderId);
    statement.bind(at++, domain::toMs(order.createdAt));
    statement.bind(at++, request.symbol);
    statement.bind(at++, toWire(request.side));
    statement.bind(at++, toWire(request.positionSide));
    statement.bind(at++, toWire(request.type));
    statement.bind(at++, toWire(request.timeInForce));
    statement.bind(at++, request.quantity.toString());
    statement.bind(at++, request.price.toString());
    statement.bind(at++, request.triggerPrice.toString());
    statement.bind(at++, request.activatePrice.toString());
    statement.bind(at++, request.callbackRate.toString());
    statement.bind(at++, toWire(request.workingType));
    statement.bind(at++, std::int64_t{request.reduceOnly});
    statement.bind(at++, std::int64_t{request.closePosition});
    return at;
}

int bindState(SqliteStatement &statement, int at, const Order &order)
{
    statement.bind(at++, wordOf(phaseWords, order.phase));
    statement.bind(at++, wordOf(endWords, order.endReason));
    statement.bind(at++, order.orderId);
    statement.bind(at++, order.childOrderId);
    statement.bind(at++, toWire(order.status));
    statement.bind(at++, toWire(order.conditionalStatus));
    statement.bind(at++, std::int64_t{order.cancelRequested});
    statement.bind(at++, order.executedQty.toString());
    statement.bind(at++, order.avgPrice.toString());
    statement.bind(at++, domain::toMs(order.updatedAt));
    statement.bind(at++, std::int64_t{order.venueCode});
    statement.bind(at++, order.reasonText);
    return at;
}

template <class Value> Value decimal(const std::string &text)
{
    return Value::parse(text).value_or(Value{});
}

ports::JournalOrder rowOf(const SqliteStatement &row)
{
    ports::JournalOrder stored;
    Order &order = stored.order;
    domain::NewOrder &request = order.request;
    int at = 0;
    request.clientOrderId = row.text(at++);
    order.createdAt = stored.intentAt = domain::timestampFromMs(row.number(at++));
    request.symbol = row.text(at++);
    request.side = domain::parseSide(row.text(at++));
    request.positionSide = domain::parsePositionSide(row.text(at++));
    request.type = domain::parseOrderType(row.text(at++));
    request.timeInForce = domain::parseTimeInForce(row.text(at++));
    request.quantity = decimal<domain::Quantity>(row.text(at++));
    request.price = decimal<domain::Price>(row.text(at++));
    request.triggerPrice = decimal<domain::Price>(row.text(at++));
    request.activatePrice = decimal<domain::Price>(row.text(at++));
    request.callbackRate = decimal<domain::Rate>(row.text(at++));
    request.workingType = domain::parseWorkingType(row.text(at++));
    request.reduceOnly = row.number(at++) != 0;
    request.closePosition = row.number(at++) != 0;
    // A word from a newer version counts as not settled, so that the exchange is asked.
    order.phase = valueOf(phaseWords, row.text(at++), OrderPhase::Unknown);
    order.endReason = valueOf(endWords, row.text(at++), EndReason::None);
    order.orderId = row.number(at++);
    order.childOrderId = row.number(at++);
    order.status = domain::parseOrderStatus(row.text(at++));
    order.conditionalStatus = domain::parseConditionalStatus(row.text(at++));
    order.cancelRequested = row.number(at++) != 0;
    order.executedQty = decimal<domain::Quantity>(row.text(at++));
    order.avgPrice = decimal<domain::Price>(row.text(at++));
    order.updatedAt = domain::timestampFromMs(row.number(at++));
    order.venueCode = static_cast<int>(row.number(at++));
    order.reasonText = row.text(at++);
    stored.sentAt = domain::timestampFromMs(row.number(at++));
    return stored;
}

std::string placeholders(int count)
{
    std::string text = "?";
    for (int i = 1; i < count; ++i) {
        text += ", ?";
    }
    return text;
}

std::string nameOf(const QString &path)
{
    return "“" + path.toStdString() + "”";
}

tl::unexpected<Error> prefixed(const QString &path, Error error)
{
    error.detail = "The journal " + nameOf(path) + " cannot be used. " + error.detail;
    return tl::unexpected{std::move(error)};
}

/// Makes the file if it is missing, readable for its owner only, and refuses to follow a link.
Result<bool> makeFile(const QString &path)
{
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        const std::string why = errno == ELOOP ? "it is a symbolic link" : std::strerror(errno);
        return failure(ErrorCode::Storage, "The journal " + nameOf(path) + " cannot be used: " + why + ".");
    }
    ::fchmod(descriptor, 0600); // best effort: some file systems have no modes
    ::close(descriptor);
    return true;
}

/// Renames the damaged file and its log out of the way. Answers the new name.
Result<QString> setAside(const QString &path, domain::Timestamp now)
{
    const QString stamp = QDateTime::fromMSecsSinceEpoch(domain::toMs(now), Qt::UTC)
                              .toString(QStringLiteral("yyyyMMdd-HHmmss"));
    QString name = path + QStringLiteral(".damaged-") + stamp;
    for (int n = 2; QFileInfo::exists(name); ++n) {
        name = path + QStringLiteral(".damaged-") + stamp + u'-' + QString::number(n);
    }
    if (!QFile::rename(path, name)) {
        return failure(ErrorCode::Storage,
            "The journal " + nameOf(path) + " is damaged and cannot be renamed; move it away.");
    }
    for (const QString &suffix : {QStringLiteral("-wal"), QStringLiteral("-shm")}) {
        if (QFileInfo::exists(path + suffix)) {
            QFile::rename(path + suffix, name + suffix);
        }
    }
    return name;
}

} // namespace

Result<JournalFile> JournalFile::open(const QString &path, domain::Timestamp now, int maxPages)
{
    auto file = tryOpen(path, now, maxPages);
    if (file || !SqliteDatabase::isDamage(file.error())) {
        return file;
    }
    const auto kept = setAside(path, now);
    if (!kept) {
        return tl::unexpected{kept.error()};
    }
    file = tryOpen(path, now, maxPages);
    if (file) {
        file->m_notice =
            QStringLiteral("The journal was damaged. It was kept as “%1” and a new one was begun. "
                           "Compare your open orders with the exchange's own list.")
                .arg(*kept);
    }
    return file;
}

Result<JournalFile> JournalFile::tryOpen(const QString &path, domain::Timestamp now, int maxPages)
{
    if (const auto made = makeFile(path); !made) {
        return tl::unexpected{made.error()};
    }
    auto database = SqliteDatabase::open(QFile::encodeName(path).toStdString());
    if (!database) {
        return prefixed(path, database.error());
    }
    JournalFile file{std::move(*database)};
    const auto ready = file.prepareConnection(maxPages)
                           .and_then([&](bool) { return file.migrate(now); })
                           .and_then([&](bool) { return file.countStart(); });
    if (!ready) {
        return prefixed(path, ready.error());
    }
    return file;
}

Result<bool> JournalFile::prepareConnection(int maxPages)
{
    // Exclusive before WAL: the file is then locked for good and needs no shared memory.
    const auto begun = m_database.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; "
                                          "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;");
    if (!begun) {
        return begun;
    }
    const auto mode = m_database.value("PRAGMA journal_mode = WAL");
    if (!mode) {
        return tl::unexpected{mode.error()};
    }
    if (*mode != "wal") {
        return failure(ErrorCode::Storage,
            "Its disk does not support what a safe journal needs; choose a data directory on a local disk.");
    }
    const auto safe = m_database.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    if (!safe) {
        return safe;
    }
    if (maxPages > 0) {
        if (const auto bounded = m_database.value("PRAGMA max_page_count = " + std::to_string(maxPages));
            !bounded) {
            return tl::unexpected{bounded.error()};
        }
    }
    const auto health = m_database.value("PRAGMA quick_check(1)");
    if (!health) {
        return tl::unexpected{health.error()};
    }
    if (*health != "ok") {
        constexpr int corrupt = 11; // SQLITE_CORRUPT
        return failure(ErrorCode::Storage, "The file is damaged.", corrupt);
    }
    return true;
}

Result<bool> JournalFile::migrate(domain::Timestamp now)
{
    const auto application = m_database.value("PRAGMA application_id");
    const auto version = m_database.value("PRAGMA user_version");
    const auto tables = m_database.value("SELECT count(*) FROM sqlite_schema");
    for (const auto *answer : {&application, &version, &tables}) {
        if (!*answer) {
            return tl::unexpected{answer->error()};
        }
    }
    const bool isNew = *tables == "0";
    if (!isNew && *application != std::to_string(applicationId)) {
        return failure(ErrorCode::Storage, "It is the file of another program; nothing was changed.");
    }
    const int found = isNew ? 0 : std::stoi(*version);
    if (found > currentVersion) {
        return failure(ErrorCode::Storage, "It was written by a newer version of Headroom (schema " +
                                               std::to_string(found) + ", this one knows " +
                                               std::to_string(currentVersion) +
                                               "). Install that version; nothing was changed.");
    }
    for (int next = found; next < currentVersion; ++next) {
        std::string script = "BEGIN IMMEDIATE;";
        if (next == 0) {
            script +=
                "PRAGMA application_id = " + std::to_string(applicationId) + ";" +
                "CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;";
        }
        script += migrations[static_cast<std::size_t>(next)];
        script += "INSERT INTO migrations VALUES (" + std::to_string(next + 1) + ", " +
                  std::to_string(domain::toMs(now)) + ");";
        script += "PRAGMA user_version = " + std::to_string(next + 1) + "; COMMIT;";
        if (const auto done = m_database.execute(script); !done) {
            (void)m_database.execute("ROLLBACK");
            return done;
        }
    }
    return true;
}

Result<bool> JournalFile::countStart()
{
    const auto install = m_database.value("SELECT value FROM meta WHERE name = 'install_id'");
    const auto boot = m_database.value("SELECT value FROM meta WHERE name = 'boot'");
    for (const auto *answer : {&install, &boot}) {
        if (!*answer) {
            return tl::unexpected{answer->error()};
        }
    }
    m_installId = *install;
    m_boot = boot->empty() ? 1 : static_cast<std::uint32_t>(std::stoul(*boot)) + 1;
    if (m_installId.empty() || m_boot >= client_order_ids::bootLimit) {
        m_installId = client_order_ids::installId(QRandomGenerator::system()->generate());
        m_boot = 1;
    }
    // On the disk before the first id is made of it, so that no id ever returns after a crash.
    auto statement = m_database.prepare("INSERT OR REPLACE INTO meta VALUES ('install_id', ?), ('boot', ?)");
    if (!statement) {
        return tl::unexpected{statement.error()};
    }
    statement->bind(0, m_installId);
    statement->bind(1, std::to_string(m_boot));
    return statement->step().map([](bool) { return true; });
}

Result<bool> JournalFile::insertIntent(const Order &order)
{
    auto statement = m_database.prepare("INSERT INTO intents (" + std::string{intentColumns} + ", " +
                                        stateColumns + ") VALUES (" + placeholders(27) + ")");
    if (!statement) {
        return tl::unexpected{statement.error()};
    }
    bindState(*statement, bindIntent(*statement, order), order);
    return statement->step().map([](bool) { return true; });
}

Result<bool> JournalFile::markSent(const std::string &clientOrderId, domain::Timestamp at)
{
    auto statement =
        m_database.prepare("UPDATE intents SET sent_at = ?, phase = 'IN_FLIGHT' WHERE client_order_id = ?");
    if (!statement) {
        return tl::unexpected{statement.error()};
    }
    statement->bind(0, domain::toMs(at));
    statement->bind(1, clientOrderId);
    if (const auto done = statement->step(); !done) {
        return done;
    }
    if (m_database.changes() == 0) {
        return failure(ErrorCode::Storage, "The journal has no intent of order " + clientOrderId + ".");
    }
    return true;
}

Result<bool> JournalFile::updateState(const Order &order)
{
    auto statement = m_database.prepare("UPDATE intents SET (" + std::string{stateColumns} + ") = (" +
                                        placeholders(12) + ") WHERE client_order_id = ?");
    if (!statement) {
        return tl::unexpected{statement.error()};
    }
    statement->bind(bindState(*statement, 0, order), order.clientOrderId());
    return statement->step().map([this](bool) { return m_database.changes() > 0; });
}

Result<std::vector<ports::JournalOrder>> JournalFile::unresolved()
{
    return select("WHERE phase <> 'DONE' ORDER BY number");
}

Result<std::vector<ports::JournalOrder>> JournalFile::recent(int limit)
{
    return select("ORDER BY number DESC LIMIT " + std::to_string(std::max(limit, 0)));
}

Result<std::vector<ports::JournalOrder>> JournalFile::select(const std::string &condition)
{
    auto statement = m_database.prepare(
        "SELECT " + std::string{intentColumns} + ", " + stateColumns + ", sent_at FROM intents " + condition);
    if (!statement) {
        return tl::unexpected{statement.error()};
    }
    std::vector<ports::JournalOrder> rows;
    for (;;) {
        const auto row = statement->step();
        if (!row) {
            return tl::unexpected{row.error()};
        }
        if (!*row) {
            return rows;
        }
        rows.push_back(rowOf(*statement));
    }
}

} // namespace app
