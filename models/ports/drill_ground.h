#pragma once

#include "models/domain/result.h"

#include <QByteArray>
#include <QFuture>

#include <functional>

namespace domain
{
struct DrillStep;
}

namespace ports
{

/// Where fire drills are played: carries out one step at the paper exchange. The answer is its own words;
/// Rejected where it did not do it.
using DrillGround = std::function<QFuture<domain::Result<QByteArray>>(const domain::DrillStep &step)>;

} // namespace ports
