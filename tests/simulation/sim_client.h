#pragma once

#include "app/journal_file.h"
#include "exchange/binance/desk_wire.h"
#include "exchange/binance/listen_key_keeper.h"
#include "exchange/binance/signing.h"
#include "exchange/binance/wire_stream.h"
#include "exchange/transport/throttle.h"
#include "models/domain/market/clock_offset.h"
#include "models/domain/market/wake_watch.h"
#include "models/domain/orders/order_desk.h"
#include "tests/simulation/sim_disk.h"
#include "tests/simulation/sim_market.h"
#include "tests/simulation/sim_socket.h"
#include "tests/simulation/sim_venue.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace simulation
{

/// The terminal in virtual time, as far as it speaks with the venue: its real order desk, queue, budgets,
/// breakers, clock offset, listen key, stream supervision, signatures, parsers and journal, wired as
/// binance::Venue wires them. One object is one run of the program; destroying it is kill -9.
class SimClient
{
public:
    struct Hooks
    {
        std::function<void(const domain::JournalEntries &)> kept; ///< they are on the disk now
        std::function<void(const domain::NewOrder &, domain::Milliseconds age, const domain::Gate &)>
            handedOver;
        std::function<void(const domain::Order &)> changed;
        std::function<void(const domain::Fill &)> filled;
        std::function<void(const domain::Alert &)> alerted;
        std::function<void(domain::CommandId, const domain::Result<domain::Order> &)> replied;
        std::function<void(const domain::EmergencyReport &)> escaped;
        std::function<void(const domain::ReconciliationReport &)> reconciled;
        /// Both empty: no market data is watched.
        std::function<void(const binance::MarketFeed::Updates &)> marketHandedOver;
        std::function<void(const std::string &)> marketNoticed;
    };

    SimClient(Timeline &timeline, SimVenue &venue, app::JournalFile &journal, std::uint64_t seed,
        domain::Milliseconds wallAhead, const transport::Throttle::PauseState &pause, Hooks hooks);
    ~SimClient();
    SimClient(const SimClient &) = delete;
    SimClient &operator=(const SimClient &) = delete;

    bool isReady() const { return m_desk && m_desk->gate().mayOpen(); }
    bool isRecovered() const { return m_isRecovered; }
    domain::OrderDesk &desk() { return *m_desk; }
    domain::Timestamp serverNow() const;
    /// Runs a command on the desk and carries out what it brings.
    template <class Act> void command(Act act)
    {
        act(*m_desk, serverNow());
        carryOut();
        pump();
    }
    /// This machine's wall clock steps.
    void stepWall(domain::Milliseconds by) { m_wallAhead += by; }
    /// The next commit fails.
    void failCommit() { m_disk.failNext(); }
    const transport::Throttle &throttle() const { return m_throttle; }
    transport::Throttle::PauseState pauseState() const
    {
        return m_throttle.pauseState(m_timeline.now(), wallNow());
    }
    /// Of the account's stream, and of the market's.
    int disconnects() const { return m_socket.disconnects(); }
    int marketDisconnects() const { return m_market ? m_market->disconnects() : 0; }

private:
    using Handler = std::function<void(const transport::PumpAnswer &)>;
    struct Pending
    {
        binance::Call call;
        Handler handler;
        int tries = 0;
        int sent = 0; ///< number of the try that is out; answers to earlier ones come too late
        transport::HttpAnswer lastAnswer;
        transport::AnswerClass lastOutcome = transport::AnswerClass::NotSent;
    };
    template <class Act> auto alive(Act act)
    {
        return [token = std::weak_ptr<int>{m_token}, act = std::move(act)](auto &&...arguments) {
            if (token.lock()) {
                act(std::forward<decltype(arguments)>(arguments)...);
            }
        };
    }
    domain::Timestamp wallNow() const;

    void send(binance::Call call, Handler handler);
    void pump();
    void pumpOnce();
    void handOver(std::uint64_t id);
    void answered(std::uint64_t id, int number, const transport::HttpAnswer &answer);
    void refuse(std::uint64_t id, const std::string &reason);
    void end(std::uint64_t id, transport::PumpAnswer answer);
    domain::Result<paper::Request> build(const binance::Call &call);
    void plan();

    void measureClock(int samplesLeft);
    void measureAnew();
    void readRules();
    void recover();
    void look();
    void watchConditions();

    void carryOut();
    void carryOutOne(domain::KeepEntries &effect);
    void carryOutOne(domain::SendRequest &effect);
    void carryOutOne(domain::WithdrawRequest &effect);
    void carryOutOne(domain::Reply &effect);
    void carryOutOne(domain::OrderChanged &effect);
    void carryOutOne(domain::FillAdded &effect);
    void carryOutOne(domain::Alert &effect);
    void carryOutOne(domain::GateChanged &effect);
    void carryOutOne(domain::RulesChanged &) {}
    void carryOutOne(domain::EmergencyTold &effect);
    void carryOutOne(domain::ReconciliationTold &effect);

    void onCommit(const SimDisk::Commit &commit);

    void carryOut(const binance::ListenKeyKeeper::Effects &effects);
    transport::StreamOptions socketOptions() const;
    SimSocket::Hooks socketHooks();
    void watchMarket();
    void onText(const std::string &text);

    Timeline &m_timeline;
    SimVenue &m_venue;
    app::JournalFile &m_journal;
    Dice m_dice;
    domain::Milliseconds m_wallAhead;
    Hooks m_hooks;
    std::shared_ptr<int> m_token = std::make_shared<int>();
    std::shared_ptr<binance::Signer> m_signer;

    transport::Throttle m_throttle;
    std::map<std::uint64_t, Pending> m_pending;
    std::uint64_t m_lastRequest = 0;
    bool m_isPumping = false;
    bool m_isDirty = false;
    std::map<domain::RequestId, std::uint64_t> m_ofDesk; ///< queue id by the desk's id

    domain::ClockOffset m_offset;
    bool m_isMeasuring = false;
    domain::WakeWatch m_wakeWatch;

    binance::ListenKeyKeeper m_keeper;
    std::shared_ptr<transport::ConnectGate> m_connectGate; ///< of the host
    SimSocket m_socket;                                    ///< of the account's stream
    std::unique_ptr<SimMarket> m_market;
    std::string m_listenKey;
    binance::StreamFrame m_frame;

    std::unique_ptr<domain::OrderDesk> m_desk;
    std::vector<domain::Evidence> m_early;
    bool m_isStreamUp = false;
    bool m_isRecovered = false;
    bool m_isCarryingOut = false;
    std::vector<domain::DeskEffect> m_effects;
    std::uint32_t m_sequence = 0;
    SimDisk m_disk;
    std::optional<domain::Monotonic> m_queueWakeAt;
    std::optional<domain::Monotonic> m_plannedAt;
};

} // namespace simulation
