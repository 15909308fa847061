#pragma once

#include "exchange/paper/core/rest.h"
#include "models/domain/time.h"

#include <cstdint>
#include <deque>

namespace paper
{

/// Whether a handshake is granted, or the answer that refuses it.
using Admission = tl::expected<void, Response>;

/// Reference 1.5. How often is "repeated", and how long a ban lasts, is not published.
struct ConnectionLimitConfig
{
    int connectionsPer5Min = 300;
    int messagesPerSecond = 10; ///< of a connection: texts, pings and pongs together
    int patience = 10;          ///< connections closed for too many messages within 5 minutes before the ban
    domain::Milliseconds ban{std::chrono::minutes{2}};
};

/// What one address may do at the stream host. The windows slide.
class ConnectionLimits
{
public:
    explicit ConnectionLimits(ConnectionLimitConfig config = {}) : m_config{config} {}

    /// Counts a connection, or says 429 (too many) or 418 (banned). A refused one is not counted.
    Admission admit(domain::Timestamp now);
    /// A connection was closed because it sent too much.
    void onExcess(domain::Timestamp now);

private:
    ConnectionLimitConfig m_config;
    std::deque<domain::Timestamp> m_connections; ///< of the last five minutes
    std::deque<domain::Timestamp> m_excesses;
    domain::Timestamp m_bannedUntil;
};

/// Messages of one connection in the second it is.
class MessageCount
{
public:
    /// False where it is one too many.
    bool add(domain::Timestamp now, int most);

private:
    std::int64_t m_second = 0;
    int m_count = 0;
};

} // namespace paper
