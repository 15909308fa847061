#include "exchange/paper/core/stream_output.h"

#include "exchange/paper/core/web_frames.h"

#include <algorithm>
#include <zlib.h>

namespace paper
{
namespace
{

constexpr int gzipWindow = 15 + 16; ///< zlib: 16 more asks for the gzip header
constexpr int rawWindow = -15;      ///< zlib: negative asks for no header at all

std::string compressed(const std::string &text, int window, int flush)
{
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return {};
    }
    constexpr std::size_t flushMarks = 16;
    std::string out(deflateBound(&stream, text.size()) + flushMarks, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data())); // zlib only reads it
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, flush);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

/// As permessage-deflate has it: RFC 7692, 7.2.1.
std::string deflated(const std::string &text)
{
    constexpr std::size_t emptyBlock = 4; ///< 00 00 ff ff, which the receiver adds again
    std::string out = compressed(text, rawWindow, Z_SYNC_FLUSH);
    out.resize(out.size() - std::min(out.size(), emptyBlock));
    return out;
}

std::string fragments(const std::string &text, std::size_t size)
{
    std::string frames;
    std::size_t at = 0;
    do {
        const std::string_view piece = std::string_view{text}.substr(at, std::max<std::size_t>(size, 1));
        const Opcode opcode = at == 0 ? Opcode::Text : Opcode::Continuation;
        at += piece.size();
        frames += frameText(opcode, piece, at >= text.size());
    } while (at < text.size());
    return frames;
}

} // namespace

std::string framesOf(const StreamOutput &output)
{
    const std::string &text = output.text;
    switch (output.form) {
    case FrameForm::Ping:
        return frameText(Opcode::Ping, text);
    case FrameForm::Pong:
        return frameText(Opcode::Pong, text);
    default:
        break;
    }
    if (text.empty()) {
        return {};
    }
    switch (output.form) {
    case FrameForm::Binary:
        return frameText(Opcode::Binary, text);
    case FrameForm::Gzip:
        return frameText(Opcode::Binary, compressed(text, gzipWindow, Z_FINISH));
    case FrameForm::Deflated:
        return frameText(Opcode::Text, deflated(text), true, true);
    case FrameForm::Fragmented:
        return fragments(text, output.fragment);
    default:
        return frameText(Opcode::Text, text);
    }
}

} // namespace paper
