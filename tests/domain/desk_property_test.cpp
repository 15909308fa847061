#include "tests/support/desk_rig.h"

#include <QTest>

#include <numeric>
#include <rapidcheck.h>

using namespace support::desk;
using Outcome = DeskAnswer::Outcome;

namespace
{

const Symbol &anySymbol()
{
    return *rc::gen::arbitrary<bool>() ? btc : eth;
}

NewOrder anyOrder()
{
    const Side side = *rc::gen::element(Side::Buy, Side::Sell);
    NewOrder order;
    switch (*rc::gen::inRange(0, 5)) {
    case 0:
        order = market(side);
        break;
    case 1:
        order = closing(side);
        break;
    case 2:
        order = stopMarket(side);
        break;
    default:
        order = limit(side);
        order.reduceOnly = *rc::gen::inRange(0, 4) == 0;
    }
    order.symbol = anySymbol();
    return order;
}

/// All that is ever heard of one order that lives truly, by every way.
std::vector<Evidence> lifeOf(DeskVenue &venue, const std::string &id, Timestamp now)
{
    std::vector<Evidence> story;
    const bool isStop = venue.orders.at(id).isConditional();
    const auto hear = [&](const std::vector<Evidence> &events) {
        story.insert(story.end(), events.begin(), events.end());
        now += Milliseconds{*rc::gen::inRange(0, 3)};
    };
    const auto report = [&](EvidenceSource source) {
        story.emplace_back(DeskVenue::engineReport(venue.orders.at(id), source));
    };
    if (isStop) {
        hear({DeskVenue::algoReport(venue.orders.at(id))});
        if (*rc::gen::inRange(0, 4) == 0) {
            hear({venue.end(id, now)});
            return story;
        }
        hear(venue.trigger(id, now));
    } else {
        report(EvidenceSource::Stream);
    }
    for (int left = 10; left > 0;) {
        const int part = *rc::gen::inRange(0, left + 1);
        if (part == 0) {
            now += 1ms;
            hear({venue.end(id, now, *rc::gen::element(OrderStatus::Canceled, OrderStatus::Expired))});
            break;
        }
        left -= part;
        hear(venue.fill(id, Quantity::fromUnits(Quantity::of(part).units() / 10), now));
        if (*rc::gen::arbitrary<bool>()) {
            story.emplace_back(TradeHistory{{venue.fills.back()}});
        }
        if (*rc::gen::arbitrary<bool>()) {
            report(EvidenceSource::Query);
        }
    }
    return story;
}

/// A venue that does what it likes, and a person who presses what he likes.
class Chaos
{
public:
    Chaos()
    {
        rig.ready();
        rig.isMarketLiquid = true;
        rig.script = [this](const SendRequest &request) { return oddAnswer(request); };
        rig.holds = [this](const SendRequest &) { return m_isOdd && *rc::gen::inRange(0, 8) == 0; };
        rig.queues = [this](const SendRequest &) { return m_isOdd && *rc::gen::inRange(0, 8) == 0; };
    }

    Chaos(const Chaos &) = delete;
    Chaos &operator=(const Chaos &) = delete;
    ~Chaos() { rig.problems.clear(); } // the property has seen them

