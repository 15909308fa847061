#include "models/live/reconciliation_model.h"

#include "models/live/text.h"

#include <algorithm>

namespace live
{

namespace
{

bool needsUser(const domain::ReconciliationReport &report)
{
    return std::ranges::any_of(report.differences, &domain::ReconciliationReport::Difference::needsUser);
}

} // namespace

QString reconciliationSentence(const domain::ReconciliationReport &report, const TimeDisplay &times)
{
    const QString when = times.dateTime(report.startedAt) + QStringLiteral(", ") + toQString(report.why);
    if (!report.failure.empty()) {
        return ReconciliationsModel::tr("%1: the comparison could not be finished. %2")
            .arg(when, toQString(report.failure));
    }
    return ReconciliationsModel::tr(
        "%1. Compared: orders %2, conditional orders %3, positions %4. Of the orders placed "
        "elsewhere: %5. Differences: %6.")
        .arg(when)
        .arg(report.orders)
        .arg(report.conditionalOrders)
        .arg(report.positions)
        .arg(report.foreignOrders)
        .arg(report.differences.size());
}

ReconciliationsModel::ReconciliationsModel(ports::Trading &trading, TimeDisplay &times, QObject *parent)
    : TableModel{{{tr("When"), false, {}}, {tr("Why"), false, {}}, {tr("Took"), true, {}},
                     {tr("Orders"), true, tr("Open orders compared")},
                     {tr("Conditional"), true, tr("Open conditional orders compared")},
                     {tr("Positions"), true, tr("Positions compared")},
                     {tr("Elsewhere"), true,
                         tr("Of the orders: placed by website, phone or another program")},
                     {tr("Differences"), true, {}}, {tr("Result"), false, {}}},
          parent},
      m_times{times}
{
    connect(&times, &TimeDisplay::changed, this, &ReconciliationsModel::repaintAll);
    connect(&trading, &ports::Trading::reconciled, this, &ReconciliationsModel::add);
    add(trading.lastReconciliation());
}

void ReconciliationsModel::add(const ports::ReconciliationPtr &report)
{
    if (report && std::ranges::find(m_rows, report) == m_rows.end()) {
        putInFront(m_rows, {report}, capacity);
    }
}

int ReconciliationsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString ReconciliationsModel::text(int row, int column) const
{
    const domain::ReconciliationReport &shown = *report(row);
    switch (column) {
    case TimeColumn:
        return m_times.dateTime(shown.startedAt);
    case WhyColumn:
        return toQString(shown.why);
    case TookColumn:
        return shown.endedAt >= shown.startedAt ? tr("%1 ms").arg((shown.endedAt - shown.startedAt).count())
                                                : QString{};
    case OrdersColumn:
        return QString::number(shown.orders);
    case ConditionalColumn:
        return QString::number(shown.conditionalOrders);
    case PositionsColumn:
        return QString::number(shown.positions);
    case ForeignColumn:
        return QString::number(shown.foreignOrders);
    case DifferencesColumn:
        return QString::number(shown.differences.size());
    case ResultColumn:
        return !shown.failure.empty()      ? tr("FAILED: %1").arg(toQString(shown.failure))
               : needsUser(shown)          ? tr("NEEDS YOU")
               : shown.differences.empty() ? tr("equal")
                                           : tr("settled");
    default:
        return {};
    }
}

QVariant ReconciliationsModel::sortValue(int row, int column) const
{
    const domain::ReconciliationReport &shown = *report(row);
    switch (column) {
    case TimeColumn:
        return QVariant::fromValue<qlonglong>(domain::toMs(shown.startedAt));
    case TookColumn:
        return QVariant::fromValue<qlonglong>((shown.endedAt - shown.startedAt).count());
    case OrdersColumn:
        return shown.orders;
    case ConditionalColumn:
        return shown.conditionalOrders;
    case PositionsColumn:
        return shown.positions;
    case ForeignColumn:
        return shown.foreignOrders;
    case DifferencesColumn:
        return static_cast<int>(shown.differences.size());
    default:
        return text(row, column);
    }
}

Tone ReconciliationsModel::tone(int row, int column) const
{
    const domain::ReconciliationReport &shown = *report(row);
    if (column == ResultColumn) {
        return !shown.failure.empty() || needsUser(shown) ? Tone::Danger
               : shown.differences.empty()                ? Tone::Positive
                                                          : Tone::Warning;
    }
    return column == TimeColumn || column == TookColumn ? Tone::Muted : Tone::Neutral;
}

Mark ReconciliationsModel::mark(int row, int column) const
{
    if (column != ResultColumn) {
        return Mark::None;
    }
    const domain::ReconciliationReport &shown = *report(row);
    return !shown.failure.empty()      ? Mark::Cross
           : needsUser(shown)          ? Mark::Square
           : shown.differences.empty() ? Mark::Check
                                       : Mark::Triangle;
}

QString ReconciliationsModel::toolTip(int row, int) const
{
    return reconciliationSentence(*report(row), m_times);
}

QString ReconciliationsModel::key(int row) const
{
    return QString::number(domain::toMs(report(row)->startedAt));
}

DifferencesModel::DifferencesModel(QObject *parent)
    : TableModel{
          {{tr("Symbol"), false, {}}, {tr("Order"), false, tr("Client order id; empty: the position")},
              {tr("Ours"), false, tr("What Headroom knew")},
              {tr("Theirs"), false, tr("What the exchange says")}, {tr("What became of it"), false, {}}},
          parent}
{
}

void DifferencesModel::show(const ports::ReconciliationPtr &report)
{
    if (report != m_report) {
        beginResetModel();
        m_report = report;
        endResetModel();
    }
}

int DifferencesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || !m_report ? 0 : static_cast<int>(m_report->differences.size());
}

QString DifferencesModel::text(int row, int column) const
{
    const auto &difference = m_report->differences[static_cast<std::size_t>(row)];
    switch (column) {
    case SymbolColumn:
        return toQString(difference.symbol);
    case OrderColumn:
        return difference.clientOrderId.empty() ? tr("position") : toQString(difference.clientOrderId);
    case OursColumn:
        return toQString(difference.ours);
    case TheirsColumn:
        return toQString(difference.theirs);
    case OutcomeColumn:
        return toQString(difference.outcome);
    default:
        return {};
    }
}

Tone DifferencesModel::tone(int row, int column) const
{
    return column == OutcomeColumn && m_report->differences[static_cast<std::size_t>(row)].needsUser
               ? Tone::Danger
               : Tone::Neutral;
}

Mark DifferencesModel::mark(int row, int column) const
{
    return tone(row, column) == Tone::Danger ? Mark::Square
           : column == OutcomeColumn         ? Mark::Check
                                             : Mark::None;
}

QString DifferencesModel::toolTip(int row, int column) const
{
    return text(row, column);
}

QString DifferencesModel::key(int row) const
{
    return text(row, SymbolColumn) + u'/' + text(row, OrderColumn);
}

} // namespace live
