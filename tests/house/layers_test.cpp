#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <map>

/// Reads every include of the house and fails on an arrow that ARCHITECTURE.md lacks.
class LayersTest : public QObject
{
    Q_OBJECT
private slots:
    void everyIncludeFollowsTheArrows()
    {
        // room -> rooms whose headers it may include, besides its own
        const std::map<QString, QStringList> arrows{
            {QStringLiteral("models/domain"), {}},
            {QStringLiteral("models/ports"), {QStringLiteral("models/domain")}},
            {QStringLiteral("models/live"),
                {QStringLiteral("models/ports"), QStringLiteral("models/domain")}},
            {QStringLiteral("exchange/transport"), {QStringLiteral("models/domain")}},
            {QStringLiteral("exchange/binance"),
                {QStringLiteral("exchange/transport"), QStringLiteral("models/ports"),
                    QStringLiteral("models/domain")}},
            {QStringLiteral("exchange/paper/core"), {QStringLiteral("models/domain")}},
            {QStringLiteral("exchange/paper/server"),
                {QStringLiteral("exchange/paper/core"), QStringLiteral("models/domain")}},
            {QStringLiteral("ui"), {QStringLiteral("models/live"), QStringLiteral("models/ports"),
                                       QStringLiteral("models/domain")}},
        };
        const QRegularExpression include{QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]")};
        const QRegularExpression qtHeader{QStringLiteral("^Q[A-Z]|^Qt")};
        int files = 0;
        for (const auto &[room, allowed] : arrows) {
            QDirIterator sources{QStringLiteral(HEADROOM_SOURCE_DIR "/") + room,
                {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories};
            while (sources.hasNext()) {
                QFile file{sources.next()};
                QVERIFY(file.open(QIODevice::ReadOnly | QIODevice::Text));
                ++files;
                while (!file.atEnd()) {
                    const auto match = include.match(QString::fromUtf8(file.readLine()));
                    if (!match.hasMatch()) {
                        continue;
                    }
                    const QString header = match.captured(1);
                    const bool isOurs = header.startsWith(u"models/") || header.startsWith(u"exchange/") ||
                                        header.startsWith(u"ui/") || header.startsWith(u"app/") ||
                                        header.startsWith(u"tests/");
                    const auto isIn = [&header](
                                          const QString &folder) { return header.startsWith(folder + u'/'); };
                    if (isOurs && !isIn(room) && std::ranges::none_of(allowed, isIn)) {
                        QFAIL(qPrintable(file.fileName() + QStringLiteral(" includes ") + header));
                    }
                    const bool isPlain = room == u"models/domain" || room == u"exchange/paper/core";
                    if (isPlain && qtHeader.match(header).hasMatch()) {
                        QFAIL(qPrintable(
                            file.fileName() + QStringLiteral(" is a plain core but includes ") + header));
                    }
                }
            }
        }
        QVERIFY(files > 10);
    }
};

QTEST_APPLESS_MAIN(LayersTest)
#include "layers_test.moc"
