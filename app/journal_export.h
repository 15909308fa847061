#pragma once

#include "models/ports/journal.h"

#include <QString>

#include <cstdint>

namespace app
{

class JournalFile;

namespace journal_export
{
/// Writes the journal's orders, fills and time lines for people and spreadsheets; the file is there whole or
/// not at all. CSV by RFC 4180, with text that a spreadsheet would take for a formula made harmless; times
/// are UTC, ISO 8601. JSON: an object of the arrays orders, fills and moments. Answers the number of rows.
domain::Result<std::int64_t> write(
    JournalFile &file, const QString &path, ports::Journal::ExportFormat format);
} // namespace journal_export

} // namespace app
