#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using support::PaperMarket;

namespace
{

constexpr AccountId alice = PaperMarket::alice;
constexpr AccountId bob = PaperMarket::bob;

Quantity qty(const char *text)
{
    return Quantity::literal(text);
}

NewOrderRequest rpi(const char *side, const char *quantity, const char *price)
{
    return PaperMarket::limit(side, quantity, price, "RPI");
}

/// What the book with RPI orders holds at a price; 0 where they are hidden.
Quantity shownAt(const Engine &engine, Side side, const char *price)
{
    const auto book = *engine.bookWithRpi(PaperMarket::btc, 1'000);
    for (const BookLevel &level : side == Side::Buy ? book.bids : book.asks) {
        if (level.price == Price::literal(price)) {
            return level.quantity;
        }
    }
    return {};
}

} // namespace

// Reference 5.2, 6.1: time in force RPI. Priority and hidden levels: Binance's "What Is an RPI Order?".
class EngineRpiTest : public QObject
{
    Q_OBJECT
private slots:
    void itRestsBesideThePublicBook()
    {
        PaperMarket market;
        const std::int64_t before = market.engine.market(PaperMarket::btc)->lastUpdateId;
        QVERIFY(market.place(alice, rpi("BUY", "1", "59995")));
        QCOMPARE(market.engine.market(PaperMarket::btc)->bid, Price::of(59'990));
        QCOMPARE(market.engine.market(PaperMarket::btc)->lastUpdateId, before);
        QCOMPARE(market.engine.book(PaperMarket::btc, 10)->bids.front().price, Price::of(59'990));
        QCOMPARE(shownAt(market.engine, Side::Buy, "59995"), qty("1"));
        QVERIFY(market.engine.bookWithRpi(PaperMarket::btc, 10)->lastUpdateId > before);
        const auto changes = market.events<BookChangeEvent>();
        QCOMPARE(changes.size(), std::size_t{1});
        QVERIFY(changes.front().isRpi && changes.front().quantity.isZero());
        QCOMPARE(market.engine.openOrders(alice, std::nullopt).size(), std::size_t{1});
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void ordersSentByApiPassItBy()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, rpi("BUY", "1", "59995")));
        const auto sold = market.place(bob, PaperMarket::market("SELL", "1"));
        QVERIFY(sold && sold->avgPrice() == Price::of(59'990));
        // A limit order that would meet it alone rests, and the RPI order is hidden behind it.
        QVERIFY(market.place(bob, PaperMarket::limit("SELL", "1", "59995")));
        QCOMPARE(market.engine.market(PaperMarket::btc)->ask, Price::of(59'995));
        QCOMPARE(shownAt(market.engine, Side::Buy, "59995"), Quantity{});
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void othersMeetItAfterThePublicOrdersOfItsPrice()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, rpi("BUY", "1", "59990")));
        market.engine.takeEvents();
        QCOMPARE(market.engine.marketTaker(
                     PaperMarket::btc, Side::Sell, qty("5.4"), Price::of(59'990), market.now),
            qty("5.4"));
        const auto events = market.engine.takeEvents();
        std::vector<bool> kinds;
        for (const Event &event : events) {
            if (const auto *trade = std::get_if<TradeEvent>(&event)) {
                kinds.push_back(trade->isRpi);
            }
        }
        QCOMPARE(kinds, (std::vector<bool>{false, true}));
        QCOMPARE(market.position(alice).amount, qty("0.4"));
        // On top of the maker's rate: 0.4 × 59,990 × (0.0002 + 0.00005).
        QCOMPARE(market.engine.userTrades(alice, {}).back().commission, Money::literal("5.999"));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void ordersOfTheWebsiteMeetIt()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, rpi("SELL", "1", "59995")));
        auto bought = PaperMarket::market("BUY", "1");
        bought.isFromWebsite = true;
        const auto filled = market.place(bob, bought);
        QVERIFY(filled && filled->avgPrice() == Price::of(59'995));
        QCOMPARE(market.position(alice).amount, qty("-1"));
    }

    void itNeverTakes()
    {
        PaperMarket market;
        QCOMPARE(market.codeOf(alice, rpi("BUY", "1", "60000")), -5022);
        QCOMPARE(market.codeOf(alice, rpi("SELL", "1", "59990")), -5022);
        // Only RPI orders on the other side: crossing is allowed, and nothing trades.
        QVERIFY(market.place(alice, rpi("SELL", "1", "59993")));
        QVERIFY(market.place(bob, rpi("BUY", "1", "59996")));
        QVERIFY(market.position(bob).amount.isZero());
        QCOMPARE(shownAt(market.engine, Side::Buy, "59996"), Quantity{});
        QCOMPARE(shownAt(market.engine, Side::Sell, "59993"), Quantity{});
        QVERIFY(market.engine.cancelAll(alice, PaperMarket::btc, market.now));
        QCOMPARE(shownAt(market.engine, Side::Buy, "59996"), qty("1"));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void itIsNeitherAmendedNorConditional()
    {
        PaperMarket market;
        const auto placed = market.place(alice, rpi("BUY", "1", "59000"));
        AmendRequest change;
        change.symbol = PaperMarket::btc;
        change.orderId = std::to_string(placed->orderId);
        change.side = "BUY";
        change.quantity = "2";
        change.price = "59000";
        const auto amended = market.engine.amend(alice, change, market.now);
        QVERIFY(!amended && amended.error().venueCode == -1020);
        auto stop = PaperMarket::conditional("BUY", "STOP", "1", "61000");
        stop.price = "61000";
        stop.timeInForce = "RPI";
        const auto conditional = market.engine.placeConditional(alice, stop, market.now);
        QVERIFY(!conditional && conditional.error().venueCode == -1115);
    }

    void itComesBackFromASavedState()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, rpi("BUY", "1", "59995")));
        Engine restored;
        PaperMarket::addSymbols(restored);
        QVERIFY(restored.loadState(market.engine.saveState(), market.now));
        QCOMPARE(shownAt(restored, Side::Buy, "59995"), qty("1"));
        QCOMPARE(restored.market(PaperMarket::btc)->bid, Price::of(59'990));
        QCOMPARE(restored.bookWithRpi(PaperMarket::btc, 1)->lastUpdateId,
            market.engine.bookWithRpi(PaperMarket::btc, 1)->lastUpdateId);
        QVERIFY(restored.checkInvariants().empty());
    }
};

QTEST_APPLESS_MAIN(EngineRpiTest)
#include "engine_rpi_test.moc"
