#include "exchange/paper/server/ws_api_server.h"

namespace paper
{

WsApiServer::WsApiServer(WsApi &api, Handler handler, const std::optional<QSslConfiguration> &ssl,
    StreamTiming timing, QObject *parent)
    : QObject{parent},
      m_api{api},
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
                    {}, [this](ConnectionId id) { m_api.close(id); }},
          ssl, timing}
{
}

WsApiServer::~WsApiServer()
{
    m_sockets.abortAll(); // while the API can be told
}

void WsApiServer::onText(ConnectionId id, const std::string &text)
{
    const auto read = m_api.read(id, text, m_handler.now());
    if (const auto *answer = std::get_if<std::string>(&read)) {
        return send(id, *answer);
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
    if (answer.isCut || answer.cutAt) {
        return m_sockets.abort(task.connection);
    }
    m_sockets.send(task.connection,
        frameText(Opcode::Text, m_api.answer(task, answer.response, m_handler.now())), answer.pace);
}

void WsApiServer::send(ConnectionId id, const std::string &text)
{
    m_sockets.send(id, frameText(Opcode::Text, text));
}

void WsApiServer::step()
{
    for (const ConnectionId id : m_api.expired(m_handler.now())) {
        m_sockets.close(id, GoingAway);
    }
}

} // namespace paper
