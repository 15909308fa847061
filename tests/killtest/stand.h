#pragma once

#include "tests/killtest/crash_point.h"

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <set>

namespace killtest
{

/// What all stands together saw.
struct Tally
{
    int toRun = 0; ///< not begun yet
    int runs = 0;
    std::array<int, CrashPoint::kinds> kills = {};
    std::int64_t acknowledged = 0;
    std::int64_t sent = 0;
    std::int64_t comparisons = 0;
    int unresolved = 0;
    int divergences = 0;
};

/// One exchange, one data folder, and one program after the other on it, each killed. Every fifty runs all of
/// them begin anew.
class Stand : public QObject
{
    Q_OBJECT
public:
    Stand(int number, std::uint64_t seed, Tally &tally);
    ~Stand() override;

    void start();

signals:
    void finished();

private:
    bool openExchange();
    void closeExchange();
    void paceLife();
    void beginLife();
    void readLine(const QByteArray &line);
    void endLife();
    void checkWire();
    void diverged(const QString &what);
    void killLife();
    CrashPoint nextPoint();
    int below(int limit) { return static_cast<int>(m_random() % static_cast<std::uint64_t>(limit)); }
    QString file(const char *name) const { return m_folder->filePath(QLatin1StringView{name}); }
    bool write(const char *name, const QByteArray &content) const;

    int m_number;
    std::mt19937_64 m_random;
    Tally &m_tally;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QProcess> m_exchange;
    std::unique_ptr<QProcess> m_life;
    QTimer m_kill;     ///< the end of this life
    QTimer m_patience; ///< no life may last longer
    QElapsedTimer m_clock;
    std::deque<qint64> m_starts; ///< of lives, in the last minute
    QByteArray m_rest;
    QByteArray m_streams;
    QByteArray m_key;
    QByteArray m_secret;
    CrashPoint m_point;
    bool m_isLast = false; ///< this life only compares
    bool m_wasKilled = false;
    int m_runsHere = 0;
    CrashPoint::Kind m_endedAt = CrashPoint::Kind::Time;
    std::set<QByteArray> m_acknowledged; ///< since the last comparison
    std::set<QByteArray> m_sent;
    std::set<QByteArray> m_reducing;
};

} // namespace killtest
