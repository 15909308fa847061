#pragma once

#include "ui/context.h"
#include "ui/theme/theme.h"

#include <QLabel>
#include <QTimer>
#include <QWidget>

namespace ui
{

/// The lasting mark of a venue: its word, colour and what is at stake.
struct VenueMark
{
    QString word;     ///< "PAPER", "TESTNET", "LIVE"
    QString sentence; ///< "practice money, nothing here is real"
    QColor fill;      ///< band and window border
    QColor text;      ///< on fill
};
VenueMark markOf(VenueKind kind);

/// The band below the menus: venue and gate on the left; account, connection and time on the right.
class VenueBand final : public QWidget
{
    Q_OBJECT
public:
    VenueBand(const MainWindowContext &context, const Theme &theme, QWidget *parent = nullptr);

signals:
    void gatePressed();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QLabel *addFigure(const QString &id, const QString &caption);
    void showAccount();
    void showHealth();
    void showStaleness();
    void showTime();

    const MainWindowContext &m_context;
    const Theme &m_theme;
    VenueMark m_mark;
    QLabel *m_equity = nullptr;
    QLabel *m_available = nullptr;
    QLabel *m_pnl = nullptr;
    QLabel *m_ratio = nullptr;
    QLabel *m_connection = nullptr;
    QLabel *m_clock = nullptr;
    QTimer m_second;
};

} // namespace ui
