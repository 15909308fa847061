#include "ui/widgets/bracket_fields.h"

#include "models/live/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QCheckBox>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

BracketFields::BracketFields(QWidget *parent)
    : QWidget{parent},
      m_on{identify(new QCheckBox{tr("Protect with stop and targets")}, QStringLiteral("ticket.protect"),
          tr("Protect with stop and targets"))},
      m_body{new QWidget},
      m_stop{identify(
          new DecimalEdit, QStringLiteral("ticket.stop"), tr("Trigger price of the protective stop"))},
      m_stopField{new Field{tr("Stop"), m_stop}},
      m_targets{new QVBoxLayout},
      m_more{identify(
          new QPushButton{tr("Add target")}, QStringLiteral("ticket.moreTargets"), tr("Add target"))},
      m_fewer{identify(new QPushButton{tr("Remove")}, QStringLiteral("ticket.fewerTargets"),
          tr("Remove the last target"))},
      m_message{roleLabel({}, "block")},
      m_sentence{roleLabel({}, "caption")}
{
    m_stop->setToolTip(tr("Compared with the mark price"));
    m_stop->setUnit(QStringLiteral("USDT"));
    m_targets->setSpacing(3);
    m_message->setObjectName(QStringLiteral("ticket.protectMessage"));
    m_sentence->setObjectName(QStringLiteral("ticket.protectSentence"));
    m_message->setWordWrap(true);
    m_sentence->setWordWrap(true);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    for (QPushButton *button : {m_more, m_fewer}) {
        button->setProperty("small", true);
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    auto *body = new QVBoxLayout{m_body};
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(3);
    body->addWidget(m_stopField);
    body->addLayout(m_targets);
    body->addLayout(buttons);
    body->addWidget(m_message);
    body->addWidget(m_sentence);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_on);
    layout->addWidget(m_body);
    connect(m_on, &QCheckBox::toggled, this, &BracketFields::update);
    connect(m_stop, &QLineEdit::textChanged, this, &BracketFields::changed);
    connect(m_more, &QPushButton::clicked, this, [this] { setRows(m_shown + 1); });
    connect(m_fewer, &QPushButton::clicked, this, [this] { setRows(m_shown - 1); });
    setRows(1);
}

bool BracketFields::isOn() const
{
    return m_on->isChecked() && isEnabled();
}

void BracketFields::setOn(bool on)
{
    m_on->setChecked(on);
}

void BracketFields::update()
{
    m_body->setVisible(m_on->isChecked());
    for (std::size_t at = 0; at < m_rows.size(); ++at) {
        m_rows[at].whole->setVisible(static_cast<int>(at) < m_shown);
    }
    m_more->setEnabled(m_shown < mostTargets);
    m_fewer->setEnabled(m_shown > 0);
    emit changed();
}

void BracketFields::addRow()
{
    const int number = static_cast<int>(m_rows.size()) + 1;
    Row row;
    row.whole = new QWidget;
    row.price = identify(
        new DecimalEdit, QStringLiteral("ticket.target%1").arg(number), tr("Price of target %1").arg(number));
    row.price->setPlaceholderText(tr("optional"));
    row.price->setStep(m_spec.tickSize.toString());
    row.share = identify(new QSpinBox, QStringLiteral("ticket.targetShare%1").arg(number),
        tr("Share of target %1 in per cent of what is filled").arg(number));
    row.share->setRange(1, 100);
    row.share->setSuffix(QStringLiteral(" %"));
    row.share->setValue(100);
    row.share->setFont(Theme::numberFont());
    row.share->setMaximumWidth(76);
    auto *caption = roleLabel(tr("Target %1").arg(number), "caption");
    caption->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("Trigger price  ")));
    auto *line = new QHBoxLayout{row.whole};
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(6);
    line->addWidget(caption);
    line->addWidget(row.price, 1);
    line->addWidget(row.share);
    m_targets->addWidget(row.whole);
    connect(row.price, &QLineEdit::textChanged, this, &BracketFields::changed);
    connect(row.share, &QSpinBox::valueChanged, this, &BracketFields::changed);
    m_rows.push_back(row);
}

void BracketFields::setRows(int count)
{
    while (static_cast<int>(m_rows.size()) < std::min(count, mostTargets)) {
        addRow();
    }
    const bool isAnother = count != m_shown;
    m_shown = std::clamp(count, 0, mostTargets);
    if (isAnother && m_shown > 0) {
        // An even split to begin with; what does not divide goes to the last one.
        for (int at = 0; at < m_shown; ++at) {
            m_rows[static_cast<std::size_t>(at)].share->setValue(
                at + 1 == m_shown ? 100 - 100 / m_shown * (m_shown - 1) : 100 / m_shown);
        }
    }
    update();
}

