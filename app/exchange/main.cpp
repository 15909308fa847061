#include "app/exchange/options.h"
#include "app/unix_signals.h"

#include <QCoreApplication>
#include <QFutureWatcher>

#include <cstdio>

namespace
{

void say(const QByteArray &name, const QByteArray &value)
{
    std::printf("%s=%s\n", name.constData(), value.constData());
}

/// One line each, name=value; the last line says that requests may come.
void introduce(const paper::PaperEndpoints &at)
{
    say("rest", at.rest.toEncoded());
    say("streams", at.streams.toEncoded());
    say("ws-api", at.wsApi.toEncoded());
    say("api-key", at.apiKey);
    say("secret", at.secret);
    for (qsizetype i = 0; i < at.others.size(); ++i) {
        const QByteArray number = QByteArray::number(i + 2);
        say("api-key-" + number, at.others[i].apiKey);
        say("secret-" + number, at.others[i].secret);
    }
    std::puts("ready");
    std::fflush(stdout);
}

template <class Value, class Then> void whenDone(QObject *context, const QFuture<Value> &future, Then then)
{
    auto *watcher = new QFutureWatcher<Value>{context};
    QObject::connect(watcher, &QFutureWatcher<Value>::finished, context, [watcher, then] {
        watcher->deleteLater();
        then(watcher->result());
    });
    watcher->setFuture(future);
}

/// True where all went well.
template <class Value> bool isWell(const domain::Result<Value> &result)
{
    if (!result) {
        std::fprintf(stderr, "headroom-exchange: %s\n", result.error().detail.c_str());
    }
    return result.has_value();
}

} // namespace

int main(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 0; i < argc; ++i) {
        arguments << QString::fromLocal8Bit(argv[i]);
    }
    app::ExchangeOptions options = app::parseExchangeOptions(arguments);
    if (!options.config) {
        std::fputs(qPrintable(options.text), options.exitCode == 0 ? stdout : stderr);
        return options.exitCode;
    }
    QCoreApplication qt{argc, argv};
    const app::UnixSignals unixSignals;
    paper::PaperServer server{std::move(*options.config)};
    QObject::connect(&server, &paper::PaperServer::noticed, &qt,
        [](int, const QString &text) { std::fprintf(stderr, "headroom-exchange: %s\n", qPrintable(text)); });
    whenDone(&qt, server.start(), [](const domain::Result<paper::PaperEndpoints> &at) {
        isWell(at) ? introduce(*at) : QCoreApplication::exit(1);
    });
    QObject::connect(&unixSignals, &app::UnixSignals::terminationRequested, &qt, [&] {
        whenDone(&qt, server.stop(),
            [](const domain::Result<bool> &saved) { QCoreApplication::exit(isWell(saved) ? 0 : 1); });
    });
    return QCoreApplication::exec();
}
