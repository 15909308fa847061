#include "app/command_line.h"

#include <QCommandLineParser>

#include <array>

namespace app
{
namespace
{

constexpr std::array names{"paper", "testnet", "mainnet", "custom"};
constexpr std::array logLevels{"trace", "debug", "info", "warning", "error"};

CommandLineAnswer refusal(const QString &sentence)
{
    return {std::nullopt, sentence + QStringLiteral("\nheadroom --help lists what can be said.\n"), 2};
}

QString quoted(const QString &text)
{
    return u'"' + text + u'"';
}

} // namespace

QString venueName(VenueKind kind)
{
    return QLatin1StringView{names[static_cast<std::size_t>(kind)]};
}

std::optional<VenueKind> parseVenueName(const QString &name)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (name.compare(QLatin1StringView{names[i]}, Qt::CaseInsensitive) == 0) {
            return static_cast<VenueKind>(i);
        }
    }
    return std::nullopt;
}

CommandLineAnswer parseCommandLine(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Headroom, a trading terminal for USDT-margined perpetual futures.\n"
                       "Without options it opens on its own paper exchange: no account, no network."));
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    const QCommandLineOption venue{QStringLiteral("venue"),
        QStringLiteral("paper (default), testnet, mainnet or custom."), QStringLiteral("name")};
    const QCommandLineOption restUrl{QStringLiteral("rest-url"),
        QStringLiteral("REST address of a custom venue, e.g. http://127.0.0.1:8080."), QStringLiteral("url")};
    const QCommandLineOption streamUrl{QStringLiteral("stream-url"),
        QStringLiteral("Stream address of a custom venue, e.g. ws://127.0.0.1:8081."), QStringLiteral("url")};
    const QCommandLineOption symbol{QStringLiteral("symbol"),
        QStringLiteral("Symbol to show first, e.g. BTCUSDT."), QStringLiteral("symbol")};
    const QCommandLineOption replay{QStringLiteral("replay"),
        QStringLiteral(
            "Recorded klines, aggTrades or trades (CSV as the exchange publishes it; plain, .gz "
            "or .zip) that the paper exchange plays instead of its own market. More files may follow, "
            "also bookTicker, bookDepth and historical depth."),
        QStringLiteral("file")};
    const QCommandLineOption replaySpeed{QStringLiteral("replay-speed"),
        QStringLiteral("1 (default) to 1000 times real time."), QStringLiteral("times")};
    const QCommandLineOption seed{QStringLiteral("seed"),
        QStringLiteral("Seed of the paper market, a whole number."), QStringLiteral("number")};
    const QCommandLineOption dataDirectory{QStringLiteral("data-dir"),
        QStringLiteral("Where settings, journals and the paper account are kept."), QStringLiteral("folder")};
    const QCommandLineOption logLevel{QStringLiteral("log-level"),
        QStringLiteral("trace, debug, info (default), warning or error."), QStringLiteral("level")};
    const QCommandLineOption credentials{QStringLiteral("credentials"),
        QStringLiteral("File with key and secret for unattended use; it must belong to you with mode 0600. "
                       "Keys are never taken from the command line itself."),
        QStringLiteral("file")};
    parser.addOptions(
        {venue, restUrl, streamUrl, symbol, replay, replaySpeed, seed, dataDirectory, logLevel, credentials});
    parser.addPositionalArgument(
        QStringLiteral("files"), QStringLiteral("More files for --replay."), QStringLiteral("[files...]"));

    if (!parser.parse(arguments)) {
        return refusal(parser.errorText());
    }
    if (parser.isSet(help)) {
        return {std::nullopt, parser.helpText(), 0};
    }
    if (parser.isSet(version)) {
        return {std::nullopt, QStringLiteral("headroom " HEADROOM_VERSION "\n"), 0};
    }

    CommandLine options;
    if (parser.isSet(venue)) {
        options.venue = parseVenueName(parser.value(venue));
        if (!options.venue) {
            return refusal(quoted(parser.value(venue)) +
                           QStringLiteral(" is not a venue: say paper, testnet, mainnet or custom."));
        }
    }
    const bool isCustom = options.venue == VenueKind::Custom;
    if (isCustom != (parser.isSet(restUrl) && parser.isSet(streamUrl))) {
        return refusal(isCustom
                           ? QStringLiteral("A custom venue needs both --rest-url and --stream-url.")
                           : QStringLiteral("--rest-url and --stream-url go together with --venue custom."));
    }
    if (isCustom) {
        options.restUrl = QUrl{parser.value(restUrl), QUrl::StrictMode};
        options.streamUrl = QUrl{parser.value(streamUrl), QUrl::StrictMode};
        const QString restScheme = options.restUrl.scheme();
        const QString streamScheme = options.streamUrl.scheme();
        if (options.restUrl.host().isEmpty() || (restScheme != u"https" && restScheme != u"http")) {
            return refusal(
                quoted(parser.value(restUrl)) + QStringLiteral(" is not an http or https address."));
        }
        if (options.streamUrl.host().isEmpty() || (streamScheme != u"wss" && streamScheme != u"ws")) {
            return refusal(quoted(parser.value(streamUrl)) + QStringLiteral(" is not a ws or wss address."));
        }
    }
    options.symbol = parser.value(symbol).toUpper();
    options.replayFiles = parser.values(replay);
    if (options.replayFiles.isEmpty() && !parser.positionalArguments().isEmpty()) {
        return refusal(quoted(parser.positionalArguments().constFirst()) +
                       QStringLiteral(" is not understood; files to play come after --replay."));
    }
    options.replayFiles += parser.positionalArguments();
    if (!options.replayFiles.isEmpty() && options.venue.value_or(VenueKind::Paper) != VenueKind::Paper) {
        return refusal(QStringLiteral("--replay plays on the paper exchange only; leave --venue away."));
    }
    if (parser.isSet(replaySpeed)) {
        bool isNumber = false;
        options.replaySpeed = parser.value(replaySpeed).toInt(&isNumber);
        if (!isNumber || options.replaySpeed < 1 || options.replaySpeed > 1000) {
            return refusal(QStringLiteral("--replay-speed takes a whole number from 1 to 1000, not ") +
                           quoted(parser.value(replaySpeed)) + u'.');
        }
    }
    if (parser.isSet(seed)) {
        bool isNumber = false;
        options.seed = parser.value(seed).toULongLong(&isNumber);
        if (!isNumber) {
            return refusal(
                QStringLiteral("--seed takes a whole number, not ") + quoted(parser.value(seed)) + u'.');
        }
    }
    if (parser.isSet(logLevel)) {
        options.logLevel = parser.value(logLevel).toLower();
        if (std::ranges::none_of(
                logLevels, [&](const char *level) { return options.logLevel == QLatin1StringView{level}; })) {
            return refusal(quoted(parser.value(logLevel)) +
                           QStringLiteral(" is not a log level: say trace, debug, info, warning or error."));
        }
    }
    options.dataDirectory = parser.value(dataDirectory);
    options.credentialsFile = parser.value(credentials);
    return {options, {}, 0};
}

} // namespace app
