#pragma once

#include "models/domain/time.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

struct evp_md_ctx_st;

namespace app
{

/// What the chain covers of one entry of the journal.
struct JournalLink
{
    std::int64_t sequence = 0; ///< 1, 2, … without a gap
    domain::Timestamp at;
    std::string_view kind;
    std::string_view subject;
    std::string_view payload;
};

/// The checksum chain over the journal: each entry's sum covers the one before it, so that nothing can be
/// changed, left out or put in without a trace. SHA-256.
class JournalChain
{
public:
    using Sum = std::array<char, 32>;

    JournalChain();
    /// Of the journal before its first entry.
    Sum genesis();
    Sum next(const Sum &previous, const JournalLink &link);

    static std::string_view view(const Sum &sum) { return {sum.data(), sum.size()}; }
    /// All zeros for bytes of another length.
    static Sum of(std::string_view bytes);

private:
    struct Free
    {
        void operator()(evp_md_ctx_st *context) const;
    };

    std::unique_ptr<evp_md_ctx_st, Free> m_context;
};

} // namespace app
