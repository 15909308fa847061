#include "tests/support/failing_disk.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

namespace support
{
namespace
{

std::mutex mutex;
int failure = 0;
std::string fullFile;

/// errno of the next write, 0 where it goes well.
int nextFailure()
{
    const std::scoped_lock lock{mutex};
    const bool isFull = !fullFile.empty() && ::access(fullFile.c_str(), F_OK) == 0;
    return isFull ? ENOSPC : failure;
}

ssize_t writeAt(int descriptor, const void *bytes, size_t count, off_t offset)
{
    const int error = nextFailure();
    if (error != 0) {
        errno = error;
        return -1;
    }
    return ::pwrite(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    const int error = nextFailure();
    if (error != 0) {
        errno = error;
        return -1;
    }
    return ::write(descriptor, bytes, count);
}

template <class Function> sqlite3_syscall_ptr callOf(Function function)
{
    return reinterpret_cast<sqlite3_syscall_ptr>(function);
}

void set(const char *name, sqlite3_syscall_ptr call)
{
    sqlite3_vfs *const vfs = sqlite3_vfs_find("unix");
    if (vfs->xGetSystemCall(vfs, name) != nullptr) {
        vfs->xSetSystemCall(vfs, name, call);
    }
}

} // namespace

FailingDisk::FailingDisk()
{
    sqlite3_initialize();
    set("write", callOf(&write));
    set("pwrite", callOf(&writeAt));
    set("pwrite64", callOf(&writeAt));
}

FailingDisk::~FailingDisk()
{
    fail(0);
    for (const char *name : {"write", "pwrite", "pwrite64"}) {
        set(name, nullptr); // the original
    }
}

void FailingDisk::fail(int error)
{
    const std::scoped_lock lock{mutex};
    failure = error;
    fullFile.clear();
}

void FailingDisk::fullWhile(const std::string &file)
{
    const std::scoped_lock lock{mutex};
    fullFile = file;
}

SmallFiles::SmallFiles(unsigned long bytes)
{
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    m_before = limit.rlim_cur;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

SmallFiles::~SmallFiles()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = m_before;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

} // namespace support
