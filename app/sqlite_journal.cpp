#include "app/sqlite_journal.h"

#include "app/client_order_ids.h"
#include "app/journal_backup.h"
#include "app/journal_export.h"

#include <QDir>
#include <QFileInfo>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace app
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::JournalEntries;
using domain::Milliseconds;
using ports::Result;

// A transaction of this many entries takes some 20 ms; more than it were never seen waiting.
constexpr std::size_t mostEntriesAtOnce = 4'096;
constexpr std::size_t rememberedCommits = 100;
constexpr domain::Milliseconds backupEvery = std::chrono::hours{24};
constexpr int backupPages = 64; // some 2 ms at a time
constexpr const char *notOpen = "The journal is not open.";

template <class T> Result<T> explained(Result<T> outcome)
{
    if (!outcome) {
        outcome.error().detail = "The journal could not be written or read. " + outcome.error().detail;
    }
    return outcome;
}

} // namespace

/// Owns the file; lives on the journal's thread.
class SqliteJournal::Worker final : public QObject
{
public:
    Worker(SqliteJournal &port, QString path, const domain::Clock &clock, JournalOptions options)
        : m_port{port},
          m_path{std::move(path)},
          m_clock{clock},
          m_options{std::move(options)}
    {
    }

    Result<JournalOpening> open()
    {
        if (m_file) {
            return failure(ErrorCode::Storage, "The journal is open already.");
        }
        auto file = JournalFile::open(m_path, m_clock.wallNow(), m_options);
        if (!file) {
            return tl::unexpected{file.error()};
        }
        m_file.emplace(std::move(*file));
        m_installId = m_file->installId();
        m_boot = m_file->boot();
        m_canMakeIds.store(true, std::memory_order_release);
        m_retry = std::make_unique<QTimer>();
        connect(m_retry.get(), &QTimer::timeout, this, [this] { tryAgain(); });
        prune();
        const auto latest = journal_backups::latest(m_path);
        if (hasFolder() && m_clock.wallNow() - latest.at >= backupEvery) {
            (void)backUp();
        }
        return JournalOpening{m_file->notice(), 't' + m_installId};
    }

    bool close()
    {
        commitWaiting();
        m_canMakeIds.store(false, std::memory_order_release);
        endBackup(failure(ErrorCode::Storage, "The journal was closed before its backup was made."));
        m_retry.reset();
        m_file.reset();
        m_failure = notOpen;
        return true;
    }

    QFuture<Result<QString>> backUp()
    {
        if (m_backup) {
            return m_backup->promise.future();
        }
        auto copy = with([this](JournalFile &file) -> Result<JournalBackup> {
            if (!hasFolder() || !journal_backups::makeFolder(m_path)) {
                return failure(ErrorCode::Storage, "There is no folder for backups.");
            }
            return JournalBackup::begin(file, journal_backups::nameFor(m_path, m_clock.wallNow()));
        });
        if (!copy) {
            return ports::finished<Result<QString>>(tl::unexpected{copy.error()});
        }
        m_backup = std::make_unique<Backup>(Backup{std::move(*copy), {}});
        m_backup->promise.start();
        auto future = m_backup->promise.future();
        stepBackup();
        return future;
    }

    /// Any thread.
    std::string nextClientOrderId()
    {
        if (!m_canMakeIds.load(std::memory_order_acquire)) {
            return {};
        }
        return client_order_ids::make(m_installId, m_boot, ++m_sequence);
    }

    /// Any thread.
    QFuture<Result<bool>> append(JournalEntries entries)
    {
        auto waiting = std::make_shared<Waiting>();
        waiting->entries = std::move(entries);
        waiting->promise.start();
        auto future = waiting->promise.future();
        m_waitingCount += static_cast<int>(waiting->entries.size());
        QMetaObject::invokeMethod(
            this, [this, waiting] { take(waiting); }, Qt::QueuedConnection);
        return future;
    }

    /// work(file), or the reason why there is none.
    template <class Work> auto with(Work work) -> decltype(work(std::declval<JournalFile &>()))
    {
        if (!m_file || m_isDead) {
            return failure(ErrorCode::Storage, m_failure);
        }
        return explained(work(*m_file));
    }

    /// As with(), after what was handed in before.
    template <class Work> auto after(Work work) -> decltype(work(std::declval<JournalFile &>()))
    {
        commitWaiting();
        return with(std::move(work));
    }

    Result<ports::JournalStatus> status(JournalFile &file)
    {
        ports::JournalStatus now;
        return file.unresolvedCount()
            .and_then([&](std::int64_t unresolved) {
                now.unresolvedOrders = unresolved;
                return file.bytes();
            })
            .map([&](std::int64_t bytes) {
                now.bytes = bytes + QFileInfo{m_path + QStringLiteral("-wal")}.size();
                describe(file, now);
                return now;
            });
    }

private:
    struct Waiting
    {
        JournalEntries entries;
        QPromise<Result<bool>> promise;
    };

