#pragma once

#include "models/domain/orders/desk_reports.h"
#include "models/domain/orders/gate.h"
#include "models/live/table_model.h"

#include <QString>

#include <optional>

namespace live
{

/// What someone wants to send, as the gate sees it.
enum class Intent : std::uint8_t { Open, Reduce, Cancel };

QString gateWord(domain::GateState state);     ///< "ACTIVE", "REDUCING", "CANCEL ONLY", "STOPPED"
QString gateSentence(domain::GateState state); ///< what may leave
Tone gateTone(domain::GateState state);
Mark gateMark(domain::GateState state);
QString causeWord(domain::GateCause cause); ///< "Clock", "Disk", "You stopped opening"
/// What it means to lift a cause that needs a person, in plain sentences.
QString acknowledgeQuestion(domain::GateCause cause);
/// "ends in 12 s", "ends when you have checked", "ends by itself".
QString closureEnd(const domain::GateClosure &closure, domain::Timestamp venueNow);
/// "fires in 1 min 43 s": unless it is renewed.
QString deadManText(const domain::DeadMan &armed, domain::Timestamp venueNow);
bool mayLeave(domain::GateState state, Intent intent);

} // namespace live
