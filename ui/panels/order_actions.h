#pragma once

#include "models/domain/account.h"
#include "models/domain/result.h"
#include "ui/panels/panel_tools.h"

namespace ui
{

/// Asks, then closes the given share of the position (rounded down to the lot; all of it at 1) at market.
void askToClose(
    QWidget *parent, const PanelTools &tools, const domain::Position &position, domain::Rate share);
/// Asks, then cancels every order of the symbol.
void askToCancelAll(QWidget *parent, const PanelTools &tools, const domain::Symbol &symbol);

/// Cancels one order; what came of it is in the log.
void cancelOrder(const PanelTools &tools, const domain::Order &order);

/// What became of a sent order, in one sentence.
QString outcomeSentence(const domain::Result<domain::Order> &result);

} // namespace ui
