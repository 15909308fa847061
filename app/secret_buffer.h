#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace app
{

/// Bytes of a secret on pages of their own: locked in memory, left out of core dumps, wiped at the end.
/// Move-only.
class SecretBuffer
{
public:
    SecretBuffer() = default;
    /// size zero bytes.
    explicit SecretBuffer(std::size_t size);
    /// Takes a copy; the caller wipes its own.
    static SecretBuffer copyOf(std::span<const char> secret);
    SecretBuffer(SecretBuffer &&other) noexcept;
    SecretBuffer &operator=(SecretBuffer &&other) noexcept;
    SecretBuffer(const SecretBuffer &) = delete;
    SecretBuffer &operator=(const SecretBuffer &) = delete;
    ~SecretBuffer();

    std::span<const char> view() const { return {m_data, m_size}; }
    std::span<const std::byte> bytes() const { return std::as_bytes(view()); }
    std::span<char> writable() { return {m_data, m_size}; }
    std::string_view text() const { return {m_data, m_size}; }
    std::size_t size() const { return m_size; }
    bool isEmpty() const { return m_size == 0; }
    /// False where the system refused to lock the page; it is then still wiped and not dumped.
    bool isLocked() const { return m_isLocked; }
    /// Forgets what lies behind the first size bytes.
    void shrink(std::size_t size);
    void wipe();

private:
    char *m_data = nullptr;
    std::size_t m_size = 0;
    std::size_t m_mapped = 0; ///< bytes of the mapping
    bool m_isLocked = false;
};

/// Overwrites in a way that the compiler keeps.
void wipe(std::span<char> memory);

} // namespace app
