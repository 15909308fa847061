#include "tests/ui/seat.h"
#include "ui/keys_dialog.h"
#include "ui/live_confirmation.h"
#include "ui/panels/panel_tools.h"
#include "ui/widgets/venue_band.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAction>
#include <QComboBox>
#include <QDialog>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <QTextBrowser>

using domain::Price;
using domain::Quantity;

class WindowTest : public QObject
{
    Q_OBJECT
private:
    using Seat = support::Seat;

    static bool isInteractive(const QWidget *widget)
    {
        return qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QLineEdit *>(widget) ||
               qobject_cast<const QComboBox *>(widget) || qobject_cast<const QAbstractSpinBox *>(widget) ||
               qobject_cast<const QAbstractSlider *>(widget) ||
               qobject_cast<const QAbstractItemView *>(widget);
    }
    /// Parts that Qt itself puts into widgets: they are reached through their owner.
    static bool isQtOwnPart(const QWidget *widget)
    {
        return qobject_cast<const QScrollBar *>(widget) || qobject_cast<const QHeaderView *>(widget) ||
               widget->objectName().startsWith(u"qt_") || qobject_cast<const QComboBox *>(widget->parent()) ||
               qobject_cast<const QAbstractSpinBox *>(widget->parent()) ||
               qobject_cast<const QLineEdit *>(widget->parent()) || widget->inherits("QTableCornerButton") ||
               widget->inherits("QComboBoxListView") || qobject_cast<const QTabBar *>(widget->parent()) ||
               (qobject_cast<const QAbstractButton *>(widget) &&
                   qobject_cast<const QAbstractItemView *>(widget->parent()));
    }

private slots:
    void everyControlHasALastingNameAndASpokenOne()
    {
        const Seat seat;
        QStringList nameless;
        for (const QWidget *widget : seat.window->findChildren<QWidget *>()) {
            if (isInteractive(widget) && !isQtOwnPart(widget) &&
                (widget->objectName().isEmpty() || widget->accessibleName().isEmpty())) {
                nameless << QString::fromLatin1(widget->metaObject()->className()) + u' ' +
                                widget->objectName();
            }
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u", ")));
    }

    void theBandSaysTheVenueByWordAndColour_data()
    {
        QTest::addColumn<int>("venue");
        QTest::addColumn<QString>("word");
        QTest::newRow("paper") << static_cast<int>(domain::VenueKind::Paper) << QStringLiteral("PAPER");
        QTest::newRow("testnet") << static_cast<int>(domain::VenueKind::Testnet) << QStringLiteral("TESTNET");
        QTest::newRow("live") << static_cast<int>(domain::VenueKind::Mainnet) << QStringLiteral("LIVE");
    }

    void theBandSaysTheVenueByWordAndColour()
    {
        QFETCH(int, venue);
        QFETCH(QString, word);
        const auto kind = static_cast<domain::VenueKind>(venue);
        const Seat seat{kind};
        QCOMPARE(seat.label("venueWord"), word);
        QVERIFY(seat.get<QWidget>("venueBand")->isVisible());
        const QImage picture = seat.window->grab().toImage();
        const QColor fill = ui::markOf(kind).fill;
        for (const QPoint corner : {QPoint{1, 1}, QPoint{picture.width() - 2, 1},
                 QPoint{1, picture.height() - 2}, QPoint{picture.width() - 2, picture.height() - 2}}) {
            QCOMPARE(picture.pixelColor(corner), fill); // the window's border
        }
        for (const auto other :
            {domain::VenueKind::Paper, domain::VenueKind::Testnet, domain::VenueKind::Mainnet}) {
            QVERIFY(other == kind || ui::markOf(other).fill != fill);
        }
    }

    void choosingASymbolTurnsEveryLinkedPanel()
    {
        const Seat seat;
        seat.window->symbolLink().setSymbol("ETHUSDT");
        QCOMPARE(seat.label("chart.symbol"), QStringLiteral("ETHUSDT"));
        QCOMPARE(seat.label("ticket.symbol"), QStringLiteral("ETHUSDT"));
        QCOMPARE(seat.label("calculator.symbol"), QStringLiteral("ETHUSDT"));
        const std::map<std::string, int> &claims = seat.desk.marketData.claims;
        QCOMPARE(claims.at("book ETHUSDT"), 2); // the order book and what plans walk through it
        QCOMPARE(claims.at("trades ETHUSDT"), 1);
        QCOMPARE(claims.at("book BTCUSDT"), 0);
        QCOMPARE(claims.at("trades BTCUSDT"), 0);
        QCOMPARE(
            seat.desk.settings.value(QStringLiteral("window/symbol")).toString(), QStringLiteral("ETHUSDT"));
    }

    void theSliderFollowsTheSizeThatIsTyped()
    {
        const Seat seat;
        auto *slider = seat.get<QSlider>("ticket.share");
        seat.type("ticket.price", "64900");
        seat.get<QAbstractButton>("ticket.share50")->click();
        QCOMPARE(slider->value(), 50);
        const QString half = seat.get<QLineEdit>("ticket.size")->text();
        QVERIFY(!half.isEmpty());
        seat.type("ticket.size", "");
        QCOMPARE(slider->value(), 0);
        seat.type("ticket.size", half.toLatin1().constData());
        QCOMPARE(slider->value(), 50);
        seat.type("ticket.size", "90"); // more than there is
        QCOMPARE(slider->value(), 100);
        slider->setValue(25);
        QVERIFY(seat.get<QLineEdit>("ticket.size")->text() != half);
        QCOMPARE(slider->value(), 25);
    }

    void theTicketSendsExactlyTheOrderItNames()
    {
        const Seat seat;
        seat.type("ticket.price", "64,900.0");
        seat.type("ticket.size", "0.010");
        auto *send = seat.get<QAbstractButton>("ticket.send");
        QCOMPARE(send->accessibleName(), QStringLiteral("Buy 0.010 BTCUSDT at 64,900.0"));
        QVERIFY2(
            send->isEnabled(), qPrintable(seat.label("ticket.message") + seat.label("ticket.size.message")));
        send->click();
        QCOMPARE(static_cast<int>(seat.desk.trading.submitted.size()), 1);
        const domain::NewOrder &sent = seat.desk.trading.submitted.front();
        QCOMPARE(sent.symbol, std::string{"BTCUSDT"});
        QCOMPARE(sent.side, domain::Side::Buy);
        QCOMPARE(sent.type, domain::OrderType::Limit);
        QCOMPARE(sent.timeInForce, domain::TimeInForce::Gtc);
        QCOMPARE(sent.quantity, Quantity::literal("0.01"));
        QCOMPARE(sent.price, Price::of(64'900));
        QVERIFY(!sent.reduceOnly && sent.clientOrderId.empty());
    }

    void theButtonNamesNoPriceThatIsNotTyped()
    {
        const Seat seat;
        seat.type("ticket.price", "");
        seat.type("ticket.size", "0.010");
        auto *send = seat.get<QAbstractButton>("ticket.send");
        QCOMPARE(send->accessibleName(), QStringLiteral("Buy 0.010 BTCUSDT at --"));
        QVERIFY(!send->isEnabled());
    }

    void onePressIsOneOrderUntilTheAnswerIsThere()
    {
        Seat seat;
        seat.type("ticket.price", "64900");
        seat.type("ticket.size", "0.010");
        auto *send = seat.get<QAbstractButton>("ticket.send");
        send->click();
        QVERIFY(!send->isEnabled());
        send->click();
        QCOMPARE(static_cast<int>(seat.desk.trading.submitted.size()), 1);
        seat.desk.trading.answerSubmit(
            domain::failure(domain::ErrorCode::OutcomeUnknown, "The connection closed before the answer."));
        QTRY_VERIFY(seat.label("ticket.outcome").startsWith(QStringLiteral("UNKNOWN")));
        // An equal order at once is asked about, not sent.
        send->click();
        auto *question = seat.window->findChild<QDialog *>(QStringLiteral("confirmOrder"));
        QVERIFY(question != nullptr);
        QCOMPARE(static_cast<int>(seat.desk.trading.submitted.size()), 1);
        question->findChild<QAbstractButton *>(QStringLiteral("confirmOrder.yes"))->click();
        QCOMPARE(static_cast<int>(seat.desk.trading.submitted.size()), 2);
    }

    void everyKindOfOrderIsDraftedAsItSays_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("timeInForce");
        const auto row = [](const char *kind, domain::OrderType type, domain::TimeInForce timeInForce) {
            QTest::newRow(kind) << QString::fromLatin1(kind) << static_cast<int>(type)
                                << static_cast<int>(timeInForce);
        };
        row("Market", domain::OrderType::Market, domain::TimeInForce::Gtc);
        row("Post-only limit", domain::OrderType::Limit, domain::TimeInForce::Gtx);
        row("Stop (market)", domain::OrderType::StopMarket, domain::TimeInForce::Gtc);
        row("Take-profit (market)", domain::OrderType::TakeProfitMarket, domain::TimeInForce::Gtc);
    }

    void everyKindOfOrderIsDraftedAsItSays()
    {
        QFETCH(QString, kind);
        QFETCH(int, type);
        QFETCH(int, timeInForce);
        const Seat seat;
        seat.choose("ticket.type", kind.toLatin1().constData());
        seat.type("ticket.price", "64900");
        // a buy's stop lies above the mark, its take-profit below
        seat.type(
            "ticket.trigger", type == static_cast<int>(domain::OrderType::StopMarket) ? "66000" : "64000");
        seat.type("ticket.size", "0.010");
        auto *send = seat.get<QAbstractButton>("ticket.send");
        QVERIFY2(send->isEnabled(),
            qPrintable(seat.label("ticket.message") + seat.label("ticket.size.message") +
                       seat.label("ticket.trigger.message") + seat.label("ticket.price.message")));
        send->click();
        const domain::NewOrder &sent = seat.desk.trading.submitted.front();
        QCOMPARE(static_cast<int>(sent.type), type);
        QCOMPARE(static_cast<int>(sent.timeInForce), timeInForce);
        const bool isTriggered = domain::isConditional(sent.type);
        QCOMPARE(sent.triggerPrice.isPositive(), isTriggered);
        QCOMPARE(sent.price.isPositive(), kind.startsWith(u"Post"));
    }

    void whatIsWrongIsSaidBesideTheFieldAndNothingCanBeSent()
    {
        const Seat seat;
        seat.type("ticket.price", "64900.05");
        seat.type("ticket.size", "0.010");
        QVERIFY(seat.label("ticket.price.message").contains(QStringLiteral("not a multiple of the tick")));
        QVERIFY(!seat.get<QAbstractButton>("ticket.send")->isEnabled());
        seat.type("ticket.price", "64900");
        QVERIFY(seat.label("ticket.price.message").isEmpty());
        seat.type("ticket.size", "0.0105");
        QVERIFY(seat.label("ticket.size.message").contains(QStringLiteral("not a multiple of the step")));
        seat.type("ticket.size", "90");
        QVERIFY(
            !seat.label("ticket.size.message").isEmpty() || !seat.label("ticket.leverage.message").isEmpty());
        QVERIFY(!seat.get<QAbstractButton>("ticket.send")->isEnabled());
        QVERIFY(seat.desk.trading.submitted.empty());
    }

    void theTicketIsOffWithAReasonWhileTheVenueCannotTrade()
    {
        Seat seat;
        seat.type("ticket.price", "64900");
        seat.type("ticket.size", "0.010");
        ports::HealthState state;
        state.tradeBlockedReason = QStringLiteral("The clock is not known yet.");
        seat.desk.health.publish(state);
        QTRY_VERIFY(!seat.get<QAbstractButton>("ticket.send")->isEnabled());
        QCOMPARE(seat.label("ticket.message"), QStringLiteral("The clock is not known yet."));
    }

    void aMarketOrderOnOldPricesIsAskedAbout()
    {
        Seat seat;
        seat.choose("ticket.type", "Market");
        seat.type("ticket.size", "0.010");
        seat.desk.clock.advance(domain::Milliseconds{2'600});
        seat.get<QAbstractButton>("ticket.send")->click();
        QVERIFY(seat.desk.trading.submitted.empty());
        QVERIFY(seat.window->findChild<QDialog *>(QStringLiteral("confirmOrder")) != nullptr);
    }

    void aShareOfTheLargestSizeFillsTheQuantity()
    {
        const Seat seat;
        seat.type("ticket.price", "65000");
        seat.get<QAbstractButton>("ticket.share50")->click();
        const auto half = Quantity::parse(seat.get<QLineEdit>("ticket.size")->text().toStdString());
        QVERIFY(half && half->isPositive());
        seat.get<QAbstractButton>("ticket.share100")->click();
        const auto whole = Quantity::parse(seat.get<QLineEdit>("ticket.size")->text().toStdString());
        QVERIFY(whole && *whole >= *half * 2 && *whole <= *half * 2 + Quantity::literal("0.002"));
        QVERIFY(*whole <= Quantity::literal("3.846")); // 25,000 at 10x buys no more
    }

    void theSizeMayBeTypedInQuoteMoney()
    {
        const Seat seat;
        seat.type("ticket.price", "65000");
        seat.choose("ticket.unit", "USDT");
        seat.type("ticket.size", "1000");
        seat.get<QAbstractButton>("ticket.send")->click();
        QCOMPARE(seat.desk.trading.submitted.front().quantity,
            Quantity::literal("0.015")); // 1000 / 65000, rounded down
    }

    void theCalculatorStartsFromTheSymbolsOwnSettingsOnceTheyAreKnown()
    {
        domain::AccountState known = support::Desk::funded(10'000);
        known.symbols["BTCUSDT"] = {domain::MarginType::Isolated, 40, {}};
        support::Desk late; // a window that opens before the account is there
        late.account.current.reset();
        late.open();
        ui::MainWindow window{
            ui::MainWindowContext{domain::VenueKind::Paper, QStringLiteral("built-in exchange"), *late.models,
                late.marketData, late.trading, late.account, late.health, late.settings, late.clock}};
        auto *const leverage = window.findChild<QSpinBox *>(QStringLiteral("calculator.leverage"));
        auto *const marginType = window.findChild<QComboBox *>(QStringLiteral("calculator.marginType"));
        QVERIFY(leverage && marginType);
        late.account.publish(known);
        QTRY_COMPARE(leverage->value(), 40);
        QCOMPARE(marginType->currentText(), QStringLiteral("Isolated"));

        leverage->setValue(12); // the plan is the user's from here on
        known.walletBalance = domain::Money::of(9'000);
        late.account.publish(known);
        QTest::qWait(50);
        QCOMPARE(leverage->value(), 12);
    }

    void theCalculatorShowsTheWorkedExampleOfTheSpecification()
    {
        // 65,000 at 10x with a rate of 0.4 %: margin 6,500, maintenance 260, approximation 58,760.
        const Seat seat{domain::VenueKind::Paper, domain::Money::of(6'600)};
        seat.type("calculator.entry", "65000");
        seat.choose("calculator.sizing", "Fixed quantity");
        seat.type("calculator.amount", "1");
        QCOMPARE(seat.label("calculator.initialMargin"), QStringLiteral("6,500.00 USDT"));
        QCOMPARE(seat.label("calculator.maintenanceMargin"), QStringLiteral("260.00 USDT (0.40 %)"));
        QCOMPARE(seat.label("calculator.approximate"), QStringLiteral("58,760.0 USDT"));
        QCOMPARE(seat.label("calculator.notional"), QStringLiteral("65,000.00 USDT"));
        QVERIFY(seat.label("calculator.level").endsWith(QStringLiteral("SAFE")));
        seat.get<QAbstractButton>("calculator.short")->click();
        QCOMPARE(seat.label("calculator.approximate"), QStringLiteral("71,240.0 USDT"));
    }

    void thePlanIsHandedToTheTicketAndNothingIsSent()
    {
        const Seat seat;
        seat.type("calculator.entry", "64000");
        seat.type("calculator.stop", "63000");
        seat.choose("calculator.sizing", "Fixed quantity");
        seat.type("calculator.amount", "0.05");
        auto *handOver = seat.get<QAbstractButton>("calculator.handOver");
        QVERIFY2(handOver->isEnabled(), qPrintable(seat.label("calculator.message")));
        handOver->click();
        QCOMPARE(seat.get<QLineEdit>("ticket.price")->text(), QStringLiteral("64000.0"));
        QCOMPARE(seat.get<QLineEdit>("ticket.size")->text(), QStringLiteral("0.050"));
        QVERIFY(seat.get<QAbstractButton>("ticket.buy")->isChecked());
        QVERIFY(seat.desk.trading.submitted.empty());
    }

    void theDashboardShowsRatioLevelAndAdvice()
    {
        Seat seat;
        domain::AccountState account = support::Desk::funded(6'500);
        account.positions.push_back(
            support::Desk::position("BTCUSDT", domain::Side::Buy, "1.000", "65000.0"));
        seat.desk.account.publish(account);
        QTRY_COMPARE(seat.label("risk.ratio"), QStringLiteral("4.00 %"));
        QCOMPARE(seat.label("risk.level"), QStringLiteral("SAFE"));
        seat.desk.quote("BTCUSDT", "58700.0"); // 234.8 over 200: past the balance
        QTRY_COMPARE(seat.label("risk.level"), QStringLiteral("CRITICAL"));
        QVERIFY(!seat.label("risk.advice").isEmpty());
    }

    void bandAndDashboardSayTheRatioThatDecidesTheLevel()
    {
        Seat seat;
        domain::AccountState account = support::Desk::funded(6'500);
        domain::Position isolated = support::Desk::position("BTCUSDT", domain::Side::Buy, "1.000", "65000.0");
        isolated.marginType = domain::MarginType::Isolated;
        isolated.isolatedWallet = domain::Money::of(520); // maintenance 260: half of it
        account.walletBalance += isolated.isolatedWallet;
        account.positions.push_back(isolated);
        seat.desk.account.publish(account);
        QTRY_COMPARE(seat.label("risk.ratio"), QStringLiteral("50.00 %"));
        QCOMPARE(seat.label("risk.level"), QStringLiteral("HIGH"));
        QTRY_VERIFY(seat.label("band.ratio").contains(QStringLiteral("50.00 % HIGH")));
    }

    void closingAPositionAsksAndSendsAReduceOnlyMarketOrder()
    {
        Seat seat;
        domain::AccountState account = support::Desk::funded(25'000);
        account.positions.push_back(
            support::Desk::position("BTCUSDT", domain::Side::Buy, "0.500", "64000.0"));
        seat.desk.account.publish(account);
        QTRY_COMPARE(seat.desk.models->positions.rowCount(), 1);
        seat.get<QAction>("trade.close")->trigger();
        QVERIFY(seat.desk.trading.submitted.empty());
        seat.get<QAbstractButton>("closePosition.yes")->click();
        QCOMPARE(static_cast<int>(seat.desk.trading.submitted.size()), 1);
        const domain::NewOrder &sent = seat.desk.trading.submitted.front();
        QCOMPARE(sent.side, domain::Side::Sell);
        QCOMPARE(sent.type, domain::OrderType::Market);
        QCOMPARE(sent.quantity, Quantity::literal("0.5"));
        QVERIFY(sent.reduceOnly);
    }

    void cancelAllAsksFirst()
    {
        const Seat seat;
        seat.get<QAction>("trade.cancelAll")->trigger();
        QVERIFY(seat.desk.trading.canceledAll.empty());
        seat.get<QAbstractButton>("cancelAll.yes")->click();
        QCOMPARE(static_cast<int>(seat.desk.trading.canceledAll.size()), 1);
        QCOMPARE(seat.desk.trading.canceledAll.front(), std::string{"BTCUSDT"});
    }

    void theArrangementIsKeptAndCanBeReset()
    {
        Seat seat;
        const QSize first = seat.window->dock(QStringLiteral("watchlist"))->size();
        seat.window->dock(QStringLiteral("trades"))->close();
        seat.window->dock(QStringLiteral("log"))->setFloating(true);
        seat.window->close();
        seat.open(domain::VenueKind::Paper);
        QVERIFY(seat.window->dock(QStringLiteral("trades"))->isHidden());
        QVERIFY(seat.window->dock(QStringLiteral("log"))->isFloating());
        seat.get<QAction>("view.reset")->trigger();
        QVERIFY(!seat.window->dock(QStringLiteral("trades"))->isHidden());
        QVERIFY(!seat.window->dock(QStringLiteral("log"))->isFloating());
        QTRY_VERIFY(std::abs(seat.window->dock(QStringLiteral("watchlist"))->width() - first.width()) < 40);
    }

    void aBrokenKeptArrangementFallsBackToTheFirstOne()
    {
        Seat seat;
        seat.window->close();
        seat.desk.settings.setValue(QStringLiteral("window/state"), QByteArray{"not a layout"});
        seat.open(domain::VenueKind::Paper);
        for (const QString &id : seat.window->panelIds()) {
            QVERIFY2(!seat.window->dock(id)->isHidden(), qPrintable(id));
        }
    }

    void realMoneyNeedsTheTypedWord()
    {
        const Seat seat;
        bool confirmed = false;
        ui::confirmLive(
            seat.window.get(), QStringLiteral("fapi.binance.com"), [&confirmed] { confirmed = true; }, [] {});
        auto *go = seat.get<QAbstractButton>("live.go");
        QVERIFY(!go->isEnabled());
        seat.type("live.word", "live");
        QVERIFY(!go->isEnabled());
        seat.type("live.word", "LIVE");
        QVERIFY(go->isEnabled());
        go->click();
        QVERIFY(confirmed);
    }

    void oldMarketDataIsMarkedWithItsAge()
    {
        Seat seat;
        const live::TickerTableModel &tickers = seat.desk.models->tickers;
        const QModelIndex last = tickers.index(0, live::TickerTableModel::LastColumn);
        const auto marks = {"watchlist.stale", "chart.stale", "trades.stale"};
        for (const char *mark : marks) {
            QVERIFY(seat.get<QLabel>(mark)->isHidden());
        }
        seat.desk.clock.advance(domain::Milliseconds{4'000});
        QTRY_VERIFY(seat.desk.models->market.isStale());
        for (const char *mark : marks) {
            QCOMPARE(seat.label(mark), QStringLiteral("stale for 4.0 s"));
            QVERIFY(!seat.get<QLabel>(mark)->isHidden());
        }
        QCOMPARE(last.data(live::ToneRole).toInt(), static_cast<int>(live::Tone::Muted));
        QVERIFY(seat.label("band.connection").contains(QStringLiteral("prices stale for 4.0 s")));
        QCOMPARE(seat.get<QLabel>("chart.last")->property("role").toString(), QStringLiteral("caption"));
        seat.desk.quote("BTCUSDT", "65000.0");
        QVERIFY(!seat.desk.models->market.isStale());
        for (const char *mark : marks) {
            QVERIFY(seat.get<QLabel>(mark)->isHidden());
        }
        QCOMPARE(last.data(live::ToneRole).toInt(), static_cast<int>(live::Tone::Positive));
        QVERIFY(!seat.label("band.connection").contains(QStringLiteral("stale")));
    }

    void theSendButtonSaysItsWholeOrder()
    {
        const Seat seat;
        seat.choose("ticket.type", "Stop (market)");
        seat.type("ticket.trigger", "66500");
        seat.type("ticket.size", "0.75");
        const auto *send = seat.get<QAbstractButton>("ticket.send");
        QCOMPARE(QString{send->text()}.replace(u'\n', u' '), send->accessibleName());
        QVERIFY(send->text().contains(QStringLiteral("66,500.0")));
    }

    void aDockInATabHasNoSecondTitle()
    {
        const Seat seat;
        QTRY_VERIFY(seat.window->dock(QStringLiteral("positions"))->titleBarWidget());
        QVERIFY(!seat.window->dock(QStringLiteral("chart"))->titleBarWidget());
        seat.window->dock(QStringLiteral("positions"))->setFloating(true);
        QTRY_VERIFY(!seat.window->dock(QStringLiteral("positions"))->titleBarWidget());
        seat.window->resetLayout();
        QTRY_VERIFY(seat.window->dock(QStringLiteral("positions"))->titleBarWidget());
    }

    void theGuideOpensBesideTheWindowAndCanBeSearched()
    {
        const Seat seat;
        seat.get<QAction>("help.guide")->trigger();
        auto *guide = seat.get<QWidget>("guide");
        QVERIFY(guide->isVisible() && guide->isWindow());
        auto *text = seat.get<QTextBrowser>("guide.text");
        QVERIFY(text->toPlainText().contains(QStringLiteral("First start")));
        seat.type("guide.search", "Liquidation price");
        QTest::keyClick(seat.get<QLineEdit>("guide.search"), Qt::Key_Return);
        QCOMPARE(text->textCursor().selectedText().toLower(), QStringLiteral("liquidation price"));
        // What the guide calls menus and buttons is what the window calls them.
        for (const char *action : {"file.keys", "file.resetPaper", "view.reset"}) {
            const QString name = seat.get<QAction>(action)->text().remove(u'&').remove(u'…');
            QVERIFY2(text->toPlainText().contains(name), qPrintable(name));
        }
        const QString handOver = seat.get<QAbstractButton>("calculator.handOver")->text();
        QVERIFY2(text->toPlainText().contains(handOver), qPrintable(handOver));
        for (const QString &id : seat.window->panelIds()) {
            const QString title = seat.window->dock(id)->widget()->accessibleName();
            QVERIFY2(text->toPlainText().contains(title), qPrintable(title));
        }
    }

    void theKeysLeaveTheDialogOnceAndNothingStaysBehind()
    {
        ui::KeysDialog dialog{domain::VenueKind::Testnet};
        QSignalSpy entered{&dialog, &ui::KeysDialog::keysEntered};
        auto *secret = dialog.findChild<QLineEdit *>(QStringLiteral("keys.secret"));
        dialog.findChild<QLineEdit *>(QStringLiteral("keys.key"))->setText(QStringLiteral("abc"));
        secret->setText(QStringLiteral("s3cret"));
        QVERIFY(secret->displayText() != secret->text());
        dialog.show();
        dialog.findChild<QAbstractButton *>(QStringLiteral("keys.save"))->click();
        QCOMPARE(entered.count(), 1);
        QCOMPARE(entered.front().at(2).toByteArray(), QByteArray{"abc"});
        QCOMPARE(entered.front().at(3).toByteArray(), QByteArray{"s3cret"});
        QVERIFY(secret->text().isEmpty());
        secret->undo();
        QVERIFY(!secret->text().contains(QStringLiteral("s3cret")));
    }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
