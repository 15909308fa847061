#include "exchange/paper/core/paper_exchange.h"

#include <algorithm>

namespace paper
{
namespace
{

/// VIP 0 of reference 10.12.
domain::CommissionRates regularUser()
{
    return {Rate::literal("0.0002"), Rate::literal("0.0005")};
}

} // namespace

PaperExchange::PaperExchange(ExchangeConfig config, std::unique_ptr<MarketDriver> market)
    : m_config{std::move(config)},
      m_market{std::move(market)},

      m_listenKeys{m_config.seed},
      m_hub{std::make_unique<StreamHub>(
          StreamParts{m_engine, m_candles, m_tape, *m_market}, m_listenKeys, account, m_config.streams)},
      m_api{std::make_unique<Api>(ApiParts{m_engine, m_candles, m_tape, *m_market, m_listenKeys, account},
          m_config.key, m_config.limits)}
{
}

Engine PaperExchange::makeEngine(Timestamp now) const
{
    // Numbers begin beyond those of any earlier account, so that a client never meets one twice.
    constexpr std::int64_t since = 1'767'225'600; // 2026-01-01
    const std::int64_t seconds = std::max<std::int64_t>(domain::toMs(now) / 1'000 - since, 0);
    EngineConfig config = m_config.engine;
    config.firstTradeId += seconds * 1'000;
    config.firstOrderId += seconds * 100;
    config.firstAlgoId += seconds * 100;
    Engine engine{config};
    for (const Contract &contract : m_market->contracts()) {
        engine.addSymbol(contract.spec, contract.brackets, regularUser(), contract.fundingInterval);
    }
    return engine;
}

Result<void> PaperExchange::start(const std::string &state, Timestamp now)
{
    m_engine = makeEngine(now);
    Result<void> restored;
    if (!state.empty()) {
        restored = m_engine.loadState(state, now);
    }
    if (!m_engine.hasAccount(account)) {
        // Cannot fail: the number is free and the engine has no other accounts.
        static_cast<void>(m_engine.createAccount(account, m_config.startBalance, now));
    }
    m_market->start(m_engine, m_candles, now);
    collect(m_market->marketTime(now), now);
    return restored;
}

void PaperExchange::step(Timestamp now)
{
    const auto settle = [&](Timestamp marketAt) { collect(marketAt, now); };
    m_market->step(m_engine, m_candles, now, settle);
    m_engine.advance(now);
    collect(m_market->marketTime(now), now);
    m_hub->step(now);
}

Response PaperExchange::handle(Timestamp now, const Request &request)
{
    Response response = m_api->handle(now, request);
    collect(m_market->marketTime(now), now);
    return response;
}

void PaperExchange::reset(Timestamp now)
{
    // Clients learn of the end of their orders as of any other; a fresh engine knows nothing of them.
    for (const Contract &contract : m_market->contracts()) {
        static_cast<void>(m_engine.cancelAll(account, contract.spec.symbol, now));
        static_cast<void>(m_engine.cancelAllConditional(account, contract.spec.symbol, now));
    }
    collect(m_market->marketTime(now), now);
    m_engine = makeEngine(now);
    m_tape = Tape{};
    static_cast<void>(m_engine.createAccount(account, m_config.startBalance, now));
    m_market->start(m_engine, m_candles, now);
    collect(m_market->marketTime(now), now);
}

void PaperExchange::collect(Timestamp marketAt, Timestamp now)
{
    for (const Event &event : m_engine.takeEvents()) {
        if (m_observer) {
            m_observer(event);
        }
        if (const auto *trade = std::get_if<TradeEvent>(&event)) {
            m_tape.add(*trade, marketAt);
            m_candles.onTrade({trade->symbol, trade->tradeId, trade->price, trade->quantity, marketAt,
                trade->buyerIsMaker});
        } else if (const auto *funding = std::get_if<FundingEvent>(&event)) {
            m_tape.add(*funding);
        } else if (!std::holds_alternative<BookChangeEvent>(event)) {
            m_hasChanged = true;
        }
        m_hub->onEvent(event, marketAt, now);
    }
}

} // namespace paper
