#pragma once

#include "models/domain/account.h"
#include "models/domain/order.h"
#include "ui/context.h"
#include "ui/theme/theme.h"

#include <QObject>

#include <functional>

namespace ui
{

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

signals:
    void symbolChanged(const domain::Symbol &symbol);
    /// A price was pointed at, in the order book for example.
    void pricePicked(const domain::Price &price);
    /// A planned entry for the ticket. The symbol is the link's; price 0 means at market.
    void draftOffered(const domain::NewOrder &draft, int leverage, domain::MarginType marginType);

private:
    domain::Symbol m_symbol;
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
