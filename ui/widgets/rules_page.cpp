#include "ui/widgets/rules_page.h"

#include "models/live/text.h"
#include "models/ports/future.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/explanation_popup.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/scrolled.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace ui
{

using domain::DayMeasure;
using domain::RuleAction;
using domain::RuleKind;
using domain::RuleLimit;

namespace
{

struct Words
{
    const char *id;
    const char *what; ///< the row's caption
    const char *tip;
    const char *suggestion; ///< the limit a rule begins with
};

// By RuleKind. Percentages are typed as such.
constexpr std::array<Words, domain::ruleCount> words{{
    {"dailyLoss", QT_TRANSLATE_NOOP("ui::RulesPage", "Loss of the UTC day, at most"),
        QT_TRANSLATE_NOOP(
            "ui::RulesPage", "Reached: opening is locked until 00:00 UTC and waiting entries are cancelled."),
        "500"},
    {"riskPerTrade", QT_TRANSLATE_NOOP("ui::RulesPage", "Risk of one trade, at most"),
        QT_TRANSLATE_NOOP("ui::RulesPage",
            "Loss at the stop, fees included, of a symbol's position and entries together. What has no stop "
            "counts whole."),
        "100"},
    {"openRisk", QT_TRANSLATE_NOOP("ui::RulesPage", "Open risk, at most"),
        QT_TRANSLATE_NOOP("ui::RulesPage",
            "Lost if all stops fill, from the present prices, entries included. What has no stop counts "
            "whole. Closing everything waits until it has lasted 15 s."),
        "300"},
    {"positions", QT_TRANSLATE_NOOP("ui::RulesPage", "Positions at once, at most"),
        QT_TRANSLATE_NOOP("ui::RulesPage", "Held or being opened."), "3"},
    {"trades", QT_TRANSLATE_NOOP("ui::RulesPage", "Trades a UTC day, at most"),
        QT_TRANSLATE_NOOP("ui::RulesPage", "A trade begins where a flat symbol is opened."), "6"},
    {"losingStreak", QT_TRANSLATE_NOOP("ui::RulesPage", "Stop after losses in a row"),
        QT_TRANSLATE_NOOP("ui::RulesPage",
            "Trades closed with a loss, fees included, one after the other in the UTC day. Then opening is "
            "locked until 00:00 UTC."),
        "3"},
    {"coolDown", QT_TRANSLATE_NOOP("ui::RulesPage", "Rest after a losing trade"),
        QT_TRANSLATE_NOOP("ui::RulesPage", "Opening is locked for so long."), "15"},
    {"leverage", QT_TRANSLATE_NOOP("ui::RulesPage", "Leverage, at most"),
        QT_TRANSLATE_NOOP("ui::RulesPage", "As it is set for the symbol when an order opens."), "20"},
    {"orderSize", QT_TRANSLATE_NOOP("ui::RulesPage", "One order, at most"),
        QT_TRANSLATE_NOOP("ui::RulesPage", "Notional: quantity times price."), "10000"},
    {"priceCollar", QT_TRANSLATE_NOOP("ui::RulesPage", "Limit price through the mark, at most"),
        QT_TRANSLATE_NOOP("ui::RulesPage",
            "A buy above or a sell below the mark price by more than this is taken for a slip of the hand."),
        "2"},
}};

const Words &wordsOf(RuleKind kind)
{
    return words[static_cast<std::size_t>(kind)];
}

bool isPercent(RuleKind kind)
{
    return kind == RuleKind::PriceCollar;
}

} // namespace

RulesPage::RulesPage(live::RulesModel &rules, QWidget *parent)
    : QWidget{parent},
      m_rules{rules},
      m_measure{identify(
          new QComboBox, QStringLiteral("rules.measure"), tr("How the loss of the day is measured"))},
      m_atOnce{identify(new QSpinBox, QStringLiteral("rules.atOnce"), tr("Opening orders at once, at most"))},
      m_perMinute{
          identify(new QSpinBox, QStringLiteral("rules.perMinute"), tr("Opening orders a minute, at most"))},
      m_status{roleLabel({}, "caption")},
      m_message{roleLabel({}, "caption")},
      m_apply{identify(new QPushButton{tr("Apply rules")}, QStringLiteral("rules.apply"), tr("Apply rules"))},
      m_revert{identify(new QPushButton{tr("Show what is in force")}, QStringLiteral("rules.revert"),
          tr("Show what is in force"))}
{
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout{content};
    layout->setSpacing(8);
    auto *intro = roleLabel(
        tr("Rules you give yourself. Each order that opens is held against them when you send it and again "
           "in the moment it would leave. Orders that only reduce, and cancels, always go out. Tightening "
           "holds at once; loosening waits for the next UTC day. A restart changes neither."),
        "caption");
    intro->setWordWrap(true);
    layout->addWidget(intro);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(4, 1);
    for (const RuleKind kind : domain::allRules) {
        addRow(grid, kind);
    }
    layout->addLayout(grid);
    for (const auto &[measure, text] : std::initializer_list<std::pair<DayMeasure, QString>>{
             {DayMeasure::Realised, tr("closed results, fees and funding")},
             {DayMeasure::Equity, tr("that and the change of open results")},
             {DayMeasure::FromPeak, tr("the fall from the best of the day, open results included")}}) {
        m_measure->addItem(text, static_cast<int>(measure));
    }
    m_measure->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_measure->setMinimumContentsLength(20);
    auto *measure = new QHBoxLayout;
    auto *measured = roleLabel(tr("Loss of the day counts"), "caption");
    measured->setBuddy(m_measure);
    measure->addWidget(measured);
    measure->addWidget(m_measure, 1);
    layout->addLayout(measure);
    layout->addWidget(paceRow());
    m_status->setObjectName(QStringLiteral("rules.status"));
    m_status->setWordWrap(true);
    layout->addWidget(m_status);
    m_message->setObjectName(QStringLiteral("rules.message"));
    m_message->setWordWrap(true);
    layout->addWidget(m_message);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_revert);
    buttons->addWidget(m_apply);
    m_apply->setProperty("action", QStringLiteral("primary"));
    layout->addLayout(buttons);
    auto *honest = roleLabel(
        tr("What this can and cannot do. A program on your desk is a seat belt, not a wall: it holds back "
           "orders that go through it, cancels its entries when a lock begins, and keeps the lock over a "
           "restart. It does not hold back orders from the exchange's own site or app, it does nothing while "
           "it is not running or not connected, and closing everything takes the price the market gives. "
           "Its records can be deleted by whoever owns this computer. Stops that rest at the exchange "
           "protect you when nothing here can."),
        "caption");
    honest->setObjectName(QStringLiteral("rules.honest"));
    honest->setWordWrap(true);
    layout->addWidget(honest);
    layout->addStretch(1);
    layOutScrolled(this, content, QStringLiteral("rules.scroll"), tr("Rules"));
    connect(m_measure, &QComboBox::currentIndexChanged, this, &RulesPage::check);
    connect(m_atOnce, &QSpinBox::valueChanged, this, &RulesPage::check);
    connect(m_perMinute, &QSpinBox::valueChanged, this, &RulesPage::check);
    connect(m_apply, &QPushButton::clicked, this, &RulesPage::apply);
    connect(m_revert, &QPushButton::clicked, this, [this] { show(m_rules.state().active); });
    connect(&rules, &live::RulesModel::changed, this, &RulesPage::refresh);
    connect(&rules, &live::RulesModel::ticked, this, &RulesPage::refresh);
    show(rules.state().pending.value_or(rules.state().active));
}

