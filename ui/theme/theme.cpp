#include "ui/theme/theme.h"

#include <QStringList>

#include <utility>

// A resource of a static library has to be asked for, and outside of any namespace.
static void loadIcons()
{
    Q_INIT_RESOURCE(icons);
}

namespace ui
{

namespace
{

Tokens darkTokens()
{
    Tokens t;
    t.window = QColor{0x0b, 0x0e, 0x13};
    t.panel = QColor{0x13, 0x17, 0x1e};
    t.raised = QColor{0x1c, 0x22, 0x2c};
    t.hover = QColor{0x25, 0x2d, 0x3a};
    t.border = QColor{0x29, 0x31, 0x3d};
    t.text = QColor{0xdc, 0xe2, 0xea};
    t.muted = QColor{0x8b, 0x96, 0xa5};
    t.accent = QColor{0x4f, 0x8f, 0xf7};
    t.onAccent = QColor{0xff, 0xff, 0xff};
    t.positive = QColor{0x2e, 0xbd, 0x85};
    t.negative = QColor{0xf6, 0x50, 0x66};
    t.positiveFill = QColor{0x15, 0x33, 0x2c};
    t.negativeFill = QColor{0x3b, 0x1f, 0x2a};
    t.warning = QColor{0xf0, 0xb4, 0x3c};
    t.danger = QColor{0xff, 0x5a, 0x5a};
    return t;
}

Tokens lightTokens()
{
    Tokens t;
    t.window = QColor{0xdf, 0xe4, 0xea};
    t.panel = QColor{0xff, 0xff, 0xff};
    t.raised = QColor{0xf1, 0xf4, 0xf7};
    t.hover = QColor{0xe1, 0xe9, 0xf4};
    t.border = QColor{0xcd, 0xd5, 0xde};
    t.text = QColor{0x17, 0x1e, 0x28};
    t.muted = QColor{0x5b, 0x67, 0x76};
    t.accent = QColor{0x1f, 0x68, 0xd8};
    t.onAccent = QColor{0xff, 0xff, 0xff};
    t.positive = QColor{0x08, 0x80, 0x52};
    t.negative = QColor{0xcb, 0x25, 0x40};
    t.positiveFill = QColor{0xd6, 0xf0, 0xe4};
    t.negativeFill = QColor{0xfb, 0xdf, 0xe3};
    t.warning = QColor{0x99, 0x5f, 0x00};
    t.danger = QColor{0xc4, 0x1d, 0x1d};
    return t;
}

QFont fontOf(const QStringList &families)
{
    QFont font;
    font.setFamilies(families);
    font.setPointSizeF(9.0);
    font.setStyleHint(QFont::SansSerif);
    return font;
}

} // namespace

Theme::Theme(QObject *parent) : QObject{parent}
{
    loadIcons();
    rebuild();
}

void Theme::set(Scheme scheme, Directions directions)
{
    if (scheme == m_scheme && directions == m_directions) {
        return;
    }
    m_scheme = scheme;
    m_directions = directions;
    rebuild();
    emit changed();
}

void Theme::rebuild()
{
    const bool isDark = m_scheme == Scheme::Dark;
    m_tokens = isDark ? darkTokens() : lightTokens();
    if (m_directions == Directions::RedUp) {
        std::swap(m_tokens.positive, m_tokens.negative);
        std::swap(m_tokens.positiveFill, m_tokens.negativeFill);
    } else if (m_directions == Directions::ColourBlind) {
        // Blue and orange stay apart for every common kind of colour blindness.
        m_tokens.positive = isDark ? QColor{0x56, 0xa8, 0xff} : QColor{0x0b, 0x5c, 0xb8};
        m_tokens.negative = isDark ? QColor{0xff, 0x9d, 0x42} : QColor{0xb4, 0x50, 0x00};
        m_tokens.positiveFill = isDark ? QColor{0x17, 0x2f, 0x4a} : QColor{0xd8, 0xe8, 0xfa};
        m_tokens.negativeFill = isDark ? QColor{0x42, 0x2c, 0x17} : QColor{0xfc, 0xe6, 0xd2};
    }
}

QColor Theme::colour(live::Tone tone) const
{
    switch (tone) {
    case live::Tone::Neutral:
        return m_tokens.text;
    case live::Tone::Positive:
        return m_tokens.positive;
    case live::Tone::Negative:
        return m_tokens.negative;
    case live::Tone::Muted:
        return m_tokens.muted;
    case live::Tone::Warning:
        return m_tokens.warning;
    case live::Tone::Danger:
        break;
    }
    return m_tokens.danger;
}

QPalette Theme::palette() const
{
    QPalette palette;
    palette.setColor(QPalette::Window, m_tokens.panel);
    palette.setColor(QPalette::WindowText, m_tokens.text);
    palette.setColor(QPalette::Base, m_tokens.panel);
    palette.setColor(QPalette::AlternateBase, m_tokens.raised);
    palette.setColor(QPalette::Text, m_tokens.text);
    palette.setColor(QPalette::PlaceholderText, m_tokens.muted);
    palette.setColor(QPalette::Button, m_tokens.raised);
    palette.setColor(QPalette::ButtonText, m_tokens.text);
    palette.setColor(QPalette::Highlight, m_tokens.hover);
    palette.setColor(QPalette::HighlightedText, m_tokens.text);
    palette.setColor(QPalette::ToolTipBase, m_tokens.raised);
    palette.setColor(QPalette::ToolTipText, m_tokens.text);
    palette.setColor(QPalette::Link, m_tokens.accent);
    palette.setColor(QPalette::Mid, m_tokens.border);
    palette.setColor(QPalette::Dark, m_tokens.border);
    palette.setColor(QPalette::Light, m_tokens.raised);
    palette.setColor(QPalette::Shadow, m_tokens.window);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, blended(m_tokens.muted, m_tokens.panel, 0.35));
    }
    return palette;
}

