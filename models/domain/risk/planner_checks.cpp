// What stands against the planned trade, and what would mend it.

#include "models/domain/risk/filters.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/margin.h"
#include "models/domain/risk/planner.h"

#include <algorithm>
#include <fmt/format.h>

namespace domain::detail
{
namespace
{

std::string priceText(Price price)
{
    return price.toString();
}

} // namespace

bool isBlocked(const PlanResult &result, DraftCheck check, int part)
{
    return std::ranges::any_of(result.issues, [&](const DraftIssue &issue) {
        return issue.check == check && issue.part == part && issue.severity == Severity::Blocks;
    });
}

PlanResult Planner::trial(const TradePlan &plan) const
{
    return Planner{plan, m_context, Run::Trial}.run();
}

/// Whether the issue is gone once its suggestion is put in.
bool Planner::works(const DraftIssue &issue) const
{
    return !isBlocked(trial(mended(m_asked, issue)), issue.check, issue.part);
}

void Planner::block(const Fault &fault, const Mends &mends)
{
    DraftIssue issue{fault.field, fault.code, fault.what, "", Severity::Blocks, fault.check, fault.part};
    if (m_isTrial) {
        m_result.issues.push_back(std::move(issue));
        return;
    }
    for (const auto &make : mends) {
        const auto mend = make();
        if (!mend) {
            continue;
        }
        DraftIssue tried = issue;
        tried.field = mend->field;
        tried.suggestion = mend->suggestion;
        if (works(tried)) {
            tried.text = fmt::format("{}: {}.", fault.what, mend->sentence);
            m_result.issues.push_back(std::move(tried));
            return;
        }
    }
    issue.text = fmt::format("{}: {}.", fault.what, fault.otherwise);
    m_result.issues.push_back(std::move(issue));
}

// --- account and symbol

void Planner::checkContext()
{
    if (m_context.account == nullptr) {
        m_result.issues.push_back({DraftField::Symbol, 0,
            "The account has not been read yet: the figures leave it out.", "", Severity::Confirm});
    }
    checkLeverage();
}

/// Under an open isolated position of the symbol the exchange only lets the leverage grow.
bool Planner::mayLowerLeverageTo(int leverage) const
{
    return leverage >= leverageNow() ||
           std::ranges::none_of(m_account.positions, [&](const Position &position) {
               return position.symbol == m_spec.symbol && position.marginType == MarginType::Isolated;
           });
}

/// The largest notional of any side of the symbol with its open orders, at the mark: what a leverage must
/// allow before it is set.
Money Planner::exposureNow() const
{
    Money most;
    for (const PositionSide side : {PositionSide::Both, PositionSide::Long, PositionSide::Short}) {
        const auto *position = findPosition(m_account, m_spec.symbol, side);
        const Money held =
            position != nullptr ? position->notionalAt(markOrEntry()) * signOf(position->side) : Money{};
        OpenOrderValue working;
        if (m_context.openOrders != nullptr) {
            working = openOrderValue(*m_context.openOrders, m_spec.symbol, side, m_context.mark.price);
        }
        most = std::max({most, (held + working.buys).abs(), (held - working.sells).abs()});
    }
    return most;
}

void Planner::checkLeverage()
{
    const int most = m_table.front().maxLeverage;
    const int now = leverageNow();
    const auto say = [&](int code, const std::string &what, int leverage, const std::string &sentence) {
        block({DraftCheck::Leverage, DraftField::Leverage, code, 0, what, sentence}, {[&] {
            return std::optional{Mend{DraftField::Leverage, std::to_string(leverage), sentence}};
        }});
    };
    if (m_plan.leverage > most) {
        say(-4028, fmt::format("{} allows at most {}x", m_spec.symbol, most), most, "lower the leverage");
        return;
    }
    const auto &own = m_context.limits.largestLeverage;
    if (own && m_plan.leverage > *own) {
        say(0, fmt::format("Your rules allow at most {}x", *own), std::max(1, *own), "lower the leverage");
        return;
    }
    if (m_plan.leverage < 1 || m_plan.leverage == now) {
        return;
    }
    const Money exposure = exposureNow();
    if (exposure > maxNotionalAt(m_table, m_plan.leverage)) {
        const int allowed = std::max(1, maxLeverageFor(m_table, exposure));
        say(-2027, fmt::format("At {}x less may be held than what is open and ordered now", m_plan.leverage),
            allowed, fmt::format("plan with {}x", allowed));
    } else if (!mayLowerLeverageTo(m_plan.leverage)) {
        say(-4161,
            fmt::format("Under an open isolated position the leverage cannot be lowered from {}x", now), now,
            fmt::format("plan with {}x or more", now));
    } else if (m_plan.leverage < now && m_boundByLeverage > m_risk.availableBalance) {
        say(-2028,
            fmt::format("At {}x what is open and ordered now would bind {} {} more than is available",
                m_plan.leverage, (m_boundByLeverage - m_risk.availableBalance).toFixed(2, Rounding::Up),
                m_spec.quoteAsset),
            now, fmt::format("plan with {}x", now));
    }
}

void Planner::checkMode()
{
    if (m_before != nullptr && m_before->marginType != m_asked.marginType) {
        const bool isCross = m_before->marginType == MarginType::Cross;
        const std::string sentence = fmt::format("plan with {} margin", isCross ? "cross" : "isolated");
        block({DraftCheck::MarginType, DraftField::MarginType, -4048, 0,
                  fmt::format("The open position is {} and stays so", isCross ? "cross" : "isolated"),
                  sentence},
            {[&] {
                return std::optional{
                    Mend{DraftField::MarginType, isCross ? "CROSSED" : "ISOLATED", sentence}};
            }});
    }
    if (m_context.account == nullptr) {
        return;
    }
    const bool isLong = m_plan.side == Side::Buy;
    const PositionSide opened = !m_account.hedgeMode ? PositionSide::Both
                                : isLong             ? PositionSide::Long
                                                     : PositionSide::Short;
    if (m_plan.positionSide == opened) {
        return;
    }
    const bool isUnsaid = m_plan.positionSide == PositionSide::Both;
    const std::string what = !m_account.hedgeMode ? std::string{"The account is in one-way mode"}
                             : isUnsaid           ? std::string{"The account is in hedge mode"}
                                                  : fmt::format("In hedge mode a {} closes the {} position",
                                              isLong ? "buy" : "sell", isLong ? "short" : "long");
    const std::string sentence = !m_account.hedgeMode
                                     ? std::string{"plan without a long or short position side"}
                                     : fmt::format("plan for the {} position", isLong ? "long" : "short");
    block({DraftCheck::PositionMode, DraftField::Side, -4061, 0, what, sentence}, {[&] {
        return std::optional{Mend{DraftField::Side, std::string{toWire(opened)}, sentence}};
    }});
}

// --- what was typed

bool Planner::checkInputs()
{
    if (m_plan.leverage < 1) {
        block({DraftCheck::Leverage, DraftField::Leverage, -4028, 0, "The leverage must be at least 1x",
                  "raise it"},
            {[] {
                return std::optional{Mend{DraftField::Leverage, "1", "raise it"}};
            }});
        return false;
    }
    if (!isUsablePrice(m_plan.entry)) {
        block({DraftCheck::PriceFilter, DraftField::Price, -4001, 0, "The entry price is missing",
                  "enter one above 0"},
            {[this]() -> std::optional<Mend> {
                if (!m_context.mark.isKnown()) {
                    return std::nullopt;
                }
                const Price mark = roundedToTick(m_context.mark.price, m_spec);
                return Mend{DraftField::Price, priceText(mark), "enter one above 0, for example the mark"};
            }});
        return false;
    }
    if (!checkSlippage()) {
        return false;
    }
    const bool isLong = m_plan.side == Side::Buy;
    if (m_plan.stop) {
        m_stop = checkedExit(
            *m_plan.stop, {DraftCheck::StopSide, DraftField::StopPrice, 0, 0, "", ""}, "The stop", !isLong);
    }
    checkTargets();
    checkShares();
    const bool sizesByLoss =
        std::holds_alternative<RiskAmount>(m_plan.sizing) || std::holds_alternative<RiskShare>(m_plan.sizing);
    if (sizesByLoss && !m_plan.stop) {
        block({DraftCheck::StopMissing, DraftField::StopPrice, 0, 0, "Sizing by the loss needs a stop",
                  "enter one"},
            {[this] { return exampleStop(); }});
    }
    return true;
}

std::optional<Planner::Mend> Planner::exampleStop() const
{
    const Price away = m_context.averageRange.value_or(m_plan.entry / 100);
    const Price stop = mirrored(m_plan.entry + away * signOf(m_plan.side), m_plan.side == Side::Sell);
    return Mend{DraftField::StopPrice, priceText(stop),
        fmt::format("enter one, for example {} away at {}",
            m_context.averageRange ? "one average true range" : "1 %", shown(stop))};
}

bool Planner::checkSlippage()
{
    if (!m_plan.stopSlippage.isNegative() && m_plan.stopSlippage < Rate::of(1)) {
        return true;
    }
    block({DraftCheck::Other, DraftField::StopPrice, 0, 0, "The slippage is not possible",
        "enter 0 to less than 100 per cent"});
    return false;
}

void Planner::checkShares()
{
    std::vector<Rate> shares;
    if (const auto *safe = std::get_if<SafeSize>(&m_plan.sizing)) {
        shares = {safe->marginShare, safe->riskAmount ? Rate::of(1) : safe->riskShare};
    } else if (const auto *margin = std::get_if<MarginShare>(&m_plan.sizing)) {
        shares = {margin->share};
    } else if (const auto *risk = std::get_if<RiskShare>(&m_plan.sizing)) {
        shares = {risk->share};
    }
    if (std::ranges::any_of(shares, [](Rate share) { return !share.isPositive() || share > Rate::of(1); })) {
        block({DraftCheck::Other, DraftField::Quantity, 0, 0,
            "A share of the balance must be above 0 and at most 100 per cent", "change it"});
    }
}

int Planner::numberOf(std::size_t part) const
{
    const int given = m_plan.targets[part].number;
    return given > 0 ? given : static_cast<int>(part) + 1;
}

void Planner::checkTargets()
{
    if (m_plan.targets.size() > mostTargets) {
        block({DraftCheck::Other, DraftField::TargetPrice, 0, static_cast<int>(mostTargets),
            fmt::format("There are more than {} targets", mostTargets), "take some away"});
        m_plan.targets.resize(mostTargets);
    }
    Rate sum;
    for (std::size_t i = 0; i < m_plan.targets.size(); ++i) {
        const auto &target = m_plan.targets[i];
        const int part = static_cast<int>(i);
        const std::string name =
            m_plan.targets.size() == 1 ? std::string{"The target"} : fmt::format("Target {}", numberOf(i));
        const auto price =
            checkedExit(target.price, {DraftCheck::TargetSide, DraftField::TargetPrice, 0, part, "", ""},
                name.c_str(), m_plan.side == Side::Buy);
        const Rate room = Rate::of(1) - sum;
        const bool isSound = target.share.isPositive() && target.share <= room;
        if (!isSound) {
            block({DraftCheck::TargetShares, DraftField::TargetShare, 0, part,
                      target.share.isPositive() ? fmt::format("{} takes the shares past 100 per cent", name)
                                                : fmt::format("{} must have a share above 0", name),
                      "take it away or lower the others"},
                {[&]() -> std::optional<Mend> {
                    const std::string percent = (room * 100).toString();
                    return room.isPositive() ? std::optional{Mend{DraftField::TargetShare, percent,
                                                   fmt::format("let it take the remaining {} %", percent)}}
                                             : std::nullopt;
                }});
        }
        sum += isSound ? target.share : Rate{};
        if (price && isSound) {
            m_targets.push_back({{*price, target.share, numberOf(i)}, part});
        }
    }
}

/// A price on the right side of the entry: as far from it as the wrong one, or 1 % where that is none.
Price Planner::mirrored(Price exit, bool mustBeAbove) const
{
    const Price tick = m_spec.tickSize.isPositive() ? m_spec.tickSize : Price::fromUnits(1);
    Price away = isUsablePrice(exit) ? (m_plan.entry - exit).abs() : Price{};
    if (away.isZero() || (!mustBeAbove && away >= m_plan.entry)) {
        away = m_plan.entry / 100;
    }
    const Price wished = mustBeAbove ? m_plan.entry + away : m_plan.entry - away;
    Price found = roundedToTick(std::min(wished, largestPrice), m_spec);
    if (mustBeAbove ? found <= m_plan.entry : found >= m_plan.entry) {
        found = mustBeAbove ? found + tick : found - tick;
    }
    return found;
}

/// The exit if it can be computed with; what is wrong with it otherwise goes to the issues.
std::optional<Price> Planner::checkedExit(
    const Price &exit, const Fault &as, const char *name, bool mustBeAbove)
{
    const bool isStop = as.field == DraftField::StopPrice;
    const DraftCheck filter = isStop ? DraftCheck::StopFilter : DraftCheck::TargetFilter;
    const auto moved = [&](Price to, const char *how) {
        return Mends{[this, to, how, field = as.field]() -> std::optional<Mend> {
            return isUsablePrice(to)
                       ? std::optional{Mend{field, priceText(to), fmt::format("{} {}", how, shown(to))}}
                       : std::nullopt;
        }};
    };
    if (!isUsablePrice(exit)) {
        block({filter, as.field, -4006, as.part, fmt::format("{} is not a usable price", name),
                  "enter one above 0 or leave it out"},
            moved(mirrored(exit, mustBeAbove), "enter one above 0 or leave it out, for example"));
        return std::nullopt;
    }
    if (mustBeAbove ? exit <= m_plan.entry : exit >= m_plan.entry) {
        block({as.check, as.field, -2021, as.part,
                  fmt::format("{} of a {} lies {} the entry", name,
                      m_plan.side == Side::Buy ? "long" : "short", mustBeAbove ? "above" : "below"),
                  "move it there"},
            moved(mirrored(exit, mustBeAbove), "move it there, for example to"));
        return std::nullopt;
    }
    const Price onGrid = roundedToTick(exit, m_spec);
    if (onGrid != exit) {
        block(
            {filter, as.field, -4014, as.part,
                fmt::format("{} {} is not on the tick {}", name, exit.toString(), m_spec.tickSize.toString()),
                "move it there"},
            moved(onGrid, "the nearest is"));
    }
    return exit;
}

// --- size

/// Half as far from the entry, so many times over.
std::optional<Planner::Mend> Planner::closerStop(int halvings) const
{
    const Price stop =
        roundedToTick(m_plan.entry - (m_plan.entry - *m_stop) / (std::int64_t{1} << halvings), m_spec);
    return stop != m_plan.entry && stop != *m_stop
               ? std::optional{Mend{DraftField::StopPrice, priceText(stop),
                     fmt::format("move the stop closer, for example to {}", shown(stop))}}
               : std::nullopt;
}

/// No size is within the user's rules of risk.
void Planner::explainNothingWithinRules()
{
    const Fault fault{DraftCheck::MinNotional, m_plan.stop ? DraftField::StopPrice : DraftField::Quantity, 0,
        0,
        fmt::format("No quantity{} fits, your {} allows less", m_plan.stop ? "" : " without a stop",
            toString(m_result.bound)),
        m_plan.stop ? "move the stop closer, or close something first" : "enter one"};
    Mends mends;
    if (m_stop) {
        constexpr int mostHalvings = 6;
        for (int halvings = 1; halvings <= mostHalvings; ++halvings) {
            mends.emplace_back([this, halvings] { return closerStop(halvings); });
        }
    } else if (!m_plan.stop) {
        mends.emplace_back([this] { return exampleStop(); });
    }
    block(fault, mends);
    m_result.bound = SizeBound::None;
}

void Planner::explainNoQuantity()
{
    const bool isByRule =
        m_result.bound == SizeBound::TradeRiskRule || m_result.bound == SizeBound::OpenRiskRule;
    if (isByRule) {
        explainNothingWithinRules();
        return;
    }
    const Quantity smallest = smallestQuantity(m_spec, entryOrder().type, m_plan.entry);
    const std::string what =
        m_result.bound == SizeBound::Requested
            ? std::string{"No quantity"}
            : fmt::format("No quantity fits, the {} allows less", toString(m_result.bound));
    const std::string sentence =
        fmt::format("the smallest trade here is {} {}", smallest.toString(), m_spec.baseAsset);
    block({DraftCheck::MinNotional, DraftField::Quantity, -4004, 0, what, sentence},
        {[&]() -> std::optional<Mend> {
            return smallest.isPositive()
                       ? std::optional{Mend{DraftField::Quantity, smallest.toString(), sentence}}
                       : std::nullopt;
        }});
    m_result.bound = SizeBound::None;
}

void Planner::checkFilters(const NewOrder &order)
{
    const FilterPrices prices{markOrEntry(), m_context.bid.price, m_context.ask.price};
    DraftIssues found = filterIssues(order, m_spec, prices);
    if (order.type == OrderType::Market) {
        // The planned price is to be one that exists, wherever the market fills.
        NewOrder limit = order;
        limit.type = OrderType::Limit;
        for (auto &each : filterIssues(limit, m_spec, prices)) {
            if (each.field == DraftField::Price && each.venueCode != -4016 && each.venueCode != -4024) {
                found.push_back(std::move(each));
            }
        }
    }
    for (auto &each : found) {
        each.check = each.field == DraftField::Price ? DraftCheck::PriceFilter
                     : each.venueCode == -4164       ? DraftCheck::MinNotional
                                                     : DraftCheck::QuantityFilter;
        if (!m_isTrial && !each.suggestion.empty() && !works(each)) {
            each.suggestion.clear();
        }
        m_result.issues.push_back(std::move(each));
    }
}

void Planner::checkSize()
{
    NewOrder order = entryOrder();
    order.reduceOnly = isPureReduction();
    checkFilters(order);
    if (!order.reduceOnly) {
        checkBracketLimit(order);
    }
    if (!m_result.isSufficient()) {
        checkBalance(order);
    }
}

void Planner::checkBracketLimit(const NewOrder &order)
{
    const Money room = openingRoom(m_plan.side, m_plan.positionSide, m_result.assumedPrice, beforeContext());
    const Money limit = maxNotionalAt(m_table, m_plan.leverage);
    const Money wanted = m_result.assumedPrice * m_result.quantity;
    if (limit.isZero() || wanted <= room) {
        return;
    }
    const int leverage = maxLeverageFor(m_table, limit - room + wanted);
    const Quantity smaller = roundedDownToLot(
        quantityBought(std::max(Money{}, room), m_result.assumedPrice), lotFor(m_spec, order.type));
    block({DraftCheck::BracketLimit, DraftField::Quantity, -2027, 0,
              fmt::format(
                  "At {}x at most {} {} may be held", m_plan.leverage, limit.toString(), m_spec.quoteAsset),
              "lower the quantity"},
        {[&]() -> std::optional<Mend> {
             return leverage >= 1 && mayLowerLeverageTo(leverage)
                        ? std::optional{Mend{DraftField::Leverage, std::to_string(leverage),
                              fmt::format("lower the leverage to {}x or the size", leverage)}}
                        : std::nullopt;
         },
            [&]() -> std::optional<Mend> {
                return smaller.isPositive()
                           ? std::optional{Mend{DraftField::Quantity, smaller.toString(),
                                 fmt::format("lower the quantity to {}", smaller.toString())}}
                           : std::nullopt;
            }});
}

void Planner::checkBalance(const NewOrder &order)
{
    const Quantity smaller = roundedDownToLot(byBalance().quantity, lotFor(m_spec, order.type));
    const auto higherLeverage = [&]() -> std::optional<Mend> {
        // More leverage never costs more, so the least that is enough can be bisected.
        const auto isEnough = [&](int leverage) {
            return orderCost(m_plan.side, m_result.opening, m_result.assumedPrice, markOrEntry(), leverage) <=
                   m_available;
        };
        int bad = m_plan.leverage;
        int good = m_result.maxLeverage;
        if (good <= bad || !isEnough(good)) {
            return std::nullopt;
        }
        while (good - bad > 1) {
            const int middle = (good + bad) / 2;
            (isEnough(middle) ? good : bad) = middle;
        }
        return Mend{
            DraftField::Leverage, std::to_string(good), fmt::format("raise the leverage to {}x", good)};
    };
    block({DraftCheck::Balance, DraftField::Quantity, -2019, 0,
              fmt::format(
                  "{} {} is missing", m_result.missingBalance.toFixed(2, Rounding::Up), m_spec.quoteAsset),
              "free some margin or deposit first"},
        {[&]() -> std::optional<Mend> {
             return smaller.isPositive() ? std::optional{Mend{DraftField::Quantity, smaller.toString(),
                                               fmt::format("lower the quantity to {}, or raise the leverage",
                                                   smaller.toString())}}
                                         : std::nullopt;
         },
            higherLeverage});
}

// --- stop and liquidation

bool Planner::isStopReached(const std::optional<Price> &liquidation) const
{
    const Price fill = stopFill(m_result.quantity);
    return !liquidation || (m_plan.side == Side::Buy ? fill > *liquidation : fill < *liquidation);
}

bool Planner::isStopClear(const std::optional<Price> &liquidation, Rate gap) const
{
    return isStopReached(liquidation) &&
           (!liquidation ||
               (stopFill(m_result.quantity) - *liquidation) * signOf(m_plan.side) >= *liquidation * gap);
}

/// Rounded towards the entry, so that a stop that lies beyond it does so as read, too.
std::string Planner::shownLiquidation(Price liquidation) const
{
    return liquidation.toFixed(
        m_spec.priceDecimals(), m_plan.side == Side::Buy ? Rounding::Up : Rounding::Down);
}

std::string Planner::stopBeyond(Price liquidation) const
{
    const bool isLong = m_plan.side == Side::Buy;
    const auto where = [&](Price price) { return price == liquidation ? "at" : "beyond"; };
    if (isLong ? *m_stop <= liquidation : *m_stop >= liquidation) {
        return fmt::format(
            "The stop lies {} the liquidation price {}", where(*m_stop), shownLiquidation(liquidation));
    }
    const Price fill = stopFill(m_result.quantity);
    return fmt::format("The stop would fill at {}, {} the liquidation price {}",
        fill.toFixed(m_spec.priceDecimals(), isLong ? Rounding::Down : Rounding::Up), where(fill),
        shownLiquidation(liquidation));
}

/// Liquidation price of the whole position if the trade used another leverage; isolated margin.
std::optional<Price> Planner::liquidationAt(int leverage) const
{
    TradePlan plan = filledPlan(m_plan, m_result);
    plan.leverage = leverage;
    const auto position = mergedPosition(m_before, m_spec.symbol, plan, m_result.quantity);
    return position ? liquidationPrice({position->side, position->quantity, position->entryPrice},
                          {position->isolatedWallet, {}, {}}, m_table)
                    : std::nullopt;
}

/// The stop nearest to a liquidation price that still fills in front of it by the gap.
Price Planner::stopClear(Price liquidation, Rate gap) const
{
    const Rate one = Rate::of(1);
    const int sign = signOf(m_plan.side);
    const auto walked = m_exitSide.fill(m_result.quantity);
    const Price fill = liquidation * (one + gap * sign);
    const Price assumed = fill / (one - m_plan.stopSlippage * sign);
    const Price deep = walked ? fill + walked->slippage() * sign : fill;
    const bool isLong = m_plan.side == Side::Buy;
    const Price exact = isLong ? std::max(assumed, deep) : std::min(assumed, deep);
    const Price low = m_spec.minPrice;
    return low + (exact - low).roundedTo(m_spec.tickSize, isLong ? Rounding::Up : Rounding::Down);
}

/// Moving the stop may change the size and with it the liquidation price, so a few steps may be needed.
std::optional<Planner::Mend> Planner::stopBefore(Rate gap) const
{
    constexpr int mostTries = 12;
    const bool isLong = m_plan.side == Side::Buy;
    TradePlan plan = m_asked;
    auto liquidation = m_result.liquidationPrice;
    for (int tries = 0; tries < mostTries && liquidation; ++tries) {
        const Price stop = stopClear(*liquidation, gap);
        if (!isUsablePrice(stop) || (isLong ? stop >= m_plan.entry : stop <= m_plan.entry)) {
            return std::nullopt;
        }
        plan.stop = stop;
        const PlanResult tried = trial(plan);
        if (!isBlocked(tried, DraftCheck::StopBeyondLiquidation) &&
            !isBlocked(tried, DraftCheck::StopNearLiquidation)) {
            return Mend{
                DraftField::StopPrice, priceText(stop), fmt::format("move the stop to {}", shown(stop))};
        }
        liquidation = tried.liquidationPrice;
    }
    return std::nullopt;
}

/// A smaller position is liquidated later, so the largest that clears the stop can be bisected.
std::optional<Planner::Mend> Planner::quantityForStop(Rate gap) const
{
    const auto &lot = lotFor(m_spec, entryOrder().type);
    const Quantity step = lot.stepSize.isZero() ? Quantity::fromUnits(1) : lot.stepSize;
    TradePlan plan = m_asked;
    const auto isGood = [&](Quantity quantity) {
        plan.sizing = FixedQuantity{quantity};
        return isStopClear(trial(plan).liquidationPrice, gap);
    };
    Int128 good = 0;
    Int128 bad = m_result.quantity.units() / step.units();
    while (bad - good > 1) {
        const Int128 middle = (good + bad) / 2;
        (isGood(Quantity::fromUnits(middle * step.units())) ? good : bad) = middle;
    }
    const Quantity fits = roundedDownToLot(Quantity::fromUnits(good * step.units()), lot);
    return fits.isPositive() ? std::optional{Mend{DraftField::Quantity, fits.toString(),
                                   fmt::format("lower the quantity to {}", fits.toString())}}
                             : std::nullopt;
}

void Planner::checkGeometry()
{
    if (!m_stop || isPureReduction()) {
        return;
    }
    const bool isReached = isStopReached(m_result.liquidationPrice);
    if (m_plan.marginType != MarginType::Isolated) {
        m_result.maxLeverageForStop = isReached ? m_result.maxLeverage : 0;
    } else if (!m_isTrial) {
        // More leverage is never a farther liquidation, so the bound can be bisected.
        int good = 0;
        int bad = std::max(1, m_result.maxLeverage) + 1;
        while (bad - good > 1) {
            const int middle = (good + bad) / 2;
            (isStopReached(liquidationAt(middle)) ? good : bad) = middle;
        }
        m_result.maxLeverageForStop = good;
    }
    const Rate gap = m_context.limits.stopGap;
    if (isReached && isStopClear(m_result.liquidationPrice, gap)) {
        return;
    }
    const Mends others{[this, gap] { return stopBefore(gap); }, [this, gap] { return quantityForStop(gap); }};
    if (isReached) {
        block({DraftCheck::StopNearLiquidation, DraftField::StopPrice, 0, 0,
                  fmt::format("The stop fills less than {} % from the liquidation price {}",
                      (gap * 100).toString(), shownLiquidation(*m_result.liquidationPrice)),
                  "move it away from there or lower the quantity"},
            others);
        return;
    }
    Mends mends{[this]() -> std::optional<Mend> {
        const int leverage = m_result.maxLeverageForStop.value_or(0);
        const bool isWayOut =
            leverage >= 1 && m_plan.marginType == MarginType::Isolated && mayLowerLeverageTo(leverage);
        return isWayOut ? std::optional{Mend{DraftField::Leverage, std::to_string(leverage),
                              fmt::format("lower the leverage to {}x, or move the stop closer", leverage)}}
                        : std::nullopt;
    }};
    mends.insert(mends.end(), others.begin(), others.end());
    block({DraftCheck::StopBeyondLiquidation, DraftField::StopPrice, 0, 0,
              stopBeyond(*m_result.liquidationPrice), "move it closer or lower the quantity"},
        mends);
}

} // namespace domain::detail
