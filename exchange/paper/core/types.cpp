#include "exchange/paper/core/types.h"

#include <array>

namespace paper
{
namespace
{

template <std::size_t N, class Enum>
std::string_view wordAt(const std::array<std::string_view, N> &words, Enum value)
{
    return words[static_cast<std::size_t>(value)];
}

} // namespace

std::string_view toWire(SelfTradePrevention mode)
{
    static constexpr std::array<std::string_view, 4> words{
        "NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"};
    return wordAt(words, mode);
}

std::string_view toWire(PriceMatch match)
{
    static constexpr std::array<std::string_view, 9> words{"NONE", "OPPONENT", "OPPONENT_5", "OPPONENT_10",
        "OPPONENT_20", "QUEUE", "QUEUE_5", "QUEUE_10", "QUEUE_20"};
    return wordAt(words, match);
}

std::string_view toWire(PositionControl control)
{
    static constexpr std::array<std::string_view, 4> words{"NONE", "BOTH", "BUY", "SELL"};
    return wordAt(words, control);
}

std::string_view toWire(ExecutionType type)
{
    static constexpr std::array<std::string_view, 6> words{
        "NEW", "TRADE", "CANCELED", "EXPIRED", "AMENDMENT", "CALCULATED"};
    return wordAt(words, type);
}

std::string_view toWire(UpdateReason reason)
{
    static constexpr std::array<std::string_view, 8> words{"ORDER", "FUNDING_FEE", "DEPOSIT", "WITHDRAW",
        "MARGIN_TRANSFER", "MARGIN_TYPE_CHANGE", "INSURANCE_CLEAR", "AUTO_EXCHANGE"};
    return wordAt(words, reason);
}

std::string_view toWire(IncomeType type)
{
    static constexpr std::array<std::string_view, 6> words{
        "TRANSFER", "REALIZED_PNL", "FUNDING_FEE", "COMMISSION", "INSURANCE_CLEAR", "AUTO_EXCHANGE"};
    return wordAt(words, type);
}

} // namespace paper
