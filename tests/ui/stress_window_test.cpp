#include "tests/ui/seat.h"
#include "ui/panels/stress_panel.h"
#include "ui/widgets/explanation_popup.h"
#include "ui/widgets/position_risk_list.h"
#include "ui/widgets/stress_chart.h"

#include <QAccessible>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using domain::Money;
using domain::Price;
using domain::Quantity;
using domain::Side;
using support::Seat;

/// Stress desk and ways back in the real window.
class StressWindowTest : public QObject
{
    Q_OBJECT
private:
    static void giveBook(Seat &seat, const std::string &symbol, const char *price, std::int64_t perLevel,
        const char *quantity = "1", int levels = 20)
    {
        auto book = std::make_shared<domain::BookView>();
        book->symbol = symbol;
        book->state = domain::BookView::State::Live;
        for (int level = 0; level < levels; ++level) {
            const Price away = Price::literal(price) * (domain::Rate::of(level) / 20'000);
            const Quantity held = Quantity::literal(quantity) * perLevel;
            book->bids.push_back({Price::literal(price) - away, held});
            book->asks.push_back({Price::literal(price) + away, held});
        }
        emit seat.desk.marketData.bookChanged(book);
    }
    /// Five positions on 25,000 USDT, three of them cross, a stop on one; the desk open.
    static void fill(Seat &seat, std::int64_t wallet = 25'000)
    {
        auto &desk = seat.desk;
        desk.quote("BTCUSDT", "65000.0");
        desk.quote("ETHUSDT", "3000.00");
        desk.quote("SOLUSDT", "150.00");
        desk.quote("XRPUSDT", "0.6000");
        desk.quote("DOGEUSDT", "0.12000");
        auto state = support::Desk::funded(wallet);
        state.positions = {support::Desk::position("BTCUSDT", Side::Buy, "0.8", "66200"),
            support::Desk::position("ETHUSDT", Side::Buy, "12", "3050"),
            support::Desk::position("XRPUSDT", Side::Sell, "20000", "0.59"),
            support::Desk::position("SOLUSDT", Side::Buy, "120", "152"),
            support::Desk::position("DOGEUSDT", Side::Sell, "50000", "0.118")};
        for (const std::size_t index : {std::size_t{3}, std::size_t{4}}) {
            state.positions[index].marginType = domain::MarginType::Isolated;
            state.positions[index].isolatedWallet = Money::of(index == 3 ? 2'400 : 800);
            state.walletBalance += state.positions[index].isolatedWallet;
        }
        desk.account.publish(state);
        auto stop = desk.order("BTCUSDT", "stop-1", domain::OrderPhase::Working);
        stop.request.side = Side::Sell;
        stop.request.type = domain::OrderType::StopMarket;
        stop.request.quantity = Quantity::literal("0.8");
        stop.request.triggerPrice = Price::of(58'000);
        stop.request.reduceOnly = true;
        emit desk.trading.orderChanged(stop);
        seat.window->showPanel(QStringLiteral("stress"));
        QTRY_COMPARE(desk.marketData.claims["book SOLUSDT"], 1);
        giveBook(seat, "BTCUSDT", "65000", 2);
        giveBook(seat, "ETHUSDT", "3000", 5);
        giveBook(seat, "XRPUSDT", "0.6", 10'000);
        giveBook(seat, "SOLUSDT", "150", 60);
        giveBook(seat, "DOGEUSDT", "0.12", 20'000);
        desk.quote("BTCUSDT", "65000.0");
        QTRY_VERIFY(desk.models->stress.report() != nullptr &&
                    desk.models->stress.report()->positions.size() == 5 &&
                    desk.models->stress.report()->leaving.front().hasBook);
    }

    /// A cross and an isolated position, both HIGH, with the longest of names and prices.
    static void holdLongNames(Seat &seat)
    {
        auto &desk = seat.desk;
        auto info = std::make_shared<domain::ExchangeInfo>(***desk.marketData.exchangeInfoAnswer);
        info->symbols.push_back(support::Desk::spec("1000000MOGUSDT", "1000000MOG", "0.00000001", "1"));
        info->symbols.back().lot.maxQty = info->symbols.back().marketLot.maxQty =
            Quantity::of(10'000'000'000);
        emit desk.marketData.exchangeInfoChanged(info);
        QTRY_VERIFY(desk.models->market.spec("1000000MOGUSDT") != nullptr);
        desk.quote("BTCUSDT", "123456.7");
        desk.quote("1000000MOGUSDT", "0.00001234");
        auto state = support::Desk::funded(660); // maintenance 395.06 of BTC: 60 %
        state.positions = {support::Desk::position("BTCUSDT", Side::Buy, "0.8", "123456.7"),
            support::Desk::position("1000000MOGUSDT", Side::Buy, "1000000000", "0.00001234")};
        state.positions[1].marginType = domain::MarginType::Isolated;
        state.positions[1].isolatedWallet = Money::of(82); // maintenance 49.36
        state.walletBalance += Money::of(82);
        desk.account.publish(state);
        const auto rest = [&desk](const char *symbol, const char *quantity, const char *trigger) {
            auto stop = desk.order(symbol, std::string{"stop-"} + symbol, domain::OrderPhase::Working);
            stop.request.side = Side::Sell;
            stop.request.type = domain::OrderType::StopMarket;
            stop.request.quantity = Quantity::literal(quantity);
            stop.request.triggerPrice = Price::literal(trigger);
            stop.request.price = {};
            stop.request.reduceOnly = true;
            emit desk.trading.orderChanged(stop);
        };
        rest("BTCUSDT", "0.8", "100000.0");
        rest("1000000MOGUSDT", "1000000000", "0.00000900");
        QTRY_COMPARE(desk.marketData.claims["book 1000000MOGUSDT"], 1);
        giveBook(seat, "BTCUSDT", "123456.7", 2);
        giveBook(seat, "1000000MOGUSDT", "0.00001234", 500'000'000);
        desk.quote("BTCUSDT", "123456.7");
    }

private slots:
    void theDeskIsAPanelOfItsOwnAndWorksOnlyWhileSeen()
    {
        Seat seat;
        QVERIFY(seat.window->panelIds().contains(QStringLiteral("stress")));
        QVERIFY(seat.window->findChild<QAction *>(QStringLiteral("view.stress")) != nullptr);
        QCOMPARE(seat.desk.marketData.claims["book ETHUSDT"], 0);
        fill(seat);
        QVERIFY(seat.label("stress.falling").startsWith(QStringLiteral("Falling: ")));
        seat.window->showPanel(QStringLiteral("orders"));
        QTRY_COMPARE(seat.desk.marketData.claims["book ETHUSDT"], 0);
    }

    void theCurveIsReadAndMovedByKeys()
    {
        Seat seat;
        fill(seat);
        auto *curve = seat.get<ui::StressChart>("stress.curve");
        auto *table = seat.get<QTableView>("stress.table");
        QTest::keyClick(curve, Qt::Key_Home);
        QVERIFY(curve->chosen() == domain::Rate::literal("-0.5"));
        QVERIFY2(curve->accessibleName().startsWith(QStringLiteral("Stress curve. Move -50 %: equity ")),
            qPrintable(curve->accessibleName()));
        QVERIFY(curve->accessibleName().contains(QStringLiteral(" USDT, margin ratio ")));
        QCOMPARE(table->currentIndex().data().toString(), QStringLiteral("-50 %"));
        QTest::keyClick(curve, Qt::Key_PageDown);
        QTest::keyClick(curve, Qt::Key_Right);
        QVERIFY(curve->chosen() == domain::Rate::literal("-0.39"));
        // And the other way round: the table moves the curve.
        table->setCurrentIndex(table->model()->index(0, 0));
        QVERIFY(curve->chosen() == domain::Rate::literal("0.5"));
        QTest::mouseClick(curve, Qt::LeftButton, {}, curve->rect().center());
        QVERIFY(curve->chosen().abs() < domain::Rate::literal("0.1"));
    }

    void theConditionsAreTheUsers()
    {
        Seat seat;
        fill(seat);
        auto &stress = seat.desk.models->stress;
        using Path = live::StressConditions::Path;
        const auto settled = [&stress] { return stress.conditions() == stress.reportConditions(); };
        seat.get<QCheckBox>("stress.funding")->click();
        seat.get<QCheckBox>("stress.books")->click();
        seat.choose("stress.stops", "Stops gapped");
        QTRY_VERIFY(settled());
        QVERIFY(stress.reportConditions().triplesFunding && stress.reportConditions().thinsBooks);
        QVERIFY(stress.reportConditions().stops == domain::StopHandling::Gapped);
        QVERIFY(!stress.report()->fundingBooked.isZero());
        seat.get<QToolButton>("stress.byBeta")->click();
        QTRY_VERIFY(settled() && stress.reportConditions().path == Path::ByBeta);
        auto *beta = seat.get<QLineEdit>("stress.symbol.ETHUSDT.beta");
        QTRY_VERIFY(beta->accessibleName().startsWith(QStringLiteral("Beta of ETHUSDT, assumed 1.00")));
        QVERIFY(!seat.get<QLineEdit>("stress.symbol.BTCUSDT.beta")->isEnabled());
        beta->clear();
        QTest::keyClicks(beta, QStringLiteral("1.8"));
        QVERIFY(seat.desk.models->betas.value("ETHUSDT") == domain::Rate::literal("1.8"));
        // Out of bounds: marked, and the last good one counts on.
        beta->selectAll();
        QTest::keyClicks(beta, QStringLiteral("25"));
        QCOMPARE(beta->property("problem").toString(), QStringLiteral("block"));
        QVERIFY(seat.desk.models->betas.value("ETHUSDT") == domain::Rate::of(2));
        QVERIFY(!seat.desk.settings.value(QStringLiteral("stress/betas")).toMap().isEmpty());
        seat.get<QToolButton>("stress.symbol.ETHUSDT.measured")->click();
        QVERIFY(seat.desk.models->betas.value("ETHUSDT") == domain::Rate::of(1));
        seat.get<QToolButton>("stress.single")->click();
        auto *slider = seat.get<QSlider>("stress.symbol.SOLUSDT.slider");
        QCOMPARE(slider->accessibleName(), QStringLiteral("Move of SOLUSDT, per cent"));
        slider->setFocus();
        for (int turn = 0; turn < 6; ++turn) {
            QTest::keyClick(slider, Qt::Key_PageDown);
        }
        QCOMPARE(slider->value(), -30);
        QTRY_VERIFY(settled() && stress.reportConditions().path == Path::Single);
        QVERIFY2(seat.label("stress.falling")
                     .startsWith(QStringLiteral("With these moves: SOLUSDT long goes first at ")),
            qPrintable(seat.label("stress.falling")));
        // Typed moves need not be whole.
        auto *move = seat.get<QLineEdit>("stress.symbol.SOLUSDT.move");
        move->clear();
        QTest::keyClicks(move, QStringLiteral("-12.5"));
        QTRY_VERIFY(
            settled() && stress.reportConditions().moves.at("SOLUSDT") == domain::Rate::literal("-0.125"));
    }

    void theRangeIsChosenAndKept()
    {
        Seat seat;
        fill(seat);
        auto *curve = seat.get<ui::StressChart>("stress.curve");
        auto *table = seat.get<QTableView>("stress.table");
        QCOMPARE(seat.get<QComboBox>("stress.range")->currentText(), QStringLiteral("±50 %"));
        QTest::keyClick(curve, Qt::Key_Home);
        seat.get<QComboBox>("stress.range")->setCurrentIndex(0); // ±10 %
        const auto &stress = seat.desk.models->stress;
        QTRY_VERIFY(stress.reportConditions().reach == domain::Rate::literal("0.1"));
        QVERIFY(curve->chosen() == domain::Rate::literal("-0.1")); // as far as the curve goes
        QCOMPARE(table->model()->rowCount(), 21);
        QCOMPARE(table->model()->index(0, 0).data().toString(), QStringLiteral("+10 %"));
        QTest::keyClick(curve, Qt::Key_Right);
        QVERIFY2(curve->accessibleName().startsWith(QStringLiteral("Stress curve. Move -9.8 %: equity ")),
            qPrintable(curve->accessibleName()));
        seat.open(domain::VenueKind::Paper); // a restart
        QCOMPARE(seat.get<QComboBox>("stress.range")->currentText(), QStringLiteral("±10 %"));
        seat.window->showPanel(QStringLiteral("stress"));
        QTRY_VERIFY(stress.conditions().reach == domain::Rate::literal("0.1"));
        seat.desk.settings.setValue(QStringLiteral("stress/range"), QStringLiteral("nonsense"));
        seat.open(domain::VenueKind::Paper);
        QCOMPARE(seat.get<QComboBox>("stress.range")->currentText(), QStringLiteral("±50 %"));
        seat.get<QToolButton>("stress.single")->click(); // there the moves say how far
        QVERIFY(!seat.get<QComboBox>("stress.range")->isEnabled());
    }

    void everyFigureSaysWhereItComesFrom()
    {
        Seat seat;
        fill(seat);
        seat.get<QTabWidget>("stress.tabWidget")->setCurrentIndex(3);
        auto *curve = seat.get<ui::StressChart>("stress.curve");
        seat.get<QCheckBox>("stress.funding")->click();
        QTRY_VERIFY(seat.desk.models->stress.reportConditions().triplesFunding);
        QTest::keyClick(curve, Qt::Key_Home);
        QTest::keyClick(curve, Qt::Key_PageDown);
        QTest::keyClick(curve, Qt::Key_PageDown); // -30 %
        const auto explained = [&](const char *id) {
            auto *value = seat.get<QLabel>(id);
            QTest::keyClick(value, Qt::Key_Return);
            auto *popup = value->findChild<ui::ExplanationPopup *>();
            const QString said = popup ? popup->accessibleName() : QString{};
            delete popup;
            return said;
        };
        QVERIFY2(seat.get<QLabel>("stress.equity")
                     ->accessibleName()
                     .startsWith(QStringLiteral("Equity at -30 % ")),
            qPrintable(seat.get<QLabel>("stress.equity")->accessibleName()));
        for (const char *id : {"stress.equity", "stress.ratio", "stress.leaving", "stress.funding",
                 "stress.fallingFirst", "stress.fallingEnd", "stress.risingFirst", "stress.risingEnd"}) {
            const QString said = explained(id);
            const bool isNone = seat.label(id) == QStringLiteral("never"); // nothing to explain
            QVERIFY2(said.contains(u"Source: ") != isNone, id);
            QVERIFY2(seat.get<QLabel>(id)->accessibleName().contains(seat.label(id)), id);
        }
        QVERIFY(explained("stress.equity").contains(QStringLiteral("cross wallet")));
        QVERIFY(explained("stress.equity").contains(QStringLiteral("mark price stream")));
        QVERIFY(explained("stress.funding").contains(QStringLiteral("times the next funding")));
        QVERIFY(explained("stress.fallingEnd").contains(QStringLiteral("BTCUSDT where the account dies")));
        QVERIFY(seat.label("stress.fallingEnd").startsWith(QStringLiteral("BTC ")));
        // One stop of the Tab key, the arrows go on from there.
        auto *first = seat.get<QLabel>("stress.equity");
        first->setFocus();
        QTest::keyClick(first, Qt::Key_Down);
        QVERIFY(seat.get<QLabel>("stress.ratio")->hasFocus() || !seat.window->isActiveWindow());
    }

    void everyCellOfTheTableSaysWhereItComesFrom()
    {
        Seat seat;
        fill(seat);
        seat.window->activateWindow();
        QTRY_VERIFY(seat.window->isActiveWindow());
        auto *table = seat.get<QTableView>("stress.table");
        const auto popup = [table] { return table->viewport()->findChild<ui::ExplanationPopup *>(); };
        const auto row = [table](const char *place) {
            for (int at = 0; at < table->model()->rowCount(); ++at) {
                if (table->model()->index(at, 0).data().toString() == QLatin1StringView{place}) {
                    return at;
                }
            }
            return -1;
        };
        // By the mouse, on each cell of a place where somebody is gone.
        for (int column = 0; column < table->model()->columnCount(); ++column) {
            const QModelIndex cell = table->model()->index(row("-50 %"), column);
            table->scrollTo(cell);
            QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(cell).center());
            QVERIFY2(popup(), qPrintable(cell.data().toString()));
            const QString said = popup()->accessibleName();
            QVERIFY2(said.startsWith(QStringLiteral("How it is computed. ")) && said.contains(u"Source: "),
                qPrintable(said));
            delete popup();
        }
        QVERIFY(seat.get<ui::StressChart>("stress.curve")->chosen() == domain::Rate::literal("-0.5"));
        // By the keyboard: up and down through the places, left and right through their figures.
        table->setFocus();
        QVERIFY(table->hasFocus());
        table->setCurrentIndex(table->model()->index(row("-45 %"), live::StressTableModel::EquityColumn));
        QTest::keyClick(table, Qt::Key_Up);
        QTest::keyClick(table, Qt::Key_Right);
        QCOMPARE(table->currentIndex().column(), static_cast<int>(live::StressTableModel::ChangeColumn));
        for (const auto key : {Qt::Key_Return, Qt::Key_Space, Qt::Key_F1, Qt::Key_Enter}) {
            QTest::keyClick(table, key);
            QVERIFY(popup());
            QVERIFY2(popup()->accessibleName().contains(QStringLiteral("Change of equity at -40 %: ")),
                qPrintable(popup()->accessibleName()));
            delete popup();
        }
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QDir{}.mkpath(folder);
            for (const char *scheme : {"view.dark", "view.light"}) {
                seat.get<QAction>(scheme)->trigger();
                table->setFocus();
                table->setCurrentIndex(
                    table->model()->index(row("-50 %"), live::StressTableModel::LiquidatedColumn));
                seat.window->activateWindow();
                QTRY_VERIFY(table->hasFocus());
                QTest::qWait(200);
                table->window()->grab().save(
                    QStringLiteral("%1/stress-cell-%2.png").arg(folder, QLatin1StringView{scheme + 5}));
                QTest::keyClick(table, Qt::Key_Return);
                popup()->grab().save(
                    QStringLiteral("%1/stress-gone-%2.png").arg(folder, QLatin1StringView{scheme + 5}));
                delete popup();
            }
        }
    }

    void theCostOfAWayIsExplained()
    {
        Seat seat;
        fill(seat, 2'800);
        auto &ways = seat.desk.models->waysBack;
        QTRY_VERIFY(ways.rowCount() > 0);
        seat.get<QTabWidget>("stress.tabWidget")->setCurrentIndex(2);
        auto *table = seat.get<QTableView>("stress.ways.table");
        auto *cost = seat.get<QLabel>("stress.ways.cost");
        for (int row = 0; row < ways.rowCount(); ++row) {
            table->setCurrentIndex(table->model()->index(row, 1));
            QVERIFY(cost->text().endsWith(QStringLiteral(" USDT")));
            QTest::keyClick(cost, Qt::Key_Return);
            auto *popup = cost->findChild<ui::ExplanationPopup *>();
            QVERIFY(popup);
            QVERIFY2(popup->accessibleName().contains(u"Source: "), qPrintable(popup->accessibleName()));
            delete popup;
        }
    }

    void aMixOfTwoIsPreparedByOneClick()
    {
        Seat seat;
        fill(seat, 2'800);
        auto &trading = seat.desk.trading;
        trading.answersAtOnce = true;
        // Books that become worse with size, so that both at once are cheaper than one alone.
        giveBook(seat, "BTCUSDT", "65000", 1, "0.02", 300);
        giveBook(seat, "ETHUSDT", "3000", 1, "0.4", 300);
        auto &ways = seat.desk.models->waysBack;
        const auto rowOfMix = [&ways] {
            for (int row = 0; row < ways.rowCount(); ++row) {
                if (ways.way(row).kind == domain::WayBack::Kind::ReduceTwo) {
                    return row;
                }
            }
            return -1;
        };
        seat.desk.quote("BTCUSDT", "65000.0");
        QTRY_VERIFY(rowOfMix() >= 0);
        const auto wanted = ways.way(rowOfMix());
        seat.get<QTabWidget>("stress.tabWidget")->setCurrentIndex(2);
        auto *table = seat.get<QTableView>("stress.ways.table");
        table->setCurrentIndex(table->model()->index(rowOfMix(), 1));
        QVERIFY2(ways.sentence(wanted).contains(QStringLiteral(", and ")), qPrintable(ways.sentence(wanted)));
        QTest::mouseClick(seat.get<QPushButton>("stress.ways.prepare"), Qt::LeftButton);
        auto *question = seat.get<QMessageBox>("waysBack.confirm");
        QCOMPARE(question->text().count(QStringLiteral(", reduce-only")), 2);
        QVERIFY(trading.submitted.empty());
        QTest::mouseClick(seat.get<QPushButton>("waysBack.confirm.yes"), Qt::LeftButton);
        QTRY_COMPARE(trading.submitted.size(), std::size_t{2});
        QVERIFY(trading.submitted == wanted.orders);
    }

    void aWayBackIsPreparedByOneClickAndSentOnlyOnYes()
    {
        Seat seat;
        fill(seat, 2'800);
        auto &trading = seat.desk.trading;
        trading.answersAtOnce = true;
        auto &ways = seat.desk.models->waysBack;
        QTRY_VERIFY(ways.rowCount() > 0);
        QVERIFY(seat.label("stress.ways.headline").startsWith(QStringLiteral("Cross margin is ")));
        seat.get<QTabWidget>("stress.tabWidget")->setCurrentIndex(2);
        int cut = -1;
        for (int row = 0; row < ways.rowCount() && cut < 0; ++row) {
            cut = ways.way(row).kind == domain::WayBack::Kind::Reduce ? row : -1;
        }
        QVERIFY(cut >= 0);
        auto *table = seat.get<QTableView>("stress.ways.table");
        const auto open = [&](int row) {
            table->setCurrentIndex(table->model()->index(row, 1));
            QTest::mouseClick(seat.get<QPushButton>("stress.ways.prepare"), Qt::LeftButton);
            return seat.get<QMessageBox>("waysBack.confirm");
        };
        auto *question = open(cut);
        QVERIFY(question->text().contains(QStringLiteral(", reduce-only")));
        QVERIFY(trading.submitted.empty());
        QTest::keyClick(question, Qt::Key_Escape);
        QTest::qWait(50);
        QVERIFY(trading.submitted.empty());
        const auto wanted = ways.way(cut).orders;
        question = open(cut);
        QTest::mouseClick(seat.get<QPushButton>("waysBack.confirm.yes"), Qt::LeftButton);
        QTRY_COMPARE(trading.submitted.size(), wanted.size());
        QVERIFY(trading.submitted.front() == wanted.front());
        QVERIFY(trading.submitted.front().reduceOnly);
    }

    void theDashboardOffersWaysWhileTheAccountIsHigh()
    {
        Seat seat;
        seat.window->resize(1920, 1400);
        fill(seat, 2'800); // 42 %
        auto *offered = seat.get<QWidget>("risk.ways");
        auto *dashboard = seat.window->dock(QStringLiteral("risk"));
        QVERIFY(!offered->isVisibleTo(dashboard));
        auto state = *seat.desk.account.current;
        state.crossWalletBalance -= Money::of(300); // 60 %
        state.walletBalance -= Money::of(300);
        seat.desk.account.publish(state);
        QTRY_VERIFY(offered->isVisibleTo(dashboard));
        QTRY_VERIFY(seat.label("risk.ways.headline").contains(QStringLiteral(" is HIGH at ")));
        QVERIFY(seat.get<QTableView>("risk.ways.table")->model()->rowCount() > 0);
        QVERIFY(seat.get<QPushButton>("risk.ways.prepare")->isEnabled());
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QDir{}.mkpath(folder);
            QTest::qWait(300);
            dashboard->grab().save(folder + QStringLiteral("/stress-dashboard.png")); // alerts lie over it
        }
        state.crossWalletBalance += Money::of(20'000);
        state.walletBalance += Money::of(20'000);
        seat.desk.account.publish(state);
        QTRY_VERIFY(!offered->isVisibleTo(dashboard));
    }

    void theWaysOfANarrowDashboardAreReadWhole_data()
    {
        QTest::addColumn<QString>("theme");
        QTest::newRow("dark") << QStringLiteral("dark");
        QTest::newRow("light") << QStringLiteral("light");
    }
    void theWaysOfANarrowDashboardAreReadWhole()
    {
        QFETCH(QString, theme);
        Seat seat;
        seat.window->resize(1920, 1400);
        seat.get<QAction>(qPrintable(QStringLiteral("view.") + theme))->trigger();
        holdLongNames(seat);
        auto *dock = seat.get<QDockWidget>("risk");
        auto *table = seat.get<QTableView>("risk.ways.table");
        QTRY_VERIFY(seat.get<QWidget>("risk.ways")->isVisibleTo(dock));
        dock->setFloating(true);
        dock->resize(344, 1100);
        QTest::qWait(300);
        QCOMPARE(dock->width(), 344);
        QVERIFY(seat.get<QScrollArea>("risk.scroll")->widget()->minimumSizeHint().width() <= 332);
        using Model = live::WaysBackModel;
        QVERIFY(!table->isColumnHidden(Model::CostColumn));
        const auto linesOf = [&](const QString &text) {
            const int room = table->columnWidth(Model::WayColumn) - 12;
            return table->fontMetrics().boundingRect(
                QRect{0, 0, room, 10'000}, Qt::AlignLeft | Qt::TextWordWrap, text);
        };
        const auto areRowsHighEnough = [&] {
            for (int row = 0; row < table->model()->rowCount(); ++row) {
                const QString way = table->model()->index(row, Model::WayColumn).data().toString();
                if (linesOf(way).height() > table->rowHeight(row)) {
                    return false;
                }
            }
            return true;
        };
        QTRY_VERIFY(areRowsHighEnough()); // they follow the width in a moment of their own
        QStringList ways;
        int inLines = 0;
        for (int row = 0; row < table->model()->rowCount(); ++row) {
            for (int column = 0; column < table->model()->columnCount(); ++column) {
                if (table->isColumnHidden(column)) {
                    continue;
                }
                const QString text = table->model()->index(row, column).data().toString();
                const QFontMetrics metrics = table->fontMetrics();
                const int room = table->columnWidth(column) - 12;
                if (column != Model::WayColumn) {
                    QVERIFY2(metrics.horizontalAdvance(text) <= room, qPrintable(text));
                    continue;
                }
                const QRect lines = linesOf(text);
                QVERIFY2(lines.width() <= room, qPrintable(text));
                QVERIFY2(lines.height() <= table->rowHeight(row), qPrintable(text));
                inLines += lines.height() > metrics.height() * 3 / 2 ? 1 : 0;
                ways << text;
            }
        }
        QVERIFY(inLines > 0);
        const auto lines = [&](const char *id) { // of the rows of positions below
            const auto *row = seat.get<ui::PositionRiskRow>(id);
            return (row->height() - 14) / row->fontMetrics().height();
        };
        QCOMPARE(lines("risk.position.0"), 5); // 1000000MOGUSDT Long, then 10x isolated 1,000,000,000
        QCOMPARE(lines("risk.position.1"), 4);
        const QString all = ways.join(u'\n');
        QVERIFY2(all.contains(QStringLiteral("Move the stop of BTCUSDT long from 100,000.0 to ")),
            qPrintable(all));
        QVERIFY2(all.contains(QStringLiteral("Move the stop of 1000000MOGUSDT long from 0.00000900 to ")),
            qPrintable(all));
        QVERIFY(table->viewport()->height() >= table->rowHeight(0) + table->rowHeight(1));
        for (const char *id : {"risk.ways.cost", "risk.ways.after"}) {
            const auto *label = seat.get<QLabel>(id);
            QVERIFY2(label->sizeHint().width() <= label->width(), id);
        }
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QDir{}.mkpath(folder);
            dock->grab().save(QStringLiteral("%1/ways-narrow-%2.png").arg(folder, theme));
        }
    }

    void aMovedStopStandsBeforeTheOldOneGoes()
    {
        Seat seat;
        fill(seat, 2'800);
        auto &trading = seat.desk.trading;
        auto &ways = seat.desk.models->waysBack;
        const auto stopRow = [&ways] {
            for (int row = 0; row < ways.rowCount(); ++row) {
                if (ways.way(row).kind == domain::WayBack::Kind::Stop && !ways.way(row).replaces.empty()) {
                    return row;
                }
            }
            return -1;
        };
        QTRY_VERIFY(stopRow() >= 0);
        seat.get<QTabWidget>("stress.tabWidget")->setCurrentIndex(2);
        auto *table = seat.get<QTableView>("stress.ways.table");
        table->setCurrentIndex(table->model()->index(stopRow(), 1));
        QTest::mouseClick(seat.get<QPushButton>("stress.ways.prepare"), Qt::LeftButton);
        QVERIFY(seat.get<QMessageBox>("waysBack.confirm")
                    ->text()
                    .contains(QStringLiteral("then cancel the stop at 58,000.0")));
        QTest::mouseClick(seat.get<QPushButton>("waysBack.confirm.yes"), Qt::LeftButton);
        QTRY_COMPARE(trading.submitted.size(), std::size_t{1});
        QVERIFY(trading.submitted[0].type == domain::OrderType::StopMarket);
        QTest::qWait(50);
        QVERIFY(trading.canceled.empty());
        domain::Order standing;
        standing.request = trading.submitted[0];
        standing.phase = domain::OrderPhase::Working;
        trading.answerSubmit(standing);
        QTRY_COMPARE(trading.canceled.size(), std::size_t{1});
        QCOMPARE(trading.canceled[0].second, std::string{"stop-1"});
    }

    void everythingCanBeReachedAndReadAloud()
    {
        Seat seat;
        fill(seat);
        auto *panel = seat.window->dock(QStringLiteral("stress"))->widget();
        for (const char *path : {"stress.byBeta", "stress.single", "stress.together"}) {
            seat.get<QToolButton>(path)->click();
            QTest::qWait(30);
            for (QWidget *widget : panel->findChildren<QWidget *>()) {
                if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisibleTo(panel) ||
                    widget->focusProxy() || widget->objectName().startsWith(u"qt_")) {
                    continue;
                }
                const auto *face = QAccessible::queryAccessibleInterface(widget);
                QVERIFY2(face != nullptr && !face->text(QAccessible::Name).isEmpty(),
                    qPrintable(QStringLiteral("%1 %2").arg(
                        QLatin1StringView{widget->metaObject()->className()}, widget->objectName())));
            }
        }
    }

    void theDeskAsAPicture_data()
    {
        QTest::addColumn<bool>("light");
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("tab");
        QTest::addColumn<QSize>("size");
        for (const bool light : {false, true}) {
            const char *theme = light ? "light" : "dark";
            QTest::addRow("%s-together", theme) << light << "stress.together" << 0 << QSize{1920, 1080};
            QTest::addRow("%s-beta", theme) << light << "stress.byBeta" << 1 << QSize{1920, 1080};
            QTest::addRow("%s-ways", theme) << light << "stress.together" << 2 << QSize{1920, 1080};
            QTest::addRow("%s-figures", theme) << light << "stress.together" << 3 << QSize{1920, 1080};
            QTest::addRow("%s-small", theme) << light << "stress.single" << 1 << QSize{1280, 800};
        }
    }

    void theDeskAsAPicture()
    {
        QFETCH(bool, light);
        QFETCH(QString, path);
        QFETCH(int, tab);
        QFETCH(QSize, size);
        Seat seat;
        seat.window->resize(size);
        seat.get<QAction>(light ? "view.light" : "view.dark")->trigger();
        fill(seat, tab == 2 ? 2'800 : 25'000);
        seat.desk.marketData.candlesAnswer = [](const ports::CandleQuery &query) {
            std::vector<domain::Candle> candles;
            double close = 100;
            for (int i = 0; i < 300; ++i) {
                const double own = query.symbol == "BTCUSDT" ? 0.0 : 0.0015 * (i * 5 % 9 - 4);
                close *= std::exp(0.001 * (i * 7 % 11 - 5) * (query.symbol == "BTCUSDT" ? 1.0 : 1.3) + own);
                domain::Candle candle;
                candle.openAt = domain::timestampFromMs(3'600'000LL * i);
                candle.open = candle.high = candle.low = candle.close = Price::fromApproximate(close);
                candle.isClosed = true;
                candles.push_back(candle);
            }
            return ports::Result<ports::CandlesPtr>{
                std::make_shared<const std::vector<domain::Candle>>(std::move(candles))};
        };
        seat.get<QToolButton>(qPrintable(path))->click();
        if (path == u"stress.single") {
            for (const auto &[symbol, percent] :
                {std::pair{"BTC", -8}, {"ETH", -12}, {"SOL", -25}, {"XRP", 10}}) {
                seat.get<QSlider>(
                        qPrintable(
                            QStringLiteral("stress.symbol.%1USDT.slider").arg(QLatin1StringView{symbol})))
                    ->setValue(percent);
            }
        }
        seat.get<QTabWidget>("stress.tabWidget")->setCurrentIndex(tab);
        QTest::qWait(500);
        auto *curve = seat.get<ui::StressChart>("stress.curve");
        curve->choose(domain::Rate::literal("-0.1"));
        QTest::qWait(100);
        QVERIFY(curve->width() >= 240 && curve->height() >= 100);
        const QString folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (!folder.isEmpty()) {
            QDir{}.mkpath(folder);
            seat.window->grab().save(
                QStringLiteral("%1/stress-%2.png").arg(folder, QLatin1StringView{QTest::currentDataTag()}));
        }
    }
};

QTEST_MAIN(StressWindowTest)
#include "stress_window_test.moc"
