#pragma once

#include "models/live/stress_desk.h"

#include <QWidget>

class QVBoxLayout;

namespace ui
{

class Readout;

/// The figures of the stress desk at one place of the path, and where on either way the first position and
/// the account go; each says on a click where it comes from.
class StressFigures final : public QWidget
{
    Q_OBJECT
public:
    explicit StressFigures(const live::StressDesk &desk, QWidget *parent = nullptr);

    /// Shows the station at that place, or dashes where the report has none there.
    void choose(domain::Rate at);

private:
    Readout *add(QVBoxLayout *layout, const char *id, const QString &caption, domain::StressFigure figure,
        bool isFalling = true);
    void showWay(bool isFalling, Readout *first, Readout *end);

    const live::StressDesk &m_desk;
    domain::Rate m_at;
    bool m_hasTabStop = false; ///< one for all figures; the arrow keys go on from there
    Readout *m_equity;
    Readout *m_ratio;
    Readout *m_leaving;
    Readout *m_funding;
    Readout *m_fallingFirst;
    Readout *m_fallingEnd;
    Readout *m_risingFirst;
    Readout *m_risingEnd;
};

} // namespace ui
