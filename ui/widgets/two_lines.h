#pragma once

#include <QFontMetrics>
#include <QString>

#include <cstdlib>

namespace ui
{

/// The sentence whole: broken at the space next to its middle where one line is too narrow. What a button
/// sends must not be cut short.
inline QString inTwoLines(const QString &sentence, const QFontMetrics &metrics, int width)
{
    if (metrics.horizontalAdvance(sentence) <= width) {
        return sentence;
    }
    const qsizetype middle = sentence.size() / 2;
    qsizetype best = -1;
    for (qsizetype at = sentence.indexOf(u' '); at >= 0; at = sentence.indexOf(u' ', at + 1)) {
        if (best < 0 || std::abs(at - middle) < std::abs(best - middle)) {
            best = at;
        }
    }
    return best < 0 ? sentence : sentence.left(best) + u'\n' + sentence.mid(best + 1);
}

} // namespace ui
