#pragma once

#include "models/domain/orders/desk_reports.h"
#include "models/domain/orders/position_book.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace domain
{

/// Keeps a stop and targets on what is filled of each bracket's entry. It looks at the whole picture each
/// time and says what is missing, so that lost, late and repeated events do no harm: a new stop is at the
/// exchange before the one of the wrong size is cancelled, and all of them are reduce-only.
class BracketKeeper
{
public:
    /// Place this as a child of the bracket; tell the keeper with childPlaced() before act() is called again.
    struct Place
    {
        std::string entryId;
        int target =
            0; ///< index into the plan's targets; stopRole for the stop, closeRole for a market order
        NewOrder order;
    };
    struct Cancel
    {
        Symbol symbol;
        std::string clientOrderId;
    };
    /// Ask the exchange whether it really has this stop.
    struct Verify
    {
        Order order;
    };
    /// unprotected: part of the position without a stop.
    struct Warn
    {
        std::string entryId;
        Symbol symbol;
        std::string text;
    };
    using Action = std::variant<Place, Cancel, Verify, Warn>;
    static constexpr int stopRole = -1;
    static constexpr int closeRole = -2;

    void begin(const std::string &entryId, const BracketPlan &plan, Timestamp now);
    void childPlaced(const std::string &entryId, int target, const Order &order, Timestamp now);
    /// The newest state of an order; others than entries and children are ignored.
    void onOrder(const Order &order, Timestamp now);
    /// The position of this symbol changed, or was compared anew.
    void onPosition(const Symbol &symbol, Timestamp now);
    /// The exchange was asked and has this stop. True where it is one of ours that was not verified yet.
    bool verified(const std::string &clientOrderId);
    /// Whether positions hold all executions of this order; until then they say nothing of its bracket.
    using Booked = std::function<bool(const std::string &clientOrderId)>;
    /// What is missing now. Without isBooked positions hold everything.
    std::vector<Action> act(
        Timestamp now, const PositionBook &positions, const ExchangeInfo *rules, const Booked &isBooked = {});
    /// When act() may have something to say without another event.
    std::optional<Timestamp> nextDueAt() const;
    /// The trigger of the stop that the entry is given; nothing where it is no entry of a bracket.
    std::optional<Price> stopOf(const std::string &entryId) const;
    bool isChild(const std::string &clientOrderId) const { return m_ofOrder.contains(clientOrderId); }
    std::size_t size() const { return m_brackets.size(); }

    /// Forgets all brackets: what they protected is gone.
    void clear();
    /// Notes to be kept since the last call: entry id and text; an empty text forgets it.
    std::vector<std::pair<std::string, std::string>> takeNotes();
    /// A kept bracket; false where the text cannot be read.
    bool restore(const std::string &entryId, const std::string &text, Timestamp now);
    /// After a restart: what is still open by the notes, but not known any more, has ended.
    void endMissing(const std::function<bool(const std::string &clientOrderId)> &isKnown, Timestamp now);

private:
    struct Child
    {
        int target = stopRole;
        Order order;
        bool isVerified = false;
        bool isVerifyAsked = false;
        bool isCancelAsked = false;
    };
    /// Refusals of a role in a row.
    struct Refusals
    {
        int count = 0;
        int rejections = 0; ///< of them: by the exchange
        Timestamp retryAt;
    };
    struct Bracket
    {
        BracketPlan plan;
        Order entry;
        std::map<std::string, Child> children;
        std::map<int, Refusals> refusals; ///< by Child::target
        Timestamp changedAt;
        Timestamp stopPlacedAt;
        std::optional<Timestamp> dueAt; ///< look again then; empty: only after an event
        Timestamp unprotectedSince;     ///< epoch 0: protected
        bool isWarned = false;
        bool mustClose = false;        ///< the market is beyond the stop already
        bool isEntryCancelled = false; ///< by us, since its stop was reached
        std::set<int> released;        ///< roles whose order somebody cancelled: they are not placed again
        bool isReleaseTold = false;
        bool isNoteDue = true; ///< textOf() may be another one now
        std::string kept;
    };
    void actOn(const std::string &id, Bracket &bracket, Quantity open, Timestamp now, const SymbolSpec *spec,
        std::vector<Action> &actions);
    void dropRefused(Bracket &bracket);
    static void cancelSpentEntry(Bracket &bracket, std::vector<Action> &actions);
    static Quantity openOf(const Bracket &bracket, const PositionBook &positions, const Booked &isBooked);
    static void refuse(Refusals &refusals, Timestamp now);
    static bool isDoubtful(const Bracket &bracket, const Child &child, Timestamp now);
    void watchProtection(
        const std::string &id, Bracket &bracket, Quantity open, Timestamp now, std::vector<Action> &actions);
    void fitStops(
        const std::string &id, Bracket &bracket, Quantity open, Timestamp now, std::vector<Action> &actions);
    void fitTargets(const std::string &id, Bracket &bracket, Quantity open, Timestamp now,
        const SymbolSpec &spec, std::vector<Action> &actions);
    static void cancelChild(Bracket &bracket, Child &child, std::vector<Action> &actions);
    static NewOrder childOrder(const Bracket &bracket, OrderType type, Quantity quantity);
    static std::string textOf(const Bracket &bracket);
    static void touch(Bracket &bracket, Timestamp now);
    static void release(Bracket &bracket, int target);
    static std::optional<Timestamp> dueAfter(const Bracket &bracket, Timestamp now);

    std::map<std::string, Bracket> m_brackets;    ///< by the entry's client order id
    std::map<std::string, std::string> m_ofOrder; ///< entry id by the id of entry or child
    std::vector<std::string> m_forgotten;         ///< finished, to be told by takeNotes()
};

} // namespace domain
