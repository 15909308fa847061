#pragma once

#include "models/domain/order.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace domain
{

/// One position as the exchange lists it. Rows of size 0 may be left out.
struct PositionRow
{
    Symbol symbol;
    PositionSide positionSide = PositionSide::Both;
    Quantity amount; ///< signed: negative is short
    Timestamp updatedAt;
};

/// Positions as the sum of all executions since a state that was compared with the exchange. It finds what
/// no execution explains (reliability, invariant I8).
class PositionBook
{
public:
    using Leg = std::pair<Symbol, PositionSide>;
    struct Difference
    {
        Leg leg;
        Quantity ours; ///< with all executions until then …
        Quantity theirs;
        Timestamp until;       ///< … which theirs includes
        Timestamp since;       ///< ours last agreed then; epoch 0: it never did, ours has no beginning
        bool isRecent = false; ///< an execution came while they were asked: to be looked at again
        bool isListed = false; ///< else it is flat, and until only says when the question left
        friend bool operator==(const Difference &, const Difference &) = default;
    };

    /// Each execution once. One that the exchange's last word on the leg includes already changes nothing.
    void add(const Fill &fill);
    /// The exchange's word on one leg; it includes all executions until then. Later ones come on top; those
    /// before doubtfulUntil may be in the word as well, which the next comparison tells.
    void adopt(const Leg &leg, Quantity amount, Timestamp until, Timestamp doubtfulUntil = {});
    /// rows: all positions; those not listed are flat. askedAt: when the request left. A leg agrees where
    /// theirs is what ours was at some moment since then, give or take; it counts as compared. answeredBy:
    /// by then the exchange had surely answered; what was executed from the question to then may be part of
    /// the word on a leg that is not listed, which names no moment.
    std::vector<Difference> compare(
        const std::vector<PositionRow> &rows, Timestamp askedAt, Timestamp answeredBy);
    /// Whether it counts an execution that the exchange's last word on the leg may have included.
    bool isDoubtful(const Leg &leg) const;

    /// Signed; 0 where there is none.
    Quantity amount(const Symbol &symbol, PositionSide side) const;
    /// Legs that are not flat.
    std::vector<std::pair<Leg, Quantity>> open() const;
    bool isCompared() const { return m_isCompared; }
    void setCompared() { m_isCompared = true; }

    /// "BTCUSDT BOTH -0.25 1732561200000": the last state that the exchange agreed with, to be kept and read
    /// again; a second time follows where executions before that may be part of it. Empty where it never
    /// agreed.
    std::string toText(const Leg &leg) const;
    std::vector<Leg> legs() const;
    /// Takes a kept leg in; nothing where the text cannot be read.
    std::optional<Leg> restore(const std::string &text);

private:
    struct Change
    {
        Timestamp at;
        Quantity by; ///< signed
        std::int64_t tradeId = 0;
    };
    struct State
    {
        Quantity amount;
        Timestamp changedAt;        ///< by an execution
        std::vector<Change> recent; ///< the last of them, by time
        Timestamp comparedAt;
        Timestamp includedUntil; ///< by the exchange's word
        /// Executions after includedUntil and before this may be in the exchange's word as well: the leg was
        /// not listed, and a word without a row names no moment. A later word tells. Epoch 0: no doubt.
        Timestamp doubtfulUntil;
        /// The last execution of that very moment, where it is known; a later one of it came after the word.
        std::int64_t lastIncluded = 0;
        Quantity agreed;         ///< by us and the exchange …
        Timestamp agreedUntil;   ///< … with all executions until then; epoch 0: never
        Timestamp agreedDoubtBy; ///< … and perhaps those until then; epoch 0: no doubt
    };
    /// What the exchange says of a leg; listed: with the moment until which it includes all executions.
    struct Word
    {
        Quantity amount;
        Timestamp until;
        bool isListed = false;
        Timestamp doubtfulUntil{}; ///< where it is not listed
    };
    State freshState(const Leg &leg) const;
    static Quantity amountAt(const State &state, Timestamp at);
    static bool agrees(State &state, const Word &theirs, Timestamp askedAt);
    static std::vector<Change>::const_iterator firstDoubtful(const State &state);
    static bool agreesWithoutDoubtful(State &state, const Word &theirs, Timestamp askedAt);

    std::map<Leg, State> m_legs;
    std::set<Leg> m_strange; ///< not among the legs, and yet not flat then
    Timestamp m_comparedAt;  ///< what is not among the legs was flat then …
    Timestamp m_answeredBy;  ///< … or later, before this
    bool m_isCompared = false;
};

} // namespace domain
