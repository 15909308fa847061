#pragma once

#include "exchange/paper/core/rest.h"
#include "exchange/paper/core/types.h"

#include <string>

namespace paper
{

/// One key and the account it opens.
struct ApiKey
{
    std::string key;
    std::string secret;           ///< HMAC-SHA256
    std::string ed25519PublicKey; ///< PEM; empty where there is none
    AccountId account = 1;
};

/// Lower-case hex of HMAC-SHA256.
std::string hmacSha256(const std::string &secret, std::string_view text);

/// The key of that name. Unauthorized -2014 (none or malformed) or -2015 (unknown): HTTP 401.
Result<const ApiKey *> findKey(const std::vector<ApiKey> &keys, std::string_view name);
/// timestamp (not before now - recvWindow, not a second ahead): -1102, -1130, -1021.
Result<void> checkTimestamp(const QueryParameters &parameters, Timestamp now);
/// The same, then the signature over the text as sent (-1022).
Result<void> checkSignature(
    const ApiKey &known, const Request &request, const QueryParameters &parameters, Timestamp now);
bool isSignedByHmac(const std::string &secret, std::string_view text, std::string signature);
/// publicKey: PEM. signature: base64.
bool isSignedByEd25519(const std::string &publicKey, std::string_view text, const std::string &signature);
/// Whether the text is a PEM that holds an Ed25519 public key.
bool isEd25519PublicKey(const std::string &pem);

} // namespace paper
