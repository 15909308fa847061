#pragma once

#include "models/domain/orders/journal_entry.h"
#include "models/domain/result.h"

#include <string>
#include <string_view>

namespace app
{

// What the journal's rows hold: JSON objects of one line, decimals as text, times in milliseconds since 1970.
// Members with their usual value are left out. No secret and no signature gets here: an order is what the
// user asked for and what became of it.
namespace journal_text
{
std::string write(const domain::Order &order);
std::string write(const domain::Fill &fill);
std::string write(const domain::OrderMoment &moment);
std::string write(const domain::JournalNote &note);

// Malformed for anything that write() cannot have written.
domain::Result<domain::Order> readOrder(std::string_view text);
domain::Result<domain::Fill> readFill(std::string_view text);
/// The order's id is the entry's, not the text's.
domain::Result<domain::OrderMoment> readMoment(std::string_view text, std::string clientOrderId);
domain::Result<domain::JournalNote> readNote(std::string_view text);

/// Between the quotes of a JSON string.
std::string escaped(std::string_view text);
/// "QUEUED", "IN_FLIGHT", …
std::string_view wordOf(domain::OrderPhase phase);
/// "NONE", "FILLED", …
std::string_view wordOf(domain::EndReason reason);
/// Unknown for a word of a newer version, so that the exchange is asked.
domain::OrderPhase parsePhase(std::string_view word);
domain::EndReason parseEndReason(std::string_view word);
} // namespace journal_text

} // namespace app
