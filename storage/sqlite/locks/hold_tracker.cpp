#include "storage/sqlite/locks/hold_tracker.hpp"

#include <algorithm>
#include <tuple>

namespace walbench::storage {
namespace {

std::optional<pid_t> exclusive_on(LockByte lock, const LockSnapshot& snapshot) {
  const auto found = std::ranges::find_if(snapshot.holders, [&](const LockHolder& holder) {
    return holder.lock == lock && holder.exclusive;
  });
  if (found == snapshot.holders.end()) return {};
  return found->pid;
}

/// The first of these bytes that somebody holds alone.
std::optional<pid_t> exclusive_on_any(std::initializer_list<LockByte> locks,
                                      const LockSnapshot& snapshot) {
  for (const LockByte lock : locks) {
    if (const auto pid = exclusive_on(lock, snapshot)) return pid;
  }
  return {};
}

}  // namespace

std::optional<HoldTracker::Holder> HoldTracker::holder_of(HeldLock lock,
                                                          const LockSnapshot& snapshot) {
  const bool wal = snapshot.mode == JournalMode::wal;
  std::optional<pid_t> pid;
  switch (lock) {
    case HeldLock::write:
      // With PRAGMA locking_mode=EXCLUSIVE there is no lock but that on the whole database.
      pid = wal ? exclusive_on_any({LockByte::write, LockByte::shared}, snapshot)
                : exclusive_on_any({LockByte::reserved, LockByte::shared, LockByte::pending},
                                   snapshot);
      break;
    case HeldLock::checkpoint: pid = exclusive_on(LockByte::checkpoint, snapshot); break;
    case HeldLock::recover: pid = exclusive_on(LockByte::recover, snapshot); break;
    case HeldLock::exclusive:
      pid = exclusive_on_any({LockByte::shared, LockByte::pending}, snapshot);
      break;
  }
  if (!pid) return {};
  if (!wal) {
    return Holder{*pid, snapshot.change_counter,
                  exclusive_on(LockByte::shared, snapshot).has_value()};
  }
  return Holder{*pid, snapshot.wal_index ? snapshot.wal_index->change_counter : 0, false};
}

bool HoldTracker::is_the_same_hold(const Open& open, const Holder& holder, JournalMode mode) {
  if (open.holder.pid != holder.pid) return false;
  const std::uint32_t commits = holder.commits - open.commits_at_start;
  if (mode == JournalMode::wal) return commits == 0;
  // The counter is raised while the writer is committing, some time before it lets go.
  if (holder.committing) return commits <= 1;
  return commits == 0 && !open.holder.committing;
}

void HoldTracker::count(const Open& open, std::int64_t until_ns, std::int64_t error_ns, bool cut,
                        LockHolding& holding) {
  if (holding.holds == 0) holding.first_seen_ns = open.first_seen_ns;
  const std::int64_t length = until_ns - open.since_ns;
  ++holding.holds;
  holding.held_ns += length;
  if (holding.holds == 1 || length > holding.longest_ns) {
    holding.longest_ns = length;
    holding.longest_error_ns = open.error_ns + error_ns;
    holding.longest_is_cut = open.cut || cut;
  }
}

void HoldTracker::add(const LockSnapshot& snapshot, std::int64_t at_ns) {
  const bool first = !std::exchange(any_, true);
  const std::int64_t half = first ? 0 : (at_ns - last_ns_) / 2;
  const std::int64_t between = at_ns - half;
  for (const HeldLock lock : kHeldLocks) {
    const auto holder = holder_of(lock, snapshot);
    const auto open = open_.find(lock);
    const bool goes_on =
        open != open_.end() && holder &&
        (lock != HeldLock::write ? open->second.holder.pid == holder->pid
                                 : is_the_same_hold(open->second, *holder, snapshot.mode));
    if (open != open_.end() && !goes_on) {
      const pid_t pid = open->second.holder.pid;
      LockHolding& holding = ended_[{lock, pid}];
      count(open->second, between, half, false, holding);
      holding.last_seen_ns = last_ns_;
      open_.erase(open);
    }
    if (!holder) continue;
    if (goes_on) {
      open->second.holder = *holder;
    } else {
      open_[lock] = {*holder, holder->commits, between, half, at_ns, first};
    }
  }
  last_ns_ = at_ns;
}

std::vector<LockHolding> HoldTracker::holdings() const {
  std::map<Key, LockHolding> all = ended_;
  for (const auto& [lock, open] : open_) {
    LockHolding& holding = all[{lock, open.holder.pid}];
    count(open, last_ns_, 0, true, holding);
    holding.last_seen_ns = last_ns_;
    holding.held_at_last_look = true;
  }
  std::vector<LockHolding> sorted;
  sorted.reserve(all.size());
  for (auto& [key, holding] : all) {
    std::tie(holding.lock, holding.pid) = key;
    sorted.push_back(holding);
  }
  std::ranges::sort(sorted, [](const LockHolding& one, const LockHolding& other) {
    return std::tuple(one.lock, -one.held_ns, one.pid) <
           std::tuple(other.lock, -other.held_ns, other.pid);
  });
  return sorted;
}

}  // namespace walbench::storage
