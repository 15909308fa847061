#include "ui/widgets/watch_page.h"

#include "models/live/text.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/identify.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui
{

using domain::Money;
using domain::Price;
using domain::Rate;
using domain::RiskLevel;

WatchPage::WatchPage(live::Models &models, const domain::Symbol &symbol, QWidget *parent)
    : QWidget{parent},
      m_models{models},
      m_hasLevel{identify(new QCheckBox{tr("Margin ratio reaches the level")}, QStringLiteral("watch.level"),
          tr("Alert when the margin ratio reaches the level"))},
      m_level{
          identify(new QComboBox, QStringLiteral("watch.level.limit"), tr("Alert from this risk level on"))},
      m_prices{identify(new QListWidget, QStringLiteral("watch.prices"), tr("Prices waited for"))},
      m_symbol{
          identify(new QLineEdit, QStringLiteral("watch.symbol"), tr("Symbol of the price to wait for"))},
      m_price{identify(new DecimalEdit, QStringLiteral("watch.price"), tr("Mark price to wait for"))},
      m_remove{identify(
          new QPushButton{tr("Remove")}, QStringLiteral("watch.remove"), tr("Remove the chosen price"))},
      m_problem{roleLabel({}, "block")}
{
    auto *layout = new QVBoxLayout{this};
    layout->setSpacing(8);
    auto *intro = roleLabel(
        tr("When you are told of the account's risk. Each matter is told once, and again only after it was "
           "over; how it reaches you, and a test of each kind, is on the page Alerts."),
        "caption");
    intro->setWordWrap(true);
    layout->addWidget(intro);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(2, 1);
    for (const RiskLevel level : {RiskLevel::Medium, RiskLevel::High, RiskLevel::Critical}) {
        m_level->addItem(live::toQString(domain::toString(level)), static_cast<int>(level));
    }
    grid->addWidget(m_hasLevel, 0, 0);
    grid->addWidget(m_level, 0, 1);
    connect(m_hasLevel, &QCheckBox::toggled, this, &WatchPage::take);
    connect(m_level, &QComboBox::currentIndexChanged, this, &WatchPage::take);
    m_distance = addRow(grid, "distance", tr("Liquidation is nearer than"), QStringLiteral("%"));
    m_naked = addRow(grid, "naked", tr("A position is without a stop for"), QStringLiteral("s"));
    m_dailyLoss = addRow(grid, "dailyLoss", tr("The day's loss reaches, of its limit"), QStringLiteral("%"));
    m_funding = addRow(grid, "funding", tr("Funding within 15 min takes more than"), QStringLiteral("USDT"));
    layout->addLayout(grid);
    layout->addWidget(roleLabel(tr("Mark prices waited for"), "heading"));
    layout->addWidget(prices(symbol));
    m_problem->setObjectName(QStringLiteral("watch.problem"));
    m_problem->setWordWrap(true);
    m_problem->hide();
    layout->addWidget(m_problem);
    layout->addStretch(1);
    connect(&models.riskAlerts, &live::RiskAlerts::limitsChanged, this, &WatchPage::show);
    show();
}

WatchPage::Row WatchPage::addRow(QGridLayout *grid, const char *id, const QString &what, const QString &unit)
{
    const QString name = QStringLiteral("watch.") + QLatin1StringView{id};
    Row row;
    row.isOn = identify(new QCheckBox{what}, name, tr("Alert: %1").arg(what));
    row.limit = identify(new DecimalEdit, name + QStringLiteral(".limit"), tr("%1, in %2").arg(what, unit));
    row.limit->setUnit(unit);
    row.limit->setMaximumWidth(fontMetrics().horizontalAdvance(QStringLiteral("0,000,000.00 USDT")) + 24);
    const int at = grid->rowCount();
    grid->addWidget(row.isOn, at, 0);
    grid->addWidget(row.limit, at, 1);
    connect(row.isOn, &QCheckBox::toggled, this, &WatchPage::take);
    connect(row.limit, &QLineEdit::textChanged, this, &WatchPage::take);
    return row;
}

QWidget *WatchPage::prices(const domain::Symbol &symbol)
{
    auto *part = new QWidget;
    auto *layout = new QVBoxLayout{part};
    layout->setContentsMargins(0, 0, 0, 0);
    m_prices->setFixedHeight(8 * m_prices->fontMetrics().lineSpacing() + 8);
    layout->addWidget(m_prices);
    auto *row = new QHBoxLayout;
    m_symbol->setText(live::toQString(symbol));
    m_symbol->setMaximumWidth(fontMetrics().horizontalAdvance(QStringLiteral("1000000MOGUSDT")) + 24);
    m_price->setUnit(QStringLiteral("USDT"));
    auto *add =
        identify(new QPushButton{tr("Wait for it")}, QStringLiteral("watch.add"), tr("Wait for this price"));
    row->addWidget(m_symbol);
    row->addWidget(m_price, 1);
    row->addWidget(add);
    row->addWidget(m_remove);
    layout->addLayout(row);
    connect(add, &QPushButton::clicked, this, &WatchPage::addPrice);
    connect(m_price, &QLineEdit::returnPressed, this, &WatchPage::addPrice);
    connect(m_remove, &QPushButton::clicked, this, &WatchPage::removePrice);
    connect(
        m_prices, &QListWidget::currentRowChanged, this, [this](int at) { m_remove->setEnabled(at >= 0); });
    return part;
}

void WatchPage::show()
{
    if (m_isShowing) {
        return;
    }
    m_isShowing = true;
    const domain::WatchLimits &limits = m_models.riskAlerts.limits();
    m_hasLevel->setChecked(limits.level.has_value());
    m_level->setCurrentIndex(m_level->findData(static_cast<int>(limits.level.value_or(RiskLevel::Medium))));
    const auto put = [](const Row &row, const auto &value) {
        row.isOn->setChecked(value.has_value());
        if (value) {
            row.limit->setValue(*value);
        }
        row.limit->setEnabled(value.has_value());
    };
    const auto percent = [](const std::optional<Rate> &rate) {
        return rate ? std::optional{*rate * 100} : std::nullopt;
    };
    put(m_distance, percent(limits.distance));
    put(m_naked, limits.nakedFor ? std::optional{Rate::of(limits.nakedFor->count()) / 1'000} : std::nullopt);
    put(m_dailyLoss, percent(limits.dailyLoss));
    put(m_funding, limits.funding);
    const int chosen = m_prices->currentRow();
    m_prices->clear();
    for (const domain::PriceWatch &watch : limits.prices) {
        m_prices->addItem(tr("%1 at or %2 %3 USDT")
                              .arg(live::toQString(watch.symbol), watch.isAbove ? tr("above") : tr("below"),
                                  live::exactText(watch.price)));
    }
    m_prices->setCurrentRow(std::min(chosen, m_prices->count() - 1));
    m_remove->setEnabled(m_prices->currentRow() >= 0);
    m_isShowing = false;
}

void WatchPage::take()
{
    if (m_isShowing) {
        return;
    }
    domain::WatchLimits limits = m_models.riskAlerts.limits();
    bool isGood = true;
    const auto limitOf = [&isGood](const Row &row) -> std::optional<Rate> {
        const auto value = row.limit->value<Rate>();
        const bool isBad = row.isOn->isChecked() && (!value || !value->isPositive());
        row.limit->setEnabled(row.isOn->isChecked());
        row.limit->setProperty("problem", isBad ? QStringLiteral("block") : QString{});
        restyle(row.limit);
        isGood = isGood && !isBad;
        return row.isOn->isChecked() ? value : std::nullopt;
    };
    const auto share = [](const std::optional<Rate> &percent) {
        return percent ? std::optional{*percent / 100} : std::nullopt;
    };
    limits.level = m_hasLevel->isChecked()
                       ? std::optional{static_cast<RiskLevel>(m_level->currentData().toInt())}
                       : std::nullopt;
    limits.distance = share(limitOf(m_distance));
    const auto seconds = limitOf(m_naked);
    limits.nakedFor =
        seconds
            ? std::optional{domain::Milliseconds{static_cast<std::int64_t>(seconds->approximate() * 1'000.0)}}
            : std::nullopt;
    limits.dailyLoss = share(limitOf(m_dailyLoss));
    const auto funding = limitOf(m_funding);
    limits.funding = funding ? std::optional{Money::fromUnits(funding->units())} : std::nullopt;
    m_level->setEnabled(m_hasLevel->isChecked());
    say(isGood ? QString{} : tr("Enter a number above 0 for each alert that is on."));
    if (isGood) {
        m_isShowing = true; // what is typed is what is set
        m_models.riskAlerts.setLimits(limits);
        m_isShowing = false;
    }
}

void WatchPage::addPrice()
{
    const domain::Symbol symbol = m_symbol->text().trimmed().toUpper().toStdString();
    const auto price = m_price->value<Price>();
    const auto mark = m_models.market.markPrice(symbol);
    if (!m_models.market.spec(symbol)) {
        return say(tr("This venue does not list %1.").arg(live::toQString(symbol)));
    }
    if (!price || !price->isPositive()) {
        return say(tr("Enter a price above 0."));
    }
    if (!mark) {
        return say(
            tr("The mark price of %1 is not known yet; try again in a moment.").arg(live::toQString(symbol)));
    }
    say({});
    domain::WatchLimits limits = m_models.riskAlerts.limits();
    limits.prices.push_back({symbol, *price, *price > *mark});
    m_price->clear();
    m_models.riskAlerts.setLimits(limits);
}

void WatchPage::removePrice()
{
    domain::WatchLimits limits = m_models.riskAlerts.limits();
    const int at = m_prices->currentRow();
    if (at >= 0 && at < static_cast<int>(limits.prices.size())) {
        limits.prices.erase(limits.prices.begin() + at);
        m_models.riskAlerts.setLimits(limits);
    }
}

void WatchPage::say(const QString &text)
{
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
}

} // namespace ui
