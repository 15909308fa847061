#include "models/domain/orders/order_ledger.h"

#include "models/domain/orders/order_times.h"

#include <algorithm>

namespace domain
{
namespace
{

using namespace order_times;
using Goal = OrderChase::Goal;

constexpr std::size_t maxRecords = 6000; // finished ones beyond are dropped, oldest first
constexpr std::size_t keptRecords = 4000;
constexpr std::size_t maxOrphanOrders = 5000;

/// A report that says again what a stored order said.
EngineReport engineReportOf(const Order &stored)
{
    EngineReport report{stored, EvidenceSource::Snapshot};
    if (stored.isConditional()) {
        report.order.orderId = stored.childOrderId;
    }
    return report;
}

std::string forcedText(OrderOrigin origin)
{
    switch (origin) {
    case OrderOrigin::Liquidation:
        return "The exchange is liquidating the position.";
    case OrderOrigin::AutoDeleveraging:
        return "The exchange is reducing the position by auto-deleveraging.";
    default:
        return "The exchange is settling the position.";
    }
}

bool isStop(OrderType type)
{
    return type == OrderType::Stop || type == OrderType::StopMarket || type == OrderType::TrailingStopMarket;
}

} // namespace

OrderOrigin originOf(std::string_view clientOrderId, std::string_view ownPrefix)
{
    if (clientOrderId.starts_with("autoclose-")) {
        return OrderOrigin::Liquidation;
    }
    if (clientOrderId.starts_with("adl_autoclose")) {
        return OrderOrigin::AutoDeleveraging;
    }
    if (clientOrderId.starts_with("settlement_autoclose-") ||
        clientOrderId.starts_with("delivery_autoclose-")) {
        return OrderOrigin::Settlement;
    }
    return !ownPrefix.empty() && clientOrderId.starts_with(ownPrefix) ? OrderOrigin::Own
                                                                      : OrderOrigin::Foreign;
}

OrderLedger::OrderLedger(std::string ownPrefix) : m_ownPrefix{std::move(ownPrefix)} {}

OrderEffects OrderLedger::begin(Order intent)
{
    OrderEffects effects;
    learnTime(intent.createdAt);
    if (own(intent.clientOrderId())) {
        return effects;
    }
    const Handle record = create(intent);
    record->setIntent(intent);
    m_own[intent.clientOrderId()] = record;
    settle(record, effects);
    prune();
    return effects;
}

OrderEffects OrderLedger::restore(Order stored, Timestamp sentAt, Timestamp now)
{
    OrderEffects effects;
    learnTime(now);
    if (own(stored.clientOrderId())) {
        return effects;
    }
    const Handle record = create(stored);
    record->setIntent(stored);
    record->setCancelRequested(stored.cancelRequested);
    m_own[stored.clientOrderId()] = record;
    if (stored.phase == OrderPhase::Queued) {
        record->noteLocalEnd(EndReason::LocalExpired,
            "The program ended before this order was sent; it is not sent again.", 0, now);
    } else {
        const Timestamp sent = sentAt != Timestamp{} ? sentAt : stored.createdAt;
        record->noteSent(sent, sent + longestRecvWindow + record->lag());
        const bool isAtExchange = stored.orderId != 0 || stored.childOrderId != 0;
        if (isAtExchange && stored.isConditional()) {
            record->merge(ConditionalReport{stored, EvidenceSource::Snapshot});
            m_byAlgoId.emplace(EngineKey{stored.request.symbol, stored.orderId}, record);
        }
        if (const auto engine = engineReportOf(stored); engine.order.orderId != 0) {
            record->merge(engine);
            bindEngineId(record, engine.order.orderId, effects);
        }
        if (isAtExchange) {
            record->chase.start(Goal::Verify, now);
        } else {
            record->noteAmbiguous("The program ended before the exchange's answer came.", now);
        }
    }
    settle(record, effects);
    prune();
    return effects;
}

OrderEffects OrderLedger::markSent(
    const std::string &clientOrderId, Timestamp at, Timestamp timestamp, Milliseconds recvWindow)
{
    OrderEffects effects;
    learnTime(at);
    if (const Handle record = own(clientOrderId)) {
        record->noteSent(at, timestamp + recvWindow + record->lag());
        settle(record, effects);
    }
    return effects;
}

OrderEffects OrderLedger::closeLocally(
    const std::string &clientOrderId, EndReason reason, std::string text, Timestamp at)
{
    OrderEffects effects;
    learnTime(at);
    const Handle record = own(clientOrderId);
    if (record && !record->isSent() && !record->isSeenByExchange()) {
        record->noteLocalEnd(reason, text, 0, at);
        settle(record, effects);
    }
    return effects;
}

OrderEffects OrderLedger::requeue(const std::string &clientOrderId, Timestamp at)
{
    OrderEffects effects;
    learnTime(at);
    const Handle record = own(clientOrderId);
    if (record && !record->isSeenByExchange()) {
        record->noteWaiting(at);
        settle(record, effects);
    }
    return effects;
}

OrderEffects OrderLedger::confirmGone(std::string_view clientOrderId, Timestamp at)
{
    OrderEffects effects;
    learnTime(at);
    const Handle record = named(clientOrderId);
    if (!record || record->told.phase != OrderPhase::Quarantined) {
        return effects;
    }
    if (record->isSeenByExchange()) {
        record->endUnseen(EndReason::Expired, "You confirmed that the exchange has it no more.", at);
    } else {
        record->noteLocalEnd(
            EndReason::NeverAccepted, "You confirmed that the exchange does not have it.", 0, at);
    }
    settle(record, effects);
    return effects;
}

OrderEffects OrderLedger::startOver(Timestamp at)
{
    OrderEffects effects;
    learnTime(at);
    m_byEngineId.clear();
    m_byAlgoId.clear();
    m_orphans.clear();
    m_orphanOrder.clear();
    m_counted.clear();
    for (const Handle &record : std::vector<Handle>{m_active}) {
        if (!record->isSeenByExchange()) {
            continue;
        }
        if (record->told.isOpen()) {
            record->endUnseen(EndReason::Canceled, "The account was started over.", at);
            settle(record, effects);
        }
        record->tradesDueAt = {}; // by an id that is another order's now
        record->chase.stop();
    }
    return effects;
}

OrderEffects OrderLedger::setCancelRequested(const std::string &clientOrderId, bool requested)
{
    OrderEffects effects;
    if (const Handle record = named(clientOrderId)) {
        record->setCancelRequested(requested);
        settle(record, effects);
    }
    return effects;
}

OrderEffects OrderLedger::fold(const Evidence &evidence)
{
    OrderEffects effects;
    std::visit([&](const auto &one) { foldOne(one, effects); }, evidence);
    prune();
    return effects;
}

const Order *OrderLedger::find(std::string_view clientOrderId) const
{
    const Handle record = named(clientOrderId);
    return record ? &record->told : nullptr;
}

const Order *OrderLedger::findEngineOrder(const Symbol &symbol, std::int64_t orderId) const
{
    const auto found = m_byEngineId.find({symbol, orderId});
    return found == m_byEngineId.end() ? nullptr : &found->second->told;
}

OrderRef OrderLedger::refOf(const Order &order)
{
    const bool isWaiting = order.isConditional() && order.childOrderId == 0;
    return {order.request.symbol, order.clientOrderId(),
        order.isConditional() && !isWaiting ? order.childOrderId : order.orderId, isWaiting};
}

std::vector<Order> OrderLedger::orders() const
{
    std::vector<Order> all;
    all.reserve(m_records.size());
    std::transform(m_records.rbegin(), m_records.rend(), std::back_inserter(all),
        [](const Handle &record) { return record->told; });
    std::ranges::stable_sort(all, [](const Order &a, const Order &b) {
        return a.isOpen() != b.isOpen() ? a.isOpen() : a.createdAt > b.createdAt;
    });
    return all;
}

std::vector<Order> OrderLedger::openOrders() const
{
    std::vector<Order> open;
    for (const Handle &record : m_active) {
        if (record->told.isOpen()) {
            open.push_back(record->told);
        }
    }
    return open;
}

std::vector<Fill> OrderLedger::fillsOf(std::string_view clientOrderId) const
{
    std::vector<Fill> fills;
    if (const Handle record = named(clientOrderId)) {
        for (const auto &[id, fill] : record->fills()) {
            fills.push_back(fill);
        }
    }
    return fills;
}

OrderLedger::Handle OrderLedger::own(std::string_view clientOrderId) const
{
    const auto found = m_own.find(clientOrderId);
    return found == m_own.end() ? nullptr : found->second;
}

OrderLedger::Handle OrderLedger::byRef(const OrderRef &ref) const
{
    const auto &index = ref.conditional ? m_byAlgoId : m_byEngineId;
    const auto found = index.find({ref.symbol, ref.orderId});
    return found != index.end() ? found->second : named(ref.clientOrderId);
}

OrderLedger::Handle OrderLedger::named(std::string_view clientOrderId) const
{
    if (Handle record = own(clientOrderId)) {
        return record;
    }
    Handle newest;
    const auto [begin, end] = m_named.equal_range(clientOrderId);
    for (auto at = begin; at != end; ++at) { // in the order they came
        if (!newest || at->second->told.isOpen() || !newest->told.isOpen()) {
            newest = at->second;
        }
    }
    return newest;
}

bool OrderLedger::needsAttention(const OrderRecord &record)
{
    return record.told.isOpen() || record.chase.isRunning() || record.tradesDueAt != Timestamp{};
}

OrderLedger::Handle OrderLedger::create(const Order &order)
{
    auto record = std::make_shared<OrderRecord>();
    record->setOrigin(originOf(order.clientOrderId(), m_ownPrefix));
    m_records.push_back(record);
    m_named.emplace(order.clientOrderId(), record);
    return record;
}

OrderLedger::Handle OrderLedger::engineRecord(const Order &order, OrderEffects &effects)
{
    const auto known = m_byEngineId.find({order.request.symbol, order.orderId});
    if (known != m_byEngineId.end()) {
        return known->second;
    }
    if (const Handle mine = own(order.clientOrderId())) {
        if (mine->engineOrderId() == 0 || order.orderId == 0) {
            return mine;
        }
        raise(*mine, Alarm::Kind::DoubleOrder,
            "The exchange holds two orders with the same client order id of ours.", effects);
    }
    if (order.orderId == 0) {
        return nullptr;
    }
    Handle record = create(order);
    const OrderOrigin origin = originOf(order.clientOrderId(), m_ownPrefix);
    if (origin == OrderOrigin::Own) {
        m_own.emplace(order.clientOrderId(), record);
    } else if (origin != OrderOrigin::Foreign) {
        record->merge(EngineReport{order, EvidenceSource::Answer}); // the alarm names its symbol
        raise(*record, Alarm::Kind::Liquidation, forcedText(origin), effects);
    }
    return record;
}

OrderLedger::Handle OrderLedger::conditionalRecord(const Order &order)
{
    const EngineKey key{order.request.symbol, order.orderId};
    const auto known = m_byAlgoId.find(key);
    if (known != m_byAlgoId.end()) {
        return known->second;
    }
    Handle record = own(order.clientOrderId());
    if (!record) {
        if (order.orderId == 0) {
            return nullptr;
        }
        record = create(order);
        if (originOf(order.clientOrderId(), m_ownPrefix) == OrderOrigin::Own) {
            m_own.emplace(order.clientOrderId(), record);
        }
    }
    if (order.orderId != 0) {
        m_byAlgoId.emplace(key, record);
    }
    return record;
}

void OrderLedger::bindEngineId(const Handle &record, std::int64_t orderId, OrderEffects &effects)
{
    if (orderId == 0 || (record->engineOrderId() != 0 && record->engineOrderId() != orderId)) {
        return;
    }
    const EngineKey key{record->symbol(), orderId};
    const auto [entry, isNew] = m_byEngineId.try_emplace(key, record);
    if (!isNew && entry->second != record) {
        const Handle part = entry->second;
        if (part->isOwnIntent()) {
            return;
        }
        record->absorb(*part);
        Order ended = part->told;
        ended.phase = OrderPhase::Done;
        ended.endReason = EndReason::Triggered;
        ended.reasonText = "It is the engine order of conditional order " + record->clientOrderId() + ".";
        effects.emplace_back(OrderChanged{ended});
        entry->second = record;
        std::erase(m_records, part);
        std::erase(m_active, part);
        std::erase_if(m_own, [&part](const auto &item) { return item.second == part; });
        std::erase_if(m_named, [&part](const auto &item) { return item.second == part; });
    }
    record->setEngineOrderId(orderId);
    if (const auto orphans = m_orphans.extract(key); !orphans.empty()) {
        for (const Fill &fill : orphans.mapped()) {
            record->merge(fill);
        }
        std::erase(m_orphanOrder, key);
    }
}

void OrderLedger::addFill(const Fill &fill, OrderEffects &effects)
{
    const EngineKey key{fill.symbol, fill.orderId};
    const auto found = m_byEngineId.find(key);
    if (found != m_byEngineId.end()) {
        if (found->second->merge(fill) && m_counted.add(fill)) {
            effects.emplace_back(FillAdded{fill});
        }
        return;
    }
    const auto [entry, isNew] = m_orphans.try_emplace(key);
    if (isNew) {
        m_orphanOrder.push_back(key);
    }
    if (std::ranges::find(entry->second, fill.tradeId, &Fill::tradeId) == entry->second.end()) {
        entry->second.push_back(fill);
        if (m_counted.add(fill)) {
            effects.emplace_back(FillAdded{fill});
        }
    }
    if (m_orphanOrder.size() > maxOrphanOrders) {
        m_orphans.erase(m_orphanOrder.front());
        m_orphanOrder.pop_front();
    }
}

void OrderLedger::settle(const Handle &handle, OrderEffects &effects)
{
    OrderRecord &record = *handle;
    const Order now = record.folded();
    const bool wasTold = record.isTold;
    const Order before = wasTold ? record.told : Order{};
    const bool isChanged = !record.isTold || now != before;
    record.told = now;
    record.isTold = true;

    if (now.phase == OrderPhase::Unknown && record.chase.goal() != Goal::Settle) {
        record.chase.start(Goal::Settle, m_now);
    } else if (!now.isOpen() || (record.chase.goal() == Goal::Settle && record.isSeenByExchange())) {
        record.chase.stop();
    }
    if (!record.isMissingFills()) {
        record.tradesDueAt = {};
        record.tradesRequests = 0;
    } else if (record.tradesRequests == 0 && record.tradesDueAt == Timestamp{}) {
        record.tradesDueAt = m_now + tradesPauses.front();
    }
    if (!record.isActive && needsAttention(record)) {
        record.isActive = true;
        m_active.push_back(handle);
    }
    if (isChanged) {
        effects.emplace_back(OrderChanged{now});
    }

    if (record.isRefuted()) {
        raise(record, Alarm::Kind::RefutedProof, "The exchange has an order that was taken for not accepted.",
            effects);
    } else if (before.phase == OrderPhase::Done && now.phase == OrderPhase::Working) {
        raise(record, Alarm::Kind::Resurrected, "An order that had ended is open again.", effects);
    }
    if (now.request.quantity.isPositive() && now.executedQty > now.request.quantity) {
        raise(record, Alarm::Kind::Overfilled, "More was filled than was ordered.", effects);
    }
    const bool wasCut = before.phase == OrderPhase::Done &&
                        (before.endReason == EndReason::Canceled || before.endReason == EndReason::Expired ||
                            before.endReason == EndReason::ExpiredInMatch);
    if (wasCut && now.phase == OrderPhase::Done && now.executedQty > before.executedQty) {
        raise(record, Alarm::Kind::LateFill,
            "An execution of " + (now.executedQty - before.executedQty).toString() +
                " became known after the order had ended.",
            effects);
    }
    if (wasTold && before.isOpen() && record.isOwnIntent() && isStop(now.request.type) &&
        isReducing(now.request) &&
        (now.endReason == EndReason::Rejected || now.endReason == EndReason::Expired)) {
        raise(record, Alarm::Kind::Unprotected,
            "The exchange refused this stop or let it expire: the position may be unprotected.", effects);
    }
    if (now.phase == OrderPhase::Quarantined) {
        raise(record, Alarm::Kind::Quarantined,
            "This order could not be settled; compare with the exchange's own list.", effects);
    }
}

void OrderLedger::raise(
    OrderRecord &record, Alarm::Kind kind, const std::string &text, OrderEffects &effects) const
{
    const auto bit = static_cast<std::size_t>(kind);
    if (!record.alarmed.test(bit)) {
        record.alarmed.set(bit);
        effects.emplace_back(Alarm{kind, record.symbol(), record.clientOrderId(), text});
    }
}

void OrderLedger::learnTime(Timestamp at)
{
    m_now = std::max(m_now, at);
}

void OrderLedger::prune()
{
    if (m_records.size() <= maxRecords) {
        return;
    }
    // Those that were heard of last are the ones that lists still speak of.
    std::vector<Timestamp> ended;
    for (const Handle &record : m_records) {
        if (!record->told.isOpen()) {
            ended.push_back(record->told.updatedAt);
        }
    }
    std::size_t surplus = std::min(m_records.size() - keptRecords, ended.size());
    if (surplus == 0) {
        return;
    }
    const auto last = ended.begin() + static_cast<std::ptrdiff_t>(surplus - 1);
    std::ranges::nth_element(ended, last);
    std::erase_if(m_records, [&surplus, youngest = *last](const Handle &record) {
        if (surplus == 0 || record->told.isOpen() || record->told.updatedAt > youngest) {
            return false;
        }
        --surplus;
        return true;
    });
    std::vector<const OrderRecord *> kept;
    kept.reserve(m_records.size());
    std::ranges::transform(
        m_records, std::back_inserter(kept), [](const Handle &record) { return record.get(); });
    std::ranges::sort(kept);
    const auto isGone = [&kept](const auto &item) {
        return !std::ranges::binary_search(kept, static_cast<const OrderRecord *>(item.second.get()));
    };
    std::erase_if(m_own, isGone);
    std::erase_if(m_named, isGone);
    std::erase_if(m_active, [&isGone](const Handle &record) { return isGone(std::pair{0, record}); });
    std::erase_if(m_byEngineId, isGone);
    std::erase_if(m_byAlgoId, isGone);
}

} // namespace domain
