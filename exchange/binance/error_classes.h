#pragma once

#include "exchange/transport/request_pump.h"
#include "models/domain/result.h"
#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace binance
{

// What the venue's codes and statuses mean. Source: reference 3.3, 3.4 and 9; classes: reliability 5.4.

/// What an answer that is no success says about its request. venueCode 0: the body was no error of the
/// venue's own (HTML of a gateway, nothing at all).
transport::AnswerClass classOf(int httpStatus, int venueCode, std::string_view venueText);

/// The classifier of every request: status, code, waiting time and the venue's counters.
/// now: this machine's wall time, for the end of a ban that the venue states as a time.
transport::AnswerVerdict verdictOf(const transport::HttpAnswer &answer, domain::Timestamp now);

/// One sentence for people: what is wrong and what mends it; the venue's own words where we have none.
std::string sentenceFor(int venueCode, std::string_view venueText);

/// The failure of a request that did not end as Done.
domain::Error errorOf(const transport::PumpAnswer &answer, domain::Timestamp now);

/// Codes that say "it is so already" (-4046, -4059, -4171, -5027): the wish is fulfilled.
bool isAlreadySo(int venueCode);

/// The limits of exchangeInfo as the pump counts them, named like the venue's headers are read here.
std::vector<transport::LimitRule> limitRulesFrom(const domain::ExchangeInfo &info);
/// What counts until exchangeInfo has been read. Source: reference 3.1.
std::vector<transport::LimitRule> assumedLimits();

} // namespace binance
