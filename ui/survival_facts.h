#pragma once

#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <QString>

#include <cstdint>
#include <vector>

namespace ui
{

/// What a sudden end of this computer would leave behind. The journal's part comes from the app, the rest
/// from the live models.
struct SurvivalFacts
{
    // The journal on this computer's disk.
    QString path;                      ///< empty: there is none
    std::int64_t entries = 0;          ///< committed
    std::int64_t unresolvedOrders = 0; ///< of them: not final when last recorded
    std::int64_t bytes = 0;
    domain::Timestamp lastCommitAt{}; ///< epoch 0: none yet
    domain::Milliseconds slowestOfLast100{0};
    int waiting = 0; ///< entries handed over and not committed yet
    bool isChainIntact = true;
    QString lastBackupPath; ///< empty: none
    domain::Timestamp lastBackupAt{};

    // At the exchange, and on the way there.
    int openOrders = 0;
    int unsentOrders = 0;
    int unknownOrders = 0;
    std::vector<domain::Symbol> deadMen; ///< armed
    struct Protection
    {
        QString position;         ///< "long 0.850 BTCUSDT"
        int conditionalStops = 0; ///< resting at the exchange that would reduce it
    };
    std::vector<Protection> positions;
};

} // namespace ui
