#include "app/journal_file.h"

#include "app/client_order_ids.h"
#include "app/journal_rows.h"
#include "app/journal_schema.h"
#include "app/journal_text.h"

#include <algorithm>
#include <utility>

namespace app
{
namespace
{

using namespace journal_schema;
using domain::ErrorCode;
using domain::failure;
using domain::Order;
using domain::Result;

constexpr std::int64_t anchorDistance = 10'000; // entries between two sums kept apart

} // namespace

// ---- writing

Result<bool> JournalFile::inTransaction(domain::Timestamp now, const std::function<Result<bool>()> &work)
{
    const JournalHead before = m_head;
    m_head.at = now;
    const auto done = m_statements.begin.run()
                          .and_then([&](bool) { return work(); })
                          .and_then([this](bool) { return writeHead(); })
                          .and_then([this](bool) { return m_statements.commit.run(); });
    if (!done) {
        (void)m_database.execute("ROLLBACK"); // where SQLite has not done so by itself
        m_head = before;
        return done;
    }
    writeMark(false);
    return done;
}

Result<bool> JournalFile::writeHead()
{
    m_statements.setHead.bind(0, m_head.sequence);
    m_statements.setHead.bind(1, domain::toMs(m_head.at));
    m_statements.setHead.bindBlob(2, JournalChain::view(m_head.chain));
    return m_statements.setHead.run();
}

std::optional<JournalMark::Value> JournalFile::markValue() const
{
    return m_mark ? std::optional{JournalMark::Value{m_installId, m_boot, m_head.sequence}} : std::nullopt;
}

void JournalFile::writeMark(bool isAwaited)
{
    if (const auto value = markValue()) {
        m_mark->write(*value, isAwaited);
    }
}

Result<bool> JournalFile::append(std::span<const domain::JournalEntry> entries, domain::Timestamp now)
{
    if (entries.empty()) {
        return true;
    }
    return inTransaction(now, [&] { return addAll(entries); });
}

Result<bool> JournalFile::appendAll(std::span<const domain::JournalEntries> appends, domain::Timestamp now)
{
    if (std::ranges::all_of(appends, &domain::JournalEntries::empty)) {
        return true;
    }
    return inTransaction(now, [&] {
        return addEach(appends, [this](const domain::JournalEntries &entries) { return addAll(entries); });
    });
}

Result<bool> JournalFile::addAll(std::span<const domain::JournalEntry> entries)
{
    return addEach(entries, [this](const domain::JournalEntry &entry) { return add(entry); });
}

Result<bool> JournalFile::add(const domain::JournalEntry &entry)
{
    return std::visit([this](const auto &one) { return addOne(one); }, entry);
}

Result<bool> JournalFile::addOne(const domain::JournalIntent &intent)
{
    const std::string &id = intent.order.clientOrderId();
    if (!client_order_ids::isValid(id)) {
        return failure(ErrorCode::Storage, "The order has no client order id of this journal.");
    }
    return addOrder(intent.order, intentKind);
}

Result<bool> JournalFile::addOrder(const Order &order, const char *kind)
{
    const std::string payload = journal_text::write(order);
    m_statements.addOrder.bind(0, order.clientOrderId());
    m_statements.addOrder.bind(1, journal_text::wordOf(order.phase));
    m_statements.addOrder.bind(2, m_head.sequence + 1);
    m_statements.addOrder.bind(3, payload);
    return m_statements.addOrder.run().and_then(
        [&](bool) { return link(kind, order.clientOrderId(), payload); });
}

Result<bool> JournalFile::addOne(const domain::JournalState &state)
{
    const std::string &id = state.order.clientOrderId();
    const std::string payload = journal_text::write(state.order);
    m_statements.setOrder.bind(0, id);
    m_statements.setOrder.bind(1, journal_text::wordOf(state.order.phase));
    m_statements.setOrder.bind(2, m_head.sequence + 1);
    m_statements.setOrder.bind(3, payload);
    return m_statements.setOrder.run().and_then(
        [&](bool) { return link(m_database.changes() > 0 ? stateKind : seenKind, id, payload); });
}

Result<bool> JournalFile::addOne(const domain::Fill &fill)
{
    const std::string payload = journal_text::write(fill);
    m_statements.addFill.bind(0, fill.symbol);
    m_statements.addFill.bind(1, fill.tradeId);
    m_statements.addFill.bind(2, m_head.sequence + 1);
    m_statements.addFill.bind(3, payload);
    return m_statements.addFill.run().and_then(
        [&](bool) { return link(fillKind, fill.symbol + ' ' + std::to_string(fill.tradeId), payload); });
}

Result<bool> JournalFile::addOne(const domain::OrderMoment &moment)
{
    return link(momentKind, moment.clientOrderId, journal_text::write(moment));
}

Result<bool> JournalFile::addOne(const domain::JournalNote &note)
{
    if (note.name.empty()) {
        return failure(ErrorCode::Storage, "A note needs a name.");
    }
    const std::string payload = journal_text::write(note);
    if (note.value.empty()) {
        m_statements.dropNote.bind(0, note.name);
        return m_statements.dropNote.run().and_then(
            [&](bool) { return link(forgottenKind, note.name, payload); });
    }
    m_statements.setNote.bind(0, note.name);
    m_statements.setNote.bind(1, m_head.sequence + 1);
    m_statements.setNote.bind(2, payload);
    return m_statements.setNote.run().and_then([&](bool) { return link(noteKind, note.name, payload); });
}

/// Puts the entry at the log's end.
Result<bool> JournalFile::link(const char *kind, const std::string &subject, const std::string &payload)
{
    m_head.chain = m_chain.next(m_head.chain, {++m_head.sequence, m_head.at, kind, subject, payload});
    m_statements.addEntry.bind(0, m_head.sequence);
    m_statements.addEntry.bind(1, domain::toMs(m_head.at));
    m_statements.addEntry.bind(2, kind);
    m_statements.addEntry.bind(3, subject);
    m_statements.addEntry.bind(4, payload);
    m_statements.addEntry.bindBlob(5, JournalChain::view(m_head.chain));
    const auto added = m_statements.addEntry.run();
    if (!added || m_head.sequence % anchorDistance != 0) {
        return added;
    }
    return setAnchor(m_head.sequence, m_head.chain);
}

Result<bool> JournalFile::setAnchor(std::int64_t sequence, const JournalChain::Sum &sum)
{
    m_statements.setAnchor.bind(0, sequence);
    m_statements.setAnchor.bindBlob(1, JournalChain::view(sum));
    return m_statements.setAnchor.run();
}

// ---- reading

Result<std::vector<Order>> JournalFile::recent(int limit)
{
    return select("ORDER BY number DESC LIMIT " + std::to_string(std::max(limit, 0)));
}

Result<std::vector<Order>> JournalFile::select(const std::string &condition)
{
    std::vector<Order> orders;
    return m_database
        .each("SELECT payload FROM orders " + condition,
            [&](const SqliteStatement &row) { return keepRow(journal_text::readOrder(row.text(0)), orders); })
        .map([&](bool) { return std::move(orders); });
}

Result<std::vector<domain::OrderMoment>> JournalFile::story(const std::string &clientOrderId)
{
    std::vector<domain::OrderMoment> moments;
    return m_database
        .prepare("SELECT payload FROM entries WHERE kind = 'MOMENT' AND subject = ? ORDER BY sequence")
        .and_then([&](SqliteStatement rows) {
            rows.bind(0, clientOrderId);
            return rows.each([&](const SqliteStatement &row) {
                return keepRow(journal_text::readMoment(row.text(0), clientOrderId), moments);
            });
        })
        .map([&](bool) { return std::move(moments); });
}

Result<std::int64_t> JournalFile::unresolvedCount()
{
    return m_database.number("SELECT count(*) FROM orders WHERE phase <> 'DONE'");
}

Result<std::int64_t> JournalFile::bytes()
{
    return m_database.number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
}

Result<std::optional<JournalChain::Sum>> JournalFile::sumAt(std::int64_t sequence)
{
    std::optional<JournalChain::Sum> sum;
    return m_database
        .each("SELECT chain FROM entries WHERE sequence = " + std::to_string(sequence),
            [&sum](const SqliteStatement &row) -> Result<bool> {
                sum = JournalChain::of(row.blob(0));
                return true;
            })
        .map([&sum](bool) { return sum; });
}

} // namespace app
