// The part of BinanceTrading that feeds the user's rules and tells how they stand.

#include "exchange/binance/binance_trading.h"
#include "exchange/binance/body.h"
#include "exchange/binance/signing.h"
#include "exchange/binance/wire_statistics.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace binance
{

using namespace domain;

namespace
{

constexpr std::size_t incomePage = 1'000;
constexpr std::int64_t incomeWeight = 30;

/// 0 where the text is empty or no number.
std::int64_t numberOf(const std::string &text)
{
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

domain::IncomeRow toDomain(const IncomeRow &row)
{
    return {row.type, row.symbol, row.asset, row.amount, numberOf(row.transactionId), numberOf(row.tradeId),
        row.at};
}

} // namespace

QFuture<Result<bool>> BinanceTrading::setRiskRules(RiskRules rules)
{
    return ports::onThreadOf(this, [this, rules = std::move(rules)]() -> Result<bool> {
        if (!m_isRecovered || m_isStopping) {
            return failure(ErrorCode::Rejected,
                m_rest.hasKeys() ? "The exchange's clock is not known yet; try again in a moment."
                                 : noKeys().detail);
        }
        Result<bool> done;
        run([&](Timestamp now) { done = m_desk.setRiskRules(now, rules); });
        return done;
    });
}

ports::RulesPtr BinanceTrading::riskRules() const
{
    const std::lock_guard lock{m_reportMutex};
    return m_riskRules;
}

void BinanceTrading::carryOutOne(RulesChanged &)
{
    const auto state = std::make_shared<const RuleState>(m_desk.riskRules());
    {
        const std::lock_guard lock{m_reportMutex};
        m_riskRules = state;
    }
    if (auto *pump = m_rest.pump(); pump != nullptr && state->active.pace != m_pace) {
        m_pace = state->active.pace;
        pump->setOrderRate({m_pace.atOnce, m_pace.perMinute});
    }
    emit riskRulesChanged(state);
}

void BinanceTrading::onAccount(const ports::AccountPtr &account)
{
    if (m_isRecovered && !m_isStopping) {
        run([&](Timestamp now) { m_desk.onAccount(now, account); });
    }
}

void BinanceTrading::onMarks(const ports::MarkPricesPtr &marks)
{
    if (m_isRecovered && !m_isStopping) {
        run([&](Timestamp now) { m_desk.onMarks(now, *marks); });
    }
}

void BinanceTrading::onCommission(const Symbol &symbol, const CommissionRates &rates)
{
    m_desk.onCommission(symbol, rates);
}

void BinanceTrading::readIncome()
{
    if (!m_isRecovered || m_isStopping || !m_rest.hasKeys() || std::exchange(m_isReadingIncome, true)) {
        return;
    }
    readIncomeFrom(dayOf(m_rest.serverNow()));
}

void BinanceTrading::readIncomeFrom(Timestamp since)
{
    Call call{.path = "/fapi/v1/income"};
    appendParameter(call.parameters, "startTime", std::to_string(toMs(since)));
    appendParameter(call.parameters, "limit", std::to_string(incomePage));
    call.security = Security::Signed;
    call.priority = transport::Priority::History;
    call.lane = transport::Lane::Bulk;
    call.cost = {incomeWeight, 0};
    m_rest.fetch(call, this, [this, since](const Result<QByteArray> &body) {
        const auto rows = parsed(body, parseIncome);
        m_isReadingIncome = false;
        if (!rows) {
            emit noticed(1, QStringLiteral("The day's results could not be read and are asked for again: %1")
                                .arg(QString::fromStdString(rows.error().detail)));
            return;
        }
        const bool isComplete = rows->size() < incomePage;
        std::vector<domain::IncomeRow> moved(rows->size());
        std::ranges::transform(*rows, moved.begin(), toDomain);
        run([&](Timestamp now) { m_desk.onIncome(now, moved, isComplete); });
        if (!isComplete) {
            // Rows of one moment may stand on two pages: they are told apart by their ids.
            const Timestamp last = std::ranges::max_element(*rows, {}, &IncomeRow::at)->at;
            m_isReadingIncome = true;
            readIncomeFrom(std::max(last, since + Milliseconds{1}));
        }
    });
}

} // namespace binance
