#pragma once

#include "tests/killtest/crash_point.h"

#include <QString>

#include <cstdint>

namespace killtest
{

/// What one life of the program is told on its command line.
struct Life
{
    QString folder; ///< data folder; the same for all lives that follow each other
    quint16 restPort = 0;
    quint16 streamPort = 0;
    QString credentials;  ///< file
    QString acknowledged; ///< file: client order ids the lives before had confirmed, one a line
    std::uint64_t seed = 0;
    CrashPoint point;
    bool isLast = false; ///< compares with the exchange and ends
};

/// Opens the real program, compares it with the exchange, then trades until it is killed. On the standard
/// output, a line each: "ready", "diverged SENTENCE", "unresolved ID", "verified", "sent ID
/// opening|reducing", "ack ID", "at POINT".
int live(const Life &life);

} // namespace killtest
