#pragma once

#include "app/credentials.h"
#include "app/secret_store.h"
#include "exchange/binance/signing.h"

namespace app
{

/// Key and secret as the one secret that the key store holds for a venue.
SecretPtr packed(const Credentials &credentials);
/// Malformed: not written by packed().
domain::Result<Credentials> unpacked(const SecretBuffer &stored);
/// What signs with these keys. Unauthorized: the crypto library does not take them.
domain::Result<std::shared_ptr<binance::Signer>> makeSigner(const Credentials &credentials);

} // namespace app
