#include "tests/support/power_sweep.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <cstdio>
#include <set>
#include <thread>

using namespace support;
using app::JournalFile;
using domain::ErrorCode;
using domain::JournalEntries;
using Kind = DiskFault::Kind;

namespace
{

constexpr int scriptOrders = 1'000;
constexpr int sampleOrders = 250;

/// What faults at many steps did.
struct FaultResult
{
    std::int64_t runs = 0;
    std::int64_t missing = 0; ///< acknowledged entries gone, or other ones in their place
    std::int64_t damaged = 0; ///< journals that did not open afterwards
    std::int64_t unclear = 0; ///< errors other than Storage
    std::string first;

    void add(const FaultResult &other)
    {
        runs += other.runs;
        missing += other.missing;
        damaged += other.damaged;
        unclear += other.unclear;
        first = first.empty() ? other.first : first;
    }
};

/// Runs scripts on a disk that fails at a given step, once or for ever.
class FaultRig
{
public:
    FaultRig(std::string vfsName, int orders)
        : m_vfs{std::move(vfsName)},
          m_appends{JournalScript{}.appends(orders)}
    {
    }

    /// The fault strikes while the script runs, the first start included. False: it ran through.
    bool whileWriting(DiskFault fault)
    {
        m_vfs.disk.clear();
        m_kept.clear();
        m_vfs.arm(fault);
        carryOut();
        return judge(fault, "while writing");
    }

    /// The fault strikes while a journal is opened that the power left behind. False: it opened.
    bool whileOpening(DiskFault fault)
    {
        if (m_left.empty()) {
            m_vfs.arm({});
            m_vfs.disk.clear();
            m_kept.clear();
            carryOut();
            m_left = m_vfs.disk;
            m_leftKept = m_kept;
        }
        m_vfs.disk = m_left;
        m_kept = m_leftKept;
        m_vfs.arm(fault);
        auto file = open();
        if (file) {
            file->abandon();
        }
        return judge(fault, "while opening");
    }

    FaultResult result;

private:
    domain::Result<JournalFile> open()
    {
        auto file = JournalFile::open(journalName, journalTime, optionsOn(m_vfs));
        if (!file) {
            look(file.error());
        }
        return file;
    }
    void carryOut()
    {
        auto file = open();
        for (const JournalEntries &entries : m_appends) {
            if (!file) {
                return;
            }
            const auto kept = file->append(entries, journalTime);
            if (kept) {
                m_kept.push_back({file->head().sequence, file->head().chain});
                continue;
            }
            look(kept.error());
            file->abandon(); // as after every failure: this handle is dead
            file = open();
        }
        if (file) {
            file->abandon();
        }
    }
    bool judge(const DiskFault &fault, const char *when)
    {
        const bool hasStruck = m_vfs.hasStruck();
        m_vfs.arm({});
        ++result.runs;
        auto file = open();
        if (!file) {
            blame(result.damaged, fault, when, file.error().detail);
            return hasStruck;
        }
        for (const auto &[sequence, sum] : m_kept) {
            const auto there = file->sumAt(sequence);
            if (!there || *there != sum) {
                blame(result.missing, fault, when, "entry " + std::to_string(sequence));
                break;
            }
        }
        file->abandon();
        return hasStruck;
    }
    void look(const domain::Error &error)
    {
        if (error.code != ErrorCode::Storage || error.detail.empty()) {
            ++result.unclear;
        }
    }
    void blame(std::int64_t &count, const DiskFault &fault, const char *when, const std::string &what)
    {
        ++count;
        if (result.first.empty()) {
            result.first = std::string{when} + ", kind " + std::to_string(static_cast<int>(fault.kind)) +
                           (fault.isForEver ? " for ever" : " once") + " at step " +
                           std::to_string(fault.step) + ": " + what;
        }
    }

