#pragma once

#include "models/domain/time.h"

#include <queue>

#include <cstdint>
#include <functional>
#include <vector>

namespace simulation
{

/// Virtual time: what is planned for a moment happens when it comes, in the order of planning where moments
/// are equal. Nothing else moves.
class Timeline
{
public:
    domain::Monotonic now() const { return m_now; }
    void at(domain::Monotonic when, std::function<void()> act)
    {
        m_plans.push({when < m_now ? m_now : when, m_planned++, std::move(act)});
    }
    void after(domain::MonotonicClock::duration wait, std::function<void()> act)
    {
        at(m_now + wait, std::move(act));
    }
    /// False where nothing is planned.
    bool step()
    {
        if (m_plans.empty()) {
            return false;
        }
        // The queue gives const access only; the plan is taken out, not changed in place.
        Plan plan = std::move(const_cast<Plan &>(m_plans.top()));
        m_plans.pop();
        m_now = plan.when;
        plan.act();
        return true;
    }

private:
    struct Plan
    {
        domain::Monotonic when;
        std::uint64_t number = 0;
        std::function<void()> act;
        bool operator<(const Plan &other) const
        {
            return when != other.when ? when > other.when : number > other.number; // the earliest on top
        }
    };
    domain::Monotonic m_now{};
    std::uint64_t m_planned = 0;
    std::priority_queue<Plan> m_plans;
};

/// Seeded choices; each part of a simulation has its own, so that one does not disturb the other.
class Dice
{
public:
    explicit Dice(std::uint64_t seed) : m_state{seed} {}
    std::uint64_t next()
    {
        // SplitMix64 (public domain, Vigna): one addition and two multiplications a draw, the same
        // everywhere.
        std::uint64_t z = (m_state += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }
    /// Within [from, to].
    std::int64_t between(std::int64_t from, std::int64_t to)
    {
        return from + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(to - from + 1));
    }
    bool chance(double probability) { return real() < probability; }
    double real() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

private:
    std::uint64_t m_state;
};

} // namespace simulation
