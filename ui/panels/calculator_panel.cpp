#include "ui/panels/calculator_panel.h"

#include "models/domain/risk/filters.h"
#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QScrollArea>
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

const QString nothing = QStringLiteral("--");

QString usdt(domain::Money amount)
{
    return live::fixedText(amount, 2) + QStringLiteral(" USDT");
}

QString optionalPercent(const std::optional<domain::Rate> &fraction)
{
    return fraction ? live::signedPercentText(*fraction) : nothing;
}

/// "+123.45 USDT (+6.17 %)"
QString outcome(const domain::PlannedExit &exit)
{
    return live::signedText(exit.netPnl, 2) + QStringLiteral(" USDT (") +
           optionalPercent(exit.returnOnMargin) + u')';
}

const char *roleOf(domain::RiskLevel level)
{
    return level == domain::RiskLevel::Critical ? "block" : level == domain::RiskLevel::High ? "confirm" : "";
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
      m_target{identify(new DecimalEdit, QStringLiteral("calculator.target"), tr("Target price"))},
      m_leverage{identify(new QSpinBox, QStringLiteral("calculator.leverage"), tr("Planned leverage"))},
      m_marginType{
          identify(new QComboBox, QStringLiteral("calculator.marginType"), tr("Planned margin type"))},
      m_sizing{identify(new QComboBox, QStringLiteral("calculator.sizing"), tr("How the size is found"))},
      m_amount{identify(new DecimalEdit, QStringLiteral("calculator.amount"), tr("Amount for the size"))},
      m_entryIsMaker{identify(new QCheckBox{tr("Entry as maker")}, QStringLiteral("calculator.entryIsMaker"),
          tr("Entry pays the maker fee"))},
      m_targetIsMaker{identify(new QCheckBox{tr("Target as maker")},
          QStringLiteral("calculator.targetIsMaker"), tr("Target pays the maker fee"))},
      m_slippage{identify(
          new DecimalEdit, QStringLiteral("calculator.slippage"), tr("Slippage at the stop in per cent"))},
      m_others{roleLabel({}, "caption")},
      m_message{roleLabel({}, "block")},
      m_handOver{identify(new QPushButton{tr("Hand plan to ticket")}, QStringLiteral("calculator.handOver"),
          tr("Hand plan to ticket"))}
{
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout{content};
    layout->setContentsMargins(10, 6, 10, 8);
    layout->setSpacing(5);
    buildInputs(layout);
    buildFigures(layout);
    layout->addStretch(1);
    auto *scroll = identify(new QScrollArea, QStringLiteral("calculator.scroll"), tr("Position calculator"));
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto *whole = new QVBoxLayout{this};
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    setFocusProxy(m_entry);
    live::Models &models = tools.window.models;
    m_refreshing.setSingleShot(true);
    m_refreshing.setInterval(200ms);
    connect(&m_refreshing, &QTimer::timeout, this, &CalculatorPanel::refresh);
    connect(&models.market, &live::MarketState::exchangeInfoChanged, this, &CalculatorPanel::applySpec);
    connect(&models.account, &live::AccountView::riskChanged, this, &CalculatorPanel::refreshSoon);
    connect(&models.account, &live::AccountView::tablesChanged, this, &CalculatorPanel::applyTables);
    connect(&models.account, &live::AccountView::accountChanged, this, &CalculatorPanel::takeConfig);
    connect(&tools.link, &SymbolLink::symbolChanged, this, &CalculatorPanel::follow);
    connect(m_handOver, &QPushButton::clicked, this, &CalculatorPanel::handOver);
    follow(tools.link.symbol());
}

void CalculatorPanel::buildInputs(QVBoxLayout *layout)
{
    QFont strong = Theme::numberFont();
    strong.setBold(true);
    strong.setPointSizeF(strong.pointSizeF() * 1.15);
    m_symbol->setFont(strong);
    m_symbol->setObjectName(QStringLiteral("calculator.symbol"));
    auto *sides = new QHBoxLayout;
    sides->setSpacing(4);
    auto *group = new QButtonGroup{this};
    for (QPushButton *button : {m_long, m_short}) {
        button->setCheckable(true);
        group->addButton(button);
        sides->addWidget(button);
    }
    m_long->setProperty("direction", QStringLiteral("buy"));
    m_short->setProperty("direction", QStringLiteral("sell"));
    m_long->setChecked(true);
    connect(group, &QButtonGroup::idClicked, this, &CalculatorPanel::refresh);
    layout->addWidget(m_symbol);
    layout->addLayout(sides);

    auto *useMarkButton = identify(
        new QPushButton{tr("Mark")}, QStringLiteral("calculator.useMark"), tr("Enter at the mark price"));
    useMarkButton->setProperty("small", true);
    connect(useMarkButton, &QPushButton::clicked, this, &CalculatorPanel::useMark);
    auto *entryRow = new QWidget;
    auto *entryLayout = new QHBoxLayout{entryRow};
    entryLayout->setContentsMargins(0, 0, 0, 0);
    entryLayout->setSpacing(4);
    entryLayout->addWidget(m_entry, 1);
    entryLayout->addWidget(useMarkButton);
    entryRow->setFocusProxy(m_entry);
    m_entryField = new Field{tr("Entry"), entryRow};
    m_stopField = new Field{tr("Stop"), m_stop};
    m_targetField = new Field{tr("Target"), m_target};
    m_stop->setPlaceholderText(tr("optional"));
    m_target->setPlaceholderText(tr("optional"));

    m_leverage->setRange(1, 125);
    m_leverage->setValue(10);
    m_leverage->setSuffix(QStringLiteral("x"));
    m_leverage->setFont(Theme::numberFont());
    m_marginType->addItem(tr("Cross"), static_cast<int>(domain::MarginType::Cross));
    m_marginType->addItem(tr("Isolated"), static_cast<int>(domain::MarginType::Isolated));
    auto *leverageRow = new QWidget;
    auto *leverageLayout = new QHBoxLayout{leverageRow};
    leverageLayout->setContentsMargins(0, 0, 0, 0);
    leverageLayout->setSpacing(4);
    leverageLayout->addWidget(m_leverage, 1);
    leverageLayout->addWidget(m_marginType, 1);
    leverageRow->setFocusProxy(m_leverage);
    m_leverageField = new Field{tr("Leverage"), leverageRow};

    for (const auto &[text, value] : std::initializer_list<std::pair<QString, Sizing>>{
             {tr("Safe size"), Sizing::Safe}, {tr("Risk, % of balance"), Sizing::RiskShare},
             {tr("Risk, USDT"), Sizing::RiskAmount}, {tr("Margin, % of balance"), Sizing::MarginShare},
             {tr("Fixed quantity"), Sizing::Fixed}, {tr("Notional, USDT"), Sizing::Notional}}) {
        m_sizing->addItem(text, static_cast<int>(value));
    }
    m_amountField = new Field{tr("Amount"), m_amount};
    m_slippage->setValue(domain::Rate::literal("0.05"));
    m_slippage->setUnit(QStringLiteral("%"));
    m_slippage->setStep("0.01");
    for (Field *field : {m_entryField, m_stopField, m_targetField, m_leverageField}) {
        layout->addWidget(field);
    }
    layout->addWidget(new Field{tr("Size by"), m_sizing});
    layout->addWidget(m_amountField);
    layout->addWidget(new Field{tr("Slippage"), m_slippage});
    auto *makers = new QHBoxLayout;
    makers->addWidget(m_entryIsMaker);
    makers->addWidget(m_targetIsMaker);
    layout->addLayout(makers);
    for (DecimalEdit *edit : {m_entry, m_stop, m_target, m_amount, m_slippage}) {
        connect(edit, &QLineEdit::textChanged, this, &CalculatorPanel::refresh);
    }
    for (QCheckBox *box : {m_entryIsMaker, m_targetIsMaker}) {
        connect(box, &QCheckBox::toggled, this, &CalculatorPanel::refresh);
    }
    connect(m_leverage, &QSpinBox::valueChanged, this, &CalculatorPanel::refresh);
    connect(m_marginType, &QComboBox::currentIndexChanged, this, &CalculatorPanel::refresh);
    connect(m_sizing, &QComboBox::currentIndexChanged, this, [this] {
        const Sizing chosen = sizing();
        const bool isShare = chosen == Sizing::RiskShare || chosen == Sizing::MarginShare;
        m_amountField->setVisible(chosen != Sizing::Safe);
        m_amount->setUnit(isShare                   ? QStringLiteral("%")
                          : chosen == Sizing::Fixed ? QString{}
                                                    : QStringLiteral("USDT"));
        m_amount->setStep(chosen == Sizing::Fixed ? "0.001" : "1");
        m_amount->setText(chosen == Sizing::RiskShare     ? QStringLiteral("1")
                          : chosen == Sizing::MarginShare ? QStringLiteral("10")
                                                          : QString{});
        refresh();
    });
    m_amountField->hide();
}

void CalculatorPanel::buildFigures(QVBoxLayout *layout)
{
    auto *message = m_message;
    message->setObjectName(QStringLiteral("calculator.message"));
    message->setWordWrap(true);
    layout->addWidget(message);
    layout->addWidget(m_handOver);
    m_handOver->setProperty("action", QStringLiteral("primary"));
    const auto add = [this, layout](const char *id, const QString &caption, const QString &explanation = {}) {
        auto *readout = new Readout{QStringLiteral("calculator.") + QLatin1StringView{id}, caption};
        readout->setToolTip(explanation);
        m_figures[id] = readout;
        layout->addWidget(readout);
    };
    const auto line = [layout] {
        auto *frame = new QFrame;
        frame->setProperty("role", QStringLiteral("line"));
        layout->addWidget(frame);
    };
    line();
    add("quantity", tr("Size"));
    add("bound", tr("Bound by"), tr("What keeps the size from being larger"));
    add("notional", tr("Notional"), tr("Size times entry price"));
    add("bracket", tr("Leverage tier"),
        tr("Tier of the whole position, its highest leverage, and the notional left in it"));
    line();
    add("initialMargin", tr("Initial margin"));
    add("maintenanceMargin", tr("Maintenance margin"),
        tr("With its rate; of the whole position after the trade"));
    add("required", tr("Required"), tr("Margin, open loss and entry fee"));
    add("balance", tr("Available"));
    line();
    add("liquidation", tr("Liquidation price"),
        tr("Of the whole position after the trade, with its distance from the entry"));
    add("approximate", tr("Approximation"),
        tr("Entry × (1 ∓ (1/leverage − maintenance rate)), for comparison"));
    add("stopLeverage", tr("Highest for stop"),
        tr("Highest leverage at which the stop comes before liquidation"));
    line();
    add("fees", tr("Fees in / out"), tr("Entry fee, and the fee at the target or else at the stop"));
    add("breakEven", tr("Break-even"), tr("Exit price that pays both fees"));
    add("atTarget", tr("At target"), tr("Profit after fees, and as a share of the margin"));
    add("atStop", tr("At stop"), tr("Loss after fees and slippage, and as a share of the margin"));
    add("reward", tr("Reward to risk"), tr("Net profit at the target divided by net loss at the stop"));
    line();
    add("ratio", tr("Margin ratio"), tr("Before and after the trade"));
    add("level", tr("Risk level"), tr("Of the whole account, before and after the trade"));
    m_others->setObjectName(QStringLiteral("calculator.others"));
    m_others->setWordWrap(true);
    m_others->setFont(Theme::numberFont());
    layout->addWidget(m_others);
}

void CalculatorPanel::follow(const domain::Symbol &symbol)
{
    m_symbol->setText(symbol.empty() ? tr("No symbol chosen") : live::toQString(symbol));
    m_stop->clear();
    m_target->clear();
    m_entry->clear();
    m_tools.window.models.account.want(symbol);
    m_hasConfig = false;
    takeConfig();
    applySpec();
    applyTables();
    useMark();
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
        for (DecimalEdit *edit : {m_entry, m_stop, m_target}) {
            edit->setStep(spec->tickSize.toString());
            edit->setUnit(live::toQString(spec->quoteAsset));
        }
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
        m_entry->setValue(domain::roundedToTick(*mark, *spec), spec->priceDecimals());
    }
}

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

