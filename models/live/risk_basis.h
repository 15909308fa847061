#pragma once

#include "models/domain/risk/explain.h"
#include "models/domain/risk/ways_back.h"
#include "models/live/account_view.h"

#include <QObject>

#include <map>
#include <memory>

namespace live
{

/// What stress test and ways back look at, gathered from the live models into one value, and the order books
/// of all symbols with a position as long as anybody needs them.
class RiskBasis final : public QObject
{
    Q_OBJECT
public:
    RiskBasis(ports::MarketData &marketData, MarketState &market, AccountView &account, OrdersModel &orders,
        domain::Symbol reference, QObject *parent = nullptr);

    const domain::Symbol &reference() const { return m_reference; }
    /// Nothing before the first snapshot of the account.
    std::optional<domain::StressBasis> basis() const;
    domain::SymbolSpecs specs() const;
    /// Sources and ages for explanations; of several positions the oldest age counts.
    domain::ExplainContext explainContext() const;
    /// The level of the account; SAFE before it is known.
    domain::RiskLevel level() const;
    /// Symbols with a position, each once, in the order of the account.
    std::vector<domain::Symbol> symbols() const;
    /// The books stay open while such a claim is held. This object outlives it.
    [[nodiscard]] ports::Subscription watchBooks();
    const AccountView &account() const { return m_account; }
    const MarketState &market() const { return m_market; }

signals:
    /// Marks, positions, orders, tables or fees changed; at most ten times a second.
    void changed();

private:
    void claimBooks();

    ports::MarketData &m_marketData;
    MarketState &m_market;
    AccountView &m_account;
    OrdersModel &m_orders;
    domain::Symbol m_reference;
    int m_watchers = 0;
    std::map<domain::Symbol, ports::Subscription> m_claims;
    std::map<domain::Symbol, ports::BookViewPtr> m_books;
};

} // namespace live
