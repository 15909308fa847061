#pragma once

#include "exchange/paper/core/faults.h"

#include <string>
#include <string_view>
#include <vector>

/// What faults read off requests and write into answers.
namespace paper
{

/// Whether the rule's matching part covers the request.
bool covers(const FaultRule &rule, const Request &request);
/// Whether it covers the message.
bool covers(const FaultRule &rule, const StreamMessage &message);
bool isPlacing(const Request &request);
/// Not refused when the exchange is overloaded, for it makes the position smaller. Reference 3.4.
bool reduces(const Request &request);
/// Decoded; empty where it was not sent.
std::string parameterOf(const Request &request, std::string_view name);
/// Client order ids and client algo ids of the request, those of a batch as well.
std::vector<std::string> clientIdsOf(const Request &request);
/// The number after "name": in a JSON text; 0 where there is none.
std::int64_t numberIn(std::string_view json, std::string_view name);

/// The answer of a kind that replaces the exchange's.
Response answerOf(const FaultRule &rule, domain::Milliseconds length, domain::Timestamp now);
/// The rows of a JSON array that do not hold one of the pieces of text.
std::string withoutRows(std::string_view array, const std::vector<std::string> &pieces);

} // namespace paper
