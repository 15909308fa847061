#include "models/live/drill_stage.h"

#include "models/live/text.h"
#include "models/ports/future.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMap>

#include <algorithm>

namespace live
{
namespace
{

using namespace std::chrono_literals;

constexpr auto tickPeriod = 200ms;

/// Asks the exchange how the account stands in truth.
const domain::DrillStep question{0ms, "GET", "/control/standing", {}, {}};
/// Afterwards the exchange tells what came since this.
const domain::DrillStep beginning{0ms, "POST", "/control/remember", {}, {}};
const domain::DrillStep leftQuestion{0ms, "GET", "/control/leftovers", {}, {}};
const domain::DrillStep takingBack{0ms, "DELETE", "/control/leftovers", {}, {}};

QStringList leftoversOf(const QJsonObject &told)
{
    QStringList lines;
    const QJsonArray positions = told.value(QStringLiteral("positions")).toArray();
    for (const QJsonValue &position : positions) {
        const auto notional = domain::Money::parse(position[u"notional"].toString().toStdString());
        const QString amount = position[u"amount"].toString();
        const bool isShort = amount.startsWith(u'-');
        lines << DrillStage::tr("%1: %2 %3 (%4 USDT)")
                     .arg(position[u"symbol"].toString(),
                         isShort ? DrillStage::tr("short") : DrillStage::tr("long"),
                         isShort ? amount.mid(1) : amount, fixedText(notional.value_or(domain::Money{}), 0));
    }
    QMap<QString, int> orders;
    const QJsonArray open = told.value(QStringLiteral("orders")).toArray();
    for (const QJsonValue &order : open) {
        ++orders[order[u"symbol"].toString()];
    }
    for (auto order = orders.cbegin(); order != orders.cend(); ++order) {
        lines << (order.value() == 1 ? DrillStage::tr("%1: one order").arg(order.key())
                                     : DrillStage::tr("%1: %2 orders").arg(order.key()).arg(order.value()));
    }
    return lines;
}

/// Quantity of a position that a guard takes over; all of it with closePosition.
domain::Quantity guardedBy(const domain::Order &order, const domain::Position &held)
{
    return order.request.closePosition ? held.quantity : order.remainingQty();
}

} // namespace

DrillStage::DrillStage(Parts parts, ports::DrillGround ground, QObject *parent)
    : TableModel{{{tr("Time"), true, tr("Since the drill began")}, {tr("What happened"), false, {}}}, parent},
      m_parts{parts},
      m_ground{std::move(ground)}
{
    m_ticking.setInterval(tickPeriod);
    connect(&m_ticking, &QTimer::timeout, this, &DrillStage::tick);
    connect(&parts.trading, &ports::Trading::orderChanged, this, &DrillStage::onOrder);
}

DrillStage::~DrillStage()
{
    giveUp();
}

int DrillStage::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

void DrillStage::start(const domain::Drill &drill)
{
    abort();
    beginResetModel();
    m_rows.clear();
    m_report.reset();
    m_truth.reset();
    m_run.emplace(drill);
    if (m_leftovers.isEmpty()) { // else what the one before left stays offered
        m_ground(beginning);
    }
    m_leftovers.clear();
    m_beganAt = m_parts.clock.monotonicNow();
    m_known.clear();
    m_cancelled.clear();
    for (const domain::Order &order : m_parts.orders.orders()) {
        m_known.insert(order.clientOrderId());
        if (order.cancelRequested) {
            m_cancelled.insert(order.clientOrderId());
        }
    }
    endResetModel();
    m_ticking.start();
    tick();
}

void DrillStage::abort()
{
    if (giveUp()) {
        askForLeftovers();
    }
}

bool DrillStage::giveUp()
{
    const bool wasRunning = isRunning();
    if (wasRunning) {
        m_run->abort(elapsed());
        finish();
    }
    return wasRunning;
}

bool DrillStage::burns() const
{
    return isRunning() && m_run->burns(elapsed());
}

domain::Milliseconds DrillStage::elapsed() const
{
    return isRunning()
               ? std::chrono::duration_cast<domain::Milliseconds>(m_parts.clock.monotonicNow() - m_beganAt)
               : m_took;
}

void DrillStage::tick()
{
    const domain::Milliseconds now = elapsed();
    for (const domain::DrillStep &step : m_run->due(now)) {
        carryOut(step);
    }
    askForTruth();
    m_run->observe(now, facts());
    if (m_run->isOver(now)) {
        finish();
        askForLeftovers();
    }
    emit ticked();
}

void DrillStage::carryOut(const domain::DrillStep &step)
{
    ports::whenFinished(m_ground(step), this, [this, at = step.at](const domain::Result<QByteArray> &done) {
        if (!done && isRunning()) {
            append({at, tr("The exchange did not do its part: %1").arg(toQString(done.error().detail)),
                RowKind::Failure});
        }
    });
}

/// What is judged is what the exchange has, not what this program has heard of it.
void DrillStage::askForTruth()
{
    if (m_isAsking) {
        return;
    }
    m_isAsking = true;
    ports::whenFinished(m_ground(question), this, [this](const domain::Result<QByteArray> &answer) {
        m_isAsking = false;
        const QJsonObject told = QJsonDocument::fromJson(answer.value_or(QByteArray{})).object();
        const auto amount = [&told](const QString &key) {
            return domain::Money::parse(told.value(key).toString().toStdString());
        };
        const auto exposure = amount(QStringLiteral("exposure"));
        const auto unguarded = amount(QStringLiteral("unguarded"));
        if (exposure && unguarded) {
            m_truth =
                domain::DrillFacts{*exposure, *unguarded, told.value(QStringLiteral("working")).toInt(), 0};
        }
    });
}

domain::DrillFacts DrillStage::facts() const
{
    domain::DrillFacts facts = ownView();
    if (m_truth) {
        const int unknown = facts.unknown;
        facts = *m_truth;
        facts.unknown = unknown;
    }
    return facts;
}

domain::DrillFacts DrillStage::ownView() const
{
    domain::DrillFacts facts;
    const std::vector<domain::Order> &orders = m_parts.orders.orders();
    std::set<std::string> guards;
    if (const domain::AccountState *account = m_parts.account.state()) {
        for (const domain::Position &held : account->positions) {
            const domain::Price mark = m_parts.market.markPrice(held.symbol).value_or(held.markPrice);
            domain::Quantity open = held.quantity;
            for (const domain::Order &order : orders) {
                if (isGuard(order, held.symbol, held.side, held.positionSide)) {
                    guards.insert(order.clientOrderId());
                    open = std::max(domain::Quantity{}, open - guardedBy(order, held));
                }
            }
            facts.exposure += held.notionalAt(mark);
            facts.unguarded += open * mark;
        }
    }
    for (const domain::Order &order : orders) {
        if (!order.isOpen()) {
            continue;
        }
        const bool isUnknown =
            order.phase == domain::OrderPhase::Unknown || order.phase == domain::OrderPhase::Quarantined;
        facts.unknown += isUnknown ? 1 : 0;
        facts.working += guards.contains(order.clientOrderId()) ? 0 : 1;
    }
    return facts;
}

void DrillStage::onOrder(const domain::Order &order)
{
    if (!isRunning()) {
        return;
    }
    const domain::Milliseconds now = elapsed();
    const auto note = [&](domain::DrillAct act) {
        m_run->act(now, act);
        append({now, tr("You %1: %2").arg(toQString(domain::toText(act)), toQString(order.request.symbol)),
            RowKind::Trader});
    };
    const bool isNew = m_known.insert(order.clientOrderId()).second;
    if (isNew && order.origin == domain::OrderOrigin::Own && order.endReason != domain::EndReason::Denied) {
        note(domain::meaningOf(order, m_parts.orders.orders()));
    }
    if (order.cancelRequested && m_cancelled.insert(order.clientOrderId()).second) {
        const domain::AccountState *account = m_parts.account.state();
        const bool guarded =
            account != nullptr && std::ranges::any_of(account->positions, [&](const domain::Position &held) {
                return isGuard(order, held.symbol, held.side, held.positionSide);
            });
        note(guarded ? domain::DrillAct::GaveUpGuard : domain::DrillAct::Cancelled);
    }
}

void DrillStage::finish()
{
    m_ticking.stop();
    m_took = elapsed();
    m_report = m_run->report();
    for (const domain::DrillStep &step : domain::drillCleanUp()) {
        m_ground(step);
    }
    beginResetModel();
    for (const domain::DrillStep &step : m_run->drill().steps) {
        if (!step.said.empty() && step.at <= m_took) {
            m_rows.push_back({step.at, toQString(step.said), RowKind::Exchange});
        }
    }
    for (const domain::DrillReport::Breach &breach : m_report->breaches) {
        m_rows.push_back({breach.at, toQString(domain::toText(breach.rule)), RowKind::Breach});
    }
    std::ranges::stable_sort(m_rows, {}, &Row::at);
    endResetModel();
    emit finished();
}

void DrillStage::askForLeftovers()
{
    ports::whenFinished(m_ground(leftQuestion), this, [this](const domain::Result<QByteArray> &answer) {
        if (isRunning()) {
            return;
        }
        m_leftovers = leftoversOf(QJsonDocument::fromJson(answer.value_or(QByteArray{})).object());
        emit leftoversChanged();
    });
}

void DrillStage::closeLeftovers()
{
    ports::whenFinished(m_ground(takingBack), this, [this](const domain::Result<QByteArray> &done) {
        if (!done) {
            append({m_took, tr("Not all of it could be closed: %1").arg(toQString(done.error().detail)),
                RowKind::Failure});
        }
        askForLeftovers();
    });
}

void DrillStage::keepLeftovers()
{
    m_leftovers.clear();
    emit leftoversChanged();
}

void DrillStage::append(Row row)
{
    const int at = static_cast<int>(m_rows.size());
    beginInsertRows({}, at, at);
    m_rows.push_back(std::move(row));
    endInsertRows();
}

QString DrillStage::text(int row, int column) const
{
    const Row &shown = m_rows[static_cast<std::size_t>(row)];
    return column == TimeColumn
               ? QStringLiteral("%1 s").arg(static_cast<double>(shown.at.count()) / 1'000, 0, 'f', 1)
               : shown.what;
}

QVariant DrillStage::sortValue(int row, int column) const
{
    const Row &shown = m_rows[static_cast<std::size_t>(row)];
    return column == TimeColumn ? QVariant{static_cast<qlonglong>(shown.at.count())} : QVariant{shown.what};
}

Tone DrillStage::tone(int row, int column) const
{
    if (column == TimeColumn) {
        return Tone::Muted;
    }
    switch (m_rows[static_cast<std::size_t>(row)].kind) {
    case RowKind::Exchange:
        return Tone::Warning;
    case RowKind::Failure:
    case RowKind::Breach:
        return Tone::Danger;
    case RowKind::Trader:
        return Tone::Neutral;
    }
    return Tone::Neutral;
}

Mark DrillStage::mark(int row, int column) const
{
    if (column == TimeColumn) {
        return Mark::None;
    }
    switch (m_rows[static_cast<std::size_t>(row)].kind) {
    case RowKind::Exchange:
        return Mark::Triangle;
    case RowKind::Failure:
    case RowKind::Breach:
        return Mark::Cross;
    case RowKind::Trader:
        return Mark::Dot;
    }
    return Mark::None;
}

QString DrillStage::key(int row) const
{
    const Row &shown = m_rows[static_cast<std::size_t>(row)];
    return QStringLiteral("%1 %2").arg(shown.at.count()).arg(shown.what);
}

} // namespace live
