#pragma once

#include "models/domain/result.h"
#include "models/domain/time.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace app
{

// The journal's files as files: SQLite is not involved.
namespace journal_place
{
/// Opens the file for reading and writing, making it if it is missing, readable for its owner only; refuses
/// to follow a link. The descriptor is the caller's to close.
domain::Result<int> openFile(const QString &path);
/// The same without keeping it open.
domain::Result<bool> makeFile(const QString &path);
/// Renames the damaged file and its log out of the way. Answers the new name.
domain::Result<QString> setAside(const QString &path, domain::Timestamp now);
/// Undoes setAside(), which may have had nothing to do: what was begun in the file's place meanwhile is
/// removed.
void putBack(const QString &aside, const QString &path);
/// Removes the journal and all that belongs to it, backups excepted.
void remove(const QString &path);
/// Half a MiB beside the journal, to be freed when the disk is full. False: there is no room for it.
bool makeReserve(const QString &path);
void freeReserve(const QString &path);
/// A sentence where the folder is no good place for a journal: on a network, or kept in step with other
/// machines. Empty otherwise.
QString concern(const QString &path);
/// fileSystem: f_type of statfs(2), 0 where it is not known.
QString concern(const QString &path, std::uint32_t fileSystem);
/// A path as sentences show it.
std::string nameOf(const QString &path);
} // namespace journal_place

/// A few bytes beside the journal that say how far it had come, written after each commit and not waited for.
/// They are never ahead of the journal, so a journal behind them is not the newest one: an older copy was put
/// back, or its write-ahead log is gone.
class JournalMark
{
public:
    struct Value
    {
        std::string installId;
        std::uint32_t boot = 0;
        std::int64_t sequence = 0;
    };
    /// Makes the file if it is missing.
    static domain::Result<JournalMark> open(const QString &journalPath);
    /// None where there is no mark, or a torn one.
    std::optional<Value> read() const;
    /// A failure costs no more than the knowledge: it is not told.
    void write(const Value &value, bool isAwaited);

private:
    struct Close
    {
        void operator()(const int *descriptor) const;
    };
    explicit JournalMark(int descriptor) : m_descriptor{new int{descriptor}} {}
    std::unique_ptr<int, Close> m_descriptor;
};

} // namespace app
