#pragma once

#include "models/domain/exact.h"
#include "models/domain/order.h"
#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Fire drills: incidents that are played on the paper exchange, and what the trader made of them.
namespace domain
{

/// One call of the paper exchange's control interface, at its moment of the drill.
struct DrillStep
{
    Milliseconds at{0}; ///< since the drill began
    std::string method;
    std::string path; ///< below /control/
    std::string body; ///< JSON
    std::string said; ///< what the time line tells when it is over; empty: only what the report shows
};

/// What must be true, at the end at the latest, for the incident to count as mastered.
enum class DrillGoal : std::uint8_t {
    Flat,           ///< no position is left
    FlatOrGuarded,  ///< every position has a working stop for all of it
    NothingWorking, ///< no order of ours is left at the exchange, and what is held is guarded
};
std::string_view toText(DrillGoal goal); ///< "no position is left"

/// What a trader must not do while it burns.
enum class DrillRule : std::uint8_t {
    OpenedIntoTrouble, ///< an order that can make a position larger was sent
    SentAgain,         ///< an order like one that is UNKNOWN was sent
    GaveUpGuard,       ///< a stop was cancelled while its position stood
    LeftUnguarded,     ///< a position stood without a stop for too long
    LeftUnknown,       ///< an order was still UNKNOWN at the end
    Hammered,          ///< orders were sent again and again into a ban or an outage
};
inline constexpr std::size_t drillRuleCount = 6;
std::string_view toText(DrillRule rule); ///< "Sent an order like one whose outcome was unknown"

/// An incident as it is written down: what happens, and what a good trader does.
struct Drill
{
    std::string id; ///< "lost-answer"
    std::string title;
    std::string briefing;         ///< the situation and the task, in plain sentences
    std::string lesson;           ///< what a good reaction is, and why; told afterwards
    std::vector<DrillStep> steps; ///< by time; those before troubleAt set the scene
    Milliseconds troubleAt{0};
    Milliseconds length{0};
    Milliseconds goodReaction{0}; ///< full marks up to here
    Milliseconds slowReaction{0}; ///< none from here on
    Milliseconds guardWithin{
        0}; ///< a position may stand unguarded so long after the trouble began; 0: not judged
    DrillGoal goal = DrillGoal::FlatOrGuarded;
    int mostOrders =
        0; ///< so many orders may be sent while it burns before it counts as hammering; 0: not judged
};

/// The incidents that come with Headroom, the easiest first. All play on BTCUSDT and ETHUSDT.
const std::vector<Drill> &builtInDrills();
/// Puts the exchange right again, whatever the drill did to it.
const std::vector<DrillStep> &drillCleanUp();

/// What is true of the account at one moment.
struct DrillFacts
{
    Money exposure;  ///< sum of absolute notionals of all positions
    Money unguarded; ///< of it: not covered by a working stop
    int working = 0; ///< orders at the exchange, or that may be there
    int unknown = 0; ///< of them: their outcome is not known
};

/// Something the trader did. Orders placed elsewhere are not the trader's.
enum class DrillAct : std::uint8_t {
    Opened,      ///< sent an order that can make a position larger
    SentAgain,   ///< … while one like it was UNKNOWN
    Reduced,     ///< sent an order that can only make a position smaller
    Guarded,     ///< placed a stop
    Cancelled,   ///< took an order back
    GaveUpGuard, ///< took a stop back while its position stood
};
std::string_view toText(DrillAct act); ///< "sent an opening order"

struct DrillReport
{
    std::string title;
    bool isAborted = false;
    bool isMastered = false; ///< the goal was reached
    std::optional<Milliseconds>
        reaction; ///< from the trouble to the first fitting act, or to the goal without one
    std::optional<Milliseconds> masteredAfter;
    Money exposureAtTrouble;
    Money exposureLeft;
    Money unguardedLeft;
    Money mostUnguarded; ///< while it burned
    struct Breach
    {
        DrillRule rule = DrillRule::OpenedIntoTrouble;
        Milliseconds at{0};
    };
    std::vector<Breach> breaches; ///< each rule once, by time
    int score = 0;                ///< 0 to 100
    std::string lesson;
};

/// One run of a drill: told the time, the facts and the trader's acts, it says what the exchange is to do and
/// judges. All times count from the beginning of the drill and never go back.
class DrillRun
{
public:
    explicit DrillRun(Drill drill);

    const Drill &drill() const { return m_drill; }
    /// The steps whose time has come, each once.
    std::vector<DrillStep> due(Milliseconds now);
    void observe(Milliseconds now, const DrillFacts &facts);
    void act(Milliseconds now, DrillAct act);
    /// The trader gives up: nothing is scored.
    void abort(Milliseconds now);
    /// Its time is up, or it was given up.
    bool isOver(Milliseconds now) const { return m_isAborted || now >= m_drill.length; }
    bool burns(Milliseconds now) const { return now >= m_drill.troubleAt && !isOver(now); }
    /// The verdict so far; final once isOver().
    DrillReport report() const;

private:
    void breach(DrillRule rule, Milliseconds at);
    bool isReached(const DrillFacts &facts) const;

    Drill m_drill;
    std::size_t m_nextStep = 0;
    Milliseconds m_now{0};
    bool m_isAborted = false;
    DrillFacts m_facts;
    std::optional<Money> m_exposureAtTrouble;
    Money m_mostUnguarded;
    std::optional<Milliseconds> m_reactedAt;
    std::optional<Milliseconds> m_reachedAt; ///< since then without a break
    std::optional<Milliseconds> m_unguardedSince;
    int m_sent = 0; ///< orders since the trouble began
    std::vector<DrillReport::Breach> m_breaches;
};

/// What a new order of the trader's means, given the orders known before it.
DrillAct meaningOf(const Order &order, const std::vector<Order> &known);
/// Whether a working order is a stop for that direction of a position.
bool isGuard(const Order &order, const Symbol &symbol, Side held, PositionSide positionSide);

} // namespace domain
