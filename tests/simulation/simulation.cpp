#include "tests/simulation/simulation.h"

#include "tests/simulation/market_judge.h"
#include "tests/simulation/sim_client.h"
#include "tests/simulation/trader.h"
#include "tests/simulation/usage_watch.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fmt/format.h>
#include <memory>

namespace simulation
{

using namespace domain;
using namespace std::chrono_literals;

namespace
{

constexpr double ordersPerSecond = 8;
constexpr double killsPerOrder = 1.0 / 300;
constexpr double commitErrorsPerOrder = 1.0 / 5'000;
constexpr Milliseconds clockStepEvery = std::chrono::hours{2};
constexpr std::chrono::minutes longestSettling{5};
constexpr Milliseconds settledBy = 30s; // reliability I9
constexpr Milliseconds acknowledgeAfter = 40s;
// The journal is pruned as the program does it, only sooner: a run of a million orders fits into memory.
constexpr std::int64_t pruneEvery = 1'000; // orders
constexpr std::int64_t keptEntries = 30'000;
constexpr Milliseconds keptFor = std::chrono::days{30};

paper::Faults faultsOf(const Options &options)
{
    switch (options.profile) {
    case Profile::Calm:
        return paper::Faults{options.seed};
    case Profile::Storm:
        return paper::stormFaults(options.seed);
    case Profile::Reconnects: {
        paper::Faults faults{options.seed};
        // A socket that is cut much sooner only pauses; these rhythms make the most of a day.
        for (const auto &[route, every] : {std::pair{paper::Route::Private, 9s},
                 std::pair{paper::Route::Public, 12s}, std::pair{paper::Route::Market, 13s}}) {
            paper::FaultRule cut;
            cut.kind = paper::FaultKind::CutStreams;
            cut.route = route;
            cut.every = every;
            faults.add(cut);
        }
        paper::FaultRule lost;
        lost.kind = paper::FaultKind::LoseListenKey;
        lost.every = 10min;
        faults.add(lost);
        return faults;
    }
    case Profile::Standard:
        break;
    }
    return paper::standardFaults(options.seed);
}

/// One world: the line, the exchange behind it, the client before it, somebody who trades, and a judge.
class World
{
public:
    explicit World(const Options &options)
        : m_options{options},
          m_dice{options.seed * 0x9E3779B97F4A7C15ULL + 1},
          m_trader{m_dice.next()},
          m_journal{openJournal()},
          m_venue{m_timeline, faultsOf(options), lineOf(options), m_dice.next(), watch()}
    {
        m_wallAhead = Milliseconds{m_dice.between(-3'600'000, 3'600'000)};
        boot();
        planOrder();
        planClockStep();
        if (isByTime()) {
            planCalm();
        }
    }

    Report run()
    {
        const auto started = std::chrono::steady_clock::now();
        const std::clock_t cpuStarted = std::clock();
        const Monotonic end{std::chrono::hours{m_options.hours}};
        while (isByTime() ? m_timeline.now() < end : m_report.orders < m_options.orders) {
            m_timeline.step();
        }
        settle();
        m_report.accepted = m_judge.accepted();
        m_report.fills = m_judge.fills();
        for (const auto &[kind, count] : m_venue.faults().counts()) {
            m_report.faults[std::string{paper::toWire(kind)}] = count;
        }
        m_report.faults["lineOutage"] = m_venue.outages();
        m_report.faults["kill"] = m_report.kills;
        m_report.faults["commitError"] = m_commitErrors;
        m_report.faults["clockStep"] = m_clockSteps;
        m_report.verdict = m_judge.verdict();
        std::ranges::copy(m_judge.findings(), std::back_inserter(m_report.findings));
        std::ranges::copy(m_marketJudge.findings(), std::back_inserter(m_report.findings));
        m_report.marketWrong = m_marketJudge.wrong();
        m_report.tradesToldMissing = m_marketJudge.toldMissing();
        m_report.marketTrades = m_marketJudge.trades();
        m_report.marketBars = m_marketJudge.bars();
        const paper::RateLimitConfig limits;
        const auto part = [](const UsageWatch &usage, int limit) {
            return static_cast<double>(usage.most()) / limit;
        };
        m_report.weightMost = part(m_weightUsage, limits.weightPerMinute);
        m_report.ordersMost = std::max(
            part(m_ordersUsage10s, limits.ordersPer10s), part(m_ordersUsage1m, limits.ordersPerMinute));
        m_report.hash = m_judge.hash();
        m_report.virtualHours =
            std::chrono::duration<double, std::ratio<3600>>(m_timeline.now().time_since_epoch()).count();
        m_report.cpuSeconds = static_cast<double>(std::clock() - cpuStarted) / CLOCKS_PER_SEC;
        m_report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        return m_report;
    }

private:
    static app::JournalFile openJournal()
    {
        app::JournalFileOptions options;
        options.installNumber = 1;
        auto journal =
            app::JournalFile::open(QStringLiteral(":memory:"), timestampFromMs(SimVenue::startMs), options);
        return std::move(*journal); // a simulation without a journal cannot start
    }

