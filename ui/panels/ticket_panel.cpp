#include "ui/panels/ticket_panel.h"

#include "models/domain/risk/filters.h"
#include "models/domain/risk/order_cost.h"
#include "models/live/models.h"
#include "models/live/text.h"
#include "models/ports/trading.h"
#include "ui/panels/order_actions.h"
#include "ui/panels/plan_figures.h"
#include "ui/widgets/ask.h"
#include "ui/widgets/bracket_fields.h"
#include "ui/widgets/dead_man_row.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/scrolled.h"
#include "ui/widgets/two_lines.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace ui
{

using namespace std::chrono_literals;

namespace
{

constexpr domain::Milliseconds duplicateWindow{500};

bool isEqualDraft(const domain::NewOrder &a, const domain::NewOrder &b)
{
    return a.symbol == b.symbol && a.side == b.side && a.positionSide == b.positionSide && a.type == b.type &&
           a.timeInForce == b.timeInForce && a.quantity == b.quantity && a.price == b.price &&
           a.triggerPrice == b.triggerPrice && a.reduceOnly == b.reduceOnly;
}

/// The largest order of the lot that is within that share of the largest size.
domain::Quantity shareOf(
    domain::Quantity most, int percent, const domain::SymbolSpec &spec, domain::OrderType type)
{
    return domain::roundedDownToLot(most * domain::Rate::of(percent) / 100, domain::lotFor(spec, type));
}

} // namespace

TicketPanel::TicketPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_bestPrices{std::make_unique<ports::Subscription>()},
      m_symbol{new QLabel},
      m_prices{roleLabel({}, "caption")},
      m_buy{identify(new QPushButton{tr("Buy / Long")}, QStringLiteral("ticket.buy"), tr("Buy or long"))},
      m_sell{
          identify(new QPushButton{tr("Sell / Short")}, QStringLiteral("ticket.sell"), tr("Sell or short"))},
      m_type{identify(new QComboBox, QStringLiteral("ticket.type"), tr("Order type"))},
      m_leverage{identify(new QSpinBox, QStringLiteral("ticket.leverage"), tr("Leverage"))},
      m_marginType{identify(new QComboBox, QStringLiteral("ticket.marginType"), tr("Margin type"))},
      m_price{identify(new DecimalEdit, QStringLiteral("ticket.price"), tr("Price"))},
      m_trigger{identify(new DecimalEdit, QStringLiteral("ticket.trigger"), tr("Trigger price"))},
      m_size{identify(new DecimalEdit, QStringLiteral("ticket.size"), tr("Size"))},
      m_unit{identify(new QComboBox, QStringLiteral("ticket.unit"), tr("Unit of the size"))},
      m_share{identify(new QSlider{Qt::Horizontal}, QStringLiteral("ticket.share"),
          tr("Share of the largest size in per cent"))},
      m_reduceOnly{
          identify(new QCheckBox{tr("Reduce-only")}, QStringLiteral("ticket.reduceOnly"), tr("Reduce-only"))},
      m_bracket{new BracketFields},
      m_general{roleLabel({}, "block")},
      m_ruleNote{roleLabel({}, "caption")},
      m_cost{new Readout{QStringLiteral("ticket.cost"), tr("Cost")}},
      m_max{new Readout{QStringLiteral("ticket.max"), tr("Largest size")}},
      m_value{new Readout{QStringLiteral("ticket.value"), tr("Order value")}},
      m_liquidation{new Readout{QStringLiteral("ticket.liquidation"), tr("Liquidation after")}},
      m_ratio{new Readout{QStringLiteral("ticket.ratio"), tr("Margin ratio")}},
      m_plan{new PlanFigures{QStringLiteral("ticket.plan"), PlanFigures::Scope::Ticket,
          tools.window.models.market, [this] { return m_tools.window.models.planInputs.context(); }}},
      m_planIssue{new IssueRow{QStringLiteral("ticket.planIssue")}},
      m_send{identify(new QPushButton, QStringLiteral("ticket.send"), tr("Send order"))},
      m_outcome{roleLabel({}, "caption")}
{
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout{content};
    layout->setContentsMargins(10, 6, 10, 8);
    layout->setSpacing(6);
    buildFields(layout);
    buildSize(layout);
    buildFigures(layout);
    layout->addStretch(1);
    // What sends stays in view.
    buildSending(
        addFooter(layOutScrolled(this, content, QStringLiteral("ticket.scroll"), tr("Order ticket"))));
    setFocusProxy(m_size);
    connectModels();
    setSide(domain::Side::Buy);
    follow(tools.link.symbol());
}

TicketPanel::~TicketPanel() = default;

void TicketPanel::buildFields(QVBoxLayout *layout)
{
    QFont strong = Theme::numberFont();
    strong.setBold(true);
    strong.setPointSizeF(strong.pointSizeF() * 1.15);
    m_symbol->setFont(strong);
    m_symbol->setObjectName(QStringLiteral("ticket.symbol"));
    m_prices->setObjectName(QStringLiteral("ticket.prices"));
    m_prices->setFont(Theme::numberFont());
    m_prices->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_prices->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *head = new QHBoxLayout;
    head->addWidget(m_symbol);
    head->addWidget(m_prices, 1);
    layout->addLayout(head);

    auto *sides = new QHBoxLayout;
    sides->setSpacing(4);
    auto *group = new QButtonGroup{this};
    for (QPushButton *button : {m_buy, m_sell}) {
        button->setCheckable(true);
        group->addButton(button);
        sides->addWidget(button);
    }
    m_buy->setProperty("direction", QStringLiteral("buy"));
    m_sell->setProperty("direction", QStringLiteral("sell"));
    m_buy->setShortcut(Qt::ALT | Qt::Key_B);
    m_sell->setShortcut(Qt::ALT | Qt::Key_S);
    layout->addLayout(sides);
    connect(group, &QButtonGroup::idClicked, this, &TicketPanel::refresh);

    m_leverage->setRange(1, 125);
    m_leverage->setSuffix(QStringLiteral("x"));
    m_leverage->setFont(Theme::numberFont());
    m_leverage->setKeyboardTracking(false);
    m_marginType->addItem(tr("Cross"), static_cast<int>(domain::MarginType::Cross));
    m_marginType->addItem(tr("Isolated"), static_cast<int>(domain::MarginType::Isolated));
    auto *leverageRow = new QWidget;
    leverageRow->setObjectName(QStringLiteral("ticket.leverageRow"));
    auto *row = new QHBoxLayout{leverageRow};
    row->setContentsMargins(0, 0, 0, 0);
    leverageRow->setFocusProxy(m_leverage);
    row->addWidget(m_leverage, 1);
    row->addWidget(m_marginType, 1);
    m_leverageField = new Field{tr("Leverage"), leverageRow};
    layout->addWidget(m_leverageField);
    connect(m_leverage, &QSpinBox::valueChanged, this, &TicketPanel::changeLeverage);
    connect(m_marginType, &QComboBox::activated, this, &TicketPanel::changeMarginType);

    for (const auto &[text, value] :
        std::initializer_list<std::pair<QString, Kind>>{{tr("Market"), Kind::Market},
            {tr("Limit"), Kind::Limit}, {tr("Post-only limit"), Kind::PostOnly},
            {tr("Stop (market)"), Kind::StopMarket}, {tr("Take-profit (market)"), Kind::TakeProfitMarket}}) {
        m_type->addItem(text, static_cast<int>(value));
    }
    m_type->setCurrentIndex(1);
    layout->addWidget(new Field{tr("Type"), m_type});
    connect(m_type, &QComboBox::currentIndexChanged, this, &TicketPanel::refresh);

    m_priceField = new Field{tr("Price"), m_price};
    m_triggerField = new Field{tr("Trigger price"), m_trigger};
    m_trigger->setToolTip(tr("Compared with the mark price"));
    layout->addWidget(m_priceField);
    layout->addWidget(m_triggerField);
    connect(m_price, &QLineEdit::textChanged, this, &TicketPanel::refresh);
    connect(m_trigger, &QLineEdit::textChanged, this, &TicketPanel::refresh);
}

void TicketPanel::buildSize(QVBoxLayout *layout)
{
    auto *sizeRow = new QWidget;
    sizeRow->setObjectName(QStringLiteral("ticket.sizeRow"));
    auto *row = new QHBoxLayout{sizeRow};
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    sizeRow->setFocusProxy(m_size);
    row->addWidget(m_size, 2);
    row->addWidget(m_unit, 1);
    m_unit->addItem(tr("base"), static_cast<int>(Unit::Base));
    m_unit->addItem(QStringLiteral("USDT"), static_cast<int>(Unit::Quote));
    m_sizeField = new Field{tr("Size"), sizeRow};
    layout->addWidget(m_sizeField);
    connect(m_size, &QLineEdit::textChanged, this, &TicketPanel::refresh);
    connect(m_unit, &QComboBox::currentIndexChanged, this, &TicketPanel::refresh);

    m_share->setRange(0, 100);
    m_share->setPageStep(10);
    m_share->setToolTip(tr("Share of the largest size that balance and limits allow"));
    connect(m_share, &QSlider::valueChanged, this, &TicketPanel::setShare);
    layout->addWidget(m_share);
    auto *shares = new QHBoxLayout;
    shares->setSpacing(4);
    for (const int percent : {10, 25, 50, 75, 100}) {
        auto *button = identify(new QPushButton{QStringLiteral("%1 %").arg(percent)},
            QStringLiteral("ticket.share%1").arg(percent),
            tr("%1 per cent of the largest size").arg(percent));
        button->setProperty("small", true);
        button->setMinimumWidth(10);
        connect(button, &QPushButton::clicked, this, [this, percent] {
            m_share->setValue(percent);
            setShare(percent);
        });
        shares->addWidget(button);
    }
    layout->addLayout(shares);
    layout->addWidget(m_reduceOnly);
    connect(m_reduceOnly, &QCheckBox::toggled, this, &TicketPanel::refresh);
    layout->addWidget(m_bracket);
    connect(m_bracket, &BracketFields::changed, this, &TicketPanel::refresh);
}

void TicketPanel::buildFigures(QVBoxLayout *layout)
{
    auto *line = new QFrame;
    line->setProperty("role", QStringLiteral("line"));
    layout->addWidget(line);
    auto *figures = new QVBoxLayout;
    figures->setSpacing(3);
    for (Readout *figure : {m_value, m_cost, m_max, m_liquidation, m_ratio}) {
        figures->addWidget(figure);
    }
    layout->addLayout(figures);
    layout->addWidget(m_plan);
    m_value->setExplainer(m_plan->explainerOf(domain::PlanFigure::Notional));
    m_liquidation->setExplainer(m_plan->explainerOf(domain::PlanFigure::Liquidation));
    m_ratio->setExplainer(m_plan->explainerOf(domain::PlanFigure::RatioAfter));
}

void TicketPanel::buildSending(QVBoxLayout *layout)
{
    m_general->setObjectName(QStringLiteral("ticket.message"));
    m_general->setWordWrap(true);
    m_general->hide();
    layout->addWidget(m_general);
    m_ruleNote->setObjectName(QStringLiteral("ticket.ruleNote"));
    m_ruleNote->setWordWrap(true);
    m_ruleNote->hide();
    layout->addWidget(m_ruleNote);
    layout->addWidget(m_planIssue);
    connect(m_planIssue, &IssueRow::mendAsked, this, &TicketPanel::mendPlan);
    m_send->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    layout->addWidget(m_send);
    m_outcome->setObjectName(QStringLiteral("ticket.outcome"));
    m_outcome->setWordWrap(true);
    layout->addWidget(m_outcome);
    layout->addWidget(new DeadManRow{m_tools});
    connect(m_send, &QPushButton::clicked, this, &TicketPanel::press);
}

void TicketPanel::connectModels()
{
    live::Models &models = m_tools.window.models;
    m_refreshing.setSingleShot(true);
    m_refreshing.setInterval(150ms);
    connect(&m_refreshing, &QTimer::timeout, this, &TicketPanel::refresh);
    m_ageing.setInterval(1s);
    connect(&m_ageing, &QTimer::timeout, this, &TicketPanel::refresh);
    m_ageing.start();
    const auto onMarket = [this](const auto &changed) {
        const domain::Symbol &symbol = m_tools.link.symbol();
        if (std::ranges::any_of(*changed, [&symbol](const auto &value) { return value.symbol == symbol; })) {
            refreshSoon();
        }
    };
    connect(&models.market, &live::MarketState::bookTickersChanged, this, onMarket);
    connect(&models.market, &live::MarketState::marksChanged, this, onMarket);
    connect(&models.market, &live::MarketState::exchangeInfoChanged, this, &TicketPanel::applySpec);
    connect(&models.account, &live::AccountView::accountChanged, this, &TicketPanel::applyConfig);
    connect(&models.account, &live::AccountView::tablesChanged, this, &TicketPanel::applyConfig);
    connect(&models.openOrders, &live::OrdersModel::openOrdersChanged, this, &TicketPanel::refreshSoon);
    connect(&models.health, &live::HealthModel::healthChanged, this, &TicketPanel::refreshSoon);
    connect(&models.rules, &live::RulesModel::changed, this, &TicketPanel::refreshSoon);
    for (Field *field : {m_leverageField, m_priceField, m_triggerField, m_sizeField}) {
        connect(field, &Field::mendAsked, this, [this, field] {
            if (const auto fault = m_faults.find(field); fault != m_faults.end()) {
                mend(domain::DraftIssue{fault->second}); // a copy: the list changes on the way
            }
        });
    }
    connect(&m_tools.link, &SymbolLink::symbolChanged, this, &TicketPanel::follow);
    connect(&m_tools.link, &SymbolLink::pricePicked, this, &TicketPanel::takePrice);
    connect(&m_tools.link, &SymbolLink::draftOffered, this, &TicketPanel::take);
}

void TicketPanel::follow(const domain::Symbol &symbol)
{
    *m_bestPrices =
        symbol.empty() ? ports::Subscription{} : m_tools.window.marketData.watchBookTicker(symbol);
    m_tools.window.models.account.want(symbol);
    m_tools.window.models.planInputs.follow(symbol);
    m_symbol->setText(symbol.empty() ? tr("No symbol chosen") : live::toQString(symbol));
    m_price->clear();
    m_trigger->clear();
    m_size->clear();
    m_bracket->fill({}, {});
    m_leverageRefusal.clear();
    say({});
    applySpec();
    applyConfig();
}

void TicketPanel::applySpec()
{
    if (const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_tools.link.symbol())) {
        m_price->setStep(spec->tickSize.toString());
        m_trigger->setStep(spec->tickSize.toString());
        m_size->setStep(spec->lot.stepSize.toString());
        m_bracket->setSpec(*spec);
        m_unit->setItemText(0, live::toQString(spec->baseAsset));
        m_unit->setItemText(1, live::toQString(spec->quoteAsset));
        m_price->setUnit(live::toQString(spec->quoteAsset));
        m_trigger->setUnit(live::toQString(spec->quoteAsset));
    }
    refresh();
}

