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

int boundOf(Priority priority)
{
    return RequestQueue::bounds[indexOf(priority)];
}

bool goesBefore(const QueueItem &left, const QueueItem &right)
{
    const auto due = [](const QueueItem &item) { return item.deadline.value_or(domain::Monotonic::max()); };
    return std::tuple{due(left), left.id} < std::tuple{due(right), right.id};
}

/// A final deadline holds for whoever joins; patience alone is as long as the more patient one's.
std::optional<domain::Monotonic> deadlineOfBoth(const QueueItem &left, const QueueItem &right)
{
    if (left.isDeadlineFinal != right.isDeadlineFinal) {
        return left.isDeadlineFinal ? left.deadline : right.deadline;
    }
    if (!left.deadline || !right.deadline) {
        return std::nullopt;
    }
    return left.isDeadlineFinal ? std::min(left.deadline, right.deadline)
                                : std::max(left.deadline, right.deadline);
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

RequestQueue::Admission RequestQueue::submit(QueueItem item, int placesTaken)
{
    if (const std::uint64_t known = find(item.coalesceKey); known != 0) {
        QueueItem joined = *take(known);
        if (item.priority < joined.priority && length(item.priority) + placesTaken < boundOf(item.priority)) {
            joined.priority = item.priority;
        }
        joined.deadline = deadlineOfBoth(joined, item);
        joined.isDeadlineFinal = joined.isDeadlineFinal || item.isDeadlineFinal;
        insert(std::move(joined));
        return Admission{true, known, {}};
    }
    if (length(item.priority) + placesTaken >= boundOf(item.priority)) {
        return Admission{false, 0,
            "the queue \"" + std::string{priorityNames[indexOf(item.priority)]} + "\" is full (" +
                std::to_string(boundOf(item.priority)) + ")"};
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
    const auto earliest = earliestDeadline();
    if (!earliest || *earliest >= now) {
        return {};
    }
    return takeIf([now](const QueueItem &item) { return item.deadline && *item.deadline < now; });
}

std::vector<QueueItem> RequestQueue::takeAbout(const std::string &key)
{
    if (key.empty()) {
        return {};
    }
    return takeIf([&key](const QueueItem &item) { return item.coalesceKey == key || item.subject == key; });
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
    for (auto &waiting : m_classes) {
        const auto found = std::ranges::find(waiting, id, &QueueItem::id);
        if (found != waiting.end()) {
            QueueItem taken = std::move(*found);
            waiting.erase(found);
            return taken;
        }
    }
    return std::nullopt;
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
