#include "ui/widgets/stress_chart.h"

#include "models/live/positions_model.h"
#include "models/live/stress_text.h"
#include "models/live/text.h"
#include "ui/widgets/bars.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <array>
#include <cmath>

namespace ui
{

using domain::Rate;
using domain::RiskLevel;
using Path = live::StressConditions::Path;

namespace
{

struct Band
{
    RiskLevel level;
    int from; ///< per cent of margin ratio
    int to;
};
constexpr std::array<Band, 4> bands{Band{RiskLevel::Safe, 0, 30}, Band{RiskLevel::Medium, 30, 50},
    Band{RiskLevel::High, 50, 80}, Band{RiskLevel::Critical, 80, 100}};

QFont smallFont(const QFont &base)
{
    QFont small = base;
    small.setPointSizeF(small.pointSizeF() * 0.85);
    return small;
}

/// Round figures between two values, three to six of them.
std::vector<double> roundFigures(double low, double high)
{
    const double rough = (high - low) / 4.0;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = power;
    for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
        step = power * factor;
        if (step >= rough) {
            break;
        }
    }
    std::vector<double> figures;
    for (double at = std::ceil(low / step) * step; at <= high; at += step) {
        figures.push_back(std::abs(at) < step / 1e6 ? 0.0 : at);
    }
    return figures;
}

} // namespace

double StressChart::Frame::x(Rate at) const
{
    return area.left() + (at.approximate() - lowest) / (highest - lowest) * area.width();
}

double StressChart::Frame::yOfRatio(const domain::MarginRatio &ratio) const
{
    const double value = ratio.value() ? std::clamp(ratio.value()->approximate(), 0.0, 1.0) : 1.0;
    return area.bottom() - value * area.height();
}

double StressChart::Frame::yOfEquity(domain::Money equity) const
{
    return area.bottom() - (equity.approximate() - leastEquity) / (mostEquity - leastEquity) * area.height();
}

StressChart::StressChart(const Theme &theme, const live::StressDesk &desk, QWidget *parent)
    : QWidget{parent},
      m_theme{theme},
      m_desk{desk}
{
    setObjectName(QStringLiteral("stress.curve"));
    setAccessibleDescription(QStringLiteral("id:stress.curve"));
    setFont(Theme::numberFont());
    setFocusPolicy(Qt::StrongFocus);
    connect(&desk, &live::StressDesk::changed, this, &StressChart::follow);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    follow();
}

QSize StressChart::sizeHint() const
{
    return {520, 220};
}

QSize StressChart::minimumSizeHint() const
{
    return {240, 110};
}

void StressChart::follow()
{
    const Path path = m_desk.reportConditions().path;
    const bool isOtherPath = (path == Path::Single) != (m_path == Path::Single);
    m_path = path;
    if (isOtherPath) {
        choose(path == Path::Single ? Rate::of(1) : Rate{});
    } else {
        choose(m_chosen); // the curve may have become shorter
    }
    tell();
    update();
}

void StressChart::tell()
{
    const QString name = tr("Stress curve. %1").arg(sentence());
    if (name != accessibleName()) {
        setAccessibleName(name);
    }
}

const domain::StressStation *StressChart::stationNear(Rate at) const
{
    const auto *report = m_desk.report();
    if (report == nullptr || report->stations.empty()) {
        return nullptr;
    }
    return &*std::ranges::min_element(
        report->stations, {}, [at](const domain::StressStation &station) { return (station.at - at).abs(); });
}

QString StressChart::sentence() const
{
    const auto *station = stationNear(m_chosen);
    if (station == nullptr) {
        return tr("Waiting for the account.");
    }
    return m_desk.report()->positions.empty() ? tr("No open positions: there is nothing to stress.")
                                              : live::stationSentence(*m_desk.report(), *station, m_path);
}

