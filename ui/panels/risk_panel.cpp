#include "ui/panels/risk_panel.h"

#include "models/domain/risk/explain.h"
#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/panels/ways_back_list.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/mark.h"
#include "ui/widgets/position_risk_list.h"
#include "ui/widgets/ratio_chart.h"
#include "ui/widgets/risk_bars.h"
#include "ui/widgets/scrolled.h"

#include <QComboBox>
#include <QEvent>
#include <QFrame>
#include <QKeyEvent>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

using namespace std::chrono_literals;
using domain::Money;
using domain::RiskLevel;
using domain::RuleKind;

namespace
{

/// From this width on there are two columns.
constexpr int twoColumns = 680;
/// Before the heading of a part.
constexpr int gap = 6;

QString usdt(domain::Money amount)
{
    return live::fixedText(amount, 2) + QStringLiteral(" USDT");
}

QString signedUsdt(domain::Money amount)
{
    return live::signedText(amount, 2) + QStringLiteral(" USDT");
}

const char *roleOf(RiskLevel level)
{
    return level == RiskLevel::Safe     ? "good"
           : level == RiskLevel::Medium ? ""
           : level == RiskLevel::High   ? "confirm"
                                        : "block";
}

/// The level as a shape, for those to whom its colour says nothing.
live::Mark markOf(RiskLevel level)
{
    return level == RiskLevel::Safe     ? live::Mark::Dot
           : level == RiskLevel::Medium ? live::Mark::Diamond
           : level == RiskLevel::High   ? live::Mark::Triangle
                                        : live::Mark::Square;
}

const char *roleOf(domain::Money amount)
{
    return amount.isNegative() ? "negative" : amount.isPositive() ? "good" : "";
}

using Parts = std::vector<std::pair<std::string, Money>>;

/// One part for each position.
Parts partsOf(const domain::AccountRisk &risk, Money domain::PositionRisk::*figure)
{
    Parts parts;
    for (const domain::PositionRisk &position : risk.positions) {
        parts.emplace_back(position.position.symbol, position.*figure);
    }
    return parts;
}

/// A figure that is the sum of named parts.
domain::Explanation sumOf(std::string figure, const Parts &parts, std::string source)
{
    domain::Explanation explanation;
    explanation.figure = std::move(figure);
    explanation.unit = "USDT";
    explanation.source = std::move(source);
    Money sum;
    for (const auto &[name, amount] : parts) {
        sum += amount;
        explanation.formula += (explanation.formula.empty() ? "" : " + ") + name;
        explanation.workings += (explanation.workings.empty() ? "" : " + ") + domain::shortText(amount);
        explanation.inputs.push_back(
            {{}, name, domain::shortText(amount), "USDT", "account and mark price", {}});
    }
    if (parts.empty()) {
        explanation.formula = explanation.workings = "0";
    }
    explanation.value = domain::shortText(sum);
    return explanation;
}

QFont bigFont()
{
    QFont big = Theme::numberFont();
    big.setPointSizeF(big.pointSizeF() * 1.7);
    big.setBold(true);
    return big;
}

} // namespace

