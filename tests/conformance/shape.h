#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>

namespace conformance
{

/// Compares JSON with a pattern, key by key.
///
///   {a:s,b?:i}   an object with exactly these members; ? after a name: it may be missing
///   [x]  [?x]    an array of one or more x; of any number
///   (x,y)        an array of exactly these elements
///   s t          a text; one that is not empty
///   d d8         a decimal as a text; with exactly 8 decimals
///   i n b z *    a whole number, a number, a truth, null, anything
class Shape
{
public:
    /// Empty where the value fits; else what does not, with its place.
    static QString misfit(const QString &pattern, const QJsonValue &value)
    {
        Shape shape{pattern};
        QString found = shape.match(value, QStringLiteral("$"));
        if (found.isEmpty() && shape.m_at != pattern.size()) {
            found = QStringLiteral("the pattern goes on: ") + pattern.mid(shape.m_at);
        }
        return found;
    }

private:
    explicit Shape(const QString &pattern) : m_pattern{pattern} {}

    QChar next() const { return m_at < m_pattern.size() ? m_pattern[m_at] : QChar{}; }
    bool take(char c)
    {
        const bool is = next() == QLatin1Char{c};
        m_at += is ? 1 : 0;
        return is;
    }
    QString word()
    {
        const qsizetype from = m_at;
        while (next().isLetterOrNumber() || next() == u'_' || next() == u'-') {
            ++m_at;
        }
        return m_pattern.mid(from, m_at - from);
    }
    static QString wrong(const QString &place, const QString &wanted, const QJsonValue &value)
    {
        const QString is = value.isString()   ? u'"' + value.toString() + u'"'
                           : value.isDouble() ? QString::number(value.toDouble())
                           : value.isBool()   ? QStringLiteral("a truth")
                           : value.isNull()   ? QStringLiteral("null")
                           : value.isArray()  ? QStringLiteral("an array of %1").arg(value.toArray().size())
                           : value.isObject() ? QStringLiteral("an object")
                                              : QStringLiteral("missing");
        return QStringLiteral("%1 should be %2, is %3").arg(place, wanted, is);
    }

    QString match(const QJsonValue &value, const QString &place)
    {
        if (take('{')) {
            return object(value, place);
        }
        if (take('[')) {
            return array(value, place);
        }
        if (take('(')) {
            return tuple(value, place);
        }
        if (take('*')) {
            return {};
        }
        return scalar(word(), value, place);
    }
    QString object(const QJsonValue &value, const QString &place)
    {
        QString found = value.isObject() ? QString{} : wrong(place, QStringLiteral("an object"), value);
        const QJsonObject members = value.toObject();
        QStringList known;
        while (next() != u'}') {
            const QString name = word();
            const bool isOptional = take('?');
            take(':');
            known << name;
            const QString inside = place + u'.' + name;
            const QJsonValue member = members.value(name);
            const bool isLeftOut = isOptional && !members.contains(name);
            const QString misfit = match(member, inside); // read in any case: it moves on in the pattern
            if (found.isEmpty() && !isLeftOut) {
                found = misfit;
            }
            take(',');
        }
        take('}');
        for (const QString &name : members.keys()) {
            if (found.isEmpty() && !known.contains(name)) {
                found = place + u'.' + name + QStringLiteral(" is not in the reference");
            }
        }
        return found;
    }
    QString array(const QJsonValue &value, const QString &place)
    {
        const bool mayBeEmpty = take('?');
        const qsizetype inner = m_at;
        const QJsonArray rows = value.toArray();
        QString found = !value.isArray() || (rows.isEmpty() && !mayBeEmpty)
                            ? wrong(place, QStringLiteral("an array with rows"), value)
                            : QString{};
        const QJsonArray toRead = rows.isEmpty() ? QJsonArray{QJsonValue{}} : rows;
        for (qsizetype i = 0; i < toRead.size(); ++i) {
            m_at = inner;
            const QString misfit = match(toRead[i], place + QStringLiteral("[%1]").arg(i));
            if (found.isEmpty() && !rows.isEmpty()) {
                found = misfit;
            }
        }
        take(']');
        return found;
    }
    QString tuple(const QJsonValue &value, const QString &place)
    {
        const QJsonArray elements = value.toArray();
        QString found = value.isArray() ? QString{} : wrong(place, QStringLiteral("an array"), value);
        qsizetype count = 0;
        while (next() != u')') {
            const QString misfit = match(elements.at(count), place + QStringLiteral("[%1]").arg(count));
            found = found.isEmpty() ? misfit : found;
            ++count;
            take(',');
        }
        take(')');
        return found.isEmpty() && count != elements.size()
                   ? wrong(place, QStringLiteral("an array of %1").arg(count), value)
                   : found;
    }
    static bool isDecimal(const QString &text, int decimals)
    {
        const QString digits = text.startsWith(u'-') ? text.mid(1) : text;
        const qsizetype point = digits.indexOf(u'.');
        for (qsizetype i = 0; i < digits.size(); ++i) {
            if (i != point && !digits[i].isDigit()) {
                return false;
            }
        }
        const qsizetype has = point < 0 ? 0 : digits.size() - point - 1;
        return !digits.isEmpty() && point != 0 && (point < 0 || has > 0) && (decimals < 0 || has == decimals);
    }
    static bool isWhole(const QJsonValue &value)
    {
        return value.isDouble() && static_cast<double>(value.toInteger(-77)) == value.toDouble();
    }
    static QString scalar(const QString &kind, const QJsonValue &value, const QString &place)
    {
        const bool fits =
            kind == u"s"   ? value.isString()
            : kind == u"t" ? value.isString() && !value.toString().isEmpty()
            : kind == u"i" ? isWhole(value)
            : kind == u"n" ? value.isDouble()
            : kind == u"b" ? value.isBool()
            : kind == u"z" ? value.isNull()
            : kind.startsWith(u'd')
                ? value.isString() && isDecimal(value.toString(), kind.size() > 1 ? kind.mid(1).toInt() : -1)
                : false;
        return fits ? QString{} : wrong(place, kind, value);
    }

    const QString &m_pattern;
    qsizetype m_at = 0;
};

} // namespace conformance
