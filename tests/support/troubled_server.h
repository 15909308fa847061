#pragma once

#include "exchange/paper/server/paper_server.h"
#include "tests/support/paper_client.h"

#include <QTest>

#include <memory>
#include <vector>

namespace support
{

/// The paper exchange with its controls on, which rules tell what to do wrong. For tests to inherit from.
class TroubledServer
{
protected:
    static constexpr int patience = 30'000;

    void startServer()
    {
        paper::PaperConfig config;
        config.hasControl = true;
        m_server = std::make_unique<paper::PaperServer>(config);
        auto started = m_server->start();
        QTRY_VERIFY_WITH_TIMEOUT(started.isFinished(), patience);
        const auto result = started.result();
        QVERIFY2(result, result ? "" : result.error().detail.c_str());
        m_at = *result;
    }
    void stopServer() { m_server.reset(); }
    void endTrouble() { m_server->setFaults({}); }
    /// Rules take effect on the exchange's thread; a control call comes after them.
    void setRules(const std::vector<paper::FaultRule> &rules)
    {
        m_server->setFaults(rules);
        QCOMPARE(control("GET", "faults").status(), 200);
    }
    PaperClient client() const { return {m_at.rest, m_at.apiKey, m_at.secret}; }
    PaperClient::Reply control(
        const QByteArray &method, const QByteArray &path, const QByteArray &body = {}) const
    {
        return client().call(method, "/control/" + path, body);
    }

    std::unique_ptr<paper::PaperServer> m_server;
    paper::PaperEndpoints m_at;
};

} // namespace support
