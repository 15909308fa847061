#include "models/domain/symbol.h"

#include <algorithm>

namespace domain
{

const SymbolSpec *ExchangeInfo::find(const Symbol &symbol) const
{
    const auto found = std::ranges::find(symbols, symbol, &SymbolSpec::symbol);
    return found == symbols.end() ? nullptr : &*found;
}

} // namespace domain
