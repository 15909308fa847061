#pragma once

#include "models/domain/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace domain
{

/// One moment in the life of an order, as its time line tells it.
struct OrderMoment
{
    enum class Kind : std::uint8_t {
        Asked,    ///< the user, or a bracket, wants it; text says from where
        Denied,   ///< a check or the gate refused it
        Kept,     ///< the intent is on the disk
        Queued,   ///< handed to the request queue
        Sent,     ///< signed and handed to the network
        Answered, ///< what the exchange answered
        Heard,    ///< what the user stream or a snapshot said
        Queried,  ///< asked for by its ids
        Filled,   ///< one execution
        CancelAsked,
        CancelSent,
        AmendAsked,
        AmendSent,
        Protected, ///< a stop of a bracket was seen at the exchange
        Alarmed,   ///< something a person has to see
        Ended,     ///< final; text says how
        Restored,  ///< taken up again after a restart
    };
    std::string clientOrderId;
    Timestamp at; ///< the exchange's clock
    Kind kind = Kind::Asked;
    std::string text; ///< one short phrase, no secrets
    friend bool operator==(const OrderMoment &, const OrderMoment &) = default;
};

/// "ASKED", "SENT", … as the journal and exports write it.
std::string_view toWord(OrderMoment::Kind kind);
/// Alarmed for a word of a newer version.
OrderMoment::Kind parseMomentKind(std::string_view word);

} // namespace domain