RiskPanel::RiskPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_sign{new MarkSign{16}},
      m_level{new QLabel},
      m_ratio{new QLabel},
      m_advice{roleLabel({}, "caption")},
      m_lock{new QFrame},
      m_lockText{roleLabel({}, "block")},
      m_gauge{new MarginGauge{tools.theme}},
      m_history{new RatioChart{tools.window.models.times, tools.theme}},
      m_window{identify(new QComboBox, QStringLiteral("risk.window"), tr("Time shown of the margin ratio"))},
      m_day{new DayBar{tools.theme}},
      m_counts{roleLabel({}, "caption")},
      m_equity{new Readout{QStringLiteral("risk.equity"), tr("Equity (margin balance)")}},
      m_wallet{new Readout{QStringLiteral("risk.wallet"), tr("Wallet balance")}},
      m_available{new Readout{QStringLiteral("risk.available"), tr("Available")}},
      m_pnl{new Readout{QStringLiteral("risk.pnl"), tr("Unrealized PnL")}},
      m_used{new Readout{QStringLiteral("risk.used"), tr("Used margin")}},
      m_maintenance{new Readout{QStringLiteral("risk.maintenance"), tr("Maintenance margin")}},
      m_exposure{new Readout{QStringLiteral("risk.exposure"), tr("Exposure gross / net")}},
      m_stops{new Readout{QStringLiteral("risk.stops"), tr("If all stops fill, from here")}},
      m_naked{new Readout{QStringLiteral("risk.naked"), tr("Without a stop")}},
      m_funding{new Readout{QStringLiteral("risk.funding"), tr("Next funding")}},
      m_positions{new PositionRiskList{tools.theme}},
      m_bySymbol{new ExposureBars{tools.theme}},
      m_stress{new StressStrip{tools.theme}}
{
    auto *content = new QWidget;
    m_columns = new QBoxLayout{QBoxLayout::TopToBottom, content};
    m_columns->setContentsMargins(10, 6, 10, 6);
    m_columns->setSpacing(10);
    m_columns->addWidget(levelColumn(), 1);
    m_columns->addWidget(positionColumn(), 1);
    layOutScrolled(this, content, QStringLiteral("risk.scroll"), tr("Risk dashboard"));
    explainFigures();
    const live::Models &models = tools.window.models;
    connect(&models.account, &live::AccountView::riskChanged, this, &RiskPanel::refresh);
    connect(&models.account, &live::AccountView::accountChanged, this, &RiskPanel::refresh);
    connect(&models.market, &live::MarketState::staleChanged, this, &RiskPanel::refresh);
    connect(&models.riskHistory, &live::RiskHistory::grew, this, &RiskPanel::showHistory);
    connect(&models.times, &live::TimeDisplay::changed, this, &RiskPanel::showHistory);
    connect(&models.rules, &live::RulesModel::changed, this, &RiskPanel::showRules);
    connect(&models.rules, &live::RulesModel::ticked, this, &RiskPanel::showRules);
    connect(&models.ranges, &live::RangeBook::changed, this, &RiskPanel::refresh);
    connect(m_positions, &PositionRiskList::activated, this,
        [this](const domain::Symbol &symbol) { m_tools.link.setSymbol(symbol); });
    connect(m_positions, &PositionRiskList::explanationWanted, this, &RiskPanel::explainLiquidation);
    connect(m_window, &QComboBox::currentIndexChanged, this, &RiskPanel::showHistory);
    refresh();
    showHistory();
    showRules();
    setFocusProxy(m_history);
}

QWidget *RiskPanel::levelColumn()
{
    auto *column = new QWidget;
    auto *layout = new QVBoxLayout{column};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    m_level->setObjectName(QStringLiteral("risk.level"));
    m_ratio->setObjectName(QStringLiteral("risk.ratio"));
    m_advice->setObjectName(QStringLiteral("risk.advice"));
    m_gauge->setObjectName(QStringLiteral("risk.gauge"));
    m_advice->setWordWrap(true);
    m_level->setFont(bigFont());
    m_ratio->setFont(bigFont());
    m_ratio->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_ratio->setFocusPolicy(Qt::TabFocus);
    m_ratio->setCursor(Qt::PointingHandCursor);
    m_ratio->setToolTip(tr("Click, or press Return: where this comes from."));
    m_ratio->installEventFilter(this);
    auto *top = new QHBoxLayout;
    top->addWidget(m_sign);
    top->addWidget(m_level);
    top->addWidget(m_ratio, 1);
    layout->addWidget(lockStrip());
    layout->addLayout(top);
    layout->addWidget(m_gauge);
    layout->addWidget(m_advice);
    layout->addWidget(new WaysBackList{m_tools, QStringLiteral("risk.ways"), WaysBackList::Place::Dashboard});
    layout->addWidget(historyHead());
    m_history->setObjectName(QStringLiteral("risk.history"));
    layout->addWidget(m_history);
    layout->addSpacing(gap);
    auto *today = new QHBoxLayout;
    today->addWidget(roleLabel(tr("Today, since 00:00 UTC"), "heading"), 1);
    auto *rules =
        identify(new QPushButton{tr("Rules…")}, QStringLiteral("risk.rules"), tr("Your rules and the lock"));
    rules->setProperty("small", true);
    connect(rules, &QPushButton::clicked, this, [this] { emit m_tools.link.rulesWanted(); });
    today->addWidget(rules);
    layout->addLayout(today);
    m_day->setObjectName(QStringLiteral("risk.day"));
    layout->addWidget(m_day);
    m_counts->setObjectName(QStringLiteral("risk.counts"));
    m_counts->setWordWrap(true);
    layout->addWidget(m_counts);
    layout->addSpacing(gap);
    layout->addWidget(roleLabel(tr("Account"), "heading"));
    for (Readout *figure : {m_equity, m_wallet, m_available, m_pnl, m_used, m_maintenance}) {
        layout->addWidget(figure);
    }
    layout->addStretch(1);
    return column;
}

