#include "ui/panels/calculator_panel.h"

#include "models/domain/risk/filters.h"
#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/panels/plan_figures.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/scrolled.h"
#include "ui/widgets/stale_mark.h"
#include "ui/widgets/target_rows.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace ui
{

using namespace std::chrono_literals;
using domain::DraftField;

namespace
{

constexpr std::size_t mostIssues = 6; ///< beside those at the fields
constexpr int longestPlan = 720;      ///< hours
const QString lineOfEntry = QStringLiteral("plan.entry");
const QString lineOfStop = QStringLiteral("plan.stop");
const QString lineOfTarget = QStringLiteral("plan.target");
const domain::Rate defaultSlippage = domain::Rate::literal("0.0005"); // where no book says more

QWidget *row(std::initializer_list<QWidget *> widgets, QWidget *focus)
{
    auto *whole = new QWidget;
    auto *layout = new QHBoxLayout{whole};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    for (QWidget *each : widgets) {
        layout->addWidget(each, each->property("small").toBool() ? 0 : 1);
    }
    whole->setFocusProxy(focus);
    return whole;
}

QPushButton *smallButton(const QString &text, const QString &id, const QString &name)
{
    auto *button = identify(new QPushButton{text}, id, name);
    button->setProperty("small", true);
    button->setToolTip(name);
    return button;
}

} // namespace

CalculatorPanel::CalculatorPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_symbol{new QLabel},
      m_long{identify(new QPushButton{tr("Long")}, QStringLiteral("calculator.long"), tr("Plan a long"))},
      m_short{identify(new QPushButton{tr("Short")}, QStringLiteral("calculator.short"), tr("Plan a short"))},
      m_entry{identify(new DecimalEdit, QStringLiteral("calculator.entry"), tr("Entry price"))},
      m_stop{identify(new DecimalEdit, QStringLiteral("calculator.stop"), tr("Stop price"))},
      m_targets{new TargetRows{QStringLiteral("calculator"), tr("the size")}},
      m_leverage{identify(new QSpinBox, QStringLiteral("calculator.leverage"), tr("Planned leverage"))},
      m_marginType{
          identify(new QComboBox, QStringLiteral("calculator.marginType"), tr("Planned margin type"))},
      m_sizing{identify(new QComboBox, QStringLiteral("calculator.sizing"), tr("How the size is found"))},
      m_amount{identify(new DecimalEdit, QStringLiteral("calculator.amount"), tr("Amount for the size"))},
      m_entryIsMaker{identify(new QCheckBox{tr("Entry as maker")}, QStringLiteral("calculator.entryIsMaker"),
          tr("Entry pays the maker fee"))},
      m_targetIsMaker{identify(new QCheckBox{tr("Targets as maker")},
          QStringLiteral("calculator.targetIsMaker"), tr("Targets pay the maker fee"))},
      m_slippage{identify(new DecimalEdit, QStringLiteral("calculator.slippage"),
          tr("Least slippage at the stop in per cent"))},
      m_exitIn{
          identify(new QSpinBox, QStringLiteral("calculator.exitIn"), tr("Planned exit in so many hours"))},
      m_onChart{identify(new QCheckBox{tr("On the chart")}, QStringLiteral("calculator.onChart"),
          tr("Draw the plan on the chart"))},
      m_figures{new PlanFigures{QStringLiteral("calculator"), PlanFigures::Scope::Whole,
          tools.window.models.market, [this] { return m_tools.window.models.planInputs.context(); }}},
      m_message{roleLabel({}, "block")},
      m_handOver{identify(new QPushButton{tr("Hand plan to ticket")}, QStringLiteral("calculator.handOver"),
          tr("Hand plan to ticket"))}
{
    m_isFilling = true; // nothing is computed before everything is there
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout{content};
    layout->setContentsMargins(10, 6, 10, 8);
    layout->setSpacing(5);
    buildInputs(layout);
    buildPrices(layout);
    buildSizing(layout);
    layout->addWidget(m_figures);
    layout->addStretch(1);
    // What is wrong, and the way to the ticket, stay in view.
    buildMessages(addFooter(
        layOutScrolled(this, content, QStringLiteral("calculator.scroll"), tr("Position calculator"))));
    setFocusProxy(m_entry);
    connectModels();
    restoreHabits();
    m_isFilling = false;
    follow(tools.link.symbol());
}

CalculatorPanel::~CalculatorPanel()
{
    keep();
}

void CalculatorPanel::connectModels()
{
    live::Models &models = m_tools.window.models;
    m_refreshing.setSingleShot(true);
    m_refreshing.setInterval(200ms);
    connect(&m_refreshing, &QTimer::timeout, this, &CalculatorPanel::refresh);
    m_keeping.setSingleShot(true);
    m_keeping.setInterval(400ms);
    connect(&m_keeping, &QTimer::timeout, this, &CalculatorPanel::keep);
    connect(&models.market, &live::MarketState::exchangeInfoChanged, this, &CalculatorPanel::applySpec);
    connect(&models.account, &live::AccountView::riskChanged, this, &CalculatorPanel::refreshSoon);
    connect(&models.account, &live::AccountView::tablesChanged, this, &CalculatorPanel::applyTables);
    connect(&models.account, &live::AccountView::accountChanged, this, &CalculatorPanel::takeConfig);
    connect(&models.planInputs, &live::PlanInputs::changed, this, &CalculatorPanel::refreshSoon);
    connect(&models.rules, &live::RulesModel::changed, this, &CalculatorPanel::refreshSoon);
    connect(&m_tools.link, &SymbolLink::symbolChanged, this, &CalculatorPanel::follow);
    connect(&m_tools.link, &SymbolLink::planLineMoved, this, &CalculatorPanel::moveLine);
    connect(m_handOver, &QPushButton::clicked, this, &CalculatorPanel::handOver);
}

void CalculatorPanel::buildInputs(QVBoxLayout *layout)
{
    QFont strong = Theme::numberFont();
    strong.setBold(true);
    strong.setPointSizeF(strong.pointSizeF() * 1.15);
    m_symbol->setFont(strong);
    m_symbol->setObjectName(QStringLiteral("calculator.symbol"));
    auto *group = new QButtonGroup{this};
    auto *sides = new QHBoxLayout;
    sides->setSpacing(4);
    for (QPushButton *button : {m_long, m_short}) {
        button->setCheckable(true);
        group->addButton(button);
        sides->addWidget(button);
    }
    m_long->setProperty("direction", QStringLiteral("buy"));
    m_short->setProperty("direction", QStringLiteral("sell"));
    m_long->setChecked(true);
    connect(group, &QButtonGroup::idClicked, this, &CalculatorPanel::refresh);
    auto *lines = smallButton(tr("Place lines"), QStringLiteral("calculator.placeLines"),
        tr("Put stop and target on the chart, to be dragged: one average true range and twice that away"));
    connect(lines, &QPushButton::clicked, this, &CalculatorPanel::placeLines);
    m_onChart->setChecked(true);
    m_onChart->setToolTip(tr("Lines of the plan can be dragged there, or moved with L and the arrow keys"));
    connect(m_onChart, &QCheckBox::toggled, this, &CalculatorPanel::drawLines);
    auto *head = new QHBoxLayout;
    head->addWidget(m_symbol);
    head->addWidget(new StaleMark{QStringLiteral("calculator.stale"), m_tools.window.models.market});
    head->addStretch(1);
    head->addWidget(m_onChart);
    head->addWidget(lines);
    layout->addLayout(head);
    layout->addLayout(sides);
}

void CalculatorPanel::buildPrices(QVBoxLayout *layout)
{
    auto *useMarkButton =
        smallButton(tr("Mark"), QStringLiteral("calculator.useMark"), tr("Enter at the mark price"));
    connect(useMarkButton, &QPushButton::clicked, this, &CalculatorPanel::useMark);
    m_entryField = new Field{tr("Entry"), row({m_entry, useMarkButton}, m_entry)};
    m_stopField = new Field{tr("Stop"), m_stop};
    m_stop->setPlaceholderText(tr("optional"));
    layout->addWidget(m_entryField);
    layout->addWidget(m_stopField);
    layout->addWidget(m_targets);
    for (DecimalEdit *edit : {m_entry, m_stop}) {
        connect(edit, &QLineEdit::textChanged, this, &CalculatorPanel::refresh);
    }
    connect(m_targets, &TargetRows::changed, this, &CalculatorPanel::refresh);
    connect(m_targets, &TargetRows::mendAsked, this, [this](int asked) {
        const auto rows = typedTargets();
        const auto part = std::ranges::find(rows, asked) - rows.begin();
        const auto found = std::ranges::find_if(m_result.issues, [part](const domain::DraftIssue &issue) {
            const bool isOfTarget =
                issue.field == DraftField::TargetPrice || issue.field == DraftField::TargetShare;
            return isOfTarget && issue.part == part && !issue.suggestion.empty();
        });
        if (found != m_result.issues.end()) {
            mend(*found);
        }
    });
}

void CalculatorPanel::buildSizing(QVBoxLayout *layout)
{
    m_leverage->setRange(1, 125);
    m_leverage->setValue(10);
    m_leverage->setSuffix(QStringLiteral("x"));
    m_leverage->setFont(Theme::numberFont());
    m_marginType->addItem(tr("Cross"), static_cast<int>(domain::MarginType::Cross));
    m_marginType->addItem(tr("Isolated"), static_cast<int>(domain::MarginType::Isolated));
    m_leverageField = new Field{tr("Leverage"), row({m_leverage, m_marginType}, m_leverage)};
    for (const auto &[text, value] : std::initializer_list<std::pair<QString, Sizing>>{
             {tr("Safe size"), Sizing::Safe}, {tr("Risk, % of balance"), Sizing::RiskShare},
             {tr("Risk, USDT"), Sizing::RiskAmount}, {tr("Margin, % of balance"), Sizing::MarginShare},
             {tr("Fixed quantity"), Sizing::Fixed}, {tr("Notional, USDT"), Sizing::Notional}}) {
        m_sizing->addItem(text, static_cast<int>(value));
    }
    m_sizing->setToolTip(
        tr("Safe size: at most 10 % of the balance as margin, 1 % lost at the stop, and what "
           "balance, brackets and filters allow"));
    m_amountField = new Field{tr("Amount"), m_amount};
    m_slippage->setUnit(QStringLiteral("%"));
    m_slippage->setStep("0.01");
    m_slippage->setPlaceholderText(tr("from the book"));
    m_slippage->setToolTip(
        tr("The least slippage of the stop; the live order book may say more. Empty: the book alone, 0.05 % "
           "where there is none"));
    m_exitIn->setRange(0, longestPlan);
    m_exitIn->setSuffix(tr(" h"));
    m_exitIn->setSpecialValueText(tr("not planned"));
    m_exitIn->setFont(Theme::numberFont());
    m_exitIn->setToolTip(tr("Funding is estimated for all settlements until then"));
    layout->addWidget(m_leverageField);
    layout->addWidget(new Field{tr("Size by"), m_sizing});
    layout->addWidget(m_amountField);
    layout->addWidget(new Field{tr("Slippage"), m_slippage});
    layout->addWidget(new Field{tr("Exit in"), m_exitIn});
    auto *makers = new QHBoxLayout;
    makers->addWidget(m_entryIsMaker);
    makers->addWidget(m_targetIsMaker);
    makers->addStretch(1);
    layout->addLayout(makers);
    for (DecimalEdit *edit : {m_amount, m_slippage}) {
        connect(edit, &QLineEdit::textChanged, this, &CalculatorPanel::refresh);
    }
    for (QCheckBox *box : {m_entryIsMaker, m_targetIsMaker}) {
        connect(box, &QCheckBox::toggled, this, &CalculatorPanel::refresh);
    }
    for (QSpinBox *box : {m_leverage, m_exitIn}) {
        connect(box, &QSpinBox::valueChanged, this, &CalculatorPanel::refresh);
    }
    connect(m_marginType, &QComboBox::currentIndexChanged, this, &CalculatorPanel::refresh);
    connect(m_sizing, &QComboBox::currentIndexChanged, this, [this] {
        const Sizing chosen = sizing();
        m_amount->setText(chosen == Sizing::RiskShare     ? QStringLiteral("1")
                          : chosen == Sizing::MarginShare ? QStringLiteral("10")
                                                          : QString{});
        applySizing();
        refresh();
    });
    applySizing();
    for (Field *field : {m_entryField, m_stopField, m_leverageField, m_amountField}) {
        connect(field, &Field::mendAsked, this, [this, field] { mendAt(field); });
    }
}

void CalculatorPanel::buildMessages(QVBoxLayout *layout)
{
    m_message->setObjectName(QStringLiteral("calculator.message"));
    m_message->setWordWrap(true);
    layout->addWidget(m_message);
    for (std::size_t at = 0; at < mostIssues; ++at) {
        auto *issue = new IssueRow{QStringLiteral("calculator.issue%1").arg(at + 1)};
        connect(issue, &IssueRow::mendAsked, this, [this, at] {
            std::size_t seen = 0;
            for (const domain::DraftIssue &each : m_result.issues) {
                if (!fieldOf(each) && each.field != DraftField::TargetPrice &&
                    each.field != DraftField::TargetShare && seen++ == at) {
                    mend(domain::DraftIssue{each}); // a copy: the result changes on the way
                    return;
                }
            }
        });
        m_issues.push_back(issue);
        layout->addWidget(issue);
    }
    m_handOver->setProperty("action", QStringLiteral("primary"));
    layout->addWidget(m_handOver);
}

void CalculatorPanel::applySizing()
{
    const Sizing chosen = sizing();
    const bool isShare = chosen == Sizing::RiskShare || chosen == Sizing::MarginShare;
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_tools.link.symbol());
    m_amountField->setVisible(chosen != Sizing::Safe);
    m_amount->setUnit(isShare                   ? QStringLiteral("%")
                      : chosen != Sizing::Fixed ? QStringLiteral("USDT")
                      : spec                    ? live::toQString(spec->baseAsset)
                                                : QString{});
    m_amount->setStep(chosen != Sizing::Fixed ? "1" : spec ? spec->lot.stepSize.toString() : "0.001");
}