    bool isByTime() const { return m_options.profile == Profile::Reconnects; }

    static LineRules lineOf(const Options &options)
    {
        LineRules line;
        if (options.profile == Profile::Calm) {
            line.outageEvery = 0ms;
            line.slowShare = 0;
        } else if (options.profile == Profile::Storm) {
            line.outageEvery = 60s;
            line.slowShare = 0.1;
        }
        return line;
    }

    std::int64_t nowMs() const
    {
        return std::chrono::floor<Milliseconds>(m_timeline.now().time_since_epoch()).count();
    }

    SimVenue::Watch watch()
    {
        SimVenue::Watch watch;
        watch.arrived = [this](const paper::Request &request) {
            m_judge.onArrived(request, nowMs());
            if (!m_options.trace.empty() && request.body.find(m_options.trace) != std::string::npos) {
                fmt::print("{:>12} arrived {} {}\n", nowMs(), request.method, request.path);
            }
        };
        watch.processed = [this](const paper::Request &request, const paper::Response &response) {
            m_judge.onProcessed(request, response, nowMs());
            for (UsageWatch *usage : {&m_weightUsage, &m_ordersUsage10s, &m_ordersUsage1m}) {
                usage->onProcessed(response, toMs(m_venue.venueNow()));
            }
            if (!m_options.trace.empty() &&
                (request.body + request.query).find(m_options.trace) != std::string::npos) {
                fmt::print(
                    "{:>12} processed {} {}: {}\n", nowMs(), request.method, request.path, response.body);
            }
        };
        watch.happened = [this](const paper::Event &event) {
            m_judge.onEvent(event);
            const auto *update = std::get_if<paper::OrderUpdateEvent>(&event);
            if (update != nullptr && update->order.symbol == m_options.trace &&
                update->lastQty.isPositive()) {
                const paper::OrderRecord &order = update->order;
                say(fmt::format("exchange: {} {} {} {}, trade {} of order {} at {}", order.clientOrderId,
                    toWire(order.side), toWire(order.positionSide), update->lastQty.toString(),
                    update->tradeId, order.orderId, toMs(order.updatedAt) - SimVenue::startMs));
            }
        };
        watch.foreignLoad = [this] { m_judge.onForeignLoad(nowMs()); };
        return watch;
    }

    void boot()
    {
        if (m_hasBooted) {
            (void)m_journal.startAnew();
        }
        m_hasBooted = true;
        SimClient::Hooks hooks;
        hooks.kept = [this](const JournalEntries &entries) {
            m_judge.onKept(entries);
            if (!m_options.trace.empty()) {
                trace(entries);
            }
        };
        hooks.handedOver = [this](const NewOrder &order, Milliseconds age, const Gate &gate) {
            m_judge.onHandedOver(order, age, gate);
        };
        hooks.changed = [this](const Order &order) { m_judge.onTold(order); };
        hooks.alerted = [this](const Alert &alert) { onAlert(alert); };
        hooks.replied = [this](CommandId command, const Result<Order> &) { m_judge.onReply(command); };
        hooks.filled = [this](const Fill &fill) {
            if (fill.symbol == m_options.trace) {
                say(fmt::format("program: {} {}, trade {} of order {} at {}", toWire(fill.side),
                    fill.quantity.toString(), fill.tradeId, fill.orderId, toMs(fill.at) - SimVenue::startMs));
            }
        };
        hooks.escaped = [](const EmergencyReport &) {};
        hooks.reconciled = [this](const ReconciliationReport &report) { trace(report); };
        if (isByTime()) {
            hooks.marketHandedOver = [this](const binance::MarketFeed::Updates &updates) {
                m_marketJudge.onHandedOver(updates, m_venue.exchange());
            };
            hooks.marketNoticed = [this](const std::string &text) { m_marketJudge.onNotice(text); };
        }
        m_client = std::make_unique<SimClient>(
            m_timeline, m_venue, m_journal, m_dice.next(), m_wallAhead, m_pause, std::move(hooks));
    }

