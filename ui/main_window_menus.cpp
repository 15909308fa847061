#include "models/live/models.h"
#include "models/live/text.h"
#include "models/ports/future.h"
#include "ui/drills_window.h"
#include "ui/emergency_control.h"
#include "ui/guide_window.h"
#include "ui/main_window.h"
#include "ui/panels/order_actions.h"
#include "ui/panels/panel_tools.h"
#include "ui/settings_dialog.h"
#include "ui/survival_dialog.h"
#include "ui/widgets/ask.h"
#include "ui/widgets/dead_man_row.h"
#include "ui/widgets/emergency_bar.h"
#include "ui/worked_examples_window.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QMenuBar>
#include <QMessageBox>

#include <algorithm>

namespace ui
{

namespace
{

QAction *add(QMenu *menu, const QString &id, const QString &text, const QKeySequence &key = {})
{
    QAction *action = menu->addAction(text);
    action->setObjectName(id);
    action->setShortcut(key);
    return action;
}

QMenu *addMenu(QWidget *bar, const QString &id, const QString &title)
{
    auto *menu = new QMenu{title, bar};
    menu->setObjectName(id);
    menu->setAccessibleName(title);
    return menu;
}

} // namespace

void MainWindow::buildMenus()
{
    menuBar()->setObjectName(QStringLiteral("menuBar"));
    menuBar()->setAccessibleName(tr("Menus"));
    buildFileMenu();
    buildViewMenu();
    buildTradeMenu();
    buildHelpMenu();
    auto *bar = new EmergencyBar{*m_emergency, m_context.models.health, *m_theme};
    menuBar()->setCornerWidget(bar, Qt::TopRightCorner);
    bar->show();
}

void MainWindow::buildFileMenu()
{
    QMenu *menu = addMenu(menuBar(), QStringLiteral("menu.file"), tr("&File"));
    menuBar()->addMenu(menu);
    QMenu *venues = addMenu(menu, QStringLiteral("menu.venue"), tr("&Venue"));
    menu->addMenu(venues);
    auto *group = new QActionGroup{this};
    const std::initializer_list<std::tuple<VenueKind, QString, QString>> choices{
        {VenueKind::Paper, QStringLiteral("venue.paper"), tr("&Paper: practice money")},
        {VenueKind::Testnet, QStringLiteral("venue.testnet"), tr("&Testnet")},
        {VenueKind::Mainnet, QStringLiteral("venue.live"), tr("&Mainnet: real money…")},
        {VenueKind::Custom, QStringLiteral("venue.custom"), tr("&Custom hosts…")}};
    for (const auto &[kind, id, text] : choices) {
        QAction *action = add(venues, id, text);
        action->setCheckable(true);
        action->setChecked(kind == m_context.venue);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, wanted = kind, group, venues] {
            // The mark follows the venue, not the click: the app opens the other venue's window.
            for (QAction *each : group->actions()) {
                each->setChecked(venues->actions().indexOf(each) == static_cast<int>(m_context.venue));
            }
            if (wanted != m_context.venue) {
                emit venueSwitchRequested(wanted);
            }
        });
    }
    connect(add(menu, QStringLiteral("file.keys"), tr("API &keys…"), Qt::CTRL | Qt::Key_K),
        &QAction::triggered, this, &MainWindow::keysRequested);
    QAction *settings =
        add(menu, QStringLiteral("file.settings"), tr("&Settings…"), QKeySequence{Qt::CTRL | Qt::Key_Comma});
    settings->setVisible(m_context.alertDelivery != nullptr);
    connect(settings, &QAction::triggered, this, &MainWindow::showSettings);
    QAction *exported = add(menu, QStringLiteral("file.exportJournal"), tr("&Export journal…"));
    exported->setVisible(static_cast<bool>(m_context.exportJournal));
    connect(exported, &QAction::triggered, this, &MainWindow::exportJournal);
    m_resetPaper = add(menu, QStringLiteral("file.resetPaper"), tr("&Reset paper account…"));
    m_resetPaper->setEnabled(m_context.venue == VenueKind::Paper);
    connect(m_resetPaper, &QAction::triggered, this, &MainWindow::confirmPaperReset);
    menu->addSeparator();
    connect(add(menu, QStringLiteral("file.quit"), tr("&Quit"), QKeySequence::Quit), &QAction::triggered,
        this, &MainWindow::close);
}

