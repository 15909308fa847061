#include "app/sqlite_journal.h"

#include "app/client_order_ids.h"
#include "app/journal_file.h"

#include <optional>
#include <utility>

namespace app
{

using domain::ErrorCode;
using domain::failure;
using ports::JournalOrder;
using ports::Result;

/// Owns the file; lives on the journal's thread.
class SqliteJournal::Worker final : public QObject
{
public:
    Worker(QString path, const domain::Clock &clock, JournalOptions options)
        : m_path{std::move(path)},
          m_clock{clock},
          m_options{options}
    {
    }

    Result<JournalOpening> open()
    {
        if (m_file) {
            return failure(ErrorCode::Storage, "The journal is open already.");
        }
        auto file = JournalFile::open(m_path, m_clock.wallNow(), m_options.maxPages);
        if (!file) {
            return tl::unexpected{file.error()};
        }
        m_file.emplace(std::move(*file));
        m_installId = m_file->installId();
        m_boot = m_file->boot();
        m_canMakeIds.store(true, std::memory_order_release);
        return JournalOpening{m_file->notice(), 't' + m_installId};
    }

    bool close()
    {
        m_canMakeIds.store(false, std::memory_order_release);
        m_file.reset();
        return true;
    }

    /// Any thread.
    std::string nextClientOrderId()
    {
        if (!m_canMakeIds.load(std::memory_order_acquire)) {
            return {};
        }
        return client_order_ids::make(m_installId, m_boot, ++m_sequence);
    }

    /// work(file), or the reason why there is none.
    template <class Work> auto with(Work work) -> decltype(work(std::declval<JournalFile &>()))
    {
        if (!m_file) {
            return failure(ErrorCode::Storage, "The journal is not open.");
        }
        auto done = work(*m_file);
        if (!done) {
            done.error().detail = "The journal could not be written or read. " + done.error().detail;
        }
        return done;
    }

private:
    QString m_path;
    const domain::Clock &m_clock;
    JournalOptions m_options;
    std::optional<JournalFile> m_file;
    std::atomic<bool> m_canMakeIds{false}; ///< guards the two below
    std::string m_installId;
    std::uint32_t m_boot = 0;
    std::atomic<std::uint32_t> m_sequence{0};
};

SqliteJournal::SqliteJournal(
    QString path, const domain::Clock &clock, JournalOptions options, QObject *parent)
    : ports::Journal{parent},
      m_worker{new Worker{std::move(path), clock, options}}
{
    m_thread.setObjectName(QStringLiteral("journal"));
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.start();
}

SqliteJournal::~SqliteJournal()
{
    // Behind everything that was asked for.
    QMetaObject::invokeMethod(
        m_worker,
        [worker = m_worker, thread = &m_thread] {
            worker->close();
            thread->quit();
        },
        Qt::QueuedConnection);
    m_thread.wait();
}

QFuture<Result<JournalOpening>> SqliteJournal::open()
{
    return ports::onThreadOf(m_worker, [worker = m_worker] { return worker->open(); });
}

QFuture<bool> SqliteJournal::close()
{
    return ports::onThreadOf(m_worker, [worker = m_worker] { return worker->close(); });
}

std::string SqliteJournal::nextClientOrderId()
{
    return m_worker->nextClientOrderId();
}

QFuture<Result<bool>> SqliteJournal::recordIntent(domain::Order order)
{
    return ports::onThreadOf(m_worker, [worker = m_worker, order = std::move(order)] {
        return worker->with([&order](JournalFile &file) -> Result<bool> {
            if (!client_order_ids::isValid(order.clientOrderId())) {
                return failure(ErrorCode::Storage, "The order has no client order id of this journal.");
            }
            return file.insertIntent(order);
        });
    });
}

QFuture<Result<bool>> SqliteJournal::recordSent(std::string clientOrderId, domain::Timestamp at)
{
    return ports::onThreadOf(m_worker, [worker = m_worker, id = std::move(clientOrderId), at] {
        return worker->with([&id, at](JournalFile &file) { return file.markSent(id, at); });
    });
}

QFuture<Result<bool>> SqliteJournal::recordState(domain::Order order)
{
    return ports::onThreadOf(m_worker, [worker = m_worker, order = std::move(order)] {
        return worker->with([&order](JournalFile &file) { return file.updateState(order); });
    });
}

QFuture<Result<std::vector<JournalOrder>>> SqliteJournal::unresolved()
{
    return ports::onThreadOf(m_worker,
        [worker = m_worker] { return worker->with([](JournalFile &file) { return file.unresolved(); }); });
}

QFuture<Result<std::vector<JournalOrder>>> SqliteJournal::recent(int limit)
{
    return ports::onThreadOf(m_worker, [worker = m_worker, limit] {
        return worker->with([limit](JournalFile &file) { return file.recent(limit); });
    });
}

} // namespace app
