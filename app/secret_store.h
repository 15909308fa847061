#pragma once

#include "app/secret_buffer.h"
#include "models/ports/future.h"

#include <QObject>
#include <QString>

#include <chrono>
#include <map>
#include <memory>

namespace app
{

using SecretPtr = std::shared_ptr<const SecretBuffer>;

/// Keeps secrets under names. Answers never block; errors: NotFound where there is none of that name, Storage
/// with a sentence where the store is missing, locked or silent.
class SecretStore : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    virtual QFuture<ports::Result<SecretPtr>> read(QString name) = 0;
    virtual QFuture<ports::Result<bool>> write(QString name, SecretPtr secret) = 0;
    /// True also where there was none.
    virtual QFuture<ports::Result<bool>> remove(QString name) = 0;
    /// A sentence: where the secrets lie and how long.
    virtual QString description() const = 0;
};

/// The desktop's key store (libsecret, KWallet). Used on the GUI thread. What was written is read back before
/// it counts as written. A store that does not answer in time counts as missing.
class KeychainStore final : public SecretStore
{
    Q_OBJECT
public:
    explicit KeychainStore(
        std::chrono::milliseconds timeout = std::chrono::seconds{5}, QObject *parent = nullptr);
    QFuture<ports::Result<SecretPtr>> read(QString name) override;
    QFuture<ports::Result<bool>> write(QString name, SecretPtr secret) override;
    QFuture<ports::Result<bool>> remove(QString name) override;
    QString description() const override;

private:
    std::chrono::milliseconds m_timeout;
};

/// In memory, until the program ends.
class SessionStore final : public SecretStore
{
    Q_OBJECT
public:
    using SecretStore::SecretStore;
    QFuture<ports::Result<SecretPtr>> read(QString name) override;
    QFuture<ports::Result<bool>> write(QString name, SecretPtr secret) override;
    QFuture<ports::Result<bool>> remove(QString name) override;
    QString description() const override;

private:
    std::map<QString, SecretPtr> m_secrets;
};

} // namespace app
