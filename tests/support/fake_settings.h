#pragma once

#include "ui/context.h"

#include <QMap>

namespace support
{

/// Settings in memory.
class FakeSettings final : public ui::SettingsStore
{
public:
    QMap<QString, QVariant> values;

    QVariant value(const QString &key, const QVariant &fallback = {}) const override
    {
        return values.value(key, fallback);
    }
    void setValue(const QString &key, const QVariant &value) override { values.insert(key, value); }
    void remove(const QString &key) override { values.remove(key); }
};

} // namespace support
