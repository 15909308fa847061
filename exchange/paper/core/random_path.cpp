#include "exchange/paper/core/random_path.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace paper
{
namespace
{

constexpr std::int64_t treeStartMinute = 28'401'120; // 2024-01-01 00:00 UTC
constexpr double minutesPerYear = 365.25 * 1440;
constexpr int calmDepth = 6; // above it a node is longer than three weeks

std::uint64_t scramble(std::uint64_t x) // splitmix64
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

} // namespace

std::uint64_t hashOf(std::uint64_t seed, std::uint64_t a, std::uint64_t b)
{
    return scramble(scramble(scramble(seed) ^ a) ^ b);
}

double unitOf(std::uint64_t bits)
{
    return static_cast<double>(bits >> 11) * 0x1p-53;
}

double normalOf(std::uint64_t bits)
{
    // The sum of four uniform numbers: smooth, and the same on every machine.
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        sum += static_cast<double>((bits >> (16 * i)) & 0xffff) / 65535.0 - 0.5;
    }
    return sum * std::sqrt(3.0);
}

RandomPath::RandomPath(std::uint64_t seed, double yearlyVolatility)
    : m_seed{seed},
      m_rootVariance{yearlyVolatility * yearlyVolatility * std::ldexp(1.0, minuteDepth) / minutesPerYear},
      m_meanMinuteVariance{yearlyVolatility * yearlyVolatility / minutesPerYear}
{
}

const RandomPath::Node &RandomPath::descend(int toDepth, std::int64_t index)
{
    const std::int64_t leaf = index * (std::int64_t{1} << (depth - toDepth));
    const auto differing = static_cast<std::uint64_t>(leaf ^ m_leaf);
    const int shared = depth - static_cast<int>(std::bit_width(differing));
    int level = std::min(m_valid, shared);
    if (level < 0) {
        m_nodes[0] = {0, 0, m_rootVariance}; // pinned at both ends, so the path never runs away
        level = 0;
    }
    for (; level < toDepth; ++level) {
        const std::int64_t child = leaf >> (depth - level - 1);
        const std::uint64_t bits =
            hashOf(m_seed, static_cast<std::uint64_t>(child >> 1), static_cast<std::uint64_t>(level));
        const double unevenness = level < calmDepth ? 0.1 : 0.44;
        const double share = 0.5 * (1 + unevenness * (2 * unitOf(hashOf(bits, 1)) - 1));
        const Node &parent = m_nodes[static_cast<std::size_t>(level)];
        const double leftVariance = parent.variance * share;
        const double rightVariance = parent.variance - leftVariance;
        const double middle = parent.left + share * (parent.right - parent.left) +
                              std::sqrt(leftVariance * (1 - share)) * normalOf(bits);
        m_nodes[static_cast<std::size_t>(level) + 1] = (child & 1) == 0
                                                           ? Node{parent.left, middle, leftVariance}
                                                           : Node{middle, parent.right, rightVariance};
    }
    m_leaf = leaf;
    m_valid = toDepth;
    return m_nodes[static_cast<std::size_t>(toDepth)];
}

RandomPath::Minute RandomPath::minute(std::int64_t minute)
{
    const Node &node = descend(minuteDepth, minute - treeStartMinute);
    return {node.left, node.right, node.variance};
}

double RandomPath::at(domain::Timestamp moment)
{
    constexpr std::int64_t leavesPerMinute = 1 << (depth - minuteDepth);
    const std::int64_t scaled =
        (domain::toMs(moment) - treeStartMinute * 60'000) * leavesPerMinute; // 60'000ths of a leaf
    std::int64_t leaf = scaled / 60'000;
    if (leaf * 60'000 > scaled) {
        --leaf;
    }
    const double part = static_cast<double>(scaled - leaf * 60'000) / 60'000.0;
    const Node &node = descend(depth, leaf);
    return node.left + part * (node.right - node.left);
}

} // namespace paper
