#pragma once

#include "models/domain/result.h"
#include "models/domain/venue.h"
#include "models/ports/drill_ground.h"
#include "ui/survival_facts.h"

#include <QFuture>
#include <QString>
#include <QVariant>

#include <cstdint>
#include <functional>

namespace domain
{
class Clock;
}
namespace ports
{
class Account;
class MarketData;
class Trading;
class VenueHealth;
} // namespace ports
namespace live
{
class Models;
}

namespace ui
{

using domain::VenueKind;

class AlertDelivery;

/// Where the window keeps its arrangement. One store per venue: nothing is shared between them.
class SettingsStore
{
public:
    SettingsStore() = default;
    SettingsStore(const SettingsStore &) = delete;
    SettingsStore &operator=(const SettingsStore &) = delete;
    virtual ~SettingsStore() = default;
    virtual QVariant value(const QString &key, const QVariant &fallback = {}) const = 0;
    virtual void setValue(const QString &key, const QVariant &value) = 0;
    virtual void remove(const QString &key) = 0;
};

/// All a window is made of. Everything is borrowed and outlives the window.
struct MainWindowContext
{
    VenueKind venue = VenueKind::Paper;
    QString venueName; ///< shown beside the band's word: "built-in exchange", "fapi.binance.com"
    live::Models &models;
    ports::MarketData &marketData;
    ports::Trading &trading;
    ports::Account &account;
    ports::VenueHealth &health;
    SettingsStore &settings;
    const domain::Clock &clock;
    AlertDelivery *alertDelivery = nullptr; ///< null: alerts reach people in the window only
    /// The journal's part of what would survive a sudden end. Empty: not offered.
    std::function<QFuture<domain::Result<SurvivalFacts>>()> survivalFacts = {};
    /// Writes the journal into a file, CSV or JSON by its ending, and answers the number of rows. Empty: not
    /// offered.
    std::function<QFuture<domain::Result<std::int64_t>>(const QString &path)> exportJournal = {};
    /// Where fire drills are played. Empty: not offered.
    ports::DrillGround drillGround = {};
};

} // namespace ui
