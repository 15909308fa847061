#include "models/live/gate_text.h"

#include "models/live/text.h"

#include <QCoreApplication>

namespace live
{

using domain::GateCause;
using domain::GateState;

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("live", text);
}

} // namespace

QString gateWord(GateState state)
{
    return toQString(domain::toWord(state)).replace(u'_', u' ');
}

QString gateSentence(GateState state)
{
    switch (state) {
    case GateState::Active:
        return tr("Everything may leave.");
    case GateState::Reducing:
        return tr("Only cancels and orders that make a position smaller may leave.");
    case GateState::CancelOnly:
        return tr("Only cancels may leave.");
    case GateState::Stopped:
        break;
    }
    return tr("Nothing may leave.");
}

Tone gateTone(GateState state)
{
    switch (state) {
    case GateState::Active:
        return Tone::Positive;
    case GateState::Reducing:
        return Tone::Warning;
    case GateState::CancelOnly:
    case GateState::Stopped:
        break;
    }
    return Tone::Danger;
}

Mark gateMark(GateState state)
{
    switch (state) {
    case GateState::Active:
        return Mark::Dot;
    case GateState::Reducing:
        return Mark::Triangle;
    case GateState::CancelOnly:
        return Mark::Diamond;
    case GateState::Stopped:
        break;
    }
    return Mark::Square;
}

QString causeWord(GateCause cause)
{
    switch (cause) {
    case GateCause::Starting:
        return tr("Starting");
    case GateCause::Keys:
        return tr("Keys");
    case GateCause::Account:
        return tr("Account");
    case GateCause::Clock:
        return tr("Clock");
    case GateCause::Stream:
        return tr("Account stream");
    case GateCause::Reconciliation:
        return tr("Comparison due");
    case GateCause::SymbolRules:
        return tr("Symbol rules");
    case GateCause::Journal:
        return tr("Journal");
    case GateCause::Breaker:
        return tr("Circuit breaker");
    case GateCause::Pause:
        return tr("Pause (429)");
    case GateCause::Ban:
        return tr("Ban (418)");
    case GateCause::WakeUp:
        return tr("Woke up");
    case GateCause::Mismatch:
        return tr("Mismatch");
    case GateCause::RefutedProof:
        return tr("Proof refuted");
    case GateCause::SentTwice:
        return tr("Sent twice");
    case GateCause::KillSwitch:
        return tr("You stopped opening");
    case GateCause::RuleLock:
        return tr("Your rules");
    case GateCause::Stopping:
        break;
    }
    return tr("Ending");
}

QString acknowledgeQuestion(GateCause cause)
{
    switch (cause) {
    case GateCause::Mismatch:
        return tr(
            "The exchange has something that nothing here explains. By going on you say that you have "
            "compared positions and orders with the exchange's own site and that what the exchange says "
            "is right. Headroom then trades on from the exchange's figures.");
    case GateCause::RefutedProof:
        return tr(
            "An order that Headroom took for never accepted exists, or exists twice. By going on you say "
            "that you have looked at its orders and fills on the exchange's own site and have dealt with "
            "what is too many.");
    case GateCause::SentTwice:
        return tr(
            "An order left this computer twice. By going on you say that you have looked at both on the "
            "exchange's own site and have dealt with the one that is too many.");
    case GateCause::KillSwitch:
        return tr("You stopped the opening of orders yourself. Go on and new positions can be opened again.");
    default:
        return tr("Go on only if you have checked positions and orders with the exchange.");
    }
}

QString closureEnd(const domain::GateClosure &closure, domain::Timestamp venueNow)
{
    if (closure.needsUser) {
        return tr("ends when you have checked");
    }
    if (closure.until) {
        return *closure.until > venueNow ? tr("ends in %1").arg(ageText(*closure.until - venueNow))
                                         : tr("ends now");
    }
    return tr("ends by itself");
}

QString deadManText(const domain::DeadMan &armed, domain::Timestamp venueNow)
{
    if (domain::toMs(armed.firesAt) == 0) {
        return tr("not confirmed by the exchange yet");
    }
    return armed.firesAt > venueNow ? tr("fires in %1").arg(ageText(armed.firesAt - venueNow))
                                    : tr("due now");
}

bool mayLeave(GateState state, Intent intent)
{
    switch (intent) {
    case Intent::Open:
        return state == GateState::Active;
    case Intent::Reduce:
        return state <= GateState::Reducing;
    case Intent::Cancel:
        break;
    }
    return state <= GateState::CancelOnly;
}

} // namespace live
