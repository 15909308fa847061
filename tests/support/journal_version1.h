#pragma once

namespace support
{

/// A file as version 1 wrote it: one order sent and working, one only asked for, one over.
inline constexpr const char *goldenVersion1 = R"(
PRAGMA journal_mode = WAL;
PRAGMA application_id = 1212437041;
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
CREATE TABLE intents (number INTEGER PRIMARY KEY AUTOINCREMENT, client_order_id TEXT NOT NULL UNIQUE,
    intent_at INTEGER NOT NULL, sent_at INTEGER NOT NULL DEFAULT 0, symbol TEXT NOT NULL, side TEXT NOT NULL,
    position_side TEXT NOT NULL, type TEXT NOT NULL, time_in_force TEXT NOT NULL, quantity TEXT NOT NULL,
    price TEXT NOT NULL, trigger_price TEXT NOT NULL, activate_price TEXT NOT NULL,
    callback_rate TEXT NOT NULL, working_type TEXT NOT NULL, reduce_only INTEGER NOT NULL,
    close_position INTEGER NOT NULL, phase TEXT NOT NULL, end_reason TEXT NOT NULL,
    order_id INTEGER NOT NULL, child_order_id INTEGER NOT NULL, status TEXT NOT NULL,
    conditional_status TEXT NOT NULL, cancel_requested INTEGER NOT NULL, executed_quantity TEXT NOT NULL,
    average_price TEXT NOT NULL, updated_at INTEGER NOT NULL, venue_code INTEGER NOT NULL,
    reason TEXT NOT NULL) STRICT;
CREATE INDEX intents_by_phase ON intents (phase);
INSERT INTO migrations VALUES (1, 1759000000000);
PRAGMA user_version = 1;
INSERT INTO meta VALUES ('install_id', '0A1B2'), ('boot', '41');
INSERT INTO intents VALUES (1, 't0A1B20001000001A', 1759000000100, 1759000000200, 'BTCUSDT', 'BUY', 'BOTH',
    'LIMIT', 'GTC', '0.01', '60000.5', '0', '0', '0', 'MARK_PRICE', 0, 0, 'WORKING', 'NONE',
    8389765519993908929, 0, 'PARTIALLY_FILLED', '', 1, '0.004', '60000.1', 1759000000300, 0, '');
INSERT INTO intents VALUES (2, 't0A1B200010000028', 1759000000400, 0, 'ETHUSDT', 'SELL', 'SHORT',
    'STOP_MARKET', 'GTE_GTC', '0', '0', '3000', '0', '0', 'CONTRACT_PRICE', 0, 1, 'QUEUED', 'NONE',
    0, 0, '', '', 0, '0', '0', 1759000000400, 0, '');
INSERT INTO intents VALUES (3, 't0A1B200010000036', 1759000000500, 1759000000600, 'BTCUSDT', 'BUY', 'BOTH',
    'LIMIT', 'GTX', '0.01', '60000', '0', '0', '0', 'MARK_PRICE', 1, 0, 'DONE', 'REJECTED', 0, 0, 'REJECTED',
    '', 0, '0', '0', 1759000000700, -5022, 'Post Only order will be rejected.');
)";

} // namespace support
