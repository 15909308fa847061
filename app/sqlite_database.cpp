#include "app/sqlite_database.h"

#include <sqlite3.h>

#include <utility>

namespace app
{
namespace
{
constexpr int busyMs = 1'000; // virus scanners and backups hold a file this long

/// Nobody reads how much memory SQLite uses, and counting it takes a lock with each allocation.
void countNoMemory()
{
    static const int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(code); // refused where it is initialised already: then it counts
}

} // namespace

domain::Error SqliteDatabase::errorOf(sqlite3 *connection, int code)
{
    const int primary = code & 0xff;
    std::string sentence;
    switch (primary) {
    case SQLITE_FULL:
        sentence = "The disk is full; free some space.";
        break;
    case SQLITE_READONLY:
        sentence = "The file cannot be written; check its permissions and whether the disk is read-only.";
        break;
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        sentence = "The file cannot be opened; check its permissions.";
        break;
    case SQLITE_IOERR:
        sentence = "The disk reports an error while reading or writing.";
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        sentence = "Another program is using the file.";
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        sentence = "The file is damaged.";
        break;
    default:
        sentence = std::string{"The database says: "} +
                   (connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code)) + ".";
    }
    return domain::Error{domain::ErrorCode::Storage, std::move(sentence), primary, 0, 0};
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt *statement) const
{
    sqlite3_finalize(statement);
}

void SqliteStatement::bind(int parameter, std::string_view text)
{
    keep(sqlite3_bind_text64(
        m_statement.get(), parameter + 1, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void SqliteStatement::bind(int parameter, std::int64_t number)
{
    keep(sqlite3_bind_int64(m_statement.get(), parameter + 1, number));
}

void SqliteStatement::bindBlob(int parameter, std::string_view bytes)
{
    keep(sqlite3_bind_blob64(
        m_statement.get(), parameter + 1, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
}

void SqliteStatement::keep(int bindCode)
{
    if (m_bindFailure == SQLITE_OK) {
        m_bindFailure = bindCode;
    }
}

domain::Result<bool> SqliteStatement::step()
{
    // Without its value the row would say nothing where something was to be kept.
    const int unbound = std::exchange(m_bindFailure, SQLITE_OK);
    const int code = unbound == SQLITE_OK ? sqlite3_step(m_statement.get()) : unbound;
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        return code == SQLITE_ROW;
    }
    return tl::unexpected{SqliteDatabase::errorOf(m_connection, code)};
}

std::string SqliteStatement::text(int column) const
{
    const auto *text = sqlite3_column_text(m_statement.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
    return text == nullptr ? std::string{} : std::string{reinterpret_cast<const char *>(text), size};
}

std::int64_t SqliteStatement::number(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}

std::string SqliteStatement::blob(int column) const
{
    const auto *bytes = static_cast<const char *>(sqlite3_column_blob(m_statement.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
    return bytes == nullptr ? std::string{} : std::string{bytes, size};
}

void SqliteStatement::reset()
{
    sqlite3_reset(m_statement.get());
}

domain::Result<bool> SqliteStatement::run()
{
    const auto done = step();
    reset();
    return done.map([](bool) { return true; });
}

domain::Result<bool> SqliteStatement::each(const Take &take)
{
    for (;;) {
        auto row = step();
        if (!row || !*row) {
            return row.map([](bool) { return true; });
        }
        if (auto taken = take(*this); !taken) {
            return taken;
        }
    }
}

domain::Result<SqliteDatabase> SqliteDatabase::open(const std::string &path, const std::string &vfs)
{
    countNoMemory();
    sqlite3 *connection = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (vfs.empty() ? 0 : SQLITE_OPEN_CREATE);
    const int code = sqlite3_open_v2(path.c_str(), &connection, flags, vfs.empty() ? nullptr : vfs.c_str());
    SqliteDatabase database;
    database.m_connection.reset(connection);
    if (code != SQLITE_OK) {
        return tl::unexpected{errorOf(connection, code)};
    }
    sqlite3_busy_timeout(connection, busyMs);
    return database;
}

domain::Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql)
{
    sqlite3_stmt *prepared = nullptr;
    const int code =
        sqlite3_prepare_v2(m_connection.get(), sql.data(), static_cast<int>(sql.size()), &prepared, nullptr);
    if (code != SQLITE_OK) {
        return tl::unexpected{errorOf(m_connection.get(), code)};
    }
    SqliteStatement statement;
    statement.m_connection = m_connection.get();
    statement.m_statement.reset(prepared);
    return statement;
}

domain::Result<bool> SqliteDatabase::execute(const std::string &sql)
{
    const int code = sqlite3_exec(m_connection.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return tl::unexpected{errorOf(m_connection.get(), code)};
    }
    return true;
}

domain::Result<bool> SqliteDatabase::each(std::string_view sql, const SqliteStatement::Take &take)
{
    return prepare(sql).and_then([&take](SqliteStatement rows) { return rows.each(take); });
}

domain::Result<std::string> SqliteDatabase::value(std::string_view sql)
{
    return prepare(sql).and_then([](SqliteStatement row) {
        return row.step().map([&row](bool isThere) { return isThere ? row.text(0) : std::string{}; });
    });
}

domain::Result<std::int64_t> SqliteDatabase::number(std::string_view sql)
{
    return prepare(sql).and_then([](SqliteStatement row) {
        return row.step().map([&row](bool isThere) { return isThere ? row.number(0) : 0; });
    });
}

int SqliteDatabase::changes() const
{
    return sqlite3_changes(m_connection.get());
}

void SqliteDatabase::abandon()
{
    sqlite3_db_config(m_connection.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

tl::unexpected<domain::Error> SqliteDatabase::damage(std::string sentence)
{
    return domain::failure(domain::ErrorCode::Storage, std::move(sentence), SQLITE_CORRUPT);
}

bool SqliteDatabase::isFull(const domain::Error &error)
{
    return error.venueCode == SQLITE_FULL;
}

bool SqliteDatabase::isRefusal(const domain::Error &error)
{
    return error.venueCode == 0 || error.venueCode == SQLITE_CONSTRAINT ||
           error.venueCode == SQLITE_ERROR || error.venueCode == SQLITE_TOOBIG;
}

bool SqliteDatabase::isDamage(const domain::Error &error)
{
    return error.venueCode == SQLITE_CORRUPT || error.venueCode == SQLITE_NOTADB;
}

void SqliteDatabase::Close::operator()(sqlite3 *connection) const
{
    sqlite3_close_v2(connection);
}

} // namespace app
