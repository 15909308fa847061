#pragma once

#include "app/journal_file.h"
#include "models/domain/time.h"
#include "models/ports/journal.h"

#include <QString>
#include <QThread>

#include <string>

namespace app
{

/// What opening the journal brought.
struct JournalOpening
{
    QString notice; ///< sentences for the user, e.g. where the old file was damaged and set aside; else empty
    std::string ownPrefix; ///< what all client order ids of this installation begin with
};

struct JournalOptions : JournalFileOptions
{
    domain::Milliseconds retryEvery{2'000}; ///< between two tries to write again after a failure
    /// What is older, or more, is archived and taken out at the next start.
    domain::Milliseconds maxAge = std::chrono::hours{24 * 90};
    std::int64_t maxEntries = 1'000'000;
};

/// The journal as one SQLite file on a thread of its own: WAL, synchronous=FULL, so an answer means that the
/// data is on the disk. What waits while the disk is busy goes into the next transaction together.
///
/// After a failed write the handle is dead: it is closed, the file is opened and checked anew, and once a
/// test went through recovered() is told. Meanwhile everything is refused at once. On a full disk intents are
/// refused, while states and moments are still kept in a reserve, so that cancels leave their traces.
///
/// One file belongs to one venue and account; while it is open no other process can use it. Errors are
/// ErrorCode::Storage with a sentence for the user. Callable from any thread; the signals come on the
/// journal's own.
class SqliteJournal final : public ports::Journal
{
    Q_OBJECT
public:
    SqliteJournal(
        QString path, const domain::Clock &clock, JournalOptions options = {}, QObject *parent = nullptr);
    /// Carries out what was asked for, then closes.
    ~SqliteJournal() override;

    /// Opens or makes the file, brings its schema up to date and counts this start. A damaged file is set
    /// aside and a new one begun. Storage: the sentence says why not; nothing else works then.
    QFuture<ports::Result<JournalOpening>> open();
    /// Closes the file; whatever is asked for later fails. For an orderly end without waiting in the
    /// destructor.
    QFuture<bool> close();
    /// Copies the journal into backups/ beside it while it is in use; also done at a start once a day. The
    /// last seven are kept. Answers where it is.
    QFuture<ports::Result<QString>> backUp();

    /// Empty before open() has answered.
    std::string nextClientOrderId() override;
    QFuture<ports::Result<bool>> append(domain::JournalEntries entries) override;
    QFuture<ports::Result<domain::JournalPast>> past() override;
    QFuture<ports::Result<std::vector<domain::Order>>> recent(int limit) override;
    QFuture<ports::Result<std::vector<domain::OrderMoment>>> story(std::string clientOrderId) override;
    QFuture<ports::Result<ports::JournalStatus>> status() override;
    QFuture<ports::Result<std::int64_t>> exportTo(QString path, ExportFormat format) override;

private:
    class Worker;

    QThread m_thread;
    Worker *m_worker = nullptr; ///< lives on m_thread
};

} // namespace app
