#include "exchange/paper/core/security.h"
#include "exchange/paper/server/paper_server.h"
#include "models/domain/time.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

// Signed order requests a second over loopback: several clients, each with a connection of its own that is
// kept open and on which the next request goes out once the last is answered. Every request is signed when it
// is sent, every answer is read and must be the order's. Alternates: place, cancel.
//
//   paper_wire_bench [clients [seconds [state]]]; 8 and 5 unless said. With "state" the account is kept in a
//   folder that is gone afterwards, and each answer waits until what it says is on the disk.
namespace
{

using SteadyClock = std::chrono::steady_clock;

class Client
{
public:
    Client(int number, std::uint16_t port, std::string key, std::string secret)
        : m_number{number},
          m_key{std::move(key)},
          m_secret{std::move(secret)}
    {
        m_socket = ::socket(AF_INET, SOCK_STREAM, 0);
        const int on = 1;
        ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(m_socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
            fail("no connection");
        }
    }
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;
    ~Client() { ::close(m_socket); }

    void run(const std::atomic<bool> &isOver)
    {
        while (!isOver) {
            const std::string id = "b" + std::to_string(m_number) + "-" + std::to_string(m_orders++);
            ask("POST", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.002&price=" + m_price +
                            "&newClientOrderId=" + id);
            ask("DELETE", "symbol=BTCUSDT&origClientOrderId=" + id);
        }
    }
    void setPrice(std::string price) { m_price = std::move(price); }
    std::int64_t answered() const { return m_answered; }

private:
    [[noreturn]] void fail(const char *what) const
    {
        std::fprintf(stderr, "client %d: %s\n%s\n", m_number, what, m_buffer.c_str());
        std::exit(1);
    }

    void ask(const char *method, std::string parameters)
    {
        const auto now = std::chrono::duration_cast<domain::Milliseconds>(
            std::chrono::system_clock::now().time_since_epoch());
        parameters += "&timestamp=" + std::to_string(now.count());
        parameters += "&signature=" + paper::hmacSha256(m_secret, parameters);
        const std::string text = std::string{method} +
                                 " /fapi/v1/order HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MBX-APIKEY: " + m_key +
                                 "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                                 std::to_string(parameters.size()) + "\r\n\r\n" + parameters;
        if (::send(m_socket, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
            fail("the request was not taken");
        }
        readAnswer();
        ++m_answered;
    }

    void readAnswer()
    {
        m_buffer.clear();
        for (;;) {
            char chunk[4096];
            const ssize_t got = ::recv(m_socket, chunk, sizeof chunk, 0);
            if (got <= 0) {
                fail("the connection ended");
            }
            m_buffer.append(chunk, static_cast<std::size_t>(got));
            const std::size_t end = m_buffer.find("\r\n\r\n");
            if (end == std::string::npos) {
                continue;
            }
            const std::size_t length = m_buffer.find("content-length: ");
            const auto body = static_cast<std::size_t>(std::atoll(m_buffer.c_str() + length + 16));
            if (m_buffer.size() >= end + 4 + body) {
                break;
            }
        }
        if (!m_buffer.starts_with("HTTP/1.1 200")) {
            fail("refused");
        }
    }

    int m_number;
    int m_socket = -1;
    std::string m_key;
    std::string m_secret;
    std::string m_price = "38000";
    std::string m_buffer;
    std::int64_t m_orders = 0;
    std::int64_t m_answered = 0;
};

double processorSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application{argc, argv};
    const int clients = argc > 1 ? std::max(1, std::atoi(argv[1])) : 8;
    const int seconds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
    paper::PaperConfig config;
    config.startBalance = domain::Money::of(10'000'000);
    const QTemporaryDir folder;
    const bool isKept = argc > 3 && std::string_view{argv[3]} == "state";
    if (isKept) {
        config.dataDirectory = folder.path();
    }
    config.limits = {2'000'000'000, 2'000'000'000, 2'000'000'000, 10, std::chrono::minutes{2}};
    paper::PaperServer server{config};
    const auto started = server.start().result();
    if (!started) {
        std::fprintf(stderr, "%s\n", started.error().detail.c_str());
        return 1;
    }
    // The market is told where it stands, so that every order rests.
    (void)server.control("POST", "/control/mark", R"({"symbol":"BTCUSDT","price":"40000"})").result();
    std::vector<std::unique_ptr<Client>> all;
    for (int i = 0; i < clients; ++i) {
        all.push_back(std::make_unique<Client>(i, static_cast<std::uint16_t>(started->rest.port()),
            started->apiKey.toStdString(), started->secret.toStdString()));
        all.back()->setPrice("38000");
    }
    std::atomic<bool> isOver{false};
    std::vector<std::thread> threads;
    const double before = processorSeconds();
    const auto beganAt = SteadyClock::now();
    for (const auto &client : all) {
        threads.emplace_back([&isOver, &client] { client->run(isOver); });
    }
    std::this_thread::sleep_for(std::chrono::seconds{seconds});
    isOver = true;
    for (std::thread &thread : threads) {
        thread.join();
    }
    const double took = std::chrono::duration<double>(SteadyClock::now() - beganAt).count();
    const double used = processorSeconds() - before;
    std::int64_t answered = 0;
    for (const auto &client : all) {
        answered += client->answered();
    }
    std::printf(
        "%d clients, %s, %.1f s: %.0f signed order requests a second over loopback; %.2f processor seconds a "
        "second, clients included, %.1f us a request\n",
        clients, isKept ? "kept on disk" : "not kept", took, static_cast<double>(answered) / took,
        used / took, 1e6 * used / static_cast<double>(answered));
    return 0;
}