void CalculatorPanel::follow(const domain::Symbol &symbol)
{
    keep(); // the fields still hold the plan of the symbol before
    m_followed = symbol;
    m_symbol->setText(symbol.empty() ? tr("No symbol chosen") : live::toQString(symbol));
    m_isFilling = true;
    m_stop->clear();
    m_targets->clearPrices();
    m_entry->clear();
    m_entryFromMark.clear();
    m_hasConfig = false;
    restorePlan();
    m_isFilling = false;
    m_tools.window.models.account.want(symbol);
    m_tools.window.models.planInputs.follow(symbol);
    takeConfig();
    applySpec();
    applyTables();
    if (m_entry->isBlank()) {
        useMark();
    }
}

void CalculatorPanel::takeConfig()
{
    const live::AccountView &account = m_tools.window.models.account;
    if (m_hasConfig || !account.state()) {
        return; // what the user has chosen for the plan since stays
    }
    m_hasConfig = true;
    const domain::SymbolConfig config = account.config(m_tools.link.symbol());
    m_leverage->setMaximum(std::max(m_leverage->maximum(), config.leverage)); // the tier table may come later
    m_leverage->setValue(config.leverage);
    m_marginType->setCurrentIndex(config.marginType == domain::MarginType::Cross ? 0 : 1);
}

