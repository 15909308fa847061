#pragma once

#include "exchange/paper/core/recording.h"

namespace paper
{

/// Reads a capture of the market streams of one symbol: a line a message, the receive time in nanoseconds, a
/// blank, and the frame as it came: combined-stream frames of depth and trade (or aggTrade), and one REST
/// snapshot of the depth, taken while the streams ran. Others are passed over. The book begins with the
/// snapshot and goes on with the updates that end after it. Malformed: a line that is no such message, more
/// than one symbol, no trade, or a depth without its snapshot.
domain::Result<Recording> readCapture(const std::string &path);

} // namespace paper
