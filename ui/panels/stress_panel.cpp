#include "ui/panels/stress_panel.h"

#include "models/live/models.h"
#include "models/live/stress_text.h"
#include "ui/panels/stress_figures.h"
#include "ui/panels/stress_symbols.h"
#include "ui/panels/ways_back_list.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/stress_chart.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QHeaderView>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace ui
{

using Path = live::StressConditions::Path;
using domain::StopHandling;

namespace
{

const QString rangeKey = QStringLiteral("stress/range"); ///< per cent
constexpr int widestRange = 50;

} // namespace

StressPanel::StressPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_desk{tools.window.models.stress},
      m_model{m_desk},
      m_paths{new QButtonGroup{this}},
      m_range{identify(new QComboBox, QStringLiteral("stress.range"), tr("How far the moves go"))},
      m_stops{identify(new QComboBox, QStringLiteral("stress.stops"), tr("What stops do"))},
      m_funding{identify(new QCheckBox{tr("Funding ×3")}, QStringLiteral("stress.funding"),
          tr("The next funding at three times its rate is booked first"))},
      m_books{identify(new QCheckBox{tr("Book ÷4")}, QStringLiteral("stress.books"),
          tr("Order books hold a quarter of what they show"))},
      m_falling{new ElidedLabel},
      m_rising{new ElidedLabel},
      m_reservations{new ElidedLabel{{}, "caption"}},
      m_chart{new StressChart{tools.theme, m_desk}},
      m_table{new DataTable{m_model, tools.theme, tools.window.settings,
          {QStringLiteral("stress.table"), tr("The account place by place"), tr("Waiting for the account."),
              false}}},
      m_symbols{new StressSymbols{tools}},
      m_figures{new StressFigures{m_desk}},
      m_tabs{new QTabWidget},
      m_halves{new QSplitter{Qt::Horizontal}}
{
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setCellExplainer([this](const QModelIndex &cell) -> Explainer {
        return [this, at = m_model.placeAt(cell.row()), column = cell.column()] {
            return m_model.explain(at, column);
        };
    });
    m_table->horizontalHeader()->setStretchLastSection(true);
    if (tools.window.settings.value(QStringLiteral("columns/stress.table")).isNull()) {
        // Names are as long as they like: the last one takes what is left.
        m_table->horizontalHeader()->moveSection(
            live::StressTableModel::LiquidatedColumn, live::StressTableModel::LeavingColumn);
    }
    m_tabs->setObjectName(QStringLiteral("stress.tabWidget"));
    m_tabs->setDocumentMode(true);
    m_tabs->tabBar()->setAccessibleName(tr("Stress desk"));
    m_tabs->tabBar()->setObjectName(QStringLiteral("stress.tabs"));
    m_tabs->tabBar()->setExpanding(false);
    m_tabs->tabBar()->setDrawBase(false);
    m_tabs->addTab(m_table, tr("Places"));
    m_tabs->addTab(m_symbols, tr("Symbols"));
    m_tabs->addTab(
        new WaysBackList{tools, QStringLiteral("stress.ways"), WaysBackList::Place::Desk}, tr("Ways back"));
    m_tabs->addTab(m_figures, tr("Figures"));
    m_tabs->setCornerWidget(m_range);
    m_tabs->setTabToolTip(3, tr("Of the chosen place, each with where it comes from"));
    auto *right = new QWidget;
    auto *rightLayout = new QVBoxLayout{right};
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(2);
    rightLayout->addWidget(makeControls());
    rightLayout->addWidget(m_tabs, 1);
    auto *left = new QWidget;
    auto *leftLayout = new QVBoxLayout{left};
    leftLayout->setContentsMargins(0, 0, 0, 2);
    leftLayout->setSpacing(1);
    leftLayout->addWidget(m_chart, 1);
    leftLayout->addWidget(m_reservations);
    m_halves->addWidget(left);
    m_halves->addWidget(right);
    m_halves->setStretchFactor(0, 1);
    m_halves->setStretchFactor(1, 1);
    m_halves->setChildrenCollapsible(false);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(6, 3, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(makeSentences());
    layout->addWidget(m_halves, 1);

    connect(m_paths, &QButtonGroup::idClicked, this, [this](int path) {
        m_symbols->setPath(static_cast<Path>(path));
        if (static_cast<Path>(path) != Path::Together) {
            m_tabs->setCurrentWidget(m_symbols);
        } else if (m_tabs->currentWidget() == m_symbols) {
            m_tabs->setCurrentWidget(m_table);
        }
        apply();
    });
    connect(m_range, &QComboBox::currentIndexChanged, this, [this] {
        m_tools.window.settings.setValue(rangeKey, m_range->currentData());
        apply();
    });
    connect(m_stops, &QComboBox::currentIndexChanged, this, &StressPanel::apply);
    connect(m_funding, &QCheckBox::toggled, this, &StressPanel::apply);
    connect(m_books, &QCheckBox::toggled, this, &StressPanel::apply);
    connect(m_symbols, &StressSymbols::movesChanged, this, &StressPanel::apply);
    connect(&m_desk, &live::StressDesk::changed, this, &StressPanel::show);
    connect(m_chart, &StressChart::chosenChanged, this, &StressPanel::tellRow);
    connect(m_chart, &StressChart::chosenChanged, m_figures, &StressFigures::choose);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &StressPanel::tellRow);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex &current) {
            if (current.isValid() && !m_isTelling) {
                const QScopedValueRollback telling{m_isTelling, true};
                m_chart->choose(m_model.placeAt(current.row()));
            }
        });
    setFocusProxy(m_chart);
    apply();
    show();
}

