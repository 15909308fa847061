#include "models/live/ways_back_model.h"

#include "models/live/positions_model.h"
#include "models/live/stress_text.h"
#include "models/live/text.h"

#include <QStringList>

#include <algorithm>
#include <utility>

namespace live
{

using Kind = domain::WayBack::Kind;
using domain::RiskLevel;
using domain::TroubledPool;
using domain::WayBack;

WaysBackModel::WaysBackModel(RiskBasis &basis, QObject *parent)
    : TableModel{{{tr("Pool"), false, tr("The margin that is in trouble, its ratio and level")},
                     {tr("Way back to SAFE"), false, tr("The least that does; one step less does not")},
                     {tr("Cost"), true, tr("Slippage in the order book and taker fees, USDT")},
                     {tr("After"), false, tr("Margin ratio of the pool once done")},
                     {tr("Remark"), false, tr("What is left, and what to know")}},
          parent},
      m_basis{basis},
      m_job{this, [this](std::vector<TroubledPool> pools) { show(std::move(pools)); }}
{
    connect(&basis, &RiskBasis::changed, this, &WaysBackModel::compute);
}

bool WaysBackModel::isDue() const
{
    return m_basis.level() >= (m_isWanted ? RiskLevel::Medium : RiskLevel::High);
}

void WaysBackModel::setWanted(bool wanted)
{
    if (std::exchange(m_isWanted, wanted) != wanted) {
        compute();
    }
}

void WaysBackModel::compute()
{
    if (!isDue()) {
        m_books.reset();
        if (!m_pools.empty()) {
            show({});
        }
        return;
    }
    if (!m_books) {
        m_books = m_basis.watchBooks();
    }
    if (auto basis = m_basis.basis()) {
        m_job.run([basis = std::move(*basis), specs = m_basis.specs()] {
            return domain::waysBack(basis, specs, RiskLevel::Medium);
        });
    }
}

void WaysBackModel::show(std::vector<TroubledPool> pools)
{
    if (!isDue()) {
        pools.clear(); // over, while it was computed
    }
    std::vector<Row> rows;
    for (std::size_t pool = 0; pool < pools.size(); ++pool) {
        const std::size_t count = std::min<std::size_t>(pools[pool].ways.size(), mostWays);
        for (std::size_t way = 0; way < count; ++way) {
            rows.push_back({pool, way});
        }
    }
    const bool isSame = std::ranges::equal(rows, m_rows,
        [&](const Row &fresh, const Row &old) { return keyOf(pools, fresh) == keyOf(m_pools, old); });
    if (isSame) {
        m_pools = std::move(pools);
        repaintAll();
    } else {
        beginResetModel();
        m_pools = std::move(pools);
        m_rows = std::move(rows);
        endResetModel();
    }
    emit computed();
}

int WaysBackModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

const WayBack &WaysBackModel::way(int row) const
{
    const Row &at = m_rows[static_cast<std::size_t>(row)];
    return m_pools[at.pool].ways[at.way];
}

const TroubledPool &WaysBackModel::poolOf(int row) const
{
    return m_pools[m_rows[static_cast<std::size_t>(row)].pool];
}

QString WaysBackModel::poolName(const TroubledPool &pool)
{
    return pool.isCross ? tr("Cross margin") : positionName(*pool.position);
}

QString WaysBackModel::sentence(const WayBack &way) const
{
    const QString name = positionName(way.position);
    const int priceDecimals = m_basis.market().priceDecimals(way.position.symbol);
    const int decimals = m_basis.market().quantityDecimals(way.position.symbol);
    switch (way.kind) {
    case Kind::AddMargin:
        return tr("Add %1 USDT of margin to %2").arg(fixedText(way.amount, 2), name);
    case Kind::AddFunds:
        return tr("Bring %1 USDT into the futures wallet").arg(fixedText(way.amount, 2));
    case Kind::Reduce:
        return way.quantity == way.position.quantity
                   ? tr("Close all of %1, %2").arg(name, fixedText(way.quantity, decimals))
                   : tr("Close %1 of %2, %3")
                         .arg(fixedText(way.quantity, decimals), name, percentText(way.share, 1));
    case Kind::ReduceTwo: {
        const auto part = [this](const domain::ClosedPart &closed) {
            const QString quantity =
                fixedText(closed.quantity, m_basis.market().quantityDecimals(closed.position.symbol));
            return closed.quantity == closed.position.quantity
                       ? tr("all of %1, %2").arg(positionName(closed.position), quantity)
                       : tr("%1 of %2, %3")
                             .arg(quantity, positionName(closed.position),
                                 percentText(closed.quantity / closed.position.quantity, 1));
        };
        return tr("Close %1, and %2").arg(part(way.parts[0]), part(way.parts[1]));
    }
    case Kind::ReduceAll:
        return tr("Close %1 of every cross position").arg(percentText(way.share, 0));
    case Kind::Stop:
        break;
    }
    return way.stopBefore ? tr("Move the stop of %1 from %2 to %3")
                                .arg(name, fixedText(*way.stopBefore, priceDecimals),
                                    fixedText(way.stopPrice, priceDecimals))
                          : tr("Set a stop for %1 at %2").arg(name, fixedText(way.stopPrice, priceDecimals));
}

QString WaysBackModel::ratioAfterText(const WayBack &way)
{
    // Cut, not rounded: 29.999 % is SAFE and 30 % is not.
    const auto ratio = way.ratioAfter.value().value_or(domain::Rate::of(1)) * 100;
    return tr("%1 % SAFE").arg(grouped(ratio.toFixed(2, domain::Rounding::Down)));
}

QString WaysBackModel::remark(const WayBack &way) const
{
    QStringList words;
    switch (way.kind) {
    case Kind::AddMargin:
        words << (way.missing.isPositive()
                      ? tr("%1 USDT more than is available").arg(fixedText(way.missing, 2))
                      : tr("from the available balance"));
        break;
    case Kind::AddFunds:
        words << tr("by a transfer on the exchange's own pages");
        break;
    case Kind::Stop:
        words << tr("loses %1 USDT if it fills; nothing changes before").arg(fixedText(way.lossAtStop, 2));
        break;
    case Kind::Reduce:
        words << tr("%1 left").arg(fixedText(
            way.position.quantity - way.quantity, m_basis.market().quantityDecimals(way.position.symbol)));
        [[fallthrough]];
    case Kind::ReduceTwo:
    case Kind::ReduceAll:
        words << tr("margin balance %1 USDT").arg(fixedText(way.balanceAfter, 2));
        break;
    }
    if (way.isBookThin) {
        words << tr("the book shows too little: it costs at least this");
    } else if (!way.isCostKnown) {
        words << tr("no order book: slippage not counted");
    }
    if (way.accountLevelAfter != RiskLevel::Safe && way.kind != Kind::Stop) {
        words << tr("the account stays %1").arg(toQString(domain::toString(way.accountLevelAfter)));
    }
    return words.join(QStringLiteral("; "));
}

QString WaysBackModel::headline() const
{
    if (m_pools.empty()) {
        const RiskLevel level = m_basis.level();
        return level == RiskLevel::Safe ? tr("The account is SAFE: there is nothing to mend.")
               : level == RiskLevel::Medium && !m_isWanted ? tr("The account is MEDIUM.")
                                                           : tr("Looking for ways back.");
    }
    const TroubledPool &worst = m_pools.front();
    const QString sentence =
        tr("%1 is %2 at %3")
            .arg(poolName(worst), toQString(domain::toString(worst.level)), ratioText(worst.ratio));
    return m_pools.size() == 1
               ? sentence + tr(". The ways back to SAFE, cheapest first:")
               : sentence +
                     tr(", and %1 more. The ways back to SAFE, cheapest first:").arg(m_pools.size() - 1);
}

QString WaysBackModel::text(int row, int column) const
{
    const WayBack &way = this->way(row);
    const TroubledPool &pool = poolOf(row);
    switch (column) {
    case PoolColumn:
        return tr("%1 %2").arg(poolName(pool), ratioText(pool.ratio));
    case WayColumn:
        return sentence(way);
    case CostColumn:
        return fixedText(way.cost, 2);
    case AfterColumn:
        return ratioAfterText(way);
    case RemarkColumn:
        return remark(way);
    default:
        return {};
    }
}

Tone WaysBackModel::tone(int row, int column) const
{
    switch (column) {
    case PoolColumn:
        return toneOf(poolOf(row).level);
    case CostColumn:
        return way(row).isCostKnown && !way(row).isBookThin ? Tone::Neutral : Tone::Warning;
    case AfterColumn:
        return Tone::Positive;
    case RemarkColumn:
        return Tone::Muted;
    default:
        return Tone::Neutral;
    }
}

Mark WaysBackModel::mark(int row, int column) const
{
    return column == CostColumn && (!way(row).isCostKnown || way(row).isBookThin) ? Mark::Triangle
                                                                                  : Mark::None;
}

QString WaysBackModel::toolTip(int row, int) const
{
    return sentence(way(row)) + QStringLiteral(". ") + remark(way(row)) + u'.';
}

QString WaysBackModel::keyOf(const std::vector<TroubledPool> &pools, const Row &row) const
{
    const TroubledPool &pool = pools[row.pool];
    const WayBack &way = pool.ways[row.way];
    QString key = QStringLiteral("%1|%2|%3|%4")
                      .arg(poolName(pool))
                      .arg(static_cast<int>(way.kind))
                      .arg(toQString(way.position.symbol))
                      .arg(static_cast<int>(way.position.positionSide));
    if (way.kind == Kind::ReduceTwo) {
        const domain::Position &other = way.parts[1].position;
        key +=
            QStringLiteral("|%1|%2").arg(toQString(other.symbol)).arg(static_cast<int>(other.positionSide));
    }
    return key;
}

QString WaysBackModel::key(int row) const
{
    return keyOf(m_pools, m_rows[static_cast<std::size_t>(row)]);
}

int WaysBackModel::fractionDigits(int column) const
{
    return column == CostColumn ? 2 : 0;
}

} // namespace live
