#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "metrics/clock.hpp"
#include "storage/resumer.hpp"
#include "storage/store.hpp"
#include "tests/support/lifecycle_writes.hpp"

namespace walbench::test_support {

/// How the store below behaves, and what it has seen. Outlives the store. Set the first part before
/// the store starts; the functions are called from the committer's thread and may throw.
struct SuspendingBehaviour {
  using Next = storage::Resumer::Next;

  std::function<void(const storage::TransitionWrite&)> on_write = [](const auto&) {};
  std::function<void()> on_open_session = [] {};  ///< from the thread that opens it
  std::function<std::int64_t()> on_flush = [] { return 0; };
  std::function<Next()> next = [] { return Next::nothing; };
  std::int64_t own_threads = 1;
  /// Decides only when as many have queued as are expected: then groups have a known size, and a
  /// pass whose expectations are wrong never ends.
  bool wait_for_all_expected = false;
  /// After so many writes it decides no more, until it is cancelled.
  std::int64_t most_writes = std::numeric_limits<std::int64_t>::max();
  std::int64_t most_in_group = std::numeric_limits<std::int64_t>::max();

  std::atomic<std::int64_t> queued = 0;
  std::atomic<std::int64_t> writes = 0;  ///< that were decided, cancelled ones not included
  std::atomic<std::int64_t> sessions = 0;
  std::atomic<std::int64_t> sessions_peak = 0;
  std::atomic<std::int64_t> sessions_opened = 0;
  std::atomic<std::int64_t> expected = 0;
  std::atomic<std::int64_t> expected_peak = 0;
  std::atomic<std::int64_t> expected_lowest = 0;
  std::atomic<bool> cancelled = false;
  std::atomic<bool> gave_up = false;  ///< of waiting for all that are expected
  std::vector<std::size_t> groups;    ///< their sizes; only between passes
};

/// A store that suspends whoever writes and decides in a thread of its own, as group commit does,
/// but has no database.
class SuspendingStore final : public storage::SuspendingStore, private storage::WriteQueue {
 public:
  SuspendingStore(SuspendingBehaviour& behaviour, const metrics::Clock& clock,
                  storage::Resumer& resumer)
      : behaviour_(behaviour), clock_(clock), resumer_(resumer) {
    committer_ = std::thread([this] { run(); });
  }
  SuspendingStore(const SuspendingStore&) = delete;
  SuspendingStore& operator=(const SuspendingStore&) = delete;
  ~SuspendingStore() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    committer_.join();
  }

  std::unique_ptr<storage::Session> open_session(std::size_t /*worker*/) override {
    behaviour_.on_open_session();
    return std::make_unique<SuspendingSession>(*this);
  }
  std::int64_t flush() override { return behaviour_.on_flush(); }
  storage::StoreCounts counts() const override { return {}; }
  void restart_counting() override {}
  std::int64_t own_threads() const override { return behaviour_.own_threads; }

  void expect_writers(std::int64_t change) override {
    const std::int64_t now = behaviour_.expected.fetch_add(change) + change;
    keep(behaviour_.expected_peak, now, [](auto seen, auto mine) { return seen < mine; });
    keep(behaviour_.expected_lowest, now, [](auto seen, auto mine) { return seen > mine; });
    tell();
  }
  void cancel() override {
    behaviour_.cancelled = true;
    tell();
  }

 private:
  class SuspendingSession final : public storage::Session {
   public:
    explicit SuspendingSession(SuspendingStore& store) : store_(store) {
      store_.behaviour_.sessions_opened.fetch_add(1);
      keep(store_.behaviour_.sessions_peak, store_.behaviour_.sessions.fetch_add(1) + 1,
           [](auto seen, auto mine) { return seen < mine; });
    }
    SuspendingSession(const SuspendingSession&) = delete;
    SuspendingSession& operator=(const SuspendingSession&) = delete;
    ~SuspendingSession() override { store_.behaviour_.sessions.fetch_sub(1); }

    storage::PendingWrite apply(const storage::Transaction& transaction) override {
      return {store_, store_.clock_, transaction};
    }
    bool times_statement_apart() const override { return false; }
    bool has_queue() const override { return false; }
    std::optional<storage::ConnectTimings> close() override { return std::nullopt; }

   private:
    SuspendingStore& store_;
  };

  template <typename Before>
  static void keep(std::atomic<std::int64_t>& record, std::int64_t mine, const Before& before) {
    std::int64_t seen = record.load();
    while (before(seen, mine) && !record.compare_exchange_weak(seen, mine)) {
    }
  }

  /// Touches the store after the lifecycle may have gone on, as a real queue does.
  void submit(storage::WriteRequest& request) override {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(&request);
      behaviour_.queued.fetch_add(1);
    }
    changed_.notify_one();
  }

  void tell() {
    { const std::lock_guard lock(mutex_); }
    changed_.notify_one();
  }

  void run() {
    resumer_.committer_starts();
    for (;;) {
      const std::vector<storage::WriteRequest*> group = take();
      if (group.empty()) return;
      for (storage::WriteRequest* const request : group) {
        decide(*request);
      }
      group.back()->closes_group = true;
      std::vector<std::coroutine_handle<>> waiters;
      std::ranges::transform(group, std::back_inserter(waiters), &storage::WriteRequest::waiter);
      resumer_.resume(waiters, behaviour_.next());
    }
  }

  /// The next group; empty: the store is going.
  std::vector<storage::WriteRequest*> take() {
    constexpr std::chrono::seconds kLimit(20);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || (!queue_.empty() && !is_held()); });
    if (behaviour_.wait_for_all_expected &&
        !changed_.wait_for(lock, kLimit, [this] { return stopping_ || all_are_here(); })) {
      behaviour_.gave_up = true;
    }
    const std::ptrdiff_t size = std::min<std::int64_t>(std::ssize(queue_), most_now());
    std::vector<storage::WriteRequest*> group(queue_.begin(), queue_.begin() + size);
    queue_.erase(queue_.begin(), queue_.begin() + size);
    behaviour_.queued.fetch_sub(size);
    if (!group.empty()) behaviour_.groups.push_back(group.size());
    return group;
  }

  bool is_held() const { return most_now() == 0; }
  /// Writes that the next group may have at most.
  std::int64_t most_now() const {
    if (behaviour_.cancelled.load()) return behaviour_.most_in_group;
    return std::min(behaviour_.most_in_group, behaviour_.most_writes - behaviour_.writes.load());
  }
  bool all_are_here() const {
    return behaviour_.cancelled.load() ||
           std::ssize(queue_) >= behaviour_.expected.load(std::memory_order_relaxed);
  }

  void decide(storage::WriteRequest& request) {
    request.held_ns = clock_.now_ns();
    try {
      if (behaviour_.cancelled.load()) throw storage::WriteCancelled();
      behaviour_.writes.fetch_add(1);
      behaviour_.on_write(storage::decode(*request.transaction));
    } catch (...) {
      request.failure = std::current_exception();
    }
  }

  SuspendingBehaviour& behaviour_;
  const metrics::Clock& clock_;
  storage::Resumer& resumer_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<storage::WriteRequest*> queue_;  // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_

  std::thread committer_;
};

}  // namespace walbench::test_support