StressPanel::~StressPanel()
{
    setSeen(false);
}

QWidget *StressPanel::makeControls()
{
    auto *paths = new QWidget;
    auto *row = new QHBoxLayout{paths};
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(3);
    const std::initializer_list<std::tuple<Path, QString, QString, QString>> choices{
        {Path::Together, QStringLiteral("stress.together"), tr("All together"),
            tr("All prices move by the same per cent")},
        {Path::ByBeta, QStringLiteral("stress.byBeta"), tr("Beta to BTC"),
            tr("Each symbol moves by its beta to BTC")},
        {Path::Single, QStringLiteral("stress.single"), tr("Per symbol"),
            tr("Each symbol by its own slider")}};
    for (const auto &[path, id, text, spoken] : choices) {
        auto *button = identify(new QToolButton, id, spoken);
        button->setText(text);
        button->setToolTip(spoken);
        button->setCheckable(true);
        button->setProperty("flat", true);
        button->setChecked(path == Path::Together);
        m_paths->addButton(button, static_cast<int>(path));
        row->addWidget(button);
    }
    row->addStretch(1);
    for (const int percent : {10, 25, 50}) {
        m_range->addItem(tr("±%1 %").arg(percent), percent);
    }
    const int kept = m_range->findData(m_tools.window.settings.value(rangeKey, widestRange).toInt());
    m_range->setCurrentIndex(kept < 0 ? m_range->count() - 1 : kept);
    m_range->setToolTip(
        tr("How far the curve goes to either side; liquidations are looked for beyond it, too"));
    for (const auto &[handling, text] :
        std::initializer_list<std::pair<StopHandling, QString>>{{StopHandling::Filled, tr("Stops filled")},
            {StopHandling::Gapped, tr("Stops gapped")}, {StopHandling::Ignored, tr("Stops ignored")}}) {
        m_stops->addItem(text, static_cast<int>(handling));
    }
    m_stops->setToolTip(tr("Filled: at their prices, with the slippage of the book. Gapped: prices jump and "
                           "stops fill where they land. Ignored: nothing fills."));
    m_funding->setToolTip(m_funding->accessibleName());
    m_books->setToolTip(m_books->accessibleName());
    auto *toggles = new QWidget;
    auto *toggleRow = new QHBoxLayout{toggles};
    toggleRow->setContentsMargins(0, 0, 0, 0);
    toggleRow->setSpacing(8);
    toggleRow->addWidget(m_stops);
    toggleRow->addWidget(m_funding);
    toggleRow->addWidget(m_books);
    toggleRow->addStretch(1);
    auto *controls = new QWidget;
    m_controls = new QBoxLayout{QBoxLayout::LeftToRight, controls};
    m_controls->setContentsMargins(2, 0, 4, 0);
    m_controls->setSpacing(4);
    m_controls->addWidget(paths);
    m_controls->addWidget(toggles, 1);
    return controls;
}

