#include "app/alerts/alert_router.h"

#include <algorithm>

namespace app
{

using Severity = domain::Alert::Severity;

AlertOrder AlertRouter::deliver(Matter &matter, const live::AlertEntry &entry, domain::Monotonic now) const
{
    matter.shown = entry;
    matter.shownAt = now;
    matter.waiting.reset();
    matter.repetitions = 0;
    matter.isOpen = entry.alert.severity == Severity::Critical && !entry.isAcknowledged;
    return {entry, m_rules.of(entry.alert.kind), 0};
}

std::vector<AlertOrder> AlertRouter::onAlert(const live::AlertEntry &entry, domain::Monotonic now)
{
    if (entry.alert.severity == Severity::Info) {
        return {};
    }
    // Matters that are over and quiet need no memory.
    std::erase_if(m_matters, [now](const auto &known) {
        const Matter &matter = known.second;
        return !matter.isOpen && !matter.waiting && now - matter.shownAt >= quietFor;
    });
    const auto [known, isNew] =
        m_matters.try_emplace(Key{entry.alert.kind, entry.alert.symbol, entry.alert.clientOrderId});
    Matter &matter = known->second;
    const bool isWorse = !isNew && entry.alert.severity > matter.shown.alert.severity;
    if (isNew || isWorse || now - matter.shownAt >= quietFor) {
        return {deliver(matter, entry, now)};
    }
    if (entry.alert.text != matter.shown.alert.text) {
        matter.waiting = entry;
    }
    return {};
}

void AlertRouter::onAcknowledged(int number)
{
    for (auto &[key, matter] : m_matters) {
        if (matter.waiting && matter.waiting->number == number) {
            matter.waiting.reset();
        }
        if (matter.shown.number == number) {
            matter.isOpen = false;
        }
    }
}

std::optional<domain::Monotonic> AlertRouter::dueAt(const Matter &matter)
{
    if (matter.waiting) {
        return matter.shownAt + quietFor;
    }
    if (matter.isOpen) {
        return matter.shownAt + repeatAfter;
    }
    return std::nullopt;
}

std::vector<AlertOrder> AlertRouter::onTime(domain::Monotonic now)
{
    std::vector<AlertOrder> due;
    for (auto &[key, matter] : m_matters) {
        const auto at = dueAt(matter);
        if (!at || *at > now) {
            continue;
        }
        if (matter.waiting) {
            const live::AlertEntry newest = *matter.waiting;
            due.push_back(deliver(matter, newest, now));
        } else {
            matter.shownAt = now;
            due.push_back({matter.shown, m_rules.of(matter.shown.alert.kind), ++matter.repetitions});
        }
    }
    return due;
}

std::optional<domain::Monotonic> AlertRouter::nextDueAt() const
{
    std::optional<domain::Monotonic> next;
    for (const auto &[key, matter] : m_matters) {
        if (const auto at = dueAt(matter); at && (!next || *at < *next)) {
            next = at;
        }
    }
    return next;
}

} // namespace app
