#pragma once

#include "models/live/alerts_model.h"
#include "ui/context.h"

#include <QObject>

#include <array>
#include <bitset>
#include <cstdint>

namespace ui
{

/// How an alert reaches a person.
enum class AlertChannel : std::uint8_t { Window, Sound, Desktop, Webhook };
inline constexpr std::size_t alertChannelCount = 4;
using AlertChannels = std::bitset<alertChannelCount>;
inline constexpr std::size_t bitOf(AlertChannel channel)
{
    return static_cast<std::size_t>(channel);
}
QString channelWord(AlertChannel channel); ///< "Window", "Sound", "Desktop", "Webhook"

/// Which kinds of alert go where. Information goes nowhere: it is only listed.
struct AlertRules
{
    std::array<AlertChannels, live::alertKindCount> channels{}; ///< by Alert::Kind
    QString webhookUrl;                                         ///< empty: none
    /// All in the window; what is about money also as sound and on the desktop. No webhook.
    static AlertRules standard();
    static AlertRules load(const SettingsStore &settings);
    void save(SettingsStore &settings) const;
    AlertChannels of(domain::Alert::Kind kind) const { return channels[static_cast<std::size_t>(kind)]; }
    friend bool operator==(const AlertRules &, const AlertRules &) = default;
};

/// Why that address cannot be used, in a sentence; empty where it can. https only; http only to this machine.
QString webhookProblem(const QString &url);

/// Brings alerts to people by the rules. What it says to the window is shown there without taking the
/// keyboard.
class AlertDelivery : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    virtual AlertRules rules() const = 0;
    virtual void setRules(const AlertRules &rules) = 0;
    /// Really delivers a sample; each channel answers with tested().
    virtual void test(AlertChannels channels, domain::Alert::Kind kind) = 0;

signals:
    void toastWanted(const live::AlertEntry &entry);
    void tested(ui::AlertChannel channel, bool delivered, const QString &sentence);
};

} // namespace ui
