#pragma once

#include "models/live/health_model.h"
#include "ui/emergency_control.h"

#include <QPushButton>
#include <QTimer>
#include <QWidget>

#include <vector>

namespace ui
{

/// A button that acts when it is held, or pressed twice. While it is held its ground fills up.
class HoldButton final : public QPushButton
{
    Q_OBJECT
public:
    HoldButton(EmergencyControl &control, EmergencyControl::Action action, const Theme &theme);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void refresh();
    void beginHold();
    void endHold();
    void grow();

    EmergencyControl &m_control;
    EmergencyControl::Action m_action;
    const Theme &m_theme;
    QTimer m_growing;
    domain::Milliseconds m_held{0};
    bool m_hasFired = false; ///< by this hold: its release is no press
};

/// The emergency actions in one compact row.
class EmergencyBar final : public QWidget
{
    Q_OBJECT
public:
    EmergencyBar(EmergencyControl &control, const live::HealthModel &health, const Theme &theme,
        QWidget *parent = nullptr);
};

} // namespace ui
