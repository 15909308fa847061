#pragma once

#include "models/domain/risk/risk_watch.h"
#include "ui/context.h"

namespace ui
{

/// The thresholds of risk alerts in the venue's settings. What cannot be read counts as the standard.
domain::WatchLimits loadWatchLimits(const SettingsStore &settings);
void saveWatchLimits(const domain::WatchLimits &limits, SettingsStore &settings);

} // namespace ui
