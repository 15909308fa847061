#include "ui/panels/risk_panel.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QHeaderView>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

namespace
{

using Columns = live::PositionsModel::ColumnId;
constexpr int shownColumns[] = {Columns::SymbolColumn, Columns::DistanceColumn, Columns::LiquidationColumn,
    Columns::ExchangeLiquidationColumn};

/// The distance to liquidation as a bar behind its figure: full from 50 % on.
class DistanceDelegate final : public CellDelegate
{
public:
    using CellDelegate::CellDelegate;

protected:
    void paintBackground(
        QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        CellDelegate::paintBackground(painter, option, index);
        if (index.column() != Columns::DistanceColumn) {
            return;
        }
        const double share = std::min(1.0, index.data(live::ShareRole).toDouble() * 2.0);
        const QModelIndex level = index.siblingAtColumn(Columns::LevelColumn);
        const QColor tone = theme().colour(static_cast<live::Tone>(level.data(live::ToneRole).toInt()));
        QRect bar = option.rect.adjusted(2, 3, -2, -3);
        bar.setWidth(static_cast<int>(share * bar.width()));
        painter->fillRect(bar, blended(theme().tokens().panel, tone, 0.3));
    }
};

const char *roleOf(domain::RiskLevel level)
{
    return level == domain::RiskLevel::Safe     ? "good"
           : level == domain::RiskLevel::Medium ? ""
           : level == domain::RiskLevel::High   ? "confirm"
                                                : "block";
}

} // namespace

RiskPanel::RiskPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_level{new QLabel},
      m_ratio{new QLabel},
      m_advice{roleLabel({}, "caption")},
      m_gauge{new MarginGauge{tools.theme}},
      m_equity{new Readout{QStringLiteral("risk.equity"), tr("Margin balance")}},
      m_wallet{new Readout{QStringLiteral("risk.wallet"), tr("Wallet balance")}},
      m_available{new Readout{QStringLiteral("risk.available"), tr("Available")}},
      m_pnl{new Readout{QStringLiteral("risk.pnl"), tr("Unrealized PnL")}},
      m_maintenance{new Readout{QStringLiteral("risk.maintenance"), tr("Maintenance margin")}},
      m_exposure{new Readout{QStringLiteral("risk.exposure"), tr("Exposure gross / net")}},
      m_funding{new Readout{QStringLiteral("risk.funding"), tr("Next funding")}},
      m_positions{new DataTable{tools.window.models.positions, tools.theme, tools.window.settings,
          {QStringLiteral("risk.positions"), tr("Distance to liquidation"), tr("No open positions."),
              false}}},
      m_stress{new StressStrip{tools.theme}}
{
    m_level->setObjectName(QStringLiteral("risk.level"));
    m_ratio->setObjectName(QStringLiteral("risk.ratio"));
    m_advice->setObjectName(QStringLiteral("risk.advice"));
    m_gauge->setObjectName(QStringLiteral("risk.gauge"));
    m_stress->setObjectName(QStringLiteral("risk.stress"));
    m_advice->setWordWrap(true);
    QFont big = Theme::numberFont();
    big.setPointSizeF(big.pointSizeF() * 1.7);
    big.setBold(true);
    m_level->setFont(big);
    m_ratio->setFont(big);
    m_ratio->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout{content};
    layout->setContentsMargins(10, 6, 10, 6);
    layout->setSpacing(4);
    auto *top = new QHBoxLayout;
    top->addWidget(m_level);
    top->addWidget(m_ratio, 1);
    layout->addLayout(top);
    layout->addWidget(m_gauge);
    layout->addWidget(m_advice);
    for (int column = 0; column < tools.window.models.positions.columnCount(); ++column) {
        m_positions->setColumnHidden(
            column, std::ranges::find(shownColumns, column) == std::end(shownColumns));
    }
    m_positions->horizontalHeader()->moveSection(
        m_positions->horizontalHeader()->visualIndex(Columns::DistanceColumn), 1);
    m_positions->setCellDelegate(new DistanceDelegate{tools.theme, m_positions});
    m_positions->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_positions->horizontalHeader()->setStretchLastSection(true);
    fitPositions();
    connect(m_positions, &DataTable::rowActivated, this, [this](int row) {
        m_tools.link.setSymbol(m_tools.window.models.positions.position(row).position.symbol);
    });
    layout->addWidget(roleLabel(tr("Distance to liquidation"), "heading"));
    layout->addWidget(m_positions);
    for (Readout *figure : {m_equity, m_wallet, m_available, m_pnl, m_maintenance, m_exposure, m_funding}) {
        layout->addWidget(figure);
    }
    layout->addWidget(roleLabel(tr("Account if all prices move by per cent"), "heading"));
    layout->addWidget(m_stress);
    layout->addStretch(1);
    auto *scroll = identify(new QScrollArea, QStringLiteral("risk.scroll"), tr("Risk dashboard"));
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    auto *whole = new QVBoxLayout{this};
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    connect(&tools.window.models.account, &live::AccountView::riskChanged, this, &RiskPanel::refresh);
    connect(&tools.window.models.account, &live::AccountView::accountChanged, this, &RiskPanel::refresh);
    connect(&tools.window.models.market, &live::MarketState::staleChanged, this, &RiskPanel::refresh);
    connect(&tools.window.models.positions, &QAbstractItemModel::modelReset, this, &RiskPanel::fitPositions);
    refresh();
    setFocusProxy(m_positions);
}

