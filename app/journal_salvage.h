#pragma once

#include "models/domain/orders/journal_entry.h"
#include "models/domain/time.h"

#include <QString>

#include <vector>

namespace app
{

/// What could be read of a damaged journal.
struct Salvaged
{
    std::vector<domain::Order> orders;
    std::vector<domain::Fill> fills;
    std::vector<domain::JournalNote> notes;
};

namespace journal_salvage
{
/// Reads a copy; the damaged file stays as it is. Orders, fills and notes whose entries bear their checksum,
/// and beyond them orders that were not over and notes that can be read at all: one order too many is looked
/// up at the exchange, one too few is not.
Salvaged salvage(const QString &damaged);
} // namespace journal_salvage

} // namespace app
