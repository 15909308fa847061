#include "app/journal_backup.h"

#include "app/journal_file.h"
#include "app/journal_place.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <sqlite3.h>
#include <utility>

namespace app
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;

QDir folderOf(const QString &journalPath)
{
    return QDir{QFileInfo{journalPath}.absolutePath() + QStringLiteral("/backups")};
}

QString dayOf(domain::Timestamp at)
{
    return QDateTime::fromMSecsSinceEpoch(domain::toMs(at), Qt::UTC).toString(QStringLiteral("yyyyMMdd"));
}

QString partOf(const QString &target)
{
    return target + QStringLiteral(".part");
}

/// The newest first.
QStringList daily(const QDir &folder)
{
    return folder.entryList(
        {QStringLiteral("journal-????????.sqlite")}, QDir::Files, QDir::Name | QDir::Reversed);
}

} // namespace

void JournalBackup::Finish::operator()(sqlite3_backup *backup) const
{
    sqlite3_backup_finish(backup);
}

Result<JournalBackup> JournalBackup::begin(JournalFile &file, const QString &target)
{
    const QString part = partOf(target);
    QFile::remove(part);
    return journal_place::makeFile(part)
        .and_then([&](bool) { return SqliteDatabase::open(QFile::encodeName(part).toStdString()); })
        .and_then([&](SqliteDatabase copy) -> Result<JournalBackup> {
            JournalBackup backup;
            backup.m_target = target;
            backup.m_copy = std::move(copy);
            sqlite3 *const connection = backup.m_copy.handle();
            backup.m_backup.reset(sqlite3_backup_init(connection, "main", file.database().handle(), "main"));
            if (!backup.m_backup) {
                return tl::unexpected{SqliteDatabase::errorOf(connection, sqlite3_errcode(connection))};
            }
            return backup;
        });
}

Result<bool> JournalBackup::step(int pages)
{
    const int code = sqlite3_backup_step(m_backup.get(), pages);
    if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        return true;
    }
    m_backup.reset();
    m_copy = SqliteDatabase{}; // closes it
    const QString part = partOf(m_target);
    if (code != SQLITE_DONE) {
        QFile::remove(part);
        return tl::unexpected{SqliteDatabase::errorOf(nullptr, code)};
    }
    QFile::remove(m_target);
    if (!QFile::rename(part, m_target)) {
        QFile::remove(part);
        return failure(ErrorCode::Storage, "The backup cannot be given its name.");
    }
    return false;
}

namespace journal_backups
{

QString nameFor(const QString &journalPath, domain::Timestamp at)
{
    return folderOf(journalPath).filePath(QStringLiteral("journal-%1.sqlite").arg(dayOf(at)));
}

QString archiveNameFor(const QString &journalPath, domain::Timestamp at)
{
    return folderOf(journalPath).filePath(QStringLiteral("journal-archive-%1.sqlite").arg(dayOf(at)));
}

bool makeFolder(const QString &journalPath)
{
    const QString path = folderOf(journalPath).path();
    const bool isThere = QDir{}.mkpath(path);
    // Best effort: some file systems have no modes, and the copies themselves are their owner's only.
    QFile::setPermissions(path, QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
    return isThere;
}

Latest latest(const QString &journalPath)
{
    const QDir folder = folderOf(journalPath);
    const QStringList names = daily(folder);
    if (names.isEmpty()) {
        return {};
    }
    const QString path = folder.filePath(names.front());
    return {path, domain::timestampFromMs(QFileInfo{path}.lastModified().toMSecsSinceEpoch())};
}

void removeOld(const QString &journalPath)
{
    const QDir folder = folderOf(journalPath);
    const QStringList names = daily(folder);
    for (qsizetype n = kept; n < names.size(); ++n) {
        QFile::remove(folder.filePath(names[n]));
    }
}

} // namespace journal_backups

} // namespace app
