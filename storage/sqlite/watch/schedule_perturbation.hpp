#pragma once

#include <atomic>
#include <cstdint>

#include "storage/settings.hpp"
#include "storage/sqlite/watch/vfs_policy.hpp"

namespace walbench::storage {

/// A fuzzer of schedules: lets threads pause at random before calls of the VFS, as a scheduler may
/// do at any time. What was acknowledged must outlast every schedule.
///
/// The seed decides which calls pause and how long, by thread (in the order of their first calls)
/// and call of that thread. It does not decide how the threads' calls fall together.
///
/// Pauses nothing before begin() and after end(). Thread safe.
class SchedulePerturbation final : public VfsPolicy {
 public:
  explicit SchedulePerturbation(const Perturbation& plan);

  void begin() { active_.store(true, std::memory_order_relaxed); }
  void end() { active_.store(false, std::memory_order_relaxed); }

  VfsAnswer before(const VfsCall& call) override;

 private:
  const Perturbation plan_;
  const std::uint64_t instance_;  ///< tells threads' counters of this object from those of others
  std::atomic<bool> active_ = false;
  std::atomic<std::uint64_t> threads_ = 0;
};

}  // namespace walbench::storage
