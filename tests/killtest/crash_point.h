#pragma once

#include "models/domain/order.h"

#include <QString>

#include <atomic>
#include <cstdint>
#include <optional>

namespace killtest
{

/// Where a program ends by its own hand, without a destructor run or a buffer written.
struct CrashPoint
{
    enum class Kind : std::uint8_t {
        Time,     ///< nowhere: it is killed from outside
        Intent,   ///< some microseconds after the number-th order was asked for, while its intent is stored
        Queued,   ///< as the number-th intent is stored, before the network has it
        InFlight, ///< as the number-th order is handed over
        Working,  ///< as the number-th order is answered, before its new state is stored
        Unknown,  ///< as the number-th answer is lost
        Recovery, ///< so many milliseconds after the session began
    };
    static constexpr int kinds = 7;

    Kind kind = Kind::Time;
    int number = 1;

    QString toString() const; ///< "queued:3"
    static std::optional<CrashPoint> parse(const QString &text);
};

const char *toWord(CrashPoint::Kind kind);

/// One line to the standard output, at once. From any thread.
void say(const std::string &line);
/// Says where, then is gone.
[[noreturn]] void crash(CrashPoint::Kind kind);

/// Counts what happens and crashes when the point is there. From any thread.
class Crasher
{
public:
    explicit Crasher(CrashPoint point) : m_point{point} {}

    void sessionBegan() const;
    void submitting(int microseconds);
    void seen(const domain::Order &order);

private:
    CrashPoint m_point;
    std::atomic<int> m_count = 0;
};

} // namespace killtest
