#pragma once

#include "app/journal_file.h"
#include "tests/support/journal_script.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <map>
#include <string>
#include <vector>

namespace support
{

/// A journal's folder as it is found at a start, ready to be damaged: after an orderly end, or after a kill,
/// when the newest entries are in the write-ahead log only.
class JournalFolder
{
public:
    static constexpr domain::Timestamp now = domain::timestampFromMs(1'760'000'000'000);

    JournalFolder(int scriptOrders, bool isKilled)
    {
        auto file = app::JournalFile::open(path(), now);
        for (const domain::JournalEntries &entries : JournalScript{}.appends(scriptOrders)) {
            if (!file || !file->append(entries, now)) {
                return;
            }
        }
        installId = file->installId();
        head = file->head();
        orders = *file->recent(1'000);
        if (isKilled) {
            file->abandon();
        }
    }
    QString path() const { return m_folder.filePath(QStringLiteral("journal.sqlite")); }
    QDir folder() const { return QDir{m_folder.path()}; }
    QString wal() const { return path() + QStringLiteral("-wal"); }

    static QByteArray bytesOf(const QString &name)
    {
        QFile file{name};
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
    }
    static void put(const QString &name, const QByteArray &bytes)
    {
        QFile file{name};
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
            qFatal("cannot write");
        }
    }
    std::map<QString, QByteArray> files() const
    {
        std::map<QString, QByteArray> all;
        for (const QString &name : QDir{m_folder.path()}.entryList(QDir::Files)) {
            all[name] = bytesOf(m_folder.filePath(name));
        }
        return all;
    }
    void restore(const std::map<QString, QByteArray> &all) const
    {
        for (const QString &name : QDir{m_folder.path()}.entryList(QDir::Files)) {
            QFile::remove(m_folder.filePath(name));
        }
        for (const auto &[name, bytes] : all) {
            put(m_folder.filePath(name), bytes);
        }
    }
    /// What a start makes of it: nothing is missing, or it is said that something may be. Empty: neither.
    QString outcome() const
    {
        auto file = app::JournalFile::open(path(), now);
        if (!file) {
            return QStringLiteral("error: ") + QString::fromStdString(file.error().detail);
        }
        if (file->past().isRebuilt) {
            const bool isNewcomer = file->installId() != installId && !file->notice().isEmpty();
            return isNewcomer && file->verify() ? QStringLiteral("rebuilt") : QString{};
        }
        const auto there = file->recent(1'000);
        return file->head().sequence == head.sequence && file->head().chain == head.chain && there &&
                       *there == orders
                   ? QStringLiteral("whole")
                   : QString{};
    }

    std::string installId;
    app::JournalHead head;
    std::vector<domain::Order> orders;

private:
    /// In memory where the machine has such a place: nothing here asks what a disk does when the power goes.
    static QString place()
    {
        const QString memory = QStringLiteral("/dev/shm");
        return (QFileInfo{memory}.isWritable() ? memory : QDir::tempPath()) +
               QStringLiteral("/journal-XXXXXX");
    }

    QTemporaryDir m_folder{place()};
};

} // namespace support
