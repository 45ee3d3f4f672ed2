#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "storage/sqlite/watch/vfs_policy.hpp"

namespace walbench::storage {

/// Lets calls of a VFS fail on demand, or does something before one. Thread safe.
class FaultyDisk final : public VfsPolicy {
 public:
  /// From now on such calls fail with that code.
  void fail(VfsOperation operation, FileKind file, int code, int system_error = 0) {
    fail({operation, file, {.code = code, .system_error = system_error}});
  }
  /// So many bytes of each are written before.
  void fail_writes(FileKind file, int code, std::int64_t written_bytes = 0) {
    fail({VfsOperation::write, file, {.code = code, .written_bytes = written_bytes}});
  }
  void mend() {
    const std::lock_guard lock(mutex_);
    fault_.reset();
  }

  /// Calls `action` before the next such call, once, on the thread that makes it.
  void before_next(VfsOperation operation, FileKind file, std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    awaited_ = {operation, file, {}};
    action_ = std::move(action);
  }

  VfsAnswer before(const VfsCall& call) override {
    std::function<void()> action;
    VfsAnswer answer;
    {
      const std::lock_guard lock(mutex_);
      if (fault_ && fault_->is_about(call)) answer = fault_->answer;
      if (awaited_ && awaited_->is_about(call)) {
        action = std::exchange(action_, nullptr);
        awaited_.reset();
      }
    }
    if (action) action();
    return answer;
  }

 private:
  struct Rule {
    VfsOperation operation;
    FileKind file;
    VfsAnswer answer;
    bool is_about(const VfsCall& call) const {
      return call.operation == operation && call.file == file;
    }
  };

  void fail(const Rule& rule) {
    const std::lock_guard lock(mutex_);
    fault_ = rule;
  }

  std::mutex mutex_;
  std::optional<Rule> fault_;     // guarded by mutex_
  std::optional<Rule> awaited_;   // guarded by mutex_
  std::function<void()> action_;  // guarded by mutex_
};

}  // namespace walbench::storage
