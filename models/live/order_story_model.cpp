#include "models/live/order_story_model.h"

#include "models/live/text.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>

#include <algorithm>

namespace live
{

using Kind = domain::OrderMoment::Kind;

namespace
{

QString utc(domain::Timestamp at)
{
    return QDateTime::fromMSecsSinceEpoch(domain::toMs(at), Qt::UTC).toString(Qt::ISODateWithMs);
}

/// One CSV field. A leading sign that a spreadsheet would take for a formula is set behind an apostrophe.
QString csvField(QString text)
{
    if (!text.isEmpty() && QStringLiteral("=+-@\t\r").contains(text.front())) {
        text.prepend(u'\'');
    }
    return u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"';
}

QString kindWord(Kind kind)
{
    return toQString(domain::toWord(kind)).replace(u'_', u' ');
}

} // namespace

QString sinceText(domain::Milliseconds since)
{
    const std::int64_t ms = since.count();
    if (ms < 0) {
        return QString::number(ms) + QStringLiteral(" ms");
    }
    if (ms < 1'000) {
        return QStringLiteral("+%1 ms").arg(ms);
    }
    if (ms < 60'000) {
        return QStringLiteral("+%1.%2 s").arg(ms / 1'000).arg(ms % 1'000, 3, 10, QLatin1Char{'0'});
    }
    return u'+' + ageText(since);
}

OrderStoryModel::OrderStoryModel(ports::Trading &trading, TimeDisplay &times, QObject *parent)
    : TableModel{{{tr("Time"), false, tr("The exchange's clock")},
                     {tr("Since"), true, tr("Since the line before")}, {tr("What"), false, {}},
                     {tr("In words"), false, {}}},
          parent},
      m_trading{trading},
      m_times{times}
{
    connect(&times, &TimeDisplay::changed, this, &OrderStoryModel::repaintAll);
    connect(&trading, &ports::Trading::storyGrew, this, [this](const std::string &clientOrderId) {
        if (clientOrderId == m_id) {
            ask();
        }
    });
}

void OrderStoryModel::follow(const std::string &clientOrderId)
{
    if (clientOrderId == m_id) {
        return;
    }
    m_id = clientOrderId;
    ++m_question;
    beginResetModel();
    m_rows.clear();
    endResetModel();
    emit followed();
    if (!m_id.empty()) {
        ask();
    }
}

void OrderStoryModel::ask()
{
    ports::whenFinished(m_trading.story(m_id), this,
        [this, question = ++m_question](const ports::Result<ports::StoryPtr> &story) {
            if (question != m_question) {
                return;
            }
            if (!story) {
                emit failed(toQString(story.error().detail));
            } else if (*story) {
                take(**story);
                emit told();
            }
        });
}

void OrderStoryModel::take(const std::vector<domain::OrderMoment> &moments)
{
    const bool isLonger =
        moments.size() >= m_rows.size() && std::equal(m_rows.begin(), m_rows.end(), moments.begin());
    if (!isLonger) {
        beginResetModel();
        m_rows = moments;
        endResetModel();
    } else if (moments.size() > m_rows.size()) {
        beginInsertRows({}, rowCount(), static_cast<int>(moments.size()) - 1);
        m_rows = moments;
        endInsertRows();
    }
}

int OrderStoryModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString OrderStoryModel::text(int row, int column) const
{
    const domain::OrderMoment &moment = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case TimeColumn:
        return m_times.timeMs(moment.at);
    case SinceColumn:
        return row == 0 ? QString{} : sinceText(moment.at - m_rows[static_cast<std::size_t>(row - 1)].at);
    case KindColumn:
        return kindWord(moment.kind);
    case TextColumn:
        return toQString(moment.text);
    default:
        return {};
    }
}

QVariant OrderStoryModel::sortValue(int row, int) const
{
    return row;
}

Tone OrderStoryModel::tone(int row, int column) const
{
    if (column == TimeColumn || column == SinceColumn) {
        return Tone::Muted;
    }
    switch (m_rows[static_cast<std::size_t>(row)].kind) {
    case Kind::Denied:
    case Kind::Alarmed:
        return Tone::Danger;
    case Kind::Filled:
    case Kind::Protected:
        return Tone::Positive;
    case Kind::Queried:
    case Kind::Restored:
        return Tone::Warning;
    default:
        return Tone::Neutral;
    }
}

Mark OrderStoryModel::mark(int row, int column) const
{
    if (column != KindColumn) {
        return Mark::None;
    }
    switch (m_rows[static_cast<std::size_t>(row)].kind) {
    case Kind::Denied:
        return Mark::Cross;
    case Kind::Alarmed:
    case Kind::Restored:
        return Mark::Triangle;
    case Kind::Filled:
    case Kind::Ended:
    case Kind::Protected:
        return Mark::Check;
    case Kind::Answered:
    case Kind::Heard:
    case Kind::Kept:
        return Mark::Dot;
    default:
        return Mark::Ring;
    }
}

QString OrderStoryModel::toolTip(int row, int column) const
{
    return column == TextColumn ? text(row, column) : QString{};
}

QString OrderStoryModel::key(int row) const
{
    return QString::number(row);
}

QByteArray OrderStoryModel::toCsv() const
{
    QString csv = QStringLiteral("client_order_id,at_ms,at_utc,since_previous_ms,kind,text\n");
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        const domain::OrderMoment &moment = m_rows[row];
        const std::int64_t since = row == 0 ? 0 : (moment.at - m_rows[row - 1].at).count();
        csv += QStringList{csvField(toQString(m_id)), QString::number(domain::toMs(moment.at)),
                   utc(moment.at), QString::number(since), toQString(domain::toWord(moment.kind)),
                   csvField(toQString(moment.text))}
                   .join(u',') +
               u'\n';
    }
    return csv.toUtf8();
}

QByteArray OrderStoryModel::toJson() const
{
    QJsonArray moments;
    for (const domain::OrderMoment &moment : m_rows) {
        moments.append(QJsonObject{{QStringLiteral("atMs"), static_cast<qint64>(domain::toMs(moment.at))},
            {QStringLiteral("at"), utc(moment.at)},
            {QStringLiteral("kind"), toQString(domain::toWord(moment.kind))},
            {QStringLiteral("text"), toQString(moment.text)}});
    }
    return QJsonDocument{
        QJsonObject{{QStringLiteral("clientOrderId"), toQString(m_id)}, {QStringLiteral("moments"), moments}}}
        .toJson();
}

QString OrderStoryModel::toText() const
{
    QString all = tr("Order %1").arg(toQString(m_id)) + u'\n';
    for (int row = 0; row < rowCount(); ++row) {
        all += QStringLiteral("%1  %2  %3  %4\n")
                   .arg(text(row, TimeColumn), text(row, SinceColumn).rightJustified(12),
                       text(row, KindColumn).leftJustified(12), text(row, TextColumn));
    }
    return all;
}

} // namespace live