    void trace(const JournalEntries &entries) const
    {
        for (const JournalEntry &entry : entries) {
            const auto *moment = std::get_if<OrderMoment>(&entry);
            if (moment != nullptr && moment->clientOrderId == m_options.trace) {
                fmt::print("{:>12} {:>12} {} {}\n", nowMs(), toMs(moment->at) - SimVenue::startMs,
                    toWord(moment->kind), moment->text);
            }
            const auto *note = std::get_if<JournalNote>(&entry);
            if (note != nullptr && note->value.starts_with(m_options.trace + ' ')) {
                say("program keeps " + note->value);
            }
        }
    }

    void trace(const ReconciliationReport &report) const
    {
        if (m_options.trace.empty()) {
            return;
        }
        for (const auto &difference : report.differences) {
            if (difference.symbol == m_options.trace && difference.clientOrderId.empty()) {
                say(fmt::format("compared ({}): ours {}, theirs {}, {}", report.why, difference.ours,
                    difference.theirs, difference.outcome));
            }
        }
        if (!report.failure.empty() && !report.differences.empty()) {
            say("comparison failed: " + report.failure);
        }
    }

    void say(const std::string &what) const { fmt::print("{:>12} {}\n", nowMs(), what); }

    void onAlert(const Alert &alert)
    {
        m_judge.onAlert(alert);
        if (!m_options.trace.empty()) {
            say("told: " + alert.text);
        }
        // What needs the user is looked at by the judge and lifted, so that the run goes on.
        m_timeline.after(acknowledgeAfter, [this, life = m_report.kills] {
            if (m_client && m_report.kills == life && m_client->isRecovered()) {
                m_client->command([](OrderDesk &desk, Timestamp now) {
                    for (const GateCause cause :
                        {GateCause::KillSwitch, GateCause::Mismatch, GateCause::RefutedProof}) {
                        desk.acknowledge(now, cause);
                    }
                });
            }
        });
    }

    void planOrder()
    {
        const double wait = -std::log(1 - m_dice.real()) / ordersPerSecond;
        m_timeline.after(std::chrono::microseconds{static_cast<std::int64_t>(wait * 1e6)}, [this] {
            if (m_isEnding) {
                return;
            }
            trade();
            planOrder();
        });
    }

