#pragma once

#include "exchange/paper/core/faults.h"

#include <string>
#include <string_view>
#include <vector>

/// Fault rules as JSON text: the rule file and the control interface.
///
///   {"rules": [{"kind": "dropAfter", "path": "/fapi/v1/order", "method": "POST", "probability": 0.02},
///              {"kind": "cutStreams", "route": "private", "everyMs": 300000}]}
///
/// Fields are those of FaultRule; times end in Ms: everyMs, delayMs, delayUpToMs.
namespace paper
{

/// What a rule file asks for.
struct FaultFile
{
    std::string profile; ///< "standard", "storm" or empty: rules to begin with
    std::vector<FaultRule> rules;
};

/// Malformed, in one sentence that names the rule (from 1), the field and what is allowed.
domain::Result<FaultFile> readFaultFile(std::string_view json);
/// One rule by itself. name: what the sentence calls it.
domain::Result<FaultRule> readFaultRule(std::string_view json, std::string_view name);
/// Rules with their numbers, matches and strikes, counts by kind, clock.
std::string faultsReport(const Faults &faults);
/// Goes on as a report tells, counts by kind excepted. Malformed: it is none; then nothing changes.
domain::Result<void> resumeFaults(std::string_view report, Faults &faults);

} // namespace paper
