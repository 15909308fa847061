#pragma once

#include "models/domain/result.h"
#include "models/domain/time.h"

#include <QString>

namespace app
{

// The journal's files as files: SQLite is not involved.
namespace journal_place
{
/// Makes the file if it is missing, readable for its owner only, and refuses to follow a link.
domain::Result<bool> makeFile(const QString &path);
/// Renames the damaged file and its log out of the way. Answers the new name.
domain::Result<QString> setAside(const QString &path, domain::Timestamp now);
/// A path as sentences show it.
std::string nameOf(const QString &path);
} // namespace journal_place

} // namespace app
