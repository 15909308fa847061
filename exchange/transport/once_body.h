#pragma once

#include <QByteArray>
#include <QIODevice>

#include <functional>

namespace transport
{

/// A request body that can be read once and never rewound. Qt sends a request again by itself when a
/// connection drops before the answer; it cannot where the body is gone. This is what keeps an order from
/// being placed twice.
class OnceBody final : public QIODevice
{
    Q_OBJECT
public:
    /// mayStart is asked before the first byte is given out; without it, or once it said yes, all follow.
    explicit OnceBody(QByteArray bytes, std::function<bool()> mayStart = {}, QObject *parent = nullptr);
    bool isSequential() const override { return true; }
    bool reset() override { return false; }
    bool seek(qint64) override { return false; }
    bool atEnd() const override { return m_at == m_bytes.size(); }
    qint64 size() const override { return m_bytes.size(); }
    qint64 bytesAvailable() const override { return m_bytes.size() - m_at + QIODevice::bytesAvailable(); }
    /// Whether any byte was taken: until then nobody can have received the request as a whole.
    bool isTouched() const { return m_at > 0; }

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_bytes;
    std::function<bool()> m_mayStart;
    qint64 m_at = 0;
};

} // namespace transport
