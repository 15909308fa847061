#pragma once

#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/rule_keeper.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <vector>

namespace ui
{

/// Today's result against the limit of the day: a bar that fills from the right as the loss grows.
class DayBar final : public QWidget
{
    Q_OBJECT
public:
    explicit DayBar(const Theme &theme, QWidget *parent = nullptr);
    void display(const domain::RuleState &rules);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QString m_result;
    QString m_limit;
    domain::Money m_amount;
    double m_used = 0.0; ///< share of the limit that is lost
    bool m_hasLimit = false;
};

/// Long and short notional of each symbol on one scale, the largest first, beside the whole account's.
class ExposureBars final : public QWidget
{
    Q_OBJECT
public:
    explicit ExposureBars(const Theme &theme, QWidget *parent = nullptr);
    void display(const domain::AccountRisk &risk);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Line
    {
        QString name;
        domain::Money longs;
        domain::Money shorts;
        domain::Money net() const { return longs - shorts; }
        domain::Money gross() const { return longs + shorts; }
    };
    const Theme &m_theme;
    std::vector<Line> m_lines;
    domain::Money m_equity;
};

} // namespace ui