void StressChart::choose(Rate at)
{
    const auto *station = stationNear(at);
    const Rate place = station != nullptr ? station->at : at;
    if (place == m_chosen) {
        return;
    }
    m_chosen = place;
    tell();
    update();
    emit chosenChanged(place);
}

std::optional<StressChart::Frame> StressChart::frame() const
{
    const auto *report = m_desk.report();
    if (report == nullptr || report->stations.size() < 2 || report->positions.empty()) {
        return std::nullopt;
    }
    const QFontMetrics metrics{smallFont(font())};
    Frame frame;
    const double left = metrics.horizontalAdvance(QStringLiteral("100")) + 8;
    const double right = metrics.horizontalAdvance(QStringLiteral("-888.88 K")) + 8;
    const double top = metrics.height() + 5;
    const double bottom = metrics.height() + 4;
    frame.area =
        QRectF{left, top, std::max(20.0, width() - left - right), std::max(20.0, height() - top - bottom)};
    frame.lowest = report->stations.front().at.approximate();
    frame.highest = report->stations.back().at.approximate();
    const auto [least, most] = std::ranges::minmax(report->stations, {}, &domain::StressStation::equity);
    frame.leastEquity = std::min(0.0, least.equity.approximate());
    frame.mostEquity = std::max(most.equity.approximate(), frame.leastEquity + 1.0);
    frame.mostEquity += (frame.mostEquity - frame.leastEquity) * 0.06;
    return frame;
}

void StressChart::paintBands(QPainter &painter, const Frame &frame) const
{
    const Tokens &tokens = m_theme.tokens();
    const QRectF &area = frame.area;
    const QFontMetrics metrics{painter.font()};
    const auto yOf = [&area](int percent) { return area.bottom() - percent / 100.0 * area.height(); };
    for (const Band &band : bands) {
        const QRectF strip{QPointF{area.left(), yOf(band.to)}, QPointF{area.right(), yOf(band.from)}};
        const QColor colour = levelColour(tokens, band.level);
        painter.fillRect(strip, blended(tokens.panel, colour, 0.13));
        painter.setPen(tokens.muted);
        painter.drawText(QRectF{0, yOf(band.to) - metrics.height() / 2.0, area.left() - 4.0,
                             static_cast<double>(metrics.height())},
            Qt::AlignRight | Qt::AlignVCenter, QString::number(band.to));
    }
}

/// Over the curves, on a ground of their own: a line through a word makes neither readable.
void StressChart::paintWords(QPainter &painter, const Frame &frame) const
{
    const Tokens &tokens = m_theme.tokens();
    const QFontMetrics metrics{painter.font()};
    const double height = metrics.height();
    for (const Band &band : bands) {
        const double bottom = frame.area.bottom() - band.from / 100.0 * frame.area.height();
        if ((band.to - band.from) / 100.0 * frame.area.height() < height) {
            continue;
        }
        const QColor colour = levelColour(tokens, band.level);
        const QString word = live::toQString(domain::toString(band.level));
        const QRectF ground{
            frame.area.left() + 2, bottom - 1 - height, metrics.horizontalAdvance(word) + 6.0, height};
        painter.fillRect(ground, blended(tokens.panel, colour, 0.13));
        painter.setPen(blended(tokens.panel, colour, 0.85));
        painter.drawText(ground, Qt::AlignCenter, word);
    }
}

