// Examples that somebody published, each with where. Formulas of other venues are taken where they are the
// same equation: margin balance = maintenance margin, linear contract, margin in the quote asset.

#include "models/domain/risk/filters.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/margin.h"
#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/plan.h"
#include "models/domain/risk/worked_data.h"

namespace domain::worked
{
namespace
{

constexpr auto cross = MarginType::Cross;
constexpr auto isolated = MarginType::Isolated;
constexpr auto both = PositionSide::Both;
constexpr auto buy = Side::Buy;
constexpr auto sell = Side::Sell;

constexpr const char *faqLiquidation =
    "Binance FAQ, How to Calculate Liquidation Price of USDS-M Futures Contracts";
constexpr const char *faqLeverage = "Binance FAQ, Leverage and Margin of USDS-M Futures";
constexpr const char *faqCost = "Binance FAQ, How to Calculate Cost Required to Open a Position";
constexpr const char *faqOrders = "Binance FAQ, Margin requirement of opening orders";
constexpr const char *faqFunding = "Binance FAQ, Introduction to Funding Rates";
constexpr const char *derived =
    "Binance's formula and BTCUSDT leverage table of 2026, computed by hand (protocol reference 10.5)";
constexpr const char *specification = "Headroom's product specification, section 4";
constexpr const char *dydx = "dYdX documentation, Liquidations";
constexpr const char *phemex = "Phemex help centre, liquidation price of USDT-margined contracts";
constexpr const char *tradermakemoney = "tradermakemoney.com, Liquidation price";
constexpr const char *binanceForum =
    "Binance developer community, Position risk API returns 0 for liquidation price";
constexpr const char *binanceSquare = "Binance Square, Calculation of position size for entry";
constexpr const char *bingx = "BingX support, Perpetual Futures Hedge Mode";
constexpr const char *bybit = "Bybit help, Liquidation Price (USDT Contract)";
constexpr const char *cryptoPulse = "CryptoPulse, Crypto futures position sizing calculator guide";
constexpr const char *flipster = "Flipster support, Margin Trading Explained";
constexpr const char *futuresGuide =
    "Smalldrift, How to Use the Binance Futures Calculator (PnL, Liquidation, ROE)";
constexpr const char *keel = "Keel, Hyperliquid liquidation";
constexpr const char *kucoinCross = "KuCoin support, Liquidation Price in Cross Margin Mode";
constexpr const char *kucoinRate = "KuCoin support, Risk Rate of Cross Margin Mode";
constexpr const char *kucoinPrice =
    "KuCoin support, How to Calculate the Liquidation Price for KuCoin Contracts";
constexpr const char *marginpad = "MarginPad, How to Calculate Position Size in Crypto Futures (Risk-Based)";
constexpr const char *moonxbt = "MoonXBT support, Liquidation Price";
constexpr const char *toobit = "Toobit support, Liquidation Introduction of Perpetual Contract";

Price price(const char *text)
{
    return Price::literal(text);
}
Quantity quantity(const char *text)
{
    return Quantity::literal(text);
}
Money money(const char *text)
{
    return Money::literal(text);
}
Rate rate(const char *text)
{
    return Rate::literal(text);
}

std::string approximation(
    const char *entry, int leverage, const char *maintenanceRate, Side side, int decimals)
{
    return approximateLiquidationPrice(price(entry), leverage, rate(maintenanceRate), side).toFixed(decimals);
}

/// Largest quantity of a flat account, on the step of 0.001.
std::string maxOpen(Side side, int decimals)
{
    const LotFilter lot{quantity("0.001"), {}, quantity("0.001")};
    return roundedDownToLot(affordableQuantity(side, money("1000"), price("60000"), price("59900"), 20), lot)
        .toFixed(decimals);
}

/// The break-even exit of a plan with the regular fees of 0.02 % and 0.05 %.
std::string breakEven(Side side, bool entryIsMaker, bool exitIsMaker, int decimals)
{
    SymbolSpec spec;
    spec.symbol = "BTCUSDT";
    DraftContext context;
    context.spec = &spec;
    context.mark.price = price("60000");
    context.commission = {rate("0.0002"), rate("0.0005")};
    TradePlan plan;
    plan.side = side;
    plan.entry = price("60000");
    plan.entryIsMaker = entryIsMaker;
    plan.targetIsMaker = exitIsMaker;
    plan.sizing = FixedQuantity{quantity("1")};
    return planTrade(plan, context).breakEvenPrice.toFixed(decimals);
}

/// Size of a long that loses that share of the balance at its stop, without fees and steps of quantity.
PlanResult sizedByRisk(const char *balance, const char *share, const char *entry, const char *stop)
{
    SymbolSpec spec;
    spec.symbol = "BTCUSDT";
    spec.lot = {quantity("0.00000001"), quantity("1000000"), quantity("0.00000001")};
    spec.marketLot = spec.lot;
    AccountState account;
    account.walletBalance = account.crossWalletBalance = money(balance);
    DraftContext context;
    context.spec = &spec;
    context.account = &account;
    context.mark.price = price(entry);
    TradePlan plan;
    plan.entry = price(entry);
    plan.stop = price(stop);
    plan.leverage = 10;
    plan.sizing = RiskShare{rate(share)};
    plan.stopSlippage = {};
    return planTrade(plan, context);
}

std::string orderMargin(bool isWhole, int decimals)
{
    const Money position = price("20000") * quantity("0.5");
    const OpenOrderValue orders{price("19000") * quantity("0.1"), price("22000") * quantity("0.1"), {}, {}};
    const Money requirement = marginRequirement(position, orders, 2);
    return (isWhole ? requirement : requirement - initialMargin(position, 2)).toFixed(decimals);
}

} // namespace

const std::vector<AccountExample> &publishedAccounts()
{
    static const std::vector<AccountExample> examples{
        {"Cross margin", "Two longs share one wallet", faqLiquidation, "1535443.01",
            {{"ETHUSDT", both, buy, "3683.979", "1456.84", "1335.18", cross, 1, "0", "rate 0.1 less 135365"},
                {"BTCUSDT", both, buy, "109.488", "32481.98", "31967.27", cross, 1, "0",
                    "rate 0.025 less 16300"}},
            {}, "0.01",
            {{Figure::LiquidationPrice, 0, "1153.26"}, {Figure::LiquidationPrice, 1, "26316.89"},
                {Figure::MaintenanceMargin, 0, "356512.508122"},
                {Figure::MaintenanceMargin, 1, "71200.811444"}, {Figure::UnrealizedPnl, 0, "-448192.88514"},
                {Figure::UnrealizedPnl, 1, "-56354.56848"}, {Figure::MarginBalance, 0, "1030895.55638"},
                {Figure::MarginRatio, 0, "41.49"}}},
        {"Isolated margin", "The same ETHUSDT long with the wallet as its own", faqLiquidation, "0",
            {{"ETHUSDT", both, buy, "3683.979", "1456.84", "1335.18", isolated, 1, "1535443.01",
                "rate 0.1 less 135365"}},
            {}, "0.01", {{Figure::LiquidationPrice, 0, "1114.78"}}},
        {"Isolated margin", "The same BTCUSDT long with the wallet as its own", faqLiquidation, "0",
            {{"BTCUSDT", both, buy, "109.488", "32481.98", "31967.27", isolated, 1, "1535443.01",
                "rate 0.025 less 16300"}},
            {}, "0.01", {{Figure::LiquidationPrice, 0, "18778.73"}}},
        {"Isolated margin", "Long, 20x", derived, "0",
            {{"BTCUSDT", both, buy, "0.5", "60000", "60000", isolated, 20, "1500", "BTCUSDT"}}, {}, "0.1",
            {{Figure::LiquidationPrice, 0, "57228.9157"}, {Figure::LiquidatingTick, 0, "57228.9"},
                {Figure::BankruptcyPrice, 0, "57000"}}},
        {"Isolated margin", "Long, 20x, at the liquidation price itself", derived, "0",
            {{"BTCUSDT", both, buy, "0.5", "60000", "57228.915662650602", isolated, 20, "1500", "BTCUSDT"}},
            {}, "0.1",
            {{Figure::MaintenanceMargin, 0, "114.4578"}, {Figure::MarginBalance, 0, "114.4578"},
                {Figure::MarginRatio, 0, "100.0000"}, {Figure::Level, 0, "CRITICAL"}}},
        {"Isolated margin", "Short, 20x", derived, "0",
            {{"BTCUSDT", both, sell, "0.5", "60000", "60000", isolated, 20, "1500", "BTCUSDT"}}, {}, "0.1",
            {{Figure::LiquidationPrice, 0, "62749.0040"}, {Figure::LiquidatingTick, 0, "62749.1"},
                {Figure::BankruptcyPrice, 0, "63000"}}},
        {"Isolated margin", "Third bracket, 50x", derived, "0",
            {{"BTCUSDT", both, buy, "20", "60000", "60000", isolated, 50, "24000", "BTCUSDT"}}, {}, "0.1",
            {{Figure::LiquidationPrice, 0, "59109.2099"}, {Figure::Bracket, 0, "3"}}},
        {"Brackets", "The bracket changes on the way to the liquidation", derived, "0",
            {{"BTCUSDT", both, buy, "13.5", "60000", "60000", isolated, 10, "81000", "BTCUSDT"}}, {}, "0.1",
            {{Figure::LiquidationPrice, 0, "54249.0229"}, {Figure::Bracket, 0, "3"}}},
        {"Cross margin", "One long", derived, "10000",
            {{"BTCUSDT", both, buy, "1", "60000", "58000", cross, 10, "0", "BTCUSDT"}}, {}, "0.1",
            {{Figure::LiquidationPrice, 0, "50200.8032"}, {Figure::MarginRatio, 0, "2.9"},
                {Figure::MaintenanceMargin, 0, "232"}, {Figure::MarginBalance, 0, "8000"},
                {Figure::Level, 0, "SAFE"}}},
        {"Hedge mode", "Long and short of one symbol share one price", derived, "10000",
            {{"BTCUSDT", PositionSide::Long, buy, "1", "60000", "60000", cross, 10, "0", "BTCUSDT"},
                {"BTCUSDT", PositionSide::Short, sell, "0.4", "61000", "60000", cross, 10, "0", "BTCUSDT"}},
            {}, "0.1",
            {{Figure::LiquidationPrice, 0, "43068.6406"}, {Figure::LiquidationPrice, 1, "43068.6406"}}},
        {"Margin and brackets", "A notional of 264,000 is charged 1 %", faqLeverage, "100000",
            {{"BTCUSDT", both, buy, "1", "264000", "264000", cross, 20, "0", "default"}}, {}, "0.1",
            {{Figure::Bracket, 0, "3"}, {Figure::MaintenanceMargin, 0, "1340"}}},
        {"Margin and brackets", "A notional of 500,000 is charged 3,700, tier by tier", faqLeverage, "100000",
            {{"BTCUSDT", both, buy, "10", "50000", "50000", cross, 20, "0", "default"}}, {}, "0.1",
            {{Figure::MaintenanceMargin, 0, "3700"}, {Figure::InitialMargin, 0, "25000"}}},
        {"Other venues", "dYdX: a short of 3 ETH, maintenance margin fraction 5 %", dydx, "1000",
            {{"ETHUSDT", both, sell, "3", "3000", "3000", cross, 10, "0", "rate 0.05 less 0"}}, {}, "0.01",
            {{Figure::LiquidationPrice, 0, "3174.60"}}},
        {"Other venues", "dYdX: a short of 1.5 ETH beside a long of 1,000 STRK", dydx, "1000",
            {{"ETHUSDT", both, sell, "1.5", "3000", "3000", cross, 10, "0", "rate 0.05 less 0"},
                {"STRKUSDT", both, buy, "1000", "1.75", "1.75", cross, 10, "0", "rate 0.1 less 0"}},
            {}, "0.01", {{Figure::LiquidationPrice, 0, "3380.95"}}},
        {"Other venues", "Phemex: long 500 at 0.4, 5x; rate 1 % and the taker fee of 0.06 % on top", phemex,
            "0", {{"XRPUSDT", both, buy, "500", "0.4", "0.4", isolated, 5, "40.096", "rate 0.0106 less 0"}},
            {}, "0.0001", {{Figure::LiquidationPrice, 0, "0.3232"}}},
        {"Cross margin", "A long of 0.001 BTC as the exchange answered", binanceForum, "53.35717705",
            {{"BTCUSDT", both, buy, "0.001", "61788.9", "61792.09", cross, 2, "0", "rate 0.004 less 0"}}, {},
            "0.1", {{Figure::LiquidationPrice, 0, "8465.5853"}, {Figure::UnrealizedPnl, 0, "0.00319"}}},
        {"Other venues", "BingX: a long of 2 BTC; rate 0.4 % and the taker fee of 0.05 % on top", bingx,
            "10000",
            {{"BTCUSDT", PositionSide::Long, buy, "2", "10000", "10000", cross, 10, "0",
                "rate 0.0045 less 0"}},
            {}, "0.1", {{Figure::MarginRatio, 0, "0.9"}, {Figure::AvailableBalance, 0, "8000"}}},
        {"Other venues", "BingX: the same at 9,000", bingx, "10000",
            {{"BTCUSDT", PositionSide::Long, buy, "2", "10000", "9000", cross, 10, "0",
                "rate 0.0045 less 0"}},
            {}, "0.1", {{Figure::UnrealizedPnl, 0, "-2000"}, {Figure::MarginRatio, 0, "1.01"}}},
        {"Other venues",
            "KuCoin: a BTC long and an ETH order as if filled, its fee of 18 paid; rates with the fee of "
            "0.06 % on top",
            kucoinRate, "4982",
            {{"BTCUSDT", both, buy, "0.1", "62000", "62000", cross, 10, "0", "rate 0.0056 less 0"},
                {"ETHUSDT", both, sell, "10", "3000", "3000", cross, 10, "0", "rate 0.0086 less 0"}},
            {}, "0.1", {{Figure::MarginRatio, 0, "5.88"}, {Figure::MarginRatio, 1, "5.88"}}},
        {"Other venues",
            "KuCoin: an ETH short with its share of 22.62 % of the margin; rate 1 % and the fee of 0.06 % on "
            "top",
            kucoinCross, "0",
            {{"ETHUSDT", both, sell, "1", "3800", "3800", isolated, 10, "859.56", "rate 0.0106 less 0"}}, {},
            "0.01", {{Figure::LiquidationPrice, 0, "4610.7"}}},
        {"Other venues", "Flipster: long 0.1 at 30,000, 10x, the price rises to 36,000", flipster, "0",
            {{"BTCUSDT", both, buy, "0.1", "30000", "36000", isolated, 10, "300", "rate 0.01 less 0"}}, {},
            "0.1", {{Figure::UnrealizedPnl, 0, "600"}, {Figure::MarginBalance, 0, "900"}}},
        {"Other venues", "Flipster: the same at 28,000", flipster, "0",
            {{"BTCUSDT", both, buy, "0.1", "30000", "28000", isolated, 10, "300", "rate 0.01 less 0"}}, {},
            "0.1", {{Figure::UnrealizedPnl, 0, "-200"}, {Figure::MarginBalance, 0, "100"}}},
        {"Other venues", "Flipster: the same at 26,000 has lost more than it had", flipster, "0",
            {{"BTCUSDT", both, buy, "0.1", "30000", "26000", isolated, 10, "300", "rate 0.01 less 0"}}, {},
            "0.1",
            {{Figure::UnrealizedPnl, 0, "-400"}, {Figure::MarginBalance, 0, "-100"},
                {Figure::MarginRatio, 0, "none"}, {Figure::Level, 0, "CRITICAL"}}},
    };
    return examples;
}

const std::vector<FormulaExample> &publishedFormulas()
{
    static const std::vector<FormulaExample> examples{
        {"Approximation", "Long at 65,000 with 10x and a rate of 0.4 %", specification,
            {"E 65,000", "L 10", "MMR 0.4 %, as given: the table's own rate of this notional is 0.5 %"},
            "Approximate liquidation price", "USDT", "58760",
            [](int decimals) { return approximation("65000", 10, "0.004", buy, decimals); }},
        {"Approximation", "Short at 65,000 with 10x and a rate of 0.4 %", specification,
            {"E 65,000", "L 10", "MMR 0.4 %"}, "Approximate liquidation price", "USDT", "71240",
            [](int decimals) { return approximation("65000", 10, "0.004", sell, decimals); }},
        {"Approximation", "Long at 65,000 with 10x and the table's own rate", specification,
            {"E 65,000", "L 10", "MMR of a notional of 65,000 in the shipped table"},
            "Approximate liquidation price", "USDT", "58825",
            [](int decimals) {
                const Rate own = bracketFor(defaultBrackets(), money("65000")).maintenanceMarginRate;
                return approximateLiquidationPrice(price("65000"), 10, own, buy).toFixed(decimals);
            }},
        {"Approximation", "Long at 65,000 with 5x and a rate of 0.5 %", tradermakemoney,
            {"E 65,000", "L 5", "MMR 0.5 %"}, "Approximate liquidation price", "USDT", "52325",
            [](int decimals) { return approximation("65000", 5, "0.005", buy, decimals); }},
        {"Approximation", "Short at 3,000 with 8x and a rate of 0.5 %", tradermakemoney,
            {"E 3,000", "L 8", "MMR 0.5 %"}, "Approximate liquidation price", "USDT", "3360",
            [](int decimals) { return approximation("3000", 8, "0.005", sell, decimals); }},
        {"Approximation", "Long 1 at 10,000 with 50x and a rate of 0.5 %", bybit,
            {"E 10,000", "L 50", "MMR 0.5 %"}, "Approximate liquidation price", "USDT", "9850",
            [](int decimals) { return approximation("10000", 50, "0.005", buy, decimals); }},
        {"Approximation", "Short 1 at 8,000 with 40x and a rate of 0.5 %", bybit,
            {"E 8,000", "L 40", "MMR 0.5 %"}, "Approximate liquidation price", "USDT", "8160",
            [](int decimals) { return approximation("8000", 40, "0.005", sell, decimals); }},
        {"Approximation", "Long 1 at 20,000 with 50x and a rate of 0.5 %", moonxbt,
            {"E 20,000", "L 50", "MMR 0.5 %"}, "Approximate liquidation price", "USDT", "19700",
            [](int decimals) { return approximation("20000", 50, "0.005", buy, decimals); }},
        {"Approximation", "Short 1 at 20,000 with 40x and a rate of 0.5 %", moonxbt,
            {"E 20,000", "L 40", "MMR 0.5 %"}, "Approximate liquidation price", "USDT", "20400",
            [](int decimals) { return approximation("20000", 40, "0.005", sell, decimals); }},
        {"Approximation", "Short 0.005 at 28,000 with 100x and a rate of 0.4 %", kucoinPrice,
            {"E 28,000", "L 100", "MMR 0.4 %, of the value at entry"}, "Approximate liquidation price",
            "USDT", "28168",
            [](int decimals) { return approximation("28000", 100, "0.004", sell, decimals); }},
        {"Approximation", "Long at 50,000 with 10x and half of the initial margin to keep", keel,
            {"E 50,000", "L 10", "MMR 5 %"}, "Approximate liquidation price", "USDT", "47500",
            [](int decimals) { return approximation("50000", 10, "0.05", buy, decimals); }},
        {"Approximation", "Long at 50,000 with 20x and half of the initial margin to keep", keel,
            {"E 50,000", "L 20", "MMR 2.5 %"}, "Approximate liquidation price", "USDT", "48750",
            [](int decimals) { return approximation("50000", 20, "0.025", buy, decimals); }},
        {"Approximation", "Long at 100,000 with 10x and the first bracket's rate", futuresGuide,
            {"E 100,000", "L 10", "MMR 0.4 %"}, "Approximate liquidation price", "USDT", "90400",
            [](int decimals) { return approximation("100000", 10, "0.004", buy, decimals); }},
        {"Sizes by risk", "1 % of 5,000 on a long at 60,000 with its stop at 58,800", marginpad,
            {"no fees, no slippage"}, "Quantity", "BTC", "0.0417",
            [](int decimals) {
                return sizedByRisk("5000", "0.01", "60000", "58800").quantity.toFixed(decimals);
            }},
        {"Sizes by risk", "1 % of 5,000 on a long at 60,000 with its stop at 58,800", marginpad,
            {"no fees, no slippage"}, "Notional", "USDT", "2500",
            [](int decimals) {
                return sizedByRisk("5000", "0.01", "60000", "58800").notional.toFixed(decimals);
            }},
        {"Sizes by risk", "2 % of 5,000 on a long at 2,500 with its stop at 2,400", cryptoPulse,
            {"no fees, no slippage"}, "Quantity", "ETH", "1",
            [](int decimals) {
                return sizedByRisk("5000", "0.02", "2500", "2400").quantity.toFixed(decimals);
            }},
        {"Sizes by risk", "2 % of 1,000 on a long at 0.072 with its stop at 0.068", binanceSquare,
            {"no fees, no slippage"}, "Quantity", "coins", "5000",
            [](int decimals) {
                return sizedByRisk("1000", "0.02", "0.072", "0.068").quantity.toFixed(decimals);
            }},
        {"Sizes by risk", "2 % of 1,000 on a long at 0.072 with its stop at 0.068", binanceSquare,
            {"no fees, no slippage"}, "Notional", "USDT", "360",
            [](int decimals) {
                return sizedByRisk("1000", "0.02", "0.072", "0.068").notional.toFixed(decimals);
            }},
        {"Other venues", "Toobit: long 10 ETH at 1,500, 50x, mark 1,483; 1 % of the entry to keep", toobit,
            {"maintenance margin 150", "margin balance 300 - 170"}, "Margin ratio", "%", "115.38",
            [](int decimals) {
                return (*MarginRatio::of(money("150"), money("130")).value() * Rate::of(100))
                    .toFixed(decimals);
            }},
        {"Margin and brackets", "Maintenance 260 of a balance of 6,500", specification,
            {"maintenance margin 260", "margin balance 6,500"}, "Margin ratio", "%", "4",
            [](int decimals) {
                return (*MarginRatio::of(money("260"), money("6500")).value() * Rate::of(100))
                    .toFixed(decimals);
            }},
        {"Margin and brackets", "Maintenance 260 of a balance of 6,500", specification,
            {"maintenance margin 260", "margin balance 6,500"}, "Level", "", "SAFE",
            [](int) { return std::string{toString(levelOf(MarginRatio::of(money("260"), money("6500"))))}; }},
        {"Margin and brackets", "A boundary belongs to the higher level", specification,
            {"margin ratio 30 %"}, "Level", "", "MEDIUM",
            [](int) { return std::string{toString(levelOf(MarginRatio::of(money("30"), money("100"))))}; }},
        {"Order cost", "Limit buy 1 at 9,253.30, mark 9,259.84, 20x", faqCost,
            {"initial margin 462.665, no loss at once"}, "Cost", "USDT", "462.665",
            [](int decimals) {
                return orderCost(buy, quantity("1"), price("9253.30"), price("9259.84"), 20)
                    .toFixed(decimals);
            }},
        {"Order cost", "Limit sell 1 at 9,253.30, mark 9,259.84, 20x", faqCost,
            {"initial margin 462.665", "loss at once 6.54"}, "Cost", "USDT", "469.205",
            [](int decimals) {
                return orderCost(sell, quantity("1"), price("9253.30"), price("9259.84"), 20)
                    .toFixed(decimals);
            }},
        {"Order cost", "Position and open orders of one symbol, 2x", faqOrders,
            {"long 0.5 at mark 20,000", "buy order 0.1 at 19,000", "sell order 0.1 at 22,000",
                "max(11,900, 7,800) / 2"},
            "Margin requirement", "USDT", "5950", [](int decimals) { return orderMargin(true, decimals); }},
        {"Order cost", "Position and open orders of one symbol, 2x", faqOrders,
            {"the same", "less the position's own 5,000"}, "Open order margin", "USDT", "950",
            [](int decimals) { return orderMargin(false, decimals); }},
        {"Order cost", "Largest buy of a flat account",
            "Binance's cost formula, inverted (protocol reference 10.7)",
            {"available 1,000", "price 60,000, mark 59,900", "20x, step 0.001"}, "Max open", "BTC", "0.322",
            [](int decimals) { return maxOpen(buy, decimals); }},
        {"Order cost", "Largest sell of a flat account",
            "Binance's cost formula, inverted (protocol reference 10.7)",
            {"available 1,000", "price 60,000, mark 59,900", "20x, step 0.001"}, "Max open", "BTC", "0.333",
            [](int decimals) { return maxOpen(sell, decimals); }},
        {"Funding and fees", "Long 0.5 at a mark of 60,000 pays a rate of 0.01 %", faqFunding,
            {"Q 0.5", "P 60,000", "F 0.0001"}, "Funding", "USDT", "-3.00",
            [](int decimals) {
                return fundingDue(buy, price("60000") * quantity("0.5"), rate("0.0001")).toFixed(decimals);
            }},
        {"Funding and fees", "The short on the other side receives it", faqFunding,
            {"Q 0.5", "P 60,000", "F 0.0001"}, "Funding", "USDT", "3.00",
            [](int decimals) {
                return fundingDue(sell, price("60000") * quantity("0.5"), rate("0.0001")).toFixed(decimals);
            }},
        {"Funding and fees", "Commission of a recorded trade of 2022",
            "Recorded user stream (protocol reference 10.12)",
            {"price 2,778.35", "quantity 0.005", "rate 0.0004"}, "Commission", "USDT", "0.00555670",
            [](int decimals) {
                return (price("2778.35") * quantity("0.005") * rate("0.0004")).toFixed(decimals);
            }},
        // E * (1 + s * in) / (1 - s * out)
        {"Funding and fees", "Break-even of a long at 60,000, both sides as taker", "Exact fractions",
            {"E 60,000", "fees 0.05 % and 0.05 %"}, "Break-even", "USDT", "60060.0300",
            [](int decimals) { return breakEven(buy, false, false, decimals); }},
        {"Funding and fees", "Break-even of a short at 60,000, in as maker, out as taker", "Exact fractions",
            {"E 60,000", "fees 0.02 % and 0.05 %"}, "Break-even", "USDT", "59958.0210",
            [](int decimals) { return breakEven(sell, true, false, decimals); }},
        {"Funding and fees", "Break-even of a long at 60,000, both sides as maker", "Exact fractions",
            {"E 60,000", "fees 0.02 % and 0.02 %"}, "Break-even", "USDT", "60024.0048",
            [](int decimals) { return breakEven(buy, true, true, decimals); }},
        {"Margin and brackets", "Return on margin of the FAQ's ETHUSDT long, 10x", "Exact fractions",
            {"unrealised -448,192.88514", "notional 4,918,775.08122"}, "Return on margin", "%", "-91.12",
            [](int decimals) {
                return (*roe(money("-448192.88514"), money("4918775.08122"), 10) * Rate::of(100))
                    .toFixed(decimals);
            }},
    };
    return examples;
}

} // namespace domain::worked
