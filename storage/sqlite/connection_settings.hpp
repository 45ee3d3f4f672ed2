#pragma once

#include <string>

#include "metrics/result/settings_read_back.hpp"
#include "storage/settings.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/storage_error.hpp"

namespace walbench::storage {

/// A setting that SQLite did not take: the run would measure something else than it says.
class SettingsMismatch : public StorageError {
 public:
  explicit SettingsMismatch(const std::string& what, Remedy remedy = Remedy::none)
      : StorageError(what, ErrorKind::settings, remedy) {}
};

/// Puts a connection into WAL mode with these settings. Throws SettingsMismatch if the database
/// does not enter WAL mode, as on some network file systems.
void apply_settings(const Connection& connection, const ConnectionSettings& settings);

/// Asks the connection for its settings and throws SettingsMismatch if one is not as asked.
metrics::SettingsReadBack read_settings_back(const Connection& connection,
                                             const ConnectionSettings& asked);

}  // namespace walbench::storage
