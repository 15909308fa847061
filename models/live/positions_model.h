#pragma once

#include "models/live/account_view.h"
#include "models/live/table_model.h"

namespace live
{

/// Open positions at the live mark, with our liquidation price beside the exchange's.
class PositionsModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId {
        SymbolColumn,
        SideColumn,
        SizeColumn,
        EntryColumn,
        MarkColumn,
        PnlColumn,
        LiquidationColumn,
        ExchangeLiquidationColumn,
        DistanceColumn,
        LevelColumn,
        RoeColumn,
        RatioColumn,
        MarginColumn,
        NotionalColumn,
        FundingColumn,
    };
    PositionsModel(AccountView &account, MarketState &market, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    const domain::PositionRisk &position(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    const std::vector<domain::PositionRisk> &positions() const { return m_rows; }

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;
    double share(int row, int column) const override;
    int fractionDigits(int column) const override;

private:
    void show();

    AccountView &m_account;
    MarketState &m_market;
    std::vector<domain::PositionRisk> m_rows;
};

/// "SAFE", "MEDIUM", "HIGH", "CRITICAL" as a tone: Positive, Neutral, Warning, Danger.
Tone toneOf(domain::RiskLevel level);
/// The worst ratio that can lead to a liquidation: cross, or that of an isolated position.
domain::MarginRatio worstRatio(const domain::AccountRisk &risk);
/// "4.00 %", or "no balance left" where no number describes it.
QString ratioText(const domain::MarginRatio &ratio);

} // namespace live
