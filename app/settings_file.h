#pragma once

#include "ui/context.h"

#include <QSettings>

namespace app
{

/// Settings of one venue in an INI file. Arrangement and taste only; never a key.
class SettingsFile final : public ui::SettingsStore
{
public:
    explicit SettingsFile(const QString &path);
    QVariant value(const QString &key, const QVariant &fallback = {}) const override;
    void setValue(const QString &key, const QVariant &value) override;
    void remove(const QString &key) override;
    /// Writes what has changed. False where the file cannot be written; nothing of what it held before is
    /// lost then.
    bool save();

private:
    QSettings m_settings;
};

} // namespace app
