#pragma once

#include "tests/support/fault_disk.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

struct sqlite3_vfs;
struct sqlite3_file;

namespace support
{

/// What goes wrong, at which step, and for how long.
struct DiskFault
{
    enum class Kind : std::uint8_t {
        None,
        IoError,    ///< the step fails
        Full,       ///< there is no room: writes fail
        ShortWrite, ///< half of it is written, then the step fails
        SyncFails,  ///< only syncs fail
        ReadFails,  ///< only reads fail; steps are reads then
        SlowSync,   ///< syncs call onSlowSync
    };
    Kind kind = Kind::None;
    std::int64_t step = 0; ///< steps still going well: writes, syncs, truncations, deletions
    bool isForEver = false;
};

/// A file system of SQLite's in memory, under a name of its own, that can be told to fail, and records what
/// is done to it. One connection at a time; arm() from any thread.
class FaultVfs
{
public:
    explicit FaultVfs(std::string name);
    ~FaultVfs();
    FaultVfs(const FaultVfs &) = delete;
    FaultVfs &operator=(const FaultVfs &) = delete;

    const std::string &name() const { return m_name; }
    Disk disk;                          ///< as programs see it
    std::vector<DiskOp> *log = nullptr; ///< where to record
    std::function<void()> onSlowSync;

    void arm(DiskFault fault);
    /// Whether the fault has struck.
    bool hasStruck() const;
    std::int64_t steps() const;

private:
    struct File;
    friend struct File;
    /// The fault to apply to a step of that kind, which is counted.
    DiskFault::Kind strike(DiskOp::Kind kind, bool isRead = false);
    void record(DiskOp op);

    static int openFile(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags);
    static int deleteFile(sqlite3_vfs *vfs, const char *name, int syncDirectory);

    std::string m_name;
    std::unique_ptr<sqlite3_vfs> m_vfs;
    mutable std::mutex m_mutex;
    DiskFault m_fault;
    bool m_hasStruck = false;
    std::int64_t m_steps = 0;
    std::mt19937 m_random{1};
};

} // namespace support
