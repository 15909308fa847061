#pragma once

#include "models/domain/risk/plan.h"
#include "tests/promise/dice.h"
#include "tests/promise/stage.h"

#include <vector>

namespace promise
{

domain::Quantity quantityOf(domain::Money notional, const Instrument &instrument, domain::Price price);
domain::Price onTick(domain::Price price, const Instrument &instrument);
domain::NewOrder limitOrder(const Instrument &instrument, domain::PositionSide positionSide,
    domain::Side side, domain::Quantity quantity, domain::Price price);

/// A random account on a stage of its own and a random plan for it: positions in profit and loss, cross and
/// isolated, one-way and hedge, with orders that rest far away.
struct Setting
{
    explicit Setting(std::uint64_t seed);

    const domain::Symbol &symbol() const { return instrument.spec.symbol; }
    /// The entry lies where the market has to come to first.
    bool waits() const;
    /// A live book around the planned price, or none.
    void chooseBook();

    Dice dice;
    domain::Money wallet; ///< at the start
    Stage stage;
    const Instrument &instrument; ///< of the plan
    bool isHedge = false;
    domain::Price mark; ///< when the plan is made
    domain::TradePlan plan;
    domain::BookView book; ///< State::Live where there is one

private:
    void setUp();
    void holdSome(const Instrument &of);
    void drift(const Instrument &of);
    int leverageOf(const domain::Symbol &name) const;
    void restSome(const Instrument &of);
    void choosePlan();
    void chooseTargets();
    domain::Money notional();
    domain::SizingRule sizing();
    void fillSide(std::vector<domain::BookLevel> &levels, int away);
};

} // namespace promise
