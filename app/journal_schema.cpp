#include "app/journal_schema.h"

#include "app/journal_text.h"

#include <array>
#include <string>

namespace app::journal_schema
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Order;
using domain::Result;

/// One entry per schema version, oldest first; never changed once released.
constexpr std::array<const char *, currentVersion> scripts{R"(
CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
CREATE TABLE intents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    client_order_id TEXT NOT NULL UNIQUE,
    intent_at INTEGER NOT NULL,
    sent_at INTEGER NOT NULL DEFAULT 0,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    position_side TEXT NOT NULL,
    type TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    quantity TEXT NOT NULL,
    price TEXT NOT NULL,
    trigger_price TEXT NOT NULL,
    activate_price TEXT NOT NULL,
    callback_rate TEXT NOT NULL,
    working_type TEXT NOT NULL,
    reduce_only INTEGER NOT NULL,
    close_position INTEGER NOT NULL,
    phase TEXT NOT NULL,
    end_reason TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    child_order_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    conditional_status TEXT NOT NULL,
    cancel_requested INTEGER NOT NULL,
    executed_quantity TEXT NOT NULL,
    average_price TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    venue_code INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX intents_by_phase ON intents (phase);
)",
    // Orders of version 1 are taken over by the caller, who then drops their table.
    R"(
CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    chain BLOB NOT NULL
) STRICT;
CREATE INDEX moments ON entries (subject) WHERE kind = 'MOMENT';
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    chain BLOB NOT NULL
) STRICT;
CREATE TABLE anchors (sequence INTEGER PRIMARY KEY, chain BLOB NOT NULL) STRICT;
CREATE TABLE orders (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    client_order_id TEXT NOT NULL UNIQUE,
    phase TEXT NOT NULL,
    entry INTEGER NOT NULL,
    payload TEXT NOT NULL
) STRICT;
CREATE INDEX unresolved_orders ON orders (number) WHERE phase <> 'DONE';
CREATE TABLE fills (
    symbol TEXT NOT NULL,
    trade_id INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (symbol, trade_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
    name TEXT PRIMARY KEY NOT NULL,
    entry INTEGER NOT NULL,
    payload TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)"};

template <class Value> Value decimal(const std::string &text)
{
    return Value::parse(text).value_or(Value{});
}

Order orderOfVersion1(const SqliteStatement &row)
{
    Order order;
    domain::NewOrder &request = order.request;
    int at = 0;
    request.clientOrderId = row.text(at++);
    order.createdAt = domain::timestampFromMs(row.number(at++));
    request.symbol = row.text(at++);
    request.side = domain::parseSide(row.text(at++));
    request.positionSide = domain::parsePositionSide(row.text(at++));
    request.type = domain::parseOrderType(row.text(at++));
    request.timeInForce = domain::parseTimeInForce(row.text(at++));
    request.quantity = decimal<domain::Quantity>(row.text(at++));
    request.price = decimal<domain::Price>(row.text(at++));
    request.triggerPrice = decimal<domain::Price>(row.text(at++));
    request.activatePrice = decimal<domain::Price>(row.text(at++));
    request.callbackRate = decimal<domain::Rate>(row.text(at++));
    request.workingType = domain::parseWorkingType(row.text(at++));
    request.reduceOnly = row.number(at++) != 0;
    request.closePosition = row.number(at++) != 0;
    order.phase = journal_text::parsePhase(row.text(at++));
    order.endReason = journal_text::parseEndReason(row.text(at++));
    order.orderId = row.number(at++);
    order.childOrderId = row.number(at++);
    order.status = domain::parseOrderStatus(row.text(at++));
    order.conditionalStatus = domain::parseConditionalStatus(row.text(at++));
    order.cancelRequested = row.number(at++) != 0;
    order.executedQty = decimal<domain::Quantity>(row.text(at++));
    order.avgPrice = decimal<domain::Price>(row.text(at++));
    order.updatedAt = domain::timestampFromMs(row.number(at++));
    order.venueCode = static_cast<int>(row.number(at++));
    order.reasonText = row.text(at++);
    return order;
}

/// What the file says of itself.
struct Header
{
    std::int64_t application = 0;
    std::int64_t version = 0;
    std::int64_t tables = 0;
};

Result<Header> readHeader(SqliteDatabase &database)
{
    Header header;
    const auto into = [](std::int64_t &kept) {
        return [&kept](std::int64_t number) {
            kept = number;
            return true;
        };
    };
    return database.number("PRAGMA application_id")
        .map(into(header.application))
        .and_then([&](bool) { return database.number("PRAGMA user_version"); })
        .map(into(header.version))
        .and_then([&](bool) { return database.number("SELECT count(*) FROM sqlite_schema"); })
        .map(into(header.tables))
        .map([&header](bool) { return header; });
}

Result<Found> judgeVersion(std::int64_t version, std::int64_t applied)
{
    if (version > currentVersion && version == applied) {
        return failure(ErrorCode::Storage, "It was written by a newer version of Headroom (schema " +
                                               std::to_string(version) + ", this one knows " +
                                               std::to_string(currentVersion) +
                                               "). Install that version; nothing was changed.");
    }
    if (version < 1 || version != applied) {
        return SqliteDatabase::damage("The file contradicts itself about its version.");
    }
    return Found{false, static_cast<int>(version)};
}

} // namespace

Result<Found> inspect(SqliteDatabase &database, bool isKnown)
{
    return readHeader(database).and_then([&](const Header &header) -> Result<Found> {
        if (isKnown && (header.tables == 0 || header.application != applicationId)) {
            return SqliteDatabase::damage("The file is empty, or not the journal any more.");
        }
        if (header.tables == 0) {
            return Found{true, 0};
        }
        if (header.application != applicationId) {
            return failure(ErrorCode::Storage, "It is the file of another program; nothing was changed.");
        }
        return database.number("SELECT max(version) FROM migrations").and_then([&](std::int64_t applied) {
            return judgeVersion(header.version, applied);
        });
    });
}

Result<bool> raiseTo(SqliteDatabase &database, int version, domain::Timestamp now)
{
    std::string script;
    if (version == 1) {
        script = "PRAGMA application_id = " + std::to_string(applicationId) + ";" +
                 "CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;";
    }
    const std::string number = std::to_string(version);
    script += scripts[static_cast<std::size_t>(version - 1)];
    script += "INSERT INTO migrations VALUES (" + number + ", " + std::to_string(domain::toMs(now)) + ");";
    script += "PRAGMA user_version = " + number + ";";
    return database.execute(script);
}

Result<bool> readVersion1(SqliteDatabase &database, std::vector<Order> &orders)
{
    return database.each(
        "SELECT client_order_id, intent_at, symbol, side, position_side, type, time_in_force, quantity, "
        "price, trigger_price, activate_price, callback_rate, working_type, reduce_only, close_position, "
        "phase, end_reason, order_id, child_order_id, status, conditional_status, cancel_requested, "
        "executed_quantity, average_price, updated_at, venue_code, reason FROM intents ORDER BY number",
        [&orders](const SqliteStatement &row) -> Result<bool> {
            orders.push_back(orderOfVersion1(row));
            return true;
        });
}

} // namespace app::journal_schema
