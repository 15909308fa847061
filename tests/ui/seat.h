#pragma once

#include "tests/support/desk.h"
#include "ui/main_window.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTest>

#include <memory>

namespace support
{

/// A desk with an open window and a quoted market.
struct Seat
{
    explicit Seat(
        domain::VenueKind venue = domain::VenueKind::Paper, domain::Money wallet = domain::Money::of(25'000))
    {
        domain::AccountState state = support::Desk::funded(0);
        state.walletBalance = state.crossWalletBalance = state.availableBalance = wallet;
        desk.account.current = std::make_shared<const domain::AccountState>(state);
        desk.open();
        open(venue);
        for (int turn = 0; turn < 100 && !desk.models->market.spec("BTCUSDT"); ++turn) {
            QTest::qWait(10);
        }
        desk.quote("BTCUSDT", "65000.0");
        desk.quote("ETHUSDT", "3000.00");
        for (int turn = 0; turn < 100 && !desk.models->account.hasBrackets("BTCUSDT"); ++turn) {
            QTest::qWait(10);
        }
    }
    void open(domain::VenueKind venue)
    {
        window.reset();
        window = std::make_unique<ui::MainWindow>(
            ui::MainWindowContext{venue, QStringLiteral("built-in exchange"), *desk.models, desk.marketData,
                desk.trading, desk.account, desk.health, desk.settings, desk.clock});
        window->show();
    }
    template <class T> T *get(const char *id) const
    {
        T *found = window->findChild<T *>(QString::fromLatin1(id));
        if (!found) {
            qFatal("no %s", id);
        }
        return found;
    }
    void type(const char *id, const char *text) const
    {
        get<QLineEdit>(id)->setText(QString::fromLatin1(text));
    }
    /// As it reads, wherever its lines may end.
    QString label(const char *id) const { return get<QLabel>(id)->text().replace(QChar::Nbsp, u' '); }
    void choose(const char *id, const char *text) const
    {
        auto *box = get<QComboBox>(id);
        box->setCurrentIndex(box->findText(QString::fromLatin1(text)));
    }

    support::Desk desk;
    std::unique_ptr<ui::MainWindow> window;
};

} // namespace support
