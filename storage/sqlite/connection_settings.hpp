#pragma once

#include <string>

#include "metrics/result/settings_read_back.hpp"
#include "storage/settings.hpp"
#include "storage/sqlite/busy_handler.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/storage_error.hpp"

namespace walbench::storage {

/// A setting that SQLite did not take: the run would measure something else than it says.
class SettingsMismatch : public StorageError {
 public:
  explicit SettingsMismatch(const std::string& what, Remedy remedy = Remedy::none)
      : StorageError(what, ErrorKind::settings, remedy) {}
};

/// Puts a connection into WAL mode with these settings; `busy_handler` (null: SQLite's own) waits
/// for its locks from then on. Throws SettingsMismatch if the database does not enter WAL mode, as
/// on some network file systems.
void apply_settings(const Connection& connection, const ConnectionSettings& settings,
                    BusyHandler* busy_handler = nullptr);

/// Whether memory that is in use shows in SQLite's statistics, as it does unless they are turned
/// off for the whole process.
bool keeps_memory_statistics();

/// Sets the pragmas alone, as is due before a database has its first table: the size of its pages
/// stays as it is then.
void apply_pragmas(const Connection& connection, const ConnectionSettings& settings);

/// Asks the connection for its settings and throws SettingsMismatch if one is not as asked. With a
/// busy handler that is not SQLite's own, another connection must hold the write lock: SQLite says
/// of such a handler only that its own is not at work, so it is made to call it.
metrics::SettingsReadBack read_settings_back(const Connection& connection,
                                             const ConnectionSettings& asked,
                                             BusyHandler* busy_handler = nullptr);

}  // namespace walbench::storage