void RiskPanel::fitPositions()
{
    // As many rows as there are, up to five: the figures below stay in sight.
    const int rows = std::clamp(m_tools.window.models.positions.rowCount(), 2, 5);
    const int header = m_positions->horizontalHeader()->sizeHint().height();
    m_positions->setFixedHeight(header + rows * m_positions->verticalHeader()->defaultSectionSize() + 4);
}

void RiskPanel::refresh()
{
    const domain::AccountRisk *risk = m_tools.window.models.account.risk();
    const domain::AccountState *account = m_tools.window.models.account.state();
    if (!risk || !account) {
        m_level->setText(QStringLiteral("--"));
        m_advice->setText(tr("Waiting for the account."));
        return;
    }
    const domain::MarginRatio ratio = live::worstRatio(*risk);
    m_level->setText(live::toQString(domain::toString(risk->level)));
    m_level->setAccessibleName(tr("Risk level %1").arg(m_level->text()));
    m_level->setProperty("role", QLatin1StringView{roleOf(risk->level)});
    restyle(m_level);
    m_ratio->setText(live::ratioText(ratio));
    m_ratio->setAccessibleName(tr("Margin ratio %1").arg(m_ratio->text()));
    const QString notReconciled =
        account->isReconciled ? QString{} : tr(" The account is being compared anew.");
    const bool isOld =
        !risk->positions.empty() && (!risk->allMarksLive || m_tools.window.models.market.isStale());
    const QString notLive = isOld ? tr(" Some positions are valued at old prices.") : QString{};
    const QString advice = live::toQString(domain::adviceFor(risk->level));
    m_advice->setText(advice.left(1).toUpper() + advice.mid(1) + u'.' + notLive + notReconciled);
    m_gauge->display(ratio);
    const auto usdt = [](domain::Money amount) -> QString {
        return live::fixedText(amount, 2) + QStringLiteral(" USDT");
    };
    m_equity->display(usdt(risk->marginBalance));
    m_wallet->display(usdt(account->walletBalance));
    m_available->display(usdt(risk->availableBalance));
    m_pnl->display(live::signedText(risk->unrealizedPnl, 2) + QStringLiteral(" USDT"),
        risk->unrealizedPnl.isNegative()   ? "negative"
        : risk->unrealizedPnl.isPositive() ? "good"
                                           : "");
    m_maintenance->display(usdt(risk->maintenanceMargin));
    m_exposure->display(live::fixedText(risk->grossNotional, 0) + QStringLiteral(" / ") +
                        live::signedText(risk->netNotional, 0) + QStringLiteral(" USDT"));
    domain::Money funding;
    for (const domain::PositionRisk &position : risk->positions) {
        funding += position.fundingDue.value_or(domain::Money{});
    }
    m_funding->display(live::signedText(funding, 2) + QStringLiteral(" USDT"));
    m_stress->display(m_tools.window.models.account.stressOfAll());
}

} // namespace ui
