#pragma once

#include "models/domain/risk/margin.h"
#include "models/domain/time.h"

#include <deque>
#include <vector>

namespace domain
{

/// The margin ratio at one moment; a statistic, to be drawn.
struct RatioSample
{
    Timestamp at;
    double ratio = 0.0; ///< fraction; not above mostRatio, which stands for a used-up balance as well
    friend bool operator==(const RatioSample &, const RatioSample &) = default;
};

/// The margin ratio over the session: one sample a second for the last hour, before that the worst of each
/// minute for a day. Bounded; what was not seen is missing.
class RatioHistory
{
public:
    static constexpr double mostRatio = 2.0;
    static constexpr std::size_t seconds = 3'600;
    static constexpr std::size_t minutes = 1'440;

    /// Times ascend; of a second that has one already the worse counts. What goes back in time is dropped.
    void add(Timestamp at, const MarginRatio &ratio);
    /// Ascending, from that moment on.
    std::vector<RatioSample> since(Timestamp from) const;
    /// The worst since then; nothing where nothing was seen.
    std::optional<RatioSample> worstSince(Timestamp from) const;

private:
    std::deque<RatioSample> m_fine;
    std::deque<RatioSample> m_coarse; ///< at: the minute's worst moment; before the fine ones
};

} // namespace domain
