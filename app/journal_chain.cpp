#include "app/journal_chain.h"

#include <algorithm>
#include <cstdlib>
#include <openssl/evp.h>

namespace app
{
namespace
{

constexpr std::string_view beginning = "Headroom journal";

/// Eight bytes, the lowest first, so that files can change machines.
std::array<char, 8> bytesOf(std::int64_t number)
{
    std::array<char, 8> bytes{};
    auto rest = static_cast<std::uint64_t>(number);
    for (char &byte : bytes) {
        byte = static_cast<char>(rest & 0xffU);
        rest >>= 8U;
    }
    return bytes;
}

void feed(EVP_MD_CTX *context, std::string_view bytes)
{
    if (EVP_DigestUpdate(context, bytes.data(), bytes.size()) != 1) {
        std::abort(); // no journal without checksums
    }
}

/// With its length in front, so that no two entries read the same.
void feedText(EVP_MD_CTX *context, std::string_view text)
{
    const auto length = bytesOf(static_cast<std::int64_t>(text.size()));
    feed(context, {length.data(), length.size()});
    feed(context, text);
}

void begin(EVP_MD_CTX *context)
{
    static EVP_MD *const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (EVP_DigestInit_ex2(context, sha256, nullptr) != 1) {
        std::abort();
    }
}

JournalChain::Sum end(EVP_MD_CTX *context)
{
    std::array<unsigned char, 32> bytes{};
    if (EVP_DigestFinal_ex(context, bytes.data(), nullptr) != 1) {
        std::abort();
    }
    JournalChain::Sum sum{};
    std::ranges::transform(bytes, sum.begin(), [](unsigned char byte) { return static_cast<char>(byte); });
    return sum;
}

} // namespace

void JournalChain::Free::operator()(evp_md_ctx_st *context) const
{
    EVP_MD_CTX_free(context);
}

JournalChain::JournalChain() : m_context{EVP_MD_CTX_new()} {}

JournalChain::Sum JournalChain::genesis()
{
    begin(m_context.get());
    feed(m_context.get(), beginning);
    return end(m_context.get());
}

JournalChain::Sum JournalChain::next(const Sum &previous, const JournalLink &link)
{
    begin(m_context.get());
    feed(m_context.get(), view(previous));
    for (const std::int64_t number : {link.sequence, domain::toMs(link.at)}) {
        const auto bytes = bytesOf(number);
        feed(m_context.get(), {bytes.data(), bytes.size()});
    }
    for (const std::string_view text : {link.kind, link.subject, link.payload}) {
        feedText(m_context.get(), text);
    }
    return end(m_context.get());
}

JournalChain::Sum JournalChain::of(std::string_view bytes)
{
    Sum sum{};
    if (bytes.size() == sum.size()) {
        std::ranges::copy(bytes, sum.begin());
    }
    return sum;
}

} // namespace app
