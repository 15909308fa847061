#pragma once

#include "models/domain/order.h"
#include "ui/panels/panel_tools.h"

namespace ui
{

/// Why a working order cannot be changed in place, in a sentence; empty where it can.
QString amendRefusal(const domain::Order &order);
/// Asks for a new price and quantity of a working limit order and changes it in place. Does not block.
void amend(QWidget *parent, const PanelTools &tools, const domain::Order &order);

} // namespace ui
