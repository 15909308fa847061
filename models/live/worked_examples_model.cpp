#include "models/live/worked_examples_model.h"

#include "models/live/text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace live
{
namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("live::WorkedExamples", text);
}

/// Digits grouped; words as they are.
QString shown(const std::string &value)
{
    const bool isNumber =
        !value.empty() && (value.front() == '-' || (value.front() >= '0' && value.front() <= '9'));
    return isNumber ? grouped(value) : toQString(value);
}

QString withUnit(const std::string &value, const std::string &unit)
{
    return unit.empty() ? shown(value) : shown(value) + u' ' + toQString(unit);
}

} // namespace

WorkedExamplesModel::WorkedExamplesModel(QObject *parent)
    : TableModel{{
                     {tr("Result"), false, tr("Whether this program computes what the source says")},
                     {tr("Topic"), false, {}},
                     {tr("Example"), false, {}},
                     {tr("Figure"), false, {}},
                     {tr("Should be"), true, tr("As the source has it, to its last decimal")},
                     {tr("Computed"), true, tr("By this program, just now, rounded to the same decimals")},
                 },
          parent}
{
}

void WorkedExamplesModel::show(std::vector<domain::WorkedExample> examples)
{
    beginResetModel();
    m_examples = std::move(examples);
    m_rows.clear();
    for (std::size_t i = 0; i < m_examples.size(); ++i) {
        for (std::size_t j = 0; j < m_examples[i].figures.size(); ++j) {
            m_rows.push_back({i, j});
        }
    }
    endResetModel();
}

int WorkedExamplesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int WorkedExamplesModel::differingCount() const
{
    int count = 0;
    for (const auto &example : m_examples) {
        count += static_cast<int>(
            std::ranges::count_if(example.figures, [](const auto &figure) { return !figure.agrees(); }));
    }
    return count;
}

const domain::WorkedExample &WorkedExamplesModel::example(int row) const
{
    return m_examples[m_rows[static_cast<std::size_t>(row)].example];
}

const domain::WorkedFigure &WorkedExamplesModel::figure(int row) const
{
    return example(row).figures[m_rows[static_cast<std::size_t>(row)].figure];
}

QString WorkedExamplesModel::text(int row, int column) const
{
    switch (column) {
    case ResultColumn:
        return figure(row).agrees() ? tr("agrees") : tr("DIFFERS");
    case TopicColumn:
        return toQString(example(row).topic);
    case ExampleColumn:
        return toQString(example(row).title);
    case FigureColumn:
        return figure(row).unit.empty() ? toQString(figure(row).name)
                                        : toQString(figure(row).name + " (" + figure(row).unit + ")");
    case ExpectedColumn:
        return shown(figure(row).expected);
    default:
        return shown(figure(row).computed);
    }
}

QVariant WorkedExamplesModel::sortValue(int row, int column) const
{
    // What differs comes first, the rest in the order of the table.
    return column == ResultColumn ? QVariant{figure(row).agrees() ? row + 1 : row - rowCount()}
                                  : QVariant{text(row, column)};
}

Tone WorkedExamplesModel::tone(int row, int column) const
{
    if (!figure(row).agrees()) {
        return Tone::Danger;
    }
    return column == ResultColumn ? Tone::Positive : column == TopicColumn ? Tone::Muted : Tone::Neutral;
}

Mark WorkedExamplesModel::mark(int row, int column) const
{
    return column != ResultColumn ? Mark::None : figure(row).agrees() ? Mark::Check : Mark::Cross;
}

QString WorkedExamplesModel::toolTip(int row, int column) const
{
    return column == ExampleColumn || column == FigureColumn ? text(row, column) : QString{};
}

QString WorkedExamplesModel::key(int row) const
{
    return QString::number(row);
}

int WorkedExamplesModel::fractionDigits(int column) const
{
    std::size_t most = 0;
    for (const auto &example : m_examples) {
        for (const auto &figure : example.figures) {
            const std::string &value = column == ExpectedColumn ? figure.expected : figure.computed;
            const auto point = value.find('.');
            most = std::max(most, point == std::string::npos ? 0 : value.size() - point - 1);
        }
    }
    return static_cast<int>(most);
}

QString workedExamplesSentence(const WorkedExamplesModel &model)
{
    const int differing = model.differingCount();
    return differing == 0
               ? tr("%1 figures of %2 examples recomputed by this program: all are as they should be.")
                     .arg(model.rowCount())
                     .arg(model.exampleCount())
               : tr("%1 of %2 figures are NOT as they should be: do not trust this build with money, and "
                    "report it.")
                     .arg(differing)
                     .arg(model.rowCount());
}

QString workedExampleText(const WorkedExamplesModel &model, int row)
{
    const domain::WorkedExample &example = model.example(row);
    const domain::WorkedFigure &figure = model.figure(row);
    QStringList lines{toQString(example.title)};
    for (const std::string &given : example.given) {
        lines << tr("Given: %1").arg(toQString(given));
    }
    lines << tr("%1: should be %2, computed %3: %4.")
                 .arg(toQString(figure.name), withUnit(figure.expected, figure.unit),
                     withUnit(figure.computed, figure.unit), figure.agrees() ? tr("agrees") : tr("DIFFERS"));
    lines << tr("Source: %1").arg(toQString(example.source));
    return lines.join(u'\n');
}

} // namespace live
