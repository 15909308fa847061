#include "app/credentials.h"

#include "app/redaction.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <openssl/evp.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace app
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;

constexpr std::size_t maxFileSize = 16 * 1024;
constexpr std::size_t maxKeyLength = 256;
constexpr std::string_view ed25519KeyBegin = "MC4CAQAwBQYDK2Vw"; // PKCS#8 in base64

std::string quoted(const QString &path)
{
    return "“" + path.toStdString() + "”";
}

/// The content of a file that nobody else can read, straight into locked memory.
Result<SecretBuffer> readPrivateFile(const QString &path)
{
    const auto refuse = [&path](const std::string &why) {
        return failure(ErrorCode::Storage, quoted(path) + " " + why);
    };
    // Non-blocking, so that a pipe of that name cannot hold us up.
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return errno == ELOOP ? refuse("is a symbolic link; name the file itself.")
                              : refuse(std::string{"cannot be opened: "} + std::strerror(errno) + ".");
    }
    struct Closer
    {
        int descriptor;
        ~Closer() { ::close(descriptor); }
    } const closer{descriptor};
    struct stat facts = {};
    if (::fstat(descriptor, &facts) != 0) {
        return refuse(std::string{"cannot be examined: "} + std::strerror(errno) + ".");
    }
    if (!S_ISREG(facts.st_mode)) {
        return refuse("is not a regular file.");
    }
    if (facts.st_uid != ::geteuid()) {
        return refuse("belongs to another user.");
    }
    if ((facts.st_mode & 0177U) != 0) {
        return refuse("can be read by others; run: chmod 600 on it.");
    }
    if (facts.st_size == 0) {
        return refuse("is empty.");
    }
    if (static_cast<std::size_t>(facts.st_size) > maxFileSize) {
        return refuse("is too large for a file of keys.");
    }
    SecretBuffer content{static_cast<std::size_t>(facts.st_size)};
    std::size_t size = 0;
    while (size < content.size()) {
        const auto got = ::read(descriptor, content.writable().data() + size, content.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        size += static_cast<std::size_t>(got);
    }
    content.shrink(size);
    return content;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r";
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool isKeyText(std::string_view text)
{
    return text.size() <= maxKeyLength &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<SecretBuffer> fromBase64(std::string_view text)
{
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    SecretBuffer decoded{text.size() / 4 * 3};
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char *>(decoded.writable().data()),
        reinterpret_cast<const unsigned char *>(text.data()), static_cast<int>(text.size()));
    if (size < 0) {
        return std::nullopt;
    }
    const auto padding = static_cast<std::size_t>(std::ranges::count(text, '='));
    decoded.shrink(static_cast<std::size_t>(size) - padding);
    return decoded;
}

/// Where each name stands; 0 where it does not.
struct Lines
{
    int key = 0;
    int secret = 0;
    int ed25519 = 0;
};

class Reader
{
public:
    explicit Reader(const QString &path) : m_path{path} {}

    Result<Credentials> read()
    {
        const auto content = readPrivateFile(m_path);
        if (!content) {
            return tl::unexpected{content.error()};
        }
        std::string_view rest = content->text();
        for (int number = 1; !rest.empty(); ++number) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view line = trimmed(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (!line.empty() && line.front() != '#') {
                if (const auto taken = take(number, line); !taken) {
                    return tl::unexpected{taken.error()};
                }
            }
        }
        return finish();
    }

private:
    tl::unexpected<domain::Error> malformed(int line, const std::string &why) const
    {
        return failure(ErrorCode::Malformed, quoted(m_path) + ", line " + std::to_string(line) + ": " + why);
    }

    Result<bool> take(int number, std::string_view line)
    {
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) {
            return malformed(number, "there is no “=”; a line reads “name = value”.");
        }
        const std::string_view name = trimmed(line.substr(0, equals));
        const std::string_view value = trimmed(line.substr(equals + 1));
        int *place = name == "key"       ? &m_lines.key
                     : name == "secret"  ? &m_lines.secret
                     : name == "ed25519" ? &m_lines.ed25519
                                         : nullptr;
        if (place == nullptr) {
            return malformed(number, "unknown name; known are key, secret and ed25519.");
        }
        if (*place != 0) {
            return malformed(
                number, std::string{name} + " was given in line " + std::to_string(*place) + " already.");
        }
        *place = number;
        if (value.empty()) {
            return malformed(number, std::string{name} + " has no value.");
        }
        if (place == &m_lines.ed25519) {
            return takeEd25519(number, value);
        }
        if (!isKeyText(value)) {
            return malformed(number, std::string{name} + " holds blanks or characters that no key has.");
        }
        registerSecret(value);
        if (place == &m_lines.key) {
            m_credentials.apiKey = value;
        } else {
            m_credentials.kind = Credentials::Kind::Hmac;
            m_credentials.secret = SecretBuffer::copyOf(value);
        }
        return true;
    }

    Result<bool> takeEd25519(int number, std::string_view value)
    {
        m_credentials.kind = Credentials::Kind::Ed25519;
        if (value.starts_with(ed25519KeyBegin)) {
            registerSecret(value);
            auto key = fromBase64(value);
            if (!key) {
                return malformed(number, "the Ed25519 key is not whole base64.");
            }
            m_credentials.secret = std::move(*key);
            return true;
        }
        const QString named = QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size()));
        const QString pem = QFileInfo{m_path}.absoluteDir().absoluteFilePath(named);
        if (!QFileInfo::exists(pem)) {
            return malformed(
                number, "the value of ed25519 is neither a PKCS#8 key in base64 nor the name of a file.");
        }
        auto content = readPrivateFile(pem);
        if (!content) {
            return malformed(number, content.error().detail);
        }
        if (content->text().find("-----BEGIN PRIVATE KEY-----") == std::string_view::npos) {
            return malformed(
                number, "the file named by ed25519 holds no unencrypted PKCS#8 private key (PEM).");
        }
        m_credentials.secret = std::move(*content);
        return true;
    }

    Result<Credentials> finish()
    {
        if (m_lines.key == 0) {
            return failure(ErrorCode::Malformed, quoted(m_path) + " has no line “key = …”.");
        }
        if (m_lines.secret != 0 && m_lines.ed25519 != 0) {
            return malformed(
                std::max(m_lines.secret, m_lines.ed25519), "secret and ed25519 exclude each other.");
        }
        if (m_lines.secret == 0 && m_lines.ed25519 == 0) {
            return failure(
                ErrorCode::Malformed, quoted(m_path) + " has neither a line “secret = …” nor “ed25519 = …”.");
        }
        return std::move(m_credentials);
    }

    QString m_path;
    Lines m_lines;
    Credentials m_credentials;
};

} // namespace

Result<Credentials> readCredentials(const QString &path)
{
    return Reader{path}.read();
}

QString maskedKey(std::string_view apiKey)
{
    constexpr std::size_t shown = 4;
    if (apiKey.size() < 4 * shown) {
        return QStringLiteral("…");
    }
    const auto text = [](std::string_view part) {
        return QString::fromUtf8(part.data(), static_cast<qsizetype>(part.size()));
    };
    return text(apiKey.substr(0, shown)) + u'…' + text(apiKey.substr(apiKey.size() - shown));
}

} // namespace app
