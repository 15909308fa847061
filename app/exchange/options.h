#pragma once

#include "exchange/paper/server/paper_server.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace app
{

/// The command line of headroom-exchange, files read. Without config: print text and leave with exitCode.
struct ExchangeOptions
{
    std::optional<paper::PaperConfig> config;
    QString text;
    int exitCode = 0;
};

/// arguments: the program's name first. What it does not understand, or a file that cannot be used, is
/// answered with one sentence and exit code 2.
ExchangeOptions parseExchangeOptions(const QStringList &arguments);

} // namespace app
