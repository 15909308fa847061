#pragma once

#include <cstdint>

namespace domain
{

/// The venues a trader can be on. They share all code and no state.
enum class VenueKind : std::uint8_t {
    Paper,   ///< the exchange inside the program
    Testnet, ///< the exchange's own place to practise
    Mainnet, ///< real money
    Custom,  ///< any host that speaks the same protocol
};

} // namespace domain
