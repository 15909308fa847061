#include "tests/support/fault_vfs.h"

#include <algorithm>
#include <cstring>
#include <sqlite3.h>

namespace support
{

using Kind = DiskFault::Kind;

/// What SQLite holds of an open file; it has no constructor.
struct FaultVfs::File
{
    sqlite3_file base;
    FaultVfs *vfs;
    std::string *name;

    static File &of(sqlite3_file *file) { return *reinterpret_cast<File *>(file); }
    DiskFile &content() const { return vfs->disk[*name]; }

    static int close(sqlite3_file *file)
    {
        delete of(file).name;
        of(file).name = nullptr;
        return SQLITE_OK;
    }
    static int read(sqlite3_file *file, void *into, int count, sqlite3_int64 offset)
    {
        if (of(file).vfs->strike({}, true) != Kind::None) {
            return SQLITE_IOERR_READ;
        }
        const auto there = of(file).content().read(offset, static_cast<char *>(into), count);
        return there == count ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file *file, const void *from, int count, sqlite3_int64 offset)
    {
        std::string bytes{static_cast<const char *>(from), static_cast<std::size_t>(count)};
        const Kind fault = of(file).vfs->strike(DiskOp::Kind::Write);
        if (fault == Kind::ShortWrite) {
            bytes.resize(bytes.size() / 2);
        }
        if (fault == Kind::None || fault == Kind::ShortWrite) {
            of(file).content().write(offset, bytes);
            of(file).vfs->record({DiskOp::Kind::Write, *of(file).name, offset, std::move(bytes)});
        }
        return fault == Kind::None                                ? SQLITE_OK
               : fault == Kind::Full || fault == Kind::ShortWrite ? SQLITE_FULL
                                                                  : SQLITE_IOERR_WRITE;
    }
    static int truncate(sqlite3_file *file, sqlite3_int64 size)
    {
        if (of(file).vfs->strike(DiskOp::Kind::Truncate) != Kind::None) {
            return SQLITE_IOERR_TRUNCATE;
        }
        of(file).content().truncate(size);
        of(file).vfs->record({DiskOp::Kind::Truncate, *of(file).name, size, {}});
        return SQLITE_OK;
    }
    static int sync(sqlite3_file *file, int)
    {
        const Kind fault = of(file).vfs->strike(DiskOp::Kind::Sync);
        if (fault == Kind::SlowSync) {
            of(file).vfs->onSlowSync();
        } else if (fault != Kind::None) {
            return SQLITE_IOERR_FSYNC;
        }
        of(file).vfs->record({DiskOp::Kind::Sync, *of(file).name, 0, {}});
        return SQLITE_OK;
    }
    static int size(sqlite3_file *file, sqlite3_int64 *size)
    {
        *size = of(file).content().size();
        return SQLITE_OK;
    }
    static int lock(sqlite3_file *, int) { return SQLITE_OK; }
    static int isReserved(sqlite3_file *, int *isReserved)
    {
        *isReserved = 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file *, int, void *) { return SQLITE_NOTFOUND; }
    static int sectorSize(sqlite3_file *) { return 4096; }
    static int characteristics(sqlite3_file *) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    // Version 1: no shared memory, which a journal locked for good does without.
    static constexpr sqlite3_io_methods methods{1, &close, &read, &write, &truncate, &sync, &size, &lock,
        &lock, &isReserved, &control, &sectorSize, &characteristics, nullptr, nullptr, nullptr, nullptr,
        nullptr, nullptr};
};

FaultVfs::FaultVfs(std::string name) : m_name{std::move(name)}, m_vfs{std::make_unique<sqlite3_vfs>()}
{
    std::memset(m_vfs.get(), 0, sizeof(sqlite3_vfs));
    m_vfs->iVersion = 2;
    m_vfs->szOsFile = sizeof(File);
    m_vfs->mxPathname = 512;
    m_vfs->zName = m_name.c_str();
    m_vfs->pAppData = this;
    m_vfs->xOpen = &FaultVfs::openFile;
    m_vfs->xDelete = &FaultVfs::deleteFile;
    m_vfs->xAccess = [](sqlite3_vfs *vfs, const char *path, int, int *isThere) {
        *isThere = static_cast<FaultVfs *>(vfs->pAppData)->disk.contains(path) ? 1 : 0;
        return SQLITE_OK;
    };
    m_vfs->xFullPathname = [](sqlite3_vfs *, const char *path, int size, char *full) {
        sqlite3_snprintf(size, full, "%s", path);
        return SQLITE_OK;
    };
    m_vfs->xRandomness = [](sqlite3_vfs *vfs, int count, char *bytes) {
        std::generate_n(bytes, count,
            [&] { return static_cast<char>(static_cast<FaultVfs *>(vfs->pAppData)->m_random()); });
        return count;
    };
    m_vfs->xSleep = [](sqlite3_vfs *, int us) { return us; };
    m_vfs->xGetLastError = [](sqlite3_vfs *, int, char *) { return 0; };
    m_vfs->xCurrentTimeInt64 = [](sqlite3_vfs *, sqlite3_int64 *now) {
        *now = 212'000'000'000'000;
        return SQLITE_OK;
    };
    sqlite3_vfs_register(m_vfs.get(), 0);
}

FaultVfs::~FaultVfs()
{
    sqlite3_vfs_unregister(m_vfs.get());
}

void FaultVfs::arm(DiskFault fault)
{
    const std::scoped_lock lock{m_mutex};
    m_fault = fault;
    m_hasStruck = false;
}

bool FaultVfs::hasStruck() const
{
    const std::scoped_lock lock{m_mutex};
    return m_hasStruck;
}

std::int64_t FaultVfs::steps() const
{
    const std::scoped_lock lock{m_mutex};
    return m_steps;
}

DiskFault::Kind FaultVfs::strike(DiskOp::Kind kind, bool isRead)
{
    const std::scoped_lock lock{m_mutex};
    m_steps += isRead ? 0 : 1;
    const bool isSync = !isRead && kind == DiskOp::Kind::Sync;
    const bool isWrite = !isRead && kind == DiskOp::Kind::Write;
    bool isMeant = !isRead;
    switch (m_fault.kind) {
    case Kind::None:
        return Kind::None;
    case Kind::Full:
    case Kind::ShortWrite:
        isMeant = isWrite;
        break;
    case Kind::SyncFails:
    case Kind::SlowSync:
        isMeant = isSync;
        break;
    case Kind::ReadFails:
        isMeant = isRead;
        break;
    case Kind::IoError:
        break;
    }
    if (!isMeant || m_fault.step-- > 0) {
        return Kind::None;
    }
    m_hasStruck = true;
    const Kind fault = m_fault.kind;
    if (!m_fault.isForEver) {
        m_fault.kind = Kind::None;
    }
    return fault;
}

void FaultVfs::record(DiskOp op)
{
    if (log != nullptr) {
        log->push_back(std::move(op));
    }
}

int FaultVfs::openFile(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags)
{
    auto &self = *static_cast<FaultVfs *>(vfs->pAppData);
    File &opened = File::of(file);
    opened.base.pMethods = nullptr;
    const std::string path = name == nullptr ? "temporary" : name;
    if (!self.disk.contains(path)) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) {
            return SQLITE_CANTOPEN;
        }
        self.disk[path];
        self.record({DiskOp::Kind::Create, path, 0, {}});
    }
    opened.vfs = &self;
    opened.name = new std::string{path};
    opened.base.pMethods = &File::methods;
    if (outFlags != nullptr) {
        *outFlags = flags;
    }
    return SQLITE_OK;
}

int FaultVfs::deleteFile(sqlite3_vfs *vfs, const char *name, int syncDirectory)
{
    auto &self = *static_cast<FaultVfs *>(vfs->pAppData);
    if (self.strike(DiskOp::Kind::Delete) != Kind::None) {
        return SQLITE_IOERR_DELETE;
    }
    if (self.disk.erase(name) == 0) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    self.record({DiskOp::Kind::Delete, name, 0, {}});
    if (syncDirectory != 0) {
        self.record({DiskOp::Kind::Sync, name, 0, {}});
    }
    return SQLITE_OK;
}

} // namespace support
