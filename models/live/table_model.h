#pragma once

#include <QAbstractTableModel>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

namespace live
{

/// What a cell says beyond its text. Colours are the view's.
enum class Tone : std::uint8_t { Neutral, Positive, Negative, Muted, Warning, Danger };

/// A shape before a word, so that colour never speaks alone. How it is painted is the view's.
enum class Mark : std::uint8_t {
    None,
    Ring,     ///< under way
    Dot,      ///< as it should be
    Check,    ///< done
    Cross,    ///< failed
    Triangle, ///< look at it
    Diamond,  ///< not known; the cell is filled
    Square,   ///< a person has to act; the cell is filled
};

enum Role : int {
    SortRole = Qt::UserRole + 1, ///< comparable value
    ToneRole,                    ///< Tone as int
    FractionDigitsRole,          ///< header: most decimals any cell of the column shows; invalid for words
    KeyRole,                     ///< text that names the row for ever: symbol, client order id
    ShareRole,                   ///< double 0 to 1: length of a bar behind the cell
    MarkRole,                    ///< Mark as int
};

struct Column
{
    QString title;
    bool isNumber = false;
    QString explanation; ///< tool tip of the header
};

/// Headers, alignment and accessible text that all tables of the window share.
class TableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    TableModel(std::vector<Column> columns, QObject *parent);

    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    QVariant data(const QModelIndex &index, int role) const final;

protected:
    /// Puts rows in front, given oldest first, so that the newest is row 0; the oldest beyond capacity go.
    template <class Row>
    void putInFront(std::deque<Row> &rows, const std::vector<Row> &oldestFirst, int capacity)
    {
        const int count = static_cast<int>(std::min(oldestFirst.size(), static_cast<std::size_t>(capacity)));
        if (count == 0) {
            return;
        }
        const int had = static_cast<int>(rows.size());
        if (const int surplus = had + count - capacity; surplus > 0) {
            beginRemoveRows({}, had - surplus, had - 1);
            rows.resize(static_cast<std::size_t>(had - surplus));
            endRemoveRows();
        }
        beginInsertRows({}, 0, count - 1);
        for (auto row = oldestFirst.end() - count; row != oldestFirst.end(); ++row) {
            rows.push_front(*row);
        }
        endInsertRows();
    }

    virtual QString text(int row, int column) const = 0;
    virtual QVariant sortValue(int row, int column) const;
    virtual Tone tone(int row, int column) const;
    virtual QString toolTip(int row, int column) const;
    /// What a screen reader says of a cell: by default the column's title and the text.
    virtual QString spoken(int row, int column) const;
    virtual QString key(int row) const = 0;
    virtual double share(int row, int column) const;
    virtual Mark mark(int row, int column) const;
    /// Most decimals of any cell of a number column. Asked anew after rows came, went or were reset.
    virtual int fractionDigits(int column) const;
    void repaint(int firstRow, int lastRow);
    void repaintColumn(int column);
    void repaintAll();

    const Column &columnAt(int column) const { return m_columns[static_cast<std::size_t>(column)]; }

private:
    std::vector<Column> m_columns;
    mutable std::vector<int> m_fractionDigits; ///< by column; -1: to be asked anew
};

} // namespace live
