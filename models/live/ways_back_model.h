#pragma once

#include "models/live/newest_job.h"
#include "models/live/risk_basis.h"
#include "models/live/table_model.h"

#include <optional>
#include <vector>

namespace live
{

/// The ways back to SAFE as rows, pool by pool, cheapest first. Kept up to date while the account is HIGH or
/// CRITICAL, and from MEDIUM on while somebody wants to see them.
class WaysBackModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { PoolColumn, WayColumn, CostColumn, AfterColumn, RemarkColumn };
    static constexpr int mostWays = 8; ///< shown of one pool

    /// The basis is borrowed and outlives the model.
    explicit WaysBackModel(RiskBasis &basis, QObject *parent = nullptr);

    void setWanted(bool wanted);
    int rowCount(const QModelIndex &parent = {}) const override;
    const domain::WayBack &way(int row) const;
    const domain::TroubledPool &poolOf(int row) const;
    /// "Cross margin" or the isolated position.
    static QString poolName(const domain::TroubledPool &pool);
    /// What is done, in one sentence without a point at its end.
    QString sentence(const domain::WayBack &way) const;
    /// "29.99 % SAFE".
    static QString ratioAfterText(const domain::WayBack &way);
    /// One sentence above the rows: what is in trouble, or that nothing is.
    QString headline() const;

signals:
    void computed();

protected:
    QString text(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;
    int fractionDigits(int column) const override;

private:
    struct Row
    {
        std::size_t pool = 0;
        std::size_t way = 0;
    };
    bool isDue() const;
    void compute();
    void show(std::vector<domain::TroubledPool> pools);
    QString remark(const domain::WayBack &way) const;
    QString keyOf(const std::vector<domain::TroubledPool> &pools, const Row &row) const;

    RiskBasis &m_basis;
    bool m_isWanted = false;
    ports::Subscription m_books;
    std::vector<domain::TroubledPool> m_pools;
    std::vector<Row> m_rows;
    NewestJob<std::vector<domain::TroubledPool>> m_job;
};

} // namespace live