void TicketPanel::applyConfig()
{
    const live::AccountView &account = m_tools.window.models.account;
    const domain::Symbol &symbol = m_tools.link.symbol();
    const domain::SymbolConfig config = account.config(symbol);
    const QSignalBlocker quietly{m_leverage};
    const domain::LeverageBrackets &table = domain::bracketsOf(account.brackets(), symbol);
    m_leverage->setMaximum(table.empty() ? 125 : table.front().maxLeverage);
    if (!m_leverage->hasFocus()) {
        m_leverage->setValue(config.leverage);
    }
    m_marginType->setCurrentIndex(config.marginType == domain::MarginType::Cross ? 0 : 1);
    refresh();
}

TicketPanel::Kind TicketPanel::kindOf(const domain::NewOrder &order)
{
    switch (order.type) {
    case domain::OrderType::StopMarket:
        return Kind::StopMarket;
    case domain::OrderType::TakeProfitMarket:
        return Kind::TakeProfitMarket;
    default:
        return !order.price.isPositive()                       ? Kind::Market
               : order.timeInForce == domain::TimeInForce::Gtx ? Kind::PostOnly
                                                               : Kind::Limit;
    }
}

void TicketPanel::take(const TicketDraft &offered)
{
    const live::MarketState &market = m_tools.window.models.market;
    const domain::NewOrder &order = offered.order;
    const int priceDecimals = market.priceDecimals(order.symbol);
    setSide(order.side);
    m_type->setCurrentIndex(m_type->findData(static_cast<int>(kindOf(order))));
    if (order.price.isPositive()) {
        m_price->setValue(order.price, priceDecimals);
    }
    if (order.triggerPrice.isPositive()) {
        m_trigger->setValue(order.triggerPrice, priceDecimals);
    }
    m_unit->setCurrentIndex(0);
    m_size->setValue(order.quantity, market.quantityDecimals(order.symbol));
    const bool closesLong =
        order.positionSide == domain::PositionSide::Long && order.side == domain::Side::Sell;
    const bool closesShort =
        order.positionSide == domain::PositionSide::Short && order.side == domain::Side::Buy;
    m_reduceOnly->setChecked(order.reduceOnly || closesLong || closesShort);
    m_bracket->fill(offered.stop, offered.targets);
    say(offered.note);
    if (offered.leverage) {
        m_leverage->setValue(*offered.leverage);
    }
    if (offered.marginType) {
        m_marginType->setCurrentIndex(*offered.marginType == domain::MarginType::Cross ? 0 : 1);
        changeMarginType();
    }
    refresh();
}

