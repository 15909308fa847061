#include "models/domain/risk/risk_watch.h"

#include "models/domain/grouped.h"

#include <algorithm>
#include <array>

namespace domain
{
namespace
{

using namespace std::chrono_literals;
using Kind = Alert::Kind;
using Severity = Alert::Severity;

constexpr Milliseconds fundingAhead = 15min;
/// A distance is told of once it has been small for so long: while an order fills, size, margin and entry
/// arrive in steps, and what lies between two of them is not worth a bell.
constexpr Milliseconds settling = 1s;
/// A level is over once the ratio is this much below its beginning.
constexpr Rate levelMargin = Rate::fromUnits(20'000'000'000); // 2 %
/// A position is far again beyond this multiple of the limit.
constexpr Rate farAgain = Rate::fromUnits(1'100'000'000'000); // 110 %

std::string percent(Rate fraction)
{
    return (fraction * 100).toFixed(2) + " %";
}

Rate beginOf(RiskLevel level)
{
    constexpr std::array begins{0, 300, 500, 800};
    return Rate::of(begins[static_cast<std::size_t>(level)]) / 1000;
}

MarginRatio worstOf(const AccountRisk &risk)
{
    MarginRatio worst = risk.crossMarginRatio;
    for (const PositionRisk &position : risk.positions) {
        worst = std::max(worst, position.marginRatio);
    }
    return worst;
}

/// Seven digits that count: the tick is not known here.
std::string priceText(Price price)
{
    const std::string whole = price.toFixed(0, Rounding::Down);
    const int digits = whole == "0" ? 0 : static_cast<int>(whole.size());
    return grouped(price.toFixed(std::clamp(7 - digits, 0, 8)));
}

std::string directionOf(const Position &position)
{
    return position.side == Side::Buy ? "long" : "short";
}

std::string secondsText(Milliseconds length)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(length).count();
    return seconds < 120 ? std::to_string(seconds) + " s" : std::to_string(seconds / 60) + " min";
}

} // namespace

void RiskWatch::setLimits(const WatchLimits &limits)
{
    m_limits = limits;
    m_near.clear(); // another limit is another matter
}

void RiskWatch::add(Kind kind, Severity severity, const Symbol &symbol, std::string text)
{
    m_found.push_back({kind, severity, symbol, {}, std::move(text), m_now});
}

std::vector<Alert> RiskWatch::look(Timestamp now, const WatchFacts &facts)
{
    m_now = now;
    if (facts.risk != nullptr) {
        lookAtLevel(*facts.risk);
        std::erase_if(m_near, [&facts](const auto &told) {
            return facts.risk->find(told.first.first, told.first.second) == nullptr;
        });
        for (const PositionRisk &position : facts.risk->positions) {
            lookAtPosition(position);
        }
        lookAtFunding(*facts.risk);
    }
    lookAtNaked(facts);
    if (facts.marks != nullptr) {
        lookAtPrices(*facts.marks);
    }
    if (facts.rules != nullptr) {
        lookAtDailyLoss(*facts.rules);
    }
    return std::exchange(m_found, {});
}

void RiskWatch::lookAtLevel(const AccountRisk &risk)
{
    const MarginRatio ratio = worstOf(risk);
    const RiskLevel level = risk.level;
    const std::string figure = ratio.value() ? percent(*ratio.value()) : "past every limit";
    if (level > m_toldLevel) {
        m_toldLevel = level;
        if (m_limits.level && level >= *m_limits.level) {
            add(Kind::Level, level >= RiskLevel::High ? Severity::Critical : Severity::Warning, {},
                "The margin ratio is " + figure + ": " + std::string{toString(level)} + ", " +
                    std::string{adviceFor(level)} + '.');
        }
        return;
    }
    const bool isOver =
        level < m_toldLevel && ratio.value() && *ratio.value() < beginOf(m_toldLevel) - levelMargin;
    if (isOver) {
        const bool wasTold = m_limits.level && m_toldLevel >= *m_limits.level;
        m_toldLevel = level;
        if (wasTold) {
            add(Kind::Level, Severity::Info, {},
                "The margin ratio is " + figure + ", back to " + std::string{toString(level)} + '.');
        }
    }
}

void RiskWatch::lookAtPosition(const PositionRisk &position)
{
    if (!m_limits.distance) {
        return;
    }
    const Leg leg{position.position.symbol, position.position.positionSide};
    if (!position.distance || *position.distance > *m_limits.distance * farAgain) {
        m_near.erase(leg);
        return;
    }
    const int nearness = *position.distance <= *m_limits.distance / 2 ? 2
                         : *position.distance <= *m_limits.distance   ? 1
                                                                      : 0;
    Nearness &near = m_near[leg];
    if (nearness <= near.told) {
        near.since.reset();
        return;
    }
    near.since = near.since.value_or(m_now);
    if (m_now - *near.since >= settling) {
        near = {nearness, {}};
        add(Kind::Distance, nearness == 2 ? Severity::Critical : Severity::Warning, leg.first,
            "The " + directionOf(position.position) + " of " + leg.first + " is " +
                percent(*position.distance) + " from its liquidation price" +
                (position.liquidationPrice ? " of " + priceText(*position.liquidationPrice) : std::string{}) +
                '.');
    }
}

void RiskWatch::lookAtNaked(const WatchFacts &facts)
{
    std::erase_if(m_naked, [&facts](const Leg &leg) { return !facts.naked.contains(leg); });
    if (!m_limits.nakedFor) {
        return;
    }
    for (const auto &[leg, length] : facts.naked) {
        if (length >= *m_limits.nakedFor && m_naked.insert(leg).second) {
            add(Kind::Unprotected, Severity::Critical, leg.first,
                "The position in " + leg.first + " has been without a stop for " + secondsText(length) + '.');
        }
    }
}

void RiskWatch::lookAtPrices(const MarkPrices &marks)
{
    std::erase_if(m_limits.prices, [&](const PriceWatch &watch) {
        const auto mark = marks.find(watch.symbol);
        if (mark == marks.end() || !mark->second.mark.isPositive()) {
            return false;
        }
        const bool isReached =
            watch.isAbove ? mark->second.mark >= watch.price : mark->second.mark <= watch.price;
        if (isReached) {
            add(Kind::PriceReached, Severity::Warning, watch.symbol,
                "The mark price of " + watch.symbol + " is " + grouped(mark->second.mark.toString()) +
                    (watch.isAbove ? ", at or above " : ", at or below ") + grouped(watch.price.toString()) +
                    '.');
        }
        return isReached;
    });
}

void RiskWatch::lookAtDailyLoss(const RuleState &rules)
{
    const Rule &rule = rules.active.of(RuleKind::DailyLoss);
    const auto allowed = rule.limitAt(rules.day.balance);
    if (!m_limits.dailyLoss || !allowed || rules.day.startAt == Timestamp{} ||
        rules.day.startAt == m_dailyLossOf) {
        return;
    }
    const Money loss = rules.day.lossBy(rules.active.measure);
    const Money limit = Money::fromUnits(allowed->units());
    if (loss >= limit * *m_limits.dailyLoss) {
        m_dailyLossOf = rules.day.startAt;
        add(Kind::DailyLoss, Severity::Warning, {},
            "The loss of the UTC day is " + grouped(loss.toFixed(2)) + " USDT, " +
                (loss / limit * 100).toFixed(0) + " % of your limit of " +
                limitText(RuleKind::DailyLoss, *allowed) + '.');
    }
}

void RiskWatch::lookAtFunding(const AccountRisk &risk)
{
    if (!m_limits.funding) {
        return;
    }
    std::map<Symbol, Money> due;
    std::map<Symbol, Timestamp> at;
    for (const PositionRisk &position : risk.positions) {
        const Milliseconds left = position.nextFundingAt - m_now;
        if (position.fundingDue && left > 0ms && left <= fundingAhead) {
            due[position.position.symbol] += *position.fundingDue;
            at[position.position.symbol] = position.nextFundingAt;
        }
    }
    for (const auto &[symbol, amount] : due) {
        if (-amount >= *m_limits.funding && m_fundingToldOf[symbol] != at[symbol]) {
            m_fundingToldOf[symbol] = at[symbol];
            add(Kind::Funding, Severity::Warning, symbol,
                "Funding of " + symbol + " takes about " + grouped((-amount).toFixed(2)) + " USDT in " +
                    secondsText(at[symbol] - m_now) + '.');
        }
    }
}

} // namespace domain
