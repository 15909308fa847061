#include "exchange/transport/request_queue.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace transport
{

namespace
{

using namespace std::chrono_literals;

std::size_t indexOf(Priority priority)
{
    return static_cast<std::size_t>(priority);
}

bool goesBefore(const QueueItem &left, const QueueItem &right)
{
    const auto due = [](const QueueItem &item) { return item.deadline.value_or(domain::Monotonic::max()); };
    return std::tuple{due(left), left.id} < std::tuple{due(right), right.id};
}

} // namespace

std::optional<domain::Milliseconds> RequestQueue::patience(Priority priority)
{
    switch (priority) {
    case Priority::Cancel:
        return std::nullopt;
    case Priority::Reduce:
        return 10s;
    case Priority::Resolve:
        return 5s;
    case Priority::Open:
        return 2s;
    case Priority::Market:
        return 30s;
    case Priority::History:
        return 5min;
    }
    return std::nullopt;
}

RequestQueue::Admission RequestQueue::submit(QueueItem item)
{
    if (const std::uint64_t known = find(item.coalesceKey); known != 0) {
        QueueItem joined = *take(known);
        joined.priority = std::min(joined.priority, item.priority);
        joined.deadline =
            joined.deadline && item.deadline ? std::max(joined.deadline, item.deadline) : std::nullopt;
        insert(std::move(joined));
        return Admission{true, known, {}};
    }
    const std::size_t at = indexOf(item.priority);
    if (m_classes[at].size() >= static_cast<std::size_t>(bounds[at])) {
        return Admission{false, 0,
            "the queue \"" + std::string{priorityNames[at]} + "\" is full (" + std::to_string(bounds[at]) +
                ")"};
    }
    insert(std::move(item));
    return Admission{true, 0, {}};
}

void RequestQueue::putBack(QueueItem item)
{
    insert(std::move(item));
}

void RequestQueue::insert(QueueItem item)
{
    auto &waiting = m_classes[indexOf(item.priority)];
    waiting.insert(std::ranges::upper_bound(waiting, item, goesBefore), std::move(item));
}

std::vector<QueueItem> RequestQueue::takeExpired(domain::Monotonic now)
{
    return takeIf([now](const QueueItem &item) { return item.deadline && *item.deadline < now; });
}

std::vector<QueueItem> RequestQueue::takeIf(const std::function<bool(const QueueItem &)> &condition)
{
    std::vector<QueueItem> taken;
    for (auto &waiting : m_classes) {
        const auto rest = std::stable_partition(waiting.begin(), waiting.end(), std::not_fn(condition));
        std::move(rest, waiting.end(), std::back_inserter(taken));
        waiting.erase(rest, waiting.end());
    }
    return taken;
}

std::optional<QueueItem> RequestQueue::take(std::uint64_t id)
{
    std::vector<QueueItem> taken = takeIf([id](const QueueItem &item) { return item.id == id; });
    return taken.empty() ? std::nullopt : std::optional{std::move(taken.front())};
}

std::uint64_t RequestQueue::find(const std::string &coalesceKey) const
{
    if (coalesceKey.empty()) {
        return 0;
    }
    for (const auto &waiting : m_classes) {
        const auto known = std::ranges::find(waiting, coalesceKey, &QueueItem::coalesceKey);
        if (known != waiting.end()) {
            return known->id;
        }
    }
    return 0;
}

int RequestQueue::length(Priority priority) const
{
    return static_cast<int>(waiting(priority).size());
}

const std::vector<QueueItem> &RequestQueue::waiting(Priority priority) const
{
    return m_classes[indexOf(priority)];
}

std::optional<domain::Monotonic> RequestQueue::earliestDeadline() const
{
    std::optional<domain::Monotonic> earliest;
    for (const auto &waiting : m_classes) {
        if (!waiting.empty() && waiting.front().deadline &&
            (!earliest || *waiting.front().deadline < *earliest)) {
            earliest = waiting.front().deadline;
        }
    }
    return earliest;
}

} // namespace transport
