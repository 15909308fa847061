#include "exchange/paper/core/listen_keys.h"

#include "exchange/paper/core/random_path.h"

namespace paper
{
namespace
{
constexpr domain::Milliseconds lifetime{std::chrono::minutes{60}};
constexpr std::uint64_t keyLength = 64;
} // namespace

std::string ListenKeys::open(AccountId account, Timestamp now)
{
    Key &key = m_keys[account];
    if (key.text.empty()) {
        m_seed = hashOf(m_seed, static_cast<std::uint64_t>(domain::toMs(now)));
        for (std::uint64_t i = 0; i < keyLength; ++i) {
            constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
            key.text += letters[hashOf(m_seed, i) % (sizeof letters - 1)];
        }
    }
    key.endsAt = now + lifetime;
    return key.text;
}

std::optional<std::string> ListenKeys::extend(AccountId account, Timestamp now)
{
    if (!m_keys.contains(account)) {
        return std::nullopt;
    }
    return open(account, now);
}

void ListenKeys::close(AccountId account)
{
    m_keys.erase(account);
}

std::vector<std::string> ListenKeys::takeExpired(Timestamp now)
{
    std::vector<std::string> expired;
    for (auto key = m_keys.begin(); key != m_keys.end();) {
        if (now < key->second.endsAt) {
            ++key;
            continue;
        }
        expired.push_back(key->second.text);
        key = m_keys.erase(key);
    }
    return expired;
}

const std::string &ListenKeys::of(AccountId account) const
{
    static const std::string none;
    const auto key = m_keys.find(account);
    return key == m_keys.end() ? none : key->second.text;
}

} // namespace paper
