#include "exchange/binance/signing.h"

#include <array>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace binance
{

namespace
{

constexpr std::string_view hexDigits = "0123456789abcdef";

const unsigned char *bytesOf(std::string_view text)
{
    return reinterpret_cast<const unsigned char *>(text.data());
}
const unsigned char *bytesOf(std::span<const std::byte> data)
{
    return reinterpret_cast<const unsigned char *>(data.data());
}

auto refused(const char *what)
{
    return domain::failure(domain::ErrorCode::Unauthorized, what);
}

// HMAC contexts keep a copy of their key; with this heap it lies in locked pages that no core dump holds.
void useLockedHeap()
{
    constexpr std::size_t heapBytes = 32 * 1024;
    constexpr std::size_t smallestBlock = 32;
    if (CRYPTO_secure_malloc_initialized() == 0) {
        CRYPTO_secure_malloc_init(heapBytes, smallestBlock);
    }
}

std::string percentEncoded(std::string_view value)
{
    static constexpr std::string_view upperHex = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(value.size());
    for (const char c : value) {
        const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.' || c == '~';
        if (stays) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded += '%';
            encoded += upperHex[byte >> 4U];
            encoded += upperHex[byte & 15U];
        }
    }
    return encoded;
}

} // namespace

void appendParameter(std::string &text, std::string_view name, std::string_view value)
{
    if (!text.empty()) {
        text += '&';
    }
    text.append(name);
    text += '=';
    text += percentEncoded(value);
}

struct HmacSigner::Context
{
    EVP_MAC_CTX *mac = nullptr;
    Context() = default;
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;
    ~Context() { EVP_MAC_CTX_free(mac); }
};

HmacSigner::HmacSigner(std::unique_ptr<Context> context) : m_context{std::move(context)} {}
HmacSigner::~HmacSigner() = default;

domain::Result<std::shared_ptr<Signer>> HmacSigner::create(std::span<const std::byte> secret)
{
    if (secret.empty()) {
        return refused("The API secret is empty; enter the secret that belongs to the key.");
    }
    useLockedHeap();
    EVP_MAC *algorithm = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    auto context = std::make_unique<Context>();
    context->mac = EVP_MAC_CTX_new(algorithm);
    EVP_MAC_free(algorithm);
    std::array<char, 7> digest{'S', 'H', 'A', '2', '5', '6', '\0'};
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    if (context->mac == nullptr ||
        EVP_MAC_init(context->mac, bytesOf(secret), secret.size(), parameters.data()) != 1) {
        return refused("The crypto library cannot sign with HMAC-SHA256 on this machine.");
    }
    return std::shared_ptr<Signer>{new HmacSigner{std::move(context)}};
}

domain::Result<std::string> HmacSigner::sign(std::string_view payload)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t length = 0;
    // Without a key the context starts anew with the one it has.
    if (EVP_MAC_init(m_context->mac, nullptr, 0, nullptr) != 1 ||
        EVP_MAC_update(m_context->mac, bytesOf(payload), payload.size()) != 1 ||
        EVP_MAC_final(m_context->mac, digest.data(), &length, digest.size()) != 1) {
        return refused("The crypto library could not sign the request.");
    }
    std::string hex;
    hex.reserve(2 * length);
    for (std::size_t i = 0; i < length; ++i) {
        hex += hexDigits[digest[i] >> 4U];
        hex += hexDigits[digest[i] & 15U];
    }
    return hex;
}

struct Ed25519Signer::Key
{
    EVP_PKEY *key = nullptr;
    EVP_MD_CTX *context = nullptr;
    Key() = default;
    Key(const Key &) = delete;
    Key &operator=(const Key &) = delete;
    ~Key()
    {
        EVP_MD_CTX_free(context);
        EVP_PKEY_free(key);
    }
};

Ed25519Signer::Ed25519Signer(std::unique_ptr<Key> key) : m_key{std::move(key)} {}
Ed25519Signer::~Ed25519Signer() = default;

domain::Result<std::shared_ptr<Signer>> Ed25519Signer::create(std::span<const std::byte> privateKey)
{
    useLockedHeap();
    auto key = std::make_unique<Key>();
    BIO *input = BIO_new_mem_buf(privateKey.data(), static_cast<int>(privateKey.size()));
    const auto noPassphrase = [](char *, int, int, void *) { return -1; };
    key->key = PEM_read_bio_PrivateKey(input, nullptr, noPassphrase, nullptr);
    BIO_free(input);
    if (key->key == nullptr) {
        const unsigned char *position = bytesOf(privateKey);
        key->key = d2i_AutoPrivateKey(nullptr, &position, static_cast<long>(privateKey.size()));
    }
    if (key->key == nullptr || EVP_PKEY_get_id(key->key) != EVP_PKEY_ED25519) {
        return refused("This is not an unencrypted Ed25519 private key in PKCS#8 form; export the key anew "
                       "as PEM.");
    }
    key->context = EVP_MD_CTX_new();
    return std::shared_ptr<Signer>{new Ed25519Signer{std::move(key)}};
}

domain::Result<std::string> Ed25519Signer::sign(std::string_view payload)
{
    constexpr std::size_t signatureBytes = 64;
    constexpr std::size_t base64Bytes = 4 * ((signatureBytes + 2) / 3);
    std::array<unsigned char, signatureBytes> signature{};
    std::size_t length = signature.size();
    if (EVP_MD_CTX_reset(m_key->context) != 1 ||
        EVP_DigestSignInit(m_key->context, nullptr, nullptr, nullptr, m_key->key) != 1 ||
        EVP_DigestSign(m_key->context, signature.data(), &length, bytesOf(payload), payload.size()) != 1) {
        return refused("The crypto library could not sign the request.");
    }
    std::array<unsigned char, base64Bytes + 1> base64{};
    const int written = EVP_EncodeBlock(base64.data(), signature.data(), static_cast<int>(length));
    return percentEncoded({reinterpret_cast<const char *>(base64.data()), static_cast<std::size_t>(written)});
}

domain::Result<std::string> signedText(
    Signer &signer, std::string parameters, domain::Milliseconds recvWindow, domain::Timestamp timestamp)
{
    appendParameter(parameters, "recvWindow", std::to_string(recvWindow.count()));
    appendParameter(parameters, "timestamp", std::to_string(domain::toMs(timestamp)));
    return signer.sign(parameters).map([&](const std::string &signature) {
        return parameters + "&signature=" + signature;
    });
}

} // namespace binance
