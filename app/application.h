#pragma once

#include "app/command_line.h"
#include "app/credentials.h"
#include "app/data_directory.h"
#include "app/secret_store.h"
#include "app/session.h"
#include "models/domain/time.h"

#include <QMessageBox>
#include <QObject>

#include <memory>

namespace app
{

/// The program as a whole: which venue is open, with which keys, and how it changes from one to the next. GUI
/// thread.
class Application : public QObject
{
    Q_OBJECT
public:
    Application(
        CommandLine options, DataDirectory data, const domain::Clock &clock, QObject *parent = nullptr);
    ~Application() override;

    /// Opens the venue the command line names, or the one used last (never mainnet by itself).
    void start();
    /// Ends the session in order, then the event loop.
    void quit();

    /// Null while none is open, e.g. between two venues.
    Session *session() const { return m_session.get(); }

signals:
    void sessionOpened();

private:
    void openVenue(VenueKind venue);
    void openPaper(SessionSetup setup);
    void openWithFile(SessionSetup setup);
    void openWithStoredKeys(SessionSetup setup);
    void openWith(SessionSetup setup, const Credentials &credentials);
    void openSession(SessionSetup setup);
    void switchTo(VenueKind venue);
    void reopen(VenueKind venue);
    void editKeys();
    void storeKeys(VenueKind venue, Credentials credentials);
    /// Name of the venue's key in the key store.
    QString secretName(VenueKind venue) const;
    QMessageBox *tell(QMessageBox::Icon icon, const QString &title, const QString &text);
    void explainFailure(const QString &sentence);

    CommandLine m_options;
    DataDirectory m_data;
    const domain::Clock &m_clock;
    std::unique_ptr<SecretStore> m_keychain;
    std::unique_ptr<SecretStore> m_memory; ///< for a run where there is no key store
    std::unique_ptr<Session> m_session;
    bool m_hasConfirmedLive = false;
    bool m_isReopening = false;
    bool m_isQuitting = false;
    int m_exitCode = 0;
};

} // namespace app
