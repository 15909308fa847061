#include "exchange/binance/listen_key_keeper.h"

#include <utility>

namespace binance
{

using namespace domain;

namespace
{

using namespace std::chrono_literals;

constexpr Milliseconds keepAliveEvery = 25min;
constexpr Milliseconds retryBase = 1s;
constexpr Milliseconds retryCap = 30s;
constexpr int mostFailures = 3;

} // namespace

ListenKeyKeeper::ListenKeyKeeper(std::uint64_t seed) : m_backoff{retryBase, retryCap, seed} {}

ListenKeyKeeper::Effects ListenKeyKeeper::start(Monotonic)
{
    if (m_step != Step::Stopped) {
        return {};
    }
    m_step = Step::Asking;
    return {AskKey{}};
}

void ListenKeyKeeper::stop()
{
    m_step = Step::Stopped;
}

ListenKeyKeeper::Effects ListenKeyKeeper::onKey(Monotonic now, const Result<std::string> &key)
{
    if (m_step != Step::Asking) {
        return {};
    }
    if (!key) {
        m_step = Step::AskLater;
        m_dueAt = now + m_backoff.next();
        return {};
    }
    m_backoff.reset();
    m_failures = 0;
    m_step = Step::Holding;
    m_dueAt = now + keepAliveEvery;
    m_isNew = true;
    const bool isSame = std::exchange(m_key, *key) == *key;
    return {UseKey{*key, isSame}};
}

ListenKeyKeeper::Effects ListenKeyKeeper::onKeptAlive(Monotonic now, const Result<std::string> &key)
{
    if (m_step != Step::KeepingAlive) {
        return {};
    }
    if (key) {
        m_backoff.reset();
        m_failures = 0;
        m_step = Step::Holding;
        m_dueAt = now + keepAliveEvery;
        return {};
    }
    const bool isGone = key.error().code == ErrorCode::Rejected || key.error().code == ErrorCode::NotFound;
    if (isGone || ++m_failures >= mostFailures) {
        return replace(now, "The listen key could not be kept alive and is replaced: " + key.error().detail);
    }
    m_step = Step::Holding;
    m_dueAt = now + m_backoff.next();
    return {};
}

ListenKeyKeeper::Effects ListenKeyKeeper::onExpired(Monotonic now)
{
    if (m_step != Step::Holding && m_step != Step::KeepingAlive) {
        return {}; // one is being made already
    }
    return replace(now, "The listen key has ended; a new one is being made.");
}

ListenKeyKeeper::Effects ListenKeyKeeper::replace(Monotonic, std::string why)
{
    m_failures = 0;
    m_step = Step::Asking;
    return {KeyLost{std::move(why)}, AskKey{}};
}

ListenKeyKeeper::Effects ListenKeyKeeper::onConnected()
{
    if (std::exchange(m_isNew, false) || m_step != Step::Holding) {
        return {};
    }
    m_step = Step::KeepingAlive;
    return {KeepAlive{}};
}

ListenKeyKeeper::Effects ListenKeyKeeper::onTime(Monotonic now)
{
    if (now < m_dueAt) {
        return {};
    }
    if (m_step == Step::AskLater) {
        m_step = Step::Asking;
        return {AskKey{}};
    }
    if (m_step == Step::Holding) {
        m_step = Step::KeepingAlive;
        return {KeepAlive{}};
    }
    return {};
}

std::optional<Monotonic> ListenKeyKeeper::wakeAt() const
{
    return m_step == Step::AskLater || m_step == Step::Holding ? std::optional{m_dueAt} : std::nullopt;
}

} // namespace binance
