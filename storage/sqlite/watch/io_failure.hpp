#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/vfs_policy.hpp"

namespace walbench::storage {

/// The first call of a VFS that failed, of those that no run survives: reads, writes, truncations,
/// syncs, locks and maps of the database or its WAL. SQLite keeps some of these to itself: a
/// checkpoint that fails within a COMMIT or a close is not reported, since no commit is lost, but
/// what such a run measured is no run on a sound disk. Thread safe.
class IoFailure {
 public:
  /// Takes note if `code` is such a failure. A busy lock, a read beyond a file's end and the
  /// removal of a file that is gone are none, nor is a refused open, which SQLite always reports.
  /// `system_error` is its errno, or 0.
  void note(const VfsCall& call, int code, int system_error);

  static bool is_failure(VfsOperation operation, FileKind file, int code);

  bool failed() const { return failed_.load(std::memory_order_acquire); }

  /// The same refusal, with the failed call if there is one: SQLite names neither the file nor the
  /// errno.
  SqliteError explain(const SqliteError& refusal) const;

  /// Throws SqliteError, which names the call, the file and the errno, if one has failed.
  void rethrow() const {
    if (failed()) throw_it();
  }

 private:
  [[noreturn]] void throw_it() const;

  std::atomic<bool> failed_ = false;
  mutable std::mutex mutex_;
  std::string sentence_;  // guarded by mutex_
  int code_ = SQLITE_OK;  // guarded by mutex_
};

}  // namespace walbench::storage
