#include "ui/panels/story_panel.h"

#include "models/live/models.h"
#include "models/live/order_state.h"
#include "models/live/text.h"
#include "ui/panels/story_export.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/identify.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui
{

namespace
{

/// Ties the marks of the moments together by a line.
class StoryDelegate final : public CellDelegate
{
public:
    using CellDelegate::CellDelegate;

protected:
    void paintBackground(
        QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        CellDelegate::paintBackground(painter, option, index);
        if (index.column() != live::OrderStoryModel::KindColumn) {
            return;
        }
        const QRectF mark = markBox(option);
        painter->setPen(QPen{theme().tokens().border, 2});
        if (index.row() > 0) {
            painter->drawLine(QPointF{mark.center().x(), static_cast<qreal>(option.rect.top())},
                QPointF{mark.center().x(), mark.top() - 1});
        }
        if (index.row() + 1 < index.model()->rowCount()) {
            painter->drawLine(QPointF{mark.center().x(), mark.bottom() + 1},
                QPointF{mark.center().x(), static_cast<qreal>(option.rect.bottom() + 1)});
        }
    }
};

} // namespace

StoryPanel::StoryPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_story{tools.window.trading, tools.window.models.times},
      m_head{new ElidedLabel},
      m_table{new DataTable{m_story, tools.theme, tools.window.settings,
          {QStringLiteral("story.table"), tr("Time line of the chosen order"),
              tr("Choose an order in Open orders or History: its life is told here."), false}}},
      m_export{identify(new QPushButton{tr("Export…")}, QStringLiteral("story.export"),
          tr("Export the time line as CSV or JSON"))},
      m_copy{identify(
          new QPushButton{tr("Copy")}, QStringLiteral("story.copy"), tr("Copy the time line as text"))}
{
    m_head->setObjectName(QStringLiteral("story.order"));
    m_head->setFont(Theme::numberFont());
    m_table->setCellDelegate(new StoryDelegate{tools.theme, m_table});
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(6, 3, 6, 1);
    bar->setSpacing(6);
    bar->addWidget(m_head, 1);
    for (QPushButton *button : {m_export, m_copy}) {
        button->setProperty("small", true);
        button->setToolTip(button->accessibleName());
        bar->addWidget(button);
    }
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(bar);
    layout->addWidget(m_table);
    connect(m_export, &QPushButton::clicked, this, [this] { exportStory(this, m_tools, m_story); });
    connect(m_copy, &QPushButton::clicked, this,
        [this] { QApplication::clipboard()->setText(m_head->text() + u'\n' + m_story.toText()); });
    connect(&tools.link, &SymbolLink::orderChosen, this, &StoryPanel::follow);
    connect(&tools.window.trading, &ports::Trading::orderChanged, this, [this](const domain::Order &order) {
        if (!m_order.clientOrderId().empty() && order.clientOrderId() == m_order.clientOrderId()) {
            m_order = order;
            showHead();
        }
    });
    connect(&m_story, &QAbstractItemModel::rowsInserted, this, [this] {
        showHead();
        m_table->scrollToBottom();
    });
    connect(&m_story, &live::OrderStoryModel::failed, this, [this](const QString &reason) {
        m_table->setEmptyText(tr("The time line was not read: %1").arg(reason));
    });
    showHead();
    setFocusProxy(m_table);
}

void StoryPanel::follow(const domain::Order &order)
{
    m_order = order;
    m_table->setEmptyText(
        order.clientOrderId().empty()
            ? tr("This order has no id of its own: nothing is known of its life.")
            : tr("Nothing is written down of this order: it was placed elsewhere or long ago."));
    m_story.follow(order.clientOrderId());
    showHead();
}

void StoryPanel::showHead()
{
    const bool isChosen = !m_order.request.symbol.empty();
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_order.request.symbol);
    m_head->setText(
        !isChosen ? tr("No order is chosen.")
                  : QStringList{live::orderSentence(m_order.request, spec ? *spec : domain::SymbolSpec{}),
                        live::stateText(m_order), live::toQString(m_order.clientOrderId())}
                        .join(QStringLiteral("  ·  ")));
    m_head->setToolTip(isChosen ? live::phaseSentence(m_order) : QString{});
    for (QPushButton *button : {m_export, m_copy}) {
        button->setEnabled(m_story.rowCount() > 0);
    }
}

} // namespace ui
