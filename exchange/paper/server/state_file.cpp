#include "exchange/paper/server/state_file.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QSaveFile>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;

constexpr int keyLength = 64; // as live

QByteArray checksum(const QByteArray &content)
{
    return QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex();
}

tl::unexpected<domain::Error> storage(const QString &path, const QString &why)
{
    return failure(ErrorCode::Storage, path.toStdString() + ": " + why.toStdString());
}

Result<bool> replaceFile(const QString &path, const QByteArray &content)
{
    QSaveFile file{path};
    if (!file.open(QIODevice::WriteOnly)) {
        return storage(path, file.errorString());
    }
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    if (file.write(content) != content.size() || !file.commit()) { // commit() syncs, then renames
        return storage(path, file.errorString());
    }
    return true;
}

QByteArray randomText()
{
    constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    QByteArray text;
    for (int i = 0; i < keyLength; ++i) {
        text += letters[QRandomGenerator::system()->bounded(static_cast<int>(sizeof letters) - 1)];
    }
    return text;
}

} // namespace

StateFile::StateFile(QString folder) : m_path{QDir{folder}.filePath(QStringLiteral("paper-state.json"))} {}

Result<QByteArray> StateFile::read() const
{
    QFile file{m_path};
    if (!file.exists()) {
        return QByteArray{};
    }
    if (!file.open(QIODevice::ReadOnly)) {
        return storage(m_path, file.errorString());
    }
    const QByteArray content = file.readAll();
    const auto lineEnd = content.indexOf('\n');
    const QByteArray state = content.mid(lineEnd + 1);
    if (lineEnd < 0 || content.left(lineEnd) != checksum(state)) {
        return failure(ErrorCode::Malformed, m_path.toStdString() + ": damaged, its checksum is wrong");
    }
    return state;
}

Result<bool> StateFile::write(const QByteArray &state) const
{
    return replaceFile(m_path, checksum(state) + '\n' + state);
}

Result<QString> StateFile::setAside() const
{
    const QString stamp = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
    const QString aside = m_path + QStringLiteral(".damaged-") + stamp;
    if (!QFile::rename(m_path, aside)) {
        return storage(m_path, QStringLiteral("cannot be renamed"));
    }
    return aside;
}

KeyPair randomKeys()
{
    return {randomText(), randomText()};
}

Result<KeyPair> loadOrCreateKeys(const QString &folder, int account)
{
    const QString name =
        account == 1 ? QStringLiteral("paper-keys") : QStringLiteral("paper-keys-%1").arg(account);
    const QString path = QDir{folder}.filePath(name);
    QFile file{path};
    if (file.exists()) {
        if (!file.open(QIODevice::ReadOnly)) {
            return storage(path, file.errorString());
        }
        const QList<QByteArray> lines = file.readAll().split('\n');
        if (lines.size() >= 2 && lines[0].size() == keyLength && lines[1].size() == keyLength) {
            return KeyPair{lines[0], lines[1]};
        }
        // They open nothing but the account beside them: new ones do as well.
    }
    const KeyPair keys = randomKeys();
    if (auto written = replaceFile(path, keys.key + '\n' + keys.secret + '\n'); !written) {
        return tl::unexpected{written.error()};
    }
    return keys;
}

} // namespace paper
