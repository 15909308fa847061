#include "exchange/paper/core/engine.h"
#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using support::PaperMarket;

namespace
{

constexpr auto alice = PaperMarket::alice;
constexpr auto bob = PaperMarket::bob;
constexpr auto carol = PaperMarket::carol;
const Symbol btc = PaperMarket::btc;

EngineConfig withoutFund()
{
    EngineConfig config;
    config.insuranceFund = Money{};
    return config;
}

/// Alice is long with an isolated bucket that ends at 57,000; nobody bids when the price falls through it.
struct Fall
{
    Fall()
    {
        ok = market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now).has_value();
        ok = ok && market.place(alice, PaperMarket::market("BUY", "0.5"));
    }
    void fall()
    {
        market.engine.clearMarketMakers(btc, market.now);
        market.engine.takeEvents();
        market.mark("56000");
    }
    std::vector<OrderUpdateEvent> updatesOf(AccountId id)
    {
        std::vector<OrderUpdateEvent> updates;
        for (const Event &event : events) {
            const auto *update = std::get_if<OrderUpdateEvent>(&event);
            if (update != nullptr && update->order.account == id) {
                updates.push_back(*update);
            }
        }
        return updates;
    }

    PaperMarket market{withoutFund()};
    bool ok = false;
    std::vector<Event> events;
};

} // namespace

/// Reference 10.8 and 10.11: what happens once the insurance fund has nothing left.
class DeleverageTest : public QObject
{
    Q_OBJECT
private slots:
    void theBestRankedOfTheOtherSideIsClosedAtTheBankruptcyPrice()
    {
        Fall fall;
        QVERIFY(fall.ok);
        PaperMarket &market = fall.market;
        // Bob has less behind his short, so he ranks before Carol.
        QVERIFY(market.engine.transfer(bob, Money::of(-90'000), market.now));
        QVERIFY(market.place(bob, PaperMarket::market("SELL", "0.3")));
        QVERIFY(market.place(carol, PaperMarket::market("SELL", "1")));
        const auto resting = market.place(bob, PaperMarket::limit("BUY", "0.1", "56900"));
        QVERIFY(resting);
        const Money bobBefore = market.account(bob).walletBalance;
        fall.fall();
        fall.events = market.engine.takeEvents();

        QVERIFY(market.position(alice).amount.isZero());
        QVERIFY(market.position(bob).amount.isZero());
        QVERIFY(market.position(carol).amount == Quantity::literal("-0.8")); // 0.5 less what Bob gave
        const auto orders = market.engine.allOrders(bob, {});
        QVERIFY(orders.back().clientOrderId.starts_with("adl_autoclose"));
        QVERIFY(orders.back().price == Price::of(57'000));
        QVERIFY(orders.back().status == OrderStatus::Filled);
        QVERIFY(market.engine.query(bob, btc, {resting->orderId, {}})->status == OrderStatus::Canceled);
        // He sold at 59,990 and is closed at 57,000, without commission.
        QVERIFY(market.account(bob).walletBalance - bobBefore == Money::literal("897"));
        const auto updates = fall.updatesOf(bob);
        QVERIFY(updates[updates.size() - 2].execution == ExecutionType::New);
        QVERIFY(updates.back().execution == ExecutionType::Calculated);
        QVERIFY(!updates.back().commission);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void theMarketIsDeleveragedWhereThereAreNoMorePositions()
    {
        Fall fall;
        QVERIFY(fall.ok);
        fall.fall();
        QVERIFY(fall.market.position(alice).amount.isZero());
        QVERIFY(fall.market.account(alice).walletBalance == Money::of(100'000 - 1'500 - 15));
        QVERIFY(fall.market.engine.checkInvariants().empty());
    }

    void whileTheFundLastsNobodyIsDeleveraged()
    {
        PaperMarket market;
        QVERIFY(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5")));
        QVERIFY(market.place(bob, PaperMarket::market("SELL", "0.3")));
        market.engine.clearMarketMakers(btc, market.now);
        market.mark("56000");
        QVERIFY(market.position(alice).amount.isZero());
        QVERIFY(market.position(bob).amount == Quantity::literal("-0.3"));
    }
};

QTEST_GUILESS_MAIN(DeleverageTest)
#include "deleverage_test.moc"
