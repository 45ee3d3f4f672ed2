#include "storage/sqlite/locks/lock_watch.hpp"

#include <algorithm>

namespace walbench::storage {
namespace {

/// Asks for the names of processes while they are there.
void note_processes(const LockSnapshot& snapshot, const LockProbe& probe, LockWatch& watch) {
  for (const LockHolder& holder : snapshot.holders) {
    if (holder.lock == LockByte::connection) watch.connected.insert(holder.pid);
    if (!watch.commands.contains(holder.pid)) {
      watch.commands.emplace(holder.pid, probe.command_of(holder.pid));
    }
  }
}

}  // namespace

std::int64_t LockWatch::write_free_ns() const {
  std::int64_t held = 0;
  for (const LockHolding& holding : holdings) {
    if (holding.lock == HeldLock::write) held += holding.held_ns;
  }
  return std::max<std::int64_t>(elapsed_ns - held, 0);
}

LockWatch watch_locks(LockProbe& probe, const metrics::Clock& clock,
                      std::chrono::nanoseconds duration, std::chrono::nanoseconds interval,
                      const std::stop_token& stop) {
  LockWatch watch;
  HoldTracker holds;
  ReaderTracker readers;
  watch.started_ns = clock.now_ns();
  std::int64_t next_ns = 0;
  for (std::int64_t at_ns = 0;;) {
    watch.last = probe.look();
    ++watch.looks;
    watch.longest_gap_ns = std::max(watch.longest_gap_ns, at_ns - watch.elapsed_ns);
    watch.elapsed_ns = at_ns;
    holds.add(watch.last, at_ns);
    readers.add(watch.last, at_ns);
    note_processes(watch.last, probe, watch);
    if (watch.last.wal_index) {
      watch.frames_most = std::max(watch.frames_most, watch.last.wal_index->not_checkpointed());
    }
    if (at_ns >= duration.count()) break;
    // A look that came late is not made up for.
    next_ns = std::max(next_ns + interval.count(), at_ns + interval.count() / 2);
    const auto wait = std::chrono::nanoseconds(watch.started_ns + next_ns - clock.now_ns());
    if (!clock.sleep_for(std::max(wait, std::chrono::nanoseconds(0)), stop)) {
      watch.interrupted = true;
      break;
    }
    at_ns = clock.now_ns() - watch.started_ns;
  }
  watch.holdings = holds.holdings();
  watch.readers = readers.readers();
  watch.state = probe.state();
  return watch;
}

}  // namespace walbench::storage
