#pragma once

#include "app/alerts/alert_router.h"
#include "app/alerts/webhook.h"
#include "models/domain/time.h"

#include <QTimer>

namespace app
{

/// Brings the window's alerts to people: in the window, by sound, on the desktop and by webhook, as the
/// router decides. The rules are kept in the venue's settings. GUI thread.
///
/// Sound is the desktop's bell, three times where it is critical: Qt Multimedia would bring a media stack
/// into the package for one sound. Where the bell is off, the desktop's notice brings a sound of its own.
class AlertPost final : public ui::AlertDelivery
{
    Q_OBJECT
public:
    /// venue: named to the webhook and on the desktop. All are borrowed and outlive this.
    AlertPost(live::AlertsModel &alerts, ui::SettingsStore &settings, const domain::Clock &clock,
        QString venue, QObject *parent = nullptr);

    ui::AlertRules rules() const override { return m_router.rules(); }
    void setRules(const ui::AlertRules &rules) override;
    void test(ui::AlertChannels channels, domain::Alert::Kind kind) override;

signals:
    /// A sentence for the log: an alert that could not be delivered.
    void noticed(int level, const QString &text);

private:
    using Done = std::function<void(ui::AlertChannel channel, bool delivered, const QString &sentence)>;
    void deliver(const std::vector<AlertOrder> &orders);
    void deliver(const AlertOrder &order, const Done &done);
    void ring(bool critical);
    void schedule();

    ui::SettingsStore &m_settings;
    const domain::Clock &m_clock;
    QString m_venue;
    AlertRouter m_router;
    Webhook m_webhook;
    QTimer m_due;
};

} // namespace app
