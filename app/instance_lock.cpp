#include "app/instance_lock.h"

#include <QDir>

#include <utility>

namespace app
{

using domain::ErrorCode;
using domain::failure;

InstanceLock::InstanceLock(std::unique_ptr<QLockFile> file) : m_file{std::move(file)} {}

domain::Result<std::unique_ptr<InstanceLock>> InstanceLock::acquire(const QString &folder)
{
    const QString path = QDir{folder}.filePath(QStringLiteral("headroom.lock"));
    auto file = std::make_unique<QLockFile>(path);
    file->setStaleLockTime(0); // only the death of its process makes a lock stale, never its age
    if (file->tryLock(0)) {
        return std::unique_ptr<InstanceLock>{new InstanceLock{std::move(file)}};
    }
    qint64 process = 0;
    QString host;
    QString program;
    if (file->error() == QLockFile::LockFailedError && file->getLockInfo(&process, &host, &program)) {
        const QString where =
            host == QSysInfo::machineHostName() || host.isEmpty() ? QString{} : QStringLiteral(" on ") + host;
        return failure(ErrorCode::Storage,
            QStringLiteral(
                "This account is already in use by %1 (process %2%3). Close it first: two programs must "
                "not trade one account.")
                .arg(program.isEmpty() ? QStringLiteral("another program") : program)
                .arg(process)
                .arg(where)
                .toStdString());
    }
    return failure(ErrorCode::Storage,
        "The lock “" + path.toStdString() + "” cannot be made; check that its folder can be written.");
}

} // namespace app
