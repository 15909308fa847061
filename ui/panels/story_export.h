#pragma once

#include "models/live/order_story_model.h"
#include "ui/panels/panel_tools.h"

namespace ui
{

/// Asks for a file, CSV or JSON by its ending, and writes the story there. What came of it is in the log.
void exportStory(QWidget *parent, const PanelTools &tools, const live::OrderStoryModel &story);
/// The same for an order whose story is not at hand yet.
void exportStory(QWidget *parent, const PanelTools &tools, const std::string &clientOrderId);

} // namespace ui
