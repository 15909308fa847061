#pragma once

#include "models/domain/orders/journal_entry.h"
#include "tests/simulation/timeline.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace simulation
{

/// When the journal commits: one commit at a time with its fsync, as its thread does, and each takes all that
/// waits. What a commit writes, and whether somebody is told, is for the caller.
class SimDisk
{
public:
    struct Commit
    {
        std::vector<domain::JournalEntries> appends;
        std::vector<std::uint64_t> tickets; ///< of who waits for it
        bool isFailing = false;
    };
    /// Carries something out later, unless the program is killed before.
    using Later = std::function<void(std::chrono::microseconds, std::function<void()>)>;
    using Done = std::function<void(Commit)>;

    SimDisk(Dice &dice, Later later, Done done);

    /// ticket: of who waits for it; 0: nobody.
    void keep(domain::JournalEntries entries, std::uint64_t ticket);
    /// The next commit that somebody waits for fails, and is one by itself.
    void failNext() { m_isToFail = true; }

private:
    struct Waiting
    {
        domain::JournalEntries entries;
        std::uint64_t ticket = 0;
        bool isFailing = false;
    };
    void begin();

    Dice &m_dice;
    Later m_later;
    Done m_done;
    std::deque<Waiting> m_waiting;
    bool m_isWriting = false;
    bool m_isToFail = false;
};

} // namespace simulation
