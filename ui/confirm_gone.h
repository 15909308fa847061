#pragma once

#include "models/domain/order.h"
#include "ui/panels/panel_tools.h"

namespace ui
{

/// Shows what is known of a quarantined order and, once the user has said that the exchange does not have it,
/// passes that on. Does not block.
void confirmGone(QWidget *parent, const PanelTools &tools, const domain::Order &order);

} // namespace ui
