#include "models/live/protection_model.h"

#include <chrono>

namespace live
{

ProtectionModel::ProtectionModel(AccountView &account, MarketState &market, OrdersModel &orders,
    const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_account{account},
      m_market{market},
      m_orders{orders},
      m_clock{clock}
{
    connect(&account, &AccountView::riskChanged, this, &ProtectionModel::refresh);
    refresh();
}

void ProtectionModel::refresh()
{
    if (!m_account.state()) {
        return;
    }
    m_risk =
        domain::openRisk(*m_account.state(), m_market.marks(), m_orders.orders(), m_account.commissions());
    std::map<Leg, domain::Monotonic> since;
    for (const domain::LegRisk &leg : m_risk.legs) {
        if (leg.naked.isPositive()) {
            const auto known = m_nakedSince.find({leg.symbol, leg.positionSide});
            since[{leg.symbol, leg.positionSide}] =
                known == m_nakedSince.end() ? m_clock.monotonicNow() : known->second;
        }
    }
    m_nakedSince = std::move(since);
    emit changed();
}

std::map<ProtectionModel::Leg, domain::Milliseconds> ProtectionModel::naked() const
{
    std::map<Leg, domain::Milliseconds> lengths;
    for (const auto &[leg, since] : m_nakedSince) {
        lengths[leg] = std::chrono::duration_cast<domain::Milliseconds>(m_clock.monotonicNow() - since);
    }
    return lengths;
}

std::optional<domain::Milliseconds> ProtectionModel::nakedFor(
    const domain::Symbol &symbol, domain::PositionSide side) const
{
    const auto found = m_nakedSince.find({symbol, side});
    return found == m_nakedSince.end() ? std::nullopt
                                       : std::optional{std::chrono::duration_cast<domain::Milliseconds>(
                                             m_clock.monotonicNow() - found->second)};
}

} // namespace live
