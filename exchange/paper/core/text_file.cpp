#include "exchange/paper/core/text_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <minizip/unzip.h>
#include <sys/stat.h>
#include <zlib.h>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;

/// Gives the next bytes; 0 at the end, below 0 where the file is damaged.
using Read = std::function<int(char *into, unsigned size)>;
using OnLine = std::function<Result<void>(std::int64_t, std::string_view)>;

Result<void> splitLines(
    const std::string &path, const Read &read, const OnLine &onLine, std::size_t longestLine)
{
    std::string rest;
    std::int64_t number = 0;
    const auto give = [&](std::string_view line) {
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        return onLine(++number, line);
    };
    std::array<char, 1 << 16> chunk{};
    int size = 0;
    while ((size = read(chunk.data(), chunk.size())) > 0) {
        rest.append(chunk.data(), static_cast<std::size_t>(size));
        std::size_t begin = 0;
        for (std::size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos; begin = end + 1) {
            if (auto given = give(std::string_view{rest}.substr(begin, end - begin)); !given) {
                return given;
            }
        }
        rest.erase(0, begin);
        if (rest.size() > longestLine) {
            return failure(ErrorCode::Malformed,
                path + ", line " + std::to_string(number + 1) + ": far too long; this is no CSV file");
        }
    }
    if (size < 0) {
        return failure(ErrorCode::Malformed, path + ": damaged after line " + std::to_string(number));
    }
    return rest.empty() ? Result<void>{} : give(rest);
}

Result<void> readZip(const std::string &path, const OnLine &onLine, std::size_t longestLine)
{
    const std::unique_ptr<void, int (*)(unzFile)> zip{unzOpen64(path.c_str()), &unzClose};
    if (!zip || unzGoToFirstFile(zip.get()) != UNZ_OK || unzOpenCurrentFile(zip.get()) != UNZ_OK) {
        return failure(ErrorCode::Malformed, path + ": not a zip file that can be read");
    }
    const auto lines = splitLines(
        path, [&](char *into, unsigned size) { return unzReadCurrentFile(zip.get(), into, size); }, onLine,
        longestLine);
    const int closed = unzCloseCurrentFile(zip.get());
    if (lines && closed == UNZ_CRCERROR) {
        return failure(ErrorCode::Malformed, path + ": damaged, its checksum is wrong");
    }
    return lines;
}

} // namespace

Result<void> readLines(const std::string &path, const OnLine &onLine, std::size_t longestLine)
{
    struct stat facts = {};
    if (::stat(path.c_str(), &facts) != 0) {
        return failure(ErrorCode::Malformed, path + ": " + std::strerror(errno));
    }
    if (!S_ISREG(facts.st_mode)) { // a pipe would hold us up for ever
        return failure(ErrorCode::Malformed, path + ": not a file with data");
    }
    // gzread passes plain files through.
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file{gzopen(path.c_str(), "rb"), &gzclose};
    if (!file) {
        return failure(ErrorCode::Malformed, path + ": " + std::strerror(errno));
    }
    std::array<char, 4> magic{};
    if (gzread(file.get(), magic.data(), magic.size()) == 4 && std::memcmp(magic.data(), "PK\3\4", 4) == 0) {
        return readZip(path, onLine, longestLine);
    }
    gzrewind(file.get());
    return splitLines(
        path,
        [&](char *into, unsigned size) {
            const int got = gzread(file.get(), into, size);
            int status = Z_OK;
            gzerror(file.get(), &status);
            return got == 0 && status != Z_OK && status != Z_STREAM_END ? -1 : got;
        },
        onLine, longestLine);
}

} // namespace paper
