#include "models/domain/grouped.h"

#include <algorithm>

namespace domain
{

std::string grouped(std::string_view plain)
{
    const std::size_t begin = !plain.empty() && plain.front() == '-' ? 1 : 0;
    const std::size_t point = std::min(plain.find('.'), plain.size());
    std::string text;
    text.reserve(plain.size() + plain.size() / 3);
    for (std::size_t at = 0; at < plain.size(); ++at) {
        if (at > begin && at < point && (point - at) % 3 == 0) {
            text += ',';
        }
        text += plain[at];
    }
    return text;
}

} // namespace domain
