#include "app/journal_place.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace app::journal_place
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;

std::string nameOf(const QString &path)
{
    return "“" + path.toStdString() + "”";
}

Result<bool> makeFile(const QString &path)
{
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        const std::string why = errno == ELOOP ? "it is a symbolic link" : std::strerror(errno);
        return failure(ErrorCode::Storage, "The journal " + nameOf(path) + " cannot be used: " + why + ".");
    }
    ::fchmod(descriptor, 0600); // best effort: some file systems have no modes
    ::close(descriptor);
    return true;
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
    for (const QString &suffix : {QStringLiteral("-wal"), QStringLiteral("-shm")}) {
        if (QFileInfo::exists(path + suffix)) {
            QFile::rename(path + suffix, name + suffix);
        }
    }
    return name;
}

} // namespace app::journal_place
