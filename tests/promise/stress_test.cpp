#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/ways_back.h"
#include "tests/promise/dice.h"
#include "tests/promise/stage.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace domain;
using promise::Dice;
using promise::Instrument;
using promise::Stage;

namespace
{

/// One trader with positions, the same for the same seed, and what the desk says of it.
struct Desk
{
    explicit Desk(std::uint64_t seed) : dice{seed}, stage{Money::of(dice.number(5'000, 200'000))}
    {
        for (const Instrument &instrument : promise::instruments()) {
            if (dice.chance(60)) {
                hold(instrument);
            }
        }
        for (const Instrument &instrument : promise::instruments()) {
            const Symbol &symbol = instrument.spec.symbol;
            basis.ticks[symbol] = instrument.spec.tickSize;
            basis.fees[symbol] = {Rate::literal("0.0002"), Rate::literal("0.0005")};
            specs[symbol] = instrument.spec;
            scenario.weights[symbol] = symbol == "BTCUSDT" ? Rate::of(1) : dice.between("-0.5", "2.5");
        }
        refresh();
    }
    void hold(const Instrument &instrument)
    {
        const Symbol &symbol = instrument.spec.symbol;
        const int leverage =
            static_cast<int>(dice.number(2, std::min(20, instrument.brackets.front().maxLeverage)));
        (void)stage.engine.setLeverage(Stage::trader, symbol, leverage, stage.now);
        if (dice.chance(30)) {
            (void)stage.engine.setMarginType(Stage::trader, symbol, MarginType::Isolated, stage.now);
        }
        const Price price =
            (instrument.usualPrice * dice.between("0.9", "1.1")).roundedTo(instrument.spec.tickSize);
        const Money margin = Money::of(dice.number(200, 8'000));
        const Money notional = std::min(margin * leverage, maxNotionalAt(instrument.brackets, leverage));
        NewOrder order;
        order.symbol = symbol;
        order.side = dice.chance(50) ? Side::Buy : Side::Sell;
        order.price = price;
        order.quantity = (notional / price).roundedTo(instrument.spec.lot.stepSize, Rounding::Down);
        stage.mark(symbol, price);
        (void)(order.quantity.isPositive() && stage.trade(order));
    }
    void refresh()
    {
        basis.account = stage.account();
        basis.marks = stage.marks();
        basis.brackets = stage.tables();
        (void)stage.wasLiquidated();
    }
    bool has(MarginType type) const
    {
        return std::ranges::any_of(
            basis.account.positions, [type](const Position &each) { return each.marginType == type; });
    }
    /// Moves every cross symbol to where it stands when BTC is there. What helps the account moves first, so
    /// that no moment between is worse than the end.
    void moveTo(Price btc)
    {
        const Price from = basis.marks.at("BTCUSDT").mark;
        for (const bool isHelping : {true, false}) {
            for (const auto &held : basis.account.positions) {
                const Price mark = basis.marks.at(held.symbol).mark;
                const Price move =
                    Price::fromUnits(detail::mulDiv(mark.units(), (btc - from).units(), from.units())) *
                    scenario.weights.at(held.symbol);
                const bool helps = (move * signOf(held.side)).units() >= 0;
                if (held.marginType == MarginType::Cross && helps == isHelping) {
                    stage.mark(held.symbol, std::max(Price::fromUnits(1), mark + move));
                }
            }
        }
    }

    Dice dice;
    Stage stage;
    StressBasis basis;
    StressScenario scenario;
    SymbolSpecs specs;
};

} // namespace

/// What the stress desk and the ways back say, held against the paper exchange.
class StressTest : public QObject
{
    Q_OBJECT
private slots:
    void theExchangeLiquidatesAtTheVeryTick()
    {
        int cross = 0;
        int isolated = 0;
        for (std::uint64_t seed = 1; seed <= 400; ++seed) {
            const Desk first{seed};
            const auto report = stressDesk(first.basis, first.scenario);
            for (const auto *way : {&report.falling, &report.rising}) {
                for (const auto &death : way->deaths) {
                    const Position &held = report.positions[death.positions.front()];
                    if (death.at.isZero()) {
                        continue;
                    }
                    Desk desk{seed};
                    const QString what = QStringLiteral("seed %1, %2 at %3")
                                             .arg(seed)
                                             .arg(QString::fromStdString(held.symbol))
                                             .arg(QString::fromStdString(death.at.toString()));
                    if (death.isCross) {
                        const Price there = *death.referencePrice;
                        const Price tick = desk.basis.ticks.at("BTCUSDT");
                        const bool isFalling = death.at.isNegative();
                        const Price nearer = isFalling ? there + tick : there - tick;
                        const Price now = desk.basis.marks.at("BTCUSDT").mark;
                        if (there.isZero() || (isFalling ? nearer >= now : nearer <= now)) {
                            continue;
                        }
                        desk.moveTo(nearer);
                        QVERIFY2(!desk.stage.wasLiquidated(), qPrintable(what));
                        desk.moveTo(there);
                        QVERIFY2(desk.stage.wasLiquidated(), qPrintable(what));
                        ++cross;
                    } else {
                        const Price tick = desk.basis.ticks.at(held.symbol);
                        const Price now = desk.basis.marks.at(held.symbol).mark;
                        const Price nearer = death.price < now ? death.price + tick : death.price - tick;
                        if (!death.price.isPositive() ||
                            (death.price < now ? nearer >= now : nearer <= now)) {
                            continue;
                        }
                        desk.stage.mark(held.symbol, nearer);
                        QVERIFY2(!desk.stage.wasLiquidated(), qPrintable(what));
                        desk.stage.mark(held.symbol, death.price);
                        QVERIFY2(desk.stage.wasLiquidated(), qPrintable(what));
                        ++isolated;
                    }
                }
            }
        }
        QVERIFY2(cross >= 100, qPrintable(QString::number(cross)));
        QVERIFY2(isolated >= 100, qPrintable(QString::number(isolated)));
    }

