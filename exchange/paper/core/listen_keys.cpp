#include "exchange/paper/core/listen_keys.h"

#include "exchange/paper/core/random_path.h"

#include <utility>

namespace paper
{
namespace
{
constexpr domain::Milliseconds lifetime{std::chrono::minutes{60}};
constexpr int keyLength = 64;
} // namespace

std::string ListenKeys::open(domain::Timestamp now)
{
    if (m_key.empty()) {
        m_seed = hashOf(m_seed, static_cast<std::uint64_t>(domain::toMs(now)));
        for (int i = 0; i < keyLength; ++i) {
            constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
            m_key += letters[hashOf(m_seed, static_cast<std::uint64_t>(i)) % (sizeof letters - 1)];
        }
    }
    m_endsAt = now + lifetime;
    return m_key;
}

std::optional<std::string> ListenKeys::extend(domain::Timestamp now)
{
    if (m_key.empty()) {
        return std::nullopt;
    }
    return open(now);
}

void ListenKeys::close()
{
    m_key.clear();
}

std::optional<std::string> ListenKeys::takeExpired(domain::Timestamp now)
{
    if (m_key.empty() || now < m_endsAt) {
        return std::nullopt;
    }
    return std::exchange(m_key, {});
}

} // namespace paper
