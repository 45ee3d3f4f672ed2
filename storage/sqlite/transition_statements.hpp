#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/axes.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/transition_write.hpp"

namespace walbench::storage {

/// A configured connection with everything prepared that transitions take: BEGIN, the guarded
/// UPDATEs, COMMIT and ROLLBACK. It knows no policy: who begins, who commits and how many writes
/// share a transaction is its owner's affair. Used by one thread at a time.
class TransitionStatements {
 public:
  /// Opens through the VFS of that name, configures and prepares. Throws SqliteError,
  /// SettingsMismatch.
  TransitionStatements(const std::string& db_path, const char* vfs_name,
                       const ConnectionSettings& settings, BeginAxis begin, GuardAxis guard);

  // SQLITE_OK or an extended result code.
  [[nodiscard]] int begin() { return begin_.run(); }
  [[nodiscard]] int commit() { return commit_.run(); }

  /// The OCC update. Throws OccConflict when the row is not as expected, in which case nothing was
  /// changed and the transaction goes on.
  [[nodiscard]] int update(const TransitionWrite& write);

  /// Rolls back what is open. A rollback that fails leaves nothing to do: the error that led to it
  /// is the one to report.
  void roll_back();

  const Connection& connection() const { return connection_; }

 private:
  [[nodiscard]] int read_and_compare(const TransitionWrite& write);
  Statement& bind_update(const TransitionWrite& write, std::string_view now);

  GuardAxis guard_;
  Connection connection_;
  Statement begin_;
  Statement commit_;
  Statement rollback_;
  Statement select_;
  std::array<Statement, 6> updates_;  ///< one a step; those of failures are prepared when needed
};

}  // namespace walbench::storage
