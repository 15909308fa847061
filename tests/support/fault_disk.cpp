#include "tests/support/fault_disk.h"

#include <algorithm>
#include <cstring>

namespace support
{
namespace
{

constexpr std::int64_t sector = 512;

} // namespace

std::int64_t DiskFile::read(std::int64_t offset, char *into, std::int64_t count) const
{
    const std::int64_t there = std::clamp<std::int64_t>(m_size - offset, 0, count);
    std::memset(into + there, 0, static_cast<std::size_t>(count - there));
    for (std::int64_t done = 0; done < there;) {
        const std::int64_t at = offset + done;
        const std::int64_t part = std::min(chunkSize - at % chunkSize, there - done);
        const auto &chunk = *m_chunks[static_cast<std::size_t>(at / chunkSize)];
        std::memcpy(into + done, chunk.data() + at % chunkSize, static_cast<std::size_t>(part));
        done += part;
    }
    return there;
}

void DiskFile::write(std::int64_t offset, std::string_view bytes)
{
    const auto count = static_cast<std::int64_t>(bytes.size());
    if (offset + count > m_size) {
        truncate(offset + count);
    }
    for (std::int64_t done = 0; done < count;) {
        const std::int64_t at = offset + done;
        const std::int64_t part = std::min(chunkSize - at % chunkSize, count - done);
        auto &chunk = m_chunks[static_cast<std::size_t>(at / chunkSize)];
        if (chunk.use_count() > 1) {
            chunk = std::make_shared<Chunk>(*chunk);
        }
        std::memcpy(chunk->data() + at % chunkSize, bytes.data() + done, static_cast<std::size_t>(part));
        done += part;
    }
}

void DiskFile::truncate(std::int64_t size)
{
    if (size < m_size && size % chunkSize != 0) {
        auto &last = m_chunks[static_cast<std::size_t>(size / chunkSize)];
        last = std::make_shared<Chunk>(*last);
        std::memset(
            last->data() + size % chunkSize, 0, static_cast<std::size_t>(chunkSize - size % chunkSize));
    }
    const auto chunks = static_cast<std::size_t>((size + chunkSize - 1) / chunkSize);
    const std::size_t before = m_chunks.size();
    m_chunks.resize(chunks);
    for (std::size_t n = before; n < chunks; ++n) {
        m_chunks[n] = std::make_shared<Chunk>(Chunk{});
    }
    m_size = size;
}

void PowerReplay::apply(Disk &disk, const DiskOp &op)
{
    switch (op.kind) {
    case DiskOp::Kind::Create:
        disk[op.file];
        break;
    case DiskOp::Kind::Write:
        disk[op.file].write(op.offset, op.bytes);
        break;
    case DiskOp::Kind::Truncate:
        disk[op.file].truncate(op.offset);
        break;
    case DiskOp::Kind::Delete:
        disk.erase(op.file);
        break;
    case DiskOp::Kind::Sync:
        break;
    }
}

void PowerReplay::advance()
{
    const DiskOp &op = m_ops[m_at++];
    if (op.kind != DiskOp::Kind::Sync) {
        m_pending.push_back(&op);
        return;
    }
    std::erase_if(m_pending, [&](const DiskOp *pending) {
        if (pending->file != op.file) {
            return false;
        }
        apply(m_confirmed, *pending);
        return true;
    });
    ++m_epoch;
}

Disk PowerReplay::surviving(Damage damage, std::uint32_t seed) const
{
    Disk disk = m_confirmed;
    std::mt19937 random{seed};
    switch (damage) {
    case Damage::Dropped:
        break;
    case Damage::Kept:
        std::ranges::for_each(m_pending, [&](const DiskOp *op) { apply(disk, *op); });
        break;
    case Damage::Subset:
        for (const DiskOp *op : m_pending) {
            if (random() % 2 == 0) {
                apply(disk, *op);
            }
        }
        if (!isOver() && random() % 2 == 0) {
            apply(disk, m_ops[m_at]);
        }
        break;
    case Damage::Torn:
        std::ranges::for_each(m_pending, [&](const DiskOp *op) { apply(disk, *op); });
        tear(disk, random);
        break;
    case Damage::Reordered:
        reorder(disk, random);
        break;
    }
    return disk;
}

/// The write under way, or else the last one, ends in the middle; the rest of its sector is garbage.
void PowerReplay::tear(Disk &disk, std::mt19937 &random) const
{
    const DiskOp *torn = isOver() ? nullptr : &m_ops[m_at];
    if (torn == nullptr || torn->kind != DiskOp::Kind::Write) {
        torn = m_pending.empty() ? nullptr : m_pending.back();
    }
    if (torn == nullptr || torn->kind != DiskOp::Kind::Write || torn->bytes.empty()) {
        return;
    }
    DiskOp half = *torn;
    const std::size_t good = random() % half.bytes.size();
    const auto sectorEnd =
        static_cast<std::size_t>(sector - (half.offset + static_cast<std::int64_t>(good)) % sector);
    half.bytes.resize(std::min(half.bytes.size(), good + sectorEnd));
    for (std::size_t n = good; n < half.bytes.size(); ++n) {
        half.bytes[n] = static_cast<char>(random());
    }
    apply(disk, half);
}

void PowerReplay::reorder(Disk &disk, std::mt19937 &random) const
{
    // The last content a sector got is that of a random moment since the last sync.
    std::map<std::pair<std::string, std::int64_t>, std::vector<DiskOp>> versions;
    for (const DiskOp *op : m_pending) {
        if (op->kind != DiskOp::Kind::Write) {
            if (random() % 2 == 0) {
                apply(disk, *op);
            }
            continue;
        }
        const auto size = static_cast<std::int64_t>(op->bytes.size());
        for (std::int64_t done = 0; done < size;) {
            const std::int64_t at = op->offset + done;
            const std::int64_t part = std::min(sector - at % sector, size - done);
            versions[{op->file, at / sector}].push_back({DiskOp::Kind::Write, op->file, at,
                op->bytes.substr(static_cast<std::size_t>(done), static_cast<std::size_t>(part))});
            done += part;
        }
    }
    for (const auto &[where, ops] : versions) {
        const std::size_t count = random() % (ops.size() + 1);
        for (std::size_t n = 0; n < count; ++n) {
            apply(disk, ops[n]);
        }
    }
}

} // namespace support