QWidget *RiskPanel::positionColumn()
{
    auto *column = new QWidget;
    auto *layout = new QVBoxLayout{column};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(roleLabel(tr("Distance to liquidation"), "heading"));
    m_positions->setObjectName(QStringLiteral("risk.positions"));
    layout->addWidget(m_positions);
    layout->addSpacing(gap);
    for (Readout *figure : {m_stops, m_naked, m_funding}) {
        layout->addWidget(figure);
    }
    layout->addSpacing(gap);
    layout->addWidget(roleLabel(tr("Exposure"), "heading"));
    layout->addWidget(m_exposure);
    m_bySymbol->setObjectName(QStringLiteral("risk.bySymbol"));
    layout->addWidget(m_bySymbol);
    layout->addSpacing(gap);
    layout->addWidget(roleLabel(tr("Account if all prices move by per cent"), "heading"));
    m_stress->setObjectName(QStringLiteral("risk.stress"));
    layout->addWidget(m_stress);
    layout->addStretch(1);
    return column;
}

QWidget *RiskPanel::lockStrip()
{
    m_lock->setObjectName(QStringLiteral("risk.lock"));
    m_lock->setProperty("role", QStringLiteral("banner"));
    m_lockText->setObjectName(QStringLiteral("risk.lockText"));
    m_lockText->setWordWrap(true);
    auto *layout = new QHBoxLayout{m_lock};
    layout->setContentsMargins(8, 6, 8, 6);
    layout->addWidget(m_lockText, 1);
    m_lock->hide();
    return m_lock;
}

QWidget *RiskPanel::historyHead()
{
    auto *row = new QWidget;
    auto *layout = new QHBoxLayout{row};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(roleLabel(tr("Margin ratio over time"), "heading"), 1);
    for (const auto &[window, text] : std::initializer_list<std::pair<domain::Milliseconds, QString>>{
             {15min, tr("15 min")}, {1h, tr("1 h")}, {6h, tr("6 h")}, {24h, tr("24 h")}}) {
        m_window->addItem(text, static_cast<qlonglong>(window.count()));
    }
    layout->addWidget(m_window);
    return row;
}

