#include "exchange/paper/core/http_reader.h"

#include <QTest>

using namespace paper;

namespace
{

std::string post(const std::string &body, const std::string &headers = {})
{
    return "POST /fapi/v1/order HTTP/1.1\r\nHost: x\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace

/// RFC 9112 as far as clients of the exchange use it.
class HttpReaderTest : public QObject
{
    Q_OBJECT
private slots:
    void requestsAreReadFromAnyCutOfTheirBytes()
    {
        const std::string bytes = "GET /fapi/v1/depth?symbol=BTCUSDT&limit=5 HTTP/1.1\r\nhost: x\r\n\r\n" +
                                  post("symbol=ETHUSDT", "x-mbx-APIKEY:  key \r\n") +
                                  "\r\nDELETE /fapi/v1/order?orderId=1 HTTP/1.1\r\nConnection: Close\r\n\r\n";
        for (const std::size_t step : {std::size_t{1}, std::size_t{9}, bytes.size()}) {
            HttpReader reader;
            std::vector<HttpReader::Incoming> read;
            for (std::size_t at = 0; at < bytes.size(); at += step) {
                reader.feed(std::string_view{bytes}.substr(at, step));
                while (auto incoming = reader.next()) {
                    read.push_back(std::move(*incoming));
                }
            }
            QCOMPARE(read.size(), std::size_t{3});
            QCOMPARE(read[0].request.method, std::string{"GET"});
            QCOMPARE(read[0].request.path, std::string{"/fapi/v1/depth"});
            QCOMPARE(read[0].request.query, std::string{"symbol=BTCUSDT&limit=5"});
            QVERIFY(read[0].request.body.empty() && read[0].request.apiKey.empty() && !read[0].isLast);
            QCOMPARE(read[1].request.body, std::string{"symbol=ETHUSDT"});
            QCOMPARE(read[1].request.apiKey, std::string{"key"});
            QCOMPARE(read[2].request.method, std::string{"DELETE"});
            QVERIFY(read[2].isLast);
            QCOMPARE(reader.refusedWith(), 0);
        }
    }

    void targetsComeInSeveralForms()
    {
        const auto read = [](const std::string &target) {
            HttpReader reader;
            reader.feed("GET " + target + " HTTP/1.1\r\n\r\n");
            const auto incoming = reader.next();
            return incoming ? incoming->request.path + " " + incoming->request.query : std::string{"-"};
        };
        QCOMPARE(read("/a?b=%20c"), std::string{"/a b=%20c"}); // the query stays as it was signed
        QCOMPARE(read("/a%2fb"), std::string{"/a/b "});
        QCOMPARE(read("http://127.0.0.1:80/a?b=1"), std::string{"/a b=1"});
        QCOMPARE(read("/a?b=1?2"), std::string{"/a b=1?2"});
        QCOMPARE(read("/a%zz"), std::string{"-"});
        QCOMPARE(read("*"), std::string{"-"});
    }

    void bodiesComeInChunks()
    {
        HttpReader reader;
        reader.feed("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
        QVERIFY(!reader.next());
        reader.feed("3;x=y\r\nfgh\r\n0\r\n\r\n" + post("next"));
        QCOMPARE(reader.next()->request.body, std::string{"abcdefgh"});
        QCOMPARE(reader.next()->request.body, std::string{"next"});
    }

    void aBodyMayWaitForLeave()
    {
        HttpReader reader;
        const std::string whole = post("body", "Expect: 100-continue\r\n");
        reader.feed(whole.substr(0, whole.size() - 4));
        QVERIFY(!reader.next());
        QVERIFY(reader.takeContinue());
        QVERIFY(!reader.takeContinue());
        reader.feed("body");
        QCOMPARE(reader.next()->request.body, std::string{"body"});
    }

    void oldClientsCloseUnlessTheySayOtherwise()
    {
        const auto isLast = [](const std::string &text) {
            HttpReader reader;
            reader.feed(text + "\r\n\r\n");
            return reader.next()->isLast;
        };
        QVERIFY(isLast("GET / HTTP/1.0"));
        QVERIFY(!isLast("GET / HTTP/1.0\r\nConnection: keep-alive"));
        QVERIFY(!isLast("GET / HTTP/1.1"));
        QVERIFY(isLast("GET / HTTP/1.1\r\nConnection: upgrade, close"));
    }

    void whatCannotBeReadIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        QTest::newRow("no HTTP") << QByteArray{"hello\r\n\r\n"} << 400;
        QTest::newRow("no version") << QByteArray{"GET /\r\n\r\n"} << 400;
        QTest::newRow("HTTP/2") << QByteArray{"GET / HTTP/2.0\r\n\r\n"} << 505;
        QTest::newRow("no name") << QByteArray{"GET / HTTP/1.1\r\n: x\r\n\r\n"} << 400;
        QTest::newRow("no colon") << QByteArray{"GET / HTTP/1.1\r\nx\r\n\r\n"} << 400;
        QTest::newRow("length") << QByteArray{"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"} << 400;
        QTest::newRow("large") << QByteArray{"POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n"} << 413;
        QTest::newRow("gzip") << QByteArray{"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"} << 501;
        QTest::newRow("chunk") << QByteArray{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"}
                               << 400;
        QTest::newRow("endless") << QByteArray{"GET / HTTP/1.1\r\nx: " + QByteArray(70'000, 'x')} << 431;
    }
    void whatCannotBeReadIsRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        HttpReader reader;
        reader.feed(bytes.toStdString());
        QVERIFY(!reader.next());
        QCOMPARE(reader.refusedWith(), status);
        reader.feed("GET / HTTP/1.1\r\n\r\n");
        QVERIFY(!reader.next());
    }
};

QTEST_APPLESS_MAIN(HttpReaderTest)
#include "http_reader_test.moc"
