#pragma once

#include "exchange/paper/core/paper_exchange.h"

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <string>

namespace support
{

inline const std::string paperKey(64, 'k');
inline const std::string paperSecret = "secret";
inline const domain::Timestamp paperStart = domain::timestampFromMs(1'795'400'000'000);

/// A signed request of the paper account; parameters go into the body, of a GET and DELETE into the query.
inline paper::Request signedRequest(
    const std::string &method, const std::string &path, std::string parameters, domain::Timestamp at)
{
    parameters += (parameters.empty() ? "timestamp=" : "&timestamp=") + std::to_string(domain::toMs(at));
    parameters += "&signature=" + paper::hmacSha256(paperSecret, parameters);
    const bool inBody = method == "POST" || method == "PUT";
    return {method, path, inBody ? "" : parameters, inBody ? parameters : "", paperKey};
}

inline QJsonDocument jsonOf(const paper::Response &response)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(response.body));
}

inline int codeOf(const paper::Response &response)
{
    return jsonOf(response).object()[u"code"].toInt();
}

} // namespace support
