#pragma once

#include "models/live/alerts_model.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <vector>

class QVBoxLayout;

namespace ui
{

/// Alerts over the window's lower right corner, newest at the bottom. They take no keyboard. A warning goes
/// by itself, a critical one stays until it is acknowledged.
class ToastStack final : public QWidget
{
    Q_OBJECT
public:
    static constexpr int most = 3;
    ToastStack(live::AlertsModel &alerts, const Theme &theme, QWidget *window);

    void add(const live::AlertEntry &entry);
    /// A neighbour that comes to the front does not cover the alerts.
    void stayAbove(QWidget *neighbour) { neighbour->installEventFilter(this); }
    int count() const { return static_cast<int>(m_toasts.size()); }

signals:
    void followed(const domain::Alert &alert);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Toast
    {
        int number = 0; ///< of the alert; 0: a test
        domain::Alert::Severity severity = domain::Alert::Severity::Info;
        QWidget *frame = nullptr;
        bool isCritical() const { return severity == domain::Alert::Severity::Critical; }
    };
    QWidget *make(const live::AlertEntry &entry);
    /// Gives the toast the colours of the theme.
    void applyColours(const Toast &toast) const;
    void remove(QWidget *frame);
    void place();

    live::AlertsModel &m_alerts;
    const Theme &m_theme;
    QVBoxLayout *m_layout;
    std::vector<Toast> m_toasts; ///< oldest first
};

} // namespace ui
