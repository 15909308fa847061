#pragma once

#include "app/secret_buffer.h"
#include "models/domain/result.h"

#include <QString>

#include <cstdint>
#include <string>

namespace app
{

/// A key of the exchange and what signs with it.
struct Credentials
{
    enum class Kind : std::uint8_t {
        Hmac,   ///< secret: the text the exchange showed
        Ed25519 ///< secret: PKCS#8 private key, PEM text or DER bytes
    };
    Kind kind = Kind::Hmac;
    std::string apiKey; ///< goes into a header; not secret, but not shown in full either
    SecretBuffer secret;
};

/// Reads a file of lines "name = value"; blank lines and lines that begin with # are skipped. Names: key, and
/// either secret, or ed25519 with the path of a PEM file (relative to this file) or the key itself in base64.
/// Storage: the file cannot be read, or others could read it (it must be a regular file, ours, mode 0600).
/// Malformed: the sentence names the line and never what it holds.
domain::Result<Credentials> readCredentials(const QString &path);

/// "abcd…wxyz": what may be shown of an API key.
QString maskedKey(std::string_view apiKey);

} // namespace app
