#include "models/domain/risk/brackets.h"

#include <algorithm>
#include <fmt/format.h>

namespace domain
{
namespace
{

LeverageBracket row(
    int number, int leverage, std::int64_t floor, std::int64_t cap, const char *rate, std::int64_t amount)
{
    return {number, leverage, Money::of(floor), Money::of(cap), Rate::literal(rate), Money::of(amount)};
}

std::string faultOf(const LeverageBracket &now, const LeverageBracket *before)
{
    const Rate one = Rate::of(1);
    if (now.maxLeverage < 1) {
        return "has no leverage";
    }
    if (!now.maintenanceMarginRate.isPositive() || now.maintenanceMarginRate >= one) {
        return "has a maintenance margin rate outside 0 to 1";
    }
    if (now.notionalCap <= now.notionalFloor) {
        return "ends before it begins";
    }
    if (before == nullptr) {
        return now.notionalFloor.isZero() && now.maintenanceAmount.isZero()
                   ? ""
                   : "is the first but does not begin at 0";
    }
    if (now.notionalFloor != before->notionalCap) {
        return "does not begin where the one before it ends";
    }
    if (now.maxLeverage > before->maxLeverage || now.maintenanceMarginRate < before->maintenanceMarginRate) {
        return "is easier than the one before it";
    }
    const Money continuous = before->maintenanceAmount +
                             now.notionalFloor * (now.maintenanceMarginRate - before->maintenanceMarginRate);
    // The exchange writes whole amounts for rates such as 16.67 %.
    if ((now.maintenanceAmount - continuous).abs() * 2 > Money::of(1)) {
        return fmt::format("has the maintenance amount {} where {} keeps the margin continuous",
            now.maintenanceAmount.toString(), continuous.toString());
    }
    return "";
}

} // namespace

const LeverageBrackets &defaultBrackets()
{
    // The last row has no end; 1e13 stands for it and is above anything that can be held.
    static const LeverageBrackets table{
        row(1, 125, 0, 50'000, "0.004", 0),
        row(2, 100, 50'000, 250'000, "0.005", 50),
        row(3, 50, 250'000, 1'000'000, "0.01", 1'300),
        row(4, 20, 1'000'000, 10'000'000, "0.025", 16'300),
        row(5, 10, 10'000'000, 10'000'000'000'000, "0.05", 266'300),
    };
    return table;
}

const LeverageBrackets &bracketsOf(const BracketTables &tables, const Symbol &symbol)
{
    const auto found = tables.find(symbol);
    return found == tables.end() || found->second.empty() ? defaultBrackets() : found->second;
}

const LeverageBracket &bracketFor(const LeverageBrackets &table, Money notional)
{
    const LeverageBrackets &rows = table.empty() ? defaultBrackets() : table;
    const auto found = std::ranges::lower_bound(rows, notional, {}, &LeverageBracket::notionalCap);
    return found == rows.end() ? rows.back() : *found;
}

Money maxNotionalAt(const LeverageBrackets &table, int leverage)
{
    Money largest;
    for (const auto &bracket : table.empty() ? defaultBrackets() : table) {
        if (bracket.maxLeverage >= leverage) {
            largest = std::max(largest, bracket.notionalCap);
        }
    }
    return largest;
}

int maxLeverageFor(const LeverageBrackets &table, Money notional)
{
    const auto &bracket = bracketFor(table, notional);
    return notional > bracket.notionalCap ? 0 : bracket.maxLeverage;
}

Result<LeverageBrackets> validatedBrackets(LeverageBrackets table)
{
    if (table.empty()) {
        return failure(ErrorCode::Malformed, "the leverage table has no rows");
    }
    const LeverageBracket *before = nullptr;
    for (const auto &bracket : table) {
        const std::string fault = faultOf(bracket, before);
        if (!fault.empty()) {
            return failure(
                ErrorCode::Malformed, fmt::format("row {} of the leverage table {}", bracket.bracket, fault));
        }
        before = &bracket;
    }
    return table;
}

} // namespace domain