QWidget *StressPanel::makeSentences()
{
    m_falling->setObjectName(QStringLiteral("stress.falling"));
    m_rising->setObjectName(QStringLiteral("stress.rising"));
    m_reservations->setObjectName(QStringLiteral("stress.reservations"));
    auto *sentences = new QWidget;
    m_sentences = new QBoxLayout{QBoxLayout::LeftToRight, sentences};
    m_sentences->setContentsMargins(0, 0, 6, 0);
    m_sentences->setSpacing(2);
    m_sentences->addWidget(m_falling, 1);
    m_sentences->addWidget(m_rising, 1);
    return sentences;
}

void StressPanel::apply()
{
    live::StressConditions conditions;
    conditions.path = static_cast<Path>(m_paths->checkedId());
    if (conditions.path == Path::Single) {
        conditions.moves = m_symbols->moves();
    }
    m_range->setEnabled(conditions.path != Path::Single);
    conditions.reach = domain::Rate::of(m_range->currentData().toInt()) / 100;
    conditions.stops = static_cast<StopHandling>(m_stops->currentData().toInt());
    conditions.triplesFunding = m_funding->isChecked();
    conditions.thinsBooks = m_books->isChecked();
    m_desk.setConditions(conditions);
}

void StressPanel::show()
{
    const auto *report = m_desk.report();
    const auto &conditions = m_desk.reportConditions();
    const auto tell = [&](QLabel *label, bool isFalling) {
        if (report == nullptr) {
            label->setText(tr("Waiting for the account."));
            return;
        }
        const auto &way = isFalling ? report->falling : report->rising;
        label->setText(live::waySentence(*report, isFalling, conditions, m_desk.basis()));
        const bool isNear =
            !way.deaths.empty() && way.deaths.front().at.abs() <= domain::Rate::literal("0.1");
        const char *role = way.deaths.empty() ? "good" : isNear ? "block" : "confirm";
        if (label->property("role").toString() != QLatin1StringView{role}) {
            label->setProperty("role", QLatin1StringView{role});
            restyle(label);
        }
    };
    const bool isSingle = conditions.path == Path::Single;
    tell(m_falling, !isSingle);
    tell(m_rising, false);
    m_rising->setVisible(!isSingle && report != nullptr && !report->positions.empty());
    m_reservations->setText(report ? live::stressReservations(*report, conditions) : QString{});
    m_reservations->setVisible(!m_reservations->text().isEmpty());
    m_table->setEmptyText(report == nullptr ? tr("Waiting for the account.")
                                            : live::waySentence(*report, true, conditions, m_desk.basis()));
    m_figures->choose(m_chart->chosen());
}

void StressPanel::tellRow()
{
    if (m_isTelling) {
        return;
    }
    const QScopedValueRollback telling{m_isTelling, true};
    const int row = m_model.rowNear(m_chart->chosen());
    if (row >= 0) {
        m_table->chooseSourceRow(row);
    }
}

void StressPanel::setSeen(bool seen)
{
    m_desk.setActive(seen);
    m_tools.window.models.waysBack.setWanted(seen);
}

void StressPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    auto *dock = qobject_cast<QDockWidget *>(parentWidget());
    if (dock != nullptr && dock != m_dock) {
        // A dock behind another one's tab counts as shown; only the dock tells that it cannot be seen.
        m_dock = dock;
        connect(dock, &QDockWidget::visibilityChanged, this, &StressPanel::setSeen);
    }
    setSeen(dock == nullptr || !dock->visibleRegion().isEmpty());
    QTimer::singleShot(0, this, &StressPanel::tellRow); // once the table has its height
}

void StressPanel::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    setSeen(false);
}

void StressPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const int letter = fontMetrics().averageCharWidth();
    const bool isWide = width() > height() * 13 / 10;
    m_halves->setOrientation(isWide ? Qt::Horizontal : Qt::Vertical);
    const auto direction = [](bool fits) { return fits ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom; };
    m_sentences->setDirection(direction(width() > letter * 185));
    m_controls->setDirection(direction((isWide ? width() / 2 : width()) > letter * 76));
}

} // namespace ui
