#pragma once

#include "models/live/ways_back_model.h"
#include "ui/panels/panel_tools.h"

namespace ui
{

/// Lists what the way would send, asks, and carries it out on yes: closing orders go through the order desk
/// like any other, a moved stop is canceled only once the new one stands, margin is moved. Where money has to
/// come from elsewhere it says how much, and does nothing. What came of it is in the log.
void askForWayBack(
    QWidget *parent, const PanelTools &tools, const domain::TroubledPool &pool, const domain::WayBack &way);

} // namespace ui
