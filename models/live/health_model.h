#pragma once

#include "models/live/table_model.h"
#include "models/ports/venue_health.h"

namespace live
{

/// The newest picture of the connection; its streams are the rows, the rest is read with state().
class HealthModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId {
        NameColumn,
        StateColumn,
        SilentColumn,
        RoundTripColumn,
        SubscriptionsColumn,
        MessagesColumn,
        ReconnectsColumn,
        ReasonColumn,
    };
    explicit HealthModel(ports::VenueHealth &health, QObject *parent = nullptr);

    const ports::HealthState &state() const { return *m_state; }
    bool canTrade() const { return m_state->canTrade; }
    /// One sentence while canTrade() is false, else empty.
    QString tradeBlockedReason() const;
    int rowCount(const QModelIndex &parent = {}) const override;

signals:
    void healthChanged();

protected:
    QString text(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;

private:
    void show(const ports::HealthPtr &state);
    ports::HealthPtr m_state; ///< never null
};

} // namespace live
