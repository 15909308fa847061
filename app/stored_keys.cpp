#include "app/stored_keys.h"

#include <algorithm>

namespace app
{
namespace
{

constexpr char hmacMark = 'H';
constexpr char ed25519Mark = 'E';

} // namespace

// Layout: one letter for the kind, the API key, a line feed, the secret.
SecretPtr packed(const Credentials &credentials)
{
    auto buffer =
        std::make_shared<SecretBuffer>(1 + credentials.apiKey.size() + 1 + credentials.secret.size());
    auto at = buffer->writable().begin();
    *at++ = credentials.kind == Credentials::Kind::Ed25519 ? ed25519Mark : hmacMark;
    at = std::ranges::copy(credentials.apiKey, at).out;
    *at++ = '\n';
    std::ranges::copy(credentials.secret.view(), at);
    return buffer;
}

domain::Result<Credentials> unpacked(const SecretBuffer &stored)
{
    const std::string_view text = stored.text();
    const auto end = text.find('\n');
    if (text.size() < 4 || (text.front() != hmacMark && text.front() != ed25519Mark) ||
        end == std::string_view::npos || end < 2 || end + 1 >= text.size()) {
        return domain::failure(
            domain::ErrorCode::Malformed, "What the key store holds for this venue was not written by "
                                          "Headroom. Enter the keys again (File > Keys).");
    }
    Credentials credentials;
    credentials.kind = text.front() == ed25519Mark ? Credentials::Kind::Ed25519 : Credentials::Kind::Hmac;
    credentials.apiKey = std::string{text.substr(1, end - 1)};
    credentials.secret = SecretBuffer::copyOf(stored.view().subspan(end + 1));
    return credentials;
}

domain::Result<std::shared_ptr<binance::Signer>> makeSigner(const Credentials &credentials)
{
    return credentials.kind == Credentials::Kind::Ed25519
               ? binance::Ed25519Signer::create(credentials.secret.bytes())
               : binance::HmacSigner::create(credentials.secret.bytes());
}

} // namespace app
