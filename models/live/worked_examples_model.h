#pragma once

#include "models/domain/risk/worked_examples.h"
#include "models/live/table_model.h"

#include <vector>

namespace live
{

/// The worked examples of the risk maths, a row for every figure: what it must be beside what this program
/// computes.
class WorkedExamplesModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { ResultColumn, TopicColumn, ExampleColumn, FigureColumn, ExpectedColumn, ComputedColumn };

    explicit WorkedExamplesModel(QObject *parent = nullptr);
    void show(std::vector<domain::WorkedExample> examples);

    int rowCount(const QModelIndex &parent = {}) const override;
    int exampleCount() const { return static_cast<int>(m_examples.size()); }
    int differingCount() const; ///< figures
    const domain::WorkedExample &example(int row) const;
    const domain::WorkedFigure &figure(int row) const;

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;
    int fractionDigits(int column) const override;

private:
    struct Row
    {
        std::size_t example = 0;
        std::size_t figure = 0;
    };
    std::vector<domain::WorkedExample> m_examples;
    std::vector<Row> m_rows;
};

/// One sentence: how many figures there are and whether all agree.
QString workedExamplesSentence(const WorkedExamplesModel &model);
/// The example of a row in full: what was given, the figure, who says so. Plain text, a fact a line.
QString workedExampleText(const WorkedExamplesModel &model, int row);

} // namespace live
