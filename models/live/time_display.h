#pragma once

#include "models/domain/time.h"

#include <QObject>
#include <QString>

namespace live
{

/// Times in the window, in local time or UTC by the user's choice.
class TimeDisplay final : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    bool isUtc() const { return m_isUtc; }
    void setUtc(bool utc);
    QString time(domain::Timestamp at) const;     ///< "12:04:10"; empty for the epoch
    QString timeMs(domain::Timestamp at) const;   ///< "12:04:10.125"; empty for the epoch
    QString dateTime(domain::Timestamp at) const; ///< "2026-11-23 12:04:10"; empty for the epoch
    QString zone() const;                         ///< "UTC" or the local zone's abbreviation

signals:
    void changed();

private:
    bool m_isUtc = false;
};

} // namespace live
