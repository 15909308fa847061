#pragma once

#include "exchange/paper/core/rest.h"
#include "models/domain/time.h"

#include <string>

namespace paper
{

/// The one key of the paper account.
struct ApiKey
{
    std::string key;
    std::string secret;           ///< HMAC-SHA256
    std::string ed25519PublicKey; ///< PEM; empty where there is none
};

/// Lower-case hex of HMAC-SHA256.
std::string hmacSha256(const std::string &secret, std::string_view text);

/// Rejected -2014 (no or malformed key) or -2015 (another key): HTTP 401.
domain::Result<void> checkKey(const ApiKey &known, const Request &request);
/// timestamp and recvWindow (-1102, -1130, -1021), then the signature over the text as sent (-1022).
domain::Result<void> checkSignature(
    const ApiKey &known, const Request &request, const QueryParameters &parameters, domain::Timestamp now);

} // namespace paper
