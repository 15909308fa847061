#pragma once

#include "models/domain/risk/explain.h"

#include <algorithm>
#include <string>
#include <utility>

namespace domain::detail
{

inline bool isLetter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

inline bool isLetterOrDigit(char c)
{
    return isLetter(c) || (c >= '0' && c <= '9');
}

inline std::string percent(Rate fraction)
{
    return (fraction * 100).toString();
}

/// Collects the inputs of one figure; the workings are the formula with each letter replaced by its value, so
/// the two cannot say different things.
class Figure
{
public:
    Figure(std::string name, std::string formula, std::string source)
    {
        m_made.figure = std::move(name);
        m_made.formula = std::move(formula);
        m_made.source = std::move(source);
    }

    Figure &input(
        std::string letter, std::string name, std::string value, std::string unit, const Provenance &from)
    {
        m_made.inputs.push_back(
            {std::move(letter), std::move(name), std::move(value), std::move(unit), from.source, from.age});
        return *this;
    }
    Figure &direction(Side side)
    {
        const bool isLong = side == Side::Buy;
        return input("d", isLong ? "direction, +1 for a long" : "direction, -1 for a short",
            isLong ? "1" : "-1", "", {});
    }
    Figure &remark(std::string sentence)
    {
        m_made.remarks.push_back(std::move(sentence));
        return *this;
    }
    Explanation equals(std::string value, std::string unit)
    {
        m_made.value = std::move(value);
        m_made.unit = std::move(unit);
        m_made.workings = putIn();
        return std::move(m_made);
    }
    /// There is no number; the formula stays without workings.
    Explanation isNone(std::string sentence)
    {
        m_made.value = "none";
        m_made.remarks.insert(m_made.remarks.begin(), std::move(sentence));
        return std::move(m_made);
    }

private:
    std::string putIn() const
    {
        std::string text;
        for (std::size_t at = 0; at < m_made.formula.size();) {
            const auto begin = at;
            while (at < m_made.formula.size() && isLetterOrDigit(m_made.formula[at])) {
                ++at;
            }
            if (at == begin) {
                text += m_made.formula[at++];
                continue;
            }
            const std::string word = m_made.formula.substr(begin, at - begin);
            const auto found = std::ranges::find(m_made.inputs, word, &ExplainedInput::letter);
            text += found == m_made.inputs.end() ? word : valueOf(*found);
        }
        return text;
    }
    static std::string valueOf(const ExplainedInput &input)
    {
        const std::string value = input.unit == "%" ? input.value + " %" : input.value;
        return value.starts_with('-') ? '(' + value + ')' : value;
    }

    Explanation m_made;
};

} // namespace domain::detail
