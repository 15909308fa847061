#include "app/journal_text.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QString>
#include <QUtf8StringView>

#include <algorithm>
#include <array>
#include <charconv>

namespace app::journal_text
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Order;
using domain::Result;

constexpr std::array<std::string_view, 6> phaseWords{
    "QUEUED", "IN_FLIGHT", "UNKNOWN", "WORKING", "DONE", "QUARANTINED"};
constexpr std::array<std::string_view, 12> endWords{"NONE", "FILLED", "CANCELED", "EXPIRED",
    "EXPIRED_IN_MATCH", "REJECTED", "DENIED", "NOT_EXECUTED", "NEVER_ACCEPTED", "LOCAL_CANCEL",
    "LOCAL_EXPIRED", "TRIGGERED"};
constexpr std::array<std::string_view, 5> originWords{
    "OWN", "FOREIGN", "LIQUIDATION", "AUTO_DELEVERAGING", "SETTLEMENT"};

template <class Enum, std::size_t N>
Enum valueOf(const std::array<std::string_view, N> &words, std::string_view word, Enum otherwise)
{
    const auto found = std::ranges::find(words, word);
    return found == words.end() ? otherwise : static_cast<Enum>(found - words.begin());
}

/// Builds one object.
class Writer
{
public:
    Writer() { m_text.reserve(384); }

    Writer &text(std::string_view name, std::string_view value)
    {
        key(name);
        m_text += '"';
        m_text += escaped(value);
        m_text += '"';
        return *this;
    }
    Writer &optional(std::string_view name, std::string_view value)
    {
        return value.empty() ? *this : text(name, value);
    }
    template <class Value> Writer &decimal(std::string_view name, const Value &value)
    {
        return value == Value{} ? *this : text(name, value.toString());
    }
    Writer &number(std::string_view name, std::int64_t value)
    {
        if (value != 0) {
            key(name);
            std::array<char, 24> digits{};
            const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
            m_text.append(digits.data(), end);
        }
        return *this;
    }
    Writer &at(std::string_view name, domain::Timestamp value) { return number(name, domain::toMs(value)); }
    Writer &flag(std::string_view name, bool value) { return number(name, value ? 1 : 0); }
    std::string end()
    {
        m_text += '}'; // every row has a member
        return std::move(m_text);
    }

private:
    void key(std::string_view name)
    {
        m_text += m_text.empty() ? "{\"" : ",\"";
        m_text += name;
        m_text += "\":";
    }
    std::string m_text;
};

/// Takes one object apart, and remembers whether all of it made sense.
class Reader
{
public:
    explicit Reader(std::string_view text)
    {
        QJsonParseError error{};
        const auto size = static_cast<qsizetype>(text.size());
        const auto document = QJsonDocument::fromJson(QByteArray::fromRawData(text.data(), size), &error);
        m_isGood = error.error == QJsonParseError::NoError && document.isObject();
        m_object = document.object();
    }
    bool isGood() const { return m_isGood; }

    std::string text(const char *name)
    {
        const QJsonValue value = m_object.value(QLatin1StringView{name});
        m_isGood = m_isGood && (value.isString() || value.isUndefined());
        return value.toString().toStdString();
    }
    std::string needed(const char *name)
    {
        std::string found = text(name);
        m_isGood = m_isGood && !found.empty();
        return found;
    }
    template <class Value> Value decimal(const char *name)
    {
        const std::string found = text(name);
        if (found.empty()) {
            return {};
        }
        const auto value = Value::parse(found);
        m_isGood = m_isGood && value.has_value();
        return value.value_or(Value{});
    }
    std::int64_t number(const char *name)
    {
        const QJsonValue value = m_object.value(QLatin1StringView{name});
        m_isGood = m_isGood && (value.isDouble() || value.isUndefined());
        return value.toInteger();
    }
    bool flag(const char *name) { return number(name) != 0; }
    domain::Timestamp at(const char *name) { return domain::timestampFromMs(number(name)); }

    template <class Value> Result<Value> done(Value value) const
    {
        if (!m_isGood) {
            return failure(ErrorCode::Malformed, "A row of the journal cannot be read.");
        }
        return value;
    }

private:
    QJsonObject m_object;
    bool m_isGood = false;
};

} // namespace

std::string escaped(std::string_view text)
{
    constexpr std::string_view hex = "0123456789abcdef";
    const auto size = static_cast<qsizetype>(text.size());
    if (!QUtf8StringView{text.data(), size}.isValidUtf8()) {
        // What the venue wrote need not be text; a row that cannot be read again would be lost.
        return escaped(QString::fromUtf8(text.data(), size).toStdString());
    }
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            safe += '\\';
            safe += c;
        } else if (code < 0x20) {
            safe += "\\u00";
            safe += hex[code >> 4U];
            safe += hex[code & 15U];
        } else {
            safe += c;
        }
    }
    return safe;
}

std::string_view wordOf(domain::OrderPhase phase)
{
    return phaseWords[static_cast<std::size_t>(phase)];
}
std::string_view wordOf(domain::EndReason reason)
{
    return endWords[static_cast<std::size_t>(reason)];
}
domain::OrderPhase parsePhase(std::string_view word)
{
    return valueOf(phaseWords, word, domain::OrderPhase::Unknown);
}
domain::EndReason parseEndReason(std::string_view word)
{
    return valueOf(endWords, word, domain::EndReason::None);
}

