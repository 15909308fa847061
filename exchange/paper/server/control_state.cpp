#include "exchange/paper/core/fault_rules.h"
#include "exchange/paper/core/json.h"
#include "exchange/paper/server/control.h"

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <utility>

/// What was set by /control/ and is not part of the accounts, as text and back.
namespace paper
{
namespace
{

/// Those that a symbol or the limits have, not the line: what strikes the line ends with the program. A stuck
/// trigger is kept with the accounts.
bool isKept(FaultKind kind)
{
    return kind == FaultKind::HaltSymbol || kind == FaultKind::CancelOnly || kind == FaultKind::Settlement ||
           kind == FaultKind::ChangeFilters || kind == FaultKind::ChangeLimits;
}

bool isOfStatus(FaultKind kind)
{
    return kind == FaultKind::HaltSymbol || kind == FaultKind::CancelOnly || kind == FaultKind::Settlement;
}

/// Both change the same of the same symbol, so that the later one is what counts.
bool isSameMatter(const Happening &one, const Happening &other)
{
    return one.symbol == other.symbol &&
           (one.kind == other.kind || (isOfStatus(one.kind) && isOfStatus(other.kind)));
}

/// until: unset where it has no end.
void write(JsonWriter &json, const Happening &happening, std::optional<Timestamp> until)
{
    json.beginObject()
        .field("kind", toWire(happening.kind))
        .field("symbol", happening.symbol)
        .field("times", happening.times)
        .field("draw", std::to_string(happening.draw));
    if (until) {
        json.field("untilMs", domain::toMs(*until));
    }
    json.endObject();
}

struct Lasting
{
    Happening happening;
    std::optional<Timestamp> until;
};

std::optional<Lasting> readLasting(const QJsonValue &row)
{
    Lasting lasting;
    const auto kind = faultKindOf(row[u"kind"].toString().toStdString());
    bool hasDraw = false;
    lasting.happening.draw = row[u"draw"].toString().toULongLong(&hasDraw);
    if (!kind || !isKept(*kind) || !hasDraw || !row[u"symbol"].isString()) {
        return std::nullopt;
    }
    lasting.happening.kind = *kind;
    lasting.happening.symbol = row[u"symbol"].toString().toStdString();
    lasting.happening.times = row[u"times"].toInt(1);
    if (row[u"untilMs"].isDouble()) {
        lasting.until = domain::timestampFromMs(row[u"untilMs"].toInteger());
    }
    return lasting;
}

domain::Result<std::vector<Lasting>> readAll(const QJsonObject &object)
{
    std::vector<Lasting> all;
    const QJsonArray rows = object[u"lasting"].toArray();
    for (const auto &row : rows) {
        const auto lasting = readLasting(row);
        if (!lasting) {
            return domain::failure(domain::ErrorCode::Malformed, "a happening is damaged");
        }
        all.push_back(*lasting);
    }
    if (!object[u"lasting"].isArray()) {
        return domain::failure(domain::ErrorCode::Malformed, "it is not what /control/ saves");
    }
    return all;
}

} // namespace

void Control::noteLasting(const Happening &happening)
{
    if (!isKept(happening.kind)) {
        return;
    }
    std::erase_if(m_endless, [&](const Happening &other) { return isSameMatter(other, happening); });
    if (!happening.isEnd && happening.length.count() == 0) {
        m_endless.push_back(happening);
    }
}

std::string Control::save(Timestamp now) const
{
    JsonWriter json;
    json.beginObject().key("lasting").beginArray();
    for (const Faults::Pending &end : m_parts.faults.ends(now)) {
        if (isKept(end.happening.kind)) {
            write(json, end.happening, end.at);
        }
    }
    for (const Happening &happening : m_endless) {
        write(json, happening, std::nullopt);
    }
    json.endArray();
    if (m_parts.keepsFaults) {
        json.key("faults").raw(faultsReport(m_parts.faults));
    } else if (!m_waitingFaults.empty()) {
        json.key("faults").raw(m_waitingFaults);
    }
    return json.endObject().take();
}

domain::Result<void> Control::resume(std::string_view text)
{
    const QJsonObject object =
        QJsonDocument::fromJson(QByteArray{text.data(), static_cast<qsizetype>(text.size())}).object();
    const auto lasting = readAll(object);
    if (!lasting) {
        return tl::unexpected<domain::Error>{lasting.error()};
    }
    if (object.contains(u"faults")) {
        std::string report =
            QJsonDocument{object[u"faults"].toObject()}.toJson(QJsonDocument::Compact).toStdString();
        if (!m_parts.keepsFaults) {
            m_waitingFaults = std::move(report);
        } else if (auto resumed = resumeFaults(report, m_parts.faults); !resumed) {
            return resumed;
        }
    }
    for (const auto &[happening, until] : *lasting) {
        if (until) {
            Happening end = happening;
            end.isEnd = true;
            m_parts.faults.later(*until, std::move(end));
        } else {
            m_endless.push_back(happening);
        }
    }
    return {};
}

void Control::beginAgain(Timestamp now)
{
    for (const auto &[at, end] : m_parts.faults.ends(now)) {
        if (isKept(end.kind)) {
            Happening beginning = end;
            beginning.isEnd = false;
            beginning.length = at - now;
            carryOut(beginning, m_parts.exchange, m_parts.streams, now);
        }
    }
    for (const Happening &happening : m_endless) {
        carryOut(happening, m_parts.exchange, m_parts.streams, now);
    }
}

} // namespace paper
