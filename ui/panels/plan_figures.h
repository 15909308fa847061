#pragma once

#include "models/domain/risk/plan_explain.h"
#include "ui/widgets/explanation_popup.h"

#include <QWidget>

#include <functional>
#include <map>
#include <string>
#include <vector>

class QLabel;
class QVBoxLayout;

namespace live
{
class MarketState;
}

namespace ui
{

class Readout;

/// The figures of a planned trade, in groups; each says on a click where it comes from. The calculator shows
/// all of them, the ticket those that its own fields do not say already.
class PlanFigures final : public QWidget
{
    Q_OBJECT
public:
    enum class Scope : std::uint8_t { Whole, Ticket };
    /// prefix: of the figures' names: "calculator" gives "calculator.liquidation".
    /// context: what is known at the moment of a click; the one that the plan was made with, or a newer one.
    PlanFigures(const QString &prefix, Scope scope, const live::MarketState &market,
        std::function<domain::DraftContext()> context, QWidget *parent = nullptr);

    void show(
        const domain::TradePlan &plan, const domain::PlanResult &result, const domain::SymbolSpec &spec);
    /// Nothing is planned.
    void clear();
    /// Explains a figure of the plan that somebody else shows.
    Explainer explainerOf(domain::PlanFigure figure, int part = 0) const;

private:
    Readout *add(const char *id, const QString &caption, domain::PlanFigure figure, int part = 0);
    Readout *addPlain(const char *id, const QString &caption);
    void heading(const QString &text);
    void build();
    void buildTargets();
    bool isWhole() const { return m_scope == Scope::Whole; }
    void display(const char *id, const QString &text, const char *role = "");
    void note(const char *id, const QString &text);
    void showSize();
    void showMargin();
    void showLiquidation();
    void showCosts();
    void showOutcome();
    void showAccount();
    QString price(const domain::Price &price) const;

    QString m_prefix;
    Scope m_scope;
    const live::MarketState &m_market;
    std::function<domain::DraftContext()> m_context;
    QVBoxLayout *m_layout;
    std::map<std::string, Readout *> m_figures;
    std::vector<Readout *> m_targets;
    std::vector<Readout *> m_others; ///< as many as were ever needed
    QVBoxLayout *m_othersLayout = nullptr;
    bool m_hasTabStop = false; ///< one for all figures; the arrow keys go on from there
    domain::TradePlan m_plan;
    domain::PlanResult m_result;
    domain::SymbolSpec m_spec;
};

} // namespace ui
