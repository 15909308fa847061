#pragma once

#include "exchange/paper/core/rest.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace simulation
{

/// What the exchange itself counted of one limit, from its answers' headers: the most within any span as long
/// as its window, which is at least what the window that is aligned to the clock ever held.
class UsageWatch
{
public:
    /// header: the exchange's counter, lower case; windowMs: its window, aligned to the exchange's clock.
    UsageWatch(std::string header, std::int64_t windowMs) : m_header{std::move(header)}, m_windowMs{windowMs}
    {
    }
    void onProcessed(const paper::Response &response, std::int64_t exchangeMs)
    {
        for (const auto &[name, value] : response.headers) {
            if (name == m_header) {
                take(value, exchangeMs);
            }
        }
    }
    std::int64_t most() const { return m_most; }

private:
    void take(std::string_view text, std::int64_t exchangeMs)
    {
        std::int64_t used = 0;
        std::from_chars(text.data(), text.data() + text.size(), used);
        const std::int64_t window = exchangeMs / m_windowMs;
        const std::int64_t added = window == m_window ? used - m_used : used;
        m_window = window;
        m_used = used;
        if (added > 0) {
            m_added.emplace_back(exchangeMs, added);
            m_sum += added;
        }
        while (!m_added.empty() && m_added.front().first + m_windowMs <= exchangeMs) {
            m_sum -= m_added.front().second;
            m_added.pop_front();
        }
        m_most = std::max(m_most, m_sum);
    }

    std::string m_header;
    std::int64_t m_windowMs;
    std::int64_t m_window = -1;
    std::int64_t m_used = 0;
    std::deque<std::pair<std::int64_t, std::int64_t>> m_added; ///< when and how much, within one window
    std::int64_t m_sum = 0;
    std::int64_t m_most = 0;
};

} // namespace simulation
