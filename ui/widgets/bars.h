#pragma once

#include "models/domain/risk/stress.h"
#include "models/ports/venue_health.h"
#include "ui/theme/theme.h"

#include <QWidget>

namespace ui
{

/// The margin ratio on a scale from 0 to 100 % with the four levels as zones, each named.
class MarginGauge final : public QWidget
{
    Q_OBJECT
public:
    explicit MarginGauge(const Theme &theme, QWidget *parent = nullptr);
    void display(const domain::MarginRatio &ratio);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    domain::MarginRatio m_ratio;
};

/// One limiter of the venue: what we used, what other programs at this address used, what is left, and the
/// part kept for cancels and closing orders.
class BudgetBar final : public QWidget
{
    Q_OBJECT
public:
    explicit BudgetBar(const Theme &theme, QWidget *parent = nullptr);
    void display(const ports::BudgetHealth &budget);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    ports::BudgetHealth m_budget;
};

/// What the colours of the budget bars mean.
class BudgetLegend final : public QWidget
{
    Q_OBJECT
public:
    explicit BudgetLegend(const Theme &theme, QWidget *parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
};

/// The account's level at price moves of all symbols together, one cell a move.
class StressStrip final : public QWidget
{
    Q_OBJECT
public:
    explicit StressStrip(const Theme &theme, QWidget *parent = nullptr);
    void display(const domain::StressCurve *curve);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    QString sentence(const domain::StressPoint &point) const;
    const Theme &m_theme;
    std::vector<domain::StressPoint> m_points;
};

/// The colour a level is painted in.
QColor levelColour(const Tokens &tokens, domain::RiskLevel level);

} // namespace ui