std::string write(const Order &order)
{
    const domain::NewOrder &request = order.request;
    Writer row;
    row.text("id", request.clientOrderId).text("symbol", request.symbol);
    row.text("side", toWire(request.side)).text("positionSide", toWire(request.positionSide));
    row.text("type", toWire(request.type)).text("timeInForce", toWire(request.timeInForce));
    row.decimal("quantity", request.quantity).decimal("price", request.price);
    row.decimal("triggerPrice", request.triggerPrice).decimal("activatePrice", request.activatePrice);
    row.decimal("callbackRate", request.callbackRate).text("workingType", toWire(request.workingType));
    row.flag("reduceOnly", request.reduceOnly).flag("closePosition", request.closePosition);
    row.text("phase", wordOf(order.phase));
    if (order.endReason != domain::EndReason::None) {
        row.text("endReason", wordOf(order.endReason));
    }
    if (order.origin != domain::OrderOrigin::Own) {
        row.text("origin", originWords[static_cast<std::size_t>(order.origin)]);
    }
    if (order.status != domain::OrderStatus::Unknown) {
        row.text("status", toWire(order.status));
    }
    if (order.conditionalStatus != domain::ConditionalStatus::Unknown) {
        row.text("conditionalStatus", toWire(order.conditionalStatus));
    }
    row.number("orderId", order.orderId).number("childOrderId", order.childOrderId);
    row.flag("cancelRequested", order.cancelRequested);
    row.decimal("executedQty", order.executedQty).decimal("avgPrice", order.avgPrice);
    row.at("createdAt", order.createdAt).at("updatedAt", order.updatedAt);
    row.number("venueCode", order.venueCode).optional("reason", order.reasonText);
    return row.end();
}

Result<Order> readOrder(std::string_view text)
{
    Reader row{text};
    Order order;
    domain::NewOrder &request = order.request;
    request.clientOrderId = row.needed("id");
    request.symbol = row.text("symbol");
    request.side = domain::parseSide(row.needed("side"));
    request.positionSide = domain::parsePositionSide(row.needed("positionSide"));
    request.type = domain::parseOrderType(row.needed("type"));
    request.timeInForce = domain::parseTimeInForce(row.needed("timeInForce"));
    request.quantity = row.decimal<domain::Quantity>("quantity");
    request.price = row.decimal<domain::Price>("price");
    request.triggerPrice = row.decimal<domain::Price>("triggerPrice");
    request.activatePrice = row.decimal<domain::Price>("activatePrice");
    request.callbackRate = row.decimal<domain::Rate>("callbackRate");
    request.workingType = domain::parseWorkingType(row.needed("workingType"));
    request.reduceOnly = row.flag("reduceOnly");
    request.closePosition = row.flag("closePosition");
    order.phase = parsePhase(row.needed("phase"));
    order.endReason = parseEndReason(row.text("endReason"));
    order.origin = valueOf(originWords, row.text("origin"), domain::OrderOrigin::Own);
    order.status = domain::parseOrderStatus(row.text("status"));
    order.conditionalStatus = domain::parseConditionalStatus(row.text("conditionalStatus"));
    order.orderId = row.number("orderId");
    order.childOrderId = row.number("childOrderId");
    order.cancelRequested = row.flag("cancelRequested");
    order.executedQty = row.decimal<domain::Quantity>("executedQty");
    order.avgPrice = row.decimal<domain::Price>("avgPrice");
    order.createdAt = row.at("createdAt");
    order.updatedAt = row.at("updatedAt");
    order.venueCode = static_cast<int>(row.number("venueCode"));
    order.reasonText = row.text("reason");
    return row.done(std::move(order));
}

std::string write(const domain::Fill &fill)
{
    Writer row;
    row.text("symbol", fill.symbol).number("tradeId", fill.tradeId).number("orderId", fill.orderId);
    row.text("side", toWire(fill.side)).text("positionSide", toWire(fill.positionSide));
    row.decimal("price", fill.price).decimal("quantity", fill.quantity);
    row.decimal("commission", fill.commission).optional("commissionAsset", fill.commissionAsset);
    row.decimal("realizedPnl", fill.realizedPnl).flag("isMaker", fill.isMaker).at("at", fill.at);
    return row.end();
}

Result<domain::Fill> readFill(std::string_view text)
{
    Reader row{text};
    domain::Fill fill;
    fill.symbol = row.needed("symbol");
    fill.tradeId = row.number("tradeId");
    fill.orderId = row.number("orderId");
    fill.side = domain::parseSide(row.needed("side"));
    fill.positionSide = domain::parsePositionSide(row.needed("positionSide"));
    fill.price = row.decimal<domain::Price>("price");
    fill.quantity = row.decimal<domain::Quantity>("quantity");
    fill.commission = row.decimal<domain::Money>("commission");
    fill.commissionAsset = row.text("commissionAsset");
    fill.realizedPnl = row.decimal<domain::Money>("realizedPnl");
    fill.isMaker = row.flag("isMaker");
    fill.at = row.at("at");
    return row.done(std::move(fill));
}

std::string write(const domain::OrderMoment &moment)
{
    Writer row;
    row.text("kind", toWord(moment.kind)).at("at", moment.at).optional("text", moment.text);
    return row.end();
}

Result<domain::OrderMoment> readMoment(std::string_view text, std::string clientOrderId)
{
    Reader row{text};
    domain::OrderMoment moment;
    moment.clientOrderId = std::move(clientOrderId);
    moment.kind = domain::parseMomentKind(row.needed("kind"));
    moment.at = row.at("at");
    moment.text = row.text("text");
    return row.done(std::move(moment));
}

std::string write(const domain::JournalNote &note)
{
    Writer row;
    row.text("name", note.name).optional("value", note.value);
    return row.end();
}

Result<domain::JournalNote> readNote(std::string_view text)
{
    Reader row{text};
    domain::JournalNote note;
    note.name = row.needed("name");
    note.value = row.text("value");
    return row.done(std::move(note));
}

} // namespace app::journal_text