void CalculatorPanel::applySpec()
{
    if (const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_tools.link.symbol())) {
        for (DecimalEdit *edit : {m_entry, m_stop}) {
            edit->setStep(spec->tickSize.toString());
            edit->setUnit(live::toQString(spec->quoteAsset));
        }
        m_targets->setGrid(spec->tickSize.toString(), spec->priceDecimals());
        applySizing();
    }
    refresh();
}

void CalculatorPanel::applyTables()
{
    const domain::LeverageBrackets &table =
        domain::bracketsOf(m_tools.window.models.account.brackets(), m_tools.link.symbol());
    m_leverage->setMaximum(table.empty() ? 125 : table.front().maxLeverage);
    refresh();
}

void CalculatorPanel::useMark()
{
    const domain::Symbol &symbol = m_tools.link.symbol();
    const auto mark = m_tools.window.models.market.markPrice(symbol);
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(symbol);
    if (mark && spec) {
        const domain::Price entry = domain::roundedToTick(*mark, *spec);
        m_entryFromMark = live::toQString(entry.toFixed(std::max(spec->priceDecimals(), entry.decimals())));
        m_entry->setValue(entry, spec->priceDecimals());
    }
}

domain::MarginType CalculatorPanel::marginType() const
{
    return static_cast<domain::MarginType>(m_marginType->currentData().toInt());
}

