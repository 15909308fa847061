#pragma once

#include "app/sqlite_database.h"
#include "models/domain/time.h"
#include "models/ports/journal.h"

#include <QString>

#include <cstdint>
#include <string>
#include <vector>

namespace app
{

/// The journal's file and its tables, without threads. Every call that writes has committed when it is back.
class JournalFile
{
public:
    /// Opens or makes the file, sets a damaged one aside, brings the schema up to date and counts this start.
    /// maxPages: 0 for no bound.
    static domain::Result<JournalFile> open(const QString &path, domain::Timestamp now, int maxPages);

    const QString &notice() const { return m_notice; }
    const std::string &installId() const { return m_installId; }
    std::uint32_t boot() const { return m_boot; }

    domain::Result<bool> insertIntent(const domain::Order &order);
    domain::Result<bool> markSent(const std::string &clientOrderId, domain::Timestamp at);
    /// False where there is no such order.
    domain::Result<bool> updateState(const domain::Order &order);
    domain::Result<std::vector<ports::JournalOrder>> unresolved();
    domain::Result<std::vector<ports::JournalOrder>> recent(int limit);

private:
    explicit JournalFile(SqliteDatabase database) : m_database{std::move(database)} {}
    static domain::Result<JournalFile> tryOpen(const QString &path, domain::Timestamp now, int maxPages);
    domain::Result<bool> prepareConnection(int maxPages);
    domain::Result<bool> migrate(domain::Timestamp now);
    domain::Result<bool> countStart();
    domain::Result<std::vector<ports::JournalOrder>> select(const std::string &condition);

    SqliteDatabase m_database;
    QString m_notice;
    std::string m_installId;
    std::uint32_t m_boot = 0;
};

} // namespace app
