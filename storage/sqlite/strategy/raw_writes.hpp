#pragma once

#include <stop_token>
#include <string>

#include "storage/database.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"

namespace walbench::storage {

/// The ceiling of every strategy: one thread, one connection, the workload's statements prepared
/// once, and nothing around them: no state machine, no queue, no timing of single writes.
///
/// Iterations are taken a group at a time. Each group makes its first transaction, then its second
/// and so on, all of a group within one BEGIN IMMEDIATE .. COMMIT, as iterations do that are
/// committed together. The last group may be smaller. Throws SqliteError, OccConflict,
/// SettingsMismatch; StorageError once `stop` is requested.
RawWrites write_raw(const std::string& db_path, const ConnectionSettings& settings,
                    const CountingVfs& vfs, const RawOrder& order, const metrics::Clock& clock,
                    const std::stop_token& stop);

}  // namespace walbench::storage
