#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>

#include "storage/database.hpp"
#include "storage/sqlite/strategy/prepared_connection.hpp"
#include "storage/sqlite/strategy/writer_context.hpp"
#include "storage/store.hpp"

namespace walbench::storage {

/// Readers beside the writers of a database. Each has a connection of its own, which cannot write,
/// waits in no queue, and never checkpoints, not even when it closes as the last one.
class ReadStore final : public Store {
 public:
  /// Opens the connections. The database must exist; `vfs` and the user's clock must outlive the
  /// store. Throws SqliteError, SettingsMismatch.
  ReadStore(std::string db_path, const ConnectionSettings& settings, ReadAccess access,
            CountingVfs& vfs);

  /// For step by step reading; apply() throws std::logic_error.
  std::unique_ptr<Session> open_session(std::size_t worker) override;
  std::int64_t flush() override { return 0; }
  StoreCounts counts() const override { return {}; }
  void restart_counting() override {}
  std::int64_t own_threads() const override { return 0; }
  /// Ends snapshots that are held, and what is being read, with WriteCancelled.
  void cancel() override { stop_.request_stop(); }

 private:
  // Constant after construction, but for its counters, which are safe from any thread.
  WriterContext context_;
  const std::chrono::nanoseconds hold_;
  std::stop_source stop_;
  std::stop_token stopped_ = stop_.get_token();
  std::deque<PreparedConnection> connections_;  ///< each used by its reader alone
};

}  // namespace walbench::storage