    void aCutDoesOnTheExchangeWhatTheWayBackSays()
    {
        int cuts = 0;
        for (std::uint64_t seed = 1; seed <= 1'500; ++seed) {
            const auto inTrouble = [seed] {
                auto desk = std::make_unique<Desk>(seed);
                const auto report = stressDesk(desk->basis, desk->scenario);
                const PoolDeath *death = report.falling.accountDeath() != nullptr
                                             ? report.falling.accountDeath()
                                             : report.rising.accountDeath();
                if (death != nullptr && !death->at.isZero()) {
                    const Price now = desk->basis.marks.at("BTCUSDT").mark;
                    const Price way = *death->referencePrice - now;
                    desk->moveTo(
                        (now + way * desk->dice.between("0.93", "0.9999")).roundedTo(Price::literal("0.1")));
                    desk->refresh();
                }
                // A book around each mark, and the desk knows it.
                for (const auto &held : desk->basis.account.positions) {
                    const SymbolSpec &spec = desk->specs.at(held.symbol);
                    auto book = std::make_shared<BookView>();
                    book->state = BookView::State::Live;
                    const Price mark = desk->basis.marks.at(held.symbol).mark;
                    const Side side = held.side; // what a closing order meets
                    const Quantity level = std::max(spec.lot.stepSize,
                        (held.quantity * Rate::literal("0.3")).roundedTo(spec.lot.stepSize));
                    for (int i = 1; i <= 4; ++i) {
                        const Price away = std::max(spec.tickSize, mark * (Rate::of(i) / 1'000));
                        const Price price =
                            (side == Side::Buy ? mark - away : mark + away)
                                .roundedTo(spec.tickSize, side == Side::Buy ? Rounding::Down : Rounding::Up);
                        auto &levels = side == Side::Buy ? book->bids : book->asks;
                        const bool isNew = levels.empty() || levels.back().price != price;
                        if (price.isPositive() && isNew) {
                            levels.push_back({price, level});
                            desk->stage.offer(held.symbol, side, price, level);
                        }
                    }
                    desk->basis.books[held.symbol] = book;
                }
                return desk;
            };
            const auto first = inTrouble();
            for (const auto &pool : waysBack(first->basis, first->specs, RiskLevel::Medium)) {
                for (const auto &way : pool.ways) {
                    if (way.kind != WayBack::Kind::Reduce || !pool.isCross || way.isBookThin) {
                        continue;
                    }
                    const Quantity step = first->specs.at(way.position.symbol).lot.stepSize;
                    for (const Quantity less : {Quantity{}, step}) {
                        const auto desk = inTrouble();
                        NewOrder order = way.orders.front();
                        order.quantity = way.quantity - less;
                        if (!order.quantity.isPositive()) {
                            continue;
                        }
                        const auto sent = desk->stage.send(order);
                        const auto after =
                            valueAccount(desk->stage.account(), desk->stage.marks(), desk->stage.tables());
                        const QByteArray what =
                            QStringLiteral("seed %1, cut %2 of %3 %4: %5, ratio %6")
                                .arg(seed)
                                .arg(QString::fromStdString(order.quantity.toString()),
                                    QString::fromStdString(way.position.quantity.toString()),
                                    QString::fromStdString(order.symbol),
                                    sent ? QStringLiteral("filled")
                                         : QString::fromStdString(sent.error().detail),
                                    QString::fromStdString(
                                        after.crossMarginRatio.value().value_or(Rate::of(9)).toString()))
                                .toUtf8();
                        QVERIFY2(sent && sent->executedQty == order.quantity, what.constData());
                        QVERIFY2((after.crossLevel == RiskLevel::Safe) == less.isZero(), what.constData());
                        if (less.isZero()) {
                            QVERIFY2((after.crossMarginBalance - way.balanceAfter).abs() <
                                         Money::literal("0.0001"),
                                what.constData());
                            ++cuts;
                        }
                    }
                }
            }
        }
        QVERIFY2(cuts >= 100, qPrintable(QString::number(cuts)));
    }
};

QTEST_APPLESS_MAIN(StressTest)
#include "stress_test.moc"
