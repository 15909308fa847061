#pragma once

#include <string>
#include <string_view>

namespace domain
{

/// Thousands of the whole part set apart by commas, for sentences that people read: "-65000.10" becomes
/// "-65,000.10".
std::string grouped(std::string_view plain);

} // namespace domain
