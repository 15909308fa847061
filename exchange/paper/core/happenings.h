#pragma once

#include "exchange/paper/core/faulty_streams.h"
#include "exchange/paper/core/paper_exchange.h"

namespace paper
{

/// Does at the exchange what the happening says. False where nothing served: no position to liquidate, no
/// order to cancel. Events and stream messages come out as of any other call.
bool carryOut(const Happening &happening, PaperExchange &exchange, FaultyStreams &streams, Timestamp now);

} // namespace paper
