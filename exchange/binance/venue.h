#pragma once

#include "exchange/binance/endpoints.h"
#include "exchange/binance/signing.h"
#include "models/domain/time.h"
#include "models/ports/account.h"
#include "models/ports/journal.h"
#include "models/ports/market_data.h"
#include "models/ports/trading.h"
#include "models/ports/venue_health.h"

#include <QObject>

#include <memory>
#include <string>

namespace binance
{

/// One venue with all that reaches it: sockets, request queue, clock offset, market data, trading, account.
///
/// Threads. Construct it on any thread, move it to the exchange thread with moveToThread() before start();
/// its parts are its children and move along. start(), stop() and everything of the four ports may then be
/// called from any thread: calls hop to the exchange thread and answer by future; signals come from there.
/// Delete it on the exchange thread (deleteLater, or after that thread has ended) and after stop() has
/// answered. Journal and clock must outlive it and be callable from any thread.
class Venue final : public QObject
{
    Q_OBJECT
public:
    /// signer and apiKey: none gives a venue of public data, whose trading answers Unauthorized.
    Venue(Endpoints endpoints, std::shared_ptr<Signer> signer, std::string apiKey, ports::Journal &journal,
        const domain::Clock &clock, QObject *parent = nullptr);
    ~Venue() override;

    /// Opens everything and recovers what the journal holds unresolved. Health and the ports' signals say how
    /// it goes; nothing waits.
    void start();
    /// Takes no new work, gives up what was not sent, closes sockets; the listen key stays, since other
    /// programs of the account may share it. Answers true once nothing is in flight or after three seconds.
    QFuture<bool> stop();

    /// The account was started over at the venue (paper): its past explains nothing any more.
    void accountWasReset();

    const Endpoints &endpoints() const;
    bool hasKeys() const;
    ports::MarketData &marketData();
    ports::Trading &trading();
    ports::Account &account();
    ports::VenueHealth &health();

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace binance
