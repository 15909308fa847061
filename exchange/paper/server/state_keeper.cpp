#include "exchange/paper/server/state_keeper.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::Result;
using namespace std::chrono_literals;

constexpr auto savePeriod = 250ms;    ///< at most so long after a change that no request asked for
constexpr auto retrySavePeriod = 2s;  ///< where saving failed
constexpr auto quietSavePeriod = 60s; ///< where nothing changes, and for prices at most

QString nameOf(StateFile::Beside what)
{
    return what == StateFile::Beside::Scenarios ? QStringLiteral("The scenario of the paper market")
                                                : QStringLiteral("What was set about the paper exchange");
}

} // namespace

StateKeeper::StateKeeper(const QString &folder, Parts parts)
    : m_parts{std::move(parts)},
      m_isOn{!folder.isEmpty()},
      m_file{folder},
      m_savedAt{m_parts.now()},
      m_marketSavedAt{m_savedAt}
{
    m_writer.setMaxThreadCount(1);
}

StateKeeper::~StateKeeper()
{
    m_writer.waitForDone();
}

StateFile::Kept StateKeeper::load()
{
    if (!m_isOn) {
        return {};
    }
    auto kept = m_file.read();
    if (!kept) {
        const auto aside = m_file.setAside();
        m_parts.notice(
            Trouble, QStringLiteral("The paper account could not be read (%1). %2 A fresh account is used.")
                         .arg(QString::fromStdString(kept.error().detail),
                             aside ? QStringLiteral("The file was kept as %1.").arg(*aside)
                                   : QString::fromStdString(aside.error().detail)));
        return {};
    }
    if (kept->isLogDamaged) {
        const auto aside = m_file.setLogAside();
        m_parts.notice(
            Trouble, QStringLiteral("The latest changes of the paper account are damaged; it stands as it "
                                    "was before them. They were kept as %1.")
                         .arg(aside.value_or(QString{})));
    }
    return std::move(*kept);
}

QString StateKeeper::setAside()
{
    return m_file.setAside().value_or(QString{});
}

void StateKeeper::setAside(StateFile::Beside what, const QString &why)
{
    m_parts.notice(Warning, QStringLiteral("%1 could not be read and has ended (%2). The file was kept as %3.")
                                .arg(nameOf(what), why, m_file.setAside(what).value_or(QString{})));
}

void StateKeeper::keepBeside(StateFile::Beside what, const QByteArray &text)
{
    if (!m_isOn || text == m_file.beside(what)) {
        return;
    }
    if (const auto written = m_file.replaceBeside(what, text); !written) {
        m_parts.notice(Trouble, QStringLiteral("%1 could not be saved: %2.")
                                    .arg(nameOf(what), QString::fromStdString(written.error().detail)));
    }
}

void StateKeeper::onChange()
{
    if (!m_isOn) {
        return;
    }
    ++m_latest;
    if (m_isWriting || m_isBeginning) {
        return;
    }
    // Requests that came in together are processed first; one sync serves them all.
    m_isBeginning = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_isBeginning = false;
            if (!m_isWriting && m_kept < m_latest) {
                begin();
            }
        },
        Qt::QueuedConnection);
}

void StateKeeper::whenKept(std::function<void()> then)
{
    if (isKept(m_latest)) {
        return then();
    }
    m_waiting.emplace_back(m_latest, std::move(then));
}

void StateKeeper::step()
{
    const domain::Milliseconds wait = m_hasFailed   ? retrySavePeriod
                                      : m_isSaveDue ? savePeriod
                                                    : quietSavePeriod;
    if (m_isOn && !m_isWriting && m_parts.now() - m_savedAt >= wait) {
        begin();
    }
}

void StateKeeper::begin()
{
    m_isWriting = true;
    m_writtenChange = m_latest;
    m_writer.start([this, write = ++m_writes, work = next(false)] {
        m_written = work();
        QMetaObject::invokeMethod(
            this,
            [this, write] {
                if (m_isWriting && write == m_writes) { // else saveNow() has seen to it
                    finish();
                }
            },
            Qt::QueuedConnection);
    });
}

/// What has to be put on disk now. The text is made here, where the accounts cannot change meanwhile.
StateKeeper::Work StateKeeper::next(bool isWhole)
{
    m_savedAt = m_parts.now();
    const bool withMarket = m_savedAt - m_marketSavedAt >= quietSavePeriod;
    if (withMarket || isWhole) {
        m_marketSavedAt = m_savedAt;
    }
    m_isSaveDue = false;
    // After a failure changes are missing in the log; after a start it does not exist yet.
    if (isWhole || m_hasFailed || !m_hasState || m_file.isLogLong()) {
        m_hasState = true;
        return [this, state = m_parts.whole()] { return m_file.replace(QByteArray::fromStdString(state)); };
    }
    return [this, change = m_parts.changes(withMarket)] {
        return m_file.append(QByteArray::fromStdString(change));
    };
}

void StateKeeper::finish()
{
    m_isWriting = false;
    tell(m_written);
    m_kept = std::max(m_kept, m_writtenChange);
    if (m_kept < m_latest) {
        begin(); // before the answers go out, so that the disk does not wait for them
    }
    release();
}

Result<bool> StateKeeper::saveNow(bool isWhole)
{
    if (!m_isOn) {
        return true;
    }
    m_writer.waitForDone(); // older changes must not come later
    if (std::exchange(m_isWriting, false)) {
        tell(m_written);
    }
    const Result<bool> written = next(isWhole)();
    tell(written);
    m_kept = m_latest;
    release();
    return written;
}

void StateKeeper::tell(const Result<bool> &written)
{
    const bool hadFailed = std::exchange(m_hasFailed, !written);
    if (!written && !hadFailed) {
        m_parts.notice(
            Trouble, QStringLiteral("The paper account could not be saved: %1. What happens from now on is "
                                    "lost if the program ends; it is tried again until it works.")
                         .arg(QString::fromStdString(written.error().detail)));
    } else if (written && hadFailed) {
        m_parts.notice(Information, QStringLiteral("The paper account is saved again."));
    }
}

void StateKeeper::release()
{
    m_parts.kept(); // events first, answers after them
    while (!m_waiting.empty() && isKept(m_waiting.front().first)) {
        const auto then = std::move(m_waiting.front().second);
        m_waiting.pop_front();
        then();
    }
}

} // namespace paper
