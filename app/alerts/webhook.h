#pragma once

#include "app/alerts/alert_router.h"

#include <QByteArray>
#include <QNetworkAccessManager>
#include <QObject>
#include <QUrl>

#include <deque>
#include <functional>

namespace app
{

/// The JSON that a webhook gets: {"program", "venue", "kind", "severity", "symbol", "clientOrderId", "text",
/// "at" (ISO 8601, UTC), "repetition"}. Kind and severity are words that do not change: "UNKNOWN",
/// "critical". symbol and clientOrderId are empty where the alert concerns none. Nothing secret is in it.
QByteArray webhookBody(const AlertOrder &order, const QString &venue);

/// Posts alerts to an address of the user, one at a time, oldest first. Has a network access manager of its
/// own, on the thread it lives on; no order passes here. What fails is tried three times more, after 1, 4 and
/// 16 s. Beyond fifty waiting the oldest goes. Redirects are not followed. GUI thread.
class Webhook final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::size_t capacity = 50;
    static constexpr int repeats = 3;
    using Done = std::function<void(bool delivered, const QString &sentence)>;

    explicit Webhook(QObject *parent = nullptr);
    /// done, if given, is called once: delivered, or given up.
    void post(const QUrl &url, const QByteArray &body, Done done = {});
    std::size_t waiting() const { return m_queue.size(); }
    /// Time before the first repeat; each further one waits four times longer.
    void setFirstPause(domain::Milliseconds pause) { m_firstPause = pause; }

signals:
    void givenUp(const QString &sentence);

private:
    struct Post
    {
        QUrl url;
        QByteArray body;
        Done done;
        int tries = 0;
    };
    void next();
    void send();
    void finish(bool delivered, const QString &sentence);

    QNetworkAccessManager m_network;
    std::deque<Post> m_queue; ///< the front one is under way while m_isBusy
    bool m_isBusy = false;
    domain::Milliseconds m_firstPause{1'000};
};

} // namespace app
