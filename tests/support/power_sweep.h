#pragma once

#include "app/journal_file.h"
#include "app/sqlite_database.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/journal_script.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace support
{

/// A script carried out once on a disk that records every step, and what was acknowledged when.
struct RecordedRun
{
    struct Acknowledged
    {
        std::size_t steps = 0;     ///< done on the disk by then
        std::int64_t sequence = 0; ///< the journal's newest entry by then
    };
    std::vector<DiskOp> ops;
    std::vector<Acknowledged> acknowledged;   ///< one for each append
    std::vector<app::JournalChain::Sum> sums; ///< by sequence
    std::string failure;                      ///< empty: all went well
};

inline const QString journalName = QStringLiteral("journal.sqlite");
inline constexpr domain::Timestamp journalTime = domain::timestampFromMs(1'760'000'000'000);

inline app::JournalFileOptions optionsOn(const FaultVfs &vfs)
{
    app::JournalFileOptions options;
    options.vfs = vfs.name();
    options.installNumber = 7;
    return options;
}

inline RecordedRun recordRun(int orders)
{
    RecordedRun run;
    FaultVfs vfs{"recording"};
    vfs.log = &run.ops;
    auto file = app::JournalFile::open(journalName, journalTime, optionsOn(vfs));
    if (!file) {
        run.failure = file.error().detail;
        return run;
    }
    run.sums.push_back(file->head().chain);
    for (const domain::JournalEntries &entries : JournalScript{}.appends(orders)) {
        if (const auto kept = file->append(entries, journalTime); !kept) {
            run.failure = kept.error().detail;
            return run;
        }
        run.acknowledged.push_back({run.ops.size(), file->head().sequence});
    }
    for (std::int64_t sequence = 1; sequence <= file->head().sequence; ++sequence) {
        const auto sum = file->sumAt(sequence);
        run.sums.push_back(sum && *sum ? **sum : app::JournalChain::Sum{});
    }
    file->abandon();
    vfs.log = nullptr;
    return run;
}

/// What SQLite itself finds on the disk, after its own recovery, as a number: the names of the files and all
/// pages of the database. Nothing where it finds no database. Changes the disk as the recovery does.
inline std::optional<std::size_t> databaseOn(const FaultVfs &vfs)
{
    std::string names;
    for (const auto &[name, file] : vfs.disk) {
        names += name + '\n';
    }
    auto database = app::SqliteDatabase::open(journalName.toStdString(), vfs.name());
    if (!database || !database->execute("PRAGMA locking_mode = EXCLUSIVE") ||
        !database->number("SELECT count(*) FROM sqlite_schema")) {
        return std::nullopt;
    }
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> pages{
        sqlite3_serialize(database->handle(), "main", &size, 0), &sqlite3_free};
    database->abandon();
    if (!pages) {
        return std::nullopt;
    }
    const std::string_view bytes{reinterpret_cast<const char *>(pages.get()), static_cast<std::size_t>(size)};
    return std::hash<std::string_view>{}(bytes) ^ std::hash<std::string>{}(names);
}

/// What power cuts at many points did.
struct SweepResult
{
    std::int64_t points = 0;  ///< steps at which the power was cut
    std::int64_t images = 0;  ///< points times damages
    std::int64_t read = 0;    ///< of which were different from the one before: read by SQLite
    std::int64_t opened = 0;  ///< of which held a database not met yet, or none: opened as a journal
    std::int64_t missing = 0; ///< acknowledged entries that were gone
    std::int64_t damaged = 0; ///< journals that could not be opened or were not those of the script
    std::string first;        ///< what was wrong first; empty: nothing

    void add(const SweepResult &other)
    {
        points += other.points;
        images += other.images;
        read += other.read;
        opened += other.opened;
        missing += other.missing;
        damaged += other.damaged;
        first = first.empty() ? other.first : first;
    }
};

/// Cuts the power at each step that isChosen(n) holds for, with every damage, and opens what survives.
template <class Choose>
SweepResult cutThePower(const RecordedRun &run, const std::string &vfsName, Choose isChosen)
{
    SweepResult result;
    FaultVfs vfs{vfsName};
    PowerReplay replay{run.ops};
    std::size_t acknowledged = 0;
    std::int64_t epochDropped = -1;
    std::int64_t lastDropped = -1; // what was there when everything unconfirmed was dropped; -1: damaged
    std::unordered_map<std::size_t, std::int64_t> met; // newest entry of each database that was opened
    const auto blame = [&](std::int64_t &count, Damage damage, const std::string &what) {
        ++count;
        if (result.first.empty()) {
            result.first = "step " + std::to_string(replay.at()) + ", damage " +
                           std::to_string(static_cast<int>(damage)) + ": " + what;
        }
    };
    const auto survivingSequence = [&](Damage damage) -> std::int64_t {
        const Disk image = replay.surviving(damage, static_cast<std::uint32_t>(replay.at()));
        vfs.disk = image;
        ++result.read;
        const auto database = databaseOn(vfs);
        if (const auto known = database ? met.find(*database) : met.end(); known != met.end()) {
            return known->second;
        }
        vfs.disk = image;
        ++result.opened;
        auto file = app::JournalFile::open(journalName, journalTime, optionsOn(vfs));
        if (!file) {
            blame(result.damaged, damage, file.error().detail);
            return -1;
        }
        file->abandon();
        const auto sequence = static_cast<std::size_t>(file->head().sequence);
        if (sequence >= run.sums.size() || file->head().chain != run.sums[sequence]) {
            blame(result.damaged, damage, "another chain");
            return -1;
        }
        if (database) {
            met.emplace(*database, file->head().sequence);
        }
        return file->head().sequence;
    };
    for (;; replay.advance()) {
        while (
            acknowledged < run.acknowledged.size() && run.acknowledged[acknowledged].steps <= replay.at()) {
            ++acknowledged;
        }
        if (isChosen(replay.at())) {
            ++result.points;
            const std::int64_t promised = acknowledged == 0 ? 0 : run.acknowledged[acknowledged - 1].sequence;
            for (const Damage damage : allDamages) {
                ++result.images;
                // Nothing but a sync changes what is left when the rest is dropped.
                if (damage != Damage::Dropped || replay.epoch() != epochDropped) {
                    const std::int64_t there = survivingSequence(damage);
                    if (damage == Damage::Dropped) {
                        epochDropped = replay.epoch();
                        lastDropped = there;
                    }
                    if (there >= 0 && there < promised) {
                        blame(result.missing, damage, "entries are missing");
                    }
                } else if (lastDropped >= 0 && lastDropped < promised) {
                    blame(result.missing, damage, "entries are missing");
                }
            }
        }
        if (replay.isOver()) {
            return result;
        }
    }
}

} // namespace support
