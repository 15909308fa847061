#pragma once

#include "exchange/transport/request.h"
#include "models/domain/time.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace transport
{

/// One request that waits for its turn. The content belongs to the caller, who knows it by id.
struct QueueItem
{
    std::uint64_t id = 0;
    Priority priority = Priority::History;
    Lane lane = Lane::Bulk;
    Cost cost;
    std::string coalesceKey; ///< requests with the same key share one answer; empty: alone
    std::string subject;     ///< what it is about, e.g. an order; a second key of withdraw(); empty: nothing
    bool joinsUnderWay = false;                ///< also shares the answer of one that is handed over already
    std::optional<domain::Monotonic> deadline; ///< not handed over after this; empty: waits for ever
    bool isDeadlineFinal = false;   ///< it comes from the user's action: no retry and no companion extends it
    domain::Monotonic earliestAt{}; ///< not handed over before this (a retry's wait)
    int tries = 0;                  ///< hand-overs so far
    int maxTries = 1;
};

/// Requests that wait: strictly by priority, inside by earliest deadline, then by arrival. Bounded per class;
/// a full class refuses at the door and nothing is ever dropped silently.
class RequestQueue
{
public:
    /// What became of a submitted item.
    struct Admission
    {
        bool isAccepted = false;
        std::uint64_t joinedId = 0; ///< not 0: shares the answer of this waiting item and is not kept itself
        std::string reason;         ///< why it was refused
    };

    static constexpr std::array<int, priorityCount> bounds{500, 100, 200, 50, 100, 100};
    /// Longest wait of a class: Cancel none, Reduce 10 s, Resolve 5 s, Open 2 s, Market 30 s, History 5 min.
    static std::optional<domain::Milliseconds> patience(Priority priority);

    /// placesTaken: of the bound, for those of this class that may come back by putBack().
    Admission submit(QueueItem item, int placesTaken = 0);
    /// A retry: goes in without asking, since it was admitted once. Whoever admits keeps its place free.
    void putBack(QueueItem item);
    /// Takes out everything whose deadline has passed.
    std::vector<QueueItem> takeExpired(domain::Monotonic now);
    /// Takes out what waits under this key or is about this subject.
    std::vector<QueueItem> takeAbout(const std::string &key);
    /// Takes out what the condition holds for, best first.
    std::vector<QueueItem> takeIf(const std::function<bool(const QueueItem &)> &condition);
    std::optional<QueueItem> take(std::uint64_t id);
    /// The waiting item with this key, or 0.
    std::uint64_t find(const std::string &coalesceKey) const;
    int length(Priority priority) const;
    /// Waiting items of one class in the order in which they go.
    const std::vector<QueueItem> &waiting(Priority priority) const;
    std::optional<domain::Monotonic> earliestDeadline() const;

private:
    void insert(QueueItem item);
    std::array<std::vector<QueueItem>, priorityCount> m_classes;
};

} // namespace transport
