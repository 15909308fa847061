#pragma once

#include "exchange/paper/core/exchange.h"

/// Mark price and funding: reference 10.9, 10.10.
namespace paper
{

/// The median of price 1, price 2 and the contract price, to 8 decimals; what is known where parts are
/// missing.
Price computedMark(const Listing &listing, Timestamp now);
/// Sets the mark and has everyone who holds the symbol checked.
void setMark(Exchange &exchange, Listing &listing, Price mark);

/// The start of the funding interval after the one that holds `now`.
Timestamp nextFundingTime(const Listing &listing, Timestamp now);
/// Interest of eight hours: reference 10.10.
Rate interestOf(const Symbol &symbol);
/// The running estimate: average premium, interest, clamp, cap.
Rate estimatedFundingRate(const Listing &listing);

/// Takes the samples that are due and settles funding where its time has come.
void runFunding(Exchange &exchange, Listing &listing);

} // namespace paper
