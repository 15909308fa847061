#pragma once

#include "app/redaction.h"
#include "models/domain/result.h"
#include "models/domain/time.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace app
{

enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warning, Error };

/// One line of the log as it was written: secrets are struck out already.
struct LogLine
{
    std::int64_t number = 0; ///< grows by one a line
    domain::Timestamp at;
    LogLevel level = LogLevel::Info;
    std::string text;
};
using LogLinesPtr = std::shared_ptr<const std::vector<LogLine>>;

/// How much the log may take on the disk.
struct LogFiles
{
    std::size_t bytes = 5 * 1024 * 1024; ///< of one file
    std::size_t count = 5;               ///< the one being written included; the oldest is dropped
};

/// Starts the log: headroom.log in that folder (mode 0600), the last 2,000 lines in memory, everything Qt
/// says included. level: trace, debug, info, warning, error. Storage: the file cannot be made; the log then
/// lives in memory and on stderr alone.
domain::Result<bool> startLogging(const QString &folder, const QString &level, LogFiles files = {});
/// Writes out what is pending and gives Qt its own handler back.
void stopLogging();

/// Any thread. Does nothing below the level asked for; secrets are struck out (redaction.h).
void log(LogLevel level, std::string_view text);

/// The last lines, oldest first, at most limit.
std::vector<LogLine> recentLog(std::size_t limit);

/// Hands new lines to the window in batches, at most ten a second. Lives on the thread that made it.
class LogFeed final : public QObject
{
    Q_OBJECT
public:
    explicit LogFeed(QObject *parent = nullptr);

signals:
    void linesArrived(const app::LogLinesPtr &lines);

private:
    void poll();

    QTimer m_timer;
    std::int64_t m_lastNumber = 0;
};

} // namespace app