    /// What is known without asking the file.
    void describe(const JournalFile &file, ports::JournalStatus &now) const
    {
        now.entries = file.head().sequence;
        now.lastCommitAt = m_lastCommitAt;
        now.slowestOfLast100 = m_tookLately.empty() ? Milliseconds{} : std::ranges::max(m_tookLately);
        now.path = m_path;
        const auto backup = journal_backups::latest(m_path);
        now.lastBackupPath = backup.path;
        now.lastBackupAt = backup.at;
        now.isChainIntact = true; // or the file would not be open
        now.waiting = m_waitingCount;
    }

    void take(const std::shared_ptr<Waiting> &waiting)
    {
        if (m_waiting.empty()) {
            // Behind what other threads have handed in by now: all of it is one transaction.
            QMetaObject::invokeMethod(
                this, [this] { commitWaiting(); }, Qt::QueuedConnection);
        }
        m_waiting.push_back(waiting);
    }

    void commitWaiting()
    {
        while (!m_waiting.empty()) {
            std::vector<std::shared_ptr<Waiting>> batch;
            std::size_t count = 0;
            while (!m_waiting.empty() && (batch.empty() || count < mostEntriesAtOnce)) {
                count += m_waiting.front()->entries.size();
                batch.push_back(std::move(m_waiting.front()));
                m_waiting.pop_front();
            }
            commit(batch);
        }
    }

    void commit(const std::vector<std::shared_ptr<Waiting>> &batch)
    {
        std::vector<JournalEntries> appends;
        appends.reserve(batch.size());
        for (const auto &one : batch) {
            m_waitingCount -= static_cast<int>(one->entries.size());
            appends.push_back(std::move(one->entries));
        }
        const auto outcome = m_isFull ? refused() : write(appends);
        const bool isShared = batch.size() > 1 && !outcome && SqliteDatabase::isRefusal(outcome.error());
        if (!isShared && !m_isFull) {
            for (const auto &one : batch) {
                answer(*one, outcome);
            }
            return;
        }
        // One of them cannot be kept, the others can; or the disk is full, and what is left of it is for what
        // became of orders.
        for (std::size_t n = 0; n < batch.size(); ++n) {
            answer(*batch[n], m_isFull && hasIntent(appends[n]) ? outcome : write({&appends[n], 1}));
        }
    }

    Result<bool> refused() const { return failure(ErrorCode::Storage, m_failure); }

    static bool hasIntent(const JournalEntries &entries)
    {
        return std::ranges::any_of(entries, [](const domain::JournalEntry &entry) {
            return std::holds_alternative<domain::JournalIntent>(entry);
        });
    }

    Result<bool> write(std::span<const JournalEntries> appends)
    {
        return with([&](JournalFile &file) -> Result<bool> {
            const auto begunAt = m_clock.monotonicNow();
            auto outcome = file.appendAll(appends, m_clock.wallNow());
            const auto took = std::chrono::duration_cast<Milliseconds>(m_clock.monotonicNow() - begunAt);
            if (outcome) {
                m_lastCommitAt = file.head().at;
                m_tookLately.push_back(took);
                if (m_tookLately.size() > rememberedCommits) {
                    m_tookLately.pop_front();
                }
                emit m_port.committed(took);
            } else if (!SqliteDatabase::isRefusal(outcome.error())) {
                fail(outcome.error());
            }
            return outcome;
        });
    }

    // ---- failing and coming back

    void fail(const domain::Error &error)
    {
        const std::string sentence = explained(Result<bool>{tl::unexpected{error}}).error().detail;
        const bool isNews = m_failure != sentence;
        m_failure = sentence;
        if (SqliteDatabase::isFull(error)) {
            if (!std::exchange(m_isFull, true)) {
                (void)m_file->useReserve();
            }
        } else {
            // What a failed sync has left behind cannot be known through this handle: it is never asked
            // again.
            m_isFull = false;
            m_file->abandon();
            m_isDead = true;
        }
        if (isNews) {
            emit m_port.failing(QString::fromStdString(sentence));
        }
        m_retry->start(m_options.retryEvery);
    }

    void tryAgain()
    {
        commitWaiting();
        if (m_isDead && !reopen()) {
            return;
        }
        const auto tested =
            m_file->restoreReserve().and_then([this](bool) { return m_file->testCommit(m_clock.wallNow()); });
        if (!tested) {
            if (!SqliteDatabase::isFull(tested.error()) && tested.error().venueCode != 0) {
                m_file->abandon();
                m_isDead = true;
            }
            return;
        }
        m_retry->stop();
        m_isFull = false;
        m_failure = notOpen;
        emit m_port.recovered();
    }

    bool reopen()
    {
        if (m_file) {
            endBackup(failure(ErrorCode::Storage, "The journal failed while its backup was made."));
            m_dead = std::move(m_file);
            m_file.reset();
        }
        m_dead->closeHandle();
        auto file = JournalFile::openAgain(*m_dead);
        if (!file) {
            return false;
        }
        m_file.emplace(std::move(*file));
        m_dead.reset();
        m_isDead = false;
        return true;
    }