void TicketPanel::takePrice(domain::Price price)
{
    const int decimals = m_tools.window.models.market.priceDecimals(m_tools.link.symbol());
    if (kind() == Kind::StopMarket || kind() == Kind::TakeProfitMarket) {
        m_trigger->setValue(price, decimals);
        return;
    }
    if (kind() == Kind::Market) {
        m_type->setCurrentIndex(m_type->findData(static_cast<int>(Kind::Limit)));
    }
    m_price->setValue(price, decimals);
}

void TicketPanel::setSide(domain::Side side)
{
    (side == domain::Side::Buy ? m_buy : m_sell)->setChecked(true);
    refresh();
}

void TicketPanel::setShare(int percent)
{
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_tools.link.symbol());
    if (!spec) {
        return;
    }
    const domain::Quantity size = shareOf(largest(), percent, *spec, draft().type);
    m_unit->setCurrentIndex(0);
    m_size->setValue(size, spec->quantityDecimals());
}

void TicketPanel::followShare(const domain::NewOrder &order, domain::Quantity most)
{
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(order.symbol);
    // What the slider itself has set is rounded down to the lot; it does not push the slider back.
    if (!spec || m_share->isSliderDown() ||
        order.quantity == shareOf(most, m_share->value(), *spec, order.type)) {
        return;
    }
    int percent = 0;
    if (most.isPositive() && order.quantity.isPositive()) {
        const double share = order.quantity.approximate() / most.approximate(); // a place on the screen only
        percent = static_cast<int>(std::lround(std::min(share, 1.0) * 100));
    }
    const QSignalBlocker quiet{m_share};
    m_share->setValue(percent);
}

