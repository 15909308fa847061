#include "exchange/paper/core/http_reader.h"

#include <algorithm>
#include <charconv>

namespace paper
{
namespace
{

constexpr std::size_t longestHead = 64 * 1024;
constexpr std::size_t longestBody = 1024 * 1024;
constexpr std::string_view lineEnd = "\r\n";
constexpr std::string_view headEnd = "\r\n\r\n";

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// name: lower case.
bool isNamed(std::string_view text, std::string_view name)
{
    return std::ranges::equal(text, name, {}, lower);
}

bool holds(std::string_view list, std::string_view word)
{
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (isNamed(trimmed(list.substr(0, comma)), word)) {
            return true;
        }
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
    return false;
}

std::optional<std::size_t> number(std::string_view text, int base)
{
    std::size_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return failed == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

} // namespace

std::optional<HttpReader::Incoming> HttpReader::refuse(int status)
{
    m_refusal = status;
    return std::nullopt;
}

int HttpReader::readRequestLine(std::string_view line, Head &head)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last == first || first == 0) {
        return 400;
    }
    const std::string_view version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return version.starts_with("HTTP/") ? 505 : 400;
    }
    head.incoming.isLast = version == "HTTP/1.0";
    std::string_view target = line.substr(first + 1, last - first - 1);
    if (!target.starts_with('/')) { // the form proxies use
        const std::size_t scheme = target.find("://");
        const std::size_t path = scheme == std::string_view::npos ? scheme : target.find('/', scheme + 3);
        if (path == std::string_view::npos) {
            return 400;
        }
        target.remove_prefix(path);
    }
    const std::size_t question = target.find('?');
    Request &request = head.incoming.request;
    request.method = line.substr(0, first);
    const std::string_view path = target.substr(0, question);
    if (path.find('%') == std::string_view::npos) {
        request.path = path;
    } else if (const auto decoded = percentDecoded(path, false)) {
        request.path = *decoded;
    } else {
        return 400;
    }
    if (question != std::string_view::npos) {
        request.query = target.substr(question + 1, target.find('#') - question - 1);
    }
    return 0;
}

int HttpReader::readHead(std::string_view text, Head &head)
{
    std::size_t end = text.find(lineEnd);
    if (const int wrong = readRequestLine(text.substr(0, end), head)) {
        return wrong;
    }
    while (end < text.size()) {
        text.remove_prefix(end + lineEnd.size());
        end = std::min(text.find(lineEnd), text.size());
        const std::string_view line = text.substr(0, end);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) {
            return 400;
        }
        const std::string_view name = line.substr(0, colon);
        const std::string_view value = trimmed(line.substr(colon + 1));
        if (isNamed(name, "content-length")) {
            const auto size = number(value, 10);
            if (!size) {
                return 400;
            }
            head.bodySize = *size;
        } else if (isNamed(name, "transfer-encoding")) {
            if (!isNamed(value, "chunked")) {
                return 501;
            }
            head.isChunked = true;
        } else if (isNamed(name, "connection")) {
            head.incoming.isLast =
                holds(value, "close") || (head.incoming.isLast && !holds(value, "keep-alive"));
        } else if (isNamed(name, "expect")) {
            m_wantsContinue = isNamed(value, "100-continue");
        } else if (isNamed(name, "x-mbx-apikey")) {
            head.incoming.request.apiKey = value;
        }
    }
    return head.bodySize > longestBody ? 413 : 0;
}

std::size_t HttpReader::chunkedEnd(std::string_view bytes, std::string &body)
{
    for (std::size_t at = 0;;) {
        const std::size_t end = bytes.find(lineEnd, at);
        if (end == std::string_view::npos) {
            return end;
        }
        const std::string_view line = bytes.substr(at, end - at);
        const auto size = number(trimmed(line.substr(0, line.find(';'))), 16);
        if (!size || body.size() + *size > longestBody) {
            refuse(size ? 413 : 400);
            return std::string_view::npos;
        }
        const std::size_t from = end + lineEnd.size();
        if (*size == 0) { // trailers would stand between; none are read
            const std::size_t last = bytes.find(lineEnd, from);
            return last == std::string_view::npos ? last : last + lineEnd.size();
        }
        if (bytes.size() < from + *size + lineEnd.size()) {
            return std::string_view::npos;
        }
        body += bytes.substr(from, *size);
        at = from + *size + lineEnd.size();
    }
}

std::optional<HttpReader::Incoming> HttpReader::next()
{
    if (m_refusal != 0) {
        return std::nullopt;
    }
    if (!m_head) {
        while (m_bytes.starts_with(lineEnd)) { // some send one after a body
            m_bytes.erase(0, lineEnd.size());
        }
        const std::size_t end = m_bytes.find(headEnd, m_searched);
        if (end == std::string::npos) {
            m_searched = m_bytes.size() < headEnd.size() ? 0 : m_bytes.size() - headEnd.size() + 1;
            return m_bytes.size() > longestHead ? refuse(431) : std::nullopt;
        }
        m_searched = 0;
        Head head;
        if (const int wrong = readHead(std::string_view{m_bytes}.substr(0, end), head)) {
            return refuse(wrong);
        }
        m_head = std::move(head);
        m_bytes.erase(0, end + headEnd.size());
    }
    std::size_t size = m_head->bodySize;
    std::string &body = m_head->incoming.request.body;
    if (m_head->isChunked) {
        body.clear();
        size = chunkedEnd(m_bytes, body);
        if (size == std::string::npos) {
            return std::nullopt;
        }
    } else {
        if (m_bytes.size() < size) {
            return std::nullopt;
        }
        body = m_bytes.substr(0, size);
    }
    m_bytes.erase(0, size);
    m_wantsContinue = false;
    Incoming whole = std::move(m_head->incoming);
    m_head.reset();
    return whole;
}

} // namespace paper
