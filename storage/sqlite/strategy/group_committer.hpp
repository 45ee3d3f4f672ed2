#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "storage/pending_write.hpp"
#include "storage/resumer.hpp"
#include "storage/sqlite/strategy/arrival_list.hpp"
#include "storage/sqlite/strategy/prepared_connection.hpp"
#include "storage/sqlite/strategy/transaction_writer.hpp"
#include "storage/store.hpp"

namespace walbench::storage {

/// Commits the transactions of many iterations in one of SQLite's, again and again, in a thread of
/// its own. The head of the .cpp teaches the model and states the invariants.
class GroupCommitter final : public WriteQueue {
 public:
  /// Opens the connection and starts the thread. `context` and `resumer` must outlive the
  /// committer. Throws SqliteError, SettingsMismatch.
  GroupCommitter(WriterContext& context, Resumer& resumer);
  GroupCommitter(const GroupCommitter&) = delete;
  GroupCommitter& operator=(const GroupCommitter&) = delete;
  /// Requires that no request is under way.
  ~GroupCommitter() override;

  void submit(WriteRequest& request) override;

  /// So many lifecycles more (or fewer) may write soon; those that have queued count. Thread safe.
  void expect_writers(std::int64_t change) {
    expected_.fetch_add(change, std::memory_order_relaxed);
  }

  /// From now on every request fails with WriteCancelled. Thread safe.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  /// Groups committed since the last restart_counting(). Both only while no request is under way.
  metrics::GroupsCommitted figures() const;
  void restart_counting() { sizes_.fill(0); }

 private:
  void run();
  bool gather();
  bool sleep_until_arrival();
  void linger();
  void take_arrivals();
  void decide(std::span<WriteRequest* const> group);
  void commit(std::span<WriteRequest* const> group);
  void run_all(std::span<WriteRequest* const> group, std::int64_t held_ns,
               std::int64_t busy_wait_ns);
  Refusal run_one(WriteRequest& request);
  void fail_all(std::span<WriteRequest* const> group, const SqliteError& error);

  // Constant after construction.
  WriterContext& context_;
  Resumer& resumer_;
  const std::size_t most_in_group_;

  // The committer's thread's.
  PreparedConnection connection_;
  std::vector<WriteRequest*> waiting_;  ///< taken from arrivals_, in their order
  std::vector<std::coroutine_handle<>> decided_;
  std::array<std::int64_t, static_cast<std::size_t>(CommitAxis::kLargestGroup) + 1>
      sizes_{};  ///< groups by their size

  // Safe from any thread.
  ArrivalList<WriteRequest> arrivals_;
  alignas(64) std::atomic<std::int64_t> expected_ = 0;
  alignas(64) std::atomic<bool> sleeping_ = false;
  std::atomic<bool> cancelled_ = false;

  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;  // guarded by mutex_

  std::thread thread_;  // last: starts when all of the above exists
};

}  // namespace walbench::storage