ChartTheme Theme::chartTheme() const
{
    ChartTheme chart = m_scheme == Scheme::Dark ? ChartTheme::dark() : ChartTheme::light();
    chart.background = m_tokens.panel;
    chart.text = m_tokens.text;
    chart.mutedText = m_tokens.muted;
    chart.up = chart.upWick = chart.buyOrder = m_tokens.positive;
    chart.down = chart.downWick = chart.sellOrder = m_tokens.negative;
    chart.volumeUp = blended(m_tokens.panel, m_tokens.positive, 0.4);
    chart.volumeDown = blended(m_tokens.panel, m_tokens.negative, 0.4);
    chart.warning = m_tokens.warning;
    return chart;
}

QFont Theme::textFont()
{
    return fontOf({QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans")});
}

QFont Theme::numberFont()
{
    // Inter's digits differ in width and Qt 6.4 cannot ask for its tabular ones; these have them by nature.
    return fontOf({QStringLiteral("Roboto"), QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans")});
}

QString Theme::styleSheet() const
{
    QString sheet = QStringLiteral(R"(
* { outline: 0; }
QMainWindow { background: @window; }
QMainWindow::separator { background: @window; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: @accent; }
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: 3px; }
QMenuBar { background: @panel; color: @text; padding: 0 2px; }
QMenuBar::item { padding: 4px 9px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @raised; color: @text; border: 1px solid @border; padding: 3px; }
QMenu::item { padding: 4px 22px 4px 22px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @border; margin: 3px 6px; }
QDockWidget { color: @muted; font-weight: 600; titlebar-close-icon: none; }
QDockWidget::title { background: @raised; padding: 4px 8px; text-align: left; }
QDockWidget > QWidget { background: @panel; color: @text; }
QTabBar { background: @window; }
QTabBar::tab { background: @window; color: @muted; padding: 4px 11px; border: none; border-top: 2px solid transparent; }
QTabBar::tab:selected { background: @raised; color: @text; border-top: 2px solid @accent; }
QTabBar::tab:hover { color: @text; }
QTabWidget::pane { border: none; }
QScrollArea { background: @panel; border: none; }
QScrollArea > QWidget > QWidget { background: @panel; }
QTableView { background: @panel; color: @text; border: none; selection-background-color: @hover;
    selection-color: @text; gridline-color: @border; }
QTableView:focus { border: 1px solid @accent; }
QHeaderView { background: @panel; border: none; }
QHeaderView::section { background: @panel; color: @muted; border: none; border-bottom: 1px solid @border; padding: 3px 6px; }
QHeaderView::section:hover { color: @text; }
QHeaderView::up-arrow { image: url(:/icons/up-@scheme.svg); width: 7px; height: 7px; subcontrol-position: top center; }
QHeaderView::down-arrow { image: url(:/icons/down-@scheme.svg); width: 7px; height: 7px; subcontrol-position: top center; }
QTableCornerButton::section { background: @panel; border: none; }
QLineEdit, QSpinBox, QComboBox { background: @raised; color: @text; border: 1px solid @border; border-radius: 3px;
    padding: 3px 6px; selection-background-color: @accent; selection-color: @onAccent; min-height: 1.25em; }
QLineEdit:focus, QSpinBox:focus, QComboBox:focus { border: 1px solid @accent; }
QLineEdit[problem="block"] { border: 1px solid @danger; }
QLineEdit[problem="confirm"] { border: 1px solid @warning; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { color: @faint; }
QSpinBox::up-button, QSpinBox::down-button { width: 0; border: none; }
QComboBox::drop-down { border: none; width: 16px; }
QComboBox::down-arrow { image: url(:/icons/down-@scheme.svg); width: 9px; height: 9px; }
QComboBoxPrivateContainer { background: @raised; border: none; }
QComboBox QAbstractItemView { background: @raised; color: @text; border: 1px solid @border;
    selection-background-color: @hover; selection-color: @text; }
QPushButton, QToolButton { background: @raised; color: @text; border: 1px solid @border; border-radius: 3px; padding: 4px 9px; }
QPushButton:hover, QToolButton:hover { background: @hover; }
QPushButton:focus, QToolButton:focus { border: 1px solid @accent; }
QPushButton:disabled, QToolButton:disabled { color: @faint; }
QPushButton:checked, QToolButton:checked { background: @accent; color: @onAccent; border: 1px solid @accent; }
QToolButton[flat="true"] { background: transparent; border: 1px solid transparent; color: @muted; padding: 3px 6px; }
QToolButton[flat="true"]:hover { color: @text; background: @hover; }
QToolButton[flat="true"]:focus { border: 1px solid @accent; }
QToolButton[flat="true"]:checked { color: @text; background: @hover; border-bottom: 2px solid @accent; }
QPushButton[small="true"], QToolButton[small="true"] { padding: 2px 4px; color: @muted; }
QPushButton[direction="buy"]:checked, QPushButton[action="buy"] { background: @positive; color: @onDirection; border: 1px solid @positive; }
QPushButton[direction="sell"]:checked, QPushButton[action="sell"] { background: @negative; color: @onDirection; border: 1px solid @negative; }
QPushButton[action="buy"], QPushButton[action="sell"] { font-weight: 700; padding: 8px 6px; }
QPushButton[action="buy"]:hover, QPushButton[action="sell"]:hover { border: 1px solid @text; }
QPushButton[action="buy"]:focus, QPushButton[action="sell"]:focus { border: 2px solid @text; padding: 7px 5px; }
QPushButton[action="buy"]:disabled, QPushButton[action="sell"]:disabled { background: @raised; color: @faint; border: 1px solid @border; }
QPushButton[action="emergency"], QPushButton[action="armed"] { color: @text; padding: 2px 6px; }
QPushButton[action="emergency"][isDrastic="true"] { border: 1px solid @danger; }
QPushButton[action="armed"], QPushButton[isInForce="true"] { background: @danger; color: @onAccent; border: 1px solid @danger; font-weight: 700; }
QPushButton[action="primary"] { background: @accent; color: @onAccent; border: 1px solid @accent; font-weight: 600; }
QPushButton[action="primary"]:disabled { background: @raised; color: @faint; border: 1px solid @border; }
QPushButton[action="primary"]:focus { border: 1px solid @text; }
QCheckBox { color: @text; spacing: 6px; }
QCheckBox:focus { color: @accent; }
QCheckBox::indicator { width: 13px; height: 13px; border: 1px solid @muted; border-radius: 2px; background: @raised; }
QCheckBox::indicator:checked { background: @accent; border: 1px solid @accent; image: url(:/icons/check.svg); }
QCheckBox::indicator:focus { border: 1px solid @accent; }
QLabel { color: @text; background: transparent; }
QLabel[role="caption"] { color: @muted; }
QLabel[role="heading"] { color: @muted; font-weight: 600; }
QLabel[role="block"] { color: @danger; }
QLabel[role="confirm"] { color: @warning; }
QLabel[role="good"] { color: @positive; }
QLabel[role="negative"] { color: @negative; }
QLabel[figure="true"] { border: 1px solid transparent; border-radius: 3px; padding: 0 1px; }
QLabel[explains="true"]:hover { background: @hover; }
QLabel[explains="true"]:focus { border: 1px solid @accent; }
QDialog#explanation { background: @raised; border: 1px solid @border; }
QFrame[role="banner"] { background: @raised; border: 2px solid @danger; border-radius: 3px; }
QFrame[role="line"] { background: @border; max-height: 1px; min-height: 1px; border: none; }
QSlider::groove:horizontal { background: @border; height: 3px; border-radius: 1px; }
QSlider::sub-page:horizontal { background: @accent; height: 3px; border-radius: 1px; }
QSlider::handle:horizontal { background: @text; width: 11px; height: 11px; margin: -4px 0; border-radius: 5px; }
QSlider::handle:horizontal:focus { background: @accent; }
QScrollBar:vertical { background: @panel; width: 9px; margin: 0; }
QScrollBar:horizontal { background: @panel; height: 9px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 3px; margin: 1px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QDialog, QMessageBox { background: @panel; color: @text; }
QPlainTextEdit { background: @raised; color: @text; border: 1px solid @border; }
QToolBar { border: none; padding: 0; spacing: 0; background: @panel; }
)");
    const auto put = [&sheet](
                         const QString &name, const QString &value) { sheet.replace(u'@' + name, value); };
    // Longer names first: a name may begin with another one.
    put(QStringLiteral("onDirection"),
        m_scheme == Scheme::Dark ? m_tokens.window.name() : m_tokens.panel.name());
    put(QStringLiteral("onAccent"), m_tokens.onAccent.name());
    put(QStringLiteral("faint"), blended(m_tokens.muted, m_tokens.panel, 0.35).name());
    put(QStringLiteral("scheme"),
        m_scheme == Scheme::Dark ? QStringLiteral("dark") : QStringLiteral("light"));
    put(QStringLiteral("window"), m_tokens.window.name());
    put(QStringLiteral("panel"), m_tokens.panel.name());
    put(QStringLiteral("raised"), m_tokens.raised.name());
    put(QStringLiteral("hover"), m_tokens.hover.name());
    put(QStringLiteral("border"), m_tokens.border.name());
    put(QStringLiteral("text"), m_tokens.text.name());
    put(QStringLiteral("muted"), m_tokens.muted.name());
    put(QStringLiteral("accent"), m_tokens.accent.name());
    put(QStringLiteral("positive"), m_tokens.positive.name());
    put(QStringLiteral("negative"), m_tokens.negative.name());
    put(QStringLiteral("warning"), m_tokens.warning.name());
    put(QStringLiteral("danger"), m_tokens.danger.name());
    return sheet;
}

} // namespace ui