// --- what is planned

CalculatorPanel::Sizing CalculatorPanel::sizing() const
{
    return static_cast<Sizing>(m_sizing->currentData().toInt());
}

domain::SizingRule CalculatorPanel::sizingRule() const
{
    const auto rate = [this] { return m_amount->value<domain::Rate>().value_or(domain::Rate{}) / 100; };
    const auto money = [this] {
        return std::min(m_amount->value<domain::Money>().value_or(domain::Money{}), domain::largestAmount);
    };
    switch (sizing()) {
    case Sizing::Safe:
        break;
    case Sizing::RiskShare:
        return domain::RiskShare{std::min(rate(), domain::Rate::of(1))};
    case Sizing::RiskAmount:
        return domain::RiskAmount{money()};
    case Sizing::MarginShare:
        return domain::MarginShare{std::min(rate(), domain::Rate::of(1))};
    case Sizing::Fixed:
        return domain::FixedQuantity{std::min(
            m_amount->value<domain::Quantity>().value_or(domain::Quantity{}), domain::largestQuantity)};
    case Sizing::Notional:
        return domain::QuoteAmount{money()};
    }
    return domain::SafeSize{};
}

std::vector<int> CalculatorPanel::typedTargets() const
{
    std::vector<int> rows;
    for (int each = 0; each < m_targets->rows(); ++each) {
        const auto price = m_targets->price(each);
        if (price && price->isPositive() && *price <= domain::largestPrice) {
            rows.push_back(each);
        }
    }
    return rows;
}

