#include "app/journal_place.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QStringList>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace app::journal_place
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;

namespace
{
const QString reserveEnding = QStringLiteral(".reserve");

/// Where there is one.
void moveLog(const QString &from, const QString &to)
{
    for (const char *ending : {"-wal", "-shm"}) {
        QFile::rename(from + QLatin1StringView{ending}, to + QLatin1StringView{ending});
    }
}
} // namespace

std::string nameOf(const QString &path)
{
    return "“" + path.toStdString() + "”";
}

Result<int> openFile(const QString &path)
{
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        const std::string why = errno == ELOOP ? "it is a symbolic link" : std::strerror(errno);
        return failure(ErrorCode::Storage, "The journal " + nameOf(path) + " cannot be used: " + why + ".");
    }
    ::fchmod(descriptor, 0600); // best effort: some file systems have no modes
    return descriptor;
}

Result<bool> makeFile(const QString &path)
{
    return openFile(path).map([](int descriptor) { return ::close(descriptor) == 0; });
}

Result<QString> setAside(const QString &path, domain::Timestamp now)
{
    const QString stamp = QDateTime::fromMSecsSinceEpoch(domain::toMs(now), Qt::UTC)
                              .toString(QStringLiteral("yyyyMMdd-HHmmss"));
    QString name = path + QStringLiteral(".damaged-") + stamp;
    for (int n = 2; QFileInfo::exists(name); ++n) {
        name = path + QStringLiteral(".damaged-") + stamp + u'-' + QString::number(n);
    }
    if (!QFile::rename(path, name)) {
        return failure(ErrorCode::Storage,
            "The journal " + nameOf(path) + " is damaged and cannot be renamed; move it away.");
    }
    moveLog(path, name);
    return name;
}

void putBack(const QString &aside, const QString &path)
{
    for (const char *ending : {"", "-wal", "-shm"}) {
        QFile::remove(path + QLatin1StringView{ending});
    }
    if (!aside.isEmpty()) {
        QFile::rename(aside, path);
        moveLog(aside, path);
    }
}

bool makeReserve(const QString &path)
{
    constexpr off_t size = 512 * 1024;
    const auto descriptor = openFile(path + reserveEnding);
    if (!descriptor) {
        return false;
    }
    const bool isKept = ::posix_fallocate(*descriptor, 0, size) == 0;
    ::close(*descriptor);
    if (!isKept) {
        freeReserve(path);
    }
    return isKept;
}

void freeReserve(const QString &path)
{
    QFile::remove(path + reserveEnding);
}

void remove(const QString &path)
{
    for (const char *ending : {"", "-wal", "-shm", ".mark", ".reserve"}) {
        QFile::remove(path + QLatin1StringView{ending});
    }
}

QString concern(const QString &path)
{
    struct statfs about
    {
    };
    const QByteArray folder = QFile::encodeName(QFileInfo{path}.absolutePath());
    const bool isKnown = ::statfs(folder.constData(), &about) == 0;
    return concern(path, isKnown ? static_cast<std::uint32_t>(about.f_type) : 0);
}

QString concern(const QString &path, std::uint32_t fileSystem)
{
    // Magic numbers of statfs(2): NFS, SMB, CIFS, SMB2, FUSE.
    constexpr std::array<std::uint32_t, 5> networks{0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546};
    if (std::ranges::find(networks, fileSystem) != networks.end()) {
        return QStringLiteral(
            "The order journal lies on a network or mounted file system, which may not keep "
            "what it says it has kept. Choose a data directory on a local disk.");
    }
    const QStringList names = QFileInfo{path}.absolutePath().split(u'/');
    for (const char *synced : {"Dropbox", "OneDrive", "Google Drive", "GoogleDrive", "Nextcloud", "ownCloud",
             "MEGA", "iCloudDrive"}) {
        if (names.contains(QLatin1StringView{synced})) {
            return QStringLiteral("The order journal lies in a folder that %1 keeps in step with other "
                                  "machines, which can damage it. Choose another data directory.")
                .arg(QLatin1StringView{synced});
        }
    }
    return {};
}

} // namespace app::journal_place

namespace app
{
namespace
{

constexpr qsizetype markSize = 96;

/// "headroom-mark 0A1B2 42 1234 <checksum>", filled up with blanks.
QByteArray lineOf(const JournalMark::Value &value)
{
    QByteArray line = "headroom-mark " + QByteArray::fromStdString(value.installId) + ' ' +
                      QByteArray::number(value.boot) + ' ' +
                      QByteArray::number(static_cast<qlonglong>(value.sequence)) + ' ';
    line += QByteArray::number(qChecksum(line)) + ' ';
    return line.leftJustified(markSize - 1, ' ') + '\n';
}

} // namespace

void JournalMark::Close::operator()(const int *descriptor) const
{
    ::close(*descriptor);
    delete descriptor;
}

domain::Result<JournalMark> JournalMark::open(const QString &journalPath)
{
    return journal_place::openFile(journalPath + QStringLiteral(".mark")).map([](int descriptor) {
        return JournalMark{descriptor};
    });
}

std::optional<JournalMark::Value> JournalMark::read() const
{
    QByteArray line{markSize, '\0'};
    if (::pread(*m_descriptor, line.data(), static_cast<std::size_t>(markSize), 0) != markSize) {
        return std::nullopt;
    }
    const QList<QByteArray> words = line.split(' ');
    if (words.size() < 5) {
        return std::nullopt;
    }
    const Value value{words[1].toStdString(), words[2].toUInt(), words[3].toLongLong()};
    return lineOf(value) == line ? std::optional{value} : std::nullopt;
}

void JournalMark::write(const Value &value, bool isAwaited)
{
    const QByteArray line = lineOf(value);
    const bool isWritten =
        ::pwrite(*m_descriptor, line.constData(), static_cast<std::size_t>(line.size()), 0) == line.size();
    if (isWritten && isAwaited) {
        ::fdatasync(*m_descriptor);
    }
}

} // namespace app
