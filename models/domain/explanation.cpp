#include "models/domain/explanation.h"

#include <fmt/format.h>

namespace domain
{
namespace
{

std::string withUnit(const std::string &value, const std::string &unit)
{
    return unit.empty() ? value : value + ' ' + unit;
}

std::string lineOf(const ExplainedInput &input)
{
    std::string line = input.letter.empty() ? input.name : fmt::format("{} ({})", input.letter, input.name);
    line += ": " + withUnit(input.value, input.unit);
    if (!input.source.empty()) {
        line += ", " + input.source;
    }
    if (input.age) {
        line += fmt::format(", {}.{} s old", input.age->count() / 1000, input.age->count() / 100 % 10);
    }
    return line;
}

} // namespace

std::string plainText(const Explanation &explanation)
{
    std::string text =
        fmt::format("{}: {}\n", explanation.figure, withUnit(explanation.value, explanation.unit));
    if (!explanation.formula.empty()) {
        text += "= " + explanation.formula + '\n';
    }
    if (!explanation.workings.empty()) {
        text += "= " + explanation.workings + '\n';
    }
    for (const auto &input : explanation.inputs) {
        text += lineOf(input) + '\n';
    }
    for (const auto &remark : explanation.remarks) {
        text += remark + '\n';
    }
    return text + "Source: " + explanation.source + '\n';
}

} // namespace domain
