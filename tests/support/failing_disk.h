#pragma once

#include <string>

namespace support
{

/// Makes what SQLite writes to real files fail while it lives, as a bad or a full disk does. Callable from
/// any thread; one at a time.
class FailingDisk
{
public:
    FailingDisk();
    ~FailingDisk();
    FailingDisk(const FailingDisk &) = delete;
    FailingDisk &operator=(const FailingDisk &) = delete;

    /// Every write fails with that errno: EIO, ENOSPC; 0: none does.
    void fail(int error);
    /// There is no room as long as that file is there.
    void fullWhile(const std::string &file);
};

/// No file of this process grows beyond so many bytes while it lives.
class SmallFiles
{
public:
    explicit SmallFiles(unsigned long bytes);
    ~SmallFiles();
    SmallFiles(const SmallFiles &) = delete;
    SmallFiles &operator=(const SmallFiles &) = delete;

private:
    unsigned long m_before = 0;
};

} // namespace support