std::optional<domain::TradePlan> CalculatorPanel::plan() const
{
    const auto entry = m_entry->value<domain::Price>();
    if (!entry || !entry->isPositive() || *entry > domain::largestPrice) {
        return std::nullopt;
    }
    domain::TradePlan planned;
    planned.side = m_short->isChecked() ? domain::Side::Sell : domain::Side::Buy;
    const domain::AccountState *account = m_tools.window.models.account.state();
    if (account && account->hedgeMode) {
        planned.positionSide =
            planned.side == domain::Side::Buy ? domain::PositionSide::Long : domain::PositionSide::Short;
    }
    planned.entry = *entry;
    const auto stop = m_stop->value<domain::Price>();
    if (stop && stop->isPositive() && *stop <= domain::largestPrice) {
        planned.stop = stop;
    }
    for (const int each : typedTargets()) {
        planned.targets.push_back({*m_targets->price(each), m_targets->share(each), each + 1});
    }
    planned.leverage = m_leverage->value();
    planned.marginType = marginType();
    planned.sizing = sizingRule();
    planned.entryIsMaker = m_entryIsMaker->isChecked();
    planned.targetIsMaker = m_targetIsMaker->isChecked();
    const auto typed = m_slippage->value<domain::Rate>();
    planned.stopSlippage = typed ? std::min(*typed / 100, domain::Rate::of(1) / 2)
                           : m_tools.window.models.planInputs.isBookLive() ? domain::Rate{}
                                                                           : defaultSlippage;
    if (m_exitIn->value() > 0) {
        planned.exitAt = m_tools.window.clock.wallNow() + std::chrono::hours{m_exitIn->value()};
    }
    return planned;
}

void CalculatorPanel::refreshSoon()
{
    if (m_entry->isBlank()) {
        useMark();
    }
    if (!m_refreshing.isActive()) {
        m_refreshing.start();
    }
}

void CalculatorPanel::blank(const QString &reason)
{
    m_result = {};
    m_figures->clear();
    showIssues();
    showSentence(m_message, reason);
    m_message->setVisible(!reason.isEmpty());
    drawLines();
}

void CalculatorPanel::refresh()
{
    if (m_isFilling) {
        return;
    }
    if (!m_keeping.isActive()) {
        m_keeping.start();
    }
    const domain::Symbol &symbol = m_tools.link.symbol();
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(symbol);
    const auto planned = plan();
    if (!spec) {
        blank(symbol.empty() ? tr("Choose a symbol in the watchlist.")
                             : tr("Waiting for the symbol's specification."));
        return;
    }
    if (!m_tools.window.models.account.state()) {
        blank(tr("Waiting for the account."));
        return;
    }
    if (!planned) {
        blank(tr("Type an entry price."));
        return;
    }
    m_result = domain::planTrade(*planned, m_tools.window.models.planInputs.context());
    m_message->hide();
    m_figures->show(*planned, m_result, *spec);
    showIssues();
    drawLines();
}

