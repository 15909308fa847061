#pragma once

#include "exchange/paper/server/state_file.h"
#include "models/domain/time.h"

#include <QObject>
#include <QString>
#include <QThreadPool>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

namespace paper
{

enum NoticeLevel { Information = 0, Warning = 1, Trouble = 2 };

/// Puts the accounts on the disk as they change. One sync serves all that changed until it began, and what
/// changes while it runs waits for the next: so nothing is told before it is kept, and many clients do not
/// wait for one another's disk. It lives on the exchange's thread and writes on another.
class StateKeeper final : public QObject
{
    Q_OBJECT
public:
    struct Parts
    {
        std::function<std::string()> whole; ///< the accounts; changes count from here
        /// What changed since; with prices and counters of all symbols where that is wished.
        std::function<std::string(bool withMarket)> changes;
        std::function<domain::Timestamp()> now;
        std::function<void(NoticeLevel, const QString &)> notice;
        std::function<void()> kept; ///< more is on the disk than before
    };
    /// folder: empty where nothing is to be kept; then everything counts as kept at once.
    StateKeeper(const QString &folder, Parts parts);
    ~StateKeeper() override;

    bool isOn() const { return m_isOn; }
    /// What is there. Damaged files are set aside and told of.
    StateFile::Kept load();
    /// The accounts could not be made of it: what load() read is set aside. The new name of the state.
    QString setAside();

    /// What is kept beside the accounts: what is there, and something new, on the disk when it returns.
    QByteArray beside(StateFile::Beside what) const { return m_isOn ? m_file.beside(what) : QByteArray{}; }
    void keepBeside(StateFile::Beside what, const QByteArray &text);
    /// Nothing could be made of it: it is set aside before something new takes its place, and told of.
    void setAside(StateFile::Beside what, const QString &why);

    /// A request changed something: nothing more is to be told before that is kept.
    void onChange();
    /// The market changed something by itself: kept within 250 ms and the time of one write.
    void onMarketChange() { m_isSaveDue = true; }
    /// The latest change, for isKept().
    std::uint64_t latest() const { return m_latest; }
    bool isKept(std::uint64_t change) const { return change <= m_kept; }
    /// Runs it once all that changed so far is kept: at once where it is. Where keeping fails that is told
    /// by notice, and it runs nevertheless.
    void whenKept(std::function<void()> then);
    /// To be called often.
    void step();
    /// Waits for the disk. Storage where that failed.
    domain::Result<bool> saveNow(bool isWhole);

private:
    using Work = std::function<domain::Result<bool>()>;
    void begin();
    Work next(bool isWhole);
    void finish();
    void tell(const domain::Result<bool> &written);
    void release();

    Parts m_parts;
    bool m_isOn;
    StateFile m_file;
    QThreadPool m_writer;
    bool m_isWriting = false;
    std::uint64_t m_writes = 0;            ///< begun so far
    std::uint64_t m_writtenChange = 0;     ///< the latest in the write that runs
    domain::Result<bool> m_written = true; ///< how the write went; the writer's until it is done
    bool m_isBeginning = false;            ///< a write will begin once this turn's requests are processed
    std::uint64_t m_latest = 0;
    std::uint64_t m_kept = 0;
    std::deque<std::pair<std::uint64_t, std::function<void()>>> m_waiting; ///< by change
    bool m_hasState = false;                                               ///< in the file, of this run
    bool m_isSaveDue = false;                                              ///< of what the market did
    bool m_hasFailed = false; ///< told once, until a save works again
    domain::Timestamp m_savedAt;
    domain::Timestamp m_marketSavedAt; ///< prices and counters of all symbols
};

} // namespace paper
