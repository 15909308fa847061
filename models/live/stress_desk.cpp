#include "models/live/stress_desk.h"

#include <utility>

namespace live
{

using Path = StressConditions::Path;
using domain::Rate;

StressDesk::StressDesk(RiskBasis &basis, BetaBook &betas, QObject *parent)
    : QObject{parent},
      m_basis{basis},
      m_betas{betas},
      m_job{this, [this](Answer answer) {
                m_reportConditions = std::move(answer.conditions);
                m_reportBasis = std::move(answer.basis);
                m_reportScenario = std::move(answer.scenario);
                m_report = std::move(answer.report);
                emit changed();
            }}
{
    connect(&basis, &RiskBasis::changed, this, &StressDesk::compute);
    connect(&betas, &BetaBook::changed, this, &StressDesk::compute);
}

void StressDesk::setConditions(const StressConditions &conditions)
{
    if (conditions != m_conditions) {
        m_conditions = conditions;
        compute();
    }
}

void StressDesk::setActive(bool active)
{
    if (active == m_isActive) {
        return;
    }
    m_isActive = active;
    m_books = active ? m_basis.watchBooks() : ports::Subscription{};
    compute();
}

std::vector<Rate> StressDesk::stations(const StressConditions &conditions)
{
    const Rate reach = conditions.reach;
    return conditions.path == Path::Single ? domain::stationsBetween({}, Rate::of(1), Rate::literal("0.02"))
                                           : domain::stationsBetween(-reach, reach, reach / 50);
}

Rate StressDesk::tableStep(const StressConditions &conditions)
{
    return conditions.path == Path::Single ? Rate::literal("0.1") : conditions.reach / 10;
}

domain::StressScenario StressDesk::scenario() const
{
    domain::StressScenario scenario;
    scenario.reference = m_basis.reference();
    scenario.stations = stations(m_conditions);
    scenario.stops = m_conditions.stops;
    scenario.fundingMultiple = m_conditions.triplesFunding ? 3 : 0;
    scenario.bookDivisor = m_conditions.thinsBooks ? 4 : 1;
    if (m_conditions.path == Path::Single) {
        scenario.lowest = {};
        scenario.highest = Rate::of(10);
        scenario.weights[m_basis.reference()] = {};
    }
    for (const auto &symbol : m_basis.symbols()) {
        if (m_conditions.path == Path::ByBeta) {
            scenario.weights[symbol] = m_betas.value(symbol);
        } else if (m_conditions.path == Path::Single) {
            const auto move = m_conditions.moves.find(symbol);
            scenario.weights[symbol] = move == m_conditions.moves.end() ? Rate{} : move->second;
        }
    }
    return scenario;
}

void StressDesk::compute()
{
    if (!m_isActive) {
        return;
    }
    if (m_conditions.path == Path::ByBeta) {
        for (const auto &symbol : m_basis.symbols()) {
            m_betas.want(symbol);
        }
    }
    if (auto basis = m_basis.basis()) {
        auto shared = std::make_shared<const domain::StressBasis>(std::move(*basis));
        m_job.run([basis = std::move(shared), scenario = scenario(), conditions = m_conditions] {
            return Answer{conditions, basis, scenario, domain::stressDesk(*basis, scenario)};
        });
    }
}

std::optional<domain::Explanation> StressDesk::explain(const domain::StressQuestion &question) const
{
    return m_report ? domain::explainStress(
                          question, *m_reportBasis, m_reportScenario, *m_report, m_basis.explainContext())
                    : std::nullopt;
}

} // namespace live
