#pragma once

#include "models/live/health_model.h"
#include "ui/theme/theme.h"

#include <QAbstractButton>

namespace ui
{

/// The gate as a word with its shape and colour on a dark or light ground, so that it stands out on any
/// venue's band. Its tool tip has the reasons; pressing it leads to the connection panel.
class GatePill final : public QAbstractButton
{
    Q_OBJECT
public:
    GatePill(const live::HealthModel &health, const Theme &theme, QWidget *parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void refresh();
    const live::HealthModel &m_health;
    const Theme &m_theme;
};

} // namespace ui
