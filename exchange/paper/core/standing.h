#pragma once

#include "exchange/paper/core/engine.h"

namespace paper
{

/// How an account stands in truth, whatever its owner's program knows of it: what fire drills are judged by.
struct Standing
{
    Money exposure;  ///< sum of absolute notionals at mark
    Money unguarded; ///< of it: not covered by a waiting stop
    int working = 0; ///< open orders and waiting conditional orders that guard nothing
};

Standing standingOf(const Engine &engine, AccountId account);

} // namespace paper
