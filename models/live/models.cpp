#include "models/live/models.h"

namespace live
{

namespace
{
const domain::Symbol referenceSymbol = "BTCUSDT"; ///< what betas and the account's end are measured by
}

Models::Models(ports::MarketData &marketData, ports::Trading &trading, ports::Account &accountPort,
    ports::VenueHealth &healthPort, const domain::Clock &clock)
    : market{marketData, clock},
      tickers{market},
      openOrders{trading, market, times, clock},
      orderHistory{trading, market, times, clock},
      fills{trading, market, times},
      account{accountPort, market, openOrders, clock},
      ranges{marketData},
      planInputs{marketData, market, account, ranges},
      positions{account, market},
      protection{account, market, openOrders, clock},
      riskHistory{account, clock},
      health{healthPort, clock},
      rules{trading, health, clock},
      alerts{trading, health, times, clock},
      riskAlerts{account, market, protection, rules, alerts},
      emergencies{trading, times},
      reconciliations{trading, times},
      log{times},
      riskBasis{marketData, market, account, openOrders, referenceSymbol},
      betas{marketData, clock, referenceSymbol},
      stress{riskBasis, betas},
      waysBack{riskBasis}
{
    const auto limit = [this] { account.setRules(rules.state().active, rules.state().day); };
    QObject::connect(&rules, &RulesModel::changed, &account, limit);
    limit();
}

} // namespace live
