#include "app/exchange/options.h"

#include "exchange/paper/core/fault_rules.h"
#include "exchange/paper/core/market.h"

#include <QCommandLineParser>
#include <QFile>

#include <map>

namespace app
{
namespace
{

struct Option
{
    const char *name;
    const char *value; ///< what it takes; null: nothing
    const char *help;
};

constexpr Option options[] = {
    {"rest-port", "port", "Port of REST on 127.0.0.1; 0 (default): any free one."},
    {"stream-port", "port", "Port of the streams on 127.0.0.1; 0 (default): any free one."},
    {"ws-api-port", "port", "Port of the WebSocket API on 127.0.0.1; 0 (default): any free one."},
    {"accounts", "number", "So many accounts, 1 (default) to 100, each with keys of its own."},
    {"api-key", "key", "API key of the first account; made at random where it is not given."},
    {"secret-file", "file", "File that holds the HMAC secret of --api-key."},
    {"public-key", "file",
        "PEM of an Ed25519 public key that may sign as well; given again it is the next account's."},
    {"seed", "number", "Seed of market and faults; 1 by default."},
    {"balance", "amount", "USDT in each new account; 10000 by default."},
    {"state", "folder", "Keeps accounts, keys, the scenario and what /control/ set there between runs."},
    {"replay", "file",
        "Recorded klines, aggTrades or trades to play, and bookTicker, bookDepth or depth beside them; more "
        "files may follow."},
    {"speed", "times",
        "Market seconds a second: of a recording 1 (default) to 1000, of the own market to 60."},
    {"scenario", "name",
        "normal, calm, trend, slide, crash, halt or thin; name:SYMBOL:SECONDS for one symbol. "
        "May be repeated."},
    {"faults", "file", "JSON with the rules by which things go wrong."},
    {"strict-streams", nullptr,
        "The private stream stays silent unless its address names the events that are wanted."},
    {"control", nullptr, "Serves /control/, by which a program makes trouble at run time."},
    {"tls-cert", "file", "PEM certificate: https and wss; needs --tls-key."},
    {"tls-key", "file", "PEM key of the certificate."},
};

/// Collects the first thing that is wrong.
class Reader
{
public:
    explicit Reader(const QCommandLineParser &parser) : m_parser{parser} {}

    bool isGiven(const char *name) const { return m_parser.isSet(QString::fromLatin1(name)); }
    QString text(const char *name) const { return m_parser.value(QString::fromLatin1(name)); }
    void fail(const char *name, const QString &why)
    {
        if (m_wrong.isEmpty()) {
            m_wrong = QStringLiteral("--%1 %2.").arg(QLatin1StringView{name}, why);
        }
    }
    template <class Number> void number(const char *name, Number &field, quint64 least, quint64 most)
    {
        if (!isGiven(name)) {
            return;
        }
        bool isNumber = false;
        const quint64 value = text(name).toULongLong(&isNumber);
        if (!isNumber || value < least || value > most) {
            fail(name, QStringLiteral("is \"%1\"; allowed is a whole number from %2 to %3")
                           .arg(text(name))
                           .arg(least)
                           .arg(most));
            return;
        }
        field = static_cast<Number>(value);
    }
    QByteArray content(const char *name)
    {
        return isGiven(name) ? contentOf(name, text(name)) : QByteArray{};
    }
    /// Of an option that may be given several times.
    QList<QByteArray> contents(const char *name)
    {
        QList<QByteArray> all;
        const QStringList paths = m_parser.values(QString::fromLatin1(name));
        for (const QString &path : paths) {
            all << contentOf(name, path);
        }
        return all;
    }
    const QString &wrong() const { return m_wrong; }

private:
    QByteArray contentOf(const char *name, const QString &path)
    {
        QFile file{path};
        if (!file.open(QIODevice::ReadOnly)) {
            fail(name, QStringLiteral("cannot be read: %1: %2").arg(path, file.errorString()));
            return {};
        }
        const QByteArray content = file.readAll();
        if (content.trimmed().isEmpty()) {
            fail(name, QStringLiteral("is an empty file: %1").arg(path));
        }
        return content;
    }

