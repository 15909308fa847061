#include "app/application.h"

#include "app/logging.h"
#include "app/session.h"
#include "app/stored_keys.h"
#include "ui/keys_dialog.h"
#include "ui/live_confirmation.h"
#include "ui/main_window.h"

#include <QGuiApplication>
#include <QMessageBox>
#include <QSettings>

#include <utility>

namespace app
{
namespace
{

constexpr auto lastVenueKey = "venue";

/// False where Qt draws for nobody: a dialog would wait for ever, and a script with it.
bool isAnybodyThere()
{
    const QString platform = QGuiApplication::platformName();
    return platform != QStringLiteral("offscreen") && platform != QStringLiteral("minimal");
}

QString titleOf(VenueKind venue)
{
    switch (venue) {
    case VenueKind::Paper:
        return QStringLiteral("the paper exchange");
    case VenueKind::Testnet:
        return QStringLiteral("the testnet");
    case VenueKind::Mainnet:
        return QStringLiteral("mainnet");
    case VenueKind::Custom:
        return QStringLiteral("the custom venue");
    }
    return {};
}

} // namespace

Application::Application(CommandLine options, DataDirectory data, const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_options{std::move(options)},
      m_data{std::move(data)},
      m_clock{clock},
      m_keychain{std::make_unique<KeychainStore>()},
      m_memory{std::make_unique<SessionStore>()}
{
}

Application::~Application() = default;

QString Application::secretName(VenueKind venue) const
{
    if (venue != VenueKind::Custom) {
        return venueName(venue);
    }
    // Custom venues share a kind but not a key; their folder is named after the host.
    const auto folder = m_data.venueFolder(venue, m_options.restUrl);
    return folder ? folder->section(u'/', -1) : venueName(venue);
}

void Application::start()
{
    if (!m_options.replayFiles.isEmpty()) {
        openVenue(VenueKind::Paper);
        return;
    }
    const QSettings settings{m_data.settingsFile(), QSettings::IniFormat};
    const auto last = parseVenueName(settings.value(QLatin1StringView{lastVenueKey}).toString());
    openVenue(m_options.venue.value_or(last.value_or(VenueKind::Paper)));
}

void Application::openVenue(VenueKind venue)
{
    if (venue == VenueKind::Mainnet && !m_hasConfirmedLive) {
        ui::confirmLive(
            nullptr, binance::endpointsOf(venue).restBase.host(),
            [this] {
                m_hasConfirmedLive = true;
                openVenue(VenueKind::Mainnet);
            },
            [this] { openVenue(VenueKind::Paper); });
        return;
    }
    SessionSetup setup;
    setup.venue = venue;
    setup.symbol = m_options.symbol;
    if (venue == VenueKind::Custom) {
        auto custom = binance::customEndpoints(m_options.restUrl.toString(), m_options.streamUrl.toString());
        if (!custom) {
            explainFailure(QString::fromStdString(custom.error().detail));
            return;
        }
        setup.endpoints = *custom;
    } else if (venue != VenueKind::Paper) {
        setup.endpoints = binance::endpointsOf(venue);
    }
    const bool isReplay = venue == VenueKind::Paper && !m_options.replayFiles.isEmpty();
    // Recorded prices trade with an account of their own: nothing of the paper account is read or touched.
    auto folder = isReplay ? m_data.replayFolder() : m_data.venueFolder(venue, setup.endpoints.restBase);
    setup.isJournalFresh = isReplay;
    if (!folder) {
        explainFailure(QString::fromStdString(folder.error().detail));
        return;
    }
    setup.venueFolder = *folder;
    if (venue == VenueKind::Paper) {
        openPaper(std::move(setup));
    } else if (!m_options.credentialsFile.isEmpty()) {
        openWithFile(std::move(setup));
    } else {
        openWithStoredKeys(std::move(setup));
    }
}

void Application::openPaper(SessionSetup setup)
{
    paper::PaperConfig config;
    config.dataDirectory = setup.venueFolder;
    config.seed = m_options.seed.value_or(config.seed);
    config.replayFiles = m_options.replayFiles;
    config.replaySpeed = m_options.replaySpeed;
    setup.paper = std::move(config);
    openSession(std::move(setup));
}

void Application::openWithFile(SessionSetup setup)
{
    const auto credentials = readCredentials(m_options.credentialsFile);
    if (!credentials) {
        explainFailure(QString::fromStdString(credentials.error().detail));
        return;
    }
    openWith(std::move(setup), *credentials);
}

void Application::openWithStoredKeys(SessionSetup setup)
{
    const QString name = secretName(setup.venue);
    const auto open = [this, setup = std::move(setup)](const domain::Result<SecretPtr> &stored) {
        if (!stored) {
            if (stored.error().code == domain::ErrorCode::NotFound) {
                log(LogLevel::Info,
                    "No key is stored for this venue: public data only. File > Keys takes one.");
            } else {
                log(LogLevel::Warning, stored.error().detail);
            }
            openSession(setup);
            return;
        }
        const auto credentials = unpacked(**stored);
        if (!credentials) {
            log(LogLevel::Warning, credentials.error().detail);
            openSession(setup);
            return;
        }
        openWith(setup, *credentials);
    };
    ports::whenFinished(
        m_memory->read(name), this, [this, name, open](const domain::Result<SecretPtr> &kept) {
            if (kept) {
                open(kept);
            } else {
                ports::whenFinished(m_keychain->read(name), this, open);
            }
        });
}

void Application::openWith(SessionSetup setup, const Credentials &credentials)
{
    registerSecret(credentials.secret.text());
    auto signer = makeSigner(credentials);
    if (!signer) {
        explainFailure(QString::fromStdString(signer.error().detail));
        return;
    }
    log(LogLevel::Info, "Using API key " + maskedKey(credentials.apiKey).toStdString());
    setup.signer = std::move(*signer);
    setup.apiKey = credentials.apiKey;
    openSession(std::move(setup));
}

void Application::openSession(SessionSetup setup)
{
    if (m_isQuitting) {
        return;
    }
    m_session = std::make_unique<Session>(std::move(setup), m_clock);
    connect(m_session.get(), &Session::failed, this, &Application::explainFailure);
    connect(m_session.get(), &Session::opened, this, [this] {
        ui::MainWindow *const window = m_session->window();
        connect(window, &ui::MainWindow::keysRequested, this, &Application::editKeys);
        connect(window, &ui::MainWindow::venueSwitchRequested, this, &Application::switchTo);
        connect(window, &ui::MainWindow::quitRequested, this, &Application::quit);
        // Mainnet is chosen on purpose each time; a custom venue needs its addresses from the command line.
        const VenueKind venue = m_session->venue();
        if (venue == VenueKind::Paper || venue == VenueKind::Testnet) {
            QSettings settings{m_data.settingsFile(), QSettings::IniFormat};
            settings.setValue(QLatin1StringView{lastVenueKey}, venueName(venue));
        }
        emit sessionOpened();
    });
    m_session->start();
}

void Application::switchTo(VenueKind venue)
{
    if (!m_session || venue == m_session->venue()) {
        return;
    }
    if (venue == VenueKind::Custom && m_options.restUrl.isEmpty()) {
        tell(QMessageBox::Information, QStringLiteral("Custom venue"),
            QStringLiteral("A custom venue is opened from the command line: --venue custom --rest-url URL "
                           "--stream-url URL."));
        return;
    }
    m_options.replayFiles.clear();
    reopen(venue);
}

void Application::reopen(VenueKind venue)
{
    if (!m_session || std::exchange(m_isReopening, true)) {
        return;
    }
    connect(m_session.get(), &Session::stopped, this, [this, venue] {
        m_session.release()->deleteLater();
        m_isReopening = false;
        if (m_isQuitting) {
            QCoreApplication::quit();
        } else {
            openVenue(venue);
        }
    });
    m_session->stop();
}

void Application::editKeys()
{
    auto *const dialog = new ui::KeysDialog{m_session->venue(), m_session->window()};
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ui::KeysDialog::keysEntered, this,
        [this](VenueKind venue, ui::KeyKind kind, const QByteArray &apiKey, const QByteArray &secret) {
            Credentials credentials;
            credentials.kind =
                kind == ui::KeyKind::Ed25519 ? Credentials::Kind::Ed25519 : Credentials::Kind::Hmac;
            credentials.apiKey = apiKey.toStdString();
            credentials.secret =
                SecretBuffer::copyOf(std::span{secret.constData(), static_cast<std::size_t>(secret.size())});
            storeKeys(venue, std::move(credentials));
        });
    connect(dialog, &ui::KeysDialog::keysRemovalRequested, this, [this](VenueKind venue) {
        const QString name = secretName(venue);
        m_memory->remove(name);
        ports::whenFinished(m_keychain->remove(name), this, [](const domain::Result<bool> &removed) {
            log(removed ? LogLevel::Info : LogLevel::Warning,
                removed ? std::string{"The stored key was removed."} : removed.error().detail);
        });
    });
    dialog->open();
}

void Application::storeKeys(VenueKind venue, Credentials credentials)
{
    registerSecret(credentials.secret.text());
    if (const auto signer = makeSigner(credentials); !signer) {
        tell(QMessageBox::Warning, QStringLiteral("Keys"), QString::fromStdString(signer.error().detail));
        return;
    }
    const SecretPtr secret = packed(credentials);
    const QString name = secretName(venue);
    ports::whenFinished(m_keychain->write(name, secret), this,
        [this, venue, name, secret](const domain::Result<bool> &written) {
            if (written) {
                log(LogLevel::Info, "The key is kept. " + m_keychain->description().toStdString());
                reopen(venue);
                return;
            }
            log(LogLevel::Warning, written.error().detail);
            ports::whenFinished(m_memory->write(name, secret), this,
                [this, venue, why = written.error().detail](const domain::Result<bool> &) {
                    auto *const box = tell(QMessageBox::Information, QStringLiteral("Keys"),
                        QString::fromStdString(why) + u' ' + m_memory->description());
                    connect(box, &QMessageBox::finished, this, [this, venue] { reopen(venue); });
                });
        });
}

QMessageBox *Application::tell(QMessageBox::Icon icon, const QString &title, const QString &text)
{
    auto *const box =
        new QMessageBox{icon, title, text, QMessageBox::Ok, m_session ? m_session->window() : nullptr};
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
    return box;
}

void Application::explainFailure(const QString &sentence)
{
    log(LogLevel::Error, sentence.toStdString());
    m_exitCode = 1;
    auto *const box = new QMessageBox{QMessageBox::Critical, QStringLiteral("Headroom"),
        QStringLiteral("Headroom cannot open %1.")
            .arg(titleOf(m_session ? m_session->venue() : m_options.venue.value_or(VenueKind::Paper))),
        QMessageBox::Close};
    box->setObjectName(QStringLiteral("failure"));
    box->setInformativeText(sentence);
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    connect(box, &QMessageBox::finished, this, &Application::quit);
    box->open();
    if (!isAnybodyThere()) {
        box->close();
    }
}

void Application::quit()
{
    if (std::exchange(m_isQuitting, true)) {
        return;
    }
    if (!m_session) {
        QCoreApplication::exit(m_exitCode);
        return;
    }
    connect(m_session.get(), &Session::stopped, this, [this] { QCoreApplication::exit(m_exitCode); });
    m_session->stop();
}

} // namespace app
