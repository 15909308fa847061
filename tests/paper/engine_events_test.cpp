#include "exchange/paper/core/engine.h"
#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using namespace std::chrono_literals;
using support::PaperMarket;

namespace
{
constexpr auto alice = PaperMarket::alice;
constexpr auto bob = PaperMarket::bob;
const Symbol btc = PaperMarket::btc;

/// One short word per event, so that a sequence reads as one line.
std::string wordOf(const Event &event)
{
    struct Visitor
    {
        std::string operator()(const TradeEvent &) const { return "trade"; }
        std::string operator()(const BookChangeEvent &) const { return "book"; }
        std::string operator()(const TradeLiteEvent &e) const { return "lite" + std::to_string(e.account); }
        std::string operator()(const OrderUpdateEvent &e) const
        {
            return std::string{toWire(e.execution)} + "/" + std::string{domain::toWire(e.order.status)} +
                   std::to_string(e.order.account);
        }
        std::string operator()(const AccountUpdateEvent &e) const
        {
            return "account" + std::to_string(e.account);
        }
        std::string operator()(const ConditionalUpdateEvent &e) const
        {
            return "algo/" + std::string{domain::toWire(e.order.status)};
        }
        std::string operator()(const ConfigUpdateEvent &) const { return "config"; }
        std::string operator()(const MarginCallEvent &) const { return "call"; }
        std::string operator()(const FundingEvent &) const { return "funding"; }
        std::string operator()(const LiquidationEvent &) const { return "liquidation"; }
    };
    return std::visit(Visitor{}, event);
}

std::string sequenceOf(PaperMarket &market)
{
    std::string words;
    for (const Event &event : market.engine.takeEvents()) {
        words += (words.empty() ? "" : " ") + wordOf(event);
    }
    return words;
}

} // namespace