void RiskPanel::explainFigures()
{
    const live::AccountView &view = m_tools.window.models.account;
    const auto explain = [&view](Readout *figure, auto make) {
        figure->setExplainer([&view, make]() -> std::optional<domain::Explanation> {
            if (!view.risk() || !view.state()) {
                return std::nullopt;
            }
            return make(*view.risk(), *view.state());
        });
    };
    explain(m_equity, [](const domain::AccountRisk &risk, const domain::AccountState &account) {
        return domain::explainMarginBalance("account", account.walletBalance, risk.unrealizedPnl, {});
    });
    explain(m_available, [](const domain::AccountRisk &risk, const domain::AccountState &) {
        return domain::explainAvailableBalance(
            risk.crossMarginBalance, risk.crossMarginBalance - risk.availableBalance, {});
    });
    explain(m_wallet, [](const domain::AccountRisk &, const domain::AccountState &account) {
        Money isolated = account.walletBalance - account.crossWalletBalance;
        return sumOf("Wallet balance",
            {{"cross wallet", account.crossWalletBalance}, {"isolated wallets", isolated}},
            "balances of the account stream, compared with the exchange each minute");
    });
    explain(m_pnl, [](const domain::AccountRisk &risk, const domain::AccountState &) {
        return sumOf("Unrealized PnL", partsOf(risk, &domain::PositionRisk::unrealizedPnl),
            "sum over positions of side × quantity × (mark − entry)");
    });
    explain(m_used, [](const domain::AccountRisk &risk, const domain::AccountState &) {
        auto parts = partsOf(risk, &domain::PositionRisk::initialMargin);
        parts.emplace_back("open orders", risk.openOrderMargin);
        return sumOf("Used margin", parts, "initial margin of positions and of what open orders add to it");
    });
    explain(m_maintenance, [](const domain::AccountRisk &risk, const domain::AccountState &) {
        return sumOf("Maintenance margin", partsOf(risk, &domain::PositionRisk::maintenanceMargin),
            "sum over positions of notional × rate − amount of the leverage bracket");
    });
    explain(m_exposure, [](const domain::AccountRisk &risk, const domain::AccountState &) {
        return sumOf("Gross exposure", partsOf(risk, &domain::PositionRisk::notional),
            "sum over positions of quantity × mark, whatever their side");
    });
    explain(m_funding, [](const domain::AccountRisk &risk, const domain::AccountState &) {
        std::vector<std::pair<std::string, Money>> parts;
        for (const domain::PositionRisk &position : risk.positions) {
            parts.emplace_back(position.position.symbol, position.fundingDue.value_or(Money{}));
        }
        return sumOf("Next funding", parts, "sum over positions of −side × notional × funding rate");
    });
    const auto explainStops = [this](Readout *figure, const char *name, Money domain::LegRisk::*part,
                                  const char *source) {
        const live::ProtectionModel &protection = m_tools.window.models.protection;
        figure->setExplainer([&protection, name, part, source]() -> std::optional<domain::Explanation> {
            std::vector<std::pair<std::string, Money>> parts;
            for (const domain::LegRisk &leg : protection.risk().legs) {
                if (!(leg.*part).isZero()) {
                    parts.emplace_back(leg.symbol, leg.*part);
                }
            }
            return sumOf(name, parts, source);
        });
    };
    explainStops(m_stops, "Loss if all stops fill, from here", &domain::LegRisk::lossFromMark,
        "sum over stops of (mark − stop) × quantity × side, and the taker fee of each fill");
    explainStops(m_naked, "Notional without a stop", &domain::LegRisk::nakedNotional,
        "sum over positions of what no stop covers × mark; an isolated one counts its margin at most");
}

void RiskPanel::refresh()
{
    const domain::AccountRisk *risk = m_tools.window.models.account.risk();
    const domain::AccountState *account = m_tools.window.models.account.state();
    if (!risk || !account) {
        m_level->setText(QStringLiteral("--"));
        showSentence(m_advice, tr("Waiting for the account."));
        return;
    }
    showLevel(*risk, *account);
    showFigures(*risk, *account);
    showPositions(*risk);
    showStops();
    showFunding(*risk);
    m_bySymbol->display(*risk);
    m_stress->display(m_tools.window.models.account.stressOfAll());
}

void RiskPanel::showLevel(const domain::AccountRisk &risk, const domain::AccountState &account)
{
    const domain::MarginRatio ratio = live::worstRatio(risk);
    m_sign->display(markOf(risk.level), levelColour(m_tools.theme.tokens(), risk.level));
    m_level->setText(live::toQString(domain::toString(risk.level)));
    m_level->setAccessibleName(tr("Risk level %1").arg(m_level->text()));
    m_level->setProperty("role", QLatin1StringView{roleOf(risk.level)});
    restyle(m_level);
    m_ratio->setText(live::ratioText(ratio));
    m_ratio->setAccessibleName(tr("Margin ratio %1").arg(m_ratio->text()));
    QString text = live::toQString(domain::adviceFor(risk.level));
    text = text.left(1).toUpper() + text.mid(1) + u'.';
    const auto worst = std::ranges::find_if(risk.positions, [&ratio](const domain::PositionRisk &position) {
        return position.position.marginType == domain::MarginType::Isolated && position.marginRatio == ratio;
    });
    if (worst != risk.positions.end() && !(risk.crossMarginRatio == ratio)) {
        text += tr(" The worst is the isolated %1; cross stands at %2.")
                    .arg(live::toQString(worst->position.symbol), live::ratioText(risk.crossMarginRatio));
    }
    if (!risk.positions.empty() && (!risk.allMarksLive || m_tools.window.models.market.isStale())) {
        text += tr(" Some positions are valued at old prices.");
    }
    if (!account.isReconciled) {
        text += tr(" The account is being compared anew.");
    }
    showSentence(m_advice, text);
    m_gauge->display(ratio);
}

