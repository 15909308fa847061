#pragma once

#include "models/domain/orders/order_desk.h"
#include "tests/support/desk_venue.h"

#include <QTest>

#include <deque>
#include <functional>
#include <set>

namespace support::desk
{

inline constexpr std::int64_t startMs = 1'760'000'000'000;
inline const std::string ownPrefix = "tAAAAA";
inline const Symbol btc = "BTCUSDT";
inline const Symbol eth = "ETHUSDT";

inline Timestamp at(Milliseconds sinceStart)
{
    return timestampFromMs(startMs) + sinceStart;
}
inline Quantity qty(const char *text)
{
    return Quantity::literal(text);
}
inline NewOrder limit(Side side = Side::Buy, const char *quantity = "1", int price = 100)
{
    NewOrder order;
    order.symbol = btc;
    order.side = side;
    order.quantity = qty(quantity);
    order.price = Price::of(price);
    return order;
}
inline NewOrder market(Side side = Side::Buy, const char *quantity = "1")
{
    NewOrder order = limit(side, quantity, 0);
    order.type = OrderType::Market;
    return order;
}
/// A reduce-only market order.
inline NewOrder closing(Side side = Side::Sell, const char *quantity = "1")
{
    NewOrder order = market(side, quantity);
    order.reduceOnly = true;
    return order;
}
/// A reduce-only stop.
inline NewOrder stopMarket(Side side = Side::Sell, const char *quantity = "1", int trigger = 90)
{
    NewOrder order = closing(side, quantity);
    order.type = OrderType::StopMarket;
    order.triggerPrice = Price::of(trigger);
    return order;
}

inline std::shared_ptr<ExchangeInfo> rulesOf(const char *step = "0.1", const char *mostAtMarket = "1000")
{
    auto info = std::make_shared<ExchangeInfo>();
    for (const Symbol &symbol : {btc, eth}) {
        SymbolSpec spec;
        spec.symbol = symbol;
        spec.status = SymbolStatus::Trading;
        spec.tickSize = Price::literal("0.5");
        spec.lot = {qty(step), Quantity::of(10'000), qty(step)};
        spec.marketLot = {qty(step), qty(mostAtMarket), qty(step)};
        info->symbols.push_back(spec);
    }
    return info;
}

template <class What> bool asks(const SendRequest &request)
{
    return std::holds_alternative<What>(request.what);
}
template <class... What> std::function<bool(const SendRequest &)> anyOf()
{
    return [](const SendRequest &request) { return (asks<What>(request) || ...); };
}

/// An order desk with everything around it: a disk that keeps or fails, a request queue that hands over or
/// does not, an exchange that answers, is silent or follows a script, and time that goes from one due moment
/// to the next. It watches the laws that no test may break and fails the test where one is.
class Rig
{
public:
    using Filter = std::function<bool(const SendRequest &)>;
    struct Waiting
    {
        SendRequest request;
        Timestamp since;
        bool isHandedOver = false;
    };

    Timestamp now = at(0ms);
    OrderDesk desk;
    DeskVenue venue;

    // What goes wrong.
    bool isDiskFailing = false;
    bool isDiskSlow = false; ///< keepAll() ends it
    Filter queues;           ///< requests that wait in the queue until handOver()
    Filter holds;            ///< requests that are handed over and get no answer until answer()
    bool isStreamDown = false;
    bool isMarketLiquid = false; ///< market orders fill at once
    /// Answers instead of the exchange; nothing: the exchange answers.
    std::function<std::optional<DeskAnswer>(const SendRequest &)> script;

    // What was seen.
    DeskEffects told;                         ///< all effects so far
    std::map<RequestId, Waiting> open;        ///< requests without an answer
    std::map<CommandId, int> answered;        ///< how often each command was
    std::map<std::string, std::string> notes; ///< of the journal
    std::map<std::string, Order> journal;     ///< newest states of orders
    std::vector<Fill> keptFills;              ///< of the journal
    std::map<std::string, int> placements;    ///< hand-overs of each order
    std::vector<std::string> problems;        ///< broken laws

    explicit Rig(DeskRules rules = {}) : desk{[this] { return idOf(++m_lastOrder); }, ownPrefix, rules}
    {
        desk.setRules(rulesOf());
    }
    Rig(const Rig &) = delete;
    Rig &operator=(const Rig &) = delete;
    ~Rig()
    {
        for (const std::string &problem : problems) {
            QTest::qFail(problem.c_str(), __FILE__, __LINE__);
        }
    }

    /// The stream is up and the first comparison is done.
    Rig &ready()
    {
        act([&] { desk.onStreamUp(now); });
        return *this;
    }

    /// Any call of the desk, and what follows from it.
    template <class Call> void act(Call call)
    {
        call();
        carryOut();
    }

    // ---- commands; each gives the command's id
    CommandId submit(const NewOrder &order, Milliseconds ago = 0ms)
    {
        const CommandId command = ++m_lastCommand;
        act([&] { desk.submit(now, command, order, {"test", now - ago}); });
        return command;
    }
    CommandId submitBracket(const BracketPlan &plan)
    {
        const CommandId command = ++m_lastCommand;
        act([&] { desk.submitBracket(now, command, plan, {"test", now}); });
        return command;
    }
    CommandId cancel(const std::string &id, const Symbol &symbol = btc)
    {
        const CommandId command = ++m_lastCommand;
        act([&] { desk.cancel(now, command, symbol, id); });
        return command;
    }
    CommandId amend(const std::string &id, int price, const char *quantity = "1")
    {
        const CommandId command = ++m_lastCommand;
        act([&] { desk.amend(now, command, btc, id, Price::of(price), qty(quantity)); });
        return command;
    }
    CommandId emergency(EmergencyAction::Kind kind, const Symbol &symbol = {})
    {
        const CommandId command = ++m_lastCommand;
        act([&] { desk.emergency(now, command, {kind, symbol}, "key"); });
        return command;
    }
    CommandId reconcile()
    {
        const CommandId command = ++m_lastCommand;
        act([&] { desk.reconcile(now, command, "asked"); });
        return command;
    }

    // ---- the world
    void hear(const Evidence &evidence)
    {
        if (!isStreamDown) {
            act([&] { desk.onStream(now, evidence); });
        }
    }
    void hear(const std::vector<Evidence> &all)
    {
        for (const Evidence &evidence : all) {
            hear(evidence);
        }
    }
    void fill(const std::string &id, const char *quantity) { hear(venue.fill(id, qty(quantity), now)); }
    void end(const std::string &id, OrderStatus status = OrderStatus::Canceled)
    {
        hear(venue.end(id, now, status));
    }
    void keepAll()
    {
        isDiskSlow = false;
        const auto tickets = std::exchange(m_slowTickets, {});
        for (const KeepEntries &entries : tickets) {
            keep(entries);
            carryOut();
        }
    }
    void handOver(RequestId id)
    {
        deliver(id);
        carryOut();
    }
    void answer(RequestId id, const DeskAnswer &answer)
    {
        give(id, answer);
        carryOut();
    }
    /// The exchange's own answer to what it was silent about.
    void answer(RequestId id) { answer(id, venue.answerTo(open.at(id).request.what, now)); }
    void answerAll()
    {
        holds = nullptr;
        queues = nullptr;
        while (!open.empty()) {
            const auto &[id, waiting] = *open.begin();
            waiting.isHandedOver ? answer(RequestId{id}) : handOver(RequestId{id});
        }
    }

    /// Time goes by, from one due moment to the next.
    void pass(Milliseconds length)
    {
        constexpr int mostTurnsOfOneMoment = 5;
        const Timestamp until = now + length;
        int turns = 0;
        while (true) {
            std::optional<Timestamp> due = desk.nextDueAt();
            const std::optional<Timestamp> expiry = nextExpiry();
            if (expiry && (!due || *expiry < *due)) {
                due = expiry;
            }
            if (!due || *due > until) {
                break;
            }
            turns = *due <= now ? turns + 1 : 0;
            if (turns > mostTurnsOfOneMoment) {
                const auto isDue = [this](const std::optional<Timestamp> &at) { return at && *at <= now; };
                std::string who = isDue(desk.gate().nextDueAt())       ? "gate"
                                  : isDue(desk.ledger().nextDueAt())   ? "ledger"
                                  : isDue(desk.brackets().nextDueAt()) ? "brackets"
                                                                       : "desk";
                problems.emplace_back(
                    "time does not go on at " + std::to_string(toMs(now) - startMs) + " for the " + who);
                return;
            }
            now = std::max(now, *due);
            expire();
            act([&] { desk.onTime(now); });
        }
        now = until;
        act([&] { desk.onTime(now); });
    }

    // ---- what was seen
    template <class Effect> std::vector<Effect> all() const
    {
        std::vector<Effect> found;
        for (const DeskEffect &effect : told) {
            if (const auto *one = std::get_if<Effect>(&effect)) {
                found.push_back(*one);
            }
        }
        return found;
    }
    template <class What> std::vector<SendRequest> sent() const
    {
        std::vector<SendRequest> found;
        for (const SendRequest &request : all<SendRequest>()) {
            if (asks<What>(request)) {
                found.push_back(request);
            }
        }
        return found;
    }
    template <class What> int count() const { return static_cast<int>(sent<What>().size()); }
    template <class What> What last() const { return std::get<What>(sent<What>().back().what); }
    /// The newest request of a kind that has no answer; 0 where there is none.
    template <class What> RequestId pending() const
    {
        RequestId newest = 0;
        for (const auto &[id, waiting] : open) {
            newest = asks<What>(waiting.request) ? id : newest;
        }
        return newest;
    }
    std::optional<Result<Order>> reply(CommandId command) const
    {
        for (const Reply &one : all<Reply>()) {
            if (one.command == command) {
                return one.result;
            }
        }
        return std::nullopt;
    }
    bool isTaken(CommandId command) const
    {
        const auto result = reply(command);
        return result && result->has_value();
    }
    bool isRefused(CommandId command) const
    {
        const auto result = reply(command);
        return result && !result->has_value();
    }
    int alerts(Alert::Kind kind) const
    {
        const auto alerts = all<Alert>();
        return static_cast<int>(std::ranges::count(alerts, kind, &Alert::kind));
    }
    /// Buys or sells at the market, and it is filled.
    void hold(Side side, const char *quantity, const Symbol &symbol = btc,
        PositionSide positionSide = PositionSide::Both)
    {
        NewOrder order = market(side, quantity);
        order.symbol = symbol;
        order.positionSide = positionSide;
        submit(order);
        fill(id(), quantity);
    }
    /// The client order id of the newest order that was asked for.
    std::string id(int back = 0) const { return idOf(m_lastOrder - back); }
    const Order &order(const std::string &id) const
    {
        static const Order none;
        const Order *found = desk.ledger().find(id);
        return found != nullptr ? *found : none;
    }
    const Order &order() const { return order(id()); }
    EmergencyReport emergencyReport() const { return all<EmergencyTold>().back().report; }
    Quantity position(const Symbol &symbol = btc, PositionSide side = PositionSide::Both) const
    {
        return desk.positions().amount(symbol, side);
    }
    /// What the journal would hand to the next run.
    JournalPast past() const
    {
        JournalPast past;
        for (const auto &[id, order] : journal) {
            if (order.isOpen()) {
                past.unresolved.push_back(order);
            }
        }
        past.notes = notes;
        past.fills = keptFills;
        return past;
    }
    void forget() { told.clear(); }

private:
    void carryOut()
    {
        for (DeskEffects effects = desk.takeEffects(); !effects.empty(); effects = desk.takeEffects()) {
            for (const DeskEffect &effect : effects) {
                told.push_back(effect);
                std::visit([&](const auto &one) { carryOne(one); }, effect);
            }
        }
        while (!m_events.empty() && !isStreamDown) {
            const Evidence event = m_events.front();
            m_events.pop_front();
            hear(event);
        }
    }
    template <class Effect> void carryOne(const Effect &) {}
    void carryOne(const KeepEntries &entries)
    {
        if (isDiskSlow && entries.ticket != 0) {
            m_slowTickets.push_back(entries);
        } else {
            keep(entries);
        }
    }
    void keep(const KeepEntries &entries)
    {
        if (!isDiskFailing) {
            for (const JournalEntry &entry : entries.entries) {
                if (const auto *intent = std::get_if<JournalIntent>(&entry)) {
                    journal[intent->order.clientOrderId()] = intent->order;
                    journal[intent->order.clientOrderId()].phase = OrderPhase::InFlight; // as the file does
                } else if (const auto *state = std::get_if<JournalState>(&entry)) {
                    journal[state->order.clientOrderId()] = state->order;
                } else if (const auto *fill = std::get_if<Fill>(&entry)) {
                    keptFills.push_back(*fill);
                } else if (const auto *note = std::get_if<JournalNote>(&entry)) {
                    note->value.empty() ? void(notes.erase(note->name))
                                        : void(notes[note->name] = note->value);
                }
            }
        }
        if (entries.ticket != 0) {
            desk.onKept(now, entries.ticket,
                isDiskFailing ? Result<bool>{failure(ErrorCode::Storage, "The disk is full.")}
                              : Result<bool>{true});
        }
    }
    void carryOne(const SendRequest &request)
    {
        if (const auto *placed = std::get_if<PlaceOrder>(&request.what)) {
            checkPlacement(placed->order, request);
        } else if (const auto *amended = std::get_if<AmendOrder>(&request.what)) {
            const Order *order = desk.ledger().find(amended->ref.clientOrderId);
            if (order != nullptr && !isReducing(order->request) && !desk.gate().mayOpen()) {
                problems.emplace_back("an opening order is changed while the gate is closed");
            }
        }
        open[request.id] = Waiting{request, now};
        if (!queues || !queues(request)) {
            deliver(request.id);
        }
    }
    void checkPlacement(const NewOrder &order, const SendRequest &request)
    {
        const std::string &id = order.clientOrderId;
        if (!isReducing(order) && !desk.gate().mayOpen()) {
            problems.emplace_back("an opening order leaves while the gate is closed: " + id);
        }
        if (isReducing(order) && !desk.gate().mayReduce()) {
            problems.emplace_back("an order leaves while the gate is closed: " + id);
        }
        if (!journal.contains(id)) {
            problems.emplace_back("an order leaves without an intent: " + id);
        }
        if (!request.patience || *request.patience > (isReducing(order) ? 10s : 2s)) {
            problems.emplace_back("an order may wait too long: " + id);
        }
        for (const auto &[other, waiting] : open) {
            const auto *twin = std::get_if<PlaceOrder>(&waiting.request.what);
            if (twin != nullptr && twin->order.clientOrderId == id) {
                problems.emplace_back("two copies of an order are under way: " + id);
            }
        }
    }
    void deliver(RequestId id)
    {
        const auto found = open.find(id);
        if (found == open.end() || found->second.isHandedOver) {
            return;
        }
        found->second.isHandedOver = true;
        const SendRequest request = found->second.request;
        if (const auto *placed = std::get_if<PlaceOrder>(&request.what)) {
            if (++placements[placed->order.clientOrderId] > (isReducing(placed->order) ? 5 : 1)) {
                problems.emplace_back("an order is sent too often: " + placed->order.clientOrderId);
            }
        }
        desk.onHandedOver(now, id, now, 3'000ms);
        if (!holds || !holds(request)) {
            const auto scripted = script ? script(request) : std::nullopt;
            give(id, scripted ? *scripted : venue.answerTo(request.what, now));
            const auto *placed = std::get_if<PlaceOrder>(&request.what);
            if (!scripted && isMarketLiquid && placed != nullptr && placed->order.type == OrderType::Market) {
                const auto events = venue.fill(placed->order.clientOrderId, placed->order.quantity, now);
                m_events.insert(m_events.end(), events.begin(), events.end());
            }
        }
    }
    void give(RequestId id, const DeskAnswer &answer)
    {
        if (open.erase(id) > 0) {
            desk.onAnswer(now, id, answer);
        }
    }
    void carryOne(const WithdrawRequest &withdrawn)
    {
        const auto found = open.find(withdrawn.id);
        if (found != open.end() && !found->second.isHandedOver) {
            give(withdrawn.id, DeskVenue::answer(DeskAnswer::Outcome::NotSent, 0, "withdrawn"));
        }
    }
    void carryOne(const Reply &reply) { noteAnswer(reply.command); }
    void carryOne(const RulesChanged &) {}
    void carryOne(const EmergencyTold &report) { std::ranges::for_each(report.commands, noteAnswerOf()); }
    void carryOne(const ReconciliationTold &report)
    {
        std::ranges::for_each(report.commands, noteAnswerOf());
    }
    std::function<void(CommandId)> noteAnswerOf()
    {
        return [this](CommandId command) { noteAnswer(command); };
    }
    void noteAnswer(CommandId command)
    {
        if (++answered[command] > 1) {
            problems.emplace_back("command " + std::to_string(command) + " is answered twice");
        }
    }
    /// What the queue would give up next.
    std::optional<Timestamp> nextExpiry() const
    {
        std::optional<Timestamp> next;
        for (const auto &[id, waiting] : open) {
            if (!waiting.isHandedOver && waiting.request.patience) {
                const Timestamp due = waiting.since + *waiting.request.patience;
                next = !next || due < *next ? due : *next;
            }
        }
        return next;
    }
    void expire()
    {
        std::vector<RequestId> late;
        for (const auto &[id, waiting] : open) {
            if (!waiting.isHandedOver && waiting.request.patience &&
                waiting.since + *waiting.request.patience <= now) {
                late.push_back(id);
            }
        }
        for (const RequestId id : late) {
            answer(id, DeskVenue::answer(DeskAnswer::Outcome::NotSent, 0, "It waited too long."));
        }
    }

    /// Never the same in two runs.
    std::string idOf(int number) const
    {
        const std::string text = std::to_string(1'000'000 + number);
        return ownPrefix + std::to_string(1'000 + m_run % 9'000) + text.substr(1);
    }

    static inline int runs = 0;
    int m_run = ++runs;
    CommandId m_lastCommand = 0;
    int m_lastOrder = 0;
    std::deque<KeepEntries> m_slowTickets;
    std::deque<Evidence> m_events; ///< of the stream, not heard yet
};

} // namespace support::desk