void StressChart::paintAxes(QPainter &painter, const Frame &frame) const
{
    const Tokens &tokens = m_theme.tokens();
    const QFontMetrics metrics{painter.font()};
    const double height = metrics.height();
    const bool isWide = frame.area.width() > 11 * metrics.horizontalAdvance(QStringLiteral("+50  "));
    const int reach = static_cast<int>(std::lround(frame.highest * 100));
    const int step = m_path == Path::Single ? 10 : isWide ? reach / 5 : reach > 10 ? 25 : 5;
    for (int percent = static_cast<int>(std::lround(frame.lowest * 100)); percent <= 100; percent += step) {
        const Rate at = Rate::of(percent) / 100;
        if (at.approximate() > frame.highest + 1e-9) {
            break;
        }
        const double x = frame.x(at);
        painter.setPen(percent == 0 ? tokens.muted : blended(tokens.panel, tokens.border, 0.8));
        painter.drawLine(QPointF{x, frame.area.top()}, QPointF{x, frame.area.bottom()});
        painter.setPen(tokens.muted);
        painter.drawText(QRectF{x - 30, frame.area.bottom() + 3, 60, height}, Qt::AlignCenter,
            percent > 0 && m_path != Path::Single ? QStringLiteral("+%1").arg(percent)
                                                  : QString::number(percent));
    }
    painter.drawText(
        QRectF{frame.area.right() + 4, frame.area.bottom() + 3, width() - frame.area.right() - 6, height},
        Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("%"));
    painter.setPen(tokens.accent);
    for (const double figure : roundFigures(frame.leastEquity, frame.mostEquity)) {
        const auto money = domain::Money::fromApproximate(figure);
        const double y = frame.yOfEquity(money);
        painter.drawLine(QPointF{frame.area.right(), y}, QPointF{frame.area.right() + 3, y});
        painter.drawText(
            QRectF{frame.area.right() + 6, y - height / 2, width() - frame.area.right() - 6, height},
            Qt::AlignLeft | Qt::AlignVCenter, live::compactText(money));
    }
}

void StressChart::paintDeaths(QPainter &painter, const Frame &frame) const
{
    const Tokens &tokens = m_theme.tokens();
    const auto *report = m_desk.report();
    const QFontMetrics metrics{painter.font()};
    for (const auto *way : {&report->falling, &report->rising}) {
        double taken = -1e9; // no word across another one
        for (const auto &death : way->deaths) {
            const double x = frame.x(death.at);
            if (x < frame.area.left() || x > frame.area.right()) {
                continue;
            }
            painter.setPen(QPen{tokens.danger, death.isCross ? 2.0 : 1.0, Qt::DashLine});
            painter.drawLine(QPointF{x, frame.area.top()}, QPointF{x, frame.area.bottom()});
            const QString word = death.isCross && death.positions.size() > 1
                                     ? tr("cross")
                                     : live::toQString(report->positions[death.positions.front()].symbol);
            const double wordWidth = metrics.horizontalAdvance(word) + 6;
            const bool isLeft = x + wordWidth > frame.area.right();
            const QRectF box{isLeft ? x - wordWidth : x + 3, frame.area.top() + 2, wordWidth,
                static_cast<double>(metrics.height())};
            if (std::abs(x - taken) > wordWidth) {
                painter.setPen(tokens.danger);
                painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, word);
                taken = x;
            }
        }
    }
}

