#include "exchange/paper/server/ws_api_server.h"

namespace paper
{
namespace
{

/// Numbers of these connections begin beyond those of the streams: what strikes sockets tells them apart so.
constexpr ConnectionId beforeFirst = ConnectionId{1} << 32;

} // namespace

WsApiServer::WsApiServer(WsApi &api, FaultyStreams &faults, Handler handler,
    const std::optional<QSslConfiguration> &ssl, StreamTiming timing, QObject *parent)
    : QObject{parent},
      m_api{api},
      m_faults{faults},
      m_handler{std::move(handler)},
      m_sockets{{[this](ConnectionId id, const Upgrade &upgrade) {
                     const auto admitted = m_api.open(id, upgrade.path, upgrade.query, m_handler.now());
                     return admitted ? std::nullopt : std::optional{admitted.error()};
                 },
                    [this](ConnectionId id, const std::string &text) { onText(id, text); },
                    [this](ConnectionId id, Opcode) {
                        const bool isWelcome = m_api.onControlFrame(id, m_handler.now());
                        if (!isWelcome) {
                            m_sockets.close(id, PolicyViolation);
                        }
                        return isWelcome;
                    },
                    [this](ConnectionId id, FrameForm form, const std::string &payload) {
                        StreamOutput frame{id, payload, false, Route::WsApi};
                        frame.form = form;
                        m_faults.control(m_handler.now(), std::move(frame));
                        pass({});
                    },
                    [this](ConnectionId id) {
                        m_api.close(id);
                        m_faults.close(id);
                    }},
          ssl, timing, beforeFirst}
{
}

WsApiServer::~WsApiServer()
{
    m_sockets.abortAll(); // while the API can be told
}

void WsApiServer::onText(ConnectionId id, const std::string &text)
{
    auto read = m_api.read(id, text, m_handler.now());
    if (auto *answer = std::get_if<WsApi::Answer>(&read)) {
        return send(id, std::move(*answer));
    }
    const auto &task = std::get<WsApi::Task>(read);
    const RestFate fate = m_handler.before(task.request);
    if (fate.holdBack.count() == 0) {
        return process(task, fate);
    }
    QTimer::singleShot(fate.holdBack, this, [this, task, fate] { process(task, fate); });
}

void WsApiServer::process(const WsApi::Task &task, const RestFate &fate)
{
    m_handler.process(task, fate, [this, task](const RestAnswer &answer) { // also where the client is gone
        if (answer.delay.count() == 0) {
            return finish(task, answer);
        }
        QTimer::singleShot(answer.delay, this, [this, task, answer] { finish(task, answer); });
    });
}

void WsApiServer::finish(const WsApi::Task &task, const RestAnswer &answer)
{
    if (answer.isCut) {
        return m_sockets.abort(task.connection);
    }
    std::string text = m_api.answer(task, answer.response, m_handler.now());
    if (answer.cutAt) {
        return sendTorn(task.connection, frameText(Opcode::Text, text), *answer.cutAt);
    }
    send(task.connection, {task.method, std::move(text)}, answer.pace);
}

/// at: of an answer of REST's length; wherever that is in these frames, they are not whole.
void WsApiServer::sendTorn(ConnectionId id, const std::string &frames, std::size_t at)
{
    m_sockets.send(id, frames.substr(0, at % frames.size()));
    m_sockets.abort(id);
}

void WsApiServer::send(ConnectionId id, WsApi::Answer answer, Pace pace)
{
    if (!m_sockets.has(id)) {
        return;
    }
    StreamOutput output{id, std::move(answer.text), false, Route::WsApi};
    output.pace = pace;
    output.method = answer.method.empty() ? "unreadable" : std::move(answer.method);
    std::vector<StreamOutput> fresh;
    fresh.push_back(std::move(output));
    pass(std::move(fresh));
}

void WsApiServer::pass(std::vector<StreamOutput> fresh)
{
    for (const StreamOutput &output :
        m_faults.pass(m_handler.now(), std::move(fresh), FaultyStreams::Of::WsApi)) {
        m_sockets.carryOut(output);
    }
    for (const ConnectionId id : m_faults.silent()) {
        m_sockets.deafen(id);
    }
}

void WsApiServer::step()
{
    for (const ConnectionId id : m_api.expired(m_handler.now())) {
        m_sockets.close(id, GoingAway);
    }
    pass({});
}

} // namespace paper
