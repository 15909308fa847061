#include "ui/widgets/data_table.h"

#include "ui/widgets/identify.h"
#include "ui/widgets/mark.h"

#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QSortFilterProxyModel>

#include <algorithm>
#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

namespace
{

constexpr int cellMargin = 6;
constexpr int wrapping = Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap;

/// Width that a figure lacks on its right for its decimal point to stand where the others' do.
int missingFractionWidth(const QString &text, const QVariant &columnDigits, const QFontMetrics &metrics)
{
    const int digits = columnDigits.toInt();
    qsizetype point = text.indexOf(u'.');
    qsizetype end = text.size();
    while (end > 0 && !text[end - 1].isDigit()) {
        --end; // a unit behind the figure is as wide in every row
    }
    if (end == 0) {
        return 0;
    }
    const int own = point < 0 ? 0 : static_cast<int>(end - point - 1);
    const int digitWidth = metrics.horizontalAdvance(u'0');
    const int pointWidth = point < 0 && digits > 0 ? metrics.horizontalAdvance(u'.') : 0;
    return std::max(0, digits - own) * digitWidth + pointWidth;
}

live::Mark markOf(const QModelIndex &index)
{
    return static_cast<live::Mark>(index.data(live::MarkRole).toInt());
}

/// What a mark takes up before the text.
int markWidth(live::Mark mark, const QFontMetrics &metrics)
{
    return mark == live::Mark::None ? 0 : metrics.ascent() + 5;
}

QVariant columnDigitsOf(const QModelIndex &index)
{
    return index.model()->headerData(index.column(), Qt::Horizontal, live::FractionDigitsRole);
}

} // namespace

void CellDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    paintBackground(painter, option, index);
    paintText(painter, option, index);
    paintFocus(painter, option);
}

