#pragma once

#include "models/domain/drills/drill.h"
#include "models/live/account_view.h"
#include "models/live/table_model.h"
#include "models/ports/drill_ground.h"
#include "models/ports/trading.h"

#include <QStringList>
#include <QTimer>

#include <optional>
#include <set>
#include <string>

namespace live
{

/// A drill while it is played, and the verdict on the last one. Its rows are the time line: what the trader
/// did, and, once it is over, what the exchange did.
class DrillStage final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { TimeColumn, WhatColumn };
    /// All borrowed; they outlive the stage.
    struct Parts
    {
        ports::Trading &trading;
        OrdersModel &orders;
        AccountView &account;
        MarketState &market;
        const domain::Clock &clock;
    };
    DrillStage(Parts parts, ports::DrillGround ground, QObject *parent = nullptr);
    ~DrillStage() override; ///< a drill that is played is given up

    /// Begins a drill; one that is played is given up first.
    void start(const domain::Drill &drill);
    void abort();

    bool isRunning() const { return m_run && !m_report; }
    bool burns() const;
    /// Since the drill began; of a finished one, how long it took.
    domain::Milliseconds elapsed() const;
    const domain::Drill *drill() const { return m_run ? &m_run->drill() : nullptr; }
    /// Null while it is played and before the first.
    const domain::DrillReport *report() const { return m_report ? &*m_report : nullptr; }
    int rowCount(const QModelIndex &parent = {}) const override;

    /// What the drill that is over opened and left standing, a sentence each; empty while one is played, and
    /// until the exchange has told.
    const QStringList &leftovers() const { return m_leftovers; }
    /// Has the exchange cancel and close it at the market; leftoversChanged() follows.
    void closeLeftovers();
    void keepLeftovers(); ///< it is the trader's from now on

signals:
    void ticked();           ///< time went on
    void finished();         ///< report() is there
    void leftoversChanged(); ///< … or there are none

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString key(int row) const override;

private:
    enum class RowKind : std::uint8_t { Trader, Exchange, Failure, Breach };
    struct Row
    {
        domain::Milliseconds at{0};
        QString what;
        RowKind kind = RowKind::Trader;
    };
    void tick();
    void carryOut(const domain::DrillStep &step);
    void askForTruth();
    void askForLeftovers();
    void onOrder(const domain::Order &order);
    /// As the exchange told last; before it did, as this program sees it.
    domain::DrillFacts facts() const;
    domain::DrillFacts ownView() const;
    bool giveUp(); ///< true where one was played
    void finish();
    void append(Row row);

    Parts m_parts;
    ports::DrillGround m_ground;
    std::optional<domain::DrillRun> m_run;
    std::optional<domain::DrillReport> m_report;
    domain::Monotonic m_beganAt{};
    domain::Milliseconds m_took{0};
    std::optional<domain::DrillFacts> m_truth;
    bool m_isAsking = false;
    std::set<std::string> m_known;     ///< client order ids seen so far
    std::set<std::string> m_cancelled; ///< … with a cancel asked for
    std::vector<Row> m_rows;
    QStringList m_leftovers;
    QTimer m_ticking;
};

} // namespace live
