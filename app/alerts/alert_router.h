#pragma once

#include "models/domain/orders/desk_reports.h"
#include "models/domain/time.h"
#include "ui/alert_delivery.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace app
{

/// One alert that is to be brought to people now.
struct AlertOrder
{
    live::AlertEntry entry;
    ui::AlertChannels channels;
    int repetition = 0; ///< 0: the first time; else how often it came again because nobody acknowledged it
    friend bool operator==(const AlertOrder &a, const AlertOrder &b)
    {
        return a.entry.number == b.entry.number && a.channels == b.channels && a.repetition == b.repetition;
    }
};

/// Decides what is delivered when. Alerts with one kind, symbol and order are one matter: of a matter at most
/// one delivery in ten seconds, the same words never twice in that time, the newest words afterwards; what
/// becomes worse passes at once. A critical one comes again each minute until it is acknowledged. Information
/// is not delivered. A plain object.
class AlertRouter
{
public:
    static constexpr domain::Milliseconds quietFor{10'000};
    static constexpr domain::Milliseconds repeatAfter{60'000};

    void setRules(const ui::AlertRules &rules) { m_rules = rules; }
    const ui::AlertRules &rules() const { return m_rules; }

    std::vector<AlertOrder> onAlert(const live::AlertEntry &entry, domain::Monotonic now);
    /// Number of an alert that a person has seen.
    void onAcknowledged(int number);
    std::vector<AlertOrder> onTime(domain::Monotonic now);
    std::optional<domain::Monotonic> nextDueAt() const;

private:
    using Key = std::tuple<domain::Alert::Kind, domain::Symbol, std::string>;
    struct Matter
    {
        live::AlertEntry shown; ///< delivered last
        domain::Monotonic shownAt{};
        std::optional<live::AlertEntry> waiting; ///< newer, until the quiet time is over
        bool isOpen = false;                     ///< critical and not acknowledged
        int repetitions = 0;
    };
    AlertOrder deliver(Matter &matter, const live::AlertEntry &entry, domain::Monotonic now) const;
    /// When the matter has something to say by itself.
    static std::optional<domain::Monotonic> dueAt(const Matter &matter);

    ui::AlertRules m_rules = ui::AlertRules::standard();
    std::map<Key, Matter> m_matters;
};

} // namespace app
