#pragma once

#include "models/ports/journal.h"

#include <string>
#include <vector>

namespace support
{

/// A journal in memory that can be told to fail, and keeps the order in which it was written.
class FakeJournal final : public ports::Journal
{
    Q_OBJECT
public:
    bool isFailing = false;
    std::vector<std::string> log;          ///< "intent <id>", "sent <id>"
    std::vector<ports::JournalOrder> past; ///< what unresolved() answers
    std::vector<domain::Order> states;     ///< as recorded

    std::string nextClientOrderId() override { return "tfake01" + std::to_string(++m_sequence); }
    QFuture<domain::Result<bool>> recordIntent(domain::Order order) override
    {
        return write("intent " + order.clientOrderId());
    }
    QFuture<domain::Result<bool>> recordSent(std::string clientOrderId, domain::Timestamp) override
    {
        return write("sent " + clientOrderId);
    }
    QFuture<domain::Result<bool>> recordState(domain::Order order) override
    {
        states.push_back(std::move(order));
        return ports::finished<domain::Result<bool>>(true);
    }
    QFuture<domain::Result<std::vector<ports::JournalOrder>>> unresolved() override
    {
        return ports::finished<domain::Result<std::vector<ports::JournalOrder>>>(past);
    }
    QFuture<domain::Result<std::vector<ports::JournalOrder>>> recent(int) override
    {
        return ports::finished<domain::Result<std::vector<ports::JournalOrder>>>(past);
    }

private:
    QFuture<domain::Result<bool>> write(std::string entry)
    {
        if (isFailing) {
            return ports::finished<domain::Result<bool>>(
                domain::failure(domain::ErrorCode::Storage, "The disk is full; make room and try again."));
        }
        log.push_back(std::move(entry));
        return ports::finished<domain::Result<bool>>(true);
    }
    int m_sequence = 0;
};

} // namespace support
