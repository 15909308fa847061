#pragma once

#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/open_risk.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <optional>
#include <vector>

class QVBoxLayout;

namespace ui
{

/// All that the dashboard says of one position, as text and share.
struct PositionRiskFacts
{
    domain::PositionRisk risk;
    domain::LegRisk leg; ///< of its stops
    std::optional<domain::Milliseconds> nakedFor;
    std::optional<domain::Price> range; ///< average true range of an hour
    domain::Price tick;
    int priceDecimals = 2;
    int quantityDecimals = 3;
    bool isStale = false; ///< the mark is older than its stream's rhythm
};

/// One position: how far liquidation is, as a bar, in per cent, in hours' ranges and in money; our
/// liquidation price beside the exchange's; what its stops leave open.
class PositionRiskRow final : public QWidget
{
    Q_OBJECT
public:
    explicit PositionRiskRow(const Theme &theme, QWidget *parent = nullptr);
    void display(const PositionRiskFacts &facts);
    QSize sizeHint() const override;

signals:
    void activated(const domain::Symbol &symbol);
    void explanationWanted(QWidget *row, const domain::Symbol &symbol, domain::PositionSide side);

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void explain();
    /// Whether the name and the size need a line each at this width.
    bool isHeadInTwoLines() const;
    const Theme &m_theme;
    PositionRiskFacts m_facts;
    QString m_name; ///< "BTCUSDT Long"
    QString m_size; ///< "10x cross 0.800"
    QString m_head; ///< both
    QString m_distance;
    QString m_prices;
    QString m_difference;
    QString m_stops;
    bool m_isDifferent = false;
    bool m_isNaked = false;
};

/// The positions, nearest to liquidation first.
class PositionRiskList final : public QWidget
{
    Q_OBJECT
public:
    explicit PositionRiskList(const Theme &theme, QWidget *parent = nullptr);
    void display(std::vector<PositionRiskFacts> positions);

signals:
    void activated(const domain::Symbol &symbol);
    void explanationWanted(QWidget *row, const domain::Symbol &symbol, domain::PositionSide side);

private:
    const Theme &m_theme;
    QVBoxLayout *m_layout;
    QWidget *m_none;
    std::vector<PositionRiskRow *> m_rows;
};

} // namespace ui
