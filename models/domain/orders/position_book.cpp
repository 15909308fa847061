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

} // namespace

void PositionBook::add(const Fill &fill)
{
    const auto [leg, isNew] = m_legs.try_emplace({fill.symbol, fill.positionSide});
    State &state = leg->second;
    if (isNew) {
        state.comparedAt = m_comparedAt;
    }
    if (fill.at <= state.includedUntil) {
        return;
    }
    state.amount += fill.quantity * signOf(fill.side);
    state.changedAt = std::max(state.changedAt, fill.at);
}

void PositionBook::adopt(const Leg &leg, Quantity amount, Timestamp until)
{
    State &state = m_legs[leg];
    state.amount = amount;
    state.comparedAt = std::max(state.comparedAt, until);
    state.includedUntil = until;
    state.agreed = amount;
    state.agreedUntil = until;
}

std::vector<PositionBook::Difference> PositionBook::compare(
    const std::vector<PositionRow> &rows, Timestamp askedAt)
{
    std::map<Leg, std::pair<Quantity, Timestamp>> theirs;
    for (const PositionRow &row : rows) {
        theirs[{row.symbol, row.positionSide}] = {row.amount, row.updatedAt};
    }
    for (const auto &[leg, state] : m_legs) {
        theirs.try_emplace(leg, Quantity{}, askedAt);
    }
    std::vector<Difference> differences;
    for (const auto &[leg, word] : theirs) {
        const auto &[amount, until] = word;
        const auto known = m_legs.find(leg);
        const Quantity ours = known == m_legs.end() ? Quantity{} : known->second.amount;
        if (ours == amount) {
            if (known != m_legs.end()) {
                State &state = known->second;
                state.comparedAt = std::max(state.comparedAt, askedAt);
                if (state.changedAt <= until) { // not by chance, with an execution theirs does not have yet
                    state.agreed = amount;
                    state.agreedUntil = std::max(state.agreedUntil, until);
                }
            }
            continue;
        }
        const Timestamp since = known == m_legs.end() ? m_comparedAt : known->second.comparedAt;
        const bool isRecent = known != m_legs.end() && known->second.changedAt + doubt > askedAt;
        differences.push_back({leg, ours, amount, until, since, isRecent});
    }
    m_comparedAt = std::max(m_comparedAt, askedAt);
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
           std::to_string(toMs(state.agreedUntil));
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
    const Leg leg{symbol, parsePositionSide(side)};
    adopt(leg, *quantity, timestampFromMs(at));
    return leg;
}

} // namespace domain
