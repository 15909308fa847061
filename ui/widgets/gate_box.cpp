#include "ui/widgets/gate_box.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "models/ports/trading.h"
#include "ui/widgets/ask.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/mark.h"

#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

GateBox::GateBox(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_sign{new MarkSign{20}},
      m_word{new QLabel},
      m_sentence{roleLabel({}, "caption")},
      m_lines{new QVBoxLayout}
{
    setObjectName(QStringLiteral("connection.gateBox"));
    m_word->setObjectName(QStringLiteral("connection.gate"));
    m_sentence->setObjectName(QStringLiteral("connection.gateSentence"));
    m_sentence->setWordWrap(true);
    QFont big = Theme::textFont();
    big.setBold(true);
    big.setPointSizeF(big.pointSizeF() * 1.7);
    m_word->setFont(big);
    auto *head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_sign);
    head->addWidget(m_word);
    head->addStretch(1);
    m_lines->setSpacing(3);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(3);
    layout->addLayout(head);
    layout->addWidget(m_sentence);
    layout->addLayout(m_lines);
    layout->addStretch(1);
    m_second.setInterval(500ms); // a second is never skipped
    connect(&m_second, &QTimer::timeout, this, &GateBox::tick);
    connect(&tools.window.models.health, &live::HealthModel::healthChanged, this, &GateBox::refresh);
    connect(&tools.theme, &Theme::changed, this, &GateBox::refresh);
    m_second.start();
    refresh();
}

GateBox::Line &GateBox::lineOf(domain::GateCause cause)
{
    const auto [known, isNew] = m_lineOf.try_emplace(cause);
    Line &line = known->second;
    if (!isNew) {
        return line;
    }
    const QString id = QString::number(static_cast<int>(cause));
    line.whole = new QWidget;
    line.sign = new MarkSign{12};
    line.text = new QLabel;
    line.text->setWordWrap(true);
    line.text->setObjectName(QStringLiteral("connection.closure") + id);
    line.end = roleLabel({}, "caption");
    line.end->setObjectName(QStringLiteral("connection.closureEnd") + id);
    line.end->setFont(Theme::numberFont());
    line.open = identify(new QPushButton{tr("I have checked: open again…")},
        QStringLiteral("connection.acknowledge") + id,
        tr("I have checked %1: open again").arg(live::causeWord(cause)));
    line.open->setProperty("small", true);
    connect(line.open, &QPushButton::clicked, this, [this, cause] { askToOpen(cause); });
    auto *row = new QHBoxLayout{line.whole};
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(line.sign, 0, Qt::AlignTop);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(line.text);
    words->addWidget(line.open, 0, Qt::AlignLeft);
    row->addLayout(words, 1);
    row->addWidget(line.end, 0, Qt::AlignTop);
    m_lines->addWidget(line.whole);
    return line;
}

void GateBox::refresh()
{
    const ports::HealthState &state = m_tools.window.models.health.state();
    const QColor tone = m_tools.theme.colour(live::gateTone(state.gate));
    const QString word = live::gateWord(state.gate);
    m_sign->display(live::gateMark(state.gate), tone);
    m_word->setText(word);
    m_word->setAccessibleName(tr("Gate %1").arg(word));
    m_word->setStyleSheet(QStringLiteral("color: ") + tone.name());
    m_sentence->setText(live::gateSentence(state.gate));
    for (auto &[cause, line] : m_lineOf) {
        line.whole->setVisible(
            std::ranges::find(state.closures, cause, &domain::GateClosure::cause) != state.closures.end());
    }
    for (const domain::GateClosure &closure : state.closures) {
        const Line &line = lineOf(closure.cause);
        line.sign->display(
            live::gateMark(closure.state), m_tools.theme.colour(live::gateTone(closure.state)));
        line.text->setText(
            live::causeWord(closure.cause) + QStringLiteral(": ") + live::toQString(closure.reason));
        line.text->setToolTip(
            live::gateWord(closure.state) + QStringLiteral(": ") + live::gateSentence(closure.state));
        line.open->setVisible(closure.needsUser);
    }
    tick();
}

void GateBox::tick()
{
    const live::HealthModel &health = m_tools.window.models.health;
    for (const domain::GateClosure &closure : health.state().closures) {
        if (const auto line = m_lineOf.find(closure.cause); line != m_lineOf.end()) {
            line->second.end->setText(
                closure.needsUser ? QString{} : live::closureEnd(closure, health.venueNow()));
        }
    }
}

void GateBox::askToOpen(domain::GateCause cause)
{
    ask(this,
        {QStringLiteral("openGate"), tr("Open the gate again?"), live::acknowledgeQuestion(cause),
            tr("I have checked: open again")},
        [cause, &trading = m_tools.window.trading, &log = m_tools.window.models.log] {
            ports::whenFinished(
                trading.acknowledge(cause), &log, [cause, &log](const domain::Result<bool> &result) {
                    log.report(result ? live::LogModel::Info : live::LogModel::Problem,
                        result ? tr("You opened the gate again: %1.").arg(live::causeWord(cause))
                               : tr("The gate stays closed. %1").arg(live::toQString(result.error().detail)));
                });
        });
}

} // namespace ui
