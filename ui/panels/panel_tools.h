#pragma once

#include "models/domain/account.h"
#include "models/domain/order.h"
#include "models/domain/orders/desk_reports.h"
#include "ui/charts/price_line.h"
#include "ui/context.h"
#include "ui/theme/theme.h"

#include <QObject>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ui
{

/// What the ticket is to be filled with. Nothing is sent by that.
struct TicketDraft
{
    domain::NewOrder order; ///< the symbol is the link's; price 0 of a limit order means at market
    std::optional<int> leverage = std::nullopt;
    std::optional<domain::MarginType> marginType = std::nullopt;
    domain::Price stop; ///< of a bracket; 0: none
    std::vector<domain::BracketPlan::Target> targets = {};
    QString note; ///< what the ticket says of it
};

/// Panels that follow one symbol share it here, with the prices and plans they hand each other.
class SymbolLink final : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    const domain::Symbol &symbol() const { return m_symbol; }
    void setSymbol(const domain::Symbol &symbol)
    {
        if (symbol != m_symbol) {
            m_symbol = symbol;
            emit symbolChanged(symbol);
        }
    }

    /// Lines of the plan that is being thought about, for the chart of the symbol; empty: there is none.
    const std::vector<PriceLine> &planLines() const { return m_planLines; }
    void setPlanLines(std::vector<PriceLine> lines)
    {
        if (lines != m_planLines) {
            m_planLines = std::move(lines);
            emit planLinesChanged();
        }
    }

signals:
    void planLinesChanged();
    /// The user moves a line of the plan, on the chart for example; id: as in planLines().
    void planLineMoved(const QString &id, const domain::Price &price);
    void symbolChanged(const domain::Symbol &symbol);
    /// A price was pointed at, in the order book for example.
    void pricePicked(const domain::Price &price);
    void draftOffered(const ui::TicketDraft &draft);
    /// An order was chosen in a table.
    void orderChosen(const domain::Order &order);
    /// An order is to be chosen in the table that has it.
    void orderWanted(const std::string &clientOrderId);
    /// What an alert is about is to be seen.
    void alertFollowed(const domain::Alert &alert);
    /// The user's own rules are to be seen.
    void rulesWanted();
    /// The life of the chosen order is to be seen.
    void storyWanted();

private:
    domain::Symbol m_symbol;
    std::vector<PriceLine> m_planLines;
};

/// What every panel is handed. All borrowed.
struct PanelTools
{
    const MainWindowContext &window;
    Theme &theme;
    SymbolLink &link;
};

/// How a panel comes into the window. The id names its dock in kept layouts.
struct PanelSpec
{
    QString id;
    QString title;
    Qt::Key key; ///< with Alt: brings the panel to the front
    std::function<QWidget *(const PanelTools &)> make;
};

} // namespace ui
