#include "models/live/stress_table_model.h"

#include "models/live/positions_model.h"
#include "models/live/stress_text.h"
#include "models/live/text.h"

#include <QStringList>

#include <algorithm>
#include <array>

namespace live
{

using domain::Rate;

StressTableModel::StressTableModel(const StressDesk &desk, QObject *parent)
    : TableModel{{{tr("Move"), true, tr("Of all prices, of the reference, or the share of the single moves")},
                     {tr("BTC"), true, tr("Price of the reference there")},
                     {tr("Equity"), true,
                         tr("Margin balance there, USDT; a liquidated pool has lost all of it")},
                     {tr("Change"), true, tr("Against the equity now, USDT")},
                     {tr("Ratio"), true, tr("Worst margin ratio; 100 % from the first liquidation on")},
                     {tr("Level"), false, tr("Risk level of that ratio")},
                     {tr("Gone"), false, tr("Positions that are liquidated or closed there, in their order")},
                     {tr("Leaving"), true,
                         tr("Cost of closing the rest at market there, USDT: spread, slippage, taker fees")}},
          parent},
      m_desk{desk}
{
    connect(&desk, &StressDesk::changed, this, &StressTableModel::show);
    show();
}

void StressTableModel::show()
{
    std::vector<domain::StressStation> rows;
    m_now = {};
    const auto *report = m_desk.report();
    if (report != nullptr && !report->positions.empty()) { // flat, every place would be the same
        const Rate step = StressDesk::tableStep(m_desk.reportConditions());
        for (const auto &station : report->stations) {
            if (station.at.isMultipleOf(step)) {
                rows.push_back(station);
            }
            if (station.at.isZero()) {
                m_now = station.equity;
            }
        }
        std::ranges::reverse(rows);
    }
    const bool isSame =
        std::ranges::equal(rows, m_rows, {}, &domain::StressStation::at, &domain::StressStation::at);
    if (isSame) {
        m_rows = std::move(rows);
        repaintAll();
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

int StressTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int StressTableModel::rowNear(Rate at) const
{
    const auto nearest =
        std::ranges::min_element(m_rows, {}, [at](const auto &station) { return (station.at - at).abs(); });
    return nearest == m_rows.end() ? -1 : static_cast<int>(nearest - m_rows.begin());
}

QString StressTableModel::text(int row, int column) const
{
    const auto &station = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case PlaceColumn:
        return m_desk.reportConditions().path == StressConditions::Path::Single
                   ? percentText(station.at, 0)
                   : placeText(station.at, m_desk.reportConditions().path);
    case ReferenceColumn:
        return station.referencePrice ? fixedText(*station.referencePrice,
                                            m_desk.basis().market().priceDecimals(m_desk.basis().reference()))
                                      : QStringLiteral("--");
    case EquityColumn:
        return fixedText(station.equity, 2);
    case ChangeColumn:
        return signedText(station.equity - m_now, 2);
    case RatioColumn:
        return ratioText(station.ratio);
    case LevelColumn:
        return toQString(domain::toString(station.level));
    case LiquidatedColumn: {
        QStringList names;
        for (const std::size_t index : station.liquidated) {
            names << positionName(m_desk.report()->positions[index]);
        }
        for (const std::size_t index : station.closed) {
            names << tr("%1 closed").arg(positionName(m_desk.report()->positions[index]));
        }
        return names.join(QStringLiteral(", "));
    }
    case LeavingColumn:
        return fixedText(station.leavingCost, 2);
    default:
        return {};
    }
}

std::optional<domain::Explanation> StressTableModel::explain(Rate at, int column) const
{
    using Figure = domain::StressFigure;
    static constexpr std::array<Figure, LeavingColumn + 1> figures{Figure::Move, Figure::Reference,
        Figure::Equity, Figure::Change, Figure::Ratio, Figure::Level, Figure::Gone, Figure::Leaving};
    return m_desk.explain({figures[static_cast<std::size_t>(column)], at});
}

Tone StressTableModel::tone(int row, int column) const
{
    const auto &station = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case PlaceColumn:
        return station.at.isZero() ? Tone::Neutral : Tone::Muted;
    case ChangeColumn: {
        const int sign = (station.equity - m_now).sign();
        return sign > 0 ? Tone::Positive : sign < 0 ? Tone::Negative : Tone::Muted;
    }
    case LevelColumn:
        return toneOf(station.level);
    case LiquidatedColumn:
        return station.liquidated.empty() ? Tone::Muted : Tone::Danger;
    case ReferenceColumn:
    case LeavingColumn:
        return Tone::Muted;
    default:
        return Tone::Neutral;
    }
}

Mark StressTableModel::mark(int row, int column) const
{
    const auto &station = m_rows[static_cast<std::size_t>(row)];
    return column == LiquidatedColumn && !station.liquidated.empty() ? Mark::Cross : Mark::None;
}

QString StressTableModel::toolTip(int row, int) const
{
    return stationSentence(
        *m_desk.report(), m_rows[static_cast<std::size_t>(row)], m_desk.reportConditions().path);
}

QString StressTableModel::spoken(int row, int column) const
{
    const QString shown = text(row, column);
    if (column == PlaceColumn) {
        return columnAt(column).title + u' ' + shown;
    }
    const bool isMoney = column == EquityColumn || column == ChangeColumn || column == LeavingColumn ||
                         (column == ReferenceColumn && m_rows[static_cast<std::size_t>(row)].referencePrice);
    return tr("%1 at %2: %3")
        .arg(columnAt(column).title,
            placeText(m_rows[static_cast<std::size_t>(row)].at, m_desk.reportConditions().path),
            shown.isEmpty() ? tr("none")
            : isMoney       ? shown + QStringLiteral(" USDT")
                            : shown);
}

QString StressTableModel::key(int row) const
{
    return toQString(m_rows[static_cast<std::size_t>(row)].at.toString());
}

int StressTableModel::fractionDigits(int column) const
{
    switch (column) {
    case EquityColumn:
    case ChangeColumn:
    case RatioColumn:
    case LeavingColumn:
        return 2;
    case ReferenceColumn:
        return m_desk.basis().market().priceDecimals(m_desk.basis().reference());
    default:
        return 0;
    }
}

} // namespace live
