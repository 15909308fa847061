#pragma once

#include "models/domain/market.h"
#include "models/ports/market_data.h"

#include <QObject>
#include <QTimer>

#include <map>
#include <optional>
#include <set>

namespace live
{

/// How far symbols usually move in an hour: the average true range over 14 closed hours. Asked for once it is
/// wanted, again every quarter of an hour as long as it is, and after half a minute where it could not be
/// read.
class RangeBook final : public QObject
{
    Q_OBJECT
public:
    explicit RangeBook(ports::MarketData &marketData, QObject *parent = nullptr);

    /// Nothing until it is known.
    std::optional<domain::Price> range(const domain::Symbol &symbol) const;
    void want(const domain::Symbol &symbol);

signals:
    void changed();

private:
    void ask(const domain::Symbol &symbol);

    ports::MarketData &m_marketData;
    std::map<domain::Symbol, std::optional<domain::Price>> m_ranges;
    std::set<domain::Symbol> m_wanted; ///< since the last round
    std::set<domain::Symbol> m_failed;
    QTimer m_again;
    QTimer m_failedAgain;
};

} // namespace live
