#include "models/domain/orders/desk_reports.h"

#include <array>

namespace domain
{

std::string_view toWord(Alert::Kind kind)
{
    constexpr std::array<std::string_view, 19> words{"GATE", "BREAKER", "UNKNOWN", "QUARANTINED",
        "UNPROTECTED", "LIQUIDATION", "LATE_FILL", "MISMATCH", "STREAM", "CLOCK", "DISK", "DEAD_MAN",
        "EMERGENCY", "RULES", "LEVEL", "DISTANCE", "PRICE", "DAILY_LOSS", "FUNDING"};
    return words[static_cast<std::size_t>(kind)];
}

} // namespace domain
