#pragma once

#include "models/domain/result.h"

#include <QByteArray>
#include <QFile>
#include <QString>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace paper
{

/// The accounts on disk: one whole state, and a log of what changed since, so that an answer waits for a few
/// lines and not for the whole history. The state's first line is the SHA-256 of the rest. The log's first
/// line names the state it goes on from, and each line after it the hash of itself and all before it; so
/// damage and a log of an older state are noticed.
class StateFile
{
public:
    explicit StateFile(QString folder);

    struct Kept
    {
        QByteArray state; ///< empty where there is none yet
        std::vector<QByteArray> changes;
        /// The log was damaged before its last line: changes end there. A last line that is cut off is not
        /// damage; nobody was told of it.
        bool isLogDamaged = false;
    };
    /// Malformed: the state is damaged. Storage: there but not readable.
    domain::Result<Kept> read() const;
    /// Replaces the state in one step and begins the log anew, both on disk before it returns. Storage where
    /// that fails.
    domain::Result<bool> replace(const QByteArray &state);
    /// Adds to the log, on disk before it returns. change: one line. Storage where that fails; then only
    /// replace() helps.
    domain::Result<bool> append(const QByteArray &change);
    /// The log has grown as long as a new state would be worth: time to replace().
    bool isLogLong() const { return m_logSize > std::max(m_stateSize, shortestLog); }
    /// What is kept beside the accounts.
    enum class Beside : std::uint8_t {
        Scenarios, ///< of the market
        Control,   ///< what was set by /control/
    };
    /// Empty where there is none or it cannot be read; Storage where it cannot be written.
    QByteArray beside(Beside what) const;
    domain::Result<bool> replaceBeside(Beside what, const QByteArray &text);
    /// Renames damaged files, never deletes them. The state's new name; Storage where that fails.
    domain::Result<QString> setAside() const;
    /// The same for a damaged log alone, or for what is kept beside.
    domain::Result<QString> setLogAside() const;
    domain::Result<QString> setAside(Beside what) const;

private:
    static constexpr qint64 shortestLog = 32 * 1024 * 1024; ///< read in well under a second

    QString pathOf(Beside what) const;

    QString m_folder;
    QString m_path;
    QString m_logPath;
    QFile m_log; ///< open from the first append() on
    QByteArray m_chain;
    qint64 m_stateSize = 0;
    qint64 m_logSize = 0;
};

/// Key and secret of the n-th account (from 1), made at random where the folder has none. Storage, Malformed.
struct KeyPair
{
    QByteArray key;
    QByteArray secret;
};
domain::Result<KeyPair> loadOrCreateKeys(const QString &folder, int account = 1);
KeyPair randomKeys();

} // namespace paper