void RulesPage::addRow(QGridLayout *grid, RuleKind kind)
{
    const Words &word = wordsOf(kind);
    const QString what = tr(word.what);
    const QString id = QStringLiteral("rules.") + QLatin1StringView{word.id};
    Row &row = m_rows[static_cast<std::size_t>(kind)];
    row.isOn = identify(new QCheckBox{what}, id, what);
    row.isOn->setToolTip(tr(word.tip));
    row.limit = identify(new DecimalEdit, id + QStringLiteral(".limit"),
        tr("%1: limit in %2").arg(what, live::toQString(domain::unitOf(kind))));
    row.limit->setUnit(live::toQString(domain::unitOf(kind)));
    row.limit->setMaximumWidth(
        fontMetrics().horizontalAdvance(QStringLiteral("0,000,000.00 positions")) + 24);
    if (domain::mayBeShare(kind)) {
        row.share = identify(new DecimalEdit, id + QStringLiteral(".share"),
            tr("%1: limit in per cent of the balance").arg(what));
        row.share->setUnit(tr("% of balance"));
        row.share->setStep("0.5");
        row.share->setPlaceholderText(tr("none"));
        row.share->setToolTip(
            tr("Of the margin balance at 00:00 UTC, which counts all day. With an amount as "
               "well, the tighter of the two holds."));
        row.share->setMaximumWidth(
            fontMetrics().horizontalAdvance(QStringLiteral("100.00 % of balance")) + 28);
        grid->addWidget(row.share, static_cast<int>(kind) * 2, 2);
        connect(row.share, &QLineEdit::textChanged, this, &RulesPage::check);
    }
    row.action =
        identify(new QComboBox, id + QStringLiteral(".action"), tr("%1: what a breach brings").arg(what));
    row.action->addItem(tr("warn"), static_cast<int>(RuleAction::Warn));
    row.action->addItem(tr("refuse opening"), static_cast<int>(RuleAction::Refuse));
    if (domain::mayFlatten(kind)) {
        row.action->addItem(tr("close everything"), static_cast<int>(RuleAction::Flatten));
    }
    row.now = roleLabel({}, "caption");
    row.now->setWordWrap(true);
    row.now->setObjectName(id + QStringLiteral(".now"));
    const int at = static_cast<int>(kind) * 2; // with the line of what is in force below
    grid->addWidget(row.isOn, at, 0);
    grid->addWidget(row.limit, at, 1);
    grid->addWidget(row.action, at, 3);
    grid->addWidget(row.now, at + 1, 1, 1, 4);
    row.now->hide();
    connect(row.isOn, &QCheckBox::toggled, this, [this, kind](bool isOn) {
        const Row &shown = m_rows[static_cast<std::size_t>(kind)];
        const bool isBlank = shown.limit->isBlank() && (!shown.share || shown.share->isBlank());
        if (isOn && isBlank && !m_isShowing) {
            shown.limit->setText(QLatin1StringView{wordsOf(kind).suggestion});
        }
        check();
    });
    connect(row.limit, &QLineEdit::textChanged, this, &RulesPage::check);
    connect(row.action, &QComboBox::currentIndexChanged, this, &RulesPage::check);
}

