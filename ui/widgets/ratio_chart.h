#pragma once

#include "models/domain/risk/ratio_history.h"
#include "models/live/time_display.h"
#include "ui/theme/theme.h"

#include <QWidget>

namespace ui
{

/// The margin ratio as a line over time on the four levels as bands. What was not seen is a gap. Left and
/// Right, or the pointer, read single moments.
class RatioChart final : public QWidget
{
    Q_OBJECT
public:
    RatioChart(const live::TimeDisplay &times, const Theme &theme, QWidget *parent = nullptr);
    /// samples: ascending, of the window that ends now.
    void display(
        std::vector<domain::RatioSample> samples, domain::Timestamp now, domain::Milliseconds window);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    QRectF plot() const;
    double top() const;
    double xOf(domain::Timestamp at, const QRectF &area) const;
    double yOf(double ratio, const QRectF &area) const;
    void paintBands(QPainter &painter, const QRectF &area) const;
    void paintScale(QPainter &painter, const QRectF &area) const;
    void paintTimes(QPainter &painter, const QRectF &area) const;
    void paintLine(QPainter &painter, const QRectF &area) const;
    void paintReading(QPainter &painter, const QRectF &area) const;
    void read(int index);

    const live::TimeDisplay &m_times;
    const Theme &m_theme;
    std::vector<domain::RatioSample> m_samples;
    domain::Timestamp m_now;
    domain::Milliseconds m_window{900'000};
    int m_read = -1; ///< index of the sample that is read; -1: none
};

} // namespace ui
