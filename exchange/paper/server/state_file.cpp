#include "exchange/paper/server/state_file.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QSaveFile>

#include <memory>
#include <openssl/evp.h>
#include <unistd.h>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;

constexpr int keyLength = 64; // as live

/// SHA-256 of both, one after the other. By OpenSSL, which lets the processor do it: Qt's own is several
/// times slower, and every answer waits for it.
QByteArray checksum(const QByteArray &content, const QByteArray &more = {})
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    QByteArray digest(32, '\0');
    EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
    EVP_DigestUpdate(context.get(), content.data(), static_cast<std::size_t>(content.size()));
    EVP_DigestUpdate(context.get(), more.data(), static_cast<std::size_t>(more.size()));
    EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char *>(digest.data()), nullptr);
    return digest.toHex();
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
    // commit() syncs, then renames; of what it still has to write it does not tell.
    if (file.write(content) != content.size() || !file.flush() || !file.commit()) {
        return storage(path, file.errorString());
    }
    return true;
}

Result<QString> setAside(const QString &path)
{
    const QString stamp = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
    const QString aside = path + QStringLiteral(".damaged-") + stamp;
    if (!QFile::rename(path, aside)) {
        return storage(path, QStringLiteral("cannot be renamed"));
    }
    return aside;
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

StateFile::StateFile(QString folder)
    : m_folder{std::move(folder)},
      m_path{QDir{m_folder}.filePath(QStringLiteral("paper-state.json"))},
      m_logPath{QDir{m_folder}.filePath(QStringLiteral("paper-changes.log"))},
      m_log{m_logPath}
{
}

Result<StateFile::Kept> StateFile::read() const
{
    QFile file{m_path};
    if (!file.exists()) {
        return Kept{};
    }
    if (!file.open(QIODevice::ReadOnly)) {
        return storage(m_path, file.errorString());
    }
    const QByteArray content = file.readAll();
    const auto lineEnd = content.indexOf('\n');
    const QByteArray sum = content.left(lineEnd);
    Kept kept{content.mid(lineEnd + 1), {}, false};
    if (lineEnd < 0 || sum != checksum(kept.state)) {
        return failure(ErrorCode::Malformed, m_path.toStdString() + ": damaged, its checksum is wrong");
    }
    QFile log{m_logPath};
    if (!log.exists()) {
        return kept;
    }
    if (!log.open(QIODevice::ReadOnly)) {
        return storage(m_logPath, log.errorString());
    }
    QByteArray chain = log.readLine().trimmed();
    if (chain != sum) {
        return kept; // of an older state, which holds all of it
    }
    while (!log.atEnd()) {
        const QByteArray line = log.readLine();
        const auto blank = line.indexOf(' ');
        const QByteArray change = line.mid(blank + 1).chopped(line.endsWith('\n') ? 1 : 0);
        chain = checksum(chain, change);
        if (!line.endsWith('\n') || line.left(blank) != chain) {
            kept.isLogDamaged = !log.atEnd();
            break;
        }
        kept.changes.push_back(change);
    }
    return kept;
}

Result<bool> StateFile::replace(const QByteArray &state)
{
    const QByteArray sum = checksum(state);
    if (auto written = replaceFile(m_path, sum + '\n' + state); !written) {
        return written;
    }
    m_log.close();
    if (auto begun = replaceFile(m_logPath, sum + '\n'); !begun) {
        return begun; // the old log names another state and is not read
    }
    m_chain = sum;
    m_stateSize = state.size();
    m_logSize = 0;
    return true;
}

Result<bool> StateFile::append(const QByteArray &change)
{
    if (!QFileInfo{m_path}.isFile()) { // without it the log is worth nothing
        return storage(m_path, QStringLiteral("is gone"));
    }
    if (!m_log.isOpen() && !m_log.open(QIODevice::Append | QIODevice::Unbuffered)) {
        return storage(m_logPath, m_log.errorString());
    }
    m_chain = checksum(m_chain, change);
    const QByteArray line = m_chain + ' ' + change + '\n';
    if (m_log.write(line) != line.size() || ::fdatasync(m_log.handle()) != 0) {
        return storage(m_logPath, m_log.errorString());
    }
    m_logSize += line.size();
    return true;
}

QString StateFile::pathOf(Beside what) const
{
    return QDir{m_folder}.filePath(what == Beside::Scenarios ? QStringLiteral("paper-scenarios.json")
                                                             : QStringLiteral("paper-control.json"));
}

QByteArray StateFile::beside(Beside what) const
{
    QFile file{pathOf(what)};
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
}

Result<bool> StateFile::replaceBeside(Beside what, const QByteArray &text)
{
    return replaceFile(pathOf(what), text);
}

Result<QString> StateFile::setAside() const
{
    QFile log{m_logPath};
    if (log.open(QIODevice::ReadOnly) && log.readAll().count('\n') > 1) {
        static_cast<void>(setLogAside()); // changes that nobody has read
    }
    return paper::setAside(m_path);
}

Result<QString> StateFile::setLogAside() const
{
    return paper::setAside(m_logPath);
}

Result<QString> StateFile::setAside(Beside what) const
{
    return paper::setAside(pathOf(what));
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
