#pragma once

#include "models/domain/risk/stress_explain.h"
#include "models/live/beta_book.h"
#include "models/live/newest_job.h"
#include "models/live/risk_basis.h"

#include <QObject>

#include <map>
#include <memory>
#include <optional>

namespace live
{

/// What the user lets happen to the account.
struct StressConditions
{
    enum class Path : std::uint8_t {
        Together, ///< all prices by the same per cent
        ByBeta,   ///< each by its beta to the reference
        Single,   ///< each by its own move
    };
    Path path = Path::Together;
    std::map<domain::Symbol, domain::Rate> moves; ///< Single; 0 where a symbol is missing
    domain::StopHandling stops = domain::StopHandling::Filled;
    bool triplesFunding = false;
    bool thinsBooks = false; ///< by 4
    /// How far the curve goes to either side; Single: to the end of the moves whatever this says.
    domain::Rate reach = domain::Rate::fromUnits(500'000'000'000); ///< 50 %
    friend bool operator==(const StressConditions &, const StressConditions &) = default;
};

/// The account under stress, kept up to date on a pool thread as long as somebody looks.
class StressDesk final : public QObject
{
    Q_OBJECT
public:
    /// All are borrowed and outlive the desk.
    StressDesk(RiskBasis &basis, BetaBook &betas, QObject *parent = nullptr);

    const StressConditions &conditions() const { return m_conditions; }
    void setConditions(const StressConditions &conditions);
    /// Nobody looks: nothing is computed, no book is held.
    void setActive(bool active);
    /// The newest answer; null before the first. It belongs to reportConditions().
    const domain::StressReport *report() const { return m_report ? &*m_report : nullptr; }
    const StressConditions &reportConditions() const { return m_reportConditions; }

    /// Where a figure of report() comes from; nothing where it has no such figure.
    std::optional<domain::Explanation> explain(const domain::StressQuestion &question) const;

    RiskBasis &basis() { return m_basis; }
    const RiskBasis &basis() const { return m_basis; }
    BetaBook &betas() { return m_betas; }
    /// Places that the curve is drawn through: the path from end to end.
    static std::vector<domain::Rate> stations(const StressConditions &conditions);
    /// The distance of the places that a table shows: twenty to the whole curve, ten of single moves.
    static domain::Rate tableStep(const StressConditions &conditions);

signals:
    void changed();

private:
    struct Answer
    {
        StressConditions conditions;
        std::shared_ptr<const domain::StressBasis> basis;
        domain::StressScenario scenario;
        domain::StressReport report;
    };
    void compute();
    domain::StressScenario scenario() const;

    RiskBasis &m_basis;
    BetaBook &m_betas;
    StressConditions m_conditions;
    StressConditions m_reportConditions;
    std::shared_ptr<const domain::StressBasis> m_reportBasis; ///< what the report was computed from …
    domain::StressScenario m_reportScenario;                  ///< … and along which path
    std::optional<domain::StressReport> m_report;
    ports::Subscription m_books;
    bool m_isActive = false;
    NewestJob<Answer> m_job;
};

} // namespace live