void MainWindow::buildViewMenu()
{
    QMenu *menu = addMenu(menuBar(), QStringLiteral("menu.view"), tr("&View"));
    menuBar()->addMenu(menu);
    QMenu *panels = addMenu(menu, QStringLiteral("menu.panels"), tr("&Panels"));
    menu->addMenu(panels);
    for (QDockWidget *each : m_docks) {
        panels->addAction(each->toggleViewAction());
    }
    QMenu *go = addMenu(menu, QStringLiteral("menu.goto"), tr("&Go to"));
    menu->addMenu(go);
    for (QAction *action : actions()) {
        if (action->objectName().startsWith(u"goto.")) {
            go->addAction(action);
        }
    }
    connect(add(menu, QStringLiteral("view.reset"), tr("&Reset layout")), &QAction::triggered, this,
        &MainWindow::resetLayout);
    menu->addSeparator();

    const auto setTheme = [this](Theme::Scheme scheme, Theme::Directions directions) {
        m_theme->set(scheme, directions);
        m_context.settings.setValue(QStringLiteral("window/scheme"), static_cast<int>(scheme));
        m_context.settings.setValue(QStringLiteral("window/directions"), static_cast<int>(directions));
    };
    auto *schemes = new QActionGroup{this};
    for (const auto &[scheme, id, text] : std::initializer_list<std::tuple<Theme::Scheme, QString, QString>>{
             {Theme::Scheme::Dark, QStringLiteral("view.dark"), tr("&Dark theme")},
             {Theme::Scheme::Light, QStringLiteral("view.light"), tr("&Light theme")}}) {
        QAction *action = add(menu, id, text);
        action->setCheckable(true);
        action->setChecked(scheme == m_theme->scheme());
        schemes->addAction(action);
        connect(action, &QAction::triggered, this,
            [this, setTheme, wanted = scheme] { setTheme(wanted, m_theme->directions()); });
    }
    menu->addSeparator();
    auto *directions = new QActionGroup{this};
    for (const auto &[direction, id, text] :
        std::initializer_list<std::tuple<Theme::Directions, QString, QString>>{
            {Theme::Directions::GreenUp, QStringLiteral("view.greenUp"), tr("Green rises, red falls")},
            {Theme::Directions::RedUp, QStringLiteral("view.redUp"), tr("Red rises, green falls")},
            {Theme::Directions::ColourBlind, QStringLiteral("view.colourBlind"),
                tr("Blue and orange (colour-blind)")}}) {
        QAction *action = add(menu, id, text);
        action->setCheckable(true);
        action->setChecked(direction == m_theme->directions());
        directions->addAction(action);
        connect(action, &QAction::triggered, this,
            [this, setTheme, wanted = direction] { setTheme(m_theme->scheme(), wanted); });
    }
    menu->addSeparator();
    QAction *utc = add(menu, QStringLiteral("view.utc"), tr("Times in &UTC"));
    utc->setCheckable(true);
    utc->setChecked(m_context.models.times.isUtc());
    connect(utc, &QAction::toggled, this, [this](bool isUtc) {
        m_context.models.times.setUtc(isUtc);
        m_context.settings.setValue(QStringLiteral("window/utc"), isUtc);
    });
}