TicketPanel::Kind TicketPanel::kind() const
{
    return static_cast<Kind>(m_type->currentData().toInt());
}

domain::Side TicketPanel::side() const
{
    return m_sell->isChecked() ? domain::Side::Sell : domain::Side::Buy;
}

bool TicketPanel::isHedged() const
{
    const domain::AccountState *account = m_tools.window.models.account.state();
    return account && account->hedgeMode;
}

domain::Price TicketPanel::valuationPrice() const
{
    switch (kind()) {
    case Kind::Limit:
    case Kind::PostOnly:
        return m_price->value<domain::Price>().value_or(domain::Price{});
    case Kind::StopMarket:
    case Kind::TakeProfitMarket:
        return m_trigger->value<domain::Price>().value_or(domain::Price{});
    case Kind::Market:
        break;
    }
    return m_tools.window.models.market.takerPrice(m_tools.link.symbol(), side()).value_or(domain::Price{});
}

domain::Quantity TicketPanel::typedQuantity() const
{
    if (static_cast<Unit>(m_unit->currentData().toInt()) == Unit::Base) {
        return m_size->value<domain::Quantity>().value_or(domain::Quantity{});
    }
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_tools.link.symbol());
    const domain::Price price = valuationPrice();
    const auto amount = m_size->value<domain::Money>();
    if (!spec || !amount || !price.isPositive() || *amount > domain::largestAmount) {
        return {};
    }
    return domain::quantityBought(*amount, price).roundedTo(spec->lot.stepSize, domain::Rounding::Down);
}

