#include "ui/drills_window.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/identify.h"

#include <QCloseEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QListWidget>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{
namespace
{

QString secondsText(domain::Milliseconds time)
{
    return QStringLiteral("%1 s").arg(static_cast<double>(time.count()) / 1'000, 0, 'f', 1);
}

QString amountText(domain::Money amount)
{
    return live::fixedText(amount, 0) + QStringLiteral(" USDT");
}

QString scoreKey(const domain::Drill &drill)
{
    return QStringLiteral("drills/") + live::toQString(drill.id);
}

QLabel *wrapped(const QString &id)
{
    auto *label = new QLabel;
    label->setObjectName(id);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

DrillsWindow::DrillsWindow(const MainWindowContext &context, const Theme &theme, QWidget *parent)
    : QWidget{parent, Qt::Window},
      m_context{context},
      m_theme{theme},
      m_stage{{context.trading, context.models.openOrders, context.models.account, context.models.market,
                  context.clock},
          context.drillGround},
      m_list{identify(new QListWidget, QStringLiteral("drills.list"), tr("Incidents"))},
      m_title{roleLabel({}, "heading")},
      m_briefing{wrapped(QStringLiteral("drills.briefing"))},
      m_goal{wrapped(QStringLiteral("drills.goal"))},
      m_clock{new QLabel},
      m_state{new QLabel},
      m_start{identify(new QPushButton, QStringLiteral("drills.start"), tr("Start"))},
      m_line{new DataTable{m_stage, theme, context.settings,
          {QStringLiteral("drills.line"), tr("Time line of the drill"),
              tr("What you do appears here; what the exchange did is told afterwards."), false}}},
      m_score{roleLabel({}, "heading")},
      m_verdict{wrapped(QStringLiteral("drills.verdict"))},
      m_lesson{wrapped(QStringLiteral("drills.lesson"))},
      m_left{new QWidget},
      m_leftText{wrapped(QStringLiteral("drills.left"))},
      m_closeLeft{
          identify(new QPushButton, QStringLiteral("drills.closeLeft"), tr("Close what the drill left"))},
      m_keepLeft{identify(new QPushButton, QStringLiteral("drills.keepLeft"), tr("Keep it"))}
{
    setObjectName(QStringLiteral("drills"));
    setWindowTitle(tr("Headroom: fire drills"));
    setAttribute(Qt::WA_StyledBackground);
    resize(980, 620);
    auto *layout = new QHBoxLayout{this};
    layout->setContentsMargins(10, 10, 10, 10);
    layout->setSpacing(12);
    layout->addWidget(makeList());
    layout->addWidget(makeScene(), 1);

    for (const domain::Drill &drill : domain::builtInDrills()) {
        auto *item = new QListWidgetItem{live::toQString(drill.title), m_list};
        item->setData(Qt::UserRole, live::toQString(drill.id));
    }
    connect(m_list, &QListWidget::currentRowChanged, this, &DrillsWindow::showChoice);
    connect(m_list, &QListWidget::itemActivated, m_start, [this] { m_start->setFocus(); });
    connect(m_start, &QPushButton::clicked, this, &DrillsWindow::startOrAbort);
    connect(&m_stage, &live::DrillStage::ticked, this, &DrillsWindow::showTime);
    connect(&m_stage, &live::DrillStage::finished, this, &DrillsWindow::showReport);
    connect(&m_stage, &live::DrillStage::leftoversChanged, this, &DrillsWindow::showLeftovers);
    connect(m_closeLeft, &QPushButton::clicked, this, [this] {
        m_closeLeft->setEnabled(false); // until the exchange has answered
        m_stage.closeLeftovers();
    });
    connect(m_keepLeft, &QPushButton::clicked, this, [this] { m_stage.keepLeftovers(); });
    connect(&m_stage, &QAbstractItemModel::rowsInserted, m_line, &QTableView::scrollToBottom);
    connect(&theme, &Theme::changed, this, &DrillsWindow::applyAppearance);
    auto *leave = new QShortcut{Qt::Key_Escape, this};
    connect(leave, &QShortcut::activated, this, &QWidget::close);
    applyAppearance();
    m_list->setCurrentRow(0);
    m_list->setFocus();
}

DrillsWindow::~DrillsWindow() = default;

QWidget *DrillsWindow::makeList()
{
    auto *side = new QWidget;
    auto *layout = new QVBoxLayout{side};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(roleLabel(tr("Incident · best score"), "caption"));
    layout->addWidget(m_list, 1);
    int widest = 0;
    for (const domain::Drill &drill : domain::builtInDrills()) {
        const QString text = live::toQString(drill.title) + QStringLiteral(" · 100");
        widest = std::max(widest, m_list->fontMetrics().horizontalAdvance(text));
    }
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    side->setFixedWidth(widest + fontMetrics().horizontalAdvance(u'0') * 7); // margins and a scroll bar
    return side;
}

QWidget *DrillsWindow::makeScene()
{
    auto *scene = new QWidget;
    auto *layout = new QVBoxLayout{scene};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    m_title->setObjectName(QStringLiteral("drills.title"));
    layout->addWidget(m_title);
    layout->addWidget(m_briefing);
    layout->addWidget(m_goal);

    m_clock->setObjectName(QStringLiteral("drills.clock"));
    QFont digits = Theme::numberFont();
    digits.setPointSizeF(digits.pointSizeF() * 1.6);
    m_clock->setFont(digits);
    m_clock->setMinimumWidth(QFontMetrics{digits}.horizontalAdvance(QStringLiteral("000.0 s")));
    m_state->setObjectName(QStringLiteral("drills.state"));
    auto *row = new QHBoxLayout;
    row->setSpacing(12);
    row->addWidget(m_start);
    row->addWidget(m_clock);
    row->addWidget(m_state, 1);
    layout->addLayout(row);

    m_line->horizontalHeader()->setStretchLastSection(true);
    layout->addWidget(m_line, 1);
    m_score->setObjectName(QStringLiteral("drills.score"));
    layout->addWidget(m_score);
    layout->addWidget(m_verdict);
    layout->addWidget(m_lesson);
    auto *left = new QHBoxLayout{m_left};
    left->setContentsMargins(0, 0, 0, 0);
    left->setSpacing(12);
    left->addWidget(m_leftText, 1);
    left->addWidget(m_closeLeft);
    left->addWidget(m_keepLeft);
    layout->addWidget(m_left);
    m_closeLeft->setText(tr("&Close it"));
    m_keepLeft->setText(tr("&Keep it"));
    m_left->hide();
    return scene;
}

void DrillsWindow::applyAppearance()
{
    const Tokens &tokens = m_theme.tokens();
    setStyleSheet(
        m_theme.styleSheet() +
        QStringLiteral("QWidget#drills { background: %1; color: %2; }"
                       "QWidget#drills QLabel { color: %2; }"
                       "QListWidget { background: %3; color: %2; border: 1px solid %4; outline: none; }"
                       "QListWidget::item { padding: 5px 6px; border: none; }"
                       "QListWidget::item:selected { background: %5; color: %2; }")
            .arg(tokens.panel.name(), tokens.text.name(), tokens.raised.name(), tokens.border.name(),
                tokens.hover.name()));
    showTime();
}

const domain::Drill &DrillsWindow::chosen() const
{
    const auto &drills = domain::builtInDrills();
    return drills[static_cast<std::size_t>(
        std::clamp(m_list->currentRow(), 0, static_cast<int>(drills.size()) - 1))];
}

void DrillsWindow::choose(const QString &id)
{
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->data(Qt::UserRole).toString() == id) {
            m_list->setCurrentRow(row);
        }
    }
}

int DrillsWindow::bestOf(const domain::Drill &drill) const
{
    return m_context.settings.value(scoreKey(drill), -1).toInt();
}

void DrillsWindow::showChoice()
{
    const domain::Drill &drill = chosen();
    m_title->setText(live::toQString(drill.title));
    m_briefing->setText(live::toQString(drill.briefing));
    const std::chrono::duration<double> time = drill.length - drill.troubleAt;
    m_goal->setText(tr("Goal: within %1 s of the trouble's beginning, %2.")
                        .arg(time.count())
                        .arg(live::toQString(domain::toText(drill.goal))));
    for (int row = 0; row < m_list->count(); ++row) {
        const domain::Drill &each = domain::builtInDrills()[static_cast<std::size_t>(row)];
        const int best = bestOf(each);
        const QString title = live::toQString(each.title);
        m_list->item(row)->setText(best < 0 ? title : tr("%1 · %2").arg(title).arg(best));
    }
    const bool isOfLast = m_stage.report() != nullptr && m_stage.drill()->id == drill.id;
    m_score->setVisible(isOfLast);
    m_verdict->setVisible(isOfLast);
    m_lesson->setVisible(isOfLast);
    showTime();
}

void DrillsWindow::showTime()
{
    const bool isRunning = m_stage.isRunning();
    m_list->setEnabled(!isRunning);
    m_start->setText(isRunning ? tr("&Give up") : tr("&Start"));
    m_start->setAccessibleName(isRunning ? tr("Give up") : tr("Start"));
    m_clock->setVisible(isRunning);
    m_clock->setText(isRunning ? secondsText(m_stage.elapsed()) : QString{});
    m_clock->setAccessibleName(isRunning ? tr("Time %1").arg(m_clock->text()) : QString{});
    const Tokens &tokens = m_theme.tokens();
    QString state =
        tr("A drill works with orders of its own on this paper account; BTCUSDT and ETHUSDT take part.");
    QColor colour = tokens.muted;
    if (m_stage.burns()) {
        state = tr("The trouble has begun.");
        colour = tokens.danger;
    } else if (isRunning) {
        state = tr("The scene is set. Look at what you hold.");
        colour = tokens.warning;
    }
    m_state->setText(state);
    m_state->setWordWrap(true);
    m_state->setStyleSheet(QStringLiteral("QLabel#drills\\.state { color: %1; }").arg(colour.name()));
    QPalette palette = m_state->palette();
    palette.setColor(QPalette::WindowText, colour);
    m_state->setPalette(palette);
}

void DrillsWindow::showReport()
{
    const domain::DrillReport &report = *m_stage.report();
    const domain::Drill &drill = *m_stage.drill();
    if (!report.isAborted && report.score > bestOf(drill)) {
        m_context.settings.setValue(scoreKey(drill), report.score);
    }
    showChoice();
    if (report.isAborted) {
        m_score->setText(tr("Given up: not scored"));
        m_verdict->hide();
        m_lesson->hide();
        return;
    }
    m_score->setText(tr("%1 of 100").arg(report.score));
    QStringList lines;
    lines << (report.reaction ? tr("Reacted after %1.").arg(secondsText(*report.reaction))
                              : tr("There was no reaction."));
    lines << (report.isMastered
                  ? tr("Mastered after %1: %2.")
                        .arg(secondsText(*report.masteredAfter), live::toQString(domain::toText(drill.goal)))
                  : tr("Not mastered. The goal was: %1.").arg(live::toQString(domain::toText(drill.goal))));
    lines << tr("Exposure left: %1 of %2; without a stop at the end %3, at most %4.")
                 .arg(amountText(report.exposureLeft), amountText(report.exposureAtTrouble),
                     amountText(report.unguardedLeft), amountText(report.mostUnguarded));
    if (report.breaches.empty()) {
        lines << tr("No rule was broken.");
    }
    for (const domain::DrillReport::Breach &breach : report.breaches) {
        lines << tr("Rule broken after %1: %2.")
                     .arg(secondsText(breach.at - drill.troubleAt),
                         live::toQString(domain::toText(breach.rule)));
    }
    m_verdict->setText(lines.join(u'\n'));
    m_lesson->setText(live::toQString(report.lesson));
}

/// Positions and orders of the drill are the trader's to decide on: they may be real practice by now.
void DrillsWindow::showLeftovers()
{
    const QStringList &left = m_stage.leftovers();
    m_left->setVisible(!left.isEmpty());
    m_closeLeft->setEnabled(true);
    m_leftText->setText(tr("The drill left behind: %1.").arg(left.join(QStringLiteral("; "))));
    if (m_isClosing && left.isEmpty()) {
        hide();
    }
    m_isClosing = false;
}

void DrillsWindow::startOrAbort()
{
    m_left->hide();
    if (m_stage.isRunning()) {
        m_stage.abort();
    } else {
        m_stage.start(chosen());
        showChoice();
    }
}

void DrillsWindow::closeEvent(QCloseEvent *event)
{
    if (m_stage.isRunning()) {
        m_isClosing = true;
        m_stage.abort();
        event->setAccepted(!isVisible());
    } else {
        event->accept();
    }
}

} // namespace ui
