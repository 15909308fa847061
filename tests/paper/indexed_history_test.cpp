#include "exchange/paper/core/indexed_history.h"

#include <QTest>

#include <algorithm>
#include <deque>
#include <rapidcheck.h>

using namespace paper;

namespace
{

OrderRecord orderOf(std::int64_t id, std::string clientId, const char *symbol = "BTCUSDT")
{
    OrderRecord order;
    order.symbol = symbol;
    order.orderId = id;
    order.clientOrderId = std::move(clientId);
    return order;
}

constexpr auto any = [](const OrderRecord &) { return true; };

} // namespace

class IndexedHistoryTest : public QObject
{
    Q_OBJECT
private slots:
    void anEmptyHistoryFindsNothing()
    {
        const IndexedHistory<OrderRecord> history;
        QVERIFY(history.find({1, ""}, any) == nullptr);
        QVERIFY(history.find({0, "a"}, any) == nullptr);
        QCOMPARE(history.added(), std::uint64_t{0});
    }

    void aClientIdThatComesBackMeansTheNewestThatMeetsTheCondition()
    {
        IndexedHistory<OrderRecord> history;
        history.push_back(orderOf(1, "a", "BTCUSDT"));
        history.push_back(orderOf(2, "a", "ETHUSDT"));
        history.push_back(orderOf(3, "b", "BTCUSDT"));
        QCOMPARE(history.find({0, "a"}, any)->orderId, std::int64_t{2});
        const auto *found =
            history.find({0, "a"}, [](const OrderRecord &order) { return order.symbol == "BTCUSDT"; });
        QCOMPARE(found->orderId, std::int64_t{1});
    }

    void aForgottenRowIsNotFound()
    {
        IndexedHistory<OrderRecord> history;
        history.push_back(orderOf(1, "a"));
        history.push_back(orderOf(2, "b"));
        history.pop_front();
        QVERIFY(history.find({1, ""}, any) == nullptr);
        QVERIFY(history.find({0, "a"}, any) == nullptr);
        QCOMPARE(history.find({2, ""}, any)->clientOrderId, std::string{"b"});
        QCOMPARE(history.added(), std::uint64_t{2});
        QCOMPARE(history.size(), std::size_t{1});
    }

    void findsWhatASearchThroughAllRowsFinds()
    {
        QVERIFY(rc::check("same rows as a walk from the newest", [] {
            const auto limit = *rc::gen::inRange<std::size_t>(1, 70);
            const auto rows = *rc::gen::inRange(0, 200);
            IndexedHistory<OrderRecord> history;
            std::deque<OrderRecord> plain;
            const auto id = rc::gen::inRange(1, 40);
            for (int i = 0; i < rows; ++i) {
                const OrderRecord order = orderOf(*id, std::to_string(*id));
                history.push_back(order);
                plain.push_back(order);
                if (plain.size() > limit) {
                    history.pop_front();
                    plain.pop_front();
                }
            }
            RC_ASSERT(history.size() == plain.size());
            RC_ASSERT(history.added() == static_cast<std::uint64_t>(rows));
            for (int wanted = 1; wanted < 40; ++wanted) {
                const OrderKey byId{wanted, ""};
                const OrderKey byClientId{0, std::to_string(wanted)};
                for (const OrderKey &key : {byId, byClientId}) {
                    const auto expected = std::find_if(plain.rbegin(), plain.rend(), [&](const auto &order) {
                        return key.orderId != 0 ? order.orderId == key.orderId
                                                : order.clientOrderId == key.clientOrderId;
                    });
                    const OrderRecord *found = history.find(key, any);
                    RC_ASSERT((found == nullptr) == (expected == plain.rend()));
                    if (found == nullptr) {
                        continue;
                    }
                    const auto place =
                        std::ranges::find(history, found, [](const auto &row) { return &row; });
                    RC_ASSERT(place - history.begin() == plain.rend() - expected - 1);
                    RC_ASSERT(found->orderId == expected->orderId);
                    RC_ASSERT(found->clientOrderId == expected->clientOrderId);
                }
            }
        }));
    }
};

QTEST_APPLESS_MAIN(IndexedHistoryTest)
#include "indexed_history_test.moc"
