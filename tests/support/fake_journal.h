#pragma once

#include "models/ports/journal.h"

#include <array>
#include <string>
#include <variant>
#include <vector>

namespace support
{

/// A journal in memory that can be told to fail, and keeps the order in which it was written.
class FakeJournal final : public ports::Journal
{
    Q_OBJECT
public:
    bool isFailing = false;
    /// "intent <id>", "state <id> WORKING", "fill <symbol> <trade id>", "moment <id> SENT <text>",
    /// "note <name>=<value>"
    std::vector<std::string> log;
    domain::JournalEntries entries; ///< as they were handed in
    domain::JournalPast before;     ///< what past() answers
    std::vector<domain::Order> states;

    std::string nextClientOrderId() override { return "tfake01" + std::to_string(++m_sequence); }
    QFuture<domain::Result<bool>> append(domain::JournalEntries more) override
    {
        if (isFailing) {
            return ports::finished<domain::Result<bool>>(
                domain::failure(domain::ErrorCode::Storage, "The disk is full; make room and try again."));
        }
        for (domain::JournalEntry &entry : more) {
            log.push_back(std::visit([this](const auto &one) { return lineOf(one); }, entry));
            entries.push_back(std::move(entry));
        }
        return ports::finished<domain::Result<bool>>(true);
    }
    QFuture<domain::Result<domain::JournalPast>> past() override
    {
        return ports::finished<domain::Result<domain::JournalPast>>(before);
    }
    QFuture<domain::Result<std::vector<domain::Order>>> recent(int) override
    {
        return ports::finished<domain::Result<std::vector<domain::Order>>>(states);
    }
    QFuture<domain::Result<std::vector<domain::OrderMoment>>> story(std::string clientOrderId) override
    {
        std::vector<domain::OrderMoment> moments;
        for (const domain::JournalEntry &entry : entries) {
            if (const auto *moment = std::get_if<domain::OrderMoment>(&entry);
                moment != nullptr && moment->clientOrderId == clientOrderId) {
                moments.push_back(*moment);
            }
        }
        return ports::finished<domain::Result<std::vector<domain::OrderMoment>>>(moments);
    }
    QFuture<domain::Result<ports::JournalStatus>> status() override
    {
        ports::JournalStatus now;
        now.entries = static_cast<std::int64_t>(entries.size());
        now.isChainIntact = true;
        return ports::finished<domain::Result<ports::JournalStatus>>(now);
    }
    QFuture<domain::Result<std::int64_t>> exportTo(QString, ExportFormat) override
    {
        return ports::finished<domain::Result<std::int64_t>>(static_cast<std::int64_t>(entries.size()));
    }

private:
    std::string lineOf(const domain::JournalIntent &intent)
    {
        return "intent " + intent.order.clientOrderId();
    }
    std::string lineOf(const domain::JournalState &state)
    {
        constexpr std::array phases{"QUEUED", "IN_FLIGHT", "UNKNOWN", "WORKING", "DONE", "QUARANTINED"};
        states.push_back(state.order);
        return "state " + state.order.clientOrderId() + ' ' +
               phases[static_cast<std::size_t>(state.order.phase)];
    }
    std::string lineOf(const domain::Fill &fill)
    {
        return "fill " + fill.symbol + ' ' + std::to_string(fill.tradeId);
    }
    std::string lineOf(const domain::OrderMoment &moment)
    {
        return "moment " + moment.clientOrderId + ' ' + std::string{toWord(moment.kind)} + ' ' + moment.text;
    }
    std::string lineOf(const domain::JournalNote &note) { return "note " + note.name + '=' + note.value; }

    int m_sequence = 0;
};

} // namespace support
