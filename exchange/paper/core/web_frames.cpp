#include "exchange/paper/core/web_frames.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace paper
{
namespace
{

constexpr std::uint8_t finBit = 0x80;
constexpr std::uint8_t compressedBit = 0x40;
constexpr std::uint8_t reservedBits = 0x70;
constexpr std::uint8_t maskBit = 0x80;
constexpr std::uint64_t longestControl = 125;
constexpr std::uint8_t twoBytesFollow = 126;
constexpr std::uint8_t eightBytesFollow = 127;

std::uint8_t byteAt(std::string_view bytes, std::size_t at)
{
    return static_cast<std::uint8_t>(bytes[at]);
}

bool isControl(Opcode opcode)
{
    return static_cast<std::uint8_t>(opcode) >= 8;
}

std::optional<Opcode> opcodeOf(std::uint8_t bits)
{
    const bool isKnown = bits <= 2 || (bits >= 8 && bits <= 10);
    return isKnown ? std::optional{static_cast<Opcode>(bits)} : std::nullopt;
}

/// Shortest forms only, no surrogates, nothing above U+10FFFF.
bool isUtf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const std::uint8_t lead = byteAt(text, i);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (length == 0 || lead > 0xf4 || i + length > text.size()) {
            return false;
        }
        for (std::size_t k = 1; k < length; ++k) {
            if ((byteAt(text, i + k) & 0xc0) != 0x80) {
                return false;
            }
        }
        const std::uint8_t second = length > 1 ? byteAt(text, i + 1) : std::uint8_t{0};
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
            (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
            return false;
        }
        i += length;
    }
    return true;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return text;
}

std::string lower(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(),
        [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

/// The value of a header, trimmed; empty where it is missing.
std::string_view headerOf(std::string_view request, std::string_view name)
{
    std::size_t at = request.find('\n');
    while (at != std::string_view::npos) {
        const std::size_t end = request.find('\n', at + 1);
        const std::string_view line =
            request.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && lower(trimmed(line.substr(0, colon))) == name) {
            return trimmed(line.substr(colon + 1));
        }
        at = end;
    }
    return {};
}

Response refusal(int status, std::string_view why)
{
    return {status, std::string{why}, "text/plain", {}};
}

} // namespace

std::string frameText(Opcode opcode, std::string_view payload, bool isLast, bool isCompressed)
{
    const int first = (isLast ? finBit : 0) | (isCompressed ? compressedBit : 0) | static_cast<int>(opcode);
    std::string frame(1, static_cast<char>(first));
    const std::uint64_t size = payload.size();
    const int lengthBytes = size <= longestControl ? 0 : size <= 0xffff ? 2 : 8;
    frame += static_cast<char>(lengthBytes == 0   ? size
                               : lengthBytes == 2 ? std::uint64_t{twoBytesFollow}
                                                  : std::uint64_t{eightBytesFollow});
    for (int i = lengthBytes - 1; i >= 0; --i) {
        frame += static_cast<char>(size >> (8 * i) & 0xff);
    }
    frame += payload;
    return frame;
}

std::string closeFrame(int code, std::string_view reason)
{
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    payload += reason.substr(0, longestControl - payload.size());
    return frameText(Opcode::Close, payload);
}

void FrameReader::feed(std::string_view bytes)
{
    if (m_closeCode != 0) {
        return;
    }
    m_bytes.append(bytes);
    while (m_closeCode == 0 && readFrame()) {
    }
    m_bytes.erase(0, m_at);
    m_at = 0;
}

