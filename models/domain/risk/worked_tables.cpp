#include "models/domain/risk/worked_data.h"

#include <map>

namespace domain::worked
{
namespace
{

/// "rate 0.1 less 135365"
LeverageBrackets singleRow(std::string_view name)
{
    constexpr std::string_view before = "rate ";
    constexpr std::string_view between = " less ";
    const auto at = name.find(between);
    return {{1, 125, Money{}, Money::of(1'000'000'000'000),
        Rate::literal(name.substr(before.size(), at - before.size())),
        Money::literal(name.substr(at + between.size()))}};
}

} // namespace

LeverageBrackets tableFrom(std::initializer_list<BracketRow> rows)
{
    LeverageBrackets table;
    Money floor;
    for (const BracketRow &row : rows) {
        const Money cap = Money::of(row.cap);
        table.push_back({static_cast<int>(table.size()) + 1, row.leverage, floor, cap,
            Rate::literal(row.rate), Money::of(row.amount)});
        floor = cap;
    }
    return table;
}

LeverageBrackets tableOf(std::string_view name)
{
    static const std::map<std::string_view, LeverageBrackets> tables{
        {"default", defaultBrackets()},
        {"BTCUSDT", tableFrom({{150, 300'000, "0.004", 0}, {100, 800'000, "0.005", 300},
                        {75, 3'000'000, "0.0065", 1'500}, {50, 12'000'000, "0.01", 12'000},
                        {25, 70'000'000, "0.02", 132'000}, {20, 100'000'000, "0.025", 482'000},
                        {10, 230'000'000, "0.05", 2'982'000}, {5, 480'000'000, "0.1", 14'482'000},
                        {4, 600'000'000, "0.125", 26'482'000}, {3, 800'000'000, "0.15", 41'482'000},
                        {2, 1'200'000'000, "0.25", 121'482'000}, {1, 1'800'000'000, "0.5", 421'482'000}})},
        {"ETHUSDT", tableFrom({{150, 300'000, "0.004", 0}, {100, 800'000, "0.005", 300},
                        {75, 3'000'000, "0.0065", 1'500}, {50, 12'000'000, "0.01", 12'000},
                        {25, 50'000'000, "0.02", 132'000}, {20, 65'000'000, "0.025", 382'000},
                        {10, 150'000'000, "0.05", 2'007'000}, {5, 320'000'000, "0.1", 9'507'000},
                        {4, 400'000'000, "0.125", 17'507'000}, {3, 530'000'000, "0.15", 27'507'000},
                        {2, 800'000'000, "0.25", 80'507'000}, {1, 1'200'000'000, "0.5", 280'507'000}})},
        {"DOGEUSDT", tableFrom({{75, 80'000, "0.0065", 0}, {50, 150'000, "0.01", 280},
                         {40, 750'000, "0.0125", 655}, {25, 2'000'000, "0.02", 6'280},
                         {20, 4'000'000, "0.025", 16'280}, {10, 20'000'000, "0.05", 116'280},
                         {5, 40'000'000, "0.1", 1'116'280}, {4, 50'000'000, "0.125", 2'116'280},
                         {2, 100'000'000, "0.25", 8'366'280}, {1, 200'000'000, "0.5", 33'366'280}})},
        {"1000PEPEUSDT", tableFrom({{75, 20'000, "0.0065", 0}, {50, 200'000, "0.01", 70},
                             {40, 300'000, "0.015", 1'070}, {25, 1'500'000, "0.02", 2'570},
                             {20, 3'000'000, "0.025", 10'070}, {10, 15'000'000, "0.05", 85'070},
                             {5, 20'000'000, "0.1", 835'070}, {4, 25'000'000, "0.125", 1'335'070},
                             {2, 30'000'000, "0.25", 4'460'070}, {1, 35'000'000, "0.5", 11'960'070}})},
        {"ACTUSDT",
            tableFrom({{10, 10'000, "0.05", 0}, {5, 60'000, "0.1", 500}, {4, 70'000, "0.125", 2'000},
                {3, 250'000, "0.1667", 4'919}, {2, 500'000, "0.25", 25'744}, {1, 800'000, "0.5", 150'744}})},
    };
    const auto found = tables.find(name);
    return found != tables.end() ? found->second : singleRow(name);
}

} // namespace domain::worked
