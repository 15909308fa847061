#pragma once

#include "exchange/paper/core/types.h"

#include <deque>
#include <unordered_map>

namespace paper
{

inline std::int64_t idOf(const OrderRecord &order)
{
    return order.orderId;
}
inline std::int64_t idOf(const ConditionalRecord &order)
{
    return order.algoId;
}
inline const std::string &clientIdOf(const OrderRecord &order)
{
    return order.clientOrderId;
}
inline const std::string &clientIdOf(const ConditionalRecord &order)
{
    return order.clientAlgoId;
}

/// Rows of a history, oldest first, that knows how many there ever were.
template <class Row> class RowHistory
{
public:
    auto begin() const { return m_rows.begin(); }
    auto end() const { return m_rows.end(); }
    auto rbegin() const { return m_rows.rbegin(); }
    auto rend() const { return m_rows.rend(); }
    std::size_t size() const { return m_rows.size(); }
    bool empty() const { return m_rows.empty(); }
    const Row &back() const { return m_rows.back(); }
    std::uint64_t added() const { return m_forgotten + m_rows.size(); }

    void push_back(Row row) { m_rows.push_back(std::move(row)); }
    void pop_front()
    {
        m_rows.pop_front();
        ++m_forgotten;
    }

private:
    std::deque<Row> m_rows;
    std::uint64_t m_forgotten = 0;
};

/// Finished orders, oldest first, found by id or client id without a search through all of them. Client ids
/// come back: the newest counts. Ids are one counter per symbol.
template <class Row> class IndexedHistory
{
public:
    auto begin() const { return m_rows.begin(); }
    auto end() const { return m_rows.end(); }
    auto rbegin() const { return m_rows.rbegin(); }
    auto rend() const { return m_rows.rend(); }
    std::size_t size() const { return m_rows.size(); }
    const Row &back() const { return m_rows.back(); }
    std::uint64_t added() const { return m_first + m_rows.size(); }

    void push_back(Row row)
    {
        const std::uint64_t number = m_first + m_rows.size();
        m_byId.emplace(keyOf(idOf(row)), number);
        m_byClientId.emplace(keyOf(clientIdOf(row)), number);
        m_rows.push_back(std::move(row));
    }
    void pop_front()
    {
        forget(m_byId, keyOf(idOf(m_rows.front())));
        forget(m_byClientId, keyOf(clientIdOf(m_rows.front())));
        m_rows.pop_front();
        ++m_first;
    }

    /// The newest with that id (client id where the id is 0) that meets the condition, or null.
    template <class Condition> const Row *find(const OrderKey &key, Condition condition) const
    {
        const auto matches = [&](const Row &row) {
            return (key.orderId != 0 ? idOf(row) == key.orderId : clientIdOf(row) == key.clientOrderId) &&
                   condition(row);
        };
        const auto [from, to] = key.orderId != 0 ? m_byId.equal_range(keyOf(key.orderId))
                                                 : m_byClientId.equal_range(keyOf(key.clientOrderId));
        const Row *newest = nullptr;
        std::uint64_t newestNumber = 0;
        for (auto at = from; at != to; ++at) {
            const Row &row = m_rows[at->second - m_first];
            if ((newest == nullptr || at->second > newestNumber) && matches(row)) {
                newest = &row;
                newestNumber = at->second;
            }
        }
        return newest;
    }

private:
    using Index = std::unordered_multimap<std::size_t, std::uint64_t>; ///< hash to number of the row

    static std::size_t keyOf(std::int64_t id) { return std::hash<std::int64_t>{}(id); }
    static std::size_t keyOf(const std::string &id) { return std::hash<std::string>{}(id); }
    void forget(Index &index, std::size_t key)
    {
        const auto [from, to] = index.equal_range(key);
        for (auto at = from; at != to; ++at) {
            if (at->second == m_first) {
                index.erase(at);
                return;
            }
        }
    }

    std::deque<Row> m_rows;
    std::uint64_t m_first = 0; ///< number of the oldest row kept
    Index m_byId;
    Index m_byClientId;
};

} // namespace paper
