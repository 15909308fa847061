#include "tests/simulation/simulation.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdio>

using simulation::Options;
using simulation::Profile;

int main(int argc, char **argv)
{
    const QCoreApplication application{argc, argv};
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Runs the order desk, queue, budgets, breakers, streams "
                                                    "and journal against the paper exchange in virtual "
                                                    "time, with faults. Ends with 1 if an order was lost or "
                                                    "doubled, a limit passed, a position unexplained or "
                                                    "market data wrong."));
    parser.addHelpOption();
    const QCommandLineOption orders{QStringLiteral("orders"), QStringLiteral("Orders to place (10000)."),
        QStringLiteral("number"), QStringLiteral("10000")};
    const QCommandLineOption seed{QStringLiteral("seed"),
        QStringLiteral("The same seed repeats the run (1)."), QStringLiteral("number"), QStringLiteral("1")};
    const QCommandLineOption profile{QStringLiteral("profile"),
        QStringLiteral("calm, standard (default), storm or reconnects."), QStringLiteral("name"),
        QStringLiteral("standard")};
    const QCommandLineOption hours{QStringLiteral("hours"),
        QStringLiteral("Virtual time of the profile reconnects (24)."), QStringLiteral("number"),
        QStringLiteral("24")};
    const QCommandLineOption trace{QStringLiteral("trace"),
        QStringLiteral("Prints the life of this order, or of this symbol's position, as it happens."),
        QStringLiteral("client order id or symbol")};
    parser.addOptions({orders, seed, profile, hours, trace});
    parser.process(application);

    Options options;
    bool isNumber = true;
    bool isSeed = true;
    bool isHours = true;
    options.orders = parser.value(orders).toLongLong(&isNumber);
    options.seed = parser.value(seed).toULongLong(&isSeed);
    options.hours = parser.value(hours).toLongLong(&isHours);
    const QStringList names{QStringLiteral("calm"), QStringLiteral("standard"), QStringLiteral("storm"),
        QStringLiteral("reconnects")};
    const auto at = names.indexOf(parser.value(profile));
    if (!isNumber || !isSeed || !isHours || options.orders < 1 || options.hours < 1 || at < 0) {
        std::fputs("--orders and --hours take a whole number above 0, --seed a whole number, --profile calm, "
                   "standard, "
                   "storm or reconnects.\n",
            stderr);
        return 2;
    }
    options.profile = static_cast<Profile>(at);
    options.trace = parser.value(trace).toStdString();
    const simulation::Report report = simulation::simulate(options);
    std::fputs(simulation::toText(options, report).c_str(), stdout);
    return report.verdict.isClean() && report.marketWrong == 0 ? 0 : 1;
}
