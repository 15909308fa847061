#include "tests/support/statement_faults.h"

#include <sqlite3.h>

namespace support
{
namespace
{

using Moment = StatementFault::Moment;

StatementFaults *current = nullptr; // SQLite hands nothing to what it calls for a new connection

} // namespace

StatementFaults::StatementFaults()
{
    current = this;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&StatementFaults::attach));
}

StatementFaults::~StatementFaults()
{
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&StatementFaults::attach));
    current = nullptr;
}

void StatementFaults::arm(StatementFault fault)
{
    m_fault = std::move(fault);
    m_hasStruck = false;
    m_isDue = false;
}

int StatementFaults::attach(sqlite3 *connection, char **, const void *)
{
    sqlite3_set_authorizer(connection, &StatementFaults::authorize, current);
    sqlite3_trace_v2(connection, SQLITE_TRACE_STMT | SQLITE_TRACE_ROW, &StatementFaults::trace, current);
    sqlite3_progress_handler(connection, 1, &StatementFaults::progress, current);
    return SQLITE_OK;
}

int StatementFaults::authorize(void *self, int action, const char *, const char *, const char *, const char *)
{
    // A function that is not allowed reads as a mistake in the statement.
    const bool isMeant = action != SQLITE_FUNCTION;
    return isMeant && static_cast<StatementFaults *>(self)->strike(Moment::Prepare) ? SQLITE_DENY : SQLITE_OK;
}

int StatementFaults::trace(unsigned event, void *self, void *statement, void *)
{
    auto &faults = *static_cast<StatementFaults *>(self);
    const char *sql = sqlite3_sql(static_cast<sqlite3_stmt *>(statement));
    const bool isMeant = sql != nullptr && std::string{sql}.find(faults.m_fault.text) != std::string::npos;
    faults.m_isDue = isMeant && faults.strike(event == SQLITE_TRACE_ROW ? Moment::Row : Moment::Start);
    return 0;
}

int StatementFaults::progress(void *self)
{
    return std::exchange(static_cast<StatementFaults *>(self)->m_isDue, false) ? 1 : 0;
}

bool StatementFaults::strike(Moment moment)
{
    if (moment != m_fault.moment || m_hasStruck || m_fault.step-- > 0) {
        return false;
    }
    m_hasStruck = true;
    return true;
}

} // namespace support
