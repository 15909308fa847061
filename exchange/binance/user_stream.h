#pragma once

#include "exchange/binance/listen_key_keeper.h"
#include "exchange/binance/rest_client.h"
#include "exchange/binance/wire_stream.h"
#include "exchange/transport/stream_socket.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <map>
#include <string>

namespace binance
{

/// The account's own events: makes a listen key, keeps it alive, replaces it when it ends, and keeps one
/// socket on it. Lives on the exchange thread.
class UserStream : public QObject
{
    Q_OBJECT
public:
    UserStream(RestClient &rest, QObject *parent = nullptr);

    void start();
    void stop();
    /// Gives the connection up and makes a new one at once.
    void reconnect(const QString &reason);
    bool isConnected() const;
    /// Null before the first listen key.
    const transport::StreamSocket *socket() const { return m_socket; }
    /// Events of types this program does not know, by type.
    const std::map<std::string, std::int64_t> &unknownEvents() const { return m_unknownEvents; }

signals:
    void received(const binance::StreamEvent &event);
    void gapOpened();
    /// The stream is up (again): compare everything with REST.
    void connected();
    void stateChanged();
    void noticed(int level, const QString &text);

private:
    void carryOut(const ListenKeyKeeper::Effects &effects);
    void carryOutOne(const ListenKeyKeeper::AskKey &);
    void carryOutOne(const ListenKeyKeeper::KeepAlive &);
    void carryOutOne(const ListenKeyKeeper::UseKey &use);
    void carryOutOne(const ListenKeyKeeper::KeyLost &lost);
    void onText(const QByteArray &text);

    RestClient &m_rest;
    transport::StreamSocket *m_socket = nullptr;
    ListenKeyKeeper m_keeper;
    QTimer *m_wake;
    StreamFrame m_frame;
    std::map<std::string, std::int64_t> m_unknownEvents;
    std::int64_t m_unreadable = 0; ///< messages that could not be read
    bool m_isStopped = true;
};

} // namespace binance
