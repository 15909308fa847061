#include "app/logging.h"

#include <QDir>
#include <QFile>
#include <QLoggingCategory>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <deque>
#include <mutex>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <sys/stat.h>
#include <utility>

namespace app
{
namespace
{

constexpr std::size_t ringSize = 2000;
constexpr std::size_t queueSize = 8192;
constexpr int feedIntervalMs = 100;

constexpr std::array levelNames{"trace", "debug", "info", "warning", "error"};

spdlog::level::level_enum spdlogLevel(LogLevel level)
{
    return static_cast<spdlog::level::level_enum>(level);
}

struct Log
{
    std::mutex mutex;
    std::deque<LogLine> ring; ///< oldest first
    std::int64_t lastNumber = 0;
    std::shared_ptr<spdlog::details::thread_pool> writer;
    std::shared_ptr<spdlog::logger> file;
    QtMessageHandler formerHandler = nullptr;
    bool isHandlingQt = false;
    std::atomic<LogLevel> threshold{LogLevel::Info};
    std::atomic<bool> isFileBroken{false};
};

Log &state()
{
    static Log instance;
    return instance;
}

void toRing(LogLevel level, const std::string &shown)
{
    Log &log = state();
    const domain::SystemClock clock;
    const std::lock_guard lock{log.mutex};
    log.ring.push_back({++log.lastNumber, clock.wallNow(), level, shown});
    if (log.ring.size() > ringSize) {
        log.ring.pop_front();
    }
}

/// Runs on the writer's thread: the disk is full or gone.
void noteBrokenFile(const std::string &why)
{
    if (!state().isFileBroken.exchange(true)) {
        const std::string sentence = "The log file cannot be written: " + redacted(why);
        toRing(LogLevel::Warning, sentence);
        std::fprintf(stderr, "%s\n", sentence.c_str());
    }
}

void handleQtMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    LogLevel level = LogLevel::Info;
    switch (type) {
    case QtDebugMsg:
        level = LogLevel::Debug;
        break;
    case QtInfoMsg:
        break;
    case QtWarningMsg:
        level = LogLevel::Warning;
        break;
    case QtCriticalMsg:
    case QtFatalMsg:
        level = LogLevel::Error;
        break;
    }
    std::string text = message.toStdString();
    const std::string_view category = context.category != nullptr ? context.category : "";
    if (!category.empty() && category != "default") {
        text = std::string{category} + ": " + text;
    }
    log(level, text);
    if (type == QtFatalMsg) {
        stopLogging(); // the program ends behind this; what is queued goes to the disk first
    }
}

std::shared_ptr<spdlog::sinks::sink> rotatingFile(const QString &path, LogFiles files)
{
    spdlog::file_event_handlers handlers;
    handlers.after_open = [](const spdlog::filename_t &, std::FILE *file) {
        ::fchmod(::fileno(file), 0600); // best effort: some file systems have no modes
    };
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        QFile::encodeName(path).toStdString(), files.bytes, files.count - 1, false, handlers);
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v", spdlog::pattern_time_type::utc));
    return sink;
}

} // namespace

domain::Result<bool> startLogging(const QString &folder, const QString &level, LogFiles files)
{
    Log &log = state();
    const auto named = std::ranges::find(levelNames, level.toLower().toStdString());
    log.threshold =
        named == levelNames.end() ? LogLevel::Info : static_cast<LogLevel>(named - levelNames.begin());
    log.isFileBroken = false;
    if (!log.isHandlingQt) {
        log.formerHandler = qInstallMessageHandler(&handleQtMessage);
        log.isHandlingQt = true;
    }
    try {
        if (!QDir{}.mkpath(folder)) {
            throw spdlog::spdlog_ex{"the folder cannot be made"};
        }
        auto sink = rotatingFile(QDir{folder}.filePath(QStringLiteral("headroom.log")), files);
        auto writer = std::make_shared<spdlog::details::thread_pool>(queueSize, 1);
        auto file = std::make_shared<spdlog::async_logger>(
            "headroom", std::move(sink), writer, spdlog::async_overflow_policy::overrun_oldest);
        file->set_level(spdlog::level::trace);
        file->flush_on(spdlog::level::info);
        file->set_error_handler(&noteBrokenFile);
        const std::lock_guard lock{log.mutex};
        log.file = std::move(file);
        log.writer = std::move(writer);
        return true;
    } catch (const spdlog::spdlog_ex &problem) {
        return domain::failure(domain::ErrorCode::Storage, "The log file in “" + folder.toStdString() +
                                                               "” cannot be made (" + problem.what() +
                                                               "); the log is kept in memory only.");
    }
}

void stopLogging()
{
    Log &log = state();
    std::shared_ptr<spdlog::logger> file;
    std::shared_ptr<spdlog::details::thread_pool> writer;
    {
        const std::lock_guard lock{log.mutex};
        file.swap(log.file);
        writer.swap(log.writer);
    }
    if (std::exchange(log.isHandlingQt, false)) {
        qInstallMessageHandler(log.formerHandler);
    }
    // The writer empties its queue before it ends.
}

void log(LogLevel level, std::string_view text)
{
    Log &log = state();
    if (level < log.threshold) {
        return;
    }
    const std::string shown = redacted(text);
    toRing(level, shown);
    std::shared_ptr<spdlog::logger> file;
    std::shared_ptr<spdlog::details::thread_pool>
        writer; // outlives the call although another thread may stop the log
    {
        const std::lock_guard lock{log.mutex};
        file = log.file;
        writer = log.writer;
    }
    if (file) {
        file->log(spdlogLevel(level), spdlog::string_view_t{shown});
    }
    if (!file || level >= LogLevel::Warning) {
        std::fprintf(stderr, "%s: %s\n", levelNames[static_cast<std::size_t>(level)], shown.c_str());
    }
}

std::vector<LogLine> recentLog(std::size_t limit)
{
    Log &log = state();
    const std::lock_guard lock{log.mutex};
    const auto count = static_cast<std::ptrdiff_t>(std::min(limit, log.ring.size()));
    return {log.ring.end() - count, log.ring.end()};
}

LogFeed::LogFeed(QObject *parent) : QObject{parent}
{
    connect(&m_timer, &QTimer::timeout, this, &LogFeed::poll);
    m_timer.start(feedIntervalMs);
}

void LogFeed::poll()
{
    Log &log = state();
    auto lines = std::make_shared<std::vector<LogLine>>();
    {
        const std::lock_guard lock{log.mutex};
        const auto first = std::ranges::upper_bound(log.ring, m_lastNumber, {}, &LogLine::number);
        lines->assign(first, log.ring.end());
    }
    if (!lines->empty()) {
        m_lastNumber = lines->back().number;
        emit linesArrived(lines);
    }
}

} // namespace app
