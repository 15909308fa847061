#include "app/secret_buffer.h"

#include <algorithm>
#include <new>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace app
{

void wipe(std::span<char> memory)
{
    OPENSSL_cleanse(memory.data(), memory.size());
}

SecretBuffer::SecretBuffer(std::size_t size)
{
    if (size == 0) {
        return;
    }
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t mapped = (size + page - 1) / page * page;
    void *memory = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        throw std::bad_alloc{};
    }
    m_data = static_cast<char *>(memory);
    m_size = size;
    m_mapped = mapped;
    m_isLocked = ::mlock(memory, mapped) == 0;
    ::madvise(memory, mapped, MADV_DONTDUMP);
}

SecretBuffer SecretBuffer::copyOf(std::span<const char> secret)
{
    SecretBuffer buffer{secret.size()};
    std::ranges::copy(secret, buffer.m_data);
    return buffer;
}

SecretBuffer::SecretBuffer(SecretBuffer &&other) noexcept
    : m_data{std::exchange(other.m_data, nullptr)},
      m_size{std::exchange(other.m_size, 0)},
      m_mapped{std::exchange(other.m_mapped, 0)},
      m_isLocked{std::exchange(other.m_isLocked, false)}
{
}

SecretBuffer &SecretBuffer::operator=(SecretBuffer &&other) noexcept
{
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    std::swap(m_mapped, other.m_mapped);
    std::swap(m_isLocked, other.m_isLocked);
    return *this;
}

SecretBuffer::~SecretBuffer()
{
    if (m_data != nullptr) {
        OPENSSL_cleanse(m_data, m_mapped);
        ::munlock(m_data, m_mapped);
        ::munmap(m_data, m_mapped);
    }
}

void SecretBuffer::shrink(std::size_t size)
{
    if (size < m_size) {
        app::wipe({m_data + size, m_size - size});
        m_size = size;
    }
}

void SecretBuffer::wipe()
{
    shrink(0);
}

} // namespace app
