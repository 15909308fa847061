#pragma once

#include "app/sqlite_database.h"
#include "models/domain/result.h"
#include "models/domain/time.h"

#include <QString>

#include <memory>

struct sqlite3_backup;

namespace app
{

class JournalFile;

/// Copies a journal that is in use, some pages at a time; appends may go on in between. The copy appears
/// under its name once it is whole.
class JournalBackup
{
public:
    /// Storage: the copy cannot be made there.
    static domain::Result<JournalBackup> begin(JournalFile &file, const QString &target);
    /// Copies so many pages, all for −1. True: there are more.
    domain::Result<bool> step(int pages);
    const QString &target() const { return m_target; }

private:
    struct Finish
    {
        void operator()(sqlite3_backup *backup) const;
    };
    QString m_target;
    SqliteDatabase m_copy;
    std::unique_ptr<sqlite3_backup, Finish> m_backup; ///< before its databases
};

namespace journal_backups
{
inline constexpr int kept = 7;
/// "backups/journal-20261125.sqlite" beside the journal.
QString nameFor(const QString &journalPath, domain::Timestamp at);
/// "backups/journal-archive-20261125.sqlite": never removed by us.
QString archiveNameFor(const QString &journalPath, domain::Timestamp at);
/// Makes the folder of the backups, for its owner only.
bool makeFolder(const QString &journalPath);

struct Latest
{
    QString path; ///< empty: none
    domain::Timestamp at;
};
Latest latest(const QString &journalPath);
/// Leaves the newest ones.
void removeOld(const QString &journalPath);
} // namespace journal_backups

} // namespace app
