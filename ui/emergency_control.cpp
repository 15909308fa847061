#include "ui/emergency_control.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "models/ports/trading.h"

#include <QAction>

namespace ui
{

using Kind = domain::EmergencyAction::Kind;

EmergencyControl::EmergencyControl(const PanelTools &tools, QObject *parent) : QObject{parent}, m_tools{tools}
{
    for (const Action each : all) {
        auto *action = new QAction{this};
        action->setObjectName(QStringLiteral("emergency.") + id(each));
        action->setShortcut(key(each));
        action->setAutoRepeat(false); // a key held down is one press
        connect(action, &QAction::triggered, this,
            [this, each] { press(each, "key " + key(each).toString().toStdString()); });
        m_actions[static_cast<std::size_t>(each)] = action;
    }
    m_disarming.setSingleShot(true);
    m_disarming.setInterval(armedFor);
    connect(&m_disarming, &QTimer::timeout, this, &EmergencyControl::disarm);
    // What was armed for one symbol must not hit another.
    connect(&tools.link, &SymbolLink::symbolChanged, this, [this] {
        if (m_armed == Action::CloseSymbol) {
            disarm();
        }
        retitle();
    });
    retitle();
}

void EmergencyControl::retitle()
{
    for (const Action each : all) {
        action(each)->setText(title(each));
        action(each)->setToolTip(explanation(each));
    }
    emit changed();
}

QString EmergencyControl::id(Action action)
{
    switch (action) {
    case Action::StopOpening:
        return QStringLiteral("stopOpening");
    case Action::CancelEntries:
        return QStringLiteral("cancelEntries");
    case Action::CancelAll:
        return QStringLiteral("cancelAll");
    case Action::CloseSymbol:
        return QStringLiteral("closeSymbol");
    case Action::FlattenAll:
        break;
    }
    return QStringLiteral("flattenAll");
}

QKeySequence EmergencyControl::key(Action action)
{
    switch (action) {
    case Action::StopOpening:
        return Qt::CTRL | Qt::Key_F7;
    case Action::CancelEntries:
        return Qt::CTRL | Qt::Key_F8;
    case Action::CancelAll:
        return Qt::CTRL | Qt::SHIFT | Qt::Key_F8;
    case Action::CloseSymbol:
        return Qt::CTRL | Qt::Key_F9;
    case Action::FlattenAll:
        break;
    }
    return Qt::CTRL | Qt::SHIFT | Qt::Key_F9;
}

QString EmergencyControl::title(Action action) const
{
    switch (action) {
    case Action::StopOpening:
        return tr("Stop opening");
    case Action::CancelEntries:
        return tr("Cancel entries");
    case Action::CancelAll:
        return tr("Cancel all");
    case Action::CloseSymbol:
        return tr("Close %1").arg(live::toQString(m_tools.link.symbol()));
    case Action::FlattenAll:
        break;
    }
    return tr("Flatten all");
}

QString EmergencyControl::explanation(Action action) const
{
    const auto what = [this, action] {
        switch (action) {
        case Action::StopOpening:
            return tr(
                "No order that could open or enlarge a position leaves any more, until you open the gate "
                "again in Connection and limits. Nothing is cancelled or closed.");
        case Action::CancelEntries:
            return tr("Cancels every order that could open or enlarge a position, of every symbol. Stops and "
                      "targets stay.");
        case Action::CancelAll:
            return tr("Cancels every order of every symbol, stops and targets included: positions are left "
                      "without protection.");
        case Action::CloseSymbol:
            return tr(
                "Cancels the entries of %1, closes its position at the market, then cancels what is left.")
                .arg(live::toQString(m_tools.link.symbol()));
        case Action::FlattenAll:
            break;
        }
        return tr(
            "Stops opening, cancels every entry, closes every position at the market, then cancels what "
            "is left.");
    }();
    return what + u'\n' +
           tr("Press twice within 2 s, or hold the button. %1")
               .arg(key(action).toString(QKeySequence::NativeText));
}

void EmergencyControl::press(Action action, const std::string &where)
{
    const domain::Monotonic now = m_tools.window.clock.monotonicNow();
    const auto sinceArmed = now - m_armedAt;
    if (m_armed == action && sinceArmed < bounce) {
        return;
    }
    if (m_armed == action && sinceArmed <= armedFor) {
        fire(action, where);
        return;
    }
    m_armed = action;
    m_armedAt = now;
    m_disarming.start();
    emit changed();
}

void EmergencyControl::disarm()
{
    m_disarming.stop();
    m_armed.reset();
    emit changed();
}

void EmergencyControl::fire(Action action, const std::string &where)
{
    disarm();
    switch (action) {
    case Action::StopOpening:
        stopOpening();
        break;
    case Action::CancelEntries:
        act({Kind::CancelEntries, {}}, where);
        break;
    case Action::CancelAll:
        act({Kind::CancelAll, {}}, where);
        break;
    case Action::CloseSymbol:
        if (m_tools.link.symbol().empty()) {
            return;
        }
        act({Kind::CloseSymbol, m_tools.link.symbol()}, where);
        break;
    case Action::FlattenAll:
        act({Kind::FlattenAll, {}}, where);
        break;
    }
    emit fired(action);
}

void EmergencyControl::stopOpening()
{
    live::LogModel &log = m_tools.window.models.log;
    ports::whenFinished(
        m_tools.window.trading.stopOpening(), &log, [&log](const domain::Result<bool> &result) {
            log.report(result ? live::LogModel::Warning : live::LogModel::Problem,
                result ? tr("You stopped the opening of orders.")
                       : tr("Opening could not be stopped: %1").arg(live::toQString(result.error().detail)));
        });
}

void EmergencyControl::act(domain::EmergencyAction action, const std::string &where)
{
    live::Models &models = m_tools.window.models;
    models.log.report(live::LogModel::Warning, tr("%1 was asked for.").arg(live::actionWord(action)));
    ports::whenFinished(m_tools.window.trading.emergency(action, where), &models.emergencies,
        [&models](const ports::EmergencyPtr &report) {
            models.emergencies.apply(report);
            models.log.report(live::LogModel::Warning, models.emergencies.summary());
        });
}

} // namespace ui