void MainWindow::buildTradeMenu()
{
    QMenu *menu = addMenu(menuBar(), QStringLiteral("menu.trade"), tr("&Trade"));
    menuBar()->addMenu(menu);
    QAction *ticket = add(menu, QStringLiteral("trade.ticket"), tr("New &order"), Qt::Key_F2);
    connect(ticket, &QAction::triggered, this, [this] { showPanel(QStringLiteral("ticket")); });
    QAction *calculator = add(menu, QStringLiteral("trade.calculator"), tr("&Plan a trade"), Qt::Key_F3);
    connect(calculator, &QAction::triggered, this, [this] { showPanel(QStringLiteral("calculator")); });
    menu->addSeparator();
    QMenu *emergency = addMenu(menu, QStringLiteral("menu.emergency"), tr("&Emergency: press twice"));
    emergency->setToolTipsVisible(true);
    menu->addMenu(emergency);
    for (const EmergencyControl::Action each : EmergencyControl::all) {
        emergency->addAction(m_emergency->action(each));
        addAction(m_emergency->action(each)); // the key works wherever the keyboard is
    }
    connect(add(menu, QStringLiteral("trade.rules"), tr("Your &rules and the lock…"), Qt::CTRL | Qt::Key_R),
        &QAction::triggered, this, &MainWindow::showRules);
    connect(m_link.get(), &SymbolLink::rulesWanted, this, &MainWindow::showRules);
    auto *deadMan = add(menu, QStringLiteral("trade.deadMan"), {});
    deadMan->setCheckable(true);
    connect(deadMan, &QAction::triggered, this, [this] { toggleDeadMan(this, tools(), m_link->symbol()); });
    connect(menu, &QMenu::aboutToShow, deadMan, [this, deadMan] {
        deadMan->setText(tr("&Dead-man switch of %1…").arg(live::toQString(m_link->symbol())));
        deadMan->setChecked(armedSwitch(tools(), m_link->symbol()).has_value());
    });
    deadMan->setText(tr("&Dead-man switch…"));
    menu->addSeparator();
    connect(add(menu, QStringLiteral("trade.cancelAll"), tr("&Cancel all orders of the symbol…"), Qt::Key_F8),
        &QAction::triggered, this, &MainWindow::confirmCancelAll);
    connect(
        add(menu, QStringLiteral("trade.close"), tr("Close &position of the symbol at market…"), Qt::Key_F9),
        &QAction::triggered, this, &MainWindow::confirmClosePosition);
}

void MainWindow::buildHelpMenu()
{
    QMenu *menu = addMenu(menuBar(), QStringLiteral("menu.help"), tr("&Help"));
    menuBar()->addMenu(menu);
    connect(add(menu, QStringLiteral("help.guide"), tr("User &guide"), Qt::Key_F1), &QAction::triggered, this,
        [this] { showGuide(); });
    connect(
        add(menu, QStringLiteral("help.recovery"), tr("When something goes &wrong"), Qt::SHIFT | Qt::Key_F1),
        &QAction::triggered, this, [this] { showGuide(tr("When something goes wrong")); });
    connect(add(menu, QStringLiteral("help.examples"), tr("Worked &examples")), &QAction::triggered, this,
        &MainWindow::showExamples);
    QAction *survival = add(menu, QStringLiteral("help.survival"), tr("What would survive a &power cut?"));
    survival->setVisible(static_cast<bool>(m_context.survivalFacts));
    connect(survival, &QAction::triggered, this, &MainWindow::showSurvival);
    QAction *drills = add(menu, QStringLiteral("help.drills"), tr("&Fire drills…"));
    drills->setVisible(static_cast<bool>(m_context.drillGround));
    connect(drills, &QAction::triggered, this, &MainWindow::showDrills);
    connect(add(menu, QStringLiteral("help.about"), tr("&About Headroom")), &QAction::triggered, this,
        &MainWindow::showAbout);
}

void MainWindow::confirmPaperReset()
{
    ask(this,
        {QStringLiteral("resetPaper"), tr("Reset the paper account?"),
            tr("All paper positions, orders and history are dropped and the account starts with fresh "
               "practice money."),
            tr("Reset the paper account")},
        [this] { emit resetPaperRequested(); });
}

void MainWindow::confirmCancelAll()
{
    askToCancelAll(this, {m_context, *m_theme, *m_link}, m_link->symbol());
}

