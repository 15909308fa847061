#include "ui/widgets/stale_mark.h"

#include "models/live/market_state.h"
#include "models/live/text.h"

#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

StaleMark::StaleMark(const QString &id, const live::MarketState &market, QWidget *parent)
    : QLabel{parent},
      m_market{market}
{
    setObjectName(id);
    setProperty("role", QStringLiteral("confirm"));
    m_ageing.setInterval(500ms);
    connect(&m_ageing, &QTimer::timeout, this, &StaleMark::display);
    connect(&market, &live::MarketState::staleChanged, this, &StaleMark::display);
    display();
}

void StaleMark::display()
{
    const auto silent = m_market.silentFor();
    const bool isStale = m_market.isStale() && silent;
    if (isStale) {
        setText(tr("stale for %1").arg(live::ageText(*silent)));
        setToolTip(tr("The market stream is silent; these figures are old."));
        m_ageing.start();
    } else {
        m_ageing.stop();
    }
    setVisible(isStale);
}

} // namespace ui
