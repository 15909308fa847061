#include "ui/survival_dialog.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/identify.h"

#include <QCoreApplication>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("ui::Survival", text);
}

bool protects(const domain::Order &order, const domain::Position &held)
{
    const domain::NewOrder &request = order.request;
    const bool isStop = request.type == domain::OrderType::StopMarket ||
                        request.type == domain::OrderType::Stop ||
                        request.type == domain::OrderType::TrailingStopMarket;
    return isStop && order.phase == domain::OrderPhase::Working && request.symbol == held.symbol &&
           request.side == domain::opposite(held.side) && request.positionSide == held.positionSide;
}

QString journalSentence(const SurvivalFacts &facts, const live::TimeDisplay &times)
{
    return domain::toMs(facts.lastCommitAt) == 0
               ? tr("The journal is %1; nothing has been committed to it yet.").arg(facts.path)
               : tr("The journal %1 has %2 entries (%3 kB), the last one committed to the disk at %4. Of the "
                    "last 100 "
                    "commits the slowest took %5 ms.")
                     .arg(facts.path, live::grouped(std::to_string(facts.entries)),
                         live::grouped(std::to_string((facts.bytes + 1023) / 1024)),
                         times.dateTime(facts.lastCommitAt))
                     .arg(facts.slowestOfLast100.count());
}

void addJournal(QStringList &lines, const SurvivalFacts &facts, const live::TimeDisplay &times)
{
    if (facts.path.isEmpty()) {
        lines << tr("There is no journal: after a restart Headroom would know only what the exchange tells.");
        return;
    }
    lines << journalSentence(facts, times);
    lines << (facts.waiting == 0
                  ? tr("Nothing waits to be committed: every order that was sent is on the disk.")
                  : tr("Entries that wait to be committed: %1. An order among them has not been sent: it is "
                       "sent "
                       "only once "
                       "its intent is on the disk.")
                        .arg(facts.waiting));
    lines << (facts.unresolvedOrders == 0
                  ? tr("No order was unsettled when it was last recorded.")
                  : tr("Orders that were not final when last recorded: %1. After a restart "
                       "each is looked up at the exchange "
                       "before anything new goes out; none is sent again.")
                        .arg(facts.unresolvedOrders));
    lines << (facts.isChainIntact
                  ? tr("The chain of entries is intact.")
                  : tr("The chain of entries is BROKEN: the journal was damaged or changed from "
                       "outside. Every start checks it; keep a copy of the file."));
    lines << (facts.lastBackupPath.isEmpty()
                  ? tr("There is no backup of the journal.")
                  : tr("The last backup is %1 of %2.")
                        .arg(facts.lastBackupPath, times.dateTime(facts.lastBackupAt)));
}

} // namespace

SurvivalFacts withExchange(SurvivalFacts facts, const live::Models &models)
{
    const ports::HealthState &health = models.health.state();
    const std::vector<domain::Order> &orders = models.openOrders.orders();
    for (const domain::Order &order : orders) {
        facts.openOrders += order.phase == domain::OrderPhase::Working ? 1 : 0;
        facts.unsentOrders += order.phase == domain::OrderPhase::Queued ? 1 : 0;
        facts.unknownOrders +=
            order.phase != domain::OrderPhase::Working && order.phase != domain::OrderPhase::Queued ? 1 : 0;
    }
    for (const domain::DeadMan &armed : health.deadMen) {
        facts.deadMen.push_back(armed.symbol);
    }
    for (const domain::PositionRisk &risk : models.positions.positions()) {
        const domain::Position &held = risk.position;
        const auto stops = std::ranges::count_if(
            orders, [&held](const domain::Order &order) { return protects(order, held); });
        facts.positions.push_back({tr("%1 %2 %3")
                                       .arg(live::directionWord(held.side).toLower(),
                                           live::exactText(held.quantity), live::toQString(held.symbol)),
            static_cast<int>(stops)});
    }
    return facts;
}

QStringList survivalSentences(const SurvivalFacts &facts, const live::TimeDisplay &times)
{
    QStringList lines;
    addJournal(lines, facts, times);
    lines << (facts.unsentOrders == 0
                  ? tr("No order waits to be sent.")
                  : tr("Orders that wait to be sent: %1. They would be lost, and never sent "
                       "later: that is meant so.")
                        .arg(facts.unsentOrders));
    lines << (facts.unknownOrders == 0
                  ? tr("No order's outcome is unknown.")
                  : tr("Orders whose outcome is not known yet: %1. The exchange may hold them.")
                        .arg(facts.unknownOrders));
    lines << (facts.openOrders == 0
                  ? tr("No order rests at the exchange.")
                  : tr("Orders that rest at the exchange: %1. They stay there, with this computer on or off.")
                        .arg(facts.openOrders));
    for (const domain::Symbol &symbol : facts.deadMen) {
        lines << tr("Two minutes after the last renewal the exchange would cancel ALL open orders of %1: its "
                    "dead-man "
                    "switch is armed.")
                     .arg(live::toQString(symbol));
    }
    if (facts.positions.empty()) {
        lines << tr("No position is open.");
    }
    for (const SurvivalFacts::Protection &held : facts.positions) {
        lines << (held.conditionalStops == 0
                      ? tr("The position %1 stays open WITHOUT a stop at the exchange.").arg(held.position)
                      : tr("The position %1 stays open. Stops for it that rest at the exchange and work "
                           "without "
                           "this computer: %2; whether they cover all of it is not checked here.")
                            .arg(held.position)
                            .arg(held.conditionalStops));
    }
    lines << tr(
        "What only this program does would stop: brackets that place or resize stops and targets as an entry "
        "fills, alerts, and the renewal of dead-man switches.");
    return lines;
}

SurvivalDialog::SurvivalDialog(const QStringList &sentences, QWidget *parent) : QDialog{parent}
{
    setObjectName(QStringLiteral("survival"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("What would survive a power cut?"));
    setMinimumWidth(620);
    auto *layout = new QVBoxLayout{this};
    layout->setSpacing(7);
    auto *head = roleLabel(tr("If the power failed at this moment:"), "heading");
    layout->addWidget(head);
    int number = 0;
    for (const QString &sentence : sentences) {
        auto *line = new QLabel{QStringLiteral("•  ") + sentence};
        line->setObjectName(QStringLiteral("survival.line%1").arg(number++));
        line->setTextFormat(Qt::PlainText);
        line->setWordWrap(true);
        line->setTextInteractionFlags(Qt::TextSelectableByMouse);
        layout->addWidget(line);
    }
    auto *close = identify(new QPushButton{tr("Close")}, QStringLiteral("survival.close"), tr("Close"));
    close->setDefault(true);
    auto *row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(close);
    layout->addStretch(1);
    layout->addLayout(row);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    resize(minimumWidth(), layout->totalHeightForWidth(minimumWidth()));
}

} // namespace ui
