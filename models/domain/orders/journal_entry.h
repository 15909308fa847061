#pragma once

#include "models/domain/order.h"
#include "models/domain/orders/order_moment.h"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace domain
{

// What the journal is asked to keep. Entries of one append are kept together or not at all.

/// An order that is about to be sent: from here on it counts as possibly sent.
struct JournalIntent
{
    Order order;
    friend bool operator==(const JournalIntent &, const JournalIntent &) = default;
};

/// The newest folded state of an order. Of one that the journal does not have (a foreign one) only the
/// entry is kept.
struct JournalState
{
    Order order;
    friend bool operator==(const JournalState &, const JournalState &) = default;
};

/// Something to be remembered under a name: a pause, a bracket, a checkpoint. An empty value forgets it.
struct JournalNote
{
    std::string name;
    std::string value;
    friend bool operator==(const JournalNote &, const JournalNote &) = default;
};

using JournalEntry = std::variant<JournalIntent, JournalState, Fill, OrderMoment, JournalNote>;
using JournalEntries = std::vector<JournalEntry>;

/// What the journal holds when a program starts.
struct JournalPast
{
    std::vector<Order> unresolved;            ///< not Done when last recorded, oldest first
    std::map<std::string, std::string> notes; ///< by name
    std::vector<Fill> fills; ///< the last ones, at least those of two days, in the order they were kept
    /// The journal is new because the old one was damaged or missing: orders of an earlier run may be open
    /// that it does not know.
    bool isRebuilt = false;
    Timestamp lastWrittenAt{}; ///< by this machine's wall clock, before this start
};

} // namespace domain
