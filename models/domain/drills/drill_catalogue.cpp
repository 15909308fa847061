#include "models/domain/drills/drill.h"

#include <fmt/format.h>

namespace domain
{
namespace
{

using namespace std::chrono_literals;

constexpr Milliseconds sceneUntil{12'000}; ///< time to look at what one has

DrillStep post(Milliseconds at, std::string_view path, std::string body, std::string said = {})
{
    return {at, "POST", "/control/" + std::string{path}, std::move(body), std::move(said)};
}

/// A market order of the account, as if placed on the website.
DrillStep hold(std::string_view symbol, std::string_view side, int notional)
{
    return post(0ms, "order",
        fmt::format(
            R"({{"symbol":"{}","side":"{}","type":"MARKET","notional":"{}"}})", symbol, side, notional));
}
/// A resting order so many per cent away from mark.
DrillStep rest(
    Milliseconds at, std::string_view symbol, std::string_view side, int notional, std::string_view away)
{
    return post(at, "order",
        fmt::format(R"({{"symbol":"{}","side":"{}","type":"LIMIT","notional":"{}","awayPercent":"{}"}})",
            symbol, side, notional, away));
}
/// A stop for the whole position.
DrillStep stop(std::string_view symbol, std::string_view side, std::string_view away)
{
    return post(2s, "order",
        fmt::format(
            R"({{"symbol":"{}","side":"{}","type":"STOP_MARKET","awayPercent":"{}"}})", symbol, side, away));
}
DrillStep scenario(Milliseconds at, std::string_view name, std::string said = {})
{
    return post(at, "scenario", fmt::format(R"({{"scenario":"{}"}})", name), std::move(said));
}
DrillStep faults(Milliseconds at, std::string_view rules, std::string said)
{
    return post(at, "faults", fmt::format(R"({{"rules":[{}]}})", rules), std::move(said));
}
DrillStep happen(Milliseconds at, std::string_view happening, std::string said)
{
    return post(at, "happen", std::string{happening}, std::move(said));
}
DrillStep allClear(Milliseconds at, std::string said)
{
    return {at, "DELETE", "/control/faults", {}, std::move(said)};
}

Drill make(std::string_view id, std::string_view title, std::string_view briefing, std::string_view lesson)
{
    Drill drill;
    drill.id = id;
    drill.title = title;
    drill.briefing = briefing;
    drill.lesson = lesson;
    drill.troubleAt = sceneUntil;
    drill.length = 90s;
    drill.goodReaction = 15s;
    drill.slowReaction = 60s;
    return drill;
}

std::vector<Drill> writeDown()
{
    std::vector<Drill> drills;

    Drill crash = make("flash-crash", "Flash crash",
        "You hold bitcoin for 10,000 USDT without a stop. Something is about to happen to the price. Get the "
        "position out of danger.",
        "A market order in an empty book pays any price. The cheapest moment to place a stop is before it is "
        "needed; the next cheapest is the first second. Waiting for the bounce is a bet, not a plan.");
    crash.steps = {hold("BTCUSDT", "BUY", 10'000),
        scenario(sceneUntil, "crash:BTCUSDT:90", "Bitcoin began to fall: a seventh within a minute.")};
    crash.length = 110s;
    crash.goodReaction = 12s;
    crash.slowReaction = 45s;
    crash.guardWithin = 40s;
    drills.push_back(std::move(crash));

    Drill lost = make("lost-answer", "The answer is lost",
        "You hold bitcoin for 5,000 USDT without a stop. Place the stop, or close. The exchange will take "
        "your "
        "order, but its answer will not reach you.",
        "An order without an answer may have been executed. Headroom shows it as UNKNOWN and looks it up; a "
        "second "
        "one like it would be a second order. Wait for the word on the first.");
    lost.steps = {hold("BTCUSDT", "BUY", 5'000),
        faults(sceneUntil,
            R"({"kind":"unknownExecuted","method":"POST","path":"/fapi/v1/order","count":1},)"
            R"({"kind":"dropAfter","method":"POST","path":"/fapi/v1/algoOrder","count":1},)"
            R"({"kind":"blindQuery","delayMs":8000,"count":2})",
            "From here on the answer to the next order was lost, and reads did not know it for eight "
            "seconds.")};
    lost.guardWithin = 50s;
    lost.mostOrders = 3;
    drills.push_back(std::move(lost));

    Drill silence = make("stream-silence", "The streams fall silent",
        "You hold bitcoin for 5,000 USDT without a stop. Keep it safe, whatever you see.",
        "Prices that do not move are the loudest alarm. Greyed figures are old ones: an order is judged by "
        "what the "
        "market is, not by what the window last heard.");
    silence.steps = {hold("BTCUSDT", "BUY", 5'000),
        happen(sceneUntil, R"({"kind":"goSilent"})", "Every stream fell silent; no connection was closed."),
        scenario(sceneUntil, "slide:BTCUSDT:90", "Meanwhile bitcoin fell.")};
    silence.length = 100s;
    silence.guardWithin = 50s;
    drills.push_back(std::move(silence));

    Drill ban = make("ban", "Banned for a minute",
        "You hold bitcoin for 5,000 USDT with a stop 3 % below. The exchange is about to ban this address. "
        "Bring the "
        "position through.",
        "Nothing may be sent during a ban, and every attempt lengthens it. The stop rests at the exchange "
        "and works "
        "without you: that is what it is for. Sit on your hands.");
    ban.steps = {hold("BTCUSDT", "BUY", 5'000), stop("BTCUSDT", "SELL", "-3"),
        faults(sceneUntil, R"({"kind":"banned","delayMs":45000,"count":1})",
            "The address was banned for 45 seconds."),
        scenario(sceneUntil, "slide:BTCUSDT:180", "Meanwhile bitcoin fell.")};
    ban.mostOrders = 1;
    drills.push_back(std::move(ban));

    Drill stuck = make("stuck-stop", "The stop that does not trigger",
        "You hold bitcoin for 5,000 USDT with a stop 0.4 % below. Watch it do its work.",
        "A stop in TRIGGERING protects nothing until it has become an order, and it can be neither cancelled "
        "nor "
        "replaced. When the price is through it and you still hold, close at market.");
    stuck.steps = {hold("BTCUSDT", "BUY", 5'000), stop("BTCUSDT", "SELL", "-0.4"),
        happen(sceneUntil, R"({"kind":"stuckTrigger","delayMs":80000})",
            "Stops that trigger hung in TRIGGERING."),
        scenario(sceneUntil, "slide:BTCUSDT:120", "Bitcoin fell through the stop.")};
    stuck.goal = DrillGoal::Flat;
    stuck.goodReaction = 25s;
    drills.push_back(std::move(stuck));

    Drill refused = make("refused-stop", "The stop is refused",
        "You hold bitcoin for 5,000 USDT with a stop 0.4 % below. The price is about to reach it.",
        "Margin is checked when a stop triggers, not when it is placed: a refused trigger leaves you without "
        "one. "
        "Close, or place a new stop at once.");
    refused.steps = {hold("BTCUSDT", "BUY", 5'000), stop("BTCUSDT", "SELL", "-0.4"),
        happen(
            sceneUntil, R"({"kind":"refusedTrigger"})", "The next stop that triggers was refused (-2019)."),
        scenario(sceneUntil, "slide:BTCUSDT:120", "Bitcoin fell through the stop.")};
    refused.goodReaction = 25s;
    refused.guardWithin = 35s;
    drills.push_back(std::move(refused));

    Drill adl = make("adl", "Auto-deleveraged",
        "You hold a pair: bitcoin long and ether short, 5,000 USDT each, neither with a stop. One leg will "
        "be taken "
        "from you.",
        "Auto-deleveraging takes winners. What is left of a hedge is a bet in one direction: close it or "
        "guard it "
        "before anything else.");
    adl.steps = {hold("BTCUSDT", "BUY", 5'000), hold("ETHUSDT", "SELL", 5'000),
        happen(
            sceneUntil, R"({"kind":"autoDeleverage","symbol":"BTCUSDT"})", "Bitcoin was auto-deleveraged.")};
    adl.guardWithin = 45s;
    drills.push_back(std::move(adl));

    Drill leg = make("leg-liquidated", "One leg is liquidated",
        "You hold a pair: bitcoin long and ether short, 5,000 USDT each. The exchange will liquidate one of "
        "them.",
        "A liquidation is booked as executions of an autoclose- order. The other leg stands alone from that "
        "moment, "
        "and the account is smaller: close it.");
    leg.steps = {hold("BTCUSDT", "BUY", 5'000), hold("ETHUSDT", "SELL", 5'000),
        happen(sceneUntil, R"({"kind":"liquidation","symbol":"ETHUSDT"})", "Ether was liquidated.")};
    leg.goal = DrillGoal::Flat;
    drills.push_back(std::move(leg));

    Drill key = make("listen-key", "The listen key is lost",
        "You hold bitcoin for 5,000 USDT without a stop. The account's stream will end, and something else "
        "will "
        "happen that it does not tell.",
        "After a gap in the account's stream only a comparison with the exchange says what you hold. Guard "
        "what is "
        "there, not what you remember.");
    key.steps = {hold("BTCUSDT", "BUY", 5'000),
        happen(sceneUntil, R"({"kind":"loseListenKey","weight":2})",
            "The listen key expired, and said so twice."),
        post(sceneUntil + 1s, "order",
            R"({"symbol":"BTCUSDT","side":"SELL","type":"MARKET","notional":"9000"})",
            "From elsewhere 9,000 USDT were sold: the long became a short.")};
    key.guardWithin = 50s;
    drills.push_back(std::move(key));

    Drill clock = make("clock-step", "The clock steps",
        "You hold bitcoin for 5,000 USDT without a stop. Place one. The exchange's clock is about to step.",
        "-1021 means that nothing was executed: the request was outside its time window. Headroom measures "
        "the "
        "clock anew; then the order may be sent once more by you.");
    clock.steps = {
        hold("BTCUSDT", "BUY", 5'000), happen(sceneUntil, R"({"kind":"clockStep","delayMs":-6000})",
                                           "The exchange's clock went back by six seconds.")};
    clock.mostOrders = 4;
    clock.guardWithin = 60s;
    drills.push_back(std::move(clock));

    Drill overload = make("overload", "The exchange is overloaded",
        "You hold bitcoin for 5,000 USDT while it begins to fall. The exchange refuses most orders.",
        "-1008 refuses what opens; orders that can only reduce pass. Close with reduce-only, and at once.");
    overload.steps = {hold("BTCUSDT", "BUY", 5'000),
        faults(sceneUntil, R"({"kind":"overloaded","probability":1})",
            "Opening orders were refused with -1008."),
        scenario(sceneUntil, "crash:BTCUSDT:100", "Bitcoin fell.")};
    overload.goal = DrillGoal::Flat;
    overload.mostOrders = 5;
    drills.push_back(std::move(overload));

    Drill halt = make("halt", "Trading is halted",
        "You hold bitcoin for 5,000 USDT, with an order to buy below and one to sell above. Trading in it is "
        "about to "
        "be halted. Have nothing at the exchange that fills when it resumes.",
        "In a halt orders are refused but cancels pass. What is left in the book fills at the first price "
        "after it, "
        "wherever that is.");
    halt.steps = {hold("BTCUSDT", "BUY", 5'000), rest(1s, "BTCUSDT", "BUY", 1'000, "-0.6"),
        rest(1s, "BTCUSDT", "SELL", 1'000, "0.6"),
        happen(sceneUntil, R"({"kind":"haltSymbol","symbol":"BTCUSDT","delayMs":50000})",
            "Bitcoin was halted for fifty seconds.")};
    halt.goal = DrillGoal::NothingWorking;
    halt.length = 110s;
    drills.push_back(std::move(halt));

    Drill partial = make("partial-fill", "Partly filled, then dark",
        "An order to buy bitcoin for 30,000 USDT rests at the touch and is being filled piece by piece. The "
        "connection is about to fail. End up with nothing working and nothing unguarded.",
        "A partly filled order goes on filling while you cannot see it. Cancel first, then count what you "
        "hold, "
        "then guard or close it.");
    partial.steps = {rest(8s, "BTCUSDT", "BUY", 30'000, "-0.002"),
        faults(sceneUntil, R"({"kind":"dropBefore","calls":"signed","probability":1})",
            "No signed request reached the exchange."),
        happen(sceneUntil, R"({"kind":"cutStreams","route":"private"})", "The account's stream was cut."),
        allClear(sceneUntil + 22s, "The connection worked again.")};
    partial.goal = DrillGoal::NothingWorking;
    partial.length = 110s;
    partial.goodReaction = 30s;
    partial.slowReaction = 80s;
    drills.push_back(std::move(partial));

    Drill maintenance = make("maintenance", "Maintenance",
        "You hold bitcoin for 5,000 USDT and an order to buy more below. The exchange goes down for "
        "maintenance "
        "without a word.",
        "503 \"Service Unavailable\" means not executed. Cancels and reductions are repeated by Headroom "
        "within their "
        "time; hammering helps nobody. When it is back: compare, cancel, guard.");
    maintenance.steps = {hold("BTCUSDT", "BUY", 5'000), rest(1s, "BTCUSDT", "BUY", 1'000, "-0.6"),
        faults(
            sceneUntil, R"({"kind":"unavailable","probability":1})", "Every request was answered with 503."),
        happen(sceneUntil, R"({"kind":"cutStreams"})", "Every stream was cut."),
        scenario(sceneUntil, "slide:BTCUSDT:240", "Meanwhile bitcoin fell."),
        allClear(sceneUntil + 35s, "The exchange was back.")};
    maintenance.goal = DrillGoal::NothingWorking;
    maintenance.length = 120s;
    maintenance.goodReaction = 45s;
    maintenance.slowReaction = 90s;
    maintenance.mostOrders = 5;
    drills.push_back(std::move(maintenance));

    return drills;
}

} // namespace

const std::vector<Drill> &builtInDrills()
{
    static const std::vector<Drill> drills = writeDown();
    return drills;
}

const std::vector<DrillStep> &drillCleanUp()
{
    static const std::vector<DrillStep> steps{
        {0ms, "DELETE", "/control/faults", {}, {}},
        {0ms, "POST", "/control/scenario", R"({"scenario":"normal"})", {}},
    };
    return steps;
}

} // namespace domain
