#pragma once

#include "models/domain/result.h"

#include <QByteArray>
#include <QString>

namespace paper
{

/// The account on disk. The first line is the SHA-256 of the rest, so damage is noticed.
class StateFile
{
public:
    explicit StateFile(QString folder);

    /// Empty where there is no file yet. Malformed: damaged. Storage: there but not readable.
    domain::Result<QByteArray> read() const;
    /// Replaces the file in one step, on disk before it returns. Storage where that fails.
    domain::Result<bool> write(const QByteArray &state) const;
    /// Renames a damaged file, never deletes it. The new name; Storage where that fails.
    domain::Result<QString> setAside() const;

private:
    QString m_path;
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
