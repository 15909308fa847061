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

std::vector<ApiKey> keysOf(const ExchangeConfig &config)
{
    std::vector<ApiKey> keys{config.key};
    keys.insert(keys.end(), config.others.begin(), config.others.end());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        keys[i].account = PaperExchange::account + static_cast<AccountId>(i);
    }
    return keys;
}

} // namespace

PaperExchange::PaperExchange(ExchangeConfig config, std::unique_ptr<MarketDriver> market)
    : m_config{std::move(config)},
      m_market{std::move(market)},
      m_prices{m_candles, *m_market},
      m_listenKeys{m_config.seed},
      m_hub{std::make_unique<StreamHub>(
          StreamParts{m_engine, m_candles, m_tape, *m_market, m_prices}, m_listenKeys, m_config.streams)},
      m_api{std::make_unique<Api>(ApiParts{m_engine, m_candles, m_tape, *m_market, m_prices, m_listenKeys},
          keysOf(m_config), m_config.limits)},
      m_wsApi{std::make_unique<WsApi>(*m_api)}
{
}

void PaperExchange::createAccounts(Timestamp now)
{
    for (const ApiKey &key : m_api->keys()) {
        if (!m_engine.hasAccount(key.account)) {
            // Cannot fail: the number is free.
            static_cast<void>(m_engine.createAccount(key.account, m_config.startBalance, now));
        }
    }
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

Result<void> PaperExchange::start(const std::string &state, Timestamp now,
    const std::vector<std::string> &changes, const std::function<void()> &beforeMarket)
{
    m_engine = makeEngine(now);
    Result<void> restored;
    if (!state.empty()) {
        restored = m_engine.loadState(state, now, changes);
    }
    createAccounts(now);
    if (beforeMarket) {
        beforeMarket();
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
    m_prices.sample(m_engine, now);
    m_hub->step(now);
}

Response PaperExchange::handle(Timestamp now, const Request &request)
{
    return finish(m_api->handle(now, request), request, now);
}

Response PaperExchange::handle(Timestamp now, const WsApi::Task &task)
{
    return finish(m_wsApi->carryOut(task, now), task.request, now);
}

Response PaperExchange::finish(Response response, const Request &request, Timestamp now)
{
    // Some settings change without an event.
    m_hasChanged = m_hasChanged || (request.method != "GET" && response.status == 200);
    collect(m_market->marketTime(now), now);
    return response;
}

void PaperExchange::reset(Timestamp now)
{
    // Clients learn of the end of their orders as of any other; a fresh engine knows nothing of them.
    for (const AccountId id : m_engine.accounts()) {
        for (const Contract &contract : m_market->contracts()) {
            static_cast<void>(m_engine.cancelAll(id, contract.spec.symbol, now));
            static_cast<void>(m_engine.cancelAllConditional(id, contract.spec.symbol, now));
        }
    }
    collect(m_market->marketTime(now), now);
    m_engine = makeEngine(now);
    m_tape = Tape{};
    m_prices.clear();
    createAccounts(now);
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

void PaperExchange::shrinkLimits(int times)
{
    RateLimitConfig limits = m_config.limits;
    limits.weightPerMinute = std::max(1, limits.weightPerMinute / times);
    limits.ordersPer10s = std::max(1, limits.ordersPer10s / times);
    limits.ordersPerMinute = std::max(1, limits.ordersPerMinute / times);
    m_api->limits().setConfig(limits);
}

} // namespace paper
