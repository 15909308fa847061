#pragma once

#include "exchange/transport/request_pump.h"
#include "tests/transport/hostile_server.h"

namespace hostile
{

/// A request that is handed to the network at most once.
inline transport::HttpRequest orderRequest(const QByteArray &verb, const QUrl &url, const QByteArray &body)
{
    transport::HttpRequest request;
    request.verb = verb;
    request.url = url;
    request.body = body;
    request.timeout = std::chrono::seconds{5};
    request.delivery = transport::Delivery::Once;
    request.headers = {{"X-KEY", "visible"}};
    return request;
}

inline transport::PumpRequest pumped(const transport::HttpRequest &http, transport::Priority priority)
{
    transport::PumpRequest request;
    request.priority = priority;
    request.lane = transport::Lane::Orders;
    request.cost = transport::Cost{0, 1};
    request.build = [http] { return domain::Result<transport::HttpRequest>{http}; };
    return request;
}

/// Trusts the certificate of the hostile servers.
inline transport::PumpOptions trusting()
{
    transport::PumpOptions options;
    options.http.extraAuthorities = {Identity::forLocalhost().certificate};
    return options;
}

} // namespace hostile
