#include "models/domain/orders/order_moment.h"

#include <algorithm>
#include <array>

namespace domain
{
namespace
{

constexpr std::array<std::string_view, 17> words{"ASKED", "DENIED", "KEPT", "QUEUED", "SENT", "ANSWERED",
    "HEARD", "QUERIED", "FILLED", "CANCEL_ASKED", "CANCEL_SENT", "AMEND_ASKED", "AMEND_SENT", "PROTECTED",
    "ALARMED", "ENDED", "RESTORED"};

} // namespace

std::string_view toWord(OrderMoment::Kind kind)
{
    return words[static_cast<std::size_t>(kind)];
}

OrderMoment::Kind parseMomentKind(std::string_view word)
{
    const auto found = std::ranges::find(words, word);
    return found == words.end() ? OrderMoment::Kind::Alarmed
                                : static_cast<OrderMoment::Kind>(found - words.begin());
}

} // namespace domain