void RiskPanel::showFigures(const domain::AccountRisk &risk, const domain::AccountState &account)
{
    m_equity->display(usdt(risk.marginBalance));
    m_wallet->display(usdt(account.walletBalance));
    m_available->display(usdt(risk.availableBalance));
    m_pnl->display(signedUsdt(risk.unrealizedPnl), roleOf(risk.unrealizedPnl));
    m_used->display(usdt(risk.initialMargin + risk.openOrderMargin));
    m_used->setNote(risk.openOrderMargin.isPositive() ? tr("positions %1, open orders %2")
                                                            .arg(live::fixedText(risk.initialMargin, 2),
                                                                live::fixedText(risk.openOrderMargin, 2))
                                                      : QString{});
    m_maintenance->display(usdt(risk.maintenanceMargin));
    m_exposure->display(live::fixedText(risk.grossNotional, 0) + QStringLiteral(" / ") +
                        live::signedText(risk.netNotional, 0) + QStringLiteral(" USDT"));
}

void RiskPanel::showPositions(const domain::AccountRisk &risk)
{
    live::Models &models = m_tools.window.models;
    std::vector<PositionRiskFacts> all;
    for (const domain::PositionRisk &position : risk.positions) {
        const domain::Symbol &symbol = position.position.symbol;
        models.ranges.want(symbol);
        PositionRiskFacts facts;
        facts.risk = position;
        if (const auto *leg = models.protection.risk().find(symbol, position.position.positionSide)) {
            facts.leg = *leg;
        }
        facts.nakedFor = models.protection.nakedFor(symbol, position.position.positionSide);
        facts.range = models.ranges.range(symbol);
        if (const domain::SymbolSpec *spec = models.market.spec(symbol)) {
            facts.tick = spec->tickSize;
        }
        facts.priceDecimals = models.market.priceDecimals(symbol);
        facts.quantityDecimals = models.market.quantityDecimals(symbol);
        facts.isStale = !position.isMarkLive || models.market.isStale();
        all.push_back(std::move(facts));
    }
    m_positions->display(std::move(all));
}

void RiskPanel::showStops()
{
    const live::ProtectionModel &protection = m_tools.window.models.protection;
    const domain::OpenRisk &risk = protection.risk();
    const bool hasStops =
        std::ranges::any_of(risk.legs, [](const domain::LegRisk &leg) { return leg.stops > 0; });
    m_stops->display(hasStops ? signedUsdt(-risk.lossFromMark) : tr("no stop is set"),
        risk.lossFromMark.isPositive() ? "negative" : "");
    m_stops->setNote(risk.lossFromMark.isPositive()
                         ? tr("result of those positions then %1").arg(signedUsdt(risk.resultAtStops))
                         : QString{});
    const auto naked = protection.naked();
    if (naked.empty()) {
        m_naked->display(tr("none"));
        m_naked->setNote({});
        return;
    }
    QStringList parts;
    for (const auto &[leg, length] : naked) {
        parts << tr("%1 for %2").arg(live::toQString(leg.first), live::ageText(length));
    }
    m_naked->display(tr("%1 USDT").arg(live::fixedText(risk.nakedNotional, 0)), "confirm");
    m_naked->setNote(parts.join(QStringLiteral(", ")));
}

void RiskPanel::showFunding(const domain::AccountRisk &risk)
{
    domain::Money funding;
    std::optional<domain::Timestamp> nextAt;
    for (const domain::PositionRisk &position : risk.positions) {
        if (position.fundingDue && position.nextFundingAt != domain::Timestamp{}) {
            nextAt = nextAt ? std::min(*nextAt, position.nextFundingAt) : position.nextFundingAt;
        }
    }
    // Settlements of later hours are not part of the next one.
    for (const domain::PositionRisk &position : risk.positions) {
        if (position.fundingDue && (!nextAt || position.nextFundingAt == *nextAt)) {
            funding += *position.fundingDue;
        }
    }
    if (!nextAt) {
        m_funding->display(signedUsdt(funding), roleOf(funding));
        return;
    }
    const domain::Milliseconds left = *nextAt - m_tools.window.models.rules.venueNow();
    m_funding->display(tr("%1 in %2").arg(signedUsdt(funding), live::countdownText(left)), roleOf(funding));
}

void RiskPanel::showHistory()
{
    const live::RiskHistory &history = m_tools.window.models.riskHistory;
    const domain::Milliseconds window{m_window->currentData().toLongLong()};
    const domain::Timestamp now = history.now();
    m_history->display(history.ratios().since(now - window), now, window);
}

