#pragma once

#include <functional>
#include <utility>

namespace ports
{

/// One claim on a stream. Claims are counted: the stream stays open while any is held. Move-only; dropping it
/// ends the claim.
class Subscription
{
public:
    Subscription() = default;
    explicit Subscription(std::function<void()> drop) : m_drop{std::move(drop)} {}
    Subscription(Subscription &&other) noexcept : m_drop{std::exchange(other.m_drop, nullptr)} {}
    Subscription &operator=(Subscription &&other) noexcept
    {
        if (this != &other) {
            reset();
            m_drop = std::exchange(other.m_drop, nullptr);
        }
        return *this;
    }
    Subscription(const Subscription &) = delete;
    Subscription &operator=(const Subscription &) = delete;
    ~Subscription() { reset(); }
    void reset()
    {
        if (const auto drop = std::exchange(m_drop, nullptr)) {
            drop();
        }
    }
    explicit operator bool() const { return m_drop != nullptr; }

private:
    std::function<void()> m_drop;
};

} // namespace ports
