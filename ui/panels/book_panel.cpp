#include "ui/panels/book_panel.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/identify.h"

#include <QComboBox>
#include <QEvent>
#include <QHeaderView>
#include <QPainter>
#include <QVBoxLayout>

#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

namespace
{

/// Depth as a bar behind the row, growing from the right.
class LadderDelegate final : public CellDelegate
{
public:
    LadderDelegate(const Theme &theme, const live::BookModel &book, QObject *parent)
        : CellDelegate{theme, parent},
          m_book{book}
    {
    }

protected:
    void paintBackground(
        QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Tokens &tokens = theme().tokens();
        const int row = index.row();
        if (row == m_book.spreadRow()) {
            painter->fillRect(option.rect, tokens.raised);
            return;
        }
        if (option.state.testFlag(QStyle::State_MouseOver)) {
            painter->fillRect(option.rect, tokens.hover);
        }
        const auto *table = static_cast<const QTableView *>(option.widget);
        const int whole = table->viewport()->width();
        const int length = static_cast<int>(index.data(live::ShareRole).toDouble() * whole);
        const QRect bar =
            QRect{whole - length, option.rect.top(), length, option.rect.height() - 1}.intersected(
                option.rect);
        const bool isLive = m_book.state() == domain::BookView::State::Live;
        painter->fillRect(bar, !isLive             ? tokens.raised
                               : m_book.isAsk(row) ? tokens.negativeFill
                                                   : tokens.positiveFill);
    }

private:
    const live::BookModel &m_book;
};

constexpr int multiples[] = {1, 2, 5, 10, 20, 50, 100, 500, 1000};

} // namespace

BookPanel::BookPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_book{tools.window.marketData, tools.window.models.market},
      m_table{new DataTable{m_book, tools.theme, tools.window.settings,
          {QStringLiteral("book.table"), tr("Order book"), {}, false}}},
      m_grouping{
          identify(new QComboBox, QStringLiteral("book.grouping"), tr("Price step of the order book"))},
      m_state{new ElidedLabel{{}, "caption"}}
{
    m_state->setObjectName(QStringLiteral("book.state"));
    m_grouping->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_grouping->setToolTip(tr("Levels are joined into steps of this width"));
    m_table->setCellDelegate(new LadderDelegate{tools.theme, m_book, m_table});
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->shareWidth({live::BookModel::TotalColumn});
    m_table->viewport()->installEventFilter(this);
    auto *top = new QHBoxLayout;
    top->setContentsMargins(6, 0, 6, 0);
    top->addWidget(m_state, 1);
    top->addWidget(m_grouping);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(3);
    layout->addLayout(top);
    layout->addWidget(m_table);
    connect(m_grouping, &QComboBox::activated, this,
        [this] { m_book.setGrouping(m_grouping->currentData().toInt()); });
    connect(m_table, &DataTable::rowActivated, this, [this](int row) {
        if (const auto price = m_book.priceAt(row)) {
            emit m_tools.link.pricePicked(*price);
        }
    });
    connect(&m_book, &live::BookModel::stateChanged, this, &BookPanel::showState);
    connect(&tools.window.models.market, &live::MarketState::exchangeInfoChanged, this,
        &BookPanel::fillGroupings);
    connect(&tools.link, &SymbolLink::symbolChanged, this, &BookPanel::follow);
    m_ageing.setInterval(500ms);
    connect(&m_ageing, &QTimer::timeout, this, &BookPanel::showState);
    m_ageing.start();
    follow(tools.link.symbol());
    setFocusProxy(m_table);
}

void BookPanel::follow(const domain::Symbol &symbol)
{
    m_book.setSymbol(symbol);
    fillGroupings();
    showState();
}

void BookPanel::fillGroupings()
{
    const int chosen = m_book.grouping();
    m_grouping->clear();
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_book.symbol());
    if (!spec || spec->tickSize.isZero()) {
        m_grouping->addItem(QStringLiteral("--"), 1);
        return;
    }
    for (const int multiple : multiples) {
        m_grouping->addItem(live::exactText(spec->tickSize * multiple), multiple);
    }
    m_grouping->setCurrentIndex(std::max(0, m_grouping->findData(chosen)));
}

void BookPanel::fitDepth()
{
    const int rowHeight = std::max(1, m_table->verticalHeader()->defaultSectionSize());
    m_book.setDepth((m_table->viewport()->height() / rowHeight - 1) / 2);
}

bool BookPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize) {
        fitDepth();
    }
    return QWidget::eventFilter(watched, event);
}

void BookPanel::showState()
{
    const auto age = m_book.age(m_tools.window.clock);
    const char *role = "caption";
    QString text;
    switch (m_book.state()) {
    case domain::BookView::State::Syncing:
        text = m_book.symbol().empty() ? tr("no symbol chosen") : tr("syncing with the exchange");
        role = "confirm";
        break;
    case domain::BookView::State::Stale:
        text = age ? tr("stale for %1").arg(live::ageText(*age)) : tr("stale");
        role = "confirm";
        break;
    case domain::BookView::State::Live:
        text = m_book.resyncCount() > 0
                   ? tr("live, %n resync(s)", nullptr, static_cast<int>(m_book.resyncCount()))
                   : tr("live");
        break;
    }
    if (m_state->text() != text || m_state->property("role").toString() != QLatin1StringView{role}) {
        m_state->setText(text);
        m_state->setToolTip(text);
        m_state->setProperty("role", QLatin1StringView{role});
        restyle(m_state);
    }
}

} // namespace ui
