#pragma once

#include "exchange/paper/core/rest.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace paper
{

/// Takes HTTP/1.1 requests off the bytes of one connection, without a socket. RFC 9112.
class HttpReader
{
public:
    struct Incoming
    {
        Request request;
        bool isLast = false; ///< the client wants the connection closed after the answer
    };
    void feed(std::string_view bytes) { m_bytes.append(bytes); }
    /// The oldest request that came whole; those behind it wait for the next call.
    std::optional<Incoming> next();
    /// The client waits for leave to send its body; true once.
    bool takeContinue() { return std::exchange(m_wantsContinue, false); }
    /// What to answer before the connection is closed; 0 while all is well. 400: no HTTP, 413: a body above
    /// 1 MiB, 431: headers above 64 KiB, 501: an encoding nobody needs here, 505: another version.
    int refusedWith() const { return m_refusal; }

private:
    struct Head
    {
        Incoming incoming;
        std::size_t bodySize = 0;
        bool isChunked = false;
    };
    std::optional<Incoming> refuse(int status);
    int readHead(std::string_view text, Head &head);
    int readRequestLine(std::string_view line, Head &head);
    /// The body where it has come whole; npos: not yet.
    std::size_t chunkedEnd(std::string_view bytes, std::string &body);

    std::string m_bytes;
    std::size_t m_searched = 0; ///< no end of headers before
    std::optional<Head> m_head; ///< read, its body is awaited
    bool m_wantsContinue = false;
    int m_refusal = 0;
};

} // namespace paper
