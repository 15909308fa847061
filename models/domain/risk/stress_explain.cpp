#include "models/domain/risk/stress_explain.h"

#include "models/domain/risk/explain_figure.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace domain
{

using detail::Figure;

namespace
{

constexpr const char *walkSource =
    "Headroom: the account along the path, exits and liquidations on the way in it";

std::string numbered(const char *letter, std::size_t number)
{
    return letter + std::to_string(number);
}

std::string plusJoined(const std::vector<std::string> &letters)
{
    std::string text;
    for (const auto &letter : letters) {
        text += (text.empty() ? "" : " + ") + letter;
    }
    return text;
}

std::string percentText(Rate fraction)
{
    return shortText(fraction * 100) + " %";
}

/// What one stress report's figures are made of.
class StressExplainer
{
public:
    StressExplainer(const StressBasis &basis, const StressScenario &scenario, const StressReport &report,
        const ExplainContext &context)
        : m_basis{basis},
          m_scenario{scenario},
          m_report{report},
          m_context{context}
    {
    }

    std::optional<Explanation> of(const StressQuestion &question) const
    {
        const auto station = std::ranges::find(m_report.stations, question.at, &StressStation::at);
        const bool isAtPlace = station != m_report.stations.end() && !m_report.positions.empty();
        const StressWay &way = question.isFalling ? m_report.falling : m_report.rising;
        switch (question.figure) {
        case StressFigure::Equity:
            return isAtPlace ? std::optional{equity(*station)} : std::nullopt;
        case StressFigure::Ratio:
            return isAtPlace ? std::optional{ratio(*station)} : std::nullopt;
        case StressFigure::Leaving:
            return isAtPlace ? std::optional{leaving(*station)} : std::nullopt;
        case StressFigure::Move:
            return isAtPlace ? std::optional{move(*station)} : std::nullopt;
        case StressFigure::Reference:
            return isAtPlace ? std::optional{reference(*station)} : std::nullopt;
        case StressFigure::Change:
            return isAtPlace ? std::optional{change(*station)} : std::nullopt;
        case StressFigure::Level:
            return isAtPlace ? std::optional{level(*station)} : std::nullopt;
        case StressFigure::Gone:
            return isAtPlace ? std::optional{gone(*station)} : std::nullopt;
        case StressFigure::Funding:
            return funding();
        case StressFigure::FirstDeath:
            return way.deaths.empty() ? std::nullopt : std::optional{death(way.deaths.front(), false)};
        case StressFigure::AccountDeath:
            return way.accountDeath() == nullptr ? std::nullopt
                                                 : std::optional{death(*way.accountDeath(), true)};
        }
        return std::nullopt;
    }

private:
    static constexpr std::size_t crossPool = std::numeric_limits<std::size_t>::max();

    struct Sums
    {
        std::vector<std::string> balance;     ///< letters
        std::vector<std::string> maintenance; ///< likewise
    };

    const Position &positionOf(const StressedLeg &leg) const { return m_report.positions[leg.position]; }
    static std::string placeName(Rate at) { return percentText(at); }

    /// The unrealized profit of a position there, and its wallet where it is isolated.
    void addBalance(Figure &figure, const StressedLeg &leg, Sums &sums) const
    {
        const Position &position = positionOf(leg);
        const std::size_t number = leg.position + 1;
        if (position.marginType == MarginType::Isolated) {
            figure.input(numbered("W", number), "isolated wallet of " + nameOf(position),
                shortText(leg.isolatedWallet), m_context.quoteAsset, m_context.balance);
            sums.balance.push_back(numbered("W", number));
        }
        figure.input(numbered("U", number),
            fmt::format("unrealized profit of {} {} at {}", leg.held.toString(), nameOf(position),
                shortText(leg.price)),
            shortText(leg.unrealizedPnl), m_context.quoteAsset, m_context.mark);
        sums.balance.push_back(numbered("U", number));
    }

    void addMaintenance(Figure &figure, const StressedLeg &leg, Sums &sums) const
    {
        figure.input(numbered("M", leg.position + 1),
            fmt::format("maintenance margin of {} at {}", nameOf(positionOf(leg)), shortText(leg.price)),
            shortText(leg.maintenanceMargin), m_context.quoteAsset, m_context.brackets);
        sums.maintenance.push_back(numbered("M", leg.position + 1));
    }

    void addWallet(Figure &figure, const StressMoment &moment, Sums &sums) const
    {
        figure.input("W", "cross wallet, with what closed on the way", shortText(moment.crossWallet),
            m_context.quoteAsset, m_context.balance);
        sums.balance.emplace_back("W");
    }

    /// Legs of a pool that still hold something. pool: the isolated position, or crossPool.
    std::vector<StressedLeg> membersOf(const StressMoment &moment, std::size_t pool) const
    {
        std::vector<StressedLeg> members;
        std::ranges::copy_if(moment.legs, std::back_inserter(members), [&](const StressedLeg &leg) {
            const bool isCross = positionOf(leg).marginType == MarginType::Cross;
            return leg.held.isPositive() && (pool == crossPool ? isCross : leg.position == pool);
        });
        return members;
    }

    /// The names have to be known before the formula: gathered on a figure that is thrown away.
    template <class Fill> Sums namesFor(Fill fill) const
    {
        Figure scratch{"", "", ""};
        Sums sums;
        fill(scratch, sums);
        return sums;
    }

    Explanation equity(const StressStation &station) const
    {
        const StressMoment moment = stressMoment(m_basis, m_scenario, station.at);
        const auto fill = [&](Figure &figure, Sums &sums) {
            addWallet(figure, moment, sums);
            for (const StressedLeg &leg : moment.legs) {
                if (leg.held.isPositive()) {
                    addBalance(figure, leg, sums);
                }
            }
        };
        Figure figure{fmt::format("Equity at {}", placeName(station.at)), plusJoined(namesFor(fill).balance),
            walkSource};
        Sums sums;
        fill(figure, sums);
        sayWhatIsGone(figure, station);
        return figure.equals(shortText(station.equity), m_context.quoteAsset);
    }

    void sayWhatIsGone(Figure &figure, const StressStation &station) const
    {
        const auto say = [&](const std::vector<std::size_t> &gone, const char *how) {
            for (const std::size_t index : gone) {
                figure.remark(fmt::format("{} is {}.", nameOf(m_report.positions[index]), how));
            }
        };
        say(station.liquidated, "liquidated on the way there: all its pool had is lost");
        say(station.closed, "closed on the way there by its resting orders");
        if (m_scenario.fundingMultiple > 0) {
            figure.remark(fmt::format("{} times the next funding is booked before the move: {} {}.",
                m_scenario.fundingMultiple, shortText(m_report.fundingBooked), m_context.quoteAsset));
        }
    }

    Explanation ratio(const StressStation &station) const
    {
        const StressMoment moment = stressMoment(m_basis, m_scenario, station.at);
        std::size_t pool = crossPool;
        const auto ratioOf = [&](std::size_t of) {
            Money balance = of == crossPool ? moment.crossWallet : moment.legs[of].isolatedWallet;
            Money maintenance;
            for (const StressedLeg &leg : membersOf(moment, of)) {
                balance += leg.unrealizedPnl;
                maintenance += leg.maintenanceMargin;
            }
            return MarginRatio::of(maintenance, balance);
        };
        MarginRatio worst = ratioOf(crossPool);
        for (const StressedLeg &leg : moment.legs) {
            const bool isPool = leg.held.isPositive() && positionOf(leg).marginType == MarginType::Isolated;
            if (isPool && worst < ratioOf(leg.position)) {
                worst = ratioOf(leg.position);
                pool = leg.position;
            }
        }
        const auto fill = [&](Figure &figure, Sums &sums) {
            if (pool == crossPool) {
                addWallet(figure, moment, sums);
            }
            for (const StressedLeg &leg : membersOf(moment, pool)) {
                addBalance(figure, leg, sums);
                addMaintenance(figure, leg, sums);
            }
        };
        const Sums names = namesFor(fill);
        const std::string name = pool == crossPool ? "cross" : "isolated " + nameOf(m_report.positions[pool]);
        const bool isOver = !station.liquidated.empty();
        const bool isEmpty = names.maintenance.empty();
        Figure figure{fmt::format("Margin ratio at {}, {}", placeName(station.at), name),
            isOver || isEmpty
                ? ""
                : fmt::format("({}) / ({})", plusJoined(names.maintenance), plusJoined(names.balance)),
            "Binance USDS-M: margin ratio, liquidation at 100 %; the worst of the pools"};
        Sums sums;
        fill(figure, sums);
        sayWhatIsGone(figure, station);
        if (isOver) {
            figure.remark(fmt::format(
                "After a liquidation the ratio counts as 100 % at least; of what is left it is {}.",
                station.livingRatio.value() ? percentText(*station.livingRatio.value())
                                            : "beyond all measure"));
        }
        const auto value = station.ratio.value();
        return value ? figure.equals(shortText(*value * 100), "%")
                     : figure.isNone(
                           "The margin balance is used up: no ratio describes it, liquidation is due.");
    }

    Explanation leaving(const StressStation &station) const
    {
        const StressMoment moment = stressMoment(m_basis, m_scenario, station.at);
        std::vector<std::string> letters;
        for (const StressedLeg &leg : moment.legs) {
            if (leg.held.isPositive()) {
                letters.push_back(numbered("C", leg.position + 1));
            }
        }
        Figure figure{fmt::format("Cost of leaving at {}", placeName(station.at)),
            letters.empty() ? std::string{} : plusJoined(letters),
            "Headroom: slippage of the present order books, carried to the price there, and taker fees"};
        for (const StressedLeg &leg : moment.legs) {
            if (leg.held.isPositive()) {
                const bool hasBook = m_report.leaving[leg.position].hasBook;
                figure.input(numbered("C", leg.position + 1),
                    fmt::format("{} of {} {} at {}",
                        hasBook ? "slippage and fee" : "fee alone, no order book,", leg.held.toString(),
                        nameOf(positionOf(leg)), shortText(leg.price)),
                    shortText(leg.leavingCost), m_context.quoteAsset, m_context.book);
            }
        }
        if (m_scenario.bookDivisor > 1) {
            figure.remark(
                fmt::format("Every quantity of the books is divided by {}.", m_scenario.bookDivisor));
        }
        return figure.equals(shortText(station.leavingCost), m_context.quoteAsset);
    }

    Rate weightOf(const Symbol &symbol) const
    {
        const auto weight = m_scenario.weights.find(symbol);
        return weight == m_scenario.weights.end() ? Rate::of(1) : weight->second;
    }

    /// Chosen, not computed; what follows from it are the prices.
    Explanation move(const StressStation &station) const
    {
        Figure figure{"Move", "", "Headroom: the path of all prices"};
        const StressMoment moment = stressMoment(m_basis, m_scenario, station.at);
        std::vector<Symbol> said;
        for (const StressedLeg &leg : moment.legs) {
            const Symbol &symbol = positionOf(leg).symbol;
            if (std::ranges::find(said, symbol) != said.end()) {
                continue; // both legs of a hedged symbol
            }
            said.push_back(symbol);
            figure.input("",
                fmt::format("{} there: its mark {}, moved {} times the place", symbol,
                    shortText(m_report.marks[leg.position]), shortText(weightOf(symbol))),
                shortText(leg.price), m_context.quoteAsset, m_context.mark);
        }
        figure.remark("A place of the path, chosen by the range; no price falls below 0.");
        return figure.equals(shortText(station.at * 100), "%");
    }

    Explanation reference(const StressStation &station) const
    {
        Figure figure{fmt::format("{} at {}", m_scenario.reference, placeName(station.at)), "P × (1 + w × x)",
            "Headroom: the path of all prices"};
        const auto mark = m_basis.marks.find(m_scenario.reference);
        if (!station.referencePrice || mark == m_basis.marks.end()) {
            return figure.isNone(weightOf(m_scenario.reference).isZero()
                                     ? "The reference does not move on this path."
                                     : "The mark price of the reference is not known.");
        }
        figure.input("P", "mark price", shortText(mark->second.mark), m_context.quoteAsset, m_context.mark);
        figure.input("w", "how many times the place it moves", shortText(weightOf(m_scenario.reference)), "",
            {"the path"});
        figure.input("x", "place", shortText(station.at * 100), "%", {"chosen"});
        if (station.referencePrice->isZero()) {
            figure.remark("No price falls below 0.");
        }
        Explanation said = figure.equals(shortText(*station.referencePrice), m_context.quoteAsset);
        if (station.referencePrice->isZero()) {
            said.workings.clear();
        }
        return said;
    }

    Explanation change(const StressStation &station) const
    {
        Figure figure{fmt::format("Change of equity at {}", placeName(station.at)), "E − N",
            "Headroom: equity there against equity before any move"};
        const auto now = std::ranges::find(m_report.stations, Rate{}, &StressStation::at);
        if (now == m_report.stations.end()) {
            return figure.isNone("The equity before any move is not known.");
        }
        figure.input("E", fmt::format("equity at {}", placeName(station.at)), shortText(station.equity),
            m_context.quoteAsset, m_context.mark);
        figure.input(
            "N", "equity before any move", shortText(now->equity), m_context.quoteAsset, m_context.mark);
        sayWhatIsGone(figure, station);
        return figure.equals(shortText(station.equity - now->equity), m_context.quoteAsset);
    }

    Explanation level(const StressStation &station) const
    {
        Figure figure{fmt::format("Risk level at {}", placeName(station.at)), "", "product: risk levels"};
        const auto value = station.ratio.value();
        figure.input("", "margin ratio, the worst of the pools",
            value ? shortText(*value * 100) : "beyond all measure", value ? "%" : "", m_context.mark);
        figure.remark("SAFE is below 30 %, MEDIUM from there, HIGH from 50 %, CRITICAL from 80 %.");
        if (!station.liquidated.empty()) {
            figure.remark("After a liquidation the ratio counts as 100 % at least.");
        }
        return figure.equals(std::string{toString(station.level)}, "");
    }

    /// Where on the way a position went, as it is said behind its name.
    void addGone(Figure &figure, std::size_t position, const std::string &how, std::optional<Rate> at) const
    {
        figure.input("", nameOf(m_report.positions[position]) + how,
            at ? shortText(*at * 100) : "where the prices land", at ? "%" : "", {"the walk along the path"});
    }

    Explanation gone(const StressStation &station) const
    {
        Figure figure{fmt::format("Liquidated or closed at {}", placeName(station.at)), "", walkSource};
        const StressWay &way = station.at.isNegative() ? m_report.falling : m_report.rising;
        std::string names;
        const auto name = [&](std::size_t position, const char *how) {
            names += (names.empty() ? "" : ", ") + nameOf(m_report.positions[position]) + how;
        };
        for (const std::size_t position : station.liquidated) {
            const auto death = std::ranges::find_if(way.deaths, [position](const PoolDeath &pool) {
                return std::ranges::find(pool.positions, position) != pool.positions.end();
            });
            name(position, "");
            addGone(figure, position, ", liquidated at a move of",
                death == way.deaths.end() ? std::nullopt : std::optional{death->at});
        }
        for (const std::size_t position : station.closed) {
            std::optional<Rate> last;
            for (const ExitFill &fill : way.fills) {
                last = fill.position == position ? std::optional{fill.at} : last;
            }
            name(position, " closed");
            addGone(figure, position, ", closed by its resting orders at a move of", last);
        }
        if (names.empty()) {
            return figure.isNone("All positions are still held there.");
        }
        const auto isCross = [this](std::size_t position) {
            return m_report.positions[position].marginType == MarginType::Cross;
        };
        if (std::ranges::count_if(station.liquidated, isCross) > 1) {
            figure.remark("All cross positions share one balance and go together.");
        }
        return figure.equals(names, "");
    }

    std::optional<Explanation> funding() const
    {
        if (m_scenario.fundingMultiple == 0 || m_report.positions.empty()) {
            return std::nullopt;
        }
        std::vector<std::string> letters;
        std::vector<std::pair<std::string, Money>> dues;
        for (std::size_t i = 0; i < m_report.positions.size(); ++i) {
            const Position &position = m_report.positions[i];
            const auto mark = m_basis.marks.find(position.symbol);
            if (mark == m_basis.marks.end()) {
                continue;
            }
            letters.push_back(numbered("F", i + 1));
            const Rate rate = mark->second.fundingRate;
            dues.emplace_back(
                fmt::format("next funding of {} {} at {}, rate {}", position.quantity.toString(),
                    nameOf(position), shortText(m_report.marks[i]), percentText(rate)),
                fundingDue(position.side, position.notionalAt(m_report.marks[i]), rate));
        }
        Figure figure{"Funding before the move", fmt::format("n × ({})", plusJoined(letters)),
            "Binance USDS-M: funding fee; a positive rate is paid by longs to shorts"};
        figure.input(
            "n", "times the next funding", std::to_string(m_scenario.fundingMultiple), "", {"chosen"});
        for (std::size_t i = 0; i < dues.size(); ++i) {
            figure.input(letters[i], dues[i].first, shortText(dues[i].second), m_context.quoteAsset,
                m_context.funding);
        }
        figure.remark("At the present marks; below 0 it is paid.");
        if (!m_report.isFundingKnown) {
            figure.remark("A position without a known funding rate is left out.");
        }
        return figure.equals(shortText(m_report.fundingBooked), m_context.quoteAsset);
    }

    /// The place itself is found tick by tick; what is shown is that there the pool is used up.
    Explanation death(const PoolDeath &death, bool byReference) const
    {
        const StressMoment moment = stressMoment(m_basis, m_scenario, death);
        const Position &first = m_report.positions[death.positions.front()];
        const std::size_t pool = death.isCross ? crossPool : death.positions.front();
        const auto fill = [&](Figure &figure, Sums &sums) {
            if (death.isCross) {
                addWallet(figure, moment, sums);
            }
            for (const StressedLeg &leg : membersOf(moment, pool)) {
                addBalance(figure, leg, sums);
                addMaintenance(figure, leg, sums);
            }
        };
        const Sums names = namesFor(fill);
        const bool isPriced = !byReference || death.referencePrice;
        const std::string whose = byReference ? m_scenario.reference : first.symbol;
        const std::string name = byReference
                                     ? fmt::format("{} where the account dies", m_scenario.reference)
                                     : fmt::format("{} where {} goes first", first.symbol, nameOf(first));
        Figure figure{name,
            fmt::format("the first {} at which {} is no more than {}",
                isPriced ? "tick of " + whose : std::string{"place"}, plusJoined(names.balance),
                plusJoined(names.maintenance)),
            "Headroom: search along the path with the exchange's margin ratio; liquidation at 100 %"};
        Sums sums;
        fill(figure, sums);
        figure.remark(fmt::format("That is a move of {} on this path.", percentText(death.at)));
        if (death.isCross && death.positions.size() > 1) {
            figure.remark("All cross positions share one balance and go together.");
        }
        Explanation said = isPriced
                               ? figure.equals(shortText(byReference ? *death.referencePrice : death.price),
                                     m_context.quoteAsset)
                               : figure.equals(shortText(death.at * 100), "%");
        said.workings.clear(); // a search, not a sum
        return said;
    }

    const StressBasis &m_basis;
    const StressScenario &m_scenario;
    const StressReport &m_report;
    const ExplainContext &m_context;
};

} // namespace

std::string nameOf(const Position &position)
{
    return position.symbol + (position.side == Side::Buy ? " long" : " short");
}

std::optional<Explanation> explainStress(const StressQuestion &question, const StressBasis &basis,
    const StressScenario &scenario, const StressReport &report, const ExplainContext &context)
{
    return StressExplainer{basis, scenario, report, context}.of(question);
}

Explanation explainWayCost(const TroubledPool &pool, const WayBack &way, const ExplainContext &context)
{
    using Kind = WayBack::Kind;
    if (way.kind == Kind::AddMargin || way.kind == Kind::AddFunds) {
        auto said =
            Figure{way.kind == Kind::AddMargin ? "Margin to add" : "Money to bring", "MM / s − MB",
                "Headroom: what the margin balance lacks for the ratio to be SAFE"}
                .input(
                    "MM", "maintenance margin", shortText(pool.maintenance), context.quoteAsset, context.mark)
                .input("s", "where SAFE ends", "30", "%", {"product: risk levels"})
                .input("MB", "margin balance", shortText(pool.balance), context.quoteAsset, context.mark)
                .remark("Rounded up to the cent above it. Moving it costs nothing.")
                .equals(way.amount.toString(), context.quoteAsset);
        return said;
    }
    std::string formula;
    for (std::size_t i = 0; i < way.parts.size(); ++i) {
        formula += fmt::format("{0}S{1} + F{1}", i == 0 ? "" : " + ", i + 1);
    }
    const bool isStop = way.kind == Kind::Stop;
    Figure figure{isStop ? "Cost of the stop once it fills" : "Cost of this way", formula,
        "Headroom: the quantity walked through the order book against the price, and the taker fee"};
    for (std::size_t i = 0; i < way.parts.size(); ++i) {
        const ClosedPart &part = way.parts[i];
        const std::string number = std::to_string(i + 1);
        figure.input("S" + number,
            fmt::format("slippage of {} {} against {} {}", part.quantity.toString(), nameOf(part.position),
                isStop ? "the stop" : "the mark", shortText(part.reference)),
            shortText(part.slippage()), context.quoteAsset,
            part.hasBook ? context.book : Provenance{"no order book: not counted"});
        figure.input("F" + number,
            fmt::format("fee on {} {}, {} %", shortText(part.proceeds), context.quoteAsset,
                detail::percent(part.feeRate)),
            shortText(part.fee()), context.quoteAsset, context.fees);
    }
    if (way.isBookThin) {
        figure.remark(
            "A book shows less than is to be closed: the rest is valued at its last price, and it costs "
            "at least this.");
    }
    return figure.equals(shortText(way.cost), context.quoteAsset);
}

std::optional<Explanation> explainWayRatio(const WayBack &way, const ExplainContext &context)
{
    if (!way.maintenanceAfter.isPositive()) {
        return std::nullopt;
    }
    return explainMarginRatio("once it is done", way.maintenanceAfter, way.balanceAfter, context);
}

} // namespace domain
