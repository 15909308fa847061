#include "exchange/paper/core/funding.h"

#include "exchange/paper/core/ledger.h"
#include "exchange/paper/core/margin.h"
#include "models/domain/risk/margin.h"

#include <algorithm>

namespace paper
{
namespace
{

using std::chrono::seconds;

constexpr std::size_t basisSamples = 30;
constexpr seconds basisEvery{1};
constexpr seconds premiumEvery{5};
constexpr int hoursOfFullInterval = 8;
const Rate interestPerFullInterval = Rate::literal("0.0001");
constexpr std::array<std::string_view, 2> withoutInterest{"BNBUSDT", "ETHBTC"};
const Rate largestClamp = Rate::literal("0.0005");
const Rate capShareOfMaintenance = Rate::literal("0.75");
const Price eightDecimals = Price::literal("0.00000001");
const Money impactNotionalAtOne = Money::of(200); ///< × the largest leverage

Price average(const std::deque<Price> &samples)
{
    Price sum;
    for (const Price sample : samples) {
        sum += sample;
    }
    return samples.empty() ? sum : sum / static_cast<std::int64_t>(samples.size());
}

void sampleBasis(Listing &listing)
{
    const Price bid = listing.book.best(Side::Buy);
    const Price ask = listing.book.best(Side::Sell);
    if (bid.isPositive() && ask.isPositive() && listing.index.isPositive()) {
        listing.basis.push_back((bid + ask) / 2 - listing.index);
        if (listing.basis.size() > basisSamples) {
            listing.basis.pop_front();
        }
    }
}

void samplePremium(Listing &listing)
{
    const int leverage = listing.brackets.empty() ? 1 : listing.brackets.front().maxLeverage;
    const Money notional = impactNotionalAtOne * leverage;
    const Price bid = listing.book.impactPrice(Side::Buy, notional);
    const Price ask = listing.book.impactPrice(Side::Sell, notional);
    if (!listing.index.isPositive() || bid.isZero() || ask.isZero()) {
        return;
    }
    const Price distance = std::max(Price{}, bid - listing.index) - std::max(Price{}, listing.index - ask);
    ++listing.premiumSamples;
    listing.weightedPremium += distance / listing.index * Rate::of(listing.premiumSamples);
}

void settle(Exchange &exchange, Listing &listing)
{
    const Symbol &symbol = listing.spec.symbol;
    const Rate rate = listing.fundingRate;
    exchange.emit(FundingEvent{symbol, rate, listing.mark, listing.nextFundingAt});
    for (const auto &[id, account] : exchange.accounts) {
        const auto held = account->holdings.find(symbol);
        if (held == account->holdings.end() || !held->second.hasPosition()) {
            continue;
        }
        Holding &holding = held->second;
        std::vector<PositionChange> isolatedRows;
        Money received;
        for (const PositionSide side : {PositionSide::Both, PositionSide::Long, PositionSide::Short}) {
            PositionState &row = holding.position(side);
            if (row.isFlat()) {
                continue;
            }
            const Money amount = cut8(domain::fundingDue(row.side(), notionalOf(row, listing.mark), rate));
            account->wallet += amount;
            received += amount;
            exchange.fundingPot -= amount;
            exchange.addIncome(*account, IncomeType::FundingFee, symbol, amount);
            if (holding.marginType == MarginType::Isolated) {
                row.isolatedWallet += amount;
                isolatedRows.push_back(positionChange(holding, side));
            }
        }
        account->updatedAt = exchange.now;
        emitAccountUpdate(
            exchange, *account, UpdateReason::FundingFee, std::move(isolatedRows), received, symbol);
        exchange.touchRisk(*account);
    }
}

} // namespace

Rate interestOf(const Symbol &symbol)
{
    const bool isFree = std::ranges::find(withoutInterest, symbol) != withoutInterest.end();
    return isFree ? Rate{} : interestPerFullInterval;
}

Price computedMark(const Listing &listing, Timestamp now)
{
    if (!listing.index.isPositive()) {
        return listing.mark.isPositive() ? listing.mark : listing.last;
    }
    const auto left = std::max(domain::Milliseconds{0}, listing.nextFundingAt - now);
    const Rate shareLeft =
        Rate::of(left.count()) / std::max<std::int64_t>(1, listing.fundingInterval.count());
    const Price first = listing.index * (Rate::of(1) + listing.fundingRate * shareLeft);
    const Price second = listing.index + average(listing.basis);
    std::array<Price, 3> candidates{first, second, listing.last.isPositive() ? listing.last : second};
    std::ranges::sort(candidates);
    return candidates[1].roundedTo(eightDecimals);
}

void setMark(Exchange &exchange, Listing &listing, Price mark)
{
    if (mark == listing.mark || !mark.isPositive()) {
        return;
    }
    listing.mark = mark;
    exchange.touchPrices(listing);
    exchange.touchRisk(listing);
}

Timestamp nextFundingTime(const Listing &listing, Timestamp now)
{
    const std::int64_t interval = std::max<std::int64_t>(1, listing.fundingInterval.count());
    return domain::timestampFromMs((domain::toMs(now) / interval + 1) * interval);
}

Rate estimatedFundingRate(const Listing &listing)
{
    if (listing.toldFundingRate) {
        return *listing.toldFundingRate;
    }
    const std::int64_t samples = listing.premiumSamples;
    const Rate premium = samples == 0 ? Rate{} : listing.weightedPremium / (samples * (samples + 1) / 2);
    const Rate pull = std::clamp(interestOf(listing.spec.symbol) - premium, -largestClamp, largestClamp);
    const auto hours = std::max<std::int64_t>(
        1, std::chrono::duration_cast<std::chrono::hours>(listing.fundingInterval).count());
    const Rate rate = (premium + pull) * hours / hoursOfFullInterval;
    if (listing.brackets.empty()) {
        return rate;
    }
    const Rate cap = capShareOfMaintenance * listing.brackets.front().maintenanceMarginRate;
    return std::clamp(rate, -cap, cap);
}

void runFunding(Exchange &exchange, Listing &listing)
{
    const Timestamp now = exchange.now;
    if (listing.nextFundingAt <= now) {
        if (listing.nextFundingAt != Timestamp{}) {
            settle(exchange, listing);
        }
        listing.nextFundingAt = nextFundingTime(listing, now);
        listing.weightedPremium = {};
        listing.premiumSamples = 0;
    }
    if (listing.nextPremiumAt <= now) {
        samplePremium(listing);
        listing.fundingRate = estimatedFundingRate(listing).roundedTo(Rate::literal("0.00000001"));
        listing.nextPremiumAt = now + premiumEvery;
    }
    if (listing.nextBasisAt <= now) {
        sampleBasis(listing);
        listing.nextBasisAt = now + basisEvery;
        if (!listing.isMarkTold) {
            setMark(exchange, listing, computedMark(listing, now));
        }
    }
}

} // namespace paper
