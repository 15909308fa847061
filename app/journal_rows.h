#pragma once

#include "app/sqlite_database.h"

#include <utility>
#include <vector>

namespace app
{

/// Puts what was read of a row behind the others; a row that cannot be read is damage.
template <class Value> domain::Result<bool> keepRow(domain::Result<Value> read, std::vector<Value> &values)
{
    if (!read) {
        return SqliteDatabase::damage(read.error().detail);
    }
    values.push_back(std::move(*read));
    return true;
}

} // namespace app
