#pragma once

#include "models/domain/exact.h"
#include "models/domain/order.h"
#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <QString>

#include <string>
#include <string_view>

namespace live
{

/// Thousands of the whole part set apart by commas: "65000.10" becomes "65,000.10".
QString grouped(std::string_view plain);

/// Exactly that many decimals, thousands set apart.
template <class Measure> QString fixedText(domain::Exact<Measure> value, int decimals)
{
    return grouped(value.toFixed(decimals));
}
/// As fixedText, a gain with its plus sign.
template <class Measure> QString signedText(domain::Exact<Measure> value, int decimals)
{
    const QString text = fixedText(value, decimals);
    return value.isPositive() ? u'+' + text : text;
}
/// The shortest exact text, thousands set apart.
template <class Measure> QString exactText(domain::Exact<Measure> value)
{
    return grouped(value.toString());
}
/// A fraction as per cent: 0.04 gives "4.00 %".
QString percentText(domain::Rate fraction, int decimals = 2);
QString signedPercentText(domain::Rate fraction, int decimals = 2);
/// Three to four leading digits with K, M or B: 1,234,567,890 gives "1.23 B".
QString compactText(domain::Money amount);

/// "0.4 s", "12 s", "3 min 20 s", "5 h 02 min", "3 d 04 h".
QString ageText(domain::Milliseconds age);

QString toQString(std::string_view text);
/// A sentence for a label that wraps: no line ends between a number and its unit ("4.00 %", "0.05 BTC").
QString keptTogether(QString sentence);

// Words for people.
QString sideWord(domain::Side side);                  ///< "Buy", "Sell"
QString directionWord(domain::Side side);             ///< "Long", "Short"
QString marginTypeWord(domain::MarginType type);      ///< "Cross", "Isolated"
QString orderTypeWord(const domain::NewOrder &order); ///< "Limit, post-only", "Stop market"
QString originWord(domain::OrderOrigin origin);       ///< "Headroom", "elsewhere", "liquidation"
/// The one phase an order is in, as a short word: "UNKNOWN", "WORKING"; of one that is done how it ended.
QString phaseWord(const domain::Order &order);
/// The phase explained in a sentence, with the venue's reason where there is one.
QString phaseSentence(const domain::Order &order);
/// What pressing send does: "Buy 0.010 BTCUSDT at market".
QString orderSentence(const domain::NewOrder &order, const domain::SymbolSpec &spec);

} // namespace live
