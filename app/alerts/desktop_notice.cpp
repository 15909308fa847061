#include "app/alerts/desktop_notice.h"

#include "models/ports/future.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QFileInfo>
#include <QThreadPool>
#include <QVariantMap>

namespace app
{
namespace
{

constexpr int timeoutMs = 3'000;

struct Outcome
{
    bool isShown = false;
    QString sentence;
};

/// Without a bus QtDBus would start one, and wait for it.
bool hasSessionBus()
{
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS") ||
           QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus"));
}

/// Notices may be read as mark-up: what comes from outside is shown as it is.
QString plain(const QString &text)
{
    return text.toHtmlEscaped();
}

Outcome notify(const QString &title, const QString &text, bool critical, bool withSound)
{
    if (!hasSessionBus()) {
        return {false, QObject::tr("there is no desktop session to show it")};
    }
    QVariantMap hints;
    hints[QStringLiteral("urgency")] = QVariant::fromValue<uchar>(critical ? 2 : 1);
    hints[QStringLiteral("desktop-entry")] = QStringLiteral("headroom");
    if (withSound) {
        hints[QStringLiteral("sound-name")] =
            critical ? QStringLiteral("dialog-error") : QStringLiteral("dialog-warning");
    } else {
        hints[QStringLiteral("suppress-sound")] = true;
    }
    QDBusMessage message = QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.Notifications"),
        QStringLiteral("/org/freedesktop/Notifications"), QStringLiteral("org.freedesktop.Notifications"),
        QStringLiteral("Notify"));
    message.setArguments({QStringLiteral("Headroom"), QVariant::fromValue<uint>(0),
        QStringLiteral("headroom"), title, plain(text), QStringList{}, hints, critical ? 0 : -1});
    const QDBusMessage answer = QDBusConnection::sessionBus().call(message, QDBus::Block, timeoutMs);
    if (answer.type() == QDBusMessage::ErrorMessage) {
        return {false, answer.errorMessage()};
    }
    return {true, QObject::tr("the desktop took it")};
}

} // namespace

void showDesktopNotice(QObject *receiver, const QString &title, const QString &text, bool critical,
    bool withSound, std::function<void(bool shown, const QString &sentence)> done)
{
    auto promise = std::make_shared<QPromise<Outcome>>();
    promise->start();
    ports::whenFinished(promise->future(), receiver,
        [done = std::move(done)](const Outcome &outcome) { done(outcome.isShown, outcome.sentence); });
    QThreadPool::globalInstance()->start([promise, title, text, critical, withSound] {
        promise->addResult(notify(title, text, critical, withSound));
        promise->finish();
    });
}

} // namespace app
