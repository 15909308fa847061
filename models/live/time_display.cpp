#include "models/live/time_display.h"

#include <QDateTime>

namespace live
{

namespace
{

QString format(domain::Timestamp at, bool isUtc, const QString &pattern)
{
    if (domain::toMs(at) == 0) {
        return {};
    }
    return QDateTime::fromMSecsSinceEpoch(domain::toMs(at), isUtc ? Qt::UTC : Qt::LocalTime)
        .toString(pattern);
}

} // namespace

void TimeDisplay::setUtc(bool utc)
{
    if (utc != m_isUtc) {
        m_isUtc = utc;
        emit changed();
    }
}

QString TimeDisplay::time(domain::Timestamp at) const
{
    return format(at, m_isUtc, QStringLiteral("HH:mm:ss"));
}

QString TimeDisplay::timeMs(domain::Timestamp at) const
{
    return format(at, m_isUtc, QStringLiteral("HH:mm:ss.zzz"));
}

QString TimeDisplay::dateTime(domain::Timestamp at) const
{
    return format(at, m_isUtc, QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

QString TimeDisplay::zone() const
{
    return m_isUtc ? QStringLiteral("UTC") : QDateTime::currentDateTime().timeZoneAbbreviation();
}

} // namespace live
