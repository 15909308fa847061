#pragma once

#include "models/domain/venue.h"

#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <optional>

namespace app
{

using domain::VenueKind;

/// "paper", "testnet", "mainnet", "custom": on the command line and as the name of the venue's folder.
QString venueName(VenueKind kind);
std::optional<VenueKind> parseVenueName(const QString &name);

/// What the user asked for on the command line, checked as far as it can be without touching anything.
struct CommandLine
{
    std::optional<VenueKind> venue;    ///< not given: Paper, or Testnet once its keys are stored
    QUrl restUrl;                      ///< Custom only
    QUrl streamUrl;                    ///< Custom only
    QString symbol;                    ///< shown first; empty: the one shown last
    QStringList replayFiles;           ///< recorded data for the paper exchange to play
    int replaySpeed = 1;               ///< recorded seconds a second, 1 to 1000
    std::optional<std::uint64_t> seed; ///< of the paper market
    QString dataDirectory;             ///< empty: the desktop's place for application data
    QString logLevel = QStringLiteral("info");
    QString credentialsFile;
};

struct CommandLineAnswer
{
    std::optional<CommandLine> options; ///< empty: print text and leave with exitCode
    QString text;
    int exitCode = 0;
};

/// Reads the arguments, the program's name first. Anything it does not understand is answered with a sentence
/// and exit code 2.
CommandLineAnswer parseCommandLine(const QStringList &arguments);

} // namespace app
