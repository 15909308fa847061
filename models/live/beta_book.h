#pragma once

#include "models/domain/risk/beta.h"
#include "models/ports/market_data.h"

#include <QObject>
#include <QTimer>

#include <map>
#include <optional>
#include <set>

namespace live
{

/// How far each symbol moves with the reference: measured over past bars, or typed by the user.
class BetaBook final : public QObject
{
    Q_OBJECT
public:
    static constexpr domain::Interval interval = domain::Interval::H1;
    static constexpr int bars = 500;

    BetaBook(ports::MarketData &marketData, const domain::Clock &clock, domain::Symbol reference,
        QObject *parent = nullptr);

    const domain::Symbol &reference() const { return m_reference; }
    /// Asks for the bars of the symbol unless they are here, not older than one of them, or on their way.
    void want(const domain::Symbol &symbol);
    /// As measured; assumed as long as there are no bars. The reference's own is 1 by definition.
    domain::Beta measured(const domain::Symbol &symbol) const;
    bool isOnItsWay(const domain::Symbol &symbol) const { return m_asked.contains(symbol); }
    std::optional<domain::Rate> typed(const domain::Symbol &symbol) const;
    const std::map<domain::Symbol, domain::Rate> &allTyped() const { return m_typed; }
    /// Nothing: the measured one counts again.
    void setTyped(const domain::Symbol &symbol, std::optional<domain::Rate> beta);
    /// The typed one, else the measured one.
    domain::Rate value(const domain::Symbol &symbol) const;

signals:
    void changed();

private:
    struct Bars
    {
        ports::CandlesPtr candles;
        domain::Monotonic at;
    };
    void ask(const domain::Symbol &symbol);
    void measure(const domain::Symbol &symbol);

    ports::MarketData &m_marketData;
    const domain::Clock &m_clock;
    domain::Symbol m_reference;
    std::map<domain::Symbol, Bars> m_bars;
    std::map<domain::Symbol, domain::Beta> m_measured;
    std::map<domain::Symbol, domain::Rate> m_typed;
    std::set<domain::Symbol> m_asked;
    std::set<domain::Symbol> m_failed;
    QTimer m_askingAgain;
};

} // namespace live
