#include "metrics/analysis/agreement.hpp"

#include <fmt/format.h>

namespace walbench::metrics {

bool locks_unseen(const ConfigurationResult& configuration) {
  return configuration.settings.locking_mode == "exclusive";
}

std::vector<std::string> disagreements(const ConfigurationResult& configuration) {
  std::vector<std::string> found;
  if (locks_unseen(configuration)) return found;
  const WriteLockWaits& lock = configuration.write_lock;
  const std::int64_t others = configuration.other_sleeps.sum();
  if (configuration.busy_retries != lock.sleeps + others) {
    found.push_back(
        fmt::format("the busy handler slept {} times, but {} times for the write lock and {} times "
                    "for other locks",
                    configuration.busy_retries, lock.sleeps, others));
  }
  if (!lock.has_timeline) return found;
  if (lock.held_ns + lock.free_ns != lock.slept_ns || lock.held_ns < 0 || lock.free_ns < 0) {
    found.push_back(
        fmt::format("of {} ns slept the write lock was held for {} ns and free for {} ns",
                    lock.slept_ns, lock.held_ns, lock.free_ns));
  }
  if (lock.acquisitions < configuration.commits) {
    found.push_back(fmt::format("the write lock was taken {} times for {} commits",
                                lock.acquisitions, configuration.commits));
  }
  if (lock.lock_held_ns > lock.followed_ns) {
    found.push_back(
        fmt::format("the write lock was held for {} ns of {} ns, so two holdings overlap",
                    lock.lock_held_ns, lock.followed_ns));
  }
  return found;
}

}  // namespace walbench::metrics
