#include "exchange/transport/backoff.h"

#include <algorithm>

namespace transport
{

domain::Milliseconds Jitter::upTo(domain::Milliseconds most)
{
    const auto range = static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 0)) + 1;
    return domain::Milliseconds{static_cast<std::int64_t>(m_generator() % range)};
}

Backoff::Backoff(domain::Milliseconds base, domain::Milliseconds cap, std::uint64_t seed)
    : m_base{base},
      m_cap{cap},
      m_jitter{seed}
{
}

domain::Milliseconds Backoff::ceiling() const
{
    domain::Milliseconds most = m_base;
    for (int doubling = 0; doubling < m_attempts && most < m_cap; ++doubling) {
        most *= 2;
    }
    return std::min(most, m_cap);
}

domain::Milliseconds Backoff::next()
{
    const domain::Milliseconds wait = m_jitter.upTo(ceiling());
    ++m_attempts;
    return wait;
}

} // namespace transport
