#pragma once

#include "models/live/stress_desk.h"

#include <QString>

namespace live
{

/// "BTCUSDT long".
QString positionName(const domain::Position &position);

/// Which position goes first on one way, and where the account dies:
/// "Falling: BTCUSDT long goes first at 61,234.5 (-12.3 %); the account dies at BTC 55,100.0 (-21.1 %)."
/// Prices on their symbol's grid; per cent of the present mark.
QString waySentence(const domain::StressReport &report, bool isFalling, const StressConditions &conditions,
    const RiskBasis &basis);

/// The place of a death: "61,234.5 USDT (-12.3 %)" of the first position's own price, or "BTC 55,100.0
/// (-21.1 %)" of the reference's; on a path of single moves "40 % of the moves".
QString ownPlaceText(
    const domain::StressReport &report, const domain::PoolDeath &death, const RiskBasis &basis);
QString referencePlaceText(
    const domain::PoolDeath &death, StressConditions::Path path, const RiskBasis &basis);

/// A station in words, values with their units: "Move -10.0 %: equity 8,812.10 USDT, margin ratio 45.21 %,
/// MEDIUM. BTCUSDT long is liquidated."
QString stationSentence(
    const domain::StressReport &report, const domain::StressStation &station, StressConditions::Path path);

/// "-10 %", "+10 %", "0 %"; on a path of single moves "40 % of the moves".
QString placeText(domain::Rate at, StressConditions::Path path);

/// What the figures leave out or guess, in one line; empty where all was known.
QString stressReservations(const domain::StressReport &report, const StressConditions &conditions);

} // namespace live
