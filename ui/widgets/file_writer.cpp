#include "ui/widgets/file_writer.h"

#include "models/ports/future.h"

#include <QCoreApplication>
#include <QSaveFile>
#include <QThreadPool>

namespace ui
{

namespace
{

QString write(const QString &path, const QByteArray &content)
{
    QSaveFile file{path};
    // commit() does not tell of what it still has to write.
    if (file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.flush() &&
        file.commit()) {
        return {};
    }
    return QCoreApplication::translate("ui::FileWriter", "%1 was not written: %2. What was there is kept.")
        .arg(path, file.errorString());
}

} // namespace

void writeFile(QObject *receiver, const QString &path, const QByteArray &content,
    std::function<void(const QString &failure)> onDone)
{
    auto promise = std::make_shared<QPromise<QString>>();
    promise->start();
    ports::whenFinished(promise->future(), receiver, std::move(onDone));
    QThreadPool::globalInstance()->start([promise, path, content] {
        promise->addResult(write(path, content));
        promise->finish();
    });
}

} // namespace ui
