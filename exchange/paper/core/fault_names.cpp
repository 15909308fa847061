#include "exchange/paper/core/faults.h"

namespace paper
{
namespace
{

constexpr std::array<std::string_view, faultKinds> names{"dropBefore", "dropAfter", "unknownExecuted",
    "unknownNotExecuted", "unavailable", "overloaded", "errorExecuted", "errorNotExecuted", "truncated",
    "brokenJson", "html", "htmlExecuted", "redirect", "tooManyRequests", "banned", "delay", "delayBefore",
    "blindQuery", "unknownEnum", "unknownField", "noUsageHeaders", "negativeUsage", "wrongUsage",
    "foreignLoad", "slowBytes", "staleSnapshot", "dropEvent", "duplicateEvent", "reorderEvent", "delayEvent",
    "depthGap", "crossedBook", "stopStream", "goSilent", "cutConnection", "unknownEvent", "garbageText",
    "hugeFrame", "binaryFrame", "gzipFrame", "deflatedFrame", "fragmentedFrame", "halfClose", "closeFrame",
    "latePing", "latePong", "cutStreams", "refuseConnections", "loseListenKey", "liquidation",
    "autoDeleverage", "foreignOrder", "foreignFill", "foreignCancel", "foreignLeverage", "foreignMarginType",
    "foreignMode", "foreignTransfer", "fireCountdown", "settlement", "haltSymbol", "changeFilters",
    "changeLimits", "cancelOnly", "stuckTrigger", "refusedTrigger", "clockStep"};

} // namespace

std::string_view toWire(FaultKind kind)
{
    return names[static_cast<std::size_t>(kind)];
}

std::optional<FaultKind> faultKindOf(std::string_view text)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text) {
            return static_cast<FaultKind>(i);
        }
    }
    return std::nullopt;
}

bool isRestFault(FaultKind kind)
{
    return kind <= FaultKind::StaleSnapshot;
}

bool isStreamFault(FaultKind kind)
{
    return kind == FaultKind::UnknownEnum || kind == FaultKind::UnknownField ||
           kind == FaultKind::SlowBytes || (kind >= FaultKind::DropEvent && kind <= FaultKind::LatePong);
}

bool isHappening(FaultKind kind)
{
    return kind >= FaultKind::CutStreams;
}

bool hasEnd(FaultKind kind)
{
    return kind == FaultKind::RefuseConnections || kind == FaultKind::HaltSymbol ||
           kind == FaultKind::ChangeFilters || kind == FaultKind::ChangeLimits ||
           kind == FaultKind::CancelOnly || kind == FaultKind::StuckTrigger;
}

} // namespace paper
