#pragma once

#include "models/live/stress_desk.h"
#include "ui/panels/panel_tools.h"

#include <QWidget>

#include <map>
#include <vector>

class QGridLayout;
class QLabel;
class QSlider;
class QToolButton;

namespace ui
{

class DecimalEdit;

/// The symbols with a position: their betas to the reference, which can be typed over, or a slider for the
/// move of each. What is typed is kept; the moves are for the run.
class StressSymbols final : public QWidget
{
    Q_OBJECT
public:
    explicit StressSymbols(const PanelTools &tools, QWidget *parent = nullptr);
    /// Moves of single symbols as set here, fractions.
    const std::map<domain::Symbol, domain::Rate> &moves() const { return m_moves; }
    void setPath(live::StressConditions::Path path);

signals:
    void movesChanged();

private:
    struct Row
    {
        domain::Symbol symbol;
        QLabel *name = nullptr;
        DecimalEdit *edit = nullptr;
        QSlider *slider = nullptr;    ///< single moves only
        QLabel *origin = nullptr;     ///< betas only
        QToolButton *reset = nullptr; ///< betas only
    };
    void follow();
    void rebuild(const std::vector<domain::Symbol> &symbols);
    void addBetaRow(Row &row, int at);
    void addMoveRow(Row &row, int at);
    void showBetas();
    void setMove(const Row &row, domain::Rate move);
    void readBetas();
    void keepBetas();

    PanelTools m_tools;
    live::StressConditions::Path m_path = live::StressConditions::Path::Together;
    QWidget *m_content = nullptr;
    QGridLayout *m_grid = nullptr;
    QLabel *m_head;
    std::vector<Row> m_rows;
    std::map<domain::Symbol, domain::Rate> m_moves;
};

} // namespace ui
