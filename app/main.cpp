#include "app/application.h"
#include "app/command_line.h"
#include "app/data_directory.h"
#include "app/logging.h"
#include "app/unix_signals.h"

#include <QApplication>
#include <QNetworkProxy>

#include <cstdio>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace
{

/// Keeps secrets out of core files and of other programs' debuggers, and drops what a hostile environment
/// could steer.
void harden()
{
    constexpr rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
    for (const char *name : {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY",
             "ALL_PROXY", "SSLKEYLOGFILE", "QTKEYCHAIN_BACKEND", "QT_PLUGIN_PATH"}) {
        ::unsetenv(name);
    }
}

int refuse(const domain::Error &error)
{
    std::fprintf(stderr, "headroom: %s\n", error.detail.c_str());
    return 1;
}

} // namespace

int main(int argc, char **argv)
{
    harden();
    QStringList arguments;
    for (int i = 0; i < argc; ++i) {
        arguments << QString::fromLocal8Bit(argv[i]);
    }
    const app::CommandLineAnswer answer = app::parseCommandLine(arguments);
    if (!answer.options) {
        std::fputs(qPrintable(answer.text), answer.exitCode == 0 ? stdout : stderr);
        return answer.exitCode;
    }

    QApplication qt{argc, argv};
    QApplication::setApplicationName(QStringLiteral("headroom"));
    QApplication::setApplicationDisplayName(QStringLiteral("Headroom"));
    QApplication::setApplicationVersion(QStringLiteral(HEADROOM_VERSION));
    QApplication::setQuitOnLastWindowClosed(
        false); // one window closes and another opens when the venue changes
    QNetworkProxy::setApplicationProxy(QNetworkProxy::NoProxy);

    const auto data = app::DataDirectory::open(answer.options->dataDirectory);
    if (!data) {
        return refuse(data.error());
    }
    if (const auto logging = app::startLogging(data->logFolder(), answer.options->logLevel); !logging) {
        std::fprintf(stderr, "headroom: %s\n", logging.error().detail.c_str());
    }
    app::log(app::LogLevel::Info, "Headroom " HEADROOM_VERSION " starts");

    int exitCode = 0;
    {
        const domain::SystemClock clock;
        app::Application application{*answer.options, *data, clock};
        const app::UnixSignals unixSignals;
        QObject::connect(
            &unixSignals, &app::UnixSignals::terminationRequested, &application, &app::Application::quit);
        QMetaObject::invokeMethod(&application, &app::Application::start, Qt::QueuedConnection);
        exitCode = QApplication::exec();
    }
    app::log(app::LogLevel::Info, "Headroom ends");
    app::stopLogging();
    return exitCode;
}
