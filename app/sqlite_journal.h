#pragma once

#include "models/domain/time.h"
#include "models/ports/journal.h"

#include <QString>
#include <QThread>

#include <atomic>
#include <memory>
#include <string>

namespace app
{

/// What opening the journal brought.
struct JournalOpening
{
    QString notice; ///< a sentence for the user where the old file was damaged and set aside; else empty
    std::string ownPrefix; ///< what all client order ids of this installation begin with
};

struct JournalOptions
{
    int maxPages = 0; ///< largest size of the file in pages of 4096 bytes; 0: as large as the disk allows
};

/// The journal as one SQLite file on a thread of its own: WAL, synchronous=FULL, so an answer means that the
/// data is on the disk. One file belongs to one venue and account; while it is open no other process can use
/// it. Errors are ErrorCode::Storage with a sentence for the user. Callable from any thread.
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

    /// Empty before open() has answered.
    std::string nextClientOrderId() override;
    QFuture<ports::Result<bool>> recordIntent(domain::Order order) override;
    QFuture<ports::Result<bool>> recordSent(std::string clientOrderId, domain::Timestamp at) override;
    /// False: no order of this journal, so nothing was stored.
    QFuture<ports::Result<bool>> recordState(domain::Order order) override;
    QFuture<ports::Result<std::vector<ports::JournalOrder>>> unresolved() override;
    QFuture<ports::Result<std::vector<ports::JournalOrder>>> recent(int limit) override;

private:
    class Worker;

    QThread m_thread;
    Worker *m_worker = nullptr; ///< lives on m_thread
};

} // namespace app