    // ---- backups

    /// Whether the journal lies in a folder of this machine.
    bool hasFolder() const { return m_options.vfs.empty() && QDir::isAbsolutePath(m_path); }

    void stepBackup()
    {
        const auto more = m_backup->copy.step(backupPages);
        if (more && *more) {
            // Behind what was handed in meanwhile.
            QTimer::singleShot(0, this, [this] {
                if (m_backup) {
                    stepBackup();
                }
            });
            return;
        }
        if (!more) {
            return endBackup(tl::unexpected{more.error()});
        }
        journal_backups::removeOld(m_path);
        endBackup(m_backup->copy.target());
    }

    void endBackup(Result<QString> outcome)
    {
        if (m_backup) {
            m_backup->promise.addResult(std::move(outcome));
            m_backup->promise.finish();
            m_backup.reset();
        }
    }

    /// Before anything is asked for: what is too old goes into an archive.
    void prune()
    {
        const auto before = m_file->pruneBefore(m_clock.wallNow(), m_options.maxAge, m_options.maxEntries);
        if (!hasFolder() || !before || *before == 0 || !journal_backups::makeFolder(m_path)) {
            return;
        }
        (void)JournalBackup::begin(*m_file, journal_backups::archiveNameFor(m_path, m_clock.wallNow()))
            .and_then([](JournalBackup archive) { return archive.step(-1); })
            .and_then([&](bool hasMore) {
                if (hasMore) {
                    return Result<bool>{false}; // at the next start
                }
                return m_file->prune(*before, m_clock.wallNow());
            });
    }

    static void answer(Waiting &waiting, Result<bool> outcome)
    {
        waiting.promise.addResult(std::move(outcome));
        waiting.promise.finish();
    }

    SqliteJournal &m_port;
    QString m_path;
    const domain::Clock &m_clock;
    JournalOptions m_options;
    struct Backup
    {
        JournalBackup copy;
        QPromise<Result<QString>> promise;
    };

    std::optional<JournalFile> m_file;
    std::optional<JournalFile> m_dead; ///< its handle has failed and is closed
    std::string m_failure = notOpen;   ///< what asks get to hear that cannot be met
    bool m_isFull = false;             ///< intents are refused, the reserve is in use
    bool m_isDead = false;             ///< m_file's handle has failed
    std::unique_ptr<QTimer> m_retry;
    std::unique_ptr<Backup> m_backup;      ///< under way
    std::atomic<bool> m_canMakeIds{false}; ///< guards the two below
    std::string m_installId;
    std::uint32_t m_boot = 0;
    std::atomic<std::uint32_t> m_sequence{0};
    std::deque<std::shared_ptr<Waiting>> m_waiting;
    std::atomic<int> m_waitingCount{0}; ///< entries
    domain::Timestamp m_lastCommitAt;
    std::deque<Milliseconds> m_tookLately;
};

SqliteJournal::SqliteJournal(
    QString path, const domain::Clock &clock, JournalOptions options, QObject *parent)
    : ports::Journal{parent},
      m_worker{new Worker{*this, std::move(path), clock, std::move(options)}}
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

QFuture<Result<bool>> SqliteJournal::append(JournalEntries entries)
{
    return m_worker->append(std::move(entries));
}

QFuture<Result<domain::JournalPast>> SqliteJournal::past()
{
    return ports::onThreadOf(m_worker, [worker = m_worker] {
        return worker->with([](JournalFile &file) { return Result<domain::JournalPast>{file.past()}; });
    });
}

QFuture<Result<std::vector<domain::Order>>> SqliteJournal::recent(int limit)
{
    return ports::onThreadOf(m_worker, [worker = m_worker, limit] {
        return worker->after([limit](JournalFile &file) { return file.recent(limit); });
    });
}

QFuture<Result<std::vector<domain::OrderMoment>>> SqliteJournal::story(std::string clientOrderId)
{
    return ports::onThreadOf(m_worker, [worker = m_worker, id = std::move(clientOrderId)] {
        return worker->after([&id](JournalFile &file) { return file.story(id); });
    });
}

QFuture<Result<ports::JournalStatus>> SqliteJournal::status()
{
    return ports::onThreadOf(m_worker, [worker = m_worker] {
        return worker->after([worker](JournalFile &file) { return worker->status(file); });
    });
}

QFuture<Result<QString>> SqliteJournal::backUp()
{
    return ports::onThreadOf(m_worker, [worker = m_worker] { return worker->backUp(); });
}

QFuture<Result<std::int64_t>> SqliteJournal::exportTo(QString path, ExportFormat format)
{
    return ports::onThreadOf(m_worker, [worker = m_worker, path = std::move(path), format] {
        return worker->after([&](JournalFile &file) { return journal_export::write(file, path, format); });
    });
}

} // namespace app