void CellDelegate::paintFocus(QPainter *painter, const QStyleOptionViewItem &option) const
{
    const auto *table = qobject_cast<const DataTable *>(option.widget);
    if (table != nullptr && table->explainsCells() && option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(m_theme.tokens().accent);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
}

void CellDelegate::paintBackground(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &) const
{
    if (option.state.testFlag(QStyle::State_Selected)) {
        painter->fillRect(option.rect, m_theme.tokens().hover);
    } else if (option.state.testFlag(QStyle::State_MouseOver)) {
        painter->fillRect(option.rect, m_theme.tokens().raised);
    }
}

void CellDelegate::paintText(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QString text = index.data(Qt::DisplayRole).toString();
    if (text.isEmpty()) {
        return;
    }
    const auto tone = static_cast<live::Tone>(index.data(live::ToneRole).toInt());
    QRect cell = option.rect.adjusted(cellMargin, 0, -cellMargin, 0);
    const live::Mark mark = markOf(index);
    QColor ink = m_theme.colour(tone);
    if (isFilled(mark)) {
        painter->fillRect(option.rect.adjusted(1, 1, -1, -1), ink);
        ink = m_theme.tokens().window;
    }
    if (mark != live::Mark::None) {
        paintMark(*painter, markBox(option), mark, ink);
        cell.setLeft(cell.left() + markWidth(mark, option.fontMetrics));
    }
    painter->setPen(ink);
    painter->setFont(option.font);
    const QVariant digits = columnDigitsOf(index);
    if (digits.isValid()) {
        cell.setRight(cell.right() - missingFractionWidth(text, digits, option.fontMetrics));
        painter->drawText(cell, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, text);
    } else if (const auto *table = qobject_cast<const DataTable *>(option.widget);
               table != nullptr && table->wraps(index.column())) {
        painter->drawText(cell, wrapping, text);
    } else {
        painter->drawText(cell, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
            option.fontMetrics.elidedText(text, Qt::ElideRight, cell.width()));
    }
}

QRectF CellDelegate::markBox(const QStyleOptionViewItem &option)
{
    const int size = option.fontMetrics.ascent() - 2;
    const int top = option.rect.center().y() - size / 2;
    return QRect{option.rect.left() + cellMargin, top, size, size};
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QString text = index.data(Qt::DisplayRole).toString();
    const QVariant digits = columnDigitsOf(index);
    const int missing = digits.isValid() ? missingFractionWidth(text, digits, option.fontMetrics) : 0;
    return {option.fontMetrics.horizontalAdvance(text) + missing + 2 * cellMargin + 2 +
                markWidth(markOf(index), option.fontMetrics),
        option.fontMetrics.height() + 6};
}

DataTable::DataTable(
    QAbstractItemModel &source, const Theme &theme, SettingsStore &settings, Traits traits, QWidget *parent)
    : QTableView{parent},
      m_settings{settings},
      m_traits{std::move(traits)}
{
    identify(this, m_traits.id, m_traits.spokenName);
    if (m_traits.isSortable) {
        m_proxy = new QSortFilterProxyModel{this};
        m_proxy->setSourceModel(&source);
        m_proxy->setSortRole(live::SortRole);
        m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
        setModel(m_proxy);
        setSortingEnabled(true);
        m_proxy->sort(-1);
        horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    } else {
        setModel(&source);
    }
    setItemDelegate(new CellDelegate{theme, this});
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setMouseTracking(true);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setFont(Theme::numberFont());
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setMinimumSectionSize(24);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setTextElideMode(Qt::ElideRight);
    applyMetrics();
    m_growing.setSingleShot(true);
    m_growing.setInterval(150ms);
    connect(&m_growing, &QTimer::timeout, this, &DataTable::growColumns);
    const auto growSoon = [this] {
        if (!m_growing.isActive() && isVisible()) {
            m_growing.start();
        }
    };
    connect(model(), &QAbstractItemModel::modelReset, this, [this, growSoon] {
        m_needed.clear();
        growSoon();
    });
    connect(model(), &QAbstractItemModel::rowsInserted, this, growSoon);
    connect(model(), &QAbstractItemModel::dataChanged, this, growSoon);
    const auto activate = [this](const QModelIndex &index) {
        emit rowActivated(m_proxy ? m_proxy->mapToSource(index).row() : index.row());
    };
    connect(this, &QTableView::clicked, this, activate);
    connect(this, &QTableView::activated, this, activate);
    const QByteArray kept = m_settings.value(QStringLiteral("columns/") + m_traits.id).toByteArray();
    if (!kept.isEmpty()) {
        horizontalHeader()->restoreState(kept);
    }
}

DataTable::~DataTable()
{
    m_settings.setValue(QStringLiteral("columns/") + m_traits.id, horizontalHeader()->saveState());
}

void DataTable::applyMetrics()
{
    verticalHeader()->setMinimumSectionSize(12);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
}

void DataTable::setEmptyText(const QString &text)
{
    if (text != m_traits.emptyText) {
        m_traits.emptyText = text;
        viewport()->update();
    }
}

void DataTable::setCellExplainer(CellExplainer explainer)
{
    m_explainer = std::move(explainer);
    viewport()->setCursor(Qt::PointingHandCursor);
    setWhatsThis(tr("A click, Return or F1 shows how the figure of a cell is computed."));
    connect(this, &QTableView::clicked, this, &DataTable::explain);
}

void DataTable::explain(const QModelIndex &cell)
{
    if (cell.isValid()) {
        ExplanationPopup::open(
            viewport(), visualRect(cell), m_explainer(m_proxy ? m_proxy->mapToSource(cell) : cell));
    }
}

bool DataTable::asksWhy(const QKeyEvent &event) const
{
    const int key = event.key();
    const bool isAsking =
        key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space || key == Qt::Key_F1;
    return isAsking && explainsCells() && (event.modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
}

bool DataTable::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride && asksWhy(*static_cast<QKeyEvent *>(event))) {
        event->accept(); // before the window's own F1
        return true;
    }
    return QTableView::event(event);
}

void DataTable::keyPressEvent(QKeyEvent *event)
{
    if (asksWhy(*event)) {
        explain(currentIndex());
    } else {
        QTableView::keyPressEvent(event);
    }
}

void DataTable::setCellDelegate(CellDelegate *delegate)
{
    QAbstractItemDelegate *before = itemDelegate();
    setItemDelegate(delegate);
    delete before;
}

