#pragma once

#include "models/domain/time.h"
#include "models/live/gate_text.h"
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
    HealthModel(ports::VenueHealth &health, const domain::Clock &clock, QObject *parent = nullptr);

    const ports::HealthState &state() const { return *m_state; }
    bool canTrade() const { return m_state->canTrade; }
    /// One sentence while canTrade() is false, else empty.
    QString tradeBlockedReason() const;
    /// Why that may not leave now, in a sentence or two; empty where it may.
    QString refusal(Intent intent) const;
    /// The exchange's clock, running on between two pictures.
    domain::Timestamp venueNow() const;
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
    const domain::Clock &m_clock;
    ports::HealthPtr m_state; ///< never null
    domain::Monotonic m_heardAt{};
};

} // namespace live
