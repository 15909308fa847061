#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

struct sqlite3;

namespace support
{

/// When a statement of SQLite's fails.
struct StatementFault
{
    enum class Moment : std::uint8_t {
        None,
        Prepare, ///< while it is being prepared: SQLITE_AUTH
        Start,   ///< before it has done anything: SQLITE_INTERRUPT
        Row,     ///< behind one of its rows: SQLITE_INTERRUPT
    };
    Moment moment = Moment::None;
    std::int64_t step = 0; ///< such moments still going well
    std::string text;      ///< of Start and Row: only statements that contain it count; empty: all
};

/// Makes statements fail on every connection that is opened while it lives; such connections must be closed
/// before it goes. One at a time.
class StatementFaults
{
public:
    StatementFaults();
    ~StatementFaults();
    StatementFaults(const StatementFaults &) = delete;
    StatementFaults &operator=(const StatementFaults &) = delete;

    /// Not while statements are being carried out.
    void arm(StatementFault fault);
    /// Nothing fails from here on; hasStruck() stays.
    void disarm() { m_fault = {}; }
    /// Whether the fault has struck; another does not follow it.
    bool hasStruck() const { return m_hasStruck; }

private:
    static int attach(sqlite3 *connection, char **error, const void *api);
    static int authorize(void *self, int action, const char *, const char *, const char *, const char *);
    static int trace(unsigned event, void *self, void *statement, void *text);
    static int progress(void *self);
    bool strike(StatementFault::Moment moment);

    StatementFault m_fault;
    std::atomic<bool> m_hasStruck{false};
    bool m_isDue = false; ///< the statement at work is to be interrupted
};

} // namespace support