void DataTable::shareWidth(const QList<int> &dispensable)
{
    m_sharesWidth = true;
    m_dispensable = dispensable;
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void DataTable::setWrappingColumn(int column)
{
    m_wrapping = column;
}

int DataTable::heightOf(int rows) const
{
    int height = horizontalHeader()->sizeHint().height() + 2 * frameWidth();
    for (int row = 0; row < rows; ++row) {
        height += row < model()->rowCount() ? rowHeight(row) : verticalHeader()->defaultSectionSize();
    }
    return height;
}

void DataTable::fitRows()
{
    if (m_wrapping < 0) {
        return;
    }
    const int usual = verticalHeader()->defaultSectionSize();
    const QRect line{0, 0, columnWidth(m_wrapping) - 2 * cellMargin, usual};
    bool isOther = false;
    for (int row = 0; row < model()->rowCount(); ++row) {
        const QString text = model()->index(row, m_wrapping).data().toString();
        const int wanted = std::max(usual, fontMetrics().boundingRect(line, wrapping, text).height() + 6);
        isOther = isOther || rowHeight(row) != wanted;
        setRowHeight(row, wanted);
    }
    if (isOther) {
        emit rowsFitted();
    }
}

void DataTable::chooseSourceRow(int row)
{
    const QAbstractItemModel &source = m_proxy ? *m_proxy->sourceModel() : *model();
    const QModelIndex at = source.index(row, 0);
    const QModelIndex shown = m_proxy ? m_proxy->mapFromSource(at) : at;
    if (shown.isValid()) {
        selectRow(shown.row());
        scrollTo(shown);
    }
}

QList<int> DataTable::selectedSourceRows() const
{
    QList<int> rows;
    for (const QModelIndex &index : selectionModel()->selectedRows()) {
        rows << (m_proxy ? m_proxy->mapToSource(index).row() : index.row());
    }
    return rows;
}

int DataTable::currentSourceRow() const
{
    const QList<int> rows = selectedSourceRows();
    return rows.isEmpty() ? -1 : rows.front();
}

int DataTable::titleWidth(int column) const
{
    const QString title = model()->headerData(column, Qt::Horizontal).toString();
    const int slack = m_sharesWidth ? 4 : 12;
    return horizontalHeader()->fontMetrics().horizontalAdvance(title) + 2 * cellMargin + slack;
}

void DataTable::fitColumns()
{
    const int columns = model()->columnCount();
    m_needed.resize(columns);
    int wanted = 0;
    for (int column = 0; column < columns; ++column) {
        m_needed[column] = std::max({m_needed[column], sizeHintForColumn(column), titleWidth(column)});
        wanted += m_needed[column];
    }
    const int room = viewport()->width();
    QList<int> shown;
    for (int column = 0; column < columns; ++column) {
        shown << column;
    }
    for (const int column : m_dispensable) {
        if (wanted <= room) {
            break;
        }
        wanted -= m_needed[column];
        shown.removeOne(column);
    }
    const int spare = std::max(0, room - wanted);
    const int lacking = std::max(0, wanted - room);
    for (int column = 0; column < columns; ++column) {
        const qsizetype place = shown.indexOf(column);
        setColumnHidden(column, place < 0);
        if (place >= 0) {
            const auto count = static_cast<int>(shown.size());
            const int least =
                wraps(column) ? std::max(titleWidth(column), m_needed[column] - lacking) : m_needed[column];
            setColumnWidth(column, least + spare / count + (place < spare % count ? 1 : 0));
        }
    }
    fitRows();
}

void DataTable::growColumns()
{
    if (m_sharesWidth) {
        fitColumns();
        return;
    }
    QHeaderView *header = horizontalHeader();
    for (int column = 0; column < model()->columnCount(); ++column) {
        if (header->sectionResizeMode(column) != QHeaderView::Interactive || isColumnHidden(column)) {
            continue;
        }
        const int wanted = std::max(sizeHintForColumn(column), titleWidth(column));
        if (wanted > columnWidth(column)) {
            setColumnWidth(column, wanted);
        }
    }
}

void DataTable::showEvent(QShowEvent *event)
{
    QTableView::showEvent(event);
    if (m_settings.value(QStringLiteral("columns/") + m_traits.id).isNull()) {
        for (int column = 0; column < model()->columnCount(); ++column) {
            if (horizontalHeader()->sectionResizeMode(column) == QHeaderView::Interactive) {
                setColumnWidth(column, titleWidth(column));
            }
        }
    }
    growColumns();
}

void DataTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    if (m_sharesWidth && isVisible()) {
        fitColumns();
    }
}

void DataTable::changeEvent(QEvent *event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        m_needed.clear();
        applyMetrics();
    }
}

void DataTable::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (model()->rowCount() == 0 && !m_traits.emptyText.isEmpty()) {
        QPainter painter{viewport()};
        painter.setFont(Theme::textFont());
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(viewport()->rect().adjusted(12, 8, -12, -8), Qt::AlignCenter | Qt::TextWordWrap,
            m_traits.emptyText);
    }
}

} // namespace ui
