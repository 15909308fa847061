#include "models/domain/market/book_walk.h"
#include "models/domain/risk/ways_back.h"
#include "tests/support/property.h"

#include <QTest>

#include <algorithm>

using namespace domain;
using support::check;
using Kind = WayBack::Kind;

namespace
{

Position position(const char *symbol, Side side, const char *quantity, const char *entry)
{
    Position held;
    held.symbol = symbol;
    held.side = side;
    held.quantity = Quantity::literal(quantity);
    held.entryPrice = Price::literal(entry);
    held.leverage = 20;
    return held;
}

struct Desk
{
    StressBasis basis;
    SymbolSpecs specs;
    std::vector<TroubledPool> ways(RiskLevel atLeast = RiskLevel::High) const
    {
        return waysBack(basis, specs, atLeast);
    }
    void add(Position held, Price mark, const char *step = "0.001", const char *tick = "0.1")
    {
        MarkPrice price;
        price.symbol = held.symbol;
        price.mark = mark;
        basis.marks[held.symbol] = price;
        SymbolSpec spec;
        spec.symbol = held.symbol;
        spec.tickSize = Price::literal(tick);
        spec.lot = {Quantity::literal(step), Quantity::of(1'000'000), Quantity::literal(step)};
        spec.marketLot = spec.lot;
        specs[held.symbol] = spec;
        basis.fees[held.symbol] = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        basis.account.walletBalance += held.isolatedWallet;
        basis.account.positions.push_back(std::move(held));
    }
    void addCross(Money wallet)
    {
        basis.account.crossWalletBalance += wallet;
        basis.account.walletBalance += wallet;
    }
    void addBook(const Symbol &symbol, Quantity perLevel, int levels = 20)
    {
        auto book = std::make_shared<BookView>();
        const Price mark = basis.marks.at(symbol).mark;
        for (int i = 0; i < levels; ++i) {
            const Price away = mark * (Rate::of(i + 1) / 10'000);
            book->bids.push_back({mark - away, perLevel});
            book->asks.push_back({mark + away, perLevel});
        }
        basis.books[symbol] = std::move(book);
    }
};

/// The account after closing a quantity at market: written anew, with the walk of the calculator.
AccountState afterClosing(const Desk &desk, const Position &held, Quantity quantity)
{
    AccountState account = desk.basis.account;
    const auto found = std::ranges::find(account.positions, held.symbol, &Position::symbol);
    const auto book = desk.basis.books.find(held.symbol);
    const auto fill = book == desk.basis.books.end()
                          ? std::nullopt
                          : walkBook(levelsFor(*book->second, opposite(held.side)), quantity);
    const Price price = fill ? fill->average : desk.basis.marks.at(held.symbol).mark;
    const Money realized = (price - held.entryPrice) * quantity * signOf(held.side);
    const Money fee = price * quantity * desk.basis.fees.at(held.symbol).taker;
    const Money released = found->isolatedWallet * (quantity / found->quantity);
    found->isolatedWallet -= released;
    account.crossWalletBalance += realized - fee + released;
    account.walletBalance += realized - fee;
    found->quantity -= quantity;
    return account;
}

bool isSafe(const Desk &desk, const AccountState &account, const TroubledPool &pool)
{
    const auto risk = valueAccount(account, desk.basis.marks, desk.basis.brackets);
    if (pool.isCross) {
        return risk.crossLevel == RiskLevel::Safe && risk.crossMarginBalance.isPositive();
    }
    const auto *left = risk.find(pool.position->symbol, pool.position->positionSide);
    return left == nullptr || left->level == RiskLevel::Safe;
}

const WayBack *find(const TroubledPool &pool, Kind kind, const Symbol &symbol = {})
{
    const auto found = std::ranges::find_if(pool.ways, [&](const WayBack &way) {
        return way.kind == kind && (symbol.empty() || way.position.symbol == symbol);
    });
    return found == pool.ways.end() ? nullptr : &*found;
}

/// Accounts whose pools are mostly in trouble.
Desk arbitraryDesk()
{
    Desk desk;
    const std::vector<std::string> symbols{"BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"};
    const int count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i) {
        Position held = position("", *rc::gen::element(Side::Buy, Side::Sell), "1", "1");
        held.symbol = symbols[static_cast<std::size_t>(i)];
        const Price mark = Price::of(*rc::gen::inRange<std::int64_t>(10, 7'000'000)) / 100;
        held.entryPrice = mark * (Rate::of(*rc::gen::inRange<std::int64_t>(96, 105)) / 100);
        const Quantity step = Quantity::literal("0.001");
        held.quantity =
            std::max(step, (Money::of(*rc::gen::inRange<std::int64_t>(100, 400'000)) / mark).roundedTo(step));
        const Money maintenance = maintenanceMargin(held.notionalAt(mark), defaultBrackets());
        // A balance between one and four times the maintenance margin.
        const Money share = maintenance * *rc::gen::inRange<std::int64_t>(100, 400) / 100;
        if (*rc::gen::element(true, false, false)) {
            held.marginType = MarginType::Isolated;
            held.isolatedWallet = std::max(Money{}, share - held.unrealizedPnlAt(mark));
            desk.addCross(maintenance * *rc::gen::inRange<std::int64_t>(0, 12));
        } else {
            desk.addCross(share - held.unrealizedPnlAt(mark));
        }
        desk.add(held, mark, "0.001", "0.01");
        if (*rc::gen::element(true, true, false)) {
            desk.addBook(held.symbol, held.quantity / *rc::gen::inRange<std::int64_t>(1, 40));
        }
    }
    return desk;
}

} // namespace

class WaysBackTest : public QObject
{
    Q_OBJECT
private slots:
    void aSafeAccountNeedsNoWay()
    {
        Desk desk;
        desk.addCross(Money::of(10'000));
        desk.add(position("BTCUSDT", Side::Buy, "0.1", "60000"), Price::of(60'000));
        QVERIFY(desk.ways().empty());
        QVERIFY(desk.ways(RiskLevel::Safe).empty());
    }

    void aCrossPoolIsCutByTheLeastThatDoes()
    {
        // 1 BTC at 60,000: maintenance 250 in the second bracket; balance 400: 62.5 %, HIGH.
        Desk desk;
        desk.addCross(Money::of(400));
        desk.add(position("BTCUSDT", Side::Buy, "1", "60000"), Price::of(60'000));
        const auto pools = desk.ways();
        QCOMPARE(pools.size(), std::size_t{1});
        QVERIFY(pools[0].level == RiskLevel::High);
        const auto *cut = find(pools[0], Kind::Reduce);
        QVERIFY(cut != nullptr);
        // Left x: 240 x (first bracket) < 0.3 (400 - 30 (1 - x)): x < 111 / 231; cut 0.520.
        QVERIFY(cut->quantity == Quantity::literal("0.52"));
        QVERIFY(cut->cost == Money::literal("15.6"));
        QVERIFY(!cut->isCostKnown);
        QVERIFY(cut->share == Rate::literal("0.52"));
        QVERIFY(cut->balanceAfter == Money::literal("384.4"));
        QVERIFY(cut->after.positions.front().quantity == Quantity::literal("0.48"));
        QVERIFY(cut->accountLevelAfter == RiskLevel::Safe);
        QCOMPARE(cut->orders.size(), std::size_t{1});
        QVERIFY(cut->orders[0].reduceOnly && cut->orders[0].side == Side::Sell);
        QVERIFY(cut->orders[0].type == OrderType::Market);
        // 250 / 0.3 = 833.33…: 433.34 more.
        QVERIFY(find(pools[0], Kind::AddFunds)->amount == Money::literal("433.34"));
        QVERIFY(find(pools[0], Kind::ReduceAll) == nullptr);
    }

    void anIsolatedPositionIsGivenMarginFromWhatIsAvailable()
    {
        Desk desk;
        desk.addCross(Money::of(300));
        Position held = position("BTCUSDT", Side::Buy, "0.5", "60000");
        held.marginType = MarginType::Isolated;
        held.isolatedWallet = Money::of(200); // maintenance 120: 60 %
        desk.add(held, Price::of(60'000));
        auto pools = desk.ways();
        QCOMPARE(pools.size(), std::size_t{1});
        const auto &way = pools[0].ways.front();
        QVERIFY(way.kind == Kind::AddMargin);
        QVERIFY(way.amount == Money::literal("200.01"));
        QVERIFY(way.missing.isZero() && way.cost.isZero());
        QVERIFY(way.after.crossWalletBalance == Money::literal("99.99"));
        QVERIFY(way.after.walletBalance == desk.basis.account.walletBalance);
        // A smaller position in the same bracket has the same ratio: only all of it helps.
        QVERIFY(find(pools[0], Kind::Reduce)->quantity == held.quantity);
        desk.addCross(Money::of(-200));
        pools = desk.ways();
        QVERIFY(find(pools[0], Kind::AddMargin)->missing == Money::literal("100.01"));
        QVERIFY(pools[0].ways.front().kind == Kind::Reduce);
    }

    void theCheaperWayComesFirst()
    {
        Desk desk;
        desk.addCross(Money::of(1'000));
        desk.add(position("BTCUSDT", Side::Buy, "1", "60000"), Price::of(60'000));
        desk.add(position("ETHUSDT", Side::Sell, "20", "3000"), Price::of(3'000));
        desk.addBook("BTCUSDT", Quantity::literal("5"));
        desk.addBook("ETHUSDT", Quantity::literal("2"), 20); // a poor book
        const auto pools = desk.ways();
        QCOMPARE(pools.size(), std::size_t{1});
        const auto &ways = pools[0].ways;
        // A little of both relieves the dearer brackets of both; of one alone, that with the better book.
        QVERIFY(ways.front().kind == Kind::ReduceTwo);
        const auto *better = find(pools[0], Kind::Reduce, "BTCUSDT");
        const auto *other = find(pools[0], Kind::Reduce, "ETHUSDT");
        QVERIFY(better != nullptr && other != nullptr);
        QVERIFY(better < other && better->cost < other->cost); // and so they stand
        QVERIFY(ways.front().cost < better->cost);
        const auto *all = find(pools[0], Kind::ReduceAll);
        QVERIFY(all != nullptr);
        QCOMPARE(all->orders.size(), std::size_t{2});
        QVERIFY(ways.back().kind == Kind::Stop);
        // With the books thinned, the same cut costs more.
        const auto thin = waysBack(desk.basis, desk.specs, RiskLevel::High, 4);
        QVERIFY(find(thin[0], Kind::Reduce, "ETHUSDT")->cost > other->cost);
    }

    void twoPositionsAreMixedWhereThatIsCheaper()
    {
        // Two alike, within their first brackets, over books that become worse with size: the cheapest cut is
        // of both.
        Desk desk;
        desk.addCross(Money::of(900));
        desk.add(position("BTCUSDT", Side::Buy, "0.8", "60000"), Price::of(60'000));
        desk.add(position("ETHUSDT", Side::Sell, "16", "3000"), Price::of(3'000));
        desk.addBook("BTCUSDT", Quantity::literal("0.03"), 40);
        desk.addBook("ETHUSDT", Quantity::literal("0.6"), 40);
        const auto pools = desk.ways(RiskLevel::Medium);
        QCOMPARE(pools.size(), std::size_t{1});
        const auto &mix = pools[0].ways.front();
        QVERIFY(mix.kind == Kind::ReduceTwo);
        const auto *btc = find(pools[0], Kind::Reduce, "BTCUSDT");
        const auto *eth = find(pools[0], Kind::Reduce, "ETHUSDT");
        QVERIFY(btc != nullptr && eth != nullptr);
        QVERIFY(mix.cost < btc->cost && mix.cost < eth->cost);
        QCOMPARE(mix.parts.size(), std::size_t{2});
        QVERIFY(mix.cost == mix.parts[0].cost() + mix.parts[1].cost());
        QVERIFY(mix.isCostKnown);
        QCOMPARE(mix.orders.size(), std::size_t{2});
        QVERIFY(mix.orders[0].reduceOnly && mix.orders[0].symbol == "BTCUSDT");
        QVERIFY(mix.orders[0].side == Side::Sell && mix.orders[0].quantity == mix.parts[0].quantity);
        QVERIFY(mix.orders[1].reduceOnly && mix.orders[1].symbol == "ETHUSDT");
        QVERIFY(mix.orders[1].side == Side::Buy && mix.orders[1].quantity == mix.parts[1].quantity);
        QVERIFY(levelOf(mix.ratioAfter) == RiskLevel::Safe);
        for (std::size_t i = 1; i < pools[0].ways.size() && pools[0].ways[i].kind != Kind::AddFunds; ++i) {
            QVERIFY(pools[0].ways[i - 1].cost <= pools[0].ways[i].cost);
        }
        // Where one book is deep, one cut is enough; and where one is not known, no cost can be compared.
        desk.addBook("BTCUSDT", Quantity::of(50), 40);
        QVERIFY(find(desk.ways(RiskLevel::Medium)[0], Kind::ReduceTwo) == nullptr);
        desk.addBook("BTCUSDT", Quantity::literal("0.03"), 40);
        desk.basis.books.erase("ETHUSDT");
        QVERIFY(find(desk.ways(RiskLevel::Medium)[0], Kind::ReduceTwo) == nullptr);
    }

    void aMixIsSafeCheaperAndHardlyBeaten()
    {
        check("mix", [] {
            const Desk desk = arbitraryDesk();
            for (const auto &pool : desk.ways(RiskLevel::Medium)) {
                for (const auto &way : pool.ways) {
                    if (way.kind != Kind::ReduceTwo) {
                        continue;
                    }
                    RC_CLASSIFY(true, "mix");
                    Desk halfway = desk;
                    halfway.basis.account = afterClosing(desk, way.parts[0].position, way.parts[0].quantity);
                    const auto after = [&halfway, &way](Quantity second) {
                        return afterClosing(halfway, way.parts[1].position, second);
                    };
                    RC_ASSERT(isSafe(desk, after(way.parts[1].quantity), pool));
                    const Quantity less = way.parts[1].quantity - Quantity::literal("0.001");
                    RC_ASSERT((!less.isPositive() || !isSafe(desk, after(less), pool)));
                    for (const ClosedPart &part : way.parts) {
                        const auto *alone = find(pool, Kind::Reduce, part.position.symbol);
                        RC_ASSERT((alone == nullptr || way.cost < alone->cost));
                        RC_ASSERT(part.quantity.isPositive() && part.quantity <= part.position.quantity);
                    }
                    for (const NewOrder &order : way.orders) {
                        RC_ASSERT(isReducing(order));
                    }
                }
            }
        });
    }

    void aSizeAboveTheLargestOrderIsSplit()
    {
        Desk desk;
        desk.addCross(Money::of(300));
        desk.add(position("BTCUSDT", Side::Sell, "1", "60000"), Price::of(60'000));
        desk.specs["BTCUSDT"].marketLot.maxQty = Quantity::literal("0.25");
        const auto pools = desk.ways();
        const auto *cut = find(pools[0], Kind::Reduce);
        QVERIFY(cut->orders.size() == 3);
        Quantity sum;
        for (const auto &order : cut->orders) {
            QVERIFY(order.side == Side::Buy && order.quantity <= Quantity::literal("0.25"));
            sum += order.quantity;
        }
        QVERIFY(sum == cut->quantity);
    }

    void aStopIsMovedToTheFarthestTickThatDoes()
    {
        Desk desk;
        desk.addCross(Money::of(400));
        desk.add(position("BTCUSDT", Side::Buy, "1", "60000"), Price::of(60'000));
        auto pools = desk.ways();
        const auto *stop = find(pools[0], Kind::Stop);
        QVERIFY(stop != nullptr);
        // 0.9 (400 - d) = 250 - 0.005 d: d = 122.9; the ratio there is still below 90 %.
        QVERIFY(stop->stopPrice == Price::literal("59877.1"));
        QVERIFY(!stop->stopBefore && stop->replaces.empty());
        QVERIFY(stop->orders[0].type == OrderType::StopMarket && stop->orders[0].reduceOnly);
        QVERIFY(stop->orders[0].quantity == Quantity::of(1));
        QVERIFY(stop->lossAtStop == Money::literal("122.9") + Money::literal("29.93855"));
        Order far;
        far.phase = OrderPhase::Working;
        far.request = stop->orders[0];
        far.request.triggerPrice = Price::of(59'000);
        far.request.clientOrderId = "far";
        desk.basis.openOrders = {far};
        pools = desk.ways();
        stop = find(pools[0], Kind::Stop);
        QVERIFY(stop->stopBefore == Price::of(59'000));
        QCOMPARE(stop->replaces, std::string{"far"});
        desk.basis.openOrders[0].request.triggerPrice = Price::of(59'900);
        QVERIFY(find(desk.ways()[0], Kind::Stop) == nullptr);
    }

    void whatNothingSavesIsNotCalledAWay()
    {
        // The balance is gone: closing would leave less than nothing.
        Desk desk;
        desk.addCross(Money::of(10));
        desk.add(position("BTCUSDT", Side::Buy, "1", "60000"), Price::of(60'000));
        const auto pools = desk.ways();
        QVERIFY(pools[0].level == RiskLevel::Critical);
        QCOMPARE(pools[0].ways.size(), std::size_t{1});
        QVERIFY(pools[0].ways[0].kind == Kind::AddFunds);
    }

    void withoutASpecificationThereIsNoOrder()
    {
        Desk desk;
        desk.addCross(Money::of(400));
        desk.add(position("BTCUSDT", Side::Buy, "1", "60000"), Price::of(60'000));
        desk.specs.clear();
        QCOMPARE(desk.ways()[0].ways.size(), std::size_t{1});
    }

    void aHedgedLegIsClosedOnItsOwnSide()
    {
        Desk desk;
        desk.addCross(Money::of(900));
        Position held = position("BTCUSDT", Side::Buy, "2", "60000");
        held.positionSide = PositionSide::Long;
        Position other = position("BTCUSDT", Side::Sell, "1", "60000");
        other.positionSide = PositionSide::Short;
        desk.add(held, Price::of(60'000));
        desk.add(other, Price::of(60'000));
        const auto pools = desk.ways();
        QVERIFY(!pools.empty());
        for (const auto &way : pools[0].ways) {
            for (const auto &order : way.orders) {
                QVERIFY(!order.reduceOnly && isReducing(order));
                QVERIFY(order.positionSide != PositionSide::Both);
            }
        }
    }

    void everyWayLeadsToSafeAndOneStepLessDoesNot()
    {
        check("least", [] {
            const Desk desk = arbitraryDesk();
            for (const auto &pool : desk.ways(RiskLevel::Medium)) {
                RC_ASSERT(pool.level >= RiskLevel::Medium);
                RC_ASSERT(!isSafe(desk, desk.basis.account, pool));
                for (const auto &way : pool.ways) {
                    RC_ASSERT(levelOf(way.ratioAfter) == RiskLevel::Safe);
                    RC_CLASSIFY(way.kind == Kind::AddMargin, "add margin");
                    RC_CLASSIFY(way.kind == Kind::Reduce, "reduce");
                    RC_CLASSIFY(way.kind == Kind::ReduceAll, "reduce all");
                    if (way.kind == Kind::Reduce) {
                        RC_ASSERT(isSafe(desk, afterClosing(desk, way.position, way.quantity), pool));
                        const Quantity less = way.quantity - Quantity::literal("0.001");
                        if (less.isPositive()) {
                            RC_ASSERT(!isSafe(desk, afterClosing(desk, way.position, less), pool));
                        }
                        Quantity sent;
                        for (const auto &order : way.orders) {
                            RC_ASSERT(isReducing(order));
                            sent += order.quantity;
                        }
                        RC_ASSERT(sent == way.quantity);
                    } else if (way.kind == Kind::AddMargin || way.kind == Kind::AddFunds) {
                        for (const Money more : {way.amount, way.amount - Money::literal("0.01")}) {
                            AccountState account = desk.basis.account;
                            if (pool.isCross) {
                                account.crossWalletBalance += more;
                            } else {
                                std::ranges::find(account.positions, pool.position->symbol, &Position::symbol)
                                    ->isolatedWallet += more;
                            }
                            RC_ASSERT(isSafe(desk, account, pool) == (more == way.amount));
                        }
                    }
                }
            }
        });
    }

    void whereNoCutIsOfferedNoCutHelps()
    {
        check("complete", [] {
            const Desk desk = arbitraryDesk();
            for (const auto &pool : desk.ways(RiskLevel::Medium)) {
                for (const auto &held : desk.basis.account.positions) {
                    const bool isMember = pool.isCross ? held.marginType == MarginType::Cross
                                                       : held.symbol == pool.position->symbol;
                    if (!isMember || find(pool, Kind::Reduce, held.symbol) != nullptr) {
                        continue;
                    }
                    const auto all = static_cast<std::int64_t>(held.quantity.approximate() * 1'000);
                    const Quantity some = Quantity::of(*rc::gen::inRange<std::int64_t>(1, all + 1)) / 1'000;
                    RC_CLASSIFY(true, "no cut");
                    RC_ASSERT(!isSafe(desk, afterClosing(desk, held, std::min(some, held.quantity)), pool));
                }
            }
        });
    }

    void aStopDoesAndOneTickFartherDoesNot()
    {
        check("stop", [] {
            const Desk desk = arbitraryDesk();
            for (const auto &pool : desk.ways(RiskLevel::Medium)) {
                for (const auto &way : pool.ways) {
                    if (way.kind != Kind::Stop) {
                        continue;
                    }
                    const Position &held = way.position;
                    const Price mark = desk.basis.marks.at(held.symbol).mark;
                    const auto book = desk.basis.books.find(held.symbol);
                    const auto fill =
                        book == desk.basis.books.end()
                            ? std::nullopt
                            : walkBook(levelsFor(*book->second, opposite(held.side)), held.quantity);
                    const Rate slip = fill ? fill->slippage() / fill->best : Rate{};
                    const auto does = [&](Price price) {
                        MarkPrices there = desk.basis.marks;
                        there[held.symbol].mark = price;
                        const auto before = valueAccount(desk.basis.account, there, desk.basis.brackets);
                        const auto ratio = before.find(held.symbol, held.positionSide)->marginRatio.value();
                        if (!ratio || *ratio >= latestStopRatio) {
                            return false;
                        }
                        AccountState after = desk.basis.account;
                        const auto gone = std::ranges::find(after.positions, held.symbol, &Position::symbol);
                        const Price at = price - price * slip * signOf(held.side);
                        after.crossWalletBalance +=
                            gone->isolatedWallet +
                            (at - held.entryPrice) * held.quantity * signOf(held.side) -
                            at * held.quantity * desk.basis.fees.at(held.symbol).taker;
                        after.positions.erase(gone);
                        return isSafe(desk, after, pool);
                    };
                    const Price tick = Price::literal("0.01");
                    RC_CLASSIFY(pool.isCross, "cross");
                    RC_CLASSIFY(!pool.isCross, "isolated");
                    RC_ASSERT(does(way.stopPrice));
                    RC_ASSERT(!does(way.stopPrice - tick * signOf(held.side)));
                    RC_ASSERT((mark - way.stopPrice) * Quantity::of(signOf(held.side)) > Money{});
                }
            }
        });
    }
};

QTEST_APPLESS_MAIN(WaysBackTest)
#include "ways_back_test.moc"