std::optional<domain::TradePlan> CalculatorPanel::plan() const
{
    const auto entry = m_entry->value<domain::Price>();
    if (!entry || !entry->isPositive() || *entry > domain::largestPrice) {
        return std::nullopt;
    }
    const auto optionalPrice = [](const DecimalEdit &edit) -> std::optional<domain::Price> {
        const auto price = edit.value<domain::Price>();
        return price && price->isPositive() && *price <= domain::largestPrice ? price : std::nullopt;
    };
    domain::TradePlan planned;
    planned.side = m_short->isChecked() ? domain::Side::Sell : domain::Side::Buy;
    const domain::AccountState *account = m_tools.window.models.account.state();
    if (account && account->hedgeMode) {
        planned.positionSide =
            planned.side == domain::Side::Buy ? domain::PositionSide::Long : domain::PositionSide::Short;
    }
    planned.entry = *entry;
    planned.stop = optionalPrice(*m_stop);
    if (const auto target = optionalPrice(*m_target)) {
        planned.targets = {{*target}};
    }
    planned.leverage = m_leverage->value();
    planned.marginType = static_cast<domain::MarginType>(m_marginType->currentData().toInt());
    planned.sizing = sizingRule();
    planned.entryIsMaker = m_entryIsMaker->isChecked();
    planned.targetIsMaker = m_targetIsMaker->isChecked();
    planned.stopSlippage =
        std::min(m_slippage->value<domain::Rate>().value_or(domain::Rate{}) / 100, domain::Rate::of(1) / 2);
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
    for (const auto &[id, readout] : m_figures) {
        readout->display(nothing);
    }
    for (Field *field : {m_entryField, m_stopField, m_targetField, m_leverageField, m_amountField}) {
        field->setMessage({});
    }
    m_others->clear();
    m_message->setText(reason);
    m_message->setVisible(!reason.isEmpty());
    m_handOver->setEnabled(false);
}

