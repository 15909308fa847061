#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace domain
{

/// What went wrong, for programs. The caller's next step depends on this alone.
enum class ErrorCode : std::uint8_t {
    Malformed,      ///< we could not read it; log the payload
    Rejected,       ///< the venue, or a check of our own, said no; show it, never retry
    RateLimited,    ///< wait until Error::retryAtMs
    Unreachable,    ///< surely not sent; back off, retry
    OutcomeUnknown, ///< the venue may have acted; ask by client order id before anything else
    Unauthorized,   ///< key, signature or permission; stop and ask for keys
    NotFound,       ///< the venue does not know it
    Cancelled,      ///< we gave it up ourselves before it was sent
    Storage,        ///< disk or database; nothing was sent
};

/// A failure: a code for programs, a sentence for people, the venue's number where it gave one.
struct Error
{
    ErrorCode code = ErrorCode::Malformed;
    std::string detail;         ///< one sentence: what is wrong and, where known, what mends it
    int venueCode = 0;          ///< e.g. -2019; 0 where the venue gave none
    int httpStatus = 0;         ///< 0 where there was no HTTP answer
    std::int64_t retryAtMs = 0; ///< RateLimited: server time in ms UTC from which a try makes sense; else 0
    friend bool operator==(const Error &, const Error &) = default;
};

template <class T> using Result = tl::expected<T, Error>;

/// Shorthand: return failure(ErrorCode::Malformed, "…").
inline tl::unexpected<Error> failure(ErrorCode code, std::string detail, int venueCode = 0)
{
    return tl::unexpected<Error>{Error{code, std::move(detail), venueCode, 0, 0}};
}

} // namespace domain
