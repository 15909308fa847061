#pragma once

#include "exchange/binance/call.h"
#include "exchange/binance/endpoints.h"
#include "exchange/binance/signing.h"
#include "exchange/transport/request_pump.h"
#include "models/domain/market/clock_offset.h"
#include "models/domain/result.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace binance
{

/// The venue's REST interface: address, key, time stamp, signature and the meaning of its answers. Keeps the
/// offset of the venue's clock. Lives on the exchange thread.
class RestClient : public QObject
{
    Q_OBJECT
public:
    /// Runs on the exchange thread.
    using Handler = std::function<void(const transport::PumpAnswer &)>;
    using BodyHandler = std::function<void(const domain::Result<QByteArray> &)>;

    RestClient(Endpoints endpoints, std::shared_ptr<Signer> signer, std::string apiKey,
        const domain::Clock &clock, QObject *parent = nullptr);

    /// Makes the pump and begins to measure the clock. pause: what pauseChanged() told an earlier run, which
    /// was at work last at earlierLifeEndedAt by the wall clock.
    void start(const transport::Throttle::PauseState &pause = {}, domain::Timestamp earlierLifeEndedAt = {});
    /// Takes nothing new; what waits ends as NotSent.
    void stop();
    bool isStopped() const { return m_isStopped; }

    /// Answers the handler once, unless the context is gone by then. Before start() the request waits for it.
    void send(const Call &call, QObject *context, Handler handler);
    /// The same for requests of which only success or failure matters.
    void fetch(const Call &call, QObject *context, BodyHandler handler);
    /// Requests handed in and not answered.
    int pendingCount() const { return m_pending; }

    bool hasKeys() const { return m_signer != nullptr && !m_apiKey.empty(); }
    const Endpoints &endpoints() const { return m_endpoints; }
    const domain::Clock &clock() const { return m_clock; }
    /// The venue's time; this machine's as long as it is not known.
    domain::Timestamp serverNow() const;
    const domain::ClockOffset &clockOffset() const { return m_offset; }
    /// Forgets what is known of the venue's clock and measures anew: nothing is signed until it is known.
    void forgetClock();
    /// One for all sockets to the venue's host, which shuts out who connects too often.
    const std::shared_ptr<transport::ConnectGate> &connectGate() const { return m_connectGate; }
    /// Null before start().
    transport::RequestPump *pump() const { return m_pump; }

signals:
    void clockKnown(); ///< for the first time, and after each loss
    void healthChanged();
    void pauseChanged(
        const transport::Throttle::PauseState &pause); ///< to be kept for the next run's start()
    void alarmed(const QString &text);

private:
    domain::Result<transport::HttpRequest> build(const Call &call);
    domain::Result<domain::Timestamp> signingTime() const;
    transport::AnswerVerdict classify(const transport::HttpAnswer &answer);
    void measureClock(int samplesLeft);

    Endpoints m_endpoints;
    std::shared_ptr<Signer> m_signer;
    std::string m_apiKey;
    const domain::Clock &m_clock;
    std::shared_ptr<transport::ConnectGate> m_connectGate = std::make_shared<transport::ConnectGate>();
    transport::RequestPump *m_pump = nullptr;
    domain::ClockOffset m_offset;
    QTimer *m_clockTimer;
    std::vector<std::function<void()>> m_early; ///< requests handed in before start()
    bool m_isMeasuring = false;
    bool m_isStopped = false;
    int m_pending = 0;
};

} // namespace binance