void StressChart::paintCurves(QPainter &painter, const Frame &frame) const
{
    const Tokens &tokens = m_theme.tokens();
    QPainterPath ratio;
    QPainterPath equity;
    std::array<QPainterPath, 2> living; // what is left of the account after a liquidation, on either side
    for (const auto &station : m_desk.report()->stations) {
        const QPointF ratioAt{frame.x(station.at), frame.yOfRatio(station.ratio)};
        const QPointF equityAt{frame.x(station.at), frame.yOfEquity(station.equity)};
        if (ratio.elementCount() == 0) {
            ratio.moveTo(ratioAt);
            equity.moveTo(equityAt);
        } else {
            ratio.lineTo(ratioAt);
            equity.lineTo(equityAt);
        }
        if (!station.liquidated.empty()) {
            QPainterPath &side = living[station.at.isNegative() ? 0 : 1];
            const QPointF at{frame.x(station.at), frame.yOfRatio(station.livingRatio)};
            side.elementCount() == 0 ? side.moveTo(at) : side.lineTo(at);
        }
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen{tokens.accent, 1.6, Qt::DashLine});
    painter.drawPath(equity);
    painter.setPen(QPen{tokens.muted, 1.6});
    painter.drawPath(living[0]);
    painter.drawPath(living[1]);
    painter.setPen(QPen{tokens.text, 2.0});
    painter.drawPath(ratio);
    if (const auto *now = stationNear({}); now != nullptr) {
        painter.setBrush(tokens.panel);
        painter.drawEllipse(QPointF{frame.x(now->at), frame.yOfRatio(now->ratio)}, 4, 4);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void StressChart::paintChosen(QPainter &painter, const Frame &frame) const
{
    const Tokens &tokens = m_theme.tokens();
    const auto *station = stationNear(m_chosen);
    const double x = frame.x(station->at);
    painter.setPen(QPen{tokens.text, 1.0, Qt::DotLine});
    painter.drawLine(QPointF{x, frame.area.top()}, QPointF{x, frame.area.bottom()});
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen{tokens.panel, 1.0});
    painter.setBrush(tokens.text);
    painter.drawEllipse(QPointF{x, frame.yOfRatio(station->ratio)}, 4, 4);
    painter.setBrush(tokens.accent);
    painter.drawEllipse(QPointF{x, frame.yOfEquity(station->equity)}, 4, 4);
    painter.setRenderHint(QPainter::Antialiasing, false);

    // The head line: the two curves' names as their legend, with the figures of the chosen place.
    const QFontMetrics metrics{painter.font()};
    double at = frame.area.left();
    const auto put = [&](const QString &text, const QColor &colour) {
        painter.setPen(colour);
        painter.drawText(QPointF{at, metrics.ascent() + 1.0}, text);
        at += metrics.horizontalAdvance(text) + 12;
    };
    put(live::placeText(station->at, m_path), tokens.muted);
    put(tr("Ratio %1").arg(live::ratioText(station->ratio)), tokens.text);
    put(live::toQString(domain::toString(station->level)), levelColour(tokens, station->level));
    put(tr("Equity %1 USDT").arg(live::fixedText(station->equity, 2)), tokens.accent);
}

void StressChart::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    QPainter painter{this};
    painter.setFont(smallFont(font()));
    const auto here = frame();
    if (!here) {
        painter.setPen(tokens.muted);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, sentence());
    } else {
        paintBands(painter, *here);
        paintAxes(painter, *here);
        painter.setClipRect(here->area.adjusted(-5, -1, 5, 1));
        paintDeaths(painter, *here);
        paintCurves(painter, *here);
        paintWords(painter, *here);
        painter.setClipping(false);
        paintChosen(painter, *here);
    }
    if (hasFocus()) {
        painter.setPen(tokens.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void StressChart::keyPressEvent(QKeyEvent *event)
{
    const auto *report = m_desk.report();
    if (report == nullptr || report->stations.empty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const auto &stations = report->stations;
    const auto *now = stationNear(m_chosen);
    const auto last = static_cast<std::ptrdiff_t>(stations.size()) - 1;
    std::ptrdiff_t at = now - stations.data();
    switch (event->key()) {
    case Qt::Key_Left:
        --at;
        break;
    case Qt::Key_Right:
        ++at;
        break;
    case Qt::Key_PageUp:
        at -= 10;
        break;
    case Qt::Key_PageDown:
        at += 10;
        break;
    case Qt::Key_Home:
        at = 0;
        break;
    case Qt::Key_End:
        at = last;
        break;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    choose(stations[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at, 0, last))].at);
}

void StressChart::chooseAt(double x)
{
    if (const auto here = frame()) {
        const double share = std::clamp((x - here->area.left()) / here->area.width(), 0.0, 1.0);
        choose(Rate::fromApproximate(here->lowest + share * (here->highest - here->lowest)));
    }
}

void StressChart::mousePressEvent(QMouseEvent *event)
{
    chooseAt(event->position().x());
}

void StressChart::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons().testFlag(Qt::LeftButton)) {
        chooseAt(event->position().x());
    }
}

} // namespace ui
