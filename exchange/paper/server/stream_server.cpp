#include "exchange/paper/server/stream_server.h"

namespace paper
{

StreamServer::StreamServer(
    Parts parts, const std::optional<QSslConfiguration> &ssl, StreamTiming timing, QObject *parent)
    : QObject{parent},
      m_parts{std::move(parts)},
      m_sockets{{[this](ConnectionId id, const Upgrade &upgrade) { return open(id, upgrade); },
                    [this](ConnectionId id, const std::string &text) {
                        m_parts.hub.onText(id, text, m_parts.now());
                        flush();
                    },
                    [this](ConnectionId id, Opcode) {
                        const bool isWelcome = m_parts.hub.onControlFrame(id, m_parts.now());
                        flush();
                        return isWelcome;
                    },
                    [this](ConnectionId id, FrameForm form, const std::string &payload) {
                        StreamOutput frame{id, payload, false, m_parts.hub.routeOf(id)};
                        frame.form = form;
                        m_parts.faults.control(m_parts.now(), std::move(frame));
                        flush();
                    },
                    [this](ConnectionId id) {
                        m_parts.hub.close(id);
                        m_parts.faults.close(id);
                    }},
          ssl, timing}
{
}

StreamServer::~StreamServer()
{
    m_sockets.abortAll(); // while the hub can be told
}

std::optional<Response> StreamServer::open(ConnectionId id, const Upgrade &upgrade)
{
    const auto admitted = m_parts.hub.open(id, upgrade.path, upgrade.query, m_parts.now());
    return admitted ? std::nullopt : std::optional{admitted.error()};
}

void StreamServer::flush()
{
    std::vector<StreamOutput> fresh = m_parts.takeOutput ? m_parts.takeOutput() : m_parts.hub.takeOutput();
    for (const StreamOutput &output : m_parts.faults.pass(m_parts.now(), std::move(fresh))) {
        m_sockets.carryOut(output);
    }
    for (const ConnectionId id : m_parts.faults.silent()) {
        m_sockets.deafen(id);
    }
}

} // namespace paper