void CalculatorPanel::refresh()
{
    if (m_figures.empty()) {
        return; // still being built
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
    domain::DraftContext context = m_tools.window.models.account.draftContext(symbol);
    m_result = domain::planTrade(*planned, context);
    showSize(*spec);
    showMargin(*spec);
    showOutcome(*spec);
    showIssues();
}

void CalculatorPanel::showSize(const domain::SymbolSpec &spec)
{
    figure("quantity")
        .display(live::fixedText(m_result.quantity, spec.quantityDecimals()) + u' ' +
                 live::toQString(spec.baseAsset));
    figure("bound").display(live::toQString(domain::toString(m_result.bound)));
    figure("notional").display(usdt(m_result.notional));
    figure("bracket").display(tr("%1, up to %2x, %3 left")
                                  .arg(m_result.bracket)
                                  .arg(m_result.maxLeverage)
                                  .arg(live::compactText(m_result.bracketRoom).trimmed()));
}

void CalculatorPanel::showMargin(const domain::SymbolSpec &spec)
{
    const int decimals = spec.priceDecimals();
    figure("initialMargin").display(usdt(m_result.initialMargin));
    figure("maintenanceMargin")
        .display(usdt(m_result.maintenanceMargin) + QStringLiteral(" (") +
                 live::percentText(m_result.maintenanceMarginRate) + u')');
    figure("required").display(usdt(m_result.requiredBalance));
    figure("balance").display(
        m_result.isSufficient()
            ? usdt(m_result.availableBalance) + tr(", enough")
            : usdt(m_result.availableBalance) + tr(", %1 missing").arg(usdt(m_result.missingBalance)),
        m_result.isSufficient() ? "good" : "block");
    QString liquidation = tr("none");
    if (m_result.liquidationPrice) {
        liquidation = live::fixedText(*m_result.liquidationPrice, decimals) + QStringLiteral(" USDT");
        if (m_result.liquidationDistance) {
            liquidation += QStringLiteral(" (") + live::percentText(*m_result.liquidationDistance) + u')';
        }
    }
    figure("liquidation").display(liquidation);
    figure("approximate")
        .display(
            m_result.approximateLiquidationPrice
                ? live::fixedText(*m_result.approximateLiquidationPrice, decimals) + QStringLiteral(" USDT")
                : nothing);
    figure("stopLeverage")
        .display(!m_result.maxLeverageForStop        ? nothing
                 : *m_result.maxLeverageForStop == 0 ? tr("no leverage")
                                                     : tr("%1x").arg(*m_result.maxLeverageForStop));
    figure("ratio").display(
        live::ratioText(m_result.ratioBefore) + QStringLiteral(" → ") + live::ratioText(m_result.ratioAfter),
        roleOf(domain::levelOf(m_result.ratioAfter)));
    figure("level").display(live::toQString(domain::toString(m_result.levelBefore)) + QStringLiteral(" → ") +
                                live::toQString(domain::toString(m_result.levelAfter)),
        roleOf(m_result.levelAfter));
    QStringList moved;
    for (const domain::MovedLiquidation &other : m_result.others) {
        const int otherDecimals = m_tools.window.models.market.priceDecimals(other.symbol);
        const auto price = [otherDecimals](const std::optional<domain::Price> &value) {
            return value ? live::fixedText(*value, otherDecimals) : nothing;
        };
        moved << tr("%1 liquidation %2 → %3")
                     .arg(live::toQString(other.symbol), price(other.before), price(other.after));
    }
    m_others->setText(moved.join(u'\n'));
    m_others->setVisible(!moved.isEmpty());
}

void CalculatorPanel::showOutcome(const domain::SymbolSpec &spec)
{
    const std::optional<domain::PlannedExit> &exit = m_result.atTargets ? m_result.atTargets : m_result.atStop;
    figure("fees").display(live::fixedText(m_result.entryFee, 2) + QStringLiteral(" / ") +
                           (exit ? live::fixedText(exit->fee, 2) : nothing) + QStringLiteral(" USDT"));
    figure("breakEven")
        .display(live::fixedText(m_result.breakEvenPrice, spec.priceDecimals()) + QStringLiteral(" USDT"));
    const auto show = [](Readout &readout, const std::optional<domain::PlannedExit> &at) {
        readout.display(at ? outcome(*at) : nothing, !at                       ? ""
                                                     : at->netPnl.isNegative() ? "negative"
                                                                               : "good");
    };
    show(figure("atTarget"), m_result.atTargets);
    show(figure("atStop"), m_result.atStop);
    figure("reward").display(m_result.rewardToRisk
                                 ? live::fixedText(*m_result.rewardToRisk, 2) + QStringLiteral(" : 1")
                                 : nothing);
}

void CalculatorPanel::showIssues()
{
    for (Field *field : {m_entryField, m_stopField, m_targetField, m_leverageField, m_amountField}) {
        field->setMessage({});
    }
    QStringList general;
    for (const domain::DraftIssue &issue : m_result.issues) {
        const QString text = live::toQString(issue.text);
        if (issue.field == DraftField::Leverage || issue.field == DraftField::MarginType) {
            m_leverageField->setMessage(text, issue.severity);
        } else if (issue.field == DraftField::StopPrice) {
            m_stopField->setMessage(text, issue.severity);
        } else if (issue.field == DraftField::TargetPrice) {
            m_targetField->setMessage(text, issue.severity);
        } else if (issue.field == DraftField::Price) {
            m_entryField->setMessage(text, issue.severity);
        } else if (issue.field == DraftField::Quantity && sizing() != Sizing::Safe) {
            m_amountField->setMessage(text, issue.severity);
        } else {
            general << text;
        }
    }
    m_message->setText(general.join(u'\n'));
    m_message->setVisible(!general.isEmpty());
    const bool isGood = m_result.quantity.isPositive() && domain::maySend(m_result.issues);
    m_handOver->setEnabled(isGood);
    m_handOver->setToolTip(
        isGood ? tr("Fills the order ticket; sends nothing") : tr("The plan has faults; see above."));
}

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
    draft.price = planned->entry;
    TicketDraft offered{draft, planned->leverage, planned->marginType, {}, {},
        tr("Plan taken over from the calculator. Nothing has been sent.")};
    if (const auto stop = m_stop->value<domain::Price>()) {
        offered.stop = *stop;
    }
    if (const auto target = m_target->value<domain::Price>(); target && offered.stop.isPositive()) {
        offered.targets = {{*target, domain::Rate::of(1)}};
    }
    emit m_tools.link.draftOffered(offered);
}

} // namespace ui
