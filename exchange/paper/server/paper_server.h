#pragma once

#include "exchange/paper/core/faults.h"
#include "exchange/paper/core/rate_limits.h"
#include "exchange/paper/core/scenario.h"
#include "models/domain/exact.h"
#include "models/domain/result.h"
#include "models/domain/time.h"

#include <QByteArray>
#include <QFuture>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <memory>
#include <vector>

namespace paper
{

/// What the paper exchange runs on.
struct PaperConfig
{
    /// Account and keys are kept here between runs; created where missing. Empty: nothing is kept.
    QString dataDirectory;
    std::uint64_t seed = 1; ///< of the generated market; the same seed gives the same history
    domain::Money startBalance = domain::Money::of(10'000);
    quint16 restPort = 0;   ///< 0: any free one
    quint16 streamPort = 0; ///< 0: any free one
    quint16 wsApiPort = 0;  ///< 0: any free one
    int accounts = 1;       ///< each with startBalance and keys of its own
    /// Klines, aggTrades or trades as the exchange publishes them (.csv, .csv.gz, .zip), and bookTicker,
    /// bookDepth or historical depth beside them. Not empty: only
    /// these symbols are listed, their recorded candles are the market, and the account is a fresh one that
    /// is neither read from nor written to dataDirectory.
    QStringList replayFiles;
    int replaySpeed = 1; ///< recorded seconds a second, 1 to 1000
    int marketSpeed = 1; ///< without a recording: seconds of the generated market a second, 1 to 60
    std::vector<Scenario> scenarios; ///< of the generated market, one after the other at the start
    /// Of the first account. Both empty: made at random once and kept in dataDirectory, as those of the
    /// other accounts are.
    QByteArray apiKey;
    QByteArray secret; ///< HMAC-SHA256 secret
    /// PEM of Ed25519 public keys, the n-th for the n-th account: its requests may be signed with that key as
    /// well, and it may log on to the WebSocket API.
    QList<QByteArray> ed25519PublicKeys;
    std::vector<FaultRule> faults; ///< to begin with; seed is theirs as well
    RateLimitConfig limits;
    /// The private stream stays silent unless its address names events, as some saw on the live exchange.
    bool needsEvents = false;
    /// Paths below /control/ are served: see control.h.
    bool hasControl = false;
    /// PEM; both given: https and wss.
    QByteArray certificate;
    QByteArray privateKey;
};

/// Where a started exchange is reached and with which keys.
struct PaperEndpoints
{
    QUrl rest;    ///< http://127.0.0.1:<port> (https with a certificate), no path
    QUrl streams; ///< ws://127.0.0.1:<port> (wss), no path; routes /public, /market, /private as on the real
                  ///< one
    QUrl wsApi;   ///< ws://127.0.0.1:<port>/ws-fapi/v1 (wss)
    QByteArray apiKey; ///< of the first account
    QByteArray secret;
    struct Account
    {
        QByteArray apiKey;
        QByteArray secret;
    };
    QList<Account> others; ///< the second account and those after it
};

/// The paper exchange as a running server: REST, streams and WebSocket API of the real protocol on the
/// loopback interface.
/// It works on a thread of its own; every member may be called from any thread. Destruction stops it and
/// waits until the account is on disk.
///
/// What survives a sudden end (kill -9, a crash): everything that a request did, for its answer is sent, and
/// its events are told, only once the account is on the disk; one sync serves all requests of its time. What
/// the market did by itself (a resting order that filled, a funding payment, a liquidation) is on the disk
/// within 250 ms and the time of one write; before that it is undone by the end and the market decides anew.
/// Where saving fails, noticed() says so.
///
/// Time: the exchange's clock is this machine's, also in a replay, so signatures, orders, fills and funding
/// have real times at any replay speed. What belongs to the recording (klines, public trades, tickers) bears
/// the recorded times, which run on replaySpeed times as fast.
class PaperServer : public QObject
{
    Q_OBJECT
public:
    explicit PaperServer(PaperConfig config, QObject *parent = nullptr);
    ~PaperServer() override;

    /// Reads files and the saved account, then listens. Errors: Malformed (a replay file, named with its
    /// line), Storage (data directory), Unreachable (port taken). To be called once.
    QFuture<domain::Result<PaperEndpoints>> start();
    /// Saves the account, closes every connection and ends the thread. Storage where saving failed.
    QFuture<domain::Result<bool>> stop();
    /// Starts the accounts over: start balance, no orders, no positions, default leverage. Keys stay. Storage
    /// where the account was started over but could not be saved.
    QFuture<domain::Result<bool>> reset();
    /// These rules instead of all before; the clock is right again. Without rules nothing goes wrong.
    void setFaults(const std::vector<FaultRule> &rules);
    /// The exchange's clock against this machine's.
    void setClockAhead(domain::Milliseconds ahead);
    /// One call of the control interface (control.h) from inside, whether or not it is served: the body of
    /// the answer. Rejected with the sentence where it was refused.
    QFuture<domain::Result<QByteArray>> control(
        const QByteArray &method, const QByteArray &path, const QByteArray &body);
    /// Cuts every stream connection off, as a lost network would.
    void dropStreams();
    /// Replay only: 0 pauses, else recorded seconds a second up to 1000.
    void setReplaySpeed(int speed);

signals:
    /// A sentence for the log: a damaged state file set aside, the end of a recording, a failed save.
    /// level: 0 info, 1 warning, 2 error.
    void noticed(int level, const QString &text);
    /// Replay only, about twice a second: the recorded moment being played.
    void replayMoved(domain::Timestamp recordedAt, bool atEnd);

private:
    class Worker;
    std::unique_ptr<Worker> m_worker;
};

} // namespace paper