QWidget *RulesPage::paceRow()
{
    auto *row = new QWidget;
    auto *layout = new QHBoxLayout{row};
    layout->setContentsMargins(0, 0, 0, 0);
    auto *caption = roleLabel(tr("Opening orders go out at most"), "caption");
    caption->setToolTip(
        tr("Your own brake, below the exchange's limits. What is over it waits, and is given up "
           "after 2 s. Cancels and closing orders are never held back by it."));
    layout->addWidget(caption);
    m_atOnce->setRange(1, 300);
    m_perMinute->setRange(1, 1'200);
    layout->addWidget(m_atOnce);
    layout->addWidget(roleLabel(tr("at once and"), "caption"));
    layout->addWidget(m_perMinute);
    layout->addWidget(roleLabel(tr("a minute"), "caption"));
    layout->addStretch(1);
    return row;
}

void RulesPage::show(const domain::RiskRules &rules)
{
    m_isShowing = true;
    for (const RuleKind kind : domain::allRules) {
        const domain::Rule &rule = rules.of(kind);
        Row &row = m_rows[static_cast<std::size_t>(kind)];
        row.isOn->setChecked(rule.isOn());
        row.limit->clear();
        if (rule.limit) {
            row.limit->setValue(isPercent(kind) ? *rule.limit * 100 : *rule.limit);
        }
        if (row.share) {
            row.share->clear();
            if (rule.share) {
                row.share->setValue(*rule.share * 100);
            }
        }
        row.action->setCurrentIndex(row.action->findData(static_cast<int>(rule.action)));
    }
    m_measure->setCurrentIndex(m_measure->findData(static_cast<int>(rules.measure)));
    m_atOnce->setValue(rules.pace.atOnce);
    m_perMinute->setValue(rules.pace.perMinute);
    m_isShowing = false;
    refresh();
    check();
}

std::optional<domain::RiskRules> RulesPage::typed()
{
    domain::RiskRules rules;
    bool isGood = true;
    for (const RuleKind kind : domain::allRules) {
        Row &row = m_rows[static_cast<std::size_t>(kind)];
        const auto limit = row.limit->value<RuleLimit>();
        const auto share = row.share ? row.share->value<domain::Rate>() : std::nullopt;
        const bool isOn = row.isOn->isChecked();
        const auto mark = [isOn](DecimalEdit *edit, bool isWrong) {
            edit->setProperty("problem", isOn && isWrong ? QStringLiteral("block") : QString{});
            restyle(edit);
            edit->setEnabled(isOn);
        };
        // Of an amount and a share one is enough; what is typed must be a number.
        const bool isLimitBad = !limit && (!share || !row.limit->isBlank());
        const bool isShareBad = row.share && !share && !row.share->isBlank();
        const bool isBad = isOn && (isLimitBad || isShareBad);
        mark(row.limit, isLimitBad);
        if (row.share) {
            mark(row.share, isShareBad);
        }
        row.action->setEnabled(row.isOn->isChecked());
        isGood = isGood && !isBad;
        domain::Rule &rule = rules.of(kind);
        rule.action = static_cast<RuleAction>(row.action->currentData().toInt());
        if (isOn && limit) {
            rule.limit = isPercent(kind) ? *limit / 100 : *limit;
        }
        if (isOn && share) {
            rule.share = *share / 100;
        }
    }
    rules.measure = static_cast<DayMeasure>(m_measure->currentData().toInt());
    rules.pace = {m_atOnce->value(), m_perMinute->value()};
    return isGood ? std::optional{rules} : std::nullopt;
}

void RulesPage::check()
{
    if (m_isShowing) {
        return;
    }
    const auto rules = typed();
    m_apply->setEnabled(false);
    if (!rules) {
        return say(tr("Enter a number for each rule that is on."), "block");
    }
    if (const auto problems = domain::problemsOf(*rules); !problems.empty()) {
        return say(live::toQString(problems.front()), "block");
    }
    const domain::RuleState &state = m_rules.state();
    if (*rules == state.pending.value_or(state.active)) {
        return say({}, "caption");
    }
    m_apply->setEnabled(true);
    const domain::RiskRules atOnce = domain::tighterOf(state.active, *rules);
    const auto breaches = domain::dayBreaches(atOnce, state.day, m_rules.venueNow());
    for (const domain::RuleBreach &breach : breaches) {
        if (breach.action == RuleAction::Flatten) {
            return say(
                tr("Applying closes everything at once. %1").arg(live::toQString(breach.text())), "block");
        }
        if (breach.action == RuleAction::Refuse) {
            return say(
                tr("Applying locks opening at once. %1").arg(live::toQString(breach.text())), "confirm");
        }
    }
    if (atOnce == *rules) {
        return say(tr("All of this holds at once."), "caption");
    }
    say(atOnce == state.active ? tr("All of this is looser than what is in force: it holds from 00:00 UTC.")
                               : tr("What is tighter holds at once, what is looser from 00:00 UTC."),
        "confirm");
}

void RulesPage::refresh()
{
    const domain::RuleState &state = m_rules.state();
    const domain::RuleDay &day = state.day;
    const auto countOf = [&](RuleKind kind) -> QString {
        switch (kind) {
        case RuleKind::DailyLoss:
            return tr("today %1 USDT").arg(live::signedText(day.realised, 2));
        case RuleKind::Trades:
            return tr("today %1").arg(day.trades);
        case RuleKind::LosingStreak:
            return tr("now %1").arg(day.losses);
        default:
            return {};
        }
    };
    for (const RuleKind kind : domain::allRules) {
        const domain::Rule &active = state.active.of(kind);
        QStringList parts;
        if (const QString count = countOf(kind); !count.isEmpty()) {
            parts << count;
        }
        if (active.isOn()) {
            parts << tr("in force: %1")
                         .arg(withGroupedNumbers(
                             live::toQString(domain::ruleText(kind, active, day.balance))));
        }
        QLabel *now = m_rows[static_cast<std::size_t>(kind)].now;
        showSentence(now, parts.join(QStringLiteral(", ")));
        now->setVisible(!parts.isEmpty());
    }
    QStringList status;
    if (const auto left = m_rules.lockedFor()) {
        status << live::lockSentence(*state.lock, *left);
    }
    if (state.pending) {
        status << tr("Looser rules wait and hold in %1. Applying what is in force takes them back.")
                      .arg(live::countdownText(state.pendingFrom - m_rules.venueNow()));
    }
    if (day.hasOtherFees) {
        status << tr("Fees paid in another asset than USDT are not in today's result.");
    }
    showSentence(m_status, status.join(u'\n'));
    m_status->setVisible(!status.isEmpty());
}

void RulesPage::apply()
{
    const auto rules = typed();
    if (!rules) {
        return;
    }
    m_apply->setEnabled(false);
    ports::whenFinished(m_rules.set(*rules), this,
        [this, sent = *rules](const ports::Result<bool> &done) { showAnswer(sent, done); });
}

/// The answer may come late: what is said of it is said of what was sent, not of what is typed by then.
void RulesPage::showAnswer(const domain::RiskRules &sent, const domain::Result<bool> &done)
{
    const bool isStillTyped = typed() == sent;
    check();
    if (!done) {
        const QString detail = live::toQString(done.error().detail);
        say(isStillTyped ? detail : tr("What you applied before was not taken: %1").arg(detail), "block");
        m_apply->setEnabled(m_apply->isEnabled() || isStillTyped);
    } else if (isStillTyped) {
        m_apply->setEnabled(false);
        say(*done ? tr("✓ In force.") : tr("✓ What is tighter is in force; the rest from 00:00 UTC."),
            "good");
    }
}

void RulesPage::say(const QString &text, const char *role)
{
    showSentence(m_message, text);
    m_message->setProperty("role", QLatin1StringView{role});
    restyle(m_message);
}

} // namespace ui
