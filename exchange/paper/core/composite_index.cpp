#include "exchange/paper/core/composite_index.h"

#include "exchange/paper/core/assets.h"

#include <algorithm>
#include <array>

namespace paper
{
namespace
{

constexpr std::array<std::string_view, 5> basket{"AAVEUSDT", "UNIUSDT", "CRVUSDT", "LDOUSDT", "PENDLEUSDT"};
constexpr double shareAtTablePrice = 200; ///< USDT of each member

} // namespace

std::optional<CompositeIndex> compositeIndex(const Engine &engine, const std::vector<Contract> &contracts)
{
    CompositeIndex index{Symbol{compositeSymbol}, {}, {}};
    for (const Contract &contract : contracts) {
        const auto view = engine.market(contract.spec.symbol);
        if (std::ranges::find(basket, contract.spec.symbol) == basket.end() || !view) {
            continue;
        }
        const Quantity quantity = Quantity::fromApproximate(shareAtTablePrice / contract.market.price)
                                      .roundedTo(Quantity::literal("0.00000001"));
        index.price += Price::fromUnits((view->index * quantity).units());
        index.members.push_back(
            {contract.spec.baseAsset, contract.spec.quoteAsset, quantity, {}, view->index});
    }
    if (!index.price.isPositive()) {
        return std::nullopt;
    }
    for (CompositeIndex::Member &member : index.members) {
        member.share = Price::fromUnits((member.index * member.quantity).units()) / index.price;
    }
    return index;
}

std::vector<AssetIndex> assetIndices(const Engine &engine)
{
    std::vector<AssetIndex> rows{{"USDTUSD", Price::of(1), Rate::literal("0.0001"), Rate::literal("0.0001")}};
    for (const std::string_view asset : otherAssets) {
        if (const auto view = engine.market(std::string{asset} + "USDT")) {
            rows.push_back({std::string{asset} + "USD", view->index, collateralBuffer, exchangeBuffer});
        }
    }
    return rows;
}

} // namespace paper
