#pragma once

#include "models/live/drill_stage.h"
#include "ui/context.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QLabel;
class QListWidget;
class QPushButton;

namespace ui
{

class DataTable;

/// Fire drills in a window of its own beside the terminal: the incidents, the one that is played, and what
/// the trader made of it. The best score of each is kept.
class DrillsWindow final : public QWidget
{
    Q_OBJECT
public:
    DrillsWindow(const MainWindowContext &context, const Theme &theme, QWidget *parent = nullptr);
    ~DrillsWindow() override;

    live::DrillStage &stage() { return m_stage; }
    /// Chooses a drill by its id.
    void choose(const QString &id);

protected:
    /// Gives up what is played, and stays where that left something behind.
    void closeEvent(QCloseEvent *event) override;

private:
    QWidget *makeList();
    QWidget *makeScene();
    void applyAppearance();
    void showChoice();
    void showTime();
    void showReport();
    void showLeftovers();
    void startOrAbort();
    int bestOf(const domain::Drill &drill) const; ///< -1: never finished
    const domain::Drill &chosen() const;

    const MainWindowContext m_context;
    const Theme &m_theme;
    live::DrillStage m_stage;
    QListWidget *m_list;
    QLabel *m_title;
    QLabel *m_briefing;
    QLabel *m_goal;
    QLabel *m_clock;
    QLabel *m_state;
    QPushButton *m_start;
    DataTable *m_line;
    QLabel *m_score;
    QLabel *m_verdict;
    QLabel *m_lesson;
    QWidget *m_left;
    QLabel *m_leftText;
    QPushButton *m_closeLeft;
    QPushButton *m_keepLeft;
    bool m_isClosing = false; ///< as soon as the exchange has said that nothing is left
};

} // namespace ui
