#pragma once

#include "models/domain/orders/journal_entry.h"
#include "models/ports/future.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <string>
#include <vector>

namespace ports
{

/// Everything that would be there if the power went now, for people.
struct JournalStatus
{
    std::int64_t entries = 0;          ///< kept since the beginning, archived ones included
    std::int64_t unresolvedOrders = 0; ///< not Done when last recorded
    std::int64_t bytes = 0;            ///< on the disk, the part not merged yet included
    domain::Timestamp lastCommitAt;    ///< epoch 0 before the first one of this run
    domain::Milliseconds slowestOfLast100{0};
    QString path;
    QString lastBackupPath; ///< empty: none yet
    domain::Timestamp lastBackupAt;
    bool isChainIntact = false; ///< as of the last check, which every start makes
    int waiting = 0;            ///< entries handed in, not on the disk yet
};

/// Durable record of what we asked the venue for and what became of it. Callable from any thread.
class Journal : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// The next client order id: unique for ever, also across crashes.
    virtual std::string nextClientOrderId() = 0;
    /// Keeps the entries in one transaction, all or none, in the order of the calls. The answer comes once
    /// they are on the disk. Storage: nothing may be sent on their account. Nothing was kept, but for one
    /// case: where the disk failed in the very act, the entries may turn up at the next start.
    virtual QFuture<Result<bool>> append(domain::JournalEntries entries) = 0;
    /// What there was at the start of this run; asked for once. An order of which only the intent is known
    /// counts as sent with an unknown outcome and has the phase InFlight.
    virtual QFuture<Result<domain::JournalPast>> past() = 0;
    /// The last own orders recorded, newest first.
    virtual QFuture<Result<std::vector<domain::Order>>> recent(int limit) = 0;
    /// The life of an order, oldest first.
    virtual QFuture<Result<std::vector<domain::OrderMoment>>> story(std::string clientOrderId) = 0;
    virtual QFuture<Result<JournalStatus>> status() = 0;
    enum class ExportFormat : std::uint8_t { Csv, Json };
    /// Writes orders, fills and time lines into a file, which is there whole or not at all. Answers the
    /// number of rows.
    virtual QFuture<Result<std::int64_t>> exportTo(QString path, ExportFormat format) = 0;

signals:
    void committed(domain::Milliseconds took);
    void failing(const QString &sentence); ///< a commit failed
    void recovered();                      ///< a test commit after a failure went through
};

} // namespace ports
