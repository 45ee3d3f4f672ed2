// The sleeps of busy handlers, as CountingVfs counts them.

#include <chrono>
#include <cstdint>
#include <optional>

#include "storage/sqlite/watch/counting_vfs.hpp"

namespace walbench::storage {
namespace {

thread_local ThreadBusyWait thread_wait;

/// Adds a sleep to the calling thread's series; returns what it asked for in all, or 0 if the sleep
/// is none of the busy handler's: a reader that races with a checkpoint sleeps for fractions of a
/// millisecond, while the busy handler's are whole ones, and each series begins anew.
std::int64_t count_busy_series(int microseconds) {
  constexpr int kUsPerMs = 1000;
  thread_local std::int64_t series_us = 0;
  if (microseconds % kUsPerMs != 0) return 0;
  if (microseconds == CountingVfs::kFirstBusySleepUs) series_us = 0;
  series_us += microseconds;
  return series_us;
}

}  // namespace

/// Returns what it took, which is added to the thread's busy wait.
std::int64_t CountingVfs::pause(std::chrono::nanoseconds duration) const {
  constexpr std::chrono::nanoseconds kUninterrupted = std::chrono::milliseconds(100);
  const std::int64_t started_ns = clock_.now_ns();
  // Not the real VFS's xSleep: a signal, such as a profiler's, would cut that short, and the busy
  // handler would give up after sleeping less than it believes.
  for (; duration > kUninterrupted && !interrupted(); duration -= kUninterrupted) {
    clock_.pause_for(kUninterrupted);
  }
  if (!interrupted()) clock_.pause_for(duration);
  const std::int64_t slept_ns = clock_.now_ns() - started_ns;
  thread_wait.slept_ns += slept_ns;
  thread_wait.sleeps += 1;
  return slept_ns;
}

void CountingVfs::busy_sleep(int microseconds) {
  if (interrupted()) return;
  const std::chrono::nanoseconds asked = std::chrono::microseconds(microseconds);
  const auto sleep = [&] { return pause(asked); };
  const std::int64_t series_us = count_busy_series(microseconds);
  const bool checkpoints = thread_checkpoints();
  if (series_us > 0 && !checkpoints && LockWaits::is_waiting()) {
    lock_waits_.sleep(asked.count(), microseconds == kFirstBusySleepUs, sleep);
  } else {
    static_cast<void>(sleep());
    const BusyLock other = series_us == 0 ? BusyLock::unknown : LockWaits::last_refused_other();
    lock_waits_.slept_for_other(checkpoints ? BusyLock::checkpoint : other);
  }
  counters_.busy_slept(series_us);
}

std::optional<std::chrono::nanoseconds> CountingVfs::busy_sleep(std::chrono::nanoseconds delay,
                                                                bool is_first) {
  thread_local std::int64_t series_ns = 0;
  if (interrupted()) return std::nullopt;
  std::int64_t slept_ns = 0;
  const auto sleep = [&] { return slept_ns = pause(delay); };
  const bool checkpoints = thread_checkpoints();
  if (stands_aside_) {
    sleep();
  } else if (!checkpoints && LockWaits::is_waiting()) {
    lock_waits_.sleep(std::nullopt, is_first, sleep);
  } else {
    sleep();
    lock_waits_.slept_for_other(checkpoints ? BusyLock::checkpoint
                                            : LockWaits::last_refused_other());
  }
  series_ns = is_first ? slept_ns : series_ns + slept_ns;
  constexpr std::int64_t kNsPerUs = 1000;
  if (!stands_aside_) counters_.busy_slept(series_ns / kNsPerUs);
  return std::chrono::nanoseconds(slept_ns);
}

ThreadBusyWait CountingVfs::thread_busy_wait() {
  return thread_wait;
}

}  // namespace walbench::storage
