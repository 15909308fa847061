#pragma once

#include "exchange/binance/binance_account.h"
#include "exchange/binance/binance_market_data.h"
#include "exchange/binance/binance_trading.h"
#include "exchange/binance/rest_client.h"
#include "exchange/binance/user_stream.h"
#include "models/ports/venue_health.h"

#include <QTimer>

#include <mutex>

namespace binance
{

/// What the sockets, the queue, the clock and the account say, as one picture. Lives on the exchange thread.
class BinanceHealth final : public ports::VenueHealth
{
    Q_OBJECT
public:
    BinanceHealth(const RestClient &rest, const BinanceMarketData &market, const UserStream &user,
        const BinanceAccount &account, const BinanceTrading &trading, QObject *parent = nullptr);

    ports::HealthPtr state() const override;

    void start();
    void stop();
    /// Something changed: tells it at once.
    void update();
    /// Something small changed: tells it with what else changes in this moment.
    void updateSoon();

private:
    QString blockedReason() const;

    const RestClient &m_rest;
    const BinanceMarketData &m_market;
    const UserStream &m_user;
    const BinanceAccount &m_account;
    const BinanceTrading &m_trading;
    QTimer *m_timer;
    QTimer *m_soon; ///< gathers the changes of one moment into one picture
    bool m_isStopped = true;
    mutable std::mutex m_publishedMutex; ///< state() answers on any thread without waiting for this one
    ports::HealthPtr m_published;
};

} // namespace binance
