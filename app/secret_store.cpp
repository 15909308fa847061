#include "app/secret_store.h"

#include "app/redaction.h"

#include <QPointer>
#include <QTimer>
#include <qt6keychain/keychain.h>

#include <algorithm>
#include <utility>

namespace app
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using ports::Result;

QString service()
{
    return QStringLiteral("Headroom");
}

/// Overwrites what the library and we share; data() would wipe a copy of it.
void wipeShared(const QByteArray &bytes)
{
    wipe({const_cast<char *>(bytes.constData()), static_cast<std::size_t>(bytes.size())});
}

tl::unexpected<domain::Error> failureOf(const QKeychain::Job &job)
{
    switch (job.error()) {
    case QKeychain::EntryNotFound:
        return failure(ErrorCode::NotFound, "The key store holds nothing under that name.");
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return failure(ErrorCode::Storage,
            "This desktop has no key store that answers; keys can be kept for this run only.");
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return failure(ErrorCode::Storage, "The key store refused access; unlock it and try again.");
    default:
        return failure(ErrorCode::Storage, "The desktop's key store is missing or failed (" +
                                               redacted(job.errorString().toStdString()) +
                                               "); keys can be kept for this run only.");
    }
}

/// Starts the job and finishes the promise with finish(job), or with a sentence when time is up.
template <class Value, class Job, class Finish>
QFuture<Result<Value>> run(Job *job, std::chrono::milliseconds timeout, Finish finish)
{
    auto promise = std::make_shared<QPromise<Result<Value>>>();
    promise->start();
    auto *timer = new QTimer{job};
    timer->setSingleShot(true);
    QObject::connect(timer, &QTimer::timeout, job, [promise] {
        promise->addResult(failure(ErrorCode::Storage,
            "The desktop's key store does not answer; keys can be kept for this run only."));
        promise->finish();
    });
    QObject::connect(job, &QKeychain::Job::finished, job, [promise, job, finish = std::move(finish)] {
        Result<Value> outcome = finish(*job);
        if (!promise->future().isFinished()) {
            promise->addResult(std::move(outcome));
            promise->finish();
        }
    });
    timer->start(timeout);
    job->start();
    return promise->future();
}

} // namespace

KeychainStore::KeychainStore(std::chrono::milliseconds timeout, QObject *parent)
    : SecretStore{parent},
      m_timeout{timeout}
{
    qunsetenv("QTKEYCHAIN_BACKEND"); // the environment does not choose where secrets go
}

QFuture<Result<SecretPtr>> KeychainStore::read(QString name)
{
    auto *job = new QKeychain::ReadPasswordJob{service(), this};
    job->setKey(name);
    return run<SecretPtr>(job, m_timeout, [](const QKeychain::ReadPasswordJob &done) -> Result<SecretPtr> {
        if (done.error() != QKeychain::NoError) {
            return failureOf(done);
        }
        const QByteArray bytes = done.binaryData();
        auto secret = std::make_shared<const SecretBuffer>(
            SecretBuffer::copyOf({bytes.constData(), static_cast<std::size_t>(bytes.size())}));
        wipeShared(bytes);
        registerSecret(secret->text());
        return secret;
    });
}

QFuture<Result<bool>> KeychainStore::write(QString name, SecretPtr secret)
{
    auto *job = new QKeychain::WritePasswordJob{service(), this};
    job->setKey(name);
    const QByteArray bytes{secret->view().data(), static_cast<qsizetype>(secret->size())};
    job->setBinaryData(bytes);
    const auto written =
        run<bool>(job, m_timeout, [bytes](const QKeychain::WritePasswordJob &done) -> Result<bool> {
            wipeShared(bytes);
            if (done.error() != QKeychain::NoError) {
                return failureOf(done);
            }
            return true;
        });
    auto promise = std::make_shared<QPromise<Result<bool>>>();
    promise->start();
    const auto answer = [promise](const Result<bool> &outcome) {
        promise->addResult(outcome);
        promise->finish();
    };
    ports::whenFinished(written, this, [this, answer, name, secret](const Result<bool> &outcome) {
        if (!outcome) {
            answer(outcome);
            return;
        }
        ports::whenFinished(read(name), this, [answer, secret](const Result<SecretPtr> &back) {
            const bool isSame = back && std::ranges::equal((*back)->view(), secret->view());
            answer(isSame ? Result<bool>{true}
                          : Result<bool>{
                                failure(ErrorCode::Storage, "The key store did not keep what was written; "
                                                            "keys can be kept for this run only.")});
        });
    });
    return promise->future();
}

QFuture<Result<bool>> KeychainStore::remove(QString name)
{
    auto *job = new QKeychain::DeletePasswordJob{service(), this};
    job->setKey(name);
    return run<bool>(job, m_timeout, [](const QKeychain::DeletePasswordJob &done) -> Result<bool> {
        if (done.error() != QKeychain::NoError && done.error() != QKeychain::EntryNotFound) {
            return failureOf(done);
        }
        return true;
    });
}

QString KeychainStore::description() const
{
    return tr("Kept in the desktop's key store.");
}

QFuture<Result<SecretPtr>> SessionStore::read(QString name)
{
    const auto found = m_secrets.find(name);
    return ports::finished(found != m_secrets.end() ? Result<SecretPtr>{found->second}
                                                    : Result<SecretPtr>{failure(ErrorCode::NotFound,
                                                          "No key was entered in this run.")});
}

QFuture<Result<bool>> SessionStore::write(QString name, SecretPtr secret)
{
    registerSecret(secret->text());
    m_secrets[name] = std::move(secret);
    return ports::finished(Result<bool>{true});
}

QFuture<Result<bool>> SessionStore::remove(QString name)
{
    m_secrets.erase(name);
    return ports::finished(Result<bool>{true});
}

QString SessionStore::description() const
{
    return tr("Kept in memory until the program ends.");
}

} // namespace app
