#include "exchange/transport/once_body.h"

#include <algorithm>

namespace transport
{

OnceBody::OnceBody(QByteArray bytes, std::function<bool()> mayStart, QObject *parent)
    : QIODevice{parent},
      m_bytes{std::move(bytes)},
      m_mayStart{std::move(mayStart)}
{
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

qint64 OnceBody::readData(char *data, qint64 maxSize)
{
    if (atEnd() || (m_at == 0 && m_mayStart && !m_mayStart())) {
        return -1;
    }
    const qint64 taken = std::min<qint64>(maxSize, m_bytes.size() - m_at);
    std::copy_n(m_bytes.cbegin() + m_at, taken, data);
    m_at += taken;
    return taken;
}

} // namespace transport
