#pragma once

#include "models/domain/order.h"
#include "models/live/table_model.h"

#include <QString>

namespace live
{

// What an order's state means for the one who looks at it.

/// What we have asked for on top of the phase. A cancel is told by the order itself.
struct OrderOverlay
{
    bool isAmending = false;
};

/// The exchange's word on it is still out: its age counts.
bool isUnsettled(const domain::Order &order);
/// "UNKNOWN", "WORKING", "WORKING, partly filled, cancelling", "REJECTED".
QString stateText(const domain::Order &order, const OrderOverlay &overlay = {});
Tone stateTone(const domain::Order &order);
Mark stateMark(const domain::Order &order);
/// Why this order must not be sent a second time, in a sentence; empty where a new one like it may be
/// drafted.
QString resendRefusal(const domain::Order &order);
/// Why it cannot be cancelled, in a sentence; empty where it can.
QString cancelRefusal(const domain::Order &order);
/// What is known of it, one fact a line, for the one who compares it with the exchange.
QString knownFacts(const domain::Order &order, int priceDecimals, int quantityDecimals);

} // namespace live
