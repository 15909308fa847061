#include "tests/support/fixtures.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>

#include <zlib.h>

namespace support
{

QString fixturesFolder()
{
    const QString named = qEnvironmentVariable("HEADROOM_FIXTURES");
    const QString beside = QDir::cleanPath(QStringLiteral(HEADROOM_SOURCE_DIR "/../shared/fixtures"));
    for (const QString &folder : {named, beside}) {
        if (!folder.isEmpty() && QDir{folder}.exists()) {
            return folder;
        }
    }
    return {};
}

QByteArray fixture(const QString &relativePath)
{
    const QString path = fixturesFolder() + u'/' + relativePath;
    const gzFile file = gzopen(QFile::encodeName(path).constData(), "rb"); // reads plain files as they are
    if (file == nullptr) {
        return {};
    }
    QByteArray content;
    QByteArray chunk{1 << 20, Qt::Uninitialized};
    for (int read = 0; (read = gzread(file, chunk.data(), static_cast<unsigned>(chunk.size()))) > 0;) {
        content.append(chunk.constData(), read);
    }
    gzclose(file);
    return content;
}

QStringList fixturesBelow(const QString &relativeFolder)
{
    const QDir root{fixturesFolder()};
    QStringList found;
    for (QDirIterator files{root.filePath(relativeFolder), QDir::Files, QDirIterator::Subdirectories};
         files.hasNext();) {
        found << root.relativeFilePath(files.next());
    }
    found.sort();
    return found;
}

} // namespace support
