#include "models/domain/risk/explain.h"

#include "models/domain/risk/explain_figure.h"
#include "models/domain/risk/order_cost.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace domain
{
namespace
{

using detail::Figure;
using detail::percent;

const Provenance &of(PriceRole role, const ExplainContext &context)
{
    return role == PriceRole::Entry ? context.entry : context.mark;
}

const char *nameOf(PriceRole role)
{
    return role == PriceRole::Entry ? "entry price" : "mark price";
}

std::string bracketName(const LeverageBracket &bracket)
{
    return fmt::format("maintenance margin rate of bracket {}", bracket.bracket);
}

/// Rate and amount of the bracket that holds a leg at a price, under the leg's letters.
void addBracket(Figure &figure, const char *rate, const char *amount, const LeverageBracket &bracket,
    const ExplainContext &context)
{
    figure.input(rate, bracketName(bracket), percent(bracket.maintenanceMarginRate), "%", context.brackets);
    figure.input(amount, fmt::format("maintenance amount of bracket {}", bracket.bracket),
        bracket.maintenanceAmount.toString(), context.quoteAsset, context.brackets);
}

void addPool(Figure &figure, const MarginPool &pool, MarginType type, const ExplainContext &context)
{
    if (type == MarginType::Isolated) {
        figure.input("WB", "isolated wallet of the position", pool.walletBalance.toString(),
            context.quoteAsset, context.balance);
        return;
    }
    figure.input(
        "WB", "cross wallet balance", pool.walletBalance.toString(), context.quoteAsset, context.balance);
    figure.input("TMM", "maintenance margin of all other symbols", pool.otherMaintenance.toString(),
        context.quoteAsset, context.mark);
    figure.input("UPNL", "unrealized profit of all other symbols", pool.otherUnrealizedPnl.toString(),
        context.quoteAsset, context.mark);
}

} // namespace

Explanation explainNotional(Price price, PriceRole role, Quantity quantity, const ExplainContext &context)
{
    return Figure{"Notional", "Q × P", "Binance USDS-M: notional value"}
        .input("Q", "quantity", quantity.toString(), context.baseAsset, context.quantity)
        .input("P", nameOf(role), price.toString(), context.quoteAsset, of(role, context))
        .equals(shortText(price * quantity), context.quoteAsset);
}

Explanation explainInitialMargin(
    Price price, PriceRole role, Quantity quantity, int leverage, const ExplainContext &context)
{
    return Figure{"Initial margin", "Q × P / L", "Binance USDS-M: leverage and margin"}
        .input("Q", "quantity", quantity.toString(), context.baseAsset, context.quantity)
        .input("P", nameOf(role), price.toString(), context.quoteAsset, of(role, context))
        .input("L", "leverage", std::to_string(std::max(leverage, 1)), "x", context.leverage)
        .equals(shortText(initialMargin(price * quantity, leverage)), context.quoteAsset);
}

Explanation explainMaintenanceMargin(Price price, PriceRole role, Quantity quantity,
    const LeverageBracket &bracket, const ExplainContext &context)
{
    Figure figure{"Maintenance margin", "Q × P × m − cum", "Binance USDS-M: leverage and margin"};
    figure.input("Q", "quantity", quantity.toString(), context.baseAsset, context.quantity);
    figure.input("P", nameOf(role), price.toString(), context.quoteAsset, of(role, context));
    addBracket(figure, "m", "cum", bracket, context);
    figure.remark(fmt::format("Bracket {} holds notionals above {} up to {} {}.", bracket.bracket,
        bracket.notionalFloor.toString(), bracket.notionalCap.toString(), context.quoteAsset));
    return figure.equals(shortText(maintenanceMargin(price * quantity, bracket)), context.quoteAsset);
}

Explanation explainMarginRatio(
    std::string_view pool, Money maintenanceMargin, Money marginBalance, const ExplainContext &context)
{
    Figure figure{fmt::format("Margin ratio, {}", pool), "MM / MB",
        "Binance USDS-M: margin ratio, liquidation at 100 %"};
    figure.input("MM", "maintenance margin", maintenanceMargin.toString(), context.quoteAsset, context.mark);
    figure.input("MB", "margin balance", marginBalance.toString(), context.quoteAsset, context.mark);
    const auto ratio = MarginRatio::of(maintenanceMargin, marginBalance).value();
    return ratio ? figure.equals(shortText(*ratio * 100), "%")
                 : figure.isNone("The margin balance is used up: no ratio describes it, liquidation is due.");
}

Explanation explainMarginBalance(
    std::string_view pool, Money wallet, Money unrealizedPnl, const ExplainContext &context)
{
    return Figure{fmt::format("Margin balance, {}", pool), "WB + UPNL", "Binance USDS-M: margin balance"}
        .input("WB", "wallet balance", wallet.toString(), context.quoteAsset, context.balance)
        .input("UPNL", "unrealized profit", unrealizedPnl.toString(), context.quoteAsset, context.mark)
        .equals(shortText(wallet + unrealizedPnl), context.quoteAsset);
}

Explanation explainUnrealizedPnl(const PositionLeg &leg, Price mark, const ExplainContext &context)
{
    return Figure{"Unrealized profit", "d × Q × (P − E)", "Binance USDS-M: unrealized PnL, at the mark price"}
        .direction(leg.side)
        .input("Q", "quantity", leg.quantity.toString(), context.baseAsset, context.quantity)
        .input("P", "mark price", mark.toString(), context.quoteAsset, context.mark)
        .input("E", "entry price", leg.entryPrice.toString(), context.quoteAsset, context.entry)
        .equals(shortText((mark - leg.entryPrice) * leg.quantity * signOf(leg.side)), context.quoteAsset);
}

Explanation explainRoe(const PositionLeg &leg, Price mark, int leverage, const ExplainContext &context)
{
    Figure figure{"Return on margin", "d × Q × (P − E) / (Q × P / L)",
        "Binance USDS-M: ROE, unrealized PnL over initial margin at the mark price"};
    figure.direction(leg.side)
        .input("Q", "quantity", leg.quantity.toString(), context.baseAsset, context.quantity)
        .input("P", "mark price", mark.toString(), context.quoteAsset, context.mark)
        .input("E", "entry price", leg.entryPrice.toString(), context.quoteAsset, context.entry)
        .input("L", "leverage", std::to_string(std::max(leverage, 1)), "x", context.leverage);
    const Money pnl = (mark - leg.entryPrice) * leg.quantity * signOf(leg.side);
    const auto ratio = roe(pnl, mark * leg.quantity, leverage);
    return ratio ? figure.equals(shortText(*ratio * 100), "%")
                 : figure.isNone("Without a notional there is no margin to compare with.");
}

Explanation explainLiquidation(std::span<const PositionLeg> legs, const MarginPool &pool,
    const LeverageBrackets &table, Price mark, MarginType marginType, const ExplainContext &context)
{
    const bool isCross = marginType == MarginType::Cross;
    const bool isPair = legs.size() > 1;
    std::string formula = isCross ? "(WB − TMM + UPNL" : "(WB";
    formula += isPair
                   ? " + cum1 + cum2 − d1 × Q1 × E1 − d2 × Q2 × E2) / (Q1 × m1 + Q2 × m2 − d1 × Q1 − d2 × Q2)"
                   : " + cum − d × Q × E) / (Q × m − d × Q)";
    Figure figure{"Liquidation price", std::move(formula),
        "Binance USDS-M: liquidation price; the brackets are those of the notional at that very price"};
    addPool(figure, pool, marginType, context);
    const auto price = liquidationPrice(legs, pool, table, mark);
    for (std::size_t i = 0; i < legs.size(); ++i) {
        const auto &leg = legs[i];
        const std::string number = isPair ? std::to_string(i + 1) : std::string{};
        const bool isLong = leg.side == Side::Buy;
        figure.input("d" + number, isLong ? "direction, +1 for a long" : "direction, -1 for a short",
            isLong ? "1" : "-1", "", {});
        figure.input("Q" + number, "quantity", leg.quantity.toString(), context.baseAsset, context.quantity);
        figure.input(
            "E" + number, "entry price", leg.entryPrice.toString(), context.quoteAsset, context.entry);
        const auto &bracket = bracketFor(table, leg.quantity * price.value_or(mark));
        addBracket(figure, ("m" + number).c_str(), ("cum" + number).c_str(), bracket, context);
    }
    if (!price) {
        return figure.isNone(
            "No price of this symbol above 0 brings the margin balance down to the maintenance margin.");
    }
    figure.remark("There the margin balance equals the maintenance margin. Fees and funding are not in it.");
    if (isCross) {
        figure.remark("All other symbols are held at their present mark prices.");
    }
    return figure.equals(shortText(*price), context.quoteAsset);
}

Explanation explainApproximateLiquidation(
    Price entry, int leverage, Rate maintenanceMarginRate, Side side, const ExplainContext &context)
{
    return Figure{"Approximate liquidation price", "E × (1 − d × (1 / L − m))",
        "The well-known approximation, for comparison; the liquidation price is the truth"}
        .input("E", "entry price", entry.toString(), context.quoteAsset, context.entry)
        .direction(side)
        .input("L", "leverage", std::to_string(std::max(leverage, 1)), "x", context.leverage)
        .input("m", "maintenance margin rate", percent(maintenanceMarginRate), "%", context.brackets)
        .remark("One rate, no maintenance amount, no other positions.")
        .equals(shortText(approximateLiquidationPrice(entry, leverage, maintenanceMarginRate, side)),
            context.quoteAsset);
}

Explanation explainDistance(
    Price from, PriceRole role, Price liquidation, Side side, const ExplainContext &context)
{
    Figure figure{"Distance to liquidation", "d × (P − LP) / P",
        "Headroom: distance to liquidation as a share of the price"};
    figure.direction(side)
        .input("P", nameOf(role), from.toString(), context.quoteAsset, of(role, context))
        .input("LP", "liquidation price", liquidation.toString(), context.quoteAsset, {"computed"});
    const auto distance = distanceToLiquidation(from, liquidation, side);
    return distance ? figure.equals(shortText(*distance * 100), "%")
                    : figure.isNone("The price is not known.");
}

Explanation explainDistanceInRanges(
    Price from, PriceRole role, Price liquidation, Price range, const ExplainContext &context)
{
    // Written as one quotient: a difference has no sign to be asked about.
    const bool isBelow = liquidation <= from;
    return Figure{"Distance to liquidation in ATR", isBelow ? "(P − LP) / ATR" : "(LP − P) / ATR",
        "Headroom: distance over Wilder's average true range of 14 closed candles"}
        .input("P", nameOf(role), from.toString(), context.quoteAsset, of(role, context))
        .input("LP", "liquidation price", liquidation.toString(), context.quoteAsset, {"computed"})
        .input("ATR", "average true range", range.toString(), context.quoteAsset, context.range)
        .equals(shortText((from - liquidation).abs() / range), "ATR");
}

Explanation explainFee(
    std::string figure, Price price, Quantity quantity, Rate rate, const ExplainContext &context)
{
    return Figure{std::move(figure), "Q × P × f", "Binance USDS-M: commission"}
        .input("Q", "quantity", quantity.toString(), context.baseAsset, context.quantity)
        .input("P", "price of the fill", shortText(price), context.quoteAsset, context.entry)
        .input("f", "fee rate", percent(rate), "%", context.fees)
        .equals(shortText(price * quantity * rate), context.quoteAsset);
}

Explanation explainOrderCost(
    Side side, Quantity opening, Price assumed, Price mark, int leverage, const ExplainContext &context)
{
    const bool loses = openLoss(side, opening, assumed, mark).isPositive();
    Figure figure{"Cost of the order", loses ? "Q × P / L + Q × d × (P − M)" : "Q × P / L",
        "Binance USDS-M: cost to open a position, initial margin and open loss"};
    figure.input("Q", "quantity that opens", opening.toString(), context.baseAsset, context.quantity)
        .input("P", "assumed price", assumed.toString(), context.quoteAsset, context.entry)
        .input("L", "leverage", std::to_string(std::max(leverage, 1)), "x", context.leverage);
    if (loses) {
        figure.direction(side).remark(
            "The second part is the open loss: what the order loses against the mark as it fills.");
    } else {
        figure.remark("There is no open loss: the order does not fill worse than the mark.");
    }
    figure.input("M", "mark price", mark.toString(), context.quoteAsset, context.mark);
    return figure.equals(shortText(orderCost(side, opening, assumed, mark, leverage)), context.quoteAsset);
}

Explanation explainFunding(Side side, Quantity quantity, Price price, PriceRole role, Rate rate,
    int settlements, const ExplainContext &context)
{
    Figure figure{"Funding", settlements == 1 ? "0 − d × Q × P × F" : "0 − d × Q × P × F × n",
        "Binance USDS-M: funding fee; a positive rate is paid by longs to shorts"};
    figure.direction(side)
        .input("Q", "quantity", quantity.toString(), context.baseAsset, context.quantity)
        .input("P", nameOf(role), price.toString(), context.quoteAsset, of(role, context))
        .input("F", "funding rate per settlement", percent(rate), "%", context.funding);
    if (settlements != 1) {
        figure.input("n", "settlements until then", std::to_string(settlements), "", {"computed"});
        if (context.fundingInterval) {
            const auto hours = std::chrono::duration_cast<std::chrono::hours>(*context.fundingInterval);
            figure.input(
                "", "time between settlements", std::to_string(hours.count()), "h", context.fundingSchedule);
        }
    }
    figure.remark("An estimate: rate and price are fixed only at the settlement. Below 0 it is paid.");
    return figure.equals(
        shortText(fundingDue(side, price * quantity, rate) * settlements), context.quoteAsset);
}

Explanation explainBreakEven(
    Price entry, Rate entryFee, Rate exitFee, Side side, const ExplainContext &context)
{
    const Rate one = Rate::of(1);
    const int sign = signOf(side);
    return Figure{"Break-even price", "E × (1 + d × f) / (1 − d × g)",
        "Headroom: the exit price whose profit pays the fees of entry and exit"}
        .input("E", "price of the entry fill", shortText(entry), context.quoteAsset, context.entry)
        .direction(side)
        .input("f", "fee rate of the entry", percent(entryFee), "%", context.fees)
        .input("g", "fee rate of the exit", percent(exitFee), "%", context.fees)
        .remark("Funding is not in it.")
        .equals(shortText(entry * (one + entryFee * sign) / (one - exitFee * sign)), context.quoteAsset);
}

Explanation explainOutcome(std::string figure, Side side, Quantity quantity, Price entry, Price exit,
    Money entryFee, Money exitFee, const ExplainContext &context)
{
    return Figure{
        std::move(figure), "d × Q × (X − E) − f − g", "Binance USDS-M: realized PnL less commission"}
        .direction(side)
        .input("Q", "quantity", quantity.toString(), context.baseAsset, context.quantity)
        .input("X", "price of the exit fill", shortText(exit), context.quoteAsset, context.entry)
        .input("E", "price of the entry fill", shortText(entry), context.quoteAsset, context.entry)
        .input("f", "entry fee", shortText(entryFee), context.quoteAsset, context.fees)
        .input("g", "exit fee", shortText(exitFee), context.quoteAsset, context.fees)
        .equals(shortText((exit - entry) * quantity * signOf(side) - entryFee - exitFee), context.quoteAsset);
}

Explanation explainRewardToRisk(Money reward, Money risk, bool isNet, const ExplainContext &context)
{
    Figure figure{isNet ? "Reward to risk, net" : "Reward to risk, gross", "G / L",
        isNet ? "Headroom: profit at the targets over loss at the stop, after fees and slippage"
              : "Headroom: profit at the targets over loss at the stop, from price to price"};
    figure.input("G", "profit at the targets", shortText(reward), context.quoteAsset, {"computed"})
        .input("L", "loss at the stop", shortText(risk), context.quoteAsset, {"computed"});
    const auto ratio = ratioOf(reward, risk);
    return ratio ? figure.equals(shortText(*ratio), "")
                 : figure.isNone("The stop loses nothing, so there is no ratio.");
}

Explanation explainSlippage(std::string figure, const BookFill &fill, const ExplainContext &context)
{
    const bool isBuy = fill.average >= fill.best;
    Figure made{std::move(figure), isBuy ? "A − B" : "B − A",
        "Headroom: average price of the quantity in the order book against the best price"};
    made.input("A", fmt::format("average price over {} levels", fill.levels), shortText(fill.average),
            context.quoteAsset, context.book)
        .input("B", "best price", fill.best.toString(), context.quoteAsset, context.book);
    if (fill.isThin()) {
        made.remark(
            fmt::format("The book shows only {} {}; the other {} are valued at its last price {}, and "
                        "may well fill worse.",
                fill.filled.toString(), context.baseAsset, fill.missing.toString(), fill.worst.toString()));
    }
    return made.equals(shortText(fill.slippage()), context.quoteAsset);
}

Explanation explainAvailableBalance(
    Money crossMarginBalance, Money boundMargin, const ExplainContext &context)
{
    Figure figure{"Available balance", "MB − B", "Binance USDS-M: available balance, never below 0"};
    figure
        .input("MB", "cross margin balance, with unrealized profit", shortText(crossMarginBalance),
            context.quoteAsset, context.mark)
        .input("B", "initial margin of cross positions and of open orders", shortText(boundMargin),
            context.quoteAsset, context.mark);
    const Money left = crossMarginBalance - boundMargin;
    if (left.isNegative()) {
        figure.remark("More is bound than there is: nothing is available.");
        auto made = figure.equals("0", context.quoteAsset);
        made.workings.clear(); // their result is below 0, which is not shown
        return made;
    }
    return figure.equals(shortText(left), context.quoteAsset);
}

Explanation explainBracketRoom(
    Price price, Quantity quantity, const LeverageBracket &bracket, const ExplainContext &context)
{
    Figure figure{fmt::format("Room in bracket {}", bracket.bracket), "C − Q × P",
        "Binance USDS-M: leverage and notional brackets"};
    figure
        .input("C", fmt::format("highest notional of bracket {}", bracket.bracket),
            bracket.notionalCap.toString(), context.quoteAsset, context.brackets)
        .input("Q", "quantity after the trade", quantity.toString(), context.baseAsset, context.quantity)
        .input("P", "entry price", price.toString(), context.quoteAsset, context.entry)
        .remark(fmt::format("Bracket {} allows up to {}x; above it the maintenance margin rate rises.",
            bracket.bracket, bracket.maxLeverage));
    return figure.equals(shortText(bracket.notionalCap - price * quantity), context.quoteAsset);
}

Explanation explainRiskSize(Money budget, Quantity quantity, Money lossAtStop, Quantity step,
    Money lossOneStepMore, const ExplainContext &context)
{
    Figure figure{"Size by risk", "the largest multiple of the step whose loss at the stop is within R",
        "Headroom: loss at the stop with both fees and the slippage of entry and stop"};
    figure.input("R", "amount at risk", shortText(budget), context.quoteAsset, {"sizing rule"})
        .input("", "loss at the stop", shortText(lossAtStop), context.quoteAsset, {"computed"})
        .input("", "step of the quantity", step.toString(), context.baseAsset, {"exchange filters"})
        .input("", "loss with one step more", shortText(lossOneStepMore), context.quoteAsset, {"computed"});
    auto made = figure.equals(quantity.toString(), context.baseAsset);
    made.workings.clear(); // found by search, not by a formula
    return made;
}

} // namespace domain
