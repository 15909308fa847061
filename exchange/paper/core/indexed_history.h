#pragma once

#include "exchange/paper/core/types.h"

#include <bit>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

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

/// Rows by the hash of one of their members, as chains from the newest row to older ones. Rows have numbers
/// that count from 1; 0 is none. Rows are forgotten oldest first, so a chain ends where it names a row that
/// is no longer kept: forgetting costs nothing, and adding one look-up.
class RowChains
{
public:
    std::size_t slotCount() const { return m_newest.size(); }
    std::uint64_t newest(std::size_t hash) const { return m_newest[slotOf(hash)]; }
    /// What comes after a row, by its place among the rows kept.
    std::uint64_t olderThan(std::size_t at) const { return m_older[at]; }
    void add(std::size_t hash, std::uint64_t number)
    {
        m_older.push_back(std::exchange(m_newest[slotOf(hash)], number));
    }
    void forgetOldest() { m_older.pop_front(); }
    /// Empty again; the count is a power of two.
    void clear(std::size_t slotCount)
    {
        m_newest.assign(slotCount, 0);
        m_older.clear();
    }

private:
    std::size_t slotOf(std::size_t hash) const { return hash & (m_newest.size() - 1); }

    std::vector<std::uint64_t> m_newest; ///< per slot
    std::deque<std::uint64_t> m_older;   ///< per row kept
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
    std::uint64_t added() const { return m_first + m_rows.size() - 1; }

    void push_back(Row row)
    {
        m_rows.push_back(std::move(row));
        if (m_rows.size() <= m_byId.slotCount()) {
            index(m_rows.back(), added());
            return;
        }
        m_byId.clear(std::bit_ceil(m_rows.size()));
        m_byClientId.clear(std::bit_ceil(m_rows.size()));
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            index(m_rows[i], m_first + i);
        }
    }
    void pop_front()
    {
        m_rows.pop_front();
        m_byId.forgetOldest();
        m_byClientId.forgetOldest();
        ++m_first;
    }

    /// The newest with that id (client id where the id is 0) that meets the condition, or null.
    template <class Condition> const Row *find(const OrderKey &key, Condition condition) const
    {
        if (m_rows.empty()) {
            return nullptr;
        }
        const bool isById = key.orderId != 0;
        const RowChains &chains = isById ? m_byId : m_byClientId;
        std::uint64_t number = chains.newest(isById ? hashOf(key.orderId) : hashOf(key.clientOrderId));
        while (number >= m_first) {
            const Row &row = m_rows[number - m_first];
            const bool isNamed = isById ? idOf(row) == key.orderId : clientIdOf(row) == key.clientOrderId;
            if (isNamed && condition(row)) {
                return &row;
            }
            number = chains.olderThan(number - m_first);
        }
        return nullptr;
    }

private:
    template <class Id> static std::size_t hashOf(const Id &id) { return std::hash<Id>{}(id); }
    void index(const Row &row, std::uint64_t number)
    {
        m_byId.add(hashOf(idOf(row)), number);
        m_byClientId.add(hashOf(clientIdOf(row)), number);
    }

    std::deque<Row> m_rows;
    std::uint64_t m_first = 1; ///< number of the oldest row kept
    RowChains m_byId;
    RowChains m_byClientId;
};

} // namespace paper
