#include "models/domain/drills/drill.h"

#include <algorithm>

namespace domain
{
namespace
{

constexpr int fullReaction = 40;
constexpr int fullOutcome = 40;
constexpr int fullDiscipline = 20;
constexpr int costOfBreach = 15;

/// Dust of a position that was closed by value, not by quantity.
const Money nothing = Money::literal("0.5");

int reactionScore(const Drill &drill, std::optional<Milliseconds> reaction)
{
    if (!reaction || *reaction >= drill.slowReaction) {
        return 0;
    }
    if (*reaction <= drill.goodReaction) {
        return fullReaction;
    }
    const auto span = std::max<std::int64_t>(1, (drill.slowReaction - drill.goodReaction).count());
    return static_cast<int>(fullReaction * (drill.slowReaction - *reaction).count() / span);
}

/// In full where the goal was reached, else what was taken out of danger of what stood there.
int outcomeScore(bool isMastered, Money exposureAtTrouble, Money unguardedLeft)
{
    if (isMastered) {
        return fullOutcome;
    }
    if (!exposureAtTrouble.isPositive() || unguardedLeft >= exposureAtTrouble) {
        return 0;
    }
    const double safe = 1 - unguardedLeft.approximate() / exposureAtTrouble.approximate();
    return static_cast<int>(safe * fullOutcome / 2);
}

} // namespace

std::string_view toText(DrillGoal goal)
{
    switch (goal) {
    case DrillGoal::Flat:
        return "no position is left";
    case DrillGoal::FlatOrGuarded:
        return "every position is closed or has a working stop for all of it";
    case DrillGoal::NothingWorking:
        return "no order is left at the exchange but the stops of what is held";
    }
    return {};
}

std::string_view toText(DrillRule rule)
{
    switch (rule) {
    case DrillRule::OpenedIntoTrouble:
        return "Sent an opening order into the trouble";
    case DrillRule::SentAgain:
        return "Sent an order like one whose outcome was unknown";
    case DrillRule::GaveUpGuard:
        return "Took a stop back while its position stood";
    case DrillRule::LeftUnguarded:
        return "Left a position without a stop for too long";
    case DrillRule::LeftUnknown:
        return "Left an order UNKNOWN";
    case DrillRule::Hammered:
        return "Sent order after order into the outage";
    }
    return {};
}

std::string_view toText(DrillAct act)
{
    switch (act) {
    case DrillAct::Opened:
        return "sent an opening order";
    case DrillAct::SentAgain:
        return "sent an order like one that is UNKNOWN";
    case DrillAct::Reduced:
        return "sent a reducing order";
    case DrillAct::Guarded:
        return "placed a stop";
    case DrillAct::Cancelled:
        return "cancelled an order";
    case DrillAct::GaveUpGuard:
        return "cancelled a stop";
    }
    return {};
}

DrillRun::DrillRun(Drill drill) : m_drill{std::move(drill)} {}

std::vector<DrillStep> DrillRun::due(Milliseconds now)
{
    m_now = std::max(m_now, now);
    std::vector<DrillStep> steps;
    while (!m_isAborted && m_nextStep < m_drill.steps.size() && m_drill.steps[m_nextStep].at <= now) {
        steps.push_back(m_drill.steps[m_nextStep++]);
    }
    return steps;
}

bool DrillRun::isReached(const DrillFacts &facts) const
{
    switch (m_drill.goal) {
    case DrillGoal::Flat:
        return facts.exposure <= nothing && facts.unknown == 0;
    case DrillGoal::FlatOrGuarded:
        return facts.unguarded <= nothing && facts.unknown == 0;
    case DrillGoal::NothingWorking:
        return facts.working == 0 && facts.unknown == 0 && facts.unguarded <= nothing;
    }
    return false;
}

void DrillRun::observe(Milliseconds now, const DrillFacts &facts)
{
    m_now = std::max(m_now, now);
    m_facts = facts;
    if (m_now < m_drill.troubleAt || m_isAborted) {
        return; // what is true when its time is up counts as well
    }
    if (!m_exposureAtTrouble) {
        m_exposureAtTrouble = facts.exposure;
    }
    m_mostUnguarded = std::max(m_mostUnguarded, facts.unguarded);
    if (!isReached(facts)) {
        m_reachedAt.reset();
    } else if (!m_reachedAt) {
        m_reachedAt = m_now;
    }
    if (facts.unguarded <= nothing) {
        m_unguardedSince.reset();
    } else if (!m_unguardedSince) {
        m_unguardedSince = m_now;
    } else if (m_drill.guardWithin.count() > 0 && m_now - *m_unguardedSince > m_drill.guardWithin) {
        breach(DrillRule::LeftUnguarded, m_now);
    }
}

void DrillRun::act(Milliseconds now, DrillAct act)
{
    m_now = std::max(m_now, now);
    if (!burns(m_now)) {
        return;
    }
    switch (act) {
    case DrillAct::SentAgain:
        breach(DrillRule::SentAgain, m_now);
        ++m_sent;
        break;
    case DrillAct::Opened:
        breach(DrillRule::OpenedIntoTrouble, m_now);
        ++m_sent;
        break;
    case DrillAct::GaveUpGuard:
        breach(DrillRule::GaveUpGuard, m_now);
        break;
    case DrillAct::Reduced:
    case DrillAct::Guarded:
        ++m_sent;
        [[fallthrough]];
    case DrillAct::Cancelled:
        if (!m_reactedAt) {
            m_reactedAt = m_now;
        }
        break;
    }
    if (m_drill.mostOrders > 0 && m_sent > m_drill.mostOrders) {
        breach(DrillRule::Hammered, m_now);
    }
}

void DrillRun::abort(Milliseconds now)
{
    m_now = std::max(m_now, now);
    m_isAborted = true;
}

void DrillRun::breach(DrillRule rule, Milliseconds at)
{
    const bool isKnown = std::ranges::any_of(
        m_breaches, [rule](const DrillReport::Breach &known) { return known.rule == rule; });
    if (!isKnown) {
        m_breaches.push_back({rule, at});
    }
}

DrillReport DrillRun::report() const
{
    DrillReport report;
    report.title = m_drill.title;
    report.isAborted = m_isAborted;
    report.lesson = m_drill.lesson;
    report.exposureAtTrouble = m_exposureAtTrouble.value_or(Money{});
    report.exposureLeft = m_facts.exposure;
    report.unguardedLeft = m_facts.unguarded;
    report.mostUnguarded = m_mostUnguarded;
    report.isMastered = m_reachedAt.has_value();
    if (m_reachedAt) {
        report.masteredAfter = *m_reachedAt - m_drill.troubleAt;
    }
    // Where nothing had to be done, the quiet hand is the reaction.
    const auto reacted = m_reactedAt ? m_reactedAt : m_reachedAt;
    if (reacted) {
        report.reaction = *reacted - m_drill.troubleAt;
    }
    report.breaches = m_breaches;
    if (m_facts.unknown > 0 && m_now >= m_drill.length) {
        report.breaches.push_back({DrillRule::LeftUnknown, m_drill.length});
    }
    if (m_isAborted) {
        return report;
    }
    const int discipline = fullDiscipline - costOfBreach * static_cast<int>(report.breaches.size());
    report.score = std::clamp(
        reactionScore(m_drill, report.reaction) +
            outcomeScore(report.isMastered, report.exposureAtTrouble, report.unguardedLeft) + discipline,
        0, 100);
    return report;
}

bool isGuard(const Order &order, const Symbol &symbol, Side held, PositionSide positionSide)
{
    const NewOrder &request = order.request;
    const bool isStop = request.type == OrderType::StopMarket || request.type == OrderType::Stop ||
                        request.type == OrderType::TrailingStopMarket;
    return isStop && order.phase == OrderPhase::Working &&
           order.conditionalStatus != ConditionalStatus::Triggering && request.symbol == symbol &&
           request.side == opposite(held) && request.positionSide == positionSide;
}

DrillAct meaningOf(const Order &order, const std::vector<Order> &known)
{
    const NewOrder &request = order.request;
    const bool isTwin = std::ranges::any_of(known, [&](const Order &other) {
        return other.request.clientOrderId != request.clientOrderId && other.phase == OrderPhase::Unknown &&
               other.request.symbol == request.symbol && other.request.side == request.side &&
               other.request.type == request.type;
    });
    if (isTwin) {
        return DrillAct::SentAgain;
    }
    if (request.type == OrderType::StopMarket || request.type == OrderType::Stop ||
        request.type == OrderType::TrailingStopMarket) {
        return isReducing(request) ? DrillAct::Guarded : DrillAct::Opened;
    }
    return isReducing(request) ? DrillAct::Reduced : DrillAct::Opened;
}

} // namespace domain
