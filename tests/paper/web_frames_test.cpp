#include "exchange/paper/core/stream_output.h"
#include "exchange/paper/core/web_frames.h"

#include <QTest>

#include <zlib.h>

using namespace paper;

namespace
{

/// A frame as a client sends it.
std::string masked(Opcode opcode, std::string payload, bool isLast = true)
{
    std::string frame = frameText(opcode, payload, isLast);
    const std::size_t head = frame.size() - payload.size();
    frame[1] = static_cast<char>(static_cast<unsigned char>(frame[1]) | 0x80);
    const std::string mask = "\x11\x22\x33\x44";
    for (std::size_t i = 0; i < payload.size(); ++i) {
        payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    }
    return frame.substr(0, head) + mask + payload;
}

std::string request(const std::string &target, const std::string &headers)
{
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers;
}

const std::string wish =
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

std::string inflated(const std::string &bytes, int window)
{
    z_stream stream{};
    inflateInit2(&stream, window);
    std::string input = bytes;
    std::string out(100'000, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_SYNC_FLUSH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

} // namespace

/// RFC 6455 as the exchange speaks it.
class WebFramesTest : public QObject
{
    Q_OBJECT
private slots:
    void lengthsAreWrittenInTheirShortestForm()
    {
        QCOMPARE(frameText(Opcode::Text, "Hello"), std::string("\x81\x05Hello", 7)); // RFC 6455, 5.7
        QCOMPARE(frameText(Opcode::Text, std::string(125, 'x')).size(), std::size_t{127});
        QCOMPARE(
            frameText(Opcode::Text, std::string(126, 'x')).substr(0, 4), std::string("\x81\x7e\x00\x7e", 4));
        QCOMPARE(frameText(Opcode::Binary, std::string(65'536, 'x')).substr(0, 10),
            std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
        QCOMPARE(closeFrame(1001, "bye"), std::string("\x88\x05\x03\xe9"
                                                      "bye",
                                              7));
    }

    void messagesAreReadFromAnyCutOfTheirBytes()
    {
        const std::string bytes = masked(Opcode::Text, "Hel", false) + masked(Opcode::Ping, "p") +
                                  masked(Opcode::Continuation, "lo") +
                                  masked(Opcode::Text, std::string(70'000, 'y'));
        for (const std::size_t step : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
            FrameReader reader{100'000};
            for (std::size_t at = 0; at < bytes.size(); at += step) {
                reader.feed(std::string_view{bytes}.substr(at, step));
            }
            const auto first = reader.next();
            const auto second = reader.next();
            const auto third = reader.next();
            QVERIFY(first && first->opcode == Opcode::Ping && first->payload == "p");
            QVERIFY(second && second->opcode == Opcode::Text && second->payload == "Hello");
            QVERIFY(third && third->payload == std::string(70'000, 'y'));
            QVERIFY(!reader.next());
            QCOMPARE(reader.closeCode(), 0);
        }
    }

    void whatIsForbiddenIsNamedByItsCode_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        const auto row = [](const char *name, const std::string &bytes, int code) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << code;
        };
        row("not masked", frameText(Opcode::Text, "x"), 1002);
        row("unknown opcode", std::string("\x83\x80\x00\x00\x00\x00", 6), 1002);
        row("reserved bit", std::string("\xc1\x80\x00\x00\x00\x00", 6), 1002);
        row("long ping", masked(Opcode::Ping, std::string(126, 'x')), 1002);
        row("ping in fragments", masked(Opcode::Ping, "x", false), 1002);
        row("continuation of nothing", masked(Opcode::Continuation, "x"), 1002);
        row("a message within another", masked(Opcode::Text, "x", false) + masked(Opcode::Text, "y"), 1002);
        row("no UTF-8", masked(Opcode::Text, "\xc0\x80"), 1007);
        row("half a character", masked(Opcode::Text, "\xe2\x82"), 1007);
        row("a surrogate", masked(Opcode::Text, "\xed\xa0\x80"), 1007);
        row("too long", masked(Opcode::Text, std::string(1'001, 'x')), 1009);
        row("too long in pieces",
            masked(Opcode::Text, std::string(600, 'x'), false) +
                masked(Opcode::Continuation, std::string(600, 'x')),
            1009);
    }
    void whatIsForbiddenIsNamedByItsCode()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        FrameReader reader{1'000};
        reader.feed(bytes.toStdString());
        QCOMPARE(reader.closeCode(), code);
        QVERIFY(!reader.next());
        reader.feed(masked(Opcode::Text, "more"));
        QVERIFY(!reader.next());
    }

    void textsOfAllLanguagesPass()
    {
        for (const char *text :
            {"\xe2\x82\xac", "\xf0\x9f\x99\x82", "\xc3\xa9", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"}) {
            FrameReader reader{100};
            reader.feed(masked(Opcode::Text, text));
            const auto message = reader.next();
            QVERIFY(message && message->payload == text);
        }
    }

    void aHandshakeIsReadAndAnswered()
    {
        const auto read = readUpgrade(request("/market/ws/%e5%b8%81usdt@trade?a=%20b", wish));
        const auto *upgrade = std::get_if<Upgrade>(&read);
        QVERIFY(upgrade != nullptr);
        QCOMPARE(upgrade->path, std::string{"/market/ws/\xe5\xb8\x81usdt@trade"});
        QCOMPARE(upgrade->query, std::string{"a=%20b"});
        const std::string answer = upgradeAnswer(*upgrade);
        QVERIFY(answer.starts_with("HTTP/1.1 101 "));
        QVERIFY(answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos); // RFC 6455, 1.3
    }

    void whatIsNoHandshakeIsRefused()
    {
        const auto status = [](const std::string &text) {
            const auto read = readUpgrade(text);
            const auto *refused = std::get_if<Response>(&read);
            return refused == nullptr ? 101 : refused->status;
        };
        QCOMPARE(status(request("/ws", "Upgrade: websocket\r\nConnection: Upgrade")), 400);
        QCOMPARE(status("GET /ws HTTP/1.0\r\n" + wish), 400);
        QCOMPARE(status("POST /ws HTTP/1.1\r\n" + wish), 400);
        QCOMPARE(status(request("/ws%zz", wish)), 400);
        QCOMPARE(status("hello"), 400);
        QCOMPARE(status(request("/ws", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n"
                                       "Sec-WebSocket-Version: 8")),
            426);
        QCOMPARE(status(request("/ws", wish)), 101);
    }

    void messagesAreFramedInEveryForm()
    {
        StreamOutput output{1, R"({"e":"trade","p":"1.5"})"};
        const auto framed = [&](FrameForm form) {
            output.form = form;
            return framesOf(output);
        };
        QCOMPARE(framed(FrameForm::Text), frameText(Opcode::Text, output.text));
        QCOMPARE(framed(FrameForm::Binary), frameText(Opcode::Binary, output.text));
        const std::string gzip = framed(FrameForm::Gzip);
        QCOMPARE(gzip[0], '\x82');
        QCOMPARE(inflated(gzip.substr(2), 15 + 16), output.text);
        const std::string deflated = framed(FrameForm::Deflated);
        QCOMPARE(deflated[0], '\xc1'); // RSV1
        QCOMPARE(inflated(deflated.substr(2) + std::string("\x00\x00\xff\xff", 4), -15), output.text);
        output.fragment = 10;
        QCOMPARE(framed(FrameForm::Fragmented), frameText(Opcode::Text, R"({"e":"trad)", false) +
                                                    frameText(Opcode::Continuation, R"(e","p":"1.)", false) +
                                                    frameText(Opcode::Continuation, R"(5"})"));
        output.text = "17";
        QCOMPARE(framed(FrameForm::Ping), std::string("\x89\x02"
                                                      "17",
                                              4));
        QCOMPARE(framed(FrameForm::Pong), std::string("\x8a\x02"
                                                      "17",
                                              4));
        output.text.clear();
        QCOMPARE(framed(FrameForm::Text), std::string{});
        QCOMPARE(framed(FrameForm::Pong), std::string("\x8a\x00", 2));
    }
};

QTEST_APPLESS_MAIN(WebFramesTest)
#include "web_frames_test.moc"
