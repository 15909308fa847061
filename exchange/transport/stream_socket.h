#pragma once

#include "exchange/transport/stream_supervisor.h"

#include <QByteArray>
#include <QList>
#include <QNetworkProxy>
#include <QObject>
#include <QSslCertificate>
#include <QString>
#include <QTimer>
#include <QUrl>

#include <cstdint>
#include <map>
#include <optional>

class QWebSocket;

namespace transport
{

struct StreamSocketOptions
{
    QUrl url;
    StreamOptions supervision;
    QNetworkProxy proxy{QNetworkProxy::NoProxy}; ///< never taken from the environment
    QList<QSslCertificate> extraAuthorities;     ///< trusted besides the system's
    quint64 messageSizeMax = quint64{4} * 1024 * 1024;
    std::uint64_t seed = 0; ///< of the jitter
};

/// One subscription socket that stays up: a QWebSocket under a StreamSupervisor. TLS is always verified.
/// Lives on one thread; a listener that wants it gone calls deleteLater().
class StreamSocket : public QObject
{
    Q_OBJECT
public:
    StreamSocket(const domain::Clock &clock, StreamSocketOptions options, QObject *parent = nullptr);
    ~StreamSocket() override;

    void start();
    void stop();
    /// The address of later connections; an open one is given up for a new one at once.
    void setUrl(const QUrl &url);
    /// Claims are counted. False: the socket holds streamsMax others already.
    bool subscribe(const QString &name);
    void unsubscribe(const QString &name);
    /// Optional: tells which stream a message belonged to, so that its own silence is noticed.
    void heard(const std::string &name);
    /// The venue announced the end of this connection: a new one is made beside it, without a gap.
    void renew();
    /// Gives the connection up and makes a new one at once.
    void reconnect(const QString &reason);

    StreamState state() const { return m_supervisor.state(); }
    QString reason() const;
    std::uint64_t epoch() const { return m_supervisor.epoch(); }
    int subscriptions() const { return m_supervisor.subscriptions(); }
    std::int64_t messages() const { return m_messages; }
    int reconnects() const { return m_supervisor.reconnects(); }
    std::optional<domain::Milliseconds> silentFor() const;
    std::optional<domain::Milliseconds> roundTrip() const { return m_supervisor.roundTrip(); }
    std::optional<domain::Milliseconds> retryIn() const;

signals:
    /// One message, UTF-8. During a planned renewal both connections speak for some seconds: messages may
    /// come twice.
    void textReceived(const QByteArray &text);
    void stateChanged(transport::StreamState state);
    /// Messages may be missing from here on; rebuild what depends on them after `resubscribed`.
    void gapOpened(quint64 epoch);
    /// All subscriptions have been asked for: at the first start, after a loss, when a silent connection
    /// speaks again, and (isRenewal) without any gap.
    void resubscribed(quint64 epoch, bool isRenewal);
    void streamSilent(const QString &name);

private:
    void apply(const StreamEffects &effects);
    void open(std::uint64_t epoch);
    void discard(std::uint64_t epoch);
    void receive(std::uint64_t epoch, const QByteArray &text);
    void schedule();

    const domain::Clock &m_clock;
    StreamSocketOptions m_options;
    StreamSupervisor m_supervisor;
    std::map<std::uint64_t, QWebSocket *> m_sockets;
    QTimer m_wake;
    std::int64_t m_messages = 0;
};

} // namespace transport
