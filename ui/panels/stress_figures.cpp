#include "ui/panels/stress_figures.h"

#include "models/live/positions_model.h"
#include "models/live/stress_text.h"
#include "models/live/text.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

using domain::StressFigure;
using Path = live::StressConditions::Path;

namespace
{
const QString nothing = QStringLiteral("--");
} // namespace

StressFigures::StressFigures(const live::StressDesk &desk, QWidget *parent) : QWidget{parent}, m_desk{desk}
{
    setObjectName(QStringLiteral("stress.figures"));
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout{content};
    layout->setContentsMargins(8, 5, 10, 5);
    layout->setSpacing(4);
    m_equity = add(layout, "equity", tr("Equity"), StressFigure::Equity);
    m_ratio = add(layout, "ratio", tr("Margin ratio"), StressFigure::Ratio);
    m_leaving = add(layout, "leaving", tr("Cost of leaving"), StressFigure::Leaving);
    m_funding = add(layout, "funding", tr("Funding ×3, booked before"), StressFigure::Funding);
    m_fallingFirst = add(layout, "fallingFirst", tr("Falling, first to go"), StressFigure::FirstDeath, true);
    m_fallingEnd =
        add(layout, "fallingEnd", tr("Falling, the account dies"), StressFigure::AccountDeath, true);
    m_risingFirst = add(layout, "risingFirst", tr("Rising, first to go"), StressFigure::FirstDeath, false);
    m_risingEnd = add(layout, "risingEnd", tr("Rising, the account dies"), StressFigure::AccountDeath, false);
    layout->addStretch(1);
    auto *scroll = identify(new QScrollArea, QStringLiteral("stress.figures.scroll"), tr("Figures"));
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto *whole = new QVBoxLayout{this};
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    choose({});
}

Readout *StressFigures::add(
    QVBoxLayout *layout, const char *id, const QString &caption, StressFigure figure, bool isFalling)
{
    auto *readout = new Readout{QStringLiteral("stress.") + QLatin1StringView{id}, caption};
    readout->setWraps(true);
    readout->setExplainer([this, figure, isFalling] { return m_desk.explain({figure, m_at, isFalling}); });
    readout->setTabStop(!std::exchange(m_hasTabStop, true));
    layout->addWidget(readout);
    return readout;
}

void StressFigures::choose(domain::Rate at)
{
    m_at = at;
    const auto *report = m_desk.report();
    const auto &conditions = m_desk.reportConditions();
    const auto *station = static_cast<const domain::StressStation *>(nullptr);
    if (report != nullptr && !report->positions.empty()) {
        const auto found = std::ranges::find(report->stations, at, &domain::StressStation::at);
        station = found == report->stations.end() ? nullptr : &*found;
    }
    m_funding->setVisible(conditions.triplesFunding);
    for (Readout *readout : {m_risingFirst, m_risingEnd}) {
        readout->setVisible(conditions.path != Path::Single);
    }
    if (station == nullptr) {
        for (Readout *readout : {m_equity, m_ratio, m_leaving, m_funding, m_fallingFirst, m_fallingEnd,
                 m_risingFirst, m_risingEnd}) {
            readout->display(nothing);
        }
        return;
    }
    const QString place = live::placeText(at, conditions.path);
    const auto money = [](domain::Money amount) -> QString {
        return live::fixedText(amount, 2) + QStringLiteral(" USDT");
    };
    m_equity->setCaption(tr("Equity at %1").arg(place));
    m_equity->display(money(station->equity));
    m_ratio->setCaption(tr("Margin ratio at %1").arg(place));
    m_ratio->display(
        live::ratioText(station->ratio) + u' ' + live::toQString(domain::toString(station->level)),
        station->level >= domain::RiskLevel::Critical ? "block"
        : station->level == domain::RiskLevel::High   ? "confirm"
                                                      : "");
    m_leaving->setCaption(tr("Cost of leaving at %1").arg(place));
    m_leaving->display(money(station->leavingCost));
    m_funding->display(live::signedText(report->fundingBooked, 2) + QStringLiteral(" USDT"),
        report->fundingBooked.isNegative() ? "negative" : "");
    showWay(true, m_fallingFirst, m_fallingEnd);
    showWay(false, m_risingFirst, m_risingEnd);
}

void StressFigures::showWay(bool isFalling, Readout *first, Readout *end)
{
    const auto &report = *m_desk.report();
    const Path path = m_desk.reportConditions().path;
    // A path of single moves runs from 0 to its end, which the desk keeps as the rising way.
    const bool isDown = isFalling && path != Path::Single;
    const auto &way = isDown ? report.falling : report.rising;
    const QString head = path == Path::Single ? tr("With these moves")
                         : isFalling          ? tr("Falling")
                                              : tr("Rising");
    const auto question = [this, isDown](StressFigure figure) {
        return [this, isDown, figure] { return m_desk.explain({figure, m_at, isDown}); };
    };
    first->setExplainer(question(StressFigure::FirstDeath));
    end->setExplainer(question(StressFigure::AccountDeath));
    end->setCaption(tr("%1, the account dies").arg(head));
    if (way.deaths.empty()) {
        first->setCaption(tr("%1, first to go").arg(head));
        first->display(tr("nothing"), "good");
    } else {
        const auto &death = way.deaths.front();
        first->setCaption(
            tr("%1, %2 goes first").arg(head, live::positionName(report.positions[death.positions.front()])));
        first->display(live::ownPlaceText(report, death, m_desk.basis()));
    }
    const auto *last = way.accountDeath();
    end->display(last != nullptr ? live::referencePlaceText(*last, path, m_desk.basis()) : tr("never"),
        last != nullptr ? "" : "good");
}

} // namespace ui
