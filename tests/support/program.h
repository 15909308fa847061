#pragma once

#include "app/application.h"
#include "app/logging.h"
#include "exchange/binance/venue.h"
#include "ui/main_window.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

namespace support
{

constexpr int patience = 30'000; ///< ms; for a busy machine; passing runs need a fraction

/// The value of an answer; empty where it does not come.
template <class T> std::optional<T> outcomeOf(const QFuture<T> &future)
{
    return QTest::qWaitFor([&] { return future.isFinished(); }, patience) && future.resultCount() == 1
               ? std::optional{future.result()}
               : std::nullopt;
}

/// The program inside a test: application, window, venue and threads as main() makes them.
class Program
{
public:
    explicit Program(QString folder) : m_folder{std::move(folder)} {}

    bool open(app::CommandLine options)
    {
        m_application = std::make_unique<app::Application>(
            std::move(options), *app::DataDirectory::open(m_folder), m_clock);
        QSignalSpy opened{m_application.get(), &app::Application::sessionOpened};
        m_application->start();
        return QTest::qWaitFor([&] { return opened.count() == 1; }, patience);
    }
    bool openPaper()
    {
        app::CommandLine options;
        options.venue = app::VenueKind::Paper;
        options.symbol = QStringLiteral("BTCUSDT");
        options.seed = 7;
        return open(std::move(options)) && becomesReady();
    }
    /// A venue on this machine, with the keys in a file.
    bool openCustom(quint16 restPort, quint16 streamPort, const QString &credentials)
    {
        app::CommandLine options;
        options.venue = app::VenueKind::Custom;
        options.symbol = QStringLiteral("BTCUSDT");
        options.restUrl = QUrl{QStringLiteral("http://127.0.0.1:%1").arg(restPort)};
        options.streamUrl = QUrl{QStringLiteral("ws://127.0.0.1:%1").arg(streamPort)};
        options.credentialsFile = credentials;
        return open(std::move(options));
    }
    bool becomesReady()
    {
        return QTest::qWaitFor([this] { return venue().health().state()->canTrade; }, patience);
    }
    bool close()
    {
        QSignalSpy stopped{m_application->session(), &app::Session::stopped};
        m_application->session()->stop();
        const bool done = QTest::qWaitFor([&] { return stopped.count() == 1; }, patience);
        m_application.reset();
        return done;
    }
    bool isOpen() const { return m_application && m_application->session() != nullptr; }

    app::Session &session() const { return *m_application->session(); }
    ui::MainWindow &window() const { return *session().window(); }
    binance::Venue &venue() const { return *session().exchange(); }
    template <class Widget> Widget *find(const char *name) const
    {
        auto *const widget = window().findChild<Widget *>(QLatin1StringView{name});
        if (widget == nullptr) {
            qWarning("there is no %s", name);
        }
        return widget;
    }

    /// A market order of 0.05 BTC that is filled.
    std::optional<domain::Order> buy() const
    {
        domain::NewOrder order;
        order.symbol = "BTCUSDT";
        order.type = domain::OrderType::Market;
        order.quantity = domain::Quantity::literal("0.05");
        return submitted(order);
    }
    /// A limit order about 3 % below the market, which rests there.
    std::optional<domain::Order> bidLow() const
    {
        const auto trades = outcomeOf(venue().marketData().recentTrades("BTCUSDT", 1));
        if (!trades || !*trades || (**trades)->empty()) {
            return std::nullopt;
        }
        domain::NewOrder order;
        order.symbol = "BTCUSDT";
        order.quantity = domain::Quantity::literal("0.005");
        order.price = domain::Price::of(
            static_cast<std::int64_t>(std::floor((**trades)->back().price.approximate() * 0.97)));
        return submitted(order);
    }
    std::optional<domain::Order> submitted(const domain::NewOrder &order) const
    {
        const auto answer = outcomeOf(venue().trading().submit(order));
        if (!answer || !*answer) {
            qWarning("not placed: %s", answer ? answer->error().detail.c_str() : "no answer");
            return std::nullopt;
        }
        return **answer;
    }
    /// Lines of the log with that text.
    static int logged(const char *text)
    {
        const auto lines = app::recentLog(2'000);
        return static_cast<int>(std::ranges::count_if(
            lines, [&](const app::LogLine &line) { return line.text.find(text) != std::string::npos; }));
    }

private:
    QString m_folder;
    domain::SystemClock m_clock;
    std::unique_ptr<app::Application> m_application;
};

} // namespace support