domain::NewOrder TicketPanel::draft() const
{
    domain::NewOrder order;
    order.symbol = m_tools.link.symbol();
    order.side = side();
    const bool reduces = m_reduceOnly->isChecked();
    if (isHedged()) {
        // In hedge mode the exchange forbids the flag: what closes is said by the position side.
        const bool isLong = (order.side == domain::Side::Buy) != reduces;
        order.positionSide = isLong ? domain::PositionSide::Long : domain::PositionSide::Short;
    } else {
        order.reduceOnly = reduces;
    }
    order.quantity = typedQuantity();
    switch (kind()) {
    case Kind::Market:
        order.type = domain::OrderType::Market;
        break;
    case Kind::PostOnly:
        order.timeInForce = domain::TimeInForce::Gtx;
        [[fallthrough]];
    case Kind::Limit:
        order.type = domain::OrderType::Limit;
        order.price = m_price->value<domain::Price>().value_or(domain::Price{});
        break;
    case Kind::StopMarket:
        order.type = domain::OrderType::StopMarket;
        order.triggerPrice = m_trigger->value<domain::Price>().value_or(domain::Price{});
        break;
    case Kind::TakeProfitMarket:
        order.type = domain::OrderType::TakeProfitMarket;
        order.triggerPrice = m_trigger->value<domain::Price>().value_or(domain::Price{});
        break;
    }
    return order;
}