void RiskPanel::showRules()
{
    const live::RulesModel &rules = m_tools.window.models.rules;
    const domain::RuleState &state = rules.state();
    const auto left = rules.lockedFor();
    m_lock->setVisible(left.has_value());
    if (left) {
        showSentence(m_lockText, live::lockSentence(*state.lock, *left));
    }
    m_day->display(state);
    QStringList counts;
    const auto count = [&](RuleKind kind, int value, const QString &word) {
        const domain::Rule &rule = state.active.of(kind);
        if (rule.limit) {
            counts << tr("%1: %2 of %3").arg(word).arg(value).arg(live::toQString(rule.limit->toString()));
        } else if (value > 0) {
            counts << QStringLiteral("%1: %2").arg(word).arg(value);
        }
    };
    count(RuleKind::Trades, state.day.trades, tr("trades today"));
    count(RuleKind::LosingStreak, state.day.losses, tr("losses in a row"));
    if (state.pending) {
        counts << tr("looser rules wait for 00:00 UTC");
    }
    if (state.day.hasOtherFees) {
        counts << tr("fees in another asset are not counted");
    }
    showSentence(m_counts, counts.join(QStringLiteral(" · ")));
    m_counts->setVisible(!counts.isEmpty());
}

void RiskPanel::resizeEvent(QResizeEvent *event)
{
    const bool isWide = width() >= twoColumns;
    m_columns->setDirection(isWide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    QWidget::resizeEvent(event);
}

bool RiskPanel::eventFilter(QObject *watched, QEvent *event)
{
    const auto isAsking = [event] {
        const int key = static_cast<QKeyEvent *>(event)->key();
        return key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space || key == Qt::Key_F1;
    };
    if (event->type() == QEvent::ShortcutOverride && isAsking()) {
        event->accept();
        return true;
    }
    if (event->type() == QEvent::MouseButtonRelease || (event->type() == QEvent::KeyPress && isAsking())) {
        explainRatio();
        return true;
    }
    // A press must stay here, or its release goes to whoever takes it.
    return event->type() == QEvent::MouseButtonPress || QWidget::eventFilter(watched, event);
}

void RiskPanel::explainRatio()
{
    const live::AccountView &view = m_tools.window.models.account;
    ExplanationPopup::open(m_ratio, [&view]() -> std::optional<domain::Explanation> {
        const domain::AccountRisk *risk = view.risk();
        if (!risk) {
            return std::nullopt;
        }
        const domain::MarginRatio worst = live::worstRatio(*risk);
        for (const domain::PositionRisk &position : risk->positions) {
            const bool isIsolated = position.position.marginType == domain::MarginType::Isolated;
            if (isIsolated && position.marginRatio == worst && !(risk->crossMarginRatio == worst)) {
                return domain::explainMarginRatio("isolated " + position.position.symbol,
                    position.maintenanceMargin, position.position.isolatedWallet + position.unrealizedPnl,
                    {});
            }
        }
        return domain::explainMarginRatio(
            "cross", risk->crossMaintenanceMargin, risk->crossMarginBalance, {});
    });
}

void RiskPanel::explainLiquidation(QWidget *row, const domain::Symbol &symbol, domain::PositionSide side)
{
    const live::Models &models = m_tools.window.models;
    ExplanationPopup::open(row, [&models, symbol, side]() -> std::optional<domain::Explanation> {
        const domain::AccountRisk *risk = models.account.risk();
        const domain::PositionRisk *position = risk ? risk->find(symbol, side) : nullptr;
        if (!position) {
            return std::nullopt;
        }
        const auto [legs, pool] = domain::liquidationInputs(*position, *risk, *models.account.state());
        domain::ExplainContext context;
        if (const domain::SymbolSpec *spec = models.market.spec(symbol)) {
            context.baseAsset = spec->baseAsset;
        }
        context.entry = context.quantity = {"position at the exchange"};
        context.mark.age = models.market.agedMark(symbol).age;
        return domain::explainLiquidation(legs, pool, domain::bracketsOf(models.account.brackets(), symbol),
            position->mark, position->position.marginType, context);
    });
}

bool RiskPanel::event(QEvent *event)
{
    if (event->type() == QEvent::StyleChange || event->type() == QEvent::PaletteChange) {
        refresh();
    }
    return QWidget::event(event);
}

} // namespace ui
