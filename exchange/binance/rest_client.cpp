#include "exchange/binance/rest_client.h"

#include "exchange/binance/body.h"
#include "exchange/binance/error_classes.h"
#include "exchange/binance/wire_account.h"
#include "exchange/binance/wire_market.h"
#include "models/ports/future.h"

#include <QPointer>

#include <utility>

namespace binance
{

using namespace domain;
using transport::AnswerClass;

namespace
{

// A stamp from the past is taken within recvWindow, one from the future is not (reference 2.5).
constexpr Milliseconds stampBias{300};
constexpr std::chrono::seconds largestUncertainty{1};
constexpr int firstSamples = 5;
constexpr Milliseconds measureEvery{60'000};
constexpr Milliseconds measureAgainAfterFailure{2'000};

bool isClockRefusal(const transport::HttpAnswer &answer, AnswerClass outcome)
{
    constexpr int invalidTimestamp = -1021;
    constexpr int engineWindow = -5028;
    if (outcome != AnswerClass::NotExecuted || !answer.isComplete()) {
        return false;
    }
    const auto body = parseErrorBody(viewOf(answer.body));
    return body && (body->code == invalidTimestamp || body->code == engineWindow);
}

} // namespace

RestClient::RestClient(Endpoints endpoints, std::shared_ptr<Signer> signer, std::string apiKey,
    const Clock &clock, QObject *parent)
    : QObject{parent},
      m_endpoints{std::move(endpoints)},
      m_signer{std::move(signer)},
      m_apiKey{std::move(apiKey)},
      m_clock{clock},
      m_clockTimer{new QTimer{this}}
{
    m_clockTimer->setSingleShot(true);
    connect(m_clockTimer, &QTimer::timeout, this,
        [this] { measureClock(m_offset.isKnown() ? 1 : firstSamples); });
}

void RestClient::start(const transport::Throttle::PauseState &pause, Timestamp earlierLifeEndedAt)
{
    transport::PumpOptions options;
    options.limits = assumedLimits();
    options.seed = static_cast<std::uint64_t>(m_clock.monotonicNow().time_since_epoch().count());
    options.probe = [this] {
        transport::PumpRequest probe;
        probe.priority = transport::Priority::Resolve;
        probe.lane = transport::Lane::Orders;
        probe.cost = {1, 0};
        probe.maxTries = 1;
        probe.build = [this] { return build(Call{.path = "/fapi/v1/time"}); };
        probe.classify = [this](const transport::HttpAnswer &answer) {
            return verdictOf(answer, m_clock.wallNow());
        };
        return probe;
    };
    m_pump = new transport::RequestPump{m_clock, std::move(options), this};
    connect(m_pump, &transport::RequestPump::healthChanged, this, &RestClient::healthChanged);
    connect(m_pump, &transport::RequestPump::alarmed, this, &RestClient::alarmed);
    connect(m_pump, &transport::RequestPump::pauseChanged, this, &RestClient::pauseChanged);
    m_pump->noteEarlierLife(earlierLifeEndedAt);
    m_pump->restorePause(pause);
    measureClock(firstSamples);
    for (const auto &request : std::exchange(m_early, {})) {
        request();
    }
}

void RestClient::stop()
{
    m_isStopped = true;
    for (const auto &request : std::exchange(m_early, {})) {
        request();
    }
    m_clockTimer->stop();
}

Timestamp RestClient::serverNow() const
{
    return m_offset.assumedNow(m_clock.monotonicNow()).value_or(m_clock.wallNow());
}

Result<Timestamp> RestClient::signingTime() const
{
    const auto now = m_clock.monotonicNow();
    const auto server = m_offset.serverNow(now);
    if (!server || m_offset.uncertainty(now) > largestUncertainty) {
        return failure(ErrorCode::Unreachable,
            "The exchange's clock is not known well enough to sign a request; it is being measured.");
    }
    return *server - stampBias;
}

Result<transport::HttpRequest> RestClient::build(const Call &call)
{
    if (call.whyNotNow) {
        if (auto error = call.whyNotNow()) {
            return tl::unexpected{std::move(*error)};
        }
    }
    transport::HttpRequest request;
    request.verb = call.verb;
    request.url = m_endpoints.restBase;
    request.url.setPath(QString::fromStdString(call.path));
    request.delivery = call.delivery;
    request.timeout = call.timeout;
    std::string text = call.parameters;
    Timestamp stamp = m_clock.wallNow();
    if (call.security != Security::None) {
        if (m_apiKey.empty() || !m_endpoints.mayCarryKey(request.url)) {
            return failure(ErrorCode::Unauthorized, "No API key is set for this venue; enter one to trade.");
        }
        request.headers.emplace_back("X-MBX-APIKEY", QByteArray::fromStdString(m_apiKey));
    }
    if (call.security == Security::Signed) {
        if (m_signer == nullptr) {
            return failure(
                ErrorCode::Unauthorized, "No API secret is set for this venue; enter one to trade.");
        }
        const auto time = signingTime();
        if (!time) {
            return tl::unexpected{time.error()};
        }
        stamp = *time;
        auto signedForm = signedText(*m_signer, std::move(text), call.recvWindow, stamp);
        if (!signedForm) {
            return tl::unexpected{signedForm.error()};
        }
        text = std::move(*signedForm);
    }
    if (call.verb == "GET") {
        if (!text.empty()) {
            // Encoded already; strict mode leaves it as it was signed.
            request.url.setQuery(QString::fromStdString(text), QUrl::StrictMode);
        }
    } else {
        request.body = QByteArray::fromStdString(text);
        request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    }
    if (call.onHandOver) {
        call.onHandOver(stamp);
    }
    return request;
}

void RestClient::send(const Call &call, QObject *context, Handler handler)
{
    if (m_pump == nullptr && !m_isStopped) {
        m_early.emplace_back(
            [this, call, context = QPointer<QObject>{context}, handler = std::move(handler)] {
                if (context) {
                    send(call, context, handler);
                }
            });
        return;
    }
    if (m_isStopped) {
        transport::PumpAnswer answer;
        answer.refusal =
            Error{ErrorCode::Cancelled, "The connection to the venue is closed; nothing was sent.", 0, 0, 0};
        QMetaObject::invokeMethod(
            context, [answer, handler = std::move(handler)] { handler(answer); }, Qt::QueuedConnection);
        return;
    }
    transport::PumpRequest request;
    request.priority = call.priority;
    request.lane = call.lane;
    request.cost = call.cost;
    request.coalesceKey = call.coalesceKey;
    request.maxTries = call.maxTries;
    request.deadline = call.deadline;
    request.build = [this, call] { return build(call); };
    request.classify = [this](const transport::HttpAnswer &answer) { return classify(answer); };
    ++m_pending;
    ports::whenFinished(m_pump->submit(std::move(request)), this,
        [this, context = QPointer<QObject>{context}, handler = std::move(handler)](
            const transport::PumpAnswer &answer) {
            --m_pending;
            if (context) {
                handler(answer);
            }
        });
}

void RestClient::fetch(const Call &call, QObject *context, BodyHandler handler)
{
    send(call, context, [this, handler = std::move(handler)](const transport::PumpAnswer &answer) {
        if (answer.outcome == AnswerClass::Done) {
            handler(answer.http.body);
        } else {
            handler(tl::unexpected{errorOf(answer, m_clock.wallNow())});
        }
    });
}

/// A refused time stamp has the clock measured before the request's next try. What is known stays in use
/// until then: the answer may only have been slow, and a first sample that contradicts replaces it.
transport::AnswerVerdict RestClient::classify(const transport::HttpAnswer &answer)
{
    auto verdict = verdictOf(answer, m_clock.wallNow());
    if (isClockRefusal(answer, verdict.outcome)) {
        QMetaObject::invokeMethod(
            this, [this] { measureClock(firstSamples); }, Qt::QueuedConnection);
    }
    return verdict;
}

void RestClient::forgetClock()
{
    m_offset.reset();
    measureClock(firstSamples);
}

void RestClient::measureClock(int samplesLeft)
{
    if (m_isMeasuring || m_isStopped) {
        return;
    }
    m_isMeasuring = true;
    const auto sentAt = std::make_shared<Monotonic>();
    Call call{.path = "/fapi/v1/time"};
    call.priority = transport::Priority::Resolve;
    call.maxTries = 1;
    call.onHandOver = [this, sentAt](Timestamp) { *sentAt = m_clock.monotonicNow(); };
    fetch(call, this, [this, sentAt, samplesLeft](const Result<QByteArray> &body) {
        m_isMeasuring = false;
        const auto time = parsed(body, parseServerTime);
        const bool wasKnown = m_offset.isKnown();
        if (time) {
            m_offset.add({*sentAt, m_clock.monotonicNow(), *time});
        }
        if (m_offset.isKnown() && !wasKnown) {
            emit clockKnown();
        }
        if (time && samplesLeft > 1) {
            measureClock(samplesLeft - 1);
        } else if (!m_isStopped) {
            m_clockTimer->start(time ? measureEvery : measureAgainAfterFailure);
        }
    });
}

} // namespace binance
