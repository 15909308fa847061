#pragma once

#include "exchange/paper/core/api.h"
#include "exchange/paper/core/streams.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace paper
{

/// The WebSocket API without a socket: reference 8. Frames go in; each becomes an answer at once, or a task
/// that is the REST call of the same meaning. The two share limits, checks and answers.
class WsApi
{
public:
    static constexpr std::string_view path = "/ws-fapi/v1";

    explicit WsApi(Api &api) : m_api{api} {}

    /// Else the answer to the handshake: 404 where there is no such entry, 429 or 418 where the address may
    /// not connect.
    Admission open(ConnectionId id, std::string_view path, std::string_view query, Timestamp now);
    /// A ping or pong of the client's. False: one too many, the connection is to be closed.
    bool onControlFrame(ConnectionId id, Timestamp now);
    void close(ConnectionId id) { m_sessions.erase(id); }

    struct Task
    {
        ConnectionId connection = 0;
        std::string id; ///< JSON, echoed
        std::string method;
        const Endpoint *endpoint = nullptr;
        QueryParameters parameters;
        AccountId account = 0;
        bool showsLimits = true;
        Request request; ///< the call as REST would bring it, for those who look at calls
    };
    struct Answer
    {
        std::string method; ///< of the call; empty where that could not be read
        std::string text;
    };
    /// A finished answer, or what is to be done first.
    std::variant<Answer, Task> read(ConnectionId id, std::string_view text, Timestamp now);
    Response carryOut(const Task &task, Timestamp now);
    std::string answer(const Task &task, const Response &response, Timestamp now);
    /// Connections that have lived for 24 hours.
    std::vector<ConnectionId> expired(Timestamp now) const;
    std::vector<ConnectionId> connections() const;

private:
    struct Session
    {
        Timestamp connectedAt;
        bool showsLimits = true;
        const ApiKey *key = nullptr; ///< logged on
        Timestamp authorizedAt;
        MessageCount controlFrames;
    };
    /// One frame, taken apart.
    struct Frame
    {
        std::string id = "null";
        std::string method;
        QueryParameters parameters;
        std::string signedText; ///< parameters sorted by name, without the signature
        bool showsLimits = true;
    };
    /// Reads as much as can be read; what is wrong with it, if anything.
    static std::optional<domain::Error> parse(std::string_view text, Frame &frame);
    Answer answerTo(const Frame &frame, const Response &response, Timestamp now);
    Answer manageSession(const Frame &frame, Session &session, Timestamp now);
    std::string sessionState(const Session &session, Timestamp now) const;
    Result<void> logOn(const Frame &frame, Session &session, Timestamp now) const;
    Result<const ApiKey *> callerOf(
        const Frame &frame, const Session &session, const Endpoint &endpoint, Timestamp now) const;
    std::string envelope(const std::string &id, const Response &response, bool showsLimits,
        std::optional<AccountId> ordersOf, Timestamp now);

    Api &m_api;
    std::map<ConnectionId, Session> m_sessions;
};

} // namespace paper
