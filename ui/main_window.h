#pragma once

#include "ui/context.h"

#include <QMainWindow>
#include <QTimer>

#include <memory>
#include <vector>

class QDockWidget;

namespace domain
{
struct Alert;
}

namespace ui
{

class DrillsWindow;
class EmergencyControl;
class GuideWindow;
class SymbolLink;
class Theme;
class ToastStack;
class VenueBand;
class WorkedExamplesWindow;
struct PanelSpec;
struct PanelTools;

/// The terminal's window: the venue band, the docked panels and the menus. What the program as a whole must
/// do (keys, venues, the paper account) is asked for by signals.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(const MainWindowContext &context, QWidget *parent = nullptr);
    ~MainWindow() override;

    SymbolLink &symbolLink() { return *m_link; }
    QDockWidget *dock(const QString &panelId) const;
    QStringList panelIds() const;
    /// Brings a panel to the front and gives it the keyboard.
    void showPanel(const QString &panelId);
    /// Puts every dock where it is on a first start at this window's size.
    void resetLayout();
    void saveLayout();
    /// The paper account can be reset at the moment; at first true on Paper and false elsewhere.
    void setPaperResetEnabled(bool enabled);

signals:
    void resetPaperRequested(); ///< the user has confirmed it
    void keysRequested();
    void venueSwitchRequested(ui::VenueKind venue);
    void quitRequested(); ///< the window closes; its layout is saved

protected:
    void closeEvent(QCloseEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    PanelTools tools();
    void addPanels();
    void countInTabs();
    void connectAlerts();
    void followAlert(const domain::Alert &alert);
    void addPanel(const PanelSpec &spec);
    void titleDocks();
    void buildMenus();
    void buildFileMenu();
    void buildViewMenu();
    void buildTradeMenu();
    void buildHelpMenu();
    void applyAppearance();
    void restoreLayout();
    void confirmPaperReset();
    void confirmCancelAll();
    void confirmClosePosition();
    void showAbout();
    void showGuide(const QString &heading = {});
    void showExamples();
    void showDrills();
    void showSettings();
    void showRules();
    void showSurvival();
    void exportJournal();

    MainWindowContext m_context;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<SymbolLink> m_link;
    std::unique_ptr<EmergencyControl> m_emergency;
    std::vector<QDockWidget *> m_docks;
    VenueBand *m_band = nullptr;
    ToastStack *m_toasts = nullptr;
    QAction *m_resetPaper = nullptr;
    GuideWindow *m_guide = nullptr;
    WorkedExamplesWindow *m_examples = nullptr;
    DrillsWindow *m_drills = nullptr;
    QTimer m_titling;
    bool m_hasBeenShown = false;
};

} // namespace ui
