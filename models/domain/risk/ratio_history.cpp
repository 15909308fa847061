#include "models/domain/risk/ratio_history.h"

#include <algorithm>

namespace domain
{
namespace
{

template <class Unit> bool isSame(Timestamp a, Timestamp b)
{
    return std::chrono::floor<Unit>(a) == std::chrono::floor<Unit>(b);
}

template <class Unit> void addWorst(std::deque<RatioSample> &samples, const RatioSample &sample)
{
    if (samples.empty() || !isSame<Unit>(samples.back().at, sample.at)) {
        samples.push_back(sample);
    } else if (sample.ratio > samples.back().ratio) {
        samples.back() = sample;
    }
}

} // namespace

void RatioHistory::add(Timestamp at, const MarginRatio &ratio)
{
    if (!m_fine.empty() && at < m_fine.back().at) {
        return;
    }
    const double value = ratio.value() ? std::clamp(ratio.value()->approximate(), 0.0, mostRatio) : mostRatio;
    addWorst<std::chrono::seconds>(m_fine, {at, value});
    while (m_fine.size() > seconds) {
        addWorst<std::chrono::minutes>(m_coarse, m_fine.front());
        m_fine.pop_front();
    }
    while (m_coarse.size() > minutes) {
        m_coarse.pop_front();
    }
}

std::vector<RatioSample> RatioHistory::since(Timestamp from) const
{
    std::vector<RatioSample> samples;
    for (const auto *part : {&m_coarse, &m_fine}) {
        const auto first = std::ranges::lower_bound(*part, from, {}, &RatioSample::at);
        samples.insert(samples.end(), first, part->end());
    }
    return samples;
}

std::optional<RatioSample> RatioHistory::worstSince(Timestamp from) const
{
    const auto samples = since(from);
    const auto worst = std::ranges::max_element(samples, {}, &RatioSample::ratio);
    return worst == samples.end() ? std::nullopt : std::optional{*worst};
}

} // namespace domain
