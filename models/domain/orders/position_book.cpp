#include "models/domain/orders/position_book.h"

#include <algorithm>
#include <sstream>

namespace domain
{
namespace
{

using namespace std::chrono_literals;

// An execution this close to the question may be in the answer or not.
constexpr Milliseconds doubt = 2s;
// Our estimate of the exchange's clock may be off by this much (5.8: else nothing is signed).
constexpr Milliseconds clockDoubt = 1s;
// A row's time and that of its last execution may differ a little.
constexpr Milliseconds momentDoubt = 20ms;
// Answers are older than the executions that became known meanwhile.
constexpr Milliseconds recentLength = 60s;
constexpr std::size_t mostRecent = 500;

} // namespace

void PositionBook::add(const Fill &fill)
{
    const Leg leg{fill.symbol, fill.positionSide};
    State &state = m_legs.try_emplace(leg, freshState(leg)).first->second;
    const bool isOfLastMoment =
        fill.at == state.includedUntil && state.lastIncluded != 0 && fill.tradeId > state.lastIncluded;
    if (fill.at <= state.includedUntil && !isOfLastMoment) {
        return;
    }
    const Quantity by = fill.quantity * signOf(fill.side);
    state.amount += by;
    state.changedAt = std::max(state.changedAt, fill.at);
    state.recent.insert(
        std::ranges::upper_bound(state.recent, fill.at, {}, &Change::at), Change{fill.at, by, fill.tradeId});
    const auto young = std::ranges::find_if(
        state.recent, [&state](const Change &change) { return change.at + recentLength > state.changedAt; });
    const auto surplus =
        state.recent.end() - static_cast<std::ptrdiff_t>(std::min(state.recent.size(), mostRecent));
    state.recent.erase(state.recent.begin(), std::max(young, surplus));
}

/// What is not among the legs was flat when all was compared last.
PositionBook::State PositionBook::freshState(const Leg &leg) const
{
    State state;
    state.comparedAt = m_comparedAt;
    if (m_comparedAt != Timestamp{} && !m_strange.contains(leg)) {
        state.includedUntil = m_comparedAt - clockDoubt;
        state.doubtfulUntil = m_answeredBy;
    }
    return state;
}

/// As it was with the executions until then, as far as they are remembered.
Quantity PositionBook::amountAt(const State &state, Timestamp at)
{
    Quantity amount = state.amount;
    for (auto change = state.recent.rbegin(); change != state.recent.rend() && change->at > at; ++change) {
        amount -= change->by;
    }
    return amount;
}

/// Whether theirs is what ours was at a moment that fits: since the question, give or take, and with the
/// executions until then and no others, where the exchange named the moment.
bool PositionBook::agrees(State &state, const Word &theirs, Timestamp askedAt)
{
    auto next = std::ranges::upper_bound(state.recent, askedAt - doubt, {}, &Change::at);
    Quantity amount = amountAt(state, askedAt - doubt);
    for (bool isAgreed = false;; ++next) {
        const bool isEnd = next == state.recent.end();
        const Timestamp last = next == state.recent.begin() ? Timestamp{} : std::prev(next)->at;
        const auto fits = [&](Milliseconds tolerance) {
            return last <= theirs.until + tolerance && (isEnd || next->at > theirs.until - tolerance);
        };
        if (amount == theirs.amount && (!theirs.isListed || fits(momentDoubt))) {
            isAgreed = true;
            if (fits(Milliseconds{0})) { // else it is not known what a kept state would hold
                if (theirs.until >= state.agreedUntil) {
                    state.agreed = amount;
                    state.agreedUntil = theirs.until;
                    state.agreedDoubtBy = theirs.doubtfulUntil;
                }
                // What becomes known of that time later is in the sum, though it was not in ours one by one.
                if (theirs.until > state.includedUntil) {
                    state.includedUntil = theirs.until;
                    state.doubtfulUntil = theirs.doubtfulUntil;
                    const bool isKnown = last == theirs.until;
                    state.lastIncluded = isKnown ? std::prev(next)->tradeId : 0;
                }
            }
        }
        if (isEnd) {
            return isAgreed;
        }
        amount += next->by;
    }
}

void PositionBook::adopt(const Leg &leg, Quantity amount, Timestamp until, Timestamp doubtfulUntil)
{
    State &state = m_legs[leg];
    std::erase_if(state.recent, [until](const Change &change) { return change.at <= until; });
    state.amount = amount;
    for (const Change &later : state.recent) {
        state.amount += later.by;
    }
    state.comparedAt = std::max(state.comparedAt, until);
    state.includedUntil = until;
    state.lastIncluded = 0;
    state.doubtfulUntil = doubtfulUntil;
    state.agreed = amount;
    // With a doubt it is not known which executions a kept state would hold.
    state.agreedUntil = doubtfulUntil == Timestamp{} ? until : Timestamp{};
}

/// Whether the word fits once the first of the doubtful executions, as many as needed, are taken as part of
/// the earlier word; they are then.
bool PositionBook::agreesWithoutDoubtful(State &state, const Word &theirs, Timestamp askedAt)
{
    State trial = state;
    while (true) {
        const auto first = firstDoubtful(trial);
        if (first == trial.recent.end()) {
            return false;
        }
        trial.amount -= first->by;
        trial.includedUntil = first->at;
        trial.lastIncluded = first->tradeId;
        trial.recent.erase(first);
        if (agrees(trial, theirs, askedAt)) {
            state = std::move(trial);
            return true;
        }
    }
}

/// The first execution that is counted and may be part of the exchange's last word; the end where there is
/// none.
std::vector<PositionBook::Change>::const_iterator PositionBook::firstDoubtful(const State &state)
{
    const auto isLater = [](Timestamp at, const Change &change) { return at < change.at; };
    const auto first =
        std::upper_bound(state.recent.begin(), state.recent.end(), state.includedUntil, isLater);
    return first != state.recent.end() && first->at < state.doubtfulUntil ? first : state.recent.end();
}

bool PositionBook::isDoubtful(const Leg &leg) const
{
    const auto known = m_legs.find(leg);
    return known != m_legs.end() && firstDoubtful(known->second) != known->second.recent.end();
}

std::vector<PositionBook::Difference> PositionBook::compare(
    const std::vector<PositionRow> &rows, Timestamp askedAt, Timestamp answeredBy)
{
    std::map<Leg, Word> theirs;
    for (const PositionRow &row : rows) {
        theirs[{row.symbol, row.positionSide}] = {row.amount, row.updatedAt, true};
    }
    // Of what is not listed the moment is only known by our clock: what is kept holds a little less.
    for (const auto &[leg, state] : m_legs) {
        theirs.try_emplace(leg, Word{{}, askedAt - clockDoubt, false, answeredBy});
    }
    std::vector<Difference> differences;
    m_strange.clear();
    for (const auto &[leg, word] : theirs) {
        const auto known = m_legs.find(leg);
        if (known == m_legs.end()) {
            if (!word.amount.isZero()) {
                differences.push_back({leg, {}, word.amount, word.until, m_comparedAt, false, true});
                m_strange.insert(leg);
            }
            continue;
        }
        State &state = known->second;
        if (agrees(state, word, askedAt) || agreesWithoutDoubtful(state, word, askedAt)) {
            if (word.isListed && state.includedUntil >= word.until) {
                state.doubtfulUntil = {}; // of any execution it is known now whether it is in the word
            }
            state.comparedAt = std::max(state.comparedAt, askedAt);
            continue;
        }
        const bool isRecent = state.changedAt + doubt > askedAt;
        const Timestamp moment = word.isListed ? word.until : askedAt;
        const Quantity then = amountAt(state, moment);
        // Where theirs is our earlier state, executions that we counted since are what they do not have.
        differences.push_back({leg, then == word.amount ? state.amount : then, word.amount, moment,
            state.comparedAt, isRecent, word.isListed});
    }
    m_comparedAt = std::max(m_comparedAt, askedAt);
    m_answeredBy = std::max(m_answeredBy, answeredBy);
    return differences;
}

Quantity PositionBook::amount(const Symbol &symbol, PositionSide side) const
{
    const auto known = m_legs.find({symbol, side});
    return known == m_legs.end() ? Quantity{} : known->second.amount;
}

std::vector<std::pair<PositionBook::Leg, Quantity>> PositionBook::open() const
{
    std::vector<std::pair<Leg, Quantity>> legs;
    for (const auto &[leg, state] : m_legs) {
        if (!state.amount.isZero()) {
            legs.emplace_back(leg, state.amount);
        }
    }
    return legs;
}

std::string PositionBook::toText(const Leg &leg) const
{
    const auto known = m_legs.find(leg);
    if (known == m_legs.end() || known->second.agreedUntil == Timestamp{}) {
        return {};
    }
    const State &state = known->second;
    return leg.first + ' ' + std::string{toWire(leg.second)} + ' ' + state.agreed.toString() + ' ' +
           std::to_string(toMs(state.agreedUntil)) +
           (state.agreedDoubtBy == Timestamp{} ? std::string{}
                                               : ' ' + std::to_string(toMs(state.agreedDoubtBy)));
}

std::vector<PositionBook::Leg> PositionBook::legs() const
{
    std::vector<Leg> all;
    for (const auto &[leg, state] : m_legs) {
        all.push_back(leg);
    }
    return all;
}

std::optional<PositionBook::Leg> PositionBook::restore(const std::string &text)
{
    std::istringstream words{text};
    std::string symbol;
    std::string side;
    std::string amount;
    std::int64_t at = 0;
    if (!(words >> symbol >> side >> amount >> at)) {
        return std::nullopt;
    }
    const auto quantity = Quantity::parse(amount);
    if (!quantity) {
        return std::nullopt;
    }
    std::int64_t doubtfulUntil = 0;
    words >> doubtfulUntil; // none in most
    const Leg leg{symbol, parsePositionSide(side)};
    adopt(leg, *quantity, timestampFromMs(at), timestampFromMs(doubtfulUntil));
    State &state = m_legs.at(leg);
    state.agreedUntil = state.includedUntil;
    state.agreedDoubtBy = state.doubtfulUntil;
    return leg;
}

} // namespace domain
