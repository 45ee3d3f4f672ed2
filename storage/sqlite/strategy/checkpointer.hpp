#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"

namespace walbench::storage {

/// Checkpoints in a thread of its own, on a connection of its own, so that no commit has to wait
/// for the syncs of a checkpoint. The head of the .cpp teaches the model.
///
/// Owned by a store, which destroys it after every connection it watches. watch() before the
/// connection's first commit, from the thread that owns it.
class Checkpointer {
 public:
  /// Opens its connection and starts its thread. Throws SqliteError, SettingsMismatch.
  Checkpointer(const std::string& db_path, const ConnectionSettings& settings,
               const CountingVfs& vfs);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer();

  /// From now on looks at the WAL after each commit of that connection. Takes the place of the
  /// connection's automatic checkpoints.
  void watch(const Connection& connection);

  /// Throws SqliteError if a checkpoint has failed, in any thread.
  void rethrow_failure() const;

  /// Checkpoints that a commit had to make because the WAL had passed its cap, since the last
  /// restart_counting().
  std::int64_t capped() const { return capped_.load(std::memory_order_relaxed); }
  void restart_counting() { capped_.store(0, std::memory_order_relaxed); }

 private:
  static int after_commit(void* self, sqlite3* db, const char* schema, int wal_frames);
  void wal_has(sqlite3* db, std::int64_t frames);
  bool checkpoint(sqlite3* db);
  void run();

  // Constant after construction.
  const std::int64_t every_frames_;
  const std::int64_t cap_frames_;
  const int kind_;  ///< SQLITE_CHECKPOINT_..., of all its checkpoints

  // The thread's.
  Connection connection_;

  // Safe from any thread.
  std::atomic<std::int64_t> moved_frames_ = 0;  ///< of those now in the WAL, as last reported
  std::atomic<bool> due_ = false;
  std::atomic<int> failure_code_ = 0;  ///< extended result code of the first checkpoint that failed
  std::atomic<std::int64_t> capped_ = 0;

  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;  // guarded by mutex_

  std::thread thread_;  // last: starts when all of the above exists
};

/// The checkpointer that the settings ask for, or null if they ask for none.
std::unique_ptr<Checkpointer> make_checkpointer(const std::string& db_path,
                                                const ConnectionSettings& settings,
                                                const CountingVfs& vfs);

}  // namespace walbench::storage
