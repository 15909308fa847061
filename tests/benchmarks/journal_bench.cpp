#include "app/journal_file.h"
#include "tests/support/journal_script.h"

#include <QTemporaryDir>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <span>
#include <unistd.h>
#include <vector>

// What one append of the journal costs: on a disk with its fsync, in memory, and fifty in one transaction.
// The rival is the bare disk: the same number of bytes written and synced.

namespace
{

using Clock = std::chrono::steady_clock;
constexpr int orders = 2'000;
const domain::Timestamp now = domain::timestampFromMs(1'760'000'000'000);

double microsSince(Clock::time_point begin)
{
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

void print(const char *name, std::vector<double> us)
{
    std::ranges::sort(us);
    const auto at = [&](double part) {
        return us[static_cast<std::size_t>(part * static_cast<double>(us.size() - 1))];
    };
    std::printf(
        "%-44s %8zu  p50 %8.1f  p99 %8.1f  max %9.1f us\n", name, us.size(), at(0.5), at(0.99), at(1.0));
}

void measureAppends(const char *name, const QString &path)
{
    auto file = app::JournalFile::open(path, now);
    if (!file) {
        std::printf("%s: %s\n", name, file.error().detail.c_str());
        return;
    }
    std::vector<double> us;
    for (const domain::JournalEntries &entries : support::JournalScript{}.appends(orders)) {
        const auto begin = Clock::now();
        if (!file->append(entries, now)) {
            std::printf("%s: an append failed\n", name);
            return;
        }
        us.push_back(microsSince(begin));
    }
    std::printf("%-44s %8.2f entries an append\n", name,
        static_cast<double>(file->head().sequence) / static_cast<double>(us.size()));
    print(name, us);
}

void measureGroups(const QString &path)
{
    auto file = app::JournalFile::open(path, now);
    const auto appends = support::JournalScript{}.appends(orders);
    std::vector<double> us;
    for (std::size_t n = 0; file && n + 50 <= appends.size(); n += 50) {
        const auto begin = Clock::now();
        if (!file->appendAll(std::span{appends}.subspan(n, 50), now)) {
            return;
        }
        us.push_back(microsSince(begin));
    }
    print("fifty appends in one transaction, file", us);
}

void measureStart(const QString &path)
{
    std::vector<double> us;
    for (int n = 0; n < 5; ++n) {
        const auto begin = Clock::now();
        const auto file = app::JournalFile::open(path, now);
        us.push_back(microsSince(begin));
    }
    print("opening it with all checks", us);
}

void measureBareDisk(const QString &path)
{
    const int descriptor = ::open(path.toUtf8().constData(), O_RDWR | O_CREAT, 0600);
    const std::string bytes(6 * 4120, 'x'); // six pages and their frames, as most appends write
    std::vector<double> us;
    for (int n = 0; n < orders; ++n) {
        const auto begin = Clock::now();
        if (::write(descriptor, bytes.data(), bytes.size()) < 0 || ::fdatasync(descriptor) != 0) {
            break;
        }
        us.push_back(microsSince(begin));
    }
    ::close(descriptor);
    print("bare write and fdatasync of 24 kB", us);
}

} // namespace

int main()
{
    const QTemporaryDir folder;
    measureAppends("append, file with fsync", folder.filePath(QStringLiteral("one.sqlite")));
    measureBareDisk(folder.filePath(QStringLiteral("bare")));
    measureAppends("append, in memory", QStringLiteral(":memory:"));
    measureGroups(folder.filePath(QStringLiteral("group.sqlite")));
    measureStart(folder.filePath(QStringLiteral("one.sqlite")));
}
