#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace support
{

/// Bytes in shared chunks: copies are cheap, and a write to one copy leaves the others alone.
class DiskFile
{
public:
    std::int64_t size() const { return m_size; }
    /// Zeros beyond the end. Answers how many bytes were there.
    std::int64_t read(std::int64_t offset, char *into, std::int64_t count) const;
    void write(std::int64_t offset, std::string_view bytes);
    void truncate(std::int64_t size);

private:
    static constexpr std::int64_t chunkSize = 4096;
    using Chunk = std::array<char, chunkSize>;
    std::vector<std::shared_ptr<Chunk>> m_chunks;
    std::int64_t m_size = 0;
};

/// All files by name.
using Disk = std::map<std::string, DiskFile>;

/// What was done to the disk.
struct DiskOp
{
    enum class Kind : std::uint8_t { Create, Write, Truncate, Sync, Delete };
    Kind kind = Kind::Write;
    std::string file;
    std::int64_t offset = 0; ///< Truncate: the new size
    std::string bytes;
};

/// What a power cut does to writes that no sync has confirmed.
enum class Damage : std::uint8_t {
    Dropped,   ///< all are gone
    Kept,      ///< all are there, as after a kill
    Subset,    ///< some are there
    Torn,      ///< all are there, the last one only in part, in the middle of a sector
    Reordered, ///< each sector has one of its contents since the last sync
};
inline constexpr std::array allDamages{
    Damage::Dropped, Damage::Kept, Damage::Subset, Damage::Torn, Damage::Reordered};

/// Goes through what was done to a disk, step by step, and says what would be left of it if the power went
/// while the next step is being carried out. A sync confirms one file.
class PowerReplay
{
public:
    explicit PowerReplay(const std::vector<DiskOp> &ops) : m_ops{ops} {}
    std::size_t at() const { return m_at; }
    bool isOver() const { return m_at == m_ops.size(); }
    /// Carries out the next step.
    void advance();
    /// How often a sync has changed what is confirmed.
    std::int64_t epoch() const { return m_epoch; }
    Disk surviving(Damage damage, std::uint32_t seed) const;

private:
    static void apply(Disk &disk, const DiskOp &op);
    void tear(Disk &disk, std::mt19937 &random) const;
    void reorder(Disk &disk, std::mt19937 &random) const;

    const std::vector<DiskOp> &m_ops;
    std::size_t m_at = 0;
    std::int64_t m_epoch = 0;
    Disk m_confirmed;
    std::vector<const DiskOp *> m_pending; ///< not confirmed, oldest first
};

} // namespace support
