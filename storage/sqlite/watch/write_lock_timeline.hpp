#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "metrics/clock.hpp"

namespace walbench::storage {

/// When the writers of this process held the WAL's write lock, as seen where SQLite takes it and
/// leaves it (xShmLock). Stamps around BEGIN and COMMIT would blame a writer that was preempted
/// after its commit for time in which the lock was free.
///
/// acquired() and released() are called by the thread that got the lock, right after it did, and
/// right after it let it go; mark() and first_free_after() by anybody.
///
/// Invariants:
///   1. `version_` is odd while somebody changes the figures, one thread at a time, and even
///      otherwise; a reader that saw the same even version before and after has figures of one
///      moment, and read the clock in it.
///   2. Letting the lock go may itself have to wait (for SQLite's mutex around its list of locks),
///      and the lock is held until then; hence the stamp after it. Somebody else may have got the
///      lock, and say so, before a preempted thread says that it let go: then it let go at that
///      moment at the latest, and what it says later is ignored. So no two holdings overlap.
///   3. The times of the last kReleasesKept releases are kept, each at its number.
class WriteLockTimeline {
 public:
  static constexpr std::size_t kReleasesKept = 1U << 14U;

  explicit WriteLockTimeline(const metrics::Clock& clock) : clock_(clock) {}

  /// Returns the number of this holding, an argument of released().
  std::int64_t acquired();
  void released(std::int64_t holding);

  /// The state at a moment. The difference of two marks is what happened in between.
  struct Mark {
    std::int64_t at_ns = 0;
    bool is_held = false;
    std::int64_t held_ns = 0;  ///< so far, up to now
    std::int64_t acquisitions = 0;
    std::int64_t releases = 0;
  };
  Mark mark() const;

  /// When the lock was first free at or after the mark: at the mark itself, or at the next release.
  /// No value if it has not been free, or if that was too many releases ago to be known.
  std::optional<std::int64_t> first_free_after(const Mark& mark) const;

  /// The longest it was free between two holders since restart().
  std::int64_t longest_free_ns() const { return longest_free_ns_.load(std::memory_order_relaxed); }

  /// Forgets the longest gap, and that which is open now. Not while it is held.
  void restart();

 private:
  class Change;
  void note_release(std::int64_t at_ns);

  const metrics::Clock& clock_;

  // Written within a Change, read by anybody.
  std::atomic<std::uint64_t> version_ = 0;
  std::atomic<std::int64_t> held_ns_ = 0;  ///< in holdings that are over
  std::atomic<std::int64_t> held_since_ns_ = 0;
  std::atomic<bool> is_held_ = false;
  std::atomic<std::int64_t> acquisitions_ = 0;
  std::atomic<std::int64_t> releases_ = 0;
  std::atomic<std::int64_t> released_at_ns_ = 0;  ///< 0: not since restart()
  std::atomic<std::int64_t> longest_free_ns_ = 0;
  std::array<std::atomic<std::int64_t>, kReleasesKept> release_times_ns_{};
};

}  // namespace walbench::storage