domain::DraftIssues TicketPanel::issues() const
{
    const domain::NewOrder order = draft();
    const domain::DraftContext context = m_tools.window.models.planInputs.context();
    domain::DraftIssues found = domain::pretradeIssues(order, context);
    const bool isStopSound = isBracket() && m_bracket->problem(order, valuationPrice()).isEmpty();
    if (!isBracket() || isStopSound) { // a stop that is being typed is scolded at its own field
        const auto stop = isStopSound ? std::optional{m_bracket->plan(order).stopTrigger} : std::nullopt;
        std::ranges::move(domain::riskRuleIssues(order, stop, context), std::back_inserter(found));
    }
    return found;
}

domain::Quantity TicketPanel::largest() const
{
    domain::NewOrder order = draft();
    if (order.type == domain::OrderType::Limit && order.price.isZero()) {
        order.type = domain::OrderType::Market; // before a price is typed, what the market price allows
    }
    const domain::AccountState *account = m_tools.window.models.account.state();
    if (m_reduceOnly->isChecked() && account) {
        const domain::Position *held = domain::findPosition(*account, order.symbol, order.positionSide);
        return held && held->side != order.side ? held->quantity : domain::Quantity{};
    }
    return domain::maxOpenQuantity(order, m_tools.window.models.account.draftContext(order.symbol));
}

QString TicketPanel::blockedReason() const
{
    if (m_tools.link.symbol().empty()) {
        return tr("Choose a symbol in the watchlist.");
    }
    return m_tools.window.models.health.refusal(
        m_reduceOnly->isChecked() ? live::Intent::Reduce : live::Intent::Open);
}

bool TicketPanel::isBracket() const
{
    return m_bracket->isOn() && m_bracket->isVisibleTo(this);
}

void TicketPanel::say(const QString &sentence)
{
    showSentence(m_outcome, sentence);
    m_outcome->setVisible(!sentence.isEmpty());
}

void TicketPanel::refreshSoon()
{
    if (!m_refreshing.isActive()) {
        m_refreshing.start();
    }
}

