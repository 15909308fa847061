#pragma once

#include "models/domain/risk/open_risk.h"
#include "models/live/account_view.h"

#include <QObject>

#include <map>
#include <optional>
#include <utility>

namespace live
{

/// What the stops of all positions leave open, and for how long a position has had parts without one.
class ProtectionModel final : public QObject
{
    Q_OBJECT
public:
    using Leg = std::pair<domain::Symbol, domain::PositionSide>;
    ProtectionModel(AccountView &account, MarketState &market, OrdersModel &orders,
        const domain::Clock &clock, QObject *parent = nullptr);

    const domain::OpenRisk &risk() const { return m_risk; }
    /// Positions that have parts without a stop, and since when this program has seen that.
    std::map<Leg, domain::Milliseconds> naked() const;
    std::optional<domain::Milliseconds> nakedFor(
        const domain::Symbol &symbol, domain::PositionSide side) const;

signals:
    void changed();

private:
    void refresh();

    AccountView &m_account;
    MarketState &m_market;
    OrdersModel &m_orders;
    const domain::Clock &m_clock;
    domain::OpenRisk m_risk;
    std::map<Leg, domain::Monotonic> m_nakedSince;
};

} // namespace live
