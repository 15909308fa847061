#include "exchange/paper/core/connection_limits.h"

namespace paper
{
namespace
{

using namespace std::chrono_literals;
using domain::Timestamp;

constexpr domain::Milliseconds window = 5min;

void forgetOld(std::deque<Timestamp> &moments, Timestamp now)
{
    while (!moments.empty() && now - moments.front() >= window) {
        moments.pop_front();
    }
}

tl::unexpected<Response> refusal(int status, const std::string &text, domain::Milliseconds wait)
{
    const auto seconds = (wait.count() + 999) / 1'000;
    return tl::unexpected{Response{
        status, errorBody(-1003, text), "application/json", {{"retry-after", std::to_string(seconds)}}}};
}

} // namespace

Admission ConnectionLimits::admit(Timestamp now)
{
    if (now < m_bannedUntil) {
        return refusal(418,
            "Way too many requests; IP(127.0.0.1) banned until " +
                std::to_string(domain::toMs(m_bannedUntil)) + ".",
            m_bannedUntil - now);
    }
    forgetOld(m_connections, now);
    if (static_cast<int>(m_connections.size()) >= m_config.connectionsPer5Min) {
        return refusal(429,
            "Too many connections; current limit is " + std::to_string(m_config.connectionsPer5Min) +
                " per 5 minutes.",
            m_connections.front() + window - now);
    }
    m_connections.push_back(now);
    return {};
}

void ConnectionLimits::onExcess(Timestamp now)
{
    forgetOld(m_excesses, now);
    m_excesses.push_back(now);
    if (static_cast<int>(m_excesses.size()) > m_config.patience) {
        m_bannedUntil = now + m_config.ban;
        m_excesses.clear();
    }
}

bool MessageCount::add(Timestamp now, int most)
{
    const std::int64_t second = domain::toMs(now) / 1'000;
    if (m_second != second) {
        m_second = second;
        m_count = 0;
    }
    return ++m_count <= most;
}

} // namespace paper
