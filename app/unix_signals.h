#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <array>

namespace app
{

/// Turns SIGINT, SIGTERM and SIGHUP into a Qt signal, so that the program ends in order. One at a time in a
/// process.
class UnixSignals : public QObject
{
    Q_OBJECT
public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

signals:
    void terminationRequested();

private:
    std::array<int, 2> m_pipe{-1, -1};
    QSocketNotifier *m_notifier = nullptr;
};

} // namespace app
