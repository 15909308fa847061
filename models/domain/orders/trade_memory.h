#pragma once

#include "models/domain/order.h"

#include <cstdint>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>

namespace domain
{

/// Which executions were counted, longer than their orders are remembered: lists are read again, and an
/// execution must count once. Where both sides of a trade are ours, it is one execution of each order.
class TradeMemory
{
public:
    /// False where it was added before.
    bool add(const Fill &fill)
    {
        OfSymbol &known = m_symbols[fill.symbol];
        const auto [place, isNew] = known.executions.emplace(fill.tradeId, fill.orderId);
        if (!isNew) {
            return false;
        }
        known.order.push_back(*place);
        if (known.order.size() > most) {
            known.executions.erase(known.order.front());
            known.order.pop_front();
        }
        return true;
    }
    void clear() { m_symbols.clear(); }

private:
    static constexpr std::size_t most = 20'000; ///< of one symbol; the oldest are forgotten
    using Execution = std::pair<std::int64_t, std::int64_t>;
    struct OfSymbol
    {
        std::set<Execution> executions;
        std::deque<Execution> order; ///< as they came
    };
    std::unordered_map<Symbol, OfSymbol> m_symbols;
};

} // namespace domain
