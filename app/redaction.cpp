#include "app/redaction.h"

#include "app/secret_buffer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace app
{
namespace
{

constexpr std::size_t shortestSecret = 8;
constexpr std::size_t longestWord = 47; // keys, listen keys and signatures in hex have 64 characters
constexpr std::string_view blot = "[redacted]";
constexpr std::string_view ed25519KeyBegin = "MC4CAQAwBQYDK2Vw"; // PKCS#8 in base64
constexpr std::array<std::string_view, 10> names{"signature", "x-mbx-apikey", "apikey", "api_key", "api-key",
    "listenkey", "listen_key", "secret", "passphrase", "password"};

constexpr std::string_view initials = "alpsx"; // of the names, to pass over most characters at once

using Range = std::pair<std::size_t, std::size_t>; ///< first, behind the last

/// Rolling fingerprints modulo 2^61 - 1 with a base drawn at start, so that no secret is kept to compare
/// with.
class Fingerprints
{
public:
    Fingerprints()
    {
        std::random_device device;
        m_base = ((std::uint64_t{device()} << 32U) | device()) % (modulus - 512) + 256;
    }

    void add(std::string_view secret)
    {
        const std::unique_lock lock{m_mutex};
        const Print print{secret.size(), fingerprint(secret)};
        if (std::ranges::find(m_prints, print) == m_prints.end()) {
            m_prints.push_back(print);
            std::ranges::sort(m_prints);
        }
    }

    void find(std::string_view text, std::vector<Range> &found) const
    {
        const std::shared_lock lock{m_mutex};
        for (std::size_t i = 0; i < m_prints.size();) {
            const std::size_t length = m_prints[i].first;
            std::size_t end = i;
            while (end < m_prints.size() && m_prints[end].first == length) {
                ++end;
            }
            findOfOneLength(text, length, i, end, found);
            i = end;
        }
    }

private:
    using Print = std::pair<std::size_t, std::uint64_t>; ///< length, fingerprint
    static constexpr std::uint64_t modulus = (std::uint64_t{1} << 61U) - 1;

    static std::uint64_t reduced(std::uint64_t sum) { return sum >= modulus ? sum - modulus : sum; }
    static std::uint64_t product(std::uint64_t a, std::uint64_t b)
    {
        __extension__ using Wide = unsigned __int128;
        const Wide whole = Wide{a} * b;
        // 2^61 is 1 modulo 2^61 - 1.
        return reduced(
            static_cast<std::uint64_t>(whole & modulus) + static_cast<std::uint64_t>(whole >> 61U));
    }
    static std::uint64_t valueOf(char c) { return static_cast<unsigned char>(c) + std::uint64_t{1}; }
    std::uint64_t fingerprint(std::string_view text) const
    {
        std::uint64_t sum = 0;
        for (const char c : text) {
            sum = reduced(product(sum, m_base) + valueOf(c));
        }
        return sum;
    }
    void findOfOneLength(std::string_view text, std::size_t length, std::size_t first, std::size_t last,
        std::vector<Range> &found) const
    {
        if (text.size() < length) {
            return;
        }
        std::uint64_t highest = 1;
        for (std::size_t i = 1; i < length; ++i) {
            highest = product(highest, m_base);
        }
        std::uint64_t sum = fingerprint(text.substr(0, length));
        for (std::size_t at = 0;; ++at) {
            for (std::size_t i = first; i < last; ++i) {
                if (m_prints[i].second == sum) {
                    found.emplace_back(at, at + length);
                }
            }
            if (at + length >= text.size()) {
                return;
            }
            const std::uint64_t leaving = product(valueOf(text[at]), highest);
            sum =
                (product((sum + modulus - leaving) % modulus, m_base) + valueOf(text[at + length])) % modulus;
        }
    }

    mutable std::shared_mutex m_mutex;
    std::uint64_t m_base = 0;
    std::vector<Print> m_prints;
};

Fingerprints &fingerprints()
{
    static Fingerprints instance;
    return instance;
}

bool isAlphanumeric(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool startsIgnoringCase(std::string_view text, std::string_view lowerCase)
{
    if (text.size() < lowerCase.size()) {
        return false;
    }
    for (std::size_t i = 0; i < lowerCase.size(); ++i) {
        if (lower(text[i]) != lowerCase[i]) {
            return false;
        }
    }
    return true;
}

bool isOneOf(char c, std::string_view set)
{
    return set.find(c) != std::string_view::npos;
}

/// name, then ':' or '=', then the value, with blanks and quotes between.
void findNamedValues(std::string_view text, std::vector<Range> &found)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!isOneOf(lower(text[at]), initials)) {
            continue;
        }
        for (const std::string_view name : names) {
            if (!startsIgnoringCase(text.substr(at), name)) {
                continue;
            }
            std::size_t next = at + name.size();
            const auto skip = [&text, &next](std::string_view set) {
                while (next < text.size() && isOneOf(text[next], set)) {
                    ++next;
                }
            };
            if (startsIgnoringCase(text.substr(next), "key")) {
                next += 3;
            }
            skip(" \t\"'\\");
            if (next >= text.size() || !isOneOf(text[next], ":=")) {
                continue;
            }
            ++next;
            skip(" \t\"'\\");
            const std::size_t begin = next;
            while (next < text.size() && !isOneOf(text[next], " \t\r\n\"'\\&,;)}]")) {
                ++next;
            }
            if (next > begin) {
                found.emplace_back(begin, next);
            }
        }
    }
}

void findLongWords(std::string_view text, std::vector<Range> &found)
{
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && isAlphanumeric(text[end])) {
            ++end;
        }
        if (end - at > longestWord) {
            found.emplace_back(at, end);
        }
        at = end + 1;
    }
    for (std::size_t at = text.find(ed25519KeyBegin); at != std::string_view::npos;
         at = text.find(ed25519KeyBegin, at + 1)) {
        std::size_t end = at;
        while (end < text.size() && (isAlphanumeric(text[end]) || isOneOf(text[end], "+/="))) {
            ++end;
        }
        found.emplace_back(at, end);
    }
}

void appendVisible(std::string &shown, std::string_view text)
{
    for (const char c : text) {
        if (c == '\n') {
            shown += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            shown += c == '\t' ? ' ' : '?';
        } else {
            shown += c;
        }
    }
}

} // namespace

bool registerSecret(std::string_view secret)
{
    if (secret.size() < shortestSecret) {
        return false;
    }
    fingerprints().add(secret);
    constexpr std::string_view hex = "0123456789ABCDEF";
    SecretBuffer encoded{secret.size() * 3};
    std::size_t size = 0;
    for (const char c : secret) {
        if (isAlphanumeric(c) || isOneOf(c, "-_.~")) {
            encoded.writable()[size++] = c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded.writable()[size++] = '%';
            encoded.writable()[size++] = hex[byte >> 4U];
            encoded.writable()[size++] = hex[byte & 15U];
        }
    }
    fingerprints().add(encoded.text().substr(0, size));
    return true;
}

std::string redacted(std::string_view text)
{
    std::vector<Range> found;
    fingerprints().find(text, found);
    findNamedValues(text, found);
    findLongWords(text, found);
    std::ranges::sort(found);
    std::string shown;
    shown.reserve(text.size());
    std::size_t done = 0;
    for (const auto &[begin, end] : found) {
        if (begin >= done) {
            appendVisible(shown, text.substr(done, begin - done));
            shown += blot;
        }
        done = std::max(done, end);
    }
    appendVisible(shown, text.substr(std::min(done, text.size())));
    return shown;
}

} // namespace app
