#pragma once

#include "ui/context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/explanation_popup.h"

#include <QStyledItemDelegate>
#include <QTableView>
#include <QTimer>

class QSortFilterProxyModel;

namespace ui
{

/// Paints cells in their tone behind their mark, figures aligned by the decimal point of their column.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    CellDelegate(const Theme &theme, QObject *parent) : QStyledItemDelegate{parent}, m_theme{theme} {}
    void paint(
        QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    const Theme &theme() const { return m_theme; }
    /// Background, selection and bars; called before the text.
    virtual void paintBackground(
        QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;
    /// Frames the cell under the keyboard, where a key explains it.
    void paintFocus(QPainter *painter, const QStyleOptionViewItem &option) const;
    void paintText(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;
    /// Where the cell's mark stands.
    static QRectF markBox(const QStyleOptionViewItem &option);

private:
    const Theme &m_theme;
};

/// A compact table that says in a sentence why it is empty. Columns grow with their content and never shrink,
/// so that figures do not jump; widths chosen by the user are kept in the store.
class DataTable : public QTableView
{
    Q_OBJECT
public:
    struct Traits
    {
        QString id; ///< objectName and key of the kept column widths
        QString spokenName;
        QString emptyText; ///< one sentence
        bool isSortable = true;
    };
    DataTable(QAbstractItemModel &model, const Theme &theme, SettingsStore &settings, Traits traits,
        QWidget *parent = nullptr);
    ~DataTable() override;

    void setEmptyText(const QString &text);
    void setCellDelegate(CellDelegate *delegate);
    /// All columns share the table's width, none narrower than its content: where there is too little room
    /// the dispensable ones go, the first of them first, and come back when there is.
    void shareWidth(const QList<int> &dispensable);
    /// Of a table whose columns share the width: where even then there is too little room, the text of this
    /// column goes on in further lines and its rows grow.
    void setWrappingColumn(int column);
    bool wraps(int column) const { return column == m_wrapping && m_sharesWidth; }
    /// Height of the header and the first rows.
    int heightOf(int rows) const;
    /// Chooses the row of the source model and brings it into view.
    void chooseSourceRow(int row);
    /// Makes the explanation of a cell of the source model.
    using CellExplainer = std::function<Explainer(const QModelIndex &cell)>;
    /// From now on a click on a cell, or Return, Space or F1 on the one under the keyboard, shows where its
    /// figure comes from. Left and Right go from cell to cell.
    void setCellExplainer(CellExplainer explainer);
    bool explainsCells() const { return static_cast<bool>(m_explainer); }
    QSortFilterProxyModel *proxy() { return m_proxy; }
    /// Rows of the source model that are selected, in the order shown.
    QList<int> selectedSourceRows() const;
    /// Row of the source model under the keyboard; -1 where there is none.
    int currentSourceRow() const;

signals:
    /// Rows became taller or lower, so that text finds room in lines.
    void rowsFitted();
    /// A row of the source model was clicked or chosen with Return.
    void rowActivated(int sourceRow);

protected:
    bool event(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void explain(const QModelIndex &cell);
    bool asksWhy(const QKeyEvent &event) const;
    void applyMetrics();
    void growColumns();
    void fitColumns();
    void fitRows();
    /// Title and margins; the sorting arrow stands above the title and needs no width.
    int titleWidth(int column) const;

    SettingsStore &m_settings;
    Traits m_traits;
    QSortFilterProxyModel *m_proxy = nullptr; ///< null where the table is not sortable
    CellExplainer m_explainer;                ///< empty: cells have no explanations
    QTimer m_growing;
    bool m_sharesWidth = false;
    QList<int> m_dispensable; ///< columns
    int m_wrapping = -1;      ///< column
    QList<int> m_needed;      ///< width of each column's content so far, where the width is shared
};

} // namespace ui