    FaultVfs m_vfs;
    std::vector<JournalEntries> m_appends;
    std::vector<std::pair<std::int64_t, app::JournalChain::Sum>> m_kept;
    Disk m_left;
    std::vector<std::pair<std::int64_t, app::JournalChain::Sum>> m_leftKept;
};

/// Faults of every kind, once and for ever, at every stride-th step.
FaultResult failEverywhere(const std::string &vfsName, int orders, std::int64_t first, std::int64_t stride)
{
    FaultRig rig{vfsName, orders};
    for (const Kind kind : {Kind::IoError, Kind::Full, Kind::ShortWrite, Kind::SyncFails, Kind::ReadFails}) {
        for (const bool isForEver : {false, true}) {
            for (std::int64_t step = first; rig.whileWriting({kind, step, isForEver}); step += stride) {
            }
            for (std::int64_t step = first; rig.whileOpening({kind, step, isForEver}); step += stride) {
            }
        }
    }
    return rig.result;
}

/// Every step, on all cores.
int sweepAll(int orders)
{
    QElapsedTimer timer;
    timer.start();
    const auto run = recordRun(orders);
    if (!run.failure.empty()) {
        std::fprintf(stderr, "The script failed: %s\n", run.failure.c_str());
        return 1;
    }
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const int faultOrders = std::max(1, orders / 40);
    std::vector<SweepResult> cuts(cores);
    std::vector<FaultResult> faults(cores);
    std::vector<std::thread> threads;
    for (unsigned core = 0; core < cores; ++core) {
        threads.emplace_back([&, core] {
            cuts[core] = cutThePower(run, "power" + std::to_string(core),
                [&](std::size_t step) { return step / 64 % cores == core; });
            faults[core] = failEverywhere("faults" + std::to_string(core), faultOrders, core, cores);
        });
    }
    std::ranges::for_each(threads, &std::thread::join);
    SweepResult cut;
    FaultResult fault;
    std::ranges::for_each(cuts, [&](const SweepResult &one) { cut.add(one); });
    std::ranges::for_each(faults, [&](const FaultResult &one) { fault.add(one); });
    const auto writes = std::ranges::count(run.ops, DiskOp::Kind::Write, &DiskOp::kind);
    const auto syncs = std::ranges::count(run.ops, DiskOp::Kind::Sync, &DiskOp::kind);
    std::printf("script             %d orders, %zu appends, %zu entries\n", orders, run.acknowledged.size(),
        run.sums.size() - 1);
    std::printf("disk steps         %zu (%td writes, %td syncs)\n", run.ops.size(), writes, syncs);
    std::printf("cut points tested  %lld\n", static_cast<long long>(cut.points));
    std::printf("damages            %zu, %lld images, %lld read, %lld of them opened as journals\n",
        allDamages.size(), static_cast<long long>(cut.images), static_cast<long long>(cut.read),
        static_cast<long long>(cut.opened));
    std::printf("entries missing    %lld\n", static_cast<long long>(cut.missing));
    std::printf("damaged files      %lld\n", static_cast<long long>(cut.damaged));
    std::printf("faults             %lld runs (I/O error, full disk, short write, sync, read; once and for "
                "ever; writing and opening; %d orders)\n",
        static_cast<long long>(fault.runs), faultOrders);
    std::printf("  missing %lld, damaged %lld, unclear errors %lld\n", static_cast<long long>(fault.missing),
        static_cast<long long>(fault.damaged), static_cast<long long>(fault.unclear));
    std::printf("seconds            %.1f\n", static_cast<double>(timer.elapsed()) / 1'000.0);
    for (const std::string &what : {cut.first, fault.first}) {
        if (!what.empty()) {
            std::printf("first              %s\n", what.c_str());
        }
    }
    const bool isGood = cut.missing + cut.damaged + fault.missing + fault.damaged + fault.unclear == 0;
    std::printf("%s\n", isGood ? "PASS" : "FAIL");
    return isGood ? 0 : 1;
}

} // namespace

/// The journal on a disk that loses power or fails. packaging/powertest tries every step, this a sample.
class JournalPowerTest : public QObject
{
    Q_OBJECT
private slots:
    void noPowerCutLosesWhatWasAcknowledged()
    {
        const auto run = recordRun(sampleOrders);
        QVERIFY2(run.failure.empty(), run.failure.c_str());
        // The first steps make the file. The others come in bursts that meet a commit whole, more of them in
        // the morning, when there is less to open.
        std::set<std::size_t> chosen{run.ops.size()};
        for (std::size_t burst = 0; burst < 20; ++burst) {
            const std::size_t begin = 200 + (run.ops.size() - 230) * burst * burst * burst / (19 * 19 * 19);
            for (std::size_t step = begin; step < begin + 20; ++step) {
                chosen.insert(step);
            }
        }
        const auto result =
            cutThePower(run, "cut", [&](std::size_t step) { return step < 200 || chosen.contains(step); });
        qInfo("%lld steps, %lld images, %lld read, %lld opened", static_cast<long long>(result.points),
            static_cast<long long>(result.images), static_cast<long long>(result.read),
            static_cast<long long>(result.opened));
        QVERIFY2(result.first.empty(), result.first.c_str());
        QVERIFY(result.points >= 500);
        QCOMPARE(result.images, result.points * 5);
    }

    void noFaultOfTheDiskLosesWhatWasAcknowledged()
    {
        const auto result = failEverywhere("fault", 6, 0, 7);
        qInfo("%lld runs", static_cast<long long>(result.runs));
        QVERIFY2(result.first.empty(), result.first.c_str());
        QCOMPARE(result.unclear, std::int64_t{0});
        QVERIFY(result.runs > 100);
    }
};

int main(int argc, char **argv)
{
    const QCoreApplication application{argc, argv};
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() >= 2 && arguments[1] == QStringLiteral("--all")) {
        return sweepAll(arguments.size() > 2 ? arguments[2].toInt() : scriptOrders);
    }
    JournalPowerTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "journal_power_test.moc"
