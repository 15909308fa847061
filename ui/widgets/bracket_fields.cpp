#include "ui/widgets/bracket_fields.h"

#include "models/live/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/target_rows.h"

#include <QCheckBox>
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
      m_targets{new TargetRows{QStringLiteral("ticket"), tr("what is filled")}},
      m_message{roleLabel({}, "block")},
      m_sentence{roleLabel({}, "caption")}
{
    m_stop->setToolTip(tr("Compared with the mark price"));
    m_stop->setUnit(QStringLiteral("USDT"));
    m_message->setObjectName(QStringLiteral("ticket.protectMessage"));
    m_sentence->setObjectName(QStringLiteral("ticket.protectSentence"));
    m_message->setWordWrap(true);
    m_sentence->setWordWrap(true);
    auto *body = new QVBoxLayout{m_body};
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(3);
    body->addWidget(m_stopField);
    body->addWidget(m_targets);
    body->addWidget(m_message);
    body->addWidget(m_sentence);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_on);
    layout->addWidget(m_body);
    connect(m_on, &QCheckBox::toggled, this, &BracketFields::update);
    connect(m_stop, &QLineEdit::textChanged, this, &BracketFields::changed);
    connect(m_targets, &TargetRows::changed, this, &BracketFields::changed);
    update();
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
    emit changed();
}

void BracketFields::setSpec(const domain::SymbolSpec &spec)
{
    m_spec = spec;
    m_stop->setStep(spec.tickSize.toString());
    m_targets->setGrid(spec.tickSize.toString(), spec.priceDecimals());
}

void BracketFields::fill(domain::Price stop, const std::vector<domain::BracketPlan::Target> &targets)
{
    if (!stop.isPositive()) {
        m_stop->clear();
        m_targets->clearPrices();
        m_on->setChecked(false);
        return;
    }
    m_stop->setValue(stop, m_spec.priceDecimals());
    m_targets->setRows(std::max(1, static_cast<int>(targets.size())));
    m_targets->clearPrices();
    for (int row = 0; row < std::min(m_targets->rows(), static_cast<int>(targets.size())); ++row) {
        m_targets->setPrice(row, targets[static_cast<std::size_t>(row)].price);
        m_targets->setShare(row, targets[static_cast<std::size_t>(row)].share);
    }
    m_on->setChecked(true);
}

void BracketFields::setStop(domain::Price stop)
{
    m_stop->setValue(stop, m_spec.priceDecimals());
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
    for (int row = 0; row < m_targets->rows(); ++row) {
        if (const auto price = m_targets->price(row)) {
            plan.targets.push_back({*price, m_targets->share(row)});
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
    for (int at = 0; at < m_targets->rows(); ++at) {
        if (m_targets->isBlank(at)) {
            continue;
        }
        const auto price = m_targets->price(at);
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
        shares += m_targets->sharePercent(at);
    }
    return shares > 100 ? tr("The shares add up to %1 %; at most 100 % can be taken.").arg(shares)
                        : QString{};
}

void BracketFields::show(const domain::NewOrder &entry, domain::Price entryPrice)
{
    const QString wrong = problem(entry, entryPrice);
    const bool isBlank = m_stop->isBlank();
    showSentence(m_message, wrong);
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
    showSentence(m_sentence, text);
    m_sentence->setVisible(wrong.isEmpty());
}

} // namespace ui
