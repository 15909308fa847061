#pragma once

#include "models/domain/order.h"
#include "models/ports/future.h"

#include <QObject>

#include <string>
#include <vector>

namespace ports
{

/// An order as the journal holds it: written before it was sent, updated with what became of it.
struct JournalOrder
{
    domain::Order order;
    domain::Timestamp intentAt;
    domain::Timestamp sentAt; ///< epoch 0 while not handed over
};

/// Durable record of what we asked the venue for. Answers only after the data is on the disk.
class Journal : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// The next client order id: unique for ever, also across crashes (install id, boot counter, sequence).
    virtual std::string nextClientOrderId() = 0;
    /// Stores the intent. Storage error: nothing may be sent.
    virtual QFuture<Result<bool>> recordIntent(domain::Order order) = 0;
    /// Notes that the order is about to be handed to the network.
    virtual QFuture<Result<bool>> recordSent(std::string clientOrderId, domain::Timestamp at) = 0;
    /// Notes the newest folded state. A failure is reported, never fatal: the exchange still has the truth.
    virtual QFuture<Result<bool>> recordState(domain::Order order) = 0;
    /// Orders that were not final when last recorded; asked for once at start.
    virtual QFuture<Result<std::vector<JournalOrder>>> unresolved() = 0;
    /// The last orders recorded, newest first.
    virtual QFuture<Result<std::vector<JournalOrder>>> recent(int limit) = 0;
};

} // namespace ports
