#include "models/domain/risk/draft_issue.h"

#include <algorithm>

namespace domain
{

bool maySend(const DraftIssues &issues)
{
    return std::ranges::none_of(
        issues, [](const DraftIssue &issue) { return issue.severity == Severity::Blocks; });
}

} // namespace domain
