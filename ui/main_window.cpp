#include "ui/main_window.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/drills_window.h"
#include "ui/emergency_control.h"
#include "ui/guide_window.h"
#include "ui/panels/alerts_panel.h"
#include "ui/panels/book_panel.h"
#include "ui/panels/calculator_panel.h"
#include "ui/panels/chart_panel.h"
#include "ui/panels/connection_panel.h"
#include "ui/panels/emergency_panel.h"
#include "ui/panels/order_actions.h"
#include "ui/panels/orders_panel.h"
#include "ui/panels/panel_tools.h"
#include "ui/panels/reconciliation_panel.h"
#include "ui/panels/risk_panel.h"
#include "ui/panels/story_panel.h"
#include "ui/panels/stress_panel.h"
#include "ui/panels/table_panels.h"
#include "ui/panels/ticket_panel.h"
#include "ui/panels/trades_panel.h"
#include "ui/panels/watchlist_panel.h"
#include "ui/widgets/emergency_bar.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/toasts.h"
#include "ui/widgets/venue_band.h"
#include "ui/worked_examples_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QMenuBar>
#include <QPainter>
#include <QScreen>
#include <QTabBar>
#include <QToolBar>

#include <algorithm>

namespace ui
{

namespace
{

constexpr int borderWidth = 3;
constexpr int layoutVersion = 3; ///< a kept arrangement of another version is not taken over
const QString symbolKey = QStringLiteral("window/symbol");
const QString geometryKey = QStringLiteral("window/geometry");
const QString stateKey = QStringLiteral("window/state");
const domain::Symbol firstSymbol = "BTCUSDT";

/// The whole screen up to what the panels can use, and never less than they need.
QSize firstSize(const QSize &available)
{
    return available.boundedTo({1920, 1080}).expandedTo({1280, 800});
}

template <class Panel> std::function<QWidget *(const PanelTools &)> maker()
{
    return [](const PanelTools &tools) { return new Panel{tools}; };
}

} // namespace

MainWindow::MainWindow(const MainWindowContext &context, QWidget *parent)
    : QMainWindow{parent},
      m_context{context},
      m_theme{std::make_unique<Theme>()},
      m_link{std::make_unique<SymbolLink>()},
      m_emergency{std::make_unique<EmergencyControl>(tools(), this)}
{
    setObjectName(QStringLiteral("mainWindow"));
    const VenueMark mark = markOf(context.venue);
    setWindowTitle(QStringLiteral("Headroom - ") + mark.word);
    setWindowIcon(QIcon{QStringLiteral(":/icons/headroom.svg")});
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks | GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setDocumentMode(true);
    setContentsMargins(borderWidth, borderWidth, borderWidth, borderWidth);
    const QSize available = screen()->availableSize();
    resize(firstSize(available));
    if (size() == available) {
        setWindowState(Qt::WindowMaximized);
    }

    live::Models &models = context.models;
    const QString kept = context.settings.value(symbolKey).toString();
    m_link->setSymbol(kept.isEmpty() ? firstSymbol : kept.toStdString());
    connect(m_link.get(), &SymbolLink::symbolChanged, this, [this](const domain::Symbol &symbol) {
        m_context.settings.setValue(symbolKey, live::toQString(symbol));
    });
    // A kept symbol may have left the venue: then the first one that trades.
    connect(&models.market, &live::MarketState::exchangeInfoChanged, this, [this] {
        const live::MarketState &market = m_context.models.market;
        if (!market.spec(m_link->symbol()) && m_context.models.tickers.rowCount() > 0) {
            const QString first = m_context.models.tickers.index(0, 0).data(live::KeyRole).toString();
            m_link->setSymbol(market.spec(firstSymbol) ? firstSymbol : first.toStdString());
        }
    });
    models.times.setUtc(context.settings.value(QStringLiteral("window/utc"), false).toBool());
    m_theme->set(
        static_cast<Theme::Scheme>(context.settings.value(QStringLiteral("window/scheme"), 0).toInt()),
        static_cast<Theme::Directions>(
            context.settings.value(QStringLiteral("window/directions"), 0).toInt()));

    auto *top = new QToolBar{tr("Venue")};
    top->setObjectName(QStringLiteral("venueBar"));
    top->setMovable(false);
    top->setFloatable(false);
    top->toggleViewAction()->setVisible(false); // a lasting mark cannot be hidden
    top->setContextMenuPolicy(Qt::PreventContextMenu);
    m_band = new VenueBand{m_context, *m_theme};
    m_band->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    top->addWidget(m_band);
    addToolBar(Qt::TopToolBarArea, top);
    connect(m_band, &VenueBand::gatePressed, this, [this] { showPanel(QStringLiteral("connection")); });
    connect(m_theme.get(), &Theme::changed, this, &MainWindow::applyAppearance);
    applyAppearance();
    addPanels();
    buildMenus();
    connectAlerts();
    resetLayout();
}

MainWindow::~MainWindow()
{
    // Panels, guide and emergency buttons use theme, link and control: they go first.
    qDeleteAll(m_docks);
    delete menuBar()->cornerWidget();
    delete m_toasts;
    delete m_drills;
    delete m_guide;
    delete m_examples;
}

PanelTools MainWindow::tools()
{
    return {m_context, *m_theme, *m_link};
}

void MainWindow::addPanels()
{
    addPanel({QStringLiteral("watchlist"), tr("Watchlist"), Qt::Key_1, maker<WatchlistPanel>()});
    addPanel({QStringLiteral("chart"), tr("Chart"), Qt::Key_2, maker<ChartPanel>()});
    addPanel({QStringLiteral("book"), tr("Order book"), Qt::Key_3, maker<BookPanel>()});
    addPanel({QStringLiteral("trades"), tr("Trades"), Qt::Key_4, maker<TradesPanel>()});
    addPanel({QStringLiteral("ticket"), tr("Order ticket"), Qt::Key_5, maker<TicketPanel>()});
    addPanel({QStringLiteral("calculator"), tr("Calculator"), Qt::Key_6, maker<CalculatorPanel>()});
    addPanel({QStringLiteral("risk"), tr("Risk dashboard"), Qt::Key_7, maker<RiskPanel>()});
    addPanel({QStringLiteral("positions"), tr("Positions"), Qt::Key_8, maker<PositionsPanel>()});
    addPanel({QStringLiteral("orders"), tr("Open orders"), Qt::Key_9, maker<OrdersPanel>()});
    addPanel({QStringLiteral("history"), tr("History"), Qt::Key_0, maker<HistoryPanel>()});
    addPanel(
        {QStringLiteral("connection"), tr("Connection and limits"), Qt::Key_Minus, maker<ConnectionPanel>()});
    addPanel({QStringLiteral("log"), tr("Log"), Qt::Key_Equal, maker<LogPanel>()});
    addPanel({QStringLiteral("order-story"), tr("Time line"), Qt::Key_L, maker<StoryPanel>()});
    addPanel({QStringLiteral("alerts"), tr("Alerts"), Qt::Key_A, maker<AlertsPanel>()});
    addPanel({QStringLiteral("emergency"), tr("Emergency report"), Qt::Key_E, maker<EmergencyPanel>()});
    addPanel(
        {QStringLiteral("reconciliation"), tr("Reconciliation"), Qt::Key_R, maker<ReconciliationPanel>()});
    addPanel({QStringLiteral("stress"), tr("Stress desk"), Qt::Key_X, maker<StressPanel>()});
    connect(m_link.get(), &SymbolLink::draftOffered, this, [this] { showPanel(QStringLiteral("ticket")); });
    connect(
        m_link.get(), &SymbolLink::storyWanted, this, [this] { showPanel(QStringLiteral("order-story")); });
    // Seen at once, without taking the keyboard away.
    connect(&m_context.models.emergencies, &live::EmergencyModel::began, this, [this] {
        dock(QStringLiteral("emergency"))->show();
        dock(QStringLiteral("emergency"))->raise();
    });
    countInTabs();
    // Docks move into and out of tabs by hand, by menu and by a kept layout.
    m_titling.setSingleShot(true);
    m_titling.setInterval(0);
    connect(&m_titling, &QTimer::timeout, this, &MainWindow::titleDocks);
    for (QDockWidget *each : m_docks) {
        const auto later = qOverload<>(&QTimer::start);
        connect(each, &QDockWidget::visibilityChanged, &m_titling, later);
        connect(each, &QDockWidget::dockLocationChanged, &m_titling, later);
        connect(each, &QDockWidget::topLevelChanged, &m_titling, later);
    }
}

void MainWindow::countInTabs()
{
    // Counts in the tabs: what is open is seen without looking.
    const auto countIn = [this](const QString &id, const QAbstractItemModel &model, const QString &title) {
        const auto update = [dock = dock(id), &model, title] {
            dock->setWindowTitle(
                model.rowCount() > 0 ? QStringLiteral("%1 (%2)").arg(title).arg(model.rowCount()) : title);
        };
        connect(&model, &QAbstractItemModel::rowsInserted, dock(id), update);
        connect(&model, &QAbstractItemModel::rowsRemoved, dock(id), update);
        connect(&model, &QAbstractItemModel::modelReset, dock(id), update);
        update();
    };
    countIn(QStringLiteral("positions"), m_context.models.positions, tr("Positions"));
    countIn(QStringLiteral("orders"), m_context.models.openOrders, tr("Open orders"));
    const auto countAlerts = [dock = dock(QStringLiteral("alerts")), &alerts = m_context.models.alerts] {
        const int unseen = alerts.unseenCount();
        dock->setWindowTitle(unseen > 0 ? tr("Alerts (%1)").arg(unseen) : tr("Alerts"));
    };
    connect(&m_context.models.alerts, &live::AlertsModel::unseenChanged, this, countAlerts);
    countAlerts();
}

void MainWindow::titleDocks()
{
    for (QDockWidget *each : m_docks) {
        // A tab says the title already; below it the bar would only take room.
        const bool isInTab = !each->isFloating() && !tabifiedDockWidgets(each).isEmpty();
        if (isInTab && !each->titleBarWidget()) {
            each->setTitleBarWidget(new QWidget{each});
        } else if (!isInTab && each->titleBarWidget()) {
            delete each->titleBarWidget();
            each->setTitleBarWidget(nullptr);
        }
    }
    for (QTabBar *bar : findChildren<QTabBar *>(QString{}, Qt::FindDirectChildrenOnly)) {
        bar->setObjectName(QStringLiteral("dockTabs"));
        bar->setAccessibleName(tr("Panels"));
        bar->setExpanding(false);
        bar->setDrawBase(false);
    }
}

void MainWindow::addPanel(const PanelSpec &spec)
{
    auto *dock = identify(new QDockWidget{spec.title, this}, spec.id, spec.title);
    QWidget *panel = spec.make(tools());
    panel->setObjectName(spec.id + QStringLiteral(".panel"));
    panel->setAccessibleName(spec.title);
    panel->setAttribute(Qt::WA_StyledBackground);
    dock->setWidget(panel);
    dock->setFeatures(
        QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetFloatable | QDockWidget::DockWidgetClosable);
    dock->toggleViewAction()->setObjectName(QStringLiteral("view.") + spec.id);
    auto *show = new QAction{tr("Go to %1").arg(spec.title), this};
    show->setObjectName(QStringLiteral("goto.") + spec.id);
    show->setShortcut(QKeySequence{Qt::ALT | spec.key});
    connect(show, &QAction::triggered, this, [this, id = spec.id] { showPanel(id); });
    addAction(show);
    m_docks.push_back(dock);
}

QDockWidget *MainWindow::dock(const QString &panelId) const
{
    const auto found = std::ranges::find_if(
        m_docks, [&panelId](const QDockWidget *candidate) { return candidate->objectName() == panelId; });
    return found == m_docks.end() ? nullptr : *found;
}

QStringList MainWindow::panelIds() const
{
    QStringList ids;
    for (const QDockWidget *candidate : m_docks) {
        ids << candidate->objectName();
    }
    return ids;
}

void MainWindow::showPanel(const QString &panelId)
{
    if (QDockWidget *found = dock(panelId)) {
        found->show();
        found->raise();
        found->widget()->setFocus(Qt::ShortcutFocusReason);
    }
}

void MainWindow::resetLayout()
{
    const auto of = [this](const char *id) { return dock(QString::fromLatin1(id)); };
    for (QDockWidget *each : m_docks) {
        each->setFloating(false);
        removeDockWidget(each);
    }
    QDockWidget *watchlist = of("watchlist");
    QDockWidget *chart = of("chart");
    QDockWidget *book = of("book");
    QDockWidget *trades = of("trades");
    QDockWidget *ticket = of("ticket");
    QDockWidget *calculator = of("calculator");
    QDockWidget *risk = of("risk");
    QDockWidget *positions = of("positions");
    const bool isWide = width() >= 1700;
    addDockWidget(Qt::LeftDockWidgetArea, watchlist);
    splitDockWidget(watchlist, ticket, Qt::Horizontal);
    splitDockWidget(watchlist, positions, Qt::Vertical);
    splitDockWidget(watchlist, chart, Qt::Horizontal);
    splitDockWidget(chart, book, Qt::Horizontal);
    splitDockWidget(book, trades, Qt::Vertical);
    if (isWide) {
        splitDockWidget(ticket, calculator, Qt::Horizontal);
        splitDockWidget(ticket, risk, Qt::Vertical);
    } else {
        splitDockWidget(ticket, risk, Qt::Vertical);
        tabifyDockWidget(ticket, calculator);
    }
    QDockWidget *before = positions;
    for (const char *id : {"orders", "stress", "order-story", "history", "alerts", "emergency",
             "reconciliation", "connection", "log"}) {
        tabifyDockWidget(before, of(id));
        before = of(id);
    }
    for (QDockWidget *each : m_docks) {
        each->show();
    }
    positions->raise();
    ticket->raise();
    const int side = isWide ? 340 : 344;
    const int bookWidth = isWide ? 270 : 226;
    const int listWidth = isWide ? 345 : 284;
    const int chartWidth = std::max(300, width() - side * (isWide ? 2 : 1) - bookWidth - listWidth - 24);
    const int bottom = std::max(150, height() / 4);
    const int above = height() - bottom - 80;
    if (isWide) {
        resizeDocks({watchlist, chart, book, ticket, calculator},
            {listWidth, chartWidth, bookWidth, side, side}, Qt::Horizontal);
    } else {
        resizeDocks(
            {watchlist, chart, book, ticket}, {listWidth, chartWidth, bookWidth, side}, Qt::Horizontal);
    }
    resizeDocks({watchlist, positions}, {above, bottom}, Qt::Vertical);
    resizeDocks({book, trades}, {above * 62 / 100, above * 38 / 100}, Qt::Vertical);
    const int ticketHeight = std::min(600, height() * 56 / 100);
    resizeDocks({ticket, risk}, {ticketHeight, height() - ticketHeight - 80}, Qt::Vertical);
    titleDocks();
}

void MainWindow::saveLayout()
{
    m_context.settings.setValue(geometryKey, saveGeometry());
    m_context.settings.setValue(stateKey, saveState(layoutVersion));
}

void MainWindow::restoreLayout()
{
    const QByteArray geometry = m_context.settings.value(geometryKey).toByteArray();
    const QByteArray state = m_context.settings.value(stateKey).toByteArray();
    const bool isPlaced = !geometry.isEmpty() && restoreGeometry(geometry);
    if (!isPlaced || state.isEmpty() || !restoreState(state, layoutVersion)) {
        resetLayout();
    }
}

void MainWindow::applyAppearance()
{
    // Menus, tabs, popups and dialogs take theirs from there.
    QApplication::setFont(Theme::textFont());
    QApplication::setPalette(m_theme->palette());
    setFont(Theme::textFont());
    setPalette(m_theme->palette());
    setStyleSheet(m_theme->styleSheet());
    update();
}

void MainWindow::setPaperResetEnabled(bool enabled)
{
    m_resetPaper->setEnabled(enabled);
}

void MainWindow::showEvent(QShowEvent *event)
{
    if (!m_hasBeenShown) {
        m_hasBeenShown = true;
        restoreLayout();
    }
    QMainWindow::showEvent(event);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    saveLayout();
    event->accept();
    emit quitRequested();
}

void MainWindow::paintEvent(QPaintEvent *event)
{
    QMainWindow::paintEvent(event);
    QPainter painter{this};
    QPen pen{markOf(m_context.venue).fill};
    pen.setWidth(borderWidth * 2); // half of it lies outside
    pen.setJoinStyle(Qt::MiterJoin);
    painter.setPen(pen);
    painter.drawRect(rect());
}

} // namespace ui
