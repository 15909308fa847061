#pragma once

#include "models/domain/result.h"

#include <QByteArray>

#include <cstddef>
#include <string_view>
#include <utility>

namespace binance
{

inline std::string_view viewOf(const QByteArray &bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

/// What the parser reads from the body, or why there is none: parsed(body, parseAccount).
template <class Parser, class... More>
auto parsed(const domain::Result<QByteArray> &body, Parser parser, const More &...more)
{
    return body.and_then([&](const QByteArray &json) { return parser(viewOf(json), more...); });
}

} // namespace binance
