#pragma once

#include <QLabel>
#include <QTimer>

namespace live
{
class MarketState;
}

namespace ui
{

/// "stale for 4.2 s" while the market stream is silent; takes no room while it is not.
class StaleMark final : public QLabel
{
    Q_OBJECT
public:
    StaleMark(const QString &id, const live::MarketState &market, QWidget *parent = nullptr);

private:
    void display();

    const live::MarketState &m_market;
    QTimer m_ageing;
};

} // namespace ui
