#include "exchange/paper/core/standing.h"

#include <algorithm>

namespace paper
{
namespace
{

bool guards(const ConditionalRecord &order, const PositionView &held)
{
    const bool isStop =
        order.type == OrderType::StopMarket || order.type == OrderType::Stop || order.isTrailing();
    const Side closing = held.amount.isNegative() ? Side::Buy : Side::Sell;
    return isStop && order.status == domain::ConditionalStatus::New && order.symbol == held.symbol &&
           order.positionSide == held.positionSide && order.side == closing;
}

} // namespace

Standing standingOf(const Engine &engine, AccountId account)
{
    Standing standing;
    const auto view = engine.account(account);
    if (!view) {
        return standing;
    }
    const std::vector<ConditionalRecord> waiting = engine.openConditional(account, std::nullopt);
    std::vector<bool> isGuard(waiting.size(), false);
    for (const PositionView &held : view->positions) {
        Quantity open = held.amount.abs();
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (!held.amount.isZero() && guards(waiting[i], held)) {
                isGuard[i] = true;
                open =
                    std::max(Quantity{}, waiting[i].closePosition ? Quantity{} : open - waiting[i].quantity);
            }
        }
        standing.exposure += held.notional.abs();
        standing.unguarded += held.markPrice * open;
    }
    standing.working = static_cast<int>(engine.openOrders(account, std::nullopt).size() +
                                        static_cast<std::size_t>(std::ranges::count(isGuard, false)));
    return standing;
}

} // namespace paper
