#pragma once

#include <stop_token>
#include <string>

#include "storage/database.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"

namespace walbench::storage {

/// The ceiling of every strategy: one thread, one connection, the statements of a lifecycle
/// prepared once, and nothing around them: no state machine, no queue, no timing of single writes.
///
/// Lifecycles are taken a group at a time and each group makes its first transition, then its
/// second, then its third, with one transaction for each, as lifecycles do that are committed
/// together. The last group may be smaller. Throws SqliteError, OccConflict, SettingsMismatch;
/// std::runtime_error once `stop` is requested.
RawWrites write_raw(const std::string& db_path, const ConnectionSettings& settings,
                    const CountingVfs& vfs, const RawOrder& order, const metrics::Clock& clock,
                    const std::stop_token& stop);

}  // namespace walbench::storage
