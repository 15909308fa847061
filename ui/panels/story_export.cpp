#include "ui/panels/story_export.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/file_writer.h"

#include <QCoreApplication>
#include <QFileDialog>

namespace ui
{

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("ui::StoryExport", text);
}

/// Ids of other programs may hold anything: what a file name must not hold is left out.
QString fileNameFor(const std::string &clientOrderId)
{
    QString name = QStringLiteral("order-");
    for (const QChar letter : live::toQString(clientOrderId)) {
        if (letter.unicode() < 128 && (letter.isLetterOrNumber() || letter == u'-' || letter == u'_')) {
            name += letter;
        }
    }
    return name + QStringLiteral(".csv");
}

} // namespace

void exportStory(QWidget *parent, const PanelTools &tools, const live::OrderStoryModel &story)
{
    auto *dialog = new QFileDialog{parent, tr("Export the time line")};
    dialog->setObjectName(QStringLiteral("storyFile"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Table (*.csv)"), tr("JSON (*.json)")});
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(fileNameFor(story.clientOrderId()));
    const QByteArray csv = story.toCsv();
    const QByteArray json = story.toJson();
    live::LogModel &log = tools.window.models.log;
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString &filter) {
        dialog->setDefaultSuffix(filter.contains(u"json") ? QStringLiteral("json") : QStringLiteral("csv"));
    });
    QObject::connect(dialog, &QFileDialog::fileSelected, &log, [csv, json, &log](const QString &path) {
        const bool isJson = path.endsWith(u".json", Qt::CaseInsensitive);
        writeFile(&log, path, isJson ? json : csv, [&log, path](const QString &failure) {
            log.report(failure.isEmpty() ? live::LogModel::Info : live::LogModel::Problem,
                failure.isEmpty() ? tr("The time line was written to %1.").arg(path) : failure);
        });
    });
    dialog->open();
}

void exportStory(QWidget *parent, const PanelTools &tools, const std::string &clientOrderId)
{
    auto *story = new live::OrderStoryModel{tools.window.trading, tools.window.models.times, parent};
    const auto finish = [parent, tools, story] {
        if (story->rowCount() > 0) {
            exportStory(parent, tools, *story);
        } else {
            tools.window.models.log.report(
                live::LogModel::Warning, tr("Nothing is written down of this order; no file was made."));
        }
        story->deleteLater();
    };
    QObject::connect(story, &live::OrderStoryModel::told, parent, finish, Qt::SingleShotConnection);
    QObject::connect(story, &live::OrderStoryModel::failed, parent, [tools, story](const QString &reason) {
        tools.window.models.log.report(
            live::LogModel::Problem, tr("The time line was not read: %1").arg(reason));
        story->deleteLater();
    });
    story->follow(clientOrderId);
}

} // namespace ui
