#include "models/domain/risk/stress.h"

#include <algorithm>
#include <set>

namespace domain
{
namespace
{

constexpr Rate widest = Rate::fromUnits(500'000'000'000); // 50 %
constexpr Rate finest = Rate::fromUnits(1'000'000'000);   // 0.1 %

std::vector<Rate> movesBy(Rate step)
{
    std::set<Rate> moves{-widest, Rate{}, widest};
    for (Rate move = step; move < widest; move += step) {
        moves.insert(move);
        moves.insert(-move);
    }
    return {moves.begin(), moves.end()};
}

StressPoint pointOf(const AccountRisk &risk, Rate move)
{
    StressPoint point{move, risk.crossMarginBalance, risk.crossMarginRatio, risk.level, 0};
    for (const auto &position : risk.positions) {
        const auto ratio = position.marginRatio.value();
        point.liquidated += !ratio || *ratio >= Rate::of(1) ? 1 : 0;
        if (position.position.marginType == MarginType::Isolated) {
            point.equity += std::max(Money{}, position.position.isolatedWallet + position.unrealizedPnl);
        }
    }
    return point;
}

} // namespace

std::vector<StressCurve> stressAccount(
    const AccountState &account, const MarkPrices &marks, const BracketTables &brackets, Rate step)
{
    const AccountRisk now = valueAccount(account, marks, brackets);
    const auto moves = movesBy(std::clamp(step, finest, widest));
    std::map<Symbol, Price> base;
    for (const auto &position : now.positions) {
        base.emplace(position.position.symbol, position.mark);
    }
    const auto curveOf = [&](const std::optional<Symbol> &symbol) {
        StressCurve curve{symbol, {}};
        MarkPrices moved;
        for (const auto &[name, price] : base) {
            moved[name].mark = price;
        }
        for (const Rate move : moves) {
            for (const auto &[name, price] : base) {
                if (!symbol || *symbol == name) {
                    moved[name].mark = price * (Rate::of(1) + move);
                }
            }
            curve.points.push_back(pointOf(valueAccount(account, moved, brackets), move));
        }
        return curve;
    };
    std::vector<StressCurve> curves{curveOf(std::nullopt)};
    for (const auto &[symbol, price] : base) {
        curves.push_back(curveOf(symbol));
    }
    return curves;
}

} // namespace domain