void TicketPanel::refresh()
{
    const domain::Symbol &symbol = m_tools.link.symbol();
    const live::MarketState &market = m_tools.window.models.market;
    const bool isLimit = kind() == Kind::Limit || kind() == Kind::PostOnly;
    const bool isTriggered = kind() == Kind::StopMarket || kind() == Kind::TakeProfitMarket;
    m_priceField->setVisible(isLimit);
    m_triggerField->setVisible(isTriggered);
    // What is protected is an entry.
    m_bracket->setVisible(!isTriggered && !m_reduceOnly->isChecked());
    m_reduceOnly->setText(isHedged() ? tr("Close the other side's position") : tr("Reduce-only"));
    if (const domain::BookTicker *best = market.bookTicker(symbol)) {
        const int decimals = market.priceDecimals(symbol);
        m_prices->setText(
            tr("bid %1   ask %2")
                .arg(live::fixedText(best->bid, decimals), live::fixedText(best->ask, decimals)));
    } else {
        m_prices->clear();
    }
    const domain::NewOrder order = draft();
    const domain::DraftIssues found = issues();
    showPlan(order);
    showIssues(found);
    showFigures(order);
    const QString note =
        live::toQString(domain::riskRuleReservation(order, m_tools.window.models.planInputs.context()));
    showSentence(m_ruleNote, note);
    m_ruleNote->setVisible(!note.isEmpty());

    const domain::SymbolSpec *spec = market.spec(symbol);
    const QString blocked = blockedReason();
    if (isBracket()) {
        m_bracket->show(order, valuationPrice());
    }
    const bool isProtected = !isBracket() || m_bracket->problem(order, valuationPrice()).isEmpty();
    const bool maySend =
        spec && blocked.isEmpty() && domain::maySend(found) && isProtected && !m_planFault && !m_isSending;
    const QString sentence = spec && order.quantity.isPositive()
                                 ? live::orderSentence(order, *spec)
                                 : live::sideWord(order.side) + u' ' + live::toQString(symbol);
    const QString words = m_isSending   ? tr("Sending …")
                          : isBracket() ? sentence + tr(", protected")
                                        : sentence;
    m_send->setText(inTwoLines(words, m_send->fontMetrics(), std::max(120, m_send->width() - 28)));
    m_send->setAccessibleName(words);
    m_send->setToolTip(blocked.isEmpty() ? sentence : blocked);
    m_send->setEnabled(maySend);
    const QString action = order.side == domain::Side::Buy ? QStringLiteral("buy") : QStringLiteral("sell");
    if (m_send->property("action").toString() != action) {
        m_send->setProperty("action", action);
        restyle(m_send);
    }
}

void TicketPanel::press()
{
    const domain::NewOrder order = draft();
    const domain::DraftIssues found = issues();
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(order.symbol);
    const bool isProtected = !isBracket() || m_bracket->problem(order, valuationPrice()).isEmpty();
    if (m_isSending || !spec || !blockedReason().isEmpty() || !domain::maySend(found) || !isProtected ||
        m_planFault) {
        refresh();
        return;
    }
    QStringList doubts;
    for (const domain::DraftIssue &issue : found) {
        doubts << live::toQString(issue.text);
    }
    const auto sinceLast = m_tools.window.clock.monotonicNow() - m_lastSentAt;
    if (m_lastSent && isEqualDraft(*m_lastSent, order) && sinceLast < duplicateWindow) {
        doubts << tr("The very same order was sent less than half a second ago.");
    }
    if (doubts.isEmpty()) {
        send(order);
        return;
    }
    const QString sentence = live::orderSentence(order, *spec);
    ask(this,
        {QStringLiteral("confirmOrder"), tr("Send this order?"),
            sentence + QStringLiteral("\n\n") + doubts.join(u'\n'), sentence},
        [this, order] { send(order); });
}

void TicketPanel::send(const domain::NewOrder &order)
{
    if (m_isSending) {
        return;
    }
    m_isSending = true;
    m_lastSent = order;
    m_lastSentAt = m_tools.window.clock.monotonicNow();
    say(tr("Sent; waiting for the exchange."));
    refresh();
    ports::Trading &trading = m_tools.window.trading;
    ports::whenFinished(isBracket() ? trading.submitBracket(m_bracket->plan(order), "ticket button")
                                    : trading.submit(order, "ticket button"),
        this, [this](const domain::Result<domain::Order> &result) { showOutcome(result); });
}

void TicketPanel::showOutcome(const domain::Result<domain::Order> &result)
{
    m_isSending = false;
    const QString sentence = outcomeSentence(result);
    const bool isDoubtful = !result && result.error().code == domain::ErrorCode::OutcomeUnknown;
    const bool isBad = !result || result->endReason == domain::EndReason::Rejected ||
                       result->endReason == domain::EndReason::Denied;
    say(sentence);
    m_outcome->setProperty("role", QLatin1StringView{isDoubtful ? "confirm" : isBad ? "block" : "good"});
    restyle(m_outcome);
    const domain::NewOrder &order = result ? result->request : *m_lastSent;
    if (const domain::SymbolSpec *spec = m_tools.window.models.market.spec(order.symbol)) {
        m_tools.window.models.log.report(isBad ? live::LogModel::Problem : live::LogModel::Info,
            live::orderSentence(order, *spec) + QStringLiteral(": ") + sentence);
    }
    refresh();
}

} // namespace ui
