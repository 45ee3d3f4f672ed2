#include "storage/sqlite/watch/write_lock_timeline.hpp"

#include <algorithm>
#include <thread>

namespace walbench::storage {

/// Makes the version odd for the length of a scope, when no other thread has. The figures are
/// stored with release and read with acquire, so that none of them can be seen outside of the odd
/// version; a fence would do with plain ones, but ThreadSanitizer does not know fences.
class WriteLockTimeline::Change {
 public:
  explicit Change(std::atomic<std::uint64_t>& version) : version_(version) {
    for (;;) {
      std::uint64_t even = version_.load(std::memory_order_relaxed) & ~std::uint64_t{1};
      if (version_.compare_exchange_weak(even, even + 1, std::memory_order_acq_rel)) return;
      std::this_thread::yield();
    }
  }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  ~Change() { version_.fetch_add(1, std::memory_order_release); }

 private:
  std::atomic<std::uint64_t>& version_;
};

std::int64_t WriteLockTimeline::acquired() {
  const Change change(version_);
  const std::int64_t now_ns = clock_.now_ns();  // now: or marks made meanwhile would be later
  if (is_held_.load(std::memory_order_relaxed)) note_release(now_ns);
  const std::int64_t holding = acquisitions_.load(std::memory_order_relaxed) + 1;
  is_held_.store(true, std::memory_order_release);
  held_since_ns_.store(now_ns, std::memory_order_release);
  acquisitions_.store(holding, std::memory_order_release);
  if (const std::int64_t free_since_ns = released_at_ns_.load(std::memory_order_relaxed)) {
    const std::int64_t longest_ns = longest_free_ns_.load(std::memory_order_relaxed);
    longest_free_ns_.store(std::max(longest_ns, now_ns - free_since_ns), std::memory_order_relaxed);
  }
  return holding;
}

void WriteLockTimeline::released(std::int64_t holding) {
  const Change change(version_);
  const std::int64_t now_ns = clock_.now_ns();
  const bool open = is_held_.load(std::memory_order_relaxed) &&
                    acquisitions_.load(std::memory_order_relaxed) == holding;
  if (open) note_release(now_ns);
}

void WriteLockTimeline::note_release(std::int64_t at_ns) {
  const std::int64_t held_ns = at_ns - held_since_ns_.load(std::memory_order_relaxed);
  const std::int64_t number = releases_.load(std::memory_order_relaxed);
  release_times_ns_[static_cast<std::size_t>(number) % kReleasesKept].store(
      at_ns, std::memory_order_relaxed);
  is_held_.store(false, std::memory_order_release);
  held_ns_.store(held_ns_.load(std::memory_order_relaxed) + held_ns, std::memory_order_release);
  releases_.store(number + 1, std::memory_order_release);
  released_at_ns_.store(at_ns, std::memory_order_relaxed);
}

WriteLockTimeline::Mark WriteLockTimeline::mark() const {
  for (;;) {
    const std::uint64_t before = version_.load(std::memory_order_acquire);
    Mark mark;
    mark.is_held = is_held_.load(std::memory_order_acquire);
    mark.held_ns = held_ns_.load(std::memory_order_acquire);
    const std::int64_t since_ns = held_since_ns_.load(std::memory_order_acquire);
    mark.acquisitions = acquisitions_.load(std::memory_order_acquire);
    mark.releases = releases_.load(std::memory_order_acquire);
    mark.at_ns = clock_.now_ns();
    if (mark.is_held) mark.held_ns += std::max<std::int64_t>(mark.at_ns - since_ns, 0);
    if (before % 2 == 0 && version_.load(std::memory_order_acquire) == before) return mark;
    std::this_thread::yield();  // Who was preempted in between is to go on.
  }
}

std::optional<std::int64_t> WriteLockTimeline::first_free_after(const Mark& mark) const {
  if (!mark.is_held) return mark.at_ns;
  const std::size_t slot = static_cast<std::size_t>(mark.releases) % kReleasesKept;
  if (releases_.load(std::memory_order_acquire) <= mark.releases) return std::nullopt;
  const std::int64_t at_ns = release_times_ns_[slot].load(std::memory_order_relaxed);
  // Looked at once more: by now a later release may have taken its slot.
  const std::int64_t since = releases_.load(std::memory_order_acquire) - mark.releases;
  if (since >= static_cast<std::int64_t>(kReleasesKept)) return std::nullopt;
  return at_ns;
}

void WriteLockTimeline::restart() {
  longest_free_ns_.store(0, std::memory_order_relaxed);
  released_at_ns_.store(0, std::memory_order_relaxed);
}

}  // namespace walbench::storage
