#pragma once

#include "models/live/health_model.h"
#include "models/live/table_model.h"
#include "models/live/time_display.h"
#include "models/ports/trading.h"

#include <deque>
#include <map>

namespace live
{

/// One alert as the window keeps it.
struct AlertEntry
{
    domain::Alert alert;
    int number = 0; ///< counts up from 1, for ever
    bool isAcknowledged = false;
};

/// What a person should notice, newest first: what the order desk says, and what the connection's picture
/// shows to have become bad or good again.
class AlertsModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { TimeColumn, SeverityColumn, KindColumn, SymbolColumn, TextColumn, SeenColumn };
    static constexpr int capacity = 2000;

    AlertsModel(ports::Trading &trading, HealthModel &health, TimeDisplay &times, const domain::Clock &clock,
        QObject *parent = nullptr);

    void raise(const domain::Alert &alert);
    void acknowledge(int number);
    void acknowledgeAll();
    const AlertEntry &entry(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    /// Warnings and critical ones that nobody has acknowledged.
    int unseenCount() const;
    int rowCount(const QModelIndex &parent = {}) const override;

signals:
    void raised(const live::AlertEntry &entry);
    void acknowledged(const live::AlertEntry &entry);
    void unseenChanged();

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;

private:
    void compare();
    void note(domain::Alert::Kind kind, bool isBad, const QString &text);

    HealthModel &m_health;
    TimeDisplay &m_times;
    const domain::Clock &m_clock;
    std::deque<AlertEntry> m_rows;
    int m_last = 0;
    std::map<QString, bool> m_streamWasUp; ///< by name
    std::map<QString, bool> m_breakerWasClosed;
    bool m_clockWasKnown = false;
};

QString alertKindWord(domain::Alert::Kind kind); ///< "Gate", "Order unknown"
QString severityWord(domain::Alert::Severity severity);
Tone severityTone(domain::Alert::Severity severity);
Mark severityMark(domain::Alert::Severity severity);
inline constexpr int alertKindCount = 19;

} // namespace live
