#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "storage/pending_write.hpp"
#include "storage/resumer.hpp"
#include "storage/store.hpp"
#include "tests/support/detached.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/lifecycle_writes.hpp"

namespace walbench::storage {

using test_support::Detached;
using test_support::eventually;

/// What has come of a write, as the coroutine that awaited it saw it.
struct WriteOutcome {
  std::string path;
  std::function<void()> on_resumed = [] {};  ///< on the thread that resumed it, before `decided`

  std::atomic<bool> decided = false;  ///< only then the other two may be read
  std::optional<WriteTimings> timings;
  std::exception_ptr failure;

  bool succeeded() const { return timings.has_value(); }

  template <typename Error>
  bool failed_with() const {
    return message_of<Error>().has_value();
  }
  /// The message of the failure where it is of that type.
  template <typename Error>
  std::optional<std::string> message_of() const {
    if (!failure) return std::nullopt;
    try {
      std::rethrow_exception(failure);
    } catch (const Error& error) {
      return error.what();
    } catch (...) {
      return std::nullopt;
    }
  }
};

/// Awaits what `apply` hands back and notes what came of it.
template <typename Apply>
Detached await_write(Apply apply, WriteOutcome& outcome) {
  try {
    outcome.timings = co_await apply();
  } catch (...) {
    outcome.failure = std::current_exception();
  }
  outcome.on_resumed();
  outcome.decided.store(true);
}

/// The write that leads a file from `version` on: it goes round untracked, uploading, failed.
inline TransitionWrite round_write(std::string_view path, std::int64_t version) {
  constexpr LifecycleState kRound[] = {LifecycleState::untracked, LifecycleState::uploading,
                                       LifecycleState::failed};
  return {path, kRound[version % 3], kRound[(version + 1) % 3], version};
}

/// Its transaction, which stays where it is.
inline std::shared_ptr<TransitionTransaction> round_transaction(std::string_view path,
                                                                std::int64_t version) {
  return std::make_shared<TransitionTransaction>(round_write(path, version).event(),
                                                 GuardAxis::where);
}

/// Puts one write into a queue; the outcome must outlive it.
inline void queue_write(WriteQueue& queue, const metrics::Clock& clock, WriteOutcome& outcome,
                        std::int64_t version = 0) {
  await_write(
      [&queue, &clock, write = round_transaction(outcome.path, version)] {
        return PendingWrite(queue, clock, write->get());
      },
      outcome);
}

/// Resumes on the committer's own thread and notes each group.
class RecordingResumer final : public Resumer {
 public:
  struct Group {
    std::size_t size;
    Next next;
    std::thread::id thread;

    bool operator==(const Group&) const = default;
  };

  void committer_starts() override {
    const std::lock_guard lock(mutex_);
    starts_.push_back(std::this_thread::get_id());
    groups_at_start_ = groups_.size();
  }
  void resume(std::span<const std::coroutine_handle<>> group, Next next) override {
    {
      const std::lock_guard lock(mutex_);
      groups_.push_back({group.size(), next, std::this_thread::get_id()});
    }
    for (const std::coroutine_handle<> waiter : group) {
      waiter.resume();
    }
  }

  std::vector<Group> groups() const {
    const std::lock_guard lock(mutex_);
    return groups_;
  }
  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> sizes;
    for (const Group& group : groups()) {
      sizes.push_back(group.size);
    }
    return sizes;
  }
  std::vector<std::thread::id> starts() const {
    const std::lock_guard lock(mutex_);
    return starts_;
  }
  std::size_t groups_at_start() const {
    const std::lock_guard lock(mutex_);
    return groups_at_start_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Group> groups_;            // guarded by mutex_
  std::vector<std::thread::id> starts_;  // guarded by mutex_
  std::size_t groups_at_start_ = 0;      // guarded by mutex_
};

/// Outcomes of the files 0 .. count - 1, which stay where they are.
inline std::deque<WriteOutcome> outcomes_of(std::int64_t count) {
  std::deque<WriteOutcome> outcomes(static_cast<std::size_t>(count));
  for (std::int64_t file = 0; file < count; ++file) {
    outcomes[static_cast<std::size_t>(file)].path = bench_file_path(file);
  }
  return outcomes;
}

/// Whether the first `count` of them are decided.
inline bool all_decided(const std::deque<WriteOutcome>& outcomes, std::size_t count) {
  return std::all_of(outcomes.begin(), outcomes.begin() + static_cast<std::ptrdiff_t>(count),
                     [](const WriteOutcome& outcome) { return outcome.decided.load(); });
}

}  // namespace walbench::storage
