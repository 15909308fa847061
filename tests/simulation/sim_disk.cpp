#include "tests/simulation/sim_disk.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace simulation
{

SimDisk::SimDisk(Dice &dice, Later later, Done done)
    : m_dice{dice},
      m_later{std::move(later)},
      m_done{std::move(done)}
{
}

void SimDisk::keep(domain::JournalEntries entries, std::uint64_t ticket)
{
    const bool isFailing = ticket != 0 && std::exchange(m_isToFail, false);
    m_waiting.push_back({std::move(entries), ticket, isFailing});
    if (!std::exchange(m_isWriting, true)) {
        // Behind what else is handed in at this moment: all of it is one transaction.
        m_later(std::chrono::microseconds{0}, [this] { begin(); });
    }
}

void SimDisk::begin()
{
    const auto failing = std::ranges::find(m_waiting, true, &Waiting::isFailing);
    const auto end = failing == m_waiting.begin() ? std::next(failing) : failing;
    const auto commit = std::make_shared<Commit>();
    commit->isFailing = m_waiting.front().isFailing;
    for (auto one = m_waiting.begin(); one != end; ++one) {
        commit->appends.push_back(std::move(one->entries));
        if (one->ticket != 0) {
            commit->tickets.push_back(one->ticket);
        }
    }
    m_waiting.erase(m_waiting.begin(), end);
    const auto length = std::chrono::microseconds{
        m_dice.chance(0.01) ? m_dice.between(1'500, 8'500) : m_dice.between(100, 1'500)};
    m_later(length, [this, commit] {
        m_done(std::move(*commit));
        m_isWriting = !m_waiting.empty();
        if (m_isWriting) {
            begin();
        }
    });
}

} // namespace simulation
