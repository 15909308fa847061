#include "tests/killtest/crash_point.h"

#include <QStringList>

#include <array>
#include <cstdio>
#include <mutex>
#include <signal.h>
#include <thread>
#include <unistd.h>

namespace killtest
{
namespace
{

constexpr std::array<const char *, CrashPoint::kinds> words{
    "time", "intent", "queued", "inflight", "working", "unknown", "recovery"};

CrashPoint::Kind kindOf(domain::OrderPhase phase)
{
    switch (phase) {
    case domain::OrderPhase::Queued:
        return CrashPoint::Kind::Queued;
    case domain::OrderPhase::InFlight:
        return CrashPoint::Kind::InFlight;
    case domain::OrderPhase::Unknown:
        return CrashPoint::Kind::Unknown;
    case domain::OrderPhase::Working:
        return CrashPoint::Kind::Working;
    case domain::OrderPhase::Done:
    case domain::OrderPhase::Quarantined:
        break;
    }
    return CrashPoint::Kind::Time;
}

void crashAfter(std::chrono::microseconds delay, CrashPoint::Kind kind)
{
    std::thread{[delay, kind] {
        std::this_thread::sleep_for(delay);
        crash(kind);
    }}.detach();
}

} // namespace

const char *toWord(CrashPoint::Kind kind)
{
    return words[static_cast<std::size_t>(kind)];
}

QString CrashPoint::toString() const
{
    return QStringLiteral("%1:%2").arg(QLatin1StringView{toWord(kind)}).arg(number);
}

std::optional<CrashPoint> CrashPoint::parse(const QString &text)
{
    const QStringList parts = text.split(u':');
    bool isNumber = false;
    const int number = parts.value(1).toInt(&isNumber);
    for (int i = 0; i < kinds && isNumber; ++i) {
        const auto kind = static_cast<Kind>(i);
        if (parts.size() == 2 && parts[0] == QLatin1StringView{toWord(kind)}) {
            return CrashPoint{kind, number};
        }
    }
    return std::nullopt;
}

void say(const std::string &line)
{
    static std::mutex mutex;
    const std::lock_guard lock{mutex};
    std::puts(line.c_str());
    std::fflush(stdout);
}

void crash(CrashPoint::Kind kind)
{
    say(std::string{"at "} + toWord(kind));
    ::kill(::getpid(), SIGKILL);
    for (;;) {
        ::pause();
    }
}

void Crasher::sessionBegan() const
{
    if (m_point.kind == CrashPoint::Kind::Recovery) {
        crashAfter(std::chrono::milliseconds{m_point.number}, m_point.kind);
    }
}

void Crasher::submitting(int microseconds)
{
    if (m_point.kind == CrashPoint::Kind::Intent && ++m_count == m_point.number) {
        crashAfter(std::chrono::microseconds{microseconds}, m_point.kind);
    }
}

void Crasher::seen(const domain::Order &order)
{
    if (m_point.kind != CrashPoint::Kind::Time && kindOf(order.phase) == m_point.kind &&
        ++m_count == m_point.number) {
        crash(m_point.kind);
    }
}

} // namespace killtest
