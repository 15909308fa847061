#pragma once

#include "exchange/paper/core/rest.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The server's side of a WebSocket as RFC 6455 has it, without a socket: bytes in, messages out, and back.
namespace paper
{

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Why a connection is closed; RFC 6455, 7.4.1.
enum CloseCode : int {
    NormalClosure = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    UnsupportedData = 1003,
    InvalidText = 1007, ///< not UTF-8
    PolicyViolation = 1008,
    MessageTooBig = 1009,
};

/// One frame as a server writes it, unmasked. isLast: FIN. isCompressed: RSV1, a message of
/// permessage-deflate; nobody who was not asked may send one, and this exchange never asks.
std::string frameText(Opcode opcode, std::string_view payload, bool isLast = true, bool isCompressed = false);
std::string closeFrame(int code, std::string_view reason = {});

/// Takes apart what a client sends.
class FrameReader
{
public:
    /// longest: bytes of a message.
    explicit FrameReader(std::size_t longest) : m_longest{longest} {}

    /// Text and Binary are whole messages; Close, Ping and Pong come between their fragments.
    struct Message
    {
        Opcode opcode = Opcode::Text;
        std::string payload;
    };
    /// Bytes as they come. After something forbidden nothing more is read.
    void feed(std::string_view bytes);
    /// The oldest message that has not been taken.
    std::optional<Message> next();
    /// What to close the connection with; 0 while all is well.
    int closeCode() const { return m_closeCode; }

private:
    bool readFrame();
    void fail(int code) { m_closeCode = code; }
    void take(Opcode opcode, std::string payload, bool isLast);

    std::size_t m_longest;
    std::string m_bytes;
    std::size_t m_at = 0; ///< first byte of m_bytes that is not read
    std::deque<Message> m_messages;
    std::optional<Message> m_fragments; ///< a message that has begun
    int m_closeCode = 0;
};

/// A client's wish to open a WebSocket.
struct Upgrade
{
    std::string path;  ///< decoded
    std::string query; ///< as sent, without '?'
    std::string key;   ///< Sec-WebSocket-Key
};
/// Reads the request from its first line to the blank one. The answer to give instead where it is none: 400,
/// or 426 for another version of the protocol.
std::variant<Upgrade, Response> readUpgrade(std::string_view request);
/// 101 with the accept key.
std::string upgradeAnswer(const Upgrade &upgrade);

} // namespace paper
