#include "app/journal_export.h"

#include "app/journal_file.h"
#include "app/journal_text.h"

#include <QDateTime>
#include <QSaveFile>

#include <functional>
#include <string>
#include <vector>

namespace app::journal_export
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;
using Format = ports::Journal::ExportFormat;

constexpr const char *header =
    "record,at,client_order_id,symbol,side,position_side,type,time_in_force,quantity,price,trigger_price,"
    "activate_price,callback_rate,working_type,reduce_only,close_position,phase,end_reason,order_id,"
    "child_order_id,executed_qty,avg_price,venue_code,trade_id,commission,commission_asset,realized_pnl,"
    "is_maker,kind,text\r\n";
constexpr std::size_t columns = 30;

std::string isoTime(domain::Timestamp at)
{
    return QDateTime::fromMSecsSinceEpoch(domain::toMs(at), Qt::UTC)
        .toString(Qt::ISODateWithMs)
        .toStdString();
}

/// A cell of free text: quoted where needed, and never a formula.
std::string cell(const std::string &text)
{
    std::string safe = text;
    if (!safe.empty() && std::string_view{"=+-@\t\r"}.find(safe.front()) != std::string_view::npos) {
        safe.insert(safe.begin(), '\'');
    }
    if (safe.find_first_of(",\"\r\n") == std::string::npos) {
        return safe;
    }
    std::string quoted = "\"";
    for (const char c : safe) {
        if (c == '"') {
            quoted += '"';
        }
        quoted += c;
    }
    return quoted + '"';
}

std::string line(std::vector<std::string> cells)
{
    cells.resize(columns);
    std::string text;
    for (const std::string &one : cells) {
        text += text.empty() ? one : ',' + one;
    }
    return text + "\r\n";
}

std::string flag(bool isSet)
{
    return isSet ? "1" : "0";
}

std::string csv(const domain::Order &order)
{
    const domain::NewOrder &request = order.request;
    std::vector<std::string> cells{"ORDER", isoTime(order.createdAt), cell(request.clientOrderId),
        cell(request.symbol), std::string{toWire(request.side)}, std::string{toWire(request.positionSide)},
        std::string{toWire(request.type)}, std::string{toWire(request.timeInForce)},
        request.quantity.toString(), request.price.toString(), request.triggerPrice.toString(),
        request.activatePrice.toString(), request.callbackRate.toString(),
        std::string{toWire(request.workingType)}, flag(request.reduceOnly), flag(request.closePosition),
        std::string{journal_text::wordOf(order.phase)}, std::string{journal_text::wordOf(order.endReason)},
        std::to_string(order.orderId), std::to_string(order.childOrderId), order.executedQty.toString(),
        order.avgPrice.toString(), std::to_string(order.venueCode)};
    cells.resize(columns);
    cells.back() = cell(order.reasonText);
    return line(std::move(cells));
}

std::string csv(const domain::Fill &fill)
{
    std::vector<std::string> cells(columns);
    cells[0] = "FILL";
    cells[1] = isoTime(fill.at);
    cells[3] = cell(fill.symbol);
    cells[4] = toWire(fill.side);
    cells[5] = toWire(fill.positionSide);
    cells[8] = fill.quantity.toString();
    cells[9] = fill.price.toString();
    cells[18] = std::to_string(fill.orderId);
    cells[23] = std::to_string(fill.tradeId);
    cells[24] = fill.commission.toString();
    cells[25] = cell(fill.commissionAsset);
    cells[26] = fill.realizedPnl.toString();
    cells[27] = flag(fill.isMaker);
    return line(std::move(cells));
}

std::string csv(const domain::OrderMoment &moment)
{
    std::vector<std::string> cells(columns);
    cells[0] = "MOMENT";
    cells[1] = isoTime(moment.at);
    cells[2] = cell(moment.clientOrderId);
    cells[28] = toWord(moment.kind);
    cells[29] = cell(moment.text);
    return line(std::move(cells));
}

/// The journal's rows of one kind: subject and payload.
struct Table
{
    const char *name;
    const char *sql;
};
constexpr Table orders{"orders", "SELECT client_order_id, payload FROM orders ORDER BY number"};
constexpr Table fills{"fills", "SELECT symbol, payload FROM fills ORDER BY entry"};
constexpr Table moments{
    "moments", "SELECT subject, payload FROM entries WHERE kind = 'MOMENT' ORDER BY sequence"};

class Writer
{
public:
    Writer(JournalFile &file, QSaveFile &target) : m_file{file}, m_target{target} {}

    /// The text of a row: of its subject, its payload, and whether it is the first.
    using TextOf = std::function<Result<std::string>(const std::string &, const std::string &, bool)>;
    Result<bool> each(const Table &table, const TextOf &textOf)
    {
        bool isFirst = true;
        return m_file.database().each(table.sql, [&](const SqliteStatement &row) -> Result<bool> {
            const Result<std::string> text = textOf(row.text(0), row.text(1), isFirst);
            if (!text) {
                return SqliteDatabase::damage(text.error().detail);
            }
            put(*text);
            isFirst = false;
            ++count;
            return true;
        });
    }
    void put(const std::string &text)
    {
        m_target.write(text.data(), static_cast<qint64>(text.size())); // the end tells of a failure
    }
    std::int64_t count = 0;

private:
    JournalFile &m_file;
    QSaveFile &m_target;
};

Result<bool> writeCsv(Writer &writer)
{
    writer.put(header);
    const auto text = [](const auto &value) { return csv(value); };
    return writer
        .each(orders, [&](const std::string &, const std::string &payload,
                          bool) { return journal_text::readOrder(payload).map(text); })
        .and_then([&](bool) {
            return writer.each(fills, [&](const std::string &, const std::string &payload, bool) {
                return journal_text::readFill(payload).map(text);
            });
        })
        .and_then([&](bool) {
            return writer.each(moments, [&](const std::string &id, const std::string &payload, bool) {
                return journal_text::readMoment(payload, id).map(text);
            });
        });
}

Result<bool> writeJson(Writer &writer)
{
    Result<bool> done = true;
    const char *before = "{\n";
    for (const Table *table : {&orders, &fills, &moments}) {
        writer.put(std::string{before} + '"' + table->name + "\": [");
        const bool isMoments = table == &moments;
        done = done.and_then([&](bool) {
            return writer.each(*table,
                [&](const std::string &id, const std::string &payload, bool isFirst) -> Result<std::string> {
                    std::string text = payload;
                    if (isMoments) {
                        text.insert(1, R"("id":")" + journal_text::escaped(id) + R"(",)");
                    }
                    return (isFirst ? "\n" : ",\n") + text;
                });
        });
        before = "\n],\n";
    }
    writer.put("\n]\n}\n");
    return done;
}

} // namespace

Result<std::int64_t> write(JournalFile &file, const QString &path, Format format)
{
    QSaveFile target{path};
    const auto refused = [&]() -> tl::unexpected<domain::Error> {
        return failure(ErrorCode::Storage, "The file “" + path.toStdString() + "” cannot be written: " +
                                               target.errorString().toStdString() + ".");
    };
    if (!target.open(QIODevice::WriteOnly)) {
        return refused();
    }
    target.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    Writer writer{file, target};
    const auto done = format == Format::Csv ? writeCsv(writer) : writeJson(writer);
    if (!done) {
        target.cancelWriting();
        return tl::unexpected{done.error()};
    }
    if (!target.flush() || !target.commit()) { // commit() alone does not tell of what it still has to write
        const auto why = refused();
        target.cancelWriting();
        return why;
    }
    return writer.count;
}

} // namespace app::journal_export
