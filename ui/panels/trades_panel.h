#pragma once

#include "models/live/trades_model.h"
#include "ui/panels/panel_tools.h"

#include <QWidget>

namespace ui
{

/// The tape: public trades of the linked symbol, newest on top.
class TradesPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit TradesPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    live::TradesModel m_trades;
};

} // namespace ui
