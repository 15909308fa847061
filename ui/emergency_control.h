#pragma once

#include "models/domain/time.h"
#include "ui/panels/panel_tools.h"

#include <QObject>
#include <QTimer>

#include <array>
#include <cstdint>
#include <optional>

class QAction;

namespace ui
{

/// The emergency actions behind every button and key: a first press arms one, a second press within two
/// seconds does it; holding a button does it at once. Two presses closer together than a person means them
/// (a bouncing switch, a double click) count as one. Nothing modal stands in the way, and pressing again
/// while one runs joins it.
class EmergencyControl final : public QObject
{
    Q_OBJECT
public:
    enum class Action : std::uint8_t { StopOpening, CancelEntries, CancelAll, CloseSymbol, FlattenAll };
    static constexpr std::array<Action, 5> all{Action::StopOpening, Action::CancelEntries, Action::CancelAll,
        Action::CloseSymbol, Action::FlattenAll};
    static constexpr domain::Milliseconds armedFor{2'000};
    static constexpr domain::Milliseconds bounce{250};
    static constexpr domain::Milliseconds holdFor{700};

    explicit EmergencyControl(const PanelTools &tools, QObject *parent = nullptr);

    /// One press. where: what was touched, for the time line ("key Ctrl+F9").
    void press(Action action, const std::string &where);
    /// Does it now: the button was held.
    void fire(Action action, const std::string &where);
    bool isArmed(Action action) const { return m_armed == action; }
    QString title(Action action) const;       ///< "Close BTCUSDT"
    QString explanation(Action action) const; ///< what it does and what it leaves alone
    static QKeySequence key(Action action);
    static QString id(Action action); ///< "stopOpening", …
    /// For menus; bears the key.
    QAction *action(Action action) const { return m_actions[static_cast<std::size_t>(action)]; }

signals:
    void changed(); ///< what is armed, or the symbol
    void fired(ui::EmergencyControl::Action action);

private:
    void disarm();
    void act(domain::EmergencyAction action, const std::string &where);
    void stopOpening();
    void retitle();

    PanelTools m_tools;
    std::array<QAction *, 5> m_actions{};
    std::optional<Action> m_armed;
    domain::Monotonic m_armedAt{};
    QTimer m_disarming;
};

} // namespace ui
