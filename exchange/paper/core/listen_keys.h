#pragma once

#include "exchange/paper/core/types.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace paper
{

/// The listen keys of all accounts, at most one each: alive for 60 minutes from the last POST or PUT.
class ListenKeys
{
public:
    explicit ListenKeys(std::uint64_t seed) : m_seed{seed} {}
    /// The living key, extended, or a new one.
    std::string open(AccountId account, Timestamp now);
    /// The key, extended; unset where none lives.
    std::optional<std::string> extend(AccountId account, Timestamp now);
    void close(AccountId account);
    /// The keys that have run out, each once.
    std::vector<std::string> takeExpired(Timestamp now);
    const std::string &of(AccountId account) const; ///< empty where none lives

private:
    struct Key
    {
        std::string text;
        Timestamp endsAt;
    };
    std::uint64_t m_seed;
    std::map<AccountId, Key> m_keys;
};

} // namespace paper