bool FrameReader::readFrame()
{
    const std::string_view rest = std::string_view{m_bytes}.substr(m_at);
    if (rest.size() < 2) {
        return false;
    }
    const std::uint8_t first = byteAt(rest, 0);
    const std::uint8_t second = byteAt(rest, 1);
    const auto opcode = opcodeOf(first & 0x0f);
    const std::uint8_t shortLength = second & 0x7f;
    const bool isLast = (first & finBit) != 0;
    // A client masks every frame.
    if (!opcode || (first & reservedBits) != 0 || (second & maskBit) == 0 ||
        (isControl(*opcode) && (!isLast || shortLength > longestControl))) {
        fail(ProtocolError);
        return false;
    }
    const std::size_t lengthBytes = shortLength == twoBytesFollow     ? 2
                                    : shortLength == eightBytesFollow ? 8
                                                                      : 0;
    constexpr std::size_t maskBytes = 4;
    const std::size_t head = 2 + lengthBytes + maskBytes;
    if (rest.size() < head) {
        return false;
    }
    std::uint64_t length = shortLength;
    if (lengthBytes > 0) {
        length = 0;
        for (std::size_t i = 0; i < lengthBytes; ++i) {
            length = length << 8 | byteAt(rest, 2 + i);
        }
    }
    const std::uint64_t before = m_fragments && !isControl(*opcode) ? m_fragments->payload.size() : 0;
    if (length > m_longest || before + length > m_longest) {
        fail(MessageTooBig);
        return false;
    }
    if (rest.size() < head + length) {
        return false;
    }
    std::string payload{rest.substr(head, length)};
    const std::string_view mask = rest.substr(2 + lengthBytes, maskBytes);
    for (std::size_t i = 0; i < payload.size(); ++i) {
        payload[i] = static_cast<char>(payload[i] ^ mask[i % maskBytes]);
    }
    m_at += head + static_cast<std::size_t>(length);
    take(*opcode, std::move(payload), isLast);
    return true;
}

void FrameReader::take(Opcode opcode, std::string payload, bool isLast)
{
    if (isControl(opcode)) {
        m_messages.push_back({opcode, std::move(payload)});
        return;
    }
    if ((opcode == Opcode::Continuation) != m_fragments.has_value()) {
        return fail(ProtocolError);
    }
    if (!m_fragments) {
        m_fragments = Message{opcode, {}};
    }
    m_fragments->payload += payload;
    if (!isLast) {
        return;
    }
    if (m_fragments->opcode == Opcode::Text && !isUtf8(m_fragments->payload)) {
        return fail(InvalidText);
    }
    m_messages.push_back(std::move(*m_fragments));
    m_fragments.reset();
}

std::optional<FrameReader::Message> FrameReader::next()
{
    if (m_messages.empty()) {
        return std::nullopt;
    }
    Message message = std::move(m_messages.front());
    m_messages.pop_front();
    return message;
}

std::variant<Upgrade, Response> readUpgrade(std::string_view request)
{
    const std::string_view line = trimmed(request.substr(0, request.find('\n')));
    const std::size_t blank = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (blank == std::string_view::npos || last == blank || line.substr(last + 1) != "HTTP/1.1") {
        return refusal(400, "This is no HTTP/1.1 request.");
    }
    std::string_view target = line.substr(blank + 1, last - blank - 1);
    const std::size_t question = target.find('?');
    const auto path = percentDecoded(target.substr(0, question), false);
    const std::string key{headerOf(request, "sec-websocket-key")};
    if (line.substr(0, blank) != "GET" || !path || !path->starts_with('/') || key.empty() ||
        lower(headerOf(request, "upgrade")) != "websocket" ||
        lower(headerOf(request, "connection")).find("upgrade") == std::string::npos) {
        return refusal(400, "Here WebSockets are opened, and this is no request to open one.");
    }
    if (headerOf(request, "sec-websocket-version") != "13") {
        Response other = refusal(426, "WebSockets of version 13 are spoken here.");
        other.headers.emplace_back("sec-websocket-version", "13");
        return other;
    }
    return Upgrade{*path,
        std::string{question == std::string_view::npos ? std::string_view{} : target.substr(question + 1)},
        key};
}

std::string upgradeAnswer(const Upgrade &upgrade)
{
    const std::string text = upgrade.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    std::size_t size = digest.size();
    EVP_Q_digest(nullptr, "SHA1", nullptr, text.data(), text.size(), digest.data(), &size);
    std::array<unsigned char, 64> base64{};
    const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           std::string{reinterpret_cast<const char *>(base64.data()), static_cast<std::size_t>(length)} +
           "\r\n\r\n";
}

} // namespace paper
