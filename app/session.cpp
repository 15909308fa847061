#include "app/session.h"

#include "app/alerts/alert_post.h"
#include "app/instance_lock.h"
#include "app/journal_place.h"
#include "app/logging.h"
#include "exchange/binance/venue.h"
#include "models/domain/drills/drill.h"
#include "models/live/models.h"
#include "ui/main_window.h"

#include <utility>

namespace app
{
namespace
{

QString sentenceOf(const domain::Error &error)
{
    return QString::fromStdString(error.detail);
}

bool isReplay(const SessionSetup &setup)
{
    return setup.paper && !setup.paper->replayFiles.isEmpty();
}

QString nameForWindow(const SessionSetup &setup)
{
    if (setup.venue == VenueKind::Paper) {
        return isReplay(setup) ? QStringLiteral("replay of recorded data")
                               : QStringLiteral("built-in exchange");
    }
    return setup.endpoints.restBase.host();
}

QString replayAdvice(const domain::Error &error)
{
    return QStringLiteral("The recording cannot be replayed. %1. Nothing was changed. --replay takes klines, "
                          "aggTrades or trades as the exchange publishes them, e.g. BTCUSDT-1m-2025-05.csv, "
                          ".csv.gz or .zip.")
        .arg(sentenceOf(error));
}

LogLevel levelOfNotice(int level)
{
    return level <= 0 ? LogLevel::Info : level == 1 ? LogLevel::Warning : LogLevel::Error;
}

void logNotice(int level, const QString &text)
{
    log(levelOfNotice(level), text.toStdString());
}

std::vector<live::LogEntry> entriesOf(const LogLinesPtr &lines)
{
    std::vector<live::LogEntry> entries;
    entries.reserve(lines->size());
    for (const LogLine &line : *lines) {
        const int level = line.level >= LogLevel::Error     ? live::LogModel::Problem
                          : line.level >= LogLevel::Warning ? live::LogModel::Warning
                                                            : live::LogModel::Info;
        entries.push_back({line.at, level, QString::fromStdString(line.text)});
    }
    return entries;
}

} // namespace

Session::Session(SessionSetup setup, const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_setup{std::move(setup)},
      m_clock{clock},
      m_settings{m_setup.venueFolder + QStringLiteral("/settings.ini")}
{
    m_exchangeThread.setObjectName(QStringLiteral("exchange"));
}

Session::~Session()
{
    // An orderly end goes through stop(); this is what is left when the event loop is gone already.
    m_window.reset();
    m_alertPost.reset();
    m_models.reset();
    if (m_venue != nullptr) {
        connect(&m_exchangeThread, &QThread::finished, m_venue, &QObject::deleteLater);
    }
    m_exchangeThread.quit();
    m_exchangeThread.wait();
}

void Session::start()
{
    auto lock = InstanceLock::acquire(m_setup.venueFolder);
    if (!lock) {
        emit failed(sentenceOf(lock.error()));
        return;
    }
    m_lock = std::move(*lock);
    openJournal();
}

void Session::openJournal()
{
    const QString path = m_setup.venueFolder + QStringLiteral("/journal.sqlite");
    if (m_setup.isJournalFresh) {
        journal_place::remove(path);
    }
    m_journal = std::make_unique<SqliteJournal>(path, m_clock, m_setup.journal);
    ports::whenFinished(m_journal->open(), this, [this](const domain::Result<JournalOpening> &opening) {
        if (!opening) {
            emit failed(sentenceOf(opening.error()));
            return;
        }
        if (!opening->notice.isEmpty()) {
            logNotice(1, opening->notice);
        }
        if (m_isStopping) {
            return;
        }
        if (m_setup.paper) {
            startPaper();
        } else {
            openVenue();
        }
    });
}

void Session::startPaper()
{
    m_paper = std::make_unique<paper::PaperServer>(*m_setup.paper);
    connect(m_paper.get(), &paper::PaperServer::noticed, this, &logNotice);
    ports::whenFinished(m_paper->start(), this, [this](const domain::Result<paper::PaperEndpoints> &started) {
        if (m_isStopping) {
            return;
        }
        if (!started) {
            emit failed(isReplay(m_setup) ? replayAdvice(started.error()) : sentenceOf(started.error()));
            return;
        }
        logNotice(0, QStringLiteral("The paper exchange listens on %1 and %2")
                         .arg(started->rest.toString(), started->streams.toString()));
        registerSecret(started->secret.toStdString());
        const auto secret = std::as_bytes(
            std::span{started->secret.constData(), static_cast<std::size_t>(started->secret.size())});
        auto signer = binance::HmacSigner::create(secret);
        if (!signer) {
            emit failed(sentenceOf(signer.error()));
            return;
        }
        m_setup.signer = std::move(*signer);
        m_setup.apiKey = started->apiKey.toStdString();
        m_setup.endpoints = binance::paperEndpoints(static_cast<std::uint16_t>(started->rest.port()),
            static_cast<std::uint16_t>(started->streams.port()));
        openVenue();
    });
}

void Session::openVenue()
{
    m_venue = new binance::Venue{m_setup.endpoints, m_setup.signer, m_setup.apiKey, *m_journal, m_clock};
    connect(&m_venue->health(), &ports::VenueHealth::noticed, this, &logNotice);
    noteFirstCandle();
    m_venue->moveToThread(&m_exchangeThread);
    // Its start is the first thing the thread finds, then what the window asks for; the window misses no
    // signal.
    m_venue->start();
    openWindow();
    m_exchangeThread.start();
    emit opened();
}

void Session::openWindow()
{
    m_models = std::make_unique<live::Models>(
        m_venue->marketData(), m_venue->trading(), m_venue->account(), m_venue->health(), m_clock);
    if (!m_setup.symbol.isEmpty()) {
        m_settings.setValue(QStringLiteral("window/symbol"), m_setup.symbol);
    }
    m_alertPost = std::make_unique<AlertPost>(m_models->alerts, m_settings, m_clock, nameForWindow(m_setup));
    connect(m_alertPost.get(), &AlertPost::noticed, this, &logNotice);
    ui::MainWindowContext context{m_setup.venue, nameForWindow(m_setup), *m_models, m_venue->marketData(),
        m_venue->trading(), m_venue->account(), m_venue->health(), m_settings, m_clock, m_alertPost.get(),
        [this] { return survivalFacts(); }, [this](const QString &path) { return exportJournal(path); }};
    if (m_paper && m_setup.paper->replayFiles.isEmpty()) { // recorded prices take no orders from a script
        context.drillGround = [this](const domain::DrillStep &step) {
            return m_paper->control(QByteArray::fromStdString(step.method),
                QByteArray::fromStdString(step.path), QByteArray::fromStdString(step.body));
        };
    }
    m_window = std::make_unique<ui::MainWindow>(context);
    connect(&m_models->log, &live::LogModel::reported, this, &logNotice);
    auto *feed = new LogFeed{&m_models->log};
    connect(feed, &LogFeed::linesArrived, &m_models->log,
        [log = &m_models->log](const LogLinesPtr &lines) { log->append(entriesOf(lines)); });
    m_window->setPaperResetEnabled(m_paper != nullptr);
    connect(m_window.get(), &ui::MainWindow::resetPaperRequested, this, &Session::resetPaper);
    m_window->show();
}

QFuture<domain::Result<ui::SurvivalFacts>> Session::survivalFacts()
{
    QPromise<domain::Result<ui::SurvivalFacts>> promise;
    promise.start();
    auto future = promise.future();
    ports::whenFinished(m_journal->status(), this,
        [promise = std::make_shared<QPromise<domain::Result<ui::SurvivalFacts>>>(std::move(promise))](
            const domain::Result<ports::JournalStatus> &status) {
            promise->addResult(status.map([](const ports::JournalStatus &journal) {
                ui::SurvivalFacts facts;
                facts.path = journal.path;
                facts.entries = journal.entries;
                facts.unresolvedOrders = journal.unresolvedOrders;
                facts.bytes = journal.bytes;
                facts.lastCommitAt = journal.lastCommitAt;
                facts.slowestOfLast100 = journal.slowestOfLast100;
                facts.waiting = journal.waiting;
                facts.isChainIntact = journal.isChainIntact;
                facts.lastBackupPath = journal.lastBackupPath;
                facts.lastBackupAt = journal.lastBackupAt;
                return facts;
            }));
            promise->finish();
        });
    return future;
}

QFuture<domain::Result<std::int64_t>> Session::exportJournal(const QString &path)
{
    const bool isJson = path.endsWith(QStringLiteral(".json"), Qt::CaseInsensitive);
    return m_journal->exportTo(
        path, isJson ? ports::Journal::ExportFormat::Json : ports::Journal::ExportFormat::Csv);
}

void Session::noteFirstCandle()
{
    // What packaging/bench measures: the moment the first live bar reaches the GUI thread.
    auto *const once = new QObject{this};
    connect(&m_venue->marketData(), &ports::MarketData::candlesChanged, once,
        [once](const ports::CandleUpdate &update) {
            log(LogLevel::Info, "First live candle of " + update.symbol);
            once->deleteLater();
            once->disconnect();
        });
}

void Session::resetPaper()
{
    ports::whenFinished(m_paper->reset(), this, [this](const domain::Result<bool> &done) {
        logNotice(done ? 0 : 2,
            done ? QStringLiteral("The paper account was started over.") : sentenceOf(done.error()));
        if (done && m_venue != nullptr) {
            m_venue->accountWasReset();
        }
    });
}

void Session::stop()
{
    if (std::exchange(m_isStopping, true)) {
        return;
    }
    if (m_window) {
        m_window->saveLayout();
        m_window->hide();
    }
    m_window.reset();
    m_alertPost.reset();
    m_models.reset();
    if (!m_settings.save()) {
        logNotice(1, QStringLiteral("The window's arrangement could not be saved; the one before is kept."));
    }
    stopVenue();
}

void Session::stopVenue()
{
    if (m_venue == nullptr) {
        stopJournal();
        return;
    }
    ports::whenFinished(m_venue->stop(), this, [this](bool) { stopThread(); });
}

void Session::stopThread()
{
    // The venue's timers and sockets may only be deleted on their own thread.
    connect(&m_exchangeThread, &QThread::finished, m_venue, &QObject::deleteLater);
    connect(&m_exchangeThread, &QThread::finished, this, [this] {
        m_exchangeThread.wait(); // it has nothing left to do but to delete the venue
        m_venue = nullptr;
        stopJournal();
    });
    m_exchangeThread.quit();
}

void Session::stopJournal()
{
    if (!m_journal) {
        stopPaper();
        return;
    }
    ports::whenFinished(m_journal->close(), this, [this](bool) { stopPaper(); });
}

void Session::stopPaper()
{
    if (!m_paper) {
        finishStop();
        return;
    }
    ports::whenFinished(m_paper->stop(), this, [this](const domain::Result<bool> &saved) {
        if (!saved) {
            logNotice(2, sentenceOf(saved.error()));
        }
        finishStop();
    });
}

void Session::finishStop()
{
    m_paper.reset();
    m_journal.reset();
    m_lock.reset();
    emit stopped();
}

} // namespace app
