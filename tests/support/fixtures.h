#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace support
{

/// Folder of recorded exchange data: $HEADROOM_FIXTURES, else ../shared/fixtures beside the checkout. Empty
/// where neither is there; a test that needs it then skips itself, since the recordings are not part of the
/// repository.
QString fixturesFolder();
/// Content of one fixture, gunzipped where its name ends in .gz; empty where it is missing.
QByteArray fixture(const QString &relativePath);
/// All files below a folder of the fixtures, sorted; relative to fixturesFolder().
QStringList fixturesBelow(const QString &relativeFolder);

} // namespace support