    void step()
    {
        switch (*rc::gen::inRange(0, 20)) {
        case 0:
        case 1:
        case 2:
        case 3:
            note(rig.submit(anyOrder(), Milliseconds{*rc::gen::inRange(0, 3'000)}));
            break;
        case 4:
        case 5:
            if (const std::string id = anyId(); !id.empty()) {
                note(rig.cancel(id, rig.order(id).request.symbol));
            }
            break;
        case 6:
            if (const std::string id = anyId(); !id.empty()) {
                note(rig.amend(id, *rc::gen::inRange(90, 110)));
            }
            break;
        case 7:
            note(rig.emergency(
                *rc::gen::element(EmergencyAction::Kind::CancelEntries, EmergencyAction::Kind::CancelAll,
                    EmergencyAction::Kind::CloseSymbol, EmergencyAction::Kind::FlattenAll),
                btc));
            break;
        case 8:
            note(rig.reconcile());
            break;
        case 9: {
            BracketPlan plan;
            plan.entry = limit();
            plan.stopTrigger = Price::of(90);
            plan.targets = {{Price::of(110), Rate::literal("0.5")}};
            note(rig.submitBracket(plan));
            break;
        }
        case 10:
            gate();
            break;
        case 11:
            rig.isDiskSlow = !rig.isDiskSlow;
            if (!rig.isDiskSlow) {
                rig.keepAll();
            }
            break;
        case 12:
            rig.act([&] { rig.desk.setDeadMan(rig.now, btc, *rc::gen::arbitrary<bool>()); });
            break;
        case 13:
        case 14:
            answerOne();
            break;
        case 15:
        case 16:
            fillOne();
            break;
        default:
            rig.pass(Milliseconds{*rc::gen::element(1, 50, 300, 1'000, 5'000)});
        }
    }

    /// All faults are over: everything is answered, every order ends, the account is compared.
    void settle()
    {
        m_isOdd = false;
        rig.isDiskSlow = false;
        rig.keepAll();
        rig.script = nullptr;
        rig.answerAll();
        for (const GateCause cause : {GateCause::Stream, GateCause::Breaker, GateCause::Pause}) {
            rig.act([&] { rig.desk.open(rig.now, cause); });
        }
        rig.isMarketLiquid = true;
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, false); });
        rig.act([&] { rig.desk.onStreamUp(rig.now); });
        for (int round = 0; round < 40 && !isSettled(); ++round) {
            if (round % 5 == 0) {
                note(rig.emergency(EmergencyAction::Kind::FlattenAll));
            }
            rig.pass(40s);
        }
    }
    void failOnProblems() const
    {
        if (!rig.problems.empty()) {
            RC_FAIL(rig.problems.front());
        }
    }
    bool isSettled() const
    {
        return rig.desk.ledger().openOrders().empty() && rig.desk.loadCount() == 0 &&
               rig.desk.positions().open().empty();
    }

    Rig rig;
    std::vector<CommandId> commands;

private:
    void note(CommandId command) { commands.push_back(command); }
    std::optional<DeskAnswer> oddAnswer(const SendRequest &request)
    {
        if (!m_isOdd || *rc::gen::inRange(0, 3) != 0) {
            return std::nullopt;
        }
        const Outcome outcome =
            *rc::gen::element(Outcome::Rejected, Outcome::NotSent, Outcome::NotExecuted, Outcome::Unknown);
        if (outcome == Outcome::Unknown && *rc::gen::arbitrary<bool>()) {
            rig.venue.answerTo(request.what, rig.now); // it acted, and the answer was lost
        }
        return DeskVenue::answer(outcome, outcome == Outcome::Rejected ? -2011 : 0);
    }
    std::string anyId() const
    {
        const auto open = rig.desk.ledger().openOrders();
        return open.empty() ? std::string{}
                            : open[*rc::gen::inRange<std::size_t>(0, open.size())].clientOrderId();
    }
    void gate()
    {
        const auto cause = *rc::gen::element(GateCause::Stream, GateCause::Breaker, GateCause::Pause);
        switch (*rc::gen::inRange(0, 4)) {
        case 0:
            rig.act([&] { rig.desk.close(rig.now, cause, "closed", rig.now + 3s); });
            break;
        case 1:
            rig.act([&] { rig.desk.onWakeUp(rig.now, "slept"); });
            break;
        case 2:
            rig.act([&] { rig.desk.acknowledge(rig.now, GateCause::KillSwitch); });
            break;
        default:
            rig.act([&] { rig.desk.open(rig.now, cause); });
        }
    }
    void answerOne()
    {
        if (rig.open.empty()) {
            return;
        }
        auto at = rig.open.begin();
        std::advance(at, *rc::gen::inRange<std::size_t>(0, rig.open.size()));
        const RequestId id = at->first;
        at->second.isHandedOver ? rig.answer(id) : rig.handOver(id);
    }
    void fillOne()
    {
        std::vector<std::string> live;
        for (const auto &[id, order] : rig.venue.orders) {
            if (order.isOpen()) {
                live.push_back(id);
            }
        }
        if (live.empty()) {
            return;
        }
        const std::string id = live[*rc::gen::inRange<std::size_t>(0, live.size())];
        const Order &order = rig.venue.orders.at(id);
        if (order.isConditional() && order.childOrderId == 0) {
            rig.hear(rig.venue.trigger(id, rig.now));
        } else {
            rig.fill(id, "0.5");
        }
    }

    bool m_isOdd = true;
};

} // namespace

class DeskPropertyTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        if (!qEnvironmentVariableIsSet("RC_PARAMS")) {
#ifdef NDEBUG
            qputenv("RC_PARAMS", "max_success=10000");
#else
            qputenv("RC_PARAMS", "max_success=1000"); // slow without the optimizer
#endif
        }
    }

    void anyOrderAndRepetitionOfTheEvidenceEndsInTheSameOrderAndPosition()
    {
        QVERIFY(rc::check("I5 through the desk", [] {
            Rig straight;
            straight.ready();
            straight.holds = anyOf<PlaceOrder>();
            NewOrder request = *rc::gen::arbitrary<bool>() ? stopMarket() : limit();
            request.reduceOnly = false;
            straight.submit(request);
            const std::string id = straight.id();
            straight.venue.accept(straight.last<PlaceOrder>().order, straight.now);
            Rig mixed;
            mixed.ready();
            mixed.holds = anyOf<PlaceOrder>();
            mixed.submit(request);
            // The same order in both: the second desk has its own name for it.
            const std::vector<Evidence> story = lifeOf(straight.venue, id, straight.now);
            for (const Evidence &one : story) {
                straight.hear(one);
            }
            std::vector<std::size_t> picks(story.size());
            std::iota(picks.begin(), picks.end(), std::size_t{0});
            for (int n = *rc::gen::inRange(0, 6); n > 0; --n) {
                picks.push_back(*rc::gen::inRange<std::size_t>(0, story.size()));
            }
            for (std::size_t i = picks.size() - 1; i > 0; --i) {
                std::swap(picks[i], picks[*rc::gen::inRange<std::size_t>(0, i + 1)]);
            }
            for (const std::size_t pick : picks) {
                Evidence one = story[pick];
                if (auto *engine = std::get_if<EngineReport>(&one)) {
                    engine->order.request.clientOrderId = mixed.id();
                } else if (auto *algo = std::get_if<ConditionalReport>(&one)) {
                    algo->order.request.clientOrderId = mixed.id();
                }
                mixed.hear(one);
            }
            Order same = mixed.order(mixed.id());
            same.request.clientOrderId = id;
            RC_ASSERT(same == straight.order(id));
            RC_ASSERT(mixed.position() == straight.position());
            RC_ASSERT(mixed.all<FillAdded>().size() == straight.all<FillAdded>().size());
            RC_ASSERT(mixed.alerts(Alert::Kind::LateFill) == 0);
            straight.answerAll();
            mixed.answerAll();
            RC_ASSERT(straight.problems.empty());
            RC_ASSERT(mixed.problems.empty());
        }));
    }

    void whateverHappensTheLawsHold()
    {
        QVERIFY(rc::check("I10, I11, I13, I16, I24 and one copy under way", [] {
            Chaos chaos;
            for (int steps = *rc::gen::inRange(1, 60); steps > 0; --steps) {
                chaos.step();
                chaos.failOnProblems();
            }
            chaos.settle();
            for (const CommandId command : chaos.commands) {
                RC_ASSERT(chaos.rig.answered[command] == 1);
            }
            if (!chaos.isSettled()) {
                RC_LOG() << "load " << chaos.rig.desk.loadCount();
                for (const Order &order : chaos.rig.desk.ledger().openOrders()) {
                    RC_LOG() << " open " << order.clientOrderId() << " phase " << int(order.phase) << " type "
                             << int(order.request.type) << " qty " << order.request.quantity.toString()
                             << " done " << order.executedQty.toString() << '\n';
                }
                for (const auto &[leg, amount] : chaos.rig.desk.positions().open()) {
                    RC_LOG() << " position " << leg.first << ' ' << amount.toString() << '\n';
                }
            }
            RC_ASSERT(chaos.isSettled());
            for (const auto &[leg, row] : chaos.rig.venue.positions) {
                RC_ASSERT(row.amount == chaos.rig.position(leg.first, leg.second));
            }
            chaos.failOnProblems();
        }));
    }
};

QTEST_APPLESS_MAIN(DeskPropertyTest)
#include "desk_property_test.moc"
