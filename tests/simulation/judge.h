#pragma once

#include "exchange/paper/core/rest.h"
#include "exchange/paper/core/types.h"
#include "models/domain/orders/desk_reports.h"
#include "models/domain/orders/gate.h"
#include "models/domain/orders/journal_entry.h"
#include "models/domain/orders/position_book.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace simulation
{

/// Compares what the exchange did with what the client says of it. The exchange's own events are the truth;
/// the client's word is what its window would show. Knows nothing of how either came to it.
class Judge
{
public:
    struct Verdict
    {
        std::int64_t lost = 0;       ///< orders of which the client's last word is not the exchange's
        std::int64_t duplicated = 0; ///< client order ids with more than one order
        std::int64_t limitViolations = 0;
        std::int64_t unexplainedPositions = 0;
        std::int64_t withoutIntent = 0; ///< arrived before their intent was on the disk
        std::int64_t forbidden = 0;     ///< left although the gate was closed for them, or too late
        std::int64_t refutedProofs = 0; ///< taken for never accepted, and yet there
        std::int64_t unanswered = 0;    ///< commands without exactly one answer
        bool isClean() const
        {
            return lost + duplicated + limitViolations + unexplainedPositions + withoutIntent + forbidden +
                       refutedProofs + unanswered ==
                   0;
        }
    };

    // the exchange's side
    void onArrived(const paper::Request &request, std::int64_t nowMs);
    void onProcessed(const paper::Request &request, const paper::Response &response, std::int64_t nowMs);
    void onEvent(const paper::Event &event);
    void onForeignLoad(std::int64_t nowMs) { m_foreignLoadMs = nowMs; }
    // the client's side
    void onKept(const domain::JournalEntries &entries);
    void onHandedOver(const domain::NewOrder &order, domain::Milliseconds age, const domain::Gate &gate);
    void onTold(const domain::Order &order);
    void onAlert(const domain::Alert &alert);
    void onCommand(std::uint64_t command) { m_commands.insert(command); }
    void onReply(std::uint64_t command);
    /// A killed program answers nobody.
    void onKill() { m_commands.clear(); }

    /// At the end, when all is quiet: what is left open on either side, and the positions.
    void settle(const std::vector<domain::Order> &clientOrders,
        const std::vector<std::pair<domain::PositionBook::Leg, domain::Quantity>> &clientPositions,
        const std::vector<paper::PositionView> &venuePositions);

    const Verdict &verdict() const { return m_verdict; }
    std::int64_t accepted() const { return m_acceptedCount; }
    std::int64_t fills() const { return m_fills; }
    std::uint64_t hash() const { return m_hash; }
    /// The first findings, in words.
    const std::vector<std::string> &findings() const { return m_findings; }
    void mix(std::string_view text);

private:
    struct Truth
    {
        bool isKnown = false;
        bool isTerminal = false;
        domain::Quantity executed;
        std::string child; ///< key of the engine order that a conditional one became
    };
    struct Told
    {
        bool isKnown = false;
        domain::Order order;
    };
    /// What is left of an order that both sides agree on: a million of them fit into memory.
    using Digest = std::uint64_t;
    static Digest digestOf(std::string_view id);
    static bool isNeverThere(const domain::Order &order);
    void find(std::int64_t &counter, const std::string &text);
    void compare(const std::string &id);
    void reopen(const std::string &id);
    void settleOne(const std::string &id, const Truth &truth, const Told &told);

    Verdict m_verdict;
    std::vector<std::string> m_findings;
    std::map<std::string, Truth> m_truth; ///< own orders whose last word is not settled
    std::map<std::string, Told> m_told;
    std::unordered_map<Digest, domain::Quantity> m_settled; ///< both sides agreed on this end
    std::unordered_set<Digest> m_absent;                    ///< the client says that it never was there
    std::unordered_set<Digest> m_accepted;
    std::unordered_set<Digest> m_intents; ///< on the disk
    std::set<std::uint64_t> m_commands;
    std::map<std::string, std::string> m_childOf; ///< child order's key to its conditional order's client id
    std::int64_t m_foreignLoadMs = -1'000'000;
    std::int64_t m_acceptedCount = 0;
    std::int64_t m_fills = 0;
    std::uint64_t m_hash = 0xCBF29CE484222325ULL; // FNV-1a
};

} // namespace simulation
