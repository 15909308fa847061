#include "app/settings_file.h"

namespace app
{

SettingsFile::SettingsFile(const QString &path) : m_settings{path, QSettings::IniFormat} {}

QVariant SettingsFile::value(const QString &key, const QVariant &fallback) const
{
    return m_settings.value(key, fallback);
}

void SettingsFile::setValue(const QString &key, const QVariant &value)
{
    m_settings.setValue(key, value);
}

void SettingsFile::remove(const QString &key)
{
    m_settings.remove(key);
}

bool SettingsFile::save()
{
    m_settings.sync();
    return m_settings.status() == QSettings::NoError;
}

} // namespace app
