#pragma once

#include "exchange/paper/core/api.h"
#include "exchange/paper/core/streams.h"
#include "exchange/paper/core/ws_api.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace paper
{

struct ExchangeConfig
{
    Money startBalance = Money::of(10'000);
    ApiKey key;                 ///< of the first account
    std::vector<ApiKey> others; ///< one more account each, numbered from 2 on
    std::uint64_t seed = 1;     ///< of listen keys
    RateLimitConfig limits;
    StreamConfig streams;
    /// A liquidation takes a moment here, as on the real exchange.
    EngineConfig engine{.liquidationTime = std::chrono::milliseconds{500}};
};

/// The whole paper exchange as one plain object: market, engine, accounts, REST, streams and the WebSocket
/// API. Time comes in with every call and must not go back.
class PaperExchange
{
public:
    /// The first account, the one that happenings befall.
    static constexpr AccountId account = 1;

    PaperExchange(ExchangeConfig config, std::unique_ptr<MarketDriver> market);
    PaperExchange(const PaperExchange &) = delete;
    PaperExchange &operator=(const PaperExchange &) = delete;

    /// Lists the symbols, restores the account where a state is given, and opens the market.
    /// Malformed: the state is damaged; the exchange has then started with a fresh account.
    /// changes: what saveChanges() gave after it, oldest first. beforeMarket: runs once the accounts are
    /// there, to set what the state does not hold.
    Result<void> start(const std::string &state, Timestamp now, const std::vector<std::string> &changes = {},
        const std::function<void()> &beforeMarket = {});
    /// Runs market, clocks and streams; to be called about every 50 ms.
    void step(Timestamp now);
    Response handle(Timestamp now, const Request &request);
    /// Carries out a call of the WebSocket API.
    Response handle(Timestamp now, const WsApi::Task &task);
    /// Hands on what happened through engine() by itself; handle() and step() do so for their own part.
    void settle(Timestamp now) { collect(m_market->marketTime(now), now); }
    /// What another client of the same address and account used up.
    void addForeignLoad(int weight, int orders, Timestamp now)
    {
        m_api->limits().addForeign(account, weight, orders, now);
    }
    /// The limits are so many times smaller; 1: as they were.
    void shrinkLimits(int times);
    /// Nobody shall be able to connect; whoever owns the sockets sees to it.
    void setRefusesConnections(bool refuses) { m_refusesConnections = refuses; }
    bool refusesConnections() const { return m_refusesConnections; }
    /// Fresh accounts and market, as after a first start. Keys stay; stream connections are to be cut.
    void reset(Timestamp now);
    /// The whole account; saveChanges() counts from here.
    std::string saveState()
    {
        m_engine.markSaved();
        return m_engine.saveState();
    }
    /// What changed since saveState() or the last saveChanges().
    std::string saveChanges(bool withMarket = false) { return m_engine.saveChanges(withMarket); }

    /// Is told every event as it happens, whoever listens on the streams: for judges and tools.
    void setObserver(std::function<void(const Event &)> observer) { m_observer = std::move(observer); }
    /// Whether an account changed since the last call: time to save.
    bool takeChanged() { return std::exchange(m_hasChanged, false); }

    StreamHub &streams() { return *m_hub; }
    WsApi &wsApi() { return *m_wsApi; }
    Engine &engine() { return m_engine; }
    CandleStore &candles() { return m_candles; }
    MarketDriver &market() { return *m_market; }

private:
    Engine makeEngine(Timestamp now) const;
    void createAccounts(Timestamp now);
    Response finish(Response response, const Request &request, Timestamp now);
    void collect(Timestamp marketAt, Timestamp now);

    ExchangeConfig m_config;
    std::unique_ptr<MarketDriver> m_market;
    Engine m_engine;
    CandleStore m_candles;
    Tape m_tape;
    PriceCandles m_prices;
    ListenKeys m_listenKeys;
    std::unique_ptr<StreamHub> m_hub;
    std::unique_ptr<Api> m_api;
    std::unique_ptr<WsApi> m_wsApi;
    std::function<void(const Event &)> m_observer;
    bool m_hasChanged = false;
    bool m_refusesConnections = false;
};

} // namespace paper
