#pragma once

#include "models/domain/explanation.h"

#include <QString>

#include <cmath>
#include <string>
#include <utility>

namespace support
{

/// Computes an explanation's workings as a reader with a pocket calculator would: + − × / ( ) and %.
class FormulaReader
{
public:
    static double compute(const std::string &text)
    {
        return FormulaReader{QString::fromStdString(text)}.all();
    }

private:
    explicit FormulaReader(QString text) : m_text{std::move(text)} { m_text.remove(u' '); }
    double all()
    {
        const double value = sum();
        if (m_at != m_text.size()) {
            qFatal("cannot read %s from %d on", qPrintable(m_text), static_cast<int>(m_at));
        }
        return value;
    }
    bool take(QChar sign)
    {
        const bool is = m_at < m_text.size() && m_text[m_at] == sign;
        m_at += is ? 1 : 0;
        return is;
    }
    double sum()
    {
        double value = product();
        for (;;) {
            if (take(u'+')) {
                value += product();
            } else if (take(u'\u2212')) {
                value -= product();
            } else {
                return value;
            }
        }
    }
    double product()
    {
        double value = factor();
        for (;;) {
            if (take(u'\u00d7')) {
                value *= factor();
            } else if (take(u'/')) {
                value /= factor();
            } else {
                return value;
            }
        }
    }
    double factor()
    {
        if (take(u'-')) {
            return -factor();
        }
        double value = 0;
        if (take(u'(')) {
            value = sum();
            if (!take(u')')) {
                qFatal("no closing bracket in %s", qPrintable(m_text));
            }
        } else {
            const auto from = m_at;
            while (m_at < m_text.size() && (m_text[m_at].isDigit() || m_text[m_at] == u'.')) {
                ++m_at;
            }
            value = m_text.mid(from, m_at - from).toDouble();
        }
        return take(u'%') ? value / 100 : value;
    }
    QString m_text;
    qsizetype m_at = 0;
};

inline double valueOf(const domain::Explanation &explanation)
{
    const double value = QString::fromStdString(explanation.value).toDouble();
    return explanation.unit == "%" ? value / 100 : value;
}

/// The value is what the workings give.
inline bool isTrue(const domain::Explanation &explanation)
{
    const double said = valueOf(explanation);
    const double computed = FormulaReader::compute(explanation.workings);
    return std::abs(said - computed) <= 1e-7 + 1e-10 * std::abs(said);
}

} // namespace support
