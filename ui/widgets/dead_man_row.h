#pragma once

#include "ui/panels/panel_tools.h"

#include <QTimer>
#include <QWidget>

#include <optional>

class QLabel;
class QPushButton;

namespace ui
{

/// The armed switch of the symbol; nothing while it is off.
std::optional<domain::DeadMan> armedSwitch(const PanelTools &tools, const domain::Symbol &symbol);
/// What arming means, in plain sentences.
QString deadManExplanation(const domain::Symbol &symbol);
/// Off: explains, asks, then arms. Armed: disarms. What came of it is in the log.
void toggleDeadMan(QWidget *parent, const PanelTools &tools, const domain::Symbol &symbol);

/// The dead-man switch of the linked symbol: its state, its countdown and the button for it.
class DeadManRow final : public QWidget
{
    Q_OBJECT
public:
    explicit DeadManRow(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void refresh();
    PanelTools m_tools;
    QLabel *m_state;
    QPushButton *m_toggle;
    QTimer m_second;
};

} // namespace ui
