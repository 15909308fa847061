#pragma once

#include <string>
#include <string_view>

namespace app
{

/// From now on this text, plain or percent-encoded, is struck out of whatever is shown. Only a fingerprint of
/// it is kept. Texts shorter than eight characters are not taken: false. Any thread.
bool registerSecret(std::string_view secret);

/// The text as it may be shown: registered secrets, signatures, keys and whatever looks like one struck out,
/// line breaks and control characters made visible. Any thread.
std::string redacted(std::string_view text);

} // namespace app
