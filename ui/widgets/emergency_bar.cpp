#include "ui/widgets/emergency_bar.h"

#include "models/live/health_model.h"
#include "ui/widgets/identify.h"

#include <QHBoxLayout>
#include <QPainter>

#include <algorithm>
#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

namespace
{

constexpr domain::Milliseconds step = 35ms;

} // namespace

HoldButton::HoldButton(EmergencyControl &control, EmergencyControl::Action action, const Theme &theme)
    : m_control{control},
      m_action{action},
      m_theme{theme}
{
    identify(this, QStringLiteral("emergency.button.") + EmergencyControl::id(action), {});
    setProperty("isDrastic", action >= EmergencyControl::Action::CancelAll);
    m_growing.setInterval(step);
    connect(this, &QPushButton::pressed, this, &HoldButton::beginHold);
    connect(this, &QPushButton::released, this, &HoldButton::endHold);
    connect(this, &QPushButton::clicked, this, [this] {
        if (!std::exchange(m_hasFired, false)) {
            m_control.press(m_action, "button");
        }
    });
    connect(&m_growing, &QTimer::timeout, this, &HoldButton::grow);
    connect(&control, &EmergencyControl::changed, this, &HoldButton::refresh);
    connect(&theme, &Theme::changed, this, &HoldButton::refresh);
    refresh();
}

void HoldButton::refresh()
{
    const bool isArmed = m_control.isArmed(m_action);
    setText(isArmed ? tr("Press again") : m_control.title(m_action));
    setAccessibleName(isArmed ? tr("%1: armed, press again within 2 seconds").arg(m_control.title(m_action))
                              : m_control.title(m_action));
    setToolTip(m_control.explanation(m_action));
    const QString action = isArmed ? QStringLiteral("armed") : QStringLiteral("emergency");
    if (property("action").toString() != action) {
        setProperty("action", action);
        restyle(this);
    }
    updateGeometry();
}

QSize HoldButton::sizeHint() const
{
    // Wide enough for both texts: arming moves no neighbour under the pointer.
    const QSize hint = QPushButton::sizeHint();
    QFont bold = font(); // as of an armed one
    bold.setBold(true);
    const QFontMetrics metrics{bold};
    const int widest = std::max(metrics.horizontalAdvance(m_control.title(m_action)),
        metrics.horizontalAdvance(tr("Press again")));
    return {widest + 16, hint.height()};
}

void HoldButton::beginHold()
{
    m_held = 0ms;
    m_hasFired = false;
    m_growing.start();
}

void HoldButton::endHold()
{
    m_growing.stop();
    m_held = 0ms;
    update();
}

void HoldButton::grow()
{
    m_held += step;
    update();
    if (m_held >= EmergencyControl::holdFor) {
        endHold();
        m_hasFired = true;
        m_control.fire(m_action, "button held");
    }
}

void HoldButton::paintEvent(QPaintEvent *event)
{
    QPushButton::paintEvent(event);
    if (m_held > 0ms) {
        const int part = static_cast<int>(m_held.count() * (width() - 4) / EmergencyControl::holdFor.count());
        QPainter{this}.fillRect(QRect{2, height() - 5, part, 3}, m_theme.tokens().danger);
    }
}

EmergencyBar::EmergencyBar(
    EmergencyControl &control, const live::HealthModel &health, const Theme &theme, QWidget *parent)
    : QWidget{parent}
{
    setObjectName(QStringLiteral("emergencyBar"));
    setAccessibleName(tr("Emergency actions"));
    auto *layout = new QHBoxLayout{this};
    layout->setContentsMargins(0, 1, 4, 1);
    layout->setSpacing(4);
    for (const EmergencyControl::Action each : EmergencyControl::all) {
        auto *button = new HoldButton{control, each, theme};
        layout->addWidget(button);
        if (each == EmergencyControl::Action::StopOpening) {
            // Stopped already: seen where it was pressed.
            connect(&health, &live::HealthModel::healthChanged, button, [button, &health] {
                const auto &closures = health.state().closures;
                const bool isStopped = std::ranges::any_of(closures, [](const domain::GateClosure &closure) {
                    return closure.cause == domain::GateCause::KillSwitch;
                });
                if (button->property("isInForce").toBool() != isStopped) {
                    button->setProperty("isInForce", isStopped);
                    restyle(button);
                }
            });
        }
    }
}

} // namespace ui
