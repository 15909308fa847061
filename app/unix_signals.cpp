#include "app/unix_signals.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace app
{
namespace
{

// A signal handler may touch little more than a file descriptor.
volatile std::sig_atomic_t writeEnd = -1;

extern "C" void forwardSignal(int)
{
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(writeEnd, &byte, 1);
}

} // namespace

UnixSignals::UnixSignals(QObject *parent) : QObject{parent}
{
    if (::pipe2(m_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        return; // the default action ends the program; the journal survives that too
    }
    writeEnd = m_pipe[1];
    m_notifier = new QSocketNotifier{m_pipe[0], QSocketNotifier::Read, this};
    connect(m_notifier, &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        while (::read(m_pipe[0], &byte, 1) > 0) {
        }
        emit terminationRequested();
    });
    struct sigaction action
    {
    };
    action.sa_handler = forwardSignal;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaction(signal, &action, nullptr);
    }
}

UnixSignals::~UnixSignals()
{
    if (m_notifier == nullptr) {
        return;
    }
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::signal(signal, SIG_DFL);
    }
    writeEnd = -1;
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
}

} // namespace app
