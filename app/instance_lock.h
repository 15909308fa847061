#pragma once

#include "models/domain/result.h"

#include <QLockFile>
#include <QString>

#include <memory>

namespace app
{

/// Sees to it that one account is traded by one program only. Held as long as the object lives; a lock left
/// by a program that died is taken over.
class InstanceLock
{
public:
    /// folder: of the venue; exists. Storage: the sentence names the process that holds the lock, or why the
    /// lock cannot be made.
    static domain::Result<std::unique_ptr<InstanceLock>> acquire(const QString &folder);

private:
    explicit InstanceLock(std::unique_ptr<QLockFile> file);
    std::unique_ptr<QLockFile> m_file;
};

} // namespace app
