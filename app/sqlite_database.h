#pragma once

#include "models/domain/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace app
{

/// One prepared statement of a SqliteDatabase, which must outlive it. Parameters and columns count from 0.
class SqliteStatement
{
public:
    /// A value that cannot be bound is the error of the next step().
    void bind(int parameter, std::string_view text);
    void bind(int parameter, std::int64_t number);
    void bindBlob(int parameter, std::string_view bytes);
    /// True: there is a row; false: done.
    domain::Result<bool> step();
    std::string text(int column) const;
    std::int64_t number(int column) const;
    std::string blob(int column) const;
    /// Before it is used again; parameters keep their values.
    void reset();
    /// step() of a statement without rows, ready for the next use.
    domain::Result<bool> run();
    /// Calls take(row) for each row; an error that it answers ends it and is the answer.
    using Take = std::function<domain::Result<bool>(const SqliteStatement &row)>;
    domain::Result<bool> each(const Take &take);

private:
    friend class SqliteDatabase;
    struct Finalize
    {
        void operator()(sqlite3_stmt *statement) const;
    };
    void keep(int bindCode);
    sqlite3 *m_connection = nullptr;
    std::unique_ptr<sqlite3_stmt, Finalize> m_statement;
    int m_bindFailure = 0; ///< SQLite's code; 0: none since the last step
};

/// A connection of the SQLite library. Used on one thread. Errors are ErrorCode::Storage; venueCode carries
/// SQLite's own primary result code.
class SqliteDatabase
{
public:
    /// Opens an existing file, or ":memory:". vfs: SQLite's name of the file system; empty: the usual one, in
    /// others a missing file is made.
    static domain::Result<SqliteDatabase> open(const std::string &path, const std::string &vfs = {});

    domain::Result<SqliteStatement> prepare(std::string_view sql);
    /// Runs statements without parameters and rows.
    domain::Result<bool> execute(const std::string &sql);
    /// SqliteStatement::each() of a statement without parameters.
    domain::Result<bool> each(std::string_view sql, const SqliteStatement::Take &take);
    /// The first column of the first row, empty where there is none.
    domain::Result<std::string> value(std::string_view sql);
    /// value() as a number, 0 where there is none.
    domain::Result<std::int64_t> number(std::string_view sql);
    /// Rows changed by the last statement.
    int changes() const;
    /// From here on closing leaves the files as they are, so that nothing rests on a handle that failed.
    void abandon();
    sqlite3 *handle() const { return m_connection.get(); }

    /// An error that isDamage() holds for.
    static tl::unexpected<domain::Error> damage(std::string sentence);
    static domain::Error errorOf(sqlite3 *connection, int code);
    /// The file is not, or no longer, a database.
    static bool isDamage(const domain::Error &error);
    static bool isFull(const domain::Error &error);
    /// The statement was wrong, not the disk: nothing is to be expected of another try.
    static bool isRefusal(const domain::Error &error);

private:
    struct Close
    {
        void operator()(sqlite3 *connection) const;
    };
    std::unique_ptr<sqlite3, Close> m_connection;
};

} // namespace app
