#pragma once

#include "models/domain/result.h"
#include "models/domain/time.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace binance
{

/// Adds "name=value" to a form or query text, with '&' where the text is not empty. The value is
/// percent-encoded so that only letters, digits, '-', '_', '.' and '~' stay (reference 2.3).
void appendParameter(std::string &text, std::string_view name, std::string_view value);

/// Signs request texts. Not thread-safe: one signer belongs to one thread at a time.
class Signer
{
public:
    Signer() = default;
    Signer(const Signer &) = delete;
    Signer &operator=(const Signer &) = delete;
    virtual ~Signer() = default;
    /// The signature of the text exactly as it will be sent, ready to stand after "signature=".
    /// Unauthorized: the crypto library refused.
    virtual domain::Result<std::string> sign(std::string_view payload) = 0;
};

/// HMAC-SHA256 in lower-case hex. The secret goes straight into the crypto library's context, whose copy lies
/// in its locked heap; the caller owns the buffer and may wipe it once create() is back.
class HmacSigner final : public Signer
{
public:
    /// Unauthorized: empty secret, or the crypto library refused.
    static domain::Result<std::shared_ptr<Signer>> create(std::span<const std::byte> secret);
    ~HmacSigner() override;
    domain::Result<std::string> sign(std::string_view payload) override;

private:
    struct Context;
    explicit HmacSigner(std::unique_ptr<Context> context);
    std::unique_ptr<Context> m_context;
};

/// Ed25519 in base64, percent-encoded for REST.
class Ed25519Signer final : public Signer
{
public:
    /// privateKey: PKCS#8, as PEM text or DER bytes, not encrypted. Unauthorized: unreadable or another kind
    /// of key.
    static domain::Result<std::shared_ptr<Signer>> create(std::span<const std::byte> privateKey);
    ~Ed25519Signer() override;
    domain::Result<std::string> sign(std::string_view payload) override;

private:
    struct Key;
    explicit Ed25519Signer(std::unique_ptr<Key> key);
    std::unique_ptr<Key> m_key;
};

/// The signed form of a request: the parameters, then recvWindow and timestamp, the signature last.
domain::Result<std::string> signedText(
    Signer &signer, std::string parameters, domain::Milliseconds recvWindow, domain::Timestamp timestamp);

} // namespace binance
