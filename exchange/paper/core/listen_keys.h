#pragma once

#include "models/domain/time.h"

#include <optional>
#include <string>

namespace paper
{

/// The listen key of the one account: lives 60 minutes from the last POST or PUT.
class ListenKeys
{
public:
    explicit ListenKeys(std::uint64_t seed) : m_seed{seed} {}
    /// The living key, extended, or a new one.
    std::string open(domain::Timestamp now);
    /// The key, extended; unset where none lives.
    std::optional<std::string> extend(domain::Timestamp now);
    void close();
    /// The key that has just run out, once.
    std::optional<std::string> takeExpired(domain::Timestamp now);
    bool isLive(const std::string &key) const { return !m_key.empty() && key == m_key; }
    const std::string &current() const { return m_key; } ///< empty where none lives

private:
    std::uint64_t m_seed;
    std::string m_key;
    domain::Timestamp m_endsAt;
};

} // namespace paper