    void trade()
    {
        // Mostly when orders are taken, sometimes when they are not.
        if (!m_client || !m_client->isRecovered() || (!m_client->isReady() && !m_dice.chance(0.02))) {
            return;
        }
        Trader::Did did = Trader::Did::Nothing;
        m_client->command([&](OrderDesk &desk, Timestamp now) {
            did = m_trader.act(desk, now, m_venue.exchange().engine(), m_lastCommand);
            // The way out is answered by reports; the judge counts the other answers.
            if (did == Trader::Did::Placed || did == Trader::Did::Touched) {
                m_judge.onCommand(m_lastCommand);
            }
        });
        if (did != Trader::Did::Placed) {
            return;
        }
        ++m_report.orders;
        if (m_report.orders % pruneEvery == 0) {
            pruneJournal();
        }
        if (m_options.profile == Profile::Calm) {
            return;
        }
        if (!isByTime() && m_dice.chance(killsPerOrder)) { // the use of two runs within a minute adds up
            m_timeline.after(std::chrono::microseconds{m_dice.between(0, 500'000)}, [this] { kill(); });
        }
        if (m_dice.chance(commitErrorsPerOrder)) {
            ++m_commitErrors;
            m_client->failCommit();
        }
    }

    void pruneJournal()
    {
        const Timestamp now = timestampFromMs(SimVenue::startMs + nowMs());
        if (const auto before = m_journal.pruneBefore(now, keptFor, keptEntries); before && *before > 0) {
            (void)m_journal.prune(*before, now);
        }
    }

    void kill()
    {
        if (!m_client || m_isEnding) {
            return;
        }
        ++m_report.kills;
        if (!m_options.trace.empty()) {
            say("the program is killed");
        }
        countDisconnects();
        m_pause = m_client->pauseState();
        m_client.reset();
        m_judge.onKill();
        m_judge.mix("kill");
        m_timeline.after(Milliseconds{m_dice.between(300, 3'000)}, [this] { boot(); });
    }

    void countDisconnects()
    {
        m_report.disconnects += m_client->disconnects();
        m_report.marketDisconnects += m_client->marketDisconnects();
    }

    void planClockStep()
    {
        if (m_options.profile == Profile::Calm) {
            return;
        }
        m_timeline.after(Milliseconds{m_dice.between(1, 2 * clockStepEvery.count())}, [this] {
            if (m_client && !m_isEnding) {
                ++m_clockSteps;
                const Milliseconds step{m_dice.between(-600'000, 600'000)};
                m_wallAhead += step;
                m_client->stepWall(step);
            }
            planClockStep();
        });
    }

    /// A socket that is cut again and again only pauses, until one connection has lasted for a minute.
    void planCalm()
    {
        m_timeline.after(12min, [this] {
            m_venue.setStormy(false);
            m_timeline.after(65s, [this] {
                m_venue.setStormy(!m_isEnding);
                planCalm();
            });
        });
    }

    void settle()
    {
        m_isEnding = true;
        m_venue.setCalm(true);
        const Monotonic calmAt = m_timeline.now();
        bool isQuiet = false;
        m_timeline.after(100ms, [this, &isQuiet] { lookForQuiet(isQuiet); });
        bool isLate = false;
        while (!isQuiet && m_timeline.now() < calmAt + longestSettling) {
            m_timeline.step();
            if (!isQuiet && m_client && m_timeline.now() > calmAt + settledBy &&
                !std::exchange(isLate, true)) {
                m_report.findings.push_back(whatWaits());
            }
        }
        if (isQuiet) {
            m_report.settledAfter = std::chrono::duration<double>(m_timeline.now() - calmAt).count();
        }
        // One more comparison, asked for now: it has to find nothing.
        const Monotonic until = m_timeline.now() + 150s;
        while (m_timeline.now() < until) {
            m_timeline.step();
        }
        if (isByTime()) {
            settleMarket();
        }
        if (m_client) {
            m_report.gate = toWord(m_client->desk().gate().state());
            for (const GateClosure &closure : m_client->desk().gate().closures()) {
                m_report.gate += "; " + closure.reason;
            }
            countDisconnects();
            m_judge.settle(m_client->desk().ledger().openOrders(), m_client->desk().positions().open(),
                m_venue.exchange().engine().positions(paper::PaperExchange::account, std::nullopt));
        }
    }

    void settleMarket()
    {
        // Messages are always under way: the books are compared in a moment in which they are not.
        const Monotonic until = m_timeline.now() + 20s;
        while (!m_marketJudge.areBooksEqual(m_venue.exchange()) && m_timeline.now() < until) {
            m_timeline.step();
        }
        m_marketJudge.settle(m_venue.exchange());
    }

    /// Why the program does not come to rest.
    std::string whatWaits() const
    {
        const transport::Throttle &throttle = m_client->throttle();
        const Monotonic now = m_timeline.now();
        std::string text = "it does not come to rest:";
        for (const transport::Budget &budget : throttle.budgets().budgets()) {
            text +=
                fmt::format(" {} {} (others {}),", budget.rule().name, budget.used(now), budget.foreign(now));
        }
        for (std::size_t priority = 0; priority < transport::priorityCount; ++priority) {
            text += fmt::format(" {}", throttle.queue().length(static_cast<transport::Priority>(priority)));
        }
        text += " wait,";
        for (const auto lane : {transport::Lane::Orders, transport::Lane::Queries, transport::Lane::Bulk}) {
            text += fmt::format(" {}", throttle.inFlight(lane));
        }
        text += " under way;";
        for (const transport::Breaker *breaker :
            {&throttle.orders(), &throttle.queries(), &throttle.bulk()}) {
            text += fmt::format(
                " {} {} {}", breaker->rule().name, static_cast<int>(breaker->state(now)), breaker->reason());
        }
        const OrderDesk &desk = m_client->desk();
        text += fmt::format(" {} unknown, {};", desk.unknownCount(),
            desk.isReconciled() ? "compared" : "not compared since the last gap");
        for (const Order &order : desk.ledger().openOrders()) {
            if (order.phase != OrderPhase::Working) {
                text += fmt::format(" {} {} in phase {}{};", order.request.symbol, order.clientOrderId(),
                    static_cast<int>(order.phase), order.isConditional() ? ", conditional" : "");
            }
        }
        return text;
    }

    void lookForQuiet(bool &isQuiet)
    {
        if (m_client && m_client->isRecovered() && m_client->desk().isQuiet() &&
            m_client->desk().isReconciled()) {
            isQuiet = true;
            return;
        }
        m_timeline.after(100ms, [this, &isQuiet] { lookForQuiet(isQuiet); });
    }

    Options m_options;
    Report m_report;
    Timeline m_timeline;
    Dice m_dice;
    Trader m_trader;
    Judge m_judge;
    MarketJudge m_marketJudge;
    UsageWatch m_weightUsage{"x-mbx-used-weight-1m", 60'000};
    UsageWatch m_ordersUsage10s{"x-mbx-order-count-10s", 10'000};
    UsageWatch m_ordersUsage1m{"x-mbx-order-count-1m", 60'000};
    app::JournalFile m_journal;
    SimVenue m_venue;
    std::unique_ptr<SimClient> m_client;
    transport::Throttle::PauseState m_pause;
    Milliseconds m_wallAhead{0};
    CommandId m_lastCommand = 0;
    std::int64_t m_commitErrors = 0;
    std::int64_t m_clockSteps = 0;
    bool m_hasBooted = false;
    bool m_isEnding = false;
};

std::string_view nameOf(Profile profile)
{
    switch (profile) {
    case Profile::Calm:
        return "calm";
    case Profile::Standard:
        return "standard";
    case Profile::Storm:
        return "storm";
    case Profile::Reconnects:
        break;
    }
    return "reconnects";
}

} // namespace

Report simulate(const Options &options)
{
    return World{options}.run();
}

std::string toText(const Options &options, const Report &report)
{
    std::string text = fmt::format("profile {}, seed {}\n", nameOf(options.profile), options.seed);
    text += fmt::format("orders asked for       {:>12}\n", report.orders);
    text += fmt::format("orders accepted        {:>12}\n", report.accepted);
    text += fmt::format("fills                  {:>12}\n", report.fills);
    text += fmt::format("virtual time           {:>12.2f} h\n", report.virtualHours);
    text += "faults:\n";
    std::int64_t all = 0;
    for (const auto &[kind, count] : report.faults) {
        text += fmt::format("  {:<20} {:>12}\n", kind, count);
        all += count;
    }
    text += fmt::format("  {:<20} {:>12}\n", "all", all);
    text += fmt::format("stream disconnects     {:>12}, the market's {}\n",
        report.disconnects + report.marketDisconnects, report.marketDisconnects);
    if (options.profile == Profile::Reconnects) {
        text += fmt::format("market data            {:>12} trades, {} closed bars; {} times told missing\n",
            report.marketTrades, report.marketBars, report.tradesToldMissing);
        text += fmt::format("market data wrong      {:>12}\n", report.marketWrong);
    }
    text += fmt::format("weight limit in use    {:>11.1f}% at most\n", report.weightMost * 100);
    text += fmt::format("order limits in use    {:>11.1f}% at most\n", report.ordersMost * 100);
    text += fmt::format("quiet after the faults {:>12.1f} s\n", report.settledAfter);
    text += fmt::format("gate at the end        {}\n", report.gate);
    const Judge::Verdict &verdict = report.verdict;
    text += fmt::format("lost                   {:>12}\n", verdict.lost);
    text += fmt::format("duplicated             {:>12}\n", verdict.duplicated);
    text += fmt::format("limit violations       {:>12}\n", verdict.limitViolations);
    text += fmt::format("unexplained positions  {:>12}\n", verdict.unexplainedPositions);
    text += fmt::format("sent without intent    {:>12}\n", verdict.withoutIntent);
    text += fmt::format("sent while forbidden   {:>12}\n", verdict.forbidden);
    text += fmt::format("proofs refuted         {:>12}\n", verdict.refutedProofs);
    text += fmt::format("commands unanswered    {:>12}\n", verdict.unanswered);
    text += fmt::format("seconds                {:>12.1f}\n", report.seconds);
    text += fmt::format("of them on the core    {:>12.1f}\n", report.cpuSeconds);
    text += fmt::format(
        "orders/s of one core   {:>12.0f}\n", static_cast<double>(report.orders) / report.cpuSeconds);
    text += fmt::format("history hash       {:016x}\n", report.hash);
    if (options.saysFindings) {
        for (const std::string &finding : report.findings) {
            text += "  ! " + finding + '\n';
        }
    }
    return text;
}

} // namespace simulation
