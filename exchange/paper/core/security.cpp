#include "exchange/paper/core/security.h"

#include <algorithm>
#include <array>
#include <memory>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;

constexpr std::int64_t defaultWindowMs = 5'000;
constexpr std::int64_t longestWindowMs = 60'000;
constexpr std::int64_t mostAheadMs = 1'000;
constexpr std::size_t ed25519SignatureSize = 64;

const unsigned char *bytes(std::string_view text)
{
    return reinterpret_cast<const unsigned char *>(text.data());
}

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key publicKeyOf(const std::string &pem)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio{
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    return {PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
}

} // namespace

std::string hmacSha256(const std::string &secret, std::string_view text)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes(text), text.size(),
        digest.data(), &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        constexpr char digits[] = "0123456789abcdef";
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

bool isSignedByEd25519(const std::string &publicKey, std::string_view text, const std::string &signature)
{
    const Key key = publicKeyOf(publicKey);
    std::array<unsigned char, 128> raw{};
    if (!key || signature.size() > raw.size() ||
        EVP_DecodeBlock(raw.data(), bytes(signature), static_cast<int>(signature.size())) <
            static_cast<int>(ed25519SignatureSize)) {
        return false;
    }
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), raw.data(), ed25519SignatureSize, bytes(text), text.size()) == 1;
}

bool isSignedByHmac(const std::string &secret, std::string_view text, std::string signature)
{
    std::ranges::transform(signature, signature.begin(),
        [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    const std::string expected = hmacSha256(secret, text);
    return signature.size() == expected.size() &&
           CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

bool isEd25519PublicKey(const std::string &pem)
{
    const Key key = publicKeyOf(pem);
    return key && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519;
}

Result<const ApiKey *> findKey(const std::vector<ApiKey> &keys, std::string_view name)
{
    const auto isWordCharacter = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    if (name.size() < 8 || !std::ranges::all_of(name, isWordCharacter)) {
        return failure(ErrorCode::Unauthorized, "API-key format invalid.", -2014);
    }
    const auto found = std::ranges::find(keys, name, &ApiKey::key);
    if (found == keys.end()) {
        return failure(ErrorCode::Unauthorized, "Invalid API-key, IP, or permissions for action.", -2015);
    }
    return &*found;
}

Result<void> checkTimestamp(const QueryParameters &parameters, Timestamp now)
{
    const auto timestamp = parameters.integer("timestamp");
    const auto window = parameters.integer("recvWindow");
    if (!timestamp || !*timestamp) {
        return missing("timestamp");
    }
    if (!window) {
        return tl::unexpected{window.error()};
    }
    const std::int64_t windowMs = window->value_or(defaultWindowMs);
    if (windowMs <= 0 || windowMs > longestWindowMs) {
        return failure(ErrorCode::Rejected, "Data sent for parameter 'recvWindow' is not valid.", -1130);
    }
    const std::int64_t age = domain::toMs(now) - **timestamp;
    if (age <= -mostAheadMs) {
        return failure(
            ErrorCode::Rejected, "Timestamp for this request was 1000ms ahead of the server's time.", -1021);
    }
    if (age > windowMs) {
        return failure(
            ErrorCode::Rejected, "Timestamp for this request is outside of the recvWindow.", -1021);
    }
    return {};
}

Result<void> checkSignature(
    const ApiKey &known, const Request &request, const QueryParameters &parameters, Timestamp now)
{
    const std::string signature = parameters.text("signature");
    if (parameters.has("timestamp") && signature.empty()) {
        return missing("signature");
    }
    if (const auto checked = checkTimestamp(parameters, now); !checked) {
        return checked;
    }
    const std::string text = signedText(request.query, request.body);
    if (isSignedByHmac(known.secret, text, signature) ||
        (!known.ed25519PublicKey.empty() && isSignedByEd25519(known.ed25519PublicKey, text, signature))) {
        return {};
    }
    return failure(ErrorCode::Rejected, "Signature for this request is not valid.", -1022);
}

} // namespace paper
