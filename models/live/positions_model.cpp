#include "models/live/positions_model.h"

#include "models/live/text.h"

#include <algorithm>

namespace live
{

using domain::PositionRisk;

namespace
{

bool isSamePosition(const PositionRisk &a, const PositionRisk &b)
{
    return a.position.symbol == b.position.symbol && a.position.positionSide == b.position.positionSide;
}

} // namespace

Tone toneOf(domain::RiskLevel level)
{
    switch (level) {
    case domain::RiskLevel::Safe:
        return Tone::Positive;
    case domain::RiskLevel::Medium:
        return Tone::Neutral;
    case domain::RiskLevel::High:
        return Tone::Warning;
    case domain::RiskLevel::Critical:
        break;
    }
    return Tone::Danger;
}

domain::MarginRatio worstRatio(const domain::AccountRisk &risk)
{
    domain::MarginRatio worst = risk.crossMarginRatio;
    for (const PositionRisk &position : risk.positions) {
        worst = std::max(worst, position.marginRatio);
    }
    return worst;
}

QString ratioText(const domain::MarginRatio &ratio)
{
    return ratio.value() ? percentText(*ratio.value()) : PositionsModel::tr("no balance left");
}

PositionsModel::PositionsModel(AccountView &account, MarketState &market, QObject *parent)
    : TableModel{{{tr("Symbol"), false, {}}, {tr("Side"), false, tr("Direction, margin type and leverage")},
                     {tr("Size"), true, tr("In the base asset")},
                     {tr("Entry"), true, tr("Average entry price")},
                     {tr("Mark"), true, tr("Live mark price")},
                     {tr("PnL"), true, tr("Unrealized profit at the mark price, USDT")},
                     {tr("Liq. ours"), true, tr("Liquidation price by our own calculation")},
                     {tr("Liq. exch."), true, tr("Liquidation price as the exchange gives it")},
                     {tr("Distance"), true,
                         tr("From the mark to our liquidation price, in per cent of the mark")},
                     {tr("Level"), false, tr("Risk level of the margin ratio")},
                     {tr("ROE"), true, tr("Unrealized profit as a share of the initial margin")},
                     {tr("Margin ratio"), true,
                         tr("Maintenance margin divided by margin balance; liquidation at 100 %")},
                     {tr("Margin"), true, tr("Initial margin at the mark price, USDT")},
                     {tr("Notional"), true, tr("Size times mark price, USDT")},
                     {tr("Funding"), true, tr("Due at the next funding, USDT; negative: you pay")}},
          parent},
      m_account{account},
      m_market{market}
{
    connect(&account, &AccountView::riskChanged, this, &PositionsModel::show);
    connect(&market, &MarketState::exchangeInfoChanged, this, &PositionsModel::repaintAll);
    connect(&market, &MarketState::staleChanged, this, &PositionsModel::repaintAll);
    show();
}

void PositionsModel::show()
{
    const domain::AccountRisk *risk = m_account.risk();
    const std::vector<PositionRisk> fresh = risk ? risk->positions : std::vector<PositionRisk>{};
    if (std::ranges::equal(m_rows, fresh, isSamePosition)) {
        m_rows = fresh;
        repaint(0, rowCount() - 1);
        return;
    }
    beginResetModel();
    m_rows = fresh;
    endResetModel();
}

int PositionsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString PositionsModel::text(int row, int column) const
{
    const PositionRisk &risk = position(row);
    const domain::Position &held = risk.position;
    const int priceDecimals = m_market.priceDecimals(held.symbol);
    switch (column) {
    case SymbolColumn:
        return toQString(held.symbol);
    case SideColumn:
        return tr("%1 %2 %3x")
            .arg(directionWord(held.side), marginTypeWord(held.marginType))
            .arg(held.leverage);
    case SizeColumn:
        return fixedText(held.quantity, m_market.quantityDecimals(held.symbol));
    case EntryColumn:
        return fixedText(held.entryPrice, priceDecimals);
    case MarkColumn:
        return fixedText(risk.mark, priceDecimals);
    case PnlColumn:
        return signedText(risk.unrealizedPnl, 2);
    case RoeColumn:
        return risk.roe ? signedPercentText(*risk.roe) : QStringLiteral("--");
    case LiquidationColumn:
        return risk.liquidationPrice ? fixedText(*risk.liquidationPrice, priceDecimals)
                                     : QStringLiteral("--");
    case ExchangeLiquidationColumn:
        return held.exchangeLiquidationPrice.isPositive()
                   ? fixedText(held.exchangeLiquidationPrice, priceDecimals)
                   : QStringLiteral("--");
    case DistanceColumn:
        return risk.distance ? percentText(*risk.distance) : QStringLiteral("--");
    case LevelColumn:
        return toQString(domain::toString(risk.level));
    case RatioColumn:
        return ratioText(risk.marginRatio);
    case MarginColumn:
        return fixedText(risk.initialMargin, 2);
    case NotionalColumn:
        return fixedText(risk.notional, 2);
    case FundingColumn:
        return risk.fundingDue ? signedText(*risk.fundingDue, 2) : QStringLiteral("--");
    default:
        return {};
    }
}

QVariant PositionsModel::sortValue(int row, int column) const
{
    const PositionRisk &risk = position(row);
    switch (column) {
    case SizeColumn:
        return risk.position.quantity.approximate();
    case EntryColumn:
        return risk.position.entryPrice.approximate();
    case MarkColumn:
        return risk.mark.approximate();
    case PnlColumn:
        return risk.unrealizedPnl.approximate();
    case RoeColumn:
        return risk.roe ? risk.roe->approximate() : 0.0;
    case LiquidationColumn:
        return risk.liquidationPrice ? risk.liquidationPrice->approximate() : 0.0;
    case ExchangeLiquidationColumn:
        return risk.position.exchangeLiquidationPrice.approximate();
    case DistanceColumn:
        return risk.distance ? risk.distance->approximate() : 1e9;
    case LevelColumn:
        return static_cast<int>(risk.level);
    case RatioColumn:
        return risk.marginRatio.value() ? risk.marginRatio.value()->approximate() : 1e9;
    case MarginColumn:
        return risk.initialMargin.approximate();
    case NotionalColumn:
        return risk.notional.approximate();
    case FundingColumn:
        return risk.fundingDue ? risk.fundingDue->approximate() : 0.0;
    default:
        return text(row, column);
    }
}

Tone PositionsModel::tone(int row, int column) const
{
    const PositionRisk &risk = position(row);
    const auto bySign = [](int sign) {
        return sign > 0 ? Tone::Positive : sign < 0 ? Tone::Negative : Tone::Neutral;
    };
    const bool followsMark = column == MarkColumn || column == PnlColumn || column == RoeColumn ||
                             column == DistanceColumn || column == RatioColumn || column == FundingColumn;
    if (followsMark && m_market.isStale()) {
        return Tone::Muted;
    }
    switch (column) {
    case SideColumn:
        return bySign(domain::signOf(risk.position.side));
    case PnlColumn:
        return bySign(risk.unrealizedPnl.sign());
    case RoeColumn:
        return risk.roe ? bySign(risk.roe->sign()) : Tone::Muted;
    case MarkColumn:
        return risk.isMarkLive ? Tone::Neutral : Tone::Warning;
    case LevelColumn:
        return toneOf(risk.level);
    case FundingColumn:
        return risk.fundingDue ? bySign(risk.fundingDue->sign()) : Tone::Muted;
    case ExchangeLiquidationColumn:
    case MarginColumn:
    case NotionalColumn:
        return Tone::Muted;
    default:
        return Tone::Neutral;
    }
}

QString PositionsModel::toolTip(int row, int column) const
{
    const PositionRisk &risk = position(row);
    if (column == MarkColumn && !risk.isMarkLive) {
        return tr("No live mark price yet: this one is from the account snapshot.");
    }
    if (column == MarkColumn && m_market.isStale()) {
        return tr("The market stream is silent: this price is old.");
    }
    if (column == LevelColumn || column == RatioColumn) {
        return toQString(domain::adviceFor(risk.level));
    }
    if (column == LiquidationColumn && risk.position.exchangeLiquidationPrice.isPositive() &&
        risk.liquidationPrice) {
        return tr("Ours minus the exchange's: %1")
            .arg(signedText(*risk.liquidationPrice - risk.position.exchangeLiquidationPrice,
                m_market.priceDecimals(risk.position.symbol)));
    }
    return {};
}

QString PositionsModel::key(int row) const
{
    const domain::Position &held = position(row).position;
    return toQString(held.symbol) + u':' + toQString(domain::toWire(held.positionSide));
}

double PositionsModel::share(int row, int column) const
{
    const PositionRisk &risk = position(row);
    return column == DistanceColumn && risk.distance ? std::clamp(risk.distance->approximate(), 0.0, 1.0)
                                                     : 0.0;
}

int PositionsModel::fractionDigits(int column) const
{
    int most = 0;
    switch (column) {
    case SizeColumn:
        for (const PositionRisk &risk : m_rows) {
            most = std::max(most, m_market.quantityDecimals(risk.position.symbol));
        }
        return most;
    case EntryColumn:
    case MarkColumn:
    case LiquidationColumn:
    case ExchangeLiquidationColumn:
        for (const PositionRisk &risk : m_rows) {
            most = std::max(most, m_market.priceDecimals(risk.position.symbol));
        }
        return most;
    default:
        return 2;
    }
}

} // namespace live
