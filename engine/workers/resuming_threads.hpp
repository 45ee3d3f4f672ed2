#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/workers/worker_pool.hpp"
#include "storage/resumer.hpp"

namespace walbench::engine {

/// The threads that resume suspended iterations: the pool's (worker 0 is the caller's) and, as the
/// last worker, the store's committer. Must outlive the store; thread safe.
///
/// A thread touches iterations only inside run_as(). So when no thread is inside, none is on its
/// way back from an iteration that is already over, and what the iterations used may go.
class ResumingThreads final : public storage::Resumer {
 public:
  /// `on_thread_enters`, unless null, is called by the committer's thread at its start; the pool
  /// has its own.
  ResumingThreads(WorkerPool& pool, std::function<void()> on_thread_enters);

  /// Runs a group on the committer's own thread if it has nothing else to do, and otherwise
  /// hands it to the pool as one task. See group_committer.cpp for why.
  void resume(std::span<const std::coroutine_handle<>> group, Next next) override;
  void committer_starts() override;

  /// Runs `work`, which starts or resumes iterations, on the calling thread, the pool's `worker`.
  void run_as(std::size_t worker, const std::function<void()>& work);

  /// The number of workers: the pool's threads and the committer.
  std::size_t workers() const { return counts_.size(); }

  /// Counts one iteration as ended by the calling thread, which is inside run_as().
  void count_iteration();
  /// Lifecycles by the thread that ended them. Only while no thread is inside run_as().
  std::vector<std::int64_t> iterations() const;

  /// Forgets what was counted.
  void restart_counting();

  /// Returns when no thread is inside run_as(). No coroutine may be left to resume.
  void wait_until_idle() const;

 private:
  WorkerPool& pool_;
  std::function<void()> on_thread_enters_;
  struct alignas(64) Count {
    std::atomic<std::int64_t> iterations = 0;
  };
  std::vector<Count> counts_;
  std::atomic<std::int64_t> running_ = 0;
};

}  // namespace walbench::engine
