#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/workers/arena.hpp"
#include "storage/resumer.hpp"

namespace walbench::engine {

/// The threads that carry suspended lifecycles on: the arena's (worker 0 is the one that runs the
/// pass) and, as the last, the store's committer. Outlives the store; thread safe.
///
/// What a thread does to a lifecycle, it does inside carry(). That bounds it: when no thread is in
/// carry(), none is on its way back from a lifecycle that is already over, and what the lifecycles
/// used may go.
class Carriers final : public storage::Resumer {
 public:
  /// `on_thread_enters`, if there is one, is called by the committer's thread at its start; the
  /// arena has its own.
  Carriers(Arena& arena, std::function<void()> on_thread_enters);

  /// Runs a group on the committer's own thread where that has nothing else to do, and otherwise
  /// hands it to the arena as one task. See group_committer.cpp for why.
  void resume(std::span<const std::coroutine_handle<>> group, Next next) override;
  void committer_starts() override;

  /// Runs `work`, which starts or resumes lifecycles, on the calling thread, the arena's `worker`.
  void carry(std::size_t worker, const std::function<void()>& work);

  /// Counts one lifecycle as ended by the calling thread, which is carrying it.
  void count_lifecycle();
  /// Lifecycles by the thread that ended them. Only while nobody carries.
  std::vector<std::int64_t> lifecycles() const;

  /// Forgets what was counted.
  void restart_counting();

  /// Returns when no thread is inside carry(). Nothing may be left to resume.
  void wait_until_idle() const;

 private:
  Arena& arena_;
  std::function<void()> on_thread_enters_;
  struct alignas(64) Count {
    std::atomic<std::int64_t> lifecycles = 0;
  };
  std::vector<Count> counts_;
  std::atomic<std::int64_t> carrying_ = 0;
};

}  // namespace walbench::engine
