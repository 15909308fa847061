#pragma once

#include "models/live/stress_desk.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace ui
{

/// Margin ratio and equity along the path, over the bands of the four levels, with the places where pools
/// are liquidated. Arrow keys, Home, End and the pointer choose a place; its figures stand above the curve
/// and in the widget's accessible name.
class StressChart final : public QWidget
{
    Q_OBJECT
public:
    StressChart(const Theme &theme, const live::StressDesk &desk, QWidget *parent = nullptr);

    domain::Rate chosen() const { return m_chosen; }
    /// The station nearest to that place.
    void choose(domain::Rate at);
    /// Its figures in words, as a screen reader hears them.
    QString sentence() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void chosenChanged(const domain::Rate &at);

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;

private:
    /// Where places, ratios and equities lie in pixels.
    struct Frame
    {
        QRectF area;
        double lowest = 0; ///< places
        double highest = 1;
        double leastEquity = 0;
        double mostEquity = 1;
        double x(domain::Rate at) const;
        double yOfRatio(const domain::MarginRatio &ratio) const;
        double yOfEquity(domain::Money equity) const;
    };
    std::optional<Frame> frame() const;
    const domain::StressStation *stationNear(domain::Rate at) const;
    void follow();
    void tell();
    void chooseAt(double x);
    void paintBands(QPainter &painter, const Frame &frame) const;
    void paintWords(QPainter &painter, const Frame &frame) const;
    void paintAxes(QPainter &painter, const Frame &frame) const;
    void paintDeaths(QPainter &painter, const Frame &frame) const;
    void paintCurves(QPainter &painter, const Frame &frame) const;
    void paintChosen(QPainter &painter, const Frame &frame) const;

    const Theme &m_theme;
    const live::StressDesk &m_desk;
    domain::Rate m_chosen;
    live::StressConditions::Path m_path = live::StressConditions::Path::Together;
};

} // namespace ui
