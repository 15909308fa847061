#include "app/alerts/webhook.h"

#include "models/live/text.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QTimer>

#include <utility>

namespace app
{
namespace
{

constexpr int timeoutMs = 5'000;

QString severityName(domain::Alert::Severity severity)
{
    switch (severity) {
    case domain::Alert::Severity::Info:
        return QStringLiteral("info");
    case domain::Alert::Severity::Warning:
        return QStringLiteral("warning");
    case domain::Alert::Severity::Critical:
        break;
    }
    return QStringLiteral("critical");
}

} // namespace

QByteArray webhookBody(const AlertOrder &order, const QString &venue)
{
    const domain::Alert &alert = order.entry.alert;
    const QString at =
        QDateTime::fromMSecsSinceEpoch(domain::toMs(alert.at), Qt::UTC).toString(Qt::ISODateWithMs);
    return QJsonDocument{
        QJsonObject{{QStringLiteral("program"), QStringLiteral("Headroom")}, {QStringLiteral("venue"), venue},
            {QStringLiteral("kind"), live::toQString(domain::toWord(alert.kind))},
            {QStringLiteral("severity"), severityName(alert.severity)},
            {QStringLiteral("symbol"), live::toQString(alert.symbol)},
            {QStringLiteral("clientOrderId"), live::toQString(alert.clientOrderId)},
            {QStringLiteral("text"), live::toQString(alert.text)}, {QStringLiteral("at"), at},
            {QStringLiteral("repetition"), order.repetition}}}
        .toJson(QJsonDocument::Compact);
}

Webhook::Webhook(QObject *parent) : QObject{parent}
{
    m_network.setTransferTimeout(timeoutMs);
    m_network.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
}

void Webhook::post(const QUrl &url, const QByteArray &body, Done done)
{
    m_queue.push_back({url, body, std::move(done), 0});
    if (m_queue.size() > capacity) {
        // The one under way stays; of those that wait the oldest goes.
        const auto oldest = m_queue.begin() + (m_isBusy ? 1 : 0);
        const Done gone = std::move(oldest->done);
        m_queue.erase(oldest);
        emit givenUp(tr("Too many alerts wait for the webhook; the oldest was dropped."));
        if (gone) {
            gone(false, tr("Too many alerts were waiting."));
        }
    }
    next();
}

void Webhook::next()
{
    if (!m_isBusy && !m_queue.empty()) {
        m_isBusy = true;
        send();
    }
}

void Webhook::send()
{
    Post &post = m_queue.front();
    ++post.tries;
    QNetworkRequest request{post.url};
    request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
    request.setHeader(QNetworkRequest::UserAgentHeader, QByteArrayLiteral("Headroom"));
    QNetworkReply *reply = m_network.post(request, post.body);
    connect(reply, &QNetworkReply::finished, this, [this, reply] {
        reply->deleteLater();
        const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (status >= 200 && status < 300) {
            finish(true, tr("answered with %1").arg(status));
            return;
        }
        const QString why = status > 0 ? tr("answered with %1").arg(status) : reply->errorString();
        const int tries = m_queue.front().tries;
        // What the other side refuses for good is not asked again.
        const bool isFinal = status >= 300 && status < 500 && status != 408 && status != 429;
        if (isFinal || tries > repeats) {
            finish(false, why);
            return;
        }
        QTimer::singleShot(m_firstPause * (1 << (2 * (tries - 1))), this, &Webhook::send);
    });
}

void Webhook::finish(bool delivered, const QString &sentence)
{
    const Post post = std::move(m_queue.front());
    m_queue.pop_front();
    m_isBusy = false;
    if (!delivered) {
        emit givenUp(
            tr("The webhook did not take an alert after %1 tries: %2").arg(post.tries).arg(sentence));
    }
    if (post.done) {
        post.done(delivered, sentence);
    }
    next();
}

} // namespace app
