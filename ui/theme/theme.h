#pragma once

#include "models/live/table_model.h"
#include "ui/charts/chart_theme.h"

#include <QColor>
#include <QFont>
#include <QObject>
#include <QPalette>

#include <cstdint>

namespace ui
{

/// The few colours everything is painted with. All opaque.
struct Tokens
{
    QColor window; ///< gaps between docks
    QColor panel;  ///< background of panels and tables
    QColor raised; ///< headers, buttons, fields
    QColor hover;  ///< what the pointer is over; selected rows
    QColor border;
    QColor text;
    QColor muted;    ///< captions and second-rank figures
    QColor accent;   ///< focus, chosen tab
    QColor onAccent; ///< text on accent and on filled buttons
    QColor positive;
    QColor negative;
    QColor positiveFill; ///< depth bars and other large areas
    QColor negativeFill;
    QColor warning;
    QColor danger;
};

/// How the window looks: colours, fonts and the style sheet made from them.
class Theme final : public QObject
{
    Q_OBJECT
public:
    enum class Scheme : std::uint8_t { Dark, Light };
    enum class Directions : std::uint8_t { GreenUp, RedUp, ColourBlind };

    explicit Theme(QObject *parent = nullptr);

    Scheme scheme() const { return m_scheme; }
    Directions directions() const { return m_directions; }
    void set(Scheme scheme, Directions directions);

    const Tokens &tokens() const { return m_tokens; }
    QColor colour(live::Tone tone) const;
    QPalette palette() const;
    QString styleSheet() const;
    ChartTheme chartTheme() const;

    static QFont textFont();
    /// Digits of one width, for tables, fields and every figure that changes.
    static QFont numberFont();

signals:
    void changed();

private:
    void rebuild();
    Scheme m_scheme = Scheme::Dark;
    Directions m_directions = Directions::GreenUp;
    Tokens m_tokens;
};

} // namespace ui
