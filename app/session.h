#pragma once

#include "app/command_line.h"
#include "app/settings_file.h"
#include "app/sqlite_journal.h"
#include "exchange/binance/endpoints.h"
#include "exchange/binance/signing.h"
#include "exchange/paper/server/paper_server.h"
#include "models/domain/time.h"
#include "ui/survival_facts.h"

#include <QFuture>
#include <QObject>
#include <QThread>

#include <memory>
#include <optional>

namespace binance
{
class Venue;
}
namespace live
{
class Models;
}
namespace ui
{
class MainWindow;
}

namespace app
{

class AlertPost;
class InstanceLock;

/// What one session runs on.
struct SessionSetup
{
    VenueKind venue = VenueKind::Paper;
    QString venueFolder;         ///< settings, journal and lock of this venue; exists
    bool isJournalFresh = false; ///< the journal of an earlier run is of no use any more, as in a replay
    QString symbol;              ///< shown first; empty: the one shown last
    JournalOptions journal;
    /// Paper: how the exchange inside the program runs; its endpoints and keys follow from that.
    std::optional<paper::PaperConfig> paper;
    /// The other venues: where they are and with which key.
    binance::Endpoints endpoints;
    std::shared_ptr<binance::Signer> signer; ///< none: public data only
    std::string apiKey;
};

/// One venue in use, from the lock on its account to its window: everything concrete is made, introduced to
/// each other and taken down here, in the order they need. GUI thread.
class Session : public QObject
{
    Q_OBJECT
public:
    Session(SessionSetup setup, const domain::Clock &clock, QObject *parent = nullptr);
    ~Session() override;

    /// Answers with opened() or failed().
    void start();
    /// Closes the window, gives up what was not sent, saves, ends the threads. Answers with stopped(), also
    /// if start() failed.
    void stop();

    VenueKind venue() const { return m_setup.venue; }
    ui::MainWindow *window() const { return m_window.get(); }
    /// Null before opened() and after stop().
    binance::Venue *exchange() const { return m_venue; }
    /// Null unless the venue is Paper.
    paper::PaperServer *paperServer() const { return m_paper.get(); }

signals:
    void opened();
    void failed(const QString &sentence);
    void stopped();

private:
    void openJournal();
    void startPaper();
    void openVenue();
    void openWindow();
    QFuture<domain::Result<ui::SurvivalFacts>> survivalFacts();
    QFuture<domain::Result<std::int64_t>> exportJournal(const QString &path);
    void noteFirstCandle();
    void resetPaper();
    void stopVenue();
    void stopThread();
    void stopJournal();
    void stopPaper();
    void finishStop();

    SessionSetup m_setup;
    const domain::Clock &m_clock;
    std::unique_ptr<InstanceLock> m_lock;
    SettingsFile m_settings;
    std::unique_ptr<paper::PaperServer> m_paper;
    std::unique_ptr<SqliteJournal> m_journal;
    QThread m_exchangeThread;
    binance::Venue *m_venue = nullptr; ///< lives on m_exchangeThread
    std::unique_ptr<live::Models> m_models;
    std::unique_ptr<AlertPost> m_alertPost;
    std::unique_ptr<ui::MainWindow> m_window;
    bool m_isStopping = false;
};

} // namespace app