void BracketFields::setSpec(const domain::SymbolSpec &spec)
{
    m_spec = spec;
    m_stop->setStep(spec.tickSize.toString());
    for (const Row &row : m_rows) {
        row.price->setStep(spec.tickSize.toString());
    }
}

void BracketFields::fill(domain::Price stop, const std::vector<domain::BracketPlan::Target> &targets)
{
    if (!stop.isPositive()) {
        m_stop->clear();
        for (const Row &row : m_rows) {
            row.price->clear();
        }
        m_on->setChecked(false);
        return;
    }
    m_stop->setValue(stop, m_spec.priceDecimals());
    setRows(std::max(1, static_cast<int>(targets.size())));
    for (std::size_t at = 0; at < m_rows.size(); ++at) {
        if (at < targets.size()) {
            m_rows[at].price->setValue(targets[at].price, m_spec.priceDecimals());
            m_rows[at].share->setValue(static_cast<int>((targets[at].share * 100).approximate() + 0.5));
        } else {
            m_rows[at].price->clear();
        }
    }
    m_on->setChecked(true);
}

domain::Price BracketFields::stop() const
{
    return m_stop->value<domain::Price>().value_or(domain::Price{});
}

domain::BracketPlan BracketFields::plan(const domain::NewOrder &entry) const
{
    domain::BracketPlan plan;
    plan.entry = entry;
    plan.stopTrigger = stop();
    for (int at = 0; at < m_shown; ++at) {
        const Row &row = m_rows[static_cast<std::size_t>(at)];
        if (const auto price = row.price->value<domain::Price>()) {
            plan.targets.push_back({*price, domain::Rate::of(row.share->value()) / 100});
        }
    }
    return plan;
}

QString BracketFields::problem(const domain::NewOrder &entry, domain::Price entryPrice) const
{
    const bool isLong = entry.side == domain::Side::Buy;
    const auto isOffGrid = [this](domain::Price price) {
        return m_spec.tickSize.isPositive() && price.roundedTo(m_spec.tickSize) != price;
    };
    const QString tick = live::toQString(m_spec.tickSize.toString());
    if (m_stop->isBlank()) {
        return tr("Type the price at which the stop is to trigger.");
    }
    if (!stop().isPositive()) {
        return tr("The stop is not a price.");
    }
    if (isOffGrid(stop())) {
        return tr("The stop is not a multiple of the tick %1.").arg(tick);
    }
    if (entryPrice.isPositive() && (isLong ? stop() >= entryPrice : stop() <= entryPrice)) {
        return isLong ? tr("The stop of a long lies below its entry.")
                      : tr("The stop of a short lies above its entry.");
    }
    int shares = 0;
    for (int at = 0; at < m_shown; ++at) {
        const Row &row = m_rows[static_cast<std::size_t>(at)];
        if (row.price->isBlank()) {
            continue;
        }
        const auto price = row.price->value<domain::Price>();
        if (!price || !price->isPositive()) {
            return tr("Target %1 is not a price.").arg(at + 1);
        }
        if (isOffGrid(*price)) {
            return tr("Target %1 is not a multiple of the tick %2.").arg(at + 1).arg(tick);
        }
        if (entryPrice.isPositive() && (isLong ? *price <= entryPrice : *price >= entryPrice)) {
            return isLong ? tr("Target %1 of a long lies above its entry.").arg(at + 1)
                          : tr("Target %1 of a short lies below its entry.").arg(at + 1);
        }
        shares += row.share->value();
    }
    return shares > 100 ? tr("The shares add up to %1 %; at most 100 % can be taken.").arg(shares)
                        : QString{};
}

void BracketFields::show(const domain::NewOrder &entry, domain::Price entryPrice)
{
    const QString wrong = problem(entry, entryPrice);
    const bool isBlank = m_stop->isBlank();
    m_message->setText(wrong);
    m_message->setProperty("role", QLatin1StringView{isBlank ? "confirm" : "block"});
    restyle(m_message);
    m_message->setVisible(!wrong.isEmpty());
    const domain::BracketPlan planned = plan(entry);
    int shares = 0;
    for (const domain::BracketPlan::Target &target : planned.targets) {
        shares += static_cast<int>((target.share * 100).approximate() + 0.5);
    }
    QString text =
        tr("As the entry fills, a stop at market is placed for what is filled. No stop, no entry.");
    if (!planned.targets.empty()) {
        text +=
            u' ' +
            tr("Targets are limit orders for %1 % of it; what they take is taken off the stop.").arg(shares);
    }
    m_sentence->setText(text);
    m_sentence->setVisible(wrong.isEmpty());
}

} // namespace ui
