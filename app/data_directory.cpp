#include "app/data_directory.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryFile>

namespace app
{
namespace
{

/// Makes the folder for its owner alone and proves that a file can be written in it.
domain::Result<bool> makeWritable(const QString &folder)
{
    const auto refuse = [&](const QString &why) {
        const QString sentence = QStringLiteral("Headroom cannot keep its files in ") + folder +
                                 QStringLiteral(": ") + why +
                                 QStringLiteral(" Choose another place with --data-dir.");
        return domain::failure(domain::ErrorCode::Storage, sentence.toStdString());
    };
    if (!QDir{}.mkpath(folder)) {
        return refuse(QStringLiteral("the folder cannot be made."));
    }
    QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    QTemporaryFile probe{folder + QStringLiteral("/.write-XXXXXX")};
    if (!probe.open() || probe.write("headroom") != 8 || !probe.flush()) {
        return refuse(probe.errorString() + u'.');
    }
    return true;
}

} // namespace

DataDirectory::DataDirectory(QString root) : m_root{std::move(root)} {}

domain::Result<DataDirectory> DataDirectory::open(const QString &root)
{
    const QString chosen =
        root.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) : root;
    const QString absolute = QDir::cleanPath(QDir{chosen}.absolutePath());
    return makeWritable(absolute).map([&](bool) { return DataDirectory{absolute}; });
}

QString DataDirectory::settingsFile() const
{
    return m_root + QStringLiteral("/settings.ini");
}

QString DataDirectory::logFolder() const
{
    return m_root + QStringLiteral("/log");
}

domain::Result<QString> DataDirectory::venueFolder(VenueKind kind, const QUrl &customRest) const
{
    QString name = venueName(kind);
    if (kind == VenueKind::Custom) {
        static const QRegularExpression unsafe{QStringLiteral("[^A-Za-z0-9.-]")};
        const QString port = customRest.port() > 0 ? u'-' + QString::number(customRest.port()) : QString{};
        name += u'-' + customRest.host().replace(unsafe, QStringLiteral("_")) + port;
    }
    return subfolder(name);
}

domain::Result<QString> DataDirectory::replayFolder() const
{
    return subfolder(QStringLiteral("paper-replay"));
}

domain::Result<QString> DataDirectory::subfolder(const QString &name) const
{
    const QString folder = m_root + u'/' + name;
    return makeWritable(folder).map([&](bool) { return folder; });
}

} // namespace app