// Sequences of reference 7.3 and 12: per fill TRADE_LITE, ACCOUNT_UPDATE, ORDER_TRADE_UPDATE with one T.
class EngineEventsTest : public QObject
{
    Q_OBJECT
private slots:
    void aRestingLimitOrderSaysNewOnly()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "1", "59000")));
        QCOMPARE(sequenceOf(market), std::string{"NEW/NEW1 book"});
        QVERIFY(market.engine.cancelAll(alice, btc, market.now));
        QCOMPARE(sequenceOf(market), std::string{"book CANCELED/CANCELED1"});
    }

    void aMarketOrderSaysNewThenOneGroupPerFill()
    {
        PaperMarket market;
        market.level(Side::Sell, "60010", "1");
        market.engine.takeEvents();
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "7")));
        QCOMPARE(sequenceOf(market),
            std::string{"NEW/NEW1 trade book lite1 account1 TRADE/PARTIALLY_FILLED1 "
                        "trade book lite1 account1 TRADE/PARTIALLY_FILLED1 EXPIRED/EXPIRED1"});
    }

    void bothSidesOfATradeAreToldAtOneMoment()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::limit("SELL", "1", "59995")));
        market.engine.takeEvents();
        QVERIFY(market.place(bob, PaperMarket::limit("BUY", "0.4", "59995", "IOC")));
        const auto events = market.engine.takeEvents();
        std::string words;
        std::int64_t tradeId = 0;
        for (const Event &event : events) {
            words += wordOf(event) + " ";
            if (const auto *trade = std::get_if<TradeEvent>(&event)) {
                tradeId = trade->tradeId;
                QVERIFY(!trade->buyerIsMaker);
            } else if (const auto *lite = std::get_if<TradeLiteEvent>(&event)) {
                QCOMPARE(lite->tradeId, tradeId);
                QVERIFY(lite->at == market.now);
            } else if (const auto *update = std::get_if<OrderUpdateEvent>(&event)) {
                QVERIFY(update->at == market.now);
                if (update->execution == ExecutionType::Trade) {
                    QCOMPARE(update->tradeId, tradeId);
                    QCOMPARE(update->maker, update->order.account == alice);
                    QVERIFY(update->commission->isPositive());
                }
            } else if (const auto *account = std::get_if<AccountUpdateEvent>(&event)) {
                QVERIFY(account->reason == UpdateReason::Order);
                QCOMPARE(account->positions.size(), std::size_t{1});
                QVERIFY(account->balance->balanceChange.isZero());
            }
        }
        QCOMPARE(words, std::string{"NEW/NEW2 trade book lite2 account2 TRADE/FILLED2 "
                                    "lite1 account1 TRADE/PARTIALLY_FILLED1 "});
    }

    void anAmendmentAndAnExpiredRemainderAreTold()
    {
        PaperMarket market;
        const auto order = market.place(alice, PaperMarket::limit("BUY", "1", "59000"));
        market.engine.takeEvents();
        AmendRequest request{btc, std::to_string(order->orderId), {}, "BUY", "1", "59100", {}, "5", {}};
        QVERIFY(market.engine.amend(alice, request, market.now));
        const auto updates = market.events<OrderUpdateEvent>();
        QCOMPARE(updates.size(), std::size_t{1});
        QVERIFY(updates.front().execution == ExecutionType::Amendment);
        QVERIFY(updates.front().order.modifyId == 5);
        QVERIFY(updates.front().bidsNotional == Money::of(59'100));

        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "6", "60000", "IOC")));
        const auto ended = market.events<OrderUpdateEvent>().back();
        QVERIFY(ended.execution == ExecutionType::Expired);
        QCOMPARE(ended.order.expiryReason, expiry::immediateOrCancel);
    }

    void aTriggeredStopTellsItsStatesAroundItsChild()
    {
        PaperMarket market;
        QVERIFY(market.engine.placeConditional(
            alice, PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000"), market.now));
        QCOMPARE(sequenceOf(market), std::string{"algo/NEW"});
        market.mark("59000");
        QCOMPARE(sequenceOf(market),
            std::string{"algo/TRIGGERING NEW/NEW1 algo/TRIGGERED trade book lite1 account1 "
                        "TRADE/FILLED1 algo/FINISHED"});
    }

    void selfTradePreventionExpiresTheMakerFirst()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::limit("SELL", "1", "59995")));
        market.engine.takeEvents();
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "1", "59995")));
        QCOMPARE(sequenceOf(market), std::string{"NEW/NEW1 book EXPIRED/EXPIRED_IN_MATCH1 book"});
    }

    void aLiquidationIsToldAsItHappens()
    {
        PaperMarket market;
        QVERIFY(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5")));
        market.level(Side::Buy, "59990", "0");
        market.level(Side::Buy, "57200", "5");
        market.engine.takeEvents();
        market.mark("57200");
        QCOMPARE(sequenceOf(market),
            std::string{"NEW/NEW1 trade book lite1 account1 TRADE/FILLED1 liquidation account1"});
    }

    void updateIdsOfTheBookAscendByOne()
    {
        PaperMarket market;
        std::int64_t expected = market.engine.market(btc)->lastUpdateId;
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "1", "59995")));
        market.level(Side::Sell, "60005", "1");
        QVERIFY(market.place(bob, PaperMarket::market("SELL", "3")));
        for (const auto &change : market.events<BookChangeEvent>()) {
            QCOMPARE(change.updateId, ++expected);
        }
        QCOMPARE(market.engine.market(btc)->lastUpdateId, expected);
    }

    void theEventsOfLevelsRebuildTheBook()
    {
        PaperMarket market;
        auto bids = market.engine.book(btc, 1000)->bids;
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "1", "59995")));
        market.level(Side::Buy, "59980", "4");
        QVERIFY(market.place(bob, PaperMarket::market("SELL", "6")));
        for (const auto &change : market.events<BookChangeEvent>()) {
            if (change.side == Side::Buy) {
                std::erase_if(bids, [&](const BookLevel &level) { return level.price == change.price; });
                if (change.quantity.isPositive()) {
                    bids.push_back({change.price, change.quantity});
                }
            }
        }
        std::ranges::sort(bids, std::greater{}, &BookLevel::price);
        QVERIFY(bids == market.engine.book(btc, 1000)->bids);
    }
};

QTEST_APPLESS_MAIN(EngineEventsTest)
#include "engine_events_test.moc"