    const QCommandLineParser &m_parser;
    QString m_wrong;
};

ExchangeOptions refusal(const QString &sentence)
{
    return {
        std::nullopt, sentence + QStringLiteral("\nheadroom-exchange --help lists what can be said.\n"), 2};
}

void readFaults(Reader &reader, paper::PaperConfig &config)
{
    const QByteArray json = reader.content("faults");
    if (json.isEmpty() || !reader.wrong().isEmpty()) {
        return;
    }
    const auto file = paper::readFaultFile(json.toStdString());
    if (!file) {
        QString why = QString::fromStdString(file.error().detail);
        why.chop(1); // the sentence ends with our full stop
        reader.fail("faults", QStringLiteral("is no rule file: ") + why);
        return;
    }
    if (!file->profile.empty()) {
        config.faults = file->profile == "storm" ? paper::stormRules() : paper::standardRules();
    }
    config.faults.insert(config.faults.end(), file->rules.begin(), file->rules.end());
}

void readScenarios(Reader &reader, const QStringList &texts, paper::PaperConfig &config)
{
    for (const QString &text : texts) {
        const auto scenario = paper::parseScenario(text.toStdString());
        if (!scenario) {
            QString why = QString::fromStdString(scenario.error().detail);
            why.chop(1);
            return reader.fail("scenario", QStringLiteral("is not understood: ") + why);
        }
        config.scenarios.push_back(*scenario);
    }
    if (!texts.isEmpty() && reader.isGiven("replay")) {
        reader.fail("scenario", QStringLiteral("is of no use with --replay"));
    }
}

} // namespace

ExchangeOptions parseExchangeOptions(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "The paper exchange of Headroom by itself: REST, streams and WebSocket API of a "
        "USDT-margined futures exchange on 127.0.0.1.\nIt prints where it is reached, then \"ready\"."));
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    for (const Option &option : options) {
        const QString name = QString::fromLatin1(option.name);
        const QString text = QString::fromLatin1(option.help);
        parser.addOption(option.value == nullptr
                             ? QCommandLineOption{name, text}
                             : QCommandLineOption{name, text, QString::fromLatin1(option.value)});
    }
    parser.addPositionalArgument(
        QStringLiteral("files"), QStringLiteral("More files for --replay."), QStringLiteral("[files...]"));
    if (!parser.parse(arguments)) {
        return refusal(parser.errorText() + u'.');
    }
    if (parser.isSet(help)) {
        return {std::nullopt, parser.helpText(), 0};
    }
    if (parser.isSet(version)) {
        return {std::nullopt, QStringLiteral("headroom-exchange " HEADROOM_VERSION "\n"), 0};
    }

    Reader reader{parser};
    paper::PaperConfig config;
    reader.number("rest-port", config.restPort, 0, 65'535);
    reader.number("stream-port", config.streamPort, 0, 65'535);
    reader.number("ws-api-port", config.wsApiPort, 0, 65'535);
    reader.number("accounts", config.accounts, 1, 100);
    reader.number("seed", config.seed, 0, std::numeric_limits<quint64>::max());
    if (reader.isGiven("replay")) {
        reader.number("speed", config.replaySpeed, 1, 1'000);
    } else {
        reader.number("speed", config.marketSpeed, 1, paper::MarketGenerator::highestSpeed);
    }
    readScenarios(reader, parser.values(QStringLiteral("scenario")), config);
    if (reader.isGiven("balance")) {
        const auto balance = domain::Money::parse(reader.text("balance").toStdString());
        if (!balance || !balance->isPositive()) {
            reader.fail("balance",
                QStringLiteral("is \"%1\"; allowed is an amount above 0").arg(reader.text("balance")));
        } else {
            config.startBalance = *balance;
        }
    }
    config.dataDirectory = reader.text("state");
    config.needsEvents = reader.isGiven("strict-streams");
    config.hasControl = reader.isGiven("control");
    config.apiKey = reader.text("api-key").toLatin1();
    config.secret = reader.content("secret-file").trimmed();
    if (config.apiKey.isEmpty() != config.secret.isEmpty()) {
        reader.fail(config.apiKey.isEmpty() ? "secret-file" : "api-key",
            config.apiKey.isEmpty() ? QStringLiteral("needs --api-key")
                                    : QStringLiteral("needs --secret-file"));
    }
    config.ed25519PublicKeys = reader.contents("public-key");
    if (config.ed25519PublicKeys.size() > config.accounts) {
        reader.fail(
            "public-key", QStringLiteral("is given %1 times, but there are %2 accounts; see --accounts")
                              .arg(config.ed25519PublicKeys.size())
                              .arg(config.accounts));
    }
    config.certificate = reader.content("tls-cert");
    config.privateKey = reader.content("tls-key");
    if (config.certificate.isEmpty() != config.privateKey.isEmpty()) {
        reader.fail(config.certificate.isEmpty() ? "tls-key" : "tls-cert",
            config.certificate.isEmpty() ? QStringLiteral("needs --tls-cert")
                                         : QStringLiteral("needs --tls-key"));
    }
    readFaults(reader, config);
    if (reader.isGiven("replay")) {
        config.replayFiles = parser.values(QStringLiteral("replay")) + parser.positionalArguments();
    } else if (!parser.positionalArguments().isEmpty()) {
        return refusal(QStringLiteral("\"%1\" is not understood; files follow --replay.")
                           .arg(parser.positionalArguments().first()));
    }
    if (!reader.wrong().isEmpty()) {
        return refusal(reader.wrong());
    }
    return {std::move(config), {}, 0};
}

} // namespace app
