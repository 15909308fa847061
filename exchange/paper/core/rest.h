#pragma once

#include "models/domain/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paper
{

/// A REST request as it came over the wire.
struct Request
{
    std::string method; ///< "GET", "POST", "PUT", "DELETE"
    std::string path;   ///< "/fapi/v1/order"
    std::string query;  ///< without '?', percent-encoded as sent
    std::string body;
    std::string apiKey; ///< header X-MBX-APIKEY; empty where there is none
};

struct Response
{
    int status = 200;
    std::string body;
    std::string contentType = "application/json";
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case, as live
};

/// {"code":…,"msg":"…"}
std::string errorBody(int code, std::string_view message);
/// 404 with a page, as the gateway answers what is not there. Reference 3.3.
Response unknownPath();

/// The parameters of a request, decoded. Where query and body hold the same name the query wins.
class QueryParameters
{
public:
    QueryParameters() = default;
    /// Parameters that came in another way, each name once.
    explicit QueryParameters(std::vector<std::pair<std::string, std::string>> values)
        : m_values{std::move(values)}
    {
    }
    /// Rejected: -1101 for a name given twice in one of them, -1105 for an empty value, -1100 for a broken
    /// percent escape.
    static domain::Result<QueryParameters> parse(std::string_view query, std::string_view body);

    bool has(std::string_view name) const { return find(name) != nullptr; }
    /// Empty where it was not sent.
    std::string text(std::string_view name) const;
    /// Unset where it was not sent; Rejected -1102 where it is not a whole number.
    domain::Result<std::optional<std::int64_t>> integer(std::string_view name) const;

    const std::vector<std::pair<std::string, std::string>> &all() const { return m_values; }

private:
    const std::string *find(std::string_view name) const;
    std::vector<std::pair<std::string, std::string>> m_values;
};

/// The text that is signed: query and body as sent, one after the other, without the signature item.
std::string signedText(std::string_view query, std::string_view body);
std::optional<std::string> percentDecoded(std::string_view text, bool plusIsBlank);
/// -1102 with the venue's wording.
tl::unexpected<domain::Error> missing(std::string_view name);

} // namespace paper
