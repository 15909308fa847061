#include "models/domain/risk/beta.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace domain
{
namespace
{

struct ReturnPair
{
    double asset = 0;
    double market = 0;
};

bool isUsable(const Candle &candle)
{
    return candle.isClosed && candle.close.isPositive();
}

double logReturn(const Candle &from, const Candle &to)
{
    return std::log(to.close.approximate() / from.close.approximate());
}

std::vector<ReturnPair> pairsOf(std::span<const Candle> asset, std::span<const Candle> market)
{
    std::vector<ReturnPair> pairs;
    std::size_t a = 1;
    std::size_t m = 1;
    while (a < asset.size() && m < market.size()) {
        if (asset[a].openAt != market[m].openAt) {
            ++(asset[a].openAt < market[m].openAt ? a : m);
            continue;
        }
        if (asset[a - 1].openAt == market[m - 1].openAt && isUsable(asset[a - 1]) && isUsable(asset[a]) &&
            isUsable(market[m - 1]) && isUsable(market[m])) {
            pairs.push_back({logReturn(asset[a - 1], asset[a]), logReturn(market[m - 1], market[m])});
        }
        ++a;
        ++m;
    }
    return pairs;
}

Rate rounded(double value)
{
    static const Rate step = Rate::literal("0.0001");
    return Rate::fromApproximate(value).roundedTo(step);
}

} // namespace

Beta measureBeta(std::span<const Candle> asset, std::span<const Candle> market)
{
    const auto pairs = pairsOf(asset, market);
    Beta beta;
    beta.samples = static_cast<int>(pairs.size());
    if (beta.samples < minBetaSamples) {
        return beta;
    }
    ReturnPair mean;
    for (const auto &pair : pairs) {
        mean.asset += pair.asset;
        mean.market += pair.market;
    }
    mean.asset /= beta.samples;
    mean.market /= beta.samples;
    double covariance = 0;
    double assetVariance = 0;
    double marketVariance = 0;
    for (const auto &pair : pairs) {
        const double da = pair.asset - mean.asset;
        const double dm = pair.market - mean.market;
        covariance += da * dm;
        assetVariance += da * da;
        marketVariance += dm * dm;
    }
    // Below it the quotient is noise of the arithmetic, not of the market.
    constexpr double still = 1e-18;
    if (marketVariance < still) {
        return beta;
    }
    beta.value = rounded(covariance / marketVariance);
    beta.isAssumed = false;
    beta.rSquared = assetVariance < still
                        ? Rate{}
                        : rounded(std::min(1.0, covariance * covariance / (assetVariance * marketVariance)));
    return beta;
}

} // namespace domain
