#include "models/live/table_model.h"

#include <algorithm>

namespace live
{

TableModel::TableModel(std::vector<Column> columns, QObject *parent)
    : QAbstractTableModel{parent},
      m_columns{std::move(columns)},
      m_fractionDigits(m_columns.size(), -1)
{
    const auto forget = [this] { std::ranges::fill(m_fractionDigits, -1); };
    connect(this, &QAbstractItemModel::rowsInserted, this, forget);
    connect(this, &QAbstractItemModel::rowsRemoved, this, forget);
    connect(this, &QAbstractItemModel::modelReset, this, forget);
}

int TableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) {
        return {};
    }
    const Column &column = m_columns[static_cast<std::size_t>(section)];
    switch (role) {
    case Qt::DisplayRole:
        return column.title;
    case Qt::ToolTipRole:
        return column.explanation.isEmpty() ? QVariant{} : column.explanation;
    case Qt::TextAlignmentRole:
        return QVariant{(column.isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter};
    case FractionDigitsRole: {
        if (!column.isNumber) {
            return {};
        }
        int &digits = m_fractionDigits[static_cast<std::size_t>(section)];
        if (digits < 0) {
            digits = fractionDigits(section);
        }
        return digits;
    }
    default:
        return {};
    }
}

QVariant TableModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount()) {
        return {};
    }
    const int row = index.row();
    const int column = index.column();
    const Column &shape = m_columns[static_cast<std::size_t>(column)];
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column);
    case Qt::AccessibleTextRole:
        return spoken(row, column);
    case Qt::ToolTipRole: {
        const QString tip = toolTip(row, column);
        return tip.isEmpty() ? QVariant{} : tip;
    }
    case Qt::TextAlignmentRole:
        return QVariant{(shape.isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter};
    case SortRole:
        return sortValue(row, column);
    case ToneRole:
        return static_cast<int>(tone(row, column));
    case KeyRole:
        return key(row);
    case ShareRole:
        return share(row, column);
    case MarkRole:
        return static_cast<int>(mark(row, column));
    default:
        return {};
    }
}

QVariant TableModel::sortValue(int row, int column) const
{
    return text(row, column);
}

Tone TableModel::tone(int, int) const
{
    return Tone::Neutral;
}

QString TableModel::toolTip(int, int) const
{
    return {};
}

QString TableModel::spoken(int row, int column) const
{
    return columnAt(column).title + u' ' + text(row, column);
}

double TableModel::share(int, int) const
{
    return 0.0;
}

Mark TableModel::mark(int, int) const
{
    return Mark::None;
}

int TableModel::fractionDigits(int) const
{
    return 0;
}

void TableModel::repaintAll()
{
    std::ranges::fill(m_fractionDigits, -1);
    repaint(0, rowCount() - 1);
}

void TableModel::repaintColumn(int column)
{
    if (rowCount() > 0) {
        emit dataChanged(index(0, column), index(rowCount() - 1, column));
    }
}

void TableModel::repaint(int firstRow, int lastRow)
{
    if (lastRow >= firstRow) {
        emit dataChanged(index(firstRow, 0), index(lastRow, columnCount() - 1));
    }
}

} // namespace live
