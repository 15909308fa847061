#pragma once

#include "app/command_line.h"
#include "models/domain/result.h"

#include <QString>

namespace app
{

/// Where the program keeps its files. Each venue has a folder of its own, so that no state is ever mixed.
class DataDirectory
{
public:
    /// Makes the folder (mode 0700) and tries whether it can be written. Storage: the sentence names the
    /// folder and why not. root: empty for the desktop's place for application data.
    static domain::Result<DataDirectory> open(const QString &root);

    const QString &root() const { return m_root; }
    QString settingsFile() const; ///< what belongs to no venue
    QString logFolder() const;
    /// Folder of one venue, made if missing. Custom venues are told apart by their REST host and port.
    domain::Result<QString> venueFolder(VenueKind kind, const QUrl &customRest = {}) const;
    /// Folder of replays: their journal and settings, apart from those of the paper account.
    domain::Result<QString> replayFolder() const;

private:
    explicit DataDirectory(QString root);
    domain::Result<QString> subfolder(const QString &name) const;
    QString m_root;
};

} // namespace app
