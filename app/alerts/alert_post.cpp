#include "app/alerts/alert_post.h"

#include "app/alerts/desktop_notice.h"
#include "models/live/text.h"

#include <QApplication>

#include <algorithm>
#include <chrono>
#include <utility>

namespace app
{

using namespace std::chrono_literals;
using ui::AlertChannel;

AlertPost::AlertPost(live::AlertsModel &alerts, ui::SettingsStore &settings, const domain::Clock &clock,
    QString venue, QObject *parent)
    : ui::AlertDelivery{parent},
      m_settings{settings},
      m_clock{clock},
      m_venue{std::move(venue)}
{
    m_router.setRules(ui::AlertRules::load(settings));
    m_due.setSingleShot(true);
    connect(&m_due, &QTimer::timeout, this, [this] {
        deliver(m_router.onTime(m_clock.monotonicNow()));
        schedule();
    });
    connect(&alerts, &live::AlertsModel::raised, this, [this](const live::AlertEntry &entry) {
        deliver(m_router.onAlert(entry, m_clock.monotonicNow()));
        schedule();
    });
    connect(&alerts, &live::AlertsModel::acknowledged, this, [this](const live::AlertEntry &entry) {
        m_router.onAcknowledged(entry.number);
        schedule();
    });
    connect(
        &m_webhook, &Webhook::givenUp, this, [this](const QString &sentence) { emit noticed(1, sentence); });
}

void AlertPost::setRules(const ui::AlertRules &rules)
{
    m_router.setRules(rules);
    rules.save(m_settings);
}

void AlertPost::test(ui::AlertChannels channels, domain::Alert::Kind kind)
{
    AlertOrder sample;
    sample.entry.alert = {kind, domain::Alert::Severity::Warning, {}, {},
        tr("This is a test of \"%1\". Nothing is wrong.").arg(live::alertKindWord(kind)).toStdString(),
        m_clock.wallNow()};
    sample.channels = channels;
    deliver(sample, [this](AlertChannel channel, bool delivered, const QString &sentence) {
        emit tested(channel, delivered, sentence);
    });
}

void AlertPost::deliver(const std::vector<AlertOrder> &orders)
{
    for (const AlertOrder &order : orders) {
        deliver(order, [this](AlertChannel channel, bool delivered, const QString &sentence) {
            if (!delivered && channel == AlertChannel::Desktop) {
                emit noticed(1, tr("An alert was not shown on the desktop: %1").arg(sentence));
            }
        });
    }
}

void AlertPost::deliver(const AlertOrder &order, const Done &done)
{
    const domain::Alert &alert = order.entry.alert;
    const bool isCritical = alert.severity == domain::Alert::Severity::Critical;
    const auto goes = [&order](AlertChannel channel) { return order.channels.test(ui::bitOf(channel)); };
    if (goes(AlertChannel::Window)) {
        emit toastWanted(order.entry);
        done(AlertChannel::Window, true, tr("shown at the lower right"));
    }
    if (goes(AlertChannel::Sound)) {
        ring(isCritical);
        done(AlertChannel::Sound, true,
            tr("the bell was rung; if you heard nothing, your desktop has it switched off: tick Desktop as "
               "well"));
    }
    if (goes(AlertChannel::Desktop)) {
        const QString title =
            QStringLiteral("Headroom %1: %2").arg(m_venue, live::alertKindWord(alert.kind)) +
            (alert.symbol.empty() ? QString{} : u' ' + live::toQString(alert.symbol));
        showDesktopNotice(this, title, live::toQString(alert.text), isCritical, goes(AlertChannel::Sound),
            [done](bool shown, const QString &sentence) { done(AlertChannel::Desktop, shown, sentence); });
    }
    if (goes(AlertChannel::Webhook)) {
        const QString &url = m_router.rules().webhookUrl;
        if (url.isEmpty()) {
            done(AlertChannel::Webhook, false, tr("no address is given"));
        } else {
            m_webhook.post(QUrl{url, QUrl::StrictMode}, webhookBody(order, m_venue),
                [done](bool delivered, const QString &sentence) {
                    done(AlertChannel::Webhook, delivered, sentence);
                });
        }
    }
}

void AlertPost::ring(bool critical)
{
    QApplication::beep();
    if (critical) {
        for (const auto later : {350ms, 700ms}) {
            QTimer::singleShot(later, this, [] { QApplication::beep(); });
        }
    }
}

void AlertPost::schedule()
{
    const auto due = m_router.nextDueAt();
    if (!due) {
        m_due.stop();
        return;
    }
    const auto wait = std::chrono::duration_cast<domain::Milliseconds>(*due - m_clock.monotonicNow()) +
                      1ms; // never too early
    m_due.start(std::max(wait, 1ms));
}

} // namespace app