void MainWindow::confirmClosePosition()
{
    const std::vector<domain::PositionRisk> &held = m_context.models.positions.positions();
    const auto found = std::ranges::find_if(
        held, [this](const domain::PositionRisk &risk) { return risk.position.symbol == m_link->symbol(); });
    if (found == held.end()) {
        m_context.models.log.report(live::LogModel::Info,
            tr("There is no position in %1 to close.").arg(live::toQString(m_link->symbol())));
        showPanel(QStringLiteral("log"));
        return;
    }
    askToClose(this, {m_context, *m_theme, *m_link}, found->position, domain::Rate::of(1));
}

void MainWindow::showSettings()
{
    using Page = SettingsDialog::Page;
    (new SettingsDialog{m_context.alertDelivery, m_context.models, m_link->symbol(), Page::Alerts, this})
        ->open();
}

void MainWindow::showRules()
{
    using Page = SettingsDialog::Page;
    (new SettingsDialog{m_context.alertDelivery, m_context.models, m_link->symbol(), Page::Rules, this})
        ->open();
}

void MainWindow::showSurvival()
{
    ports::whenFinished(
        m_context.survivalFacts(), this, [this](const domain::Result<SurvivalFacts> &journal) {
            const live::Models &models = m_context.models;
            QStringList lines =
                survivalSentences(withExchange(journal.value_or(SurvivalFacts{}), models), models.times);
            if (!journal) {
                lines.front() =
                    tr("The journal does not answer: %1").arg(live::toQString(journal.error().detail));
            }
            (new SurvivalDialog{lines, this})->open();
        });
}

void MainWindow::exportJournal()
{
    auto *dialog = new QFileDialog{this, tr("Export the journal")};
    dialog->setObjectName(QStringLiteral("journalFile"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Table (*.csv)"), tr("JSON (*.json)")});
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(QStringLiteral("headroom-journal.csv"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString &filter) {
        dialog->setDefaultSuffix(filter.contains(u"json") ? QStringLiteral("json") : QStringLiteral("csv"));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        ports::whenFinished(
            m_context.exportJournal(path), this, [this, path](const domain::Result<std::int64_t> &rows) {
                m_context.models.log.report(rows ? live::LogModel::Info : live::LogModel::Problem,
                    rows ? tr("%1 rows of the journal were written to %2.").arg(*rows).arg(path)
                         : tr("The journal was not exported: %1").arg(live::toQString(rows.error().detail)));
            });
    });
    dialog->open();
}

void MainWindow::showGuide(const QString &heading)
{
    if (!m_guide) {
        m_guide = new GuideWindow{*m_theme, this};
    }
    m_guide->show();
    m_guide->raise();
    m_guide->activateWindow();
    if (!heading.isEmpty()) {
        m_guide->goTo(heading);
    }
}

void MainWindow::showExamples()
{
    if (!m_examples) {
        m_examples = new WorkedExamplesWindow{*m_theme, m_context.settings, this};
    }
    m_examples->show();
    m_examples->raise();
    m_examples->activateWindow();
}

void MainWindow::showDrills()
{
    if (!m_drills) {
        m_drills = new DrillsWindow{m_context, *m_theme, this};
    }
    m_drills->show();
    m_drills->raise();
    m_drills->activateWindow();
}

void MainWindow::showAbout()
{
    auto *about = new QMessageBox{this};
    about->setObjectName(QStringLiteral("about"));
    about->setAttribute(Qt::WA_DeleteOnClose);
    about->setWindowTitle(tr("About Headroom"));
    about->setIconPixmap(QIcon{QStringLiteral(":/icons/headroom.svg")}.pixmap(64, 64));
    about->setText(tr("Headroom %1").arg(QCoreApplication::applicationVersion()));
    about->setInformativeText(tr("A trading terminal for USDT-margined perpetual futures.\n\nFree software "
                                 "under the GNU General Public "
                                 "License, version 3 or later. It comes without any warranty. Trading "
                                 "futures can lose all the money in the "
                                 "account."));
    about->open();
}

} // namespace ui
