#pragma once

#include "exchange/paper/core/engine.h"
#include "exchange/paper/core/symbols.h"

#include <optional>
#include <vector>

/// Indices that are made of listed symbols' indices.
namespace paper
{

/// A basket: index = sum of quantity × member's index.
struct CompositeIndex
{
    struct Member
    {
        std::string baseAsset;
        std::string quoteAsset;
        Quantity quantity;
        Rate share; ///< of the index, a fraction
        Price index;
    };
    Symbol symbol;
    Price price;
    std::vector<Member> members;
};
inline constexpr std::string_view compositeSymbol = "DEFIUSDT";
/// The one basket of the exchange, of lending, exchange and staking tokens. Unset where none of them is
/// listed.
std::optional<CompositeIndex> compositeIndex(const Engine &engine, const std::vector<Contract> &contracts);

/// What an asset counts as collateral in multi-assets mode, in USD.
struct AssetIndex
{
    std::string symbol; ///< "BTCUSD"
    Price index;
    Rate buffer;         ///< taken off and put on for collateral value
    Rate exchangeBuffer; ///< the same for automatic exchange

    Price bidRate() const { return index * (Rate::of(1) - buffer); }
    Price askRate() const { return index * (Rate::of(1) + buffer); }
    Price exchangeBidRate() const { return index * (Rate::of(1) - exchangeBuffer); }
    Price exchangeAskRate() const { return index * (Rate::of(1) + exchangeBuffer); }
};
/// USDT, and those of BTC, ETH and BNB that are listed.
std::vector<AssetIndex> assetIndices(const Engine &engine);

} // namespace paper