// --- the chart

/// One average true range, 1 % of the entry before that is known.
domain::Price CalculatorPanel::wayToStop(domain::Price entry) const
{
    const auto range = m_tools.window.models.planInputs.averageRange();
    return range && *range < entry / 2 ? *range : entry / 100;
}

void CalculatorPanel::placeLines()
{
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_tools.link.symbol());
    if (m_entry->isBlank()) {
        useMark();
    }
    const auto planned = plan();
    if (!spec || !planned) {
        return;
    }
    const int sign = domain::signOf(planned->side);
    const domain::Price way = wayToStop(planned->entry) * sign;
    m_isFilling = true;
    m_onChart->setChecked(true);
    if (!planned->stop) {
        m_stop->setValue(domain::roundedToTick(planned->entry - way, *spec), spec->priceDecimals());
    }
    if (planned->targets.empty()) {
        m_targets->setRows(std::max(1, m_targets->rows()));
        m_targets->setPrice(0, domain::roundedToTick(planned->entry + way * 2, *spec));
    }
    m_isFilling = false;
    refresh();
}

void CalculatorPanel::moveLine(const QString &id, domain::Price price)
{
    const int decimals = m_tools.window.models.market.priceDecimals(m_tools.link.symbol());
    if (id == lineOfEntry) {
        m_entry->setValue(price, decimals);
    } else if (id == lineOfStop) {
        m_stop->setValue(price, decimals);
    } else if (id.startsWith(lineOfTarget)) {
        const int target = id.mid(lineOfTarget.size()).toInt();
        if (target >= 0 && target < m_targets->rows()) {
            m_targets->setPrice(target, price);
        }
    }
}

void CalculatorPanel::drawLines()
{
    const auto planned = plan();
    // A bare entry says nothing that the mark does not.
    if (!planned || !m_onChart->isChecked() || (!planned->stop && planned->targets.empty())) {
        m_tools.link.setPlanLines({});
        return;
    }
    const domain::Symbol &symbol = m_tools.link.symbol();
    const int decimals = m_tools.window.models.market.quantityDecimals(symbol);
    std::vector<PriceLine> lines;
    const auto add = [&](const QString &id, PriceLine::Kind kind, domain::Price price, const QString &label) {
        lines.push_back({id, kind, price, label, planned->side, true});
    };
    const auto money = [](const domain::PlannedExit &exit) -> QString {
        return u' ' + live::signedText(exit.netPnl, 2);
    };
    add(lineOfEntry, PriceLine::Kind::Entry, planned->entry,
        tr("Plan %1").arg(live::directionWord(planned->side)) + u' ' +
            live::fixedText(m_result.quantity, decimals));
    if (planned->stop) {
        add(lineOfStop, PriceLine::Kind::Stop, *planned->stop,
            tr("Plan stop") + (m_result.atStop ? money(*m_result.atStop) : QString{}));
    }
    const auto rows = typedTargets();
    for (std::size_t part = 0; part < rows.size(); ++part) {
        const auto *exit = m_result.atTarget(rows[part] + 1);
        add(lineOfTarget + QString::number(rows[part]), PriceLine::Kind::Target, planned->targets[part].price,
            tr("Plan target %1").arg(rows[part] + 1) + (exit ? money(*exit) : QString{}));
    }
    m_tools.link.setPlanLines(std::move(lines));
}

// --- to the ticket

void CalculatorPanel::handOver()
{
    const auto planned = plan();
    if (!planned || !m_result.quantity.isPositive()) {
        return;
    }
    domain::NewOrder draft;
    draft.symbol = m_tools.link.symbol();
    draft.side = planned->side;
    draft.positionSide = planned->positionSide;
    draft.quantity = m_result.quantity;
    draft.price = m_result.isAtMarket ? domain::Price{} : planned->entry;
    TicketDraft offered{draft, planned->leverage, planned->marginType, {}, {},
        tr("Plan taken over from the calculator. Nothing has been sent.")};
    if (planned->stop) {
        offered.stop = *planned->stop;
        for (const domain::PlannedTarget &target : planned->targets) {
            offered.targets.push_back({target.price, target.share});
        }
    }
    emit m_tools.link.draftOffered(offered);
}

} // namespace ui
